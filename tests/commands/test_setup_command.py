"""Setting up: once, whole, and with one clear line when something is missing."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.shelf import (
    ask_for,
    entry,
    index_of,
    make_wheel,
    uv_on,
    wheel_of_installed,
    wheel_of_uv,
)
from tools import environment, installers
from tools.stamps import ROOT

MAKE = shutil.which("make")
PATH = os.pathsep.join([os.environ["PATH"], str(ROOT / ".venv" / "bin")])
NO_PROGRAMS = {"PATH": "/no/programs/here"}


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of wheels, the only place from where packages come."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    forget_settings(monkeypatch)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def forget_settings(monkeypatch):
    """What this machine tells pip and uv must not decide a test."""
    for name in os.environ:
        if name.startswith(("PIP_", "UV_")) and name != "UV_CACHE_DIR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.fixture(params=["uv", "pip"])
def installer(request, monkeypatch, tmp_path):
    """Each of the two programs that install, the second where the first is nowhere."""
    if request.param == "uv":
        assert installers.find_uv(ROOT / ".venv"), "there is no uv: `pip install uv` brings it"
        monkeypatch.setenv("PATH", PATH)
    else:
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("git", "sh"):
            (programs / name).symlink_to(shutil.which(name))
        monkeypatch.setenv("PATH", str(programs))
    return request.param


def set_up(clone, *groups, add=(), **env):
    code = "import sys; from tools import environment; from tools.progress import run_command; "
    code += "run_command(lambda: [environment.set_up(*sys.argv[1].split()), "
    code += "*map(environment.add, sys.argv[2].split())])"
    return subprocess.run(
        [sys.executable, "-c", code, " ".join(groups or ["book"]), " ".join(add)],
        cwd=clone,
        env=os.environ | {"CI": "true"} | env,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def version_installed(clone, name, environment=".venv"):
    done = subprocess.run(
        # Two versions made in one second look alike to Python's cache of compiled modules.
        [
            *(clone / environment / "bin/python", "-B", "-X", "pycache_prefix=/nowhere", "-c"),
            f"import {name}; print({name}.version)",
        ],
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


def test_sets_up_once_and_follows_the_requirements(clone, shelf):
    ask_for(clone, make_wheel(shelf, "tiny"))
    first = set_up(clone)
    assert first.returncode == 0, first.stderr
    assert version_installed(clone, "tiny") == "1.0"

    kept = clone / ".venv" / "kept"
    kept.touch()
    assert set_up(clone).stdout == "✓ environment  ready\n"

    ask_for(clone, make_wheel(shelf, "tiny", "2.0"))
    changed = set_up(clone)
    assert changed.returncode == 0, changed.stderr
    assert version_installed(clone, "tiny") == "2.0"
    assert kept.exists(), "a finished environment is brought up to date, not made again"

    moved = clone.rename(clone.with_name("moved"))
    assert ".venv made" in set_up(moved).stdout
    assert not (moved / ".venv" / "kept").exists(), "its paths were the old folder's"


def test_each_command_adds_what_it_needs_and_nothing_is_lost(clone, shelf):
    small, large = make_wheel(shelf, "small"), make_wheel(shelf, "large")
    ask_for(clone, book=[small], test=[large])
    assert set_up(clone, "book").returncode == 0
    assert [version_installed(clone, name) for name in ("small", "large")] == ["1.0", ""]
    added = set_up(clone, "test")
    assert added.returncode == 0, added.stderr
    assert ".venv made" not in added.stdout
    assert [version_installed(clone, name) for name in ("small", "large")] == ["1.0", "1.0"]
    assert set_up(clone, "book").stdout == "✓ environment  ready\n"

    ask_for(clone, book=[small], test=[make_wheel(shelf, "large", "2.0")])
    assert set_up(clone, "book").returncode == 0
    assert version_installed(clone, "large") == "2.0", "what was asked for once is kept up to date"

    unknown = set_up(clone, "tests")
    assert unknown.returncode == 1
    assert unknown.stderr == "✗ requirements.txt has no group tests; choose from: book, test\n"


def test_what_a_package_needs_in_turn_comes_along(clone, shelf):
    wheels = [make_wheel(shelf, name) for name in ("asked", "needed", "deeper", "other")]
    ask_for(clone, wheels[0])
    with (clone / "requirements.lock").open("a") as lock:
        for wheel, via in zip(wheels[1:], ("asked", "needed", "stranger"), strict=True):
            lock.write(entry(wheel, via))
    assert set_up(clone).returncode == 0
    found = [version_installed(clone, name) for name in ("asked", "needed", "deeper", "other")]
    assert found == ["1.0", "1.0", "1.0", ""]


def test_other_bytes_than_those_of_the_lock_are_refused(clone, shelf):
    wheel = make_wheel(shelf, "tiny")
    ask_for(clone, wheel)
    wheel.unlink()
    make_wheel(shelf, "tiny", needs=["something-else"])
    done = set_up(clone)
    assert done.returncode == 1
    assert "✗ uv could not install what the lock pins: " in done.stderr
    assert "hash" in done.stderr.lower()
    assert version_installed(clone, "tiny") == ""


def test_requirements_and_lock_that_disagree_are_named(clone, shelf):
    ask_for(clone, make_wheel(shelf, "tiny"))
    requirements = clone / "requirements.txt"
    requirements.write_text(requirements.read_text().replace("tiny==1.0", "tiny==2.0"))
    done = set_up(clone)
    assert done.returncode == 1
    assert done.stderr == (
        "✗ requirements.txt pins tiny==2.0, and requirements.lock does not: run `make lock`, which "
        "brings both together\n"
    )


def test_sets_up_another_on_top(clone, shelf):
    below, above = make_wheel(shelf, "below"), make_wheel(shelf, "above")
    ask_for(clone, below)
    ask_for(clone, above, file="requirements-more.txt")
    first = set_up(clone, add=["more"])
    assert first.returncode == 0, first.stderr
    assert ".venv-more made" in first.stdout
    assert version_installed(clone, "above", ".venv-more") == "1.0"
    assert version_installed(clone, "below", ".venv-more") == "1.0"
    assert version_installed(clone, "above") == "", "what lies below does not see it"
    again = set_up(clone, add=["more"])
    assert again.stdout == "✓ environment  ready\n✓ more         ready\n"

    ask_for(clone, make_wheel(shelf, "above", "2.0"), file="requirements-more.txt")
    changed = set_up(clone, add=["more"])
    assert changed.stdout.startswith("✓ environment  ready\n✓ packages"), changed.stderr
    assert version_installed(clone, "above", ".venv-more") == "2.0"


def test_a_failed_install_is_not_taken_for_done(clone, shelf):
    good = make_wheel(shelf, "tiny")
    missing = shelf / "missing-1.0-py3-none-any.whl"
    ask_for(clone, good, missing)
    failed = set_up(clone)
    assert failed.returncode == 1
    complaint = failed.stderr.strip()
    assert complaint.startswith("✗ uv could not install what the lock pins: ")
    assert "missing" in complaint
    assert "run make again" in complaint
    assert "\n" not in complaint

    left_over = clone / ".venv" / "left over"
    left_over.touch()
    assert set_up(clone).returncode == 1, "it fails again until the cause is mended"
    assert not left_over.exists(), "a half-made environment is made again from nothing"
    ask_for(clone, good)
    assert set_up(clone).returncode == 0
    assert version_installed(clone, "tiny") == "1.0"

    ask_for(clone, good, missing)
    assert set_up(clone).returncode == 1
    ask_for(clone, good)
    assert ".venv made" in set_up(clone).stdout, "it was not finished since"


def test_an_interrupted_install_is_not_taken_for_done(clone, shelf):
    ask_for(clone, make_wheel(shelf, "tiny"))
    assert set_up(clone).returncode == 0
    # As left by a power cut in the middle: a package without its code, and no stamp yet.
    (clone / ".venv" / "complete").rename(clone / ".venv" / "half-done")
    next((clone / ".venv").rglob("tiny.py")).unlink()
    assert set_up(clone).returncode == 0
    assert version_installed(clone, "tiny") == "1.0"


def test_two_at_once_do_not_disturb_each_other(clone, shelf):
    ask_for(clone, make_wheel(shelf, "tiny"))
    pair = [
        subprocess.Popen(
            [sys.executable, "-m", "tools.environment", "book"],
            cwd=clone,
            env=os.environ | {"CI": "true"},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    said = sorted(process.communicate(timeout=600)[0] for process in pair)
    assert [process.returncode for process in pair] == [0, 0]
    assert sum(".venv made" in text for text in said) == 1
    assert sum("waiting for it\n✓ environment  ready" in text for text in said) == 1


def test_without_venv_module_says_what_to_install(clone, shelf, tmp_path):
    ask_for(clone, make_wheel(shelf, "tiny"))
    # What Debian's python3 is without python3-venv: a venv module that cannot do its work.
    (clone / "venv.py").write_text("raise SystemExit('No module named ensurepip')\n")
    done = set_up(clone)
    assert done.returncode == 1
    assert ".venv could not be made: No module named ensurepip" in done.stderr
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in done.stderr


# Where packages come from


def test_the_readers_index_holds_for_uv(clone, tmp_path, monkeypatch):
    forget_settings(monkeypatch)
    with index_of(tmp_path / "mirror", [make_wheel(tmp_path / "shelf", "tiny")]) as address:
        configuration = tmp_path / "pip.conf"
        configuration.write_text(f"[global]\nindex-url = {address}\n")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
        ask_for(clone, tmp_path / "shelf" / "tiny-1.0-py3-none-any.whl")
        done = set_up(clone)
    assert done.returncode == 0, done.stderr
    assert version_installed(clone, "tiny") == "1.0"


def test_what_uv_is_told_itself_comes_first(monkeypatch):
    forget_settings(monkeypatch)
    of_pip = {"index-url": "http://pip/", "find-links": "~/a /b", "proxy": "http://proxy/"}
    told = installers.settings_for_uv(of_pip)
    assert told["UV_DEFAULT_INDEX"] == "http://pip/"
    assert told["UV_FIND_LINKS"] == f"{Path.home()}/a,/b"
    assert told["ALL_PROXY"] == "http://proxy/"
    monkeypatch.setenv("UV_INDEX_URL", "http://uv/")
    assert "UV_DEFAULT_INDEX" not in installers.settings_for_uv(of_pip)


def test_uv_that_does_not_start_is_passed_over(tmp_path, monkeypatch):
    stand_in = tmp_path / "uv"
    monkeypatch.setenv("PATH", str(tmp_path))
    for said, found in (("uv 0.4.9", None), ("uv 0.13.9 (linux)", str(stand_in))):
        stand_in.write_text(f"#!/bin/sh\necho '{said}'\n")
        stand_in.chmod(0o755)
        assert installers.find_uv() == found
    stand_in.write_text("#!/bin/sh\necho 'pyenv: uv: command not found' >&2\nexit 127\n")
    assert installers.find_uv() is None


def test_uv_comes_into_the_environment_where_the_machine_has_none(clone, shelf, tmp_path):
    ask_for(clone, installer=[wheel_of_uv(shelf, PATH)], book=[make_wheel(shelf, "tiny")])
    done = set_up(clone, PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "✓ uv           installed" in done.stdout
    assert (clone / ".venv" / "bin" / "uv").is_file()
    assert version_installed(clone, "tiny") == "1.0"


def test_pip_takes_over_where_uv_cannot_be_had_and_says_so(clone, shelf, tmp_path):
    ask_for(clone, make_wheel(shelf, "tiny"))
    done = set_up(clone, PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "! uv           could not be had (" in done.stdout
    assert "pip installs, which takes longer" in done.stdout
    assert version_installed(clone, "tiny") == "1.0"


# Torch: PyPI's build for Linux needs several GB of CUDA


@pytest.fixture
def torches(clone, tmp_path, monkeypatch):
    """An index as PyPI is, whose torch needs CUDA, and one as PyTorch's, whose torch does not."""
    forget_settings(monkeypatch)
    shelf = tmp_path / "shelf"
    cuda = make_wheel(shelf, "torch", "2.13.0", needs=["nvidia"])
    cpu = make_wheel(tmp_path / "cpu", "torch", "2.13.0+cpu")
    ask_for(clone, cpu)
    monkeypatch.delenv("TORCH", raising=False)
    with (
        index_of(tmp_path / "pypi", [cuda, make_wheel(shelf, "nvidia")]) as pypi,
        index_of(tmp_path / "pytorch", [cpu]) as pytorch,
    ):
        monkeypatch.setenv("PIP_INDEX_URL", pypi)
        monkeypatch.setenv("TORCH_INDEX", pytorch)
        yield cpu.parent


