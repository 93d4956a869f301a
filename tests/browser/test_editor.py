"""Code in the page is typed key by key: no key is lost, taken by the page, or a trap."""

import pytest
from playwright.sync_api import expect

from benchmarks.page_weight import transfers
from tests.browser.conftest import PHONE
from tests.browser.laboratory import (
    NAME,
    cell_with,
    clear,
    code_of,
    named,
    needs_python,
    open_editor,
    page_with_clipboard,
    status_of,
    write,
)
from tests.browser.test_accessibility import AXE, RUN_AXE

pytestmark = needs_python

PAGE = "chapters/softmax.html"
FIRST = "import numpy as np"
BUTTONS = "buttons => buttons.filter((one) => one.checkVisibility()).map("
BUTTONS += "(one) => [one.getAttribute('aria-label'), one.getBoundingClientRect().height])"

SIZE = "box => [box.getBoundingClientRect().width, box.getBoundingClientRect().height]"


@pytest.fixture(scope="module")
def chapter(browser, site):
    with page_with_clipboard(browser, site, PAGE) as page:
        yield page


@pytest.fixture(scope="module")
def cell(chapter):
    return named(cell_with(chapter, "divided by their sum"))


def test_nothing_of_the_editor_is_loaded_before_a_reader_goes_into_code(browser, site):
    urls = [one.url for one in transfers(browser, site + PAGE, with_widgets=True)]
    assert [url for url in urls if "live-python" in url or "/editor" in url or "/page" in url] == []
    assert [url for url in urls if url.endswith("laboratory/start.js")]


def test_opening_changes_neither_code_nor_colours_nor_place(open_page):
    page = open_page(PAGE)
    cell = cell_with(page, "divided by their sum")
    before, box = code_of(cell), cell.locator(".cell_input pre").evaluate(SIZE)
    colour = "element => getComputedStyle(element).color"
    number = cell.locator("pre .mf").first.evaluate(colour)
    text = cell.locator("pre .s2").first.evaluate(colour)
    open_editor(cell)
    assert code_of(cell) == before
    editor = cell.locator(".cm-editor")
    opened = editor.bounding_box()
    assert [opened["width"], opened["height"]] == pytest.approx(box, abs=1)
    assert editor.locator(".mi").first.evaluate(colour) == number
    assert editor.locator(".s2").first.evaluate(colour) == text
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert editor.locator(".mi").first.evaluate(colour) != number


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a/b", "a/b"),
        ("k = '/'  # press ? or /", "k = '/'  # press ? or /"),
        ("""s = "it's" + 'a "b"'""", """s = "it's" + 'a "b"'"""),
        ('"""Words."""', '"""Words."""'),
        ("print('a/b')\nf('(', \"x [\")", "print('a/b')\nf('(', \"x [\")"),
        ("f(x[0], {1: (2, 3)})", "f(x[0], {1: (2, 3)})"),
        ("# it's [not] closed: (\nx = 1", "# it's [not] closed: (\nx = 1"),
        ("a = 1\n\n\nb = 2", "a = 1\n\n\nb = 2"),
        ("été = 'naïve Größe €'", "été = 'naïve Größe €'"),
        ("def f(x):\nif x:\nreturn x", "def f(x):\n    if x:\n        return x"),
        ("np\nx", "np\nx"),  # Enter takes nothing that is only offered
    ],
)
def test_what_is_typed_stands_there(chapter, cell, typed, expected):
    write(cell, typed)
    assert code_of(cell) == expected
    expect(chapter.locator("dialog[open], .search-button__wrapper.show")).to_have_count(0)


def test_windows_line_ends_are_pasted_as_lines(chapter, cell):
    editor = clear(cell)
    chapter.evaluate("navigator.clipboard.writeText('a = 1\\r\\n\\r\\nif a:\\r\\n    b = 2')")
    editor.press("ControlOrMeta+v")
    assert code_of(cell) == "a = 1\n\nif a:\n    b = 2"


def test_no_shortcut_of_the_page_acts_inside(chapter, cell):
    editor = write(cell, "a")
    for key in ("/", "Control+k", "?", "ArrowLeft", "ArrowRight"):
        editor.press(key)
        expect(editor).to_be_focused()
        expect(chapter.locator("dialog[open]")).to_have_count(0)
    assert chapter.url.endswith(PAGE)


