"""requirements.txt pins exactly what the course needs: nothing left open, nothing left over."""

import importlib.metadata
import re

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.stamps import ROOT

TURN = "# What those need in turn"
# PyPI's torch for Linux brings these at versions of its own; the CPU build does not have them.
CUDA = re.compile(r"^(nvidia-|cuda-|triton$)")


def pinned(part):
    lines = [line.split("#")[0].strip() for line in part.splitlines()]
    return [Requirement(line) for line in lines if "==" in line]


def parts():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return [pinned(part) for part in text.split(TURN)]


def applies(requirement, extras):
    if requirement.marker is None:
        return True
    return any(
        requirement.marker.evaluate(default_environment() | {"extra": extra})
        for extra in extras or {""}
    )


def needed_by(direct):
    """The names of all packages that these need here, by their own metadata."""
    found = {}
    todo = list(direct)
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), requirement.extras
        if CUDA.match(name) or (name in found and extras <= found[name]):
            continue
        found[name] = found.get(name, set()) | extras
        for line in importlib.metadata.requires(name) or []:
            if applies(inner := Requirement(line), found[name] | {""}):
                todo.append(inner)
    return set(found)


def test_everything_needed_is_pinned_and_everything_pinned_is_needed():
    direct, in_turn = parts()
    here = [requirement for requirement in direct + in_turn if applies(requirement, set())]
    names = [canonicalize_name(requirement.name) for requirement in here]
    assert len(names) == len(set(names)), "a package is pinned twice"
    needed = needed_by(direct)
    assert sorted(needed - set(names)) == [], "needed, and pinned nowhere"
    assert sorted(set(names) - needed) == [], "pinned, and needed by nothing"


def test_the_environment_has_the_pinned_versions():
    here = [requirement for part in parts() for requirement in part if applies(requirement, set())]
    wrong = [
        f"{requirement} but {version} is installed"
        for requirement in here
        if not requirement.specifier.contains(
            version := importlib.metadata.version(requirement.name), prereleases=True
        )
    ]
    assert wrong == []


def test_ends_with_the_course_itself():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").split("\n")
    assert lines[-2:] == ["-e .", ""]
