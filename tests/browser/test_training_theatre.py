"""The training theatre in the published page paints and prints what NumPy computes."""

import re
from contextlib import contextmanager

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.catalogue import ACTIVATIONS
from actloss.widgets import training_runs as runs
from actloss.widgets import training_theatre as theatre
from tests.browser.book import figures_of_kind
from tests.browser.conftest import PHONE, figure_alive
from tests.browser.figure import (
    Finger,
    choose,
    curve,
    handle_of,
    marks_of,
    middle,
    number,
    scale,
    settle,
    track_of,
)

THEATRES = figures_of_kind("TrainingTheatre")
# Left, top, strength, class and colour of each cell: all of one strength and class are one path.
CELLS = """every(".cells").flatMap((path) =>
  [...path.getAttribute("d").matchAll(/M(\\d+) (\\d+)/g)].map(([, x, y]) =>
    [Number(x), Number(y), ...numbers(path, "fill-opacity"),
     path.classList.contains("class-1"), getComputedStyle(path).fill]))
  .sort(([x1, y1], [x2, y2]) => y2 - y1 || x1 - x2)"""
PANELS = """every(".axes").map((axes) => ["x", "y"].map((name) => ticks(name, axes)))"""


def test_the_book_has_a_theatre():
    """Or all tests below would run over nothing."""
    assert "chapters/explorers.html" in [figure.page for figure in THEATRES]


@pytest.fixture(scope="module")
def figure():
    return THEATRES[0]


@contextmanager
def theatre_alive(figure, browser, site, **options):
    """The theatre, drawn and in view; it does not play before the question is skipped."""
    with figure_alive(figure, browser, site, skip=False, **options) as slot:
        if figure.prediction:
            expect(slot.get_by_role("button", name="Play")).to_be_disabled()
            slot.get_by_role("button", name="Skip").click()
        yield slot


@pytest.fixture(scope="module")
def at_desk(figure, browser, site):
    with theatre_alive(figure, browser, site) as slot:
        yield slot


def choose_all(slot, *, hidden, output, loss):
    for label, title in (
        ("hidden layer", ACTIVATIONS[hidden].title),
        ("output", output.capitalize()),
        ("loss", loss.capitalize()),
    ):
        choose(slot, label, title)


def assert_shows(slot, hidden, output, loss, epoch):
    """Cells, curves and numbers are those of the stored run at this epoch."""
    run, moment = runs.stored_run(hidden, output, loss), runs.EPOCHS.index(epoch)
    assert_cells(slot, hidden, output, loss, run.parameters[moment])
    printed = slot.locator(".readout output").all_text_contents()
    expected_loss = run.loss[moment]
    assert printed[0] == str(epoch)
    np.testing.assert_allclose(float(printed[1]), expected_loss, atol=0.51e-3)
    assert number(printed[2].removesuffix(" %")) == pytest.approx(
        100 * run.accuracy[moment], abs=0.051
    )
    expect(slot.locator(".note")).to_have_text(runs.MATCHES[output, loss].note)
    for index, (name, values) in enumerate(
        (("main", np.array(run.loss)), ("slope", 100 * np.array(run.accuracy)))
    ):
        assert_curve(slot, index, name, values)


def assert_cells(slot, hidden, output, loss, parameters):
    cells = marks_of(slot, CELLS)
    centres = theatre.cell_centres()
    plane = np.stack(np.meshgrid(centres, centres), axis=-1)
    answers = runs.certainty(output, loss, runs.output_sums(hidden, parameters, plane))
    assert len(cells) == theatre.CELLS**2
    corners = np.array([cell[:2] for cell in cells]).reshape(theatre.CELLS, theatre.CELLS, 2)
    assert (np.diff(corners[..., 0], axis=1) > 0).all()  # from left to right
    assert (np.diff(corners[..., 1], axis=0) < 0).all()  # from below upwards
    opacity = np.array([cell[2] for cell in cells]).reshape(answers.shape)
    np.testing.assert_allclose(opacity, 1.2 * np.abs(answers - 0.5), atol=0.0201)
    blue = np.array([cell[3] for cell in cells]).reshape(answers.shape)
    clear = np.abs(answers - 0.5) > 1e-9
    np.testing.assert_array_equal(blue[clear], (answers > 0.5)[clear])
    assert len({(one[3], one[4]) for one in cells}) == len({one[3] for one in cells})


def assert_curve(slot, index, name, values):
    path = slot.locator(f".curve.{name}").get_attribute("d")
    if not np.isfinite(values).any():
        assert path == ""
        expect(slot.locator(".bands").nth(index)).to_contain_text("NaN at every epoch")
        return
    ticks = marks_of(slot, PANELS)
    # Where one panel stands below the other, the lower one alone has labels below it.
    to_x = scale(ticks[index][0] or ticks[1][0])
    drawn = curve(path, to_x, scale(ticks[index][1]))
    np.testing.assert_allclose(drawn.x, runs.EPOCHS, atol=0.1)
    np.testing.assert_allclose(drawn.y, values, atol=0.01 * max(1, np.nanmax(values)))


