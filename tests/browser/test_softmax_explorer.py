"""The softmax explorer in the published page shows what NumPy computes, and where it breaks."""

from typing import NamedTuple

import numpy as np
import pytest
from playwright.sync_api import expect

from actloss.activations import softmax
from actloss.losses import entropy, sparse_softmax_cross_entropy
from actloss.widgets.softmax_explorer import FORMULAS, LIMITS, PRECISIONS, softmax_by_steps
from tests.browser.book import figures_of_kind, name_of
from tests.browser.figure import (
    Finger,
    choose,
    handle_of,
    live_figure,
    marks_of,
    middle,
    number,
    scale,
    track_of,
)

MARKS = """{
  ticks: ticks("y"), columns: texts("text.column"),
  bars: bars("rect.bar"), slopes: bars("rect.gradient-bar"), exact: bars("rect.exact"),
  outputs: texts(".readout output"), note: slot.querySelector(".actloss-note").textContent,
  sliders: sliders(),
  menus: every("select").map((menu) => menu.selectedOptions[0].textContent),
}"""

FIGURES = figures_of_kind("SoftmaxExplorer")


@pytest.fixture(scope="module", params=FIGURES, ids=name_of)
def figure(request):
    return request.param


# --- reading a figure ----------------------------------------------------------------------


class Drawing(NamedTuple):
    logits: list
    settings: dict  # temperature, shift, true_class, formula, precision
    p: np.ndarray  # as printed
    gradient: np.ndarray
    bars: np.ndarray  # heights of the bars, in the units of their axis
    slopes: np.ndarray
    outlined: list  # whether the exact bar is shown
    outputs: list  # cross-entropy, entropy, sum
    note: str


def read(slot):
    marks = marks_of(slot, MARKS)
    sliders = {label: number(text) for label, text in marks["sliders"]}
    true_class, formula, precision = marks["menus"]
    upper, lower = (scale(ticks) for ticks in (marks["ticks"][:3], marks["ticks"][3:]))
    # Labels of the classes were written first, then five numbers a class.
    columns = [text for text in marks["columns"] if not text.startswith("class ")]
    if len(columns) % 5:
        raise AssertionError(f"cannot read the columns: {marks['columns']}")
    rows = np.array(columns).reshape(-1, 5)
    return Drawing(
        [value for label, value in sliders.items() if label.startswith("logit")],
        {
            "temperature": sliders["temperature T"],
            "shift": sliders["c, added to all"],
            "true_class": int(true_class),
            "formula": formula,
            "precision": precision,
        },
        np.array([number(text) for text in rows[:, 2]]),
        np.array([number(text) for text in rows[:, 4]]),
        np.array([height * abs(upper[0]) for _, height, _ in marks["bars"]]),
        np.array([signed(bar, lower) for bar in marks["slopes"]]),
        [visible for *_, visible in marks["exact"]],
        [number(text) for text in marks["outputs"]],
        marks["note"],
    )


def signed(bar, line):
    """The height of a bar that stands on 0 or hangs from it."""
    ends = np.polyval(line, [bar[0], bar[0] + bar[1]])
    return ends[np.abs(ends).argmax()]


def assert_shows(drawing):
    """Printed numbers, bars and sums are what NumPy computes from the printed settings."""
    p, gradient = softmax_by_steps(drawing.logits, **drawing.settings)
    close = {"atol": 0.51e-3, "rtol": 0}  # three decimals are printed
    coarse = float(np.finfo(drawing.settings["precision"]).eps) * 4
    close["atol"] += coarse
    np.testing.assert_allclose(drawing.p, p.astype(float), **close)
    np.testing.assert_allclose(drawing.gradient, gradient.astype(float), **close)
    np.testing.assert_allclose(drawing.outputs[2], p.astype(float).sum(), atol=0.51e-3 + 6 * coarse)
    seen = {"atol": 2e-3 + coarse}
    np.testing.assert_allclose(drawing.bars, np.nan_to_num(p.astype(float)), **seen)
    np.testing.assert_allclose(drawing.slopes, np.nan_to_num(gradient.astype(float)), **seen)
    exact, _ = softmax_by_steps(drawing.logits, temperature=drawing.settings["temperature"])
    error = np.abs(p.astype(float) - exact)
    for shown, one in zip(drawing.outlined, error, strict=True):
        assert shown == (not one <= 0.0005) or abs(one - 0.0005) < coarse
    if drawing.settings["formula"] == "stable" and drawing.settings["precision"] == "float64":
        scaled = np.array(drawing.logits) / drawing.settings["temperature"]
        expected = (
            sparse_softmax_cross_entropy(scaled, drawing.settings["true_class"]),
            entropy(softmax(scaled)),
        )
        np.testing.assert_allclose(drawing.outputs[:2], expected, atol=0.51e-3)


