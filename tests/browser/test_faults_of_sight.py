"""What a reader could not see: words broken into letters, columns without a cue, lost sliders."""

from io import BytesIO

import matplotlib.image
import pytest
from playwright.sync_api import expect

from tests.browser.figure import live_figure

PHONE_WIDTH = 390

# How many lines each word of the table's headings takes.
LINES_OF_WORDS = r"""() => [...document.querySelectorAll(".actloss-ledger th")].flatMap((cell) => {
  const text = cell.firstChild;
  return [...text.data.matchAll(/\S+/g)].map((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    const tops = [...range.getClientRects()].filter((box) => box.width > 0).map((box) => box.top);
    return [word[0], new Set(tops).size];
  });
})"""


def test_no_word_of_the_claims_heading_is_broken_on_a_phone(open_page):
    page = open_page("chapters/claims-on-trial.html", width=PHONE_WIDTH)
    words = page.evaluate(LINES_OF_WORDS)
    assert " ".join(word for word, _ in words) == "claim in our words who says so verdict"
    assert {lines for _, lines in words} == {1}
    table = page.locator(".actloss-ledger table")
    assert table.evaluate("table => table.offsetWidth <= table.parentElement.clientWidth")


def lightness_at_the_side(table):
    """Of the darkest pixel at the right edge of a table's box, in its first line."""
    drawn = matplotlib.image.imread(BytesIO(table.screenshot()), format="png")
    return drawn[2:8, -5:, :3].mean(axis=2).min()


def test_a_shadow_says_that_a_table_goes_on(open_page):
    """On a phone; it goes where the table is moved to its end."""
    page = open_page("chapters/cheat-sheet.html", width=PHONE_WIDTH)
    table = page.locator(".pst-scrollable-table-container").nth(1)
    table.scroll_into_view_if_needed()
    assert table.evaluate("box => box.scrollWidth > box.clientWidth + 50")
    before = lightness_at_the_side(table)
    table.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    page.wait_for_timeout(100)
    assert before < lightness_at_the_side(table) - 0.05


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_track_of_a_slider_is_seen_in_forced_colours(open_page, scheme):
    page = open_page("chapters/intro.html", forced_colors="active", color_scheme=scheme)
    slot = live_figure(page, 0)
    track = slot.locator(".noUi-target:visible").first
    expect(track).to_be_visible()
    colours = track.evaluate(
        "track => [track, document.body].map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert colours[0] != colours[1]


def test_a_verdict_has_the_colour_of_its_word(open_page):
    page = open_page("chapters/claims-on-trial.html")
    cells = page.locator(".actloss-ledger tbody tr").evaluate_all(
        """rows => rows.map((row) =>
          [row.dataset.verdict, getComputedStyle(row.querySelector("td:last-child a")).color])"""
    )
    colours = dict(cells)
    assert set(colours) == {"holds", "holds-with-conditions", "misleading", "false"}
    assert len(set(colours.values())) == 4
    assert set(map(tuple, cells)) == set(colours.items())
    page.goto("chapters/sigmoid-and-tanh.html")
    boxes = page.locator("div.admonition.verdict").evaluate_all(
        """boxes => boxes.map((box) => [box.querySelector(".admonition-title").textContent,
                                        getComputedStyle(box).borderLeftColor])"""
    )
    for heading, colour in boxes:
        word = next(word for word in colours if heading.lower().startswith(word.replace("-", " ")))
        assert colour == colours[word], heading


# Where the letters of a label stand, and those of the number after it.
BASELINES = """(figure) => {
  const numbers = [...figure.querySelectorAll(".readout .number:has(output)")];
  return numbers.map((one) => {
  const output = one.querySelector("output");
  const bottoms = [output.previousSibling, output.firstChild].map((text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return range.getBoundingClientRect().bottom;
  });
  return Math.abs(bottoms[0] - bottoms[1]);
});
}"""


@pytest.mark.parametrize("width", [PHONE_WIDTH, 1280])
def test_labels_stand_on_the_line_of_their_numbers(open_page, width):
    page = open_page("chapters/explorers.html", width=width)
    seen = 0
    for index in range(page.locator(".widget-slot").count()):
        found = live_figure(page, index).evaluate(BASELINES)
        seen += len(found)
        assert all(offset < 0.75 for offset in found), (index, found)
    assert seen > 10
