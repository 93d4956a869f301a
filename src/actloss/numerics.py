"""Stable building blocks that the activations and the losses share, and the checks on arguments.

What makes a formula *stable* here: no intermediate result overflows, no digits are lost by
subtracting two nearly equal numbers, and ±∞ gives the limit of the function.
"""

import functools

import numpy as np

BLOCK_SIZE = 1 << 16  # elements: half a megabyte of float64

# --- arguments -----------------------------------------------------------------------------


def as_array(value, name):
    """``value`` as an array; ValueError where its rows are not equally long."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a number or an array, but has rows of unequal lengths: "
            f"{_shorten(value)}"
        ) from None


def as_float(value, name="x"):
    """``value`` as an array of floats: float16, float32 and float64 are kept, the rest of the
    real numbers (integers, bools, lists, scalars) becomes float64.

    >>> as_float([1, 2])
    array([1., 2.])
    """
    array = as_array(value, name)
    if array.dtype in (np.float64, np.float32, np.float16):
        return array
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    raise TypeError(
        f"{name} must hold real numbers, but got an array of dtype {array.dtype}: {_shorten(value)}"
    )


def check_finite(name, value):
    """``value`` as a Python float; ValueError unless it is one finite number."""
    number = _check_number(name, value, "a finite number")
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number, but got {number}")
    return number


def check_positive(name, value):
    """``value`` as a Python float; ValueError unless it is finite and greater than 0."""
    number = _check_number(name, value, "a finite number greater than 0")
    if not (np.isfinite(number) and number > 0.0):
        raise ValueError(f"{name} must be a finite number greater than 0, but got {number}")
    return number


def check_positive_integers(**settings):
    """ValueError unless every one of the settings is an integer of at least 1."""
    for name, value in settings.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} must be an integer ≥ 1, but got {value!r}")


def check_non_negative(name, value):
    """``value`` as a Python float; ValueError unless it is finite and at least 0."""
    number = _check_number(name, value, "a finite number of at least 0")
    if not (np.isfinite(number) and number >= 0.0):
        raise ValueError(f"{name} must be a finite number of at least 0, but got {number}")
    return number


def check_between(name, value, low, high):
    """``value`` as a Python float; ValueError unless low ≤ value ≤ high."""
    number = _check_number(name, value, f"a number between {low} and {high}")
    if not low <= number <= high:
        raise ValueError(f"{name} must be a number between {low} and {high}, but got {number}")
    return number


def check_scale(name, value):
    """``value`` as a Python float; ValueError unless it is positive and neither huge nor tiny.

    So its products with ordinary numbers stay within float32.
    """
    return check_between(name, value, 1e-30, 1e30)


def check_broadcast(name, value, x):
    """``value`` as an array of x's dtype; ValueError unless it broadcasts to the shape of ``x``."""
    array = as_float(value, name).astype(x.dtype)
    try:
        fits = np.broadcast_shapes(array.shape, x.shape) == x.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name} must have a shape that broadcasts to that of x, {x.shape}, "
            f"but has shape {array.shape}"
        )
    return array


def check_shape(name, value, shape, x):
    """``value`` as an array of x's dtype; ValueError unless it has the given shape."""
    array = as_float(value, name).astype(x.dtype, copy=False)
    if array.shape != shape:
        raise ValueError(
            f"{name} must have shape {shape}, as the output for x of shape {x.shape}, "
            f"but has shape {array.shape}"
        )
    return array


def check_axis(axis, x, name="x"):
    """``axis`` as a non-negative integer; ValueError unless ``x`` has such an axis."""
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise TypeError(f"axis must be one integer, but got {_shorten(axis)}")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"axis must be an axis of {name}, which has shape {x.shape}, but got {axis}"
        )
    return int(axis) % x.ndim


def _check_number(name, value, expected):
    # A Python float, because NumPy lets it take the dtype of the array it meets:
    # a np.float64 would turn float32 results into float64.
    if not isinstance(value, str | bytes | bool | np.bool_) and np.ndim(value) == 0:
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    raise TypeError(f"{name} must be {expected}, but got {_shorten(value)}")


def _shorten(value, limit=60):
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def elementwise(function):
    """Prepare ``function(x, ...)`` to meet anything that can be read as floats.

    The function itself is only the formula. This decorator turns ``x`` into floats, computes
    float16 in float32 (float16 overflows at 65504) and returns float16, and silences NumPy where
    an overflow to ±∞ is the right answer.
    """

    @functools.wraps(function)
    @np.errstate(over="ignore")
    def apply(x, *args, **kwargs):
        x = as_float(x)
        if x.dtype == np.float16:
            return function(x.astype(np.float32), *args, **kwargs).astype(np.float16)
        return function(x, *args, **kwargs)

    return apply


def elementwise_in_blocks(function):
    """:func:`elementwise` for long formulas: walks through a large ``x`` block by block.

    The intermediate results of a block stay in the processor's cache. Those of the whole array
    would travel to memory and back, which for some functions takes longer than to compute them.
    """

    @functools.wraps(function)
    def over_blocks(x, *args, **kwargs):
        if x.size <= BLOCK_SIZE:
            return function(x, *args, **kwargs)
        flat = x.reshape(-1)
        result = np.empty_like(flat)
        for start in range(0, flat.size, BLOCK_SIZE):
            block = slice(start, start + BLOCK_SIZE)
            result[block] = function(flat[block], *args, **kwargs)
        return result.reshape(x.shape)

    return elementwise(over_blocks)


