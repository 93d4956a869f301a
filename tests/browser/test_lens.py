"""Zoom and float16 in the activation explorer: what is drawn and printed is what NumPy rounds."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.catalogue import ACTIVATIONS
from tests.browser.book import DRIVEN_EXPLORERS
from tests.browser.figure import choose, live_figure, read, slider_of


@pytest.fixture
def slot(open_page):
    explorer = DRIVEN_EXPLORERS[0]
    slot = live_figure(open_page(explorer.page), explorer.slot)
    assert explorer.prediction is None
    choose(slot, "beside it", "nothing")
    return slot


def put_point_at(slot, x):
    """By keyboard: from the left end in steps of a tenth and a unit."""
    point = slider_of(slot, "x")
    point.press("Home")
    tenths = round(10 * (x + 5))
    for key, times in (("PageUp", tenths // 10), ("ArrowRight", tenths % 10)):
        for _ in range(times):
            point.press(key)


def to_float16(numbers):
    return np.float64(np.float16(numbers))


def test_numbers_are_rounded(slot):
    """x first, then value and slope: printed to six digits when magnified a thousand times."""
    choose(slot, "function", "Sigmoid")
    put_point_at(slot, 1.3)
    entry = ACTIVATIONS["sigmoid"]
    choose(slot, "zoom", "1000×")
    exact = read_numbers(slot)
    np.testing.assert_allclose(exact, [1.3, entry.function(1.3), entry.gradient(1.3)], atol=6e-7)
    slot.get_by_label("round to float16").check()
    rounded = read_numbers(slot)
    x = to_float16(1.3)
    expected = [1.3, to_float16(entry.function(x)), to_float16(entry.gradient(x))]
    np.testing.assert_allclose(rounded, expected, atol=6e-7)
    assert abs(rounded[1] - exact[1]) > 1e-5  # float16 keeps three to four digits
    spoken = "Sigmoid, rounded to float16, at x 1.300000"
    expect(slot.locator("[aria-live]")).to_contain_text(spoken)
    expect(slot.locator(".panel-label").first).to_have_text("value f(x), rounded to float16")
    slot.get_by_label("round to float16").uncheck()
    assert read_numbers(slot) == exact
    expect(slot.locator(".curve.exact")).to_have_count(0)


def read_numbers(slot):
    return list(read(slot).point)


@pytest.mark.parametrize(("title", "name"), [("Sigmoid", "sigmoid"), ("ELU", "elu")])
def test_steps_are_drawn(slot, title, name):
    """Magnified, the curve is a staircase whose levels are float16 numbers."""
    choose(slot, "function", title)
    put_point_at(slot, -1.3)
    choose(slot, "zoom", "1000×")
    slot.get_by_label("round to float16").check()
    drawing = read(slot)
    np.testing.assert_allclose(drawing.value.x[[0, -1]], (-1.305, -1.295))
    entry = ACTIVATIONS[name]
    x = drawing.value.x
    for drawn, function in ((drawing.value.y, entry.function), (drawing.slope.y, entry.gradient)):
        levels = to_float16(function(to_float16(x)))
        # The drawn x is rounded to a hundredth of a pixel: next to a step it may lie beyond it.
        close = np.isclose(drawn, levels, atol=2e-6)
        assert close.mean() > 0.95
        assert 1 < len(np.unique(levels)) < 30


def test_zoomed_curve_is_the_exact_one(slot):
    choose(slot, "function", "GELU")
    put_point_at(slot, 0.5)
    for zoom in (10, 100, 1000):
        choose(slot, "zoom", f"{zoom}×")
        drawing = read(slot)
        ends = np.array([0.5 - 5 / zoom, 0.5 + 5 / zoom])
        np.testing.assert_allclose(drawing.value.x[[0, -1]], ends, atol=0.01 / zoom)
        expected = ACTIVATIONS["gelu"].function(drawing.value.x)
        np.testing.assert_allclose(drawing.value.y, expected, atol=0.02 / zoom)
        expected = ACTIVATIONS["gelu"].gradient(drawing.slope.x)
        np.testing.assert_allclose(drawing.slope.y, expected, atol=0.02 / zoom)


def test_point_moves_within_the_part_that_is_shown(slot):
    choose(slot, "function", "Tanh")
    put_point_at(slot, 1.0)
    choose(slot, "zoom", "100×")
    point = slider_of(slot, "x")
    for key, expected in (("ArrowRight", 1.001), ("PageUp", 1.011), ("End", 1.05), ("Home", 0.95)):
        point.press(key)
        drawing = read(slot)
        assert drawing.point[0] == pytest.approx(expected, abs=1e-9)
        np.testing.assert_allclose(drawing.value.x[[0, -1]], (0.95, 1.05), atol=1e-4)
    assert float(point.get_attribute("aria-valuemin")) == 0.95
    choose(slot, "zoom", "1×")
    np.testing.assert_allclose(read(slot).value.x[[0, -1]], (-5, 5), atol=1e-3)
    assert float(point.get_attribute("aria-valuemin")) == -5


def test_at_the_end_of_the_axis(slot):
    point = slider_of(slot, "x")
    point.press("End")
    choose(slot, "zoom", "10×")
    expect(point).to_have_attribute("aria-valuemin", "4")
    expect(point).to_have_attribute("aria-valuemax", "5")


def test_reset_takes_the_lens_away(slot):
    before = read(slot)
    choose(slot, "zoom", "100×")
    slot.get_by_label("round to float16").check()
    slot.get_by_role("button", name="Reset").click()
    expect(slot.get_by_label("round to float16")).not_to_be_checked()
    expect(slot.get_by_label("zoom", exact=True)).to_have_value("1×")
    after = read(slot)
    np.testing.assert_array_equal(after.value, before.value)
