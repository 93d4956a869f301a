"""A chapter states the time that it takes: measured, to five minutes, and no more than 45."""

import math
import re

import pytest

from tests.book.test_cross_references import PAGES, text_of
from tools.notebooks import WIDGET_VIEW, code_cells, read

TIME = re.compile(r"\*\*Time:\*\* (\d+) minutes")
LONGEST = 45  # a chapter that needs more is two chapters

# How many minutes each takes. Running the cells, the quiz and the exercises come on top.
MINUTES = {
    "words": 1 / 180,
    "lines of code": 1 / 25,
    "displayed formulas": 1 / 4,
    "figures": 1 / 3,
    "live figures": 1,
}

FOLDED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
NOT_PROSE = re.compile(r"\$[^$]*\$|\{[\w:]+\}`[^`]*`")

CHAPTERS = {
    page: path
    for page, path in PAGES.items()
    if path.parent.name == "chapters" and TIME.search(text_of(path))
}


def kinds_of_output(cell):
    return {kind for output in cell["outputs"] for kind in output.get("data", {})}


def contents(path):
    """How much of each kind there is to read in a chapter."""
    text, cells = text_of(path), code_cells(read(path))
    shown = [cell for cell in cells if not FOLDED & set(cell["metadata"].get("tags", []))]
    lines = [line for cell in shown for line in cell["source"].splitlines() if line.strip()]
    outputs = [kinds_of_output(cell) for cell in cells]
    return {
        "words": len(NOT_PROSE.sub("", FORMULA.sub("", text)).split()),
        "lines of code": len(lines),
        "displayed formulas": len(FORMULA.findall(text)),
        "figures": sum("image/svg+xml" in kinds for kinds in outputs),
        "live figures": sum(WIDGET_VIEW in kinds for kinds in outputs),
    }


def minutes(counts):
    return sum(MINUTES[kind] * count for kind, count in counts.items())


def test_each_kind_takes_its_time():
    counts = dict.fromkeys(MINUTES, 0)
    assert minutes(counts | {"words": 1800}) == pytest.approx(10)
    assert minutes(counts | {"lines of code": 100, "live figures": 2}) == pytest.approx(6)
    assert minutes(counts | {"displayed formulas": 8, "figures": 3}) == pytest.approx(3)


def test_chapters_state_their_time():
    assert len(CHAPTERS) > 20


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_stated_time_is_the_measured_one(page):
    counts = contents(CHAPTERS[page])
    assert counts["words"] > 500
    measured = minutes(counts)
    stated = int(TIME.search(text_of(CHAPTERS[page]))[1])
    assert stated % 5 == 0
    assert stated <= LONGEST
    # A sentence more or less must not make the statement wrong.
    assert measured - 1 < stated < measured + 6, (
        f"state {5 * math.ceil(measured / 5)} minutes: {counts}"
    )
