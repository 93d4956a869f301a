"""What belongs to a figure is seen at once: its numbers, its bands, its names, its letters."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.book import figures_of, pages_with, text_of, widget_states
from tests.browser.figure import live_figure, settle, wake

GALLERY = "chapters/explorers.html"
SCREENS = {"phone": (390, 844), "desk": (1280, 800)}
LEAST = 12  # pixels, of a letter on a phone

# From the first control to the last number of a figure, scrolled below the page's header.
PLACES = """(slot) => {
  const header = document.querySelector(".bd-header-article").getBoundingClientRect().height;
  const top = slot.querySelector(".actloss-controls:not(.actloss-lens)") ?? slot;
  scrollBy({ top: top.getBoundingClientRect().top - header, behavior: "instant" });
  const bottoms = [...slot.querySelectorAll(".actloss-plot")]
    .map((plot) => plot.getBoundingClientRect().bottom);
  const numbers = slot.querySelector(".readout").getBoundingClientRect();
  const { top: first, bottom: last } = numbers;
  return { drawing: Math.max(...bottoms), numbers: [first, last], screen: innerHeight };
}"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("index", range(len(figures_of(GALLERY))))
def test_controls_drawing_and_numbers_stand_in_one_screen(open_page, index, screen):
    width, height = SCREENS[screen]
    page = open_page(GALLERY, width=width, height=height)
    slot = live_figure(page, index)
    places = slot.evaluate(PLACES)
    assert places["drawing"] <= places["numbers"][0] + 1
    assert places["numbers"][1] <= places["screen"]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_numbers_of_the_landing_figure_are_above_the_fold(open_page, screen):
    width, height = SCREENS[screen]
    page = open_page("chapters/intro.html", width=width, height=height)
    numbers = page.locator(".widget-slot .readout").first
    expect(numbers).to_be_visible()
    settle(page)
    assert page.evaluate("scrollY") == 0
    box = numbers.bounding_box()
    assert box["y"] + box["height"] <= height


def test_the_numbers_stay_in_sight_on_a_low_screen(open_page):
    """A phone on its side: what does not fit scrolls below the numbers."""
    page = open_page(GALLERY, width=844, height=390)
    slot = live_figure(page, 0)
    slot.evaluate("slot => slot.querySelector('.actloss-plot').scrollIntoView()")
    settle(page)
    box = slot.locator(".readout").bounding_box()
    assert box["y"] + box["height"] <= 390


