"""Live figures in the page: their places, their still pictures, and the code that they share."""

import hashlib
import json
import math
import os
import re
from collections import Counter
from itertools import count
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_SCRIPT = re.compile(rf'<script type="{re.escape(WIDGET_VIEW)}">(.*?)</script>', re.DOTALL)
SHARED = "shared:"  # loader.js turns what follows into an address beside itself
STILL_PICTURE = "image/svg+xml"
STILL = "still-"  # how the files of such pictures begin
PARTS = ("Dropdown", "Slider", "Question")
# How many letters of a question surely fit in a line, on a desk and on a phone.
LETTERS_IN_LINE = {"desk": 82, "phone": 40}
BUTTON = (1.1, 4)  # how much wider its letters are, and how many there is room for around them


def widget_outputs(notebook: dict) -> dict[str, dict]:
    """Every output of a notebook that is a view of a widget, by model id."""
    found = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            view = output.get("data", {}).get(WIDGET_VIEW)
            if view:
                found[view["model_id"]] = output
    return found


def text_of(mime_content: str | list[str]) -> str:
    return mime_content if isinstance(mime_content, str) else "".join(mime_content)


def still_picture(app: Sphinx, output: dict) -> list[nodes.Node]:
    """What stands in the place of a live figure until it is drawn, and where scripts are off."""
    if STILL_PICTURE not in output["data"]:
        return []
    svg = text_of(output["data"][STILL_PICTURE]).encode()
    alt = output["metadata"].get(STILL_PICTURE, {}).get("alt", "")
    name = f"{STILL}{hashlib.sha256(svg).hexdigest()[:16]}.svg"
    folder = Path(app.outdir, "..", "jupyter_execute").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():  # a file that looks new would have its page read again
        (folder / name).write_bytes(svg)
    uri = os.path.relpath(folder / name, Path(app.env.doc2path(app.env.docname)).parent)
    image = nodes.image(uri=uri, alt=alt, candidates={"*": uri})
    return [image]


def parts_of_figure(models: dict[str, dict], model_id: str) -> Counter[str]:
    """How many menus, sliders, questions and so on a live figure shows, as it is stored."""
    model = models[model_id]
    state = model["state"]
    layout = models.get(reference(state.get("layout")), {"state": {}})
    if layout["state"].get("display") == "none":
        return Counter()
    kind = "Question" if "question" in state else model["model_name"].removesuffix("Model")
    parts = Counter([re.sub("^(Float|Int|Selection)", "", kind)])
    for child in state.get("children", ()):
        parts += parts_of_figure(models, reference(child))
    return parts


def lines_of_question(models: dict[str, dict], model_id: str) -> list[str]:
    """How much room the question before a figure takes until it is answered, as CSS properties.

    The explanation gets its room when the reader asks for it: kept free, it would be a void.
    """
    children = models[model_id]["state"].get("children", ())
    states = [models[reference(child)]["state"] for child in children]
    asked = next((state for state in states if "question" in state), None)
    if asked is None:
        return []
    question = f"Predict first. {asked['question']}"
    properties = []
    for width, letters in LETTERS_IN_LINE.items():
        rows, broken = rows_of_buttons([*asked["options"], "Skip"], letters)
        lines = math.ceil(len(question) / letters) + broken
        properties += [f"--{width}-lines:{lines}", f"--{width}-options:{rows}"]
    return properties


def rows_of_buttons(labels: list[str], letters: int) -> tuple[int, int]:
    """Rows of buttons that stand beside each other where they fit; lines that break within one."""
    rows, broken, used = 0, 0, letters
    for label in labels:
        wide = BUTTON[0] * len(label) + BUTTON[1]
        if used + wide > letters:
            rows, used = rows + 1, 0
        used += wide
        broken += math.ceil(wide / letters) - 1
    return rows, broken


def reference(value: str | None) -> str:
    return (value or "").removeprefix("IPY_MODEL_")


def prepare_widget_slots(app: Sphinx, doctree: nodes.document) -> None:
    """Give each widget a place that shows its stored picture until the live one is drawn."""
    source = Path(app.env.doc2path(app.env.docname))
    if source.suffix != ".ipynb":
        return
    notebook = json.loads(source.read_text(encoding="utf-8"))
    outputs = widget_outputs(notebook)
    if not outputs:
        return
    models = notebook["metadata"]["widgets"][WIDGET_STATE]["state"]
    numbers = count(1)
    for node in list(doctree.findall(nodes.raw)):
        found = WIDGET_SCRIPT.search(node.astext())
        if found:
            model_id = json.loads(found[1])["model_id"]
            parts = parts_of_figure(models, model_id)
            sizes = [f"--{part.lower()}s:{parts[part]}" for part in PARTS]
            style = ";".join(sizes + lines_of_question(models, model_id))
            kind = text_of(outputs[model_id]["data"].get("text/plain", "")).partition("(")[0]
            name = f"{source.stem}-{next(numbers)}"  # which links call it
            opening = (
                f'<div class="widget-slot" data-model-id="{model_id}" data-figure="{kind}" '
                f'data-name="{name}" style="{style}"><div class="widget-still">'
            )
            node.replace_self(
                [
                    nodes.raw("", opening, format="html"),
                    *still_picture(app, outputs[model_id]),
                    nodes.raw("", "</div></div>", format="html"),
                ]
            )


def share_widget_code(app, pagename, templatename, context, doctree) -> None:
    """Put each widget's code and style in files that all pages share, not a copy in each."""
    for script in context.get("script_files", ()):
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") != WIDGET_STATE:
            continue
        state = json.loads(attributes["body"])
        for model in state["state"].values():
            for part, suffix in (("_esm", "js"), ("_css", "css")):
                text = model["state"].get(part)
                if not text or text.startswith(SHARED):
                    continue
                name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.{suffix}"
                path = Path(app.outdir, "_static", "widgets", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                model["state"][part] = SHARED + name
        attributes["body"] = json.dumps(state, separators=(",", ":")).replace("</", "<\\/")
