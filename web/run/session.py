"""A notebook in the browser: runs one cell after another, and says what comes out.

The page's worker imports this file in Pyodide, sets `emit` and `connect`, and calls `run_cell`.
"""

import ast
import builtins
import inspect
import io
import json
import linecache
import logging
import os
import site
import sys
import traceback
import types

import packages

os.environ["MPLBACKEND"] = "agg"
os.environ["MPLCONFIGDIR"] = f"{site.getsitepackages()[0]}/mplconfig"  # with a list of fonts
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells of its cache

emit = None  # emit(kind, text, alt, line): the worker's way to the page
connect = None  # connect(module of live figures): gives that its way to the page
names = {"__name__": "__main__"}
numbers = iter(range(1, sys.maxsize))


class Stream(io.TextIOBase):
    def write(self, text):
        emit("text", text, "")
        return len(text)


class Text:
    """What IPython's Markdown, HTML and SVG are here: data that says how it wants to be shown."""

    def __init__(self, data):
        self.data = data


class Markdown(Text):
    pass


class HTML(Text):
    def _repr_html_(self):
        return self.data


class SVG(Text):
    def _repr_svg_(self):
        return self.data


def display(*things, raw=False):
    for thing in things:
        if raw:
            show_bundle(thing)
        elif is_report(thing):
            emit("html", thing._repr_html_(), "")
            emit("report", json.dumps({"solved": thing.solved, "name": thing.name}), "")
        elif is_live_figure(thing):
            emit("figure", live_figures.as_stored(thing), live_figures.described(thing))
        elif isinstance(thing, Markdown):
            lines = thing.data.strip().splitlines()
            fenced = len(lines) > 1 and lines[0].startswith("```") and lines[-1] == "```"
            emit("text", "\n".join(lines[1:-1] if fenced else lines) + "\n", "")
        elif hasattr(thing, "_repr_svg_"):
            emit("picture", thing._repr_svg_(), "")
        elif hasattr(thing, "_repr_html_"):
            emit("html", thing._repr_html_(), "")
        else:
            emit("text", f"{thing!r}\n", "")


def is_report(thing):
    """Whether it is what a check says of an exercise; nothing is imported to know."""
    reports = sys.modules.get("actloss.exercises.report")
    return reports is not None and isinstance(thing, reports.Report)


def show_bundle(bundle):
    plain = bundle.get("text/plain", "")
    if "image/svg+xml" in bundle:
        emit("picture", bundle["image/svg+xml"], plain)
    elif "text/html" in bundle:
        emit("html", bundle["text/html"], "")
    else:
        emit("text", f"{plain}\n", "")


live_figures = None  # the module, once ipywidgets is there


def is_live_figure(thing):
    return live_figures is not None and live_figures.is_widget(thing)


def use_live_figures():
    """Let ipywidgets speak to the page: when it is there, and before it is imported."""
    global live_figures
    import live_figures

    connect(live_figures)


def receive(message, buffers):
    """What the page says to a live figure; an error of its function shows where errors show."""
    try:
        live_figures.receive(message, buffers)
    except Exception as error:
        emit("error", "".join(traceback.format_exception(error)), "", None)


class Quiet:
    """A progress bar that keeps out of the way."""

    def __init__(self, iterable=(), **_):
        self.iterable = iterable

    def __iter__(self):
        return iter(self.iterable)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def __getattr__(self, name):
        return lambda *_, **__: None


def stand_in(name, **contents):
    """Put a module in place of one that a browser has no use for."""
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module


stand_in("IPython", __path__=[], get_ipython=lambda: None)
stand_in(
    "IPython.display",
    display=display,
    clear_output=lambda **_: None,
    Markdown=Markdown,
    HTML=HTML,
    SVG=SVG,
)
packages.when_there["widgets"] = use_live_figures
stand_in("tqdm", __path__=[], tqdm=Quiet)
stand_in("tqdm.auto", tqdm=Quiet)
sys.stdout = sys.stderr = Stream()


def import_what_is_there(tree, name):
    """Run the imports at the top of a cell, name those that are not there, and return the rest."""
    absent = []
    for part in tree.body:
        if isinstance(part, ast.Import | ast.ImportFrom):
            try:
                exec(compile(ast.Module([part], []), name, "exec"), names)
            except ModuleNotFoundError as error:
                absent.append(error.name.partition(".")[0])
    if absent:
        emit("text", f"Left out, not in the browser: {', '.join(dict.fromkeys(absent))}\n", "")
    tree.body = [part for part in tree.body if not isinstance(part, ast.Import | ast.ImportFrom)]
    return tree


def run_cell(code):
    """Run a cell, show what its last expression is worth, and return whether all went well."""
    name = f"<cell {next(numbers)}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        tree = import_what_is_there(ast.parse(code, name), name)
        shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), names)
        if shown:
            value = eval(compile(ast.Expression(shown.value), name, "eval"), names)
            silent = code.rstrip().endswith(";")
            if value is not None and not silent:
                display(value)
    except BaseException as error:
        frames = None if isinstance(error, SyntaxError) else error.__traceback__.tb_next  # not ours
        words = "".join(traceback.format_exception(error.with_traceback(frames)))
        emit("error", words, "", line_of(error, name))
        return False
    return True


def line_of(error, name):
    """The line of the cell in which an error came up, or which called what raised it."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == name), None)


def names_below(path):
    """The names that may follow `path`, "np.", "np.linalg." or ""; nothing is called for it."""
    *parts, _ = path.split(".")
    found = {**vars(builtins), **names}
    for part in parts:
        inside = found.get(part)
        if inside is None:
            return []
        found = {name: inspect.getattr_static(inside, name, None) for name in dir(inside)}
        if isinstance(inside, types.ModuleType):
            found |= vars(inside)
    return sorted(name for name in found if not name.startswith("_"))
