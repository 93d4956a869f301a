"""How much each kind of live figure adds to a page, and how soon it answers its sliders.

usage: python -m benchmarks.figures      (after `make book`)

A row for each figure of the gallery: what its code takes as it comes over the wire, and for each of
its sliders the time from key to painted drawing, on a phone at 4x throttle, and how many times that
of a bare page's slider it is. The host, which all figures share, is loaded once.
"""

import gzip
import json
import threading

from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from benchmarks.page_speed import bare_slider_answer, slider_answers
from tools import chromium
from tools.serve import BOOK, server_for

GALLERY = "chapters/explorers.html"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def main():
    print(f"widgets/host.js, once a page   {kilobytes(BOOK / '_static/widgets/host.js'):6.1f} kB")
    with server_for(BOOK) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        bare = bare_slider_answer(browser)
        answers = slider_answers(browser, server.url + GALLERY)
        browser.close()
        server.shutdown()
    for name, kind, code in figures():
        sliders = ", ".join(
            f"{label} {ms:.0f} ms ({ms / bare:.1f}×)" for label, ms in answers[name].items()
        )
        print(f"{kind:<31}{kilobytes(code):6.1f} kB   {sliders or 'no slider'}")


def figures():
    """Name, kind and the file of the code of each figure in the gallery."""
    page = BeautifulSoup((BOOK / GALLERY).read_text(encoding="utf-8"), "html.parser")
    models = json.loads(page.find("script", type=WIDGET_STATE).string)["state"]
    for slot in page.select(".widget-slot"):
        box = models[slot["data-model-id"]]["state"]
        parts = [models[child.removeprefix("IPY_MODEL_")]["state"] for child in box["children"]]
        plot = next(part for part in parts if "_esm" in part and "question" not in part)
        file = BOOK / "_static" / "widgets" / plot["_esm"].removeprefix("shared:")
        yield slot["data-name"], slot["data-figure"], file


def kilobytes(path):
    return len(gzip.compress(path.read_bytes())) / 1000


if __name__ == "__main__":
    main()