@pytest.mark.parametrize(
    ("hidden", "output", "loss"),
    [
        ("relu", "sigmoid", "cross-entropy"),
        ("tanh", "linear", "hinge loss"),
        ("step", "linear", "squared error"),
        ("sigmoid", "sigmoid", "hinge loss"),
        ("identity", "linear", "cross-entropy"),
    ],
)
def test_choices_and_epochs_by_keyboard(slot, hidden, output, loss):
    choose_all(slot, hidden=hidden, output=output, loss=loss)
    handle = handle_of(slot, "epoch")
    handle.focus()
    for key, epoch in (("Home", 0), ("ArrowRight", 10), ("End", 120), ("ArrowLeft", 110)):
        slot.page.keyboard.press(key)
        assert_shows(slot, hidden, output, loss, epoch)


def test_epoch_by_mouse(slot):
    choose_all(slot, hidden="relu", output="sigmoid", loss="cross-entropy")
    handle, mouse = handle_of(slot, "epoch"), slot.page.mouse
    track = track_of(handle)
    mouse.move(*middle(handle))
    mouse.down()
    mouse.move(track["x"] + 0.5 * track["width"], middle(handle)[1], steps=5)
    mouse.up()
    assert_shows(slot, "relu", "sigmoid", "cross-entropy", 60)


def test_epoch_by_touch_on_a_phone(figure, browser, site):
    with theatre_alive(figure, browser, site, **PHONE) as slot:
        choose_all(slot, hidden="tanh", output="sigmoid", loss="squared error")
        handle, finger = handle_of(slot, "epoch"), Finger(slot.page)
        handle.scroll_into_view_if_needed()
        track = track_of(handle)
        finger.put(*middle(handle))
        finger.move(track["x"] + 0.75 * track["width"], middle(handle)[1] + 3)
        finger.lift()
        assert_shows(slot, "tanh", "sigmoid", "squared error", 90)
        for button in slot.locator(".readout button").all():
            assert min(button.bounding_box()[side] for side in ("width", "height")) >= 24
        assert not slot.page.evaluate("document.documentElement.scrollWidth > innerWidth")


# By the page itself: between two looks of a test the run may have gone on, or come to its end.
PAUSE_HALFWAY = """slot => {
  const epoch = slot.querySelector(".readout output");
  const watch = new MutationObserver(() => {
    if (epoch.textContent !== "40") return;
    watch.disconnect();
    [...slot.querySelectorAll("button")].find((one) => one.textContent === "Pause").click();
    epoch.dataset.paused = "";
  });
  watch.observe(epoch, { childList: true, characterData: true, subtree: true });
}"""


def test_nothing_moves_until_play(slot):
    """Play runs to the last epoch and stops; Pause stops it before."""
    epoch = slot.locator(".readout output").first
    start = epoch.inner_text()
    slot.page.wait_for_timeout(800)
    assert epoch.inner_text() == start
    handle_of(slot, "epoch").press("Home")
    slot.evaluate(PAUSE_HALFWAY)
    slot.get_by_role("button", name="Play").click()
    slot.locator("[data-paused]").wait_for(state="attached")
    paused = epoch.inner_text()
    assert paused == "40"
    slot.page.wait_for_timeout(800)
    assert epoch.inner_text() == paused
    slot.get_by_role("button", name="Play").press("Enter")
    expect(epoch).to_have_text("120")
    expect(slot.get_by_role("button", name="Play")).to_be_visible()
    expect(slot.get_by_role("slider", name="epoch")).to_have_attribute("aria-valuetext", "120")


def test_no_play_for_readers_who_want_no_motion(figure, browser, site):
    with figure_alive(figure, browser, site, reduced_motion="reduce") as slot:
        expect(slot.get_by_role("button", name="Play")).to_be_hidden()
        handle_of(slot, "epoch").press("End")
        expect(slot.locator(".readout output").first).to_have_text("120")


def test_reset_goes_back_to_what_was_stored(slot):
    before = slot.locator(".readout output").all_text_contents()
    choose_all(slot, hidden="tanh", output="linear", loss="hinge loss")
    handle_of(slot, "epoch").press("End")
    slot.get_by_role("button", name="Reset").click()
    settle(slot.page)
    assert slot.locator(".readout output").all_text_contents() == before
    assert slot.get_by_label("output", exact=True).input_value() == "Sigmoid"


def test_what_it_shows_is_spoken(slot):
    choose_all(slot, hidden="relu", output="linear", loss="cross-entropy")
    handle_of(slot, "epoch").press("Home")
    spoken = re.compile(r"^Epoch 0: loss NaN, test accuracy [\d.]+ %\. Nonsense: ")
    expect(slot.locator("[aria-live]")).to_have_text(spoken)
    expect(slot.locator(".actloss-plot")).to_have_attribute("aria-label", re.compile("Two moons, "))
