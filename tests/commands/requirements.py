"""What requirements*.txt pin, and what an installed package says it needs."""

import re

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.stamps import ROOT

BASE, LAB, NBGRADER = "requirements.txt", "requirements-lab.txt", "requirements-nbgrader.txt"
TURN = "# What those need in turn"
# torch with CUDA, where a reader asked for it, brings these at versions of its own.
CUDA = re.compile(r"^(nvidia-|cuda-|triton$)")


def pinned(part):
    lines = [line.split("#")[0].strip() for line in part.splitlines()]
    return [Requirement(line) for line in lines if "==" in line]


def parts(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    return [pinned(part) for part in text.split(TURN)]


def pinned_here(file):
    """Those that apply to this platform, by name."""
    here = [item for part in parts(file) for item in part if applies(item, set())]
    by_name = {canonicalize_name(item.name): item for item in here}
    assert len(by_name) == len(here), "a package is pinned twice"
    return by_name


def applies(requirement, extras):
    if requirement.marker is None:
        return True
    return any(
        requirement.marker.evaluate(default_environment() | {"extra": extra})
        for extra in extras or {""}
    )


def needed_by(direct, installed):
    """The names of all packages that these need here, by their own metadata."""
    found = {}
    todo = list(direct)
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), requirement.extras
        if CUDA.match(name) or (name in found and extras <= found[name]):
            continue
        found[name] = found.get(name, set()) | extras
        for line in installed(name).requires or []:
            if applies(inner := Requirement(line), found[name] | {""}):
                todo.append(inner)
    return set(found)
