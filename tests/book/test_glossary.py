"""What web/sphinx/glossary.py does: the first mention of a term on a page leads to its entry."""

import os
from types import SimpleNamespace

import glossary
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from tools.stamps import ROOT

GLOSSARY = """# Glossary

Words, not entries.

```{glossary}
:sorted:

.. also: saturate, flat end
saturation
    Where *slopes* vanish.

    Its second paragraph; also: nothing.

entropy
    How unpredictable a distribution is.

cross-entropy
    A loss.

.. not linked
cost
    A mean.

Xavier initialisation
He initialisation
    How weights begin.

ReLU
    A rectifier.
```
"""


@pytest.fixture
def app(tmp_path):
    """A book with a glossary, in which the page ``chapters/one`` is being read."""
    page = tmp_path / "chapters" / "glossary.md"
    page.parent.mkdir()
    page.write_text(GLOSSARY, encoding="utf-8")
    noted = []
    environment = SimpleNamespace(docname="chapters/one", note_dependency=noted.append)
    return SimpleNamespace(
        srcdir=tmp_path, outdir=tmp_path / "_build" / "html", env=environment, noted=noted
    )


def paragraph(*children):
    return nodes.paragraph("", "", *(nodes.Text(c) if isinstance(c, str) else c for c in children))


def linked(app, *blocks):
    """The links made in these blocks, each as (what is written, the term it leads to)."""
    doctree = new_document("chapter")
    doctree += [paragraph(block) if isinstance(block, str) else block for block in blocks]
    before = doctree.astext()
    glossary.note_terms(app)
    glossary.link_terms(app, doctree)
    assert doctree.astext() == before
    return [
        (xref.astext(), xref["reftarget"])
        for xref in doctree.findall(addnodes.pending_xref)
        if "glossary-term" in xref[0].get("classes", ())
    ]


def test_terms_are_read_from_the_glossary():
    terms = glossary.read_terms(GLOSSARY)
    assert terms["saturate"] == terms["flat ends"] == "saturation"
    assert terms["He initialisations"] == "Xavier initialisation"
    assert terms["cross-entropies"] == "cross-entropy"
    assert not {"cost", "Words", "nothing.", ":sorted:", "A loss."} & terms.keys()


@pytest.mark.parametrize(
    ("term", "more"), [("loss", "losses"), ("entropy", "entropies"), ("Sunday", "Sundays")]
)
def test_plurals_are_those_of_english(term, more):
    assert glossary.plural(term) == more


def test_first_mention_on_a_page_is_linked(app):
    found = linked(app, "No entropy yet. Entropy!", "Entropies, and ReLUs; ReLU.")
    assert found == [("entropy", "entropy"), ("ReLUs", "ReLU")]


def test_one_link_for_all_names_of_an_entry(app):
    found = linked(app, "He initialisation, Xavier initialisation, he initialisation")
    assert found == [("He initialisation", "Xavier initialisation")]


def test_longest_term_wins_and_parts_of_words_are_none(app):
    assert linked(app, "cross-entropy") == [("cross-entropy", "cross-entropy")]
    assert linked(app, "entropy_grad, ReLU-like, joint-entropy, entropyless, relu") == []
    assert linked(app, "ReLU’s (entropy).") == [("ReLU", "ReLU"), ("entropy", "entropy")]


def test_term_may_go_on_in_the_next_line(app):
    assert linked(app, paragraph("A flat", "\n", "end")) == [("flat\nend", "saturation")]


def test_words_with_an_everyday_meaning_are_left_alone(app):
    assert linked(app, "What does it cost?") == []


def test_emphasis_and_lists_are_prose(app):
    item = nodes.list_item("", paragraph(nodes.strong("", "", nodes.Text("saturate"))))
    assert linked(app, nodes.bullet_list("", item)) == [("saturate", "saturation")]


@pytest.mark.parametrize(
    "block",
    [
        nodes.title("", "Entropy"),
        nodes.admonition("", nodes.title("", "Entropy")),
        nodes.rubric("", "Entropy"),
        nodes.figure("", nodes.caption("", "Entropy")),
        nodes.literal_block("", "entropy"),
        nodes.container("", paragraph("entropy"), classes=["cell"]),
        nodes.table("", paragraph("entropy")),
        addnodes.desc("", paragraph("entropy")),
        paragraph(nodes.literal("", "entropy")),
        paragraph(nodes.math("", "entropy")),
        paragraph(nodes.reference("", "", nodes.strong("", "entropy"), refuri="a.html")),
        paragraph(addnodes.pending_xref("", nodes.inline("", "entropy"))),
    ],
    ids=lambda node: node.tagname,
)
def test_headings_links_and_code_are_left_alone(app, block):
    assert linked(app, block.deepcopy(), "entropy later") == [("entropy", "entropy")]
    assert block.astext().lower() == "entropy"


