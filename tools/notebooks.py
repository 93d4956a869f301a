"""Notebooks as files: which there are, and what of them is stored, in one fixed form."""

import os
import re
from itertools import count
from pathlib import Path

import nbformat

from tools.progress import Problem
from tools.stamps import ROOT, files_under

CHAPTERS = ROOT / "chapters"

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
IMAGES = ("image/png", "image/svg+xml")

# What a kernel finds instead of the reader's home: folders without settings. The caches in it stay.
KERNEL_HOME = ROOT / "_build" / "kernel"

# One BLAS thread, one hash seed, one place and one screen, so that a notebook prints the same
# wherever it runs.
KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": str(KERNEL_HOME / "matplotlib"),
    "IPYTHONDIR": str(KERNEL_HOME / "ipython"),
    "HOME": str(KERNEL_HOME),
    "TZ": "UTC",
    "COLUMNS": "80",
    "LINES": "24",
}

# What is taken over from the reader's shell: how to start a program, where to put a scratch file,
# and which of the processor's instructions to use.
FROM_THE_SHELL = (
    "PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "TMP",
    "OPENBLAS_CORETYPE",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
    "ATEN_CPU_CAPABILITY",
    "DNNL_MAX_CPU_ISA",
    "ONEDNN_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "GLIBC_TUNABLES",
)

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
# What editors write into a cell, and no reader sees.
EDITORS_METADATA = ("execution", "ExecuteTime", "collapsed", "scrolled", "trusted", "vscode")


def all_notebooks():
    """Every notebook in chapters/, exercises included."""
    return [path for path in files_under(CHAPTERS) if path.suffix == ".ipynb"]


def notebooks_named(names):
    """The notebooks that the reader named, all of them for no name.

    A slug, `neuron`, is a chapter and its exercises; a path, `chapters/neuron.ipynb` or
    `exercises/neuron`, is one notebook.
    """
    every = all_notebooks()
    chosen = []
    for name in names:
        found = [path for path in every if is_meant_by(name, path)]
        if not found:
            slugs = ", ".join(path.stem for path in every)
            raise Problem(f"there is no notebook {name} in chapters/; choose from: {slugs}")
        chosen.extend(found)
    return chosen or every


def is_meant_by(name, path):
    given = Path(name)
    if name == given.stem:
        return path.stem == name
    places = [ROOT / given, CHAPTERS / given, Path.cwd() / given]
    return path in [place.resolve().with_suffix(".ipynb") for place in places]


def kernel_environment(extra=None):
    """All variables that a kernel gets; those in `extra` come before ours."""
    for name in ("MPLCONFIGDIR", "IPYTHONDIR"):
        Path(KERNEL_ENVIRONMENT[name]).mkdir(parents=True, exist_ok=True)
    from_the_shell = {name: os.environ[name] for name in FROM_THE_SHELL if name in os.environ}
    return from_the_shell | KERNEL_ENVIRONMENT | (extra or {})


def label(path):
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def read(path):
    return nbformat.read(path, as_version=4)


def write_if_different(notebook, path):
    """Store a notebook, whole or not at all; returns whether the file changed.

    Where the path is a link, the file that it leads to is stored, and the link stays.
    """
    path = path.resolve()
    text = nbformat.writes(notebook) + "\n"
    if path.read_text(encoding="utf-8") == text:
        return False
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return True


def normalise(notebook):
    """Put in one fixed form what changes from run to run or from editor to editor."""
    notebook.metadata["kernelspec"] = dict(KERNEL)
    notebook.metadata["language_info"] = dict(LANGUAGE)
    for cell in notebook.cells:
        for key in EDITORS_METADATA:
            cell.metadata.pop(key, None)
    for number, cell in enumerate(code_cells(notebook), start=1):
        if cell.execution_count is not None:
            cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
            elif output.output_type == "error":
                output.traceback = [without_own_path(line) for line in output.traceback]
        describe_figures(cell)
    renumber_widgets(notebook)


def without_own_path(text):
    """Name our files as seen from the repository, wherever on the disk that is."""
    text = text.replace(f"{ROOT}{os.sep}", "")
    if ROOT.is_relative_to(Path.home()):  # IPython shortens the home folder to ~
        text = text.replace(f"~{os.sep}{ROOT.relative_to(Path.home())}{os.sep}", "")
    return text


# Figures


def figures(cell):
    """The bundles of a cell's outputs that hold a picture for the page, live figures left out."""
    bundles = [output.data for output in cell.outputs if "data" in output]
    return [
        bundle
        for bundle in bundles
        if WIDGET_VIEW not in bundle and any(image in bundle for image in IMAGES)
    ]


def alternative_text(bundle):
    """What a figure says in words; empty where its text is only an object's name, `<Figure …>`."""
    text = bundle.get("text/plain", "").strip()
    return "" if re.fullmatch(r"<.*>", text, re.DOTALL) else text


def describe_figures(cell):
    """Carry a figure's text into the metadata from which the published page takes it."""
    texts = [text for bundle in figures(cell) if (text := alternative_text(bundle))]
    rendering = cell.metadata.get("mystnb", {})
    image = rendering.get("image", {})
    if texts:
        image["alt"] = " ".join(texts)
    else:
        image.pop("alt", None)
    for parent, key, child in ((rendering, "image", image), (cell.metadata, "mystnb", rendering)):
        if child:
            parent[key] = child
        else:
            parent.pop(key, None)


# Widgets


def renumber_widgets(notebook):
    """Give widget models numbers in order of first appearance; drop those that nothing shows."""
    store = notebook.metadata.get("widgets", {}).get(WIDGET_STATE)
    views = [
        output.data[WIDGET_VIEW]
        for cell in code_cells(notebook)
        for output in cell.outputs
        if WIDGET_VIEW in output.get("data", {})
    ]
    if store is None:
        return
    order = models_in_order([view["model_id"] for view in views], store["state"])
    numbers = count(1)
    new_name = {model: f"{next(numbers):032x}" for model in order}
    store["state"] = {
        new_name[model]: with_new_names(store["state"][model], new_name) for model in order
    }
    for view in views:
        view["model_id"] = new_name.get(view["model_id"], view["model_id"])
    if not order:
        del notebook.metadata["widgets"]


def models_in_order(shown, models):
    """The models that are shown, those they refer to, and the links between any of these."""
    order = {}

    def visit(model):
        if model in models and model not in order:
            order[model] = True
            for reference in references(models[model]["state"]):
                visit(reference)

    for model in shown:
        visit(model)
    for model, content in models.items():
        is_link = content["model_name"] in ("LinkModel", "DirectionalLinkModel")
        if is_link and all(end in order for end in references(content["state"])):
            visit(model)
    return list(order)


def references(value):
    """The ids of the models that a widget's state refers to."""
    if isinstance(value, str):
        return [value.removeprefix("IPY_MODEL_")] if value.startswith("IPY_MODEL_") else []
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]  # the order in which they are stored
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    return []


def with_new_names(value, new_name):
    if isinstance(value, str) and value.startswith("IPY_MODEL_"):
        old = value.removeprefix("IPY_MODEL_")
        return f"IPY_MODEL_{new_name.get(old, old)}"
    if isinstance(value, dict):
        return {key: with_new_names(item, new_name) for key, item in value.items()}
    if isinstance(value, list):
        return [with_new_names(item, new_name) for item in value]
    return value
