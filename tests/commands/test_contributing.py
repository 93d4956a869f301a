"""The page for contributors: its table names what we depend on, and its commands are there."""

import json
import re
import tomllib

import pytest

from tests.commands.requirements import parts
from tools.stamps import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def rows(heading):
    """The rows of the table under a line that begins so."""
    table = re.search(rf"^{heading}.*\n\n((?:\|.*\n)+)", PAGE, re.MULTILINE)[1]
    return [[field.strip() for field in line.strip("|").split("|")] for line in table.splitlines()][
        2:
    ]


PYPI, NPM = rows("From PyPI"), rows("From npm")


def test_every_package_that_requirements_name_first_is_listed_once_and_no_other():
    files = [path.name for path in ROOT.glob("requirements*.txt")]
    direct = {requirement.name for file in files for requirement in parts(file)[0]}
    assert sorted(name for name, *_ in PYPI) == sorted(direct)


def test_every_package_that_we_ask_npm_for_is_listed_once_and_no_other():
    folders = ("web/src", "tests", "benchmarks")
    files = [(ROOT / folder / "package.json").read_text(encoding="utf-8") for folder in folders]
    direct = [name for file in files for name in json.loads(file)["dependencies"]]
    assert sorted(name for name, *_ in NPM) == sorted(direct)


def test_every_row_says_why_and_what_was_passed_over():
    assert [row for row in PYPI + NPM if len(row) != 3 or not all(row)] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"^\| `([\w./-]+)`", PAGE, re.MULTILINE))))
def test_every_file_that_a_new_function_touches_is_there(path):
    assert (ROOT / path).is_file()


def test_the_picture_shows_every_room_on_its_floor():
    """In the words of the contract that holds it."""
    picture = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
    drawn = [re.findall(r"\w+", line.split("  ")[0]) for line in picture]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = project["tool"]["importlinter"]["contracts"][0]["layers"]
    assert drawn == [re.findall(r"\w+", floor) for floor in reversed(floors)]


@pytest.mark.parametrize("path", sorted(set(re.findall(r"ARGS='?([\w./-]+)", PAGE))))
def test_every_example_names_tests_that_are_there(path):
    assert (ROOT / path).exists()


def test_binder_takes_what_is_pinned():
    lines = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    options = [line.split() for line in lines if line.startswith("--")]
    (included,) = [value for option, value in options if option == "--requirement"]
    assert (ROOT / ".binder" / included).resolve() == ROOT / "requirements.txt"
    lab = {item.name: str(item) for item in parts("requirements-lab.txt")[0]}
    added = [line.split()[0] for line in lines if "==" in line]
    assert added == [lab["jupyterlab_myst"]]
