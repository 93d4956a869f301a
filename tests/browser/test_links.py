"""A link to what a live figure shows, made below the figure, and followed."""

from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.figure import assert_shows, live_figure, read, settle

PAGE, FIGURE = "chapters/intro.html", "intro-1"
ASKED = "chapters/relu-family.html"  # its third figure begins with a question


def figure_at(page, index=0):
    slot = page.locator(".widget-slot").nth(index)
    expect(slot).to_have_attribute("data-state", "live")
    settle(page)
    return slot


def follow(open_page, fragment, path=PAGE, **options):
    """The page opened with this fragment; its first figure is drawn."""
    page = open_page(f"{path}#{fragment}", **options)
    page.wait_for_load_state("networkidle")
    return page


def copy_link(slot):
    slot.get_by_role("button", name="Copy link").click()
    expect(slot.locator(".figure-link [role=status]")).not_to_be_empty()


def test_state_comes_back(open_page):
    page = follow(open_page, f"figure={FIGURE}&function=elu&alpha=0.5&beside-it=relu&x=-2.5")
    drawing = read(figure_at(page))
    assert_shows(drawing, "elu", "relu")
    assert drawing.sliders == {"alpha": 0.5}
    assert drawing.point[0] == -2.5


def test_numbers_may_come_before_the_function(open_page):
    """Whose slider they move."""
    page = follow(open_page, f"figure={FIGURE}&alpha=2.5&beta=3&function=elu&beside-it=swish")
    drawing = read(figure_at(page))
    assert_shows(drawing, "elu", "swish")
    assert drawing.sliders == {"alpha": 2.5, "beta": 3.0}


def test_zoom_and_float16_too(open_page):
    page = follow(
        open_page, f"figure={FIGURE}&function=sigmoid&x=1.3&zoom=1000x&round-to-float16=yes"
    )
    slot = figure_at(page)
    expect(slot.get_by_label("round to float16")).to_be_checked()
    assert read(slot).value.x[[0, -1]] == pytest.approx((1.295, 1.305), abs=1e-6)


def test_copied_link_leads_back(open_page, site):
    page = open_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    slot = live_figure(page, 0)
    slot.get_by_label("function", exact=True).select_option(value="ELU")
    slot.locator(".noUi-handle:visible").press("PageUp")
    slot.get_by_role("slider", name="x", exact=True).press("Home")
    copy_link(slot)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == (
        f"{site}{PAGE}#figure={FIGURE}&function=elu&beside-it=relu&alpha=1.25"
        "&x=-5&zoom=1x&round-to-float16=no"
    )
    assert "#" not in page.url  # the address stays as it was
    there = page.context.new_page()
    there.goto(link)
    restored = figure_at(there)
    expect(restored).to_be_focused()
    ours, theirs = read(slot), read(restored)
    assert_shows(theirs, "elu", "relu")
    assert (theirs.point, theirs.sliders) == (ours.point, ours.sliders)


def test_a_refused_clipboard_leaves_the_link_in_the_address_bar(open_page):
    """The address bar then shows the link, and says so to whoever listens."""
    page = open_page(PAGE)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')); }")
    slot = live_figure(page, 0)
    slot.get_by_label("function", exact=True).select_option(value="Tanh")
    copy_link(slot)
    expect(slot.locator(".figure-link [role=status]")).to_have_text(
        "The address bar now holds the link."
    )
    assert "figure=intro-1&function=tanh" in page.url
    page.reload()
    assert_shows(read(figure_at(page)), "tanh", "relu")


def test_no_clipboard_at_all(open_page):
    """As in a page that does not come over https."""
    page = open_page(PAGE)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy_link(live_figure(page, 0))
    assert f"figure={FIGURE}" in page.url


def test_it_moves_by_keyboard(open_page):
    page = open_page(PAGE)
    button = live_figure(page, 0).get_by_role("button", name="Copy link")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".figure-link [role=status]").first).not_to_be_empty()


@pytest.mark.parametrize(
    "state",
    [
        "",
        "function=rleu",
        "function=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "function=constructor&round-to-float16=constructor&zoom=__proto__",
        "beta=NaN&x=NaN",
        "beta=Infinity&x=-Infinity",
        "beta=1e999",
        "beta=11&x=5.1",
        "beta=0.05&x=-6",
        "beta=&x=",
        "beta=1,5",
        "beta=0x3",
        "alpha=0.5",  # Swish has no such slider
        "names=1&_esm=alert(1)&function_index=3&constructor=1&__proto__=2",
        "%",
        "%E0%A4%A",
        "beta=" + "9" * 1990,
        "function=" + quote("<script>alert(1)</script>") * 50,
    ],
)
def test_bad_state_is_left_out(open_page, state):
    """The figure shows what was stored; `open_page` fails at any complaint of the browser."""
    page = follow(open_page, f"figure={FIGURE}&{state}")
    slot = live_figure(page, 0)
    drawing = read(slot)
    assert_shows(drawing, "swish", "relu")
    assert (drawing.point[0], drawing.sliders) == (-1.3, {"beta": 1.0})


