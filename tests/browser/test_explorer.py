"""The activation explorer in the published page draws and prints what NumPy computes."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.catalogue import ACTIVATIONS
from actloss.widgets.activation_explorer import PARAMETERS
from tests.browser.book import DRIVEN_EXPLORERS, EXPLORERS, name_of
from tests.browser.figure import (
    GREEK,
    Finger,
    assert_shows,
    choose,
    ends_of_axis,
    handle_of,
    live_figure,
    middle,
    read,
    scroll_by_finger,
    settle,
    slider_of,
    track_of,
)


@pytest.fixture(scope="module", params=DRIVEN_EXPLORERS, ids=name_of)
def figure(request):
    """Each activation explorer of the first pages in turn."""
    return request.param


first_explorer = pytest.mark.parametrize(
    "figure", DRIVEN_EXPLORERS[:1], ids=name_of, indirect=True, scope="module"
)


def function_of(figure):
    return figure.plot["names"][figure.plot["function_index"]]


def ghost_of(figure):
    index = figure.plot["compare_index"]
    return figure.plot["names"][index - 1] if index else None


def test_the_book_has_explorers():
    """Or all tests below would run over nothing."""
    assert {name_of(one) for one in DRIVEN_EXPLORERS} >= {
        "intro-1",
        "relu-family-1",
        "relu-family-3",
    }


@pytest.mark.parametrize("figure", EXPLORERS, ids=name_of)
def test_it_begins_as_the_notebook_stored_it(open_page, figure):
    """Each figure of the book, on whatever page it stands."""
    slot = live_figure(open_page(figure.page), figure.slot)
    shown = {
        name: figure.plot[name] for name in PARAMETERS if figure.plot[f"{name}_display"] != "none"
    }
    drawing = read(slot)
    assert_shows(drawing, function_of(figure), ghost_of(figure))
    assert (drawing.point[0], drawing.sliders) == (figure.plot["x"], shown)


# --- the slider ----------------------------------------------------------------------------


class Slider:
    """The first slider of a figure; one that starts without any is given Leaky ReLU's."""

    def __init__(self, slot, figure):
        self.slot, self.ghost = slot, ghost_of(figure)
        self.function = function_of(figure)
        if not ACTIVATIONS[self.function].parameters:
            self.function = "leaky_relu"
            choose(slot, "function", "Leaky ReLU")
        self.name, (self.low, self.high, self.step) = next(
            iter(ACTIVATIONS[self.function].parameters.items())
        )
        self.handle = handle_of(slot, GREEK[self.name])
        self.handle.scroll_into_view_if_needed()

    def at(self, share):
        """The value nearest to this share of the track that the slider can take."""
        return self.low + self.step * round(share * (self.high - self.low) / self.step)

    def assert_near(self, share):
        """It stands at this share of the track: to a step, which may be as narrow as a pixel."""
        self.assert_at(self.at(share), within=1.01 * self.step)

    def assert_at(self, expected, within=1e-9):
        """It stands there, and curve, ghost and numbers are those that NumPy computes there."""
        drawing = read(self.slot)
        assert drawing.sliders[self.name] == pytest.approx(expected, abs=within)
        assert_shows(drawing, self.function, self.ghost)


def test_the_slider_moves_by_keyboard(slot, figure):
    slider = Slider(slot, figure)
    low, high, step = slider.low, slider.high, slider.step
    slider.handle.focus()
    for key, expected in (
        ("End", high),
        ("ArrowLeft", high - step),
        ("ArrowDown", high - 2 * step),
        ("Home", low),
        ("ArrowRight", low + step),
        ("ArrowUp", low + 2 * step),
        ("PageUp", low + 7 * step),
        ("PageDown", low + 2 * step),
    ):
        slot.page.keyboard.press(key)
        slider.assert_at(expected)
    expect(slider.handle).to_be_focused()


def test_the_slider_moves_by_mouse(slot, figure):
    slider, mouse = Slider(slot, figure), slot.page.mouse
    track, (x, y) = track_of(slider.handle), middle(slider.handle)
    mouse.move(x, y)
    mouse.down()
    for share in (0.25, 0.9, 0.6):  # the curve follows while the button is down
        mouse.move(track["x"] + share * track["width"], y, steps=4)
        slider.assert_near(share)
    mouse.up()
    mouse.move(track["x"], y)
    slider.assert_near(0.6)
    mouse.click(track["x"] + 0.35 * track["width"], track["y"] + track["height"] / 2)
    slider.assert_near(0.35)


