"""Ways through the book: the menu on a small screen, the search, the skip link, the keyboard."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.book import PAGES
from tests.browser.figure import settle

CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]
first_chapter = pytest.mark.parametrize("path", CHAPTERS[:1])


@pytest.mark.parametrize("width", [390, 640])  # a phone; a desk at a zoom of 200 %
@first_chapter
def test_menu_on_a_small_screen(open_page, path, width):
    page = open_page(path, width=width, has_touch=True)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    page.locator(".primary-toggle:visible").tap()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.locator(".primary-toggle:visible").tap()
    menu.get_by_role("link", name="The ReLU family").tap()
    page.wait_for_url("**/chapters/relu-family.html")


@first_chapter
def test_menu_on_a_large_screen(open_page, path):
    page = open_page(path)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="The ReLU family").click()
    page.wait_for_url("**/chapters/relu-family.html")


@first_chapter
def test_the_first_tab_leads_past_the_menus(open_page, path):
    """The first stop of the Tab key leads past the menus."""
    page = open_page(path)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url("**#main-content")


@first_chapter
def test_search_finds_the_pages_that_hold_the_word(open_page, path):
    """Ctrl-K, a word, Enter: the pages that hold the word, with their addresses."""
    page = open_page(path)
    page.keyboard.press("Control+K")
    page.get_by_role("combobox", name="Search this book").fill("subgradient")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=subgradient**")
    # Several chapters hold the word; this one explains it.
    found = page.locator("#search-results li a").get_by_text("The ReLU family", exact=True).first
    expect(found).to_be_visible()
    found.click()
    page.wait_for_url("**/chapters/relu-family.html**")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("leaky_relu", "actloss.activations.leaky_relu"),
        ("softmax_cross_entropy", "actloss.losses.softmax_cross_entropy"),
        ("huber_loss", "actloss.losses.huber_loss"),
        ("xavier_normal", "actloss.network.initialisers.xavier_normal"),
        ("temperature scaling", "Glossary"),
        ("log-sum-exp", "Glossary"),
    ],
)
def test_search_for_a_function_or_a_term(open_page, words, first):
    """The place that explains it stands above all others, and the link leads to it."""
    page = open_page(f"search.html?q={words}")
    link = page.locator("#search-results li > a").first
    expect(link).to_have_text(first)
    link.click()
    page.wait_for_url("**/chapters/**")
    fragment = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert words.replace(" ", "-") in fragment
    assert page.evaluate("(id) => Boolean(document.getElementById(id))", fragment)


def test_search_without_a_find(open_page):
    page = open_page("search.html?q=xylophone")
    expect(page.locator("#search-results")).to_contain_text("did not match any documents")


# Each element that the Tab key comes to, and whether it can be seen, until it leaves the page.
NOTE_STOPS = """() => {
  window.stops = { seen: [], ended: false };
  document.addEventListener("keyup", ({ key }) => {
    if (key !== "Tab" || stops.ended) return;
    const element = document.activeElement;
    stops.ended = element === document.body;
    if (stops.ended) return;
    const { width, height } = element.getBoundingClientRect();
    stops.seen.push([element.outerHTML.slice(0, 100), width > 0 && height > 0]);
  }, { capture: true });
}"""


@pytest.mark.parametrize("path", PAGES)
def test_tab_goes_through_the_whole_page(open_page, path):
    """No stop of the Tab key is hidden, and none is a trap: the last one is reached."""
    page = open_page(path)
    page.evaluate(NOTE_STOPS)
    for _ in range(40):
        for _ in range(25):
            page.keyboard.press("Tab")
        if page.evaluate("stops.ended"):
            break
    else:
        pytest.fail("the Tab key does not come to an end")
    stops = page.evaluate("stops.seen")
    assert [element for element, visible in stops if not visible] == []
    assert len(stops) > 10


def test_the_reference_leads_to_the_source(open_page):
    """To the function's own lines, which a bar marks; behind them the page stays as it is."""
    page = open_page("chapters/api-activations.html", color_scheme="dark")
    page.locator("dt", has_text="leaky_relu(").first.get_by_text("[source]").click()
    page.wait_for_url("**/_modules/actloss/activations/rectifiers.html#*leaky_relu")
    lines = page.locator(".viewcode-block:target")
    expect(lines).to_be_in_viewport()
    expect(lines).to_contain_text("def leaky_relu(")
    expect(lines).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(lines).to_have_css("border-left-width", "3px")


BROKEN_NAMES = """
() => [...document.querySelectorAll(".bd-sidebar-secondary code .pre")]
  .flatMap((name) => [...name.childNodes])
  .filter((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    return part.data && range.getClientRects().length > 1;
  })
  .map((part) => part.data)
"""


@pytest.mark.parametrize("page", ["api", "api-activations", "api-losses"])
def test_long_names_in_the_contents_break_between_words(open_page, page):
    page = open_page(f"chapters/{page}.html")
    expect(page.locator(".bd-sidebar-secondary code").first).to_be_visible()
    assert page.evaluate(BROKEN_NAMES) == []


def test_ring_of_a_wide_table_is_not_cut_off(open_page):
    """The page skips sections far off the screen, and what is skipped ends at its edge."""
    page = open_page("chapters/relu-family.html", width=390, has_touch=True)
    table = page.locator("section section > .pst-scrollable-table-container[tabindex='0']").last
    page.keyboard.press("Tab")  # rings are for who uses the keyboard
    table.focus()
    settle(page)
    box = table.bounding_box()
    beside = {"x": box["x"] - 3, "y": box["y"] + 10, "width": 3, "height": box["height"] - 20}
    strip = np.asarray(Image.open(BytesIO(page.screenshot(clip=beside))).convert("L"))
    darkest = strip.min(axis=1)
    assert darkest.max() < 100, f"{np.mean(darkest < 100):.0%} of the rows have a ring"
