"""Stable building blocks that the activations and the losses share.

What makes a formula *stable* here: no intermediate result overflows, no digits are lost by
subtracting two nearly equal numbers, and ±∞ gives the limit of the function.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actloss.arguments import Floats, Integers, every

# --- parts of a number line ----------------------------------------------------------------
# To clip between two numbers is several times faster than np.maximum(x, 0.0) or np.where where
# arrays are large, and the functions below keep NaN.


def clip(x: Floats, low: Any, high: Any) -> Floats:
    """``np.clip``, which takes a microsecond longer to get there."""
    return x.clip(low, high)


def positive_part(x: Floats) -> Floats:
    """max(x, 0)."""
    return clip(x, 0.0, np.inf)


def negative_part(x: Floats) -> Floats:
    """min(x, 0)."""
    return clip(x, -np.inf, 0.0)


def is_positive(x: Floats) -> Floats:
    """1 where x > 0, else 0."""
    return np.ceil(clip(x, 0.0, 1.0))


def finite_part(x: Floats) -> Floats:
    """x, with ±∞ replaced by the largest float: ∞ / ∞ and ∞ · 0 are NaN where there is a limit."""
    largest = np.finfo(x.dtype).max
    return clip(x, -largest, largest)


def below_largest(x: Floats, axis: int) -> Floats:
    """x minus the largest entry along the axis: 0 there, also where that is ±∞ or is tied."""
    largest = x.max(axis, keepdims=True, initial=-np.inf)
    below = x - largest
    if not every(np.isfinite(largest)):
        below[x == largest] = 0.0  # where ∞ − ∞ was NaN
    return below


def entries_at(classes: Integers, axis: int) -> tuple[Integers, ...]:
    """The index of what ``np.take_along_axis(x, classes, axis)`` takes: to be used repeatedly."""
    index = [classes] * classes.ndim
    for place, length in enumerate(classes.shape):
        if place != axis:
            axes_behind = (1,) * (classes.ndim - 1 - place)
            index[place] = np.arange(length).reshape(-1, *axes_behind)
    return tuple(index)


def largest_of(exps: Floats, axis: int) -> tuple[Integers, ...] | NDArray[np.bool_]:
    """Where e^(x - max x) is 1, as what selects it: one entry a sample, or a mask of all such.

    To look for one is quicker along the last axis, and slower along every other.
    """
    if axis == exps.ndim - 1:
        return entries_at(exps.argmax(axis, keepdims=True), axis)
    return exps == 1.0


def put(x: Floats, place: tuple[Integers, ...] | NDArray[np.bool_], values: Floats) -> None:
    """Write one value a sample where :func:`largest_of` found its largest."""
    if isinstance(place, tuple):
        x[place] = values
    else:
        np.copyto(x, values, where=place)


def rest_of(exps: Floats, largest: tuple[Integers, ...] | NDArray[np.bool_], axis: int) -> Floats:
    """Σ e^(x - max x) but for one largest, which is 1: no rest is too small to count.

    Writes 0 over what :func:`largest_of` found.
    """
    if isinstance(largest, tuple):
        exps[largest] = 0.0
        return exps.sum(axis, keepdims=True)
    exps -= largest
    tied = largest.sum(axis, keepdims=True, dtype=exps.dtype) - 1.0
    return exps.sum(axis, keepdims=True) + tied


def distance_from_zero(x: Floats, farthest: float = 1e4) -> Floats:
    """|x|, but at most ``farthest``.

    For the tails of functions: exp(−10 000) is 0 in every dtype, so nothing beyond can change a
    result, and ∞ · exp(−∞) = NaN is avoided.
    """
    return clip(np.abs(x), 0.0, farthest)


def mirror_slope(x: Floats, slope: Floats) -> Floats:
    """f'(x) from ``slope`` = f'(−|x|), where f(x) − f(−x) = x and therefore f'(x) = 1 − f'(−x)."""
    positive = is_positive(x)
    return positive + (1.0 - 2.0 * positive) * slope


# --- exponentials and logarithms -----------------------------------------------------------
# NumPy has some functions for several numbers at once on processors with AVX-512 only. Elsewhere
# it takes one number after the other, and what stands here instead is quicker.


def takes_several_at_once(name: str) -> bool:
    """Whether NumPy computes the function of this name for several numbers at once here."""
    try:
        kinds = np.lib.introspect.opt_func_info(func_name=f"^{name}$", signature="float64")[name]
    except (AttributeError, KeyError):  # an older NumPy, or one that knows no such code
        return False
    return not any(kind["current"].startswith("baseline") for kind in kinds.values())


LOG1P_TAKES_SEVERAL = takes_several_at_once("log1p")
EXPM1_TAKES_SEVERAL = takes_several_at_once("expm1")


def exp(x: Floats) -> Floats:
    """exp(x), rounded once: NumPy's float32 exp is quicker, and off by up to 2.5 last places."""
    return np.exp(x) if x.dtype == np.float64 else float32_exp(x)


def float32_exp(x: Floats) -> Floats:
    """exp in float32, worked out in float64."""
    return np.exp(x, dtype=np.float64).astype(x.dtype)


