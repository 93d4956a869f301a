"""Fetches Python for the browser, `make live-python`: the next `make book` has Run buttons.

What comes is Pyodide from its npm package, whose digest stands below, and of its packages those
that the course needs, by the digests in Pyodide's own lock file. Where they are not, the book has
no such button. All of it lands in web/live-python, 46 MB.
"""

import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tools.folders import refuse_links
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
NEEDED = ["numpy", "scipy", "matplotlib"]

FETCHED = ROOT / "web" / "live-python"
COMPLETE = FETCHED / ".complete"
MARK = digest(f"{CORE_SHA256} {CORE_FILES} {NEEDED}".encode())


def main():
    if stamp_says(COMPLETE, MARK):
        say("live python", "ready")
        return
    refuse_links(FETCHED)
    with Stage("live python") as stage:
        FETCHED.mkdir(parents=True, exist_ok=True)
        COMPLETE.unlink(missing_ok=True)
        stage.detail = "fetching Pyodide"
        unpack(packed_by_npm(CORE, CORE_SHA256))
        packages = closure(json.loads((FETCHED / LOCK).read_text(encoding="utf-8")), NEEDED)
        for name, sha256 in packages.items():
            stage.detail = f"fetching {name}"
            if not has(name, sha256):
                (FETCHED / name).write_bytes(fetch(PACKAGES + name, sha256))
        for path in FETCHED.iterdir():
            if path.name not in {LOCK, *CORE_FILES, *packages}:
                path.unlink()  # of another version
        COMPLETE.write_text(MARK, encoding="utf-8")
        size = sum(path.stat().st_size for path in FETCHED.iterdir())
        stage.result = f"{len(packages)} packages, {size / 1e6:.0f} MB; `make book` takes them in"


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


def fetch(address, sha256):
    """The bytes at an address, if they are the right ones."""
    try:
        with urlopen(address, timeout=60) as answer:
            content = answer.read()
    except (URLError, OSError) as error:
        raise Problem(f"{address} could not be fetched ({error}): try again later") from None
    return verified(content, address, sha256)


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
