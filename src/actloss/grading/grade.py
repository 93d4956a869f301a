"""Grades one submission: its code lives in the sandbox, and every judgement is made here.

For each exercise a fresh life runs only the cells that its answer needs, so that a cell that does
harm costs the exercises that need it and no other. Where that misses something (a name that is made
by ``exec``, say), a second life runs all cells before the check. Of what comes back, numbers are
believed and nothing else is: the texts of a report are ours.
"""

import builtins
import re
import time
from dataclasses import dataclass, replace

import numpy as np

from actloss.exercises import EXERCISES, NumberExercise, of_chapter
from actloss.exercises.definitions import read_all
from actloss.exercises.engine import examine, judge_number, questions, report_on
from actloss.exercises.report import Report
from actloss.exercises.running import Outcome
from actloss.grading.notebooks import Notebook, UnreadableError
from actloss.grading.protocol import OutOfTime, ProtocolError
from actloss.grading.sandbox import LIFE_SECONDS, Limits, NoSandboxError, Sandbox

LIVES = 6  # at most, for one exercise
UNJUDGED = "This answer could not be judged"
SHORTEST = 2.0  # seconds, of a limit that time-outs have halved
# Worth loading in advance where a submission names them.
WARM = {
    "torch": "torch",
    "matplotlib": "matplotlib.pyplot",
    "sklearn": "sklearn.datasets",
    "scipy": "scipy.optimize",
}
OURS = {f"actloss.{name}" for name in ("activations", "losses", "network", "initialisers")}

ERRORS = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
TYPES = {name for name, value in vars(builtins).items() if isinstance(value, type)} - ERRORS
WARNING = re.compile(
    r"RuntimeWarning: (?:overflow|invalid value|divide by zero|underflow) encountered in "
    r"(?:scalar )?(\w+)"
)
NUMPY = set(dir(np)) | {"cast", "reduce", "accumulate"}


@dataclass(frozen=True)
class Graded:
    """A submission with a report for each exercise of its chapter."""

    chapter: str
    reports: tuple[Report, ...]

    @property
    def earned(self):
        return sum(report.earned for report in self.reports)

    @property
    def points(self):
        return sum(report.points for report in self.reports)


class Sandboxes:
    """A light sandbox, and one with larger packages warm for the submissions that want them."""

    def __init__(self, tier, limits=None):
        self.tier, self.limits = tier, limits or Limits()
        self.light, self.heavy = Sandbox(tier, self.limits), None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.light.stop()
        if self.heavy:
            self.heavy.stop()

    def for_notebook(self, notebook):
        text = "\n".join(cell.source for cell in notebook.cells)
        wanted = {module for name, module in WARM.items() if re.search(rf"\b{name}\b", text)}
        wanted |= {f"actloss.{name}" for name in re.findall(r"\bactloss\.(\w{1,30})", text)} & OURS
        if not wanted:
            return self.light
        if self.heavy is None or not wanted <= set(self.heavy.warm):
            wanted |= set(self.heavy.warm) if self.heavy else set()
            if self.heavy:
                self.heavy.stop()
            self.heavy = Sandbox(self.tier, self.limits, wanted)
        return self.heavy


def chapter_of(notebook: Notebook) -> str:
    """The chapter whose exercises the notebook holds.

    Raises
    ------
    UnreadableError
        If it holds none.
    """
    read_all()
    counts = {}
    for name, count in notebook.names().items():
        if name in EXERCISES:
            chapter = EXERCISES[name].chapter
            counts[chapter] = counts.get(chapter, 0) + count
    if not counts:
        raise UnreadableError("no exercise of the course was found in this notebook")
    return max(sorted(counts), key=counts.get)


def grade(notebook: Notebook, sandboxes: Sandboxes, *, seed: int, chapter: str = "") -> Graded:
    """Hold each answer of a notebook against its exercise.

    Raises
    ------
    UnreadableError
        If it has no exercises.
    NoSandboxError
        If this machine can confine nothing any more: that says nothing about the submission.
    """
    chapter = chapter or chapter_of(notebook)
    exercises = of_chapter(chapter)
    marking = _Marking(notebook, sandboxes.for_notebook(notebook), seed, exercises)
    return Graded(chapter, tuple(map(marking.report, exercises)))


