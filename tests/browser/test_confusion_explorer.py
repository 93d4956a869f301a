"""The confusion explorer in the published page shows what is stored."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets import ConfusionExplorer
from tests.browser.book import figures_of_kind
from tests.browser.figure import choose, marks_of, slider_of

FIGURES = figures_of_kind("ConfusionExplorer")
MARKS = """{
  shares: texts(".share"), ring: numbers(slot.querySelector(".ring"), "x", "y"),
  boxes: every(".cell").map((box) => numbers(box, "x", "y")),
  outputs: texts(".readout output"),
}"""


@pytest.fixture(scope="module")
def figure():
    return FIGURES[0]


def percent(share, digits):
    return f"{100 * share:.{digits}f} %"


def assert_shows(slot, threshold, truth=1, answer=9):
    expected = ConfusionExplorer(threshold=threshold, truth=truth, answer=answer)
    shares, marks = expected.shares(), marks_of(slot, MARKS)
    shown = np.array([float(text) if text.strip() else 0 for text in marks["shares"]])
    printed = np.where(shares >= 0.5, shares, 0).ravel()
    np.testing.assert_allclose(shown, printed, atol=0.5 + 1e-9)
    assert marks["outputs"][:2] == [percent(expected.unanswered, 1), percent(expected.wrong, 1)]
    assert marks["outputs"][2] == percent(shares[truth, answer] / 100, 0)
    box = marks["boxes"][11 * truth + answer]
    assert marks["ring"] == pytest.approx([part - 1 for part in box])


def test_the_chapter_on_digits_has_one():
    assert FIGURES[0].page == "chapters/digits.html"


def test_it_moves_by_keyboard(slot):
    assert_shows(slot, 0.0)
    slider = slider_of(slot, "least confidence")
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        slider.press("ArrowRight")
        assert_shows(slot, threshold)
    choose(slot, "true digit", "3")
    choose(slot, "read as", "8")
    assert_shows(slot, 0.9, 3, 8)
    expect(slot.locator("[aria-live]")).to_contain_text("Least confidence 0.9: 15.2 % left out")
    slot.get_by_role("button", name="Reset").click()
    assert_shows(slot, 0.0)


def test_a_click_chooses_a_cell(slot):
    slot.locator(".cell").nth(11 * 2 + 3).click()
    assert_shows(slot, 0.0, 2, 3)
    expect(slot.get_by_label("true digit", exact=True)).to_have_value("2")
    slot.locator(".cell.none").first.click()  # no answer is no mistake to follow
    assert_shows(slot, 0.0, 2, 3)


def test_it_answers_to_a_tap(phone_slot):
    phone_slot.locator(".cell").nth(11 * 8 + 1).tap()
    assert_shows(phone_slot, 0.0, 8, 1)


def test_a_link_opens_it_as_it_was(open_page, figure, slot):
    name = slot.get_attribute("data-name")
    page = open_page(f"{figure.page}#figure={name}&least-confidence=0.95&true-digit=4&read-as=1")
    page.wait_for_function("document.activeElement.matches('.widget-slot')")
    assert_shows(page.locator(f"[data-name={name}]"), 0.95, 4, 1)
