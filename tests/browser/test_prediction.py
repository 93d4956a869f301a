"""Predict first: the slider is locked until the reader answers, and the figure gives the answer."""

import pytest
from playwright.sync_api import expect

from tests.browser.book import EXPLORERS, name_of
from tests.browser.figure import assert_shows, live_figure, read

every_prediction = pytest.mark.parametrize(
    "explorer", [explorer for explorer in EXPLORERS if explorer.prediction], ids=name_of
)


@pytest.fixture
def ask(open_page):
    """Open the page; give the live figure and the box with the question."""

    def ask(explorer, **options):
        slot = live_figure(open_page(explorer.page, **options), explorer.slot)
        box = slot.get_by_role("group", name="Predict first.")
        box.scroll_into_view_if_needed()
        return slot, box

    return ask


def assert_locked(slot, drawing):
    """The slider does not move, neither by key nor by mouse nor by writing over its number."""
    handle = slot.locator(".noUi-handle:visible")
    expect(handle).to_have_attribute("aria-disabled", "true")
    handle.press("End")
    track = slot.locator(".noUi-base:visible").bounding_box()
    slot.page.mouse.click(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    expect(slot.locator(".widget-readout:visible")).to_have_attribute("contenteditable", "false")
    expect(slot.locator(".widget-readout:visible")).not_to_be_editable()
    for menu in slot.locator(".actloss-controls").first.locator("select").all():
        expect(menu).to_be_disabled()
    assert read(slot).sliders == drawing.sliders


def far_end(handle):
    """The key to that end of the slider from which its handle is farther: it always moves it."""
    low, now, high = (
        float(handle.get_attribute(f"aria-value{which}")) for which in ("min", "now", "max")
    )
    return "Home" if now - low > high - now else "End"


def answers_of(explorer):
    """Each option with whether it is right."""
    question = explorer.prediction
    return [(text, number == question["answer"]) for number, text in enumerate(question["options"])]


def functions_of(explorer):
    plot = explorer.plot
    ghost = plot["names"][plot["compare_index"] - 1] if plot["compare_index"] else None
    return plot["names"][plot["function_index"]], ghost


def test_the_book_asks():
    """Or all tests below would run over nothing."""
    assert [explorer for explorer in EXPLORERS if explorer.prediction]


@every_prediction
def test_each_answer_unlocks_moves_and_is_judged(ask, explorer):
    """Each one unlocks the slider, moves it to the announced value, and is judged and explained."""
    for text, right in answers_of(explorer):
        slot, box = ask(explorer)
        before = read(slot)
        assert_locked(slot, before)
        verdict = box.get_by_role("status")
        expect(verdict).to_be_empty()
        option = box.get_by_text(text, exact=True)
        option.click()
        expect(verdict).to_have_text(
            f"{'Yes.' if right else 'Not quite.'} {explorer.prediction['explanation']}"
        )
        expect(option).to_have_attribute("aria-pressed", "true")
        expect(box.locator(".wrong")).to_have_count(0 if right else 1)
        expect(box.locator(".right")).to_have_text(
            explorer.prediction["options"][explorer.prediction["answer"]]
        )
        expect(box.get_by_role("button", name="Skip")).to_be_hidden()
        handle = slot.locator(".noUi-handle:visible")
        expect(handle).to_have_attribute("aria-disabled", "false")
        drawing = read(slot)
        assert list(drawing.sliders.values()) == [explorer.prediction["shows"]]
        assert_shows(drawing, *functions_of(explorer))
        handle.press(far_end(handle))
        assert read(slot).sliders != drawing.sliders
        slot.page.context.close()


@every_prediction
def test_by_keyboard_alone(ask, explorer):
    """From the question to the moved slider with Tab, Enter, Space and arrows."""
    slot, box = ask(explorer)
    keyboard = slot.page.keyboard
    first, second, *_ = (text for text, _ in answers_of(explorer))
    box.get_by_text(first, exact=True).focus()
    keyboard.press("Tab")
    keyboard.press("Space")
    chosen = box.get_by_text(second, exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(chosen).to_be_focused()
    before = read(slot)
    handle = slot.locator(".noUi-handle:visible")
    for _ in range(12):
        keyboard.press("Tab")
        if handle.evaluate("handle => handle === document.activeElement"):
            break
    keyboard.press("ArrowLeft" if far_end(handle) == "Home" else "ArrowRight")
    assert read(slot).sliders != before.sliders


@every_prediction
def test_skip_by_keyboard(ask, explorer):
    """Skip unlocks without moving anything, and the reader goes on from there."""
    slot, box = ask(explorer)
    before = read(slot)
    box.get_by_role("button", name="Skip").focus()
    slot.page.keyboard.press("Enter")
    expect(box.get_by_role("status")).to_have_text("Move the slider and see.")
    after = read(slot)
    assert (after.point, after.sliders) == (before.point, before.sliders)
    slot.page.keyboard.press("Tab")
    expect(slot.get_by_label("function", exact=True)).to_be_focused()
    handle = slot.locator(".noUi-handle:visible")
    handle.press(far_end(handle))
    assert read(slot).sliders != before.sliders
    box.get_by_text(answers_of(explorer)[0][0], exact=True).click()
    assert list(read(slot).sliders.values()) == [explorer.prediction["shows"]]


@every_prediction
def test_another_function_puts_the_question_away(ask, explorer):
    """An explanation never stands beside a function that it does not describe."""
    slot, box = ask(explorer)
    right = explorer.prediction["options"][explorer.prediction["answer"]]
    box.get_by_text(right, exact=True).click()
    verdict = box.get_by_role("status")
    explained = f"Yes. {explorer.prediction['explanation']}"
    expect(verdict).to_have_text(explained)
    function, ghost = functions_of(explorer)
    slot.get_by_label("beside it", exact=True).select_option(value="Tanh")
    expect(verdict).to_have_text(explained)  # the ghost is no part of the question
    other, title = ("elu", "ELU") if function == "prelu" else ("prelu", "PReLU")
    slot.get_by_label("function", exact=True).select_option(value=title)
    expect(verdict).to_contain_text("Another function is drawn")
    expect(box.get_by_text(right, exact=True)).to_be_disabled()
    assert_shows(read(slot), other, "tanh")
    slot.get_by_role("button", name="Reset").click()
    expect(verdict).to_have_text(explained)
    expect(box.get_by_text(right, exact=True)).to_be_enabled()
    assert_shows(read(slot), function, ghost)
