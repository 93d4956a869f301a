"""A walk through a notebook: its cells from top to bottom, with a stop at each check cell.

A life that ends on the way, or that does not end in time, tells which cell or which answer it was:
the next life walks without it.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from actloss.exercises.engine import report_on
from actloss.exercises.report import Report
from actloss.grading import replies
from actloss.grading.notebooks import Notebook
from actloss.grading.protocol import OutOfTime, ProtocolError
from actloss.grading.sandbox import LIFE_SECONDS, Life, Sandbox

LIVES = 6  # that the cells above one check may end
SHORTEST = 2.0  # seconds, of a limit that time-outs have halved
# A cell that only asks for a check does nothing where no check is.
IDLE = re.compile(
    r"\s*(?:(?:check|score)\(\s*[\"'][\w-]+[\"'](?:,\s*\w+)?(?:,\s*variant=\d+)?\s*\)\s*)?"
)
AGAIN = "not solved yet"  # at its check: then what stands below it counts


class Died(Exception):
    """A life ended, or ran out of time, while it was asked for an answer."""

    def __init__(self, error: ProtocolError) -> None:
        self.error = error


class _CellDied(Exception):
    """A life ended, or ran out of time, in a cell."""


class Walk:
    """From the top of a notebook to the last of the `stops`, pairs of (place of check, exercise).

    `judge` makes a report from an exercise, a life that has run all cells above, and this walk. The
    functions of the course in `taken` are not to be had, the cells in `without` are left out.
    """

    def __init__(
        self,
        notebook: Notebook,
        sandbox: Sandbox,
        first: str,
        stops: Iterable[tuple[int, Any]],
        judge: Callable[[Any, Life, Walk], Report],
        taken: Iterable[str] = (),
        without: Iterable[int] = (),
    ) -> None:
        self.sources = [cell.source for cell in notebook.cells]
        self.sandbox, self.judge, self.taken = sandbox, judge, frozenset(taken)
        self.first = first.strip()
        self.stops = sorted(stops, key=lambda stop: stop[0])
        self.without = set(without)
        self.deadly: dict[int, str] = {}  # the cells that ended a life, and how
        self.found: dict[str, Report] = {}
        self.timeouts: Counter = Counter()  # by the place of the next stop
        self.problems: dict[int, Any] = {}  # what cells raised, as they said

    def reports(self) -> dict[str, Report]:
        """By the names of the exercises."""
        deaths: Counter = Counter()
        while len(self.found) < len(self.stops):
            try:
                with self.sandbox.life() as life:
                    self._through(life)
                break
            except Died:
                continue  # the report is there
            except _CellDied as death:
                self.next_stop, place = death.args
                deaths[self.next_stop] += 1
                if deaths[self.next_stop] >= LIVES:
                    self.without.update(range(place, self.next_stop + 1))
        return {
            exercise.name: self._with_notes(self.found[exercise.name], stop)
            for stop, exercise in self.stops
        }

    def _through(self, life):
        parts = {"first": self.first, "without": sorted(self.taken)}
        life.ask("begin", seconds=LIFE_SECONDS, **parts)
        done = 0
        for stop, exercise in self.stops:
            self.next_stop = stop
            self._run(life, range(done, min(stop + 1, len(self.sources))))
            done = max(done, stop + 1)
            if exercise.name not in self.found:
                self._stop_at(exercise, life)
            if len(self.found) == len(self.stops) and not self._left_open():
                return
        if self._left_open() and done < len(self.sources):
            self.next_stop = len(self.sources)
            self._run(life, range(done, len(self.sources)))
            for exercise in self._left_open():
                self._stop_at(exercise, life)

    def _left_open(self):
        return [
            e for _, e in self.stops if e.name in self.found and self.found[e.name].state == AGAIN
        ]

    def _stop_at(self, exercise, life):
        try:
            self.found[exercise.name] = self.judge(exercise, life, self)
        except Died as death:
            message = f"{exercise.name} {self._note(death.error, self.call_seconds)}."
            self.found[exercise.name] = report_on(exercise, "not right yet", message=message)
            # Whatever it did to this life, it shall not do to the next.
            self.without.update(
                place
                for place, source in enumerate(self.sources)
                if replies.defines(source, [exercise.name]) and replies.may_spoil(source)
            )
            raise

    def _run(self, life, places):
        deadline = time.monotonic() + self.cell_seconds
        for place in places:
            source = self.sources[place]
            if place in self.without or IDLE.fullmatch(source) or source.strip() == self.first:
                continue
            try:
                left = deadline - time.monotonic()
                answer = replies.data(life.ask("run", seconds=left, place=place, source=source))
            except ProtocolError as error:
                self.deadly[place] = self._note(error, self.cell_seconds)
                self.without.add(place)
                raise _CellDied(self.next_stop, place) from None
            if answer:
                self.problems[place] = answer

    def _note(self, error, seconds):
        what = replies.what_happened(error, seconds)
        self.timeouts[self.next_stop] += isinstance(error, OutOfTime)
        return what

    @property
    def cell_seconds(self) -> float:
        return self._shortened(self.sandbox.limits.cells)

    @property
    def call_seconds(self) -> float:
        return self._shortened(self.sandbox.limits.calls)

    def _shortened(self, seconds):
        """So that cells that hang one after the other above a check do not hold up the class."""
        halved = seconds / 2 ** max(0, self.timeouts[self.next_stop] - 1)
        return max(min(SHORTEST, seconds), halved)

    # What a student reads besides

    def _with_notes(self, report, stop):
        if report.solved:
            return report
        above = max((other for other, _ in self.stops if other < stop), default=-1)
        own = range(above + 1, stop + 1)
        notes = [
            note
            for place, answer in sorted(self.problems.items())
            if place <= stop
            for note in replies.notes(answer, place, self.sources[place], place in own)
        ]
        notes += [
            f"{replies.cell(place)} {what}."
            for place, what in sorted(self.deadly.items())
            if place <= stop
        ]
        defining = [
            place for place, source in enumerate(self.sources)
            if replies.defines(source, [report.name])
        ]  # fmt: skip
        if len(defining) > 1:
            notes.append(replies.defined_in(defining))
        died = [place for place in own if place in self.deadly]
        if report.state == AGAIN and died:
            message = f"{replies.cell(died[-1])} {self.deadly[died[-1]]}."
            report = replace(report, state="not right yet", message=message)
        return replace(report, notes=(*report.notes, *notes))


def needed_imports(sources: Sequence[str]) -> str:
    """The import statements of these cells that stand on a line of their own."""
    return "\n".join(
        line
        for source in sources
        for line in re.findall(r"^(?:import|from)\s[^\n(\\;]*$", source, re.MULTILINE)
    )
