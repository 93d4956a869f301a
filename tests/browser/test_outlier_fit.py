"""The outlier figure in the published page: its point is dragged, and its lines are NumPy's."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets import OutlierFit
from actloss.widgets.outlier_fit import NAMES, TITLES, X_LIMITS, Y_LIMITS
from tests.browser.book import figures_of_kind
from tests.browser.conftest import figure_alive
from tests.browser.figure import (
    Finger,
    choose,
    handle_of,
    marks_of,
    middle,
    number,
    scale,
    scroll_by_finger,
)

FIGURES = figures_of_kind("OutlierFit")

MARKS = """{
  xTicks: ticks("x"), yTicks: ticks("y"),
  lines: every(".marks .fit").map((line) => numbers(line, "x1", "y1", "x2", "y2")),
  chosen: every(".marks .fit").findIndex((line) => line.classList.contains("chosen")),
  discs: every(".marks .pull").map((disc) => numbers(disc, "cx", "cy", "r")),
  handle: numbers(slot.querySelector(".handle"), "cx", "cy"),
  rows: every(".numbers tbody tr").map((row) => texts(":scope > *", row)),
  sliders: texts(".widget-slider .widget-readout"),
}"""


@pytest.fixture(scope="module")
def figure():
    return FIGURES[0]


def assert_shows(slot, loss=None):
    """Lines, discs and numbers are those of NumPy for where the point is; gives its x and y."""
    marks = marks_of(slot, MARKS)
    to_x, to_y = scale(marks["xTicks"]), scale(marks["yTicks"])
    x, y = np.polyval(to_x, marks["handle"][0]), np.polyval(to_y, marks["handle"][1])
    x, y = round(x, 3), round(y, 3)
    shown_y, delta, quantile = (number(text) for text in marks["sliders"])
    assert shown_y == pytest.approx(y, abs=0.051)
    fit = OutlierFit(NAMES[marks["chosen"]], x=x, y=y, delta=delta, quantile=quantile)
    assert loss is None or fit.loss == loss
    for name, title, (x1, y1, x2, y2), row in zip(
        NAMES, TITLES, marks["lines"], marks["rows"], strict=True
    ):
        intercept, slope = fit.line(name)
        ends = np.polyval(to_x, (x1, x2))
        np.testing.assert_allclose(ends, X_LIMITS, atol=1e-6)
        drawn = np.polyval(to_y, (y1, y2))
        np.testing.assert_allclose(drawn, intercept + slope * ends, atol=1e-2)
        pulls = np.abs(fit.pulls(name))
        assert row[0] == title
        printed = [number(row[1]), number(row[2]), number(row[3].removesuffix(" %"))]
        expected = [slope, intercept, 100 * pulls[-1] / pulls.sum()]
        np.testing.assert_allclose(printed[:2], expected[:2], atol=5.1e-3)
        assert printed[2] == pytest.approx(expected[2], abs=0.51)
    areas = np.array([disc[2] for disc in marks["discs"]]) ** 2
    pulls = np.abs(fit.pulls())
    np.testing.assert_allclose(areas / areas.sum(), pulls / pulls.sum(), atol=1e-4)
    return x, y


def point_of(slot):
    return slot.get_by_role("slider", name="point to drag")


def test_the_book_has_this_figure():
    """Or all tests below would run over nothing."""
    assert FIGURES


def test_it_begins_as_the_notebook_stored_it(slot):
    assert assert_shows(slot) == (9.4, 6.5)


def test_the_point_moves_by_keyboard(slot):
    point = point_of(slot)
    point.focus()
    for key, expected in (
        ("ArrowUp", (9.4, 7.0)),
        ("PageUp", (9.4, 12.0)),
        ("ArrowLeft", (9.3, 12.0)),
        ("ArrowRight", (9.4, 12.0)),
        ("PageUp", (9.4, 16.0)),
        ("ArrowUp", (9.4, 16.0)),
        ("Home", (0.0, 16.0)),
        ("ArrowDown", (0.0, 15.5)),
        ("End", (10.0, 15.5)),
        ("PageDown", (10.0, 10.5)),
    ):
        slot.page.keyboard.press(key)
        assert assert_shows(slot) == pytest.approx(expected)
        assert float(point.get_attribute("aria-valuenow")) == expected[1]
    expect(point).to_be_focused()


def test_over_another_point(slot):
    """No line stands upright through the pair of points that then share an x."""
    slot.page.mouse.click(*pixel_of(slot, 5.2, 12.0))
    assert assert_shows(slot) == pytest.approx((5.2, 12.0))


def pixel_of(slot, x, y):
    """Where on the page a place in the plot is."""
    marks = marks_of(slot, MARKS)
    box = slot.locator(".actloss-plot.in-plane").bounding_box()
    (a, b), (c, d) = scale(marks["xTicks"]), scale(marks["yTicks"])
    return box["x"] + (x - b) / a, box["y"] + (y - d) / c


def test_the_point_moves_by_mouse(slot):
    mouse = slot.page.mouse
    mouse.move(*middle(point_of(slot)))
    mouse.down()
    for place in ((8.0, 14.0), (2.0, -5.0), (6.0, 3.5)):
        mouse.move(*pixel_of(slot, *place), steps=5)
        assert assert_shows(slot) == pytest.approx(place, abs=0.26)
    mouse.move(*pixel_of(slot, 12.0, 30.0), steps=5)  # outside: it stops at the edges
    assert assert_shows(slot) == (X_LIMITS[1], Y_LIMITS[1])
    mouse.up()
    mouse.move(*pixel_of(slot, 5.0, 5.0))
    assert assert_shows(slot) == (X_LIMITS[1], Y_LIMITS[1])


def test_the_point_moves_by_touch(phone_slot):
    """A finger on the point drags it in both directions; the page does not scroll."""
    finger, before = Finger(phone_slot.page), phone_slot.page.evaluate("scrollY")
    start_x, start_y = middle(point_of(phone_slot))
    finger.put(start_x - 12, start_y + 10)  # beside the ring, within reach of a thumb
    for place in ((9.0, 9.0), (7.0, 14.0), (4.0, -3.0)):
        finger.move(*pixel_of(phone_slot, *place))
        assert assert_shows(phone_slot) == pytest.approx(place, abs=0.26)
    finger.lift()
    assert phone_slot.page.evaluate("scrollY") == before
    finger.put(*pixel_of(phone_slot, 3.0, 12.0))
    finger.lift()
    assert assert_shows(phone_slot) == pytest.approx((3.0, 12.0), abs=0.26)  # a tap will do


def test_finger_beside_the_point_scrolls(phone_slot):
    scroll_by_finger(phone_slot.page, *pixel_of(phone_slot, 3.0, 0.0))
    assert assert_shows(phone_slot) == (9.4, 6.5)


def test_sliders_and_menu(slot):
    for key in ("Home", "End"):
        for label in ("y of the point", "δ", "q"):
            handle_of(slot, label).press(key)
            assert_shows(slot)
    for name, title in zip(NAMES, TITLES, strict=True):
        choose(slot, "pulls on", title)
        assert_shows(slot, name)


def test_reset_goes_back_to_what_was_stored(slot):
    before = marks_of(slot, MARKS)
    choose(slot, "pulls on", "Huber loss")
    handle_of(slot, "δ").press("Home")
    point_of(slot).press("Home")
    point_of(slot).press("PageDown")
    assert_shows(slot, "huber_loss")
    slot.get_by_role("button", name="Reset").click()
    assert marks_of(slot, MARKS) == before


def test_what_it_shows_is_spoken(slot):
    point_of(slot).press("PageUp")
    fit = OutlierFit(y=11.5)
    slopes = ", ".join(
        f"{title} {fit.line(name)[1]:.2f}" for name, title in zip(NAMES, TITLES, strict=True)
    )
    expect(slot.locator("[aria-live]")).to_have_text(f"Point at x 9.4, y 11.5. Slopes: {slopes}.")


def test_prediction_holds_the_point(figure, browser, site):
    """Until the question is answered the point stays; the answer moves it."""
    assert figure.prediction
    with figure_alive(figure, browser, site, skip=False) as slot:
        point_of(slot).press("ArrowUp")
        slot.page.mouse.click(*pixel_of(slot, 5.0, 10.0))
        assert assert_shows(slot) == (9.4, 6.5)
        slot.get_by_text("that of squared error", exact=True).click()
        assert assert_shows(slot) == (9.4, 16.0)
        point_of(slot).press("ArrowDown")
        assert assert_shows(slot) == (9.4, 15.5)
