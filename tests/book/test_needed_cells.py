"""Which cells run before the one that a reader runs: those it needs, found by the names in them."""

import importlib
import sys

import pytest

from tools.stamps import ROOT

sys.path.append(str(ROOT / "web" / "sphinx"))  # as Sphinx does for an extension of the book's own
cells_needed = importlib.import_module("run_buttons").needs.cells_needed

IMPORTS = """import numpy as np
from actloss.losses import huber_loss
from actloss.network import train"""


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        pytest.param(["a = 1", "b = 2", "b"], [1], id="only what gives a name"),
        pytest.param(["a = 1", "a = 2", "a"], [1], id="the last who gave it"),
        pytest.param(["a = 1", "b = a", "b"], [0, 1], id="what that one needs"),
        pytest.param(["a = 1", "if a:\n    b = 2", "b = 3", "b"], [2], id="given in any case"),
        pytest.param(["a = b = 1", "if a:\n    b = 2", "c = 3", "b"], [0, 1], id="in a branch"),
        pytest.param(["a = 1", "a += 1", "b = 0", "a"], [0, 1], id="added to"),
        pytest.param(["a = []", "a.append(1)", "n = len(a)", "a"], [0, 1], id="altered"),
        pytest.param(["a = {}", "a['b'] = 1", "print(a)", "a"], [0, 1], id="an entry"),
        pytest.param(
            ["def f():\n    return g()", "z = 1", "def g():\n    return t", "t = 1", "f()"],
            [0, 2, 3],
            id="what a function takes when it is called",
        ),
        pytest.param(["def f(y):\n    return y", "y = 1", "f(2)"], [0], id="its own names"),
        pytest.param(
            ["n = 0", "def f():\n    global n\n    n += 1", "f()", "m = 1", "n"],
            [0, 1, 2],
            id="a function that alters",
        ),
        pytest.param(
            ["a = [1]", "def f(v):\n    v[0] = 2", "f(a)", "def g(v):\n    return v", "g(a)", "a"],
            [0, 1, 2],
            id="a function that alters what it is given",
        ),
        pytest.param(
            [IMPORTS, "n = {}", "train(n, 3)", "huber_loss(n, 3)", "n"],
            [0, 1, 2],
            id="a network is trained in place, a loss leaves it as it is",
        ),
        pytest.param(
            [IMPORTS, "r = np.random.default_rng(0)", "r.normal()", "np.mean(3)", "r.normal()"],
            [0, 1, 2],
            id="what was drawn before",
        ),
        pytest.param(
            [IMPORTS, "a = np.ones(2)", "np.copyto(a, 0)", "np.exp(a)", "np.exp(1, out=a)", "a"],
            [0, 1, 2, 4],
            id="NumPy in place",
        ),
        pytest.param(
            ["x = 1", "[x for k in range(3)]", "k = 2", "f'{x}'"], [0], id="comprehension"
        ),
        pytest.param(["x = 1", "class A:\n    m = x", "A()"], [0, 1], id="a class"),
        pytest.param(["a = (", "b = 1", "b"], [1], id="a mistake elsewhere"),
        pytest.param(["a = 1", "b = 1", "b + ("], [], id="a mistake in it"),
        pytest.param(["a = 1", "print('a')"], [], id="nothing"),
    ],
)
def test_what_a_cell_needs(cells, needed):
    assert cells_needed(cells) == needed


@pytest.mark.parametrize(
    "typed",
    [
        "x = 'it's'",
        "return a",
        "nonlocal a",
        "await a",
        "yield a",
        "def f():\n    a = 1\n    global a",
        "def f(a, a):\n    pass",
        "def f():\n    from math import *",
        "from __future__ import nothing",
        "a = '\0'",
        "(" * 300,
        "",
    ],
)
def test_code_that_does_not_compile_ends_no_search(typed):
    """The reader sees its error where it runs; above it and below, cells are found as ever."""
    assert cells_needed(["a = 1", typed, "a"]) == [0]
    assert set(cells_needed(["a = 1", typed])) <= {0}
