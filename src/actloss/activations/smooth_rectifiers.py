r"""Smooth relatives of ReLU: softplus, and x times a gate between 0 and 1: Swish and its kin.

Each function stands beside its derivative, ``<name>_grad``, which takes the same arguments, raises
the same errors, keeps shape and dtype, and equals what PyTorch's autograd makes of the twin. Where
f(x) − f(−x) = x, the derivative is computed for −\|x\| and mirrored, by f'(x) = 1 − f'(−x).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_scale, elementwise_in_blocks
from actloss.numerics import (
    clip,
    distance_from_zero,
    exp_of_product,
    gated,
    is_positive,
    log1p,
    minus,
    mirror_slope,
    negative_part,
    positive_part,
    product_error,
    quotient,
    scaled_exp,
    square_of_one_plus,
)

__all__ = [
    "hard_swish",
    "hard_swish_grad",
    "mish",
    "mish_grad",
    "silu",
    "silu_grad",
    "softplus",
    "softplus_grad",
    "swish",
    "swish_grad",
]


@elementwise_in_blocks
def softplus(x: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Softplus: ReLU with its corner rounded off, more sharply for larger β.

    .. math:: f(x) = \frac{1}{\beta} \log\left(1 + e^{\beta x}\right)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    beta : float
        Sharpness of the bend, between 1e-30 and 1e30.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, ∞).

    Raises
    ------
    ValueError
        If `beta` is out of range.

    Notes
    -----
    PyTorch: ``torch.nn.functional.softplus(x, beta=beta)``, which returns x itself where
    βx > 20; here the formula holds everywhere.

    References
    ----------
    C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, "Incorporating second-order
    functional knowledge for better option pricing", NIPS 2000.

    Examples
    --------
    >>> softplus([-1000.0, 0.0, 1000.0])
    array([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    beta = check_scale("beta", beta)
    distance = distance_from_zero(x, 1e4 / beta)
    return positive_part(x) + quotient(log1p(exp_of_product(beta, -distance)), beta)


@elementwise_in_blocks
def softplus_grad(x: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Derivative of :func:`softplus`: a sigmoid.

    .. math:: f'(x) = \sigma(\beta x)

    Parameters
    ----------
    x, beta
        As for :func:`softplus`.

    Examples
    --------
    >>> softplus_grad([-2.0, 0.0, 2.0]).round(4)
    array([0.1192, 0.5   , 0.8808])
    """
    beta = check_scale("beta", beta)
    inner = clip(x, -1e4 / beta, 1e4 / beta)  # 0 below, 1 above
    return gated(1.0, beta * inner, 1.0 + product_error(beta, inner))


