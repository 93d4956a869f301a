"""The place kept free for a live figure is high enough, and holds no void."""

import pytest

from tests.browser.book import pages_with
from tests.browser.figure import wake

HAVE_FIGURES = pages_with("widget-slot")

# In pixels: how much of the place may stay empty. A question whose words are short takes less than
# its number of letters says.
MOST_FREE = -120

HEIGHTS = """slots => slots.map((slot) => {
  const parts = [...slot.children].filter((part) => part.checkVisibility());
  const tall = parts.reduce((sum, part) => sum + part.getBoundingClientRect().height, 0);
  return [slot.dataset.name, tall - parseFloat(getComputedStyle(slot).minHeight)];
})"""


@pytest.mark.parametrize("path", HAVE_FIGURES)
@pytest.mark.parametrize("width", [390, 1280])
def test_figure_fits_its_place(open_page, path, width):
    """So nothing below it moves when it comes alive; an answer brings the room for its reason."""
    page = open_page(path, width=width)
    wake(page)
    slots = page.locator(".widget-slot")
    heights = slots.evaluate_all(HEIGHTS)
    assert heights
    assert [(name, excess) for name, excess in heights if not MOST_FREE < excess <= 1] == []
