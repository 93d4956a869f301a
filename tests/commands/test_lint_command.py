"""`make lint` finds nothing here, and everything where there is something; the hooks run it."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import lint
from tools.stamps import ROOT

(LOCAL,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
HOOKS = {hook["id"]: hook for hook in LOCAL["hooks"]}


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_passes_on_every_file(hook, tmp_path):
    """Through pre-commit itself: what it runs is what a contributor's commit runs."""
    pre_commit = Path(sys.executable).with_name("pre-commit")
    done = subprocess.run(
        [pre_commit, "run", hook, "--all-files", "--color", "never"],
        cwd=ROOT,
        # `make test` runs this test; the make under test must not take itself for a part of it.
        env={name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}
        | {"PRE_COMMIT_HOME": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("Passed"), "it found no file to look at"


def test_every_check_is_a_hook():
    commands = {name: shlex.split(hook["entry"])[-2:] for name, hook in HOOKS.items()}
    assert commands == {name: ["lint", f"CHECK={name}"] for name in lint.CHECKS}


@pytest.fixture
def faulty(clone):
    """A clone under git with one fault for each check."""
    subprocess.run(["git", "init", "--quiet"], cwd=clone, check=True)
    shutil.copy(ROOT / ".gitignore", clone)
    (clone / "unused.py").write_text("import os\n")
    (clone / "crooked.py").write_text("x = [1,2]\n")
    for name in ("package.json", "package-lock.json"):
        (clone / "tests").mkdir(exist_ok=True)
        shutil.copy(ROOT / "tests" / name, clone / "tests")
    (clone / "tests/node_modules").symlink_to(ROOT / "tests/node_modules")
    (clone / "web" / "src").mkdir(parents=True)
    (clone / "web" / "src" / "crooked.js").write_text("let x = [1,2]\n")
    shutil.copytree(ROOT / "src", clone / "src", ignore=shutil.ignore_patterns("__pycache__"))
    with open(clone / "src" / "actloss" / "numerics.py", "a", encoding="utf-8") as file:
        file.write("\n\nimport actloss.widgets  # noqa\n\nWIDTH: int = ")
        file.write("'wide'\n".replace("'", '"'))
    (clone / "tests" / "functions").mkdir()
    shutil.copy(ROOT / "tests" / "functions" / "typed_use.py", clone / "tests" / "functions")
    (clone / "notes.md").write_text("Teh end.\n")  # codespell:ignore teh
    (clone / "chapters").mkdir()
    cell = nbformat.v4.new_code_cell("1 + 1", id="sum")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), clone / "chapters" / "one.ipynb")
    return clone


def test_every_check_finds_its_fault(faulty, run_tool):
    done = run_tool("-m", "tools.lint")
    assert done.returncode == 1
    said = [line for line in done.stdout.splitlines() if line.startswith(("✓", "✗"))]
    assert said == [f"✗ {name:<12} fails" for name in lint.CHECKS]
    for words in (
        "unused.py:1:8",
        "crooked.py",
        "web/src/crooked.js",
        "actloss.numerics is not allowed to import actloss.widgets",
        "error: Incompatible types in assignment",
        "notes.md:1: Teh ==>",  # codespell:ignore teh
        "chapters/one.ipynb: code cell 1 was not run",
        "chapters/one.ipynb: not stored as `make execute` stores it",
    ):
        assert words in done.stderr


def test_one_check_alone(faulty, run_tool):
    (faulty / "unused.py").unlink()
    done = run_tool("-m", "tools.lint", "code")
    assert (done.returncode, done.stdout) == (0, "✓ code         passes\n"), done.stderr


def test_an_unknown_check_is_named(run_tool):
    done = run_tool("-m", "tools.lint", "style")
    assert done.returncode == 1
    assert done.stderr.startswith("✗ there is no check style; choose from: code, layout, scripts")


def test_a_folder_that_is_no_clone_gets_one_clear_line(clone, run_tool):
    done = run_tool("-m", "tools.lint", "spelling", env={"GIT_CEILING_DIRECTORIES": clone.parent})
    assert done.returncode == 1
    assert done.stderr.startswith("✗ spelling: git cannot list the files of the course (fatal: not")
    assert "`git init` in it is enough" in done.stderr


def test_a_folder_that_another_repository_ignores_is_not_passed_over(clone, run_tool):
    subprocess.run(["git", "init", "--quiet"], cwd=clone.parent, check=True)
    (clone.parent / ".gitignore").write_text("*\n")
    done = run_tool("-m", "tools.lint", "spelling")
    assert done.returncode == 1
    assert "another repository around it ignores it" in done.stderr
