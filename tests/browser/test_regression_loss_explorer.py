"""The regression loss explorer in the published page draws and prints what NumPy computes."""

import re
from contextlib import contextmanager

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.catalogue import LOSSES
from actloss.widgets.regression_loss_explorer import NAMES, density
from tests.browser.book import PAGES, parse
from tests.browser.conftest import quiet_context
from tests.browser.figure import curve, live_figure, number, scale, settle
from tests.browser.test_explorer import Finger, middle
from tools import serve

KIND = "RegressionLossExplorer"
FIGURES = [
    (page, slot)
    for page in PAGES
    if (serve.BOOK / page).is_file()
    for slot, element in enumerate(parse(page).select(".widget-slot"))
    if element["data-figure"] == KIND
]
LABELS = {"delta": "δ", "quantile": "q"}

MARKS = """slot => {
  const every = (selector, inside = slot) => [...inside.querySelectorAll(selector)];
  const ticks = (axes, name) => every(`.tick-${name}`, axes).map(
    (tick) => [Number(tick.getAttribute(name)), tick.textContent]);
  return {
    xTicks: every(".axes").flatMap((axes) => ticks(axes, "x")),
    yTicks: every(".axes").map((axes) => ticks(axes, "y")),
    main: ["main", "slope", "noise"].map(
      (name) => every(`.curve.${name}`).map((path) => path.getAttribute("d"))),
    ghost: every(".curve.ghost").map((path) => path.getAttribute("d")),
    rows: every(".numbers tr").map((row) => [...row.children].map((cell) => cell.textContent)),
    sliders: every(".widget-slider").filter((slider) => slider.checkVisibility()).map(
      (slider) => [".widget-label", ".widget-readout"].map(
        (part) => slider.querySelector(part).textContent)),
  };
}"""


@contextmanager
def figure_alive(browser, site, index, **options):
    page_path, slot_number = FIGURES[index]
    with quiet_context(browser, site, **options) as (context, _):
        page = context.new_page()
        page.goto(page_path)
        slot = live_figure(page, slot_number)
        skip = slot.get_by_role("button", name="Skip")
        if skip.count():
            skip.click()
        yield slot


@pytest.fixture(scope="module", params=range(len(FIGURES)))
def at_desk(request, browser, site):
    with figure_alive(browser, site, request.param) as slot:
        yield slot


@pytest.fixture
def slot(at_desk):
    at_desk.get_by_role("button", name="Reset").click()
    at_desk.locator(".actloss-plot").scroll_into_view_if_needed()
    return at_desk


@pytest.fixture
def phone_slot(browser, site):
    with figure_alive(browser, site, 0, width=390, has_touch=True) as slot:
        yield slot


def three(name, residual, settings):
    own = {key: value for key, value in settings.items() if key in LOSSES[name].parameters}
    return [
        LOSSES[name].function(residual, 0.0, **own),
        LOSSES[name].gradient(residual, 0.0, **own),
        density(name, residual, **own),
    ]


def assert_shows(slot, name, ghost=None, residual=None):
    """Curves and numbers are those of NumPy; gives the residual and the sliders that are shown."""
    settle(slot.page)
    marks = slot.evaluate(MARKS)
    names = {label: key for key, label in LABELS.items()}
    settings = {names[label]: number(text) for label, text in marks["sliders"]}
    assert set(settings) == {
        parameter for one in (name, ghost) if one for parameter in LOSSES[one].parameters
    }
    to_x = scale(marks["xTicks"])
    drawn = [(name, [path for (path,) in marks["main"]])]
    assert len(marks["ghost"]) == (3 if ghost else 0)
    drawn += [(ghost, marks["ghost"])] if ghost else []
    for one, paths in drawn:
        for i, (path, ticks) in enumerate(zip(paths, marks["yTicks"], strict=True)):
            line = curve(path, to_x, scale(ticks))
            assert len(line.x) > 120
            clear = np.abs(line.x) > 0.01  # a rounded x may fall on the wrong side of a jump
            expected = three(one, line.x[clear], settings)[i]
            np.testing.assert_allclose(line.y[clear], expected, atol=4e-3, rtol=4e-3)
    (corner, *_), main_row, ghost_row = marks["rows"]
    at = number(re.search(r"[−\d.]+$", corner)[0])
    if residual is not None:
        assert at == pytest.approx(residual, abs=1e-9)
    for row, one in ((main_row, name), (ghost_row, ghost)):
        if one is None:
            assert "".join(row).strip() == ""
            continue
        assert row[0] == LOSSES[one].title
        shown = [number(text) for text in row[1:]]
        np.testing.assert_allclose(shown, three(one, at, settings), atol=0.51e-3)
    return at, settings


