"""Every page of the built book: quiet, self-contained, whole at any width, in light and in dark."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests.browser.book import KINDS_OF_PAGE, PAGES, parse
from tests.browser.conftest import quiet_context
from tests.browser.figure import settle, wake
from tools import serve

WIDE = {"width": 1280, "height": 900}
WIDTHS = (320, 390, 640, 1280)  # 640 is what a window of 1280 leaves at a zoom of 200 %

# What sticks out to the right, but for what lies in a box that scrolls by itself, or in a closed
# one: it keeps its old size for some frames.
OUTSIDE = """() => {
  const edge = document.documentElement.clientWidth + 1;
  const scrolls = (box) =>
    box && (getComputedStyle(box).overflowX !== "visible" || scrolls(box.parentElement));
  return [...document.querySelectorAll(".bd-article-container *")].filter((element) => {
    const { right, width } = element.getBoundingClientRect();
    return width > 0 && right > edge && element.checkVisibility()
      && !scrolls(element.parentElement);
  }).map((element) => element.outerHTML.slice(0, 120));
}"""

# Code and what it printed, folded cells opened: which needs to scroll, and its longest line.
TOO_WIDE = """() => {
  const folded = [...document.querySelectorAll("details:not([open])")];
  for (const box of folded) box.open = true;
  const found = [...document.querySelectorAll(".bd-article pre")]
    .filter((pre) => pre.scrollWidth > pre.clientWidth)
    .map((pre) => pre.textContent.split("\\n").reduce((a, b) => (b.length > a.length ? b : a)));
  for (const box of folded) box.open = false;
  return found;
}"""
# The beginning of a line that may be wider than the page, and why.
MAY_BE_WIDE = {}

# What the margins leave of A4, and of the cheat sheet's A4 landscape.
PAPER = {"width": 658, "height": 960}
SHEET = {"width": 1032, "height": 725}
FOR_SCREENS = """
  .bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .prev-next-footer, .bd-footer,
  .bd-footer-content, #pst-search-dialog, .headerlink, .widget-live .noUi-target, button,
  select:not(.widget-live select), input, details.hide, [data-state=live] > .widget-still"""
FOR_READERS = """
  .bd-article :is(h1, h2, h3, section > p:not(:has(> a.download)), div.cell > div.cell_input),
  .widget-slot:not([data-state=live]) > .widget-still, .actloss-quiz summary,
  [data-state=live] > .widget-live .actloss-plot"""
CUT_OFF = """() => [...document.querySelectorAll(".bd-article *")].filter((element) => {
  const { right, width } = element.getBoundingClientRect();
  const hides = getComputedStyle(element).overflowX !== "visible";
  const wide = right > innerWidth + 1 || (hides && element.scrollWidth > element.clientWidth + 1);
  return width > 0 && wide && !element.closest(".katex-mathml, .actloss-spoken, svg");
}).map((element) => element.outerHTML.slice(0, 120))"""
# The colours of the text; titles of boxes and verdicts have colours of their own.
INK = """() => [...document.querySelectorAll(".bd-article :is(p, li, a, td, pre span)")]
  .filter((element) => !element.closest(".admonition-title, .actloss-settled, details"))
  .map((element) => getComputedStyle(element).color)"""

LEADING_NOWHERE = """() => [...document.querySelectorAll("a[href]")]
  .filter(({ href, hash }) => hash && href.split("#")[0] === location.href.split("#")[0])
  .map(({ hash }) => decodeURIComponent(hash.slice(1)))
  .filter((name) => {
    const figure = new URLSearchParams(name).get("figure");
    return !document.getElementById(name) && !document.querySelector(`[data-name="${figure}"]`);
  })"""

# All that moves, or, where that is enough, the first few.
MOVING = """(enough) => {
  const found = [];
  for (const element of document.querySelectorAll("*"))
    for (const part of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, part);
      if (style.animationName !== "none" || style.scrollBehavior === "smooth"
          || Math.max(...style.transitionDuration.split(",").map(parseFloat)) > 0)
        found.push(`${element.outerHTML.slice(0, 100)} ${part ?? ""}`);
      if (found.length === enough) return found;
    }
  return found;
}"""

LOOK = """() => [
  ["body", "backgroundColor"], [".bd-article", "color"], [".curve.main", "stroke"],
  [".widget-live .tick-x", "fill"], [".widget-live button", "color"],
].map(([selector, property]) => {
  const element = document.querySelector(selector);
  return [selector, element ? getComputedStyle(element)[property] : "is not here"];
})"""
THEME = "document.documentElement.dataset.theme"


@pytest.fixture(scope="module", params=PAGES)
def visit(request, browser, site):
    """Each page in turn with all its figures drawn, and the list of what went wrong in it."""
    with quiet_context(browser, site, color_scheme="light") as (context, complaints):
        page = context.new_page()
        page.goto(request.param)
        wake(page)
        yield page, complaints


@pytest.fixture
def page(visit):
    page, _ = visit
    yield page
    page.set_viewport_size(WIDE)
    page.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")


def test_no_complaint_and_no_other_host(visit):
    page, complaints = visit
    page.wait_for_load_state("networkidle")
    assert complaints == []
    # The browser prepares connections without a request that a test could see.
    hints = page.evaluate(
        "[...document.querySelectorAll('link:not([rel=canonical])')].map((link) => link.href)"
    )
    here = page.evaluate("location.origin")
    assert [address for address in hints if not address.startswith(here)] == []


def test_no_overflow(page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert page.evaluate(OUTSIDE) == [], f"at {width} px"
        size = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(size) <= 0, f"at {width} px"


def test_code_and_its_output_fit_the_page(page):
    """Nobody scrolls sideways to find the last column of a table, or the end of a message."""
    page.set_viewport_size(WIDE)
    settle(page)
    wide = page.evaluate(TOO_WIDE)
    assert [line for line in wide if not line.startswith(tuple(MAY_BE_WIDE))] == []


def test_ids_are_unique_and_pictures_described(page):
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert [name for name in set(ids) if ids.count(name) > 1] == []
    assert page.locator("[title=null], [title=undefined]").count() == 0
    pictures = page.evaluate("[...document.images].map((image) => [image.src, image.alt])")
    assert [source for source, alt in pictures if not alt.strip()] == []


def test_links_within_the_page_resolve(page):
    """Also those that a script writes, and to places that a script makes."""
    assert page.evaluate(LEADING_NOWHERE) == []


def test_nothing_moves_for_readers_who_want_no_motion(page):
    assert page.evaluate(MOVING, 1) != []  # else this test would see nothing
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []


def test_paper_shows_all_of_the_text_and_no_more(page):
    """Dark or light: black on white, all of the text, no more than the text, and as wide as A4."""
    page.set_viewport_size(SHEET if "cheat-sheet" in page.url else PAPER)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(FOR_SCREENS).filter(visible=True).count() == 0
    assert page.locator(FOR_READERS).filter(visible=False).all_inner_texts() == []
    assert set(page.evaluate(INK)) <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("path", KINDS_OF_PAGE)
def test_the_theme_button_goes_round_and_is_remembered(open_page, path):
    """It goes round auto, light and dark; figures follow; the next page keeps the choice."""
    page = open_page(path, color_scheme="light")
    wake(page)
    button = page.locator(".theme-switch-button:visible")
    looks = {}
    for _ in range(3):
        button.focus()
        page.keyboard.press("Enter")
        looks[page.evaluate(THEME)] = page.evaluate(LOOK)
    assert set(looks) == {"light", "dark"}
    for light, dark in zip(looks["light"], looks["dark"], strict=True):
        assert light != dark or light[1] == "is not here"
    while page.evaluate(THEME) != "dark":
        button.click()
    page.reload()
    assert page.evaluate(THEME) == "dark"
    assert page.evaluate(LOOK)[0] == looks["dark"][0]


def test_the_front_door_leads_to_the_landing_page(open_page):
    """The site's own address leads to the landing page, by itself or by a link."""
    page = open_page("")
    page.wait_for_url("**/chapters/intro.html")
    assert [address for _, address in targets_of("index.html") if not resolves(address)] == []
    door = parse("index.html")
    assert len(door.select("html[lang], title, a[href='chapters/intro.html']")) == 3
    assert door.select("link[rel=icon]")  # without it browsers ask for a favicon.ico


