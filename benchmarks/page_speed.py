"""How soon a page of the book paints and answers, on a slow phone with a slow connection."""

from pathlib import Path
from statistics import median

from benchmarks.page_weight import read_to_the_end

PHONE = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}
SLOW_CONNECTION = {
    "offline": False,
    "latency": 150,  # milliseconds from request to first byte
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 0.75e6 / 8,
}
SLOWER_PROCESSOR = 4
SLIDERS = ".noUi-target:not([disabled]) .noUi-handle, input[type=range]"
PRESSES = 40  # of the arrow keys, on each slider
ROUNDS = 3  # each on a page newly opened
BARE_SLIDER = Path(__file__).parent / "bare_slider.html"

# The browser's own record of paints and of content that moved without the reader's doing.
OBSERVE = """
window.seen = { shift: 0, paints: {}, largest: 0, firstSlider: null };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.paints[entry.name] = entry.startTime;
}).observe({ type: "paint", buffered: true });
new PerformanceObserver((list) => {
  seen.largest = list.getEntries().at(-1).startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""

# A reader who goes straight to the first figure with a slider.
GO_TO_FIRST_SLIDER = """
addEventListener("DOMContentLoaded", () => {
  const handles = '.widget-slot[data-state="live"] .noUi-handle';
  const shown = (handle) => handle.getClientRects().length > 0;
  const look = () => {
    if ([...document.querySelectorAll(handles)].some(shown)) seen.firstSlider = performance.now();
    else requestAnimationFrame(look);
  };
  document.querySelector(".widget-slot")?.scrollIntoView();
  look();
});
"""

# Notes in `answers`, for each key pressed, the milliseconds from the key to the end of the frame
# that painted another drawing. What the measurement itself does lies before the key or after it.
TIME_PRESSES = """
(handle) => {
  const slot = handle.closest(".widget-slot");
  const places = ["d", "cx", "cy", "x", "y", "x1", "y1", "x2", "y2", "width", "height"];
  const drawing = () => [...slot.querySelectorAll("svg :is(path, circle, rect, line)")]
    .map((mark) => places.map((name) => mark.getAttribute(name)))
    .join();
  const channel = new MessageChannel();
  const afterPaint = (act) => {
    channel.port1.onmessage = act;
    channel.port2.postMessage(null);
  };
  window.answers = [];
  let before = drawing();
  handle.addEventListener("keydown", ({ timeStamp }) => {
    const look = () => requestAnimationFrame(() => afterPaint(() => {
      const took = performance.now() - timeStamp;
      const now = drawing();
      if (now !== before) answers.push(took);
      else if (took < 100) look();
      before = now;
    }));
    look();
  }, { capture: true });
}
"""


def load_slowly(browser, url):
    """First paint, largest paint (ms) and layout shift of a page that is read to its end.

    The shift is the sum over the whole reading: never less than the score CLS, which takes the
    worst five seconds.
    """
    context, page = slow_phone(browser)
    page.add_init_script(OBSERVE)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("seen")  # before the scroll, which ends the record of the largest paint
    read_to_the_end(page)
    page.wait_for_timeout(500)
    shift = page.evaluate("seen.shift")
    context.close()
    return {
        "first_paint_ms": seen["paints"]["first-contentful-paint"],
        "largest_paint_ms": seen["largest"],
        "layout_shift": shift,
    }


def time_to_first_slider(browser, url):
    """Milliseconds until a slider can be moved by who wants it at once; None without a slider."""
    context, page = slow_phone(browser)
    page.add_init_script(OBSERVE)
    page.add_init_script(GO_TO_FIRST_SLIDER)
    page.goto(url)
    # Pictures above the first figure are never in sight here, and do not load.
    read_to_the_end(page, pictures=False)
    page.wait_for_timeout(500)
    took = page.evaluate("seen.firstSlider")
    context.close()
    return took


def slow_phone(browser):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_CONNECTION)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    return context, page


def slider_answers(browser, url):
    """For each figure, by name and slider, the milliseconds from key to painted drawing.

    They are the median over the presses of a round, and the least of the rounds: whatever else the
    machine does only adds. Part of them is the wait for the screen's next refresh.
    """
    least: dict[str, dict[str, float]] = {}
    for _ in range(ROUNDS):
        for figure, sliders in round_of_answers(browser, url).items():
            seen = least.setdefault(figure, {})
            for slider, milliseconds in sliders.items():
                seen[slider] = min(milliseconds, seen.get(slider, milliseconds))
    return least


def bare_slider_answer(browser):
    """The same for the browser's own slider on a page with nothing but two curves."""
    (answers,) = slider_answers(browser, BARE_SLIDER.as_uri()).values()
    (milliseconds,) = answers.values()
    return milliseconds


def round_of_answers(browser, url):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(url)
    read_to_the_end(page)
    unlock(page)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    medians = {}
    for slot in page.locator(".widget-slot").all():
        answers = medians[slot.get_attribute("data-name")] = {}
        for handle in slot.locator(SLIDERS).all():
            if handle.is_visible() and (times := time_presses(page, handle)):
                answers[handle.get_attribute("aria-label")] = median(times)
    context.close()
    return medians


def unlock(page):
    """A slider with a question before it moves once the question is answered or skipped."""
    skips = page.get_by_role("button", name="Skip", exact=True)
    while skips.count():  # one that was tapped is hidden, and no longer counts
        skips.first.tap()


def time_presses(page, handle):
    handle.scroll_into_view_if_needed()
    handle.focus()
    handle.evaluate(TIME_PRESSES)
    for number in range(PRESSES):
        page.keyboard.down("ArrowLeft" if number % 2 else "ArrowRight")
        page.wait_for_timeout(150 + 7 * number % 17)  # at every phase of the screen's refresh
        page.keyboard.up("ArrowLeft" if number % 2 else "ArrowRight")
    return page.evaluate("answers")
