"""The notebooks and the archive that a site offers, used where the course is not installed."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from tools.notebooks import all_notebooks
from tools.stamps import ROOT
from web.sphinx import downloads
from web.sphinx.page_actions import ARCHIVE, Repository

PLACE = Repository("someone", "course", "main")


@pytest.fixture(autouse=True)
def no_address(monkeypatch):
    for name in ("REPOSITORY_URL", "REPOSITORY_BRANCH", "SITE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def app(tmp_path):
    """A build of one notebook and one page of text."""
    book = tmp_path / "book"
    sources = book / "_build" / "html" / "_sources" / "chapters"
    (book / "chapters").mkdir(parents=True)
    sources.mkdir(parents=True)
    notebook = {"cells": [{"cell_type": "markdown", "source": "# One: α"}], "nbformat": 4}
    for folder in (book / "chapters", sources):
        (folder / "one.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    files = {"chapters/one": "chapters/one.ipynb", "chapters/notes": "chapters/notes.md"}
    env = SimpleNamespace(
        found_docs=set(files), doc2path=lambda name: str(book / files[name]), dlfiles={}
    )
    return SimpleNamespace(
        env=env,
        srcdir=str(book),
        outdir=str(book / "_build" / "html"),
        builder=SimpleNamespace(format="html"),
    )


def published(app):
    path = Path(app.outdir, "_sources", "chapters", "one.ipynb")
    first, *others = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [cell["source"] for cell in others] == ["# One: α"]
    return "".join(first["source"])


def test_published_notebooks_begin_with_the_cell(app, monkeypatch):
    for _ in range(2):  # not one cell more each time
        downloads.publish_notebooks(app, None)
        assert "“Download the course”" in published(app)
        assert "google.colab" not in published(app)

    monkeypatch.setenv("REPOSITORY_URL", "https://github.com/someone/course")
    source = Path(app.srcdir, "chapters", "one.ipynb")
    for _ in range(2):
        Path(app.outdir, "_sources", "chapters", "one.ipynb").write_bytes(source.read_bytes())
        downloads.publish_notebooks(app, None)
        assert "--branch main https://github.com/someone/course /content/course\n" in published(app)
        assert "%cd -q /content/course/chapters" in published(app)

    monkeypatch.setenv("SITE_URL", "https://someone.github.io/course")
    assert not downloads.is_published(
        Path(app.outdir, "_sources", "chapters", "one.ipynb"), "https://x.org/", PLACE
    )


def test_a_notebook_that_a_link_gives_begins_with_the_cell(app):
    """What Sphinx copies for its role `download`; other files stay as they are."""
    copies = Path(app.outdir, "_downloads", "0a1b")
    copies.mkdir(parents=True)
    Path(app.srcdir, "chapters", "sheet.pdf").write_bytes(b"%PDF")
    for name in ("one.ipynb", "sheet.pdf"):
        (copies / name).write_bytes(Path(app.srcdir, "chapters", name).read_bytes())
        app.env.dlfiles[f"chapters/{name}"] = ({"chapters/one"}, f"0a1b/{name}")
    downloads.publish_notebooks(app, None)
    given = json.loads((copies / "one.ipynb").read_text(encoding="utf-8"))
    assert "".join(given["cells"][0]["source"]) == published(app)
    assert (copies / "sheet.pdf").read_bytes() == b"%PDF"


def test_the_archive_is_written_once(tmp_path):
    app = SimpleNamespace(
        srcdir=str(ROOT), outdir=str(tmp_path), builder=SimpleNamespace(format="html")
    )
    (tmp_path / "_static").mkdir()
    archive = tmp_path / ARCHIVE
    downloads.publish_course(app, None)
    first, made = archive.read_bytes(), archive.stat().st_mtime_ns
    downloads.publish_course(app, None)
    assert archive.stat().st_mtime_ns == made
    os.utime(archive, (0, 0))
    downloads.publish_course(app, None)
    assert archive.stat().st_mtime_ns > 0
    assert archive.read_bytes() == first
    names = zipfile.ZipFile(archive).namelist()
    assert "actloss-course/src/actloss/activations/rectifiers.py" in names
    assert not [name for name in names if "solutions" in name or "__pycache__" in name]


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


def run_cell(code, folder, *, on_colab=False):
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
    code = downloads.first_cell({"cells": []}, "chapters", "", PLACE)
    code = code.replace(PLACE.url, origin.as_uri()).replace("/content", str(tmp_path / "content"))

    assert run_cell(code, tmp_path, on_colab=False) == [[], str(tmp_path)]
    assert not (tmp_path / "content").exists()

    course = tmp_path / "content" / "course"
    asked, ended = run_cell(code, tmp_path, on_colab=True)
    assert asked == [f"install --quiet {course}"]
    assert Path(ended) == course / "chapters"
    assert (course / "chapters" / "one.ipynb").is_file()


# Run as a notebook's first cells are, in a Python that has all but the course.
ELSEWHERE = """
import json, os, sys
sys.path[:] = [entry for entry in sys.path if entry not in ("", {root!r}, {src!r})]
sys.meta_path[:] = [one for one in sys.meta_path if "editable" not in repr(one).lower()]
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.showtraceback = lambda *args, **options: None
asked = []
shell.register_magic_function(asked.append, magic_name="pip")
for cell in json.loads(sys.stdin.read()):
    found = shell.run_cell(cell, silent=True)
    if found.error_in_exec:
        print("error:", found.error_in_exec)
        break
