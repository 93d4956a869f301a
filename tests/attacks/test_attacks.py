"""Submissions that mean harm: none earns a point it did not work for, and no one else pays.

Each attack takes the place of one answer. The other answers of that notebook are right and keep
their points; an honest submission graded next, in the same sandbox, gets all.

Many of them only wait for the end of their time, so several are graded at once.
"""

import queue
from concurrent.futures import ThreadPoolExecutor

import pytest

from actloss.exercises import of_chapter
from actloss.grading.grade import grade
from actloss.grading.notebooks import read
from actloss.grading.sandbox import Limits
from actloss.grading.sandboxes import Sandboxes
from exercises.submissions import hand_in, notebook, solutions_of, solved
from tests.attacks.hostile import ATTACKS, NUMBERS
from tests.grading.runs import TIERS

POINTS = {exercise.name: exercise.points for exercise in of_chapter("softmax")}
ALL = dict(POINTS)
NOTHING = dict.fromkeys(POINTS, 0)
AT_ONCE = 6
LIMITS = Limits(cells=1, calls=1, memory=1 << 30)  # an honest answer needs hundredths


@pytest.fixture(scope="module", params=TIERS)
def grade_all(request, tmp_path_factory):
    """Grades notebooks by name, each followed by an honest one in the same sandbox: who went wrong.

    What comes back is empty if every notebook earned what is expected of it, and so did the honest
    ones.
    """
    folder = tmp_path_factory.mktemp("attacks")
    honest = read(hand_in(folder, "honest", solved("softmax")))
    free = queue.Queue()
    opened = [Sandboxes(request.param, LIMITS) for _ in range(AT_ONCE)]
    for sandboxes in opened:
        sandboxes.light.start()
        free.put(sandboxes)

    def earned(content, sandboxes):
        graded = grade(content, sandboxes, seed=5)
        return {report.name: report.earned for report in graded.reports}

    def one(item):
        number, (name, content, expected) = item
        sandboxes = free.get()
        try:
            marks = earned(read(hand_in(folder, f"{number}", content)), sandboxes)
            return name, marks, expected, earned(honest, sandboxes)
        finally:
            free.put(sandboxes)

    def all_of(cases):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = list(pool.map(one, enumerate(cases)))
        assert len(done) == len(cases) > 0
        return {
            name: (marks, after)
            for name, marks, expected, after in done
            if marks != expected or after != ALL
        }

    yield all_of
    for sandboxes in opened:
        sandboxes.__exit__()


def from_the_first_cell(source):
    """Every answer needs that cell, and none is given."""
    content = notebook("softmax", {})
    first = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
    first["source"] = "import numpy as np\n" + source
    for cell in content["cells"]:
        if cell["metadata"]["nbgrader"]["grade_id"] in POINTS:
            cell["source"] = f"np\n{cell['source']}"  # so that its life runs the first cell
    return content


def test_attacks_earn_nothing_and_harm_nobody(grade_all):
    early = [
        (f"first cell, {name}", from_the_first_cell(source), NOTHING)
        for name, source in ATTACKS.items()
        if name.startswith(("protocol:", "patch:"))
    ]
    cases = [
        (name, solved("softmax", stable_softmax=source), POINTS | {"stable_softmax": 0})
        for name, source in ATTACKS.items()
    ]
    numbers = [
        (f"number: {name}", solved("softmax", even_temperature=source),
         POINTS | {"even_temperature": 0})
        for name, source in NUMBERS.items()
    ]  # fmt: skip
    assert grade_all([*early[::-1], *cases, *numbers]) == {}


# --- one answer against the others ----------------------------------------------------------------

SPOILERS = {
    "numpy": "np.exp = np.max = np.sum = np.log = lambda *a, **k: np.zeros(3)",
    "builtins": "import builtins\nbuiltins.len = builtins.isinstance = None",
    "the worker": "import actloss.grading.worker as w\n"
    "w.Submission.call = lambda *a, **k: {'error': 'stub'}",
    "names": "second_probability = log_sum_exp = pixel_probabilities = even_temperature = None",
    "names, for ever": "import sys\nclass M(type(sys)):\n"
    "    def __setattr__(self, n, v): pass\nsys.modules['__main__'].__class__ = M",
    "the end": "import os\nos._exit(0)",
    "a thread": "import threading\ndef spoil():\n    while True:\n"
    "        globals().update(log_sum_exp=None, pixel_probabilities=None)\n"
    "threading.Thread(target=spoil, daemon=True).start()",
}


def test_no_answer_spoils_the_others(grade_all):
    """Those that share its life at first get lives of their own."""
    assert grade_all(
        [
            (name, solved("softmax", stable_softmax=f"{source}\nstable_softmax = 1"),
             POINTS | {"stable_softmax": 0})
            for name, source in SPOILERS.items()
        ]
    ) == {}  # fmt: skip


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


EDITS = (
    points_in_checks, checks_deleted, checks_tripled, checks_renamed, checks_edited, checks_first,
    flags_turned, other_kernel, stored_outputs, odd_marks,
)  # fmt: skip


def edited(edit, answers):
    content = notebook("softmax", answers)
    edit(content)
    return content


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (solutions_of("softmax"), ALL),
        (
            solutions_of("softmax") | {"stable_softmax": "def stable_softmax(z): return z"},
            POINTS | {"stable_softmax": 0},
        ),
        ({}, NOTHING),
    ],
    ids=["right", "one wrong", "none"],
)
def test_edited_notebooks_get_what_their_answers_are_worth(grade_all, answers, expected):
    cases = [(edit.__name__, edited(edit, answers), expected) for edit in EDITS]
    assert grade_all(cases) == {}


# --- one submission against the next --------------------------------------------------------------

PLACES = ("/dev/shm", "/dev", "/tmp", "/var/tmp", "/run", "/scratch", ".", "/usr/lib")
LEFT = "\n".join(["import numpy as np", *solutions_of("softmax").values()])
HELPER = f"""
for folder in {PLACES}:
    try:
        with open(folder + '/left.py', 'w') as file:
            file.write({LEFT!r})
    except OSError:
        pass
"""
HEIR = f"""
for folder in {PLACES}:
    try: exec(open(folder + '/left.py').read())
    except Exception: pass
"""


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_is_left_for_the_next_submission(tier, tmp_path):
    helper = read(hand_in(tmp_path, "helper", from_the_first_cell(HELPER)))
    only = {"cells": [{"cell_type": "code", "metadata": {}, "source": HEIR}]}
    heir = read(hand_in(tmp_path, "heir", only))
    with Sandboxes(tier, LIMITS) as sandboxes:
        grade(helper, sandboxes, seed=5)
        assert grade(heir, sandboxes, seed=5, chapter="softmax").earned == 0


LOOPS = {
    name: f"def {name}(z):\n    while True: pass"
    for name in ("stable_softmax", "log_sum_exp", "pixel_probabilities")
}


def test_what_hangs_costs_its_own_exercise_only(tmp_path):
    """Three endless loops, and a right answer that is slow."""
    slow = "import time\ntime.sleep(2.6)\neven_temperature = 3.556"
    content = read(hand_in(tmp_path, "slow", solved("softmax", even_temperature=slow, **LOOPS)))
    with Sandboxes("A", Limits(cells=5, calls=5)) as sandboxes:
        graded = grade(content, sandboxes, seed=5)
    earned = {report.name: report.earned for report in graded.reports}
    assert earned == POINTS | dict.fromkeys(LOOPS, 0)
