"""Looks over the book's sources first, to say in one line what Sphinx would say in fifty."""

import difflib
import json
import re
from pathlib import Path

import yaml

from tools.progress import Problem
from tools.stamps import ROOT

SUFFIXES = (".ipynb", ".md", ".rst")
CONFLICT = re.compile(r'^[ "]*(<{7}|>{7})(\s|$)', re.MULTILINE)


def check_sources():
    """Raise a Problem that names every file that cannot be built, and how to mend it."""
    read_yaml("_config.yml")
    pages = pages_of_book().values()
    problems = [problem for page in pages if (problem := what_is_wrong_with(page))]
    if problems:
        raise Problem("\n✗ ".join(problems))


def pages_of_book():
    """The file of every page that _toc.yml lists, by its name there, in order."""
    return {entry: find_page(entry) for entry in entries(read_yaml("_toc.yml"))}


def read_yaml(name):
    path = ROOT / name
    if not path.is_file():
        raise Problem(f"{name} is missing: `git checkout {name}` brings it back")
    text = path.read_text(encoding="utf-8")
    if conflict := first_conflict(text):
        raise Problem(f"{name}, line {conflict}: a merge conflict; keep one side of it")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        raise Problem(f"{name}{where}: not valid YAML ({why}); check its indentation") from None
    if not isinstance(content, dict):
        raise Problem(f"{name}: expected `key: value` lines")
    return content


def entries(toc):
    """The documents that _toc.yml lists, in order; it nests parts, chapters and sections."""
    if "root" not in toc:
        raise Problem("_toc.yml has no `root:`, the landing page (`root: chapters/intro`)")
    found = [toc["root"]]

    def collect(node):
        for key in ("parts", "chapters", "sections", "subtrees", "entries"):
            for entry in node.get(key) or []:
                if not isinstance(entry, dict):
                    raise Problem(f"_toc.yml, under {key}: `{entry}` should read `file: {entry}`")
                if "file" in entry:
                    found.append(entry["file"])
                collect(entry)

    collect(toc)
    for name in found:
        if found.count(name) > 1:
            raise Problem(f"_toc.yml lists {name} {found.count(name)} times: keep one")
    return found


def find_page(name):
    """The file of an entry of _toc.yml, which may leave out the suffix."""
    for path in (ROOT / name, *(ROOT / f"{name}{suffix}" for suffix in SUFFIXES)):
        if path.suffix in SUFFIXES and path.is_file():
            return path
    folder = (ROOT / name).parent
    there = [path.stem for path in folder.glob("*") if path.suffix in SUFFIXES]
    close = difflib.get_close_matches(Path(name).name, there, n=1)
    hint = "add the file or take the entry out"
    if close:
        hint = f"did you mean {(folder / close[0]).relative_to(ROOT).as_posix()}?"
    raise Problem(f"_toc.yml lists {name}, and there is no {name}.ipynb or {name}.md: {hint}")


def what_is_wrong_with(page):
    """One line on what keeps a page from being read, or None."""
    name = page.relative_to(ROOT).as_posix()
    try:
        text = page.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return f"{name}: not UTF-8 text (byte {error.start}); save it as UTF-8"
    if conflict := first_conflict(text):
        return (
            f"{name}, line {conflict}: a merge conflict; keep one side of it (`nbdime mergetool`)"
        )
    if page.suffix != ".ipynb":
        return None
    back = f"`git checkout {name}` brings the last good one back"
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        return f"{name}, line {error.lineno}: not a notebook, its JSON breaks ({error.msg}); {back}"
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return f"{name}: JSON without the `cells` of a notebook; {back}"
    if notebook.get("nbformat") != 4:
        return f"{name}: notebook format {notebook.get('nbformat')}; save it anew in JupyterLab"
    return None


def first_conflict(text):
    """The line number of the first merge-conflict marker, or None."""
    found = CONFLICT.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None
