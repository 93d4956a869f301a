"""What joins a page of exercises while it is read, and only there: its download, its solutions."""

import json
from types import SimpleNamespace

import exercise_pages as pages
import pytest
from sphinx.errors import ExtensionError

from tools.stamps import ROOT

FILE = '''"""About."""

import numpy as np

# %% first
# Because $1 + 1 = 2$.
#
# And so on.
first = 2


# %% second
def second(x):
    # a step
    return x
'''


def cell(name, **marked):
    return {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name} | marked}}


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}},
        cell("first", grade=False),
        cell("check-first", grade=True),
        cell("check-second", grade=True),
    ]
}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """What Sphinx reads of a notebook of that name."""
    monkeypatch.delenv("SOLUTIONS", raising=False)
    (tmp_path / "exercises" / "solutions").mkdir(parents=True)
    (tmp_path / "exercises" / "solutions" / "one.py").write_text(FILE, encoding="utf-8")
    noted = []
    env = SimpleNamespace(
        doc2path=lambda name: str(tmp_path / f"{name}.ipynb"), note_dependency=noted.append
    )
    app = SimpleNamespace(env=env, srcdir=str(tmp_path))

    def read(name, notebook=NOTEBOOK):
        source = [json.dumps(notebook)]
        pages.complete_exercises(app, name, source)
        return json.loads(source[0]), noted

    return read


def test_each_marked_section_is_a_solution_with_its_explanation():
    assert pages.solutions_of(FILE) == {
        "first": ("Because $1 + 1 = 2$.\n\nAnd so on.", "first = 2"),
        "second": ("", "def second(x):\n    # a step\n    return x"),
    }


def test_solution_follows_its_check_and_page_is_read_again_when_it_changes(read):
    notebook, noted = read("chapters/exercises/one")
    cells = notebook["cells"]
    kinds = [c["cell_type"] for c in cells]
    assert kinds == ["markdown", "markdown", "code", "code", "markdown", "code", "markdown"]
    assert cells[4]["source"].startswith(":::{dropdown} Solution of `first`\nBecause $1 + 1 = 2$.")
    assert "```python\nfirst = 2\n```" in cells[4]["source"]
    assert "def second(x)" in cells[6]["source"]
    assert noted[0].endswith("one.py")


def test_other_pages_are_left_alone(read):
    assert read("chapters/one")[0] == NOTEBOOK


def test_a_book_without_solutions_still_offers_the_notebook(read, monkeypatch):
    monkeypatch.setenv("SOLUTIONS", "off")
    title, download, *rest = read("chapters/exercises/one")[0]["cells"]
    assert [title, *rest] == NOTEBOOK["cells"]
    assert download["source"].startswith("{download}`Download the notebook <one.ipynb>`")


def test_missing_solution_is_named(read):
    with pytest.raises(ExtensionError, match=r"one\.py has no `# %% third`"):
        read(
            "chapters/exercises/one",
            {"cells": [NOTEBOOK["cells"][0], cell("check-third", grade=True)]},
        )


@pytest.mark.parametrize(
    "path", sorted((ROOT / "exercises" / "solutions").glob("*.py")), ids=lambda path: path.stem
)
def test_every_solution_is_explained(path):
    for name, (explanation, code) in pages.solutions_of(path.read_text("utf-8")).items():
        assert len(explanation) > 40, name
        assert code
