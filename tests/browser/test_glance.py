"""What a term means, and which work is cited, shown beside the link by mouse and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import AXE, RUN_AXE
from tools.serve import BOOK

CHAPTER = "chapters/softmax.html"
TERM = ".bd-article p a[href*='#term-Jacobian']"
CITATION = ".bd-article p .bibtex-citation a"


def link_of(page, kind):
    link = page.locator(kind).first
    link.scroll_into_view_if_needed()
    return link


@pytest.mark.parametrize("kind", [TERM, CITATION])
def test_a_pointer_shows_it_and_can_go_over_to_it(open_page, kind):
    page = open_page(CHAPTER)
    link = link_of(page, kind)
    text = (link.get_attribute("title") or "Jacobian")[:30]
    link.hover()
    glance = page.get_by_role("tooltip")
    expect(glance).to_contain_text(text)
    expect(link).to_have_attribute("aria-describedby", "glance")
    assert link.get_attribute("title") is None, "the browser would show it a second time"
    glance.hover()
    page.wait_for_timeout(600)  # longer than it waits before it closes
    expect(glance).to_be_visible()
    page.mouse.move(5, 5)
    expect(glance).to_be_hidden()
    assert link.get_attribute("aria-describedby") is None


def test_the_keyboard_shows_it_and_escape_closes_it(open_page):
    page = open_page(CHAPTER)
    link = link_of(page, TERM)
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    glance = page.get_by_role("tooltip")
    expect(glance).to_be_visible()
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(glance).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-Jacobian")


def test_it_goes_when_the_keyboard_goes_on(open_page):
    page = open_page(CHAPTER)
    link_of(page, TERM).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tooltip").filter(has_text="derivatives")).to_be_hidden()


def test_a_tap_follows_the_link_and_shows_nothing(open_page):
    page = open_page(CHAPTER, **PHONE)
    link_of(page, TERM).tap()
    page.wait_for_url("**/glossary.html#term-Jacobian")
    expect(page.get_by_role("tooltip")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_one_lies_within_the_window(open_page, scheme, width):
    page = open_page(CHAPTER, width=width, color_scheme=scheme)
    glance = page.get_by_role("tooltip")
    for kind in (TERM, CITATION):
        link_of(page, kind).hover()
        expect(glance).to_be_visible()
        box = glance.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.mouse.move(2, 2)
        expect(glance).to_be_hidden()
    link_of(page, TERM).hover()
    expect(glance).to_be_visible()
    page.add_script_tag(path=AXE)
    # Cells, and what other tests look at, take a minute.
    page.evaluate("document.querySelectorAll('.bd-article .cell').forEach((cell) => cell.remove())")
    assert page.evaluate(RUN_AXE)["faults"] == []


@pytest.mark.usefixtures("site")
def test_a_page_from_a_disk_still_names_the_cited_work(browser):
    page = browser.new_page()
    page.goto((BOOK / CHAPTER).as_uri())
    link = link_of(page, CITATION)
    work = link.get_attribute("title")
    link.hover()
    expect(page.get_by_role("tooltip")).to_have_text(work)
    page.close()


def test_nothing_of_it_is_loaded_before_it_is_asked_for(open_page):
    page = open_page(CHAPTER)
    page.wait_for_load_state("networkidle")
    asked = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())"
    assert not {"glance.js", "glossary.html"} & set(page.evaluate(asked))
    link_of(page, TERM).hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert {"glance.js", "glossary.html"} <= set(page.evaluate(asked))
