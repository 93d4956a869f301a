"""Softmax and its kin, and gated linear units: values, gradients, axes, extremes, errors."""

import mpmath
import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mpmath import mpf

from actloss import activations
from actloss.catalogue import AXIS_ACTIVATIONS
from tests.functions import pytorch
from tests.functions.ulp import ulp_errors

ENTRIES = [pytest.param(entry, id=entry.name) for entry in AXIS_ACTIVATIONS.values()]
every_entry = pytest.mark.parametrize("entry", ENTRIES)
every_axis = pytest.mark.parametrize("axis", [-1, 0, 1, -2])

logits = hnp.arrays(np.float64, st.integers(2, 6), elements=st.floats(-50, 50))


def random_input(seed=0, shape=(4, 6, 2)):
    return np.random.default_rng(seed).normal(size=shape) * 3


def upstream_for(entry, x, axis):
    return np.random.default_rng(1).normal(size=entry.function(x, axis=axis).shape)


def numerical_gradient(entry, x, upstream, axis, **parameters):
    """Central differences of Σ upstream · f(x), entry by entry."""
    gradient = np.zeros_like(x)
    h = 1e-6
    for index in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        right = entry.function(x + nudge, axis=axis, **parameters)
        left = entry.function(x - nudge, axis=axis, **parameters)
        gradient[index] = np.sum(upstream * (right - left)) / (2 * h)
    return gradient


# --- values and gradients ------------------------------------------------------------------


@every_axis
@pytest.mark.parametrize("entry", [e for e in AXIS_ACTIVATIONS.values() if e.pytorch is not None])
def test_value_and_gradient_are_those_of_pytorch(entry, axis):
    x = random_input()
    for parameters in [{"temperature": t} for t in (1.0, 0.3)] if entry.parameters else [{}]:
        tensor = torch.tensor(x, requires_grad=True)
        expected = pytorch.twin_of(entry, tensor, axis=axis, **parameters)
        ours = entry.function(x, axis=axis, **parameters)
        # PyTorch's GELU loses its digits in the lower tail, hence atol.
        np.testing.assert_allclose(ours, expected.detach(), rtol=1e-13, atol=1e-15)
        upstream = upstream_for(entry, x, axis)
        expected.backward(torch.tensor(upstream))
        gradient = entry.gradient(x, upstream, axis=axis, **parameters)
        np.testing.assert_allclose(gradient, tensor.grad, rtol=1e-11, atol=1e-14)


def test_only_the_sparse_ones_have_no_twin():
    without = [e.name for e in AXIS_ACTIVATIONS.values() if e.pytorch is None]
    assert without == ["sparsemax", "entmax15"]


@every_axis
@every_entry
def test_gradient_is_the_slope(entry, axis):
    x = random_input(seed=3)
    upstream = upstream_for(entry, x, axis)
    for parameters in [{"temperature": t} for t in (1.0, 2.5)] if entry.parameters else [{}]:
        expected = numerical_gradient(entry, x, upstream, axis, **parameters)
        gradient = entry.gradient(x, upstream, axis=axis, **parameters)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@every_entry
def test_last_axis_is_the_default(entry):
    x = random_input()
    np.testing.assert_array_equal(entry.function(x), entry.function(x, axis=2))


def test_softmax_of_a_worked_example():
    np.testing.assert_allclose(
        activations.softmax([1.8, 0.9, 0.68]), [0.58, 0.23, 0.19], atol=0.006
    )


# --- accuracy ------------------------------------------------------------------------------

ROWS = [
    [0.0, 0.0, 0.0],
    [1e308, 1e308, 1e308],
    [8e307, -8e307, 0.0],
    [50.0, 0.0, -3.0],
    [0.1, 0.2, 0.3],
    [745.0, 0.0, 1.0],
    [30.0, -720.0, -744.0],
    [-1000.0, -1001.0, -1002.5],
    [5e-324, 0.0, -5e-324],
    [12.25, 12.25, -30.5],
    *np.random.default_rng(5).normal(size=(300, 3)).tolist(),
]