def along_axis(function):
    """:func:`elementwise` for a ``function(x, ..., axis)`` that looks at several entries at once.

    It also turns ``axis`` into a number from 0 on, or says that ``x`` has no such axis. Where ∞
    meets 0 and there is no limit, NaN comes silently.
    """

    @functools.wraps(function)
    @np.errstate(over="ignore", invalid="ignore")
    def apply(x, *args, axis=-1, **kwargs):
        x = as_float(x)
        axis = check_axis(axis, x)
        if x.dtype == np.float16:
            result = function(x.astype(np.float32), *args, axis=axis, **kwargs)
            return result.astype(np.float16)
        return function(x, *args, axis=axis, **kwargs)

    return apply


# --- parts of a number line ----------------------------------------------------------------
# np.clip between two numbers is several times faster than np.maximum(x, 0.0) or np.where,
# and the functions below keep NaN.


def positive_part(x):
    """max(x, 0)."""
    return np.clip(x, 0.0, np.inf)


def negative_part(x):
    """min(x, 0)."""
    return np.clip(x, -np.inf, 0.0)


def is_positive(x):
    """1 where x > 0, else 0."""
    return np.ceil(np.clip(x, 0.0, 1.0))


def finite_part(x):
    """x, with ±∞ replaced by the largest float: ∞ / ∞ and ∞ · 0 are NaN where there is a limit."""
    largest = np.finfo(x.dtype).max
    return np.clip(x, -largest, largest)


def distance_from_zero(x, farthest=1e4):
    """|x|, but at most ``farthest``.

    For the tails of functions: exp(−10 000) is 0 in every dtype, so nothing beyond can change a
    result, and ∞ · exp(−∞) = NaN is avoided.
    """
    return np.clip(np.abs(x), 0.0, farthest)


def mirror_slope(x, slope):
    """f'(x) from ``slope`` = f'(−|x|), where f(x) − f(−x) = x and therefore f'(x) = 1 − f'(−x)."""
    positive = is_positive(x)
    return positive + (1.0 - 2.0 * positive) * slope


# --- exponentials and logarithms -----------------------------------------------------------


def log1p(u):
    """log(1 + u) for 0 ≤ u ≤ 1, without losing the digits of a small u.

    Rounding 1 + u to ``total`` throws away ``u - (total - 1)``; the second term gives it back
    (the slope of log there is 1 / total). On some processors several times faster than
    np.log1p, on others slower.
    """
    total = 1.0 + u
    return np.log(total) + (u - (total - 1.0)) / total


def log1p_exp(x):
    """log(1 + exp(x)) for any x: the exponential is only taken of −|x|, so it cannot overflow."""
    return positive_part(x) + log1p(np.exp(-np.abs(x)))


def square_of_one_plus(e):
    """(1 + e)² for 0 ≤ e ≤ 1, with one rounding less."""
    return 1.0 + e * (2.0 + e)


def scaled_exp(scale, exponent):
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


def product_error(a, b):
    """The exact a·b minus the floating-point ``a * b``, for a number ``a``."""
    return 0.0 if a == 1.0 else split_product_error(a, b)


def quotient_error(a, b):
    """The exact a/b minus the floating-point ``a / b``, for a number ``b``."""
    quotient = a / b
    return ((a - b * quotient) - split_product_error(b, quotient)) / b


def split_product_error(a, b):
    """product_error by Dekker's method (1971).

    Each factor is split into two halves, so short that products of halves are exact.
    """
    splitter = 2.0 ** (np.finfo(b.dtype).nmant // 2 + 1) + 1.0
    a_high = splitter * a - (splitter * a - a)
    b_high = splitter * b - (splitter * b - b)
    a_low = a - a_high
    b_low = b - b_high
    return ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low


def polynomial(coefficients, x):
    """c₀ xⁿ + … + cₙ, the highest power first, by Horner's rule."""
    total = coefficients[0] * x + coefficients[1]
    for coefficient in coefficients[2:]:
        total *= x
        total += coefficient
    return total


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


def normal_tail_ratio(z):
    """Q(z) / exp(−z²/2) for 0 ≤ z ≤ 39, where Q(z) is the chance that a normal variable exceeds z.

    It falls slowly, from 1/2 to 0.01, so that it keeps its digits where Q itself underflows.
    """
    return polynomial(NORMAL_TAIL_COEFFICIENTS, (z - 5.0) / (z + 5.0)) / (z + 1.375)


def scaled_normal_curve(scale, z):
    """scale · exp(−z²/2) for 0 ≤ z ≤ 39, right to the last digits in the tail.

    The rounding error of z² would be magnified by exp. The square of ``coarse`` is exact, because
    it has few digits, and what is left, (z − coarse)(z + coarse), is small.
    """
    coarse = np.floor(z * 256.0) / 256.0
    rest = (z - coarse) * (z + coarse)
    curve = scaled_exp(scale, -0.5 * coarse * coarse)
    return curve + curve * np.expm1(-0.5 * rest)


# --- the curve inside the tanh approximation of GELU ---------------------------------------

# √(8/π), and 0.044715 times it. The _HIGH parts are so short that their products with a
# number of 13 bits, or its cube, are exact.
GELU_TANH_LINEAR = 1.5957691216057308
GELU_TANH_LINEAR_HIGH = 1.5957691216062813
GELU_TANH_LINEAR_LOW = -5.505482686972437e-13
GELU_TANH_CUBIC = 0.07135481627260025
GELU_TANH_CUBIC_HIGH = 0.07135772705078125
GELU_TANH_CUBIC_LOW = -2.9107781810012236e-06


def gelu_tanh_exponent(d):
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