def write_number(slot, label, value):
    field = slot.get_by_role("textbox", name=label, exact=True)
    field.fill(f"{value}")
    field.press("Enter")


# --- the tests -----------------------------------------------------------------------------


def test_the_book_has_softmax_explorers():
    """Or all tests below would run over nothing."""
    assert {name_of(one) for one in FIGURES} >= {"softmax-1", "softmax-2"}


def test_it_begins_as_the_notebook_stored_it(slot, figure):
    drawing = read(slot)
    plot = figure.plot
    assert drawing.logits == [plot[f"logit_{i}"] for i in range(plot["classes"])]
    assert drawing.settings == {
        "temperature": plot["temperature"],
        "shift": plot["shift"],
        "true_class": plot["true_class"],
        "formula": FORMULAS[plot["formula_index"]],
        "precision": PRECISIONS[plot["precision_index"]],
    }
    assert_shows(drawing)


@pytest.mark.parametrize(
    ("label", "limits", "step"),
    [
        ("logit 0", LIMITS["logits"], 0.02),
        ("logit 2", LIMITS["logits"], 0.02),
        ("temperature T", LIMITS["temperature"], 0.1),
        ("c, added to all", LIMITS["shift"], 1.0),
    ],
)
def test_the_sliders_move_by_keyboard(slot, label, limits, step):
    low, high = limits
    handle = handle_of(slot, label)
    handle.focus()
    for key, expected in (
        ("End", high),
        ("ArrowLeft", high - step),
        ("Home", low),
        ("ArrowRight", low + step),
        ("PageUp", low + 6 * step),
    ):
        slot.page.keyboard.press(key)
        drawing = read(slot)
        values = {f"logit {i}": logit for i, logit in enumerate(drawing.logits)}
        values["temperature T"] = drawing.settings["temperature"]
        values["c, added to all"] = drawing.settings["shift"]
        assert values[label] == pytest.approx(expected)
        assert_shows(drawing)
    expect(handle).to_be_focused()


def test_the_slider_moves_by_mouse(slot):
    handle = handle_of(slot, "logit 1")
    handle.scroll_into_view_if_needed()
    mouse, track, (x, y) = slot.page.mouse, track_of(handle), middle(handle)
    mouse.move(x, y)
    mouse.down()
    for share in (0.2, 0.9, 0.6):
        mouse.move(track["x"] + share * track["width"], y, steps=3)
        drawing = read(slot)
        assert drawing.logits[1] == pytest.approx(-10 + 20 * share, abs=0.1)
        assert_shows(drawing)
    mouse.up()


