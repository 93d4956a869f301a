"""Looks over code, spelling and notebooks without running them: `make lint`.

The hook before a commit runs the same checks, one at a time, and so do the tests.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tools import gates
from tools.node import run_node
from tools.notebooks import all_notebooks, label, normalise, read
from tools.progress import Problem, run_command, say
from tools.stamps import ROOT
from tools.web import install_packages

PRETTIER = "tests/node_modules/prettier/bin/prettier.cjs"
SCRIPTS = ("src/**/*.js", "web/{run,src}/*.{js,mjs}", "tests/**/*.mjs")


def main():
    names = sys.argv[1:] or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        raise Problem(f"there is no check {unknown[0]}; choose from: {', '.join(CHECKS)}")
    failed = []
    for name in names:
        complaint = CHECKS[name]()
        say(name, "fails" if complaint else "passes", mark="✗" if complaint else "✓")
        failed += [complaint] if complaint else []
    if failed:
        raise Problem("\n✗ ".join(failed))


def code():
    """Ruff's rules, over modules and the cells of notebooks."""
    return run("ruff", "check", ".", mend="`.venv/bin/ruff check --fix .` mends what it can")


def layout():
    return run("ruff", "format", "--check", ".", mend="`.venv/bin/ruff format .` mends it")


def scripts():
    """The layout of JavaScript, by Prettier."""
    install_packages(ROOT / "tests")
    options = ["--check", "--log-level=warn", "--no-error-on-unmatched-pattern"]
    done = run_node(PRETTIER, *options, *SCRIPTS, folder=ROOT)
    mend = f"`.venv/bin/node {PRETTIER} --write FILE` mends it"
    return f"{done.stdout.strip()}\n{mend}" if done.returncode else ""


def imports():
    """The floors of src/actloss, as pyproject.toml draws them: an import runs downwards only."""
    mend = "move the code to the room that it belongs to: CONTRIBUTING.md says how they lie"
    return run("lint-imports", "--no-cache", "--no-logo", mend=mend)


def types():
    """Annotations, as whoever calls the package relies on them."""
    return run("mypy", mend="mend the annotation, or what it is true of")


def spelling():
    """Every file that git knows, or would: codespell by itself also reads what was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    if listed.returncode != 0:
        words = listed.stderr.strip().splitlines() or ["it said nothing"]
        return (
            f"spelling: git cannot list the files of the course ({words[-1]})\n"
            "a folder from a zip is no clone; `git init` in it is enough"
        )
    files = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    if not files:
        return f"spelling: git lists no file in {ROOT}: another repository around it ignores it"
    mend = "correct it; a word that is meant so goes into pyproject.toml, under [tool.codespell]"
    return run("codespell", *files, mend=mend)


def notebooks():
    """Every notebook was run from top to bottom, describes its figures, and has no editor's traces.

    Whether its outputs are those of its code, only `make test` says.
    """
    faults = [
        f"{label(path)}: {fault}" for path in all_notebooks() for fault in faults_of_notebook(path)
    ]
    if not faults:
        return ""
    return "\n".join([*faults, "`make execute NOTEBOOK=…` runs one again and stores what it gives"])


def faults_of_notebook(path):
    notebook = read(path)
    faults = gates.run_in_order(notebook) + gates.figures_described(notebook)
    normalise(notebook)
    if nbformat.writes(notebook) + "\n" != path.read_text(encoding="utf-8"):
        faults.append("not stored as `make execute` stores it")
    return faults


def run(program, *arguments, mend):
    """What a program of .venv complains of, and how to mend it; nothing when it is content."""
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "src"},  # this clone's package, whatever is installed
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return f"{done.stdout.strip()}\n{mend}" if done.returncode else ""


CHECKS = {
    check.__name__: check for check in (code, layout, scripts, imports, types, spelling, notebooks)
}


if __name__ == "__main__":
    run_command(main)
