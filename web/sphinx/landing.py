"""What the landing page shows of the chapters: a card for each, and how the claims fared.

Titles, times and pictures are those of the notebooks, verdicts those that their cells printed, and
the questions stand in web/landing/questions.yml. All of it is written down in `_build`, where it is
new, so that the landing page is read again only when it has something new to show.
"""

import gzip
import html
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

QUESTIONS = Path("web", "landing", "questions.yml")
TIME = re.compile(r"\*\*Time:\*\* (\d+) minutes")
TITLE = re.compile(r"# (.+)")
NAMESPACES = {"": "http://www.w3.org/2000/svg", "xlink": "http://www.w3.org/1999/xlink"}
HEAVIEST = 11_000  # bytes of a card's picture as a host sends it
SHORTEST, LONGEST = 50, 200  # letters of a description
SAID = {
    "false": "false",
    "misleading": "misleading",
    "holds with conditions": "that hold with conditions",
    "holds": "that hold",
}


def note_chapters(app: Sphinx) -> None:
    """Write down what the cards show, and their pictures."""
    chapters = Path(app.srcdir, "chapters")
    facts = {"chapters": {}, "verdicts": verdicts_in(chapters)}
    for slug in read_questions(app):
        path = chapters / f"{slug}.ipynb"
        if path.is_file():
            facts["chapters"][slug] = facts_of(path, stills(app) / f"{slug}.svg")
    write_if_new(record(app), json.dumps(facts, ensure_ascii=False, indent=1))


def read_questions(app: Sphinx) -> dict[str, str]:
    path = Path(app.srcdir, QUESTIONS)
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


def record(app: Sphinx) -> Path:
    return Path(app.outdir).resolve().parent / "landing.json"


def stills(app: Sphinx) -> Path:
    return record(app).with_name("stills")


