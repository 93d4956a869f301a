"""What a reader downloads for a page stays within what the course promises: bytes and requests."""

import pytest

from benchmarks.page_weight import (
    WITH_WIDGETS,
    WITHOUT_WIDGETS,
    from_other_hosts,
    total,
    transfers,
)
from tests.browser.book import PAGES


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("with_widgets", "most"), [(False, WITHOUT_WIDGETS), (True, WITH_WIDGETS)])
def test_weight(browser, site, path, with_widgets, most):
    found = transfers(browser, site + path, with_widgets=with_widgets)
    assert 50_000 < total(found) <= most
    assert from_other_hosts(found, site + path) == []
