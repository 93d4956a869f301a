"""What the losses do with their arguments before the formula: dtypes, shapes, checks of labels."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.arguments import (
    Floats,
    Formula,
    Integers,
    as_array,
    as_float,
    block_size,
    check_axis,
    computing_dtype,
    every,
    in_dtype,
    over_samples,
)
from actloss.calls import reader_of

# Near ±∞ and probability 0 the way to a limit leads through infinities: rightly, so in silence.
_IN_SILENCE = np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore")


def elementwise_loss(function: Formula) -> Formula:
    """Prepare ``function(predictions, targets, ...)`` to meet anything that can be read as floats.

    The function itself is only the formula. This decorator turns all arrays into floats, wants
    them of one shape (or one number behind the first), computes in the wider of their dtypes (see
    :func:`actloss.arguments.computing_dtype`) and returns that of the first, and silences NumPy
    where ±∞ is the right answer. It walks through large arrays block by block, as
    :func:`actloss.arguments.elementwise_in_blocks` does.
    """
    names, read = _array_names(function), reader_of(function)

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(*args: Any, **kwargs: Any) -> Floats:
        given, parameters = read(args, kwargs)
        arrays = list(map(as_array, given, names))
        floats = list(map(as_float, arrays, names))
        first = floats[0]
        check_one_shape(names, arrays, or_a_number=True)
        dtype = computing_dtype(first.dtype, arrays[1:], parameters.values())
        if first.size > block_size(first.dtype, dtype):
            try:
                return over_blocks(floats, parameters, dtype)
            except ValueError:  # of an entry, whose place in the whole array is to be named
                pass
        return in_dtype(function, floats, parameters, dtype)

    def over_blocks(
        floats: list[Floats], parameters: dict[str, Any], dtype: np.dtype[Any]
    ) -> Floats:
        first = floats[0]
        result = np.empty(first.size, first.dtype)
        flat = [array.reshape(-1) if array.ndim > 0 else array for array in floats]
        step = block_size(first.dtype, dtype)
        for start in range(0, first.size, step):
            block = slice(start, start + step)
            part = [array[block] if array.ndim > 0 else array for array in flat]
            result[block] = in_dtype(function, part, parameters, dtype)
        return result.reshape(first.shape)

    return cast(Formula, apply)


def loss_over_axis(function: Formula) -> Formula:
    """Prepare ``function(predictions, ..., axis=-1)``, whose samples lie along ``axis``.

    As :func:`elementwise_loss`, for any number of arrays, all of one shape. The function gets a
    non-negative axis.
    """
    names, read = _array_names(function), reader_of(function)

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(*args: Any, **kwargs: Any) -> Floats:
        given, parameters = read(args, kwargs)
        arrays = list(map(as_array, given, names))
        floats = list(map(as_float, arrays, names))
        axis = _check_filled_axis(names[0], floats[0], parameters.get("axis", -1))
        check_one_shape(names, arrays, axis)
        dtype = computing_dtype(floats[0].dtype, arrays[1:], parameters.values())
        return over_samples(function, floats, {**parameters, "axis": axis}, dtype)

    return cast(Formula, apply)


def loss_of_classes(function: Formula) -> Formula:
    """Prepare ``function(logits, labels, ..., axis=-1)``, whose labels are the numbers of classes.

    As :func:`loss_over_axis`. The function gets the labels with an axis of length 1 at the place of
    ``axis``, as ``np.take_along_axis`` wants them.
    """
    name, read = _array_names(function)[0], reader_of(function)

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(*args: Any, **kwargs: Any) -> Floats:
        (logits, labels), parameters = read(args, kwargs)
        scores = as_float(logits, name)
        axis = _check_filled_axis(name, scores, parameters.get("axis", -1))
        classes = check_classes(labels, scores, axis, name)
        column = classes.reshape((*scores.shape[:axis], 1, *scores.shape[axis + 1 :]))
        dtype = computing_dtype(scores.dtype, parameters=parameters.values())
        return over_samples(function, [scores, column], {**parameters, "axis": axis}, dtype)

    return cast(Formula, apply)


def loss_of_matrix(function: Formula) -> Formula:
    """Prepare ``function(similarities, ...)`` of a matrix with a right candidate in each row.

    The function passes its formula to :func:`over_queries`.
    """
    read = reader_of(function)

    @functools.wraps(function)
    @_IN_SILENCE
    def apply(*args: Any, **kwargs: Any) -> Floats:
        (similarities,), parameters = read(args, kwargs)
        matrix = as_float(similarities, "similarities")
        if matrix.ndim != 2 or matrix.shape[0] > matrix.shape[1]:
            raise ValueError(
                "similarities must have shape (queries, candidates), with a candidate for each "
                f"query, but have shape {matrix.shape}; of two sets of vectors they are "
                "queries @ candidates.T"
            )
        return function(matrix, **parameters)

    return cast(Formula, apply)


def over_queries(
    formula: Callable[..., Floats], similarities: Floats, **parameters: float
) -> Floats:
    """``formula(similarities, own, axis=..., ...)`` of blocks of queries, of a matrix of them.

    ``own`` is the number of each query's right candidate, as ``np.take_along_axis`` wants it.
    """
    own = np.arange(len(similarities))[:, np.newaxis]
    dtype = computing_dtype(similarities.dtype, parameters=parameters.values())
    return over_samples(formula, [similarities, own], {**parameters, "axis": 1}, dtype)


def _array_names(function: Callable[..., Floats]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD]


# --- shapes --------------------------------------------------------------------------------


def check_one_shape(
    names: Sequence[str],
    arrays: Sequence[NDArray[Any]],
    axis: int | None = None,
    *,
    or_a_number: bool = False,
) -> None:
    """ValueError unless all arrays have one shape: what probably happened, and what to write.

    If told so, a single number behind the first array serves all of it.

    NumPy would stretch a column and a row to a table, every prediction against every target, and
    its mean is a number like any other.
    """
    first, shape = arrays[0], arrays[0].shape
    for name, array in zip(names, arrays, strict=True):
        if array.shape != shape and not (or_a_number and array.ndim == 0):
            raise ValueError(
                f"{names[0]} and {name} must have one shape, but have shapes {first.shape} and "
                f"{array.shape}: {_advice_on_shapes(names[0], first, name, array, axis)}"
            )


def _advice_on_shapes(
    first_name: str, first: NDArray[Any], name: str, array: NDArray[Any], axis: int | None
) -> str:
    if axis is not None and name == "labels" and _could_be_classes(array, first, axis):
        return _advice_on_classes(first_name, first, array, axis)
    if first.shape == (*array.shape, 1):
        table = f"{(*array.shape, array.shape[-1])}" if array.ndim == 1 else "a larger array"
        return (
            f"a column probably meets a row, which NumPy would stretch to {table}. Write "
            f"{first_name}[..., 0], or {name}[..., np.newaxis]; if every one shall meet every "
            f"other, np.broadcast_arrays({first_name}, {name})"
        )
    if (*first.shape, 1) == array.shape:
        table = f"{(*first.shape, first.shape[-1])}" if first.ndim == 1 else "a larger array"
        return (
            f"a row probably meets a column, which NumPy would stretch to {table}. Write "
            f"{name}[..., 0], or {first_name}[..., np.newaxis]; if every one shall meet every "
            f"other, np.broadcast_arrays({first_name}, {name})"
        )
    if first.ndim == 2 and first.shape[::-1] == array.shape:
        return f"one is probably the other way round. Write {name}.T"
    try:
        common = np.broadcast_shapes(first.shape, array.shape)
    except ValueError:
        return "they probably come from different samples, or one of them lost an axis"
    if common == first.shape:
        return f"to use {name} again and again, write np.broadcast_to({name}, {common})"
    if common == array.shape:
        return f"to use {first_name} again and again, write np.broadcast_to({first_name}, {common})"
    return (
        f"NumPy would stretch them to {common}. If every one shall meet every other, write "
        f"np.broadcast_arrays({first_name}, {name})"
    )


def _could_be_classes(labels: NDArray[Any], first: NDArray[Any], axis: int) -> bool:
    return (
        labels.dtype.kind in "iu" and labels.shape == first.shape[:axis] + first.shape[axis + 1 :]
    )


def _advice_on_classes(
    first_name: str, first: NDArray[Any], labels: NDArray[Any], axis: int
) -> str:
    one_hot = f"np.eye({first.shape[axis]})[labels]"
    if axis != first.ndim - 1:
        one_hot = f"np.moveaxis({one_hot}, -1, {axis})"
    ways = [f"write {one_hot}"]
    if first_name == "logits":
        ways.insert(0, "call sparse_softmax_cross_entropy, which takes those")
    if labels.shape == (first.shape[axis],):
        ways.append(f"write np.broadcast_to(labels, {first.shape}) if they are one for all samples")
    return f"labels look like numbers of classes, not like distributions; {', or '.join(ways)}"


def _check_filled_axis(name: str, array: Floats, axis: int) -> int:
    axis = check_axis(axis, array, name)
    if array.shape[axis] == 0:
        raise ValueError(
            f"{name} must have at least one entry along axis {axis}, but has shape {array.shape}"
        )
    return axis


# --- checks --------------------------------------------------------------------------------
# np.fmin and np.fmax pass over NaN: NaN is let in, and stays NaN in the result.

_BITS: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.uint32),
    np.dtype(np.float64): np.dtype(np.uint64),
}
_BITS_OF_ONE = {dtype: int(np.array(1.0, dtype).view(bits)) for dtype, bits in _BITS.items()}


def check_probabilities(name: str, values: Floats) -> None:
    """ValueError unless every entry is between 0 and 1."""
    # Read as integers, floats from 0 to 1 keep their order, and all others but −0 are larger.
    if values.view(_BITS[values.dtype]).max(initial=0) <= _BITS_OF_ONE[values.dtype]:
        return
    if _lowest(values, 0.0) < 0.0 or _highest(values, 1.0) > 1.0:
        wrong = (values < 0.0) | (values > 1.0)
        _refuse(name, values, wrong, "between 0 and 1", _advice_on_probabilities(name, values))


def check_zero_or_one(name: str, values: Floats) -> None:
    """ValueError unless every entry is 0 or 1."""
    if (
        not every((values == 0.0) | (values == 1.0))
        and _highest(np.abs(values * (1.0 - values)), 0.0) > 0.0
    ):
        wrong = values * (1.0 - values) != 0.0
        _refuse(name, values, wrong, "0 or 1", _advice_on_probabilities(name, values))


def check_signs(name: str, values: Floats) -> None:
    """ValueError unless every entry is −1 or +1."""
    sizes = np.abs(values)
    if every(sizes == 1.0):
        return
    if _lowest(sizes, 1.0) < 1.0 or _highest(sizes, 1.0) > 1.0:
        bits = "of labels 0 and 1 make 2 * labels - 1" if _are_all(values, [0.0, 1.0]) else ""
        _refuse(name, values, sizes != 1.0, "−1 or +1", bits)


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
    sums = values.sum(axis)
    if _highest(np.abs(sums - 1.0), 0.0) > 0.01:
        _refuse(f"{name} summed over axis {axis}", sums, np.abs(sums - 1.0) > 0.01, "1", "")


def check_classes(labels: ArrayLike, logits: Floats, axis: int, name: str = "logits") -> Integers:
    """``labels`` as an array of integers; ValueError unless they are classes along ``axis``."""
    labels = as_array(labels, "labels")
    expected = logits.shape[:axis] + logits.shape[axis + 1 :]
    if labels.shape != expected:
        raise ValueError(
            f"labels must have the shape of {name} without axis {axis}, {expected}, "
            f"but have shape {labels.shape}{_advice_on_shape_of_classes(labels, logits, axis)}"
        )
    if labels.dtype.kind not in "iu" and labels.size > 0:
        as_float(labels, "labels")  # a TypeError for text, as from every other function
        raise ValueError(
            f"labels must be integers, the number of the class of each sample, "
            f"but have dtype {labels.dtype}; write labels.astype(int) if they are whole numbers"
        )
    classes = logits.shape[axis]
    if not every((labels >= 0) & (labels < classes)):
        wrong = (labels < 0) | (labels >= classes)
        _refuse("labels", labels, wrong, f"from 0 to {classes - 1}", _advice_on_numbers(labels))
    return labels.astype(np.intp, copy=False)


def _advice_on_shape_of_classes(labels: NDArray[Any], logits: Floats, axis: int) -> str:
    if labels.shape == logits.shape:
        return f"; of one-hot labels make labels.argmax({axis}), or call softmax_cross_entropy"
    if labels.shape == (*logits.shape[:axis], 1, *logits.shape[axis + 1 :]):
        return f"; write labels.squeeze({axis})"
    if logits.ndim > 2 and labels.shape == logits.shape[:1] + logits.shape[2:]:
        return "; write axis=1 if the classes lie there, as in PyTorch"
    return ""


def _advice_on_numbers(labels: Integers) -> str:
    if labels.min() == -100:
        return "choose the samples that count before, as in keep = labels != -100"
    return "classes are counted from 0, and none from the end" if labels.min() != 0 else ""


def _advice_on_probabilities(name: str, values: Floats) -> str:
    if name == "labels":
        if _are_all(values, [-1.0, 1.0]):
            return "of labels −1 and +1 make (labels + 1) / 2"
        if _are_all(values, np.rint(np.abs(values))):
            return "of numbers of classes make np.eye(classes)[labels], or call a sparse loss"
        return ""
    return "logits belong to binary_cross_entropy_with_logits or softmax_cross_entropy"


def _are_all(values: Floats, allowed: Any) -> bool:
    allowed = np.asarray(allowed)
    same = values == allowed if allowed.shape == values.shape else np.isin(values, allowed)
    return bool(np.all(same | np.isnan(values)))


def _lowest(values: Floats, at_most: float) -> Any:
    return np.fmin.reduce(values, axis=None, initial=at_most)


def _highest(values: Floats, at_least: float) -> Any:
    return np.fmax.reduce(values, axis=None, initial=at_least)


def _refuse(
    name: str, values: NDArray[Any], wrong: NDArray[np.bool_], expected: str, advice: str = ""
) -> None:
    """Name the first wrong entry, and what to do if a likely reason is known."""
    index = tuple(int(i) for i in np.argwhere(wrong & ~np.isnan(values))[0])
    where = f" at index {index}" if index else ""
    ending = f"; {advice}" if advice else ""
    raise ValueError(f"{name} must be {expected}, but got {values[index]}{where}{ending}")
