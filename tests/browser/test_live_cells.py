"""Cells that show a live figure show it live when they run, in the page, and Python answers it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, quiet_context
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
FOR_PICTURES = {"matplotlib", "pillow"}
FOR_DATA = {"scipy", "openblas", "scikit_learn"}
FIGURE = ".run-figure[data-state=live]"
CURVE = f"{FIGURE} path.curve.main"
TYPED = "def hill(x, *, width=1.0, height=1.0):\n    return height * np.exp(-(x / width) ** 2)"
# No JavaScript is known for this one: Python computes each curve.
STEPS = "def steps(x, *, levels=2.0):\n    return np.round(x * levels) / levels"


@pytest.fixture(scope="module")
def landing(browser, site):
    """The landing page, with the requests that it makes of Python's folder."""
    with quiet_context(browser, site) as (context, _):
        page = context.new_page()
        note_requests(page)
        page.goto(PAGE)
        yield page


def note_requests(page):
    page.asked = asked = []
    page.context.on("request", lambda request: asked.append(request.url))


def archives(page):
    """The packages that a page has asked for."""
    asked = [url.rsplit("/", 1)[1] for url in page.asked if "live-python" in url]
    return {name.split("-")[0] for name in asked if name.endswith((".whl", ".zip"))}


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
    draw(cell, TYPED)
    assert {"numpy", "widgets.zip", "actloss.zip"} <= archives(landing)
    assert archives(landing).isdisjoint(FOR_PICTURES | FOR_DATA)


def test_a_cell_of_a_chapter_takes_what_it_needs_of_the_imports_above(open_page):
    """A chapter imports all in one cell: of that, numbers need little, and a picture no data."""
    page = open_page("about:blank")
    note_requests(page)
    page.goto("chapters/sigmoid-and-tanh.html")
    expect(press_run(cell_with(page, "for z in (-2.0, -1.0"))).to_contain_text("z = +2   p = 0.8")
    assert archives(page).isdisjoint(FOR_PICTURES | FOR_DATA)
    drawn = cell_with(page, "axes.plot(grid, sigmoid(2 * g")
    press_run(drawn)
    expect(drawn.locator(".run-output img")).to_be_visible()
    assert archives(page) >= FOR_PICTURES
    assert archives(page).isdisjoint(FOR_DATA)
    press_run(cell_with(page, "inputs, labels = load_digits("))
    assert archives(page) >= FOR_DATA


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
    expect(slider).to_have_attribute("aria-valuenow", "1")


def test_it_is_accessible_in_both_themes(landing, cell):
    draw(cell, TYPED)
    landing.evaluate(AXE.read_text(encoding="utf-8"))
    for theme in ("light", "dark"):
        landing.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert landing.evaluate(RUN_AXE, None)["faults"] == [], theme


def test_after_a_reload_it_is_there_and_moves_without_python(landing, cell):
    draw(cell, TYPED)
    count = len([url for url in landing.asked if "live-python" in url])
    landing.reload()
    figure = cell.locator(FIGURE)
    expect(figure.locator("path.curve.main").first).to_be_visible()
    before = path_of(figure)
    figure.get_by_role("slider", name="width").press("PageUp")
    assert path_of(figure) != before
    assert len([url for url in landing.asked if "live-python" in url]) == count


