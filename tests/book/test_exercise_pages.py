"""What joins a page of exercises while it is read, and only there: its download, its solutions."""

import json
import re
from types import SimpleNamespace

import exercise_pages as pages
import pytest
import solutions
from exercise_bars import bar_of_exercise
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


def cell(name, source="", **marked):
    mark = {"grade_id": name, "grade": False, "solution": False, "points": 1} | marked
    return {"cell_type": "code", "metadata": {"nbgrader": mark}, "source": source}


TITLE = {"cell_type": "markdown", "metadata": {}, "source": "# Exercises: one\n"}
NOTEBOOK = {
    "cells": [
        TITLE,
        cell("first", solution=True),
        cell("check-first", grade=True),
        cell("check-second", grade=True),
    ]
}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """What Sphinx reads of a notebook of that name."""
    monkeypatch.delenv("SOLUTIONS", raising=False)
    monkeypatch.setattr(pages, "python_is_there", lambda: False)
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


INTRODUCTION = """# Exercises: one

Four exercises on one, 8 points. **You need:** the chapter, and a Python cell to type in; open \
this page as a notebook (`make lab`, then `chapters/exercises/one.ipynb`). **Time:** an hour.

Fill in the cells and run the check below each."""


def test_where_python_runs_the_page_speaks_of_the_page(read, monkeypatch):
    monkeypatch.setattr(pages, "python_is_there", lambda: True)
    task = "Run the two cells as they are, and mend one fault at a time."
    cells = [
        TITLE | {"source": INTRODUCTION.splitlines(keepends=True)},
        TITLE | {"source": task},
        *NOTEBOOK["cells"][1:],
        TITLE | {"source": "## Your score"},
        cell("code-9", 'score("one")'),
    ]
    for one in cells:
        one["metadata"].setdefault("nbgrader", {"grade": False})
    found = [one["source"] for one in read("chapters/exercises/one", {"cells": cells})[0]["cells"]]
    first, how, task = found[0].split("\n\n")[1], found[0].split("\n\n")[2], found[2]
    assert first == "Four exercises on one, 8 points. **You need:** the chapter. **Time:** an hour."
    assert "press *Check* below" in how
    assert "opens once you have solved" in how
    assert task == "Check it as it stands, and mend one fault at a time."
    assert found[1].startswith("Or {download}`download the notebook <one.ipynb>`")
    assert "0 of 2 solved, 0 of 2 points" in found[-1]
    assert not any("score(" in source for source in found)


def test_each_cell_of_an_exercise_has_its_button():
    assert bar_of_exercise(None).button == "Run"
    answer, check, given = (
        bar_of_exercise(cell(name, **marked)["metadata"]["nbgrader"])
        for name, marked in [
            ("one", {"solution": True}),
            ("check-one", {"grade": True, "points": 2}),
            ("code-1", {}),
        ]
    )
    assert (answer.hidden, answer.attributes) == (" hidden", ' data-answer="one"')
    assert (check.button, check.attributes) == ("Check", ' data-check="one" data-points="2"')
    assert (given.button, given.attributes) == ("Run", " data-locked")


def test_without_solutions_what_is_right_is_packed_and_works_as_before(monkeypatch):
    path = ROOT / "src" / "actloss" / "exercises" / "moons.py"
    text = path.read_text(encoding="utf-8")
    monkeypatch.delenv("SOLUTIONS", raising=False)
    assert solutions.as_published(path).decode() == text
    monkeypatch.setenv("SOLUTIONS", "off")
    packed = solutions.as_published(path).decode()
    assert "def " not in packed
    unpacked = {"__file__": str(path), "__name__": "moons"}
    exec(packed, unpacked)
    assert unpacked["CHAPTER"] == "moons"
    assert "hidden_loss" in text
    variants = path.with_name("variants.py")
    assert b"def " not in solutions.as_published(variants)
    engine = ROOT / "src" / "actloss" / "exercises" / "engine.py"
    assert solutions.as_published(engine) == engine.read_bytes()


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
        prose = re.sub(r"\$\$.*?\$\$", "", explanation, flags=re.DOTALL)
        assert not re.search(r"(?<=[^\n]\n)(\d+[.)]|[-+*]) ", prose), f"{name}: a list by chance"
        assert code
