"""What a reader's machine has set changes nothing that `make execute` stores and the tests compare.

The notebook below shows each setting that could get in; the reader's settings are real files and
variables, and the commands run as the Makefile runs them.
"""

import asyncio
import copy
import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from tests.commands.notebook_examples import FIGURE, notebook
from tests.conftest import make_clone
from tools import kernel
from tools.execute import execute
from tools.stamps import ROOT

TELLING = notebook(
    "1\n2",
    "import numpy as np\nnp.array([1 / 3, 1e-9])",
    FIGURE.format(top=4),
    "import locale\nlocale.setlocale(locale.LC_ALL, '')\nf'{1234.5:n}'",
    "import shutil, time\nshutil.get_terminal_size(), time.strftime('%H:%M %Z', time.localtime(0))",
    "import warnings\nwith warnings.catch_warnings(record=True) as seen:\n"
    "    warnings.warn('old')\nlen(seen)",
    "import os\nsorted({name.lower() for name in os.environ if name.lower().endswith('_proxy')})",
    "import os, sys\n__debug__, sys.flags.hash_randomization, sys.flags.dev_mode",
    "with open(os.devnull) as file: encoding = file.encoding\nencoding",
    "import colorsys\ncolorsys.rgb_to_hsv(1, 0, 0)",
    "sorted(name for name in globals() if name.startswith('planted'))",
    "from pathlib import Path\nsorted(path.name for path in Path.home().glob('*.txt'))",
)

PRINT_OPTIONS = "import numpy\nnumpy.set_printoptions(precision=2, suppress=True)\nplanted = 1\n"
MATPLOTLIBRC = "figure.facecolor: yellow\nlines.linewidth: 7\n"
INTERACTIVITY = "c = get_config()\nc.InteractiveShell.ast_node_interactivity = 'all'\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def ipython_profile(folder, chapters):
    profile = folder / "ipython" / "profile_default"
    write(profile / "startup" / "00-mine.py", PRINT_OPTIONS)
    write(profile / "ipython_config.py", INTERACTIVITY)
    return {"IPYTHONDIR": str(folder / "ipython")}


def ipython_kernel_config(folder, chapters):
    write(folder / "ipython" / "profile_default" / "ipython_kernel_config.py", INTERACTIVITY)
    return {"IPYTHONDIR": str(folder / "ipython")}


def home(folder, chapters):
    profile = folder / ".ipython" / "profile_default"
    write(profile / "startup" / "00-mine.py", PRINT_OPTIONS)
    write(profile / "ipython_config.py", INTERACTIVITY)
    write(folder / ".config" / "matplotlib" / "matplotlibrc", MATPLOTLIBRC)
    write(folder / "mine.txt", "")
    kernel = {"argv": ["false", "{connection_file}"], "display_name": "Mine", "language": "python"}
    kernels = folder / ".local" / "share" / "jupyter" / "kernels"
    write(kernels / "python3" / "kernel.json", json.dumps(kernel))
    return {"HOME": str(folder)}


def another_kernel_of_that_name(folder, chapters):
    kernel = {"argv": ["false", "{connection_file}"], "display_name": "Mine", "language": "python"}
    write(folder / "kernels" / "python3" / "kernel.json", json.dumps(kernel))
    return {"JUPYTER_PATH": str(folder), "JUPYTER_DEFAULT_PROVISIONER_NAME": "of-a-cluster"}


def matplotlibrc_by_name(folder, chapters):
    return {"MATPLOTLIBRC": str(write(folder / "mine.rc", MATPLOTLIBRC))}


def matplotlib_folder(folder, chapters):
    write(folder / "matplotlibrc", MATPLOTLIBRC)
    return {"MPLCONFIGDIR": str(folder)}


def matplotlibrc_beside_the_chapters(folder, chapters):
    write(chapters / "matplotlibrc", MATPLOTLIBRC)
    return {"MPLBACKEND": "svg"}


def decimal_comma(folder, chapters):
    return {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}


