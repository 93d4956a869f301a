"""`SOLUTIONS=off` keeps solutions out of all that a browser can load, not of the pages alone."""

import html
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml
from run_buttons import FETCHED, python_is_there
from solutions import solutions_of

from tools.book import JUPYTER_BOOK
from tools.stamps import ROOT

SOLUTIONS = sorted((ROOT / "exercises" / "solutions").glob("*.py"))
TAG = re.compile(r"<[^>]*>")


def bare(text):
    """Letters and signs alone, as they stand in a file of any format."""
    return re.sub(r"\s+", "", text)


def texts_of(name, content):
    """What can be read in a file, with and without the tags around it; an archive is unpacked."""
    if name.endswith(".zip") and not name.startswith("python_stdlib"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from texts_of(f"{name}/{inner}", archive.read(inner))
        return
    text = content.decode("utf-8", "replace")
    unescaped = text.replace("\\n", "\n").replace('\\"', '"')  # in a notebook, or in a script
    for one in (text, unescaped, html.unescape(TAG.sub("", text))):
        yield name, bare(one)


def build(folder, setting):
    """The exercises' pages alone, with all that they load, and what can be read there."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["only_build_toc_files"] = True
    pages = [f"chapters/exercises/{path.stem}" for path in SOLUTIONS]
    contents = {"format": "jb-book", "root": pages[0]}
    contents["chapters"] = [{"file": page} for page in pages[1:]]
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    (folder / "chapters").mkdir()
    shutil.copytree(ROOT / "chapters" / "exercises", folder / "chapters" / "exercises")
    shutil.copy(ROOT / "references.bib", folder)
    for name in ("exercises", "src", "web"):
        (folder / name).symlink_to(ROOT / name)
    done = subprocess.run(
        [sys.executable, "-c", JUPYTER_BOOK, "build", str(folder)],
        env=os.environ | {"SOLUTIONS": setting},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = folder / "_build" / "html"
    of_pyodide = {path.name for path in FETCHED.iterdir()} if python_is_there() else set()
    files = [path for path in site.rglob("*") if path.is_file() and path.name not in of_pyodide]
    return [text for path in files for text in texts_of(path.name, path.read_bytes())]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book"), "off")


def lines_of(code):
    """The lines of a solution that say something, without those that the exercise shows."""
    return {line for line in map(bare, code.splitlines()) if len(line) >= 30}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_no_file_that_a_browser_loads_has_a_solution(texts, path):
    given = bare((ROOT / "chapters" / "exercises" / f"{path.stem}.ipynb").read_text("utf-8"))
    given = given.replace('\\"', '"').replace('\\n","', "")
    for name, (explanation, code) in solutions_of(path.read_text(encoding="utf-8")).items():
        secrets = {bare(code), *lines_of(code), *map(bare, explanation.split(". ")[:1])}
        secrets = {secret for secret in secrets if secret not in given}
        found = [(file, secret) for file, text in texts for secret in secrets if secret in text]
        assert not found, name


def test_the_checks_are_there_all_the_same(texts):
    assert any(name.endswith("actloss/exercises/softmax.py") for name, _ in texts) == (
        python_is_there()
    )
    assert any('data-check="stable_softmax"' in text for _, text in texts) or not python_is_there()
