"""Every page of the built book is HTML by the standard, as html-validate reads it."""

import json
from pathlib import Path

from tests.browser.book import PAGES
from tools.node import run_node
from tools.serve import BOOK
from tools.stamps import ROOT

VALIDATE = ROOT / "tests" / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
CONFIG = Path(__file__).with_name("htmlvalidate.mjs")


def faults(*files):
    """What html-validate says about these files."""
    assert VALIDATE.is_file(), "html-validate is missing: run `make test`"
    done = run_node(VALIDATE, "--config", CONFIG, "--formatter", "json", *files, folder=ROOT)
    return [
        f"{Path(page['filePath']).name}, line {fault['line']}: {fault['message']}"
        for page in json.loads(done.stdout)
        for fault in page["messages"]
    ]


def test_every_page_keeps_the_html_standard(site):
    assert faults(*(BOOK / page for page in ["index.html", *PAGES])) == []


def test_a_page_with_faults(tmp_path):
    """Else the test above would see nothing."""
    page = tmp_path / "page.html"
    body = '<p id="a"><div id="a">one<script src="https://example.org/a.js"></script></div></p>'
    head = '<!DOCTYPE html><html lang="en"><head><title>Faults</title></head>'
    page.write_text(f"{head}<body>{body}</body></html>", encoding="utf-8")
    said = " ".join(faults(page))
    for expected in ("Duplicate ID", "integrity", "Stray end tag"):
        assert expected in said
