"""The page on which a teacher marks answers, typed key by key; what students wrote does nothing."""

import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from actloss.grading import hand_marks, review
from exercises.submissions import hand_in, notebook
from tests.grading.test_review import HOSTILE, RUBRIC, png, with_text
from tools.stamps import ROOT

AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def folder(tmp_path):
    picture = {"a.png": {"image/png": png()}, "b.png": {"image/png": "bm8="}}
    for name, why, sketch in (
        ("ada", "It would overflow.", ""),
        ("bo", HOSTILE, f"![a](attachment:a.png) {HOSTILE}"),
        ("cy", "Because.", ""),
    ):
        content = notebook("softmax", {})
        pictures = picture if sketch else None
        hand_in(tmp_path / "in", name, with_text(why, sketch, content, pictures))
    (tmp_path / "rubric.toml").write_text(RUBRIC, encoding="utf-8")
    return tmp_path


@contextmanager
def opened(browser, folder, *, anonymous=False, **options):
    """The page, with all it says and asks for; it may ask nobody but its own server."""
    found = review.Review(
        folder / "in", folder / "out", [folder / "rubric.toml"], anonymous=anonymous
    )
    with review.Server(found, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(**options)
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(server.address)
        expect(page.locator("h1")).not_to_be_empty()
        yield page
        assert all(url.startswith(server.address) for url in page.asked if url[:5] != "data:")
        page.close()
        server.shutdown()


def stored(folder, student, name="why-stable"):
    return (
        hand_marks.read_marks(folder / "out")
        .get(f"{student}.ipynb", {})
        .get(name, hand_marks.Mark())
    )


def status(page):
    return page.get_by_role("status")


def test_a_class_is_marked_by_keyboard_alone(browser, folder):
    with opened(browser, folder) as page:
        expect(page.locator("h1")).to_have_text("ada")
        expect(status(page)).to_have_text("Not marked yet.")
        page.keyboard.press("2")
        expect(status(page)).to_have_text("Saved: 2 of 3.")
        assert stored(folder, "ada").criteria == (1,)
        page.keyboard.press("c")
        page.keyboard.type("Why j, k and 1? f")
        page.keyboard.press("Escape")
        expect(status(page)).to_have_text("Saved: 2 of 3.")
        page.keyboard.press("j")
        expect(page.locator("h1")).to_have_text("bo")
        page.keyboard.press("0")
        expect(status(page)).to_have_text("Saved: 0 of 3.")
        page.keyboard.press("u")
        expect(page.locator("h1")).to_have_text("cy")
        page.keyboard.press("f")
        expect(status(page)).to_have_text("Saved: 3 of 3.")
        expect(page.locator("header")).to_contain_text("3 of 3, 3 marked")
        page.keyboard.press("u")
        expect(status(page)).to_have_text("All answers to this exercise are marked.")
        page.keyboard.press("]")
        page.keyboard.press("p")
        page.keyboard.type("1.5")
        page.keyboard.press("Escape")
        expect(status(page)).to_have_text("Saved: 1.5 of 2.5.")
    mark = stored(folder, "ada")
    assert (mark.points, mark.comment) == (2, "Why j, k and 1? f")
    assert stored(folder, "bo").points == 0
    assert stored(folder, "cy").points == 3
    assert stored(folder, "bo", "sketch").points == 1.5


def test_marks_are_there_when_the_page_is_opened_again(browser, folder):
    with opened(browser, folder) as page:
        page.keyboard.press("1")
        expect(status(page)).to_have_text("Saved: 1 of 3.")
    with opened(browser, folder) as page:  # at the first that is not marked
        expect(page.locator("h1")).to_have_text("bo")
        page.keyboard.press("k")
        expect(page.get_by_role("checkbox").first).to_be_checked()
        page.keyboard.press("x")
        expect(status(page)).to_have_text("Saved: not marked.")
    assert stored(folder, "ada").points is None


def test_what_students_wrote_is_text(browser, folder):
    with opened(browser, folder) as page:
        page.keyboard.press("j")
        expect(page.locator(".cells")).to_have_text(HOSTILE)
        page.keyboard.press("]")
        expect(page.locator(".cells .text")).to_have_text(f"![a](attachment:a.png) {HOSTILE}")
        picture = page.locator(".cells img")
        expect(picture).to_have_count(1)
        assert picture.evaluate("one => one.complete && one.naturalWidth") == 2
        expect(page.locator("figcaption").last).to_have_text("b.png is not shown: this is no PNG")
        assert page.evaluate("typeof hacked") == "undefined"
        assert page.locator("script").count() == 1


@pytest.mark.parametrize(("choice", "points"), [("Keep that one", 1), ("Save mine", 2)])
def test_two_pages_do_not_overwrite_each_other(browser, folder, choice, points):
    with opened(browser, folder) as one, opened(browser, folder) as other:
        one.keyboard.press("1")
        expect(status(one)).to_have_text("Saved: 1 of 3.")
        other.keyboard.press("2")
        alert = other.get_by_role("alert")
        expect(alert).to_contain_text("ada was marked elsewhere meanwhile: 1 point.")
        assert stored(folder, "ada").points == 1
        other.keyboard.press("j")  # it does not go away
        expect(other.locator("h1")).to_have_text("bo")
        expect(alert).to_contain_text("ada was marked elsewhere")
        other.get_by_role("button", name=choice).click()
        expect(alert).to_be_empty()
        other.keyboard.press("k")
        expect(other.get_by_label("Points")).to_have_value(str(points))
    assert stored(folder, "ada").points == points


def test_a_mark_that_cannot_be_saved_stays_in_sight(browser, folder):
    with opened(browser, folder) as page:
        page.route("**/mark", lambda route: route.abort())
        page.keyboard.press("f")
        expect(page.get_by_role("alert")).to_contain_text("actloss review has ended")
        expect(page.locator("header")).to_contain_text("0 marked")
        page.unroute("**/mark")
        page.get_by_role("button", name="Try again").click()
        expect(status(page)).to_have_text("Saved: 3 of 3.")
    assert stored(folder, "ada").points == 3


@pytest.mark.parametrize("typed", ["4", "-1", "1e"])
def test_wrong_points_are_not_left_behind(browser, folder, typed):
    with opened(browser, folder) as page:
        page.keyboard.press("p")
        page.keyboard.type(typed)
        page.keyboard.press("Escape")
        expect(status(page)).to_have_text("Not saved: points are from 0 to 3.")
        page.keyboard.press("j")
        expect(page.locator("h1")).to_have_text("ada")
        expect(page.get_by_label("Points")).to_be_focused()
    assert stored(folder, "ada").points is None


def test_anonymous_page_names_nobody(browser, folder):
    with opened(browser, folder, anonymous=True) as page:
        expect(page.locator("h1")).to_have_text("Answer 1")
        text = page.locator("body").inner_text()
        assert not {"ada", "bo", "cy"} & set(text.split())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_page_is_accessible_and_fits(browser, folder, scheme, width):
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    with opened(browser, folder, bypass_csp=True, **options) as page:
        page.keyboard.press("]")
        page.keyboard.press("f")
        expect(status(page)).to_have_text("Saved: 2.5 of 2.5.")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run().then((found) => found.violations)")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
