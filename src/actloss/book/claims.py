"""Claims that readers meet about activation and loss functions, and the verdicts on them.

The words of each claim stand in ``claims.toml``. Its verdict is computed by a cell of a chapter.
"""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Claim(NamedTuple):
    """A sentence on trial.

    ``claim`` has it in our words. ``by`` are keys of the bibliography, none where no article says
    it, and ``words`` what one of them says, word for word, where that could be looked up. ``says``
    is how much is claimed: that it is so ``as a rule``, ``always``, or ``sometimes``. ``chapter``
    settles it.
    """

    number: int
    claim: str
    by: tuple[str, ...]
    words: Mapping[str, str]
    says: str
    chapter: str


EXTENTS = ("as a rule", "always", "sometimes")


def _read_claims() -> dict[int, Claim]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {
        int(number): Claim(
            int(number),
            entry["claim"],
            tuple(entry["by"]),
            entry.get("words", {}),
            entry.get("says", EXTENTS[0]),
            entry["chapter"],
        )
        for number, entry in tomllib.loads(text).items()
    }


CLAIMS = _read_claims()

Checks = Mapping[str, bool]


class Verdict(NamedTuple):
    """A claim with what was checked: taken word by word, and as readers take it."""

    claim: Claim
    said: Checks
    meant: Checks

    @property
    def word(self) -> str:
        """`holds`, `holds with conditions`, `misleading` or `false`: a matter of the checks.

        One exception refutes what is said of every case; one case bears out what is said of some.
        What is said as a rule must be so in half of the cases at least.
        """
        true, cases = sum(self.said.values()), len(self.said)
        if true == 0 or (self.claim.says == "always" and true < cases):
            return "false"
        if true == cases or self.claim.says == "sometimes":
            return "holds" if all(self.meant.values()) else "misleading"
        return "holds with conditions" if 2 * true >= cases else "misleading"

    def __repr__(self) -> str:
        checks = [*self.said.items(), *self.meant.items()]
        lines = [f"  {'✓' if passed else '✗'} {name}" for name, passed in checks]
        return f"Claim {self.claim.number}: {self.word}\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        checks = [*self.said.items(), *self.meant.items()]
        items = "".join(
            f'<li class="{"passed" if passed else "failed"}">'
            f'<span aria-hidden="true">{"✓" if passed else "✗"}</span> {html.escape(name)}'
            f'<span class="actloss-spoken">: {"true" if passed else "not true"}</span></li>'
            for name, passed in checks
        )
        number = self.claim.number
        return (
            f'<div class="actloss-settled verdict-{_hyphened(self.word)}" id="claim-{number}">'
            f"<p>Claim {number}: <strong>{self.word}</strong></p><ul>{items}</ul></div>"
        )


def settle(number: int, said: Checks, meant: Checks | None = None) -> Verdict:
    """Settle claim `number` by checks that were computed, each named by what it says.

    Parameters
    ----------
    number : int
        Of the claim, in ``CLAIMS``.
    said : mapping of str to bool
        The claim taken at its word, case by case. None true: false. Half of them or more, but not
        all: holds with conditions; fewer: misleading. For a claim that says ``always`` one
        exception is enough to make it false, and for one that says ``sometimes`` one case to make
        it hold.
    meant : mapping of str to bool, optional
        What a reader takes from it. If the words are true and this is not, it is misleading.

    Raises
    ------
    ValueError
        If there is no such claim, or nothing was checked.
    TypeError
        If a check is not true or false.

    Examples
    --------
    >>> settle(11, {"it is max(αx, x) for α = 0.5": True, "it is for α = 2": False})
    Claim 11: holds with conditions
      ✓ it is max(αx, x) for α = 0.5
      ✗ it is for α = 2
    """
    if number not in CLAIMS:
        raise ValueError(f"number must be that of a claim, 1 to {max(CLAIMS)}, but got {number!r}")
    if not said:
        raise ValueError("said must hold at least one check, but is empty")
    checked = {}
    for argument, checks in (("said", said), ("meant", meant or {})):
        for name, passed in checks.items():
            if not isinstance(passed, (bool, np.bool_)):
                raise TypeError(
                    f"{argument}[{name!r}] must be True or False, but got {passed!r} "
                    f"({type(passed).__name__})"
                )
        checked[argument] = {name: bool(passed) for name, passed in checks.items()}
    return Verdict(CLAIMS[number], **checked)


