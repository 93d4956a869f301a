"""The laboratory under rough use: floods, crashes, input methods, pages left early, editions."""

import re
import threading
from typing import ClassVar

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import quiet_context
from tests.browser.laboratory import (
    NAME,
    WHILE_PYTHON_STARTS,
    cell_with,
    clear,
    code_of,
    named,
    needs_python,
    open_editor,
    page_with_clipboard,
    press_run,
    status_of,
    wait_for_end,
    write,
)
from tests.browser.test_keeping import store
from tools.serve import BOOK, HOST, Handler, Server

pytestmark = needs_python

PAGE = "chapters/softmax.html"
WORDS = "divided by their sum"
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def chapter(browser, site):
    with page_with_clipboard(browser, site, PAGE) as page:
        yield page


@pytest.fixture(scope="module")
def cell(chapter):
    return named(cell_with(chapter, WORDS))


# --- what is run ---------------------------------------------------------------------------


def test_a_flood_of_lines_leaves_the_page_alive(chapter, cell):
    write(cell, "for n in range(1_000_000):\nprint('a line of it', n)")
    output = press_run(cell)
    expect(output).to_contain_text("more characters, which the page leaves out")
    assert len(output.text_content()) < 1_100_000
    write(cell, "while True:\nprint('again')")
    cell.get_by_role("button", name="Run").click()
    expect(cell.locator(".run-output")).to_contain_text("again")
    cell.get_by_role("button", name="Stop").click()
    expect(status_of(cell)).to_contain_text("Stopped", timeout=10_000)


