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
    distance_from_zero,
    mirror_slope,
    polynomial,
    positive_part,
    scaled_exp,
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
    distance = distance_from_zero(x, 39.0)
    ratio = normal_tail_ratio(distance) - NORMAL_PEAK * distance
    slope = scaled_normal_curve(ratio, distance)
    return mirror_slope(x, slope)


# --- the normal distribution ---------------------------------------------------------------

# 1 / √(2π)
NORMAL_PEAK = 0.3989422804014327

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


def normal_tail_ratio(z: Floats) -> Floats:
    """Q(z) / exp(−z²/2) for 0 ≤ z ≤ 39, where Q(z) is the chance that a normal variable exceeds z.

    It falls slowly, from 1/2 to 0.01, so that it keeps its digits where Q itself underflows.
    """
    return polynomial(NORMAL_TAIL_COEFFICIENTS, (z - 5.0) / (z + 5.0)) / (z + 1.375)


def scaled_normal_curve(scale: Floats, z: Floats) -> Floats:
    """scale · exp(−z²/2) for 0 ≤ z ≤ 39, right to the last digits in the tail.

    The rounding error of z² would be magnified by exp. The square of ``coarse`` is exact, because
    it has few digits, and what is left, (z − coarse)(z + coarse), is small.
    """
    coarse = np.floor(z * 256.0) / 256.0
    rest = (z - coarse) * (z + coarse)
    curve = scaled_exp(scale, -0.5 * coarse * coarse)
    return curve + curve * np.expm1(-0.5 * rest)


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
    distance = distance_from_zero(x, 30.0)
    exponent, correction = gelu_tanh_exponent(distance)
    e = np.exp(-exponent)
    e = e + e * correction
    shortfall = scaled_exp(distance / (1.0 + e), -exponent)
    return positive_part(x) - (shortfall + shortfall * correction)


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
    distance = distance_from_zero(x, 30.0)
    exponent, correction = gelu_tanh_exponent(distance)
    e = np.exp(-exponent)
    e = e + e * correction
    steepness = GELU_TANH_LINEAR + 3.0 * GELU_TANH_CUBIC * (distance * distance)
    scale = ((1.0 - distance * steepness) + e) / square_of_one_plus(e)
    slope = scaled_exp(scale, -exponent)
    slope = slope + slope * correction
    return mirror_slope(x, slope)


# √(8/π), and 0.044715 times it. The _HIGH parts are so short that their products with a
# number of 13 bits, or its cube, are exact.
GELU_TANH_LINEAR = 1.5957691216057308
GELU_TANH_LINEAR_HIGH = 1.5957691216062813
GELU_TANH_LINEAR_LOW = -5.505482686972437e-13
GELU_TANH_CUBIC = 0.07135481627260025
GELU_TANH_CUBIC_HIGH = 0.07135772705078125
GELU_TANH_CUBIC_LOW = -2.9107781810012236e-06


def gelu_tanh_exponent(d: Floats) -> tuple[Floats, Floats]:
    """2u for u = √(2/π) (d + 0.044715 d³) and 0 ≤ d ≤ 30, as ``exponent`` and ``correction``, so
    that exp(−2u) = exp(−exponent) · (1 + correction).

    As in scaled_normal_curve, the rounding errors of the polynomial would be magnified by exp. So
    2u is worked out exactly for a ``coarse`` d of 13 bits, and the correction is small.
    """
    coarse = np.floor(d * 256.0) / 256.0
    linear = GELU_TANH_LINEAR_HIGH * coarse
    cubic = GELU_TANH_CUBIC_HIGH * coarse * coarse * coarse
    exponent = linear + cubic
    rounded_cubic = exponent - linear
    lost = (linear - (exponent - rounded_cubic)) + (cubic - rounded_cubic)
    low = GELU_TANH_LINEAR_LOW * coarse + GELU_TANH_CUBIC_LOW * coarse * coarse * coarse
    steepness = GELU_TANH_LINEAR + GELU_TANH_CUBIC * (coarse * (coarse + d) + d * d)
    correction = np.expm1(-(lost + low + (d - coarse) * steepness))
    return exponent, correction
