"""A reader takes a figure along as it stands: as a picture, and as a page of it alone."""

import gzip
import html
import re
import xml.etree.ElementTree as ElementTree
from io import BytesIO

import matplotlib.image
import pytest
from playwright.sync_api import expect

from tests.browser.book import figures_of
from tests.browser.conftest import quiet_context
from tests.browser.figure import live_figure, settle
from tests.browser.laboratory import page_with_clipboard
from tests.browser.test_accessibility import AXE, RUN_AXE
from tools.serve import BOOK

GALLERY = "chapters/explorers.html"
KINDS = list(enumerate(figure.kind for figure in figures_of(GALLERY)))
FEW_KILOBYTES = 4_000  # bytes, of a page of one figure, as it comes over the wire
STORED = 20_000  # and of one that holds what was computed before: predictions, runs
WITH_STORE = ("CalibrationExplorer", "DeadUnitExplorer")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def gallery(browser, site):
    with page_with_clipboard(browser, site, GALLERY) as page:
        yield page


def moved(page, index):
    """A figure in another state than the stored one, where a slider can bring it there."""
    slot = live_figure(page, index)
    for handle in slot.locator(".noUi-handle:visible").all()[:1]:
        handle.press("ArrowRight")
    settle(page)
    return slot


def saved(slot, button):
    with slot.page.expect_download() as download:
        slot.get_by_role("button", name=button).press("Enter")
    path = download.value.path()
    name = slot.get_attribute("data-name")
    assert download.value.suggested_filename == f"{name}.{button[-3:].lower()}"
    return path.read_bytes()


@pytest.mark.parametrize(("index", "kind"), KINDS)
def test_the_drawing_is_saved_as_it_stands(gallery, index, kind):
    slot = moved(gallery, index)
    picture = ElementTree.fromstring(saved(slot, "Save SVG"))
    assert picture.tag == f"{SVG}svg"
    words = " ".join(picture.itertext())
    for number in slot.locator(".readout .number output").all_inner_texts():
        assert number.strip() in words
    marks = {"path", "line", "circle", "rect"}
    drawings = slot.locator("svg.actloss-plot, .plane > svg")
    drawn = drawings.locator(":is(path, line, circle, rect)").count()
    painted = slot.locator(".plane:has(> svg) > canvas").count()
    assert len(list(picture.iter(f"{SVG}image"))) == painted
    assert sum(one.tag.removeprefix(SVG) in marks for one in picture.iter()) == drawn + 1  # paper
    assert all(one.get("stroke") or one.get("fill") for one in picture.iter(f"{SVG}path"))
    assert not re.search("var\\(|https?://(?!www.w3.org)", ElementTree.tostring(picture).decode())


@pytest.mark.parametrize(("index", "kind"), KINDS)
def test_the_picture_in_dots_shows_the_drawing(gallery, index, kind):
    slot = moved(gallery, index)
    vector = ElementTree.fromstring(saved(slot, "Save SVG"))
    dots = matplotlib.image.imread(BytesIO(saved(slot, "Save PNG")), format="png")
    assert dots.shape[:2] == (2 * int(vector.get("height")), 2 * int(vector.get("width")))
    paper = dots[0, 0]
    other = (abs(dots[..., :3] - paper[:3]).max(axis=-1) > 0.1).mean()
    assert 0.005 < other < 0.9


@pytest.mark.parametrize(("index", "kind"), KINDS)
def test_a_page_elsewhere_shows_the_figure_as_it_stands(gallery, browser, site, index, kind):
    slot = moved(gallery, index)
    slot.get_by_role("button", name="Copy embed").press("Enter")
    expect(slot.locator(".figure-link [role=status]")).to_contain_text("Copied: code")
    code = gallery.evaluate("navigator.clipboard.readText()")
    numbers = slot.locator(".readout").inner_text()
    sliders = slot.locator(".widget-readout:visible").all_inner_texts()
    source = html.unescape(re.search('src="([^"]*)"', code)[1])
    assert source.startswith(site)
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        page.goto("chapters/bibliography.html")  # a page without figures, with the frame put in it
        page.set_content(f"<!DOCTYPE html><title>Elsewhere</title>{code}")
        inside = page.frame_locator("iframe").locator(".widget-slot")
        expect(inside).to_have_attribute("data-state", "live")
        expect(inside.locator(".readout")).to_have_text(numbers, use_inner_text=True)
        assert inside.locator(".widget-readout:visible").all_inner_texts() == sliders
        frame = page.locator("iframe").element_handle().content_frame()
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("index", "kind"), KINDS)
def test_the_page_of_a_figure_is_accessible(open_page, index, kind, scheme):
    page = open_page(f"_static/figures/explorers-{index + 1}.html", color_scheme=scheme)
    expect(page.locator(".widget-slot")).to_have_attribute("data-state", "live")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE, None)["faults"] == []


def test_the_page_of_a_figure_is_light():
    pages = sorted((BOOK / "_static" / "figures").glob("*.html"))
    assert len(pages) > 20
    for page in pages:
        has_store = any(kind in page.read_text(encoding="utf-8") for kind in WITH_STORE)
        most = FEW_KILOBYTES + STORED * has_store
        assert len(gzip.compress(page.read_bytes())) <= most, page.name
