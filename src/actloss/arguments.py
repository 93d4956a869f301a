"""What every function does with its arguments before the formula: dtypes, shapes, checks.

A check names the argument, what came and what was expected. The decorators let a function that is
only its formula meet anything that can be read as floats.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.calls import reader_of

Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]
# A decorated function keeps its signature for whoever reads or checks it.
Formula = TypeVar("Formula", bound=Callable[..., Floats])

FLOAT64, FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)
FLOATS = (FLOAT64, FLOAT32, np.dtype(np.float16))
INF = float("inf")
SMALLEST_FLOAT32 = float(np.finfo(np.float32).tiny)  # of those that have all their digits
LARGEST_FLOAT32 = float(np.finfo(np.float32).max)

BLOCK_SIZE = 1 << 17  # elements of the longest block: a megabyte of float64
FEW = 64  # classes: of more, NumPy adds those of one sample as quickly as those of several

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
        dtype == FLOAT64
        or any(map(_has_more_digits, arrays))
        or any(map(_exceeds_float32, parameters))
    )
    return FLOAT64 if wide else FLOAT32


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


def every(conditions: NDArray[np.bool_]) -> bool:
    """``conditions.all()``, which takes longer to get there."""
    return bool(np.count_nonzero(conditions) == conditions.size)


# --- checks --------------------------------------------------------------------------------


def check_finite(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is one finite number."""
    number = _check_number(name, value, "a finite number")
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, but got {number}")
    return number


