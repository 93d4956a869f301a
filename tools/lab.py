"""Starts JupyterLab, which lives in .venv-lab, on the chapters."""

import os
import subprocess
import sys

from tools.environment import add, python_of
from tools.progress import run_command
from tools.stamps import ROOT

FIRST_PAGE = "/lab/tree/chapters/intro.ipynb"

# The kernel and the widgets' extensions are installed in .venv.
ENVIRONMENT = os.environ | {"JUPYTER_PATH": str(ROOT / ".venv" / "share" / "jupyter")}


def lab_command(folder):
    """What starts JupyterLab on a folder that holds `chapters`."""
    python = python_of(ROOT / ".venv-lab")
    command = [python, "-m", "jupyterlab", f"--notebook-dir={folder}"]
    return [*command, f"--LabApp.default_url={FIRST_PAGE}"]


def main():
    add("lab")
    command = [*lab_command(ROOT), *sys.argv[1:]]
    sys.exit(subprocess.run(command, env=ENVIRONMENT).returncode)


if __name__ == "__main__":
    run_command(main)
