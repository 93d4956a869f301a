"""The mean of a loss, its gradient, weights and samples that are not there."""

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_sample_weight

from actloss import losses
from actloss.catalogue import LOSSES
from actloss.gradcheck import gradcheck
from actloss.losses import balanced_weights, mean_loss, mean_loss_and_grad
from tests.functions.test_losses import draw_all

EVERY = pytest.mark.parametrize("entry", LOSSES.values(), ids=lambda entry: entry.name)
SQUARED = (losses.squared_error, losses.squared_error_grad)
SPARSE = (losses.sparse_softmax_cross_entropy, losses.sparse_softmax_cross_entropy_grad)
CLASS_WEIGHTS = np.array([0.1, 2.0, 1.0, 3.0])


def leave_out(entry, arrays, row):
    """The arrays with what no loss can take in one row."""
    spoiled = []
    for array, kind in zip(arrays, entry.takes, strict=True):
        array = array.copy()
        array[row] = -100 if kind == "class" else np.nan
        spoiled.append(array)
    return spoiled


# --- every loss ----------------------------------------------------------------------------


@EVERY
def test_the_mean_is_numpys_and_its_gradient_the_slope(entry):
    arrays = draw_all(entry, (5,))
    mean, slope = mean_loss_and_grad(entry.function, entry.gradient, *arrays)
    np.testing.assert_allclose(mean, entry.function(*arrays).mean(), rtol=1e-14)
    np.testing.assert_allclose(slope, entry.gradient(*arrays) / 5, rtol=1e-14)
    assert mean_loss(entry.function, *arrays) == mean


@EVERY
def test_the_weighted_mean_is_numpys_and_its_gradient_the_slope(entry):
    arrays = draw_all(entry, (5,))
    weights = np.array([1.0, 0.5, 0.0, 2.0, 3.0])
    mean, _ = mean_loss_and_grad(entry.function, entry.gradient, *arrays, weights=weights)
    expected = np.average(entry.function(*arrays), weights=weights)
    np.testing.assert_allclose(mean, expected, rtol=1e-14)
    check = gradcheck(
        lambda *a: mean_loss(entry.function, *a, weights=weights),
        lambda *a: mean_loss_and_grad(entry.function, entry.gradient, *a, weights=weights)[1],
        *arrays,
    )
    assert check.passed, check


@EVERY
def test_what_is_left_out_may_hold_anything(entry):
    arrays = draw_all(entry, (5,))
    kept = np.array([True, True, False, True, True])
    both = entry.function, entry.gradient
    mean, slope = mean_loss_and_grad(*both, *leave_out(entry, arrays, 2), where=kept)
    np.testing.assert_allclose(mean, entry.function(*arrays)[kept].mean(), rtol=1e-14)
    expected = entry.gradient(*arrays) / 4
    expected[2] = 0.0
    np.testing.assert_allclose(slope, expected, rtol=1e-14)
    # A weight of 0 says the same.
    by_weight = mean_loss_and_grad(*both, *leave_out(entry, arrays, 2), weights=1.0 * kept)
    assert by_weight[0] == mean
    np.testing.assert_array_equal(by_weight[1], slope)


@EVERY
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_of_the_predictions_is_kept(entry, dtype):
    first, *others = draw_all(entry, (5,))
    mean, slope = mean_loss_and_grad(entry.function, entry.gradient, first.astype(dtype), *others)
    assert mean.dtype == slope.dtype == dtype


# --- PyTorch and scikit-learn --------------------------------------------------------------


