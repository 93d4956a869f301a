"""Sets up .venv, a virtual environment with what requirements.txt pins.

`python3 -m tools.environment` makes .venv; `python3 -m tools.environment lab` makes .venv-lab as
well, which adds JupyterLab, and `nbgrader` likewise. They live apart because they slow every build
of the book by a second.

A stamp, written last, records what an environment was made from. While it fits there is nothing to
do; an environment without one was left half-done and is made again from nothing.
"""

import importlib.util
import os
import subprocess
import sys
import tomllib

from tools.progress import Problem, Stage, run_command, say
from tools.stamps import ROOT, digest, one_at_a_time

LOG = ROOT / "_build" / "setup.log"


def main():
    set_up(ROOT / ".venv", ROOT / "requirements.txt")
    for name in sys.argv[1:]:
        add(name)


def add(name):
    """Make .venv-NAME, with what requirements-NAME.txt pins, on top of .venv."""
    set_up(ROOT / f".venv-{name}", ROOT / f"requirements-{name}.txt", on_top_of=ROOT / ".venv")


def set_up(folder, requirements, on_top_of=None):
    """Make the environment, unless it is there and fits."""
    name = "environment" if on_top_of is None else folder.name.removeprefix(".venv-")
    with one_at_a_time(name):
        stamp = folder / "complete"
        base, packages = what_it_is_made_from(folder, requirements, on_top_of)
        made_from = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
        if made_from == f"{base}\n{packages}\n":
            say(name, "ready")
            return
        LOG.parent.mkdir(exist_ok=True)
        if made_from.startswith(base):
            stamp.unlink()  # from here until the end it is half-done
        else:
            make_virtual_environment(folder)
            if on_top_of is not None:
                show_packages_of(on_top_of, folder)
        install(folder, requirements)
        stamp.write_text(f"{base}\n{packages}\n", encoding="utf-8")


def what_it_is_made_from(folder, requirements, on_top_of):
    """Two digests: of Python and the place, and of the packages asked for."""
    version = ".".join(map(str, sys.version_info[:3]))
    base = digest(f"{version} {sys.base_prefix} {folder}".encode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked_for = [
        requirements.read_bytes(),
        str([project.get(table) for table in ("build-system", "project")]).encode(),
        str(project.get("tool", {}).get("setuptools")).encode(),
    ]
    if on_top_of is not None:
        asked_for.append((on_top_of / "complete").read_bytes())
    return base, digest(b"\n".join(asked_for))


def make_virtual_environment(folder):
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            f"{sys.executable} cannot make virtual environments: install its venv module "
            f"(on Debian and Ubuntu: apt-get install python{version}-venv) and run make again"
        )
    with Stage("environment") as stage:
        stage.detail = f"making {folder.name}"
        stage.result = f"{folder.name} made"
        # The interpreter that a virtual environment rests on, should one be active.
        python = getattr(sys, "_base_executable", sys.executable)
        made = subprocess.run(
            [python, "-m", "venv", "--clear", folder], capture_output=True, text=True
        )
        LOG.write_text(made.stdout + made.stderr, encoding="utf-8")
        if made.returncode != 0:
            said = (made.stderr.strip() or made.stdout.strip()).splitlines()
            raise Problem(f"{folder.name} could not be made: {said[-1]} (all of it: {LOG})")
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def show_packages_of(below, folder):
    """Let an environment see another's packages, the course's own among them, without copies."""
    line = f"import site; site.addsitedir({str(site_packages(below))!r})\n"
    (site_packages(folder) / "on_top_of.pth").write_text(line, encoding="utf-8")


def install(folder, requirements):
    """Let pip install the requirements and count along with it."""
    pinned = sum("==" in line for line in requirements.read_text(encoding="utf-8").splitlines())
    command = [python_of(folder), "-m", "pip", "install", "--requirement", requirements]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_PROGRESS_BAR": "off", "PIP_NO_INPUT": "1"}
    inside = {"PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    with Stage("packages") as stage, LOG.open("w", encoding="utf-8") as log:
        stage.detail = lambda: progress(folder, pinned)
        done = subprocess.run(
            command,
            cwd=ROOT,  # `-e .` means this folder
            env=os.environ | quiet | inside,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0:
            errors = [line for line in read_log().splitlines() if line.startswith("ERROR:")]
            reason = errors[-1].removeprefix("ERROR: ") if errors else "it stopped"
            raise Problem(
                f"pip could not install {requirements.name}: {reason} (all of its output: {LOG}). "
                "Mend the cause (the network?) and run make again: it starts this step anew"
            )
        stage.result = f"{count_installed(folder)} installed"


def progress(folder, pinned):
    """What pip is doing now, from its output and from what it has put in place."""
    log = read_log()
    if "\nInstalling collected packages" in log:
        return f"{count_installed(folder)} of {pinned} installed"
    found = f"{log.count('Collecting ')} of {pinned} found"
    downloads = [line for line in log.splitlines() if line.lstrip().startswith("Downloading")]
    return f"{found}, {downloads[-1].strip().lower()}" if downloads else found


def read_log():
    return LOG.read_text(encoding="utf-8", errors="replace")


def count_installed(folder):
    return sum(1 for _ in site_packages(folder).glob("*.dist-info/RECORD"))


def site_packages(folder):
    if os.name == "nt":
        return folder / "Lib" / "site-packages"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / "lib" / version / "site-packages"


def python_of(folder):
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


if __name__ == "__main__":
    run_command(main)
