"""Holds what a life answers against an exercise."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from actloss.exercises import NumberExercise
from actloss.exercises.engine import examine, questions, report_on
from actloss.exercises.properties import close
from actloss.exercises.report import Report
from actloss.grading import replies
from actloss.grading.sandbox import LIFE_SECONDS, Life

SPARE = 1 << 20  # bytes that Python itself may take in a call


def judge(exercise: Any, life: Life, seed: int, seconds: float) -> Report:
    """A report on what the name of an exercise means in this life.

    Raises
    ------
    ProtocolError
        If the life ends, runs out of time, or answers what is no answer.
    """
    deadline = time.monotonic() + seconds
    asked = [] if isinstance(exercise, NumberExercise) else _questions(exercise, seed)
    calls = [arguments for _, arguments, _ in asked]
    found = replies.data(life.ask("answer", seconds=seconds, name=exercise.name, calls=calls))
    kind = replies.word(found.get("kind"))
    if kind == "missing":
        message = f"There is no {exercise.name} in the notebook."
        return report_on(exercise, "not solved yet", message=message)
    if kind == "stub":
        return report_on(exercise, "not solved yet")
    if isinstance(exercise, NumberExercise):
        return replies.judge_as_number(exercise, found)
    if kind != "function":
        message = f"A function is asked for, but {exercise.name} is none."
        return report_on(exercise, "not right yet", message=message)

    def run(arguments):
        left = deadline - time.monotonic()
        reply = life.ask("call_all", seconds=left, name=exercise.name, calls=[arguments])
        return replies.outcomes(reply.get("answers"), [arguments])[0]

    try:
        parts = examine(
            exercise,
            run,
            None,
            asked=asked,
            run_all=lambda calls: replies.outcomes(found.get("answers"), calls),
        )
    except replies.Stub:
        return report_on(exercise, "not solved yet")
    solved = all(holds for _, holds in parts["properties"])
    return report_on(exercise, "solved" if solved else "not right yet", **parts)


def memory_fits(
    exercise: Any, life: Life, *, imports: str, cells: list[tuple[int, str]], seed: int,
    seconds: float,
) -> bool:  # fmt: skip
    """Whether an answer is right with no more memory than it may have.

    What a life says of its memory is not believed. What its imports take is its own; from there on
    its cells and the call together get what the exercise allows.
    """
    deadline = time.monotonic() + seconds
    life.ask("run", seconds=seconds, place=-1, source=imports)
    allowed = life.watch.size() + exercise.memory + SPARE
    for place, source in cells:
        life.ask("run", seconds=deadline - time.monotonic(), place=place, source=source)
    life.watch.limit_size(allowed)
    large = [question for question in _questions(exercise, seed) if question[0] == "large"]
    calls = [arguments for _, arguments, _ in large]
    reply = life.ask("call_all", seconds=LIFE_SECONDS, name=exercise.name, calls=calls)
    outcomes = replies.outcomes(reply.get("answers"), calls)
    return all(
        not outcome.error
        and outcome.value.shape == right.shape
        and bool(close(exercise, outcome.value, right).all())
        for outcome, (_, _, right) in zip(outcomes, large, strict=True)
    )


_drawn: dict[tuple[str, int], Any] = {}


def _questions(exercise, seed):
    """The same for every student of a run, so drawn once."""
    before, asked = _drawn.get((exercise.name, seed), (None, None))
    if before is not exercise:
        asked = questions(exercise, np.random.default_rng([seed, *exercise.name.encode()]))
        _drawn[exercise.name, seed] = exercise, asked
    return asked
