"""Looks over and tests what a change touches, in a minute: `make check`.

A change is what differs from where the branch left the main one, files that git does not know yet
included; `make check ARGS=chapters/neuron.ipynb` names files by hand. Of the tests run those that
import a changed module, or name a changed file; of the notebooks, those that changed or use what
changed; of the pages, those that changed. What is left out is said: `make test` runs everything.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tools import chromium, imports
from tools.notebooks import CHAPTERS, all_notebooks, label
from tools.progress import Problem, run_command, say
from tools.run_tests import OPTIONS
from tools.sources import pages_of_book
from tools.stamps import ROOT, files_under

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "main", "master")
NOTEBOOKS_AT_MOST = 4  # of those that only use what changed; one takes about 10 s
TESTS_OF_PAGES = ["tests/browser/test_pages.py", "tests/browser/test_accessibility.py"]
MADE_INTO_PAGES = (
    "chapters",
    "exercises",
    "src",
    "web",
    "_config.yml",
    "_toc.yml",
    "references.bib",
)
HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def main():
    changed = named(sys.argv[1:]) or changed_files()
    if not changed:
        say("touched", "nothing: no file differs from where this branch began")
        return
    say("touched", ", ".join(map(label, changed)))
    failed = [] if run("tools.lint") else ["lint"]
    tests, tests_left = tests_for(changed)
    notebooks, notebooks_left = notebooks_for(changed)
    pages = pages_for(changed)
    builds = any(label(path).startswith(MADE_INTO_PAGES) for path in changed)
    if builds and not run("tools.book"):
        raise Problem("the book does not build; see above")
    failed += [] if run_pytest([*tests, *notebooks]) else ["tests"]
    if pages:
        os.environ["CHROMIUM"] = chromium.find_or_install()
        only = ["-k", " or ".join(f"[{page}]" for page in pages)]
        failed += [] if run_pytest(TESTS_OF_PAGES, *only) else ["pages"]
    say_what_is_left_out(tests_left, notebooks_left, pages)
    if failed:
        raise Problem(f"{' and '.join(failed)}: see above")


# The change


def named(names):
    paths = [(ROOT / name).resolve() for name in names]
    if missing := [name for name, path in zip(names, paths, strict=True) if not path.is_file()]:
        raise Problem(f"there is no file {missing[0]}: name files as seen from {ROOT}")
    return paths


def changed_files():
    """The files that differ from where the branch began, and those that are new; not those gone."""
    listed = git("diff", "--name-only", "--no-renames", "-z", base())
    listed += git("ls-files", "--others", "--exclude-standard", "-z")
    return sorted({ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()})


def base():
    """The commit that this branch and the main one have in common; the last one on the main one."""
    for branch in MAIN_BRANCHES:
        found = subprocess.run(
            ["git", "merge-base", "HEAD", branch], cwd=ROOT, capture_output=True, encoding="utf-8"
        )
        if found.returncode == 0:
            return found.stdout.strip()
    return "HEAD"


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Problem(
            f"git cannot say what changed ({words[-1]}): name files, make check "
            "ARGS=chapters/neuron.ipynb, or run everything, make test"
        )
    return done.stdout


def changed_names(path):
    """The functions and classes of a module that changed; None where it may be anything."""
    if path.suffix != ".py" or len(sys.argv) > 1:
        return None
    said = subprocess.run(
        ["git", "diff", "--unified=0", base(), "--", path],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    lines = [
        line
        for start, count in HUNK.findall(said.stdout)
        for line in range(int(start), int(start) + max(int(count or 1), 1))
    ]
    return imports.names_at(path, lines) if lines else None


# What it touches


def tests_for(changed):
    """The test files to run, and those that only reach the change through other modules."""
    every = [path for path in files_under(ROOT / "tests") if is_test(path)]
    modules = [module_of(path) for path in changed]
    ours = {path for path in modules if path in imports.modules().values()}
    chosen = {path for path in changed if is_test(path)}
    chosen |= {path for path in ours if path.is_relative_to(ROOT / "src")}  # its own examples
    for path in ours:
        names = changed_names(path)
        chosen |= {test for test in every if uses(test, path, names)}
    for path in changed:
        chosen |= {test for test in every if path.suffix != ".py" and speaks_of(test, path)}
        if "exercises" in path.parts:  # a notebook, its solutions, what judges it
            chosen.add(ROOT / "tests" / "exercises" / "test_exercises.py")
    chosen = {test for test in chosen if "browser" not in test.parts or test in changed}
    reach = {test for test in every if ours & imports.reached_from(test)}
    return sorted(chosen), sorted(reach - chosen)


def is_test(path):
    tests = ROOT / "tests"
    return path.suffix == ".py" and path.name.startswith("test_") and path.is_relative_to(tests)


def module_of(path):
    """A live figure's script and its style belong to the module beside them."""
    beside = path.with_suffix(".py")
    return beside if path.is_relative_to(ROOT / "src") and beside.is_file() else path


