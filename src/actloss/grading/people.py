"""Who is meant: by the name of a hand-in, or by a word that a teacher wrote."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actloss.grading.roster import Student


def same(text: str) -> str:
    """What names have in common that differ in case or in how accents are stored."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def delimiter(text: str) -> str:
    """What sets the columns of a table apart, by its first line."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def words_for(students: Sequence[Student]) -> dict[str, set[str]]:
    """The ids of those that a word may mean: an id, an e-mail address, a name."""
    words: dict[str, set[str]] = {}
    for student in students:
        for key in (student.id, student.email, student.name, " ".join(student.names[::-1])):
            if key:
                words.setdefault(same(key), set()).add(student.id)
    return words


def on_roster(handed_in: str, words: Mapping[str, set[str]]) -> str | None:
    """The id of the one student that a hand-in can be of, by its whole name or a part of it.

    Canvas, Moodle and Blackboard set such a part off by an underscore.
    """
    parts = [handed_in, *handed_in.split("_")]
    for group in (parts[:1], parts[1:]):
        students = set().union(*(words.get(same(part), ()) for part in group))
        if len(students) == 1:
            return students.pop()
    return None


def identities(handed_in: Iterable[str], students: Sequence[Student]) -> dict[str, str]:
    """Whose each hand-in is: an id of the roster, or the name of the hand-in where it is on none.

    So two files that a platform gave different names are two attempts of one student.
    """
    words = words_for(students)
    return {name: on_roster(name, words) or name for name in handed_in}


def finder(identity: Mapping[str, str], students: Sequence[Student]) -> Callable[[str], str | None]:
    """A function from a word of a teacher's to a student, or to None if it may mean no one, or two.

    The word is what the grader calls a hand-in, as grades.csv shows it, or of the roster.
    """
    meant = words_for(students)
    for name, one in identity.items():
        meant.setdefault(same(name), set()).add(one)

    def whose(word: str) -> str | None:
        for text in (word, word.removeprefix("'")):  # grades.csv writes '=SUM(A1)
            if text in identity:
                return identity[text]
            if len(found := meant.get(same(text), ())) == 1:
                return next(iter(found))
        return None

    return whose