def test_the_slider_moves_by_touch(phone_slot):
    handle = handle_of(phone_slot, "temperature T")
    handle.scroll_into_view_if_needed()
    finger, track, (x, y) = Finger(phone_slot.page), track_of(handle), middle(handle)
    finger.put(x, y)
    for share in (0.3, 0.7):
        finger.move(track["x"] + share * track["width"], y + 4)
        drawing = read(phone_slot)
        assert drawing.settings["temperature"] == pytest.approx(0.1 + 9.9 * share, abs=0.15)
        assert_shows(drawing)
    finger.lift()


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_only_the_naive_formula_breaks_when_shifted(slot, formula, precision):
    """The stable formula never breaks; the naive one does, beyond the ends of the precision."""
    choose(slot, "formula", formula)
    choose(slot, "precision", precision)
    largest = float(np.finfo(precision).max)
    for shift in (0, 5, 20, 100, 1000, -20, -120, -1000):
        write_number(slot, "c, added to all", shift)
        drawing = read(slot)
        assert drawing.settings["shift"] == shift
        assert_shows(drawing)
        broken = bool(np.isnan(drawing.p).any())
        assert broken == np.isnan(softmax_by_steps(drawing.logits, **drawing.settings)[0]).any()
        if formula == "stable":
            assert not broken
        elif shift > np.log(largest):
            assert broken
            assert "It becomes ∞, and ∞ ÷ ∞ is NaN." in drawing.note
        elif shift == -1000:
            assert broken
            assert "All become 0, and 0 ÷ 0 is NaN." in drawing.note
    if (formula, precision) == ("stable", "float64"):
        assert drawing.note.startswith("Subtracting 1000 from every logit changes nothing")
    if (formula, precision) == ("stable", "float16"):
        assert "This rounding changed their differences" in drawing.note


def test_the_menu_changes_the_true_class(slot):
    for i in range(3):
        choose(slot, "true class", str(i))
        drawing = read(slot)
        assert drawing.settings["true_class"] == i
        assert drawing.gradient.argmin() == i
        assert_shows(drawing)


def test_reset_goes_back_to_what_was_stored(slot, figure):
    before = read(slot)
    choose(slot, "formula", "naive")
    choose(slot, "precision", "float16")
    choose(slot, "true class", "2")
    for label in ("logit 0", "temperature T", "c, added to all"):
        handle_of(slot, label).press("End")
    after = read(slot)
    assert after.settings != before.settings
    slot.get_by_role("button", name="Reset").click()
    reset = read(slot)
    assert (reset.logits, reset.settings, reset.note) == (
        before.logits,
        before.settings,
        before.note,
    )
    assert_shows(reset)


def test_what_it_shows_is_spoken(slot):
    """What the bars show is told to screen readers, once the reader pauses, and on request."""
    choose(slot, "formula", "stable")
    choose(slot, "precision", "float64")
    choose(slot, "true class", "1")
    handle_of(slot, "c, added to all").press("End")
    logits = read(slot).logits
    p = ", ".join(f"class {i}: {one:.3f}" for i, one in enumerate(softmax(logits)))
    spoken = (
        f"Probabilities: {p}. Cross-entropy {sparse_softmax_cross_entropy(logits, 1):.3f}, "
        f"entropy {entropy(softmax(logits)):.3f}. Adding 1000 to every logit changes nothing: "
        "the largest is subtracted first."
    )
    expect(slot.locator("[aria-live]")).to_have_text(spoken)
    expect(slot.get_by_role("img", name=spoken, exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_below_moves(open_page, figure, width):
    """The space that is kept holds the figure, and the text below stays where it was."""
    page = open_page(figure.page, width=width)
    slot = page.locator(".widget-slot").nth(figure.slot)
    kept = slot.bounding_box()["height"]
    live_figure(page, figure.slot)
    assert slot.bounding_box()["height"] == kept
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("figure", [figure for figure in FIGURES if figure.prediction], ids=name_of)
def test_the_guarded_slider_waits_for_an_answer(open_page, figure):
    """The guarded slider is locked until an answer moves it, where the bars give the answer."""
    slot = live_figure(open_page(figure.page), figure.slot)
    locked = slot.locator('.noUi-handle[aria-disabled="true"]')
    expect(locked).to_have_count(1)
    label = locked.get_attribute("aria-label")
    right = figure.prediction["options"][figure.prediction["answer"]]
    slot.get_by_text(right, exact=True).click()
    expect(slot.locator(".verdict")).to_contain_text("Yes.")
    expect(locked).to_have_count(0)
    drawing = read(slot)
    name = {"temperature T": "temperature", "c, added to all": "shift"}[label]
    assert drawing.settings[name] == figure.prediction["shows"]
    assert_shows(drawing)
