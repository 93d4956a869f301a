"""Exercises are solved where they are read: typed, checked, mended, kept; a loop is stopped."""

import json
import re

import pytest
from playwright.sync_api import expect

from actloss.exercises import of_chapter
from exercises.submissions import solved
from tests.browser.book import PAGES, parse
from tests.browser.conftest import PHONE, quiet_context
from tests.browser.laboratory import (
    NAME,
    WHILE_PYTHON_STARTS,
    answer_of,
    check_of,
    code_of,
    needs_python,
    open_editor,
    press_check,
    score_of,
    status_of,
    write,
)
from tests.browser.test_accessibility import AXE, RUN_AXE

pytestmark = needs_python

SETS = [page for page in PAGES if page.startswith("chapters/exercises/")]
SLUGS = [page.split("/")[-1].removesuffix(".html") for page in SETS]
SOFTMAX = "chapters/exercises/softmax.html"

# A page, an exercise, a wrong answer, words of its hint, and a right one. The editor indents.
TYPED = [
    (
        "neuron",
        "one_neuron_gradient",
        "def one_neuron_gradient(x, w, b, y):\na = np.tanh(x @ w + b)\n"
        "return 2 * (a - y) @ x / len(x)",
        "The neuron is not linear",
        "def one_neuron_gradient(x, w, b, y):\na = np.tanh(x @ w + b)\n"
        "return 2 * (a - y) * (1 - a**2) @ x / len(x)",
    ),
    (
        "relu-family",
        "leaky_relu",
        "def leaky_relu(x, alpha):\nreturn np.maximum(x, 0) - alpha * np.minimum(x, 0)",
        "A negative x with a positive slope stays negative",
        "def leaky_relu(x, alpha):\nreturn np.maximum(x, 0) + alpha * np.minimum(x, 0)",
    ),
    (
        "cross-entropy",
        "price_of_a_wrong_belief",
        "p = 7 / 4\nprice_of_a_wrong_belief = p",
        "That is the entropy",
        "price_of_a_wrong_belief = 1 / 2",
    ),
    (
        "regression-losses",
        "loaves_to_bake",
        "loaves_to_bake = 28",
        "That is the median",
        "loaves_to_bake = 40",
    ),
]


@pytest.fixture(scope="module")
def softmax(browser, site):
    """The exercises on softmax, in a page in which Python has started."""
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        page.goto(SOFTMAX)
        yield page


@pytest.mark.parametrize("slug", SLUGS)
def test_each_answer_has_one_check_and_the_page_speaks_of_itself(slug):
    page = parse(f"chapters/exercises/{slug}.html")
    exercises = of_chapter(slug)
    checks = page.select(".exercise-check button:not([hidden])")
    assert [button.text for button in checks] == ["Check"] * len(exercises)
    points = sum(exercise.points for exercise in exercises)
    score = page.select_one(".run-page .exercise-score strong").text
    assert score == f"0 of {len(exercises)} solved, 0 of {points} points"
    for cell in page.select(".cell"):
        cell.decompose()
    text = page.select_one("article").text
    assert not re.search(r"make lab|kernel|[Rr]un the|this page as a notebook|Python cell", text)


def test_wrong_then_a_hint_then_right_then_kept(softmax):
    page = softmax
    answer = answer_of(page, "stable_softmax")
    expect(score_of(page)).to_have_text("0 of 5 solved, 0 of 9 points")
    untouched = press_check(page, "stable_softmax")
    expect(untouched).to_contain_text("not solved yet")
    expect(untouched).not_to_contain_text("cell")
    write(answer, "def stable_softmax(z):\ne = np.exp(z)\nreturn e / e.sum(axis=-1, keepdims=True)")
    wrong = press_check(page, "stable_softmax")
    expect(wrong).to_contain_text("Hint: exp(1000) is more than a float can hold")
    solution = check_of(page, "stable_softmax").locator("+ details")
    assert not solution.evaluate("details => details.open")
    write(
        answer,
        "def stable_softmax(z):\ne = np.exp(z - z.max(axis=-1, keepdims=True))\n"
        "return e / e.sum(axis=-1, keepdims=True)",
    )
    right = press_check(page, "stable_softmax")
    expect(right).to_contain_text("stable_softmax: solved, 2 points")
    expect(right).to_contain_text("a browser cannot know: whether NumPy warns")
    expect(right).not_to_contain_text("causes no warning")
    expect(right).not_to_contain_text("kernel")
    expect(score_of(page)).to_have_text("1 of 5 solved, 2 of 9 points")
    assert solution.evaluate("details => details.open")
    page.reload()
    expect(score_of(page)).to_have_text("1 of 5 solved, 2 of 9 points")
    expect(right).to_contain_text("stable_softmax: solved, 2 points")


