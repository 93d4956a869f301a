"""The reference holds every public name of the package, once."""

import importlib
import inspect
import re

import numpy as np
import pytest
from reference import public_functions

from actloss import activations, losses
from tools.stamps import ROOT

MODULE_OR_NAME = re.compile(
    r"^\.\. (?:(?:current)?module:: (?P<module>\S+)|auto\w+:: (?P<name>\w+)"
    r"|functions:: (?P<files>[\w ]+))",
    re.MULTILINE,
)


def documented():
    """Each name that a page of the reference shows, with its module."""
    found = []
    for page in sorted((ROOT / "chapters").glob("api*.md")):
        module = None
        for match in MODULE_OR_NAME.finditer(page.read_text(encoding="utf-8")):
            module = match["module"] or module
            names = [match["name"]] if match["name"] else []
            for file in (match["files"] or "").split():
                names += public_functions(f"{module}.{file}")
            found += [f"{module}.{name}" for name in names]
    return found


@pytest.mark.parametrize(
    "module",
    ["activations", "losses", "network.initialisers", "network", "widgets", "exercises"],
)
def test_every_public_name_is_in_the_reference(module):
    package = importlib.import_module(f"actloss.{module}")
    names = getattr(package, "__all__", None) or [
        name
        for name, value in vars(package).items()
        if getattr(value, "__module__", "") == package.__name__ and not name.startswith("_")
    ]
    public = {f"actloss.{module}.{name}" for name in names if not name.isupper()}
    assert public <= set(documented())


def test_no_name_stands_twice():
    names = documented()
    assert len(names) > 140
    assert len(set(names)) == len(names)


def array_arguments():
    """Each public function of the two modules with each of its arguments that hold arrays."""
    for module in (activations, losses):
        for function in (getattr(module, name) for name in module.__all__):
            if inspect.isfunction(function):
                for name, parameter in inspect.signature(function).parameters.items():
                    if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                        yield pytest.param(function, name, id=f"{function.__name__}-{name}")


@pytest.mark.parametrize(("function", "name"), list(array_arguments()))
@pytest.mark.parametrize(
    ("bad", "refusal"), [("text", TypeError), ([[1.0], [1.0, 2.0]], ValueError)]
)
def test_every_function_names_the_argument_that_holds_no_numbers(function, name, bad, refusal):
    """As the reference says of all of them."""
    parameters = inspect.signature(function).parameters.values()
    given = {p.name: np.array([0.2, 0.8]) for p in parameters if p.default is p.empty}
    with pytest.raises(refusal, match=f"^{name} must "):
        function(**given | {name: bad})
