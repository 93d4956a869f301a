"""Cells that show a live figure show it live when they run, in the page, and Python answers it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import quiet_context
from tests.browser.figure import settle
from tests.browser.laboratory import (
    cell_with,
    clear,
    named,
    needs_python,
    press_run,
    write,
)
from tests.browser.test_accessibility import AXE, RUN_AXE

pytestmark = needs_python

PAGE = "chapters/intro.html"
FIGURE = ".run-figure[data-state=live]"
TYPED = "def hill(x, *, width=1.0, height=1.0):\n    return height * np.exp(-(x / width) ** 2)"
# No JavaScript is known for this one: Python computes each curve.
STEPS = "def steps(x, *, levels=2.0):\n    return np.round(x * levels) / levels"


@pytest.fixture(scope="module")
def landing(browser, site):
    """The landing page, with the requests that it makes of Python's folder."""
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        page.asked = asked = []
        context.on("request", lambda request: asked.append(request.url))
        page.goto(PAGE)
        yield page


@pytest.fixture(scope="module")
def cell(landing):
    return named(cell_with(landing, "def leaky_tanh"))


def draw(cell, function):
    """Type a function and explore it, key by key; returns the figure."""
    name = function[4 : function.index("(")]
    code = f"""import numpy as np
from actloss.widgets import explore
{function}
explorer = explore({name})
explorer"""
    editor = clear(cell)
    for line in code.splitlines():  # the editor indents: begin each line at its beginning
        editor.press("Escape")
        editor.press("Home")
        editor.press("Shift+End")
        editor.press_sequentially(line)
        editor.press("Enter")
    press_run(cell)
    figure = cell.locator(FIGURE)
    expect(figure).to_be_visible()
    expect(figure.locator("path.curve.main").first).to_be_visible()
    return figure


def path_of(figure):
    settle(figure.page)
    return figure.locator("path.curve.main").first.get_attribute("d")


def test_a_function_just_typed_is_drawn_and_moved(cell):
    figure = draw(cell, TYPED)
    sliders = figure.get_by_role("slider")
    assert {"width", "height"} <= set(
        sliders.evaluate_all("all => all.map((one) => one.ariaLabel)")
    )
    before = path_of(figure)
    for name in ("width", "height"):
        figure.get_by_role("slider", name=name).press("PageUp")
        after = path_of(figure)
        assert after != before, name
        before = after


def test_it_took_no_more_than_it_needs(landing, cell):
    """NumPy, the course and the widgets; SciPy, matplotlib and scikit-learn wait for who asks."""
    archives = {
        url.rsplit("/", 1)[1].split("-")[0] for url in landing.asked if "live-python" in url
    }
    assert {"numpy", "widgets.zip", "actloss.zip"} <= archives
    assert archives.isdisjoint({"scipy", "openblas", "matplotlib", "scikit_learn", "pillow"})


def test_python_answers_the_slider_and_the_slider_python(landing, cell):
    """A function that JavaScript cannot know is computed anew for each place of the slider."""
    figure = draw(cell, STEPS)
    expect(figure.locator(".said")).to_contain_text("Computed by Python")
    before = path_of(figure)
    slider = figure.get_by_role("slider", name="levels")
    expect(slider).not_to_have_attribute("aria-disabled", "true")
    slider.press("PageUp")
    curve = figure.locator("path.curve.main").first
    expect(curve).not_to_have_attribute("d", before)
    other = named(cell_with(landing, "slope {swish_grad"))
    write(other, "explorer.levels")
    assert float(press_run(other).text_content()) == float(slider.get_attribute("aria-valuenow"))
    write(other, "explorer.levels = 1.0")
    press_run(other)
    expect(slider).to_have_attribute("aria-valuenow", "1.0")


def test_it_is_accessible_in_both_themes(landing, cell):
    draw(cell, TYPED)
    landing.evaluate(AXE.read_text(encoding="utf-8"))
    for theme in ("light", "dark"):
        landing.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert landing.evaluate(RUN_AXE, None)["faults"] == [], theme
