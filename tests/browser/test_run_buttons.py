"""Python in the page: cells run where the reader is, in order, and stop when told to.

`make book` fetches what that takes. A book without it has no button; in CI it is there, or the book
is not built.
"""

import pytest
from playwright.sync_api import expect

from benchmarks.page_weight import transfers
from tests.browser.book import PAGES, pages_with, text_of
from tests.browser.conftest import quiet_context
from tests.browser.laboratory import (
    HAS_PYTHON,
    cell_with,
    code_of,
    named,
    needs_python,
    open_editor,
    press_run,
    status_of,
    wait_for_end,
    write,
)
from tests.browser.test_accessibility import AXE, RUN_AXE

PAGE = "chapters/sigmoid-and-tanh.html"


@pytest.mark.parametrize("path", PAGES)
def test_buttons_are_where_python_is(site, path):
    assert (path in pages_with("run-python")) <= HAS_PYTHON
    assert ("live-python" in text_of(path)) <= HAS_PYTHON


# --- with Python ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chapter(browser, site):
    """A chapter in which Python has started."""
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        page.goto(PAGE)
        press_run(cell_with(page, "import numpy as np"))
        yield page


@needs_python
def test_nothing_is_loaded_before_a_button_is_pressed(browser, site):
    found = transfers(browser, site + PAGE, with_widgets=True)
    assert [one.url for one in found if "live-python" in one.url] == []


@needs_python
def test_cells_it_needs_run_first_and_outputs_are_those_that_are_stored(chapter):
    imports = cell_with(chapter, "import numpy as np").locator(".run-output")
    expect(imports).to_have_text("")  # all that it imports is there
    cell = named(cell_with(chapter, "z = {z:+.0f}"))
    stored = cell.locator(".cell_output pre").text_content()
    output = press_run(cell)
    assert output.text_content().strip() == stored.strip()
    expect(cell.locator(".cell_output:not(.run-output)")).to_be_hidden()
    expect(output).to_have_attribute("aria-live", "polite")


@needs_python
def test_a_cell_that_draws_shows_its_figure(chapter):
    picture = press_run(cell_with(chapter, "figures.show(")).locator("img")
    expect(picture).to_be_visible()
    assert len(picture.get_attribute("alt")) > 20
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 300


@needs_python
def test_changed_code_its_error_and_the_way_back(chapter):
    cell = named(cell_with(chapter, "z = {z:+.0f}"))
    before = code_of(cell)
    write(cell, "answer = 6 * 7\nanswer")
    expect(press_run(cell)).to_have_text("42")
    write(cell, "answer / 0")
    error = press_run(cell).locator(".run-error")
    expect(error).to_contain_text("ZeroDivisionError: division by zero")
    assert "session" not in error.text_content(), "the reader sees frames of ours"
    expect(cell.locator(".cm-failing")).to_have_text("answer / 0")
    cell.get_by_role("button", name="Reset").click()
    expect(cell.locator(".run-output")).to_have_count(0)
    assert code_of(cell) == before
    expect(cell.locator(".run-output")).to_have_count(0)
    expect(cell.locator(".cell_output")).to_be_visible()


@needs_python
def test_keys_run_a_cell_and_go_on(chapter):
    cell = named(cell_with(chapter, "z = {z:+.0f}"))
    write(cell, "word = 'kept'")
    open_editor(cell).press("Shift+Enter")
    expect(chapter.locator("div.cell:has(.cm-focused)")).to_have_count(1)
    expect(cell.locator(".cm-focused")).to_have_count(0)
    wait_for_end(cell)
    editor = write(cell, "word.upp")
    offered = cell.get_by_role("option", name="upper", exact=True)
    editor.press("Control+Space")
    expect(offered).to_be_visible()
    editor.press("Tab")
    editor.press_sequentially("()")
    editor.press("ControlOrMeta+Enter")
    expect(cell.locator(".run-output")).to_have_text("'KEPT'")
    expect(editor).to_be_focused()
    cell.get_by_role("button", name="Reset").click()
    expect(cell.locator(".run-output")).to_have_count(0)


@needs_python
def test_what_ran_is_there_after_a_reload(open_page):
    page = open_page(PAGE)
    cell = named(cell_with(page, "import numpy as np"))
    write(cell, "print('a/b')\n6 * 7")
    expect(press_run(cell)).to_contain_text("a/b")
    page.reload()
    expect(cell.locator(".run-output")).to_contain_text("42")
    expect(status_of(cell)).to_have_text("Done.")


@needs_python
def test_stop_ends_even_a_loop_without_end(chapter):
    """Also of a loop without an end; the next run begins anew."""
    cell = named(cell_with(chapter, "z = {z:+.0f}"))
    press_run(cell)
    write(cell, "print('begun')\nwhile True:\npass")
    cell.get_by_role("button", name="Run").click()
    expect(status_of(cell)).to_have_text("Running …")
    cell.get_by_role("button", name="Stop").click()
    expect(status_of(cell)).to_contain_text("Stopped")
    write(cell, "'answer' in globals(), 'sigmoid' in globals()")
    expect(press_run(cell)).to_have_text("(False, True)")


@needs_python
def test_a_page_that_ran_is_accessible(chapter):
    cell = named(cell_with(chapter, "import numpy as np"))
    press_run(cell)
    write(cell, "1 / 0")
    press_run(cell)
    chapter.evaluate(AXE.read_text(encoding="utf-8"))
    assert chapter.evaluate(RUN_AXE, None)["faults"] == []
