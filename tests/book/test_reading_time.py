"""A chapter can be read in the time that it states, which is 10 to 25 minutes."""

import re

import pytest

from tests.book.test_cross_references import PAGES, text_of
from tools.notebooks import code_cells, read

TIME = re.compile(r"\*\*Time:\*\* (\d+) minutes")

# A minute holds this much. Running the cells and doing the exercises comes on top.
WORDS = 180
LINES_OF_CODE = 60

FOLDED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
NOT_PROSE = re.compile(r"\$[^$]*\$|\{[\w:]+\}`[^`]*`")

CHAPTERS = {
    page: path
    for page, path in PAGES.items()
    if path.parent.name == "chapters" and TIME.search(text_of(path))
}


def test_chapters_state_their_time():
    assert len(CHAPTERS) > 20


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_announced_time_fits_what_there_is_to_read(page):
    path = CHAPTERS[page]
    text = text_of(path)
    shown = [
        cell["source"]
        for cell in code_cells(read(path))
        if not FOLDED & set(cell["metadata"].get("tags", []))
    ]
    lines = sum(len(source.splitlines()) for source in shown)
    needed = len(NOT_PROSE.sub("", text).split()) / WORDS + lines / LINES_OF_CODE
    stated = int(TIME.search(text)[1])
    assert 10 <= stated <= 25
    assert needed < 1.1 * stated