# Kinds of band that a figure shades, and those that words name: in a band, or in a key.
BANDS = """(slot) => {
  const top = slot.querySelector(".bands");
  const shaded = new Set([...top.querySelectorAll("rect")].map((band) => band.classList[0]));
  const texts = slot.querySelectorAll(".band-label, .band-key");
  const words = [...texts].map((text) => text.textContent);
  const named = { dead: /dead/, saturated: /slope (below|<) 0.05/ };
  return [...shaded].filter((kind) => !words.some((text) => named[kind].test(text)));
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_every_shaded_band_has_words(open_page, width):
    page = open_page(GALLERY, width=width)
    slot = live_figure(page, 0)
    menu = slot.get_by_label("function", exact=True)
    keys = 0
    for title in menu.locator("option").all_inner_texts():
        menu.select_option(label=title)
        settle(page)
        assert slot.evaluate(BANDS) == [], title
        keys += slot.locator(".band-key").count()
    assert keys > 0


CROSSED = """(slot) => {
  const box = (one) => one.getBoundingClientRect();
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const marks = [...slot.querySelectorAll(".margin-line, .handle, .curve[d], .dot")].map(box);
  const top = box(slot.querySelector(".actloss-plot")).top
    + Number(slot.querySelector(".marks").getAttribute("y")); // which cuts off what is above
  const within = marks.map(({ left, right, top: start, bottom }) =>
    ({ left, right, bottom, top: Math.max(start, top) }));
  return [...slot.querySelectorAll(".band-label")]
    .filter((label) => within.some((mark) => meet(box(label), mark)))
    .map((label) => label.textContent);
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_no_mark_of_the_margin_lies_on_a_label(open_page, width):
    page = open_page("chapters/what-a-loss-is.html", width=width)
    slot = live_figure(page, 0)
    slot.get_by_role("button", name="Skip").click()
    handle = slot.locator(".handle")
    for key in ["Home", *["PageUp"] * 13]:
        handle.press(key)
        settle(page)
        assert slot.locator(".band-label").count() == 3
        assert slot.evaluate(CROSSED) == []


NUMBERS = """slot => [...slot.querySelectorAll(".axes")].flatMap((axes) =>
  ["x", "y"].map((name) => axes.querySelectorAll(`.tick-${name}`).length))"""


@pytest.mark.parametrize("width", [390, 1280])
def test_no_axis_has_a_single_number(open_page, width):
    """It would say nothing of how far things lie from it. None at all is fine: see below it."""
    page = open_page(GALLERY, width=width)
    wake(page)
    counts = {
        slot.get_attribute("data-name"): slot.evaluate(NUMBERS)
        for slot in page.locator(".widget-slot").all()
    }
    assert sum(map(len, counts.values())) > 20
    assert {name: found for name, found in counts.items() if 1 in found} == {}


def sliders_of(path):
    """Name, least and greatest value of each slider of a page, as Python set it."""
    states = widget_states(text_of(path)).values()
    return {
        (state["description"], float(state["min"]), float(state["max"]))
        for state in states
        if state.get("_view_name") in ("FloatSliderView", "IntSliderView")
    }


@pytest.mark.parametrize("path", ["chapters/regression-losses.html", GALLERY])
def test_a_slider_says_its_ends_and_its_value_to_the_last_digit(open_page, path):
    page = open_page(path)
    told = set()
    for index in range(page.locator(".widget-slot").count()):
        slot = live_figure(page, index)
        handles = slot.locator(".noUi-handle[aria-label]")
        told |= {
            tuple(found)
            for found in handles.evaluate_all(
                """handles => handles.map((handle) => [handle.ariaLabel,
                 Number(handle.ariaValueMin), Number(handle.ariaValueMax)])"""
            )
        }
    expected = sliders_of(path)
    named = {name for name, _, _ in expected}
    assert {slider for slider in told if slider[0] in named} <= expected
    assert any(round(high, 1) != high for _, _, high in expected & told)


def test_a_slider_says_its_value_after_a_step(open_page):
    page = open_page("chapters/regression-losses.html")
    slot = live_figure(page, 2)
    slot.get_by_role("button", name="Skip").click()
    handle = slot.get_by_role("slider", name="q", exact=True)
    for _ in range(3):
        handle.press("ArrowRight")
    shown = slot.locator(".widget-readout:visible").inner_text()
    assert float(handle.get_attribute("aria-valuenow")) == float(shown)
    handle.press("End")
    assert handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_buttons_of_the_header_say_what_they_open(open_page, width):
    page = open_page("chapters/intro.html", width=width)
    buttons = page.locator(".bd-header-article")
    expect(buttons.get_by_role("button", name="Chapters", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Toggle primary sidebar")).to_have_count(0)
    contents = page.locator(".secondary-toggle").first
    assert contents.get_attribute("aria-label") == "Contents of this page"


# Width of each picture and of its box, in pixels, and its keyboard stop.
PICTURES = """pictures => pictures.map((picture) => {
  const image = picture.querySelector("img");
  return [image.getBoundingClientRect().width / image.getAttribute("width"),
          picture.scrollWidth > picture.clientWidth + 1, picture.tabIndex];
})"""


@pytest.mark.parametrize("path", pages_with("picture"))
def test_letters_of_a_picture_are_readable_on_a_phone(open_page, path):
    page = open_page(path, width=390)
    pictures = page.locator(".picture")
    letters = pictures.evaluate_all(
        "all => all.map((one) => parseFloat(one.style.getPropertyValue('--readable')))"
    )
    found = pictures.evaluate_all(PICTURES)
    widths = pictures.locator("img").evaluate_all("all => all.map((one) => one.clientWidth)")
    for (scale, goes_on, stop), narrowest, width in zip(found, letters, widths, strict=True):
        assert width >= narrowest - 1
        # Letters of 12 points have 16 pixels as drawn; in some pictures all are of 13 or more.
        assert 16 * scale >= LEAST * 12 / 13 - 0.1
        assert goes_on == (stop == 0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_shadow_says_that_a_picture_goes_on(open_page):
    page = open_page("chapters/relu-family.html", width=390)
    picture = page.locator(".picture").first
    picture.scroll_into_view_if_needed()
    background = picture.evaluate("one => getComputedStyle(one).backgroundAttachment")
    assert background == "local, local, scroll, scroll"


A_WIDGETS_CODE = re.compile(r"/widgets/[0-9a-f]{16}\.js$")
LIVE = ".widget-slot[data-state=live]"


def test_a_figure_starts_without_the_code_of_others(open_page):
    """Only the code that is asked for first arrives: by it alone the first figure lives."""
    page = open_page("about:blank")
    held = []
    page.route(A_WIDGETS_CODE, lambda route: held.append(route))
    page.route(A_WIDGETS_CODE, lambda route: route.continue_(), times=1)
    page.goto("chapters/regression-losses.html")
    live_figure(page, 0)
    last = page.locator(".widget-slot").last
    last.scroll_into_view_if_needed()
    expect(last.locator(".widget-live")).to_be_attached()  # it waits for its code
    assert page.locator(LIVE).count() == 1
    for route in held:
        route.continue_()
    expect(last).to_have_attribute("data-state", "live")
