"""What a reader's browser transfers for one page of the book, as it comes over the wire."""

from typing import NamedTuple
from urllib.parse import urlsplit

# In bytes, gzipped, of a page that is read to its end; Jupyter Book's defaults take
# 1 110 000 and 2 024 000.
WITHOUT_WIDGETS = 220_000
WITH_WIDGETS = 400_000

KINDS = ("document", "style", "script", "font", "picture", "other")
KIND_OF_RESOURCE = {
    "Document": "document",
    "Stylesheet": "style",
    "Script": "script",
    "Font": "font",
    "Image": "picture",
}

# The loader waits until a widget is in sight: with this in the page, none ever is.
NOTHING_COMES_INTO_SIGHT = """
window.IntersectionObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() { return []; }
};
"""

READ_TO_THE_END = """
async () => {
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (scrollY + innerHeight < document.documentElement.scrollHeight - 1) {
    const before = scrollY;
    scrollBy({ top: innerHeight / 2, behavior: "instant" });
    await nextFrame();
    await nextFrame();
    if (scrollY === before) break;
  }
}
"""

EVERYTHING_IS_THERE = """
({ withWidgets, pictures }) => {
  const slots = [...document.querySelectorAll(".widget-slot")];
  const shown = [...document.images].filter((image) => image.getClientRects().length);
  return (!withWidgets || slots.every((slot) => slot.dataset.state))
    && (!pictures || shown.every((image) => image.complete))
    && document.fonts.status === "loaded";
}
"""


class Transfer(NamedTuple):
    url: str
    kind: str
    size: int  # in bytes, as transferred, headers included


def transfers(browser, url, *, with_widgets):
    """Load one page with an empty cache, read it to its end, and list all that was transferred.

    Without widgets, the code that draws live figures stays away; their still pictures are loaded.
    Raises RuntimeError where a live figure fails to start.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    if not with_widgets:
        context.add_init_script(NOTHING_COMES_INTO_SIGHT)
    page = context.new_page()
    recorder = Recorder(context.new_cdp_session(page))
    page.goto(url)
    read_to_the_end(page, with_widgets=with_widgets)
    page.wait_for_load_state("networkidle")
    context.close()
    return recorder.transfers()


def read_to_the_end(page, *, with_widgets=True, pictures=True):
    """Scroll down a page, and wait until every picture, font and live figure is there."""
    page.evaluate(READ_TO_THE_END)
    wanted = {"withWidgets": with_widgets, "pictures": pictures}
    page.wait_for_function(EVERYTHING_IS_THERE, arg=wanted, timeout=60_000)
    if failed := page.locator('.widget-slot[data-state="failed"]').count():
        raise RuntimeError(f"{page.url}: {failed} of the live figures did not start")


class Recorder:
    """Notes what comes over the wire, from the browser's own account of it."""

    def __init__(self, session):
        self.responses = {}
        self.sizes = {}
        session.on("Network.requestWillBeSent", self.note_request)
        session.on("Network.responseReceived", self.note_response)
        session.on("Network.loadingFinished", self.note_end)
        session.send("Network.enable")

    def note_request(self, event):
        self.responses[event["requestId"]] = (event["request"]["url"], event.get("type", ""))

    def note_response(self, event):
        self.responses[event["requestId"]] = (event["response"]["url"], event["type"])

    def note_end(self, event):
        self.sizes[event["requestId"]] = int(event["encodedDataLength"])

    def transfers(self):
        return [
            Transfer(url, KIND_OF_RESOURCE.get(resource, "other"), self.sizes.get(request, 0))
            for request, (url, resource) in self.responses.items()
            if urlsplit(url).scheme not in ("data", "blob")
        ]


def total(found):
    return sum(transfer.size for transfer in found)


def total_by_kind(found):
    return {kind: total(one for one in found if one.kind == kind) for kind in KINDS}


def from_other_hosts(found, url):
    """The addresses on any host but the page's own."""
    return [one.url for one in found if urlsplit(one.url).netloc != urlsplit(url).netloc]
