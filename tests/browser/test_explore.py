"""`explore` in the published page: translated functions move, others say what they are."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.figure import (
    Curve,
    curve,
    ends_of_axis,
    live_figure,
    marks_of,
    number,
    scale,
    settle,
    slider_of,
)

PAGE = "chapters/explorers.html"

MARKS = """{
  x: ticks("x"), y: every(".axes").map((axes) => ticks("y", axes)),
  main: paths(".curve.main")[0], slope: paths(".curve.slope")[0],
  outputs: texts(".readout output"),
}"""


def bump(x, *, width=2.0, power=2.0):
    return np.exp(-(np.abs(x / width) ** power))


def few_levels(x, *, levels=2):
    return np.round(x * levels) / levels


def figure(page, function):
    """The figure of `function` on the page of all explorers."""
    names = page.locator(".widget-slot").evaluate_all(
        "all => all.map((slot) => slot.querySelector('img').alt)"
    )
    (index,) = (i for i, name in enumerate(names) if f"explore({function}," in name)
    return live_figure(page, index)


def read(slot):
    marks = marks_of(slot, MARKS)
    to_x, (to_value, to_slope) = scale(marks["x"]), (scale(ticks) for ticks in marks["y"])
    value, slope = curve(marks["main"], to_x, to_value), curve(marks["slope"], to_x, to_slope)
    return value, slope, [number(text) for text in marks["outputs"]]


def assert_shows(slot, function):
    value, slope, (x, y, m) = read(slot)
    np.testing.assert_allclose(value.y, function(value.x), atol=0.01)
    h = 1e-5
    central = (function(slope.x + h) - function(slope.x - h)) / (2 * h)
    np.testing.assert_allclose(slope.y, central, atol=0.05)
    np.testing.assert_allclose([y, m], [function(x), central_at(function, x)], atol=6e-4)
    assert isinstance(value, Curve)
    return x


def central_at(function, x, h=1e-5):
    return (function(x + h) - function(x - h)) / (2 * h)


def test_translated_function_moves_without_python(open_page):
    slot = figure(open_page(PAGE), "bump")
    expect(slot.locator(".said")).to_contain_text("Translated to JavaScript")
    assert_shows(slot, bump)
    slider_of(slot, "width").press("End")
    assert_shows(slot, lambda x: bump(x, width=4.0))
    slider_of(slot, "power").press("Home")
    point = slider_of(slot, "x")
    point.press("PageUp")
    assert assert_shows(slot, lambda x: bump(x, width=4.0, power=1.0)) == pytest.approx(2.0)
    spoken = slot.locator("[aria-live]")
    expect(spoken).to_have_text("bump at x 2.000: value 0.607, slope −0.152.")
    slot.get_by_role("button", name="Reset").click()
    assert assert_shows(slot, bump) == 1.0


def test_point_by_mouse_and_touch(open_page):
    for options in ({}, PHONE):
        page = open_page(PAGE, **options)
        slot = figure(page, "bump")
        box = slot.locator(".actloss-plot").bounding_box()
        left, right = ends_of_axis(box["width"])
        place = (box["x"] + left + 0.25 * (right - left), box["y"] + 100)
        page.touchscreen.tap(*place) if options else page.mouse.click(*place)
        settle(page)
        x, y, m = (number(text) for text in slot.locator(".readout output").all_text_contents())
        assert x == pytest.approx(-2.5, abs=0.051)
        np.testing.assert_allclose([y, m], [bump(x), central_at(bump, x)], atol=6e-4)


def test_function_of_python_says_so(open_page):
    """Its stored curve is drawn; its point moves, and its sliders, which could do nothing, rest."""
    slot = figure(open_page(PAGE), "few_levels")
    said = slot.locator(".said")
    expect(said).to_contain_text("Computed by Python, and still where there is none.")
    expect(said).to_contain_text("line 2: no JavaScript is known for this NumPy function: np.round")
    expect(said).not_to_contain_text("The curve is the one")
    value, _, (x, y, _) = read(slot)
    inside = np.abs(value.x * 2 % 1 - 0.5) > 0.08  # away from the jumps
    np.testing.assert_allclose(value.y[inside], few_levels(value.x[inside]), atol=0.02)
    assert (x, y) == (1.1, 1.0)
    levels = slider_of(slot, "levels")
    expect(levels).to_have_attribute("aria-disabled", "true")
    levels.press("End")
    assert read(slot)[2][:2] == [x, y]
    slider_of(slot, "x").press("PageUp")
    assert read(slot)[2][0] == pytest.approx(2.1)


def test_link_restores_it(open_page):
    page = open_page(PAGE)
    index = figure(page, "bump").get_attribute("data-name")
    there = open_page(f"{PAGE}#figure={index}&width=3&power=5&x=-2")
    slot = figure(there, "bump")
    there.wait_for_function("document.activeElement.matches('.widget-slot')")
    assert assert_shows(slot, lambda x: bump(x, width=3.0, power=5.0)) == -2.0