@pytest.mark.parametrize("shape", [(9,), (2, 3)])
def test_class_weights_and_ignore_index_are_pytorchs(shape):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(*shape, 4)), rng.integers(0, 4, shape)
    weights = CLASS_WEIGHTS[labels]
    labels[labels == 2] = -100
    labels[-1] = 1
    weights[-1] = CLASS_WEIGHTS[1]
    assert (labels == -100).any()
    tensor = torch.tensor(logits, requires_grad=True)
    theirs = torch.nn.functional.cross_entropy(
        tensor.movedim(-1, 1), torch.tensor(labels), weight=torch.tensor(CLASS_WEIGHTS)
    )
    theirs.backward()
    mean, slope = mean_loss_and_grad(*SPARSE, logits, labels, weights=weights, where=labels != -100)
    np.testing.assert_allclose(mean, theirs.item(), rtol=1e-13)
    np.testing.assert_allclose(slope, tensor.grad.numpy(), rtol=1e-12, atol=1e-15)
    # The classes may lie along any axis.
    moved = np.moveaxis(logits, -1, 0)
    other = mean_loss_and_grad(
        *SPARSE, moved, labels, weights=weights, where=labels != -100, axis=0
    )
    np.testing.assert_allclose(other[0], mean, rtol=1e-14)
    np.testing.assert_allclose(np.moveaxis(other[1], 0, -1), slope, rtol=1e-13, atol=1e-16)


def test_pos_weight_is_pytorchs():
    """As the docstring says: its mean is divided by the number of entries."""
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(8, 3)), rng.integers(0, 2, (8, 3)).astype(float)
    pos_weight = np.array([9.0, 1.0, 0.5])
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(logits), torch.tensor(labels), pos_weight=torch.tensor(pos_weight)
    )
    weights = np.where(labels == 1, pos_weight, 1.0)
    ours = mean_loss(losses.binary_cross_entropy_with_logits, logits, labels, weights=weights)
    np.testing.assert_allclose(ours * weights.mean(), theirs.item(), rtol=1e-14)


@pytest.mark.parametrize("shape", [(50,), (5, 10)])
def test_balanced_weights_are_those_of_scikit_learn(shape):
    labels = np.random.default_rng(0).choice([0, 1, 3], shape, p=[0.8, 0.15, 0.05])
    weights = balanced_weights(labels, classes=5)
    expected = compute_sample_weight("balanced", labels.ravel()).reshape(shape)
    np.testing.assert_allclose(weights, expected, rtol=1e-14)
    assert weights.mean() == pytest.approx(1.0)
    by_class = [weights[labels == k].sum() for k in (0, 1, 3)]
    np.testing.assert_allclose(by_class, by_class[0])


# --- what a mean must hold -----------------------------------------------------------------


def test_a_weight_of_2_is_a_sample_that_came_twice():
    once = mean_loss(losses.squared_error, [1.0, 3.0, 3.0], 0.0)
    assert mean_loss(losses.squared_error, [1.0, 3.0], 0.0, weights=[1, 2]) == pytest.approx(once)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_only_ratios_of_weights_count(scale):
    mean, slope = mean_loss_and_grad(*SQUARED, [1.0, 3.0], 0.0, weights=[3 * scale, 1 * scale])
    assert mean == pytest.approx(3.0)
    np.testing.assert_allclose(slope, [1.5, 1.5])


def test_large_losses_and_many_samples_do_not_overflow():
    assert mean_loss(losses.absolute_error, [1.7e308, 1.7e308], 0.0) == pytest.approx(1.7e308)
    many = np.full(70_000, 4.0, np.float16)
    mean, slope = mean_loss_and_grad(*SQUARED, many, 0.0)
    assert mean == 16.0
    np.testing.assert_allclose(slope, 8 / 70_000, rtol=1e-3)


def test_what_counts_may_be_infinite_or_nan():
    assert mean_loss(losses.squared_error, [np.inf, 0.0], 0.0) == np.inf
    assert np.isnan(mean_loss(losses.squared_error, [np.nan, 0.0], 0.0))
    assert np.isnan(mean_loss(losses.squared_error, [1.0, 0.0], 0.0, weights=[np.nan, 1.0]))
    assert mean_loss(losses.squared_error, [np.inf, 2.0], 0.0, weights=[0, 1]) == 4.0


