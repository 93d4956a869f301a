"""Every file lies in its room, and the contracts in pyproject.toml let imports only run down."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.stamps import ROOT

PACKAGE = Path("src/actloss")


@pytest.fixture
def copy(tmp_path):
    """The package and its contracts, to be spoiled."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.js", "*.css", "*.toml")
    shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=ignored)
    return tmp_path


def complaint_of(folder):
    """What import-linter says of the package there; nothing when every contract is kept."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": "src", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    return done.stdout if done.returncode else ""


def test_a_copy_keeps_every_contract(copy):
    assert complaint_of(copy) == ""


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        (
            "numerics.py",
            "from actloss.activations import relu",
            "actloss.numerics is not allowed to import actloss.activations",
        ),
        (
            "losses/margin.py",
            "from actloss.network import Network",
            "actloss.losses is not allowed to import actloss.network",
        ),
        (
            "book/figures.py",
            "import actloss.network.initialisers",
            "actloss.book is not allowed to import actloss.network",
        ),
        (
            "grading/pages.py",
            "from actloss.widgets import quiz",
            "actloss.grading is not allowed to import actloss.widgets",
        ),
        (
            "widgets/quiz.py",
            "from actloss.grading import pages",
            "actloss.widgets is not allowed to import actloss.grading",
        ),
        (
            "network/layers.py",
            "from actloss.network.network import Network",
            "No cycles are allowed in actloss.network.",
        ),
        (
            "activations/sigmoids.py",
            "from actloss.losses import entropy",
            "No cycles are allowed in actloss.",
        ),
        (
            "grading/grade.py",
            "from tools.stamps import ROOT",
            "actloss is not allowed to import tools",
        ),
        (
            "exercises/softmax.py",
            "def late():\n    import tests.node",
            "actloss is not allowed to import tests",
        ),
    ],
)
def test_an_import_that_runs_up_round_or_out_is_refused(copy, file, line, said):
    path = copy / PACKAGE / file
    path.write_text(f"{line}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert said in complaint_of(copy)


def test_a_new_room_needs_a_floor(copy):
    (copy / PACKAGE / "attic.py").write_text("", encoding="utf-8")
    assert "actloss.attic" in complaint_of(copy)


def python_files(folder):
    return {path.name for path in (ROOT / folder).glob("*.py")}


def test_tests_lie_in_rooms_and_beside_them_only_what_several_rooms_share():
    assert {name for name in python_files("tests") if name.startswith("test_")} == set()
    rooms = {
        path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert all(len(room.parts) == 1 for room in rooms)


def test_what_runs_in_sphinx_lies_apart_from_what_runs_in_a_browser():
    assert python_files("web") == set()
    assert [path for path in (ROOT / "web" / "sphinx").iterdir() if path.suffix == ".js"] == []
