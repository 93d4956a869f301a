"""Starts JupyterLab, which lives in .venv-lab, on the chapters."""

import os
import subprocess
import sys

from tools.environment import python_of
from tools.progress import run_command
from tools.stamps import ROOT


def main():
    # The kernel and the widgets' extensions are installed in .venv.
    where_to_look = os.environ | {"JUPYTER_PATH": str(ROOT / ".venv" / "share" / "jupyter")}
    command = [python_of(ROOT / ".venv-lab"), "-m", "jupyterlab", f"--notebook-dir={ROOT}"]
    command += ["--LabApp.default_url=/lab/tree/chapters/intro.ipynb"]
    sys.exit(subprocess.run([*command, *sys.argv[1:]], env=where_to_look).returncode)


if __name__ == "__main__":
    run_command(main)
