"""Every page of the built book: quiet, self-contained, whole at any width, in light and in dark."""

import re
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests.browser.book import PAGES, parse
from tests.browser.figure import settle, wake
from tools import serve

every_page = pytest.mark.parametrize("path", PAGES)

WIDTHS = (320, 390, 640, 1280)  # 640 is what a window of 1280 leaves at a zoom of 200 %

# What sticks out of the page to the right, but for what lies in a box that scrolls by itself.
OUTSIDE = """() => {
  const scrolls = (element) => element.closest("body *") && ["auto", "scroll", "hidden", "clip"].includes(
    getComputedStyle(element).overflowX);
  const inBox = (element) => element && (scrolls(element) || inBox(element.parentElement));
  const outside = [...document.querySelectorAll(".bd-content *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > document.documentElement.clientWidth + 1 && !inBox(element.parentElement);
  });
  return outside.map((element) => element.outerHTML.slice(0, 120));
}"""


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_complaint_and_no_other_host(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)  # which asserts that there is no complaint
    wake(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    # No browser asks for a preconnection or a favicon in a way that a test could see.
    for link in page.locator("link[href]").all():
        address = link.evaluate("link => link.href")
        if link.get_attribute("rel") != "canonical":
            assert address.startswith(page.evaluate("location.origin")), address
    icon = page.locator("link[rel~=icon]").evaluate("link => link.href")
    drawn = page.evaluate(
        "async (url) => { const image = new Image(); image.src = url; await image.decode(); "
        "return image.naturalWidth }",
        icon,
    )
    assert drawn > 0


def test_landing_page(open_page):
    page = open_page("")
    page.wait_for_url("**/chapters/intro.html")


@every_page
def test_no_overflow(open_page, path):
    page = open_page(path)
    wake(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        wide, seen = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert page.evaluate(OUTSIDE) == [], f"at {width} px"
        assert wide <= seen, f"at {width} px"


@every_page
def test_live_page_is_well_formed(open_page, path):
    page = open_page(path)
    wake(page)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert sorted(ids) == sorted(set(ids))
    alts = page.evaluate("[...document.images].map((image) => [image.src, image.alt])")
    assert [source for source, alt in alts if not alt.strip()] == []


@every_page
def test_theme_button(open_page, path):
    """The button goes round auto, light and dark; the choice holds on the next page."""
    page = open_page(path, color_scheme="light")
    wake(page)
    look = """() => ({
      theme: document.documentElement.dataset.theme,
      colours: ["body", ".curve.main", ".widget-live .noUi-connect, .widget-live button"].map((selector) => {
        const element = document.querySelector(selector);
        const style = element && getComputedStyle(element);
        return style && [style.backgroundColor, style.color, style.stroke].join();
      }),
    })"""
    before = page.evaluate(look)
    assert before["theme"] == "light"
    button = page.locator(".theme-switch-button:visible")
    seen = {}
    for _ in range(3):
        button.focus()
        page.keyboard.press("Enter")
        now = page.evaluate(look)
        seen[now["theme"]] = now["colours"]
    assert set(seen) == {"light", "dark"}
    assert seen["light"] == before["colours"]
    for light, dark in zip(seen["light"], seen["dark"], strict=True):
        assert (light is None and dark is None) or light != dark
    while page.evaluate("document.documentElement.dataset.theme") != "dark":
        button.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@every_page
def test_reduced_motion(open_page, path):
    page = open_page(path, reduced_motion="reduce")
    wake(page)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].flatMap((element) =>
          ["", "::before", "::after"].map((part) => [element, part, getComputedStyle(element, part || null)])
        ).filter(([, , style]) =>
          Math.max(...style.transitionDuration.split(",").map(parseFloat)) > 0
          || style.animationName !== "none" || style.scrollBehavior === "smooth"
        ).map(([element, part]) => element.outerHTML.slice(0, 100) + part)"""
    )
    assert moving == []


# --- links, without a browser --------------------------------------------------------------


def targets_of(page):
    """What each link, script, style and picture of a page points at, other hosts left out."""
    for element in parse(page).find_all(href=True) + parse(page).find_all(src=True):
        address = element.get("href") or element.get("src")
        if not urlsplit(address).scheme:
            yield element, urljoin(f"/{page}", address)


def anchors_of(page):
    return {element["id"] for element in parse(page).find_all(id=True)}


@every_page
def test_links_resolve(path, site):
    broken = []
    for element, address in targets_of(path):
        place, fragment = urldefrag(address)
        file = serve.BOOK / unquote(urlsplit(place).path).lstrip("/")
        if not file.is_file():
            broken.append(str(element)[:200])
        elif fragment and file.suffix == ".html":
            name = file.relative_to(serve.BOOK).as_posix()
            if unquote(fragment) not in anchors_of(name):
                broken.append(str(element)[:200])
    assert broken == []


@every_page
def test_style_sheets_find_their_files(path, site):
    missing = set()
    for element, address in targets_of(path):
        if element.name == "link" and "stylesheet" in element.get("rel", ()):
            sheet = serve.BOOK / urlsplit(address).path.lstrip("/")
            for inside in re.findall(r"url\(['\"]?(?!data:|#)([^'\")]+)", sheet.read_text("utf-8")):
                if not (sheet.parent / urlsplit(inside).path).is_file():
                    missing.add(f"{sheet.name}: {inside}")
    assert missing == set()
