"""What the losses do with their arguments before the formula: dtypes, shapes, checks of labels."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.arguments import BLOCK_SIZE, Floats, Formula, Integers, as_array, as_float, check_axis

# Near ±∞ and probability 0 the way to a limit leads through infinities: rightly, so in silence.
_IN_SILENCE = np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore")


def elementwise_loss(function: Formula) -> Formula:
    """Prepare ``function(predictions, targets, ...)`` to meet anything that can be read as floats.

    The function itself is only the formula. This decorator turns all arrays into floats of the
    first one's dtype, broadcasts them, computes float16 in float32 (float16 overflows at 65504)
    and returns float16, and silences NumPy where ±∞ is the right answer. It walks through large
    arrays block by block, as :func:`actloss.arguments.elementwise_in_blocks` does.
    """
    names = _array_names(function)

    @functools.wraps(function)
    def over_blocks(*arrays: Floats, **parameters: Any) -> Floats:
        first = arrays[0]
        if first.size <= BLOCK_SIZE:
            return function(*arrays, **parameters)
        flat = [array.reshape(-1) for array in arrays]
        result = np.empty_like(flat[0])
        for start in range(0, first.size, BLOCK_SIZE):
            block = slice(start, start + BLOCK_SIZE)
            result[block] = function(*[array[block] for array in flat], **parameters)
        return result.reshape(first.shape)

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(*arrays: ArrayLike, **parameters: Any) -> Floats:
        return _widened(over_blocks, _prepare(names, arrays, parameters), parameters)

    return cast(Formula, apply)


def loss_over_axis(function: Formula) -> Formula:
    """Prepare ``function(predictions, ..., axis=-1)``, whose samples lie along ``axis``.

    As :func:`elementwise_loss`, for any number of arrays. The function gets a non-negative axis.
    """
    names = _array_names(function)

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(*arrays: ArrayLike, axis: int = -1, **parameters: Any) -> Floats:
        prepared = _prepare(names, arrays, parameters)
        parameters["axis"] = _check_filled_axis(names[0], prepared[0], axis)
        return _widened(function, prepared, parameters)

    return cast(Formula, apply)


def loss_of_classes(function: Formula) -> Formula:
    """Prepare ``function(logits, labels, axis=-1)``, whose labels are the numbers of classes.

    As :func:`loss_over_axis`. The function gets the labels with an axis of length 1 at the place of
    ``axis``, as ``np.take_along_axis`` wants them. Large arrays are walked through in blocks of
    samples: with a vocabulary of classes, an intermediate result would be as large as the logits.
    """

    @functools.wraps(function)
    def over_blocks(logits: Floats, labels: Integers, *, axis: int) -> Floats:
        if logits.size <= BLOCK_SIZE or axis != logits.ndim - 1:
            return function(logits, labels, axis=axis)
        rows, row_labels = logits.reshape(-1, logits.shape[-1]), labels.reshape(-1, 1)
        block_size = max(1, BLOCK_SIZE // logits.shape[-1])
        result: Any = None
        for start in range(0, len(rows), block_size):
            block = slice(start, start + block_size)
            part = function(rows[block], row_labels[block], axis=1)
            if result is None:
                result = np.empty((len(rows), *part.shape[1:]), part.dtype)
            result[block] = part
        return result.reshape(logits.shape[:-1] + result.shape[1:])

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(logits: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
        scores = as_float(logits, "logits")
        axis = _check_filled_axis("logits", scores, axis)
        classes = np.expand_dims(check_classes(labels, scores, axis), axis)
        return _widened(over_blocks, [scores, classes], {"axis": axis})

    return cast(Formula, apply)


def loss_of_matrix(function: Formula) -> Formula:
    """Prepare ``function(similarities, ...)`` of a matrix with a right candidate in each row."""

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(similarities: ArrayLike, **parameters: Any) -> Floats:
        matrix = as_float(similarities, "similarities")
        if matrix.ndim != 2 or matrix.shape[0] > matrix.shape[1]:
            raise ValueError(
                "similarities must have shape (queries, candidates), with a candidate for each "
                f"query, but have shape {matrix.shape}"
            )
        return _widened(function, [matrix], parameters)

    return cast(Formula, apply)


def _array_names(function: Callable[..., Floats]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD]


def _prepare(
    names: list[str], arrays: Sequence[ArrayLike], parameters: dict[str, Any]
) -> Sequence[Floats]:
    """The arrays, by position or by name, as floats of one dtype and one shape."""
    by_name = [parameters.pop(name) for name in names[len(arrays) :] if name in parameters]
    given = [*arrays, *by_name]
    if len(given) != len(names):
        raise TypeError(f"expected {len(names)} arrays, {', '.join(names)}, but got {len(given)}")
    floats = [as_float(array, name) for array, name in zip(given, names, strict=True)]
    first, *others = floats
    if all(other.dtype == first.dtype and other.shape == first.shape for other in others):
        return floats
    try:
        return np.broadcast_arrays(first, *[other.astype(first.dtype) for other in others])
    except ValueError:
        shapes = [array.shape for array in floats]
        raise ValueError(
            f"{_listed(names)} must have shapes that broadcast, but have shapes {_listed(shapes)}"
        ) from None


def _listed(things: Iterable[object]) -> str:
    *first, last = map(str, things)
    return f"{', '.join(first)} and {last}"


def _widened(
    function: Callable[..., Floats], arrays: Sequence[Any], parameters: dict[str, Any]
) -> Floats:
    """Call the function, with float32 in place of float16."""
    if arrays[0].dtype != np.float16:
        return function(*arrays, **parameters)
    arrays = [array.astype(np.float32) if array.dtype == np.float16 else array for array in arrays]
    return function(*arrays, **parameters).astype(np.float16)


def _check_filled_axis(name: str, array: Floats, axis: int) -> int:
    axis = check_axis(axis, array, name)
    if array.shape[axis] == 0:
        raise ValueError(
            f"{name} must have at least one entry along axis {axis}, but has shape {array.shape}"
        )
    return axis


# --- checks --------------------------------------------------------------------------------
# np.fmin and np.fmax pass over NaN: NaN is let in, and stays NaN in the result.


def check_probabilities(name: str, values: Floats) -> None:
    """ValueError unless every entry is between 0 and 1."""
    if _lowest(values, 0.0) < 0.0 or _highest(values, 1.0) > 1.0:
        _refuse(name, values, (values < 0.0) | (values > 1.0), "between 0 and 1")


def check_zero_or_one(name: str, values: Floats) -> None:
    """ValueError unless every entry is 0 or 1."""
    if _highest(np.abs(values * (1.0 - values)), 0.0) > 0.0:
        _refuse(name, values, values * (1.0 - values) != 0.0, "0 or 1")


def check_signs(name: str, values: Floats) -> None:
    """ValueError unless every entry is −1 or +1."""
    sizes = np.abs(values)
    if _lowest(sizes, 1.0) < 1.0 or _highest(sizes, 1.0) > 1.0:
        _refuse(name, values, sizes != 1.0, "−1 or +1")


def check_cosines(name: str, values: Floats) -> None:
    """ValueError unless every entry is between −1 and 1; by 0.01, rounded ones may be beyond."""
    if _highest(np.abs(values), 0.0) > 1.01:
        _refuse(name, values, np.abs(values) > 1.01, "between −1 and 1")


def check_distances(name: str, values: Floats) -> None:
    """ValueError unless every entry is at least 0."""
    if _lowest(values, 0.0) < 0.0:
        _refuse(name, values, values < 0.0, "at least 0")


def check_counts(name: str, values: Floats) -> None:
    """ValueError unless every entry is at least 0, and finite."""
    if _lowest(values, 0.0) < 0.0 or _highest(values, 0.0) == np.inf:
        _refuse(name, values, (values < 0.0) | (values == np.inf), "at least 0, and finite")


def check_distributions(name: str, values: Floats, axis: int) -> None:
    """ValueError unless the entries are between 0 and 1 and sum to 1 along ``axis``.

    The sum may miss 1 by 0.01: the rounded probabilities of a float16 softmax pass, logits and
    counts do not.
    """
    check_probabilities(name, values)
    sums = values.sum(axis=axis)
    if _highest(np.abs(sums - 1.0), 0.0) > 0.01:
        _refuse(f"{name} summed over axis {axis}", sums, np.abs(sums - 1.0) > 0.01, "1")


def check_classes(labels: ArrayLike, logits: Floats, axis: int, name: str = "logits") -> Integers:
    """``labels`` as an array of integers; ValueError unless they are classes along ``axis``."""
    labels = as_array(labels, "labels")
    expected = logits.shape[:axis] + logits.shape[axis + 1 :]
    if labels.dtype.kind not in "iu" and labels.size > 0:
        as_float(labels, "labels")  # a TypeError for text, as from every other function
        raise ValueError(
            f"labels must be integers, the number of the class of each sample, "
            f"but have dtype {labels.dtype}"
        )
    if labels.shape != expected:
        raise ValueError(
            f"labels must have the shape of {name} without axis {axis}, {expected}, "
            f"but have shape {labels.shape}"
        )
    classes = logits.shape[axis]
    if labels.size > 0 and (labels.min() < 0 or labels.max() >= classes):
        _refuse("labels", labels, (labels < 0) | (labels >= classes), f"from 0 to {classes - 1}")
    return labels.astype(np.intp, copy=False)


def _lowest(values: Floats, at_most: float) -> Any:
    return np.fmin.reduce(values, axis=None, initial=at_most)


def _highest(values: Floats, at_least: float) -> Any:
    return np.fmax.reduce(values, axis=None, initial=at_least)


def _refuse(name: str, values: NDArray[Any], wrong: NDArray[np.bool_], expected: str) -> None:
    """Name the first wrong entry."""
    index = tuple(int(i) for i in np.argwhere(wrong & ~np.isnan(values))[0])
    where = f" at index {index}" if index else ""
    raise ValueError(f"{name} must be {expected}, but got {values[index]}{where}")