def torch_installed(clone):
    return [version_installed(clone, name) for name in ("torch", "nvidia")]


def test_no_cuda_where_pytorchs_index_is_reached(clone, torches, installer):
    done = set_up(clone)
    assert done.returncode == 0, done.stderr
    assert torch_installed(clone) == ["2.13.0+cpu", ""]


def test_no_cuda_where_only_pypi_is_reached_and_the_reader_has_the_wheel(
    clone, torches, monkeypatch
):
    monkeypatch.setenv("TORCH_INDEX", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", str(torches))
    done = set_up(clone)
    assert done.returncode == 0, done.stderr
    assert torch_installed(clone) == ["2.13.0+cpu", ""]


def test_no_cuda_where_only_pypi_is_reached(clone, torches, monkeypatch):
    monkeypatch.setenv("TORCH_INDEX", "http://127.0.0.1:9/")
    done = set_up(clone)
    assert done.returncode == 1
    assert "✗ torch without CUDA was found at none of your package indexes" in done.stderr
    assert "TORCH=cuda" in done.stderr
    assert torch_installed(clone) == ["", ""]


def test_cuda_comes_when_asked_for_and_goes_when_asked(clone, torches):
    assert set_up(clone).returncode == 0
    done = set_up(clone, TORCH="cuda")
    assert done.returncode == 0, done.stderr
    assert torch_installed(clone) == ["2.13.0", "1.0"]
    assert set_up(clone).stdout == "✓ environment  ready\n", "it stays until asked otherwise"
    assert set_up(clone, TORCH="cpu").returncode == 0
    assert torch_installed(clone)[0] == "2.13.0+cpu"
    assert "choose cpu or cuda" in set_up(clone, TORCH="rocm").stderr


# Nothing that a reader has is lost


@pytest.mark.parametrize("name", [".venv", ".venv-more", "_build"])
def test_a_link_is_refused_and_what_it_leads_to_stays(clone, shelf, tmp_path, name):
    ask_for(clone, make_wheel(shelf, "tiny"))
    ask_for(clone, make_wheel(shelf, "above"), file="requirements-more.txt")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.tex").write_text("years of work")
    (clone / name).symlink_to(theirs)
    done = set_up(clone, add=["more"])
    assert done.returncode == 1
    assert done.stderr.startswith(f"✗ {name} leads to {theirs}, and this command would")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in theirs.iterdir()] == ["thesis.tex"]
    assert (clone / name).is_symlink()


