r"""Gaussian error linear units: x · Φ(x), exactly and by a tanh, with the tails that they need.

Each function stands beside its derivative, ``<name>_grad``, which takes the same arguments, raises
the same errors, keeps shape and dtype, and equals what PyTorch's autograd makes of the twin. As
f(x) − f(−x) = x, the derivative is computed for −\|x\| and mirrored, by f'(x) = 1 − f'(−x).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, elementwise_in_blocks
from actloss.numerics import (
    clip,
    distance_from_zero,
    gated,
    minus,
    mirror_slope,
    polynomial,
    positive_part,
    scaled_exp,
    split_product_error,
    square_of_one_plus,
)

__all__ = [
    "gelu",
    "gelu_grad",
    "gelu_tanh",
    "gelu_tanh_grad",
]


@elementwise_in_blocks
def gelu(x: ArrayLike) -> Floats:
    r"""Gaussian error linear unit: x times the chance that a normal variable lies below x.

    .. math:: f(x) = x \, \Phi(x) = \frac{x}{2}
              \left(1 + \operatorname{erf}\frac{x}{\sqrt 2}\right)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values of at least −0.1701, reached at x = −0.7518.

    Notes
    -----
    PyTorch: ``torch.nn.functional.gelu(x)``, also exact by default, but without a correct digit
    below x = −8.3 in float64, and NaN at −∞ (here 0, the limit). JAX defaults to :func:`gelu_tanh`.

    References
    ----------
    D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016.

    Examples
    --------
    >>> gelu([-2.0, 0.0, 2.0]).round(4)
    array([-0.0455,  0.    ,  1.9545])
    """
    distance = distance_from_zero(x, 39.0)
    return positive_part(x) - scaled_normal_curve(distance * normal_tail_ratio(distance), distance)


@elementwise_in_blocks
def gelu_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`gelu`.

    .. math:: f'(x) = \Phi(x) + x\,\varphi(x), \qquad \varphi(x) = \frac{e^{-x^2/2}}{\sqrt{2\pi}}

    Parameters
    ----------
    x
        As for :func:`gelu`.

    Examples
    --------
    >>> gelu_grad([-2.0, 0.0, 2.0]).round(4)
    array([-0.0852,  0.5   ,  1.0852])
    """
    return mirror_slope(x, gelu_slope(distance_from_zero(x, 39.0)))


# --- the normal distribution ---------------------------------------------------------------

# (z + 1.375) · normal_tail_ratio(z) as a polynomial in (z − 5) / (z + 5) for 0 ≤ z ≤ 39: a
# Chebyshev fit with relative error 1.5e-17, computed with 40 digits.
NORMAL_TAIL_COEFFICIENTS = (
    6.567108981350318e-10,
    3.754636996999729e-09,
    1.0784933356823454e-09,
    -2.9740394002702366e-08,
    -2.6052848253968714e-08,
    1.8399740780974118e-07,
    1.5352413962100077e-07,
    -1.2185515148871693e-06,
    -3.220094702422994e-07,
    8.58483648928906e-06,
    -7.404862736318942e-06,
    -5.324752242854947e-05,
    0.00015967391196722525,
    5.814550275833405e-05,
    -0.001593740825000609,
    0.005629934023012103,
    -0.011798651445736259,
    0.015756750561541813,
    -0.008455285859745369,
    -0.020329101588841686,
    0.07455617288321474,
    -0.1453488650580133,
    0.4903605692156651,
)


# In float32, where exp(−z²/2) is 0 from z = 14.5 on: (z + 1.25) · normal_tail_ratio(z) as a
# polynomial in (z − 4) / (z + 4), with relative error 5e-9.
NORMAL_TAIL_COEFFICIENTS_FLOAT32 = (
    -8.06022435426712e-05,
    -9.786194277694449e-05,
    0.0006438637501560152,
    -0.00012494735710788518,
    -0.0048701767809689045,
    0.015812452882528305,
    -0.02448323369026184,
    0.01067358162254095,
    0.04509459808468819,
    -0.13930290937423706,
    0.4956558644771576,
)

# gelu_grad(−z) / exp(−z²/2) / (z₀ − z), where z₀ is its zero, falls slowly from 0.67 to 0.4: as a
# polynomial in (z − 5) / (z + 5) for 0 ≤ z ≤ 39, with relative error 1.1e-17. For float32 in
# (z − 4) / (z + 4) for z ≤ 14.5, with relative error 1.7e-8.
GELU_SLOPE_COEFFICIENTS = (
    2.1990347222068178e-10,
    1.6259420249196775e-10,
    -2.7212874248501606e-09,
    -2.162902267309979e-09,
    2.165113351005426e-08,
    1.2128632917155715e-08,
    -1.6867276830859697e-07,
    2.163122913676731e-08,
    1.3601234577847068e-06,
    -1.9928279462535967e-06,
    -9.201158083761803e-06,
    4.064699533483498e-05,
    -1.519577495943639e-05,
    -0.00044053062527911165,
    0.0023021837235944445,
    -0.007334310928988714,
    0.017807831556882932,
    -0.035535121469155675,
    0.060487813553870985,
    -0.08979658026980374,
    0.45143549526340543,
)
GELU_SLOPE_COEFFICIENTS_FLOAT32 = (
    1.8478536718383453e-05,
    0.00019073310079526323,
    -0.0001766343706013208,
    -0.0017957780146321937,
    0.009509464499063734,
    -0.02808180745625245,
    0.06046260946869501,
    -0.10336596995292843,
    0.46221124838772026,
)

