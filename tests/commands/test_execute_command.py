"""`make execute`: same in, same out; a failing notebook stays as it was."""

import copy
import json
import re

import nbformat
import pytest

from tests.commands.git import git
from tests.commands.notebook_examples import FIGURE, example, notebook
from tools import notebooks


def store(clone, **named):
    folder = clone / "chapters"
    folder.mkdir(exist_ok=True)
    for name, content in named.items():
        nbformat.write(content, folder / f"{name}.ipynb")


@pytest.fixture
def execute(run_tool):
    return lambda *names: run_tool("-m", "tools.execute", *names)


def test_twice_leaves_no_difference(clone, execute):
    store(clone, first=example(), second=notebook("sorted({'a', 'b', 'c'}, key=hash)"))
    exercises = clone / "chapters" / "exercises"
    exercises.mkdir()
    nbformat.write(notebook("2 + 2"), exercises / "third.ipynb")
    first = execute()
    assert first.returncode == 0, first.stderr
    assert "3 run, 0 failed, in" in first.stdout
    assert first.stdout.count("✓ stored       chapters/") == 3
    git(clone, "init", "--quiet")
    git(clone, "add", "chapters")
    git(clone, "commit", "--quiet", "--message=outputs")
    second = execute()
    assert "✓ stored       nothing: every output is as it was" in second.stdout
    assert git(clone, "status", "--porcelain", "chapters") == ""


def test_stores_outputs_in_one_fixed_form(clone, execute):
    messy = example()
    messy.cells[1].metadata = {"scrolled": True, "execution": {"iopub": "2020"}, "tags": ["a"]}
    messy.metadata.kernelspec = {"name": "my-env", "display_name": "Mine", "language": "python"}
    store(clone, messy=messy)
    assert execute("messy").returncode == 0
    path = clone / "chapters" / "messy.ipynb"
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert text.startswith('{\n "cells"')
    stored = notebooks.read(path)

    assert [cell.id for cell in stored.cells] == [cell.id for cell in messy.cells]
    assert stored.cells[1].metadata == {"tags": ["a"]}
    cells = notebooks.code_cells(stored)
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4, 5, 6]
    assert [output.get("text") for output in cells[1].outputs] == [
        "line 0\nline 1\nline 2\n",
        "a warning\n",
    ]
    assert stored.metadata.kernelspec == notebooks.KERNEL
    assert stored.metadata.language_info == notebooks.LANGUAGE

    assert cells[2].metadata.mystnb.image.alt == "A line that rises to 4"
    assert cells[3].metadata.mystnb.image.alt == "A circle"
    assert "mystnb" not in cells[4].metadata

    models = stored.metadata.widgets[notebooks.WIDGET_STATE]["state"]
    names = [models[key]["model_name"] for key in sorted(models)]
    assert names[:2] == ["VBoxModel", "FloatSliderModel"], "numbered by first appearance"
    assert names.count("FloatSliderModel") == 1, "nothing shows the unused slider"
    assert names[-1] == "LinkModel", "a link between what is shown stays"
    assert sorted(models) == [f"{i:032x}" for i in range(1, len(models) + 1)]
    view = cells[4].outputs[0].data[notebooks.WIDGET_VIEW]
    assert view["model_id"] == f"{1:032x}"
    referred = set(re.findall(r"IPY_MODEL_(\w+)", json.dumps(models)))
    assert referred <= set(models), "every reference leads to a stored model"
    again = cells[5].outputs[0].data[notebooks.WIDGET_VIEW]["model_id"]
    assert models[again]["model_name"] == "FloatTextModel"

    once_more = copy.deepcopy(stored)
    notebooks.normalise(once_more)
    assert once_more == stored


def test_a_figure_that_went_takes_its_text_along():
    changed = notebook("1")
    changed.cells[1].metadata["mystnb"] = {"image": {"alt": "gone", "width": "50%"}}
    notebooks.normalise(changed)
    assert changed.cells[1].metadata == {"mystnb": {"image": {"width": "50%"}}}


FAILING = {
    "error": (
        "x = 1\n\ny = x + z  # sum",
        "NameError: name 'z' is not defined, at: y = x + z  # sum",
    ),
    "deeper": ("def f():\n    return 1 / 0\n\nf()", "ZeroDivisionError: division by zero, at: f()"),
    "syntax": ("x = 1\ny = = 2", "SyntaxError: invalid syntax (…, line 2), at: y = = 2"),
    "dies": ("import os; os._exit(3)", "its Python process died (without a word: out of memory?)"),
}