def test_a_folder_that_no_command_made_is_not_emptied(clone, shelf):
    ask_for(clone, make_wheel(shelf, "tiny"))
    (clone / ".venv").mkdir()
    (clone / ".venv" / "notes.txt").write_text("mine")
    done = set_up(clone)
    assert done.returncode == 1
    assert done.stderr.startswith("✗ .venv was not made by make")
    assert (clone / ".venv" / "notes.txt").read_text() == "mine"


def test_git_sees_no_link_that_stands_for_something_made(tmp_path):
    patterns = (ROOT / ".gitignore").read_text(encoding="utf-8")
    names = [line for line in patterns.splitlines() if line and line[0] != "#" and "*" not in line]
    names += [".venv", ".venv-lab", ".venv-nbgrader", ".venv-audit", "web/src/node_modules"]
    names += ["tests/node_modules", "benchmarks/node_modules"]
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text(patterns)
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(tmp_path)
    listed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert listed.stdout == "?? .gitignore\n"


def test_clean_takes_away_what_was_made_and_nothing_behind_a_link(clone, tmp_path):
    (clone / "_build" / "html").mkdir(parents=True)
    (clone / "web").mkdir()
    assert make(clone, "clean").returncode == 0
    assert not (clone / "_build").exists()

    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.tex").touch()
    (clone / "_build").mkdir()
    (clone / "web" / "build").symlink_to(theirs)
    done = make(clone, "clean")
    assert done.returncode != 0
    assert done.stderr.startswith("✗ web/build is a symbolic link: nothing was removed")
    assert (clone / "_build").is_dir()
    assert (theirs / "thesis.tex").exists()


