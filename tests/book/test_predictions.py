"""A question that is asked before a figure is not answered above it."""

import re

import nbformat
import pytest

from actloss.catalogue import ACTIVATIONS, LOSSES
from tools.notebooks import all_notebooks, code_cells


def asking_cells():
    """Each cell that asks for a prediction, with the notebook's name."""
    return [
        pytest.param(cell, id=f"{path.stem}-{number}")
        for path in all_notebooks()
        for number, cell in enumerate(code_cells(nbformat.read(path, as_version=4)), start=1)
        if "Prediction(" in cell.source
    ]


def test_there_are_questions():
    assert len(asking_cells()) >= 20


@pytest.mark.parametrize("cell", asking_cells())
def test_the_page_folds_the_code_that_holds_the_answer(cell):
    assert "hide-input" in cell.metadata.get("tags", [])


SETTING = re.compile(r"(α|β|δ|\\alpha|\\beta|\\delta)\$? ?= ?(-?\d+(?:\.\d+)?)")
LETTERS = {"α": "alpha", "β": "beta", "δ": "delta"}


def settings_asked_for():
    """(chapter, function, parameter, value) where a text says what to set in the figure above."""
    for path in all_notebooks():
        shown = None
        for cell in nbformat.read(path, as_version=4).cells:
            if found := re.search(r'Explorer\(\s*"(\w+)"', cell.source):
                shown = found[1]
            for sentence in re.split(r"(?<=[.?!])\s", cell.source):
                if cell.cell_type == "markdown" and "figure above" in sentence:
                    for letter, value in SETTING.findall(sentence):
                        name = LETTERS.get(letter, letter.lstrip("\\"))
                        yield path.stem, shown, name, float(value)


def test_a_figure_reaches_what_its_text_asks_for():
    asked = list(settings_asked_for())
    assert ("relu-family", "leaky_relu", "alpha", 2.0) in asked
    for chapter, shown, name, value in asked:
        low, high, _ = (ACTIVATIONS | LOSSES)[shown].parameters[name][:3]
        assert low <= value <= high, f"{chapter} asks for {name} = {value:g} in a figure of {shown}"
