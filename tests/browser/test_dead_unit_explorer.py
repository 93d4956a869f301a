"""The dead-unit explorer in the published page shows what is stored."""

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets.dead_unit_explorer import EPOCHS, RATES, UNITS, stored
from tests.browser.figure import live_figure, settle

PAGE = "chapters/explorers.html"
LAYERS = """slot => [...slot.querySelectorAll(".actloss-units > g")].map((layer) => ({
  words: [...layer.querySelectorAll("text")].map((text) => text.textContent),
  shades: [...layer.querySelectorAll("rect")].map(
    (box) => Number(box.getAttribute("fill-opacity"))),
  crosses: [...layer.querySelectorAll("path")].map((cross) => cross.checkVisibility(
    { visibilityProperty: true })),
}))"""


@pytest.fixture
def figure(open_page):
    def figure(**options):
        page = open_page(PAGE, **options)
        kinds = page.locator(".widget-slot").evaluate_all("all => all.map((s) => s.dataset.figure)")
        return live_figure(page, kinds.index("DeadUnitExplorer"))

    return figure


def assert_shows(slot, rate, epoch, beside):
    settle(slot.page)
    runs = stored()
    for layer, name in zip(slot.evaluate(LAYERS), ("relu", beside), strict=True):
        shares, accuracies = (array[RATES.index(rate), epoch] for array in runs[name])
        np.testing.assert_allclose(layer["shades"], shares / 255, atol=0.0051)
        assert layer["crosses"] == [share == 0 for share in shares]
        _, silent, accuracy = layer["words"]
        assert silent == f"{np.count_nonzero(shares == 0)} of {UNITS} never positive"
        assert accuracy == f"test accuracy {100 * accuracies + 1e-9:.1f} %"


def slider(slot, name):
    return slot.get_by_role("slider", name=name, exact=True)


def test_by_keyboard(figure):
    slot = figure()
    assert_shows(slot, 1.0, 3, "leaky_relu")
    slider(slot, "epoch").press("End")
    assert_shows(slot, 1.0, EPOCHS, "leaky_relu")
    slider(slot, "learning rate").press("ArrowRight")
    assert_shows(slot, 1.5, EPOCHS, "leaky_relu")
    slot.get_by_label("beside ReLU", exact=True).select_option(value="ELU")
    slider(slot, "epoch").press("Home")
    assert_shows(slot, 1.5, 0, "elu")
    expect(slot.locator("[aria-live]")).to_contain_text("Learning rate 1.5, epoch 0. ReLU, ")
    slot.get_by_role("button", name="Reset").click()
    assert_shows(slot, 1.0, 3, "leaky_relu")


def test_on_a_phone(figure):
    slot = figure(width=390, has_touch=True)
    assert_shows(slot, 1.0, 3, "leaky_relu")
    track = slot.locator(".noUi-base:visible").last.bounding_box()
    slot.page.touchscreen.tap(track["x"] + track["width"] - 1, track["y"] + 3)
    assert_shows(slot, 1.0, EPOCHS, "leaky_relu")


def test_link(open_page, figure):
    name = figure().get_attribute("data-name")
    page = open_page(f"{PAGE}#figure={name}&learning-rate=0.5&epoch=7&beside-relu=elu")
    page.wait_for_function("document.activeElement.matches('.widget-slot')")
    assert_shows(page.locator(f"[data-name={name}]"), 0.5, 7, "elu")
