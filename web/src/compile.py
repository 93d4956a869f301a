"""Compiles the Python in archives; compile.mjs runs this in Pyodide, whose byte code it becomes."""

import glob
import json
import os
import sys
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

ANY_HASH = bytes(8)  # nobody compares it: these archives never change
TAG = sys.implementation.cache_tag


def compile_all(order):
    order = json.loads(order)
    for name in order["keepSource"]:
        compile_archive(name, True)
    for name in order["others"]:
        compile_archive(name, False)


def compile_archive(name, keep_source):
    unfinished = f"/to/{name}.part"
    with zipfile.ZipFile(f"/from/{name}") as given, zipfile.ZipFile(unfinished, "w") as made:
        files = [one for one in given.namelist() if not one.endswith("/") and "/tests/" not in one]
        for path in files:
            content = given.read(path)
            if path.endswith(".py"):
                put(made, place_of(path, keep_source), compiled(content, path))
            if not path.endswith(".py") or keep_source:
                put(made, path, content)
        if "matplotlib/__init__.py" in files:
            add_fonts(made)
    os.replace(unfinished, f"/to/{name}")


def put(archive, path, content):
    archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)


def compiled(source, path):
    code = compile(source, path, "exec", dont_inherit=True)
    return bytes(_code_to_hash_pyc(code, ANY_HASH, checked=False))


def place_of(path, keep_source):
    """Beside a source that stays Python looks for its code in a folder; else, in its place."""
    if not keep_source:
        return f"{path}c"
    folder, file = os.path.split(path)
    return f"{folder}/__pycache__/{file.removesuffix('.py')}.{TAG}.pyc"


def add_fonts(archive):
    """The list of fonts, which matplotlib otherwise makes whenever a browser loads it first."""
    os.environ["MPLCONFIGDIR"] = "/tmp/mplconfig"
    sys.path.append("/tmp/packages")
    for path in glob.glob("/from/*.whl"):
        with zipfile.ZipFile(path) as package:
            package.extractall("/tmp/packages")
    import matplotlib.font_manager  # noqa: F401

    for path in glob.glob("/tmp/mplconfig/fontlist-*.json"):
        with open(path, "rb") as fonts:
            put(archive, f"mplconfig/{os.path.basename(path)}", fonts.read())
