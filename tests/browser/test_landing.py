"""A link within a page lands where it says, at the first click, on a page that was just opened."""

import pytest

from tests.browser.book import pages_with, parse
from tests.browser.figure import settle

HAVE_CONTENTS = pages_with("page-toc")
WIDTHS = [390, 1280]
OFF = 100  # pixels

# How far from the upper edge the place is, or 0 where the page ends before it could be there. The
# page may scroll smoothly: the place stands still when it lies where it lay ten frames ago.
DISTANCE = """(id) => new Promise((done) => {
  const place = document.getElementById(id);
  const tops = [];
  const look = () => {
    const top = place.getBoundingClientRect().top;
    tops.push(top);
    const root = document.scrollingElement;
    const atEnd = root.scrollTop + root.clientHeight >= root.scrollHeight - 2;
    const inView = top > 0 && top < root.clientHeight;
    const above = parseFloat(getComputedStyle(root).scrollPaddingTop) || 0;
    if (tops.length <= 10 || Math.abs(top - tops.at(-11)) >= 0.5) requestAnimationFrame(look);
    else done(atEnd && inView ? 0 : top - above);
  };
  requestAnimationFrame(look);
})"""


def places_in(path):
    """The ids that the page's own contents lead to, in order."""
    links = parse(path).select("nav.page-toc a[href^='#'], .bd-toc-nav a[href^='#']")
    return list(dict.fromkeys(link["href"][1:] for link in links if len(link["href"]) > 1))


def missed(page, place):
    return abs(page.evaluate(DISTANCE, place)) > OFF


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", HAVE_CONTENTS)
def test_every_entry_of_the_contents_lands(open_page, path, width):
    """From the last to the first, so that no click has seen the way of the one before it."""
    page = open_page(path, width=width)
    off = []
    for place in reversed(places_in(path)):
        page.evaluate("(place) => { location.hash = place }", place)
        if missed(page, place):
            off.append(place)
    assert off == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", HAVE_CONTENTS)
def test_an_address_that_names_a_place_lands_there(open_page, path, width):
    """Farthest down, where everything above has to be as high as it will be."""
    place = places_in(path)[-1]
    page = open_page(f"{path}#{place}", width=width)
    page.wait_for_load_state("networkidle")
    settle(page)
    assert not missed(page, place)