def test_tab_indents_shift_tab_takes_back_and_escape_tab_leaves(chapter, cell):
    editor = write(cell, "x = 1")
    editor.press("End")  # where nothing was offered, Escape has armed the way out
    editor.press("Tab")
    assert code_of(cell) == "    x = 1"
    editor.press("Shift+Tab")
    assert code_of(cell) == "x = 1"
    expect(cell.locator(".run-keys")).to_be_visible()
    describes = editor.get_attribute("aria-describedby")
    expect(chapter.locator(f"#{describes}")).to_contain_text("Escape, then Tab, leaves")
    editor.press("Escape")
    chapter.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    assert code_of(cell) == "x = 1"
    expect(cell.locator(".run-keys")).to_be_hidden()


def test_who_passes_by_with_tab_is_not_caught(open_page):
    page = open_page(PAGE)
    first = cell_with(page, FIRST)
    first.locator("summary").press("Enter")  # its imports are folded
    page.keyboard.press("Tab")
    editor = first.get_by_role("textbox", name=NAME)
    expect(editor).to_be_focused()
    before = code_of(first)
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    assert code_of(first) == before
    page.keyboard.press("Shift+Tab")
    while not editor.evaluate("editor => editor === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("x")
    page.keyboard.press("Tab")
    expect(editor).to_be_focused()
    assert code_of(first) == "    x" + before


def test_undo_and_brackets(cell):
    editor = write(cell, "f(")
    assert code_of(cell) == "f()"
    editor.press("Backspace")
    assert code_of(cell) == "f"
    editor.press("ControlOrMeta+z")
    assert code_of(cell) != "f"


def test_the_courses_names_are_offered_before_python_runs(cell):
    editor = clear(cell)
    editor.press_sequentially("from actloss.activations import log_so")
    offered = cell.get_by_role("option")
    expect(offered.filter(has_text="log_softmax").first).to_be_visible()
    editor.press("Tab")
    assert code_of(cell).startswith("from actloss.activations import log_softmax")


def test_the_button_that_copies_takes_the_code_as_it_stands(chapter, cell):
    write(cell, "a = 5")
    cell.hover()
    cell.locator(".cell_input button.copybtn").click()
    assert chapter.evaluate("navigator.clipboard.readText()").strip() == "a = 5"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_open_editor_is_accessible(open_page, theme):
    page = open_page(PAGE)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    cell = cell_with(page, "divided by their sum")
    write(cell, "import numpy as np\n\n# Words\ndef f(x):\nreturn 'a' if x is None else 1.5")
    cell.locator(".run-reset").wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN_AXE, None)["faults"] == []


def test_on_a_phone_a_thumb_opens_types_and_indents(open_page):
    page = open_page(PAGE, **PHONE)
    cell = cell_with(page, "divided by their sum")
    cell.locator(".cell_input pre").tap()
    editor = cell.get_by_role("textbox", name=NAME)
    expect(editor).to_be_focused()
    editor.press("ControlOrMeta+a")
    editor.press_sequentially("x = 'a long line that a phone has no room for, ' + 'and more of it'")
    cell.get_by_role("button", name="Indent", exact=True).tap()
    expect(editor).to_be_focused()
    assert code_of(cell).startswith("    x")
    cell.get_by_role("button", name="Undo typing").tap()
    assert code_of(cell).startswith("x")
    keys = cell.locator(".run-python button").evaluate_all(BUTTONS)
    assert len(keys) >= 6
    assert [key for key in keys if key[1] < 44] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert editor.evaluate("editor => parseFloat(getComputedStyle(editor).fontSize)") >= 16


def test_while_python_starts_the_page_says_so(open_page):
    page = open_page(PAGE)
    cell = cell_with(page, FIRST)
    editor = open_editor(cell)
    editor.press("ControlOrMeta+Enter")
    expect(status_of(cell)).to_contain_text("Starting Python")
    expect(editor).to_be_focused()
    cell.get_by_role("button", name="Stop").click()
    expect(status_of(cell)).to_contain_text("Stopped")
