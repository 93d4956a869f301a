"""Prints the cheat sheet of the built book into web/assets/cheat-sheet.pdf: `make cheat-sheet`.

The page offers that file, and tests/browser/test_cheat_sheet.py holds it against the page.
"""

import threading
from io import BytesIO

from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter

from tools import chromium
from tools.progress import Problem, Stage, run_command, say
from tools.serve import BOOK, server_for
from tools.stamps import ROOT

PAGE = "chapters/cheat-sheet.html"
STORED = ROOT / "web" / "assets" / "cheat-sheet.pdf"
SHEETS = 4  # pairs, activations, losses, losses of comparisons and regions


def main():
    executable = chromium.find_or_install()
    with (
        Stage("cheat sheet") as stage,
        server_for(BOOK) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        pdf = print_cheat_sheet(browser, server.url)
        browser.close()
        server.shutdown()
        sheets = len(PdfReader(BytesIO(pdf)).pages)
        if sheets != SHEETS:
            raise Problem(
                f"the cheat sheet takes {sheets} pages, and not {SHEETS}: set it smaller, at the "
                "end of web/assets/print.css"
            )
        stage.result = f"printed, {len(pdf) / 1000:.0f} kB,"
    if STORED.is_file() and STORED.read_bytes() == pdf:
        say("stored", "nothing: the file is as it was")
    else:
        STORED.write_bytes(pdf)
        say("stored", f"{STORED.relative_to(ROOT)}; the next `make book` puts it into the book")


def print_cheat_sheet(browser, site):
    """The PDF that `browser` makes of the page, the same each time."""
    page = browser.new_page()
    page.goto(site + PAGE)
    page.wait_for_load_state("networkidle")
    # They would lead to the server of this moment.
    page.evaluate("for (const link of [...document.links]) link.removeAttribute('href')")
    pdf = page.pdf(prefer_css_page_size=True)
    title = page.title()
    page.close()
    return without_dates(pdf, title)


def without_dates(pdf, title):
    """Nothing in it tells when it was made, or by which version of what."""
    writer = PdfWriter(clone_from=BytesIO(pdf))
    writer.metadata = {"/Title": title}
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


if __name__ == "__main__":
    run_command(main)
