"""The cheat sheet on paper: pairs, activations, losses of two kinds; and the stored PDF."""

from collections import Counter
from io import BytesIO
from urllib.parse import urljoin

import pytest
from pypdf import PdfReader

from actloss.catalogue import ACTIVATIONS, LOSSES, PAIRS
from tests.browser.book import parse
from tools import serve
from tools.cheat_sheet import PAGE, STORED, print_cheat_sheet

A4_LANDSCAPE = (842, 595)  # in points
SMALLEST = 6.5  # in points; but for the few indices of exponents:
SMALLEST_INDEX = 4.8
STALE = "web/assets/cheat-sheet.pdf is stale: run `make cheat-sheet`, and look at what it printed"


@pytest.fixture(scope="module")
def printed(browser, site):
    return print_cheat_sheet(browser, site)


def words_of(pdf):
    """The text of each page, without the spaces: a machine may break a line elsewhere.

    The book sets the apostrophe of a name as a printer does.
    """
    texts = (page.extract_text().replace("’", "'") for page in PdfReader(BytesIO(pdf)).pages)
    return ["".join(text.split()) for text in texts]


def test_four_pages_of_a4_landscape(printed):
    sizes = [tuple(map(round, page.mediabox[2:])) for page in PdfReader(BytesIO(printed)).pages]
    assert sizes == [A4_LANDSCAPE] * 4


def test_each_page_holds_its_part_of_the_catalogue(printed):
    pairs, activations, losses, comparisons = words_of(printed)
    assert pairs.startswith("Cheatsheet")
    assert activations.startswith("Activationfunctions")
    assert losses.startswith("Lossfunctions")
    assert comparisons.startswith("Lossesofcomparisonsandregions")
    of_comparisons = [e for e in LOSSES.values() if e.family in ("similarity", "overlap")]
    of_others = [e for e in LOSSES.values() if e not in of_comparisons]
    for page, wanted in (
        (pairs, [pair.predicted for pair in PAIRS]),
        (activations, [entry.title + entry.name for entry in ACTIVATIONS.values()]),
        (losses, [entry.title + entry.name for entry in of_others]),
        (comparisons, [entry.title + entry.name for entry in of_comparisons]),
    ):
        assert [text for text in wanted if text.replace(" ", "") not in page] == []


def test_letters_can_be_read(printed):
    letters = Counter()

    def note(text, page, line, font, size):
        letters[round(size * abs(line[3] * page[3]), 1)] += len("".join(text.split()))

    for page in PdfReader(BytesIO(printed)).pages:
        page.extract_text(visitor_text=note)
    small = {size: number for size, number in letters.items() if number and size < SMALLEST}
    assert sum(small.values()) < 0.01 * letters.total()
    assert min(small, default=SMALLEST) >= SMALLEST_INDEX


def test_links_to_nowhere_and_dates_are_left_out(printed):
    reader = PdfReader(BytesIO(printed))
    assert [page for page in reader.pages if "/Annots" in page] == []
    assert set(reader.metadata) <= {"/Title", "/Producer"}


def test_stored_is_as_printed_anew(printed):
    assert words_of(STORED.read_bytes()) == words_of(printed), STALE


def test_page_offers_the_stored_one():
    [link] = parse(PAGE).select("a.download")
    offered = serve.BOOK / urljoin(PAGE, link["href"])
    assert offered.read_bytes() == STORED.read_bytes(), "run `make book`"
    assert STORED.stat().st_size < 200_000


def test_dark_mode_prints_the_same(browser, site, printed):
    context = browser.new_context(color_scheme="dark")
    assert print_cheat_sheet(context, site) == printed
    context.close()
