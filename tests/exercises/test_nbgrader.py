"""nbgrader, run as the page for instructors says, gives each answer the points that we give it."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest

from actloss.exercises import engine, of_chapter, score
from exercises.submissions import solutions_of
from tests.exercises.answers.sources import wrong_sources
from tests.node import in_node
from tools.environment import python_of
from tools.notebooks import code_cells, read
from tools.stamps import ROOT
from web.sphinx.downloads import first_cell, with_first_cell

ASSIGNMENT = "week-2"
FROM_THE_PAGE = "from-the-page"  # a student who solved the exercises in the browser
SLUGS = ("relu-family", "softmax")
POINTS = sum(exercise.points for slug in SLUGS for exercise in of_chapter(slug))

PAGE = (ROOT / "chapters" / "for-instructors.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(
    r"^## How to grade with nbgrader$.*?(?=^## )", PAGE, re.DOTALL | re.MULTILINE
)
CONFIGURATION = re.search(r"```python\n(.*?)```", SECTION, re.DOTALL)[1]
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("nbgrader ")
]

READ_GRADEBOOK = f"""
import json
from nbgrader.api import Gradebook

points = {{}}
with Gradebook("sqlite:///gradebook.db") as gradebook:
    for submission in gradebook.assignment_submissions("{ASSIGNMENT}"):
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        points[submission.student.id] = {{grade.name: grade.score for grade in grades}}
print(json.dumps(points))
"""


# --- the class ----------------------------------------------------------------------------------


def answers():
    """By student and notebook, what is written into the cells; a cell without an answer stays.

    Some hand in one notebook of the two.
    """
    right = {slug: solutions_of(slug) for slug in SLUGS}
    wrong = {
        slug: {name: sources[0] for name, sources in wrong_sources(slug).items()} for slug in SLUGS
    }
    noise = "\n    import sys\n    print('a')\n    print('b', file=sys.stderr)\n    "
    return {
        "all-right": right,
        FROM_THE_PAGE: right,
        "nothing-done": {"softmax": {}},
        "all-wrong": wrong,
        "half-right": {
            "softmax": right["softmax"]
            | {name: wrong["softmax"][name] for name in list(right["softmax"])[::2]}
        },
        "errors": {
            "relu-family": right["relu-family"]
            | {
                "slope_of_three": 'raise RuntimeError("stuck here")',
                "leaky_relu": "def leaky_relu(x, alpha:\n    return x",
                "leaky_backward": "def leaky_backward(z, upstream, alpha):\n    return z[1000]",
            }
        },
        "endless-loop-and-noise": {
            "softmax": right["softmax"]
            | {
                "log_sum_exp": "def log_sum_exp(z):\n    while True:\n        pass",
                "stable_softmax": right["softmax"]["stable_softmax"].replace("\n    ", noise, 1),
            }
        },
    }


def hand_in_from_the_page(slug, answers, path):
    """As *Download my notebook* makes it, which knows nothing of what nbgrader released."""
    path_of_set = ROOT / "chapters" / "exercises" / f"{slug}.ipynb"
    exercises = json.loads(path_of_set.read_text(encoding="utf-8"))
    fetching = first_cell(exercises, "chapters/exercises", "https://someone.github.io/", None)
    given = json.dumps(with_first_cell(exercises, fetching))
    answers = json.dumps(list(answers.items()))
    with_answers = (ROOT / "web" / "run" / "notebook.js").read_text(encoding="utf-8")
    path.write_text(
        json.dumps(in_node(with_answers, f"withAnswers({given}, {answers})")), encoding="utf-8"
    )


def hand_in(released, answers, path):
    notebook = read(released)
    for cell in code_cells(notebook):
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    nbformat.write(notebook, path)


# --- both ways of grading -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def nbgrader(nbgrader_environment, tmp_path_factory):
    """Runs a program of nbgrader's environment in the folder of the class, whose path it has."""
    folder = tmp_path_factory.mktemp("class")
    programs = python_of(nbgrader_environment).parent
    apart = tmp_path_factory.mktemp("jupyter")
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")),
        # Nothing of the user's own Jupyter.
        "JUPYTER_CONFIG_DIR": str(apart / "config"),
        "JUPYTER_DATA_DIR": str(apart / "data"),
        "IPYTHONDIR": str(apart / "ipython"),
    }

    def run(*command):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=600
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def graded(nbgrader):
    """The folder of a class after every command of the page."""
    folder = nbgrader.folder
    (folder / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")
    source, archive = folder / "source" / ASSIGNMENT, folder / "downloaded" / ASSIGNMENT / "archive"
    source.mkdir(parents=True)
    archive.mkdir(parents=True)
    for slug in SLUGS:
        shutil.copy(ROOT / "chapters" / "exercises" / f"{slug}.ipynb", source)
    generate, *others = COMMANDS
    nbgrader(*shlex.split(generate))
    for student, notebooks in answers().items():
        for slug, given in notebooks.items():
            released = folder / "release" / ASSIGNMENT / f"{slug}.ipynb"
            path = archive / f"{student}_{slug}.ipynb"
            if student == FROM_THE_PAGE:
                hand_in_from_the_page(slug, given, path)
            else:
                hand_in(released, given, path)
    for command in others:
        nbgrader(*shlex.split(command))
    return folder


@pytest.fixture(scope="module")
def ours(graded):
    """Of each student, the points of each exercise without nbgrader."""
    archive = graded / "downloaded" / ASSIGNMENT / "archive"
    return {
        student: {
            name: earned
            for slug in SLUGS
            for name, earned in our_points(archive / f"{student}_{slug}.ipynb", slug).items()
        }
        for student in answers()
    }


def our_points(path, slug):
    """Run the cells one by one, as somebody does who goes on after an error."""
    cells = code_cells(read(path)) if path.exists() else []
    namespace = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_latest", {})
        for cell in cells:
            with suppress(Exception):
                exec(compile(cell.source, path.name, "exec"), namespace)
        return {item.name: report.earned if report else 0 for item, report in score(slug).reports}


# --- the tests ----------------------------------------------------------------------------------


def test_the_page_names_every_step():
    steps = [command.split()[1] for command in COMMANDS]
    assert steps == ["generate_assignment", "zip_collect", "autograde", "export"]


def test_students_get_the_cells_that_we_wrote(graded):
    for slug in SLUGS:
        cells = [
            [(cell.metadata.nbgrader.grade_id, cell.source) for cell in code_cells(read(path))]
            for path in (
                ROOT / "chapters" / "exercises" / f"{slug}.ipynb",
                graded / "release" / ASSIGNMENT / f"{slug}.ipynb",
            )
        ]
        assert cells[0] == cells[1]


def test_the_class_earns_something_of_everything(ours):
    total = {student: sum(points.values()) for student, points in ours.items()}
    assert total["all-right"] == total[FROM_THE_PAGE] == POINTS
    assert total["nothing-done"] == total["all-wrong"] == 0
    for student, names in {
        "half-right": ["stable_softmax", "pixel_probabilities"],
        "errors": ["prelu_alpha_gradient", "growth_a_layer"],
        "endless-loop-and-noise": [
            "second_probability",
            "stable_softmax",
            "pixel_probabilities",
            "even_temperature",
        ],
    }.items():
        assert [name for name, earned in ours[student].items() if earned] == names


def test_every_score_is_the_same(graded, ours):
    with (graded / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {float(row["max_score"]) for row in rows.values()} == {POINTS}
    assert {student: float(row["score"]) for student, row in rows.items()} == {
        student: sum(points.values()) for student, points in ours.items()
    }


def test_every_exercise_earns_the_same(nbgrader, graded, ours):
    theirs = json.loads(nbgrader("python", "-c", READ_GRADEBOOK))
    assert theirs == {
        student: {f"check-{name}": earned for name, earned in points.items()}
        for student, points in ours.items()
    }
