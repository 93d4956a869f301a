"""Each gate fails on a notebook spoiled for it, and lets the sound one pass.

Every spoiled notebook goes through the whole of it, nbval and gates, in one pytest run in a clone.
"""

import asyncio
import base64
import copy
import io
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.commands.notebook_examples import example
from tools import gates, sources
from tools.execute import execute
from tools.notebooks import WIDGET_STATE, all_notebooks, code_cells, normalise
from tools.stamps import ROOT

NBVAL = ["--nbval", "--nbval-current-env"]

# The code cells of `example`, by what they give.
NUMBER, PRINTS, PNG, SVG, WIDGETS = range(5)


def data(notebook, cell):
    return code_cells(notebook)[cell].outputs[0].data


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="png")
    return base64.encodebytes(file.getvalue()).decode()


def strip_outputs(notebook):
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None


def strip_outputs_keep_counts(notebook):
    for cell in code_cells(notebook):
        cell.outputs = []


def swap_cells(notebook):
    cells = notebook.cells
    cells[1], cells[2] = cells[2], cells[1]


def corrupt_png(notebook):
    content = bytearray(base64.b64decode(data(notebook, PNG)["image/png"]))
    content[len(content) // 2] ^= 0xFF
    data(notebook, PNG)["image/png"] = base64.encodebytes(bytes(content)).decode()


def cut_png(notebook):
    data(notebook, PNG)["image/png"] = data(notebook, PNG)["image/png"][:80]


def png_of_another_figure(notebook):
    # The same axes and labels; the line alone takes another way.
    pixels = gates.pixels(data(notebook, PNG)["image/png"]).astype(np.uint8)
    ink = (pixels[..., 2] > 150) & (pixels[..., 0] < 100)  # matplotlib's blue
    assert ink.any()
    pixels[ink] = 255
    pixels[np.roll(ink, 9, axis=0)] = [31, 119, 180, 255]
    data(notebook, PNG)["image/png"] = png(pixels)


def png_of_another_size(notebook):
    pixels = gates.pixels(data(notebook, PNG)["image/png"]).astype(np.uint8)
    data(notebook, PNG)["image/png"] = png(pixels[:-1])


def change_svg(notebook):
    bundle = data(notebook, SVG)
    bundle["image/svg+xml"] = bundle["image/svg+xml"].replace('"1"', '"2"')


def models(notebook):
    return notebook.metadata.widgets[WIDGET_STATE]["state"]


def move_slider(notebook):
    slider = next(m for m in models(notebook).values() if m["model_name"] == "FloatSliderModel")
    slider["state"]["value"] = 0.75


def drop_link(notebook):
    del models(notebook)[max(models(notebook))]


def drop_widgets(notebook):
    del notebook.metadata["widgets"]


def lose_alternative_text(notebook):
    del code_cells(notebook)[PNG].metadata["mystnb"]


def name_of_object_for_alternative_text(notebook):
    cell = code_cells(notebook)[PNG]
    cell.source = cell.source.replace("A line that rises to 4", "<Figure size 300x200 with 1 Axes>")
    data(notebook, PNG)["text/plain"] = "<Figure size 300x200 with 1 Axes>"
    del cell.metadata["mystnb"]


def hide_output(notebook):
    code_cells(notebook)[NUMBER].metadata["tags"] = ["nbval-ignore-output"]
    data(notebook, NUMBER)["text/plain"] = "3"


def hide_output_by_comment(notebook):
    cell = code_cells(notebook)[NUMBER]
    cell.source = f"# NBVAL_IGNORE_OUTPUT\n{cell.source}"
    data(notebook, NUMBER)["text/plain"] = "3"


def skip_cell(notebook):
    code_cells(notebook)[NUMBER].metadata["tags"] = ["nbval-skip"]


def add_empty_cell(notebook):
    empty = nbformat.v4.new_code_cell("", id="empty")
    notebook.cells.append(empty)


def store_error(notebook):
    code_cells(notebook)[NUMBER].outputs.append(
        nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[])
    )


def change_number(notebook):
    data(notebook, NUMBER)["text/plain"] = "3"


ORDER, FRESH, CELL = "run in order", "figures and widgets", "Cell"

