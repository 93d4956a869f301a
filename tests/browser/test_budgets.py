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

HAVE_WIDGETS = [page for page in PAGES if page != "index.html" and widget_states(parse(page))]


@pytest.mark.parametrize(
    ("path", "with_widgets", "most"),
    [(page, False, WITHOUT_WIDGETS) for page in PAGES]
    + [(page, True, WITH_WIDGETS) for page in HAVE_WIDGETS],
)
def test_weight(browser, site, path, with_widgets, most):
    found = transfers(browser, site + path, with_widgets=with_widgets)
    assert 50_000 < total(found) <= most
    assert from_other_hosts(found, site + path) == []
