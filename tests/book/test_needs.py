"""“You need” names the chapters whose terms a chapter goes on to use."""

import re

import pytest
from glossary import read_terms

from tests.book.test_cross_references import PAGES, ROLE, target_of, text_of

OFTEN = 4  # a term named in passing is linked to the glossary, and that is enough

NEEDS = re.compile(r"\*\*You need:\*\*(.*?)\*\*Time:\*\*", re.DOTALL)
MARKDOWN_LINK = re.compile(r"\]\(([\w-]+)\.ipynb\)")
NOT_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|\{[\w:]+\}`[^`]*`|`[^`]*`", re.DOTALL)
HOME = re.compile(r"See (?:also )?\{doc\}`([\w-]+)`")


def homes_of_terms(glossary):
    """By term, the chapter that its entry sends the reader to."""
    homes = {}
    for entry in re.split(r"\n\s*\n(?=\S)", glossary):
        if home := HOME.search(entry):
            terms = [line for line in entry.splitlines() if re.match(r"[^\s:.`]", line)]
            homes |= dict.fromkeys(terms, home[1])
    return homes


def chapters_named(text):
    roles = {target_of(words) for role, words in ROLE.findall(text) if role == "doc"}
    return roles | set(MARKDOWN_LINK.findall(text))


def with_what_they_need(slug, needs):
    """A chapter's needs, and what those need in turn."""
    found, open_ = set(), [slug]
    while open_:
        for other in needs.get(open_.pop(), ()):
            if other not in found:
                found.add(other)
                open_.append(other)
    return found


def missing(texts, glossary):
    """(chapter, what its “You need” leaves out, the term that needs it) in a book of these texts.

    Only chapters that come earlier count: a term of a later one cannot be known before.
    """
    forms, homes = read_terms(glossary), homes_of_terms(glossary)
    order = list(texts)
    needs = {slug: chapters_named(NEEDS.search(text)[1]) for slug, text in texts.items()}
    found = []
    for place, (slug, text) in enumerate(texts.items()):
        known = with_what_they_need(slug, needs)
        prose = NOT_PROSE.sub("", NEEDS.sub("", text).partition("## Further reading")[0])
        for form, term in forms.items():
            home = homes.get(term)
            if home not in order[:place] or home in known:
                continue
            if len(re.findall(rf"\b{re.escape(form)}s?\b", prose, re.IGNORECASE)) >= OFTEN:
                found.append((slug, home, form))
    return found


TEXTS = {
    path.stem: text_of(path)
    for path in PAGES.values()
    if path.parent.name == "chapters" and NEEDS.search(text_of(path))
}
GLOSSARY = text_of(PAGES["chapters/glossary"])

ENTRIES = """```{glossary}

ReLU
    A rectifier. See {doc}`rectifiers`.

gradient
    Slopes. See {doc}`first`.
```
"""


def a_book(last):
    return {
        "first": "**You need:** nothing. **Time:** 5 minutes.",
        "rectifiers": "**You need:** {doc}`first`. **Time:** 5 minutes.",
        "last": last,
    }


@pytest.mark.parametrize(
    ("needs", "prose", "expected"),
    [
        ("patience.", "ReLU " * 4, [("last", "rectifiers", "ReLU")]),
        ("patience.", "ReLU " * 3, []),
        ("{doc}`rectifiers`.", "ReLU, gradients " * 9, []),
        ("[the first](first.ipynb).", "ReLU, gradients " * 9, [("last", "rectifiers", "ReLU")]),
        ("patience.", "$ReLU$ `gradient` " * 9, []),
    ],
)
def test_a_need_left_out_is_found(needs, prose, expected):
    text = f"**You need:** {needs} **Time:** 5 minutes.\n\n{prose}"
    assert missing(a_book(text), ENTRIES) == expected


def test_terms_of_later_chapters_are_no_need():
    first = "**You need:** nothing. **Time:** 5 minutes. " + "ReLU " * 9
    assert missing(a_book("**You need:** nothing. **Time:** 5.") | {"first": first}, ENTRIES) == []


def test_every_chapter_names_the_chapters_it_stands_on():
    assert len(TEXTS) > 20
    assert len(homes_of_terms(GLOSSARY)) > 80
    assert missing(TEXTS, GLOSSARY) == []