def test_an_answer_that_is_changed_counts_no_more_until_it_is_as_it_was(softmax):
    page = softmax
    write(answer_of(page, "second_probability"), "second_probability = 3 / 4")
    press_check(page, "second_probability")
    solved = score_of(page).text_content()
    editor = open_editor(answer_of(page, "second_probability"))
    editor.press("ControlOrMeta+End")
    editor.press("5")
    expect(score_of(page)).not_to_have_text(solved)
    expect(status_of(check_of(page, "second_probability"))).to_contain_text("has changed since")
    editor.press("Backspace")
    expect(score_of(page)).to_have_text(solved)
    expect(status_of(check_of(page, "second_probability"))).to_have_text("Solved, 1 point.")


def test_a_check_runs_what_it_needs_and_nothing_else(softmax):
    page = softmax
    write(answer_of(page, "second_probability"), "print('one ran')\nsecond_probability = 3 / 4")
    write(answer_of(page, "log_sum_exp"), "print('two ran')\nlargest = np.max")
    write(
        answer_of(page, "even_temperature"),
        "largest(second_probability)\neven_temperature = 3.5561",
    )
    expect(press_check(page, "even_temperature")).to_contain_text("solved, 2 points")
    expect(answer_of(page, "second_probability").locator(".run-output")).to_have_text("one ran\n")
    expect(answer_of(page, "log_sum_exp").locator(".run-output")).to_have_text("two ran\n")
    expect(answer_of(page, "pixel_probabilities").locator(".run-output")).to_have_count(0)


def test_an_answer_with_an_error_is_not_checked(softmax):
    page = softmax
    answer = answer_of(page, "pixel_probabilities")
    write(answer, "def pixel_probabilities(scores)\nreturn scores")
    check = check_of(page, "pixel_probabilities")
    check.get_by_role("button", name="Check").click()
    expect(status_of(check)).to_contain_text("Not checked", timeout=WHILE_PYTHON_STARTS)
    expect(answer.locator(".run-error")).to_contain_text("SyntaxError")
    expect(answer.locator(".cm-failing")).to_have_count(1)
    expect(check.locator(".run-output")).to_have_count(0)


def test_a_loop_without_end_is_stopped_and_what_stood_before_it_comes_back(softmax):
    page = softmax
    write(answer_of(page, "second_probability"), "second_probability = 3 / 4")
    expect(press_check(page, "second_probability")).to_contain_text("solved")
    before = score_of(page).text_content()
    write(
        answer_of(page, "pixel_probabilities"),
        "def pixel_probabilities(scores):\nwhile True:\npass",
    )
    check = check_of(page, "pixel_probabilities")
    check.get_by_role("button", name="Check").click()
    expect(status_of(check)).to_have_text("Running …")
    check.get_by_role("button", name="Stop").click()
    expect(status_of(check)).to_have_text(
        "Stopped. What stood before it is here again.", timeout=WHILE_PYTHON_STARTS
    )
    expect(score_of(page)).to_have_text(before)
    editor = write(answer_of(page, "log_sum_exp"), "second_prob")
    editor.press("Control+Space")  # a name that the new Python knows
    offered = answer_of(page, "log_sum_exp").get_by_role("option", name="second_probability")
    expect(offered).to_be_visible()


