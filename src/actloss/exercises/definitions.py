"""What an exercise is: plain data, and the functions that its answers are held against."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from actloss.arguments import Floats

# In one array, because an element-wise function must bear them all at once. NaN is not among them:
# no page asks what becomes of it.
EXTREMES = (-np.inf, np.inf, -1e308, 1e308, -5e-324, 5e-324, 0.0)

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Exercise:
    """Write a function. It is right if it has the properties of ``properties.py``.

    Parameters
    ----------
    name : str
        Also the name that the notebook gives to the answer; unique in the course.
    chapter : str
        The slug of its notebook.
    points, difficulty : int
        Difficulty is 1 (one idea), 2 (two at once) or 3 (a derivation or an experiment).
    reference : callable
        What it must equal. It takes the arguments that `draw` returns, by name.
    draw : callable
        From a random generator to the arguments, by name and in order.
    mistakes : sequence of pairs
        (wrong function, hint): the hint for whoever gets the same as the wrong function.
        (name of a property, hint): the hint if that property is the first that fails.
    extremes : sequence of array_like
        Values for the first argument; the others are drawn.
    derivative_of : pair, optional
        (function, name of an argument): the answer must agree with finite differences of the sum
        of this function in this argument.
    tolerance, smallest : float
        The relative and the absolute error that is still right. Wide enough for every sound way
        of computing.
    edges : callable, optional
        Like `draw`, for arguments at which no derivative is taken: kinks, ties, numbers that are
        exactly 0.
    large, memory : callable and int, optional
        `large` draws arguments for one call that may use so many bytes at once, beside them.
    axes : int
        The fewest axes that the first argument may have.
    draws : int
        How many random inputs are tried.
    """

    name: str
    chapter: str
    points: int
    difficulty: int
    reference: Callable
    draw: Callable[[np.random.Generator], Arguments]
    mistakes: Sequence[tuple[Callable | str, str]] = ()
    extremes: Sequence = (EXTREMES,)
    derivative_of: tuple[Callable, str] | None = None
    tolerance: float = 1e-6
    smallest: float = 1e-12
    edges: Callable[[np.random.Generator], Arguments] | None = None
    large: Callable[[np.random.Generator], Arguments] | None = None
    memory: int = 0
    axes: int = 0
    draws: int = 20


@dataclass(frozen=True)
class NumberExercise:
    """Find a number, by thought or by experiment.

    `answer` is a function without arguments, so that it is computed and not typed. `mistakes`
    pairs a wrong number, or a test of numbers, with its hint. `tolerance` is absolute.
    """

    name: str
    chapter: str
    points: int
    difficulty: int
    answer: Callable[[], float]
    tolerance: float
    mistakes: Sequence[tuple[float | Callable[[float], Any], str]] = ()


EXERCISES: dict[str, Exercise | NumberExercise] = {}


def add(*exercises: Exercise | NumberExercise) -> None:
    """Make exercises known to ``check``; one of the same name and chapter is replaced.

    Raises
    ------
    ValueError
        If another chapter has an exercise of that name.
    """
    for exercise in exercises:
        before = EXERCISES.get(exercise.name)
        if before is not None and before.chapter != exercise.chapter:
            raise ValueError(f"{before.chapter} already has an exercise {exercise.name!r}")
        EXERCISES[exercise.name] = exercise


def of_chapter(chapter: str) -> list[Exercise | NumberExercise]:
    """The exercises of a chapter, in order."""
    read_all()
    return [exercise for exercise in EXERCISES.values() if exercise.chapter == chapter]


@functools.cache
def read_all() -> None:
    """Import the modules beside this one: each adds the exercises of its chapter."""
    package = importlib.import_module("actloss.exercises")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


def any_array(
    rng: np.random.Generator,
    *,
    axes: Sequence[int] = (0, 1, 2, 3),
    scale: float = 2.0,
    longest: int = 4,
) -> Floats:
    """Normal random numbers in an array of any shape, some of them exactly 0."""
    shape = rng.integers(1, longest + 1, size=rng.choice(axes))
    values = np.asarray(rng.normal(scale=scale, size=tuple(shape)))
    return np.where(rng.random(values.shape) < 0.1, 0.0, values)
