"""axe-core finds nothing to say about any page, and no control of ours is too small to touch."""

import pytest

from tests.browser.book import PAGES
from tests.browser.conftest import quiet_context
from tests.browser.figure import settle, wake
from tools.stamps import ROOT

AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"

# Every rule but those of level AAA and those that axe itself has given up: its default leaves out
# one more, which asks of every target what the last test here asks of ours.
RUN_AXE = """async (only) => {
  const rules = { "target-size": { enabled: true } };
  const which = only ? { runOnly: only } : { rules };
  const { violations, passes } = await axe.run(document, { ...which, resultTypes: ["violations"] });
  return {
    faults: violations.flatMap(({ id, nodes }) => nodes.map(
      ({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`)),
    passed: passes.map(({ id }) => id),
  };
}"""

# axe looks at two thousand elements a second. Most are the letters of formulas, which screen
# readers pass over, what these read instead, and the tokens of code and of signatures, whose kinds
# differ in colour alone. So a formula keeps one text, of its size, and one text for those who
# listen, and code one token of each kind, once it is sure that others look alike.
KINDS = """
  const colours = (element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    return `${color} on ${backgroundColor}`;
  };
  const parts = (token) => [token, ...token.querySelectorAll("*")];
  const each = (token, say) => [...new Set(parts(token).map(say))].sort().join(", ");
  const look = (token) => each(token, (part) => `${part.className} in ${colours(part)}`);
  const formulas = [...document.querySelectorAll(".katex-html")];
  const spoken = [...document.querySelectorAll(".katex-mathml > math")];
  const tokens = Map.groupBy(
    document.querySelectorAll(`.highlight pre span[class]:not(:has(*), [id], [tabindex]),
      .sig-param:not([id], [tabindex], :has([id], [tabindex], [href]))`),
    (token) => `${each(token, (part) => part.className)} in ${colours(token.closest("pre, dt"))}`);
"""
UNLIKE_THEIR_KIND = f"""() => {{ {KINDS}
  const formulasOfManyColours = formulas.filter((formula) => !formula.closest("[aria-hidden=true]")
    || [...formula.querySelectorAll("*")].some(
      (part) => part.textContent.trim() && colours(part) !== colours(formula)));
  const letters = "http://www.w3.org/1998/Math/MathML";
  const spokenWithMoreThanLetters = spoken.filter((math) => parts(math).some((part) =>
    part.namespaceURI !== letters || part.tabIndex >= 0
      || part.getAttributeNames().some((name) => /^(id|role|lang|aria-.*)$/.test(name))));
  const others = [...tokens.values()].flatMap(
    (kind) => kind.filter((token) => look(token) !== look(kind[0])));
  return [...formulasOfManyColours, ...spokenWithMoreThanLetters, ...others].map(
    (element) => element.outerHTML.slice(0, 200));
}}"""
LEAVE_ONE_OF_EACH_KIND = f"""() => {{ {KINDS}
  const sizes = formulas.map((formula) => formula.getBoundingClientRect());
  for (const [number, formula] of formulas.entries()) {{
    const {{ width, height }} = sizes[number];
    formula.textContent = formula.textContent;
    formula.style.cssText =
      `display: inline-block; overflow: hidden; width: ${{width}}px; height: ${{height}}px`;
  }}
  for (const math of spoken) math.textContent = math.textContent;
  for (const [first, ...others] of tokens.values())
    for (const token of others) token.replaceWith(token.textContent);
}}"""

# What depends on colours; the theme changes nothing else of a page.
OF_COLOURS = ["color-contrast", "link-in-text-block"]

SCROLLING_BOXES_TAKE_FOCUS = """() => [
  ...document.querySelectorAll("pre, .pst-scrollable-table-container")].every(
  (box) => box.scrollWidth <= box.clientWidth || box.tabIndex === 0)"""

# The point of a plot is not among them: it is dragged from anywhere in the plot.
CONTROLS = (
    ".widget-live :is(button, select, .noUi-handle, [contenteditable]), .actloss-quiz summary"
)

