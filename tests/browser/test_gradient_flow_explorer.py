"""The gradient-flow explorer in the published page draws and prints what the stored runs hold."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets.gradient_flow_explorer import LABELS, RUNS
from actloss.widgets.gradient_flow_runs import DEPTHS, INITIALISATIONS, NAMES, stored
from tests.browser.book import figures_of_kind
from tests.browser.conftest import PHONE, figure_alive, quiet_context
from tests.browser.figure import (
    Finger,
    choose,
    live_figure,
    marks_of,
    middle,
    put_back,
    slider_of,
    track_of,
)

FIGURES = figures_of_kind("GradientFlowExplorer")

MARKS = """{
  labels: every(".axes").map((axes) => ticks("y", axes)),
  curves: ["main", "ghost", "slope"].map((name) => paths(`.curve.${name}`)[0]),
  printed: texts(".readout output"),
  verdict: slot.querySelector(".flow-verdict").textContent,
}"""
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.fixture(scope="module", params=[{}, PHONE], ids=["desk", "phone"])
def alive(request, browser, site):
    with figure_alive(FIGURES[0], browser, site, **request.param) as slot:
        yield slot


@pytest.fixture
def slot(alive):
    return put_back(alive)


def number(text):
    """0.31, or 3·10⁻⁹."""
    digits, _, power = text.partition("·10")
    return float(digits) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


def read(slot):
    """Curves in powers of ten, by the labels of their axes, and what is printed."""
    marks = marks_of(slot, MARKS)
    lines = []
    for ticks in marks["labels"]:
        pixels, powers = zip(
            *((y, int(label.removeprefix("10").translate(SUPERSCRIPTS))) for y, label in ticks),
            strict=True,
        )
        lines.append(np.polyfit(pixels, powers, 1))
    curves = [
        np.polyval(line, [float(y) for _, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)])
        for line, path in zip((lines[0], lines[0], lines[1]), marks["curves"], strict=True)
    ]
    return curves, marks["printed"], marks["verdict"]


def assert_shows(slot, activation, initialisation, gain, depth, layer):
    means, _ = stored(RUNS, activation, initialisation, gain, depth)
    curves, printed, verdict = read(slot)
    expected = (means.activations, means.signal, means.gradients)
    for found, values in zip(curves, expected, strict=True):
        np.testing.assert_allclose(found, values, atol=0.02)  # rounded to 0.01 pixels
    assert int(printed[0]) == layer
    for text, values in zip(printed[1:], (means.activations, means.gradients), strict=True):
        assert number(text) == pytest.approx(10 ** values[layer - 1], rel=0.5)
        assert abs(np.log10(number(text)) - values[layer - 1]) < 0.18  # one digit
    ratio = means.gradients[0] - means.gradients[-1]
    words = "vanishes" if ratio < -3 else "explodes" if ratio > 3 else "arrives"
    assert f"so it {words}." in verdict


def test_the_book_has_one():
    assert FIGURES


def test_it_begins_as_the_notebook_stored_it(slot):
    assert_shows(slot, "sigmoid", "lecun", 1.0, 20, 1)


@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_every_choice_shows_its_stored_sizes(slot, initialisation):
    choose(slot, "weights", LABELS[initialisation])
    for name, title in zip(NAMES, ("Sigmoid", "Tanh", "ReLU", "SELU", "GELU", None), strict=True):
        if title:
            choose(slot, "activation", title)
            assert_shows(slot, name, initialisation, 1.0, 20, 1)


def test_the_sliders_move_by_keyboard(slot):
    gain, layers = slider_of(slot, "gain"), slider_of(slot, "layers")
    gain.press("End")
    assert_shows(slot, "sigmoid", "lecun", 3.0, 20, 1)
    gain.press("ArrowLeft")
    assert_shows(slot, "sigmoid", "lecun", 2.75, 20, 1)
    gain.press("Home")
    assert_shows(slot, "sigmoid", "lecun", 0.25, 20, 1)
    for depth in DEPTHS[3:]:
        assert_shows(slot, "sigmoid", "lecun", 0.25, depth, 1)
        layers.press("ArrowRight")
    layers.press("Home")
    assert_shows(slot, "sigmoid", "lecun", 0.25, 5, 1)


def test_layer_by_keyboard(slot):
    point = slider_of(slot, "layer")
    point.focus()
    for key, layer in (
        ("ArrowRight", 2),
        ("ArrowUp", 3),
        ("PageUp", 13),
        ("End", 20),
        ("ArrowRight", 20),
        ("ArrowLeft", 19),
        ("Home", 1),
        ("ArrowLeft", 1),
    ):
        slot.page.keyboard.press(key)
        assert_shows(slot, "sigmoid", "lecun", 1.0, 20, layer)
        expect(point).to_have_attribute("aria-valuenow", str(layer))
    slider_of(slot, "layers").press("End")
    point.press("End")
    assert_shows(slot, "sigmoid", "lecun", 1.0, 30, 30)
    slider_of(slot, "layers").press("Home")
    assert_shows(slot, "sigmoid", "lecun", 1.0, 5, 5)


def test_layer_by_pointer(slot):
    """By mouse at the desk, by touch on the phone: anywhere in the plot."""
    box = slot.locator(".actloss-plot").bounding_box()
    left, right = box["x"] + 52, box["x"] + box["width"] - 12

    def at(layer):
        return left + (right - left) * layer / 20, box["y"] + 120

    if slot.page.viewport_size["width"] == 390:
        finger = Finger(slot.page)
        finger.put(*at(4))
        for layer in (9, 15):
            finger.move(at(layer)[0], at(layer)[1] + 2)
            assert_shows(slot, "sigmoid", "lecun", 1.0, 20, layer)
        finger.lift()
    else:
        mouse = slot.page.mouse
        mouse.move(*middle(slider_of(slot, "layer")))
        mouse.down()
        for layer in (9, 15):
            mouse.move(*at(layer), steps=3)
            assert_shows(slot, "sigmoid", "lecun", 1.0, 20, layer)
        mouse.move(box["x"] + box["width"] + 60, box["y"] + 100)
        assert_shows(slot, "sigmoid", "lecun", 1.0, 20, 20)
        mouse.up()


def test_gain_by_pointer(slot):
    handle = slider_of(slot, "gain")
    handle.scroll_into_view_if_needed()
    track = track_of(handle)
    slot.page.mouse.click(track["x"] + track["width"] - 1, track["y"] + track["height"] / 2)
    assert_shows(slot, "sigmoid", "lecun", 3.0, 20, 1)


def test_reset_goes_back_to_what_was_stored(slot):
    choose(slot, "activation", "ReLU")
    choose(slot, "weights", LABELS["he"])
    slider_of(slot, "gain").press("End")
    slider_of(slot, "layers").press("End")
    slider_of(slot, "layer").press("End")
    assert_shows(slot, "relu", "he", 3.0, 30, 30)
    slot.get_by_role("button", name="Reset").click()
    assert_shows(slot, "sigmoid", "lecun", 1.0, 20, 1)


def test_what_it_shows_is_spoken(slot):
    choose(slot, "activation", "Tanh")
    means, _ = stored(RUNS, "tanh", "lecun", 1.0, 20)
    ratio = f"{10 ** (means.gradients[0] - means.gradients[-1]):.2g}"
    expect(slot.locator(".actloss-flow [aria-live]")).to_contain_text(
        f"Tanh, 20 layers. Gradient at the first layer ÷ at the last: {ratio}, so it arrives."
    )


def test_nothing_below_moves_when_it_comes_alive(browser, site):
    """The slot is as high with the figure as before it, at the desk and on the phone."""
    figure = FIGURES[0]
    for width in (1280, 390):
        with quiet_context(browser, site, width=width) as (context, _):
            page = context.new_page()
            page.goto(figure.page)
            slot = page.locator(".widget-slot").nth(figure.slot)
            reserved = slot.evaluate("slot => parseFloat(getComputedStyle(slot).minHeight)")
            live_figure(page, figure.slot)
            assert slot.evaluate("slot => slot.offsetHeight") <= reserved + 1
