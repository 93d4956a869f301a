"""Grades one submission: its code lives in the sandbox, and every judgement is made here.

A submission is run as a notebook is: in one life, from top to bottom, the first cell as it was
given out before all others, each exercise judged at its check cell. A cell or an answer that ends
the life, or does not end itself, costs its own exercise: the notebook is run again without it. An
answer that is not right there has second chances, in lives of its own: without the answers to other
exercises, which may have spoiled it, and with what of the course another exercise asks for.

Of what comes back, numbers are believed and nothing else is: the texts of a report are ours.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from actloss.exercises import EXERCISES, NumberExercise, of_chapter
from actloss.exercises.definitions import read_all
from actloss.exercises.engine import BY_NAME, not_their_own, report_on
from actloss.exercises.report import Report
from actloss.exercises.variants import with_variant
from actloss.grading import borrowed, judging, replies
from actloss.grading.notebooks import Notebook, UnreadableError
from actloss.grading.protocol import ProtocolError
from actloss.grading.sandbox import LIFE_SECONDS, NoSandboxError
from actloss.grading.sandboxes import Sandboxes
from actloss.grading.walk import Died, Walk, needed_imports

UNJUDGED = "This answer could not be judged"


@dataclass(frozen=True)
class Graded:
    """A submission with a report for each exercise of its chapter."""

    chapter: str
    reports: tuple[Report, ...]
    others: tuple[str, ...] = ()  # chapters whose exercises it holds as well

    @property
    def earned(self) -> float:
        return sum(report.earned for report in self.reports)

    @property
    def points(self) -> float:
        return sum(report.points for report in self.reports)


def chapters_of(notebook: Notebook) -> list[str]:
    """The chapters whose exercises the notebook holds, the one with most first.

    Raises
    ------
    UnreadableError
        If it holds none.
    """
    read_all()
    counts: dict[str, int] = {}
    for name, count in notebook.names().items():
        if name in EXERCISES:
            chapter = EXERCISES[name].chapter
            counts[chapter] = counts.get(chapter, 0) + count
    if not counts:
        raise UnreadableError("no exercise of the course was found in this notebook")
    return sorted(counts, key=lambda chapter: (-counts[chapter], chapter))


@functools.cache
def first_cells() -> dict[str, str]:
    """The locked first cell of each chapter's notebook, as it was given out."""
    return tomllib.loads(Path(__file__).with_name("first_cells.toml").read_text(encoding="utf-8"))


def grade(
    notebook: Notebook,
    sandboxes: Sandboxes,
    *,
    seed: int,
    chapter: str = "",
    expected: Collection[str] = (),
    course_functions: bool = False,
    variant: int | None = None,
) -> Graded:
    """Hold each answer of a notebook against its exercise.

    Without a `chapter` it is the one with most exercises in the notebook, of the `expected` ones if
    it holds any of them: so nobody chooses an easier one.

    A function of the course that is a right answer as it stands earns nothing, unless
    `course_functions` are allowed. A `variant` draws the numbers of the exercises that have them
    drawn, whatever the notebook says of itself.

    Raises
    ------
    UnreadableError
        If it has no exercises.
    NoSandboxError
        If this machine can confine nothing any more: that says nothing about the submission.
    """
    if not chapter:
        held = chapters_of(notebook)
        chapter = next((one for one in held if one in expected), held[0])
    exercises = of_chapter(chapter)
    if variant is not None:
        exercises = [with_variant(exercise, variant) for exercise in exercises]
    sandbox = sandboxes.for_notebook(notebook)
    marking = _Marking(notebook, sandbox, seed, exercises, course_functions)
    return Graded(chapter, tuple(marking.reports()), _others(notebook, chapter))


def _others(notebook, chapter):
    """The chapters whose exercises it has checked as well, and which are not graded here."""
    checked = {EXERCISES[name].chapter for name in notebook.checked() if name in EXERCISES}
    return tuple(sorted(checked - {chapter}))


