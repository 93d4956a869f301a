"""What this book asks of Sphinx beyond Jupyter Book: light pages, and figures that live in them."""

import html
import math
import os
import re
import socket
import subprocess
import time
from itertools import count
from pathlib import Path
from urllib.parse import unquote

import imagesize
import sphinxcontrib.katex
from docutils import nodes
from downloads import publish_course, publish_notebooks
from embeds import write_figure_pages
from exercise_pages import complete_exercises
from folded_code import name_folded_code
from glossary import link_terms, note_terms
from jinja2 import FileSystemBytecodeCache
from lighten import lighten
from live_figures import STILL, prepare_widget_slots, share_widget_code
from node import NODE
from openings import open_with_figure
from page_actions import offer_actions
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext import viewcode
from sphinxcontrib.katex import KaTeXServer
from twins import show_twins
from verdicts import colour_verdicts

LISTING = re.compile(r"<pre>(?:(?!</pre>).)*class=\"viewcode-block\".*?</pre>", re.DOTALL)
PICTURE = re.compile(r'<img (?P<attributes>[^>]*\bsrc="[^"]*_images/(?P<name>[^"]+)"[^>]*?)\s*/?>')
READABLE = 12  # pixels: the smallest letters that a picture may have on a phone

# Thebe and the toggle buttons load scripts that no page of ours uses
# (and Thebe's raises an error on every page).
UNUSED_EXTENSIONS = ("sphinx_thebe", "sphinx_togglebutton")
# They do not say that several processes may read pages at once, or write them. sphinx_external_toc
# knows the contents before a page is read, sphinx_multitoc_numbering numbers them when all are;
# katex has one program for formulas (see below), and the last one writes LaTeX, which we do not.
SAFE_AS_USED_HERE = (
    "sphinx_external_toc",
    "sphinx_multitoc_numbering",
    "sphinxcontrib.katex",
    "sphinx_jupyterbook_latex",
)
UNUSED_STYLES = ("sphinx-thebe.css", "togglebutton.css")


def silence_unused_extensions(app: Sphinx) -> None:
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener
            for listener in listeners
            if not listener.handler.__module__.startswith(UNUSED_EXTENSIONS)
        ]


def use_all_cores(app: Sphinx) -> None:
    """Let as many processes read pages, and write them, as there are cores."""
    app.parallel = max(app.parallel, cores())
    for name in SAFE_AS_USED_HERE:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True
            app.extensions[name].parallel_write_safe = True