def test_good_part_of_bad_state(open_page):
    page = follow(open_page, f"figure={FIGURE}&function=nothing&beta=5&x=99&beside-it=tanh")
    drawing = read(figure_at(page))
    assert_shows(drawing, "swish", "tanh")
    assert (drawing.point[0], drawing.sliders) == (-1.3, {"beta": 5.0})


@pytest.mark.parametrize("fragment", ["figure=", "figure=intro-9", "figure=%3Cb%3E", "figure"])
def test_a_link_to_an_unknown_figure_changes_nothing(open_page, fragment):
    page = follow(open_page, fragment)
    assert page.evaluate("scrollY") == 0


def test_an_ordinary_anchor_leads_to_its_heading(open_page):
    page = follow(open_page, "map-of-the-book")
    heading = page.get_by_role("heading", name="Map of the book")
    expect(heading).to_be_in_viewport()
    page.evaluate("location.hash = 'two-kinds-of-function'")
    expect(page.get_by_role("heading", name="Two kinds of function")).to_be_in_viewport()


def test_link_within_the_open_page(open_page):
    """A second link, pasted into the address bar, changes the figure that is there."""
    page = follow(open_page, f"figure={FIGURE}&function=elu&alpha=0.5")
    assert_shows(read(figure_at(page)), "elu", "relu")
    page.evaluate(f"location.hash = 'figure={FIGURE}&function=swish&beta=4'")
    page.wait_for_function("document.querySelector('select').value === 'Swish'")
    drawing = read(figure_at(page))
    assert_shows(drawing, "swish", "relu")
    assert drawing.sliders == {"beta": 4.0}


@pytest.mark.parametrize("width", [390, 1280])
def test_figure_far_down_the_page(open_page, width):
    """It is scrolled to and made live, and its question gives way to the state of the link."""
    page = follow(
        open_page, "figure=relu-family-3&function=leaky-relu&alpha=0.3", path=ASKED, width=width
    )
    slot = figure_at(page, 2)
    expect(slot).to_be_focused()
    top = slot.evaluate("slot => slot.getBoundingClientRect().top")
    assert 0 <= top < 150
    assert read(slot).sliders == {"alpha": 0.3}
    expect(slot.locator(".noUi-handle:visible")).to_have_attribute("aria-disabled", "false")


# What a figure shows and what is set in it, but for hidden controls and spoken lines.
ALL_OF_IT = r"""(slot) => ({
  controls: [...slot.querySelectorAll("select, input, [role=slider]")]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.getAttribute("aria-label"), one.checked, one.value,
                   one.getAttribute("aria-valuenow"), one.getAttribute("aria-valuetext")]),
  numbers: [...slot.querySelectorAll("output")].map((one) => one.textContent),
  drawing: [...slot.querySelectorAll("svg [d], svg rect")].map((mark) =>
    ["d", "x", "y", "height", "fill-opacity"].map((name) => mark.getAttribute(name))
      .map((text) => (/^[\d.]+$/.test(text) ? Number(text).toFixed(6) : text))),
})"""


def change_everything(slot):
    """Choose another option in every menu, tick every box, and move every slider and point."""
    for menu in slot.locator("select:visible").all():
        at, count = menu.evaluate("menu => [menu.selectedIndex, menu.options.length]")
        menu.select_option(index=(at + 1) % count)
    for box in slot.locator("input[type=checkbox]:visible").all():
        box.click()
    for handle in slot.locator("[role=slider]:visible").all():
        before = handle.get_attribute("aria-valuenow")
        for key in ("PageUp", "ArrowLeft", "ArrowLeft"):
            handle.press(key)
        if handle.get_attribute("aria-valuenow") == before:
            handle.press("Home")


def test_a_link_holds_everything_that_can_be_set(open_page):
    """In every kind of figure, points and bars that were dragged too."""
    page, there = (open_page("chapters/explorers.html") for _ in range(2))
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error('no')); }")
    count = page.locator(".widget-slot").count()
    assert count > 10
    for index in range(count):
        slot, other = live_figure(page, index), live_figure(there, index)
        if (skip := slot.get_by_role("button", name="Skip")).is_visible():
            skip.click()
        stored = slot.evaluate(ALL_OF_IT)
        change_everything(slot)
        settle(page)
        changed = slot.evaluate(ALL_OF_IT)
        assert changed != stored
        copy_link(slot)
        there.evaluate("hash => { location.hash = hash; }", page.evaluate("location.hash"))
        there.wait_for_function(
            "slot => slot === document.activeElement", arg=other.element_handle()
        )
        settle(there)
        assert other.evaluate(ALL_OF_IT) == changed, page.evaluate("location.hash")


def test_every_figure_has_a_name_of_its_own(open_page):
    page = open_page(ASKED)
    names = page.locator(".widget-slot").evaluate_all("all => all.map(({dataset}) => dataset.name)")
    assert names == [f"{urlsplit(ASKED).path.split('/')[-1][:-5]}-{n}" for n in (1, 2, 3)]


def test_button_is_not_printed(open_page):
    page = open_page(PAGE)
    button = live_figure(page, 0).get_by_role("button", name="Copy link")
    expect(button).to_be_visible()
    page.emulate_media(media="print")
    expect(button).to_be_hidden()
