"""Writes what the search of the pages looks through: pages, sections, terms and functions.

Entries are noted page by page as Sphinx reads it, and lie in its environment, so that a build of
one changed page writes the same file as a build of all. web/search/words.yml adds what readers
type.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

WORDS = Path("web", "search", "words.yml")
FILE = Path("_static", "search", "entries.js")  # a script, so that a page from a disk has it, too
WORD = re.compile(r"[^\W\d_]\w+(?:[-'’]\w+)*")
# A word of more pages than this tells none of them apart.
MOST_PAGES = 0.1
NO_PROSE = (
    addnodes.toctree,
    nodes.FixedTextElement,
    nodes.Invisible,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.target,
    nodes.title,
)
PACKAGE = "actloss."  # find.js puts it before the names again
SMALL_PAGES = ("glossary", "notation", "api", "bibliography", "for-instructors")


def kind_of(docname: str) -> str:
    """What readers come to a page for: it weighs in the order of what is found."""
    name = docname.removeprefix("chapters/")
    if name.startswith("exercises/"):
        return "exercises"
    return "back matter" if name.startswith(SMALL_PAGES) else "chapter"


def note_entries(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a page that was read holds."""
    entries = [*sections_of(doctree), *terms_of(doctree), *functions_of(doctree)]
    noted(app.env)[app.env.docname] = entries


def noted(env: BuildEnvironment) -> dict[str, list[dict]]:
    if not hasattr(env, "search_entries"):
        env.search_entries = {}
    return env.search_entries


def forget_page(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    noted(env).pop(docname, None)


def merge_pages(app, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what another process read."""
    noted(env).update({name: noted(other)[name] for name in docnames if name in noted(other)})


def sections_of(doctree: nodes.document) -> Iterator[dict]:
    """The page itself, and each of its sections without those below it."""
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is None or not section["ids"]:
            continue
        is_page = isinstance(section.parent, nodes.document)
        yield {
            "kind": "page" if is_page else "section",
            "title": " ".join(title.astext().split()),
            "anchor": "" if is_page else section["ids"][0],
            "text": words_in(section),
        }


def words_in(element: nodes.Node) -> list[str]:
    """The words of its prose, each once; code, formulas and sections below it are left out."""
    return sorted({word.lower() for text in prose_in(element) for word in WORD.findall(text)})


def prose_in(element: nodes.Node) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif not isinstance(child, (nodes.section, *NO_PROSE)) and "cell" not in child["classes"]:
            yield from prose_in(child)


def terms_of(doctree: nodes.document) -> Iterator[dict]:
    """The terms of a glossary."""
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            for term in item.findall(nodes.term):
                yield {
                    "kind": "term",
                    "title": term.astext(),
                    "anchor": term["ids"][0],
                    "text": words_in(item),
                }


def functions_of(doctree: nodes.document) -> Iterator[dict]:
    """The functions and classes of the reference."""
    for description in doctree.findall(addnodes.desc):
        for signature in description.findall(addnodes.desc_signature):
            if signature["ids"]:
                yield {
                    "kind": "function",
                    "title": signature["ids"][0].removeprefix(PACKAGE),
                    "anchor": signature["ids"][0],
                    "text": [],  # it is looked for by its name
                }


def write_entries(app: Sphinx, exception: Exception | None) -> None:
    """Write the entries of all pages, in their order, each with the words that readers type."""
    if exception or app.builder.format != "html":
        return
    pages = dict(sorted(noted(app.env).items()))
    spread = Counter(word for entries in pages.values() for word in words_of_page(entries))
    rare = {word for word, found in spread.items() if found <= max(1, MOST_PAGES * len(pages))}
    typed = read_words(app, pages)
    found = {
        "pages": [
            [app.builder.get_target_uri(docname), title_of(entries), kind_of(docname)]
            for docname, entries in pages.items()
        ],
        "entries": [
            [
                number,
                entry["kind"],
                entry["title"],
                "" if entry["kind"] == "function" else entry["anchor"],
                typed.get((docname, entry["anchor"]), []),
                " ".join(word for word in entry["text"] if word in rare)
                if kind_of(docname) != "exercises"
                else "",
            ]
            for number, (docname, entries) in enumerate(pages.items())
            for entry in entries
        ],
    }
    path = Path(app.outdir, FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"actlossSearch({text})\n", encoding="utf-8")


def words_of_page(entries: list[dict]) -> set[str]:
    return {word for entry in entries for word in entry["text"]}


def title_of(entries: list[dict]) -> str:
    return next((entry["title"] for entry in entries if entry["kind"] == "page"), "")


def read_words(app: Sphinx, pages: dict[str, list[dict]]) -> dict[tuple[str, str], list[str]]:
    """What readers type for a page or a section; a section that is not there is a warning."""
    path = Path(app.srcdir, WORDS)
    if not path.is_file():
        return {}
    typed = {}
    for place, phrases in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        name, _, anchor = place.partition("#")
        docname = f"chapters/{name}"
        if docname not in pages:
            continue  # a book of fewer pages; a test holds that ours has them all
        if not any(entry["anchor"] == anchor for entry in pages[docname]):
            logger.warning("%s: %s has no such section: mend the place", WORDS, place)
        typed[docname, anchor] = [str(phrase).lower() for phrase in phrases]
    return typed


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", note_entries)
    app.connect("env-purge-doc", forget_page)
    app.connect("env-merge-info", merge_pages)
    app.connect("build-finished", write_entries)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
