"""Lighthouse, as a phone, finds nothing to mend in the heaviest and the median chapter.

Its performance is measured in ``benchmarks/page.py``: that depends on the machine.
"""

import gzip

import pytest

from benchmarks.page import AT_LEAST, HERE, PROMISED, lighthouse
from tests.browser.book import PAGES
from tests.browser.test_budgets import GALLERY
from tools.serve import BOOK
from tools.stamps import ROOT
from tools.web import install_packages


def chapters_by_weight():
    """The chapters, lightest first, by what a server sends of each."""
    notebooks = {f"chapters/{path.stem}.html" for path in (ROOT / "chapters").glob("*.ipynb")}
    chapters = [page for page in PAGES if page in notebooks - GALLERY.keys()]
    return sorted(chapters, key=lambda page: len(gzip.compress((BOOK / page).read_bytes())))


CHAPTERS = chapters_by_weight() or PAGES
HEAVIEST_AND_MEDIAN = [CHAPTERS[-1], CHAPTERS[len(CHAPTERS) // 2]]


@pytest.mark.parametrize("path", HEAVIEST_AND_MEDIAN)
def test_every_page_has_the_promised_scores(browser_executable, site, path):
    install_packages(HERE)
    found = lighthouse(browser_executable, site + path, PROMISED)
    assert {name: found[name] for name in AT_LEAST} == AT_LEAST
