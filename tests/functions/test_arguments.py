"""What functions do with their arguments before the formula, and how they refuse what is wrong."""

import inspect
import re

import numpy as np
import pytest

from actloss import activations, arguments, losses


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_as_float_keeps_floats_as_they_are(dtype):
    x = np.arange(3, dtype=dtype)
    assert arguments.as_float(x) is x
    assert arguments.as_float(dtype(2)).dtype == dtype


@pytest.mark.parametrize(
    "value", [3, True, [1, 2], (0.5,), np.uint8([1]), np.longdouble([1.5]), [[True], [False]], []]
)
def test_as_float_makes_float64_of_other_real_numbers(value):
    result = arguments.as_float(value)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, np.array(value, dtype=float))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1j], "dtype complex128: [1j]"),
        ("text", "dtype <U4: 'text'"),
        ([None], "dtype object: [None]"),
        (list("abcdefghijklmnopqrstuvwxyz"), "…"),
    ],
)
def test_as_float_names_the_argument_and_what_came(value, said):
    with pytest.raises(TypeError) as refusal:
        arguments.as_float(value, "logits")
    assert str(refusal.value).startswith("logits must hold real numbers, but got an array of dtype")
    assert str(refusal.value).endswith(said)
    assert len(str(refusal.value)) < 140


def test_rows_of_unequal_lengths_are_named():
    said = "logits must be a number or an array, but has rows of unequal lengths: [[1], [1, 2]]"
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        arguments.as_float([[1], [1, 2]], "logits")


@pytest.mark.parametrize(
    ("check", "good", "bad", "expected"),
    [
        (arguments.check_finite, [-1, 0.0, 1e300], [np.nan, np.inf], "a finite number"),
        (
            arguments.check_positive,
            [1e-300, 2],
            [0.0, -1.0, np.nan, np.inf],
            "a finite number greater than 0",
        ),
        (
            arguments.check_non_negative,
            [0, 0.5],
            [-1e-300, np.nan, np.inf],
            "a finite number of at least 0",
        ),
    ],
)
def test_a_check_returns_good_numbers_and_names_bad_ones(check, good, bad, expected):
    for value in good:
        for given_as in (value, np.float64(value), np.array(value)):
            checked = check("alpha", given_as)
            assert type(checked) is float
            assert checked == value
    for value in bad:
        with pytest.raises(ValueError, match=f"^alpha must be {expected}, but got {value}$"):
            check("alpha", value)
    for value in ("1", None, [1.0], 1j, True, np.ones((1, 1))):
        with pytest.raises(TypeError, match=f"^alpha must be {expected}, but got "):
            check("alpha", value)


def test_a_number_outside_its_limits_is_refused():
    assert arguments.check_between("p", 0, 0.0, 1.0) == 0.0
    for value in (-0.1, 1.5, np.nan):
        with pytest.raises(
            ValueError, match=f"^p must be a number between 0 and 1, but got {value}"
        ):
            arguments.check_between("p", value, 0, 1)


def test_blocks_keep_the_order_of_the_elements():
    doubled = arguments.elementwise_in_blocks(lambda x: 2.0 * x)
    x = np.arange(3.0 * arguments.BLOCK_SIZE + 5)
    np.testing.assert_array_equal(doubled(x), 2.0 * x)
    np.testing.assert_array_equal(doubled(x[::-1]), 2.0 * x[::-1])


@pytest.mark.parametrize("decorate", [arguments.elementwise, arguments.elementwise_in_blocks])
def test_decorated_functions_keep_name_signature_and_docstring(decorate):
    def f(x, *, alpha=0.5):
        """Text."""
        return x

    decorated = decorate(f)
    assert decorated.__name__ == "f"
    assert decorated.__doc__ == "Text."
    assert str(inspect.signature(decorated)) == "(x, *, alpha=0.5)"
    assert "return x" in inspect.getsource(decorated)


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((90, 10), -1),
        ((10, 90), 0),
        ((5, 100), 1),
        ((200, 70), 1),
        ((6, 7, 50), 1),
        ((90, 2, 3), 1),
    ],
)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_blocks_of_samples_give_what_the_whole_gives(shape, axis, dtype, monkeypatch):
    rng = np.random.default_rng(0)
    x, upstream = rng.normal(size=(2, *shape)).astype(dtype)
    labels = rng.integers(0, shape[axis], np.delete(shape, axis))
    calls = [
        lambda: activations.softmax(x, axis=axis),
        lambda: activations.softmax_grad(x, upstream, axis=axis),
        lambda: activations.glu(np.concatenate([x, x], axis), axis=axis),
        lambda: losses.sparse_softmax_cross_entropy(x, labels, axis=axis),
        lambda: losses.sparse_softmax_cross_entropy_grad(x, labels, axis=axis),
    ]
    whole = [call() for call in calls]
    monkeypatch.setattr(arguments, "BLOCK_SIZE", 128)
    for call, expected in zip(calls, whole, strict=True):
        result = call()
        assert (result.shape, result.dtype) == (expected.shape, dtype)
        # Sums are added in another order where the classes lie in front.
        close = {np.float16: 1e-3, np.float32: 1e-6, np.float64: 1e-14}[dtype]
        np.testing.assert_allclose(result, expected, rtol=close, atol=close)
