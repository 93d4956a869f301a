"""Cross-entropy over many classes: in chunks of any size it is the same, in value and gradient."""

import functools

import numpy as np
import pytest
import torch

from actloss.gradcheck import gradcheck
from actloss.losses.large_vocabulary import (
    add_to_log_sum_exp,
    linear_cross_entropy,
    linear_cross_entropy_by_classes,
    linear_cross_entropy_by_tokens,
)

IN_CHUNKS = [linear_cross_entropy_by_tokens, linear_cross_entropy_by_classes]


def inputs(tokens=7, features=5, classes=11, dtype=np.float64, scale=1.0):
    rng = np.random.default_rng(0)
    hidden = (scale * rng.standard_normal((tokens, features))).astype(dtype)
    weights = rng.standard_normal((features, classes)).astype(dtype)
    return hidden, weights, rng.integers(classes, size=tokens)


@pytest.mark.parametrize("function", IN_CHUNKS)
@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 11, 100])
@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_every_size_of_chunk_gives_the_same(function, chunk, scale):
    expected = linear_cross_entropy(*inputs(scale=scale))
    for got, wanted in zip(function(*inputs(scale=scale), chunk=chunk), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12 * np.abs(wanted).max())


def test_the_full_one_agrees_with_pytorch():
    hidden, weights, labels = inputs()
    h, w = (torch.tensor(array, requires_grad=True) for array in (hidden, weights))
    twin = torch.nn.functional.cross_entropy(h @ w, torch.tensor(labels), reduction="none")
    twin.sum().backward()
    losses, hidden_grad, weights_grad = linear_cross_entropy(hidden, weights, labels)
    np.testing.assert_allclose(losses, twin.detach(), rtol=1e-12)
    np.testing.assert_allclose(hidden_grad, h.grad, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(weights_grad, w.grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("function", IN_CHUNKS)
def test_the_gradients_pass_the_check(function):
    hidden, weights, labels = inputs()
    outcome = gradcheck(
        lambda hidden, weights: function(hidden, weights, labels, chunk=4)[0],
        lambda hidden, weights: function(hidden, weights, labels, chunk=4)[1:],
        hidden,
        weights,
    )
    assert outcome.passed, outcome


@pytest.mark.parametrize("function", IN_CHUNKS)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, -1], r"labels must be from 0 to 2, but got -1 at index \(1,\)"),
        ([0, 3], r"labels must be from 0 to 2, but got 3 at index \(1,\)"),
        ([0.0, 1.0], "labels must be integers"),
        ([0], r"shape of logits without axis 1, \(2,\), but have shape \(1,\)"),
        ([0, 1, 1], r"shape of logits without axis 1, \(2,\), but have shape \(3,\)"),
    ],
)
def test_labels_that_are_no_classes_are_refused(function, labels, message):
    with pytest.raises(ValueError, match=message):
        function(np.eye(2), np.ones((2, 3)), labels, chunk=1)


@pytest.mark.parametrize("function", IN_CHUNKS)
def test_float32_is_kept(function):
    for array in function(*inputs(dtype=np.float32), chunk=4):
        assert array.dtype == np.float32


def test_the_running_sum_does_not_mind_the_order_nor_huge_logits():
    logits = np.array([[1000.0, -1000.0, 999.0, 3.0], [0.0, -5.0, 2.0, 1.0]])
    expected = np.logaddexp.reduce(logits, axis=1)
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        largest, total = np.full(2, -np.inf), np.zeros(2)
        for k in order:
            largest, total = add_to_log_sum_exp(largest, total, logits[:, [k]])
        np.testing.assert_allclose(largest + np.log(total), expected, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masked_logits_may_come_first(dtype):
    logits = np.array([[-np.inf, -np.inf, 2.0, -np.inf, 3.0], [-np.inf] * 5], dtype)
    largest, total = np.full(2, -np.inf, dtype), np.zeros(2, dtype)
    for part in (slice(0, 2), slice(2, 4), slice(4, 5)):
        largest, total = add_to_log_sum_exp(largest, total, logits[:, part])
        assert largest.dtype == total.dtype == dtype
    assert largest[0] + np.log(total[0]) == pytest.approx(np.logaddexp(2.0, 3.0), rel=1e-6)
    assert (largest[1], total[1]) == (-np.inf, 0.0)


EVERY_WAY = [
    linear_cross_entropy,
    *(functools.partial(function, chunk=2) for function in IN_CHUNKS),
]


@pytest.mark.parametrize("function", EVERY_WAY)
def test_weights_of_pytorch_are_the_other_way_round(function):
    hidden, weights, labels = inputs()
    with pytest.raises(ValueError, match=r"\(7, 5\) and \(11, 5\); .* other way round, weights.T"):
        function(hidden, weights.T, labels)


@pytest.mark.parametrize("function", EVERY_WAY)
def test_sums_of_float16_neither_overflow_nor_stall(function):
    """3000 tokens: their gradients add up to more than float16 counts one by one."""
    hidden, weights = np.ones((3000, 2), np.float16), np.zeros((2, 4), np.float16)
    losses, hidden_grad, weights_grad = function(hidden, weights, np.zeros(3000, int))
    assert {losses.dtype, hidden_grad.dtype, weights_grad.dtype} == {np.dtype(np.float16)}
    np.testing.assert_array_equal(weights_grad, [[-2250, 750, 750, 750]] * 2)
    large = 300.0 * np.ones((1, 2), np.float16)
    loss = function(large, large.T @ np.ones((1, 2), np.float16), [0])[0]
    assert loss == pytest.approx(np.log(2), abs=0.02)


@pytest.mark.parametrize("function", IN_CHUNKS)
def test_a_chunk_holds_something(function):
    with pytest.raises(ValueError, match="chunk must be an integer ≥ 1, but got 0"):
        function(*inputs(), chunk=0)
    with pytest.raises(TypeError, match="takes no chunk_size=: write chunk="):
        function(*inputs(), chunk_size=2)