def test_glossary_does_not_link_to_itself(app):
    app.env.docname = glossary.GLOSSARY
    assert linked(app, "entropy") == []


def test_book_without_a_glossary(app):
    (app.srcdir / "chapters" / "glossary.md").unlink()
    assert linked(app, "entropy") == []


def test_record_of_the_terms_changes_with_them_alone(app):
    page = app.srcdir / "chapters" / "glossary.md"
    assert linked(app, "entropy")
    (path,) = app.noted
    os.utime(path, (1, 1))
    page.write_text(GLOSSARY.replace("unpredictable", "surprising"), encoding="utf-8")
    glossary.note_terms(app)
    assert os.stat(path).st_mtime == 1
    page.write_text(GLOSSARY.replace("flat end", "plateau"), encoding="utf-8")
    glossary.note_terms(app)
    assert os.stat(path).st_mtime > 1


# --- in a book -----------------------------------------------------------------------------


def build(folder):
    """Build the book of `folder` as far as it needs it; return the names of the pages read."""
    warnings = folder / "warnings.txt"
    read = []
    with warnings.open("w", encoding="utf-8") as log, docutils_namespace():
        out = folder / "_build"
        settings = {"extensions": ["myst_parser"], "root_doc": "chapters/index", "nitpicky": True}
        app = Sphinx(folder, None, out / "html", out / "trees", "html", settings, None, log)
        app.connect("doctree-read", glossary.link_terms)
        app.connect("source-read", lambda app, name, content: read.append(name.split("/")[1]))
        glossary.note_terms(app)
        app.build()
    assert warnings.read_text(encoding="utf-8") == ""
    return sorted(read)


def links_of(folder, name):
    html = (folder / "_build/html/chapters" / f"{name}.html").read_text(encoding="utf-8")
    terms = BeautifulSoup(html, "html.parser").select("a.internal > .glossary-term")
    return [(term.get_text(), term.parent["href"]) for term in terms]


def test_links_follow_page_and_glossary_from_build_to_build(app):
    folder = app.srcdir
    chapters = folder / "chapters"
    contents = "# Book\n\n```{toctree}\none\ntwo\nglossary\n```\n"
    (chapters / "index.md").write_text(contents, encoding="utf-8")
    (chapters / "one.md").write_text("# One\n\nEntropy of a plateau.\n", encoding="utf-8")
    (chapters / "two.md").write_text("# Two\n\nNo word of it.\n", encoding="utf-8")
    build(folder)
    assert links_of(folder, "one") == [("Entropy", "glossary.html#term-entropy")]
    assert links_of(folder, "two") == []

    # A page's prose changes.
    (chapters / "two.md").write_text("# Two\n\nReLU and ReLU.\n", encoding="utf-8")
    assert build(folder) == ["two"]
    assert links_of(folder, "two") == [("ReLU", "glossary.html#term-ReLU")]

    # An explanation changes, and no term.
    page = chapters / "glossary.md"
    page.write_text(GLOSSARY.replace("unpredictable", "surprising"), encoding="utf-8")
    assert build(folder) == ["glossary"]

    # A term has a new form, and another is gone.
    text = GLOSSARY.replace("flat end", "plateau").replace("ReLU\n    A rectifier.\n", "")
    page.write_text(text, encoding="utf-8")
    assert build(folder) == ["glossary", "index", "one", "two"]
    saturation = ("plateau", "glossary.html#term-saturation")
    assert links_of(folder, "one") == [("Entropy", "glossary.html#term-entropy"), saturation]
    assert links_of(folder, "two") == []


def test_course_names_each_form_of_a_term_once():
    text = (ROOT / f"{glossary.GLOSSARY}.md").read_text(encoding="utf-8")
    entries = text.split("{glossary}")[1]
    names = [line for line in entries.splitlines() if line[:1].isalpha()]
    assert len(names) > 80
    assert len({name.lower() for name in names}) == len(names)
