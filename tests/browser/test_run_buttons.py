"""Python in the page: cells run where the reader is, in order, and stop when told to.

With what `make live-python` fetches the pages have buttons, and these tests press them; without it
they see to it that there is none.
"""

import re

import pytest
from playwright.sync_api import expect

from benchmarks.page_weight import from_other_hosts, transfers
from tests.browser.book import PAGES, parse
from tools.serve import BOOK

PAGE, EXERCISES = "chapters/sigmoid-and-tanh.html", "chapters/exercises/softmax.html"
HAS_PYTHON = (BOOK / "_static" / "live-python" / "pyodide.mjs").is_file()
WHILE_PYTHON_STARTS = 120_000  # milliseconds

needs_python = pytest.mark.skipif(
    not HAS_PYTHON, reason="Python for the browser is not there: `make live-python book` fetches it"
)


@pytest.mark.parametrize("path", PAGES)
def test_buttons_are_where_python_is(site, path):
    page = parse(path)
    assert bool(page.select(".run-python")) <= HAS_PYTHON
    assert ("live-python" in str(page)) <= HAS_PYTHON


@pytest.fixture
def cell(open_page):
    """The cell of the chapter or of the exercises that holds this code, in an opened page."""
    pages = {}

    def cell(words, path=PAGE):
        if path not in pages:
            pages[path] = open_page(path)
        cells = pages[path].locator("div.cell", has=pages[path].locator(".run-python"))
        return cells.filter(has_text=words).first

    return cell


def press_run(cell):
    cell.get_by_role("button", name="Run").click()
    expect(cell.get_by_role("status")).to_have_text(
        re.compile("Done|error|Stopped|Not run|could not"), timeout=WHILE_PYTHON_STARTS
    )
    return cell.locator(".run-output")


@needs_python
def test_x(cell):
    one = cell("z = {z:+.0f}")
    out = press_run(one)
    print(one.get_by_role("status").inner_text(), out.inner_text(), one.locator(".cell_output").first.inner_text())
    one.page.screenshot(path="/tmp/w/live-run.png", full_page=False)
    assert 0