def test_log_softmax_to_the_last_digits():
    with mpmath.workdps(400):
        exact = [
            [mpf(x) - max(row) - mpmath.log(sum(mpmath.exp(mpf(y) - max(row)) for y in row))]
            for row in ROWS
            for x in row
        ]
    exact = [[exact[3 * i + j][0] for j in range(3)] for i in range(len(ROWS))]
    ours = ulp_errors(activations.log_softmax(ROWS), exact).max()
    torchs = ulp_errors(
        torch.log_softmax(torch.tensor(ROWS, dtype=torch.float64), -1).numpy(), exact
    ).max()
    scipys = ulp_errors(scipy.special.log_softmax(ROWS, axis=-1), exact).max()
    print(f"log_softmax worst {ours:.2f} ULP;  PyTorch {torchs:.3g}  SciPy {scipys:.3g}")
    assert ours <= 4
    assert ours <= min(torchs, scipys)


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_softmax_to_the_last_digits_that_its_differences_allow(temperature):
    """Rounding (x − max)/T by a relative 2⁻⁵³ or two moves exp by (x − max)/T times as much."""
    with mpmath.workdps(50):
        scaled = [[(mpf(x) - max(row)) / mpf(temperature) for x in row] for row in ROWS]
        exact = [[mpmath.exp(z) / sum(mpmath.exp(w) for w in row) for z in row] for row in scaled]
    roundings = 0.5 if temperature == 1.0 else 1.0
    allowed = 3 + roundings * np.array([[float(min(-z, 800)) for z in row] for row in scaled])
    ours = ulp_errors(activations.softmax(ROWS, temperature=temperature), exact)
    logits = torch.tensor(ROWS, dtype=torch.float64) / temperature
    torchs = ulp_errors(torch.softmax(logits, -1).numpy(), exact)
    print(f"softmax worst {ours.max():.2f} ULP;  PyTorch {torchs.max():.3g}")
    assert np.all(ours <= allowed)
    assert ours.max() <= torchs.max() + 0.5


# --- extremes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([np.inf, 0.0], [1.0, 0.0]),
        ([np.inf, np.inf, 5.0], [0.5, 0.5, 0.0]),
        ([-np.inf, 0.0, 0.0], [0.0, 0.5, 0.5]),
        ([-np.inf, -np.inf], [0.5, 0.5]),
        ([1e308, -1e308], [1.0, 0.0]),
        ([np.inf, -np.inf], [1.0, 0.0]),
    ],
)
def test_infinite_logits_give_the_limit(row, expected):
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(activations.softmax(row), expected)
        np.testing.assert_array_equal(activations.sparsemax(row), expected)
        np.testing.assert_allclose(activations.entmax15(row), expected, rtol=1e-15)
        np.testing.assert_allclose(np.exp(activations.log_softmax(row)), expected, rtol=1e-15)


@every_entry
def test_nan_spoils_its_row_only(entry):
    x = random_input(shape=(3, 4))
    x[1, 2] = np.nan
    result = entry.function(x)
    assert np.isnan(result[1]).any()
    assert not np.isnan(result[[0, 2]]).any()
    gradient = entry.gradient(x, np.ones_like(result))
    assert np.isnan(gradient[1]).any()
    assert not np.isnan(gradient[[0, 2]]).any()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@every_entry
def test_finite_stays_finite_and_keeps_its_dtype(entry, dtype):
    largest = np.finfo(dtype).max / 2  # so that differences are finite too
    x = np.array([[largest, -largest], [0.0, 1.0], [-700.0, 700.0]], dtype)
    result = entry.function(x)
    assert result.dtype == dtype
    gradient = entry.gradient(x, np.ones_like(result))
    assert gradient.dtype == dtype
    if not entry.halves:  # the product of a value and a gate may be ∞
        assert np.isfinite(result).all()
        assert np.isfinite(gradient).all()
    assert not np.isnan(result).any()


