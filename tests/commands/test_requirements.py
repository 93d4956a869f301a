"""What is pinned is exactly what is needed: nothing left open, nothing left over."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from tests.commands.requirements import BASE, LAB, NBGRADER, needed_by, parts, pinned_here
from tools.environment import site_packages
from tools.stamps import ROOT


@pytest.fixture(params=[BASE, LAB, NBGRADER])
def file(request):
    return request.param


@pytest.fixture
def installed(file, request):
    """Finds a package in the environment made from the file."""
    path = list(sys.path)
    if file != BASE:
        name = Path(file).stem.removeprefix("requirements-")
        path.insert(0, str(site_packages(request.getfixturevalue(f"{name}_environment"))))

    def find(name):
        found = importlib.metadata.Distribution.discover(name=name, path=path)
        first = next(iter(found), None)
        assert first is not None, f"{name} is not installed"
        return first

    return find


def test_everything_needed_is_pinned_and_everything_pinned_is_needed(file, installed):
    direct, _ = parts(file)
    names = set(pinned_here(file))
    below = set() if file == BASE else set(pinned_here(BASE))
    needed = needed_by(direct, installed)
    assert sorted(needed - names - below) == [], "needed, and pinned nowhere"
    assert sorted(names - needed) == [], "pinned, and needed by nothing"
    assert sorted(names & below) == [], "pinned, and in the environment below"


def test_the_environment_has_the_pinned_versions(file, installed):
    wrong = [
        f"{requirement} but {version} is installed"
        for name, requirement in pinned_here(file).items()
        if not requirement.specifier.contains(version := installed(name).version, prereleases=True)
    ]
    assert wrong == []


def test_jupyterlab_is_the_same_wherever_it_is_pinned():
    lab, nbgrader = pinned_here(LAB), pinned_here(NBGRADER)
    assert "jupyterlab" in lab.keys() & nbgrader.keys()
    for name in lab.keys() & nbgrader.keys():
        assert lab[name].specifier == nbgrader[name].specifier, name


def test_ends_with_the_course_itself():
    lines = (ROOT / BASE).read_text(encoding="utf-8").split("\n")
    assert lines[-2:] == ["-e .", ""]
