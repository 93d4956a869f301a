"""axe-core finds nothing to say about any page, and no control of ours is too small to touch."""

import pytest

from tests.browser.book import PAGES
from tests.browser.figure import wake
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


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_barrier(open_page, path):
    """With all figures alive, in both themes and at both widths."""
    assert AXE.is_file(), "axe-core is missing: run `make test`"
    page = open_page(path, color_scheme="dark")
    wake(page)
    open_quiz(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme
        )
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(SCROLLING_BOXES_TAKE_FOCUS)  # the theme sees to it, in its time
            only = OF_COLOURS if scheme == "light" else None
            found = page.evaluate(RUN_AXE, only)
            assert found["faults"] == [], f"{scheme}, {width} px"
            sure = {"color-contrast"} if only else {"color-contrast", "region", "document-title"}
            assert sure <= set(found["passed"])


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_targets_can_be_touched(open_page, path, width):
    page = open_page(path, width=width)
    wake(page)
    sizes = page.locator(CONTROLS).evaluate_all(SIZES)
    assert [size for size in sizes if min(size[1:]) < 24] == []