# What a machine or a shell may be like


def test_a_path_with_other_letters_and_a_plain_locale(clone, shelf):
    ask_for(clone, wheel_of_installed(shelf, "setuptools"))
    with (clone / "requirements.txt").open("a") as file:
        file.write("-e .\n")
    shutil.copytree(ROOT / "src" / "actloss" / "network", clone / "src" / "actloss" / "network")
    (clone / "src" / "actloss" / "__init__.py").write_text("__version__ = '0'\n")
    moved = clone.rename(clone.with_name("cours d’été"))
    done = set_up(moved, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    found = subprocess.run(
        [environment.python_of(moved / ".venv"), "-c", "import actloss; print(actloss.__file__)"],
        cwd=moved.parent,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert found.stdout.strip() == str(moved / "src" / "actloss" / "__init__.py"), found.stderr


@pytest.mark.parametrize(
    "setting",
    [
        "PYTHONSAFEPATH=1",
        "PYTHONOPTIMIZE=2",
        "PYTHONWARNINGS=error",
        "PYTHONPATH=/nowhere",
        "PYTHONDONTWRITEBYTECODE=1",
    ],
)
def test_a_readers_shell_does_not_change_what_runs(clone, shelf, setting):
    ask_for(clone, make_wheel(shelf, "tiny"))
    name, value = setting.split("=")
    done = make(clone, "in-book", **{name: value, "PYTHON": sys.executable})
    assert done.returncode == 0, done.stderr
    asked = f"import os; print(os.environ.get('{name}'))"
    (clone / "tools" / "environment.py").write_text(asked)
    assert make(clone, "in-book", **{name: value, "PYTHON": sys.executable}).stdout == "None\n"


def test_a_read_only_tree_gets_one_clear_line(clone, shelf):
    ask_for(clone, make_wheel(shelf, "tiny"))
    read_only = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", clone, clone, "--chdir", clone]
    done = subprocess.run(
        [*read_only, sys.executable, "-m", "tools.environment", "book"],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"✗ {clone}/_build cannot be written: its disk is read-only. Make room, or work in a copy "
        "of the course where you may write\n"
    )


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
        timeout=600,
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


def test_an_old_python_makes_way_for_a_newer_one_beside_it(clone, shelf, tmp_path):
    ask_for(clone, make_wheel(shelf, "tiny"))
    programs = tmp_path / "programs"
    programs.mkdir()
    base = Path(sys._base_executable)
    (programs / "python3.11").symlink_to(base)
    python = stand_in_python(clone, (3, 8, 18))
    (programs / "uv").write_text(uv_on(PATH))
    (programs / "uv").chmod(0o755)
    done = make(clone, "in-book", PYTHON=str(python), PATH=str(programs))
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
    run = ["book", "serve", "test", "check", "lint", "execute", "portable", "bench", "cheat-sheet"]
    run += ["live-python", "lab"]
    assert words == [*run, "grade", "links", "lock", "audit", "publish", "clean"]