SIZES = """controls => controls.filter((control) => control.checkVisibility()).map((control) => {
  const { width, height } = control.getBoundingClientRect();
  return [control.outerHTML.slice(0, 100), width, height];
})"""


def open_quiz(page):
    """Open an option of each question, right ones and wrong ones."""
    for number, question in enumerate(page.locator(".actloss-quiz > li").all()):
        question.locator("summary").nth(number % 2).click()


@pytest.fixture(scope="module", params=PAGES)
def page(request, browser, site):
    """Each page in turn, in the dark theme, with all its figures drawn."""
    with quiet_context(browser, site, color_scheme="dark") as (context, _):
        page = context.new_page()
        page.goto(request.param)
        wake(page)
        yield page


@pytest.mark.parametrize("width", [390, 1280])
def test_targets_can_be_touched(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    settle(page)
    sizes = page.locator(CONTROLS).evaluate_all(SIZES)
    assert [size for size in sizes if min(size[1:]) < 24] == []


def test_axe_finds_no_barrier(page):
    """With all figures alive, in both themes and at both widths."""
    assert AXE.is_file(), "axe-core is missing: run `make test`"
    open_quiz(page)
    for scheme in ("dark", "light"):
        choose_theme(page, scheme)
        assert page.evaluate(UNLIKE_THEIR_KIND) == []
    page.evaluate(LEAVE_ONE_OF_EACH_KIND)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme, widths in (("light", (1280, 390)), ("dark", (390, 1280))):
        choose_theme(page, scheme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(SCROLLING_BOXES_TAKE_FOCUS)  # the theme sees to it, in its time
            only = OF_COLOURS if scheme == "light" else None
            found = page.evaluate(RUN_AXE, only)
            assert found["faults"] == [], f"{scheme}, {width} px"
            sure = {"color-contrast"} if only else {"color-contrast", "region", "document-title"}
            assert sure <= set(found["passed"])


def choose_theme(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme
    )


def test_one_signature_of_each_kind_is_enough_for_axe(open_page):
    """A parameter and a spoken formula unlike their kind are found, and so is a pale kind."""
    page = open_page("chapters/api-activations.html", color_scheme="light")
    assert page.evaluate(UNLIKE_THEIR_KIND) == []
    name = page.locator(".sig-param .n").nth(9)
    name.evaluate("name => { name.style.color = 'red' }")
    page.locator(".katex-mathml mi").nth(9).evaluate("letter => { letter.role = 'button' }")
    page.locator(".katex-mathml mi").last.evaluate("letter => { letter.innerHTML = '<b>x</b>' }")
    assert len(page.evaluate(UNLIKE_THEIR_KIND)) == 3

    name.evaluate("name => { name.style.color = '' }")
    page.add_style_tag(content=".sig-param .n { color: #eee !important }")
    page.evaluate(LEAVE_ONE_OF_EACH_KIND)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert "sig-param" in " ".join(page.evaluate(RUN_AXE, OF_COLOURS)["faults"])


def test_one_of_each_kind_is_enough_for_axe(open_page):
    """A token and a letter unlike their kind are found, and so is a kind that is hard to read."""
    page = open_page("chapters/relu-family.html", color_scheme="light")
    assert page.evaluate(UNLIKE_THEIR_KIND) == []
    page.locator(".highlight pre span.n").nth(9).evaluate("token => { token.style.color = 'red' }")
    page.locator(".katex-html .mord").nth(9).evaluate("letter => { letter.style.color = 'red' }")
    assert len(page.evaluate(UNLIKE_THEIR_KIND)) == 2

    pale = ".highlight pre .k, .katex { color: #eee !important }"
    page.add_style_tag(content=pale)
    page.evaluate(LEAVE_ONE_OF_EACH_KIND)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = " ".join(page.evaluate(RUN_AXE, OF_COLOURS)["faults"])
    assert "pre" in faults
    assert "katex" in faults