# How a notebook is spoiled, which test must fail on it, and what that must say.
SPOILED = {
    strip_outputs: (ORDER, "code cell 1 was not run"),
    strip_outputs_keep_counts: (FRESH, "code cell 1 stores no output; its code gives text/plain"),
    swap_cells: (ORDER, "code cell 1 was run as number 2"),
    corrupt_png: (FRESH, "code cell 3 stores another figure than it draws: it cannot be decoded"),
    cut_png: (FRESH, "code cell 3 stores another figure than it draws: it cannot be decoded"),
    png_of_another_figure: (FRESH, "of its pixels differ"),
    png_of_another_size: (FRESH, "another figure than it draws: 300 × 199 pixels, drawn 300 × 200"),
    change_svg: (FRESH, 'line 2 of its SVG is `<circle r="2"/>`, drawn `<circle r="1"/>`'),
    move_slider: (FRESH, "state.value is 0.75, made 0.25"),
    drop_link: (FRESH, "on one side only"),
    drop_widgets: (FRESH, "on one side only"),
    lose_alternative_text: (ORDER, "code cell 3 does not carry its figure's text to the page"),
    name_of_object_for_alternative_text: (ORDER, "draws a figure that has no alternative text"),
    hide_output: (ORDER, "code cell 1 hides its output from the tests: nbval-ignore-output"),
    hide_output_by_comment: (ORDER, "hides its output from the tests: NBVAL_IGNORE_OUTPUT"),
    skip_cell: (ORDER, "code cell 1 hides its output from the tests: nbval-skip"),
    add_empty_cell: (ORDER, "code cell 7 is empty: delete it"),
    store_error: (ORDER, "code cell 1 stores an error, ValueError"),
    change_number: (CELL, "mismatch 'text/plain'"),
}

# What nbval alone lets through: the reason for the gates.
NBVAL_PASSES = [strip_outputs, corrupt_png, png_of_another_figure, move_slider, drop_widgets]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    notebook = example()
    asyncio.run(execute(notebook, tmp_path_factory.mktemp("run") / "sound.ipynb"))
    normalise(notebook)
    return notebook


@pytest.fixture(scope="module")
def report(sound, tmp_path_factory):
    """What pytest says of the sound notebook and of every spoiled one."""
    folder = tmp_path_factory.mktemp("gates")
    for name in ("tools", "conftest.py", "pyproject.toml"):
        copy_from = ROOT / name
        (shutil.copytree if copy_from.is_dir() else shutil.copy)(copy_from, folder / name)
    nbformat.write(sound, folder / "sound.ipynb")
    for spoil in SPOILED:
        notebook = copy.deepcopy(sound)
        spoil(notebook)
        nbformat.write(notebook, folder / f"{spoil.__name__}.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *NBVAL, "-rA", "--color=no", "."],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def failed_tests(report, name):
    return re.findall(rf"^FAILED {name}\.ipynb::([\w ]+?)(?: -|$)", report, re.MULTILINE)


def test_the_sound_notebook_passes(report):
    assert failed_tests(report, "sound") == []
    passed = re.findall(r"^PASSED sound\.ipynb::(.*)$", report, re.MULTILINE)
    assert len(passed) == 8, "its six cells and both gates"


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_a_spoiled_notebook_fails(report, spoil):
    test, words = SPOILED[spoil]
    failed = failed_tests(report, spoil.__name__)
    assert any(name.startswith(test) for name in failed), failed
    if test == CELL:
        assert words in report
    else:
        said = re.findall(rf"^{spoil.__name__}\.ipynb: (.*)$", report, re.MULTILINE)
        assert any(words in line for line in said), said
        assert f"`make execute NOTEBOOK={spoil.__name__}` runs it again" in report


@pytest.mark.parametrize("spoil", NBVAL_PASSES, ids=lambda spoil: spoil.__name__)
def test_nbval_alone_would_not_have_noticed(report, spoil):
    failed = failed_tests(report, spoil.__name__)
    assert not [name for name in failed if name.startswith(CELL)]


def test_rounding_passes(sound):
    fresh = copy.deepcopy(sound)
    move = 0.25 * (1 + 1e-12)
    next(m for m in models(fresh).values() if m["model_name"] == "FloatSliderModel")["state"][
        "value"
    ] = move
    pixels = gates.pixels(data(fresh, PNG)["image/png"]).astype(np.uint8)
    pixels[0, :3, :3] -= 100  # three pixels of sixty thousand
    pixels[50:, :, :3] -= np.minimum(pixels[50:, :, :3], 5)
    data(fresh, PNG)["image/png"] = png(pixels)
    assert gates.outputs_as_fresh(sound, fresh) == []


def test_every_notebook_is_in_the_contents():
    listed = set(sources.pages_of_book().values())
    assert [path.name for path in all_notebooks() if path not in listed] == []
