"""Building the book: nothing twice, no warning let through, one clear line for a broken source."""

import json
import os
import subprocess

import nbformat
import pytest

from tools import sources
from tools.progress import Problem
from tools.stamps import ROOT, files_under

CONFIG = """\
title: A small book
author: Nobody
only_build_toc_files: true
execute: {execute_notebooks: "off"}
exclude_patterns: [_build, tools]
"""
TOC = """\
format: jb-book
root: chapters/first
chapters:
- file: chapters/second
"""
BUILD = "from tools.book import build_book; from tools.progress import run_command; "
BUILD += "run_command(build_book)"


def write_notebook(path, *markdown):
    cells = [nbformat.v4.new_markdown_cell(text, id=f"cell-{i}") for i, text in enumerate(markdown)]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def book(clone):
    """A clone with a book of two chapters."""
    (clone / "_config.yml").write_text(CONFIG)
    (clone / "_toc.yml").write_text(TOC)
    write_notebook(clone / "chapters/first.ipynb", "# First\n\nOnce upon a time.")
    write_notebook(clone / "chapters/second.ipynb", "# Second", "(end)=\n## End\n\nThe end.")
    return clone


@pytest.fixture
def build(run_tool):
    return lambda: run_tool("-c", BUILD)


def page(book, name):
    return (book / f"_build/html/chapters/{name}.html").read_text(encoding="utf-8")


def test_builds_what_changed_and_nothing_twice(book, build):
    first = build()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "2 pages written" in first.stdout
    assert "Once upon a time." in page(book, "first")

    left_by_ruff = book / "chapters" / ".ruff_cache" / "CACHEDIR.TAG"
    left_by_ruff.parent.mkdir()
    left_by_ruff.touch()
    again = build()
    assert again.stdout == "✓ book         up to date\n"

    write_notebook(book / "chapters/first.ipynb", "# First\n\nTwice upon a time.")
    assert "1 page written" in build().stdout
    assert "Twice upon a time." in page(book, "first")

    write_notebook(book / "chapters/first.ipynb", "# First\n\nOnce upon a time.")
    os.utime(book / "chapters/first.ipynb", (1, 1))  # as a restored backup
    assert "1 page written" in build().stdout
    assert "Once upon a time." in page(book, "first")

    write_notebook(book / "chapters/first.ipynb", "# Prologue\n\nTwice upon a time.")
    assert "2 pages written" in build().stdout
    assert "Prologue" in page(book, "second"), "a new title shows in the other pages' contents"

    (book / "_config.yml").write_text(CONFIG.replace("small", "little"))
    assert "2 pages written" in build().stdout
    assert "A little book" in page(book, "second")

    for chapter in book.glob("chapters/*"):
        os.utime(chapter)  # as a checkout does
    assert "up to date" in build().stdout


def test_a_label_that_another_page_refers_to_cannot_be_lost(book, build):
    write_notebook(book / "chapters/first.ipynb", "# First\n\nSee [](end).")
    assert build().returncode == 0
    write_notebook(book / "chapters/second.ipynb", "# Second", "## End\n\nThe end.")
    failed = build()
    assert failed.returncode == 1
    assert "chapters/first.ipynb, cell 1, line 3" in failed.stderr
    assert "'end'" in failed.stderr


def test_a_failed_build_is_not_taken_for_good(book, build):
    assert build().returncode == 0
    good = {path: path.read_bytes() for path in book.glob("chapters/*")}
    # The fault is in the page that the second of two edits leaves alone.
    write_notebook(book / "chapters/second.ipynb", "# Second", "## End\n\nSee {doc}`nowhere`.")
    for attempt in range(2):
        failed = build()
        assert failed.returncode == 1, f"attempt {attempt} let a warning through"
        head, *lines = failed.stderr.splitlines()
        assert head.startswith("✗ the book has 1 warning, and none may stay (")
        assert len(lines) == 1
        assert lines[0].startswith("    chapters/second.ipynb, cell 2, line 3: unknown document")
        write_notebook(book / "chapters/first.ipynb", "# First\n\nThrice upon a time.")
    for path, content in good.items():
        path.write_bytes(content)
    mended = build()
    assert "2 pages written" in mended.stdout, "the pages on disk are the failed build's"
    assert "up to date" in build().stdout


def test_when_sphinx_itself_breaks_its_last_words_are_shown(book, build):
    (book / "_config.yml").write_text(CONFIG + "sphinx: {extra_extensions: [no_such_extension]}\n")
    failed = build()
    assert failed.returncode == 1
    assert failed.stderr.startswith("✗ Sphinx stopped (all of its output: ")
    said = failed.stderr.splitlines()[1:]
    assert len(said) == 1
    assert said[0].startswith("    Could not import extension no_such_extension")


