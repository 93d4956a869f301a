"""Runs every test in one pytest: package, notebooks, pages, JupyterLab, a class in nbgrader."""

import os
import shutil
import subprocess
import sys
from contextlib import nullcontext

from tools import bubblewrap, chromium, environment, other_browsers
from tools.progress import Problem, run_command, say
from tools.stamps import ROOT
from tools.web import install_packages

# While a test waits for a browser, a kernel or a sandbox, its core is free for another one.
WORKERS = max(2, 3 * (os.cpu_count() or 2) // 2)
# nbval strict; every file on one worker, since a notebook's cells share a kernel.
OPTIONS = ["--nbval", "--nbval-current-env", "-n", str(WORKERS), "--dist", "loadfile"]
# Seconds: far more than a kernel needs, so that a slow machine fails no test.
OPTIONS += ["--nbval-kernel-startup-timeout", "600"]

OF_THE_GRADER = ["src/actloss/grading", "tests/attacks", "tests/grading"]


def main():
    if shutil.which("git") is None:
        raise Problem("git was not found, and the tests use it: install it (https://git-scm.com)")
    left_out = [*browser_options(), *sandbox_options()]
    without = os.environ.get("WITHOUT_BROWSER")
    with nullcontext() if without else other_browsers.found_or_installed_beside():
        for name in ("lab", "nbgrader"):
            environment.add(name)
        install_packages(ROOT / "tests")
    # pytest itself tells options from folders, and takes `testpaths` where no folder is named.
    command = [sys.executable, "-m", "pytest", *OPTIONS, *left_out, *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)


def browser_options():
    """See to it that there is a browser, unless the reader leaves its tests out by name."""
    if asked_to_leave_out("WITHOUT_BROWSER", "tests/browser"):
        return ["--ignore", "tests/browser"]
    os.environ["CHROMIUM"] = chromium.find_or_install()
    return []


def sandbox_options():
    """The same for what the grader confines submissions in; only Linux can."""
    what = "tests of the grader"
    if sys.platform != "linux":
        say("bubblewrap", f"needs Linux: the {what} are left out", mark="!")
    elif not asked_to_leave_out("WITHOUT_SANDBOX", what):
        bubblewrap.find_or_install()
        return []
    return [f"--ignore-glob={pattern}" for pattern in OF_THE_GRADER]


def asked_to_leave_out(variable, what):
    """Whether the environment says so, which it may not do in CI."""
    if not os.environ.get(variable):
        return False
    if os.environ.get("CI"):
        raise Problem(f"{variable} is set in CI, where no test may be left out: unset it")
    say("tests", f"{variable}: {what} are left out", mark="!")
    return True


if __name__ == "__main__":
    run_command(main)