class _Marking:
    """The exercises of one notebook."""

    def __init__(self, notebook, sandbox, seed, exercises, course_functions):
        self.notebook, self.sandbox, self.seed, self.exercises = notebook, sandbox, seed, exercises
        self.borrowable = {
            e.name: frozenset() if course_functions else frozenset(borrowed.that_solve(e.name))
            for e in exercises
        }
        self.ends = {e.name: notebook.place_of_check(e.name) for e in exercises}
        self.first = first_cells().get(exercises[0].chapter, "")

    def reports(self):
        """Each in the order of the chapter."""
        self.walk = self._walk(self.exercises, frozenset().union(*self.borrowable.values()))
        found = self.walk.reports()
        return [self._at_last(exercise, found[exercise.name]) for exercise in self.exercises]

    def _walk(self, exercises, taken, without=()):
        stops = [(self.ends[exercise.name], exercise) for exercise in exercises]
        return Walk(self.notebook, self.sandbox, self.first, stops, self._judge, taken, without)

    def _judge(self, exercise, life, walk):
        try:
            return judging.judge(exercise, life, self.seed, walk.call_seconds)
        except NoSandboxError:
            raise
        except ProtocolError as error:
            raise Died(error) from None
        except Exception as error:  # a fault of ours, that costs one exercise and is seen
            message = (
                f"{UNJUDGED} ({type(error).__name__} in the grader). Please tell your teacher."
            )
            return report_on(exercise, "not right yet", message=message)

    def _at_last(self, exercise, report):
        """The report after all second chances, or after the memory of a right answer was seen."""
        if report.solved:
            return self._if_memory_fits(exercise, report)
        if report.message.startswith(UNJUDGED):
            return report
        own = self.borrowable[exercise.name]
        if self._uses_the_course() and report.state != "not solved yet":
            if self.walk.taken - own:
                report = self._alone(exercise, own)
            if own and not report.solved and self._alone(exercise, frozenset()).solved:
                message = not_their_own(sorted(own)[0])
                report = report_on(exercise, "not right yet", message=message)
        if not report.solved and (spoilers := self._spoilers(exercise)):
            alone = self._alone(exercise, own, spoilers)
            report = alone if alone.solved else report
        return self._if_memory_fits(exercise, report) if report.solved else report

    def _uses_the_course(self):
        return any(replies.uses_the_course(cell.source) for cell in self.notebook.cells)

    def _spoilers(self, exercise):
        """The answers to other exercises above this one that could have done it harm."""
        others = {other.name for other in self.exercises} - {exercise.name}
        answers = [
            place
            for place, cell in enumerate(self.notebook.cells[: self.ends[exercise.name]])
            if (cell.grade_id in others or replies.defines(cell.source, others))
            and not replies.defines(cell.source, [exercise.name])
        ]
        sources = [self.notebook.cells[place].source for place in answers]
        return answers if any(map(replies.may_spoil, sources)) else []

    def _alone(self, exercise, taken, without=()):
        """The report of a life for this exercise alone; of those of `without` it needs some."""
        deadly = set(self.walk.deadly)
        if without:
            without = set(without) - self._needed(exercise)
            # Its own cell may have been blamed for what another one did.
            deadly -= self._defining(exercise)
        skipped = sorted(deadly.union(without))
        return self._walk([exercise], taken, skipped).reports()[exercise.name]

    def _defining(self, exercise):
        return {
            place
            for place, cell in enumerate(self.notebook.cells)
            if replies.defines(cell.source, [exercise.name])
        }

    def _needed(self, exercise):
        """Asked of a life that has run nothing of the notebook."""
        cells = [cell.source for cell in self.notebook.cells]
        end = self.ends[exercise.name]
        try:
            with self.sandbox.life() as life:
                found = life.ask(
                    "needed", seconds=LIFE_SECONDS, cells_=cells, name=exercise.name, end=end
                )
        except ProtocolError:  # source that the parser does not survive
            return set()
        return set(replies.places(found.get("cells"), cells))

    def _if_memory_fits(self, exercise, report):
        """What a life says of its memory is not believed: it is called again, with no more."""
        if isinstance(exercise, NumberExercise) or not exercise.large:
            return report
        if self.sandbox.tier == "none" or self._fits(exercise):
            return report
        title = BY_NAME["memory"].title
        properties = [(name, holds and name != title) for name, holds in report.properties]
        hints = [hint for wrong, hint in exercise.mistakes if wrong == "memory"]
        return report_on(exercise, "not right yet", properties=properties, hint="".join(hints[:1]))

    def _fits(self, exercise):
        needed = sorted(self._needed(exercise) - set(self.walk.deadly))
        cells = [(place, self.notebook.cells[place].source) for place in needed]
        imports = needed_imports([source for _, source in cells])
        taken = sorted(self.borrowable[exercise.name])
        limits = self.sandbox.limits
        try:
            with self.sandbox.life() as life:
                life.ask("begin", seconds=LIFE_SECONDS, first=self.first, without=taken)
                return judging.memory_fits(
                    exercise,
                    life,
                    imports=imports,
                    cells=cells,
                    seed=self.seed,
                    seconds=limits.cells + limits.calls,
                )
        except (ProtocolError, replies.Stub, OSError):
            return False
