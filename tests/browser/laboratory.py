"""The code cells of a page that a reader can change and run, as a reader goes about it."""

import os
import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import quiet_context
from tools.serve import BOOK

HAS_PYTHON = (BOOK / "_static" / "live-python" / "pyodide.mjs").is_file()
WHILE_PYTHON_STARTS = 600_000  # milliseconds
NAME = "Code, which you can change"

IN_CI = bool(os.environ.get("CI"))

needs_python = pytest.mark.skipif(
    not HAS_PYTHON and not IN_CI,
    reason="Python for the browser is not there: `make live-python book` fetches it",
)


@contextmanager
def page_with_clipboard(browser, site, path):
    """A page that may read and write the clipboard."""
    allowed = ["clipboard-read", "clipboard-write"]
    with quiet_context(browser, site, permissions=allowed) as (context, _):
        page = context.new_page()
        page.goto(path)
        yield page


def cell_with(page, words):
    """The first cell with this code, among those that have a button."""
    cells = page.locator("div.cell:has(.run-python)")
    codes = cells.locator(".cell_input pre").all_text_contents()
    return cells.nth(next(n for n, code in enumerate(codes) if words in code))


def named(cell):
    """The same cell, whatever its code becomes."""
    name = cell.locator(".run-python").get_attribute("data-cell")
    return cell.page.locator(f"div.cell:has([data-cell='{name}'])")


def press_run(cell):
    """Run a cell to its end; returns what it gives out."""
    cell.get_by_role("button", name="Run").click()
    wait_for_end(cell)
    return cell.locator(".run-output")


def answer_of(page, exercise):
    """The cell with the answer to an exercise."""
    return page.locator(f"div.cell:has([data-answer='{exercise}'])")


def check_of(page, exercise):
    """The cell that checks an exercise."""
    return page.locator(f"div.cell:has([data-check='{exercise}'])")


def press_check(page, exercise):
    """Check an answer; returns what the check says of it."""
    check = check_of(page, exercise)
    check.get_by_role("button", name="Check").click()
    wait_for_end(check)
    return check.locator(".run-output")


def score_of(page):
    return page.locator(".run-page .exercise-score strong")


def wait_for_end(cell):
    ended = re.compile("Done|error|Stopped|could not|[Ss]olved")
    expect(status_of(cell)).to_have_text(ended, timeout=WHILE_PYTHON_STARTS)


def status_of(cell):
    return cell.locator(".run-python [role=status]")


def open_editor(cell):
    """Click, or tap, into the code, which may be folded; returns its editor."""
    fold = cell.locator("details:not([open]) > summary")
    if fold.count():
        fold.first.click()
    editor = cell.get_by_role("textbox", name=NAME)
    (editor if editor.count() else cell.locator(".cell_input pre")).click()
    expect(editor).to_be_focused()
    return editor


def clear(cell):
    editor = open_editor(cell)
    editor.press("ControlOrMeta+a")
    editor.press("Delete")
    return editor


def write(cell, code):
    """Type over what stands there, one key after another."""
    editor = clear(cell)
    editor.press_sequentially(code)
    editor.press("Escape")  # closes what it offers
    return editor


def code_of(cell):
    """The code as it stands, line by line."""
    lines = cell.locator(".cm-line")
    if lines.count():
        return "\n".join(lines.evaluate_all("lines => lines.map((line) => line.textContent)"))
    return cell.locator(".cell_input pre").text_content().rstrip("\n")
