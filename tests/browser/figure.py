"""Reads a live figure as a reader does, from its marks, and works its controls."""

import re
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Locator, Page, expect

from actloss.catalogue import ACTIVATIONS

GREEK = {"alpha": "α", "beta": "β", "cap": "cap"}

# What an expression for `marks_of` may use.
READERS = """
  const every = (selector, inside = slot) => [...inside.querySelectorAll(selector)];
  const texts = (selector, inside) => every(selector, inside).map((one) => one.textContent);
  const numbers = (one, ...names) => names.map((name) => Number(one.getAttribute(name)));
  const ticks = (name, axes) => every(`.tick-${name}`, axes).map(
    (tick) => [...numbers(tick, name), tick.textContent]);
  const paths = (selector) => every(selector).map((path) => path.getAttribute("d"));
  const bars = (selector) => every(selector).map(
    (bar) => [...numbers(bar, "y", "height"), getComputedStyle(bar).visibility === "visible"]);
  const sliders = () => every(".widget-slider").filter((slider) => slider.checkVisibility()).map(
    (slider) => [".widget-label", ".widget-readout"].map(
      (part) => slider.querySelector(part).textContent));
"""

MARKS = """{
  xTicks: ticks("x"), yTicks: every(".axes").map((axes) => ticks("y", axes)),
  main: paths(".curve.main"), slope: paths(".curve.slope"), ghost: paths(".curve.ghost"),
  outputs: texts(".readout output"), sliders: sliders(),
}"""


def number(text: str) -> float:
    """A number as the book prints it, with a true minus sign.

    >>> number("−2.5"), number("−∞")
    (-2.5, -inf)
    """
    return float(text.replace("−", "-").replace("∞", "inf"))


class Curve(NamedTuple):
    x: np.ndarray
    y: np.ndarray


class Drawing(NamedTuple):
    """What a figure shows, in the units of its axes."""

    value: Curve
    slope: Curve
    ghost: tuple[Curve, ...]  # its value and its slope, or nothing
    point: tuple[float, float, float]  # the printed x, f(x) and f′(x)
    sliders: dict[str, float]  # the ones that are shown: their names and printed values


def wake(page: Page) -> None:
    """Scroll every live figure of the page into view, and wait until it is drawn."""
    for slot in page.locator(".widget-slot").all():
        slot.scroll_into_view_if_needed()
        expect(slot).to_have_attribute("data-state", "live")
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page has been painted with all that was done to it."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def live_figure(page: Page, index: int) -> Locator:
    """Live figure number `index` of the page, drawn and in view."""
    slot = page.locator(".widget-slot").nth(index)
    slot.scroll_into_view_if_needed()
    expect(slot).to_have_attribute("data-state", "live")
    slot.locator(".actloss-plot").scroll_into_view_if_needed()
    settle(page)
    return slot


def put_back(slot: Locator) -> Locator:
    """The figure as the notebook stored it, in view."""
    slot.get_by_role("button", name="Reset").click()
    slot.locator(".actloss-plot").scroll_into_view_if_needed()
    settle(slot.page)
    return slot


def marks_of(slot: Locator, expression: str):
    """What a JavaScript expression finds in the figure, once that is painted."""
    settle(slot.page)
    return slot.evaluate(f"slot => {{{READERS} return {expression}; }}")


def read(slot: Locator) -> Drawing:
    """All that an activation figure shows, pixels turned into numbers by the labels of the axes."""
    marks = marks_of(slot, MARKS)
    to_x = scale(marks["xTicks"])
    to_value, to_slope = (scale(ticks) for ticks in marks["yTicks"])
    (value,), (slope,) = marks["main"], marks["slope"]
    ghost = tuple(
        curve(path, to_x, to_y)
        for path, to_y in zip(marks["ghost"], (to_value, to_slope), strict=False)
    )
    return Drawing(
        curve(value, to_x, to_value),
        curve(slope, to_x, to_slope),
        ghost,
        tuple(number(text) for text in marks["outputs"]),
        {name_of_greek(label): number(text) for label, text in marks["sliders"]},
    )


def name_of_greek(label: str) -> str:
    return next(name for name, letter in GREEK.items() if letter == label)


