"""The margin explorer in the published page draws and prints what NumPy computes."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets.margin_explorer import HEIGHTS, LABELS, MARGINS, UNIT_LABEL, value_and_slope
from tests.browser.book import figures_of_kind, name_of
from tests.browser.conftest import figure_alive, quiet_context
from tests.browser.figure import (
    Finger,
    curve,
    ends_of_axis,
    live_figure,
    marks_of,
    middle,
    number,
    scale,
    slider_of,
)

FIGURES = figures_of_kind("MarginExplorer")

MARKS = """{
  // The names of the axes, which lie beside them, look like labels of ticks.
  x: ticks("x", slot.querySelector(".axes")), y: ticks("y", slot.querySelector(".axes")),
  margin: texts(".readout output")[0],
  standing: texts(".standing")[0],
  slider: texts(".widget-slider .widget-readout")[0],
  curves: Object.fromEntries(every(".marks .curve").map(
    (path) => [path.classList[1], path.getAttribute("d")])),
  dots: Object.fromEntries(every(".marks .dot").map(
    (dot) => [dot.classList[1], numbers(dot, "cx", "cy")])),
  rows: Object.fromEntries(every("tbody tr").filter((row) => row.checkVisibility()).map(
    (row) => [row.className, {
      title: row.querySelector("th").textContent,
      numbers: texts("output", row),
      bars: every(".bar div", row).map((bar) => bar.getBoundingClientRect().width),
      boxes: every(".bar div", row).map((bar) => bar.offsetWidth),
    }])),
  boxes: Object.fromEntries(every(".widget-checkbox").map((box) => [
    box.textContent.replace(/^\\s*\\u200b/, "").trim(), box.querySelector("input").checked])),
}"""


def test_the_book_has_margin_explorers():
    """Or all tests below would run over nothing."""
    assert FIGURES


@pytest.fixture(scope="module", params=FIGURES, ids=lambda f: f"{f.page}-{f.slot + 1}")
def figure(request):
    return request.param


def stored(figure):
    names = [name for name in LABELS if figure.plot[name]]
    return figure.plot["margin"], names, figure.plot["unit_logistic"]


def assert_shows(slot, margin, names, unit_logistic, within=1e-9):
    """Curves, dots, table, bars and controls are those of NumPy for this state."""
    found = marks_of(slot, MARKS)
    printed = number(found["margin"])
    assert printed == pytest.approx(margin, abs=within)
    assert number(found["slider"]) == pytest.approx(printed, abs=0.0051)
    to_x, to_y = scale(found["x"]), scale(found["y"])
    assert sorted(found["curves"]) == sorted(found["dots"]) == sorted(found["rows"])
    assert list(found["rows"]) == [name for name in LABELS if name in names]
    for name, path in found["curves"].items():
        drawn = curve(path, to_x, to_y)
        np.testing.assert_allclose((drawn.x[0], drawn.x[-1]), MARGINS, atol=1e-3)
        clear = (np.abs(drawn.x) > 0.01) & (np.abs(drawn.y) < 50)  # beside the jump of 0-1
        expected = value_and_slope(name, drawn.x, unit_logistic=unit_logistic)[0]
        np.testing.assert_allclose(drawn.y[clear], expected[clear], atol=3e-3, rtol=3e-3)
        value, slope = value_and_slope(name, printed, unit_logistic=unit_logistic)
        dot = found["dots"][name]
        np.testing.assert_allclose(np.polyval(to_x, dot[0]), printed, atol=1e-6)
        np.testing.assert_allclose(np.polyval(to_y, dot[1]), value, atol=1e-6)
        row = found["rows"][name]
        assert row["title"] == LABELS[name]
        np.testing.assert_allclose(
            [number(text) for text in row["numbers"]], (value, slope), atol=0.51e-3
        )
        shares = [min(abs(amount) / 2, 1) for amount in (value, slope)]
        np.testing.assert_allclose(row["bars"], np.multiply(shares, row["boxes"]), atol=0.51)
    assert found["boxes"] == {
        **{label: name in names for name, label in LABELS.items()},
        UNIT_LABEL: unit_logistic,
    }
    return found


def test_it_begins_as_the_notebook_stored_it(slot, figure):
    assert_shows(slot, *stored(figure))


def test_the_point_moves_by_keyboard(slot, figure):
    _, *rest = stored(figure)
    point = slider_of(slot, "m")
    point.focus()
    for key, expected, standing in (
        ("Home", -3.0, "wrong"),
        ("ArrowRight", -2.95, "wrong"),
        ("PageUp", -2.45, "wrong"),
        ("End", 3.0, "right and sure"),
        ("ArrowLeft", 2.95, "right and sure"),
        ("ArrowUp", 3.0, "right and sure"),
        ("ArrowRight", 3.0, "right and sure"),
        ("PageDown", 2.5, "right and sure"),
        ("PageDown", 2.0, "right and sure"),
        ("PageDown", 1.5, "right and sure"),
        ("PageDown", 1.0, "right and sure"),
        ("ArrowDown", 0.95, "right, but unsure"),
        ("PageDown", 0.45, "right, but unsure"),
        ("PageDown", -0.05, "wrong"),
        ("ArrowUp", 0.0, "on the boundary"),
    ):
        slot.page.keyboard.press(key)
        found = assert_shows(slot, expected, *rest)
        assert found["standing"] == standing
        assert float(point.get_attribute("aria-valuenow")) == pytest.approx(expected)
    expect(point).to_be_focused()


def test_the_slider_moves_by_keyboard(slot, figure):
    _, *rest = stored(figure)
    handle = slot.locator(".noUi-handle")
    for key, expected in (("End", 3.0), ("ArrowLeft", 2.95), ("Home", -3.0), ("ArrowUp", -2.95)):
        handle.press(key)
        assert_shows(slot, expected, *rest)


def test_the_point_moves_by_mouse(slot, figure):
    _, *rest = stored(figure)
    box, mouse = slot.locator(".actloss-plot").bounding_box(), slot.page.mouse
    mouse.move(*middle(slider_of(slot, "m")))
    mouse.down()
    for share in (0.3, 0.7, 1.2):  # the last lies outside: the point stops at the edge
        mouse.move(box["x"] + share * box["width"], box["y"] + 100, steps=4)
        assert_shows(slot, margin_at(box, share), *rest, within=0.026)
    mouse.up()
    mouse.move(box["x"], box["y"] + 100)
    assert_shows(slot, 3.0, *rest)


def test_the_point_moves_by_touch(phone_slot, figure):
    _, *rest = stored(figure)
    box, finger = phone_slot.locator(".actloss-plot").bounding_box(), Finger(phone_slot.page)
    finger.put(box["x"] + 0.5 * box["width"], box["y"] + 150)
    for share in (0.4, 0.25, 0.8):
        finger.move(box["x"] + share * box["width"], box["y"] + 152)
        assert_shows(phone_slot, margin_at(box, share), *rest, within=0.026)
    finger.lift()


def margin_at(box, share):
    """The margin below the pointer, this share of the plot's width from its left."""
    return np.interp(share * box["width"], ends_of_axis(box["width"]), MARGINS)


