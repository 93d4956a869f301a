"""Grades one submission: its code lives in the sandbox, and every judgement is made here.

First all exercises are tried in one life, which is quick: what is right there is right. For every
other exercise a fresh life runs only the cells that its answer needs, so that a cell that does harm
costs the exercises that need it and no other. Where that misses something (a name that is made by
``exec``, say), a second life runs all cells before the check. Of what comes back, numbers are
believed and nothing else is: the texts of a report are ours.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from actloss.exercises import EXERCISES, NumberExercise, of_chapter
from actloss.exercises.definitions import read_all
from actloss.exercises.engine import (
    examine,
    not_their_own,
    questions,
    report_on,
    solved_by_the_course,
)
from actloss.exercises.report import Report
from actloss.grading import replies
from actloss.grading.notebooks import Notebook, UnreadableError
from actloss.grading.protocol import OutOfTime, ProtocolError
from actloss.grading.sandbox import LIFE_SECONDS, NoSandboxError
from actloss.grading.sandboxes import Sandboxes

LIVES = 6  # at most, for one exercise
UNJUDGED = "This answer could not be judged"
TOGETHER = 1.0  # seconds, for all exercises in one life; right answers need hundredths
SHORTEST = 2.0  # seconds, of a limit that time-outs have halved


@dataclass(frozen=True)
class Graded:
    """A submission with a report for each exercise of its chapter."""

    chapter: str
    reports: tuple[Report, ...]

    @property
    def earned(self) -> int:
        return sum(report.earned for report in self.reports)

    @property
    def points(self) -> int:
        return sum(report.points for report in self.reports)


def chapter_of(notebook: Notebook) -> str:
    """The chapter whose exercises the notebook holds.

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
    return max(sorted(counts), key=counts.__getitem__)


def grade(
    notebook: Notebook,
    sandboxes: Sandboxes,
    *,
    seed: int,
    chapter: str = "",
    course_functions: bool = False,
) -> Graded:
    """Hold each answer of a notebook against its exercise.

    A function of the course that is a right answer as it stands earns nothing, unless
    `course_functions` are allowed.

    Raises
    ------
    UnreadableError
        If it has no exercises.
    NoSandboxError
        If this machine can confine nothing any more: that says nothing about the submission.
    """
    chapter = chapter or chapter_of(notebook)
    exercises = of_chapter(chapter)
    sandbox = sandboxes.for_notebook(notebook)
    marking = _Marking(notebook, sandbox, seed, exercises, course_functions)
    right = marking.right_together(exercises)
    reports = (right.get(exercise.name) or marking.report(exercise) for exercise in exercises)
    return Graded(chapter, tuple(reports))


class _Died(Exception):
    """A life ended before it was done: at a cell, or at a call of the function."""

    def __init__(self, place, what):
        self.place, self.what = place, what


class _Again(Exception):
    """A life ended before it ran anything."""