def test_inputs_are_left_as_they_were():
    logits, labels = np.zeros((3, 4)), np.array([0, -100, 1])
    weights, where = np.array([1.0, 1.0, 2.0]), labels >= 0
    kept = [array.copy() for array in (logits, labels, weights, where)]
    mean_loss_and_grad(*SPARSE, logits, labels, weights=weights, where=where)
    for array, copy in zip((logits, labels, weights, where), kept, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_settings_reach_the_loss():
    mean = mean_loss(losses.huber_loss, [3.0, 3.0], [0.0, 0.0], delta=2.0)
    assert mean == losses.huber_loss(3.0, 0.0, delta=2.0)


# --- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"weights": [1.0]}, ValueError, r"weights must have the shape of the losses, \(2,\), but"),
        ({"weights": [[1.0], [1.0]]}, ValueError, r"weights must .* have shape \(2, 1\)"),
        ({"weights": [1.0, -2.0]}, ValueError, r"weights must be .* got -2.0 at index \(1,\)"),
        ({"weights": [1.0, np.inf]}, ValueError, r"weights must be finite .* got inf at index"),
        ({"weights": "heavy"}, TypeError, "weights must hold real numbers"),
        ({"weights": [0.0, 0.0]}, ValueError, "a mean needs at least one sample that counts"),
        ({"where": [False, False]}, ValueError, "a mean needs at least one sample that counts"),
        ({"where": [1, 0]}, TypeError, "where must hold booleans, .* but has dtype int64"),
        ({"where": [True]}, ValueError, r"where must have the shape of the losses, \(2,\), but"),
        (
            {"where": [True, False], "weights": [1.0]},
            ValueError,
            r"weights must have the shape of where, \(2,\), but have shape \(1,\)",
        ),
        ({"where": [True, False, True]}, ValueError, r"weights and where must have .* \(3,\)"),
    ],
)
def test_weights_and_masks_of_the_wrong_kind(given, error, message):
    with pytest.raises(error, match=f"^{message}"):
        mean_loss(losses.squared_error, [1.0, 2.0], [0.0, 0.0], **given)
    with pytest.raises(error, match=f"^{message}"):
        mean_loss_and_grad(*SQUARED, [1.0, 2.0], [0.0, 0.0], **given)


def test_functions_of_the_wrong_kind():
    with pytest.raises(
        TypeError, match=r"^loss must be a function, such as squared_error, but got"
    ):
        mean_loss([1.0], [1.0])
    with pytest.raises(TypeError, match=r"^gradient must be a function, .* but got array"):
        mean_loss_and_grad(losses.squared_error, np.ones(2), np.ones(2))
    with pytest.raises(TypeError, match=r"^gradient must be .* such as squared_error_grad, but"):
        mean_loss_and_grad(losses.squared_error, losses.squared_error, [1.0], [0.0])
    with pytest.raises(
        TypeError, match=r"^expected the arrays of the loss behind it, but got none"
    ):
        mean_loss(losses.squared_error)
    with pytest.raises(ValueError, match=r"^gradient must have an entry .* \(3,\), .* \(2,\)$"):
        mean_loss_and_grad(losses.squared_error, lambda p, t: np.ones(3), [1.0, 2.0], [0.0, 0.0])


def test_a_mean_of_nothing():
    with pytest.raises(ValueError, match=r"^a mean needs at least one loss, .* shape \(0,\)$"):
        mean_loss(losses.squared_error, [], [])


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([0, 2], 2, r"labels must be from 0 to 1, but got 2 at index \(1,\)"),
        ([0.0, 1.0], 2, "labels must be integers"),
        ([], 2, "labels must hold at least one sample"),
        ([0, 1], 0, "classes must be an integer ≥ 1, but got 0"),
    ],
)
def test_labels_that_cannot_be_balanced(labels, classes, message):
    with pytest.raises(ValueError, match=message):
        balanced_weights(labels, classes=classes)
