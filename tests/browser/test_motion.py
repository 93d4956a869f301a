"""Motion with meaning: curves glide to another function, and from a guess to the answer.

What moves is the paint alone: marks and numbers of a drawing are right from the first moment, so
that nothing has to wait for the end of a glide.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.book import EXPLORERS, figures_of_kind, name_of
from tests.browser.figure import live_figure, settle

CURVES = ".curve:is(.main, .slope)"
LONGEST = {"choice": 300, "answer": 700}  # milliseconds that a glide may last

# What the curves show, frame by frame, after `act`, until nothing moves any more.
FRAMES = """async (slot, { act, curves }) => {
  const next = () => new Promise(requestAnimationFrame);
  const all = () => [...slot.querySelectorAll(curves)];
  const shown = () => all().map((path) => getComputedStyle(path).d).join();
  const moving = () => all().flatMap((path) => path.getAnimations());
  const before = shown();
  await eval(`(${act})`)(slot);
  const readout = slot.querySelector(".readout").innerText;
  const drawn = all().map((path) => path.getAttribute("d"));
  const frames = [];
  const lengths = moving().map((one) => one.effect.getComputedTiming().duration);
  do {
    await next();
    frames.push(shown());
  } while (moving().length);
  return {
    before,
    frames,
    lengths,
    after: shown(),
    drawnStays: all().every((path, i) => path.getAttribute("d") === drawn[i]),
    readoutStays: slot.querySelector(".readout").innerText === readout,
    end: all().map((path) => [path.getAttribute("d"), getComputedStyle(path).d]),
  };
}"""

CHOOSE = """async (slot) => {
  const menu = slot.querySelector(".actloss-controls select");
  menu.selectedIndex = (menu.selectedIndex + 1) % menu.options.length;
  menu.dispatchEvent(new Event("change", { bubbles: true }));
  await Promise.resolve();
}"""
SLIDE = """async (slot) => {
  const handle = [...slot.querySelectorAll(".noUi-handle")].find((one) => one.checkVisibility());
  const low = Number(handle.ariaValueNow) - Number(handle.ariaValueMin);
  const high = Number(handle.ariaValueMax) - Number(handle.ariaValueNow);
  const key = low > high ? "ArrowLeft" : "ArrowRight";
  handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  await Promise.resolve();
}"""
ANSWER = """async (slot) => {
  slot.querySelector(".actloss-prediction .options button").click();
  await Promise.resolve();
}"""
CHOOSE_ELU = CHOOSE.replace(
    "(menu.selectedIndex + 1) % menu.options.length",
    "[...menu.options].findIndex((option) => option.text === 'ELU')",
)
CHOOSE_THEN_SLIDE = f"""async (slot) => {{
  await ({CHOOSE_ELU})(slot);
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await ({SLIDE})(slot);
}}"""

FREE = [explorer for explorer in EXPLORERS if not explorer.prediction]
CHOSEN = [
    next(iter(FREE), None),
    next(iter(figures_of_kind("RegressionLossExplorer")), None),
    next(iter(figures_of_kind("GradientFlowExplorer")), None),
]
WITH_MENU = [figure for figure in CHOSEN if figure and not figure.prediction]
ASKED = [explorer for explorer in EXPLORERS if explorer.prediction][:3]


def numbers(path):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


def watch(open_page, figure, act, *, motion="no-preference"):
    page = open_page(figure.page, reduced_motion=motion)
    slot = live_figure(page, figure.slot)
    seen = slot.evaluate(FRAMES, {"act": act, "curves": CURVES})
    assert seen["after"] != seen["before"], "nothing changed"
    assert seen["drawnStays"], "the drawing itself must be at its end at once"
    assert seen["readoutStays"], "numbers do not run"
    for attribute, computed in seen["end"]:
        assert numbers(computed) == pytest.approx(numbers(attribute), abs=0.01)
    return seen


def between(seen):
    return [frame for frame in seen["frames"] if frame not in (seen["before"], seen["after"])]


def test_there_are_figures_of_each_kind(site):
    assert len(WITH_MENU) > 1
    assert len(ASKED) == 3


@pytest.mark.parametrize("figure", WITH_MENU, ids=name_of)
def test_curves_glide_to_what_a_menu_chooses(figure, open_page):
    seen = watch(open_page, figure, CHOOSE)
    assert between(seen)
    assert max(seen["lengths"]) <= LONGEST["choice"]


@pytest.mark.parametrize("figure", ASKED, ids=name_of)
def test_an_answer_moves_from_the_guess_to_the_truth(figure, open_page):
    seen = watch(open_page, figure, ANSWER)
    assert between(seen)
    assert max(seen["lengths"]) <= LONGEST["answer"]


@pytest.mark.parametrize("figure", WITH_MENU, ids=name_of)
def test_without_motion_a_choice_jumps(figure, open_page):
    seen = watch(open_page, figure, CHOOSE, motion="reduce")
    assert not between(seen)
    assert seen["lengths"] == []


@pytest.mark.parametrize("figure", ASKED, ids=name_of)
def test_without_motion_an_answer_jumps(figure, open_page):
    seen = watch(open_page, figure, ANSWER, motion="reduce")
    assert not between(seen)
    assert seen["lengths"] == []


def test_a_slider_is_painted_at_once(open_page):
    explorer = next(one for one in FREE if one.plot["names"][one.plot["function_index"]] == "swish")
    seen = watch(open_page, explorer, SLIDE)
    assert seen["frames"][0] == seen["after"]
    assert seen["lengths"] == []


def test_a_slider_ends_a_glide_and_is_painted_at_once(open_page):
    """The drawing is in flight towards another function when the slider moves."""
    explorer = next(one for one in FREE if one.plot["names"][one.plot["function_index"]] == "swish")
    assert "findIndex" in CHOOSE_THEN_SLIDE  # ELU, which has a slider
    seen = watch(open_page, explorer, CHOOSE_THEN_SLIDE)
    assert seen["frames"][0] == seen["after"]
    assert seen["lengths"] == []


def test_the_next_choice_takes_over_from_the_last(open_page):
    figure = FREE[0]
    page = open_page(figure.page)
    slot = live_figure(page, figure.slot)
    for _ in range(3):
        slot.evaluate(CHOOSE)
    expect(slot.locator(".curve.main")).to_have_count(1)
    settle(page)
    page.wait_for_function(
        "slot => !slot.querySelector('.curve.main').getAnimations().length",
        arg=slot.element_handle(),
    )
    path = slot.locator(".curve.main")
    computed = path.evaluate("path => getComputedStyle(path).d")
    assert numbers(computed) == pytest.approx(numbers(path.get_attribute("d")), abs=0.01)
