"""The chooser in the published page: every path, its advice, and where its links lead."""

import pytest
from playwright.sync_api import expect

from actloss.widgets.chooser import title_of, to_digits
from actloss.widgets.chooser_trees import TREES, Question, paths
from tests.browser.book import figures_of_kind, name_of, text_of
from tests.browser.conftest import PHONE
from tests.browser.figure import live_figure, settle
from tests.browser.test_links import follow
from tests.browser.test_sharing import saved

FIGURES = [figure for figure in figures_of_kind("Chooser") if "explorers" not in figure.page]
PATHS = """{
  taken: texts("text.taken"), open: texts("text.open"), closed: texts("text.closed"),
}"""


def answer(slot, tree, answers):
    """Answer the questions of a path, one after the other."""
    for number in answers:
        assert isinstance(tree, Question)
        group = slot.get_by_role("group", name=tree.text, exact=True)
        words, tree = list(tree.answers.items())[number - 1]
        group.get_by_role("radio", name=words, exact=True).check()
    return tree


def test_both_choosing_chapters_have_one():
    assert [name_of(figure) for figure in FIGURES] == [
        "choosing-a-loss-1",
        "choosing-an-activation-1",
    ]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("figure", FIGURES, ids=name_of)
def test_every_path_ends_in_advice_and_its_links_lead_somewhere(open_page, site, figure, width):
    tree = TREES[figure.plot["about"]]
    slot = live_figure(open_page(figure.page, width=width), figure.slot)
    heights = set()
    for answers, advice in paths(tree):
        answer(slot, tree, answers)
        expect(slot.locator("fieldset")).to_have_count(len(answers))
        links = slot.locator(".readout a")
        assert links.all_inner_texts() == [title_of(name) for name in advice.functions]
        for link, where in zip(links.all(), advice.functions.values(), strict=True):
            page, section = where.split("#")
            assert link.get_attribute("href") == f"{site}chapters/{page}.html#{section}"
            assert f'id="{section}"' in text_of(f"chapters/{page}.html")
        for text in (advice.reason, advice.unless):
            expect(slot.locator("[aria-live]")).to_contain_text(text)
        expect(slot.locator("svg text.taken")).to_have_text([advice.label])
        expect(slot.locator("svg text.open")).to_have_count(0)
        heights.add(slot.bounding_box()["height"])
        assert slot.evaluate("slot => slot.scrollWidth <= slot.clientWidth")
    if width == 1280:
        assert len(heights) == 1  # nothing moves from answer to answer


@pytest.mark.parametrize("figure", FIGURES, ids=name_of)
def test_each_answer_closes_the_other_paths(open_page, figure):
    tree = TREES[figure.plot["about"]]
    slot = live_figure(open_page(figure.page), figure.slot)
    labels = [advice.label for _, advice in paths(tree)]
    expect(slot.locator("svg text.open")).to_have_text(labels)
    expect(slot.locator(".readout output")).to_have_text(f"{len(labels)} of {len(labels)}")
    answer(slot, tree, (1,))
    kept = [advice.label for answers, advice in paths(tree) if answers[0] == 1]
    expect(slot.locator("svg text.open")).to_have_text(kept)
    expect(slot.locator("svg text.closed")).to_have_count(len(labels) - len(kept))
    expect(slot.locator(".readout output")).to_have_text(f"{len(kept)} of {len(labels)}")


def test_it_moves_by_keyboard(open_page):
    """An arrow changes an answer and stays in its question; Tab goes on to the next."""
    figure = FIGURES[0]
    page = open_page(figure.page)
    slot = live_figure(page, figure.slot)
    slot.get_by_role("radio", name="a number", exact=True).focus()
    page.keyboard.press("Space")
    expect(slot.locator("legend").last).to_have_text("Which number, where the data leave it open?")
    page.keyboard.press("ArrowDown")
    expect(slot.get_by_role("radio", name="yes or no", exact=True)).to_be_focused()
    expect(slot.locator("legend").last).to_have_text("What will be read from it?")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")  # from none to the last
    page.keyboard.press("ArrowUp")
    expect(slot.locator(".readout")).to_contain_text("take Hinge loss")
    slot.get_by_role("button", name="Reset").press("Enter")
    expect(slot.locator("input:checked")).to_have_count(0)
    expect(slot.locator("fieldset")).to_have_count(1)


def test_it_answers_to_a_tap(open_page):
    figure = FIGURES[1]
    slot = live_figure(open_page(figure.page, **PHONE), figure.slot)
    slot.get_by_text("at the output", exact=True).tap()
    slot.get_by_text("one class of several", exact=True).tap()
    expect(slot.locator(".readout")).to_contain_text("take Softmax")
    sizes = slot.locator("label").evaluate_all("all => all.map((one) => one.clientHeight)")
    assert min(sizes) >= 24


def test_a_change_of_an_answer_keeps_those_before_it(open_page):
    figure = FIGURES[1]
    tree = TREES["activations"]
    slot = live_figure(open_page(figure.page), figure.slot)
    answer(slot, tree, (2, 2, 3, 3, 1))
    answer(slot, tree, (2, 2, 2))
    expect(slot.locator("fieldset")).to_have_count(3)
    assert slot.locator("input:checked").count() == 3
    expect(slot.locator(".readout")).to_contain_text("take Tanh")


@pytest.mark.parametrize(
    ("state", "checked", "asked"),
    [("112", 3, 3), ("11", 2, 3), ("19", 1, 2), ("9", 0, 1), ("411", 1, 1), ("1e9", 0, 1)],
)
def test_a_link_opens_it_as_it_was(open_page, state, checked, asked):
    """What is no answer is left out, with all that follows it."""
    figure = FIGURES[0]
    page = follow(open_page, f"figure={name_of(figure)}&answers={state}", path=figure.page)
    slot = live_figure(page, figure.slot)
    expect(slot.locator("input:checked")).to_have_count(checked)
    expect(slot.locator("fieldset")).to_have_count(asked)


def test_a_copied_link_leads_back(open_page):
    figure = FIGURES[1]
    page = open_page(figure.page)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')); }")
    slot = live_figure(page, figure.slot)
    path = (2, 2, 3, 2)
    answer(slot, TREES["activations"], path)
    slot.get_by_role("button", name="Copy link").click()
    page.wait_for_function(f"location.hash.endsWith('answers={to_digits(path)}')")
    page.reload()
    again = live_figure(page, figure.slot)
    expect(again.locator(".readout")).to_contain_text("take ReLU, ReLU6, Hard swish")
    settle(page)


def test_the_drawing_is_saved_with_its_advice(open_page):
    figure = FIGURES[0]
    slot = live_figure(open_page(figure.page), figure.slot)
    answer(slot, TREES["losses"], (1, 1, 2))
    words = saved(slot, "Save SVG").decode()
    assert "take Huber loss" in words
    assert ">ArcFace<" in words


def test_its_own_page_leads_to_the_chapters(open_page, site):
    """Which an <iframe> shows."""
    page = open_page(f"_static/figures/{name_of(FIGURES[1])}.html")
    slot = live_figure(page, 0)
    answer(slot, TREES["activations"], (1, 5))
    link = slot.locator(".readout a")
    assert link.get_attribute("href") == f"{site}chapters/softmax.html#from-scores-to-probabilities"
    assert link.get_attribute("target") == "_top"
