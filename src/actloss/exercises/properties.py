"""The properties of a right answer, and how one call shows whether it has them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from actloss.exercises.definitions import Arguments, Exercise
from actloss.exercises.running import Outcome
from actloss.gradcheck import gradcheck

DERIVATIVE_TOLERANCE = 1e-4
DERIVATIVES = 5  # draws whose finite differences are taken
EDGES = 6  # draws of `edges`
SINGLES = 3  # draws that are given as float32, too
SINGLE_TOLERANCE = 1e-3  # of the largest entry: an answer may lose digits on its way


@dataclass(frozen=True)
class Trial:
    """Arguments, what the reference gives for them, and what the answer gave."""

    arguments: Arguments
    kind: str
    expected: np.ndarray
    outcome: Outcome


class Property(NamedTuple):
    """``holds`` is asked of every trial of these kinds, once all of ``after`` hold."""

    name: str
    title: str
    kinds: tuple[str, ...]
    after: tuple[str, ...]
    holds: Callable[[Exercise, Trial], bool]
    hint: str = ""


def right_shape(exercise: Any, trial: Trial) -> bool:
    return trial.outcome.value.shape == trial.expected.shape


def right_values(exercise: Any, trial: Trial) -> bool:
    if trial.outcome.error or not right_shape(exercise, trial):
        return False
    return bool(close(exercise, trial.outcome.value, trial.expected).all())


def close(exercise: Any, got: Any, expected: Any) -> NDArray[np.bool_]:
    """Entry by entry: equal, both NaN, or near; no finite number is near an infinite one."""
    got, expected = np.asarray(got, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= exercise.smallest + exercise.tolerance * np.abs(expected)
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return same | (near & np.isfinite(expected))


def right_in_single(exercise: Any, trial: Trial) -> bool:
    """Roughly what the reference gives, in float32 or for the same numbers in float64."""
    if trial.outcome.error or not right_shape(exercise, trial):
        return False
    return _roughly(trial.outcome.value, trial.expected) or _roughly(
        trial.outcome.value, _in_double(exercise, trial.arguments)
    )


def _roughly(got: Any, expected: Any) -> bool:
    got, expected = np.asarray(got, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    finite = np.isfinite(expected)
    largest = np.max(np.abs(expected), where=finite, initial=1.0)
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= SINGLE_TOLERANCE * largest
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return bool(np.all(same | (near & finite)))


def _in_double(exercise: Any, arguments: Arguments) -> NDArray[Any]:
    widened = {
        name: value.astype(np.float64) if is_float_array(value) else value
        for name, value in arguments.items()
    }
    with np.errstate(all="ignore"):
        return np.asarray(exercise.reference(**widened))


def agrees_with_differences(exercise: Any, trial: Trial) -> bool:
    function, name = exercise.derivative_of
    others = dict(trial.arguments)
    point = others.pop(name)
    if trial.outcome.error or np.shape(trial.outcome.value) != np.shape(point):
        return False
    return gradcheck(
        lambda value: function(**others, **{name: value}),
        lambda value: trial.outcome.value,
        point,
        names=[name],
        tolerance=DERIVATIVE_TOLERANCE,
    ).passed


PROPERTIES = (
    Property(
        "runs",
        "takes the arguments and returns numbers",
        ("ordinary",),
        (),
        lambda exercise, trial: not trial.outcome.error,
    ),
    Property(
        "shape",
        "returns the right shape",
        ("ordinary",),
        ("runs",),
        right_shape,
    ),
    Property(
        "values",
        "gives the right values",
        ("ordinary",),
        ("runs", "shape"),
        right_values,
    ),
    Property(
        "gradient",
        "agrees with finite differences",
        ("smooth",),
        ("runs", "shape"),
        agrees_with_differences,
    ),
    Property(
        "extremes",
        "holds where numbers are extreme",
        ("extreme",),
        ("runs", "shape"),
        right_values,
        "Which of your intermediate results overflows, underflows, or multiplies 0 by ∞?",
    ),
    Property(
        "single",
        "gives the right values for float32 too",
        ("single",),
        ("runs", "shape", "values"),
        right_in_single,
        "The same numbers, given as float32, make your function give others. Its own precision is "
        "free; what it computes may not depend on the dtype.",
    ),
    Property(
        "memory",
        "holds no more at once than it may",
        ("large",),
        ("runs", "shape", "values"),
        lambda exercise, trial: (
            right_values(exercise, trial) and trial.outcome.peak <= exercise.memory
        ),
    ),
    Property(
        "untouched",
        "leaves its arguments as they were",
        ("ordinary",),
        ("runs",),
        lambda exercise, trial: not trial.outcome.changed,
        "The caller may still need the array. Work on a copy, or make a new array.",
    ),
)

# What a report says besides, and no point depends on: values alone are judged.
REMARKS = (
    Property(
        "dtype",
        "Given float32 it returns float64.",
        ("single",),
        ("runs",),
        lambda exercise, trial: (
            bool(trial.outcome.error)
            or trial.outcome.value.dtype not in (np.float64, np.longdouble)
        ),
        "The functions of the course keep the dtype that they are given.",
    ),
    Property(
        "warnings",
        "NumPy warns of a step on the way.",
        ("ordinary", "extreme"),
        ("runs",),
        lambda exercise, trial: not trial.outcome.warning,
        "The functions of the course cause none, not even one whose result is thrown away: "
        "np.where works out both of its sides.",
    ),
)


def in_a_page() -> bool:
    """Whether this is Python in a browser, where no processor tells NumPy of an overflow."""
    return sys.platform == "emscripten"


def properties_of(exercise: Any) -> list[Property]:
    """Those that this exercise asks for."""
    left_out = {
        name
        for name, there in (
            ("gradient", exercise.derivative_of),
            ("extremes", exercise.extremes),
            ("memory", exercise.large),
        )
        if not there
    }
    return [item for item in PROPERTIES if item.name not in left_out]


def inputs(exercise: Any, rng: np.random.Generator) -> Iterator[tuple[str, Arguments]]:
    """(kind, arguments) of every trial."""
    drawn = [exercise.draw(rng) for _ in range(exercise.draws)]
    yield from (("ordinary", arguments) for arguments in drawn)
    if exercise.edges:
        yield from (("ordinary", exercise.edges(rng)) for _ in range(EDGES))
    if exercise.derivative_of:
        for arguments in drawn[:DERIVATIVES]:
            # Zeros are where the kinks are.
            yield (
                "smooth",
                {
                    name: np.where(value == 0, 0.5, value) if is_float_array(value) else value
                    for name, value in arguments.items()
                },
            )
    for arguments in drawn[:SINGLES]:
        yield (
            "single",
            {
                name: value.astype(np.float32) if is_float_array(value) else value
                for name, value in arguments.items()
            },
        )
    if exercise.large:
        yield "large", exercise.large(rng)
    for number, values in enumerate(exercise.extremes):
        yield "extreme", with_first(drawn[number % len(drawn)], np.array(values, dtype=np.float64))


def with_first(arguments: Arguments, values: NDArray[Any]) -> Arguments:
    """The arguments with another first one; arrays that had its shape get its new shape."""
    (name, first), *others = arguments.items()
    resized = {
        other: np.resize(value, values.shape)
        if isinstance(value, np.ndarray) and value.shape == first.shape
        else value
        for other, value in others
    }
    return {name: values, **resized}


def is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"