def no_locale(folder, chapters):
    return {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def another_place_and_screen(folder, chapters):
    screen = {"COLUMNS": "33", "LINES": "7", "PAGER": "cat", "TERM": "dumb"}
    return {"TZ": "Asia/Tokyo", "FORCE_COLOR": "1", "NO_COLOR": "1", **screen}


def proxy(folder, chapters):
    names = ("http_proxy", "https_proxy", "all_proxy")
    nowhere = "http://127.0.0.1:9"
    return dict.fromkeys(names, nowhere) | {name.upper(): nowhere for name in names}


def python_startup(folder, chapters):
    return {"PYTHONSTARTUP": str(write(folder / "startup.py", PRINT_OPTIONS))}


def python_warnings(folder, chapters):
    return {"PYTHONWARNINGS": "ignore"}


def python_optimised(folder, chapters):
    return {"PYTHONOPTIMIZE": "1", "PYTHONHASHSEED": "random", "PYTHONDEVMODE": "1"}


def python_path(folder, chapters):
    write(folder / "colorsys.py", "def rgb_to_hsv(*_): return 'planted'")
    write(folder / "sitecustomize.py", PRINT_OPTIONS)
    return {"PYTHONPATH": str(folder)}


GATES = ("run in order", "figures and widgets")

SETTINGS = [
    ipython_profile,
    ipython_kernel_config,
    home,
    another_kernel_of_that_name,
    matplotlibrc_by_name,
    matplotlib_folder,
    matplotlibrc_beside_the_chapters,
    decimal_comma,
    no_locale,
    another_place_and_screen,
    proxy,
    python_startup,
    python_warnings,
    python_optimised,
    python_path,
]


def store_telling(clone):
    chapters = clone / "chapters"
    chapters.mkdir()
    nbformat.write(TELLING, chapters / "telling.ipynb")
    return chapters


def run_in(clone, variables, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=clone,
        env=os.environ | {"CI": "true"} | variables,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
    )


@pytest.fixture(scope="module")
def as_stored(tmp_path_factory):
    """A clone in which nothing was set, with the outputs stored."""
    clone = make_clone(tmp_path_factory.mktemp("nothing-set") / "clone")
    store_telling(clone)
    done = run_in(clone, {}, "-m", "tools.execute")
    assert done.returncode == 0, done.stderr
    return clone


def texts(path):
    outputs = [cell.outputs for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    return [output.get("data", output).get("text/plain") for each in outputs for output in each]


def test_what_is_stored(as_stored):
    stored = texts(as_stored / "chapters" / "telling.ipynb")
    assert stored == [
        "2",
        "array([3.33333333e-01, 1.00000000e-09])",
        "A line that rises to 4",
        "'1234.5'",
        "(os.terminal_size(columns=80, lines=24), '00:00 UTC')",
        "1",
        "[]",
        "(True, 0, False)",
        "'utf-8'",
        "(0.0, 1.0, 1)",
        "[]",
        "[]",
    ]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.__name__)
def test_execute_stores_the_same_bytes(setting, as_stored, clone, tmp_path):
    chapters = store_telling(clone)
    done = run_in(clone, setting(tmp_path / "readers", chapters), "-m", "tools.execute")
    assert done.returncode == 0, done.stderr
    stored = chapters / "telling.ipynb"
    expected = as_stored / "chapters" / "telling.ipynb"
    assert texts(stored) == texts(expected)
    assert stored.read_bytes() == expected.read_bytes()


def test_settings_for_the_whole_machine_stay_out(as_stored, tmp_path, monkeypatch):
    machines = tmp_path / "etc" / "ipython"
    write(machines / "startup" / "00-machine.py", PRINT_OPTIONS)
    write(machines / "ipython_config.py", INTERACTIVITY)
    process = f"""\
import runpy, sys
sys.prefix = {str(tmp_path)!r}
runpy.run_path({str(kernel.PROCESS)!r}, run_name="__main__")
"""
    monkeypatch.setattr(kernel, "PROCESS", write(tmp_path / "process.py", process))
    fresh = copy.deepcopy(TELLING)
    asyncio.run(execute(fresh, tmp_path / "telling.ipynb"))
    nbformat.write(fresh, tmp_path / "telling.ipynb")
    assert texts(tmp_path / "telling.ipynb") == texts(as_stored / "chapters" / "telling.ipynb")


def test_what_is_asked_of_the_processor_comes_through(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    names = "OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS"
    ask = notebook(f"import os\n[os.environ[name] for name in {names}]")
    answers = []
    for variables in (None, {"OMP_NUM_THREADS": "2", "ATEN_CPU_CAPABILITY": "avx2"}):
        asyncio.run(execute(ask, tmp_path / "ask.ipynb", variables=variables))
        answers.append(ask.cells[1].outputs[0].data["text/plain"])
    assert answers == ["['Prescott', 'default', '1']", "['Prescott', 'avx2', '2']"]


# Python itself runs otherwise with one of these, pytest included; `make` takes them away.
NOT_PAST_MAKE = (
    "PYTHONOPTIMIZE",
    "PYTHONDEVMODE",
    "PYTHONSAFEPATH",
    "PYTHONWARNINGS",
    "PYTHONPATH",
)


def test_make_starts_python_as_it_comes(clone):
    rule = write(clone / "variables.mk", "variables: ; @env\n")
    done = subprocess.run(
        ["make", "-f", "Makefile", "-f", rule, "variables"],
        cwd=clone,
        env=os.environ | dict.fromkeys(NOT_PAST_MAKE, "1"),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    there = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert "PATH" in there
    assert there.isdisjoint(NOT_PAST_MAKE)


def test_nbval_and_gates_pass_with_everything_set(as_stored, clone, tmp_path):
    chapters = store_telling(clone)
    shutil.copy(as_stored / "chapters" / "telling.ipynb", chapters)
    shutil.copy(ROOT / "conftest.py", clone)
    variables = {}
    for setting in SETTINGS:
        variables |= setting(tmp_path / "readers", chapters)
    for name in NOT_PAST_MAKE:
        variables.pop(name, None)
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    done = run_in(clone, variables, "-m", "pytest", *options, "chapters")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(TELLING.cells) - 1 + len(GATES)} passed" in done.stdout
