"""Holds an answer against its exercise, and keeps the score of a notebook."""

from __future__ import annotations

import difflib
import functools
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss.exercises.definitions import EXERCISES, Arguments, NumberExercise, of_chapter, read_all
from actloss.exercises.properties import (
    PROPERTIES,
    REMARKS,
    Property,
    Trial,
    close,
    in_a_page,
    inputs,
    properties_of,
)
from actloss.exercises.report import Report, Score, ShownReport, counterexample, shown
from actloss.exercises.running import (
    COURSE,
    SECONDS,
    Outcome,
    OutOfTime,
    call,
    course_functions_in,
    is_stub,
    time_limit,
    where_it_was,
)
from actloss.exercises.shrinking import shrink

Run: TypeAlias = Callable[[Arguments], Outcome]
Question: TypeAlias = tuple[str, Arguments, NDArray[Any]]  # kind, arguments, what is right

BY_NAME = {item.name: item for item in PROPERTIES}
TO_DO = "Fill in the cell above and run it; then run this one again."
TO_DO_IN_A_PAGE = "Write your answer above, where the dots are; then press Check again."

_latest: dict[str, Report] = {}


class NotSolvedError(AssertionError):
    """Raised only where nbgrader runs the notebook: it takes an error for a wrong answer."""


def check(name: str, answer: Any, *, seed: int = 0, variant: int | None = None) -> Report:
    """Hold `answer` against the exercise `name`; the report says what is right and what is not.

    Parameters
    ----------
    name : str
        Of the exercise.
    answer : callable or float
        The function itself, without brackets, or the number.
    seed : int
        Draws other random inputs.
    variant : int, optional
        Draws the numbers of an exercise that asks each student another one.

    Returns
    -------
    Report
        Printed, it is the whole answer; ``solved`` and ``earned`` are for programs. No mistake in
        the answer raises an error.

    Examples
    --------
    >>> check("leaky_relu", ...)
    leaky_relu: not solved yet
    Fill in the cell above and run it; then run this one again.
    """
    read_all()
    exercise = EXERCISES.get(name) if isinstance(name, str) else None
    if exercise is None:
        return Report(str(name), "not known", message=_no_such(name))
    if variant is not None:
        # Not above: it knows answers, and this module is there where submissions run.
        from actloss.exercises.variants import with_variant

        exercise = with_variant(exercise, variant)
    judge = judge_number if isinstance(exercise, NumberExercise) else _judge_function
    report = _latest[name] = judge(exercise, answer, np.random.default_rng(seed))
    if os.environ.get("NBGRADER_EXECUTION"):
        if not report.solved:
            raise NotSolvedError(repr(report))
        return ShownReport(**vars(report))
    return report


def score(chapter: str) -> Score:
    """What the answers checked last in this session earn, of all points of the chapter."""
    return Score(chapter, [(item, _latest.get(item.name)) for item in of_chapter(chapter)])


def _to_do() -> str:
    return TO_DO_IN_A_PAGE if in_a_page() else TO_DO


def _no_such(name: object) -> str:
    near = difflib.get_close_matches(str(name), EXERCISES, n=1)
    return f"There is no exercise {name!r}" + (f"; did you mean {near[0]!r}?" if near else ".")


def report_on(exercise: Any, state: str, **parts: Any) -> Report:
    """The report of an exercise in this state; ``parts`` are fields of Report."""
    earned = exercise.points if state == "solved" else 0
    return Report(exercise.name, state, earned, exercise.points, **parts)


# Numbers


def judge_number(exercise: Any, answer: Any, rng: np.random.Generator | None = None) -> Report:
    """Hold a number against its exercise; nothing is drawn for it."""
    if answer is None or answer is Ellipsis:
        return report_on(exercise, "not solved yet", message=_to_do())
    number, problem = _as_number(answer)
    if problem:
        return report_on(exercise, "not right yet", message=problem)
    if _is(number, exercise.answer(), exercise):
        return report_on(exercise, "solved")
    hint = next((hint for wrong, hint in exercise.mistakes if _is(number, wrong, exercise)), "")
    message = f"{shown(number)} is not the number."
    return report_on(exercise, "not right yet", message=message, hint=hint)