def test_an_unknown_option_in_the_config_fails(book, build):
    (book / "_config.yml").write_text(CONFIG.replace("author: Nobody", "latex: {latex_engine: 3}"))
    failed = build()
    assert failed.returncode == 1
    head, reason = failed.stderr.splitlines()
    assert head == "✗ _config.yml has an option that Jupyter Book does not know:"
    assert reason.startswith("- 3 is not of type")


BAD_TOC = {
    "missing file": (
        TOC.replace("second", "secnod"),
        "_toc.yml lists chapters/secnod, and there is no chapters/secnod.ipynb or "
        "chapters/secnod.md: did you mean chapters/second?",
    ),
    "far from any file": (
        TOC.replace("second", "elsewhere"),
        "_toc.yml lists chapters/elsewhere, and there is no chapters/elsewhere.ipynb or "
        "chapters/elsewhere.md: add the file or take the entry out",
    ),
    "tab": (
        TOC + "\t- file: x\n",
        "_toc.yml, line 5: not valid YAML (found character '\\t' that cannot start any token); "
        "check its indentation",
    ),
    "no root": (
        TOC.replace("root", "roto"),
        "_toc.yml has no `root:`, the landing page (`root: chapters/intro`)",
    ),
    "bare name": (
        TOC.replace("file: ", ""),
        "_toc.yml, under chapters: `chapters/second` should read `file: chapters/second`",
    ),
    "twice": (
        TOC + "- file: chapters/second\n",
        "_toc.yml lists chapters/second 2 times: keep one",
    ),
    "a list": ("- chapters/first\n", "_toc.yml: expected `key: value` lines"),
    "conflict": (
        f"<<<<<<< ours\n{TOC}=======\n>>>>>>> theirs\n",
        "_toc.yml, line 1: a merge conflict; keep one side of it",
    ),
}


@pytest.mark.parametrize("fault", BAD_TOC)
def test_a_bad_toc_gets_one_clear_line(book, monkeypatch, fault):
    text, line = BAD_TOC[fault]
    (book / "_toc.yml").write_text(text)
    monkeypatch.setattr(sources, "ROOT", book)
    with pytest.raises(Problem) as raised:
        sources.check_sources()
    assert str(raised.value) == line


def test_a_missing_toc_gets_one_clear_line(book, monkeypatch):
    (book / "_toc.yml").unlink()
    monkeypatch.setattr(sources, "ROOT", book)
    with pytest.raises(Problem, match=r"^_toc.yml is missing: `git checkout _toc.yml` brings it"):
        sources.check_sources()


GOOD = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}, indent=1)
BACK = "`git checkout chapters/second.ipynb` brings the last good one back"
NOT_ONE = "not a notebook, its JSON breaks"
BROKEN_NOTEBOOKS = {
    "cut short": (GOOD[:-3], f", line 5: {NOT_ONE} (Expecting value); {BACK}"),
    "empty": ("", f", line 1: {NOT_ONE} (Expecting value); {BACK}"),
    "conflict": (
        GOOD.replace(' "cells"', '<<<<<<< HEAD\n "cells"'),
        ", line 5: a merge conflict; keep one side of it (`nbdime mergetool`)",
    ),
    "other JSON": ("[]", f": JSON without the `cells` of a notebook; {BACK}"),
    "old format": (
        GOOD.replace('"nbformat": 4', '"nbformat": 3'),
        ": notebook format 3; save it anew in JupyterLab",
    ),
}


@pytest.mark.parametrize("fault", BROKEN_NOTEBOOKS)
def test_a_broken_notebook_gets_one_clear_line(book, monkeypatch, fault):
    text, line = BROKEN_NOTEBOOKS[fault]
    (book / "chapters/second.ipynb").write_text(text)
    monkeypatch.setattr(sources, "ROOT", book)
    with pytest.raises(Problem) as raised:
        sources.check_sources()
    assert str(raised.value) == f"chapters/second.ipynb{line}"


def test_a_notebook_in_another_encoding_gets_one_clear_line(book, monkeypatch):
    (book / "chapters/second.ipynb").write_bytes(GOOD.encode().replace(b'"cells"', b'"\xe9"'))
    monkeypatch.setattr(sources, "ROOT", book)
    with pytest.raises(Problem, match=r"^chapters/second.ipynb: not UTF-8 text \(byte \d+\); save"):
        sources.check_sources()