def uses(test, module, names):
    """Whether a test imports a module, itself or by a package, and speaks of one of the names."""
    rooms = module.relative_to(ROOT).with_suffix("").parts  # src, actloss, losses, regression
    if test.stem in {f"test_{room}" for room in rooms} | {f"test_{module.stem}_command"}:
        return True
    if module not in imports.direct_imports(test):
        return False
    text = test.read_text(encoding="utf-8")
    return names is None or any(re.search(rf"\b{name}\b", text) for name in names)


def speaks_of(test, file):
    """Whether a test names a file, or the chapter that it belongs to."""
    text = test.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        return re.search(rf"[\"'/]{re.escape(file.stem)}(\.ipynb)?[\"']", text) is not None
    return re.search(rf"[\"'/]{re.escape(file.name)}[\"'/]", text) is not None


def notebooks_for(changed):
    """The notebooks to run, and those that use what changed and are too many for a minute."""
    first = {path for path in changed if path in all_notebooks()}
    for path in changed:  # a solution, or the judge of an exercise
        first |= {
            book for book in exercises() if path.stem == book.stem and "exercises" in path.parts
        }
    using = set()
    for path in {module_of(path) for path in changed} & set(imports.modules().values()):
        names = changed_names(path)
        using |= {book for book in all_notebooks() if notebook_uses(book, path, names)}
    others = sorted(using - first, key=lambda book: book.stat().st_size)
    return sorted(first) + others[:NOTEBOOKS_AT_MOST], others[NOTEBOOKS_AT_MOST:]


def exercises():
    return [path for path in all_notebooks() if path.parent == CHAPTERS / "exercises"]


def notebook_uses(path, module, names):
    code = code_of(path)
    imported = set().union(*map(imports.imported_names, map(parsed, code)))
    behind = set().union(*map(imports.files_behind, imported))
    text = "\n".join(code)
    spoken_of = names is None or any(re.search(rf"\b{name}\b", text) for name in names)
    return module in behind and spoken_of


def code_of(path):
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError):  # lint says so
        return []
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def parsed(code):
    try:
        return ast.parse(code)
    except SyntaxError:  # a magic command
        return ast.Module([], [])


def pages_for(changed):
    """The pages of the book that changed, as their tests call them."""
    pages = {path: f"{Path(name).with_suffix('')}.html" for name, path in pages_of_book().items()}
    return sorted(pages[path] for path in changed if path in pages)


# Running


def run(module, *arguments):
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT).returncode == 0


def run_pytest(paths, *more):
    """Whether the tests of these files pass; yes, where there are none."""
    if not paths:
        return True
    names = [label(ROOT / path) for path in paths]
    return run("pytest", "--quiet", *OPTIONS, *names, *more)


def say_what_is_left_out(tests, notebooks, pages):
    left = [f"{len(tests)} files of tests that use it through other modules"] if tests else []
    if notebooks:
        left.append(f"notebooks that use it: {', '.join(path.stem for path in notebooks)}")
    left.append(
        "other tests in a browser" if pages else "tests in a browser, as no chapter changed"
    )
    say("left out", "; ".join([*left, "`make test` runs all"]), mark="!")


if __name__ == "__main__":
    run_command(main)
