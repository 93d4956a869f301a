"""Exercises that answer at once: ``check(name, answer)`` says what is right, and what is not yet.

An answer is tried on random inputs against a function of the package. What it must have are
*properties*: shape, values, values at extremes and in float32, arguments left as they were. Where
one fails, the report shows the smallest input found on which it does, and a hint if the mistake is
a known one. A warning of NumPy, or float64 for float32, is remarked on and costs no points. Nothing
here is secret, and no report prints a solution.

A new exercise takes about ten lines, in the module of its chapter beside this file:

>>> import numpy as np
>>> from actloss.activations import squared_relu
>>> from actloss.exercises import Exercise, add, any_array, check
>>> add(
...     Exercise(
...         "smooth_hinge",
...         chapter="example",
...         points=2,
...         difficulty=1,
...         reference=squared_relu,
...         draw=lambda rng: {"x": any_array(rng)},
...         mistakes=[(np.square, "What should a negative x give?")],
...     )
... )

Whoever writes the square alone reads this:

>>> check("smooth_hinge", lambda x: x * x)
smooth_hinge: not right yet
  ✓ takes the arguments and returns numbers
  ✓ returns the right shape
  ✗ gives the right values
  ✗ holds where numbers are extreme
  – gives the right values for float32 too
  ✓ leaves its arguments as they were
The smallest counter-example found:
  x           -1
  expected    0
  got         1
  off by      1
Hint: What should a negative x give?
A remark, which costs no points: NumPy warns of a step on the way (RuntimeWarning: overflow
encountered in multiply). The functions of the course cause none, not even one whose result is
thrown away: np.where works out both of its sides.

``draw`` takes a random generator and returns the arguments by name. ``mistakes`` pairs a wrong
function, or the name of a property such as ``"shape"``, with its hint. Tolerances, extremes and
the check of a gradient by finite differences are options of :class:`Exercise`. Where a number is
asked for, :class:`NumberExercise` takes the answer, its tolerance, and known wrong numbers.
"""

from actloss.exercises.definitions import (
    EXERCISES,
    Exercise,
    NumberExercise,
    add,
    any_array,
    of_chapter,
)
from actloss.exercises.engine import check, score

__all__ = [
    "EXERCISES",
    "Exercise",
    "NumberExercise",
    "add",
    "any_array",
    "check",
    "of_chapter",
    "score",
]
