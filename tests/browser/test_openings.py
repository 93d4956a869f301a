"""A chapter opens with its question and a figure of its own, and ends in three lines."""

import re
from pathlib import Path

import pytest
import yaml

from tests.browser.book import parse
from tools.stamps import ROOT

QUESTIONS = yaml.safe_load((ROOT / "web/landing/questions.yml").read_text("utf-8"))
every_chapter = pytest.mark.parametrize("slug", QUESTIONS)
# How much of the figure stands in the first screen: its upper part on a desk, its beginning on a
# phone, where nobody has to scroll for it either.
SCREENS = {"desk": ((1280, 800), 240), "phone": ((390, 844), 120)}
LONGEST = 200  # letters of a line of the summary

WHERE = """() => {
  const place = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return { top: top + scrollY, bottom: bottom + scrollY };
  };
  const picture = document.querySelector('.opening img');
  return {
    question: place(document.querySelector('.chapter-question')),
    figure: place(picture),
    drawn: picture.complete && picture.naturalWidth > 0,
  };
}"""


def page_of(slug):
    return f"chapters/{slug}.html"


def test_every_chapter_is_here(site):
    assert len(QUESTIONS) == 23


@pytest.mark.parametrize("screen", SCREENS)
def test_question_and_figure_stand_in_the_first_screen(screen, open_page):
    (width, height), shown = SCREENS[screen]
    page = open_page(page_of("neuron"), width=width, height=height)
    missed = {}
    for slug in QUESTIONS:
        page.goto(f"{page.url.rsplit('/', 1)[0]}/{slug}.html")
        found = page.evaluate(WHERE)
        assert found["drawn"], slug
        assert found["question"]["bottom"] < found["figure"]["top"], slug
        seen = min(found["figure"]["bottom"], height) - found["figure"]["top"]
        if seen < shown:
            missed[slug] = round(seen)
    assert not missed, "pixels of the figure in the first screen"


@every_chapter
def test_it_is_the_question_of_the_card(slug, site):
    question = parse(page_of(slug)).select_one("h1 + p > .chapter-question")
    assert question.get_text() == QUESTIONS[slug]
    assert not question.select("a")  # a question is no place for links to the glossary


@every_chapter
def test_the_figure_is_one_of_the_chapter_and_a_link_leads_to_it(slug, site):
    page = parse(page_of(slug))
    opening = page.select_one("h1 + p + .opening")
    picture, link = opening.img, opening.a
    assert picture["alt"].strip()
    assert picture.get("loading") != "lazy"
    section = page.find(id=link["href"].removeprefix("#"))
    assert section.name == "section"
    assert section.find(re.compile("h[23]")).get_text().rstrip("#") == link.get_text()
    again = section.select_one(f'img[src="{picture["src"]}"]')
    assert again["alt"] == picture["alt"]
    live = "widget-still" in again.parent["class"]
    assert ("Move" in opening.p.get_text()) is live


@every_chapter
def test_a_chapter_ends_in_three_lines(slug, site):
    page = parse(page_of(slug))
    heads = [head.get_text().rstrip("#") for head in page.select("h2")]
    assert heads[-3:] == ["Check yourself", "In three lines", "Further reading"]
    section = page.find(id="in-three-lines")
    lines = [" ".join(line.get_text().split()) for line in section.ul.find_all("li")]
    assert len(lines) == 3
    for line in lines:
        assert len(line) <= LONGEST, line
        assert re.fullmatch(r"[^.]+\.", re.sub(r"\d\.\d", "", line)), f"not one sentence: {line}"


def test_no_chapter_summarises_twice():
    for slug in QUESTIONS:
        text = Path(ROOT, "chapters", f"{slug}.ipynb").read_text(encoding="utf-8")
        assert text.count("## In three lines") == 1, slug
        assert not re.search(r"\"## (Summary|What to remember|Conclusion)", text), slug
