"""The quiz in the published page: by keyboard, one answer at a time, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.book import DRIVEN_EXPLORERS, KINDS_OF_PAGE, pages_with

WITH_QUIZ = pages_with("actloss-quiz")
WITH_FIGURE = sorted({explorer.page for explorer in DRIVEN_EXPLORERS})

a_quiz = pytest.mark.parametrize("path", [page for page in KINDS_OF_PAGE if page in WITH_QUIZ])


def test_the_book_has_quizzes():
    """Or all tests below would run over nothing."""
    assert WITH_QUIZ


@a_quiz
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_option_by_keyboard(open_page, path, scripts):
    page = open_page(path, java_script_enabled=scripts)
    for question in page.locator(".actloss-quiz > li").all():
        options = question.locator("details")
        rights = 0
        for number, option in enumerate(options.all()):
            summary = option.locator("summary")
            if number:
                page.keyboard.press("Tab")
            else:
                summary.focus()
            expect(summary).to_be_focused()
            page.keyboard.press("Space" if number % 2 else "Enter")
            answer = option.locator("p")
            expect(answer).to_be_visible()
            verdict = answer.locator("strong").inner_text()
            assert verdict in ("Right.", "Not this one.")
            assert len(answer.inner_text()) > len(verdict) + 10  # it says why
            rights += verdict == "Right."
            # The one before has closed: one answer stands open at a time.
            expect(question.locator("details[open]")).to_have_count(1)
        assert rights == 1


@a_quiz
def test_questions_are_independent(open_page, path):
    page = open_page(path)
    questions = page.locator(".actloss-quiz > li")
    for question in questions.all():
        question.locator("summary").first.click()
    expect(page.locator(".actloss-quiz details[open]")).to_have_count(questions.count())
    questions.first.locator("summary").first.click()
    expect(questions.first.locator("details[open]")).to_have_count(0)


@a_quiz
def test_right_and_wrong_differ_by_more_than_colour(open_page, path):
    page = open_page(path, forced_colors="active")
    for kind, words in (("right", "Right."), ("wrong", "Not this one.")):
        option = page.locator(f".actloss-quiz details.{kind}").first
        option.locator("summary").click()
        expect(option.locator("strong")).to_have_text(words)
        expect(option.locator("strong")).to_be_visible()


# --- the page without scripts --------------------------------------------------------------


@pytest.mark.parametrize("path", WITH_FIGURE)
def test_still_pictures_without_scripts(open_page, path):
    """In the place of each live figure stands its picture, loaded and described."""
    page = open_page(path, java_script_enabled=False)
    slots = page.locator(".widget-slot")
    assert slots.count() > 0
    for slot in slots.all():
        picture = slot.locator(".widget-still img")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.complete && image.naturalWidth") > 300
        assert picture.get_attribute("alt").strip()
        expect(slot.locator(".widget-live")).to_have_count(0)


@pytest.mark.parametrize("path", WITH_FIGURE)
def test_still_picture_is_gone_once_the_figure_lives(open_page, path):
    page = open_page(path)
    for slot in page.locator(".widget-slot").all():
        slot.scroll_into_view_if_needed()
        expect(slot.locator(".actloss-plot")).to_be_visible()
        expect(slot.locator(".widget-still")).to_be_hidden()


@pytest.mark.parametrize("path", WITH_FIGURE)
def test_printed_page_shows_each_figure_once(open_page, path):
    """As a still picture, or, once it lives, as the reader sees it."""
    page = open_page(path)
    asleep, alive = ".widget-slot:not([data-state])", ".widget-slot[data-state=live]"
    shown = page.locator(f"{asleep} .widget-still img:visible, {alive}")  # one may wake meanwhile
    page.emulate_media(media="print")
    expect(shown).to_have_count(page.locator(".widget-slot").count())
    page.emulate_media(media="screen")
    for slot in page.locator(".widget-slot").all():
        slot.scroll_into_view_if_needed()
        expect(slot).to_have_attribute("data-state", "live")
    page.emulate_media(media="print")
    for slot in page.locator(".widget-slot").all():
        expect(slot.locator(".widget-still img")).to_be_hidden()
        expect(slot.locator(".widget-live .actloss-plot")).to_be_visible()
