"""What readers do on a page of each kind, in Firefox and in WebKitGTK's browser.

`make test` says where one of them is not there; in CI it installs them, and none may be missing.
"""

import pytest

from tests.browser.laboratory import IN_CI, needs_python
from tests.browser.webdriver import firefox, webkit
from tools.other_browsers import BROWSERS, how_to_install

START = {"Firefox": firefox, "WebKitGTK": webkit}
ARROW_RIGHT, ENTER = "\ue014", "\ue007"

# The middle of an element in the window, once it is in sight.
PLACE = """
const element = document.querySelectorAll(arguments[0])[arguments[1]];
if (!element) return null;
element.scrollIntoView({ block: "center" });
const box = element.getBoundingClientRect();
return [box.x + box.width / 2, box.y + box.height / 2];
"""
WAKE = """
document.querySelector(".widget-slot").scrollIntoView({ block: "center" });
return document.querySelector(".widget-slot[data-state=live] path.curve.main") !== null;
"""
CURVE = "return document.querySelector('.widget-slot path.curve.main').getAttribute('d')"


@pytest.fixture(scope="module", params=START)
def page(request, tmp_path_factory):
    name = request.param
    find, packages = BROWSERS[name]
    if not find():
        leave_out = pytest.fail if IN_CI else pytest.skip
        leave_out(f"{name} is not there ({how_to_install({name: packages})})")
    with START[name](tmp_path_factory.mktemp(name)) as page:
        yield page


def place_of(page, selector, which=0):
    return page.wait(PLACE, selector, which)


def test_a_slider_moves_the_curve(page, site):
    page.go(site + "chapters/intro.html")
    page.wait(WAKE)
    before = page.run(CURVE)
    page.run("document.querySelector('.widget-slot .noUi-handle[aria-label=β]').focus()")
    page.press(ARROW_RIGHT, ARROW_RIGHT)
    assert page.wait(f"return ({CURVE.removeprefix('return ')}) !== arguments[0]", before)


def test_a_point_is_dragged(page, site):
    page.go(site + "chapters/intro.html")
    page.wait(WAKE)
    read = "return document.querySelector('.widget-slot .readout output').textContent"
    before = page.run(read)
    x, y = place_of(page, ".widget-slot .handle")
    page.drag((x, y), (x + 120, y))
    assert page.run(read) != before


def test_a_quiz_answers(page, site):
    page.go(site + "chapters/relu-family.html")
    page.click(place_of(page, ".actloss-quiz summary", 1))
    answer = "return document.querySelector('.actloss-quiz details[open] p')?.textContent"
    assert page.wait(answer).startswith(("Right.", "Not this one."))


@needs_python
def test_code_is_typed_and_runs(page, site):
    page.go(site + "chapters/softmax.html")
    page.click(place_of(page, ".cell:has(.run-python):not(.tag_hide-input) .cell_input pre"))
    page.wait("return document.activeElement.matches('.cm-content')")
    page.run("document.execCommand('selectAll')")
    page.press(*"print(6 / 4)  # é")
    assert "print(6 / 4)  # é" in page.run("return document.activeElement.textContent")
    button = "document.activeElement.closest('.cell').querySelector('.run-python button')"
    page.run(f"window.pressed = {button}; pressed.click()")
    output = "return pressed.closest('.cell').querySelector('.run-output')?.textContent"
    assert page.wait(output, seconds=300).strip() == "1.5"
