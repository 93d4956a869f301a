"""What a page offers beyond reading, and the cell that fetches the course on Colab."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from sphinx.errors import ConfigError

from tools.stamps import ROOT
from web.sphinx import page_actions

PLACE = page_actions.Repository("someone", "course", "main")


@pytest.fixture(autouse=True)
def no_repository(monkeypatch):
    for name in ("REPOSITORY_URL", "REPOSITORY_BRANCH"):
        monkeypatch.delenv(name, raising=False)


def offered(page, source, place):
    return {a["name"]: a["address"] for a in page_actions.actions_of(page, source, place)}


@pytest.mark.parametrize("suffix", ["", "/", ".git"])
def test_the_repository_is_the_one_that_the_environment_names(monkeypatch, suffix):
    assert page_actions.repository() is None
    monkeypatch.setenv("REPOSITORY_URL", f"https://github.com/some-one/the.course{suffix}")
    assert page_actions.repository() == ("some-one", "the.course", "main")
    monkeypatch.setenv("REPOSITORY_BRANCH", "next")
    assert page_actions.repository().branch == "next"


@pytest.mark.parametrize(
    "url", ["github.com/someone/course", "https://gitlab.com/a/b", "https://github.com/someone"]
)
def test_other_addresses_are_refused(monkeypatch, url):
    monkeypatch.setenv("REPOSITORY_URL", url)
    with pytest.raises(ConfigError, match=r"expected https://github\.com/OWNER/NAME"):
        page_actions.repository()


def test_without_a_repository_only_the_notebook_is_offered():
    assert offered("chapters/one", "chapters/one.ipynb", None) == {
        "Download notebook": "_sources/chapters/one.ipynb"
    }
    assert offered("chapters/notes", "chapters/notes.md", None) == {}


def test_a_notebook_with_a_repository():
    found = offered("chapters/one", "chapters/one.ipynb", PLACE)
    binder = urlsplit(found.pop("Open in Binder"))
    assert binder.path == "/v2/gh/someone/course/main"
    assert parse_qs(binder.query) == {"urlpath": ["lab/tree/chapters/one.ipynb"]}
    assert found == {
        "Download notebook": "_sources/chapters/one.ipynb",
        "Open in Colab": "https://colab.research.google.com/github/someone/course"
        "/blob/gh-pages/_sources/chapters/one.ipynb",
        "Suggest an edit": "https://github.dev/someone/course/blob/main/chapters/one.ipynb",
        "Report a mistake": "https://github.com/someone/course/issues/new"
        "?template=mistake.yml&page=chapters%2Fone",
    }


def test_a_page_of_text_with_a_repository():
    found = offered("chapters/notes", "chapters/notes.md", PLACE)
    assert list(found) == ["Suggest an edit", "Report a mistake"]
    address = "https://github.com/someone/course/edit/main/chapters/notes.md"
    assert found["Suggest an edit"] == address


def test_the_form_that_reports_a_mistake_has_the_field_that_the_link_fills():
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "mistake.yml").read_text(encoding="utf-8")
    assert "id: page\n" in form


def test_a_page_that_sphinx_makes_offers_nothing():
    context = {}
    page_actions.offer_actions(None, "search", "search.html", context, None)
    assert context == {}


@pytest.fixture
def app(tmp_path):
    """A build of one notebook and one page of text."""
    book = tmp_path / "book"
    (book / "chapters").mkdir(parents=True)
    (book / "_build" / "html" / "_sources" / "chapters").mkdir(parents=True)
    notebook = {"cells": [{"cell_type": "markdown", "source": "# One: α"}], "nbformat": 4}
    (book / "chapters" / "one.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    files = {"chapters/one": "chapters/one.ipynb", "chapters/notes": "chapters/notes.md"}
    env = SimpleNamespace(found_docs=set(files), doc2path=lambda name: str(book / files[name]))
    return SimpleNamespace(
        env=env,
        srcdir=str(book),
        outdir=str(book / "_build" / "html"),
        builder=SimpleNamespace(format="html"),
    )


def test_published_notebooks_begin_with_the_cell(app, monkeypatch):
    page_actions.publish_notebooks(app, None)
    published = Path(app.outdir, "_sources", "chapters", "one.ipynb")
    assert not published.exists(), "without a repository the notebook stays as Sphinx copied it"

    monkeypatch.setenv("REPOSITORY_URL", "https://github.com/someone/course")
    for _ in range(2):
        page_actions.publish_notebooks(app, None)
    first, second = json.loads(published.read_text(encoding="utf-8"))["cells"]
    assert second["source"] == "# One: α"
    code = "".join(first["source"])
    assert "--branch main https://github.com/someone/course /content/course\n" in code
    assert code.endswith("%cd -q /content/course/chapters")


RUN_CELL = """
import json, os, sys, types
from IPython.core.interactiveshell import InteractiveShell
cell, on_colab = json.loads(sys.stdin.read())
if on_colab:
    sys.modules["google.colab"] = types.ModuleType("google.colab")
shell = InteractiveShell.instance()
installed = []
shell.register_magic_function(installed.append, magic_name="pip")
shell.run_cell(cell).raise_error()
print(json.dumps([installed, os.getcwd()]))
"""


def run_cell(code, folder, *, on_colab):
    """Run the cell in a new IPython; returns what pip was asked to do, and where it ended."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_CELL],
        input=json.dumps([code, on_colab]),
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_cell_fetches_the_course_on_colab_and_does_nothing_elsewhere(tmp_path):
    origin = tmp_path / "origin"
    (origin / "chapters").mkdir(parents=True)
    (origin / "chapters" / "one.ipynb").write_text("{}")
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "All"],
    ):
        subprocess.run(["git", *command], cwd=origin, check=True)
    notebook = page_actions.with_colab_cell({"cells": []}, "chapters", PLACE)
    code = "".join(notebook["cells"][0]["source"])
    code = code.replace(PLACE.url, origin.as_uri()).replace("/content", str(tmp_path / "content"))

    assert run_cell(code, tmp_path, on_colab=False) == [[], str(tmp_path)]
    assert not (tmp_path / "content").exists()

    course = tmp_path / "content" / "course"
    asked, ended = run_cell(code, tmp_path, on_colab=True)
    assert asked == [f"install --quiet {course}"]
    assert Path(ended) == course / "chapters"
    assert (course / "chapters" / "one.ipynb").is_file()
