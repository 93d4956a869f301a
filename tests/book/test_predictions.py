"""A question that is asked before a figure is not answered above it."""

import nbformat
import pytest

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
