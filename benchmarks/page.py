"""How heavy and how quick the built pages are, beside what the course promises.

usage: python -m benchmarks.page [--json FILE] [PAGE …]      (after `make book`)

Prints one row a page and ends with an error where a promise is broken that holds on any machine:
of bytes, requests, and Lighthouse's scores but for performance. Times depend on the machine. They
stand beside what tells how quick it is: a bare page's slider, measured in the same run, and
Lighthouse's benchmark index. Jupyter Book's own defaults gave 1110 kB without widgets, 2024 kB with
them, and 36 to 55 for Lighthouse's performance.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from benchmarks.page_speed import (
    bare_slider_answer,
    load_slowly,
    slider_answers,
    time_to_first_slider,
)
from benchmarks.page_weight import WITH_WIDGETS, WITHOUT_WIDGETS, from_other_hosts, total, transfers
from benchmarks.record import write_record
from tools import chromium
from tools.node import ENVIRONMENT, PROGRAMS
from tools.serve import BOOK, server_for
from tools.web import install_packages

HERE = Path(__file__).parent
PERFORMANCE = "performance"  # depends on the machine, and on what else it does
PROMISED = ("accessibility", "best-practices", "seo")
AT_MOST = {
    "weight_without_widgets": WITHOUT_WIDGETS,
    "weight_with_widgets": WITH_WIDGETS,
    "requests_to_other_hosts": 0,
}
AT_LEAST = {f"lighthouse_{category}": 100 for category in PROMISED}


def main():
    options = parse(sys.argv[1:])
    pages = options.pages or [
        page.relative_to(BOOK).as_posix() for page in sorted(BOOK.glob("chapters/*.html"))
    ]
    if not pages:
        sys.exit("the book is not built: run `make book`")
    install_packages(HERE)  # Lighthouse
    rows = {}
    with server_for(BOOK) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        executable = chromium.find()
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        bare = bare_slider_answer(browser)
        for page in pages:
            rows[page] = measure(browser, executable, server.url + page)
            print_row(page, rows[page], bare)
        browser.close()
        server.shutdown()
    if options.json:
        named = [{"page": page, **row} for page, row in rows.items()]
        write_record(options.json, bare_slider_ms=bare, rows=named)
    broken = [f"{page}: {fault}" for page, row in rows.items() for fault in faults(row)]
    print("\n".join(broken) if broken else "every promise is kept")
    sys.exit(bool(broken))


def parse(arguments):
    parser = argparse.ArgumentParser(description="Weigh and time the built pages.")
    parser.add_argument("pages", nargs="*", help="chapters/intro.html, …; all chapters by default")
    parser.add_argument("--json", help="write the figures to this file, too")
    return parser.parse_args(arguments)


def measure(browser, executable, url):
    without = transfers(browser, url, with_widgets=False)
    whole = transfers(browser, url, with_widgets=True)
    figures = slider_answers(browser, url).values()
    answers = [milliseconds for sliders in figures for milliseconds in sliders.values()]
    return {
        "weight_without_widgets": total(without),
        "weight_with_widgets": total(whole),
        "requests": len(whole),
        "requests_to_other_hosts": len(from_other_hosts(whole, url)),
        **load_slowly(browser, url),
        "first_slider_ms": time_to_first_slider(browser, url),
        "slider_to_curve_ms": median(answers) if answers else None,
        **lighthouse(executable, url, [PERFORMANCE, *PROMISED]),
    }


def lighthouse(executable, url, categories):
    """Lighthouse's scores for a phone, from 0 to 100, and its measure of the machine's speed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [
            PROGRAMS / "node",
            HERE / "node_modules" / "lighthouse" / "cli" / "index.js",
            url,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(categories)}",
            f"--chrome-flags={' '.join(['--headless=new', *chromium.ARGUMENTS])}",
        ]
        subprocess.run(command, check=True, env=ENVIRONMENT | {"CHROME_PATH": executable})
        found = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: found["categories"][name]["score"] for name in categories}
    return {
        **{f"lighthouse_{name}": round(100 * score) for name, score in scores.items()},
        "lighthouse_benchmark_index": found["environment"]["benchmarkIndex"],
    }


def faults(row):
    for name, most in AT_MOST.items():
        if row[name] is not None and row[name] > most:
            yield f"{name} is {row[name]:.0f}, promised at most {most:.0f}"
    for name, least in AT_LEAST.items():
        if row[name] < least:
            yield f"{name} is {row[name]}, promised at least {least}"


def print_row(page, row, bare):
    scores = " / ".join(str(row[name]) for name in AT_LEAST)
    slider = row["slider_to_curve_ms"]
    answers = "none" if slider is None else f"{slider:.1f} ms to the painted curve"
    first = row["first_slider_ms"]
    print(
        f"{page}\n"
        f"  gzipped       {row['weight_without_widgets'] / 1000:.0f} kB without widgets "
        f"(at most 220), {row['weight_with_widgets'] / 1000:.0f} kB with them (at most 400)\n"
        f"  requests      {row['requests']}, to other hosts {row['requests_to_other_hosts']}\n"
        f"  slow phone    first paint {row['first_paint_ms'] / 1000:.1f} s, largest "
        f"{row['largest_paint_ms'] / 1000:.1f} s, layout shift {row['layout_shift']:.3f}, "
        f"first slider {'none' if first is None else f'{first / 1000:.1f} s'}\n"
        f"  slider        {answers} at 4x throttle, a bare page's {bare:.1f} ms\n"
        f"  Lighthouse    {scores} (accessibility, best practices, SEO; 100 each)\n"
        f"                performance {row['lighthouse_performance']}, on a machine with a "
        f"benchmark index of {row['lighthouse_benchmark_index']:.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
