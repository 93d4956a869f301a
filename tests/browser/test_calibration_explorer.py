"""The calibration explorer in the published page shows what NumPy computes from its logits."""

import base64

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.activations import softmax
from actloss.calibration import expected_calibration_error, reliability
from actloss.losses import brier_score, sparse_softmax_cross_entropy
from tests.browser.book import PAGES, parse, widget_states
from tests.browser.conftest import quiet_context
from tests.browser.figure import live_figure, number, settle
from tests.browser.test_explorer import Finger, choose, middle
from tools import serve

MARKS = """slot => {
  const every = (selector) => [...slot.querySelectorAll(selector)];
  const boxes = (name) => every(`rect.${name}`).map((one) => [
    ...["x", "y", "width", "height"].map((side) => Number(one.getAttribute(side))),
    one.getAttribute("visibility") !== "hidden"]);
  return {
    accuracy: boxes("accuracy"), share: boxes("share"),
    ticks: every(".tick-y").map((tick) => [Number(tick.getAttribute("y")), tick.textContent]),
    outputs: every(".readout output").map((output) => output.textContent),
    temperature: slot.querySelector(".widget-readout").textContent,
  };
}"""


def explorers():
    """(page, number of the slot, stored state of the drawing) of every explorer of this kind."""
    found = []
    for path in PAGES:
        if not (serve.BOOK / path).is_file():  # nothing is built: the fixture `site` says so
            continue
        page = parse(path)
        states = widget_states(page)
        for slot, element in enumerate(page.select(".widget-slot")):
            if element["data-figure"] == "CalibrationExplorer":
                children = states[element["data-model-id"]]["children"]
                plot = states[children[-1].removeprefix("IPY_MODEL_")]
                found.append((path, slot, plot))
    return found


EXPLORERS = explorers()


@pytest.fixture(scope="module")
def data():
    """The logits and labels that the page carries."""
    _, _, plot = EXPLORERS[0]
    labels = np.frombuffer(base64.b64decode(plot["labels"]), np.uint8).astype(int)
    stored = np.frombuffer(base64.b64decode(plot["logits"]), "<u2").astype(float)
    return -stored.reshape(len(labels), -1) / 1024, labels


def awake(browser_page, path, index):
    browser_page.goto(path)
    slot = live_figure(browser_page, index)
    skip = slot.get_by_role("button", name="Skip")
    if skip.count():
        skip.click()
    return slot


@pytest.fixture(scope="module")
def at_desk(browser, site):
    path, index, _ = EXPLORERS[0]
    with quiet_context(browser, site) as (context, _):
        yield awake(context.new_page(), path, index)


@pytest.fixture(scope="module")
def on_phone(browser, site):
    path, index, _ = EXPLORERS[0]
    with quiet_context(browser, site, width=390, has_touch=True) as (context, _):
        yield awake(context.new_page(), path, index)


@pytest.fixture
def slot(at_desk):
    at_desk.get_by_role("button", name="Reset").click()
    return at_desk


def assert_shows(slot, data, bins=10):
    """Numbers and bars are those of the printed temperature; returns it."""
    settle(slot.page)
    marks = slot.evaluate(MARKS)
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
        pixels, heights = zip(*((pixel, number(text)) for pixel, text in ticks), strict=True)
        to_value = np.polyfit(pixels, heights, 1)
        for (_, y, _, height, visible), value, count in zip(
            boxes, values, parts.counts, strict=True
        ):
            if count:
                assert visible
                assert np.polyval(to_value, y) == pytest.approx(value, abs=1e-6)
                assert np.polyval(to_value, y + height) == pytest.approx(0.0, abs=1e-6)
    empty = [not visible for *_, visible in marks["accuracy"]]
    np.testing.assert_array_equal(empty, parts.counts == 0)
    return temperature


def slider(slot):
    return slot.locator(".widget-slider .noUi-handle")


def test_the_book_has_explorers():
    assert EXPLORERS


def test_as_stored(slot, data):
    assert assert_shows(slot, data) == EXPLORERS[0][2]["temperature"]


def test_by_keyboard(slot, data):
    accuracy = slot.locator(".readout output").first.text_content()
    slider(slot).focus()
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


def test_by_mouse(slot, data):
    mouse, (x, y) = slot.page.mouse, middle(slider(slot))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y, steps=5)
    assert assert_shows(slot, data) > 1.2
    mouse.up()


def test_by_touch(on_phone, data):
    on_phone.get_by_role("button", name="Reset").click()
    slider(on_phone).scroll_into_view_if_needed()
    finger, (x, y) = Finger(on_phone.page), middle(slider(on_phone))
    finger.put(x, y)
    finger.move(x + 50, y + 3)
    assert assert_shows(on_phone, data) > 1.2
    finger.lift()


@pytest.mark.parametrize("bins", [5, 10, 15, 30])
def test_bins(slot, data, bins):
    choose(slot, "bins", str(bins))
    assert_shows(slot, data, bins)
    slider(slot).press("End")
    assert_shows(slot, data, bins)


def test_reset(slot, data):
    slider(slot).press("End")
    choose(slot, "bins", "30")
    slot.get_by_role("button", name="Reset").click()
    assert assert_shows(slot, data) == 1.0


def test_spoken(slot):
    slider(slot).press("End")
    live = slot.locator(".actloss-figure [aria-live]").last
    expect(live).to_contain_text("Temperature 5.00: mean confidence")
    expect(live).to_contain_text("Underconfident.")
    label = slot.locator(".actloss-reliability").get_attribute("aria-label")
    assert label.startswith("Reliability diagram. Temperature 5.00")


def test_prediction_shows_the_answer(open_page, data):
    path, index, _ = EXPLORERS[0]
    page = open_page(path)
    slot = live_figure(page, index)
    slot.get_by_role("button", name="only ECE").click()
    assert assert_shows(slot, data) == 2.0