class _Died(Exception):
    """A life ended before it was done: at a cell, or at a call of the function."""

    def __init__(self, place, what):
        self.place, self.what = place, what


class _Again(Exception):
    """A life ended before it ran anything."""


class _Marking:
    """The exercises of one notebook; remembers the cells that ended a life."""

    def __init__(self, notebook, sandbox, seed, exercises):
        self.notebook, self.sandbox, self.seed = notebook, sandbox, seed
        self.sources = [cell.source for cell in notebook.cells]
        self.ends = {e.name: notebook.place_of_check(e.name) for e in exercises}
        self.plans, self.unplanned = {}, False
        self.deadly = {}
        self.timeouts = 0

    def report(self, exercise):
        try:
            return self._best_of_lives(exercise)
        except NoSandboxError:
            raise
        except Exception as error:  # a fault of ours, that costs one exercise and is seen
            message = (
                f"{UNJUDGED} ({type(error).__name__} in the grader). Please tell your teacher."
            )
            return report_on(exercise, "not right yet", message=message)

    def _best_of_lives(self, exercise):
        end = self.ends[exercise.name]
        plan = self._needed
        best = None
        for _ in range(LIVES):
            try:
                found, missing, later = self._live(exercise, plan, end)
            except _Again:
                continue
            except _Died as death:
                message = f"{_cell(death.place)} {death.what}."
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
                found = _data(life.ask("look_up", seconds=LIFE_SECONDS, name=exercise.name))
            except ProtocolError as error:
                raise _Died(max(places, default=-1), _what_happened(error, self._cells)) from None
            report, kind = self._judge(exercise, life, found)
        missing = kind == "NameError" or any(p["kind"] == "NameError" for p in problems)
        missing |= found.get("kind") == "missing"
        if not report.solved:
            report = replace(report, notes=(*report.notes, *_notes(problems, defining)))
        if self.deadly and found.get("kind") == "missing":
            told = [f"{_cell(place)} {what}." for place, what in sorted(self.deadly.items())]
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
        """So that a notebook that hangs in every cell does not hold up the class."""
        return max(min(SHORTEST, seconds), seconds / 2**self.timeouts)

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
            plan = _data(plans.get(name))
            places = [_places(plan.get(part), self.sources) for part in ("cells", "defining")]
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
                answer = _data(life.ask("run", seconds=left, place=place, source=source))
            except ProtocolError as error:
                raise _Died(place, self._note(error, self._cells)) from None
            if answer.get("error"):
                problems.append(_problem(answer))
        return problems

    def _note(self, error, seconds):
        what = _what_happened(error, seconds)
        self.timeouts += isinstance(error, OutOfTime)
        return what

    def _judge(self, exercise, life, found):
        """A report, and the kind of the error that an answer raised."""
        kind = found.get("kind")
        if kind == "missing":
            message = f"There is no {exercise.name} in the notebook."
            return report_on(exercise, "not solved yet", message=message), ""
        if kind == "stub":
            return report_on(exercise, "not solved yet"), ""
        if isinstance(exercise, NumberExercise):
            return _judge_as_number(exercise, found), ""
        if kind != "function":
            message = f"A function is asked for, but {exercise.name} is none."
            return report_on(exercise, "not right yet", message=message), ""
        return self._judge_function(exercise, life)

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
            outcomes = list(map(_outcome, map(_data, answers), calls))
            errors.extend(outcome.kind for outcome in outcomes)
            return outcomes

        try:
            asked = _questions(exercise, self.seed)
            parts = examine(exercise, run, None, asked=asked, run_all=run_all)
        except _Stub:
            return report_on(exercise, "not solved yet"), ""
        except ProtocolError as error:
            message = f"{exercise.name} {self._note(error, seconds)}."
            return report_on(exercise, "not right yet", message=message), ""
        solved = all(holds for _, holds in parts["properties"])
        state = "solved" if solved else "not right yet"
        return report_on(exercise, state, **parts), next(filter(None, errors), "")


_drawn = {}


