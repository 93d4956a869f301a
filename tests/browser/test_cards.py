"""What the landing page says of the chapters and the claims is so; and what links say of pages."""

import json
import re
from collections import Counter

import pytest
import yaml
from bs4 import BeautifulSoup

from actloss.book.claims import settled
from tests.browser.book import PAGES, parse
from tools.sources import pages_of_book
from tools.stamps import ROOT

LANDING = "chapters/intro.html"
CHAPTERS = ROOT / "chapters"
QUESTIONS = yaml.safe_load((ROOT / "web/landing/questions.yml").read_text("utf-8"))


def head_of(slug):
    return "".join(
        json.loads((CHAPTERS / f"{slug}.ipynb").read_text("utf-8"))["cells"][0]["source"]
    )


@pytest.fixture
def landing(site) -> BeautifulSoup:
    return parse(LANDING)


def test_each_chapter_with_a_time_has_a_card_in_the_order_of_the_book(landing):
    links = [card.a["href"] for card in landing.select(".chapter-card")]
    names = [name.split("/")[-1].split(".")[0] for name in pages_of_book() if name.count("/") == 1]
    timed = [name for name in names if (CHAPTERS / f"{name}.ipynb").is_file()]
    timed = [name for name in timed if "**Time:**" in head_of(name)]
    assert links == [f"{name}.html" for name in timed]


def test_a_card_says_what_its_chapter_says(landing):
    for card in landing.select(".chapter-card"):
        slug = card.a["href"].removesuffix(".html")
        head = head_of(slug)
        assert card.a.get_text() == re.match("# (.+)", head)[1]
        assert QUESTIONS[slug] in card.get_text(), slug
        time = re.search(r"\*\*Time:\*\* (\d+ minutes)", head)[1]
        assert card.select_one(".chapter-time").get_text(strip=True) == time
        assert card.img["alt"].strip(), slug
        assert card.img["loading"] == "lazy", slug


def test_the_start_says_how_long_it_takes(landing):
    start = landing.select_one(".start-here a")
    time = re.search(r"\*\*Time:\*\* (\d+ minutes)", head_of("neuron"))[1]
    assert start["href"] == "neuron.html"
    assert start.get_text() == f"Start: {time}"


def test_the_claims_are_counted(landing):
    verdicts = [verdict for _, verdict in settled(CHAPTERS).values()]
    said = landing.select_one("p > strong > a[href='claims-on-trial.html']").find_parent("p")
    found = re.findall(
        r"(\d+) (false|misleading|that hold with conditions|that hold)", said.get_text()
    )
    words = {"that hold": "holds", "that hold with conditions": "holds with conditions"}
    assert {words.get(word, word): int(number) for number, word in found} == Counter(verdicts)
    assert f"{len(verdicts)} things" in said.get_text()


def test_every_page_describes_itself(site):
    found = {}
    for page in PAGES:
        if not page.startswith("chapters/"):
            continue
        tags = parse(page).select("meta[name=description]")
        assert len(tags) == 1, page
        found[page] = tags[0]["content"]
        shared = parse(page).select_one("meta[property='og:description']")
        assert shared["content"] == found[page], page
    short = {page: said for page, said in found.items() if not 40 <= len(said) <= 220}
    assert short == {}
    assert [said for said in found.values() if "live figure, here still" in said] == []
    doubles = [said for said in found.values() if list(found.values()).count(said) > 1]
    assert doubles == []
