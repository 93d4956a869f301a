"""What the text points at is there: chapters, sections, terms, sources; pictures are described."""

import json
import re

import pytest
from pybtex.database import parse_file

from tools.sources import pages_of_book
from tools.stamps import ROOT

ROLE = re.compile(r"\{(doc|ref|term|cite(?::\w+)?|numref|eq|download)\}`([^`]+)`")
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)


PAGES = pages_of_book()


def text_of(path):
    """The Markdown of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def target_of(words):
    """`title <target>`, or the target alone."""
    found = re.search(r"<([^>]+)>$", words)
    return found[1] if found else words


def references(*roles):
    """(page, target) of every reference of these kinds."""
    return [
        (page, target)
        for page, path in PAGES.items()
        for role, words in ROLE.findall(text_of(path))
        if role.partition(":")[0] in roles
        for target in (words.split(",") if role.startswith("cite") else [target_of(words)])
    ]


SOURCES = parse_file(ROOT / "references.bib", bib_format="bibtex").entries
TERMS = {
    line.strip().lower()
    for block in re.findall(
        r"\{glossary\}.*?^```", text_of(PAGES["chapters/glossary"]), re.M | re.S
    )
    for line in block.splitlines()
    if re.match(r"[^\s.:`{]", line)
}


def test_there_is_something_to_check():
    assert len(PAGES) > 40
    assert len(references("doc")) > 150
    assert len(references("cite")) > 200
    assert len(TERMS) > 80


def test_every_chapter_referred_to_is_there():
    for page, target in references("doc"):
        folder = page.rpartition("/")[0]
        name = target.removeprefix("/") if target.startswith("/") else f"{folder}/{target}"
        parts = []
        for part in name.split("/"):
            parts = parts[:-1] if part == ".." else [*parts, part]
        assert "/".join(parts) in PAGES, f"{page}: {target}"


def test_every_label_referred_to_is_there():
    labels = {label for path in PAGES.values() for label in LABEL.findall(text_of(path))}
    for page, target in references("ref", "numref", "eq"):
        assert target in labels, f"{page}: {target}"


def test_every_term_referred_to_is_in_the_glossary():
    for page, target in references("term"):
        assert target.lower() in TERMS, f"{page}: {target}"


def test_every_source_cited_is_listed_and_every_one_listed_is_cited():
    """Each one cited is listed, and each one listed is cited."""
    cited = references("cite")
    for page, key in cited:
        assert key.strip() in SOURCES, f"{page}: {key}"
    claims = (ROOT / "src/actloss/book/claims.toml").read_text(encoding="utf-8")
    mentioned = {key.strip() for _, key in cited} | set(re.findall(r'"([\w-]+)"', claims))
    assert set(SOURCES) - mentioned == set()


@pytest.mark.parametrize("key", SOURCES)
def test_source_is_complete(key):
    """Who, what, when, and where it appeared or can be read."""
    entry = SOURCES[key]
    assert entry.persons or "organization" in entry.fields
    assert "title" in entry.fields
    assert "year" in entry.fields or entry.type == "misc"  # a page of the web may have no date
    where = {
        "journal",
        "booktitle",
        "publisher",
        "eprint",
        "url",
        "doi",
        "school",
        "howpublished",
        "note",
    }
    assert where & set(entry.fields)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_every_picture_is_described(path):
    """In words that are no title: a sentence of what there is to see."""
    for _, alt in re.findall(r"(!\[([^\]]*)\]\()", text_of(path)):
        assert len(alt) > 20
    if path.suffix == ".ipynb":
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "image/svg+xml" in data or "image/png" in data:
                    alt = "".join(data["text/plain"])
                    if "application/vnd.jupyter.widget-view+json" in data:
                        alt = output["metadata"]["image/svg+xml"]["alt"]
                    assert len(alt) > 40
                    assert "<Figure" not in alt
