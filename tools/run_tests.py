"""Runs every test in one pytest: package, notebooks, pages, JupyterLab, a class in nbgrader."""

import os
import shutil
import subprocess
import sys

from tools import chromium, environment
from tools.progress import Problem, run_command, say
from tools.stamps import ROOT

EVERYTHING = ["src", "tests", "chapters"]

# nbval strict; every file on one worker, since a notebook's cells share a kernel.
OPTIONS = ["--nbval", "--nbval-current-env", "-n", "logical", "--dist", "loadfile"]


def main():
    if shutil.which("git") is None:
        raise Problem("git was not found, and the tests use it: install it (https://git-scm.com)")
    given = sys.argv[1:]
    names_tests = any((ROOT / word.split("::")[0]).exists() for word in given)
    for name in ("lab", "nbgrader"):
        environment.add(name)
    command = [sys.executable, "-m", "pytest", *OPTIONS, *browser_options(), *given]
    if not names_tests:
        command += EVERYTHING
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)


def browser_options():
    """See to it that there is a browser, unless the reader leaves its tests out by name."""
    if not os.environ.get("WITHOUT_BROWSER"):
        os.environ["CHROMIUM"] = chromium.find_or_install()
        return []
    if os.environ.get("CI"):
        raise Problem("WITHOUT_BROWSER is set in CI, where no test may be left out: unset it")
    say("chromium", "WITHOUT_BROWSER: tests/browser is left out", mark="!")
    return ["--ignore", "tests/browser"]


if __name__ == "__main__":
    run_command(main)