def test_a_figure_is_shown_by_show(cell):
    write(cell, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Up')\nplt.show()")
    picture = press_run(cell).locator("img")
    expect(picture).to_have_attribute("alt", "Figure: Up")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 200


def test_a_python_that_ends_is_said_to_and_the_next_begins(browser, site):
    with quiet_context(browser, site) as (context, complaints):
        page = context.new_page()
        page.goto(PAGE)
        cell = named(cell_with(page, WORDS))
        write(cell, "import os\nos.abort()")
        press_run(cell)
        expect(status_of(cell)).to_contain_text("Python could not go on, and begins anew")
        write(cell, "await __import__('asyncio').sleep(0, 42)")
        expect(press_run(cell)).to_have_text("42")
        assert complaints
        complaints.clear()  # what Pyodide says of its end


def test_one_worker_a_page_and_its_memory_is_given_back(browser, site):
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        page.clock.install()
        page.goto(PAGE)
        cell = named(cell_with(page, WORDS))
        write(cell, "kept = 42\nkept")
        expect(press_run(cell)).to_have_text("42")
        assert len(page.workers) == 1
        write(cell, "while True:\npass")
        cell.get_by_role("button", name="Run").click()
        cell.get_by_role("button", name="Stop").click()
        expect(status_of(cell)).to_contain_text("Stopped")
        write(cell, "6 * 7")
        expect(press_run(cell)).to_have_text("42")
        assert len(page.workers) == 1
        page.evaluate(HIDE, True)
        page.clock.fast_forward(599_000)
        assert len(page.workers) == 1
        page.clock.fast_forward(2_000)
        page.wait_for_timeout(200)
        assert page.workers == []
        page.evaluate(HIDE, False)
        expect(press_run(cell)).to_have_text("42")


# --- what is typed -------------------------------------------------------------------------


def test_input_methods_and_dead_keys_compose(chapter, cell):
    editor = clear(cell)
    wire = chapter.context.new_cdp_session(chapter)
    editor.press_sequentially("s = '")
    for text in ("n", "ni", "ni h", "ni hao"):
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        wire.send("Input.imeSetComposition", {"text": text, **place})
    wire.send("Input.insertText", {"text": "你好"})
    wire.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
    wire.send("Input.insertText", {"text": "ê"})
    editor.press_sequentially("'")
    assert code_of(cell) == "s = '你好ê'"


def test_enter_takes_nothing_unchosen_and_escape_first_closes_the_list(cell):
    editor = clear(cell)
    editor.press_sequentially("pri")
    expect(cell.get_by_role("option").first).to_be_visible()
    editor.press("Escape")
    expect(cell.get_by_role("option")).to_have_count(0)
    expect(editor).to_be_focused()
    editor.press("Enter")
    editor.press_sequentially("x")
    assert code_of(cell) == "pri\nx"


def test_undo_reaches_back_over_a_run(cell):
    editor = write(cell, "x = 1")
    press_run(cell)
    open_editor(cell)
    editor.press("ControlOrMeta+End")
    editor.press_sequentially("5")
    assert code_of(cell) == "x = 15"
    for _ in range(9):
        editor.press("ControlOrMeta+z")
    assert "x = 1" not in code_of(cell)
    for _ in range(9):
        editor.press("ControlOrMeta+y")
    assert code_of(cell) == "x = 15"


def test_a_large_text_is_pasted_and_kept(chapter, cell):
    editor = clear(cell)
    text = "\n".join(f"line_{number} = {number}" for number in range(20_000))
    chapter.evaluate("text => navigator.clipboard.writeText(text)", text)
    editor.press("ControlOrMeta+v")
    whole = cell.locator(".cell_input pre").first  # which the button that copies takes
    expect(whole).to_have_text(re.compile("line_19999 = 19999"))
    chapter.reload()
    expect(cell.get_by_role("textbox", name=NAME)).to_be_visible()
    assert whole.text_content() == text


# --- pages that are left -------------------------------------------------------------------

# A key's text and the end of the page, with not a millisecond between.
TYPE_AND_LEAVE = """() => {
  document.execCommand("insertText", false, "9");
  location.reload();
}"""
NEVER_STORED = """() => {
  IDBObjectStore.prototype.put = function () { return this.get("nothing"); };
  IDBObjectStore.prototype.get = () => ({});
}"""


@pytest.mark.parametrize("store", ["as it is", "too slow"])
def test_the_last_key_before_a_page_is_left_is_kept(open_page, store):
    page = open_page(PAGE)
    cell = named(cell_with(page, WORDS))
    open_editor(cell).press("ControlOrMeta+a")
    if store == "too slow":  # its requests are never answered before the page is gone
        page.evaluate(NEVER_STORED)
    with page.expect_navigation():
        page.evaluate(TYPE_AND_LEAVE)
    editor = cell.get_by_role("textbox", name=NAME)
    expect(editor).to_have_text("9")
    page.reload()
    expect(editor).to_have_text("9")
    assert page.evaluate("localStorage.length") == page.evaluate(
        "Object.keys(localStorage).filter((key) => !key.startsWith('actloss-laboratory')).length"
    )


def test_what_was_left_overwrites_nothing_that_another_tab_wrote(open_page):
    page = open_page(PAGE)
    cell = named(cell_with(page, WORDS))
    write(cell, "theirs = 2")
    page.wait_for_function("Object.keys(localStorage).every((key) => !key.includes('softmax'))")
    page.wait_for_timeout(300)
    name = cell.locator(".run-python").get_attribute("data-cell")
    left = {"code": "mine = 3", "base": "", "text": "mine = 3", "before": "first = 1"}
    page.evaluate(
        "([key, left]) => localStorage.setItem(key, JSON.stringify(left))",
        [f"actloss-laboratory chapters/softmax {name}", left],
    )
    page.reload()
    expect(cell.get_by_role("textbox", name=NAME)).to_have_text("theirs = 2")
    expect(cell.locator(".run-other pre")).to_have_text("mine = 3")


def test_a_page_that_comes_back_from_the_browsers_memory_catches_up(open_page):
    """Playwright's Chromium has none: the page is told what it is told there."""
    page = open_page(PAGE)
    cell = named(cell_with(page, WORDS))
    write(cell, "first = 1")
    store(cell, code="theirs = 2")  # which this page does not hear of
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(cell.get_by_role("textbox", name=NAME)).to_have_text("theirs = 2")


def test_a_reload_while_a_cell_runs_keeps_the_code(open_page):
    page = open_page(PAGE)
    cell = named(cell_with(page, WORDS))
    write(cell, "while True:\npass")
    cell.get_by_role("button", name="Run").click()
    expect(status_of(cell)).to_have_text("Running …", timeout=WHILE_PYTHON_STARTS)
    page.reload()
    expect(cell.get_by_role("textbox", name=NAME)).to_be_visible()
    assert code_of(cell) == "while True:\n    pass"
    expect(cell.get_by_role("button", name="Run")).to_be_enabled()


# --- a new edition -------------------------------------------------------------------------


class Host(Handler):
    """As hosts of static pages do it: each file counts as fresh for ten minutes."""

    edition = "first"
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path.rsplit("/", 1)[-1])
        super().do_GET()

    def send_header(self, name, value):
        super().send_header(name, "max-age=600" if name == "Cache-Control" else value)

    def _send_file(self, path):
        if path.name != "neuron.html":
            return super()._send_file(path)
        content = f"<!doctype html><h1>The {self.edition} edition</h1>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        super(Handler, self).send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(content)
        return None


def test_a_new_edition_shows_at_once_where_an_old_one_is_kept(browser):
    def host(*arguments):
        return Host(*arguments, directory=str(BOOK))

    with Server((HOST, 0), host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with quiet_context(browser, server.url) as (context, _):
            page = context.new_page()
            page.goto(PAGE)
            cell = named(cell_with(page, WORDS))
            write(cell, "6 * 7")
            expect(press_run(cell)).to_have_text("42")
            page.goto("chapters/neuron.html")
            expect(page.locator("h1")).to_have_text("The first edition")
            assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
            Host.edition = "second"
            page.reload()
            expect(page.locator("h1")).to_have_text("The second edition")
            Host.asked.clear()
            page.goto(PAGE)
            cell.get_by_role("button", name="Run").click()
            wait_for_end(cell)
            asked = set(Host.asked)
            # Fresh for its host, and asked for all the same: by these a browser learns of the rest.
            assert {"packages.json", "worker.js"} <= asked
            assert "pyodide.asm.wasm" not in asked
        server.shutdown()
