"""What is pinned is exactly what is needed: nothing left open, nothing left over.

uv is left out where the machine has one: `make` then brings none.
"""

import importlib.metadata
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.commands.requirements import (
    BASE,
    LAB,
    NBGRADER,
    applies,
    needed_by,
    parts,
    pinned_here,
)
from tools import requirements
from tools.environment import site_packages
from tools.stamps import ROOT


@pytest.fixture(params=[BASE, LAB, NBGRADER])
def file(request):
    return request.param


@pytest.fixture
def installed(file, request):
    """Finds a package in the environment made from the file."""
    path = list(sys.path)
    if file != BASE:
        name = Path(file).stem.removeprefix("requirements-")
        path.insert(0, str(site_packages(request.getfixturevalue(f"{name}_environment"))))

    def find(name):
        found = importlib.metadata.Distribution.discover(name=name, path=path)
        first = next(iter(found), None)
        assert first is not None, f"{name} is not installed"
        return first

    return find


def without_uv(pins):
    return [pin for pin in pins if pin.name != "uv"]


def test_everything_needed_is_pinned_and_everything_pinned_is_needed(file, installed):
    direct = without_uv(parts(file)[0])
    pins = pinned_here(file)
    below = {} if file == BASE else pinned_here(BASE)
    needed = needed_by([pin for pin in direct if applies(pin, set())], installed)
    assert sorted(needed - pins.keys() - below.keys()) == [], "needed, and pinned nowhere"
    assert sorted(pins.keys() - needed - {"uv"}) == [], "pinned, and needed by nothing"
    twice = [name for name in pins.keys() & below.keys() if pins[name] == below[name]]
    assert sorted(twice) == [], "pinned, and in the environment below"


def test_the_environment_has_the_pinned_versions(file, installed):
    wrong = [
        f"{requirement} but {version} is installed"
        for name, requirement in pinned_here(file).items()
        if name != "uv"
        and not requirement.specifier.contains(version := installed(name).version, prereleases=True)
    ]
    assert wrong == []


@pytest.mark.parametrize("group", sorted(requirements.groups().keys() - {"installer"}))
def test_a_group_brings_all_that_it_needs(group):
    def installed(name):
        return importlib.metadata.distribution(name)

    direct = [
        pin for pin in parts(BASE)[0] if canonicalize_name(pin.name) in requirements.groups()[group]
    ]
    needed = needed_by([pin for pin in direct if applies(pin, set())], installed)
    assert sorted(needed - set(requirements.packages_of([group]))) == []


def test_pages_need_no_torch_and_no_tests():
    brought = set(requirements.packages_of(["book"]))
    assert (
        brought & {"torch", "scikit-learn", "distributed", "playwright", "pytest", "ruff"} == set()
    )


def test_a_lock_holds_a_digest_of_every_file_but_those_of_torch():
    for file in requirements.files():
        bare = [
            pin.requirement
            for pins in requirements.read_lock(file).values()
            for pin in pins
            if not pin.hashes
        ]
        assert {requirement.split("==")[0] for requirement in bare} <= {"torch"}


def test_what_is_compiled_has_a_digest_for_each_system_and_python():
    """One made from an index with the files of one Python would shut out all others."""
    few = []
    for name, pins in requirements.read_lock(BASE).items():
        if name in ("torch", "uv") or not applies(Requirement(pins[0].requirement), set()):
            continue
        wheel = importlib.metadata.distribution(name).read_text("WHEEL")
        any_python = "Tag: py3-none-" in wheel or "-abi3-" in wheel
        if len(pins[0].hashes) < (2 if "-none-any" in wheel else 4 if any_python else 9):
            few.append(f"{name}: {len(pins[0].hashes)}")
    assert few == []


def test_torch_is_the_build_without_cuda_on_linux():
    (linux, elsewhere) = (pin for pin in parts(BASE)[0] if pin.name == "torch")
    assert str(linux.specifier).endswith("+cpu")
    assert linux.marker.evaluate({"sys_platform": "linux"})
    assert not elsewhere.marker.evaluate({"sys_platform": "linux"})
    assert str(linux.specifier).removesuffix("+cpu") == str(elsewhere.specifier)


@pytest.mark.parametrize("file", requirements.files())
def test_no_registry_is_named(file):
    for text in (requirements.read(file), requirements.read(requirements.lock_of(file))):
        assert "pypi.org" not in text
        assert "pythonhosted" not in text


def test_jupyterlab_is_the_same_wherever_it_is_pinned():
    lab, nbgrader = pinned_here(LAB), pinned_here(NBGRADER)
    assert "jupyterlab" in lab.keys() & nbgrader.keys()
    for name in lab.keys() & nbgrader.keys():
        assert lab[name].specifier == nbgrader[name].specifier, name


def test_ends_with_the_course_itself():
    lines = (ROOT / BASE).read_text(encoding="utf-8").split("\n")
    assert lines[-2:] == ["-e .", ""]