def scale(ticks: list) -> np.ndarray:
    """The straight line from pixels to numbers that the labelled ticks lie on."""
    pixels, numbers = zip(*((pixel, number(text)) for pixel, text in ticks), strict=True)
    line = np.polyfit(pixels, numbers, 1)
    np.testing.assert_allclose(np.polyval(line, pixels), numbers, atol=1e-9)
    return line


def curve(path: str, to_x: np.ndarray, to_y: np.ndarray) -> Curve:
    points = np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path), dtype=float)
    return Curve(np.polyval(to_x, points[:, 0]), np.polyval(to_y, points[:, 1]))


def ends_of_axis(width: float) -> tuple[float, float]:
    """The pixels at which the x axis begins and ends, in a plot of this width."""
    return 40, width - 12


# --- its controls --------------------------------------------------------------------------


def choose(slot: Locator, menu: str, title: str) -> None:
    slot.get_by_label(menu, exact=True).select_option(value=title)


def slider_of(slot: Locator, name: str) -> Locator:
    """A slider, or a point that is dragged, by the name that a screen reader says."""
    return slot.get_by_role("slider", name=name, exact=True)


def handle_of(slot: Locator, label: str) -> Locator:
    """The handle of the slider that has this label before it."""
    text = slot.page.get_by_text(label, exact=True)
    return slot.locator(".widget-slider").filter(has=text).locator(".noUi-handle")


def track_of(handle: Locator) -> dict:
    """The box of the bar along which a handle moves."""
    return handle.locator("xpath=ancestor::div[@class='noUi-base']").bounding_box()


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Finger:
    """One finger on the page."""

    def __init__(self, page: Page):
        self.session = page.context.new_cdp_session(page)

    def put(self, x: float, y: float) -> None:
        self._send("touchStart", [{"x": x, "y": y}])

    def move(self, x: float, y: float) -> None:
        self._send("touchMove", [{"x": x, "y": y}])

    def lift(self) -> None:
        self._send("touchEnd", [])

    def _send(self, kind, points):
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def scroll_by_finger(page: Page, x: float, y: float) -> None:
    """Put a finger there and draw it upwards, and a little to the side; the page has to follow."""
    finger, before = Finger(page), page.evaluate("scrollY")
    finger.put(x, y)
    for step in range(1, 11):
        finger.move(x + step, y - 20 * step)
    finger.lift()
    page.wait_for_function("(before) => scrollY > before + 100", arg=before)


# --- comparison of an activation figure with NumPy -----------------------------------------


def assert_shows(drawing: Drawing, function: str, compare: str | None = None) -> None:
    """The figure shows `function` (and `compare` as its ghost) as NumPy computes them.

    The parameters are those that its sliders print.
    """
    assert_curves((drawing.value, drawing.slope), function, drawing.sliders)
    if compare:
        assert_curves(drawing.ghost, compare, drawing.sliders)
    else:
        assert drawing.ghost == ()
    entry, x = ACTIVATIONS[function], drawing.point[0]
    parameters = of_function(function, drawing.sliders)
    expected = (x, entry.function(x, **parameters), entry.gradient(x, **parameters))
    np.testing.assert_allclose(drawing.point, expected, atol=0.51e-3)  # three decimals are printed


def assert_curves(curves, name: str, sliders: dict[str, float]) -> None:
    """`curves` are value and slope of the activation, at each of the 120 points of the path."""
    entry, parameters = ACTIVATIONS[name], of_function(name, sliders)
    kinks = entry.at("kinks", **parameters)
    for drawn, function in zip(curves, (entry.function, entry.gradient), strict=True):
        assert len(drawn.x) > 120
        np.testing.assert_allclose((drawn.x[0], drawn.x[-1]), (-5.0, 5.0), atol=1e-3)
        # A rounded x may fall on the wrong side of a jump.
        clear = np.all(
            [np.abs(drawn.x - kink) > 0.01 for kink in kinks] or [drawn.x < np.inf], axis=0
        )
        # Coordinates are rounded to 0.01 pixels.
        expected = function(drawn.x[clear], **parameters)
        np.testing.assert_allclose(drawn.y[clear], expected, atol=2e-3, rtol=1e-3)


def of_function(name: str, sliders: dict[str, float]) -> dict[str, float]:
    return {key: value for key, value in sliders.items() if key in ACTIVATIONS[name].parameters}
