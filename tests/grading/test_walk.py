"""The walk through grading on the page for instructors, on the class that is shipped."""

import csv
import filecmp
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from exercises.submissions import hand_in, solved
from tests.grading import sample_class
from tools.stamps import ROOT

PAGE = (ROOT / "chapters" / "for-instructors.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(r"^## How to grade a class$.*?(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    for line in block.splitlines() if "actloss grade" in line
]  # fmt: skip
QUICK = ["--seconds", "6"]  # one answer of the class never ends; on the page it may take its time


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """What each command of the page printed, and the folder in which they ran."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / "examples").symlink_to(ROOT / "examples")
    said = {}
    for command in COMMANDS:
        program, *words = shlex.split(command)
        assert program == ".venv/bin/actloss"
        words += QUICK if "--out" in words else []
        beside_python = Path(sys.executable).with_name("actloss")
        done = subprocess.run(
            [beside_python, *words], cwd=folder, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said[command] = done.stdout
    return folder / "_build", said


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_page_walks_through_doctor_grades_and_changes(walked):
    _, said = walked
    doctor, first, again = said.values()
    assert "✓ tier A" in doctor
    assert "31 graded" in first
    assert "empty: the file is empty" in first
    assert "no points changed" in again


def test_every_file_that_the_page_names_is_there(walked):
    folder, _ = walked
    for name in re.findall(r"`([\w.-]+\.(?:html|csv))`", SECTION):
        assert (folder / "grades" / name).is_file()
    for name in ("feedback.html", "feedback.md", "results.json"):
        assert len(list((folder / "grades" / "submissions").rglob(name))) == 31
    assert (folder / "again" / "changes.html").is_file()


def test_points_are_those_of_the_answers(walked):
    folder, _ = walked
    points = {
        name: float(row["score"]) for name, row in table(folder / "grades/grades.csv").items()
    }
    assert points["'=SUM(A1)"] == points["Ada"] == 9
    assert points["Wanda"] == points["Xenia"] == points["Yusuf"] == 7
    assert points["Zoé"] == points["empty"] == points["photo of my notes.jpg"] == 0
    assert len(set(points.values())) > 6, "a class of every kind"


def test_page_tells_what_stands_in_the_results(walked):
    folder, _ = walked
    loop, cheat = (
        json.loads((folder / "grades/submissions" / place / "results.json").read_text("utf-8"))
        for place in ("Wanda/homework/softmax (final) (2).ipynb", "Yusuf.ipynb")
    )
    assert "did not finish within" in json.dumps(loop["tests"])
    assert [test["score"] for test in cheat["tests"]] == [1, 0, 2, 2, 2]
    page = (folder / "grades/class.html").read_text(encoding="utf-8")
    assert "28 submissions of 9 points at most" in page
    assert "The commonest mistakes" in page


def test_class_is_what_its_script_makes(tmp_path):
    sample_class.write(tmp_path / "class")
    made = {str(path.relative_to(tmp_path / "class")) for path in (tmp_path / "class").rglob("*")}
    kept = {str(path.relative_to(sample_class.FOLDER)) for path in sample_class.FOLDER.rglob("*")}
    assert made == kept
    files = [name for name in made if (tmp_path / "class" / name).is_file()]
    _, differing, missing = filecmp.cmpfiles(
        tmp_path / "class", sample_class.FOLDER, files, shallow=False
    )
    assert (differing, missing) == ([], []), "run python -m tests.sample_class"


def make_grade(clone, *words):
    """`make grade` in a clone whose environment is this one, and set up already."""
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    variables = {name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", "grade", "PYTHON=true", *words],
        cwd=clone, env=variables, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def test_make_grade_passes_on_what_it_is_given(clone):
    hand_in(clone / "a class", "ada", solved("softmax"))
    done = make_grade(clone, "SUBMISSIONS=a class", "RESULTS=the results", "ARGS=--seed 3 --quiet")
    assert done.returncode == 0, done.stderr
    assert (
        "1 graded, 0 were done before, 0 could not be graded; seed 3: the results/grades.csv"
        in done.stdout
    )
    assert table(clone / "the results" / "grades.csv")["ada"]["score"] == "9.0"
    again = make_grade(clone, "SUBMISSIONS=a class", "ARGS=--quiet")
    assert "_build/grades/grades.csv" in again.stdout


def test_make_grade_without_submissions_says_so(clone):
    done = make_grade(clone)
    assert done.returncode != 0
    assert "make grade SUBMISSIONS=dir" in done.stderr
