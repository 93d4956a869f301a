"""The reference holds every public name of the package, once."""

import importlib
import re

import pytest

from tools.stamps import ROOT

MODULE_OR_NAME = re.compile(
    r"^\.\. (?:(?:current)?module:: (?P<module>\S+)|auto\w+:: (?P<name>\w+))", re.MULTILINE
)


def documented():
    """Each name that a page of the reference shows, with its module."""
    found = []
    for page in sorted((ROOT / "chapters").glob("api*.md")):
        module = None
        for match in MODULE_OR_NAME.finditer(page.read_text(encoding="utf-8")):
            module = match["module"] or module
            if match["name"]:
                found.append(f"{module}.{match['name']}")
    return found


@pytest.mark.parametrize(
    "module", ["activations", "losses", "initialisers", "network", "widgets", "exercises"]
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
