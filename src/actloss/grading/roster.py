"""Who is in the class: a roster, who of it handed in nothing, and points for learning platforms.

A roster is a CSV file with a head: ``id`` and ``name``, and if they are known ``email`` and
``section``. The exports have the columns that each platform asks for; the page ``for-instructors``
has the sources:

- Canvas: ``Student``, ``ID``, ``SIS User ID``, ``SIS Login ID``, ``Section``, a column for each
  assignment, and a first line ``Points Possible``; one of the first three tells who it is;
- Moodle: any columns; its import asks which of them is the ID number or the e-mail address, and
  which item of the gradebook each other one is;
- Blackboard: ``Username`` tells who it is, all fields in quotes; a column that its gradebook does
  not have becomes a new one;
- nbgrader: the columns of ``nbgrader export``.

A student without points has an empty field, which all of them leave as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from actloss.grading import feedback
from actloss.grading.final_marks import Mark, row
from actloss.grading.mark_book import MarkBook
from actloss.grading.people import on_roster, same, words_for
from actloss.grading.submission import GradingError, replace_file
from actloss.grading.tables import read_table

# What else a head may call the columns, in lower case.
COLUMNS = {
    "id": ("id", "student id", "student_id", "sis user id", "username", "id number", "login"),
    "name": ("name", "student", "full name", "student name"),
    "email": ("email", "e-mail", "email address", "sis login id", "mail"),
    "section": ("section", "group", "class"),
}
NOT_GRADED = "could not be graded"


@dataclass(frozen=True)
class Student:
    """A line of the roster."""

    id: str
    name: str
    email: str = ""
    section: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Last and first name, from "Lovelace, Ada" or "Ada Lovelace"."""
        if "," in self.name:
            last, _, first = self.name.partition(",")
        else:
            first, _, last = self.name.rpartition(" ")
        return last.strip(), first.strip()


@dataclass
class Matched:
    """The roster beside the mark book."""

    students: list[Student]
    chapters: list[str]
    points: dict[str, dict[str, Mark]] = field(default_factory=dict)  # by id, then chapter
    problems: dict[str, str] = field(default_factory=dict)  # by id: why there are no points
    unknown: list[str] = field(default_factory=list)  # handed in, and on no line of the roster

    @property
    def absent(self) -> list[Student]:
        return [one for one in self.students if one.id not in self.points | self.problems]


def read_roster(path: Path) -> list[Student]:
    """The students of a roster.

    Raises
    ------
    GradingError
        If it cannot be read, has no ids or names, or names a student twice.
    """
    table = read_table(path, "the roster", COLUMNS)
    if not {"id", "name"} <= table.columns:
        found = ", ".join(table.head) or "nothing"
        raise GradingError(
            f"the roster {str(path)!r} needs a first line that names its columns, with id and name "
            f"among them, such as id,name,email,section; it has {found}"
        )
    students, seen = [], set()
    for line, parts in table.lines:
        if not parts["id"] or same(parts["id"]) in seen:
            what = "no id" if not parts["id"] else f"the id {parts['id']!r} of a line above"
            raise GradingError(f"line {line} of the roster {str(path)!r} has {what}")
        seen.add(same(parts["id"]))
        students.append(Student(**parts))
    return students


def match(students: Sequence[Student], book: MarkBook, unjudged: Iterable[str]) -> Matched:
    """Each hand-in beside its student: by id, e-mail, name, or an id within the file's name."""
    words = words_for(students)
    best = book.best()
    chapters = sorted({chapter for _, chapter in best if chapter})
    found = Matched(list(students), chapters)
    for (handed_in, chapter), entry in best.items():
        student = on_roster(handed_in, words)
        if student is None:
            found.unknown.append(handed_in)
        elif chapter:
            before = found.points.setdefault(student, {}).get(chapter)
            if before is None or entry.score > before.score:
                found.points[student][chapter] = entry
        else:
            found.problems[student] = "could not be read"
    for handed_in in unjudged:
        student = on_roster(handed_in, words)
        if student is None:
            found.unknown.append(handed_in)
        else:
            found.problems[student] = NOT_GRADED
    found.unknown = sorted(set(found.unknown))
    return found


# Files


def write(found: Matched, out: Path) -> list[Path]:
    """The roster with its points, and a file for each platform; their paths."""
    folder = out / "exports"
    folder.mkdir(exist_ok=True)
    texts = {
        "roster.csv": _roster(found),
        "canvas.csv": _canvas(found),
        "moodle.csv": _moodle(found),
        "blackboard.csv": _blackboard(found),
        "nbgrader.csv": _nbgrader(found),
    }
    for name, text in texts.items():
        replace_file(folder / name, text)
    return [folder / name for name in texts]


def _points(found, student):
    entries = found.points.get(student.id, {})
    return [_number(entries[name].score) if name in entries else "" for name in found.chapters]


def _most(found):
    entries = [entry for by_chapter in found.points.values() for entry in by_chapter.items()]
    most = {chapter: _number(entry.most) for chapter, entry in entries}
    return [most.get(chapter, "") for chapter in found.chapters]


def _number(value):
    return f"{value:g}"


def _roster(found):
    head = ("id", "name", "email", "section", "state", *found.chapters)
    return _table(head, [
        (s.id, s.name, s.email, s.section, _state(found, s), *_points(found, s))
        for s in found.students
    ])  # fmt: skip


def _state(found, student):
    if student.id in found.problems:  # of one of several hand-ins, perhaps
        return found.problems[student.id]
    return "graded" if student.id in found.points else "absent"


def _canvas(found):
    head = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *found.chapters)
    possible = ("Points Possible", "", "", "", "", *_most(found))
    return _table(head, [possible, *(
        (s.name, "", s.id, s.email, s.section, *_points(found, s)) for s in found.students
    )])  # fmt: skip


def _moodle(found):
    head = ("ID number", "Email address", *found.chapters)
    return _table(head, [(s.id, s.email, *_points(found, s)) for s in found.students])


def _blackboard(found):
    head = ("Last Name", "First Name", "Username", "Student ID", *found.chapters)
    return _table(head, [(*s.names, s.id, s.id, *_points(found, s)) for s in found.students])


def _nbgrader(found):
    rows = []
    for student in found.students:
        last, first = student.names
        about = {"student_id": student.id, "last_name": last, "first_name": first,
                 "email": student.email}  # fmt: skip
        for _, mark in sorted(found.points.get(student.id, {}).items()):
            said = row(mark) | about
            rows.append([said[name] for name in feedback.COLUMNS])
    return _table(feedback.COLUMNS, rows)


def _table(head, rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([head, *rows])
    return text.getvalue()
