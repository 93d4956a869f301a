"""How soon Python in a page answers, how much it fetches, and how long a check takes.

usage: python -m benchmarks.page_python [FILE]      (after `make book`)

Prints, and stores in FILE, seconds from the press of a button to the result: of a first cell, with
nothing fetched before and a connection of 50 Mb/s; of the same cell on a page opened later, when
the browser has all of it; and of the check of an exercise pressed a second time. Times depend on
the machine, and on what else it does; bytes do not.
"""

import json
import sys
import threading
from functools import partial
from pathlib import Path
from time import perf_counter, sleep

from playwright.sync_api import expect, sync_playwright

from benchmarks.record import write_record
from tools import chromium
from tools.serve import BOOK, HOST, Handler, Server

FIFTY_MEGABITS = 50e6 / 8  # bytes a second
AT_ONCE = 64_000  # bytes
FIRST_CELLS = {
    "NumPy": ("chapters/intro.html", "the same after two scalings"),
    "live figure": ("chapters/intro.html", "def leaky_tanh"),
}
EXERCISES, CHECK = "chapters/exercises/softmax.html", 'check("stable_softmax"'
A_LONG_TIME = 300_000  # milliseconds


class Line:
    """A connection that all requests share: how many bytes a second it lets through, and did."""

    def __init__(self):
        self.rate = float("inf")
        self.sent = 0
        self.lock = threading.Lock()

    def send(self, content, output):
        for start in range(0, len(content), AT_ONCE):
            part = content[start : start + AT_ONCE]
            with self.lock:
                sleep(len(part) / self.rate)
                self.sent += len(part)
            output.write(part)


LINE = Line()


class ThroughLine(Handler):
    """Serves the book; what Python takes goes through the line."""

    def copyfile(self, source, output):
        if "live-python" in self.path:
            LINE.send(source.read(), output)
        else:
            super().copyfile(source, output)


def main():
    serve = partial(ThroughLine, directory=str(BOOK))
    with Server((HOST, 0), serve) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        rows = {
            name: first_result(browser, server.url + page, words)
            for name, (page, words) in FIRST_CELLS.items()
        }
        rows["check"] = {"again_s": seconds_of_a_check(browser, server.url + EXERCISES)}
        browser.close()
    for name, row in rows.items():
        print(name, json.dumps(row))
    if len(sys.argv) > 1:
        write_record(Path(sys.argv[1]), rows=rows)


def first_result(browser, url, words):
    """Cold at 50 Mb/s, and warm on a page newly opened; and the bytes of Python that each took."""
    context = browser.new_context()
    row = {}
    for name, rate in (("cold", FIFTY_MEGABITS), ("warm", float("inf"))):
        LINE.rate, LINE.sent = rate, 0
        row[f"{name}_s"] = round(seconds_to_result(context, url, words), 2)
        row[f"{name}_MB"] = round(LINE.sent / 1e6, 2)
    context.close()
    return row


def seconds_to_result(context, url, words):
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    cell = cell_with(page, words)
    start = perf_counter()
    run_to_the_end(cell)
    seconds = perf_counter() - start
    page.close()
    return seconds


def cell_with(page, words):
    return page.locator("div.cell:has(.run-python)", has_text=words).first


def run_to_the_end(cell):
    cell.get_by_role("button", name="Run").or_(cell.get_by_role("button", name="Check")).click()
    output = cell.locator(".run-output > :not(:empty)").first
    expect(output).to_be_visible(timeout=A_LONG_TIME)
    expect(cell.get_by_role("button", name="Stop")).to_have_count(0, timeout=A_LONG_TIME)


def seconds_of_a_check(browser, url):
    page = browser.new_page()
    page.goto(url)
    check = cell_with(page, CHECK)
    run_to_the_end(check)
    start = perf_counter()
    run_to_the_end(check)
    seconds = perf_counter() - start
    page.close()
    return round(seconds, 2)


if __name__ == "__main__":
    main()
