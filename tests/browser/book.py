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
    return BeautifulSoup((serve.BOOK / page).read_text(encoding="utf-8"), "html.parser")


class Figure(NamedTuple):
    """A live figure on a page, as the notebook stored it."""

    page: str
    slot: int  # which of the page's live figures it is
    kind: str  # the name of its class
    plot: dict  # the state of its drawing
    prediction: dict | None  # the state of the question before it


def widget_states(page: BeautifulSoup) -> dict[str, dict]:
    """The state of every widget of a page, by model id."""
    script = page.find("script", type=WIDGET_STATE)
    if script is None:
        return {}
    models = json.loads(script.string)["state"]
    return {model_id: model["state"] for model_id, model in models.items()}


@cache
def figures_of(path: str) -> list[Figure]:
    """The live figures of a page: each has a drawing of its own, and may begin with a question."""
    if path not in pages_with("widget-slot"):
        return []
    page = parse(path)
    states = widget_states(page)
    figures = []
    for slot, element in enumerate(page.select(".widget-slot")):
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
    """The pages with an element of this class; none before the book is built.

    Parsing takes a hundred times as long as reading, and who collects the tests waits for it.
    """
    of_class = re.compile(rf'<[^<>]* class="(?:[^"]* )?{name}[ "]')
    built = [page for page in PAGES if (serve.BOOK / page).is_file()]
    return [page for page in built if of_class.search((serve.BOOK / page).read_text("utf-8"))]


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
