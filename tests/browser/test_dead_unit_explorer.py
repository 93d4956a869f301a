"""The dead-unit explorer in the published page shows what is stored."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets.dead_unit_explorer import EPOCHS, RATES, UNITS, stored
from tests.browser.book import figures_of_kind
from tests.browser.figure import choose, marks_of, slider_of

FIGURES = figures_of_kind("DeadUnitExplorer")
START = FIGURES[0].plot["epoch"] if FIGURES else 0
LAYERS = """every(".actloss-units > g").map((layer) => ({
  words: texts("text", layer),
  shades: every("rect", layer).flatMap((box) => numbers(box, "fill-opacity")),
  crosses: every("path", layer).map((one) => one.checkVisibility({ visibilityProperty: true })),
}))"""


@pytest.fixture(scope="module")
def figure():
    return FIGURES[0]


def assert_shows(slot, rate, epoch, beside):
    runs = stored()
    for layer, name in zip(marks_of(slot, LAYERS), ("relu", beside), strict=True):
        shares, accuracies = (array[RATES.index(rate), epoch] for array in runs[name])
        np.testing.assert_allclose(layer["shades"], shares / 255, atol=0.0051)
        assert layer["crosses"] == [share == 0 for share in shares]
        _, silent, accuracy = layer["words"]
        assert silent == f"{np.count_nonzero(shares == 0)} of {UNITS} never positive"
        assert accuracy == f"test accuracy {100 * accuracies + 1e-9:.1f} %"


def test_it_moves_by_keyboard(slot):
    assert_shows(slot, 1.0, START, "leaky_relu")
    slider_of(slot, "epoch").press("End")
    assert_shows(slot, 1.0, EPOCHS, "leaky_relu")
    slider_of(slot, "learning rate").press("ArrowRight")
    assert_shows(slot, 1.5, EPOCHS, "leaky_relu")
    choose(slot, "beside ReLU", "ELU")
    slider_of(slot, "epoch").press("Home")
    assert_shows(slot, 1.5, 0, "elu")
    expect(slot.locator("[aria-live]")).to_contain_text("Learning rate 1.5, epoch 0. ReLU, ")
    slot.get_by_role("button", name="Reset").click()
    assert_shows(slot, 1.0, START, "leaky_relu")


def test_sliders_answer_to_a_tap(phone_slot):
    assert_shows(phone_slot, 1.0, START, "leaky_relu")
    track = phone_slot.locator(".noUi-base:visible").last.bounding_box()
    phone_slot.page.touchscreen.tap(track["x"] + track["width"] - 1, track["y"] + 3)
    assert_shows(phone_slot, 1.0, EPOCHS, "leaky_relu")


def test_a_link_opens_it_as_it_was(open_page, figure, slot):
    name = slot.get_attribute("data-name")
    page = open_page(f"{figure.page}#figure={name}&learning-rate=0.5&epoch=7&beside-relu=elu")
    page.wait_for_function("document.activeElement.matches('.widget-slot')")
    assert_shows(page.locator(f"[data-name={name}]"), 0.5, 7, "elu")
