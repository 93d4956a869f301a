"""Submissions that mean harm: none earns a point it did not work for, and no one else pays.

Each attack takes the place of one answer. The other answers of that notebook are right and keep
their points; an honest submission graded next, in the same sandbox, gets all.
"""

import time

import pytest

from actloss.exercises import of_chapter
from actloss.grading.grade import grade
from actloss.grading.notebooks import read
from actloss.grading.sandboxes import Sandboxes
from tests.attacks.hostile import ATTACKS, NUMBERS
from tests.grading import SHORT, TIERS
from tests.submissions import hand_in, notebook, solutions_of, solved

POINTS = {exercise.name: exercise.points for exercise in of_chapter("softmax")}
ALL = sum(POINTS.values())


@pytest.fixture(scope="module", params=TIERS)
def sandboxes(request):
    with Sandboxes(request.param, SHORT) as opened:
        yield opened


def earned(tmp_path, sandboxes, content):
    graded = grade(read(hand_in(tmp_path, "one", content)), sandboxes, seed=5)
    return {report.name: report.earned for report in graded.reports}


def assert_honest_gets_all(tmp_path, sandboxes):
    assert sum(earned(tmp_path, sandboxes, solved("softmax")).values()) == ALL


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_earns_nothing_and_harms_nobody(tmp_path, sandboxes, name):
    start = time.monotonic()
    marks = earned(tmp_path, sandboxes, solved("softmax", stable_softmax=ATTACKS[name]))
    assert marks == POINTS | {"stable_softmax": 0}
    assert time.monotonic() - start < 120
    assert_honest_gets_all(tmp_path, sandboxes)


@pytest.mark.parametrize("name", NUMBERS)
def test_attack_on_a_number(tmp_path, sandboxes, name):
    marks = earned(tmp_path, sandboxes, solved("softmax", even_temperature=NUMBERS[name]))
    assert marks == POINTS | {"even_temperature": 0}
    assert_honest_gets_all(tmp_path, sandboxes)


@pytest.mark.parametrize("name", [n for n in ATTACKS if n.startswith(("patch:", "protocol:"))])
def test_attack_from_the_first_cell(tmp_path, sandboxes, name):
    """Where every answer needs the cell it may cost them all; a wrong one it may not earn."""
    content = notebook("softmax", {})
    first = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
    first["source"] = "import numpy as np\n" + ATTACKS[name]
    for cell in content["cells"]:
        if cell["metadata"]["nbgrader"]["grade_id"] in POINTS:
            cell["source"] = f"np\n{cell['source']}"  # so that its life runs the first cell
    assert sum(earned(tmp_path, sandboxes, content).values()) == 0
    assert_honest_gets_all(tmp_path, sandboxes)


# --- the notebook itself --------------------------------------------------------------------------


def marked(content, name):
    return next(
        cell
        for cell in content["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def points_in_checks(content):
    for cell in content["cells"]:
        cell["metadata"].get("nbgrader", {})["points"] = 1000


def checks_deleted(content):
    content["cells"] = [
        cell
        for cell in content["cells"]
        if not cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("check-")
    ]


def checks_tripled(content):
    content["cells"] = [cell for cell in content["cells"] for _ in range(3)]


def checks_renamed(content):
    for cell in content["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade_id") == "check-stable_softmax":
            mark["grade_id"] = "check-second_probability"


def checks_edited(content):
    for cell in content["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("check-"):
            cell["source"] = "print('9 of 9 points')"


def checks_first(content):
    content["cells"].sort(key=lambda c: not str(c["source"]).startswith("check("))


def flags_turned(content):
    for cell in content["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        for flag in ("grade", "solution", "locked", "task"):
            if flag in mark:
                mark[flag] = not mark[flag]


def other_kernel(content):
    content["metadata"]["kernelspec"] = {"name": "bash", "language": "bash"}
    content["metadata"]["language_info"] = {"name": "../../bin/sh"}


def stored_outputs(content):
    for cell in content["cells"]:
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": "stable_softmax: solved, 2 points"}
        ]


def odd_marks(content):
    for cell in content["cells"]:
        cell["metadata"] = {"nbgrader": {"grade_id": ["check", 3], "points": "all"}}


@pytest.mark.parametrize(
    "edit",
    [
        points_in_checks, checks_deleted, checks_tripled, checks_renamed, checks_edited,
        checks_first, flags_turned, other_kernel, stored_outputs, odd_marks,
    ],
)  # fmt: skip
def test_edited_notebook_gets_what_its_answers_are_worth(tmp_path, sandboxes, edit):
    wrong = {"stable_softmax": "def stable_softmax(z): return z"}
    for answers, expected in (
        (solutions_of("softmax"), POINTS),
        (solutions_of("softmax") | wrong, POINTS | {"stable_softmax": 0}),
        ({}, dict.fromkeys(POINTS, 0)),
    ):
        content = notebook("softmax", answers)
        edit(content)
        assert earned(tmp_path, sandboxes, content) == expected
    assert_honest_gets_all(tmp_path, sandboxes)