# GELU is lowest at −0.751…; and what a float64 cannot hold of that.
GELU_LOWEST = 0.7517915246935645
GELU_LOWEST_LOST = -1.4956759177009883e-17


def normal_tail_ratio(z: Floats) -> Floats:
    """Q(z) / exp(−z²/2) for 0 ≤ z ≤ 39, where Q(z) is the chance that a normal variable exceeds z.

    It falls slowly, from 1/2 to 0.01, so that it keeps its digits where Q itself underflows.
    """
    return (
        polynomial(NORMAL_TAIL_COEFFICIENTS, (z - 5.0) / (z + 5.0)) / (z + 1.375)
        if z.dtype == np.float64
        else polynomial(NORMAL_TAIL_COEFFICIENTS_FLOAT32, (z - 4.0) / (z + 4.0)) / (z + 1.25)
    )


def scaled_normal_curve(scale: Floats, z: Floats) -> Floats:
    """scale · exp(−z²/2) for 0 ≤ z ≤ 39, right to the last digits in the tail.

    exp would magnify the rounding of z²: so that is worked out.
    """
    return split_normal_curve(scale, z) if z.dtype == np.float64 else float64_normal_curve(scale, z)


def split_normal_curve(scale: Floats, z: Floats) -> Floats:
    """scaled_normal_curve in float64."""
    exponent = -0.5 * (z * z)
    lost = -0.5 * split_product_error(z, z)
    return scaled_exp(scale + scale * lost, exponent, np.exp(exponent))


def float64_normal_curve(scale: Floats, z: Floats) -> Floats:
    """scaled_normal_curve in float32: the exact exponent of 2, plus 24, in two float32 numbers.

    (NumPy's float32 exp2 is closer than its exp. 2²⁴ keeps the product out of the subnormals.)
    """
    z = z.astype(np.float64)
    exact = 24.0 - HALF_LOG2_E * (z * z)
    exponent = exact.astype(np.float32)
    lost = LOG_2 * (exact - exponent).astype(np.float32)
    return (scale + scale * lost) * np.exp2(exponent) * 2.0**-24


HALF_LOG2_E = 0.7213475204444817
LOG_2 = 0.6931471805599453


def gelu_slope(z: Floats) -> Floats:
    """gelu_grad at −z, for 0 ≤ z ≤ 39."""
    return gelu_split_slope(z) if z.dtype == np.float64 else gelu_float64_slope(z)


def gelu_split_slope(z: Floats) -> Floats:
    """gelu_slope in float64."""
    ratio = polynomial(GELU_SLOPE_COEFFICIENTS, (z - 5.0) / (z + 5.0))
    return scaled_normal_curve(minus(GELU_LOWEST, GELU_LOWEST_LOST, z) * ratio, z)


def gelu_float64_slope(z: Floats) -> Floats:
    """gelu_slope in float32, whose digits all fit into a float64."""
    z = np.minimum(z.astype(np.float64), 15.0)
    ratio = polynomial(GELU_SLOPE_COEFFICIENTS_FLOAT32, (z - 4.0) / (z + 4.0))
    return ((GELU_LOWEST - z) * ratio * np.exp(-0.5 * (z * z))).astype(np.float32)


# --- the approximation by a tanh -----------------------------------------------------------


@elementwise_in_blocks
def gelu_tanh(x: ArrayLike) -> Floats:
    r"""The tanh approximation of :func:`gelu`, off by at most 4.8e-4 (near \|x\| = 2.7).

    .. math:: f(x) = \frac{x}{2}
              \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\,x^3)\right)\right)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values of at least −0.1701, reached at x = −0.7525.

    Notes
    -----
    PyTorch: ``torch.nn.functional.gelu(x, approximate="tanh")``, which gives NaN at −∞ (here 0).
    Computed as x · σ(2u), which is the same: 1 + tanh(u) loses every digit for x far below 0.

    References
    ----------
    D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016.

    Examples
    --------
    >>> gelu_tanh([-2.0, 0.0, 2.0]).round(4)
    array([-0.0454,  0.    ,  1.9546])
    """
    logit, factor = gelu_tanh_logit(clip(x, -30.0, 30.0))  # the gate is 0 below, 1 above
    return gated(x, logit, factor)