def test_keys_check_and_go_on_and_only_answers_can_be_changed(softmax):
    page = softmax
    answer = answer_of(page, "second_probability")
    editor = write(answer, "second_probability = 1 / 4")
    editor.press("ControlOrMeta+Enter")
    check = check_of(page, "second_probability")
    expect(status_of(check)).to_have_text("Not solved yet.", timeout=WHILE_PYTHON_STARTS)
    expect(check.locator(".run-output")).to_contain_text("probability of the first class")
    expect(editor).to_be_focused()
    editor.press("Shift+Enter")
    expect(answer_of(page, "stable_softmax").get_by_role("textbox", name=NAME)).to_be_focused()
    given = page.locator("div.cell:has([data-locked])").first
    before = code_of(given)
    given.locator("pre").first.click()
    page.keyboard.type("x")
    expect(given.get_by_role("textbox", name=NAME)).to_have_count(0)
    assert code_of(given) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_with_results_is_accessible(softmax, theme):
    page = softmax
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    write(answer_of(page, "second_probability"), "second_probability = 1 / 4")
    press_check(page, "second_probability")
    write(answer_of(page, "even_temperature"), "even_temperature = 3.556")
    press_check(page, "even_temperature")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN_AXE, None)["faults"] == []


@pytest.mark.parametrize(
    ("slug", "exercise", "wrong", "hint", "right"), TYPED, ids=[typed[1] for typed in TYPED]
)
def test_typed_in_other_chapters(open_page, slug, exercise, wrong, hint, right):
    page = open_page(f"chapters/exercises/{slug}.html")
    write(answer_of(page, exercise), wrong)
    report = press_check(page, exercise)
    expect(report).to_contain_text(f"Hint: {hint}")
    write(answer_of(page, exercise), right)
    expect(press_check(page, exercise)).to_contain_text(f"{exercise}: solved")
    expect(score_of(page)).to_contain_text("1 of")


def test_on_a_phone_an_exercise_is_solved_by_touch(open_page):
    page = open_page(SOFTMAX, **PHONE)
    answer = answer_of(page, "second_probability")
    answer.locator(".cell_input pre").tap()
    editor = answer.get_by_role("textbox", name=NAME)
    editor.press("ControlOrMeta+a")
    editor.press_sequentially("second_probability = 0.75")
    check = check_of(page, "second_probability")
    button = check.get_by_role("button", name="Check")
    assert button.bounding_box()["height"] >= 44
    button.tap()
    expect(status_of(check)).to_have_text("Solved, 1 point.", timeout=WHILE_PYTHON_STARTS)
    expect(score_of(page)).to_have_text("1 of 5 solved, 1 of 9 points")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# The page's own worker, so that one start of Python serves all sets.
RUN_CELLS = """async (codes) => {
  const address = new URL("../../_static/live-python/worker.js", location);
  const worker = (globalThis.ofTests ??= new Worker(address, { type: "module" }));
  const messages = [];
  for (const run of codes) {
    await new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        messages.push(data);
        if (["end", "broken"].includes(data.kind)) resolve();
      };
      worker.postMessage({ run });
    });
  }
  return messages;
}"""


@pytest.fixture(scope="module")
def worker(browser, site):
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        page.set_default_timeout(WHILE_PYTHON_STARTS)
        page.goto(SOFTMAX)
        yield page


@pytest.mark.parametrize("slug", SLUGS)
def test_every_solution_is_right_in_the_browser(worker, slug):
    """And nothing is ticked there that a browser cannot know."""
    cells = [cell for cell in solved(slug)["cells"] if cell["cell_type"] == "code"]
    codes = ["".join(cell["source"]) for cell in cells[:-1]]  # the last one adds the points up
    messages = worker.evaluate(RUN_CELLS, codes)
    errors = [message["text"] for message in messages if message["kind"] in ("error", "broken")]
    assert errors == []
    reports = [json.loads(one["text"]) for one in messages if one["kind"] == "report"]
    assert reports == [{"solved": True, "name": one.name} for one in of_chapter(slug)]
    said = "".join(message["text"] for message in messages if message["kind"] == "html")
    assert "causes no warning" not in said
    assert "kernel" not in said
