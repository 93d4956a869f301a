"""Nothing that a reader types is lost: it is kept by page and cell; no tab writes over another."""

import pytest
from playwright.sync_api import expect

from tests.browser.laboratory import (
    NAME,
    cell_with,
    code_of,
    named,
    needs_python,
    write,
)

pytestmark = needs_python

PAGE = "chapters/softmax.html"
WORDS = "divided by their sum"

NO_STORE = """Object.defineProperty(window, "indexedDB", {
  get() { throw new DOMException("not allowed", "SecurityError"); },
});"""
FULL_STORE = """IDBObjectStore.prototype.put = () => {
  throw new DOMException("full", "QuotaExceededError");
};"""
# What another tab, or an earlier edition of the page, has written, once this tab has written all.
STORE = """({ code, fields }) => new Promise((resolve) => {
  const request = indexedDB.open("actloss-laboratory");
  request.onsuccess = () => {
    const put = () => {
      const cells = request.result.transaction("cells", "readwrite").objectStore("cells");
      cells.openCursor().onsuccess = ({ target: { result } }) => {
        if (result?.value.code !== code) return setTimeout(put, 20);
        const key = result.key;
        result.update({ ...result.value, ...fields }).onsuccess = () => resolve(key);
      };
    };
    put();
  };
})"""


def store(cell, **fields):
    """Write into the record of the one cell that was typed into; returns its key."""
    return cell.page.evaluate(STORE, {"code": code_of(cell), "fields": fields})


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


@pytest.fixture
def cell(page):
    return named(cell_with(page, WORDS))


def expect_code(cell, code):
    editor = cell.get_by_role("textbox", name=NAME)
    expect(editor).to_be_visible()
    expect(editor).to_have_text(code)


def test_typed_code_is_there_after_a_reload_by_page_and_cell(page, cell):
    write(cell, "kept = 'é/'  # mine")
    page.reload()
    expect_code(cell, "kept = 'é/'  # mine")
    expect(page.locator(".cm-editor")).to_have_count(1)
    name = cell.locator(".run-python").get_attribute("data-cell")
    assert store(cell) == f"chapters/softmax {name}"
    page.goto("chapters/sigmoid-and-tanh.html")
    expect(page.locator(".run-python").first).to_be_visible()
    expect(page.locator(".cm-editor")).to_have_count(0)


def test_reset_of_a_cell_and_undo(cell):
    before = code_of(cell)
    expect(cell.get_by_role("button", name="Reset")).to_have_count(0)
    write(cell, "mine = 1")
    cell.get_by_role("button", name="Reset this cell").click()
    assert code_of(cell) == before
    cell.get_by_role("button", name="Undo the reset of this cell").click()
    assert code_of(cell) == "mine = 1"
    cell.get_by_role("button", name="Reset this cell").click()
    cell.page.reload()
    expect(cell.locator("pre").first).to_be_visible()
    assert code_of(cell) == before


def test_reset_of_a_page_and_undo(page, cell):
    other = named(cell_with(page, "import numpy as np"))
    before = code_of(cell), code_of(other)
    write(cell, "mine = 1")
    write(other, "mine = 2")
    page.get_by_role("button", name="Reset this page").click()
    expect(page.get_by_role("button", name="Undo the reset of this page")).to_be_visible()
    assert (code_of(cell), code_of(other)) == before
    page.get_by_role("button", name="Undo the reset of this page").click()
    expect_code(other, "mine = 2")
    expect_code(cell, "mine = 1")


def test_another_tab_shows_what_is_typed_here(page, cell):
    write(cell, "first = 1")
    other = page.context.new_page()
    other.goto(PAGE)
    twin = other.locator(f"div.cell:has([data-cell='{cell_name(cell)}'])")
    expect_code(twin, "first = 1")
    write(cell, "second = 2")
    expect_code(twin, "second = 2")
    write(twin, "third = 3")
    expect_code(cell, "third = 3")


def cell_name(cell):
    return cell.locator(".run-python").get_attribute("data-cell")


@pytest.mark.parametrize(
    ("choice", "kept"), [("Keep mine", "mine = 3"), ("Use this", "theirs = 2")]
)
def test_no_older_text_overwrites_what_another_tab_typed(page, cell, choice, kept):
    write(cell, "first = 1")
    store(cell, code="theirs = 2")  # which this tab does not hear of
    write(cell, "mine = 3")
    both = cell.locator(".run-other")
    expect(both).to_contain_text("changed in two tabs at once")
    expect(both.locator("pre")).to_have_text("theirs = 2")
    both.get_by_role("button", name=choice).click()
    expect(both).to_have_count(0)
    page.reload()
    expect_code(cell, kept)
    expect(both).to_have_count(0)


def test_of_two_texts_neither_is_lost_by_a_reload(page, cell):
    write(cell, "first = 1")
    store(cell, code="theirs = 2")
    write(cell, "mine = 3")
    expect(cell.locator(".run-other")).to_be_visible()
    page.reload()
    expect_code(cell, "theirs = 2")
    expect(cell.locator(".run-other pre")).to_have_text("mine = 3")


@pytest.mark.parametrize("choice", ["Keep mine", "Use this"])
def test_where_the_page_changed_the_reader_sees_both(page, cell, choice):
    source = code_of(cell)
    write(cell, "mine = 1")
    store(cell, base="as the page was")
    page.reload()
    expect_code(cell, "mine = 1")
    both = cell.locator(".run-other")
    expect(both).to_contain_text("The page has a new version of this cell")
    assert both.locator("pre").text_content() == source
    both.get_by_role("button", name=choice).click()
    expect(both).to_have_count(0)
    assert code_of(cell) == ("mine = 1" if choice == "Keep mine" else source)


@pytest.mark.parametrize(
    ("broken", "words"), [(NO_STORE, "keeps nothing"), (FULL_STORE, "is full")]
)
def test_without_room_to_keep_it_says_so_once_and_goes_on(open_page, broken, words):
    page = open_page("chapters/intro.html")
    page.context.add_init_script(broken)
    page.goto(PAGE)
    first = named(cell_with(page, "import numpy as np"))
    cell = named(cell_with(page, WORDS))
    write(cell, "x = 1")
    write(first, "y = 2")
    expect(page.locator(".run-note")).to_have_count(1)
    expect(page.locator(".run-note")).to_contain_text(words)
    assert (code_of(cell), code_of(first)) == ("x = 1", "y = 2")


def test_what_a_cell_gave_out_comes_back(page, cell):
    write(cell, "mine = 1")
    outcome = {"messages": [{"kind": "text", "text": "42\n"}], "words": "Done."}
    store(cell, outcome=outcome)
    page.reload()
    expect(cell.locator(".run-output")).to_contain_text("42")
    expect(cell.locator(".cell_output:not(.run-output)")).to_be_hidden()
