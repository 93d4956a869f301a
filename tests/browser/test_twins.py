"""As PyTorch: each twin that a page shows runs as it stands there, and equals our function."""

import ast
import inspect
from functools import cache

import numpy as np
import pytest
import torch
from twins import functions_shown, in_lines

from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
from tests.browser.book import parse
from tests.functions.test_losses import draw_all
from tools.notebooks import code_cells, read
from tools.stamps import ROOT

ENTRIES = {**ACTIVATIONS, **AXIS_ACTIVATIONS, **LOSSES}
TWINS = {name: entry.pytorch for name, entry in ENTRIES.items() if entry.pytorch}
REFERENCE = ("chapters/api-activations.html", "chapters/api-losses.html")
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


@cache
def shown_on(page):
    """The code of each twin of a page, by the name that stands above it."""
    shown = {}
    for twin in parse(page).select(".twin"):
        assert twin.p.get_text() == f"{twin.code.get_text()} as PyTorch"
        shown[twin.code.get_text()] = twin.pre.get_text()
    return shown


def inputs(entry):
    if entry.name in LOSSES:
        return draw_all(entry, (8,), seed=3)
    rng = np.random.default_rng(0)
    return [rng.normal(scale=3, size=(4, 8) if entry.name in AXIS_ACTIVATIONS else 50)]


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_runs_as_the_reference_shows_it_and_equals_our_function(name, site):
    entry = ENTRIES[name]
    code = next(shown_on(page)[name] for page in REFERENCE if name in shown_on(page))
    arguments = inputs(entry)
    parameters = inspect.signature(entry.function).parameters
    scope = {p.name: p.default for p in parameters.values() if p.default is not p.empty}
    scope |= {n: torch.tensor(a) for n, a in zip(parameters, arguments, strict=False)}
    theirs = eval(code, {**scope, "torch": torch})
    np.testing.assert_allclose(entry.function(*arguments), theirs, rtol=1e-6, atol=1e-12)


def test_the_reference_shows_every_twin_and_no_other(site):
    shown = [name for page in REFERENCE for name in shown_on(page)]
    assert sorted(shown) == sorted(TWINS)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_shows_the_twins_of_what_it_shows(path, site):
    names = [name for cell in code_cells(read(path)) for name in functions_shown(cell["source"])]
    shown = shown_on(f"chapters/{path.stem}.html")
    assert set(shown) == set(names) & set(TWINS)
    for name, code in shown.items():
        assert ast.dump(ast.parse(code, mode="eval")) == ast.dump(
            ast.parse(TWINS[name], mode="eval")
        )


def test_some_chapters_show_source(site):
    assert sum(bool(shown_on(f"chapters/{path.stem}.html")) for path in CHAPTERS) > 8


def test_a_long_expression_stays_one():
    for expression in TWINS.values():
        written = in_lines(expression)
        assert max(map(len, written.splitlines())) <= 85
        assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(expression))


def test_only_names_handed_to_source_last_are_shown():
    assert functions_shown("source(relu, relu_grad)") == ["relu", "relu_grad"]
    assert functions_shown("x = 1\nsource(relu)") == ["relu"]
    assert functions_shown("source(relu)\nprint(1)") == []
    assert functions_shown("%pip install numpy") == []
