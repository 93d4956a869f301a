"""The autograder for Gradescope, set up and run as Gradescope does: at /autograder, from the zip.

A mount namespace has the folders that a machine there has, and nothing of this clone but the zip.
Only the downloads are spared: ``apt-get`` is a note of what it was asked for, and the packages that
pip is asked for are those of this environment, which pip confirms.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from actloss.exercises import of_chapter
from actloss.grading import gradescope
from actloss.grading.command import main
from exercises.submissions import hand_in, notebook, solved
from tools.environment import site_packages
from tools.stamps import ROOT

SYSTEM = ("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64")
# Of a test and of the whole, by Gradescope's documentation.
OF_TEST = {
    "name", "number", "score", "max_score", "status", "output", "output_format", "visibility",
    "extra_data",
}  # fmt: skip
OF_ALL = {
    "score", "output", "output_format", "visibility", "stdout_visibility", "tests", "extra_data",
}  # fmt: skip


class Machine:
    """Gradescope's machine: a folder that is /autograder there."""

    def __init__(self, folder):
        self.autograder, self.programs = folder / "autograder", folder / "programs"
        for name in ("source", "results", "submission"):
            (self.autograder / name).mkdir(parents=True)
        self.programs.mkdir()
        python = Path(sys.base_prefix, "bin", "python3")
        self.program("apt-get", 'echo "$@" >> /autograder/apt.log')
        self.program("python3.11", f'exec {python} "$@" --without-pip')

    def program(self, name, line):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def unpack(self, archive):
        with zipfile.ZipFile(archive) as opened:
            for item in opened.infolist():
                path = Path(opened.extract(item, self.autograder / "source"))
                path.chmod(item.external_attr >> 16)
        shutil.copy(self.autograder / "source" / "run_autograder", self.autograder)

    def run(self, *command):
        inside = "/autograder/venv" / site_packages(Path(".venv")).relative_to(".venv")
        words = ["bwrap", "--unshare-user-try", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
        for path in filter(os.path.exists, SYSTEM):
            if os.path.islink(path):
                words += ["--symlink", os.readlink(path), path]
            else:
                words += ["--ro-bind", path, path]
        words += ["--ro-bind", sys.base_prefix, sys.base_prefix]
        words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
        words += ["--bind", self.autograder, "/autograder", "--ro-bind", self.programs, "/programs"]
        words += ["--ro-bind", site_packages(ROOT / ".venv"), inside]
        words += ["--clearenv", "--setenv", "PATH", "/programs:/usr/sbin:/usr/bin:/sbin:/bin"]
        words += ["--setenv", "PIP_NO_INDEX", "1", "--chdir", "/autograder", "--", *command]
        return subprocess.run(
            list(map(str, words)), capture_output=True, text=True, timeout=120, check=False
        )

    def grade(self, content, name="softmax"):
        """What Gradescope finds after a submission of this notebook."""
        shutil.rmtree(self.autograder / "submission")
        shutil.rmtree(self.autograder / "results")
        (self.autograder / "results").mkdir()
        hand_in(self.autograder / "submission", name, content)
        done = self.run("/autograder/run_autograder")
        results = self.autograder / "results" / "results.json"
        return json.loads(results.read_text("utf-8")) if results.is_file() else None, done


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "autograder.zip"
    words = ["--chapter", "softmax", "--seed", "5", "--seconds", "6"]
    assert main(["grade", "--gradescope", str(path), *words]) == 0
    return path


@pytest.fixture(scope="module")
def machine(archive, tmp_path_factory):
    """After Gradescope has built it."""
    machine = Machine(tmp_path_factory.mktemp("gradescope"))
    machine.unpack(archive)
    done = machine.run("bash", "/autograder/source/setup.sh")
    assert done.returncode == 0, done.stdout + done.stderr
    machine.set_up = done.stdout
    return machine


def test_setup_installs_what_the_grader_needs(machine):
    asked = (machine.autograder / "apt.log").read_text().splitlines()
    assert asked == ["update", "install -y bubblewrap", "install -y python3.11 python3.11-venv"]
    for name in gradescope.PACKAGES:
        assert f"Requirement already satisfied: {name}==" in machine.set_up


def test_solved_notebook_gets_all_points(machine):
    found, done = machine.grade(solved("softmax"))
    assert done.returncode == 0, done.stderr
    assert found["score"] == 9
    assert [test["score"] for test in found["tests"]] == [1, 2, 2, 2, 2]
    assert found["extra_data"]["tier"] in ("A", "B")
    assert found["extra_data"]["seed"] == 5
    assert found.keys() == OF_ALL
    assert all(test.keys() == OF_TEST for test in found["tests"])


def test_hostile_notebook_gets_what_it_worked_for(machine):
    """It looks for the settings, for the results, and for the file with the seed."""
    attack = """
import json, os
for path in ("/autograder/results/results.json", "/autograder/run_autograder"):
    try:
        open(path, "w").write(json.dumps({"score": 1000}))
    except OSError:
        pass
seen = [path for path in ("/autograder/source/settings.json", "/autograder/submission",
                          "/autograder/source/actloss/exercises/softmax.py")
        if os.access(path, os.R_OK)]
def stable_softmax(z):
    return z
"""
    number = f"{attack}\nsecond_probability = 0.75 + len(seen)"
    found, done = machine.grade(solved("softmax", stable_softmax=attack, second_probability=number))
    assert done.returncode == 0, done.stderr
    assert [test["score"] for test in found["tests"]] == [1, 0, 2, 2, 2]
    assert (machine.autograder / "run_autograder").read_text() == gradescope.RUN


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "softmax", "the file is empty"),
        (notebook("softmax", {}), "../submission/x", "0 of 9 points"),
    ],
)
def test_other_hand_ins_get_a_sentence(machine, content, name, said):
    found, done = machine.grade(content, name)
    assert done.returncode == 0, done.stderr
    assert (found["score"], found["output"]) == (0, said)


