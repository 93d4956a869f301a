"""The cross-entropy explorer in the published page: bars are dragged, numbers are NumPy's."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.losses import categorical_cross_entropy, entropy, kl_divergence
from tests.browser.book import figures_of_kind
from tests.browser.figure import (
    Finger,
    choose,
    marks_of,
    middle,
    number,
    scale,
    scroll_by_finger,
    settle,
    slider_of,
)

FIGURES = figures_of_kind("CrossEntropyExplorer")

WORDS = ("truth", "prediction")
MARKS = """{
  sliders: every("[role=slider]").map(
    (one) => [one.getAttribute("aria-label"), ...numbers(one, "aria-valuenow", "cy")]),
  bars: {truth: bars("rect.bar.truth").slice(1), prediction: bars("rect.bar.prediction")},
  stack: ["truth", "divergence"].map(
    (name) => numbers(slot.querySelector(`rect.${name}`), "x", "width")),
  ticks: ticks("y"), outputs: texts(".readout output"),
}"""


@pytest.fixture(scope="module")
def figure():
    return FIGURES[0]


def read(slot, unit="bits"):
    """Truth and prediction, once bars, handles and numbers are found to agree with NumPy."""
    marks = marks_of(slot, MARKS)
    to_value = scale(marks["ticks"])
    (floor,) = (pixel for pixel, text in marks["ticks"] if number(text) == 0)
    distributions = []
    for word in WORDS:
        mine = [entry for entry in marks["sliders"] if entry[0].startswith(word)]
        values = np.array([value for _, value, _ in mine])
        tops = np.array([y for _, _, y in mine])
        np.testing.assert_allclose(np.polyval(to_value, tops), values, atol=1e-3)
        bars = np.array(marks["bars"][word])[:, :2]
        np.testing.assert_allclose(bars[:, 0], tops)
        np.testing.assert_allclose(bars.sum(axis=1), floor, atol=1e-6)
        assert values.sum() == pytest.approx(1.0, abs=1e-3)
        distributions.append(values)
    y, p = distributions
    nats = {"nats": 1.0, "bits": np.log(2)}[unit]
    exact = [
        entropy(y),
        kl_divergence(p, y),
        categorical_cross_entropy(p, y),
        kl_divergence(y, p),
    ]
    shown = [number(text) for text in marks["outputs"]]
    # Probabilities are read with four decimals: a small one is uncertain by some per cent.
    np.testing.assert_allclose(shown, np.array(exact) / nats, atol=6e-3, rtol=2e-3)
    (left, first), (right, _) = marks["stack"]
    assert right == pytest.approx(left + first)
    return y, p


def test_the_book_has_explorers():
    assert FIGURES


def test_it_begins_as_the_notebook_stored_it(slot, figure):
    y, p = read(slot)
    np.testing.assert_allclose(y, figure.plot["labels"], atol=1e-4)
    np.testing.assert_allclose(p, figure.plot["probabilities"], atol=1e-4)


def test_bars_move_by_keyboard(slot):
    bar = slider_of(slot, "prediction of B")
    bar.focus()
    for key, expected in (
        ("Home", 0.0),
        ("ArrowUp", 0.01),
        ("ArrowRight", 0.02),
        ("PageUp", 0.12),
        ("ArrowDown", 0.11),
        ("PageDown", 0.01),
        ("ArrowLeft", 0.0),
        ("ArrowLeft", 0.0),
        ("End", 1.0),
        ("ArrowUp", 1.0),
        ("PageDown", 0.9),
    ):
        slot.page.keyboard.press(key)
        _, p = read(slot)
        assert p[1] == pytest.approx(expected, abs=1e-4)
    expect(bar).to_be_focused()


def test_impossible_costs_infinity(slot):
    slider_of(slot, "prediction of A").press("Home")
    read(slot)
    outputs = slot.locator(".readout output").all_text_contents()
    assert outputs[1] == outputs[2] == "∞"
    spoken = "The prediction rules out what can happen."
    expect(slot.locator("[aria-live]")).to_contain_text(spoken)


def height_at(slot, value):
    """The pixel on the screen at this height of the probability axis."""
    step, start = scale(marks_of(slot, MARKS)["ticks"])
    return slot.locator(".actloss-plot").bounding_box()["y"] + (value - start) / step


def test_it_moves_by_mouse(slot):
    mouse, (x, y) = slot.page.mouse, middle(slider_of(slot, "truth of C"))
    mouse.move(x, y + 5)  # off the middle: the bar must not jump
    mouse.down()
    for value in (0.6, 0.05, 0.3):
        mouse.move(x, height_at(slot, value) + 5, steps=4)
        assert read(slot)[0][2] == pytest.approx(value, abs=0.011)
    mouse.move(x, height_at(slot, -0.2))
    assert read(slot)[0][2] == 0.0
    mouse.up()
    mouse.move(x, height_at(slot, 0.5))
    assert read(slot)[0][2] == 0.0
    mouse.click(x, height_at(slot, 0.7))  # in the column, above the bar
    assert read(slot)[0][2] == pytest.approx(0.7, abs=0.011)


def test_drag_keeps_the_others_in_proportion(slot):
    """All the way up and back again: the others return to where they were."""
    before, _ = read(slot)
    mouse, (x, y) = slot.page.mouse, middle(slider_of(slot, "truth of B"))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, height_at(slot, 1.1), steps=3)
    assert read(slot)[0][1] == 1.0
    mouse.move(x, y, steps=3)
    mouse.up()
    np.testing.assert_allclose(read(slot)[0], before, atol=0.012)


def test_it_moves_by_touch(phone_slot):
    finger, (x, y) = Finger(phone_slot.page), middle(slider_of(phone_slot, "prediction of D"))
    finger.put(x, y)
    for value in (0.8, 0.1):
        finger.move(x, height_at(phone_slot, value))
        assert read(phone_slot)[1][3] == pytest.approx(value, abs=0.011)
    finger.lift()
    x, _ = middle(slider_of(phone_slot, "truth of A"))
    finger.put(x, height_at(phone_slot, 0.9))
    finger.lift()
    assert read(phone_slot)[0][0] == pytest.approx(0.9, abs=0.011)  # a tap will do


def test_finger_that_scrolls_moves_no_bar(phone_slot):
    start = read(phone_slot)
    x, _ = middle(slider_of(phone_slot, "truth of C"))
    scroll_by_finger(phone_slot.page, x, height_at(phone_slot, 0.8))
    np.testing.assert_array_equal(read(phone_slot), start)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_targets_are_large_enough(slot, phone_slot, phone):
    figure = phone_slot if phone else slot
    choose(figure, "classes", "5")
    settle(figure.page)
    boxes = [one.bounding_box() for one in figure.get_by_role("slider").all()]
    assert len(boxes) == 10
    assert min(box["width"] for box in boxes) >= 20
    centres = sorted(box["x"] + box["width"] / 2 for box in boxes)
    assert min(np.diff(centres)) >= 24


def test_buttons_swap_equate_and_reset(slot):
    y, p = read(slot)
    slot.get_by_role("button", name="Swap").click()
    np.testing.assert_array_equal(read(slot), (p, y))
    slot.get_by_role("button", name="p = y").click()
    np.testing.assert_array_equal(read(slot), (p, p))
    slot.get_by_role("button", name="Reset").click()
    np.testing.assert_array_equal(read(slot), (y, p))


def test_menus_change_classes_and_unit(slot):
    y, p = read(slot)
    choose(slot, "classes", "5")
    np.testing.assert_allclose(read(slot), ([*y, 0.0], [*p, 0.0]), atol=1e-4)
    choose(slot, "classes", "3")
    np.testing.assert_allclose(read(slot)[0], y[:3] / y[:3].sum(), atol=1e-4)
    choose(slot, "in", "nats")
    read(slot, unit="nats")
    slot.get_by_role("button", name="Reset").click()
    np.testing.assert_array_equal(read(slot), (y, p))
