"""The network that trains in the published page shows, says and paints what Python computes."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.widgets import network_trainer as trainer
from actloss.widgets import network_training as training
from tests.browser.book import figures_of_kind
from tests.browser.conftest import PHONE, figure_alive
from tests.browser.figure import (
    Finger,
    choose,
    handle_of,
    middle,
    number,
    settle,
    track_of,
)
from tests.browser.test_training_theatre import PAUSE_HALFWAY

TRAINERS = figures_of_kind("NetworkTrainer")
# The colour of a canvas's pixels where the plane's cell (row, column) of six lies.
PAINTED = """(canvas) => {
  const [size, context] = [canvas.width, canvas.getContext("2d")];
  return Array.from({ length: 36 }, (_, i) => {
    const at = (k) => Math.floor(((2 * k + 1) * size) / 12);
    return [...context.getImageData(at(i % 6), at(Math.floor(i / 6)), 1, 1).data];
  });
}"""
CHAPTERS = ["nonlinearity", "gradient-flow", "moons", "pairing"]


def test_the_book_has_them():
    """Or all tests below would run over nothing."""
    pages = {figure.page for figure in TRAINERS}
    assert {f"chapters/{slug}.html" for slug in [*CHAPTERS, "explorers"]} <= pages


@pytest.fixture(scope="module")
def figure():
    return next(one for one in TRAINERS if one.page == "chapters/explorers.html")


def choose_all(slot, choice):
    for name, (label, options) in trainer.LABELS.items():
        given = getattr(choice, name)
        choose(slot, label, options[trainer.CHOICES[name].index(given)])
    for name, label in (("layers", "hidden layers"), ("units", "units")):
        handle = handle_of(slot, label)
        handle.press("Home")
        for _ in range(getattr(choice, name) - training.__dict__[name.upper()][0]):
            handle.press("ArrowRight")
    box = slot.get_by_label("output’s slope twice")
    box.set_checked(choice.twice)


def go_to(slot, step):
    handle = handle_of(slot, "step")
    handle.press("Home")
    for _ in range(step // 10):
        handle.press("ArrowRight")
    settle(slot.page)
    expect(slot.locator(".actloss-trainer")).not_to_have_attribute("aria-busy", "true")


def assert_shows(slot, choice, seed, step):
    """Numbers, seeds and the plane are those that Python computes."""
    runs = {one: training.train(choice, one, step) for one in training.SEEDS}
    run = runs[seed]
    printed = slot.locator(".readout .number output").all_text_contents()
    assert printed[0] == str(step)
    assert number(printed[1]) == pytest.approx(run.losses[step], abs=0.00051)
    assert percent_in(printed[2]) == pytest.approx(100 * run.accuracies[step], abs=0.51)
    rows = slot.locator(".numbers tbody tr").filter(visible=True)
    dead = training.dead_units(run.network, choice)
    assert rows.count() == choice.layers + 1
    shown = [row.locator("output").all_text_contents() for row in rows.all()]
    assert [cells[1] for cells in shown] == [*(f"{n} of {choice.units}" for n in dead), " "]
    sizes = training.sizes_of_gradients(run.network, choice)
    for (text, _), size in zip(shown, sizes, strict=True):
        assert value_of(text) == pytest.approx(size, rel=0.5 if "·" in text else 0.051)
    for one, button in zip(training.SEEDS, slot.locator(".seeds button").all(), strict=True):
        name, share = button.inner_text().split(": ")
        assert name == f"seed {one}"
        assert percent_in(share) == pytest.approx(100 * runs[one].accuracies[step], abs=0.51)
        assert button.get_attribute("aria-pressed") == str(one == seed).lower()
        assert_painted(button.locator("canvas"), choice, runs[one])
    assert_painted(slot.locator(".stage > .plane canvas"), choice, run)


def percent_in(text):
    return float(text.removesuffix(" %"))


def value_of(text):
    """The number that the page prints as 0.31 or 3·10⁻⁹."""
    if "·" not in text:
        return float(text)
    digit, power = text.split("·10")
    plain = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(digit) * 10.0 ** int(plain)


def assert_painted(canvas, choice, run):
    cells = canvas.get_attribute("width")
    edges = (2 * (np.floor((2 * np.arange(6) + 1) * int(cells) / 12)) + 1) / int(cells) - 1
    places = np.stack(np.meshgrid(edges, -edges), axis=-1).reshape(-1, 2) * training.REACH
    expected = training.answers(run.network, choice, places)
    found = np.array(canvas.evaluate(PAINTED), dtype=float)
    np.testing.assert_allclose(found[:, 3], 150 * np.abs(2 * expected - 1), atol=1.5)
    sure = np.abs(expected - 0.5) > 0.1
    is_blue = found[:, 2] > found[:, 0]
    np.testing.assert_array_equal(is_blue[sure], expected[sure] > 0.5)


@pytest.mark.parametrize(
    ("choice", "seed", "step"),
    [
        (training.Choice(), 1, 100),
        (training.Choice("ring", 1, 4, "relu", weights="He"), 2, 50),
        (training.Choice("spirals", 3, 8, "sigmoid", rate=0.3), 3, 20),
        (training.Choice("exclusive or", 0, 2, "step", "linear", "hinge loss"), 1, 30),
        (training.Choice(loss="squared error", twice=True), 2, 40),
    ],
    ids=str,
)
def test_every_part_is_chosen_by_keyboard(slot, choice, seed, step):
    choose_all(slot, choice)
    slot.get_by_role("button", name=f"seed {seed}").press("Enter")
    go_to(slot, step)
    assert_shows(slot, choice, seed, step)


def test_step_by_touch_on_a_phone(phone_slot):
    slot = phone_slot
    handle, finger = handle_of(slot, "step"), Finger(slot.page)
    handle.scroll_into_view_if_needed()
    track = track_of(handle)
    finger.put(*middle(handle))
    finger.move(track["x"] + 0.5 * track["width"], middle(handle)[1] + 3)
    finger.lift()
    settle(slot.page)
    assert abs(number(slot.locator(".readout .number output").first.inner_text()) - 200) <= 10
    for button in slot.locator("button").all():
        assert min(button.bounding_box()[side] for side in ("width", "height")) >= 24
    assert not slot.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_it_trains_when_asked_and_pauses(slot):
    step = slot.locator(".readout .number output").first
    start = step.inner_text()
    slot.page.wait_for_timeout(400)
    assert step.inner_text() == start
    handle_of(slot, "step").press("Home")
    slot.evaluate(PAUSE_HALFWAY)
    slot.get_by_role("button", name="Train").press("Enter")
    slot.locator("[data-paused]").wait_for(state="attached")
    assert step.inner_text() == "40"
    slot.page.wait_for_timeout(400)
    assert step.inner_text() == "40"
    slot.get_by_role("button", name="Train").press("Enter")
    expect(step).to_have_text("400")
    expect(slot.get_by_role("button", name="Train")).to_be_visible()


def test_it_does_not_play_for_readers_who_want_no_motion(figure, browser, site):
    with figure_alive(figure, browser, site, reduced_motion="reduce") as slot:
        expect(slot.get_by_role("button", name="Train")).to_be_hidden()
        handle_of(slot, "step").press("End")
        expect(slot.locator(".readout .number output").first).to_have_text("400")


def test_training_that_breaks_off_says_so(slot):
    choice = training.Choice(
        hidden="identity", output="linear", loss="squared error", rate=1.0, weights="ten times He"
    )
    choose_all(slot, choice)
    handle_of(slot, "step").press("End")
    broke = len(training.train(choice, 1, 400).losses) - 1
    expect(slot.locator(".note")).to_have_text(
        f"The weights are no longer numbers: training broke off after step {broke}."
    )
    expect(slot.locator(".seeds")).to_contain_text("seed 1: broke off")
    assert not np.array(slot.locator(".stage > .plane canvas").evaluate(PAINTED)).any()


def test_it_follows_the_theme(slot):
    go_to(slot, 100)
    canvas = slot.locator(".stage > .plane canvas")
    before = canvas.evaluate(PAINTED)
    theme = slot.page.evaluate("document.documentElement.dataset.theme")
    slot.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    slot.page.wait_for_function(
        f"([canvas, before]) => JSON.stringify(({PAINTED})(canvas)) !== before",
        arg=[canvas.element_handle(), re.sub(r"\s", "", str(before))],
    )
    slot.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")


def test_reset_goes_back_to_what_was_stored(slot):
    go_to(slot, 100)
    before = slot.locator(".readout .number output").all_text_contents()
    choose(slot, "data", "Spirals")
    slot.get_by_role("button", name="seed 3").click()
    handle_of(slot, "step").press("End")
    slot.get_by_role("button", name="Reset").click()
    settle(slot.page)
    assert slot.locator(".readout .number output").all_text_contents() == before
    assert slot.get_by_label("data", exact=True).input_value() == "Two moons"


def test_what_it_shows_is_spoken(slot):
    handle_of(slot, "step").press("Home")
    expect(slot.locator("[aria-live]")).to_have_text(
        re.compile(r"^Step 0: loss \d\.\d+, right \d+ %\. A match: ")
    )
    label = re.compile(
        r"two moons; 2 × 6 hidden units, Tanh; sigmoid output, cross-entropy, seed 1"
    )
    expect(slot.locator(".plane").get_by_role("img", name=label)).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_question_of_nonlinearity_is_answered_by_its_figure(browser, site, width):
    figure = next(one for one in TRAINERS if one.page == "chapters/nonlinearity.html")
    options = PHONE if width == 390 else {}
    with figure_alive(figure, browser, site, skip=False, **options) as slot:
        expect(slot.get_by_role("button", name="Train")).to_be_disabled()
        slot.get_by_role("button", name="none", exact=True).click()
        expect(slot.locator(".readout .number output").first).to_have_text("400")
        expect(slot.locator(".actloss-prediction")).to_contain_text("the worst for 75 %")