# --- links, without a browser --------------------------------------------------------------


def targets_of(page):
    """Where the links, scripts, styles and pictures of a page point, other hosts left out."""
    for element in parse(page).select("[href], [src]"):
        address = element.get("href", element.get("src"))
        if not urlsplit(address).scheme:
            yield element, urljoin(f"/{page}", address)


def file_of(address):
    return serve.BOOK / unquote(urlsplit(address).path).lstrip("/")


@cache
def anchors_of(page):
    return {element["id"] for element in parse(page).select("[id]")}


def resolves(address):
    file, fragment = file_of(address), unquote(urldefrag(address).fragment)
    if not fragment or file.suffix != ".html":
        return file.is_file()
    return file.is_file() and fragment in anchors_of(file.relative_to(serve.BOOK).as_posix())


@pytest.mark.parametrize("path", PAGES)
def test_links_resolve(path, site):
    broken = [str(link)[:200] for link, address in targets_of(path) if not resolves(address)]
    assert broken == []


def test_style_sheets_find_their_files(site):
    sheets = {
        file_of(address)
        for page in PAGES
        for element, address in targets_of(page)
        if "stylesheet" in element.get("rel", ())
    }
    assert sheets
    used = {
        sheet.parent / Path(urlsplit(address).path)
        for sheet in sheets
        for address in re.findall(r"url\([\"']?(?!data:|#)([^\"')]+)", sheet.read_text("utf-8"))
    }
    assert [file for file in used if not file.is_file()] == []
