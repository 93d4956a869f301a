"""JupyterLab, started as `make lab` starts it, in a browser: a chapter and an exercise.

The course is installed there as other people install it, from its wheel.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest
from exercise_pages import solutions_of
from playwright.sync_api import expect

from tests.browser.conftest import quiet_context
from tools.lab import ENVIRONMENT, lab_command
from tools.notebooks import code_cells, read
from tools.stamps import ROOT

EXERCISES, EXERCISE = "softmax", "stable_softmax"
NOTEBOOK = ROOT / "chapters" / "exercises" / f"{EXERCISES}.ipynb"
WHILE_JUPYTERLAB_STARTS = 600_000  # milliseconds
# What MyST marks up, and nobody reads where it is drawn.
MARKUP = ("{doc}", "{admonition}", "{ref}", ":::", "```", "$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A folder with what the wheel of the course installs."""
    source, folder = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", source / "src", ignore=unwanted)
    install = ["pip", "install", "--no-build-isolation", "--no-deps", "--target", folder, source]
    done = subprocess.run([sys.executable, "-m", *install], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def lab(lab_environment, wheel, tmp_path_factory):
    """The address of a JupyterLab on a copy of the chapters, with nothing of the user's own."""
    folder, apart = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("jupyter")
    shutil.copytree(ROOT / "chapters", folder / "chapters")
    with socket.socket() as any_free:
        any_free.bind(("127.0.0.1", 0))
        port = any_free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    options = [f"--ServerApp.port={port}", "--no-browser", "--IdentityProvider.token="]
    options += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    own = {
        "PYTHONPATH": str(wheel),
        "JUPYTER_CONFIG_DIR": str(apart / "config"),
        "JUPYTER_DATA_DIR": str(apart / "data"),
        "JUPYTER_RUNTIME_DIR": str(apart / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(apart / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(apart / "workspaces"),
        "IPYTHONDIR": str(apart / "ipython"),
    }
    log = apart / "log"
    with log.open("w", encoding="utf-8") as said:
        server = subprocess.Popen(
            [*lab_command(folder), *options], env=ENVIRONMENT | own, stdout=said, stderr=said
        )
        try:
            wait_for(f"{address}/api", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=600)


def wait_for(address, server, log):
    until = time.monotonic() + 600
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=60):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture
def open_notebook(lab, browser):
    """Open an address of JupyterLab, in a window as tall as a notebook."""
    with quiet_context(browser, lab, width=1400, height=4000) as (context, _):

        def open_notebook(path):
            page = context.new_page()
            page.set_default_timeout(WHILE_JUPYTERLAB_STARTS)
            page.goto(path)
            page.locator(".jp-Notebook .jp-Cell").first.wait_for()
            page.get_by_role("button", name="Python 3 (ipykernel) | Idle").wait_for()
            return page

        yield open_notebook


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def code_cell(page, number):
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def test_a_chapter_opens_runs_and_moves(open_notebook):
    """It opens by itself; its text is drawn as in the book; its cells run; its figure answers."""
    page = open_notebook("/")
    assert page.url.endswith("/lab/tree/chapters/intro.ipynb")
    texts = page.locator(".jp-MarkdownCell .myst")
    assert [mark for mark in MARKUP if mark in " ".join(texts.all_inner_texts())] == []
    expect(texts.locator("aside.claim")).to_contain_text("tanh is just a sigmoid")
    expect(texts.locator("aside.verdict .katex")).to_be_visible()

    run_all(page)
    figure = code_cell(page, 0).locator(".jp-OutputArea")
    curve = figure.locator("path.curve.main").first
    expect(curve).to_be_visible(timeout=WHILE_JUPYTERLAB_STARTS)
    before = curve.get_attribute("d")
    figure.locator(".noUi-handle:visible").press("PageUp")
    expect(curve).not_to_have_attribute("d", before)
    expect(figure.locator(".widget-readout:visible")).to_have_text("1.50")


def test_an_exercise_is_checked_where_it_is_solved(open_notebook, wheel):
    """The check of the stub says what is missing, and that of the solution says that it passes."""
    page = open_notebook(f"/lab/tree/chapters/exercises/{EXERCISES}.ipynb?reset")
    sources = [cell.source for cell in code_cells(read(NOTEBOOK))]
    check = next(n for n, source in enumerate(sources) if source.startswith(f'check("{EXERCISE}"'))
    said = code_cell(page, check).locator(".jp-OutputArea")
    run_all(page)
    expect(said).to_contain_text("not solved yet", timeout=WHILE_JUPYTERLAB_STARTS)

    solutions = (ROOT / "exercises" / "solutions" / f"{EXERCISES}.py").read_text(encoding="utf-8")
    _, solution = solutions_of(solutions)[EXERCISE]
    whence = "\n\nimport actloss\nprint(actloss.__file__)"
    code_cell(page, check - 1).locator(".cm-content").fill(solution + whence)
    run_all(page)
    expect(code_cell(page, check - 1).locator(".jp-OutputArea")).to_contain_text(str(wheel))
    expect(said).to_contain_text(f"{EXERCISE}: solved, 2 points")