def test_every_checkbox(slot, figure):
    """Each draws or hides its loss, row and all, by mouse and by space bar."""
    margin, names, unit = stored(figure)
    for name, label in LABELS.items():
        names = sorted(set(names) ^ {name})
        slot.get_by_label(label, exact=True).click()
        assert_shows(slot, margin, names, unit)
    for name, label in LABELS.items():
        names = sorted(set(names) ^ {name})
        slot.get_by_label(label, exact=True).press("Space")
        assert_shows(slot, margin, names, unit)
    slot.get_by_label(UNIT_LABEL, exact=True).click()
    assert_shows(slot, margin, names, not unit)


def test_reset_goes_back_to_what_was_stored(slot, figure):
    slider_of(slot, "m").press("Home")
    slot.get_by_label("hinge", exact=True).click()
    slot.get_by_label(UNIT_LABEL, exact=True).click()
    slot.get_by_role("button", name="Reset").click()
    assert_shows(slot, *stored(figure))


def test_what_it_shows_is_spoken(slot, figure):
    """Screen readers are told where the margin is and what each loss charges."""
    _, names, unit = stored(figure)
    slider_of(slot, "m").press("Home")
    parts = []
    for name in names:
        value, slope = value_and_slope(name, -3.0, unit_logistic=unit)
        parts.append(f"{LABELS[name]} {value:.3f}, slope {slope + 0.0:.3f}".replace("-", "−"))
    words = "; ".join(parts).replace("0−1 ", "0-1 ")
    expect(slot.locator(".actloss-margin [aria-live]")).to_have_text(
        f"Margin −3.00, wrong: {words}."
    )


def test_targets_are_large_enough(phone_slot):
    for label in phone_slot.locator(".actloss-checks label:visible").all():
        box = label.bounding_box()
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("place", ["desk", "phone"])
def test_nothing_below_moves(figure, browser, site, place):
    """The height kept free for the figure is the height that it takes."""
    with quiet_context(browser, site, width=390 if place == "phone" else 1280) as (context, _):
        page = context.new_page()
        page.goto(figure.page)
        before = page.locator(".widget-slot").nth(figure.slot).bounding_box()["height"]
        slot = live_figure(page, figure.slot)
        assert slot.bounding_box()["height"] == pytest.approx(before, abs=1)


@pytest.mark.parametrize("figure", [figure for figure in FIGURES if figure.prediction], ids=name_of)
def test_locked_until_answered(figure, browser, site):
    with figure_alive(figure, browser, site, skip=False) as slot:
        point = slider_of(slot, "m")
        point.press("Home")
        assert_shows(slot, *stored(figure))
        expect(point).to_have_attribute("aria-disabled", "true")
        slot.get_by_role("group", name="Predict first.").get_by_role("button").first.click()
        expect(point).to_have_attribute("aria-disabled", "false")
        point.press("Home")
        _, *rest = stored(figure)
        assert_shows(slot, -3.0, *rest)


def test_heights_hold_what_matters():
    """At every margin that is right, every loss lies within the axes."""
    for name in LABELS:
        values = value_and_slope(name, np.linspace(0, 3, 301), unit_logistic=True)[0]
        assert HEIGHTS[0] < values.min()
        assert values.max() < HEIGHTS[1]