def _questions(exercise, seed):
    """The same for every student of a run, so drawn once."""
    before, asked = _drawn.get((exercise.name, seed), (None, None))
    if before is not exercise:
        asked = questions(exercise, np.random.default_rng([seed, *exercise.name.encode()]))
        _drawn[exercise.name, seed] = exercise, asked
    return asked


# What a life says, in our words


class _Stub(Exception):
    """The function says that it is not written yet."""


def _data(answer):
    if not isinstance(answer, dict):
        raise ProtocolError("an answer is a map")
    return answer


def _places(value, sources):
    """Places of cells, each once and in order; nothing if they are none."""
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        return []
    return sorted({place for place in value if 0 <= place < len(sources)})


def _judge_as_number(exercise, found):
    value = found.get("value")
    if found.get("kind") == "number" and _is_numbers(value):
        return judge_number(exercise, value)
    if found.get("kind") == "function":
        message = "A number is asked for, but this is a function: call it, and give its result."
    else:
        message = f"A real number is asked for, but this is {_type(found.get('type'))}."
    return report_on(exercise, "not right yet", message=message)


def _is_numbers(value):
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def _outcome(answer, arguments):
    """An Outcome of numbers from the sandbox and texts from here."""
    error = answer.get("error")
    if error == "stub":
        raise _Stub
    if error == "raised":
        problem = _problem(answer)
        kind = problem["kind"]
        return Outcome(error=f"{kind}{problem['where']}", kind=kind)
    if error == "arguments":
        names = ", ".join(arguments)
        words = f"It is called with ({names}), but yours takes other arguments."
        return Outcome(error=words, kind="TypeError")
    if error == "result":
        if answer.get("type") == "NoneType":
            words = "It returned None: does every way through it end in `return`?"
        else:
            words = (
                f"It returned {_type(answer.get('type'))}; an array of real numbers is asked for."
            )
        return Outcome(error=words)
    if error == "unsendable":
        return Outcome(error="It returned more than can be looked at.")
    value, changed = answer.get("value"), answer.get("changed")
    if not _is_numbers(value) or not isinstance(changed, dict):
        raise ProtocolError("an answer has a value or an error")
    for name, after in changed.items():
        before = arguments.get(name)
        if not isinstance(before, np.ndarray) or not _is_numbers(after):
            raise ProtocolError("only arrays that were given can have changed")
        if before.shape != after.shape:
            raise ProtocolError("an array keeps its shape when it is written into")
    return Outcome(value, "", "", _warning(answer.get("warning")), changed)


def _warning(text):
    """The warnings that NumPy words; of others, that there was one."""
    if not text:
        return ""
    if isinstance(text, str) and (match := WARNING.fullmatch(text)) and match[1] in NUMPY:
        return text
    return "RuntimeWarning"


def _type(name):
    known = isinstance(name, str) and name in TYPES | {"ndarray"}
    words = {"ndarray": "an array of other things", "NoneType": "None"}
    return words.get(name, f"of the type {name}") if known else "of another type"


def _problem(answer):
    kind = answer.get("kind")
    known = isinstance(kind, str) and kind in ERRORS
    place, line = answer.get("cell"), answer.get("line")
    numbers = all(type(number) is int and 0 <= number < 100_000 for number in (place, line))
    return {
        "kind": kind if known else "an error of its own kind",
        "cell": place if numbers else -1,
        "where": f"\nin line {line} of {_cell(place).lower()}" if numbers else "",
    }


def _cell(place):
    return f"Code cell {place + 1}"


def _notes(problems, defining):
    """What else a student should know whose answer is not right."""
    notes = [f"{_cell(p['cell'])} stopped: {p['kind']}{p['where']}".replace("\n", " ") + "."
             for p in problems if p["cell"] >= 0]  # fmt: skip
    if len(defining) > 1:
        cells = ", ".join(str(place + 1) for place in defining)
        notes.append(
            f"It is defined in code cells {cells}: the last before the check counts, or else the "
            "last of all."
        )
    return notes


def _what_happened(error, seconds):
    if isinstance(error, OutOfTime):
        return f"did not finish within {seconds:g} s"
    return "ended the process that it ran in, or spoke in its place"
