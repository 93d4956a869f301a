"""What the README says works: its commands, its paths, and its example of a new chapter."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.stamps import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def example(name):
    """The fenced block that follows the comment `<!-- example: name -->`."""
    comment = f"<!-- example: {re.escape(name)} -->"
    block = re.search(rf"{comment}\n(`{{3,}})\w*\n(.*?)\n\1", README, re.DOTALL)
    assert block, f"the README has no example {name}"
    return block[2]


@pytest.mark.parametrize(
    ("file", "at_least"),
    [
        ("README.md", {"serve", "test", "book", "execute", "lab"}),
        ("CONTRIBUTING.md", {"serve", "test", "lint", "execute", "lab"}),
    ],
)
def test_every_make_command_is_a_target(file, at_least):
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    named = set(re.findall(r"\bmake ([a-z-]+)\b", (ROOT / file).read_text(encoding="utf-8")))
    assert at_least <= named <= set(targets)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w./]+/[\w./]*|_toc\.yml)`", README))))
def test_every_path_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("*.md")))
def test_every_local_link_is_there(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert [link for link in links if not (ROOT / link).is_file()] == []


@pytest.fixture
def book(clone):
    """A clone with this book's sources and what its pages load, already built."""
    for name in ("_config.yml", "_toc.yml", "references.bib"):
        shutil.copy(ROOT / name, clone)
    for name in ("chapters", "exercises", "src"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "web", clone / "web", ignore=shutil.ignore_patterns("node_modules"))
    (clone / "web/src/node_modules").symlink_to(ROOT / "web/src/node_modules")
    return clone


def test_the_example_chapter_becomes_a_page(book, run_tool):
    (book / "softsign.md").write_text(example("softsign.md") + "\n", encoding="utf-8")
    convert, execute, serve = example("commands").splitlines()
    command = shlex.split(convert)
    assert command[0] == ".venv/bin/jupytext"
    jupytext = Path(sys.executable).with_name("jupytext")
    subprocess.run([jupytext, *command[1:]], cwd=book, check=True, capture_output=True)

    toc = (book / "_toc.yml").read_text(encoding="utf-8")
    line = "      - file: chapters/relu-family\n"
    (book / "_toc.yml").write_text(toc.replace(line, example("_toc.yml") + "\n" + line))

    assert execute == "make execute NOTEBOOK=softsign"
    executed = run_tool("-m", "tools.execute", "softsign")
    assert executed.returncode == 0, executed.stdout + executed.stderr
    notebook = nbformat.read(book / "chapters/softsign.ipynb", as_version=4)
    assert notebook.cells[-1].execution_count == 1

    assert serve == "make serve"
    built = run_tool(
        "-c",
        "from tools.book import build_book; from tools.progress import run_command;"
        " run_command(build_book)",
    )
    assert built.returncode == 0, built.stdout + built.stderr
    page = (book / "_build/html/chapters/softsign.html").read_text(encoding="utf-8")
    assert "<h1>Softsign" in page
    assert 'class="widget-slot"' in page
