"""Marks that a teacher gave by hand. No run changes them: they lie apart from what it computes.

A mark belongs to an answer as it was read: once the student has changed it, it waits again. A mark
is saved at once and whole, and only by whoever has seen the one that stands.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from actloss.exercises.report import BY_HAND, WAITING, Report
from actloss.grading.notebooks import Notebook, Written
from actloss.grading.rubric import Question
from actloss.grading.submission import GradingError, replace_file

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

FILE = "by_hand.json"
COMMENT_CHARACTERS = 10_000


@dataclass(frozen=True)
class Mark:
    """What a teacher said of an answer. Without points it is none, but a comment may stand."""

    points: float | None = None
    criteria: tuple[int, ...] = ()  # the places of those that are met
    comment: str = ""
    answer: str = ""  # the digest of what was read
    version: int = 0  # how often it was saved


Marks = Mapping[str, Mapping[str, Mark]]  # by the place of the file, then the name


@dataclass(frozen=True)
class ByHand:
    """What a run needs to know of what a teacher marks."""

    questions: tuple[Question, ...]
    marks: Marks = field(default_factory=dict)

    def points(self, chapter: str) -> float:
        return sum(one.points for one in self.questions if one.chapter == chapter)

    def digest(self, place: str) -> str:
        """Of all that the marks of a file depend on here."""
        said = {name: asdict(mark) for name, mark in sorted(self.marks.get(place, {}).items())}
        text = json.dumps([[asdict(one) for one in self.questions], said])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def reports(self, notebook: Notebook, chapter: str, place: str) -> list[Report]:
        """On each exercise of the chapter that a teacher marks."""
        marks = self.marks.get(place, {})
        return [
            report_on(one, answer_to(one, notebook.written), marks.get(one.name))
            for one in self.questions
            if one.chapter == chapter
        ]


# Answers


def answer_to(question: Question, written: Sequence[Written]) -> list[Written]:
    """The cells that answer a question: a student may have split it. None if nobody wrote there."""
    cells = [one for one in written if one.grade_id == question.name]
    same = {"", question.given.strip()}
    return [one for one in cells if one.pictures or one.source.strip() not in same]


def digest_of(cells: Sequence[Written]) -> str:
    text = json.dumps([[one.kind, one.source, one.pictures] for one in cells])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_waiting(cells: Sequence[Written], mark: Mark | None) -> bool:
    """Whether an answer is there that a teacher has not marked as it stands."""
    return bool(cells) and (mark is None or mark.points is None or mark.answer != digest_of(cells))


def report_on(question: Question, cells: Sequence[Written], mark: Mark | None) -> Report:
    """What the results of a student say of an answer."""
    if not cells:
        return Report(question.name, "not solved yet", 0, question.points)
    if mark is None or is_waiting(cells, mark):
        message = "A teacher reads this answer. Until then it has no points."
        if mark is not None and mark.points is not None:
            message = "This answer was changed after it was marked: a teacher reads it again."
        return Report(question.name, WAITING, 0, question.points, message=message)
    return Report(
        question.name,
        BY_HAND,
        min(mark.points or 0, question.points),
        question.points,
        properties=[
            (one.says, place in mark.criteria) for place, one in enumerate(question.criteria)
        ],
        message=f"Your teacher writes: {mark.comment}" if mark.comment else "",
    )


# The file


def read_marks(out: Path) -> dict[str, dict[str, Mark]]:
    """All marks of a folder of results.

    Raises
    ------
    GradingError
        If there is a file, and it holds something else: it is left as it is.
    """
    path = out / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {
            place: {name: _mark(said) for name, said in by_name.items()}
            for place, by_name in content["marks"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GradingError(
            f"the marks in {str(path)!r} cannot be read ({type(error).__name__}: {error}): mend "
            "the file, or take it away to mark from the beginning. Nothing was changed"
        ) from None


def _mark(said):
    mark = Mark(**said | {"criteria": tuple(said["criteria"])})
    numbers = [mark.version, *mark.criteria]
    texts = (mark.comment, mark.answer)
    if not all(type(one) is int for one in numbers) or not all(type(one) is str for one in texts):
        raise TypeError(f"a mark has {said!r}")
    if mark.points is not None and not (type(mark.points) in (int, float) and mark.points >= 0):
        raise ValueError(f"a mark has the points {mark.points!r}")
    return mark


_saving = threading.Lock()


def save(out: Path, place: str, name: str, mark: Mark, seen: int) -> tuple[bool, Mark]:
    """Save a mark if the one that stands is the version `seen`; whether it was, and what stands."""
    with _saving, _locked(out):
        marks = read_marks(out)
        stands = marks.get(place, {}).get(name, Mark())
        if stands.version != seen:
            return False, stands
        saved = Mark(mark.points, mark.criteria, mark.comment, mark.answer, seen + 1)
        marks.setdefault(place, {})[name] = saved
        content = {
            place: {name: asdict(one) for name, one in sorted(by_name.items())}
            for place, by_name in sorted(marks.items())
        }
        replace_file(
            out / FILE, json.dumps({"marks": content}, ensure_ascii=False, indent=1) + "\n"
        )
        return True, saved


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Of two programs that save, one waits for the other."""
    if fcntl is None:
        yield
        return
    file = os.open(out / f".{FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def checked(said: Any, question: Question, answer: str) -> tuple[Mark, int]:
    """A mark that a page sent, and the version that the page had seen.

    Raises
    ------
    ValueError
        If it is none.
    """
    points, criteria, comment, seen = (
        said.get(key) for key in ("points", "criteria", "comment", "version")
    )
    is_number = type(points) in (int, float) and 0 <= points <= question.points
    if points is not None and not is_number:
        raise ValueError(f"points are from 0 to {question.points:g}, not {points!r}")
    places = range(len(question.criteria))
    if not isinstance(criteria, list) or any(
        type(one) is not int or one not in places for one in criteria
    ):
        raise ValueError(f"there are {len(places)} criteria, not {criteria!r}")
    if not isinstance(comment, str) or len(comment) > COMMENT_CHARACTERS:
        raise ValueError(f"a comment has at most {COMMENT_CHARACTERS} characters")
    if type(seen) is not int or seen < 0:
        raise ValueError(f"a version is a whole number from 0 on, not {seen!r}")
    return Mark(points, tuple(sorted(set(criteria))), comment, answer), seen