def test_the_slider_moves_by_touch(phone_slot, figure):
    slider, finger = Slider(phone_slot, figure), Finger(phone_slot.page)
    track, (x, y) = track_of(slider.handle), middle(slider.handle)
    finger.put(x, y)
    for share in (0.3, 0.8):
        finger.move(track["x"] + share * track["width"], y + 5)
        slider.assert_near(share)
    finger.lift()
    slider.assert_near(0.8)


def test_slider_by_number(slot, figure):
    """The number beside the slider can be written over."""
    slider = Slider(slot, figure)
    field = slot.get_by_role("textbox", name=GREEK[slider.name], exact=True)
    inside = slider.high - 3 * slider.step
    for written, expected in ((inside, inside), (slider.high + 1, slider.high)):
        field.fill(f"{written:.2f}")
        field.press("Enter")
        slider.assert_at(expected)


def test_slider_speaks(slot, figure):
    """A screen reader hears which slider it is, and the number that is printed beside it."""
    slider = Slider(slot, figure)
    handle = slider_of(slot, GREEK[slider.name])
    handle.press("End")
    handle.press("ArrowLeft")
    printed = slot.get_by_role("textbox", name=GREEK[slider.name], exact=True).inner_text()
    expect(handle).to_have_attribute("aria-valuetext", printed)


# --- the point -----------------------------------------------------------------------------


def test_the_point_moves_by_keyboard(slot, figure):
    point = slider_of(slot, "x")
    point.focus()
    for key, expected in (
        ("Home", -5.0),
        ("ArrowRight", -4.9),
        ("ArrowUp", -4.8),
        ("PageUp", -3.8),
        ("ArrowLeft", -3.9),
        ("ArrowDown", -4.0),
        ("End", 5.0),
        ("ArrowRight", 5.0),
        ("PageDown", 4.0),
    ):
        slot.page.keyboard.press(key)
        drawing = read(slot)
        assert drawing.point[0] == expected
        assert_shows(drawing, function_of(figure), ghost_of(figure))
        assert float(point.get_attribute("aria-valuenow")) == expected
    expect(point).to_be_focused()


def test_the_point_moves_by_mouse(slot, figure):
    plot = slot.locator(".actloss-plot")
    box, mouse = plot.bounding_box(), slot.page.mouse
    mouse.move(*middle(slider_of(slot, "x")))
    mouse.down()
    for share in (0.3, 0.7, 1.2):  # the last lies outside: the point stops at the edge
        mouse.move(box["x"] + share * box["width"], box["y"] + 100, steps=4)
        assert_point_at(slot, figure, share)
    mouse.up()
    mouse.move(box["x"], box["y"] + 100)
    assert_point_at(slot, figure, 1.2)


def test_the_point_moves_by_touch(phone_slot, figure):
    box, finger = phone_slot.locator(".actloss-plot").bounding_box(), Finger(phone_slot.page)
    finger.put(box["x"] + 0.5 * box["width"], box["y"] + 150)
    for share in (0.4, 0.25, 0.8):
        finger.move(box["x"] + share * box["width"], box["y"] + 152)
        assert_point_at(phone_slot, figure, share)
    finger.lift()
    finger.put(box["x"] + 0.5 * box["width"], box["y"] + 150)
    finger.lift()
    assert_point_at(phone_slot, figure, 0.5)  # a tap will do


def test_finger_that_scrolls_moves_no_point(phone_slot, figure):
    box, start = phone_slot.locator(".actloss-plot").bounding_box(), read(phone_slot).point
    scroll_by_finger(phone_slot.page, box["x"] + 0.9 * box["width"], box["y"] + 250)
    assert read(phone_slot).point == start


def assert_point_at(slot, figure, share):
    """The point is at the x below the pointer, this share of the plot's width from its left."""
    drawing = read(slot)
    width = slot.locator(".actloss-plot").bounding_box()["width"]
    expected = np.interp(share * width, ends_of_axis(width), (-5, 5))
    assert drawing.point[0] == pytest.approx(expected, abs=0.051)  # in steps of 0.1
    assert_shows(drawing, function_of(figure), ghost_of(figure))


# --- the menus, and back -------------------------------------------------------------------


@first_explorer
def test_every_function_is_drawn_with_its_sliders(slot, figure):
    """Each shows its own sliders, at its defaults and with its ends, and is what NumPy computes."""
    assert figure.plot["names"] == list(ACTIVATIONS)
    choose(slot, "beside it", "nothing")
    for name, entry in ACTIVATIONS.items():
        choose(slot, "function", entry.title)
        drawing = read(slot)
        assert drawing.sliders == entry.defaults, name
        assert_shows(drawing, name)
        for parameter, ends in entry.parameters.items():
            for key, end in (("End", ends.maximum), ("Home", ends.minimum)):
                handle_of(slot, GREEK[parameter]).press(key)
                drawing = read(slot)
                assert drawing.sliders[parameter] == pytest.approx(end), name
                assert_shows(drawing, name)


