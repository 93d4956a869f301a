"""Setting up: once, whole, and with one clear line when something is missing."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.stamps import ROOT

MAKE = shutil.which("make")
NO_PROGRAMS = {"PATH": "/no/programs/here"}


def make_wheel(folder, name, version="1.0"):
    """A package that pip can install without a network."""
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", f"version = '{version}'\n")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return f"./{wheel.name}"


def set_up(clone, *names, **env):
    return subprocess.run(
        [sys.executable, "-m", "tools.environment", *names],
        cwd=clone,
        env=os.environ | {"PIP_NO_INDEX": "1", "CI": "true"} | env,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def version_installed(clone, name, environment=".venv"):
    done = subprocess.run(
        [clone / environment / "bin/python", "-c", f"import {name}; print({name}.version)"],
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


def test_sets_up_once_and_follows_the_requirements(clone):
    requirements = clone / "requirements.txt"
    requirements.write_text(make_wheel(clone, "tiny") + "\n")
    first = set_up(clone)
    assert first.returncode == 0, first.stderr
    assert version_installed(clone, "tiny") == "1.0"

    kept = clone / ".venv" / "kept"
    kept.touch()
    assert set_up(clone).stdout == "✓ environment  ready\n"

    requirements.write_text(make_wheel(clone, "tiny", "2.0") + "\n")
    changed = set_up(clone)
    assert changed.returncode == 0, changed.stderr
    assert version_installed(clone, "tiny") == "2.0"
    assert kept.exists(), "a finished environment is brought up to date, not made again"

    moved = clone.rename(clone.with_name("moved"))
    assert ".venv made" in set_up(moved).stdout
    assert not (moved / ".venv" / "kept").exists(), "its paths were the old folder's"


def test_sets_up_another_on_top(clone):
    (clone / "requirements.txt").write_text(make_wheel(clone, "below") + "\n")
    requirements = clone / "requirements-more.txt"
    requirements.write_text(make_wheel(clone, "above") + "\n")
    first = set_up(clone, "more")
    assert first.returncode == 0, first.stderr
    assert ".venv-more made" in first.stdout
    assert version_installed(clone, "above", ".venv-more") == "1.0"
    assert version_installed(clone, "below", ".venv-more") == "1.0"
    assert version_installed(clone, "above") == "", "what lies below does not see it"
    assert set_up(clone, "more").stdout == "✓ environment  ready\n✓ more         ready\n"

    requirements.write_text(make_wheel(clone, "above", "2.0") + "\n")
    assert set_up(clone, "more").stdout.startswith("✓ environment  ready\n✓ packages")
    assert version_installed(clone, "above", ".venv-more") == "2.0"


def test_a_failed_install_is_not_taken_for_done(clone):
    good = make_wheel(clone, "tiny")
    requirements = clone / "requirements.txt"
    requirements.write_text(f"{good}\nno-such-package==1.0\n")
    failed = set_up(clone)
    assert failed.returncode == 1
    complaint = failed.stderr.strip()
    assert complaint.startswith("✗ pip could not install requirements.txt: No matching")
    assert "run make again" in complaint
    assert "\n" not in complaint

    left_over = clone / ".venv" / "left over"
    left_over.touch()
    assert set_up(clone).returncode == 1, "it fails again until the cause is mended"
    assert not left_over.exists(), "a half-made environment is made again from nothing"
    requirements.write_text(f"{good}\n")
    assert set_up(clone).returncode == 0
    assert version_installed(clone, "tiny") == "1.0"

    requirements.write_text(f"{good}\nno-such-package==1.0\n")
    assert set_up(clone).returncode == 1
    requirements.write_text(f"{good}\n")
    assert ".venv made" in set_up(clone).stdout, "it was not finished since"


def test_an_interrupted_install_is_not_taken_for_done(clone):
    (clone / "requirements.txt").write_text(make_wheel(clone, "tiny") + "\n")
    assert set_up(clone).returncode == 0
    # As left by a power cut in the middle: a package without its code, and no stamp yet.
    (clone / ".venv" / "complete").unlink()
    next((clone / ".venv").rglob("tiny.py")).unlink()
    assert set_up(clone).returncode == 0
    assert version_installed(clone, "tiny") == "1.0"


def test_two_at_once_do_not_disturb_each_other(clone):
    (clone / "requirements.txt").write_text(make_wheel(clone, "tiny") + "\n")
    env = os.environ | {"PIP_NO_INDEX": "1", "CI": "true"}
    pair = [
        subprocess.Popen(
            [sys.executable, "-m", "tools.environment"],
            cwd=clone,
            env=env,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    said = sorted(process.communicate(timeout=120)[0] for process in pair)
    assert [process.returncode for process in pair] == [0, 0]
    assert sum(".venv made" in text for text in said) == 1
    assert sum("waiting for it\n✓ environment  ready" in text for text in said) == 1


def test_without_venv_module_says_what_to_install(clone):
    (clone / "requirements.txt").write_text("")
    # What Debian's python3 is without python3-venv.
    hide = "import importlib.util as u, runpy; f = u.find_spec; "
    hide += "u.find_spec = lambda n, *a: None if n == 'ensurepip' else f(n, *a); "
    hide += "runpy.run_module('tools.environment', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", hide], cwd=clone, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "cannot make virtual environments" in done.stderr
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in done.stderr


def stand_in_python(folder, version):
    """A python3 that runs modules like ours, and says that it is another version."""
    code = f"import runpy, sys; sys.version_info = {version}; name = sys.argv[2]; "
    code += "sys.argv = ['-m', *sys.argv[3:]]; runpy.run_module(name, run_name='__main__')"
    script = folder / "old-python3"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    script.chmod(0o755)
    return script


def make(clone, *arguments, **env):
    return subprocess.run(
        [MAKE, "--no-print-directory", *arguments],
        cwd=clone,
        # `make test` runs this test; the make under test must not take itself for a part of it.
        env={name: os.environ[name] for name in os.environ if not name.startswith("MAKE")} | env,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.mark.parametrize("command", ["book", "serve", "test", "execute", "lab"])
def test_without_python_every_command_says_what_to_install(clone, command):
    done = make(clone, command, PYTHON="no-such-python3")
    assert done.returncode != 0
    first, *rest = done.stderr.splitlines()
    assert first.startswith("✗ no-such-python3 was not found: install Python 3.11 or later")
    assert all(line.startswith("make: ***") for line in rest)


def test_an_old_python_says_what_to_install(clone):
    python = stand_in_python(clone, (3, 8, 18))
    done = make(clone, "book", PYTHON=str(python), **NO_PROGRAMS)
    assert done.returncode != 0
    first, *rest = done.stderr.splitlines()
    assert first.startswith("Python 3.11 or later is needed, and ")
    assert "is 3.8: install a newer one" in first
    assert all(line.startswith("make: ***") for line in rest)
    assert not (clone / ".venv").exists()


def test_an_old_python_makes_way_for_a_newer_one_beside_it(clone, tmp_path):
    (clone / "requirements.txt").write_text("")
    programs = tmp_path / "programs"
    programs.mkdir()
    base = Path(sys._base_executable)
    (programs / "python3.11").symlink_to(base)
    python = stand_in_python(clone, (3, 8, 18))
    done = make(clone, "environment", PYTHON=str(python), PATH=str(programs))
    assert done.returncode == 0, done.stderr
    assert ".venv made" in done.stdout


def test_the_version_check_can_be_read_by_an_old_python():
    tree = ast.parse((ROOT / "tools" / "__init__.py").read_text(), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]


def test_bare_make_lists_every_command(clone):
    listed = make(clone, **NO_PROGRAMS)
    assert listed.returncode == 0
    words = [line.split()[1] for line in listed.stdout.splitlines()]
    run = ["book", "serve", "test", "lint", "execute", "bench", "cheat-sheet", "live-python", "lab"]
    assert words == [*run, "grade", "links", "audit", "publish", "clean"]
