"""From an input that fails to the smallest one found: fewest elements, then simplest numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from actloss.exercises.definitions import Arguments

CALLS = 150  # at most, so that an answer comes at once
SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0)


def shrink(
    arguments: Arguments, fails: Callable[[Arguments], bool], *, axes: int = 0, calls: int = CALLS
) -> Arguments:
    """Smaller arguments for which `fails(arguments)` is still true.

    Arrays whose last axes have the same lengths are cut together. The first argument keeps at
    least `axes` axes.
    """
    left = calls

    def still_fails(candidate: Arguments) -> bool:
        nonlocal left
        left -= 1
        return fails(candidate)

    for candidates in (lambda found: smaller(found, axes), rounded, simpler):
        progress = True
        while progress and left > 0:
            progress = False
            for candidate in candidates(arguments):
                if left <= 0:
                    break
                if still_fails(candidate):
                    arguments, progress = candidate, True
                    break
    return arguments


def smaller(arguments: Arguments, axes: int) -> Iterator[Arguments]:
    """Fewer elements: halves along an axis, then all but one, then one axis less."""
    first = next(iter(arguments.values()))
    for back in range(1, np.ndim(first) + 1):
        length = first.shape[-back]
        if length < 2:
            continue
        half = length // 2
        keep: list[Iterable[int]] = [range(half), range(half, length)]
        if length > 2:
            keep += [[i for i in range(length) if i != out] for out in range(length)]
        for places in keep:
            yield {
                name: value.take(list(places), axis=-back) if _has(value, back, length) else value
                for name, value in arguments.items()
            }
    if np.ndim(first) > axes and first.shape[0] == 1:
        yield {
            name: value[0, ...] if _has(value, np.ndim(first), 1) else value
            for name, value in arguments.items()
        }


def _has(value: Any, back: int, length: int) -> bool:
    return isinstance(value, np.ndarray) and value.ndim >= back and value.shape[-back] == length


def rounded(arguments: Arguments) -> Iterator[Arguments]:
    """Fewer digits: in all arguments at once, then in one."""
    for digits in (0, 1, 2):
        everywhere = {name: _round(value, digits) for name, value in arguments.items()}
        if not _same(everywhere, arguments):
            yield everywhere
    for digits in (0, 1, 2):
        for name, value in arguments.items():
            one = {**arguments, name: _round(value, digits)}
            if not _same(one, arguments):
                yield one


def _round(value: Any, digits: int) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        size = np.abs(value)
        extreme = ~((size < 1e6) & ((size > 1e-6) | (size == 0)))  # NaN included; simple as it is
        return np.where(extreme, value, np.round(np.where(extreme, 0, value), digits)).astype(
            value.dtype
        )
    # A parameter, a Python float: not 0 or 1, where many functions degenerate.
    if isinstance(value, float):
        simple = (0.5, 2.0, round(value, 1) or value)[digits]
        return simple if len(str(simple)) <= len(str(value)) and value not in (0.5, 2.0) else value
    return value


def simpler(arguments: Arguments) -> Iterator[Arguments]:
    """Simple numbers in one place of one array."""
    for name, value in arguments.items():
        if not (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
            continue
        for place in np.ndindex(value.shape):
            for number in SIMPLE:
                if value[place] == number:
                    break  # what follows is not simpler
                changed = value.copy()
                changed[place] = number
                yield {**arguments, name: changed}


def _same(one: Arguments, other: Arguments) -> bool:
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)
