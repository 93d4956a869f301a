"""What every function does with its arguments before the formula: dtypes, shapes, checks.

A check names the argument, what came and what was expected. The decorators let a function that is
only its formula meet anything that can be read as floats.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.calls import reader_of

Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]
# A decorated function keeps its signature for whoever reads or checks it.
Formula = TypeVar("Formula", bound=Callable[..., Floats])

FLOATS = (np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.float16))
INF = float("inf")
SMALLEST_FLOAT32 = float(np.finfo(np.float32).tiny)  # of those that have all their digits
LARGEST_FLOAT32 = float(np.finfo(np.float32).max)

BLOCK_SIZE = 1 << 16  # elements: half a megabyte of float64

# --- arrays --------------------------------------------------------------------------------


def as_array(value: ArrayLike, name: str) -> NDArray[Any]:
    """``value`` as a plain array; an error where it is none, or would lose something by it."""
    if type(value) is np.ndarray:
        return value
    if _is_masked(value):
        raise TypeError(
            f"{name} is a masked array, and what is masked would count: write {name}.compressed() "
            f"to leave it out, or {name}.filled(np.nan) to let NaN stand for it"
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a number or an array, but has rows of unequal lengths: "
            f"{_shorten(value)}"
        ) from None
    except Exception as error:  # a tensor, for instance, has many reasons not to be an array
        raise TypeError(
            f"{name} cannot be read as an array{_advice_on_tensors(name, value)} ({error})"
        ) from error


def as_float(value: ArrayLike, name: str = "x") -> Floats:
    """``value`` as an array of floats: float16, float32 and float64 are kept, the rest of the
    real numbers (integers, bools, lists, scalars) becomes float64.

    >>> as_float([1, 2])
    array([1., 2.])
    """
    array = as_array(value, name)
    if array.dtype in FLOATS:
        return array
    native = array.dtype.newbyteorder("=")
    if native in FLOATS:
        return array.astype(native)
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    raise TypeError(
        f"{name} must hold real numbers, but got an array of dtype {array.dtype}: {_shorten(value)}"
    )


def computing_dtype(
    dtype: np.dtype[Any], arrays: Iterable[NDArray[Any]] = (), parameters: Iterable[Any] = ()
) -> np.dtype[Any]:
    """The dtype to compute in, for a first array of ``dtype``, so that no argument loses digits.

    float32 for float16, which overflows at 65504; float64 for what float32 cannot hold: another
    array in float64, large integers, a parameter of 1e50 or 1e-50.

    >>> computing_dtype(np.dtype(np.float16), parameters=[0.5])
    dtype('float32')
    >>> computing_dtype(np.dtype(np.float32), [np.array(2**24 + 1)])
    dtype('float64')
    """
    wide = (
        dtype == np.float64
        or any(_has_more_digits(array) for array in arrays)
        or any(_exceeds_float32(parameter) for parameter in parameters)
    )
    return np.dtype(np.float64 if wide else np.float32)


def _has_more_digits(array: NDArray[Any]) -> bool:
    """Whether float32 would round an entry."""
    if array.dtype.kind == "f":
        return array.dtype.itemsize > 4
    if array.dtype.kind not in "iu" or array.size == 0:
        return False
    return max(-int(array.min()), int(array.max())) > 1 << 24


def _exceeds_float32(parameter: Any) -> bool:
    """Whether float32 would make 0 or ∞ of a number; of an array, whether it would round it."""
    if isinstance(parameter, int | float):
        size = abs(parameter)
        return 0.0 < size < SMALLEST_FLOAT32 or LARGEST_FLOAT32 < size < INF
    try:
        array = np.asarray(parameter)
    except Exception:  # what is no array, a check will refuse by its name
        return False
    if array.ndim > 0:
        return _has_more_digits(array)
    return array.dtype.kind in "iuf" and _exceeds_float32(float(array))


def _advice_on_tensors(name: str, value: Any) -> str:
    if not hasattr(value, "detach"):
        return ""
    short = ".float()" if "bfloat16" in str(getattr(value, "dtype", "")) else ""
    return f": write {name}.detach().cpu(){short}.numpy()"


def _is_masked(value: Any) -> bool:
    """Whether an entry of an array, or of arrays in a list, is hidden by a mask."""
    if isinstance(value, list | tuple):
        return any(_is_masked(entry) for entry in value if not isinstance(entry, float | int))
    return bool(np.ma.is_masked(value))


# --- checks --------------------------------------------------------------------------------


def check_finite(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is one finite number."""
    number = _check_number(name, value, "a finite number")
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number, but got {number}")
    return number


