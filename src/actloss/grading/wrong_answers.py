"""Wrong answers that are wrong alike: the same counter-example, from the same inputs to the same
output, and the same hint.

All answers of a run are tried on the same inputs, so those that compute the same meet the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field

from actloss.grading.notebooks import Notebook

LONGEST = 2000  # characters of an answer that are shown
WRONG = "not right yet"


def answer_to(notebook: Notebook, name: str) -> str:
    """The cell that answers an exercise: the last that gives its name a meaning."""
    word = re.escape(name)
    meaning = re.compile(
        rf"^(?:(?:def|class)\s+{word}\b|{word}\s*(?::[^=\n]*)?=(?!=))", re.MULTILINE
    )
    sources = [cell.source for cell in notebook.cells if meaning.search(cell.source)]
    source = visible(sources[-1].strip()) if sources else ""
    return source if len(source) <= LONGEST else source[:LONGEST] + "\n…"


def visible(text: str) -> str:
    """Without signs that show nothing and change what others show, such as those that turn round
    the direction of writing.
    """
    return "".join(
        char if char in "\n\t" or unicodedata.category(char)[0] != "C" else "�" for char in text
    )


def group_of(test: dict) -> bytes | None:
    """The same for wrong answers that are wrong alike; None for what is no wrong answer."""
    about = test["extra_data"]
    if about["state"] != WRONG:
        return None
    seen = about.get("example") or about.get("message", "")
    text = json.dumps([test["name"], seen, about["mistake"]])
    return hashlib.sha256(text.encode(errors="replace")).digest()[:12]


@dataclass
class Group:
    """How many gave such an answer, and where one of them lies: the first by its place."""

    exercise: str
    students: int = 0
    place: str = ""

    def add(self, place: str) -> None:
        self.students += 1
        self.place = min(self.place or place, place)


@dataclass
class Groups:
    """The wrong answers of a class; they stay in the results, of which each keeps a place."""

    by_key: dict[bytes, Group] = field(default_factory=dict)

    def add(self, result: dict) -> None:
        for test in result["tests"]:
            key = group_of(test)
            if key is not None:
                group = self.by_key.setdefault(key, Group(test["name"]))
                group.add(result["extra_data"]["place"])

    def of(self, exercise: str) -> list[Group]:
        """The largest first."""
        groups = [group for group in self.by_key.values() if group.exercise == exercise]
        return sorted(groups, key=lambda group: (-group.students, group.place))