def log1p(u: Floats) -> Floats:
    """log(1 + u) for 0 ≤ u ≤ 1, without losing the digits of a small u."""
    of_numpy = LOG1P_TAKES_SEVERAL or u.dtype == np.float64
    return np.log1p(u) if of_numpy else float32_log1p(u)


def float32_log1p(u: Floats) -> Floats:
    """log1p by the series of 2 artanh(s) = 2s + 2s³/3 + …, which is log(1 + u) for s = u / (2 + u).

    As 2s = u − su, a small number is taken from u, and few digits are at risk.
    """
    s = u / (2.0 + u)
    square = s * s
    return u - s * (u - square * polynomial(ARTANH_COEFFICIENTS, square))


# (2 artanh(s) − 2s) / s³ as a polynomial in s² for s ≤ 1/3: relative error 4e-7.
ARTANH_COEFFICIENTS = (
    0.26866844296455383,
    0.28233739733695984,
    0.40007707476615906,
    0.6666663885116577,
)


def expm1(x: Floats) -> Floats:
    """exp(x) − 1 for x ≤ 0, without losing the digits of a small x."""
    of_numpy = EXPM1_TAKES_SEVERAL or x.dtype == np.float64
    return np.expm1(x) if of_numpy else expm1_by_tanh(x)


def expm1_by_tanh(x: Floats) -> Floats:
    """expm1 of x ≤ 0 by a hyperbolic tangent: exp(x) = (1 + t) / (1 − t) for t = tanh(x/2).

    Above 0 the denominator is small, and magnifies what rounding took from t.
    """
    t = np.tanh(0.5 * x)
    return (t + t) / (1.0 - t)


def log1p_exp(x: Floats) -> Floats:
    """log(1 + exp(x)) for any x: the exponential is only taken of −|x|, so it cannot overflow."""
    return positive_part(x) + log1p(np.exp(-np.abs(x)))


def square_of_one_plus(e: Floats) -> Floats:
    """(1 + e)² for 0 ≤ e ≤ 1, with one rounding less."""
    return 1.0 + e * (2.0 + e)


# --- products with an exponential that may underflow ---------------------------------------
# exp alone is subnormal below −708 (in float32 −87), and has fewer and fewer digits. A product with
# it may be an ordinary number all the same. There, exp comes in two factors, and the other number
# meets the first before their product is as small as that. Few arrays hold such an exponent.


def deepest_exponent(dtype: np.dtype[Any]) -> float:
    """Down to it, exp has all its digits."""
    return -708.0 if dtype == np.float64 else -87.0


def scaled_exp(scale: Floats, exponent: Floats, e: Floats, factor: Floats | float = 1.0) -> Floats:
    """scale · e for e = exp(exponent) · factor, with all its digits down to the smallest float."""
    deepest = deepest_exponent(exponent.dtype)
    if exponent.min(initial=0.0) >= deepest:
        return scale * e
    return np.where(exponent < deepest, _product_in_tail(scale, exponent) * factor, scale * e)


def gated(x: Floats | float, logit: Floats, factor: Floats | float = 1.0) -> Floats:
    """x · σ(z) for exp(z) = exp(logit) · factor, with all its digits down to the smallest float.

    The factor is close to 1, and corrects what rounding took from the logit.
    """
    deepest = deepest_exponent(logit.dtype)
    in_tail = not logit.min(initial=0.0) >= deepest  # NaN may hide another minimum
    e = np.exp(-np.maximum(logit, deepest) if in_tail else -logit)
    if np.shape(factor) or factor != 1.0:
        e /= factor
    result = x / (1.0 + e)
    if not in_tail:
        return result
    return np.where(logit < deepest, _product_in_tail(x, logit) * factor, result)


def _product_in_tail(scale: Floats | float, exponent: Floats) -> Floats:
    """scale · exp(exponent) where the exponent is below the deepest, and 0 for −∞ · 0."""
    deepest = deepest_exponent(exponent.dtype)
    finite = clip(np.asarray(scale, exponent.dtype), -1e30, 1e30)
    first = float(np.exp(deepest))
    return finite * first * np.exp(np.minimum(exponent, deepest) - deepest)


def weighted(weight: Floats, x: Floats) -> Floats:
    """weight · x for a weight in [0, 1] and x ≥ 0.

    What has weight 0 does not count, even if it is ∞. (``np.where`` would say so more plainly, and
    takes several times as long: its branch cannot be foreseen.)
    """
    product = weight * x
    if not np.count_nonzero(np.isnan(product)):
        return product
    largest = 1.0 / (1.0 - np.ceil(weight)) - 1.0  # 0 where the weight is 0, else ∞
    return weight * np.minimum(x, largest)


# --- what rounding took away ---------------------------------------------------------------
# Rounding βx = −700 moves it by up to 6e-14, and exp turns this absolute error of its argument
# into a relative error of the result: 250 units in the last place. The next functions work the
# rounding error out, so that it can be given back: exp(p + error) = exp(p) · (1 + error). The exact
# result of float32 numbers fits into float64; that of float64 numbers takes two of them.


