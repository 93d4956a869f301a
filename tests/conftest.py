"""The built book, a browser, and a small clone, for the tests that need them."""

import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from tools import chromium
from tools.progress import Problem
from tools.serve import BOOK, server_for
from tools.stamps import ROOT

# Modules of asserts that tests share: a failed one then says what it compared, as in a test.
pytest.register_assert_rewrite("tests.widgets.live_figure", "tests.browser.figure")


@pytest.fixture(scope="session")
def browser_executable():
    """The path of a Chromium; a machine without one fails, it does not skip."""
    try:
        found = chromium.find()
    except Problem as problem:
        pytest.fail(str(problem))
    if found is None:
        pytest.fail("there is no Chromium: `make test` installs one where it can")
    return found


@pytest.fixture(scope="session")
def browser_options(browser_executable):
    """What to launch it with: `playwright.chromium.launch(**browser_options)`."""
    return {"executable_path": browser_executable, "args": chromium.ARGUMENTS}


@pytest.fixture(scope="session")
def site():
    """The address of the built book, from the server that `make serve` uses; it ends in a slash."""
    if not (BOOK / "index.html").is_file():
        pytest.fail("the book is not built: run `make book`")
    with server_for(BOOK) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.url
        server.shutdown()


@pytest.fixture(scope="session")
def nbgrader_environment():
    """The environment that has nbgrader; a machine without it fails, it does not skip."""
    folder = ROOT / ".venv-nbgrader"
    if not (folder / "complete").is_file():
        pytest.fail("there is no nbgrader: run `make test`, which sets it up in .venv-nbgrader")
    return folder


@pytest.fixture
def heed_ctrl_c():
    """Programs that the test starts heed Ctrl-C, as at a terminal: a shell that runs the tests in
    the background switches it off for all that they start.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def clone(tmp_path):
    """A small clone for the commands to work in: they act on the folder that they lie in."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def run_tool(clone):
    """Run Python in the clone, as the Makefile does; returns the finished process."""

    def run(*arguments, env=None, timeout=120):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=clone,
            env=os.environ | {"CI": "true"} | (env or {}),
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )

    return run


@pytest.fixture(scope="session")
def lab_environment():
    """The environment that has JupyterLab; a machine without one fails, it does not skip."""
    folder = ROOT / ".venv-lab"
    if not (folder / "complete").is_file():
        pytest.fail("there is no JupyterLab: run `make test`, which sets it up in .venv-lab")
    return folder
