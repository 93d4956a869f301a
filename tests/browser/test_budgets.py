"""What a reader downloads for a page stays within what the course promises: bytes and requests."""

import pytest

from benchmarks.page_weight import (
    WITH_WIDGETS,
    WITHOUT_WIDGETS,
    from_other_hosts,
    total,
    transfers,
)
from tests.browser.book import PAGES, pages_with

# No chapter, but every live figure of the book on one page: what it may weigh, without widgets and
# with them.
GALLERY = {"chapters/explorers.html": (240_000, 540_000)}
HAVE_WIDGETS = pages_with("widget-slot")


@pytest.mark.parametrize(
    ("path", "with_widgets", "most"),
    [(page, False, GALLERY.get(page, [WITHOUT_WIDGETS])[0]) for page in PAGES]
    + [(page, True, GALLERY.get(page, [0, WITH_WIDGETS])[1]) for page in HAVE_WIDGETS],
)
def test_every_page_is_light_and_asks_no_other_host(browser, site, path, with_widgets, most):
    found = transfers(browser, site + path, with_widgets=with_widgets)
    assert 50_000 < total(found) <= most
    assert from_other_hosts(found, site + path) == []