@first_explorer
def test_every_ghost_brings_its_sliders(slot, figure):
    """A ghost brings its sliders along, where the function has none of that name."""
    choose(slot, "function", "Identity")
    for name, entry in ACTIVATIONS.items():
        choose(slot, "beside it", entry.title)
        drawing = read(slot)
        assert drawing.sliders == entry.defaults, name
        assert_shows(drawing, "identity", name)
    choose(slot, "beside it", "nothing")
    assert_shows(read(slot), "identity")


@first_explorer
def test_one_slider_for_two_functions(slot, figure):
    """Where both have an α it is one slider, which belongs to the function."""
    choose(slot, "beside it", "CELU")
    choose(slot, "function", "PReLU")
    assert read(slot).sliders == ACTIVATIONS["prelu"].defaults
    handle_of(slot, "α").press("End")
    drawing = read(slot)
    assert drawing.sliders == {"alpha": 1.5}
    assert_shows(drawing, "prelu", "celu")
    choose(slot, "function", "Swish")
    drawing = read(slot)
    assert drawing.sliders == {"alpha": 1.0, "beta": 1.0}
    assert_shows(drawing, "swish", "celu")


def test_menus_by_keyboard(slot, figure):
    menu = slot.get_by_label("function", exact=True)
    menu.focus()
    slot.page.keyboard.type("Tanh")
    drawing = read(slot)
    assert_shows(drawing, "tanh", ghost_of(figure))


def test_reset_goes_back_to_what_was_stored(slot, figure):
    """Back to what the notebook stored, whatever was chosen in between."""
    before = read(slot)
    choose(slot, "function", "PReLU")
    handle_of(slot, "α").press("Home")
    choose(slot, "beside it", "Soft cap")
    handle_of(slot, "cap").press("End")
    slider_of(slot, "x").press("Home")
    assert_shows(read(slot), "prelu", "softcap")
    slot.get_by_role("button", name="Reset").click()
    after = read(slot)
    assert_shows(after, function_of(figure), ghost_of(figure))
    assert (after.point, after.sliders) == (before.point, before.sliders)
    np.testing.assert_array_equal(after.value, before.value)


def test_reset_of_a_number(slot, figure):
    """Where the function stays, no choice of a function brings its number back."""
    before = read(slot)
    Slider(slot, figure).handle.press("End")
    slot.get_by_role("button", name="Reset").click()
    after = read(slot)
    assert_shows(after, function_of(figure), ghost_of(figure))
    assert (after.point, after.sliders) == (before.point, before.sliders)


def test_what_it_shows_is_spoken(slot, figure):
    """Screen readers are told value and slope once the reader pauses."""
    choose(slot, "function", "ReLU")
    slider_of(slot, "x").press("Home")
    spoken = "ReLU at x −5.000: value 0.000, slope 0.000. The slope is zero: no gradient passes."
    expect(slot.locator("[aria-live]")).to_have_text(spoken)


# What a stretch is called, where there is room for it and where there is little.
DEAD = {"dead: slope 0"}
SATURATED = {"saturated: slope below 0.05", "slope < 0.05"}


def test_dead_and_saturated_stretches_are_shaded(slot, figure):
    """Dead and saturated stretches are shaded where the slope says so, and named."""
    choose(slot, "beside it", "nothing")
    for title, kind, words, ends in (
        ("ReLU", "dead", DEAD, [(-5, 0)]),
        ("Hard tanh", "dead", DEAD, [(-5, -1), (1, 5)]),
        ("Sigmoid", "saturated", SATURATED, [(-5, -2.89), (2.89, 5)]),
    ):
        choose(slot, "function", title)
        assert_bands(slot, kind, words, ends)


def assert_bands(slot, kind, words, ends):
    settle(slot.page)
    bands = slot.locator(".bands").first
    boxes = bands.locator(f"rect.{kind}").evaluate_all(
        "all => all.map((band) => ['x', 'width'].map((name) => Number(band.getAttribute(name))))"
    )
    width = slot.locator(".actloss-plot").bounding_box()["width"]
    found = [np.interp((x, x + wide), ends_of_axis(width), (-5, 5)) for x, wide in boxes]
    np.testing.assert_allclose(found, ends, atol=0.03)
    assert set(bands.locator("text").all_text_contents()) <= words