import importlib.util
spec = importlib.util.find_spec("actloss")
print(json.dumps([asked, spec and spec.origin]))
"""
USE = 'from actloss.widgets import quiz; quiz("quizzes/softmax.toml")'


def run_elsewhere(cells, folder):
    code = ELSEWHERE.format(root=str(ROOT), src=str(ROOT / "src"))
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=json.dumps(cells),
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *said, last = done.stdout.splitlines()
    return "\n".join(said), *json.loads(last)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a site with the archive, and its folder."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "_static").mkdir()
    downloads.write_archive(folder / ARCHIVE, ROOT, downloads.files_of_archive(ROOT))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", folder
        server.shutdown()


def test_a_notebook_alone_fetches_the_course_from_its_site(site, tmp_path):
    address, _ = site
    notebook = {"cells": [{"cell_type": "code", "source": "from sklearn import datasets"}]}
    code = downloads.first_cell(notebook, "chapters", address, None)
    for _ in range(2):  # the second time the folder is there
        said, asked, origin = run_elsewhere([code, USE], tmp_path)
        assert said == ""
        assert asked == [f'install --quiet --editable "{tmp_path}/actloss-course" scikit-learn']
        assert origin == str(tmp_path / "actloss-course" / "src" / "actloss" / "__init__.py")


def test_without_an_address_the_cell_says_what_to_do(site, tmp_path):
    code = downloads.first_cell({"cells": []}, "chapters", "", None)
    said, asked, origin = run_elsewhere([code, USE], tmp_path)
    assert (asked, origin) == ([], None)
    assert said == (
        "error: this notebook needs the course's package, actloss. Its page offers it in the menu "
        "“Run or edit”, as “Download the course”: unpack that beside this notebook, in "
        f"{tmp_path}, and run this cell again"
    )
    zipfile.ZipFile(site[1] / ARCHIVE).extractall(tmp_path)
    said, _, origin = run_elsewhere([code, USE], tmp_path)
    assert said == ""
    assert origin.startswith(str(tmp_path))


def test_a_site_that_does_not_answer_is_named(tmp_path):
    code = downloads.first_cell({"cells": []}, "chapters", "http://127.0.0.1:9/", None)
    said, asked, origin = run_elsewhere([code], tmp_path)
    assert said.startswith("error: this notebook needs the course's package, actloss, and could")
    assert (asked, origin) == ([], None)


def test_where_the_course_is_installed_nothing_happens(tmp_path):
    code = downloads.first_cell({"cells": []}, "chapters", "http://127.0.0.1:9/", None)
    assert run_cell(code, tmp_path) == [[], str(tmp_path)]
    assert not list(tmp_path.iterdir())


def test_the_cell_asks_for_what_the_notebooks_import():
    """Each package that a notebook imports comes with the course, is asked for, or is named."""
    comes_along = {"actloss", "matplotlib", "numpy", "scipy", "ipywidgets", "anywidget", "IPython"}
    for path in all_notebooks():
        notebook = nbformat.read(path, as_version=4)
        other = downloads.imports_of(notebook) - comes_along - sys.stdlib_module_names
        assert other <= {*downloads.ASKED_FOR, "torch"}, path.name
        code = downloads.first_cell(notebook, "chapters", "", None)
        assert ("scikit-learn" in code) == ("sklearn" in other)
        assert ("need PyTorch" in code) == ("torch" in other)