def check_positive(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is finite and greater than 0."""
    number = _check_number(name, value, "a finite number greater than 0")
    if not (math.isfinite(number) and number > 0.0):
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
    if not (math.isfinite(number) and number >= 0.0):
        raise ValueError(f"{name} must be a finite number of at least 0, but got {number}")
    return number


def check_between(name: str, value: Any, low: float, high: float) -> float:
    """``value`` as a Python float; ValueError unless low ≤ value ≤ high."""
    if type(value) is not float:  # or there would be a message to write
        value = _check_number(name, value, f"a number between {low} and {high}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be a number between {low} and {high}, but got {value}")
    return cast(float, value)


def check_scale(name: str, value: Any) -> float:
    """``value`` as a Python float; ValueError unless it is positive and neither huge nor tiny.

    So its products with ordinary numbers stay within float32.
    """
    return check_between(name, value, 1e-30, 1e30)


def check_broadcast(name: str, value: ArrayLike, x: Floats) -> Floats:
    """``value`` as an array of x's dtype; ValueError unless it broadcasts to the shape of ``x``."""
    array = as_float(value, name).astype(x.dtype)
    if array.ndim == 0:
        return array
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
    if type(value) is float:
        return value
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
    overflow to ±∞ is the right answer. Where that is another dtype, it walks through a large ``x``
    block by block: in float32, all of a float16 array would take twice its memory.
    """
    return _elementwise(function, within_cache=False)


def elementwise_in_blocks(function: Formula) -> Formula:
    """:func:`elementwise` for formulas of several steps: block by block in every dtype.

    The intermediate results of a block stay in the processor's cache. Those of the whole array
    would travel to memory and back, which for some functions takes longer than to compute them;
    and they would all be there at once.
    """
    return _elementwise(function, within_cache=True)


def block_size(own: np.dtype[Any], computing: np.dtype[Any]) -> int:
    """How many elements of an array of dtype ``own`` to compute at a time.

    Of float16 fewer: intermediate results are wider, and are to take little beside it, too.
    """
    return BLOCK_SIZE // 4 if own.itemsize < computing.itemsize else BLOCK_SIZE


def _elementwise(function: Formula, *, within_cache: bool) -> Formula:
    read = reader_of(function)

    def over_blocks(
        x: Floats, others: Sequence[Any], settings: dict[str, Any], dtype: np.dtype[Any]
    ) -> Floats:
        flat = x.reshape(-1)
        result = np.empty(x.size, x.dtype)
        step = block_size(x.dtype, dtype)
        for start in range(0, flat.size, step):
            block = slice(start, start + step)
            result[block] = function(flat[block].astype(dtype, copy=False), *others, **settings)
        return result.reshape(x.shape)

    @functools.wraps(function)
    @np.errstate(over="ignore")
    def apply(*args: Any, **kwargs: Any) -> Floats:
        (value, *others), settings = read(args, kwargs)
        x = as_float(value)
        dtype = x.dtype
        if dtype != np.float64:
            dtype = computing_dtype(dtype, parameters=[*others, *settings.values()])
        if (
            x.size > block_size(x.dtype, dtype)
            and (within_cache or dtype != x.dtype)
            and all(np.ndim(other) == 0 for other in others)
        ):
            return over_blocks(x, others, settings, dtype)
        result = function(x.astype(dtype, copy=False), *others, **settings)
        return result if result.dtype == x.dtype else result.astype(x.dtype)

    return cast(Formula, apply)


def along_axis(function: Formula) -> Formula:
    """:func:`elementwise_in_blocks` for a ``function(x, ..., axis)`` that looks along an axis.

    It also turns ``axis`` into a number from 0 on, or says that ``x`` has no such axis. Where ∞
    meets 0 and there is no limit, NaN comes silently. A gradient ``function(x, upstream, ...)`` is
    linear in ``upstream``: where sums overflow on the way, it is computed of a smaller one.
    """
    return _along_axis(function, within_cache=True)


def along_axis_in_one_array(function: Formula) -> Formula:
    """:func:`along_axis` for a function that takes all its steps within its result.

    So a large array of its own dtype is not walked through, unless each sample has few entries.
    """
    return _along_axis(function, within_cache=False)


def _along_axis(function: Formula, *, within_cache: bool) -> Formula:
    read = reader_of(function)
    with_upstream = "upstream" in inspect.signature(function).parameters

    def without_overflow(*arrays: Floats, **settings: Any) -> Floats:
        result = function(*arrays, **settings)
        if with_upstream and not every(np.isfinite(result)):
            return _without_overflow(function, arrays[0], arrays[1], settings, result)
        return result

    @functools.wraps(function)
    @np.errstate(over="ignore", invalid="ignore")
    def apply(*args: Any, **kwargs: Any) -> Floats:
        (value, *others), settings = read(args, kwargs)
        x = as_float(value)
        settings = {**settings, "axis": check_axis(settings.get("axis", -1), x)}
        dtype = computing_dtype(x.dtype, parameters=[*others, *settings.values()])
        if not within_cache and dtype == x.dtype and x.shape[settings["axis"]] > FEW:
            return in_dtype(without_overflow, [x, *others], settings, dtype)
        return over_samples(without_overflow, [x, *others], settings, dtype)

    return cast(Formula, apply)


def over_samples(
    function: Callable[..., Floats],
    arrays: Sequence[Any],
    settings: dict[str, Any],
    dtype: np.dtype[Any],
) -> Floats:
    """``function(*arrays, **settings)`` of floats of ``dtype``, in the dtype of the first array.

    Its samples lie along ``settings["axis"]``, and do not know each other: so large arrays are
    walked through in blocks of samples, whose intermediate results stay in the processor's cache.
    """
    if arrays[0].size > block_size(arrays[0].dtype, dtype) and _have_the_same_samples(
        arrays, settings["axis"]
    ):
        try:
            return _over_blocks_of_samples(function, arrays, settings, dtype)
        except ValueError:  # of an entry, whose place in the whole array is to be named
            pass
    return in_dtype(function, arrays, settings, dtype)


def _have_the_same_samples(arrays: Sequence[Any], axis: int) -> bool:
    """Whether the shapes differ at most in the length of the axis."""
    if any(type(array) is not np.ndarray for array in arrays):
        return False
    samples = {(*array.shape[:axis], 1, *array.shape[axis + 1 :]) for array in arrays}
    return len(samples) == 1


def _over_blocks_of_samples(
    function: Callable[..., Floats],
    arrays: Sequence[NDArray[Any]],
    settings: dict[str, Any],
    dtype: np.dtype[Any],
) -> Floats:
    shape, axis = arrays[0].shape, settings["axis"]
    outer, length, inner = math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])
    at_end = (inner,) if inner > 1 else ()
    size = block_size(arrays[0].dtype, dtype)
    outer_step = max(1, size // (length * inner))
    inner_step = inner if length * inner <= size else max(1, size // length)
    # NumPy reduces a short axis at the end one sample at a time; in front, many at once.
    in_front = inner == 1 and length <= FEW
    flat = [array.reshape(outer, -1, *at_end) for array in arrays]
    result: Any = None
    for low in range(0, outer, outer_step):
        for left in range(0, inner, inner_step):
            block = np.s_[low : low + outer_step, :, left : left + inner_step][: 2 + len(at_end)]
            parts = [array[block] for array in flat]
            part, kept = _block_of_samples(function, parts, settings, dtype, in_front=in_front)
            if result is None:
                result = np.empty((outer, part.shape[1], *at_end), arrays[0].dtype)
            result[block] = part
    return result.reshape(shape[:axis] + result.shape[1 : 1 + kept] + shape[axis + 1 :])


def _block_of_samples(
    function: Callable[..., Floats],
    parts: Sequence[NDArray[Any]],
    settings: dict[str, Any],
    dtype: np.dtype[Any],
    *,
    in_front: bool,
) -> tuple[Floats, bool]:
    """The result for samples along axis 1, with an axis 1, and whether the function kept it."""
    axis = 0 if in_front else 1
    if in_front:
        parts = [np.ascontiguousarray(part.T) for part in parts]
    result = in_dtype(function, parts, {**settings, "axis": axis}, dtype)
    kept = result.ndim == parts[0].ndim
    if not kept:
        result = np.expand_dims(result, axis)
    return (result.T if in_front else result), kept


def in_dtype(
    function: Callable[..., Floats],
    arrays: Sequence[Any],
    settings: dict[str, Any],
    dtype: np.dtype[Any],
) -> Floats:
    """Call the function with floats of ``dtype``; the result has the dtype of the first array."""
    own = arrays[0].dtype
    result = function(*[_in_dtype(array, dtype) for array in arrays], **settings)
    return result if result.dtype == own else result.astype(own)


def _in_dtype(array: Any, dtype: np.dtype[Any]) -> Any:
    """An array of floats in ``dtype``, anything else as it is: numbers of classes, a list."""
    own = getattr(array, "dtype", dtype)
    return array.astype(dtype) if own != dtype and own in FLOATS else array


def formula_of(function: Formula) -> Formula:
    """The bare formula of a decorated function, for arrays that are prepared already."""
    return cast(Formula, inspect.unwrap(function))


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
