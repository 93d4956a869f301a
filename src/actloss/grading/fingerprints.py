"""What of an answer stays the same when its names and numbers are changed.

A source becomes tokens, in which a student's own names are all alike and so are numbers and texts.
Of each run of a few tokens a hash is taken, and of these hashes the smallest in each window: the
winnowing of Schleimer, Wilkerson and Aiken (2003). Two sources that share ``WINDOW + RUN - 1``
tokens in a row share at least one such fingerprint.

Nothing is parsed or compiled, let alone run: ``tokenize`` cuts text into pieces.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import keyword
import tokenize
from collections.abc import Iterator, Sequence
from typing import NamedTuple

RUN = 7  # tokens that are hashed together
WINDOW = 4
CHARACTERS = 20_000  # of an answer that are looked at: no exercise needs a tenth
ATTEMPTS = 20  # at going on behind what is no Python
KEPT = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
BLANK = {tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
LAYOUT = {tokenize.NEWLINE: "newline", tokenize.INDENT: "indent", tokenize.DEDENT: "dedent"}


class Token(NamedTuple):
    """A piece of source, and what of it counts."""

    says: str
    start: tuple[int, int]  # line from 1, column from 0
    end: tuple[int, int]


class Source(NamedTuple):
    """A source in pieces."""

    tokens: list[Token]
    names: set[str]  # that are nobody's but the writer's
    comments: set[str]


def split(source: str) -> Source:
    """The tokens of a source, its own names and its comments; what is no Python is left out."""
    tokens: list[Token] = []
    names, comments = set(), set()
    pieces = list(_pieces(source[:CHARACTERS]))
    depth = 0
    for place, piece in enumerate(pieces):
        says = piece.string
        if piece.type in BLANK:
            continue
        if piece.type == tokenize.COMMENT:
            comments.add(" ".join(says.lstrip("# ").casefold().split()))
            continue
        if piece.type in LAYOUT:
            says = LAYOUT[piece.type]
        elif piece.type == tokenize.NAME and says not in KEPT:
            after_dot = place > 0 and pieces[place - 1].string == "."
            keyword_argument = depth > 0 and [p.string for p in pieces[place + 1 :][:1]] == ["="]
            if not (after_dot or keyword_argument):
                names.add(says)
                says = "name"
        elif piece.type == tokenize.NUMBER:
            says = "number"
        elif piece.type == tokenize.STRING or says[:1] in "\"'":
            says = "text"
        depth += (says in "([{" and len(says) == 1) - (says in ")]}" and len(says) == 1)
        tokens.append(Token(says, piece.start, piece.end))
    return Source(tokens, names, comments)


def _pieces(source: str) -> Iterator[tokenize.TokenInfo]:
    """Tokens of all that can be read; a line that stops the tokenizer is passed over."""
    lines = ["\n" if line.lstrip()[:1] in ("%", "!") else line
             for line in source.replace("\r\n", "\n").splitlines(keepends=True)]  # fmt: skip
    first = 0
    for _ in range(ATTEMPTS):
        reader = io.StringIO("".join(lines[first:])).readline
        at = first + 1
        try:
            for piece in tokenize.generate_tokens(reader):
                if piece.type == tokenize.ERRORTOKEN and piece.string.isspace():
                    continue
                start, end = ((line + first, column) for line, column in (piece.start, piece.end))
                at = start[0]
                yield piece._replace(start=start, end=end)
            return
        except (tokenize.TokenError, SyntaxError, ValueError):
            first = at
            if first >= len(lines):
                return


def runs(tokens: Sequence[Token]) -> list[int]:
    """A hash of each run of tokens, by the place of its first."""
    said = [token.says for token in tokens]
    return [
        int.from_bytes(
            hashlib.blake2b("\0".join(said[at : at + RUN]).encode(), digest_size=8).digest(), "big"
        )
        for at in range(len(said) - RUN + 1)
    ]


def winnow(hashes: Sequence[int]) -> set[int]:
    """The smallest hash of each window; of a source shorter than one window, the smallest."""
    if not hashes:
        return set()
    return {min(hashes[at : at + WINDOW]) for at in range(max(1, len(hashes) - WINDOW + 1))}


def covered(hashes: Sequence[int], wanted: set[int]) -> list[bool]:
    """For each token whether it stands in a run that is wanted."""
    marks = [False] * (len(hashes) + RUN - 1 if hashes else 0)
    for at, value in enumerate(hashes):
        if value in wanted:
            marks[at : at + RUN] = [True] * RUN
    return marks
