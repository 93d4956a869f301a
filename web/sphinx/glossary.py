"""Links the first mention of each glossary term on a page to its entry.

Terms are read from the glossary's own text. Between entries, comments of Sphinx's directive say
how a term looks in a sentence:

    .. also: saturate, saturated
    saturation
        The flat ends of a function …

    .. not linked
    cost
        A word with an everyday meaning, too …

A first letter may be a capital, and a plural needs no mention.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

GLOSSARY = "chapters/glossary"
DIRECTIVE = re.compile(r"^(`{3,}|:{3,})\{glossary\}[^\n]*\n(.*?)^\1", re.MULTILINE | re.DOTALL)
ALSO, NOT_LINKED = ".. also:", ".. not linked"

# Text below these is not prose, or is a link already.
ELSEWHERE = (
    addnodes.desc,
    addnodes.glossary,
    addnodes.pending_xref,
    nodes.FixedTextElement,
    nodes.Invisible,
    nodes.caption,
    nodes.citation,
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.reference,
    nodes.rubric,
    nodes.table,
    nodes.title,
)
NO_PROSE = {"cell", "chapter-card", "chapter-question"}  # classes of what takes no link


def read_terms(text: str) -> dict[str, str]:
    """Each way to write a term in a sentence, with the term whose entry explains it."""
    forms = {}
    for directive in DIRECTIVE.finditer(text):
        for entry in re.split(r"\n\s*\n(?=\S)", directive[2]):
            lines = [line.strip() for line in entry.splitlines() if re.match(r"[^\s:]", line)]
            terms = [line for line in lines if not line.startswith(".. ")]
            if not terms or NOT_LINKED in lines:
                continue
            for line in lines:
                if line.startswith(ALSO):
                    terms += [form.strip() for form in line.removeprefix(ALSO).split(",")]
            for form in terms:
                for written in (form, plural(form)):
                    forms.setdefault(written, terms[0])
    return forms


def plural(term: str) -> str:
    if re.search(r"[^aeiou]y$", term):
        return f"{term[:-1]}ies"
    return term + ("es" if re.search(r"(?:s|x|ch|sh)$", term) else "s")


def record(app: Sphinx) -> Path:
    return Path(app.outdir).resolve().parent / "glossary-terms.json"


def note_terms(app: Sphinx) -> None:
    """Write down the terms where they are new, which is when all pages must be read again."""
    glossary = Path(app.srcdir, f"{GLOSSARY}.md")
    terms = read_terms(glossary.read_text(encoding="utf-8")) if glossary.is_file() else {}
    text = json.dumps(terms, ensure_ascii=False, indent=1)
    path = record(app)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def link_terms(app: Sphinx, doctree: nodes.document) -> None:
    """Make a link of each term's first mention in the prose of a page."""
    docname = app.env.docname
    if docname == GLOSSARY:
        return
    path = record(app)
    app.env.note_dependency(str(path))
    forms = json.loads(path.read_text(encoding="utf-8"))
    pattern = pattern_of(forms)
    if pattern is None:
        return
    linked = set()
    for paragraph in list(doctree.findall(nodes.paragraph)):
        join_texts(paragraph)
        for text in list(paragraph.findall(nodes.Text)):
            if is_prose(text):
                pieces = split_at_terms(text, pattern, forms, linked, docname)
                if len(pieces) > 1 or pieces[0] is not text:
                    text.parent.replace(text, pieces)


def pattern_of(forms: dict[str, str]) -> re.Pattern | None:
    """Finds the longest term at each place; a part of a word, or of a compound, is none."""
    if not forms:
        return None
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(either_case, longest_first))})(?![\w-])")


def either_case(form: str) -> str:
    words = r"\s+".join(map(re.escape, form.split()))
    return f"[{form[0]}{form[0].upper()}]{words[1:]}" if form[0].islower() else words


def join_texts(element: nodes.Element) -> None:
    """Make one text of neighbours, for a term may go on in the next line."""
    for parent in list(element.findall(nodes.TextElement)):
        joined = []
        for node in parent.children:
            if isinstance(node, nodes.Text) and joined and isinstance(joined[-1], nodes.Text):
                node = nodes.Text(joined.pop() + node)
            joined.append(node)
        parent[:] = joined


def is_prose(text: nodes.Text) -> bool:
    node = text.parent
    while node is not None:
        if isinstance(node, ELSEWHERE) or NO_PROSE & set(node.get("classes", ())):
            return False
        node = node.parent
    return True


def split_at_terms(text, pattern, forms, linked, docname) -> list[nodes.Node]:
    """The text in pieces, a link for each term that is not yet in `linked`."""
    pieces, start = [], 0
    for found in pattern.finditer(text):
        written = " ".join(found[0].split())
        term = forms.get(written) or forms[written[0].lower() + written[1:]]
        if term not in linked:
            linked.add(term)
            pieces += [nodes.Text(text[start : found.start()]), link(found[0], term, docname)]
            start = found.end()
    rest = nodes.Text(text[start:]) if pieces else text
    return [piece for piece in (*pieces, rest) if piece.astext()] or [text]


def link(written: str, term: str, docname: str) -> addnodes.pending_xref:
    return addnodes.pending_xref(
        "",
        nodes.inline("", written, classes=["glossary-term"]),
        refdomain="std",
        reftype="term",
        reftarget=term,
        refexplicit=True,
        refwarn=True,
        refdoc=docname,
    )