def write_if_new(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def verdicts_in(chapters: Path) -> dict[str, int]:
    """How many claims the stored notebooks found to be false, misleading and so on."""
    from actloss.book.claims import settled

    return Counter(verdict for _, verdict in settled(chapters).values())


def facts_of(path: Path, still: Path) -> dict:
    """The title and the time of a notebook, and how its picture, which is written, is described."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    head = "".join(cells[0]["source"])
    time = TIME.search(head)
    pictures = [picture for cell in cells for picture in pictures_of(cell)]
    light = [one for one in pictures if len(gzip.compress(one[0].encode())) <= HEAVIEST]
    # Drawings of words are empty without them; and most chapters have the activation explorer,
    # while a card should look like its own chapter.
    light.sort(key=lambda one: ("xtick_" not in one[0], "ActivationExplorer" in one[1]))
    picture, alt = next(iter(light), ("", ""))
    if picture:
        write_if_new(still, without_letters(picture))
    return {"title": TITLE.match(head)[1], "minutes": time and int(time[1]), "alt": alt}


def without_letters(picture: str) -> str:
    """A drawing without words and legends, which nobody can read in so small a picture.

    Letters are paths there, and more than half of its weight.
    """
    for prefix, address in NAMESPACES.items():
        ElementTree.register_namespace(prefix, address)
    root = ElementTree.fromstring(picture)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("id", "").startswith(("text_", "legend_")):
                parent.remove(child)
    return ElementTree.tostring(root, encoding="unicode")


def pictures_of(cell: dict) -> list[tuple[str, str]]:
    """The drawings that a cell stores, each with its description."""
    return [
        ("".join(data["image/svg+xml"]), alt_of(cell, output))
        for output in cell.get("outputs", ())
        if "image/svg+xml" in (data := output.get("data", {}))
    ]


def alt_of(cell: dict, output: dict) -> str:
    described = output.get("metadata", {}).get("image/svg+xml", {}).get("alt")
    described = described or cell["metadata"].get("image", {}).get("alt")
    return described or "".join(output["data"].get("text/plain", ""))


def known(directive: SphinxDirective) -> dict:
    path = record(directive.env.app)
    directive.env.note_dependency(str(path))
    return json.loads(path.read_text(encoding="utf-8"))


def page_link(slug: str, text: str, docname: str) -> addnodes.pending_xref:
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="std",
        reftype="doc",
        reftarget=f"/chapters/{slug}",
        refexplicit=True,
        refwarn=True,
        refdoc=docname,
    )


class ChapterCards(SphinxDirective):
    """A card for each chapter, in the order of the contents: picture, title, question, time."""

    def run(self) -> list[nodes.Node]:
        chapters = known(self)["chapters"]
        questions = read_questions(self.env.app)
        cards = nodes.container(classes=["chapter-cards"])
        for slug, facts in chapters.items():
            card = nodes.container(classes=["chapter-card"])
            if facts["alt"]:
                still = stills(self.env.app) / f"{slug}.svg"
                uri = f"/{still.relative_to(Path(self.env.srcdir).resolve()).as_posix()}"
                card += nodes.image(uri=uri, alt=facts["alt"])
            name = nodes.strong("", "", page_link(slug, facts["title"], self.env.docname))
            card += nodes.paragraph("", "", name)
            card += nodes.paragraph("", questions[slug])
            if facts["minutes"]:
                time = nodes.paragraph("", f"{facts['minutes']} minutes")
                card += nodes.container("", time, classes=["chapter-time"])
            cards += card
        return [cards]


class StartHere(SphinxDirective):
    """The way into the first chapter, with its time."""

    def run(self) -> list[nodes.Node]:
        slug, facts = next(iter(known(self)["chapters"].items()))
        link = page_link(slug, f"Start: {facts['minutes']} minutes", self.env.docname)
        return [nodes.container("", nodes.paragraph("", "", link), classes=["start-here"])]


class ClaimsCount(SphinxDirective):
    """How many claims were tried, and with which verdicts, as a link to all of them."""

    def run(self) -> list[nodes.Node]:
        found = known(self)["verdicts"]
        counts = [f"{found[verdict]} {said}" for verdict, said in SAID.items() if verdict in found]
        link = page_link("claims-on-trial", "Claims on trial", self.env.docname)
        text = (
            f": {sum(found.values())} things that articles say, each decided by a cell that "
            f"computes: {', '.join(counts[:-1])}, {counts[-1]}."
        )
        return [nodes.paragraph("", "", nodes.strong("", "", link), nodes.Text(text))]


# What a link to a page says


def describe(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Give a page its description: a chapter's question, else its first sentences."""
    if doctree is None:
        return
    said = description_of_chapter(app, pagename) or first_sentences(doctree)
    if not said:
        return
    context["meta"] = (context["meta"] or {}) | {"og:description": said}
    tag = f'<meta name="description" content="{html.escape(said)}" />\n'
    context["metatags"] = context.get("metatags", "") + tag


def description_of_chapter(app: Sphinx, pagename: str) -> str:
    """Its question, what it is called and how long it takes; empty for another page."""
    slug = pagename.removeprefix("chapters/")
    question = read_questions(app).get(slug)
    facts = json.loads(record(app).read_text(encoding="utf-8"))["chapters"].get(slug)
    if not question or not facts:
        return ""
    return f"{question} {facts['title']}: {facts['minutes']} minutes, with exercises."


def first_sentences(doctree: nodes.document) -> str:
    """Whole sentences of the first paragraph, as many as a description holds."""
    paragraph = next((one for one in doctree.findall(nodes.paragraph) if is_text(one)), None)
    if paragraph is None:
        return ""
    text = " ".join(paragraph.astext().split())
    if len(text) <= LONGEST:
        return text
    ends = [end.end() for end in re.finditer(r"[.!?](?= )", text) if end.end() <= LONGEST]
    if ends and ends[-1] >= SHORTEST:
        return text[: ends[-1]]
    return f"{text[:LONGEST].rsplit(' ', 1)[0]} …"


def is_text(paragraph: nodes.paragraph) -> bool:
    """Whether it is prose of the page, not a link that stands alone or part of a cell."""
    inside = paragraph.parent
    while inside is not None:
        if "cell" in inside.get("classes", ()) or "start-here" in inside.get("classes", ()):
            return False
        inside = inside.parent
    return len(paragraph.astext()) > 40


def setup(app: Sphinx) -> dict:
    app.add_directive("chapter-cards", ChapterCards)
    app.add_directive("start-here", StartHere)
    app.add_directive("claims-count", ClaimsCount)
    app.connect("builder-inited", note_chapters)
    app.connect("html-page-context", describe, priority=100)  # before the social tags
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
