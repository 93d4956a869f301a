"""`make links` on a small book, asked of a server on this machine."""

import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.stamps import ROOT

CONFIG = """\
title: A small book
author: Nobody
only_build_toc_files: true
execute: {execute_notebooks: "off"}
exclude_patterns: [_build, tools]
sphinx:
  local_extensions: {outside_links: web/sphinx}
  config: {linkcheck_retries: 1}
"""
ANSWERS = {"/fine": 200, "/gone": 404, "/refused": 403, "/moved": 301, "/in-the-readme": 404}


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        code = ANSWERS[self.path]
        self.send_response(code)
        if code == 301:
            self.send_header("Location", "/fine")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_):
        pass


@contextmanager
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture
def check(clone, run_tool):
    """Check a book whose page and README link to these paths."""

    def check(page, readme=()):
        (clone / "_config.yml").write_text(CONFIG)
        (clone / "_toc.yml").write_text("format: jb-book\nroot: first\n")
        (clone / "web" / "sphinx").mkdir(parents=True)
        shutil.copy(ROOT / "web" / "sphinx" / "outside_links.py", clone / "web" / "sphinx")
        with server() as address:
            links = "\n".join(f"[{path}]({address}{path})" for path in page)
            (clone / "first.md").write_text(f"# First\n\n{links}\n")
            (clone / "README.md").write_text(
                "".join(f"See <{address}{path}>.\n" for path in readme)
            )
            done = run_tool("-m", "tools.links")
            return done, address

    return check


def test_what_is_gone_is_named_with_its_place(check):
    done, address = check(["/fine", "/gone", "/refused", "/moved"], ["/in-the-readme"])
    assert done.returncode == 1
    first, second = sorted(done.stderr.strip().splitlines())
    assert first.startswith(f"✗ README.md, line 1: {address}/in-the-readme: 404 ")
    assert second.startswith("✗ first.md, line 4: ")
    assert f"{address}/gone: 404 " in second
    assert f"{address}/moved, it is {address}/fine now" in done.stdout
    assert "! refused      1: their servers answer browsers only" in done.stdout


def test_nothing_is_said_of_links_that_are_there(check):
    done, _ = check(["/fine"])
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "1 looked at" in done.stdout