def cores() -> int:
    """Those that this process may use, which a container can limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def drop_unused_styles(app: Sphinx) -> None:
    app.registry.css_files = [
        (name, attributes)
        for name, attributes in app.registry.css_files
        if name not in UNUSED_STYLES
    ]


SECONDS_FOR_KATEX = 120.0  # it needs a fraction of one; 5 would end the build on a busy machine


def use_node_of_environment(app: Sphinx) -> None:
    """KaTeX renders in Node: the one that the requirements pin, however slowly it starts here."""
    sphinxcontrib.katex.NODEJS_BINARY = str(NODE)
    sphinxcontrib.katex.STARTUP_TIMEOUT = SECONDS_FOR_KATEX
    sphinxcontrib.katex.RENDER_TIMEOUT = SECONDS_FOR_KATEX
    if os.name == "posix":
        KaTeXServer.start_server_process = staticmethod(start_formula_server)
        KaTeXServer.get = classmethod(formula_server)


def start_formula_server_before_writing(app: Sphinx, env: BuildEnvironment) -> None:
    """The processes that write pages share one, so it has to be there before them."""
    if app.builder.format == "html" and app.parallel > 1 and os.name == "posix":
        KaTeXServer.get()


def formula_server(cls: type[KaTeXServer]) -> KaTeXServer:
    """The server of this process: a process that writes pages has a line of its own to it."""
    if cls.katex_server is None:
        cls.katex_server = cls.start()
        cls.katex_server.owner = os.getpid()
    elif cls.katex_server.owner != os.getpid():
        first = cls.katex_server
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.connect(str(first.rundir / "katex.sock"))
        cls.katex_server = cls(first.rundir, first.process, line)
        cls.katex_server.owner = os.getpid()
    return cls.katex_server


def start_formula_server(rundir: Path, timeout: float) -> tuple[subprocess.Popen, socket.socket]:
    """KaTeX in Node behind a Unix socket: over TCP each formula would wait 40 ms for a receipt.

    The file of the socket is there a moment before Node listens on it. The extension's own way to
    start ends the build when it calls in between; this one calls again.
    """
    address = rundir / "katex.sock"
    command = KaTeXServer.build_command(socket=address)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=rundir)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection.connect(str(address))
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline or process.poll() is not None:
                process.kill()
                raise
            time.sleep(0.002)


def defer_scripts(app, pagename, templatename, context, doctree) -> None:
    """Let the page paint before its scripts run; the options must stand ready before all others."""
    for script in context.get("script_files", ()):
        filename = str(getattr(script, "filename", "") or "")
        if filename.endswith(".js") and not filename.endswith("documentation_options.js"):
            attributes = script.attributes
            if attributes.get("type") != "module":
                attributes.pop("async", None)
                attributes["defer"] = "defer"


def drop_script_of_tabs(app, pagename, templatename, context, doctree) -> None:
    """sphinx-design gives every page the script of its tabs, and few pages have any."""
    if "sd-tab-set" not in context.get("body", ""):
        context["script_files"] = [
            script
            for script in context.get("script_files", ())
            if not str(getattr(script, "filename", "")).endswith("design-tabs.js")
        ]


def drop_quiz_styles(app: Sphinx, doctree: nodes.document) -> None:
    """A quiz brings its style for notebooks; in the page it is part of the style-sheet."""
    for node in list(doctree.findall(nodes.raw)):
        if 'class="actloss-quiz"' in node.astext():
            text = re.sub(r"<style>.*?</style>\s*", "", node.astext(), flags=re.DOTALL)
            node.replace_self(nodes.raw("", text, format="html"))


# Text

MENDED_HTML = {
    # A name that hides what stands on the button.
    ' aria-label="Toggle hidden content"': "",
    # A role that no element may have any more; the entries stand in a list.
    ' role="doc-biblioentry"': ' role="listitem"',
}

CODE_NAME = re.compile(r'(?<=<span class="pre">)[^<]+')
WORD_END = re.compile("(?<=_)|(?<=[a-z])(?=[A-Z])")  # log_cosh, SoftmaxExplorer

FRONT_DOOR = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={page}">
<title>{title}</title>
<link rel="icon" href="_static/favicon.svg">
</head>
<body><main><p><a href="{page}">{title}</a></p></main></body>
</html>
"""


def mend_html(app, pagename, templatename, context, doctree) -> None:
    """Mend what Sphinx and its extensions write against the rules of accessibility."""
    if "body" in context:
        for wrong, right in MENDED_HTML.items():
            context["body"] = context["body"].replace(wrong, right)
        # A listing of the package has a <div> around each function, and a <pre> may not hold one.
        context["body"] = LISTING.sub(
            lambda listing: listing[0].replace("<div", "<span").replace("</div>", "</span>"),
            context["body"],
        )


def break_names_between_words(app, pagename, templatename, context, doctree) -> None:
    """Long names of functions go over two lines in the narrow contents of a page."""
    if "toc" in context:
        context["toc"] = CODE_NAME.sub(lambda name: WORD_END.sub("<wbr>", name[0]), context["toc"])


def name_arrows(app, pagename, templatename, context, doctree) -> None:
    """Say what the arrow beside a chapter opens; the theme gives it no name."""
    navigation = context.get("generate_toctree_html")
    if navigation is None:
        return

    def with_names(kind: str, **options):
        soup = navigation(kind, **options)
        if kind == "sidebar" and hasattr(soup, "select"):
            for summary in soup.select("details > summary"):
                chapter = summary.find_parent("li").a.get_text()
                summary["aria-label"] = f"Pages below {chapter}"
        return soup

    context["generate_toctree_html"] = with_names


def open_front_door(app: Sphinx, exception: Exception | None) -> None:
    """Lead from the site's address to the landing page, in a whole page instead of a lone tag."""
    if exception or app.builder.format != "html":
        return
    page = app.builder.get_target_uri(app.config.root_doc)
    door = FRONT_DOOR.format(page=page, title=html.escape(app.config.html_title))
    Path(app.outdir, "index.html").write_text(door, encoding="utf-8")


def keep_punctuation_with_formula(app: Sphinx, doctree: nodes.document) -> None:
    """A line may not break between a formula and the full stop or bracket that follows it."""
    for formula in list(doctree.findall(nodes.math)):
        following = formula.next_node(siblings=True, descend=False)
        mark = isinstance(following, nodes.Text) and re.match(r"[.,;:!?)’”]+", following)
        if mark:
            rest = nodes.Text(following[mark.end() :])
            following.parent.replace(following, rest)
            together = nodes.inline(
                "", "", formula.deepcopy(), nodes.Text(mark[0]), classes=["nobr"]
            )
            formula.replace_self(together)


