"""How soon Python in a page answers, how much it fetches, and how long a check takes.

usage: python -m benchmarks.page_python [--json FILE] [--rounds 3]      (after `make book`)

Prints seconds from the press of a button to the result: of a first cell, with nothing fetched
before and a connection of 50 Mb/s; of the same cell on a page opened later, when the browser has
all of it; and of the check of an exercise pressed a second time. Beside them stands a page with
Pyodide and NumPy alone, in the same round. Times depend on the machine, and on what else it does:
the least and the median of the rounds are told. Bytes do not; a second page that fetches any of
Python again is an error.

The connection is slowed where it leaves the server. What a browser's own tools slow is one page,
and a service worker fetches behind it.
"""

import argparse
import json
import sys
import threading
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from playwright.sync_api import expect, sync_playwright

from benchmarks.record import write_record
from tools import chromium
from tools.serve import BOOK, HOST, Handler, Server

FIFTY_MEGABITS = 50e6 / 8  # bytes a second
UNLIMITED = float("inf")
AT_ONCE = 64_000  # bytes
BARE = Path(__file__).parent / "bare_python.html"
FIRST_CELLS = {  # a page, and words of the cell
    "NumPy": ("chapters/intro.html", "the same after two scalings"),
    "live figure": ("chapters/intro.html", "def leaky_tanh"),
    "matplotlib": ("chapters/sigmoid-and-tanh.html", "figures.show("),
}
EXERCISES, EXERCISE = "chapters/exercises/softmax.html", "stable_softmax"
ASKED_EACH_TIME = {"packages.json", "worker.js", "names.json"}
GOALS = {"cold": 12, "warm": 4, "check": 0.5}  # seconds
A_LONG_TIME = 120_000  # milliseconds
# What came of a cell is kept and shown again: away with it, for an end that is this run's.
FORGET_WHAT_WAS_TYPED = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase("actloss-laboratory");
  Object.assign(asked, { onsuccess: resolve, onerror: reject, onblocked: reject });
})"""


class Line:
    """A connection that all requests share: how many bytes a second it takes, and took of what."""

    def __init__(self):
        self.rate = UNLIMITED
        self.sent = {}
        self.lock = threading.Lock()

    def begin(self, rate):
        self.rate, self.sent = rate, {}

    def send(self, name, content, output):
        for start in range(0, len(content), AT_ONCE):
            part = content[start : start + AT_ONCE]
            with self.lock:
                sleep(len(part) / self.rate)
                self.sent[name] = self.sent.get(name, 0) + len(part)
            output.write(part)

    def megabytes(self):
        return round(sum(self.sent.values()) / 1e6, 2)


LINE = Line()


class ThroughLine(Handler):
    """Serves the book, and the bare page; what Python takes goes through the line."""

    def translate_path(self, path):
        return str(BARE) if path == f"/{BARE.name}" else super().translate_path(path)

    def copyfile(self, source, output):
        if "live-python" in self.path:
            LINE.send(self.path.rsplit("/", 1)[1], source.read(), output)
        else:
            super().copyfile(source, output)


def main():
    options = parse(sys.argv[1:])
    rounds = []
    with (
        Server((HOST, 0), partial(ThroughLine, directory=str(BOOK))) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.ARGUMENTS
        )
        for number in range(options.rounds):
            rounds.append(one_round(browser, server.url))
            print(f"round {number + 1} of {options.rounds}: {json.dumps(rounds[-1])}", flush=True)
        browser.close()
        server.shutdown()
    rows = [summary(name, [one[name] for one in rounds]) for name in rounds[0]]
    for row in rows:
        print_row(row)
    if options.json:
        write_record(options.json, rounds=options.rounds, goals_s=GOALS, rows=rows)


def parse(arguments):
    parser = argparse.ArgumentParser(description="Time Python in the built pages.")
    parser.add_argument("--json", help="write the figures to this file, too")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    return parser.parse_args(arguments)


def one_round(browser, url):
    """Each measured once, by name."""
    found = {"Pyodide and NumPy alone": cold_and_warm(browser, url, BARE.name, run_bare)}
    for name, (page, words) in FIRST_CELLS.items():
        found[name] = cold_and_warm(browser, url, page, partial(run_cell, words=words))
    found["check"] = {"check": seconds_of_a_check(browser, url + EXERCISES)}
    return found


def cold_and_warm(browser, site, page, run):
    """Seconds at 50 Mb/s with nothing there, and on a page newly opened; and the bytes of each."""
    context = browser.new_context()
    LINE.begin(FIFTY_MEGABITS)
    found = {"cold": seconds_to_result(context, site, page, run), "cold_MB": LINE.megabytes()}
    LINE.begin(UNLIMITED)
    found |= {"warm": seconds_to_result(context, site, page, run), "warm_MB": LINE.megabytes()}
    again = sorted(set(LINE.sent) - ASKED_EACH_TIME)
    context.close()
    if again and run is not run_bare:
        sys.exit(f"{page}: opened again, it fetches again {', '.join(again)}")
    return found


def seconds_to_result(context, site, path, run):
    page = context.new_page()
    page.set_default_timeout(A_LONG_TIME)
    page.goto(site + BARE.name)  # which has the store not open
    page.evaluate(FORGET_WHAT_WAS_TYPED)
    page.goto(site + path, wait_until="networkidle")
    seconds = run(page)
    page.close()
    return seconds


def run_bare(page):
    start = perf_counter()
    page.get_by_role("button", name="Run").click()
    expect(page.locator("output")).to_have_text("6", timeout=A_LONG_TIME)
    return round(perf_counter() - start, 2)


def run_cell(page, words):
    cell = page.locator("div.cell:has(.run-python)", has_text=words).first
    return seconds_of_press(cell, cell.get_by_role("button", name="Run"), "Done.")


def seconds_of_press(cell, button, ended):
    start = perf_counter()
    button.click()
    status = cell.locator(".run-python [role=status]")
    expect(status).to_have_text(ended, timeout=A_LONG_TIME)
    output = cell.locator(".run-output > :is(img, :not(:empty))").first
    expect(output).to_be_visible(timeout=A_LONG_TIME)
    return round(perf_counter() - start, 2)


def seconds_of_a_check(browser, url):
    """Of the second check of an answer: the first one starts Python."""
    page = browser.new_page()
    page.goto(url)
    LINE.begin(UNLIMITED)
    cell = page.locator(f"div.cell:has([data-check='{EXERCISE}'])")
    check = cell.get_by_role("button", name="Check")
    seconds_of_press(cell, check, "Not solved yet.")
    # What the first check said is there already: away with it, for an end that is this one's.
    cell.locator("[role=status]").evaluate("status => { status.textContent = ''; }")
    seconds = seconds_of_press(cell, check, "Not solved yet.")
    page.close()
    return seconds


def summary(name, rounds):
    row = {"name": name}
    for key in rounds[0]:
        values = [one[key] for one in rounds]
        if key.endswith("_MB"):
            row[key] = max(values)
        else:
            row[f"{key}_s"] = {"least": min(values), "median": median(values)}
    return row


def print_row(row):
    print(row["name"])
    for name, goal in GOALS.items():
        if times := row.get(f"{name}_s"):
            fetched = f", {row[f'{name}_MB']} MB of Python" if f"{name}_MB" in row else ""
            print(
                f"  {name:6} {times['least']:5.2f} s, median {times['median']:5.2f} s "
                f"(goal {goal} s){fetched}"
            )


if __name__ == "__main__":
    main()
