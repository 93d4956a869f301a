"""The package alone: a wheel that holds all it needs, and works where the clone is not."""

import importlib.metadata
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.commands.requirements import BASE, needed_by, parts
from tools.environment import python_of, show_packages_of
from tools.stamps import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]

USE = """
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"{{name}} is no dependency of actloss", name=name)

sys.meta_path.insert(0, Absent())
import actloss

for module in pkgutil.walk_packages(actloss.__path__, "actloss."):
    importlib.import_module(module.name)

from actloss.activations import softmax
from actloss.widgets import ActivationExplorer

assert abs(softmax([1.0, 2.0]).sum() - 1.0) < 1e-12
explorer = ActivationExplorer("elu", alpha=0.5)
assert explorer.alpha == 0.5
plots = [child for child in explorer.children if "render" in str(getattr(child, "_esm", ""))]
assert plots, "no drawing carries its JavaScript"
print(actloss.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy: setuptools leaves a folder where it builds."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    generated = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", source / "src", ignore=generated)
    dist = source / "dist"
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [*PIP, "wheel", "--quiet", *offline, "--wheel-dir", dist, source], check=True, timeout=120
    )
    (built,) = dist.iterdir()
    return built


def test_it_holds_every_file_of_the_package(wheel):
    written = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "actloss").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {path.rpartition(".")[2] for path in written} >= {"py", "js", "css", "toml"}
    assert packed == written


def not_needed():
    """The top-level modules of what requirements.txt names first, and actloss cannot count on."""
    declared = [Requirement(line) for line in PROJECT["dependencies"]]
    needed = needed_by(declared, importlib.metadata.distribution)
    direct = {canonicalize_name(item.name) for item in parts(BASE)[0]}
    assert {canonicalize_name(item.name) for item in declared} <= direct
    return sorted(
        module
        for module, providers in importlib.metadata.packages_distributions().items()
        if {canonicalize_name(provider) for provider in providers} & (direct - needed)
    )


def test_it_works_alone(wheel, tmp_path):
    """In an environment of its own, with what it declares and with nothing else of the course."""
    absent = not_needed()
    assert {"torch", "sklearn", "pytest"} <= set(absent)
    folder = tmp_path / "venv"
    venv.create(folder)
    python = python_of(folder)
    subprocess.run(
        [*PIP, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        timeout=120,
    )
    show_packages_of(ROOT / ".venv", folder)
    used = subprocess.run(
        [python, "-I", "-c", USE.format(absent=absent)],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert used.returncode == 0, used.stdout + used.stderr
    assert used.stdout.strip().startswith(str(folder)), "this was the clone's own code"
