"""The gradient check finds wrong gradients, names the worst entry, and passes right ones."""

import numpy as np
import pytest

from actloss.gradcheck import gradcheck


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


def test_right_gradient_passes_and_reads_well():
    check = gradcheck(np.sin, np.cos, np.linspace(-3, 3, 50))
    assert check.passed
    assert check.entries == 50
    assert check.wrong_entries == 0
    assert check.relative_error < 1e-8
    assert repr(check) == "gradient correct: all 50 entries agree\n  relative error  below 1e-06"


def test_report_of_a_right_gradient_survives_the_last_bit():
    points = np.linspace(-3, 3, 50)
    reports = {
        repr(gradcheck(np.sin, lambda x, n=n: np.cos(x) * (1 + n * 2e-16), points))
        for n in range(5)
    }
    assert len(reports) == 1


def test_of_errors_that_differ_by_rounding_the_first_is_the_worst():
    def doubled(x):
        slopes = 2 * np.cos(x)
        slopes[-1] *= 1 + 1e-12
        return slopes

    check = gradcheck(np.sin, doubled, np.linspace(0, 1, 5))
    assert check.index == (0,)


def test_one_wrong_entry_is_named_with_both_numbers():
    def gradient(weights):
        slopes = 2 * weights
        slopes[1, 2] += 0.01
        return slopes

    weights = np.arange(6.0).reshape(2, 3)
    check = gradcheck(lambda weights: (weights**2).sum(), gradient, weights)
    assert not check.passed
    assert (check.argument, check.index) == ("weights", (1, 2))
    assert check.analytic == 10.01
    assert check.numerical == pytest.approx(10.0, rel=1e-9)
    assert check.relative_error == pytest.approx(0.01 / 10.01, rel=1e-6)
    assert check.wrong_entries == 1
    assert "gradient WRONG: 1 of 6 entries disagree; worst is weights[1, 2]" in repr(check)


def test_worst_argument_is_named_and_none_is_left_out():
    def product(left, right, offset):
        return left * right + offset

    def gradient(left, right, offset):
        return right, 1.5 * left, None

    arguments = ([1.0, 2.0], [3.0, 4.0], [0.0, 0.0])
    check = gradcheck(product, gradient, *arguments)
    assert check.argument == "right"
    assert check.entries == 4
    assert gradcheck(product, gradient, *arguments, names="abc").argument == "b"


def test_the_derivative_of_the_sigmoid_taken_twice_is_caught():
    """The bug of the moons example: ŷ − y is the derivative in the logit already."""
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(20, 3)), rng.integers(0, 2, 20)

    def loss(weights):
        logits = inputs @ weights
        return np.mean(np.logaddexp(0, logits) - labels * logits)

    def right(weights):
        return inputs.T @ (sigmoid(inputs @ weights) - labels) / 20

    def wrong(weights):
        logits = inputs @ weights
        return inputs.T @ ((sigmoid(logits) - labels) * sigmoid_slope(logits)) / 20

    weights = rng.normal(size=3)
    assert gradcheck(loss, right, weights).passed
    check = gradcheck(loss, wrong, weights)
    assert check.wrong_entries == 3
    assert check.relative_error > 0.5


def test_float32_arguments_are_checked_in_float64():
    check = gradcheck(np.sin, np.cos, np.linspace(-3, 3, 20, dtype=np.float32))
    assert check.relative_error < 1e-8


def test_integer_labels_stay_integers():
    logits = np.random.default_rng(0).normal(size=(4, 3))

    def picked(logits, labels):
        return logits[np.arange(4), labels]

    def gradient(logits, labels):
        return np.eye(3)[labels]

    assert gradcheck(picked, gradient, logits, np.array([0, 2, 1, 1])).passed


def test_integer_point_is_moved_by_fractions():
    assert gradcheck(lambda x: x**2, lambda x: 2.0 * x, [1, 2, 3]).passed


def test_scalars_are_arrays_of_no_axes():
    check = gradcheck(lambda x: x**2, lambda x: 3 * x, 1.0)
    assert check.index == ()
    assert "worst is x\n" in repr(check)


def test_arguments_without_a_name_are_counted():
    check = gradcheck(lambda *arrays: arrays[1] ** 2, lambda *arrays: (None, 2 * arrays[1]), 1, 2)
    assert check.argument == "argument 1"


def test_a_kink_beside_the_point_is_no_error():
    """1e-6 from the kink of |x| the first step reaches across it, a shorter one does not."""
    assert gradcheck(np.abs, np.sign, [1e-6, -1e-6, 1.0]).passed


def test_on_the_kink_itself_the_numbers_differ():
    check = gradcheck(np.abs, lambda x: np.ones_like(x), [0.0])
    assert not check.passed
    assert check.numerical == 0.0


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_gradients_that_are_not_finite_never_pass(broken):
    check = gradcheck(np.sin, lambda x: np.full_like(x, broken), [0.5])
    assert not check.passed
    assert check.relative_error == np.inf


def test_a_function_that_is_not_finite_never_passes():
    assert not gradcheck(lambda x: x * np.inf, np.ones_like, [1.0]).passed


def test_a_function_that_writes_into_its_input_is_seen_from_outside_only():
    def double_in_place(x):
        x *= 2
        return x

    def spoil_and_differentiate(x):
        x.fill(7.0)
        return np.full_like(x, 2.0)

    point = np.array([1.0, 2.0])
    assert gradcheck(double_in_place, spoil_and_differentiate, point).passed
    check = gradcheck(np.square, lambda x: 2 * double_in_place(x) / 2, point)
    assert check.passed  # 2x, at the point itself
    np.testing.assert_array_equal(point, [1.0, 2.0])


def test_small_gradients_are_compared_at_the_size_of_smallest():
    def slightly_off(x):
        return np.full_like(x, 1e-9)

    assert gradcheck(lambda x: 0 * x, slightly_off, [1.0]).passed
    assert not gradcheck(lambda x: 0 * x, slightly_off, [1.0], smallest=1e-4).passed


def test_the_rounding_of_a_large_function_is_no_error():
    """Of a loss of 1e10 a central difference knows no more than ±0.4."""
    prices = np.linspace(1e5, 3e5, 7)

    def loss(weight):
        return np.mean((weight - prices) ** 2)

    weight = np.array(1.0)
    assert gradcheck(loss, lambda weight: 2 * np.mean(weight - prices), weight).passed
    assert not gradcheck(loss, lambda weight: np.mean(weight - prices), weight).passed


def test_nothing_to_check_says_so():
    check = gradcheck(np.sin, np.cos, np.empty((0, 3)))
    assert check.entries == 0
    assert repr(check) == "gradient not checked: the arguments have no entries"


def test_wrong_shape_names_the_argument_and_both_shapes():
    with pytest.raises(
        ValueError,
        match=r"gradient in x has shape \(3,\), expected the argument's shape \(2, 3\)",
    ):
        gradcheck(lambda x: x, lambda x: np.ones(3), np.ones((2, 3)))


def test_too_many_gradients_are_refused():
    with pytest.raises(ValueError, match="gradient returned 2 arrays for 1 arguments"):
        gradcheck(np.sin, lambda x: (x, x), [1.0])


@pytest.mark.parametrize("tolerance", [0, -1, np.nan])
def test_tolerance_must_be_positive(tolerance):
    with pytest.raises(
        ValueError, match=f"tolerance must be .* greater than 0, but got {float(tolerance)}"
    ):
        gradcheck(np.sin, np.cos, [1.0], tolerance=tolerance)