@elementwise_in_blocks
def gelu_tanh_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`gelu_tanh`.

    .. math:: f'(x) = \sigma(2u) + 2 x u'\,\sigma(2u)\,\sigma(-2u),
              \qquad u = \sqrt{2/\pi}\,(x + 0.044715\,x^3)

    Parameters
    ----------
    x
        As for :func:`gelu_tanh`.

    Examples
    --------
    >>> gelu_tanh_grad([-2.0, 0.0, 2.0]).round(4)
    array([-0.0861,  0.5   ,  1.0861])
    """
    return mirror_slope(x, gelu_tanh_slope(distance_from_zero(x, 30.0)))


# √(8/π), and 0.044715 times it. The _HIGH parts are so short that their products with a
# number of 13 bits, or its cube, are exact.
GELU_TANH_LINEAR = 1.5957691216057308
GELU_TANH_LINEAR_HIGH = 1.5957691216062813
GELU_TANH_LINEAR_LOW = -5.505482686972437e-13
GELU_TANH_CUBIC = 0.07135481627260025
GELU_TANH_CUBIC_HIGH = 0.07135772705078125
GELU_TANH_CUBIC_LOW = -2.9107781810012236e-06

# gelu_tanh is lowest at −0.752…; what a float64 cannot hold of that; and exp(2u) there.
GELU_TANH_LOWEST = 0.7524614220710163
GELU_TANH_LOWEST_LOST = -3.635560509207687e-17
GELU_TANH_LOWEST_EXP = 0.29195521191476714


def gelu_tanh_logit(x: Floats) -> tuple[Floats, Floats | float]:
    """2u for u = √(2/π) (x + 0.044715 x³) and |x| ≤ 30, as ``logit`` and ``factor``, so that
    exp(2u) = exp(logit) · factor.

    exp would magnify the rounding errors of 2u: so they are worked out.
    """
    return gelu_tanh_split_logit(x) if x.dtype == np.float64 else gelu_tanh_float64_logit(x)


def gelu_tanh_split_logit(x: Floats) -> tuple[Floats, Floats]:
    """gelu_tanh_logit in float64: 2u is exact for a ``coarse`` x of 13 bits, and the rest small."""
    coarse = np.floor(x * 256.0) / 256.0
    square = coarse * coarse
    linear = GELU_TANH_LINEAR_HIGH * coarse
    cubic = GELU_TANH_CUBIC_HIGH * coarse * square
    logit = linear + cubic
    rounded_cubic = logit - linear
    lost = (linear - (logit - rounded_cubic)) + (cubic - rounded_cubic)
    low = coarse * (GELU_TANH_LINEAR_LOW + GELU_TANH_CUBIC_LOW * square)
    steepness = GELU_TANH_LINEAR + GELU_TANH_CUBIC * (square + x * (coarse + x))
    return logit, np.exp(lost + low + (x - coarse) * steepness)


def gelu_tanh_float64_logit(x: Floats) -> tuple[Floats, float]:
    """gelu_tanh_logit in float32, whose digits all fit into a float64: it is one."""
    x = x.astype(np.float64)
    return x * (GELU_TANH_LINEAR + GELU_TANH_CUBIC * (x * x)), 1.0


def gelu_tanh_slope(d: Floats) -> Floats:
    """gelu_tanh_grad at −d, for 0 ≤ d ≤ 30."""
    return gelu_tanh_split_slope(d) if d.dtype == np.float64 else gelu_tanh_float64_slope(d)


def gelu_tanh_split_slope(d: Floats) -> Floats:
    """gelu_tanh_slope in float64: (1 − 2d u' + e) e / (1 + e)² for e = exp(−2u) and u at d.

    The bracket is 0 at the lowest point d₀. Its difference from there is written by t = d₀ − d and
    the difference of exponentials, which have one sign: so nothing cancels.
    """
    logit, factor = gelu_tanh_split_logit(-d)
    e = np.exp(logit) * factor
    t = minus(GELU_TANH_LOWEST, GELU_TANH_LOWEST_LOST, d)
    lowest_cubic = GELU_TANH_CUBIC * GELU_TANH_LOWEST * GELU_TANH_LOWEST
    cubic = GELU_TANH_CUBIC * (d * (GELU_TANH_LOWEST + d))
    growth = np.expm1(t * ((GELU_TANH_LINEAR + lowest_cubic) + cubic))
    bracket = t * ((GELU_TANH_LINEAR + 3.0 * lowest_cubic) + 3.0 * cubic) + (
        GELU_TANH_LOWEST_EXP * growth
    )
    return scaled_exp(bracket / square_of_one_plus(e), logit, e, factor)


def gelu_tanh_float64_slope(d: Floats) -> Floats:
    """gelu_tanh_slope in float32, whose digits all fit into a float64."""
    d = d.astype(np.float64)
    square = d * d
    linear = GELU_TANH_LINEAR * d
    cubic = GELU_TANH_CUBIC * d * square
    e = np.exp(-(linear + cubic))
    slope = (1.0 - linear - 3.0 * cubic + e) * e / square_of_one_plus(e)
    return slope.astype(np.float32)
