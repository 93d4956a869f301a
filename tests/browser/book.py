"""What the built book holds: its pages, and the live figures that each page stores."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup

from tools import serve

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def built_pages(folder: Path) -> list[str]:
    """The path of every page that a reader can meet, the landing page's redirection left out."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    pages = [path for path in found if not path.startswith("_") and path != "index.html"]
    # Listings of the package are all alike: one stands for them.
    pages += [path for path in found if path == "_modules/actloss/gradcheck.html"]
    # Last, because it shows every figure once more: a test of one looks at its chapter first.
    pages.sort(key=lambda path: path == "chapters/explorers.html")
    return pages or ["index.html"]  # nothing is built: the fixture `site` then says so


@cache
def parse(page: str) -> BeautifulSoup:
    return BeautifulSoup(text_of(page), "html.parser")


class Figure(NamedTuple):
    """A live figure on a page, as the notebook stored it."""

    page: str
    slot: int  # which of the page's live figures it is
    kind: str  # the name of its class
    plot: dict  # the state of its drawing
    prediction: dict | None  # the state of the question before it


def widget_states(text: str) -> dict[str, dict]:
    """The state of every widget of a page, by model id."""
    found = re.search(rf'<script type="{re.escape(WIDGET_STATE)}">(.*?)</script>', text, re.DOTALL)
    if found is None:
        return {}
    models = json.loads(found[1])["state"]
    return {model_id: model["state"] for model_id, model in models.items()}


@cache
def figures_of(path: str) -> list[Figure]:
    """The live figures of a page: each has a drawing of its own, and may begin with a question."""
    if path not in pages_with("widget-slot"):
        return []
    text = text_of(path)
    states = widget_states(text)
    figures = []
    for slot, tag in enumerate(tag_of_class("widget-slot").findall(text)):
        element = BeautifulSoup(tag, "html.parser").find()
        children = states[element["data-model-id"]].get("children", [])
        parts = [states[child.removeprefix("IPY_MODEL_")] for child in children]
        own = [part for part in parts if "_anywidget_id" in part]
        plots = [part for part in own if "question" not in part]
        questions = [part for part in own if "question" in part]
        if plots:
            kind = element["data-figure"]
            figures.append(Figure(path, slot, kind, plots[0], next(iter(questions), None)))
    return figures


def explorers_of(path: str) -> list[Figure]:
    """The activation explorers of a page."""
    return [figure for figure in figures_of(path) if figure.kind == "ActivationExplorer"]


PAGES = built_pages(serve.BOOK)


@cache
def pages_with(name: str) -> list[str]:
    """The pages with an element of this class; none before the book is built."""
    tag = tag_of_class(name)
    built = [page for page in PAGES if (serve.BOOK / page).is_file()]
    return [page for page in built if tag.search(text_of(page))]


# Who collects the tests waits for these. To parse a page takes a hundred times as long as to read
# it, so they look for the opening tags that they want.
@cache
def text_of(page: str) -> str:
    return (serve.BOOK / page).read_text(encoding="utf-8")


def tag_of_class(name: str) -> re.Pattern:
    """The opening tag of an element of this class."""
    return re.compile(rf'<[^<>]* class="(?:[^"]* )?{name}[ "][^<>]*>')


def figures_of_kind(kind: str) -> list[Figure]:
    """Every live figure of a kind, in the order of the pages; none before the book is built."""
    found = [figure for page in pages_with("widget-slot") for figure in figures_of(page)]
    return [figure for figure in found if figure.kind == kind]


EXPLORERS = figures_of_kind("ActivationExplorer")

# What is the same code on every page is driven on few: the landing page, a chapter with figures and
# a quiz, and a page with neither.
KINDS = ("chapters/intro.html", "chapters/relu-family.html", "chapters/bibliography.html")
KINDS_OF_PAGE = [page for page in PAGES if page in KINDS] or PAGES
DRIVEN_EXPLORERS = [explorer for explorer in EXPLORERS if explorer.page in KINDS]


def name_of(figure: Figure) -> str:
    """How a test names it: the page, and which of its figures."""
    return f"{Path(figure.page).stem}-{figure.slot + 1}"
