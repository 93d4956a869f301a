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
import time
import traceback
import types
from functools import partial

import packages
import put_off

os.environ["MPLBACKEND"] = "module://page_figures"
os.environ["MPLCONFIGDIR"] = f"{site.getsitepackages()[0]}/mplconfig"  # with a list of fonts
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells of its cache

emit = None  # emit(kind, text, alt, line): the worker's way to the page
connect = None  # connect(module of live figures): gives that its way to the page
names = {"__name__": "__main__"}
numbers = iter(range(1, sys.maxsize))


class Stream(io.TextIOBase):
    """What a cell prints. A flood goes in pieces, and not all of it: the page must stay alive."""

    encoding = "utf-8"
    most = 1_000_000  # characters of a cell
    at_once = 1000  # texts that go each by itself
    pause = 0.05  # seconds between pieces, afterwards

    def __init__(self):
        self.waiting = []
        self.begin()

    def begin(self):
        self.texts = self.shown = self.left_out = 0
        self.last = 0.0

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() takes text, but got {type(text).__name__}")
        part = text[: self.most - self.shown]
        self.shown += len(part)
        self.left_out += len(text) - len(part)
        if part:
            self.waiting.append(part)
            self.texts += 1
        now = time.monotonic()
        if self.texts <= self.at_once or now - self.last > self.pause:
            self.last = now
            self.flush()
        return len(text)

    def flush(self):
        text = "".join(self.waiting)
        self.waiting.clear()
        if text:
            emit("text", text, "")

    def end(self):
        self.flush()
        if self.left_out:
            emit(
                "text", f"\n… and {self.left_out} more characters, which the page leaves out.\n", ""
            )


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
    out.flush()
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
            out.write("\n".join(lines[1:-1] if fenced else lines) + "\n")
        elif hasattr(thing, "_repr_svg_"):
            emit("picture", thing._repr_svg_(), "")
        elif hasattr(thing, "_repr_html_"):
            emit("html", thing._repr_html_(), "")
        else:
            out.write(f"{thing!r}\n")


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
        out.write(f"{plain}\n")


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


# matplotlib asks for the version, and from this one on for nothing more.
stand_in("IPython", __path__=[], get_ipython=lambda: None, version_info=(9, 0))
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
sys.stdout = sys.stderr = out = Stream()


def ask_nobody(prompt="", /):
    raise RuntimeError("a page cannot ask: write the value into the code, in place of input()")


builtins.input = ask_nobody

LEFT_OUT = {"torch"}  # a page of the course asks for it, and goes on without
PAGE_HAS = "A page has NumPy, SciPy, scikit-learn, matplotlib and this course; a notebook has more."

ABOVE = "<imports above>"  # whose lines are none of the cell that needs them


def import_what_is_there(parts, name):
    """Run imports, without PyTorch's."""
    absent = []
    for part in parts:
        try:
            run_part(part, name)
        except ModuleNotFoundError as error:
            module = error.name.partition(".")[0]
            if module not in LEFT_OUT:
                error.add_note(PAGE_HAS)
                raise
            absent.append(module)
    if absent:
        out.write(f"Left out, not in the browser: {', '.join(dict.fromkeys(absent))}\n")


def run_part(part, name):
    exec(compile(ast.Module([part], []), name, "exec"), names)


async def value_of(tree, name, mode):
    """What code is worth; it may wait for something, as in a notebook."""
    code = compile(tree, name, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, names)
    return await value if code.co_flags & inspect.CO_COROUTINE else value


def show_open_figures():
    """Show what matplotlib has drawn, as a notebook does at the end of a cell and by plt.show()."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        figure = pyplot.figure(number)
        svg = io.StringIO()
        figure.savefig(svg, format="svg", bbox_inches="tight")
        pyplot.close(figure)
        out.flush()
        emit("picture", svg.getvalue(), figure_in_words(figure))


def figure_in_words(figure):
    """Its titles, and what its axes show, for whoever cannot see it."""
    parts = [figure.get_suptitle()]
    for axes in figure.axes:
        parts += [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    return f"Figure: {', '.join(filter(None, parts)) or 'without a title'}"


def close_figures():
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


async def run_cell(code, preparing=False):
    """Run a cell, show what its last expression is worth, and return whether all went well.

    One that runs for another's sake, and shows nothing itself, puts off what only others need.
    """
    out.begin()
    name = f"<cell {next(numbers)}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        tree = ast.parse(code, name)
        now, later, tree.body = put_off.split(tree, preparing)
        import_what_is_there(now, name)
        put_off.keep(now, later)
        put_off.catch_up(tree.body, partial(run_part, name=ABOVE))
        shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        await value_of(tree, name, "exec")
        if shown:
            value = await value_of(ast.Expression(shown.value), name, "eval")
            silent = code.rstrip().endswith(";")
            if value is not None and not silent:
                display(value)
        show_open_figures()
    except BaseException as error:
        close_figures()
        out.end()
        words = "".join(traceback.format_exception(error.with_traceback(frames_of(error, name))))
        emit("error", words, "", line_of(error, name))
        return False
    out.end()
    return True


def frames_of(error, name):
    """Where an error came from, from the cell on: what is ours tells a reader nothing."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != name:
        frames = frames.tb_next
    return frames


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
    if not parts:
        found |= put_off.waiting
    for part in parts:
        inside = found.get(part)
        if inside is None:
            return []
        found = {name: inspect.getattr_static(inside, name, None) for name in dir(inside)}
        if isinstance(inside, types.ModuleType):
            found |= vars(inside)
    return sorted(name for name in found if not name.startswith("_"))
