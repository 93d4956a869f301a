"""The regression loss explorer in the published page draws and prints what NumPy computes."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.catalogue import LOSSES
from actloss.widgets.regression_loss_explorer import NAMES, density
from tests.browser.book import figures_of_kind
from tests.browser.conftest import PHONE, figure_alive
from tests.browser.figure import (
    Finger,
    choose,
    curve,
    ends_of_axis,
    handle_of,
    marks_of,
    middle,
    number,
    scale,
    slider_of,
)

FIGURES = figures_of_kind("RegressionLossExplorer")
LABELS = {"delta": "δ", "quantile": "q"}

MARKS = """{
  xTicks: ticks("x"), yTicks: every(".axes").map((axes) => ticks("y", axes)),
  main: ["main", "slope", "noise"].map((name) => paths(`.curve.${name}`)),
  ghost: paths(".curve.ghost"), sliders: sliders(),
  rows: every(".numbers tr").map((row) => texts(":scope > *", row)),
}"""


@pytest.fixture(scope="module", params=range(len(FIGURES)))
def figure(request):
    return FIGURES[request.param]


@pytest.fixture
def phone_slot(browser, site):
    """The first of them: on a phone one is enough."""
    with figure_alive(FIGURES[0], browser, site, **PHONE) as slot:
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
    marks = marks_of(slot, MARKS)
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
def test_the_sliders_move_by_keyboard(slot, parameter):
    name = "huber_loss" if parameter == "delta" else "quantile_loss"
    choose(slot, "loss", LOSSES[name].title)
    choose(slot, "beside it", "nothing")
    low, high, step = LOSSES[name].parameters[parameter]
    for key, expected in (("Home", low), ("ArrowRight", low + step), ("End", high)):
        handle_of(slot, LABELS[parameter]).press(key)
        _, settings = assert_shows(slot, name)
        assert settings == {parameter: pytest.approx(expected)}


def test_the_point_moves_by_keyboard(slot):
    choose(slot, "loss", "Huber loss")
    choose(slot, "beside it", "nothing")
    point = slider_of(slot, "residual")
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


def test_the_point_moves_by_mouse(slot):
    choose(slot, "loss", "Squared error")
    choose(slot, "beside it", "nothing")
    box, mouse = slot.locator(".actloss-plot").bounding_box(), slot.page.mouse
    mouse.move(*middle(slider_of(slot, "residual")))
    mouse.down()
    for share in (0.3, 0.7, 1.2):
        mouse.move(box["x"] + share * box["width"], box["y"] + 100, steps=4)
        at, _ = assert_shows(slot, "squared_error")
        expected = np.interp(share * box["width"], ends_of_axis(box["width"]), (-4, 4))
        assert at == pytest.approx(expected, abs=0.051)
    mouse.up()


def test_the_point_moves_by_touch(phone_slot):
    choose(phone_slot, "loss", "Absolute error")
    choose(phone_slot, "beside it", "nothing")
    plot = phone_slot.locator(".actloss-plot")
    plot.scroll_into_view_if_needed()
    box, finger = plot.bounding_box(), Finger(phone_slot.page)
    finger.put(box["x"] + 0.5 * box["width"], box["y"] + 150)
    for share in (0.4, 0.8):
        finger.move(box["x"] + share * box["width"], box["y"] + 152)
        at, _ = assert_shows(phone_slot, "absolute_error")
        expected = np.interp(share * box["width"], ends_of_axis(box["width"]), (-4, 4))
        assert at == pytest.approx(expected, abs=0.051)
    finger.lift()


def test_reset_goes_back_to_what_was_stored(slot):
    before = marks_of(slot, MARKS)
    choose(slot, "loss", "Huber loss")
    handle_of(slot, "δ").press("End")
    choose(slot, "beside it", "Log-cosh loss")
    slider_of(slot, "residual").press("Home")
    assert marks_of(slot, MARKS) != before
    slot.get_by_role("button", name="Reset").click()
    assert marks_of(slot, MARKS) == before


def test_what_it_shows_is_spoken(slot):
    choose(slot, "loss", "Squared error")
    slider_of(slot, "residual").press("Home")
    spoken = "Squared error at residual −4.000: loss 16.000, gradient −8.000, density 0.000."
    expect(slot.locator("[aria-live]")).to_have_text(spoken)