def keep_initials(app, what, name, obj, options, lines) -> None:
    """In a docstring, “A. Author” at the start of a line is a name and no list from A on."""
    lines[:] = [re.sub(r"^(?=[A-Z]\. [A-Z])", r"\\", line) for line in lines]


# Pictures


def size_pictures(app, pagename, templatename, context, doctree) -> None:
    """Say how large each picture is, so that no text moves when it arrives.

    All but the first are loaded when the reader comes near them. A picture that matplotlib drew
    keeps its letters readable where the page is narrow: it goes on to the side.
    """
    sources = {name: Path(app.srcdir, uri) for uri, name in app.builder.images.items()}
    places = count()

    def with_size(tag: re.Match) -> str:
        source = sources.get(unquote(tag["name"]))
        if source is None:
            return tag[0]
        width, height = imagesize.get(source)
        lazy = ' loading="lazy"' if next(places) else ""
        image = f'<img width="{width:.0f}" height="{height:.0f}"{lazy} {tag["attributes"]}>'
        letters = smallest_letters(source)
        if letters is None:
            return image
        narrowest = math.ceil(width * READABLE / letters)
        return f'<div class="output picture" style="--readable:{narrowest}px">{image}</div>'

    context["body"] = PICTURE.sub(with_size, context.get("body", ""))


def smallest_letters(source: Path) -> float | None:
    """How large the smallest letters of a cell's picture are, in pixels; None of any other."""
    if source.suffix != ".svg" or source.name.startswith(STILL):
        return None
    sizes = re.findall(r"\bscale\((0\.\d+) -\1\)", source.read_text(encoding="utf-8"))
    # matplotlib draws a letter 100 points high and scales it; a pixel of a page is 3/4 of a point.
    return min(map(float, sizes)) * 100 / 0.75 if sizes else None


def keep_compiled_templates(app: Sphinx) -> None:
    """Compile the theme's templates once, and not in every build."""
    folder = Path(app.doctreedir).with_name("templates")
    folder.mkdir(exist_ok=True)
    app.builder.templates.environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def keep_source_pages(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Leave the listings of the package as they are while no page of the reference is read again.

    Looking whether they are up to date would import the whole package.
    """
    if any(name.startswith("chapters/api") for name in docnames):
        return
    for listener in app.events.listeners["html-collect-pages"]:
        if listener.handler is viewcode.collect_pages:
            app.disconnect(listener.id)
            return


def setup(app: Sphinx) -> dict:
    silence_unused_extensions(app)
    drop_unused_styles(app)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("builder-inited", use_all_cores)
    app.connect("env-updated", start_formula_server_before_writing)
    app.connect("autodoc-process-docstring", keep_initials)
    app.connect("builder-inited", use_node_of_environment)
    app.connect("builder-inited", keep_compiled_templates)
    app.connect("builder-inited", note_terms)
    app.connect("env-before-read-docs", keep_source_pages)
    app.connect("source-read", complete_exercises)
    app.connect("doctree-read", prepare_widget_slots, priority=100)  # before images are collected
    # When live figures have their still ones, and before images are collected.
    app.connect("doctree-read", open_with_figure, priority=200)
    app.connect("doctree-read", name_folded_code)
    app.connect("doctree-read", show_twins)
    app.connect("doctree-read", drop_quiz_styles)
    app.connect("doctree-read", keep_punctuation_with_formula)
    app.connect("doctree-read", link_terms)
    app.connect("doctree-read", colour_verdicts)
    app.connect("html-page-context", share_widget_code)
    app.connect("html-page-context", mend_html)
    app.connect("html-page-context", break_names_between_words)
    app.connect("build-finished", open_front_door, priority=900)  # after the one of the contents
    app.connect("html-page-context", drop_script_of_tabs)
    app.connect("html-page-context", defer_scripts, priority=900)
    app.connect("html-page-context", name_arrows, priority=900)
    app.connect("html-page-context", size_pictures)
    app.connect("html-page-context", offer_actions)
    app.connect("html-page-context", write_figure_pages, priority=950)  # as the page is written
    app.connect("build-finished", publish_course)
    app.connect("build-finished", publish_notebooks)
    app.connect("build-finished", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
