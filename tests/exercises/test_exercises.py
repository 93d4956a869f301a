"""The exercises: right answers pass by any way, wrong ones get the counter-example and the hint."""

import ast
import inspect
import json
import re
import runpy

import pytest

from actloss.exercises import (
    EXERCISES,
    NumberExercise,
    check,
    of_chapter,
)
from tests.exercises.answers import RIGHT, WRONG
from tools.stamps import ROOT

NOTEBOOKS = sorted((ROOT / "chapters" / "exercises").glob("*.ipynb"))
SOLUTIONS = {
    path.stem: runpy.run_path(str(path))
    for path in sorted((ROOT / "exercises" / "solutions").glob("*.py"))
}
NAMES = [exercise.name for slug in SOLUTIONS for exercise in of_chapter(slug)]


# --- the exercises of the course ------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(5))
def test_solution_passes(name, seed):
    exercise = EXERCISES[name]
    report = check(name, SOLUTIONS[exercise.chapter][name], seed=seed)
    assert report.solved, report
    assert report.earned == exercise.points


@pytest.mark.parametrize("name", NAMES)
def test_other_right_answers_pass(name):
    assert len(RIGHT[name]) >= 2
    for answer in RIGHT[name]:
        for seed in range(3):
            report = check(name, answer, seed=seed)
            assert report.solved, report


WRONG_ANSWERS = [(name, *pair) for name, pairs in WRONG.items() for pair in pairs]


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    WRONG_ANSWERS,
    ids=[f"{name}-{words or 'unknown'}" for name, _, words in WRONG_ANSWERS],
)
@pytest.mark.parametrize("seed", range(3))
def test_wrong_answer_gets_its_hint(name, answer, words, seed):
    report = check(name, answer, seed=seed)
    assert report.state == "not right yet"
    assert report.earned == 0
    assert words in report.hint, report
    if words:
        others = [hint for _, hint in EXERCISES[name].mistakes if hint != report.hint]
        assert not any(words in hint for hint in others), "words of one hint only"


def test_every_wrong_answer_is_caught_and_no_right_one_fails():
    """The two rates over all exercises; `pytest -s` prints them."""
    seed = 2027  # draws that no test above has tried
    right = [(name, SOLUTIONS[EXERCISES[name].chapter][name]) for name in NAMES]
    right += [(name, answer) for name in NAMES for answer in RIGHT[name]]
    wrong = [(name, answer) for name, answer, _ in WRONG_ANSWERS]
    failed = [name for name, answer in right if not check(name, answer, seed=seed).solved]
    missed = [name for name, answer in wrong if check(name, answer, seed=seed).solved]
    caught_rate = 1 - len(missed) / len(wrong)
    failed_rate = len(failed) / len(right)
    print(
        f"\n{len(NAMES)} exercises: {caught_rate:.2%} of {len(wrong)} wrong answers caught, "
        f"{failed_rate:.2%} of {len(right)} right answers failed"
    )
    assert caught_rate == 1, missed
    assert failed_rate == 0, failed


@pytest.mark.parametrize("name", NAMES)
def test_exercise_is_complete(name):
    """Five mistakes each, all hints different, none of them code that solves it."""
    exercise = EXERCISES[name]
    assert len(WRONG[name]) >= 5
    hints = [hint for _, hint in exercise.mistakes]
    assert len(set(hints)) >= len(hints) - 1
    assert exercise.points > 0
    assert exercise.difficulty in (1, 2, 3)
    assert not any("return " in hint or "=" in hint.replace(" = ", "") for hint in hints)


@pytest.mark.parametrize("name", NAMES)
def test_report_never_holds_the_solution(name):
    chapter = EXERCISES[name].chapter
    text = (ROOT / "exercises" / "solutions" / f"{chapter}.py").read_text(encoding="utf-8")
    code = [ast.unparse(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Return)]
    for answer, _ in WRONG[name]:
        report = repr(check(name, answer))
        assert not any(line.removeprefix("return ") in report for line in code)
        if isinstance(EXERCISES[name], NumberExercise):
            assert f"{EXERCISES[name].answer():g}" not in re.findall(r"-?\d+\.?\d*", report)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_judged_in_few_calls(name):
    """An answer comes at once, also a wrong one whose counter-example is made smaller."""
    for answer, _ in WRONG[name]:
        if callable(answer) and inspect.isfunction(answer):
            calls = 0

            def counted(*arguments, answer=answer):
                nonlocal calls
                calls += 1
                return answer(*arguments)

            check(name, counted)
            assert calls <= 250


# --- the notebooks ----------------------------------------------------------------------------


def nbgrader_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (cell, cell["metadata"]["nbgrader"]) for cell in cells if "nbgrader" in cell["metadata"]
    ]


def test_there_are_notebooks():
    assert NOTEBOOKS
    assert {path.stem for path in NOTEBOOKS} == set(SOLUTIONS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_one_that_nbgrader_takes(path):
    """Schema 3: unique ids, solution cells open, check cells locked and worth their points."""
    cells = nbgrader_cells(path)
    ids = [marked["grade_id"] for _, marked in cells]
    assert len(set(ids)) == len(ids)
    expected = of_chapter(path.stem)
    solutions = [marked["grade_id"] for _, marked in cells if marked["solution"]]
    assert solutions == [exercise.name for exercise in expected]
    for cell, marked in cells:
        assert marked["schema_version"] == 3
        assert marked["task"] is False
        assert marked["locked"] is not marked["solution"]
        assert not (marked["grade"] and marked["solution"])
        assert ("points" in marked) is marked["grade"]
        if marked["grade"]:
            name = marked["grade_id"].removeprefix("check-")
            assert marked["points"] == EXERCISES[name].points
            assert "".join(cell["source"]) == f'check("{name}", {name})'


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_says_points_and_difficulty(path):
    text = path.read_text(encoding="utf-8")
    for exercise in of_chapter(path.stem):
        points = f"{exercise.points} point" + ("s" if exercise.points > 1 else "")
        stars = "★" * exercise.difficulty + "☆" * (3 - exercise.difficulty)
        assert f"{points} · {stars}" in text, exercise.name
