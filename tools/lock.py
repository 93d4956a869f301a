"""Brings the locks and the lower halves of requirements*.txt up to date: `make lock`.

The upper halves say what we ask for. uv finds versions for all that those need in turn, for every
system and every Python that the course runs on, keeps the present ones where it can, and writes
them into requirements*.lock with the digests of all their files.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import OLDEST
from tools.environment import index_of_torch
from tools.installers import find_uv, reason_for, settings_for_uv, settings_of_pip
from tools.progress import Problem, Stage, run_command
from tools.requirements import (
    BASE,
    IN_TURN,
    asked_for,
    files,
    lock_of,
    name_of,
    read,
    read_entries,
    upper_half,
    without_those_below,
)
from tools.stamps import ROOT

HEADER = """\
# What {file} asks for and all that it needs in turn, with the digests of the files: `make`
# installs by it, `make lock` writes it. torch has no digest: each index has builds of its own.

"""


def main():
    uv = find_uv(ROOT / ".venv")
    if uv is None:
        raise Problem("there is no uv: install it (https://docs.astral.sh/uv/), and run make again")
    with Stage("lock") as stage:
        locks = {}
        for file in files():  # the base comes first
            stage.detail = file
            locks[file] = HEADER.format(file=file) + resolve(uv, file, locks.get(BASE, ""))
        for file, lock in locks.items():
            (ROOT / lock_of(file)).write_text(lock, encoding="utf-8")
        for file in locks:
            write_lower_half(file)
        packages = set().union(*map(read_entries, locks))
        stage.result = f"{len(packages)} packages"


def resolve(uv, file, below):
    """The lock that uv writes for the upper half of a file, of the versions that lie below it."""
    lock = lock_of(file)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, file).write_text(upper_half(read(file)), encoding="utf-8")
        Path(folder, "below.txt").write_text(below, encoding="utf-8")
        if (ROOT / lock).is_file():  # uv keeps the versions that it finds here, and digests, too
            Path(folder, lock).write_text(without_digests(read(lock)), encoding="utf-8")
        command = [uv, "pip", "compile", file, "--constraint", "below.txt", "--output-file", lock]
        command += ["--universal", "--python-version", ".".join(map(str, OLDEST))]
        command += ["--fork-strategy", "fewest", "--index-strategy", "unsafe-best-match"]
        command += ["--generate-hashes", "--no-header", "--quiet", *sys.argv[1:]]
        command += ["--no-emit-index-url", "--no-emit-find-links"]
        # An index beside the main one may have some files of a package only, and a digest that is
        # missing shuts out a system or a Python. So the main one answers for all but torch.
        settings = settings_for_uv(settings_of_pip())
        settings.pop("UV_INDEX", None)
        wheels = settings.pop("UV_FIND_LINKS", "")
        places = [["--find-links", place] for place in wheels.split(",") if place]
        for more in (*places, ["--index", index_of_torch()]):
            done = subprocess.run(
                [*command, *more],
                cwd=folder,
                env=os.environ | settings,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            if done.returncode == 0:
                written = Path(folder, lock).read_text(encoding="utf-8")
                return with_our_markers(without_digests(written, "torch"), file)
    raise Problem(
        f"{file}: uv finds no set of versions that fit each other: {reason_for(done.stdout)}"
    )


def with_our_markers(lock, file):
    """The lock, asking for a package as we do: uv may add to it the Pythons that it thought of."""
    ours = {pin.split(";")[0].strip(): pin for pin in asked_for(file) if ";" in pin}
    lines = []
    for line in lock.splitlines():
        pin, marker, rest = line.partition(" ; ")
        ending = " \\" if rest.endswith("\\") else ""
        lines.append(f"{ours[pin]}{ending}" if marker and pin in ours else line)
    return "\n".join(lines) + "\n"


def without_digests(lock, name=""):
    """The lock without the digests of a package, or of all."""
    kept, inside = [], False
    for line in lock.splitlines():
        if line and not line[0].isspace():
            inside = line.startswith(f"{name}==" if name else "") and not line.startswith("#")
            line = line.removesuffix(" \\") if inside else line
        if not (inside and "--hash=" in line):
            kept.append(line)
    return "\n".join(kept) + "\n"


def write_lower_half(file):
    """Write what a file's packages need in turn, but for what requirements.txt has already."""
    entries = read_entries(file)
    if file != BASE:
        entries = without_those_below(entries, read_entries(BASE))
    direct = {name_of(pin) for pin in asked_for(file)}
    names = sorted(entries.keys() - direct)
    lines = [pin.requirement.replace(" ;", ";") for name in names for pin in entries[name]]
    ending = "\n# The course's own package, from this clone\n-e .\n" if file == BASE else ""
    text = f"{upper_half(read(file))}{IN_TURN}\n" + "".join(f"{line}\n" for line in lines) + ending
    (ROOT / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_command(main)
