"""The building blocks: what they promise beyond what the activations already show."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from actloss import numerics
from actloss.activations.gaussian_units import normal_tail_ratio
from tests.functions.ulp import narrow_ulp_errors, ulp_errors


def test_log1p_to_the_last_digits():
    rng = np.random.default_rng(0)
    u = np.concatenate([rng.uniform(0, 1, 500), 10.0 ** rng.uniform(-323, 0, 500), [0.0, 1.0]])
    with mpmath.workdps(400):
        exact = [mpmath.log1p(mpf(x)) for x in u.tolist()]
    assert ulp_errors(numerics.log1p(u), exact).max() < 1.2


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [(numerics.log1p, np.log1p), (numerics.expm1, np.expm1), (numerics.exp, np.exp)],
    ids=["log1p", "expm1", "exp"],
)
def test_float32_by_other_ways(ours, numpys):
    rng = np.random.default_rng(0)
    u = np.concatenate([rng.uniform(0, 1, 20000), 10.0 ** rng.uniform(-45, 0, 20000), [0.0, 1.0]])
    u = u.astype(np.float32)
    numbers = {"log1p": [u], "expm1": [-u, -100 * u], "exp": [u, -u, -100 * u]}  # each one's own
    x = np.concatenate(numbers[numpys.__name__])
    result = ours(x)
    assert result.dtype == np.float32
    assert narrow_ulp_errors(result, numpys(x.astype(np.float64))).max() < 3


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_gate_keeps_its_digits_where_the_exponential_has_few(dtype):
    lowest = -750.0 if dtype == np.float64 else -105.0
    logit = np.linspace(lowest, 100.0, 2001).astype(dtype)
    with mpmath.workdps(50):
        exact = [7 / (1 + mpmath.exp(-mpf(t))) for t in logit.tolist()]
    result = numerics.gated(7.0, logit)
    assert result.dtype == dtype
    exact = np.array([float(value) for value in exact])
    measure = narrow_ulp_errors if dtype == np.float32 else ulp_errors
    assert measure(result, exact).max() < 4


def test_a_tail_changes_nothing_elsewhere():
    """Whether a block holds a deep exponent, or NaN, decides how it is computed, not the result."""
    x = np.linspace(-700.0, 50.0, 999)
    for extreme in (-740.0, -np.inf, np.nan):
        beside = np.append(x, [extreme, -740.0])
        np.testing.assert_array_equal(numerics.gated(beside, beside)[:-2], numerics.gated(x, x))
        tail = numerics.gated(beside, beside)[-1]
        np.testing.assert_allclose(tail, -740 * np.exp(-740.0 + 40) * np.exp(-40.0), rtol=1e-14)


def test_log1p_exp_on_both_sides():
    x = np.array([-1000.0, -745.0, -40.0, 0.0, 40.0, 1000.0, np.inf, -np.inf, np.nan])
    with np.errstate(invalid="ignore"):  # np.logaddexp warns of NaN
        expected = np.logaddexp(x, 0.0)
    np.testing.assert_allclose(numerics.log1p_exp(x), expected, rtol=4e-16)


@given(st.floats(1e-3, 1e3), st.floats(-1e4, 1e4).filter(lambda b: b == 0 or abs(b) > 1e-200))
def test_product_error_is_exact(a, b):
    with mpmath.workprec(300):
        exact = mpf(a) * mpf(b) - mpf(a * b)
    assert numerics.product_error(a, np.float64(b)) == exact


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_rounding_takes_from_sums_products_and_quotients(dtype):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 2000)).astype(dtype)
    b *= dtype(1e3)
    exact = {
        numerics.difference_error: lambda x, y: mpf(x) - mpf(y),
        numerics.inexact_product_error: lambda x, y: mpf(x) * mpf(y),
    }
    rounded = {numerics.difference_error: a - b, numerics.inexact_product_error: a * b}
    with mpmath.workprec(300):
        for error, operation in exact.items():
            true = [
                float(operation(*pair) - mpf(r))
                for *pair, r in zip(a.tolist(), b.tolist(), rounded[error].tolist(), strict=True)
            ]
            np.testing.assert_array_equal(error(a, b), np.array(true).astype(dtype))
        true = [
            float(mpf(x) / mpf(0.7) - mpf(q))
            for x, q in zip(a.tolist(), (a / 0.7).tolist(), strict=True)
        ]
    np.testing.assert_allclose(numerics.quotient_error(a, 0.7), true, rtol=1e-6, atol=1e-15)


@given(st.floats(-1e4, 1e4).filter(lambda a: a == 0 or abs(a) > 1e-200), st.floats(1e-3, 1e3))
def test_quotient_error_is_what_rounding_took_away(a, b):
    with mpmath.workprec(300):
        exact = mpf(a) / mpf(b) - mpf(a / b)
    ours = numerics.quotient_error(np.float64(a), b)
    np.testing.assert_allclose(ours, float(exact), rtol=1e-15)


def test_scaled_exp_keeps_its_digits_where_exp_has_few():
    x = np.linspace(-750.0, 0.0, 1501)
    with mpmath.workdps(50):
        exact = [700 * mpmath.exp(mpf(t)) for t in x.tolist()]
    assert ulp_errors(numerics.scaled_exp(700.0, x, np.exp(x)), exact).max() < 2
    assert ulp_errors(700.0 * np.exp(x), exact).max() > 100  # what would happen without


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_parts_of_a_number_line(dtype):
    x = np.array([-np.inf, -2.0, -0.0, 0.0, np.finfo(dtype).smallest_subnormal, 3, np.inf], dtype)
    largest = np.finfo(dtype).max
    for part, expected in [
        (numerics.positive_part, np.maximum(x, 0)),
        (numerics.negative_part, np.minimum(x, 0)),
        (numerics.is_positive, [0, 0, 0, 0, 1, 1, 1]),
        (numerics.finite_part, np.clip(x, -largest, largest)),
    ]:
        result = part(x)
        np.testing.assert_array_equal(result, np.array(expected, dtype))
        assert result.dtype == dtype
        assert np.isnan(part(np.array([np.nan], dtype))).all()


def test_distance_from_zero():
    x = np.array([-np.inf, -3.0, 0.0, 5.0, 1e5])
    np.testing.assert_array_equal(numerics.distance_from_zero(x), [1e4, 3, 0, 5, 1e4])
    np.testing.assert_array_equal(numerics.distance_from_zero(x, 4.0), [4, 3, 0, 4, 4])


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=8), st.floats(-2, 2))
def test_polynomial_is_horners_rule(coefficients, x):
    ours = numerics.polynomial(tuple(coefficients), np.array([x]))
    np.testing.assert_allclose(ours, [np.polyval(coefficients, x)], rtol=1e-12, atol=1e-12)


def test_normal_tail_ratio_to_the_last_digits():
    z = np.concatenate([np.linspace(0, 39, 800), 10.0 ** np.linspace(-300, 0, 50)])
    with mpmath.workdps(50):
        exact = [
            mpmath.erfc(mpf(t) / mpmath.sqrt(2)) / 2 * mpmath.exp(mpf(t) ** 2 / 2)
            if t > 1e-40
            else mpf(1) / 2
            for t in z.tolist()
        ]
    assert ulp_errors(normal_tail_ratio(z), exact).max() < 2.5