@elementwise_in_blocks
def swish(x: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Swish: x gated by its own sigmoid; x/2 for β → 0, ReLU for β → ∞.

    .. math:: f(x) = x \, \sigma(\beta x)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    beta : float
        Sharpness of the gate, between 1e-30 and 1e30.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values of at least −0.2785/β.

    Raises
    ------
    ValueError
        If `beta` is out of range.

    Notes
    -----
    PyTorch: ``x * torch.sigmoid(beta * x)``; for β = 1 ``torch.nn.functional.silu(x)``. Both give
    NaN at −∞ (here 0, the limit).

    References
    ----------
    P. Ramachandran, B. Zoph and Q. V. Le, "Searching for activation functions", ICLR workshop
    2018.

    Examples
    --------
    >>> swish([-2.0, 0.0, 2.0]).round(4)
    array([-0.2384,  0.    ,  1.7616])
    """
    beta = check_scale("beta", beta)
    inner = clip(x, -1e4 / beta, 1e4 / beta)  # the gate is 0 below, 1 above
    return gated(x, beta * inner, 1.0 + product_error(beta, inner))


@elementwise_in_blocks
def swish_grad(x: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Derivative of :func:`swish`.

    .. math:: f'(x) = \sigma(\beta x)\,\bigl(1 + \beta x\,(1 - \sigma(\beta x))\bigr)

    Parameters
    ----------
    x, beta
        As for :func:`swish`.

    Examples
    --------
    >>> swish_grad([-2.0, 0.0, 2.0]).round(4)
    array([-0.0908,  0.5   ,  1.0908])
    """
    beta = check_scale("beta", beta)
    distance = distance_from_zero(x, 1e4 / beta)
    return mirror_slope(x, swish_slope(beta, distance))


@elementwise_in_blocks
def silu(x: ArrayLike) -> Floats:
    r"""Sigmoid linear unit: :func:`swish` with β = 1.

    .. math:: f(x) = x \, \sigma(x)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values of at least −0.2785, reached at x = −1.2785.

    Notes
    -----
    PyTorch: ``torch.nn.functional.silu(x)``, which gives NaN at −∞ (here 0, the limit).

    References
    ----------
    S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function
    approximation in reinforcement learning", Neural Networks 107, 2018.

    Examples
    --------
    >>> silu([-2.0, 0.0, 2.0]).round(4)
    array([-0.2384,  0.    ,  1.7616])
    """
    return gated(x, x)


@elementwise_in_blocks
def silu_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`silu`.

    .. math:: f'(x) = \sigma(x)\,\bigl(1 + x\,(1 - \sigma(x))\bigr)

    Parameters
    ----------
    x
        As for :func:`silu`.

    Examples
    --------
    >>> silu_grad([-2.0, 0.0, 2.0]).round(4)
    array([-0.0908,  0.5   ,  1.0908])
    """
    return mirror_slope(x, swish_slope(1.0, distance_from_zero(x)))


# SiLU is lowest at −1.278…; what a float64 cannot hold of that; and exp(−1.278…).
SILU_LOWEST = 1.2784645427610737
SILU_LOWEST_LOST = 1.0946994183093437e-16
SILU_LOWEST_EXP = 0.2784645427610738


def swish_slope(beta: float, distance: Floats) -> Floats:
    """swish_grad at −distance ≤ 0: (1 − d + e) e / (1 + e)², d = β · distance, e = exp(−d)."""
    return (
        swish_split_slope(beta, distance)
        if distance.dtype == np.float64
        else swish_float64_slope(beta, distance)
    )


def swish_split_slope(beta: float, distance: Floats) -> Floats:
    """swish_slope in float64.

    1 − d + e is 0 at the lowest point d₀. With t = d₀ − d it is t + exp(−d₀) (exp(t) − 1), where
    nothing cancels.
    """
    d = beta * distance
    lost = product_error(beta, distance)
    e = np.exp(-d)
    t = minus(SILU_LOWEST, SILU_LOWEST_LOST - lost, d)
    scale = (t + SILU_LOWEST_EXP * np.expm1(t)) / square_of_one_plus(e)
    return scaled_exp(scale - scale * lost, -d, e)


def swish_float64_slope(beta: float, distance: Floats) -> Floats:
    """swish_slope in float32, whose digits all fit into a float64."""
    d = beta * distance.astype(np.float64)
    e = np.exp(-d)
    return ((1.0 - d + e) * e / square_of_one_plus(e)).astype(np.float32)


@elementwise_in_blocks
def mish(x: ArrayLike) -> Floats:
    r"""Mish: x gated by the tanh of its softplus; close to Swish, a little steeper.

    .. math:: f(x) = x \tanh(\log(1 + e^x)) = x \, \frac{n}{n + 2}, \qquad n = e^x (e^x + 2)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values of at least −0.3089, reached at x = −1.1924.

    Notes
    -----
    PyTorch: ``torch.nn.functional.mish(x)``, which gives NaN at −∞ (here 0, the limit).

    References
    ----------
    D. Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.

    Examples
    --------
    >>> mish([-2.0, 0.0, 2.0]).round(4)
    array([-0.2525,  0.    ,  1.944 ])
    """
    x = clip(x, -1e4, np.inf)  # the result is 0 below, where −∞ · 0 would be NaN
    inner = clip(x, -np.inf, 20.0)  # the gate is 1 above
    e = np.exp(inner)
    # n / (n + 2) = e / (1 + e (e + 1) / (e + 2)): for small e the last fraction hardly counts,
    # and neither do its rounding errors.
    return scaled_exp(x / (1.0 + e * ((e + 1.0) / (e + 2.0))), inner, e)


@elementwise_in_blocks
def mish_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`mish`.

    .. math:: f'(x) = \frac{n}{n + 2} + x \, \frac{4 e^x (1 + e^x)}{(n + 2)^2},
              \qquad n = e^x (e^x + 2)

    Parameters
    ----------
    x
        As for :func:`mish`.

    Examples
    --------
    >>> mish_grad([-2.0, 0.0, 2.0]).round(4)
    array([-0.1084,  0.6   ,  1.0693])
    """
    x = clip(x, -1e4, 22.0)  # above 22 it is 1 to the last digit
    return mish_split_slope(x) if x.dtype == np.float64 else mish_float64_slope(x)


# Mish is lowest at −1.192…; what a float64 cannot hold of that; and exp(−1.192…).
MISH_LOWEST = -1.1924312145154952
MISH_LOWEST_LOST = -4.8484829848031044e-17
MISH_LOWEST_EXP = 0.3034825352815289
# e₀² + 4e₀ + 6 + 4x₀ for this x₀ and e₀
MISH_GROWTH = 2.536306932285039


def mish_split_slope(x: Floats) -> Floats:
    """mish_grad in float64: one line has few roundings above x = −1/2, another one below.

    The numerator below is e³ + 4e² + (6 + 4x) e + 4 (1 + x), which is 0 at the lowest point x₀. Its
    difference from there is written by t = x − x₀ and e − e₀, which have one sign: so nothing
    cancels.
    """
    e = np.exp(x)
    total = e * (e + 2.0) + 2.0  # n + 2
    above = (1.0 - 2.0 / total) + 4.0 * x * (e / total) * ((1.0 + e) / total)
    t = -minus(MISH_LOWEST, MISH_LOWEST_LOST, negative_part(x))
    by_growth = (e + (4.0 + MISH_LOWEST_EXP)) * e + MISH_GROWTH
    numerator = 4.0 * t + (4.0 * t * e + MISH_LOWEST_EXP * np.expm1(t) * by_growth)
    below = scaled_exp(numerator / (total * total), x, e)
    is_above = is_positive(x + 0.5)
    return is_above * above + (1.0 - is_above) * below


def mish_float64_slope(x: Floats) -> Floats:
    """mish_grad in float32, whose digits all fit into a float64."""
    x = x.astype(np.float64)
    e = np.exp(x)
    n = e * (e + 2.0)
    total = n + 2.0
    return (n / total + 4.0 * x * e * (1.0 + e) / (total * total)).astype(np.float32)


@elementwise_in_blocks
def hard_swish(x: ArrayLike) -> Floats:
    r"""Swish drawn with a parabola between two straight lines, for small devices.

    .. math:: f(x) = x \, \frac{\min(\max(x + 3, 0), 6)}{6}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values of at least −3/8, reached at x = −3/2.

    Notes
    -----
    PyTorch: ``torch.nn.functional.hardswish(x)``, which gives NaN at −∞ (here 0, the limit).

    References
    ----------
    A. Howard et al., "Searching for MobileNetV3", ICCV 2019.

    Examples
    --------
    >>> hard_swish([-4.0, -1.5, 0.0, 4.0])
    array([-0.   , -0.375,  0.   ,  4.   ])
    """
    return clip(x, -3.0, np.inf) * (clip(x + 3.0, 0.0, 6.0) / 6.0)


@elementwise_in_blocks
def hard_swish_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`hard_swish`; at the kinks it is 0 (x = −3) and 1 (x = 3).

    .. math:: f'(x) = \begin{cases} 0 & x \le -3 \\ x/3 + 1/2 & -3 < x < 3 \\ 1 & x \ge 3
              \end{cases}

    Parameters
    ----------
    x
        As for :func:`hard_swish`.

    Examples
    --------
    >>> hard_swish_grad([-3.0, -1.5, 0.0, 3.0])
    array([0. , 0. , 0.5, 1. ])
    """
    inside = is_positive(3.0 - np.abs(x))
    return inside * (clip(x, -3.0, 3.0) + 1.5) / 3.0 + is_positive(x) * (1.0 - inside)