def _is(number: float, wrong: Any, exercise: Any) -> bool:
    """Whether it is this number, or passes this test; as near as the tolerance is near enough."""
    if callable(wrong):
        return wrong(number)
    rounding = 1e-12 * abs(wrong)  # 1.25 − 1.19 is a little more than 0.06
    return abs(number - wrong) <= exercise.tolerance + rounding


def _as_number(answer: Any) -> tuple[Any, str]:
    if callable(answer):
        return None, "A number is asked for, but this is a function: call it, and give its result."
    try:
        array = np.asarray(answer)
    except ValueError:  # lists of unequal lengths
        return None, f"One number is asked for, but this is a {type(answer).__name__}."
    if array.size != 1:
        return None, f"One number is asked for, but this has the shape {array.shape}."
    if array.dtype.kind not in "iuf":
        return None, f"A real number is asked for, but this is a {type(answer).__name__}."
    return float(array.item()), ""


# Functions


def _judge_function(exercise: Any, answer: Any, rng: np.random.Generator) -> Report:
    if answer is None or answer is Ellipsis or is_stub(answer):
        return report_on(exercise, "not solved yet", message=_to_do())
    if not callable(answer):
        message = (
            f"A function is asked for, but this is a {type(answer).__name__}. "
            f'Give the function itself, without brackets: check("{exercise.name}", '
            f"{exercise.name})"
        )
        return report_on(exercise, "not right yet", message=message)
    notes = []
    try:
        with quiet() as printed, time_limit(SECONDS) as limited:
            if not limited and not in_a_page():  # a page has a button for that
                notes.append("Here nothing can stop an endless loop but you: interrupt the kernel.")
            parts = examine(exercise, partial(call, answer), rng)
    except NotImplementedError:
        return report_on(exercise, "not solved yet", message=_to_do())
    except OutOfTime as stopped:
        message = (
            f"Stopped after {SECONDS:g} s. Is there a loop that never ends?\n"
            + where_it_was(stopped)
        ).strip()
        return report_on(exercise, "not right yet", message=message)
    if printed.getvalue():
        notes.append("What your function prints is left out here. Call it yourself to see it.")
    if in_a_page():
        notes.append("Not checked, for a browser cannot know: whether NumPy warns. A notebook can.")
    solved = all(holds for _, holds in parts["properties"])
    state = "solved" if solved else "not right yet"
    borrowed = solved_by_the_course(exercise, course_functions_in(answer))
    if solved and borrowed:
        parts["remarks"] += (
            f"{not_their_own(borrowed)} Where a class is graded it earns nothing.",
        )
    return report_on(exercise, state, notes=tuple(notes), **parts)


def solved_by_the_course(exercise: Any, names: Iterable[str]) -> str:
    """The first of these functions of the course that is a right answer as it stands, or ""."""
    return next((name for name in sorted(names) if _solves(exercise.name, name)), "")


@functools.cache
def _solves(exercise_name: str, name: str) -> bool:
    module, _, own_name = name.rpartition(".")
    function = getattr(sys.modules.get(module), own_name, None)
    if not name.startswith(f"{COURSE}.") or not callable(function):
        return False
    exercise = EXERCISES[exercise_name]
    with quiet():
        parts = examine(exercise, partial(call, function), np.random.default_rng(0))
    return all(holds for _, holds in parts["properties"])


def not_their_own(name: str) -> str:
    return (
        f"This calls {name.rpartition('.')[2]} of the course, which is the answer as it stands. "
        "Write it yourself."
    )


@contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Keep back what is printed: nbgrader takes words on stderr for an error."""
    with redirect_stdout(io.StringIO()) as printed, redirect_stderr(printed):
        yield printed


def examine(
    exercise: Any,
    run: Run,
    rng: np.random.Generator | None,
    *,
    asked: list[Question] | None = None,
    run_all: Callable[[list[Arguments]], list[Outcome]] | None = None,
) -> dict:
    """What a report says about an answer; `run` calls it with arguments and gives an Outcome.

    The answer may live anywhere: only `run` knows. Where a call has far to go, `run_all` takes the
    arguments of many calls at once and gives their Outcomes. `asked` may hold the questions, so
    that they need not be drawn again for each of many answers.
    """
    asked = asked or questions(exercise, rng)
    if run_all:
        outcomes = run_all([arguments for _, arguments, _ in asked])
    else:
        outcomes = [run(arguments) for _, arguments, _ in asked]
    trials = [
        Trial(arguments, kind, right, outcome)
        for (kind, arguments, right), outcome in zip(asked, outcomes, strict=True)
    ]
    results: dict[str, bool | None] = {}
    failed: tuple[Property, list[Trial]] | None = None
    for item in properties_of(exercise):
        if all(results[name] for name in item.after):
            concerned = [trial for trial in trials if trial.kind in item.kinds]
            failures = [trial for trial in concerned if not item.holds(exercise, trial)]
            results[item.name] = not failures
            failed = failed or ((item, failures) if failures else None)
        else:
            results[item.name] = None
    parts: dict[str, Any] = {
        "properties": [(BY_NAME[name].title, holds) for name, holds in results.items()]
    }
    parts["remarks"] = tuple(remarks_on(exercise, trials)) if results["runs"] else ()
    if failed:
        item, failures = failed
        smallest = smallest_failure(exercise, run, item, failures)
        parts["example"] = counterexample(item, smallest)
        parts["hint"] = hint_for(exercise, item, [smallest, *failures])
    return parts


def remarks_on(exercise: Any, trials: list[Trial]) -> Iterator[str]:
    """What a teacher would mention and take no points for."""
    for item in REMARKS:
        failing = [t for t in trials if t.kind in item.kinds and not item.holds(exercise, t)]
        if failing:
            what = failing[0].outcome.warning if item.name == "warnings" else ""
            yield (
                f"{item.title[:-1]} ({what}). {item.hint}" if what else f"{item.title} {item.hint}"
            )


def questions(exercise: Any, rng: Any) -> list[Question]:
    """(kind, arguments, what the reference gives for them) of every trial."""
    return [(kind, given, expected(exercise, given)) for kind, given in inputs(exercise, rng)]


def expected(exercise: Any, arguments: Arguments) -> NDArray[Any]:
    with np.errstate(all="ignore"):
        return np.asarray(exercise.reference(**arguments))


def attempt(exercise: Any, run: Run, kind: str, arguments: Arguments) -> Trial:
    right = expected(exercise, arguments)
    return Trial(arguments, kind, right, run(arguments))


def smallest_failure(exercise: Any, run: Run, item: Property, failures: list[Trial]) -> Trial:
    """The smallest trial found that fails in the same way as the smallest one at hand."""
    first = min(failures, key=lambda trial: sum(map(np.size, trial.arguments.values())))
    found = first
    if item.name == "memory":  # which is wanted of large arguments alone
        return first

    def fails(arguments: Arguments) -> bool:
        nonlocal found
        try:
            trial = attempt(exercise, run, first.kind, arguments)
        except (TypeError, ValueError, IndexError):  # the reference refuses such arguments
            return False
        if trial.outcome.kind != first.outcome.kind or item.holds(exercise, trial):
            return False
        if bool(trial.outcome.error) != bool(first.outcome.error):
            return False
        if item.name != "extremes" and not all(
            BY_NAME[name].holds(exercise, trial) for name in item.after
        ):
            return False
        found = trial
        return True

    shrink(first.arguments, fails, axes=exercise.axes)
    return found


def hint_for(exercise: Any, item: Property, failures: list[Trial]) -> str:
    """The hint of the known mistake that fails in the same way on all of these."""
    for wrong, hint in exercise.mistakes:
        if (
            wrong == item.name
            if isinstance(wrong, str)
            else all(
                alike(exercise, item, trial.outcome, call(wrong, trial.arguments))
                for trial in failures
            )
        ):
            return hint
    return item.hint


def alike(exercise: Any, item: Property, one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes show the same mistake."""
    if one.error or other.error:
        return bool(one.error and other.error) and one.kind == other.kind
    if one.value.shape != other.value.shape or one.changed.keys() != other.changed.keys():
        return False
    return bool(close(exercise, one.value, other.value).all())