def product_error(a: float, b: Floats) -> Floats | float:
    """The exact a·b minus the floating-point ``a * b``, for a number ``a``."""
    return 0.0 if a == 1.0 else inexact_product_error(a, b)


def inexact_product_error(a: float | Floats, b: Floats) -> Floats:
    """product_error for any ``a``."""
    return split_product_error(a, b) if b.dtype == np.float64 else float64_product_error(a, b)


def float64_product_error(a: float | Floats, b: Floats) -> Floats:
    """product_error in float32."""
    return (np.multiply(a, b, dtype=np.float64) - a * b).astype(b.dtype)


def split_product_error(a: float | Floats, b: Floats) -> Floats:
    """product_error in float64 by Dekker's method (1971).

    Each factor is split into two halves, so short that products of halves are exact.
    """
    a_high, a_low = halves(a)
    b_high, b_low = (a_high, a_low) if a is b else halves(b)
    return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low


def halves(x: Any) -> tuple[Any, Any]:
    """The first 26 bits of a float64, and the rest."""
    scaled = 134217729.0 * x  # 2²⁷ + 1
    high = scaled - (scaled - x)
    return high, x - high


def exp_of_product(a: float, b: Floats) -> Floats:
    """exp(a · b) ≤ 1, as if the product were exact."""
    return np.exp(b) if a == 1.0 else exp_of_inexact_product(a, b)


def exp_of_inexact_product(a: float, b: Floats) -> Floats:
    """exp_of_product for any ``a``."""
    return split_exp_of_product(a, b) if b.dtype == np.float64 else float64_exp_of_product(a, b)


def float64_exp_of_product(a: float, b: Floats) -> Floats:
    """exp_of_product in float32."""
    return np.exp(np.multiply(a, b, dtype=np.float64)).astype(b.dtype)


def split_exp_of_product(a: float, b: Floats) -> Floats:
    """exp_of_product in float64."""
    e = np.exp(a * b)
    return e + e * split_product_error(a, b)


def quotient(a: Floats, b: float) -> Floats:
    """a / b for a number ``b``, which float32 would round first."""
    return a / b if a.dtype == np.float64 else float64_quotient(a, b)


def float64_quotient(a: Floats, b: float) -> Floats:
    """quotient in float32."""
    return a if b == 1.0 else np.divide(a, b, dtype=np.float64).astype(a.dtype)


def quotient_error(a: Floats, b: float) -> Floats | float:
    """The exact a/b minus the floating-point ``a / b``, for a number ``b``."""
    return 0.0 if b == 1.0 else inexact_quotient_error(a, b)


def inexact_quotient_error(a: Floats, b: float) -> Floats:
    """quotient_error for any ``b``."""
    return split_quotient_error(a, b) if a.dtype == np.float64 else float64_quotient_error(a, b)


def float64_quotient_error(a: Floats, b: float) -> Floats:
    """quotient_error in float32."""
    return (np.divide(a, b, dtype=np.float64) - a / b).astype(a.dtype)


def split_quotient_error(a: Floats, b: float) -> Floats:
    """quotient_error in float64."""
    quotient = a / b
    return ((a - b * quotient) - split_product_error(b, quotient)) / b


def difference_error(a: Floats, b: Floats | float) -> Floats:
    """The exact a − b minus the floating-point ``a - b``; NaN where that is infinite.

    By Knuth's method (1969), which holds in every dtype.
    """
    difference = a - b
    a_part = difference + b
    return (a - a_part) - (b - (a_part - difference))


def small_part(lost: Floats) -> Floats:
    """What rounding took, where that is small: beside ∞ it is ∞ or NaN, and counts as 0."""
    small = np.abs(lost) < 1.0
    return lost if every(small) else np.where(small, lost, 0.0)


def minus(zero: float, lost: Floats | float, x: Floats) -> Floats:
    """zero + lost − x, with all its digits where x is close to ``zero``.

    ``lost`` is what a float64 cannot hold of a number such as the zero of a function.
    """
    return (np.subtract(zero, x, dtype=np.float64) + lost).astype(x.dtype)


def polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """c₀ xⁿ + … + cₙ, the highest power first, for |x| ≤ 1 where n is large."""
    if x.size <= FEW_NUMBERS and len(coefficients) > FEW_COEFFICIENTS:
        return polynomial_by_powers(coefficients, x)
    total = coefficients[0] * x + coefficients[1]
    for coefficient in coefficients[2:]:  # Horner's rule
        total *= x
        total += coefficient
    return total


# Every step of Horner's rule costs a call of NumPy. For few numbers that is all that counts.
FEW_NUMBERS = 64
FEW_COEFFICIENTS = 8


def polynomial_by_powers(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """The polynomial as one product of a table of powers with the coefficients."""
    powers = np.empty((len(coefficients), x.size), x.dtype)
    powers[0] = 1.0
    powers[1:] = x.reshape(-1)
    np.multiply.accumulate(powers, axis=0, out=powers)
    return (lowest_first(coefficients, x.dtype) @ powers).reshape(x.shape)


@functools.cache
def lowest_first(coefficients: tuple[float, ...], dtype: np.dtype[Any]) -> Floats:
    return np.array(coefficients[::-1], dtype)
