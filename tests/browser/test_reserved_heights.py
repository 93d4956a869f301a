"""The place kept free for a live figure is high enough, also for an answered question before it."""

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
    """So nothing below it moves, neither when it comes alive nor when a question is answered."""
    page = open_page(path, width=width)
    wake(page)
    slots = page.locator(".widget-slot")
    for question in page.locator(".actloss-prediction").all():
        question.get_by_role("button").first.click()
    heights = slots.evaluate_all(HEIGHTS)
    assert heights
    assert [(name, excess) for name, excess in heights if not MOST_FREE < excess <= 1] == []
