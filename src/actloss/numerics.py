"""Stable building blocks that the activations and the losses share.

What makes a formula *stable* here: no intermediate result overflows, no digits are lost by
subtracting two nearly equal numbers, and ±∞ gives the limit of the function.
"""

from __future__ import annotations

import numpy as np

from actloss.arguments import Floats

# --- parts of a number line ----------------------------------------------------------------
# np.clip between two numbers is several times faster than np.maximum(x, 0.0) or np.where,
# and the functions below keep NaN.


def positive_part(x: Floats) -> Floats:
    """max(x, 0)."""
    return np.clip(x, 0.0, np.inf)


def negative_part(x: Floats) -> Floats:
    """min(x, 0)."""
    return np.clip(x, -np.inf, 0.0)


def is_positive(x: Floats) -> Floats:
    """1 where x > 0, else 0."""
    return np.ceil(np.clip(x, 0.0, 1.0))


def finite_part(x: Floats) -> Floats:
    """x, with ±∞ replaced by the largest float: ∞ / ∞ and ∞ · 0 are NaN where there is a limit."""
    largest = np.finfo(x.dtype).max
    return np.clip(x, -largest, largest)


def distance_from_zero(x: Floats, farthest: float = 1e4) -> Floats:
    """|x|, but at most ``farthest``.

    For the tails of functions: exp(−10 000) is 0 in every dtype, so nothing beyond can change a
    result, and ∞ · exp(−∞) = NaN is avoided.
    """
    return np.clip(np.abs(x), 0.0, farthest)


def mirror_slope(x: Floats, slope: Floats) -> Floats:
    """f'(x) from ``slope`` = f'(−|x|), where f(x) − f(−x) = x and therefore f'(x) = 1 − f'(−x)."""
    positive = is_positive(x)
    return positive + (1.0 - 2.0 * positive) * slope


# --- exponentials and logarithms -----------------------------------------------------------


def log1p(u: Floats) -> Floats:
    """log(1 + u) for 0 ≤ u ≤ 1, without losing the digits of a small u.

    Rounding 1 + u to ``total`` throws away ``u - (total - 1)``; the second term gives it back
    (the slope of log there is 1 / total). On some processors several times faster than
    np.log1p, on others slower.
    """
    total = 1.0 + u
    return np.log(total) + (u - (total - 1.0)) / total


def log1p_exp(x: Floats) -> Floats:
    """log(1 + exp(x)) for any x: the exponential is only taken of −|x|, so it cannot overflow."""
    return positive_part(x) + log1p(np.exp(-np.abs(x)))


def square_of_one_plus(e: Floats) -> Floats:
    """(1 + e)² for 0 ≤ e ≤ 1, with one rounding less."""
    return 1.0 + e * (2.0 + e)


def scaled_exp(scale: Floats, exponent: Floats) -> Floats:
    """scale · exp(exponent) for exponent ≤ 0, with all its digits down to the smallest float64.

    exp alone is subnormal below −708, and has fewer and fewer digits. So it comes in two factors,
    and ``scale`` meets the first before their product is as small as that. The second is 1 for an
    exponent above −700.
    """
    near = np.clip(exponent, -700.0, 0.0)
    return scale * np.exp(near) * np.exp(exponent - near)


# Rounding βx = −700 moves it by up to 6e-14, and exp turns this absolute error of its argument
# into a relative error of the result: 250 units in the last place. The next functions work the
# rounding error out, so that it can be given back: exp(p + error) = exp(p) · (1 + error). All this
# is made for float64; in float32 they give back only a part.


def product_error(a: float, b: Floats) -> Floats | float:
    """The exact a·b minus the floating-point ``a * b``, for a number ``a``."""
    return 0.0 if a == 1.0 else split_product_error(a, b)


def quotient_error(a: Floats, b: float) -> Floats:
    """The exact a/b minus the floating-point ``a / b``, for a number ``b``."""
    quotient = a / b
    return ((a - b * quotient) - split_product_error(b, quotient)) / b


def split_product_error(a: float, b: Floats) -> Floats:
    """product_error by Dekker's method (1971).

    Each factor is split into two halves, so short that products of halves are exact.
    """
    splitter = 2.0 ** (np.finfo(b.dtype).nmant // 2 + 1) + 1.0
    a_high = splitter * a - (splitter * a - a)
    b_high = splitter * b - (splitter * b - b)
    a_low = a - a_high
    b_low = b - b_high
    return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low


def polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """c₀ xⁿ + … + cₙ, the highest power first, by Horner's rule."""
    total = coefficients[0] * x + coefficients[1]
    for coefficient in coefficients[2:]:
        total *= x
        total += coefficient
    return total
