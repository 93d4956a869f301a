"""A link within a page lands where it says, at the first click, on a page that was just opened."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.browser.book import pages_with, text_of
from tests.browser.figure import settle

HAVE_CONTENTS = pages_with("page-toc")
WIDTHS = [390, 1280]
OFF = 100  # pixels

CONTENTS = re.compile(
    r'<nav[^<>]* class="(?:[^"]* )?(?:page-toc|bd-toc-nav)[ "].*?</nav>', re.DOTALL
)

# How far each of these places is from the upper edge once its link was followed, or 0 where the
# page ends before it could be there. The page may scroll smoothly, and figures above may wake: a
# place stands still when it lies where it lay so many frames ago.
DISTANCES = """async ([places, follow]) => {
  const frames = follow ? 3 : 10;
  const nextFrame = () => new Promise((done) => requestAnimationFrame(done));
  const root = document.scrollingElement;
  const distance = async (place) => {
    const tops = [];
    const still = () => tops.length > frames && Math.abs(tops.at(-1) - tops.at(-1 - frames)) < 0.5;
    while (!still()) {
      await nextFrame();
      tops.push(place.getBoundingClientRect().top);
    }
    const top = tops.at(-1);
    const atEnd = root.scrollTop + root.clientHeight >= root.scrollHeight - 2;
    const inView = top > 0 && top < root.clientHeight;
    const above = parseFloat(getComputedStyle(root).scrollPaddingTop) || 0;
    return atEnd && inView ? 0 : top - above;
  };
  const found = [];
  for (const place of places) {
    if (follow) location.hash = place;
    found.push(await distance(document.getElementById(place)));
  }
  return found;
}"""


def places_in(path):
    """The ids that the page's own contents lead to, in order."""
    contents = BeautifulSoup("".join(CONTENTS.findall(text_of(path))), "html.parser")
    links = contents.select("a[href^='#']")
    return list(dict.fromkeys(link["href"][1:] for link in links if len(link["href"]) > 1))


def missed(page, places, *, follow):
    """The places that were not reached; without `follow` the page is on its way already."""
    distances = page.evaluate(DISTANCES, [places, follow])
    return [place for place, off in zip(places, distances, strict=True) if abs(off) > OFF]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", HAVE_CONTENTS)
def test_every_entry_of_the_contents_lands(open_page, path, width):
    """From the last to the first, so that no click has seen the way of the one before it.

    For readers who want no motion, which spares a second for each entry; the place is the same.
    """
    page = open_page(path, width=width, reduced_motion="reduce")
    places = places_in(path)
    assert places
    assert missed(page, places[::-1], follow=True) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", HAVE_CONTENTS)
def test_an_address_that_names_a_place_lands_there(open_page, path, width):
    """Farthest down, where everything above has to be as high as it will be."""
    place = places_in(path)[-1]
    page = open_page(f"{path}#{place}", width=width)
    page.wait_for_load_state("networkidle")
    settle(page)
    assert missed(page, [place], follow=False) == []