def test_a_notebook_behind_a_link_is_stored_where_it_lies(tmp_path):
    theirs, link = tmp_path / "theirs.ipynb", tmp_path / "link.ipynb"
    theirs.write_text("{}")
    link.symlink_to(theirs)
    assert notebooks.write_if_different(nbformat.v4.new_notebook(), link)
    assert link.is_symlink()
    assert nbformat.read(theirs, as_version=4).nbformat == 4


def test_a_failing_cell_is_named_and_changes_nothing(clone, execute):
    bad = {name: notebook("'fine'", source) for name, (source, _) in FAILING.items()}
    store(clone, good=notebook("1 + 1"), **bad)
    before = {path.stem: path.read_bytes() for path in (clone / "chapters").iterdir()}
    done = execute()
    assert done.returncode == 1
    lines = sorted(done.stderr.splitlines())
    assert len(lines) == len(FAILING)
    for line, name in zip(lines, sorted(FAILING), strict=True):
        line = re.sub(r"\(\S*, line 2\)", "(…, line 2)", line)
        assert line == f"✗ chapters/{name}.ipynb, code cell 2: {FAILING[name][1]}"
    after = {path.stem: path.read_bytes() for path in (clone / "chapters").iterdir()}
    assert sorted(after) == sorted(before), "nothing temporary stays"
    assert [name for name in before if after[name] != before[name]] == ["good"], (
        "the others are still done"
    )


def test_a_broken_notebook_gets_one_clear_line(clone, execute):
    store(clone, good=notebook("1 + 1"), broken=notebook("1"))
    broken = clone / "chapters" / "broken.ipynb"
    broken.write_text(broken.read_text(encoding="utf-8")[:-5], encoding="utf-8")
    done = execute()
    assert done.returncode == 1
    assert "✓ stored       chapters/good.ipynb" in done.stdout
    assert done.stderr.startswith("✗ chapters/broken.ipynb, line ")
    assert done.stderr.endswith(
        "`git checkout chapters/broken.ipynb` brings the last good one back\n"
    )
    assert done.stderr.count("\n") == 1


def test_only_the_named_notebooks_are_run(clone, execute):
    store(clone, one=notebook("1"), two=notebook("2"), three=notebook("3"))
    done = execute("one", "chapters/three.ipynb")
    assert done.returncode == 0, done.stderr
    assert "2 run, 0 failed, in" in done.stdout
    run = [
        path.stem
        for path in sorted((clone / "chapters").iterdir())
        if notebooks.read(path).cells[1].execution_count
    ]
    assert run == ["one", "three"]
    unknown = execute("four")
    assert unknown.returncode == 1
    assert unknown.stderr == (
        "✗ there is no notebook four in chapters/; choose from: one, three, two\n"
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("one", ["chapters/exercises/one.ipynb", "chapters/one.ipynb"]),
        ("chapters/one.ipynb", ["chapters/one.ipynb"]),
        ("./chapters/one.ipynb", ["chapters/one.ipynb"]),
        ("one.ipynb", ["chapters/one.ipynb"]),
        ("exercises/one", ["chapters/exercises/one.ipynb"]),
        ("chapters/exercises/one.ipynb", ["chapters/exercises/one.ipynb"]),
    ],
)
def test_a_path_is_one_notebook_and_a_slug_its_exercises_too(clone, run_tool, name, meant):
    (clone / "chapters" / "exercises").mkdir(parents=True)
    for path in ("one.ipynb", "exercises/one.ipynb", "two.ipynb"):
        (clone / "chapters" / path).touch()
    code = "import sys; from tools import notebooks as n; "
    code += "print(*map(n.label, n.notebooks_named(sys.argv[1:])))"
    assert sorted(run_tool("-c", code, name).stdout.split()) == meant


def test_kernels_are_alike_whatever_the_shell_says(clone, run_tool):
    ask = "import os; [os.environ[k] for k in ('OMP_NUM_THREADS', 'PYTHONHASHSEED')]"
    store(clone, asks=notebook(ask, FIGURE.format(top=2)))
    env = {"OMP_NUM_THREADS": "7", "PYTHONHASHSEED": "random", "MPLBACKEND": "pdf"}
    assert run_tool("-m", "tools.execute", env=env).returncode == 0
    cells = notebooks.code_cells(notebooks.read(clone / "chapters" / "asks.ipynb"))
    assert cells[0].outputs[0].data["text/plain"] == "['1', '0']"
    assert "image/png" in cells[1].outputs[0].data
