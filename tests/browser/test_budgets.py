"""What a reader downloads for a page stays within what the course promises: bytes and requests."""

import pytest

from benchmarks.page_weight import (
    WITH_WIDGETS,
    WITHOUT_WIDGETS,
    from_other_hosts,
    total,
    transfers,
)
from tests.browser.book import PAGES, parse, widget_states

# Pages with many figures that are above the promise, and what they may weigh until they are
# lighter: without widgets, with them.
HEAVY = {
    "chapters/explorers.html": (265_000, 570_000),  # every live figure of the book
    "chapters/large-vocabularies.html": (255_000, 420_000),
    "chapters/nonlinearity.html": (WITHOUT_WIDGETS, 415_000),
    "chapters/regression-losses.html": (240_000, 415_000),
    "chapters/similarity-and-preference.html": (300_000, 465_000),
    "chapters/smooth-rectifiers.html": (240_000, 410_000),
    "chapters/what-a-loss-is.html": (230_000, WITH_WIDGETS),
}
HAVE_WIDGETS = [page for page in PAGES if page != "index.html" and widget_states(parse(page))]


@pytest.mark.parametrize(
    ("path", "with_widgets", "most"),
    [(page, False, HEAVY.get(page, [WITHOUT_WIDGETS])[0]) for page in PAGES]
    + [(page, True, HEAVY.get(page, [0, WITH_WIDGETS])[1]) for page in HAVE_WIDGETS],
)
def test_weight(browser, site, path, with_widgets, most):
    found = transfers(browser, site + path, with_widgets=with_widgets)
    assert 50_000 < total(found) <= most
    assert from_other_hosts(found, site + path) == []