def test_on_a_phone_it_fits(open_page):
    page = open_page(PAGE, **PHONE)
    cell = named(cell_with(page, "def leaky_tanh"))
    cell.get_by_role("button", name="Run").tap()
    expect(cell.locator(CURVE).first).to_be_visible(timeout=600_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_only_what_a_cell_needs_runs_before_it(open_page):
    page = open_page("chapters/sigmoid-and-tanh.html")
    last = named(page.locator("div.cell:not(.tag_hide-input):has(.run-python)").last)
    write(last, "6 * 7")
    expect(press_run(last)).to_have_text("42")
    assert page.locator(".run-output").count() == 1


def test_a_cell_that_needs_pytorch_says_so_and_others_run(open_page):
    page = open_page(PAGE)
    cell = page.locator("div.cell", has_text="torch.nn.functional.silu")
    expect(cell.locator(".run-absent")).to_contain_text("it needs PyTorch")
    expect(cell.locator(".run-python")).to_have_count(0)
    expect(cell.locator(".cell_output")).to_contain_text("PyTorch")
    after = named(cell_with(page, "the same after two scalings"))
    expect(press_run(after)).to_contain_text("the same after two scalings: True")


def test_python_is_fetched_at_the_first_sign_of_intent(open_page):
    page = open_page(PAGE)
    button = page.get_by_role("button", name="Run", exact=True).first
    with page.context.expect_event("request", lambda one: one.url.endswith("pyodide.asm.wasm")):
        button.hover()


def test_who_passes_by_with_tab_fetches_no_python(open_page):
    """Nor is called back by an editor that opens after they have gone on."""
    page = open_page("chapters/relu-family.html")
    asked = []
    page.context.on("request", lambda one: asked.append(one.url))
    late = []
    page.route("**/laboratory/editor-*.js", lambda route: late.append(route))
    page.locator("h1").first.evaluate("title => { title.tabIndex = -1; title.focus(); }")
    stops = 0
    while not late:
        page.keyboard.press("Tab")
        page.wait_for_timeout(100)
        stops += 1
        assert stops < 80
    while page.evaluate("document.activeElement.closest('.cell') !== null"):
        page.keyboard.press("Tab")
    gone_on = page.evaluate_handle("document.activeElement")
    late[0].continue_()
    expect(page.locator(".cm-editor").first).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate("one => one === document.activeElement", gone_on)
    assert not [url for url in asked if "pyodide" in url]


def files_of_python(urls):
    return {url.rsplit("/", 1)[1] for url in urls if "live-python" in url}


def test_the_second_page_fetches_no_byte_of_python_again(browser, site):
    """A service worker keeps them; only the list of files, and the worker, are asked for anew."""
    with quiet_context(browser, site) as (context, _):
        fetched = note_network(context)
        page = context.new_page()
        page.goto(PAGE)
        press_run(named(cell_with(page, "def leaky_tanh")))
        page.wait_for_load_state("networkidle")
        first = files_of_python(fetched)
        assert {"packages.json", "pyodide.asm.wasm"} <= first
        fetched.clear()
        page.goto("chapters/relu-family.html")
        page.goto(PAGE)
        press_run(named(cell_with(page, "def leaky_tanh")))
        assert files_of_python(fetched) <= {"packages.json", "worker.js", "names.json"}


def note_network(context):
    """The addresses that go to the host, and not only to the service worker."""
    found = []
    context.on("request", lambda one: found.append(one.url) if one.service_worker else None)
    return found


IS_KEPT = """async () => {
  const kept = await caches.match(location.href);
  const names = (await (await caches.open("actloss-pages")).keys()).map(({ url }) => url);
  return kept && names.some((url) => url.includes("/laboratory/editor-"));
}"""


OFFLINE = re.compile("net::ERR_(INTERNET_DISCONNECTED|FAILED)")


def test_without_a_connection_pages_and_python_go_on(browser, site):
    with quiet_context(browser, site) as (context, complaints):
        page = context.new_page()
        page.goto(PAGE)
        words = "the same after two scalings"
        press_run(cell_with(page, words))
        page.wait_for_function(IS_KEPT)  # the page itself: its first load, and no other
        context.set_offline(True)
        page.reload()
        cell = named(cell_with(page, words))
        write(cell, "import numpy as np\nnp.arange(4).sum()")
        expect(press_run(cell)).to_contain_text("6")
        write(cell, "import scipy")
        expect(press_run(cell)).to_contain_text("scipy could not be fetched, try again later")
        complaints[:] = [one for one in complaints if not OFFLINE.search(one)]
