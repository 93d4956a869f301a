"""How much of a chapter's page is code in sight; and what the handle of folded code says."""

import re

import pytest
import yaml

from tests.browser.book import parse
from tools.stamps import ROOT

CHAPTERS = list(yaml.safe_load((ROOT / "web/landing/questions.yml").read_text("utf-8")))
LARGEST_SHARE = 0.27  # of the height of a page: about a quarter
HANDLE = re.compile(
    "Show the (imports|test of the claim|code of the figure|code of this experiment)"
)

SHARE = """() => {
  const tall = (element) => element.getBoundingClientRect().height;
  const article = document.querySelector('article');
  const folded = (element) => element.closest('details:not([open])');
  const code = [...article.querySelectorAll('.cell_input, .cell_output .highlight-python')];
  const seen = code.filter((element) => !folded(element));
  return seen.reduce((sum, element) => sum + tall(element), 0) / tall(article);
}"""


def test_code_in_sight_is_about_a_quarter_of_a_page(open_page):
    page = open_page("chapters/intro.html", width=1280, height=800)
    shares = {}
    for slug in CHAPTERS:
        page.goto(f"{page.url.rsplit('/', 1)[0]}/{slug}.html")
        shares[slug] = page.evaluate(SHARE)
    assert min(shares.values()) > 0.05  # it does see code
    assert {slug: share for slug, share in shares.items() if share > LARGEST_SHARE} == {}


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_handle_says_what_it_unfolds(slug, site):
    page = parse(f"chapters/{slug}.html")
    handles = [each.get_text(" ", strip=True) for each in page.select("details.hide > summary")]
    assert any("imports" in handle for handle in handles)
    for handle in handles:
        assert HANDLE.match(handle), handle
    for verdict in page.select(".cell:has(.actloss-settled)"):
        assert "test of the claim" in verdict.select_one("summary").get_text()