def test_the_command_prints_that_line_and_builds_nothing(book, build):
    (book / "chapters/second.ipynb").write_text(GOOD[:-3])
    failed = build()
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("✗ chapters/second.ipynb, line 5: not a notebook")
    assert failed.stderr.count("\n") == 1
    assert not (book / "_build").exists()


# What the pages load

PACKAGE = '{"name": "tiny", "version": "1.0.0", "private": true, "type": "module"}'
LOCK = '{"name": "tiny", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}'
BUNDLE = """\
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
mkdirSync("../build", { recursive: true });
writeFileSync("../build/out.js", readFileSync("in.js"));
"""
WEB = "from tools.web import build_web_assets; from tools.progress import run_command; "
WEB += "run_command(build_web_assets)"


@pytest.fixture
def web(clone):
    source = clone / "web/src"
    source.mkdir(parents=True)
    for name, text in {
        "package.json": PACKAGE,
        "package-lock.json": LOCK,
        "build.mjs": BUNDLE,
        "in.js": "1",
    }.items():
        (source / name).write_text(text)
    return clone / "web"


def test_web_assets_are_built_when_something_changed(web, run_tool):
    first = run_tool("-c", WEB)
    assert first.returncode == 0, first.stdout + first.stderr
    assert (web / "build/out.js").read_text() == "1"
    assert run_tool("-c", WEB).stdout == "✓ web assets   up to date\n"

    installed = web / "src/node_modules/.complete"
    before = installed.stat().st_mtime_ns
    (web / "src/in.js").write_text("2")
    assert "built" in run_tool("-c", WEB).stdout
    assert (web / "build/out.js").read_text() == "2"
    assert installed.stat().st_mtime_ns == before, "npm packages are installed once"

    (web / "src/package-lock.json").write_text(LOCK + "\n")
    assert "built" in run_tool("-c", WEB).stdout
    assert installed.stat().st_mtime_ns > before


def test_packages_behind_a_link_are_used_but_never_replaced(web, run_tool, tmp_path):
    """`npm ci` empties the folder first, wherever it lies."""
    assert run_tool("-c", WEB).returncode == 0
    theirs = tmp_path / "theirs"
    (web / "src/node_modules").rename(theirs)
    (theirs / "thesis.tex").write_text("years of work")
    (web / "src/node_modules").symlink_to(theirs)
    install = "from tools.web import install_packages; from tools.progress import run_command; "
    install += "run_command(install_packages)"
    done = run_tool("-c", install)
    assert (done.returncode, done.stderr) == (0, "")
    (web / "src/package-lock.json").write_text(LOCK + "\n")
    done = run_tool("-c", install)
    assert done.returncode == 1
    assert done.stderr.startswith(f"✗ web/src/node_modules leads to {theirs}, and this command")
    assert (theirs / "thesis.tex").read_text() == "years of work"
    assert (theirs / ".complete").is_file()


def test_a_failed_bundle_is_not_taken_for_good(web, run_tool):
    assert run_tool("-c", WEB).returncode == 0
    spoil = 'import { rmSync } from "node:fs"; rmSync("../build/out.js", { force: true });\n'
    (web / "src/build.mjs").write_text(spoil + 'throw new Error("no such font");')
    for _ in range(2):
        failed = run_tool("-c", WEB)
        assert failed.returncode == 1
        assert failed.stderr.startswith("✗ `node build.mjs` in web/src failed; its last lines:")
        assert "no such font" in failed.stderr
    (web / "src/build.mjs").write_text(BUNDLE)
    assert "built" in run_tool("-c", WEB).stdout
    assert (web / "build/out.js").exists()


def test_a_failed_npm_install_is_not_taken_for_good(web, run_tool):
    unlocked = '"dependencies": {"no-such-package": "1"}, "private"'
    (web / "src/package.json").write_text(PACKAGE.replace('"private"', unlocked))
    for _ in range(2):
        failed = run_tool("-c", WEB)
        assert failed.returncode == 1
        assert failed.stderr.startswith("✗ `npm ci` in web/src failed; its last lines:")
        assert not (web / "build").exists()


def test_what_a_build_makes_is_no_source_of_the_next():
    """Else the build after the first would write every page once more."""
    ours = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "web"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.splitlines()
    surveyed = {path.relative_to(ROOT).as_posix() for path in files_under(ROOT / "web")}
    built = {path for path in surveyed if path.startswith("web/build/")}  # before the pages are
    assert surveyed - built == set(ours)