def check_positive(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is finite and greater than 0."""
    number = _check_number(name, value, "a finite number greater than 0")
    if not (np.isfinite(number) and number > 0.0):
        raise ValueError(f"{name} must be a finite number greater than 0, but got {number}")
    return number


def check_positive_integers(**settings: Any) -> None:
    """ValueError unless every one of the settings is an integer of at least 1."""
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} must be an integer ≥ 1, but got {value!r}")


def check_non_negative(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is finite and at least 0."""
    number = _check_number(name, value, "a finite number of at least 0")
    if not (np.isfinite(number) and number >= 0.0):
        raise ValueError(f"{name} must be a finite number of at least 0, but got {number}")
    return number


def check_between(name: str, value: Any, low: float, high: float) -> float:
    """``value`` as a Python float; ValueError unless low ≤ value ≤ high."""
    number = _check_number(name, value, f"a number between {low} and {high}")
    if not low <= number <= high:
        raise ValueError(f"{name} must be a number between {low} and {high}, but got {number}")
    return number


def check_scale(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is positive and neither huge nor tiny.

    So its products with ordinary numbers stay within float32.
    """
    return check_between(name, value, 1e-30, 1e30)


def check_broadcast(name: str, value: ArrayLike, x: Floats) -> Floats:
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


def check_shape(name: str, value: ArrayLike, shape: tuple[int, ...], x: Floats) -> Floats:
    """``value`` as an array of x's dtype; ValueError unless it has the given shape."""
    array = as_float(value, name).astype(x.dtype, copy=False)
    if array.shape != shape:
        raise ValueError(
            f"{name} must have shape {shape}, as the output for x of shape {x.shape}, "
            f"but has shape {array.shape}"
        )
    return array


def check_axis(axis: Any, x: Floats, name: str = "x") -> int:
    """``axis`` as a non-negative integer; ValueError unless ``x`` has such an axis."""
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise TypeError(f"axis must be one integer, but got {_shorten(axis)}")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"axis must be an axis of {name}, which has shape {x.shape}, but got {axis}"
        )
    return int(axis) % x.ndim


def _check_number(name: str, value: Any, expected: str) -> float:
    # A Python float, because NumPy lets it take the dtype of the array it meets:
    # a np.float64 would turn float32 results into float64.
    if not isinstance(value, str | bytes | bool | np.bool_) and np.ndim(value) == 0:
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    raise TypeError(f"{name} must be {expected}, but got {_shorten(value)}")


def _shorten(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


# --- what a formula is wrapped in ----------------------------------------------------------


def elementwise(function: Formula) -> Formula:
    """Prepare ``function(x, ...)`` to meet anything that can be read as floats.

    The function itself is only the formula. This decorator turns ``x`` into floats, computes in
    what :func:`computing_dtype` says and returns the dtype of ``x``, and silences NumPy where an
    overflow to ±∞ is the right answer.
    """
    read = reader_of(function)

    @functools.wraps(function)
    @np.errstate(over="ignore")
    def apply(*args: Any, **kwargs: Any) -> Floats:
        (value, *others), settings = read(args, kwargs)
        x = as_float(value)
        if x.dtype == np.float64:
            return function(x, *others, **settings)
        dtype = computing_dtype(x.dtype, parameters=[*others, *settings.values()])
        result = function(x.astype(dtype, copy=False), *others, **settings)
        return result.astype(x.dtype, copy=False)

    return cast(Formula, apply)


def elementwise_in_blocks(function: Formula) -> Formula:
    """:func:`elementwise` for long formulas: walks through a large ``x`` block by block.

    The intermediate results of a block stay in the processor's cache. Those of the whole array
    would travel to memory and back, which for some functions takes longer than to compute them.
    """

    @functools.wraps(function)
    def over_blocks(x: Floats, *args: Any, **kwargs: Any) -> Floats:
        if x.size <= BLOCK_SIZE:
            return function(x, *args, **kwargs)
        flat = x.reshape(-1)
        result = np.empty_like(flat)
        for start in range(0, flat.size, BLOCK_SIZE):
            block = slice(start, start + BLOCK_SIZE)
            result[block] = function(flat[block], *args, **kwargs)
        return result.reshape(x.shape)

    return elementwise(cast(Formula, over_blocks))


def along_axis(function: Formula) -> Formula:
    """:func:`elementwise` for a ``function(x, ..., axis)`` that looks at several entries at once.

    It also turns ``axis`` into a number from 0 on, or says that ``x`` has no such axis. Where ∞
    meets 0 and there is no limit, NaN comes silently. A gradient ``function(x, upstream, ...)`` is
    linear in ``upstream``: where sums overflow on the way, it is computed of a smaller one.
    """
    read = reader_of(function)

    @functools.wraps(function)
    @np.errstate(over="ignore", invalid="ignore")
    def apply(*args: Any, **kwargs: Any) -> Floats:
        (value, *others), settings = read(args, kwargs)
        x = as_float(value)
        settings = {**settings, "axis": check_axis(settings.get("axis", -1), x)}
        dtype = computing_dtype(x.dtype, parameters=[*others, *settings.values()])
        wide = x.astype(dtype, copy=False)
        result = function(wide, *others, **settings)
        if others and not np.isfinite(result).all():
            result = _without_overflow(function, wide, others[0], settings, result)
        return result.astype(x.dtype, copy=False)

    return cast(Formula, apply)


def _without_overflow(
    function: Callable[..., Floats],
    x: Floats,
    upstream: ArrayLike,
    settings: dict[str, Any],
    gradient: Floats,
) -> Floats:
    """A gradient that is linear in ``upstream``, where it is not finite computed of a small one."""
    given = np.asarray(upstream, x.dtype)
    _, exponent = np.frexp(np.max(np.abs(given)))
    exponent = int(exponent) + x.size.bit_length()  # a sum of all entries stays below 1
    smaller = function(x, np.ldexp(given, -exponent), **settings)
    return np.where(np.isfinite(gradient), gradient, np.ldexp(smaller, exponent))
