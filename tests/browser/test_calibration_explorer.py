"""The calibration explorer in the published page shows what NumPy computes from its logits."""

import base64

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.activations import softmax
from actloss.calibration import expected_calibration_error, reliability
from actloss.losses import brier_score, sparse_softmax_cross_entropy
from tests.browser.book import figures_of_kind
from tests.browser.conftest import figure_alive
from tests.browser.figure import Finger, choose, handle_of, marks_of, middle, number, scale

FIGURES = figures_of_kind("CalibrationExplorer")

MARKS = """{
  accuracy: bars("rect.accuracy"), share: bars("rect.share"),
  ticks: ticks("y"), outputs: texts(".readout output"),
  temperature: slot.querySelector(".widget-readout").textContent,
}"""


@pytest.fixture(scope="module")
def figure():
    return FIGURES[0]


@pytest.fixture(scope="module")
def data(figure):
    """The logits and labels that the page carries."""
    plot = figure.plot
    labels = np.frombuffer(base64.b64decode(plot["labels"]), np.uint8).astype(int)
    stored = np.frombuffer(base64.b64decode(plot["logits"]), "<u2").astype(float)
    return -stored.reshape(len(labels), -1) / 1024, labels


def assert_shows(slot, data, bins=10):
    """Numbers and bars are those of the printed temperature; returns it."""
    marks = marks_of(slot, MARKS)
    temperature = number(marks["temperature"])
    logits, labels = data
    p = softmax(logits, temperature=temperature)
    confidence, correct = p.max(axis=1), logits.argmax(axis=1) == labels
    expected = [
        correct.mean(),
        confidence.mean(),
        expected_calibration_error(confidence, correct, bins=bins),
        brier_score(p, np.eye(p.shape[1])[labels]).mean(),
        sparse_softmax_cross_entropy(logits / temperature, labels).mean(),
    ]
    shown = [number(text) for text in marks["outputs"]]
    np.testing.assert_allclose(shown, expected, atol=0.51e-3)
    parts = reliability(confidence, correct, bins=bins)
    diagram, shares = marks["ticks"][:5], marks["ticks"][5:]
    for boxes, ticks, values in (
        (marks["accuracy"], diagram, parts.accuracy),
        (marks["share"], shares, parts.counts / parts.counts.sum()),
    ):
        assert len(boxes) == bins
        to_value = scale(ticks)
        for (y, height, visible), value, count in zip(boxes, values, parts.counts, strict=True):
            if count:
                assert visible
                assert np.polyval(to_value, y) == pytest.approx(value, abs=1e-6)
                assert np.polyval(to_value, y + height) == pytest.approx(0.0, abs=1e-6)
    empty = [not visible for *_, visible in marks["accuracy"]]
    np.testing.assert_array_equal(empty, parts.counts == 0)
    return temperature


def test_the_book_has_explorers():
    assert FIGURES


def test_it_begins_as_the_notebook_stored_it(slot, figure, data):
    assert assert_shows(slot, data) == figure.plot["temperature"]


def test_it_moves_by_keyboard(slot, data):
    accuracy = slot.locator(".readout output").first.text_content()
    handle_of(slot, "temperature").focus()
    for key, expected in (
        ("End", 5.0),
        ("ArrowLeft", 4.95),
        ("Home", 0.2),
        ("ArrowRight", 0.25),
        ("PageUp", 0.5),
    ):
        slot.page.keyboard.press(key)
        assert assert_shows(slot, data) == pytest.approx(expected)
        assert slot.locator(".readout output").first.text_content() == accuracy


def test_it_moves_by_mouse(slot, data):
    mouse, (x, y) = slot.page.mouse, middle(handle_of(slot, "temperature"))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y, steps=5)
    assert assert_shows(slot, data) > 1.2
    mouse.up()


def test_it_moves_by_touch(phone_slot, data):
    handle_of(phone_slot, "temperature").scroll_into_view_if_needed()
    finger, (x, y) = Finger(phone_slot.page), middle(handle_of(phone_slot, "temperature"))
    finger.put(x, y)
    finger.move(x + 50, y + 3)
    assert assert_shows(phone_slot, data) > 1.2
    finger.lift()


@pytest.mark.parametrize("bins", [5, 10, 15, 30])
def test_the_menu_changes_the_bins(slot, data, bins):
    choose(slot, "bins", str(bins))
    assert_shows(slot, data, bins)
    handle_of(slot, "temperature").press("End")
    assert_shows(slot, data, bins)


def test_reset_goes_back_to_what_was_stored(slot, data):
    handle_of(slot, "temperature").press("End")
    choose(slot, "bins", "30")
    slot.get_by_role("button", name="Reset").click()
    assert assert_shows(slot, data) == 1.0


def test_what_it_shows_is_spoken(slot):
    handle_of(slot, "temperature").press("End")
    live = slot.locator(".actloss-figure [aria-live]").last
    expect(live).to_contain_text("Temperature 5.00: mean confidence")
    expect(live).to_contain_text("Underconfident.")
    label = slot.locator(".actloss-reliability").get_attribute("aria-label")
    assert label.startswith("Reliability diagram. Temperature 5.00")


def test_prediction_shows_the_answer(figure, browser, site, data):
    with figure_alive(figure, browser, site, skip=False) as slot:
        slot.get_by_role("button", name="only ECE").click()
        assert assert_shows(slot, data) == 2.0
