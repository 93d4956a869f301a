"""A chapter keeps the lines of an idea in sight, and folds imports, drawing and verdicts.

The rule for a code cell that a reader sees without unfolding it: it settles no claim, stores no
drawing, imports twice at most, and has no more than two lines that draw.
"""

import ast
import re
from itertools import pairwise

import pytest
import yaml

from tools.notebooks import code_cells, read
from tools.stamps import ROOT

CHAPTERS = list(yaml.safe_load((ROOT / "web/landing/questions.yml").read_text("utf-8")))
FOLDED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
MOST_IMPORTS = MOST_LINES_THAT_DRAW = 2
DRAWS = re.compile(r"\b(?:axes|panels?|figure|figures|plt)\.")


def tags_of(cell):
    return set(cell["metadata"].get("tags", ()))


def faults_of(cell):
    """What of the cell belongs below a handle."""
    code = cell["source"]
    parts = list(ast.walk(ast.parse(code)))
    imports = sum(isinstance(part, ast.Import | ast.ImportFrom) for part in parts)
    settles = any(isinstance(p, ast.Call) and getattr(p.func, "id", "") == "settle" for p in parts)
    kinds = {kind for output in cell["outputs"] for kind in output.get("data", {})}
    found = []
    if settles:
        found.append("settles a claim")
    if "image/svg+xml" in kinds and "application/vnd.jupyter.widget-view+json" not in kinds:
        found.append("draws")
    if imports > MOST_IMPORTS:
        found.append(f"{imports} imports")
    lines = sum(bool(DRAWS.search(line)) for line in code.splitlines())
    if lines > MOST_LINES_THAT_DRAW:
        found.append(f"{lines} lines that draw")
    return found


@pytest.mark.parametrize("slug", CHAPTERS)
def test_what_is_in_sight_is_the_idea(slug):
    cells = code_cells(read(ROOT / "chapters" / f"{slug}.ipynb"))
    seen = [cell for cell in cells if not FOLDED & tags_of(cell)]
    assert seen, "nothing in sight"
    faults = {cell["id"]: found for cell in seen if (found := faults_of(cell))}
    assert not faults, "fold these cells (tag hide-input), or split them"


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_claim_is_put_to_the_test_in_sight(slug):
    """Before each folded verdict stands a cell that computes, or the verdict computes all of it."""
    cells = code_cells(read(ROOT / "chapters" / f"{slug}.ipynb"))
    for before, cell in pairwise(cells):
        if cell["id"].endswith("-verdict"):
            assert not FOLDED & tags_of(before), cell["id"]
            assert cell["id"].startswith(before["id"])


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("settle(1, {'so': True})", "settles a claim"),
        ("import a\nimport b\nfrom c import d", "3 imports"),
        ("axes.plot(x)\naxes.plot(y)\nplt.show()", "3 lines that draw"),
    ],
)
def test_the_rule_sees_what_it_forbids(code, fault):
    cell = {"source": code, "outputs": [], "metadata": {}}
    assert faults_of(cell) == [fault]