# --- arrays --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (2, 4), (0, 4), (4, 0), (3, 0, 2), (2, 3, 4)])
@every_entry
def test_shapes_are_kept_or_halved(entry, shape):
    x = random_input(shape=shape)
    expected = (*shape[:-1], shape[-1] // 2) if entry.halves else shape
    result = entry.function(x)
    assert result.shape == expected
    assert entry.gradient(x, np.ones(expected)).shape == shape


@every_entry
def test_lists_and_integers_become_float64(entry):
    result = entry.function([[1, 2], [3, 4]])
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, entry.function([[1.0, 2.0], [3.0, 4.0]]))


@every_entry
def test_inputs_are_not_written(entry):
    x = random_input()
    upstream = upstream_for(entry, x, -1)
    kept = x.copy(), upstream.copy()
    x.setflags(write=False)
    upstream.setflags(write=False)
    assert not np.shares_memory(entry.function(x), x)
    assert not np.shares_memory(entry.gradient(x, upstream), upstream)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(upstream, kept[1])


# --- errors --------------------------------------------------------------------------------


@every_entry
def test_unknown_axis_is_refused(entry):
    with pytest.raises(ValueError, match=r"^axis must be an axis of x, .*\(2, 4\), but got 2$"):
        entry.function(np.zeros((2, 4)), axis=2)
    with pytest.raises(ValueError, match=r"^axis must be an axis of x, .*\(\), but got -1$"):
        entry.function(3.0)
    for axis in (1.0, None, "0", True, (0, 1)):
        with pytest.raises(TypeError, match=r"^axis must be one integer, but got "):
            entry.function(np.zeros((2, 4)), axis=axis)


@every_entry
def test_upstream_of_another_shape_is_refused(entry):
    x = np.zeros((2, 4))
    with pytest.raises(
        ValueError, match=r"^upstream must have shape .* x of shape \(2, 4\), .* shape \(3, 4\)$"
    ):
        entry.gradient(x, np.zeros((3, 4)))
    with pytest.raises(TypeError, match=r"^upstream must hold real numbers"):
        entry.gradient(x, np.full(entry.function(x).shape, 1j))


@every_entry
def test_what_is_no_real_number_is_refused(entry):
    with pytest.raises(TypeError, match=r"^x must hold real numbers"):
        entry.function(["a", "b"])


@pytest.mark.parametrize("name", ["glu", "swiglu", "geglu"])
def test_an_odd_length_cannot_be_halved(name):
    entry = AXIS_ACTIVATIONS[name]
    for call in (
        lambda: entry.function(np.zeros((2, 3))),
        lambda: entry.gradient(np.zeros((2, 3)), np.zeros((2, 1))),
    ):
        with pytest.raises(ValueError, match=r"^x must have an even length along axis 1,.*\(2, 3"):
            call()


@pytest.mark.parametrize("temperature", [0.0, -1.0, 1e-31, np.nan, np.inf])
def test_temperature_must_be_positive(temperature):
    expected = f"^temperature must be a number between 1e-30 and 1e[+]30, but got {temperature}$"
    with pytest.raises(ValueError, match=expected):
        activations.softmax([1.0, 2.0], temperature=temperature)
    with pytest.raises(ValueError, match=expected):
        activations.softmax_grad([1.0, 2.0], [1.0, 0.0], temperature=temperature)


# --- identities ----------------------------------------------------------------------------


