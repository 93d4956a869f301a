"""A shelf of small wheels that stands for a package index, and requirements that ask for them."""

import hashlib
import importlib.metadata
import threading
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

INFO = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel(folder, name, version="1.0", needs=()):
    """A package whose module knows its version."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    needs = "".join(f"Requires-Dist: {other}\n" for other in needs)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", f"version = '{version}'\n")
        archive.writestr(f"{info}/METADATA", INFO.format(name=name, version=version) + needs)
        archive.writestr(f"{info}/WHEEL", WHEEL)
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def wheel_of_uv(folder, path):
    """A package whose program uv is the one on this path."""
    wheel = make_wheel(folder, "uv", "0.13.9")
    with zipfile.ZipFile(wheel, "a") as archive:
        program = zipfile.ZipInfo("uv-0.13.9.data/scripts/uv")
        program.external_attr = 0o100755 << 16  # a file, and may be run
        archive.writestr(program, uv_on(path))
    return wheel


def uv_on(path):
    return f'#!/bin/sh\nPATH="{path}"\nexport PATH\nexec uv "$@"\n'


def wheel_of_installed(folder, name):
    """A wheel of a package as it is installed here, so that no network is needed."""
    found = importlib.metadata.distribution(name)
    wheel = folder / f"{name}-{found.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in found.files:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                archive.write(file.locate(), str(file))
    return wheel


def ask_for(clone, *wheels, file="requirements.txt", **groups):
    """Write requirements and their lock: `ask_for(clone, book=[tiny], test=[other])`."""
    groups = groups or {"book": wheels}
    if file == "requirements.txt":
        no_uv = wheels[0].with_name("uv-1.0-py3-none-any.whl") if wheels else None
        groups = {"installer": [no_uv]} | groups if no_uv else groups
    text, below = "", ""
    for group, members in groups.items():
        heading = f"# Group {group}{f', on top of {below}' if below else ''}: …\n"
        text += (heading if file == "requirements.txt" else "") + lines(members) + "\n"
        below = "" if group == "installer" else group
    (clone / file).write_text(text)
    locked = [pin for members in groups.values() for pin in members]
    lock = "".join(entry(wheel, f"-r {file}") for wheel in locked)
    (clone / file.replace(".txt", ".lock")).write_text(lock)


def lines(wheels):
    return "".join(f"{pin(wheel)}\n" for wheel in wheels)


def pin(wheel):
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version}"


def entry(wheel, via):
    digest = "" if wheel.name.startswith("torch") else f" \\\n    --hash=sha256:{sha256(wheel)}"
    return f"{pin(wheel)}{digest}\n    # via {via}\n"


def sha256(wheel):
    return hashlib.sha256(wheel.read_bytes() if wheel.exists() else b"").hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        """Say nothing of each request."""


@contextmanager
def index_of(folder, wheels):
    """An index of packages on this machine, as PyPI and PyTorch have them; yields its address."""
    for wheel in wheels:
        name = wheel.name.split("-")[0]
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / wheel.name).write_bytes(wheel.read_bytes())
    for place in folder.iterdir():
        links = "".join(f'<a href="{file.name}">{file.name}</a>' for file in place.glob("*.whl"))
        (place / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