class _Marking:
    """The exercises of one notebook; remembers the cells that ended a life."""

    def __init__(self, notebook, sandbox, seed, exercises, course_functions):
        self.course_functions = course_functions
        self.notebook, self.sandbox, self.seed = notebook, sandbox, seed
        self.sources = [cell.source for cell in notebook.cells]
        self.ends = {e.name: notebook.place_of_check(e.name) for e in exercises}
        self.plans, self.unplanned = {}, False
        self.deadly = {}
        self.timeouts = 0

    def right_together(self, exercises):
        """Reports on what is right when all exercises share a life.

        Nothing else that happens there counts: one exercise may spoil it for the others, and they
        get lives of their own.
        """
        asked = {
            exercise.name: _questions(exercise, self.seed)
            for exercise in exercises
            if not isinstance(exercise, NumberExercise)
        }
        calls = {name: [given for _, given, _ in asked[name]] for name in asked}
        seconds = min(TOGETHER, self.sandbox.limits.cells, self.sandbox.limits.calls)
        parts = {"cells": self.sources, "ends": self.ends, "calls": calls}
        try:
            with self.sandbox.life() as life:
                found = life.ask("attempt", seconds=seconds, **parts)
        except ProtocolError:
            return {}
        right = {}
        for exercise in exercises:
            with contextlib.suppress(Exception):  # nothing is lost: it is asked again, alone
                report = _if_right(exercise, found[exercise.name], asked.get(exercise.name))
                if report.solved and not self._borrowed(exercise, found[exercise.name]):
                    right[exercise.name] = report
        return right

    def report(self, exercise):
        try:
            return self._best_of_lives(exercise)
        except NoSandboxError:
            raise
        except ProtocolError as error:  # a reply of no kind: nothing is wrong here
            what = replies.what_happened(error, self.sandbox.limits.cells)
            return report_on(exercise, "not right yet", message=f"{exercise.name} {what}.")
        except Exception as error:  # a fault of ours, that costs one exercise and is seen
            message = (
                f"{UNJUDGED} ({type(error).__name__} in the grader). Please tell your teacher."
            )
            return report_on(exercise, "not right yet", message=message)

    def _best_of_lives(self, exercise):
        self.timeouts = 0  # what hangs costs its own exercise only
        end = self.ends[exercise.name]
        plan = self._needed
        best = None
        for _ in range(LIVES):
            try:
                found, missing, later = self._live(exercise, plan, end)
            except _Again:
                continue
            except _Died as death:
                message = f"{replies.cell(death.place)} {death.what}."
                best = best or report_on(exercise, "not right yet", message=message)
                if death.place in self.deadly:
                    break
                self.deadly[death.place] = death.what
                continue
            if best is None or found.solved or best.state != "not right yet":
                best = found
            if found.solved:
                break
            if later:
                end = len(self.sources)
            elif missing and plan == self._needed:
                plan = self._all_before
            else:
                break
        return best

    def _live(self, exercise, plan, end):
        """A report; whether a name was missing; whether a later cell defines the answer."""
        with self.sandbox.life() as life:
            places, defining = plan(life, exercise.name, end)
            problems = self._run(life, places)
            try:
                found = replies.data(life.ask("look_up", seconds=LIFE_SECONDS, name=exercise.name))
            except ProtocolError as error:
                raise _Died(
                    max(places, default=-1), replies.what_happened(error, self._cells)
                ) from None
            report, kind = self._judge(exercise, life, found)
        missing = kind == "NameError" or any(p["kind"] == "NameError" for p in problems)
        nowhere = replies.word(found.get("kind")) == "missing"
        missing |= nowhere
        if not report.solved:
            report = replace(report, notes=(*report.notes, *replies.notes(problems, defining)))
        if self.deadly and nowhere:
            told = [f"{replies.cell(place)} {what}." for place, what in sorted(self.deadly.items())]
            report = replace(report, notes=(*report.notes, *told))
        later = report.state == "not solved yet" and any(place >= end for place in defining)
        return report, missing, later and end < len(self.sources)

    @property
    def _cells(self):
        return self._shortened(self.sandbox.limits.cells)

    @property
    def _calls(self):
        return self._shortened(self.sandbox.limits.calls)

    def _shortened(self, seconds):
        """So that an answer whose cells hang one after the other does not hold up the class."""
        return max(min(SHORTEST, seconds), seconds / 2 ** max(0, self.timeouts - 1))

    def _needed(self, life, name, end):
        if self.unplanned:
            return self._all_before(life, name, end)
        known = (name, end, *self.deadly)
        if known not in self.plans:
            self._plan(life, self.ends | {name: end})
        return self.plans[known]

    def _plan(self, life, ends):
        """Ask for the plans of all exercises, of a life that has run nothing of the notebook."""
        parts = {"cells": self.sources, "ends": ends, "without": [*self.deadly]}
        try:
            plans = life.ask("plan", seconds=LIFE_SECONDS, **parts)
        except ProtocolError:  # source that the parser does not survive
            self.unplanned = True
            raise _Again from None
        for name, end in ends.items():
            plan = replies.data(plans.get(name))
            places = [
                replies.places(plan.get(part), self.sources) for part in ("cells", "defining")
            ]
            self.plans[name, end, *self.deadly] = tuple(places)

    def _all_before(self, life, name, end):
        return [place for place in range(end) if place not in self.deadly], []

    def _run(self, life, places):
        deadline = time.monotonic() + self._cells
        problems = []
        for place in places:
            try:
                left = deadline - time.monotonic()
                source = self.sources[place]
                answer = replies.data(life.ask("run", seconds=left, place=place, source=source))
            except ProtocolError as error:
                raise _Died(place, self._note(error, self._cells)) from None
            if replies.word(answer.get("error")):
                problems.append(replies.problem(answer))
        return problems

    def _note(self, error, seconds):
        what = replies.what_happened(error, seconds)
        self.timeouts += isinstance(error, OutOfTime)
        return what

    def _judge(self, exercise, life, found):
        """A report, and the kind of the error that an answer raised."""
        kind = replies.word(found.get("kind"))
        if kind == "missing":
            message = f"There is no {exercise.name} in the notebook."
            return report_on(exercise, "not solved yet", message=message), ""
        if kind == "stub":
            return report_on(exercise, "not solved yet"), ""
        if isinstance(exercise, NumberExercise):
            return replies.judge_as_number(exercise, found), ""
        if kind != "function":
            message = f"A function is asked for, but {exercise.name} is none."
            return report_on(exercise, "not right yet", message=message), ""
        borrowed = self._borrowed(exercise, found)
        if borrowed:
            return report_on(exercise, "not right yet", message=not_their_own(borrowed)), ""
        return self._judge_function(exercise, life)

    def _borrowed(self, exercise, found):
        """The function of the course that this answer is, or no name."""
        if self.course_functions or isinstance(exercise, NumberExercise):
            return ""
        return solved_by_the_course(exercise, replies.words(found.get("course")))

    def _judge_function(self, exercise, life):
        seconds = self._calls
        deadline = time.monotonic() + seconds
        errors = []

        def run(arguments):
            return run_all([arguments])[0]

        def run_all(calls):
            left = deadline - time.monotonic()
            reply = life.ask("call_all", seconds=left, name=exercise.name, calls=calls)
            answers = reply.get("answers")
            if not isinstance(answers, list) or len(answers) != len(calls):
                raise ProtocolError("there is an answer for each call")
            outcomes = list(map(replies.outcome, map(replies.data, answers), calls))
            errors.extend(outcome.kind for outcome in outcomes)
            return outcomes

        try:
            asked = _questions(exercise, self.seed)
            parts = examine(exercise, run, None, asked=asked, run_all=run_all)
        except replies.Stub:
            return report_on(exercise, "not solved yet"), ""
        except ProtocolError as error:
            message = f"{exercise.name} {self._note(error, seconds)}."
            return report_on(exercise, "not right yet", message=message), ""
        return _report(exercise, parts), next(filter(None, errors), "")


def _if_right(exercise, found, asked):
    """A report, or some exception, from what a life answered about an exercise beside others."""
    if isinstance(exercise, NumberExercise):
        return replies.judge_as_number(exercise, found)
    calls = [arguments for _, arguments, _ in asked]
    outcomes = list(map(replies.outcome, map(replies.data, found["answers"]), calls))

    def run_again(arguments):  # for a counter-example
        raise ProtocolError("its life is over")

    parts = examine(exercise, run_again, None, asked=asked, run_all=lambda calls: outcomes)
    return _report(exercise, parts)


def _report(exercise, parts):
    solved = all(holds for _, holds in parts["properties"])
    return report_on(exercise, "solved" if solved else "not right yet", **parts)


_drawn: dict[tuple[str, int], Any] = {}


def _questions(exercise, seed):
    """The same for every student of a run, so drawn once."""
    before, asked = _drawn.get((exercise.name, seed), (None, None))
    if before is not exercise:
        asked = questions(exercise, np.random.default_rng([seed, *exercise.name.encode()]))
        _drawn[exercise.name, seed] = exercise, asked
    return asked
