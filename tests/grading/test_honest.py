"""Honest notebooks of every habit keep all their points, and learn what was missing."""

import pytest

from actloss.grading.grade import first_cells, grade
from actloss.grading.notebooks import read
from actloss.grading.sandbox import Limits
from actloss.grading.sandboxes import Sandboxes
from exercises.submissions import EXERCISES, hand_in, notebook, solved
from tests.grading.honest import HONEST, Honest, with_state
from tests.grading.runs import TIERS


@pytest.fixture(scope="module", params=TIERS)
def patient(request):
    with Sandboxes(request.param, Limits(cells=60, calls=60)) as opened:
        yield opened


@pytest.mark.parametrize("name", HONEST)
def test_honest_notebooks_earn_all_points(tmp_path, patient, name):
    graded = grade(read(hand_in(tmp_path, "ada", HONEST[name].content())), patient, seed=4)
    assert [report for report in graded.reports if not report.solved] == []


@pytest.mark.parametrize("module", ["pandas", "seaborn", "google.colab"])
def test_a_missing_module_is_named(tmp_path, patient, module):
    above = {"stable_softmax": [f"import {module} as lib\nlib.start()"]}
    uses = Honest({"stable_softmax": "def stable_softmax(z):\n    return lib.softmax(z)"}, above)
    graded = grade(read(hand_in(tmp_path, "ada", uses.content())), patient, seed=4)
    report = next(report for report in graded.reports if report.name == "stable_softmax")
    assert not report.solved
    assert f"asks for {module}, which is not installed where" in repr(report)


def test_wrong_state_is_wrong(tmp_path, patient):
    """Run from top to bottom, the answer is wrong; with the cells that it names alone it is not."""
    spoiled = with_state("cfg = {'axis': -1}", "cfg['axis'] = 0")
    graded = grade(read(hand_in(tmp_path, "ada", spoiled.content())), patient, seed=4)
    assert graded.earned == 7


def test_first_cells_are_those_that_are_given_out():
    given_out = {}
    for path in EXERCISES.glob("*.ipynb"):
        cells = notebook(path.stem, {})["cells"]
        given_out[path.stem] = next(
            "".join(cell["source"])
            for cell in cells
            if cell["metadata"]["nbgrader"]["grade_id"] == "code-1"
        )
    assert {name: text.strip() for name, text in first_cells().items()} == given_out


MEMORY = """def chunked_hidden_gradient(hidden, weights, labels, chunk):
    z = hidden @ weights
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p @ weights.T
"""
LIES = """import tracemalloc
tracemalloc.get_traced_memory = lambda: (0, 0)
import actloss.grading.worker as w
call = w.call
def small(f, a):
    found = call(f, a)
    object.__setattr__(found, 'peak', 0)
    return found
w.call = small
"""
BEFOREHAND = """space = np.empty(64 * 4096)
def chunked_hidden_gradient(hidden, weights, labels, chunk):
    z = space[:len(hidden) * weights.shape[1]].reshape(len(hidden), -1)
    np.matmul(hidden, weights, out=z)
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    z[np.arange(len(labels)), labels] -= 1
    return z @ weights.T
"""


@pytest.mark.parametrize("source", [MEMORY, LIES + MEMORY, LIES + BEFOREHAND, BEFOREHAND])
def test_memory_is_not_what_a_life_says(tmp_path, patient, source):
    wrong = solved("large-vocabularies", chunked_hidden_gradient=source)
    graded = grade(read(hand_in(tmp_path, "ada", wrong)), patient, seed=4)
    states = {report.name: report.solved for report in graded.reports}
    assert [name for name, solved in states.items() if not solved] == ["chunked_hidden_gradient"]
