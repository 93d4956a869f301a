"""Without a connection: once one live figure of a page was drawn, every figure of the page moves.

The host of the figures, and the code of all figures of a page, are fetched when the first of them
comes near the viewport, and not before: who does not come so far downloads none of it.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.book import PAGES
from tests.browser.figure import live_figure, settle, wake

# A chapter, and the page that shows every kind of figure.
DRIVEN = [
    page for page in PAGES if page in ("chapters/relu-family.html", "chapters/explorers.html")
]
SLIDERS = "[role=slider]:not([aria-disabled=true]):visible"

DRAWING = """slot => [...slot.querySelectorAll("svg, output, .numbers")]
  .map((part) => part.outerHTML).join()"""


@pytest.mark.parametrize("path", DRIVEN)
def test_every_figure_moves(browser, site, path):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(path)
    live_figure(page, 0)
    page.wait_for_load_state("networkidle")
    asleep = page.locator(".widget-slot:not([data-state])").count()
    assert asleep > 0, "every figure was there before the connection was lost"

    context.set_offline(True)
    wake(page)
    for skip in page.get_by_role("button", name="Skip", exact=True).all():
        skip.click()
    still = set()
    for slot in page.locator(".widget-slot").all():
        expect(slot).to_have_attribute("data-state", "live")
        sliders = slot.locator(SLIDERS).all()
        drawings = {drawing_after(sliders[0], slot, key) for key in ("Home", "End") if sliders}
        if len(drawings) < 2:
            still.add(slot.get_attribute("data-name"))
    context.close()
    assert still == set()


def drawing_after(slider, slot, key):
    slider.press(key)
    settle(slot.page)
    return slot.evaluate(DRAWING)