def test_without_isolation_nobody_gets_zero_points(machine, archive):
    """No results at all: Gradescope then tells that the autograder failed, and to try again."""
    machine.program("bwrap", "exit 1")
    module = machine.autograder / "source" / "actloss" / "grading" / "tiers.py"
    text = module.read_text(encoding="utf-8")
    try:
        module.write_text(text.replace('("A", "B")', '("A",)'), encoding="utf-8")
        found, done = machine.grade(solved("softmax"))
    finally:
        module.write_text(text, encoding="utf-8")
        (machine.programs / "bwrap").unlink()
    assert found is None
    assert done.returncode == 1
    assert "was not graded" in done.stderr


def test_best_of_several_notebooks_counts(tmp_path):
    hand_in(tmp_path / "submission", "draft", notebook("softmax", {}))
    hand_in(tmp_path / "submission" / "final", "softmax", solved("softmax"))
    run = gradescope.Run("", 1, "A", "softmax")
    assert gradescope.best_of(tmp_path / "submission", run)["score"] == 9


def test_empty_hand_in_gets_a_sentence(tmp_path):
    (tmp_path / "submission").mkdir()
    found = gradescope.best_of(tmp_path / "submission", gradescope.Run("", 1, "A", "softmax"))
    assert (found["score"], found["output"]) == (0, "no notebook (.ipynb) was handed in")


def test_same_settings_same_bytes(archive, tmp_path):
    again = tmp_path / "again.zip"
    gradescope.make_zip(again, chapter="softmax", seed=5, seconds=6.0, trust=False)
    assert again.read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(again) as opened:
        executable = [item.filename for item in opened.infolist() if item.external_attr >> 16 & 1]
    assert executable == ["setup.sh", "run_autograder"]


def test_chapter_is_needed(tmp_path, capsys):
    for words in ([], ["--chapter", "sofmax"]):
        assert main(["grade", "--gradescope", str(tmp_path / "x.zip"), *words]) == 1
        assert "a chapter with exercises is needed" in capsys.readouterr().err
    assert sum(exercise.points for exercise in of_chapter("softmax")) == 9
