"""On paper a live figure stands as the reader left it, and any other as it is stored."""

from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.figure import live_figure

PAGE = "chapters/smooth-rectifiers.html"


def test_a_figure_is_printed_as_the_reader_left_it(open_page):
    page = open_page(PAGE)
    slot = live_figure(page, 0)
    slot.get_by_role("button", name="Skip").click()
    slot.get_by_label("function", exact=True).select_option(label="CELU")
    for _ in range(40):
        slot.locator(".noUi-handle:visible").press("ArrowRight")
    alpha = slot.locator(".widget-readout:visible").inner_text()
    outputs = slot.locator("output").all_inner_texts()

    page.emulate_media(media="print")
    expect(slot.locator(".widget-still")).to_be_hidden()
    expect(slot.locator(".curve.main")).to_be_visible()
    assert slot.locator("output").all_inner_texts() == outputs
    assert slot.locator("button:visible, .noUi-target:visible").count() == 0
    words = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)
    for text in ("CELU", "ReLU", alpha, outputs[1]):
        assert text in words, text
    box = slot.locator("svg.actloss-plot").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]


def test_a_figure_that_nobody_met_is_printed_as_it_is_stored(open_page):
    page = open_page(PAGE)
    slot = page.locator(".widget-slot").last
    assert slot.get_attribute("data-state") != "live"
    page.emulate_media(media="print")
    expect(slot.locator(".widget-still")).to_be_visible()