def choose(slot, menu, title):
    slot.get_by_label(menu, exact=True).select_option(value=title)


def handle_of(slot, parameter):
    label = slot.page.get_by_text(LABELS[parameter], exact=True)
    return slot.locator(".widget-slider").filter(has=label).locator(".noUi-handle")


def test_the_book_has_these_figures():
    """Or all tests below would run over nothing."""
    assert FIGURES


def test_every_loss_and_ghost(slot):
    for name in NAMES:
        choose(slot, "loss", LOSSES[name].title)
        choose(slot, "beside it", "nothing")
        assert_shows(slot, name)
        for ghost in NAMES:
            choose(slot, "beside it", LOSSES[ghost].title)
            assert_shows(slot, name, ghost)


@pytest.mark.parametrize("parameter", LABELS)
def test_sliders_by_keyboard(slot, parameter):
    name = "huber_loss" if parameter == "delta" else "quantile_loss"
    choose(slot, "loss", LOSSES[name].title)
    choose(slot, "beside it", "nothing")
    low, high, step = LOSSES[name].parameters[parameter]
    for key, expected in (("Home", low), ("ArrowRight", low + step), ("End", high)):
        handle_of(slot, parameter).press(key)
        _, settings = assert_shows(slot, name)
        assert settings == {parameter: pytest.approx(expected)}


def test_point_by_keyboard(slot):
    choose(slot, "loss", "Huber loss")
    choose(slot, "beside it", "nothing")
    point = slot.get_by_role("slider", name="residual", exact=True)
    point.focus()
    for key, expected in (
        ("Home", -4.0),
        ("ArrowRight", -3.9),
        ("PageUp", -2.9),
        ("ArrowLeft", -3.0),
        ("End", 4.0),
        ("ArrowRight", 4.0),
    ):
        slot.page.keyboard.press(key)
        assert_shows(slot, "huber_loss", residual=expected)
        assert float(point.get_attribute("aria-valuenow")) == expected


def test_point_by_mouse(slot):
    choose(slot, "loss", "Squared error")
    choose(slot, "beside it", "nothing")
    box, mouse = slot.locator(".actloss-plot").bounding_box(), slot.page.mouse
    mouse.move(*middle(slot.get_by_role("slider", name="residual", exact=True)))
    mouse.down()
    for share in (0.3, 0.7, 1.2):
        mouse.move(box["x"] + share * box["width"], box["y"] + 100, steps=4)
        at, _ = assert_shows(slot, "squared_error")
        expected = np.interp(share * box["width"], (40, box["width"] - 12), (-4, 4))
        assert at == pytest.approx(expected, abs=0.051)
    mouse.up()


def test_point_by_touch(phone_slot):
    choose(phone_slot, "loss", "Absolute error")
    choose(phone_slot, "beside it", "nothing")
    plot = phone_slot.locator(".actloss-plot")
    plot.scroll_into_view_if_needed()
    box, finger = plot.bounding_box(), Finger(phone_slot.page)
    finger.put(box["x"] + 0.5 * box["width"], box["y"] + 150)
    for share in (0.4, 0.8):
        finger.move(box["x"] + share * box["width"], box["y"] + 152)
        at, _ = assert_shows(phone_slot, "absolute_error")
        expected = np.interp(share * box["width"], (40, box["width"] - 12), (-4, 4))
        assert at == pytest.approx(expected, abs=0.051)
    finger.lift()


def test_reset(slot):
    settle(slot.page)
    before = slot.evaluate(MARKS)
    choose(slot, "loss", "Huber loss")
    handle_of(slot, "delta").press("End")
    choose(slot, "beside it", "Log-cosh loss")
    slot.get_by_role("slider", name="residual", exact=True).press("Home")
    settle(slot.page)
    assert slot.evaluate(MARKS) != before
    slot.get_by_role("button", name="Reset").click()
    settle(slot.page)
    assert slot.evaluate(MARKS) == before


def test_spoken(slot):
    choose(slot, "loss", "Squared error")
    slot.get_by_role("slider", name="residual", exact=True).press("Home")
    spoken = "Squared error at residual −4.000: loss 16.000, gradient −8.000, density 0.000."
    expect(slot.locator("[aria-live]")).to_have_text(spoken)
