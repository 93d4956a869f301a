"""A letter that several chapters use in formulas has a row in the notation."""

import re
from collections import Counter

from tests.book.test_cross_references import PAGES, text_of
from tools.stamps import ROOT

FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
WORDS = re.compile(r"\\(?:text|operatorname\*?|mathrm|begin|end|label)\{[^}]*\}")
GREEK = "alpha beta gamma delta varepsilon theta eta lambda mu rho tau sigma varphi Phi ell"
LETTER = re.compile(
    r"\\(?:" + "|".join(GREEK.split()) + r")(?![A-Za-z])|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])"
)


def letters_of(text):
    """The letters in its formulas, names of functions and words left out."""
    return {
        letter
        for formula in FORMULA.findall(text)
        for letter in LETTER.findall(WORDS.sub("", formula))
    }


CHAPTERS = {
    page: letters_of(text_of(path))
    for page, path in PAGES.items()
    if path.parent.name == "chapters" and path.suffix == ".ipynb"
}


def test_letters_are_found_and_words_are_not():
    assert letters_of(r"a $x_1 \cdot \sigma(z)$ b $$\operatorname{ReLU}(K) \text{ for } t$$") == {
        "x", "z", r"\sigma", "K", "t",
    }  # fmt: skip


def test_letters_of_several_chapters_stand_in_the_notation():
    rows = re.findall(
        r"^\|(.+?)\|", (ROOT / "chapters" / "notation.md").read_text("utf-8"), re.MULTILINE
    )
    explained = letters_of("\n".join(rows))
    chapters = Counter(letter for letters in CHAPTERS.values() for letter in letters)
    common = {letter for letter, count in chapters.items() if count > 3}
    assert len(common) > 20
    assert common - explained == set()