def settled(notebooks: Path | str) -> dict[int, tuple[str, str]]:
    """Verdicts that stored notebooks hold: by claim, the chapter and the word.

    A cell that settles claim 11 is tagged ``claim-11`` and ends in ``settle(11, …)``. What it
    printed when it was run is read, so that nobody types a verdict.

    Raises
    ------
    ValueError
        If a tagged cell holds no verdict on its claim, or a claim is settled twice.
    """
    found: dict[int, tuple[str, str]] = {}
    for path in sorted(Path(notebooks).glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for tag in cell["metadata"].get("tags", ()):
                if not (tagged := re.fullmatch(r"claim-(\d+)", tag)):
                    continue
                number = int(tagged[1])
                texts = ("".join(o.get("data", {}).get("text/plain", "")) for o in cell["outputs"])
                verdict = re.search(rf"^Claim {number}: (.+)$", "\n".join(texts), re.MULTILINE)
                if verdict is None:
                    raise ValueError(f"{path.name}: the cell tagged {tag} holds no verdict on it")
                if number in found:
                    raise ValueError(
                        f"{path.name}: claim {number} is settled in {found[number][0]}"
                    )
                found[number] = (path.stem, verdict[1])
    return found


# What the bibliography calls the articles, and where they stand: one is known without an address.
NAMES = {
    "source-magazine": "Fritz AI",
    "source-primer": "Primer on the web (no address)",
    "source-engines": "MHTECHIN 2026",
    "baheti2021activation": "Baheti 2021",
    "source-numpy2024": "NumPy snippets 2024",
}
ADDRESSES = {
    "source-magazine": "https://fritz.ai/exploring-activation-and-loss-functions-in-machine-learning/",
    "source-engines": "https://www.mhtechin.com/support/activation-functions-and-loss-functions/",
    "baheti2021activation": "https://www.v7labs.com/blog/neural-networks-activation-functions",
    "source-numpy2024": (
        "https://jitesh117.github.io/blog/activation-function-and-loss-functions-in-neural-networks"
    ),
}
NOBODY = "no article that could be looked up"
WORDS = ("holds", "holds with conditions", "misleading", "false")


class Ledger:
    """All claims in a table, with their verdicts and links to the cells that settle them.

    The page filters it with style-sheet rules alone, so that it works without scripts.
    """

    def __init__(self, notebooks: Path | str = ".") -> None:
        self.settled = settled(notebooks)

    def __repr__(self) -> str:
        counts = Counter(word for _, word in self.settled.values())
        return "\n".join(f"{counts[word]:3}  {word}" for word in WORDS)

    def _repr_html_(self) -> str:
        counts = Counter(word for _, word in self.settled.values())
        choices = [("all", f"all {len(self.settled)}")]
        choices += [(_hyphened(word), f"{word} ({counts[word]})") for word in WORDS]
        radios = "".join(
            f'<label><input type="radio" name="ledger" value="{value}"'
            f"{' checked' if value == 'all' else ''}> {text}</label>"
            for value, text in choices
        )
        rows = "".join(self._row(CLAIMS[number]) for number in sorted(self.settled))
        return (
            f'<div class="actloss-ledger"><fieldset><legend>Show</legend>{radios}</fieldset>'
            "<table><thead><tr><th>claim</th><th>in our words</th>"
            "<th>who says so</th><th>verdict</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _row(self, claim: Claim) -> str:
        chapter, word = self.settled[claim.number]
        extent = "" if claim.says == EXTENTS[0] else f" <em>({claim.says})</em>"
        return (
            f'<tr data-verdict="{_hyphened(word)}"><td>{claim.number}</td>'
            f"<td>{html.escape(claim.claim)}{extent}</td>"
            f"<td>{'<br>'.join(map(_source, claim.by, repeat(claim))) or NOBODY}</td>"
            f'<td><a href="{chapter}.html#claim-{claim.number}">{word}</a></td></tr>'
        )


def _hyphened(word: str) -> str:
    """A verdict as a style-sheet names it."""
    return word.replace(" ", "-")


def _source(key: str, claim: Claim) -> str:
    """Who says it, with a link where there is an address, and in which words."""
    name = html.escape(NAMES[key])
    if address := ADDRESSES.get(key):
        name = f'<a href="{address}">{name}</a>'
    words = claim.words.get(key)
    return f"{name}: “{html.escape(words)}”" if words else name
