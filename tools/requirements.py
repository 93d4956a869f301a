"""Reads requirements*.txt and requirements*.lock: who asks for what, in which version.

requirements.txt names what we ask for, in groups; a heading begins each group and says on top of
which others it stands:

    # Group run, on top of book: notebooks

What those packages need in turn stands in its lower half, and in requirements.lock once more, with
the digests of all files and with the packages that need it (`# via`). The other requirements-*.txt
are each one group, and have a lock of their own.
"""

import re
from typing import NamedTuple

from tools.progress import Problem
from tools.stamps import ROOT

BASE = "requirements.txt"
IN_TURN = "# What those need in turn"
HEADING = re.compile(r"^# Group (\w+)(?:, on top of ([\w, ]+))?:", re.MULTILINE)


class Pin(NamedTuple):
    """An entry of the lock; one package has several where platforms differ."""

    requirement: str  # `torch==2.13.0 ; sys_platform != 'linux'`
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]

    @property
    def lines(self):
        return " \\\n    ".join([self.requirement, *self.hashes])


def name_of(requirement):
    """A package's name in its one normal form, `sphinx-external-toc`."""
    found = re.match(r"[A-Za-z0-9][\w.-]*", requirement)[0]
    return re.sub(r"[-_.]+", "-", found).lower()


def pins_in(text):
    """The requirements that a text pins, in order, without what is said about them."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if "==" in line]


def files():
    """The names of all requirements*.txt, the base first."""
    others = sorted(path.name for path in ROOT.glob("requirements-*.txt"))
    return [BASE, *others]


def lock_of(file):
    return f"{file.removesuffix('.txt')}.lock"


def asked_for(file):
    """What we ask for ourselves: the upper half of a file."""
    return pins_in(upper_half(read(file)))


def end_with_the_course():
    """Whether requirements.txt ends with the course's own package."""
    return "-e ." in read(BASE).splitlines()


def upper_half(text):
    return text.split(IN_TURN)[0]


def read(file):
    path = ROOT / file
    if not path.is_file():
        raise Problem(f"{file} is missing: `git checkout {file}` brings it back")
    return path.read_text(encoding="utf-8")


def groups():
    """The names of the packages that each group asks for, those of the groups below it included."""
    _, *parts = HEADING.split(upper_half(read(BASE)))
    found = {}
    for group, below, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        found[group] = {name_of(pin) for pin in pins_in(text)}
        for other in re.findall(r"\w+", below or ""):
            if other not in found:
                raise Problem(
                    f"{BASE}: group {group} stands on top of {other}, which is no group above it"
                )
            found[group] |= found[other]
    return found


def packages_of(names):
    """The names of all packages that these groups need, sorted; a Problem for an unknown group."""
    known = groups()
    if unknown := [name for name in names if name not in known]:
        raise Problem(f"{BASE} has no group {unknown[0]}; choose from: {', '.join(sorted(known))}")
    return closure(read_lock(BASE), set().union(*(known[name] for name in names)))


def read_lock(file):
    """Every pin of a file's lock, by name; a Problem where the file pins something else."""
    found = read_entries(file)
    locked = {normal(pin.requirement) for pins in found.values() for pin in pins}
    for pin in pins_in(read(file)):
        if normal(pin) not in locked:
            raise Problem(
                f"{file} pins {pin}, and {lock_of(file)} does not: run `make lock`, which brings "
                "both together"
            )
    return found


def read_entries(file):
    """Every pin of a file's lock, by name."""
    found = {}
    for entry in re.split(r"\n(?=\S)", "\n" + read(lock_of(file))):
        lines = [line.rstrip("\\").strip() for line in entry.splitlines() if line.strip()]
        if not lines or lines[0].startswith("#"):
            continue
        hashes = tuple(line for line in lines if line.startswith("--hash="))
        via = [re.sub(r"^#( via)?", "", line).strip() for line in lines if line.startswith("#")]
        needed_by = tuple(name_of(word) for word in via if word and not word.startswith("-"))
        found.setdefault(name_of(lines[0]), []).append(Pin(lines[0], hashes, needed_by))
    return found


def normal(requirement):
    """A requirement in one way of writing, whatever its quotes and spaces."""
    found = re.match(r"[\w.-]+", requirement)
    rest = requirement[found.end() :]
    return name_of(requirement) + re.sub(r"\s+", "", rest).replace('"', "'")


def closure(lock, names):
    """These packages and all that they need in turn, sorted, by what the lock says."""
    needs = {}
    for name, pins in lock.items():
        for pin in pins:
            for parent in pin.needed_by:
                needs.setdefault(parent, set()).add(name)
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += needs.get(name, ())
    return sorted(found)


def without_those_below(pins, below):
    """The pins that do not lie below already, wherever they apply."""

    def differs(name, found):
        there = {pin.requirement for pin in below.get(name, ())}
        return any(not {pin.requirement, pin.requirement.split(" ;")[0]} & there for pin in found)

    return {name: found for name, found in pins.items() if differs(name, found)}
