"""Points by hand, and comments: a table that a teacher keeps, and that the grader only reads.

Its columns are ``student``, ``exercise``, ``points``, ``reason`` and ``by``, and if wished
``comment``. A line with points takes the place of what was computed for that exercise, which stays
in the results beside it; a line with a comment only tells the student something. Without an
exercise, the comment is on the whole.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from actloss.exercises import EXERCISES
from actloss.exercises.definitions import read_all
from actloss.grading.submission import GradingError
from actloss.grading.tables import read_table

COLUMNS = ("student", "exercise", "points", "reason", "by", "comment")
NEEDED = COLUMNS[:5]


@dataclass(frozen=True)
class ByHand:
    """A line: points for an exercise, or a comment, or both."""

    line: int
    exercise: str = ""
    points: Decimal | None = None
    reason: str = ""
    by: str = ""
    comment: str = ""

    @property
    def chapter(self) -> str:
        return EXERCISES[self.exercise].chapter if self.exercise else ""


@dataclass(frozen=True)
class Overrides:
    """All lines, by student."""

    path: Path | None = None
    by_student: dict[str, list[ByHand]] = field(default_factory=dict)

    def of(self, student: str, chapter: str) -> list[ByHand]:
        """The lines on this chapter, and comments on the whole."""
        lines = self.by_student.get(student, [])
        return [line for line in lines if line.chapter in ("", chapter)]


def read_overrides(path: Path, whose: Callable[[str], str | None], chapter: str = "") -> Overrides:
    """The lines in a file; `whose` finds a student by a word, `chapter` is the one graded.

    Raises
    ------
    GradingError
        If it cannot be read, or a line names nobody, no exercise, or points that there are not.
    """
    table = read_table(path, "the points by hand", {name: (name,) for name in COLUMNS})
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise GradingError(
            f"the points by hand {str(path)!r} need a first line with the columns "
            f"{','.join(NEEDED)}; it lacks {', '.join(missing)}"
        )
    found: dict[str, list[ByHand]] = {}
    for number, said in table.lines:
        where = f"line {number} of the points by hand {str(path)!r}"
        student = whose(said["student"])
        if student is None:
            raise GradingError(
                f"{where} is about {said['student']!r}, who handed in nothing under that name"
            )
        line = _line(number, said, where, chapter)
        for other in found.setdefault(student, []):
            if line.points is not None and (other.exercise, other.points is None) == (
                line.exercise,
                False,
            ):
                raise GradingError(
                    f"{where} gives {said['student']!r} points for {line.exercise} again: line "
                    f"{other.line} did so already"
                )
        found[student].append(line)
    return Overrides(path, found)


def _line(number, said, where, chapter):
    exercise = _exercise(said["exercise"], where, chapter)
    if not said["points"]:
        comment = said["comment"] or said["reason"]
        if not comment:
            raise GradingError(f"{where} has neither points nor a comment")
        return ByHand(number, said["exercise"], by=said["by"], comment=comment)
    if exercise is None:
        raise GradingError(f"{where} gives points: it must say for which exercise")
    try:
        points = Decimal(said["points"].replace(",", "."))
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= exercise.points:
        raise GradingError(
            f"{where} gives {said['points']!r} points for {exercise.name}: it must be a number "
            f"from 0 to {exercise.points}"
        )
    for key, what in (("reason", "a reason"), ("by", "who gives them, in the column by")):
        if not said[key]:
            raise GradingError(f"{where} gives points: it needs {what}")
    return ByHand(number, exercise.name, points, said["reason"], said["by"], said["comment"])


def _exercise(name, where, chapter):
    if not name:
        return None
    read_all()
    exercise = EXERCISES.get(name)
    if exercise is None:
        near = difflib.get_close_matches(name, EXERCISES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise GradingError(f"{where} is about {name!r}, which is no exercise{hint}")
    if chapter and exercise.chapter != chapter:
        raise GradingError(
            f"{where} is about {name!r}, an exercise of {exercise.chapter}, and {chapter} is graded"
        )
    return exercise