@given(logits, st.floats(-50, 50))
def test_only_differences_of_logits_count(x, shift):
    for f in (activations.softmax, activations.log_softmax, activations.sparsemax):
        np.testing.assert_allclose(f(x + shift), f(x), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(activations.entmax15(x + shift), activations.entmax15(x), atol=1e-13)


@given(logits)
def test_probabilities_are_a_distribution(x):
    for f in (activations.softmax, activations.sparsemax, activations.entmax15):
        p = f(x)
        assert np.all(p >= 0)
        np.testing.assert_allclose(p.sum(), 1.0, rtol=1e-14)
        assert p[x.argmax()] == p.max()


@given(logits)
def test_log_softmax_is_the_log_of_softmax(x):
    np.testing.assert_allclose(
        activations.log_softmax(x), np.log(activations.softmax(x)), 1e-12, 1e-15
    )


@given(logits, st.floats(0.1, 10))
def test_temperature_divides_the_logits(x, temperature):
    p = activations.softmax(x, temperature=temperature)
    np.testing.assert_allclose(p, activations.softmax(x / temperature), rtol=1e-11)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_temperature_at_the_ends_of_its_range(dtype):
    x = np.array([1.0, 3.0, 3.0], dtype)
    cold, hot = (activations.softmax(x, temperature=t) for t in (1e-30, 1e30))
    np.testing.assert_array_equal(cold, np.array([0.0, 0.5, 0.5], dtype))
    np.testing.assert_allclose(hot, np.full(3, 1 / 3, dtype), rtol=1e-3)
    assert cold.dtype == hot.dtype == dtype


@given(st.floats(-300, 300), st.floats(-300, 300))
def test_two_classes_are_one_sigmoid_of_the_difference(a, b):
    p = activations.softmax([a, b])
    expected = [activations.sigmoid(a - b), activations.sigmoid(b - a)]
    np.testing.assert_allclose(p, expected, rtol=1e-14)


@given(logits)
def test_sparsemax_is_the_nearest_distribution(x):
    """Moving probability between any two classes, where there is any, leads further away."""
    p = activations.sparsemax(x)
    pull = x - p  # minus half the slope of the squared distance
    assert np.all(pull[p > 0] >= pull.max() - 1e-12)


def entmax15_in_50_digits(row):
    """The τ of Σ max(x/2 − τ, 0)² = 1, by halving the interval that holds it."""
    with mpmath.workdps(50):
        halves = [mpf(x) / 2 for x in row]
        low, high = max(halves) - 1, max(halves)
        for _ in range(200):
            middle = (low + high) / 2
            total = sum(max(z - middle, mpf(0)) ** 2 for z in halves)
            low, high = (middle, high) if total > 1 else (low, middle)
        return [max(z - low, mpf(0)) ** 2 for z in halves]


@pytest.mark.parametrize("count", [3, 50, 2000])
def test_entmax_is_that_of_50_digits(count):
    rng = np.random.default_rng(count)
    for scale in (1e-6, 0.1, 1.0, 20.0):
        row = scale * rng.normal(size=count)
        exact = np.array([float(p) for p in entmax15_in_50_digits(row)])
        # Where p is small, the digits of x/2 − τ are those that the subtraction leaves.
        np.testing.assert_allclose(activations.entmax15(row), exact, rtol=1e-11, atol=1e-17)
        np.testing.assert_allclose(activations.entmax15(row).sum(), 1.0, rtol=1e-14)


@given(logits)
def test_entmax_has_a_support_between_those_of_sparsemax_and_softmax(x):
    p = activations.entmax15(x)
    assert np.all(p[activations.sparsemax(x) > 1e-9] > 0)
    assert np.all(p[x <= x.max() - 2] == 0)


@given(logits)
def test_entmax_is_best_for_its_entropy(x):
    """Where p > 0 the slopes of q·x + 4/3 Σ(q − q^1.5) are equal, elsewhere they are lower."""
    p = activations.entmax15(x)
    slope = x + 4 / 3 - 2 * np.sqrt(p)
    np.testing.assert_allclose(slope[p > 0], slope.max(), rtol=1e-12, atol=1e-12)


@given(logits.filter(lambda x: len(x) % 2 == 0))
def test_gated_units_are_products_of_the_halves(x):
    a, b = np.split(x, 2)
    np.testing.assert_array_equal(activations.glu(x), a * activations.sigmoid(b))
    np.testing.assert_array_equal(activations.swiglu(x), activations.silu(a) * b)
    np.testing.assert_array_equal(activations.geglu(x), activations.gelu(a) * b)
