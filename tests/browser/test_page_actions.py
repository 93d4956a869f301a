"""What a page offers beyond reading: in the book as it is built here, and as it is published."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import quiet_context
from tests.browser.test_accessibility import AXE, RUN_AXE
from tools.serve import server_for
from tools.stamps import ROOT

NOTEBOOKS = ("chapters/relu-family", "chapters/exercises/softmax")
REPOSITORY = "https://github.com/someone/course"
PUBLISH = {"REPOSITORY_URL": REPOSITORY, "REPOSITORY_BRANCH": "next"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_is_downloaded_as_it_is_stored(open_page, name, tmp_path):
    """After a first cell that fetches the course; solutions are not in it."""
    page = open_page(f"{name}.html")
    page.get_by_role("button", name="Run or edit", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download notebook", exact=True).click()
    assert download.value.suggested_filename == f"{Path(name).name}.ipynb"
    download.value.save_as(tmp_path / "it.ipynb")
    downloaded, stored = (
        nbformat.read(path, as_version=4)
        for path in (tmp_path / "it.ipynb", ROOT / f"{name}.ipynb")
    )
    assert "Where it is missing" in downloaded.cells.pop(0).source
    assert downloaded == stored
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the course", exact=True).click()
    assert download.value.suggested_filename == "actloss-course.zip"


@pytest.mark.parametrize("path", ["chapters/bibliography.html", "search.html"])
def test_page_of_text_offers_nothing(open_page, path):
    page = open_page(path)
    assert page.locator(".page-action").count() == 0


# --- published -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The address of a small book, built with this book's configuration and a repository."""
    book = tmp_path_factory.mktemp("published")
    shutil.copy(ROOT / "_config.yml", book)
    shutil.copy(ROOT / "references.bib", book)
    (book / "_toc.yml").write_text(
        "format: jb-book\nroot: chapters/one\nchapters:\n- file: chapters/glossary\n"
    )
    leave_out = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in ("tools", "web"):
        shutil.copytree(ROOT / name, book / name, ignore=leave_out)
    (book / "web" / "src" / "node_modules").symlink_to(ROOT / "web" / "src" / "node_modules")
    (book / "src").symlink_to(ROOT / "src")
    (book / "chapters").mkdir()
    cells = [nbformat.v4.new_markdown_cell("# One\n\nText.", id="one")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), book / "chapters" / "one.ipynb")
    (book / "chapters" / "glossary.md").write_text(
        "# Glossary\n\n```{glossary}\nterm\n  A word.\n```\n"
    )
    build = "from tools.book import build_book; from tools.progress import run_command; "
    built = subprocess.run(
        [sys.executable, "-c", build + "run_command(build_book)"],
        cwd=book,
        env=os.environ | {"CI": "true"} | PUBLISH,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    with server_for(book / "_build" / "html") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.url
        server.shutdown()


@pytest.fixture(params=[320, 1280])
def page(request, browser, published):
    with quiet_context(browser, published, width=request.param) as (context, _):
        page = context.new_page()
        page.goto("chapters/one.html")
        yield page


def test_menu_by_keyboard(page):
    button = page.get_by_role("button", name="Run or edit", exact=True)
    expect(page.locator("#page-actions")).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#page-actions li").all_inner_texts() == [
        "Download notebook",
        "Download the course",
        "Open in Colab",
        "Open in Binder",
        "Suggest an edit",
        "Report a mistake",
    ]
    for name in ("Download notebook", "Download the course", "Open in Colab"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#page-actions")).to_be_hidden()
    expect(button).to_be_focused()


def test_menu_stays_in_the_window_and_each_line_can_be_touched(page):
    page.get_by_role("button", name="Run or edit").click()
    window = page.viewport_size["width"]
    expect(page.locator("#page-actions")).to_be_visible()
    for box in [link.bounding_box() for link in page.locator("#page-actions a").all()]:
        assert 0 <= box["x"] <= box["x"] + box["width"] <= window
        assert box["height"] >= 24
    header = page.locator(".header-article-items__end").bounding_box()
    assert header["x"] + header["width"] <= window


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_open_menu(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    page.get_by_role("button", name="Run or edit").click()
    expect(page.locator("#page-actions")).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN_AXE, None)["faults"] == []


def test_published_notebook_begins_with_the_cell_for_colab(page):
    page.get_by_role("button", name="Run or edit").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download notebook").click()
    first, second = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["cells"]
    assert f"--branch next {REPOSITORY} /content/course\n" in "".join(first["source"])
    assert "".join(second["source"]) == "# One\n\nText."
    colab = page.get_by_role("link", name="Open in Colab").get_attribute("href")
    assert colab.endswith("/blob/gh-pages/_sources/chapters/one.ipynb")


def test_page_of_text_can_be_edited_and_reported(page):
    page.goto("chapters/glossary.html")
    page.get_by_role("button", name="Edit", exact=True).click()
    links = page.locator("#page-actions a").evaluate_all("all => all.map(({ href }) => href)")
    assert links == [
        f"{REPOSITORY}/edit/next/chapters/glossary.md",
        f"{REPOSITORY}/issues/new?template=mistake.yml&page=chapters%2Fglossary",
    ]
