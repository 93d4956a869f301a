"""A roster beside what was handed in: who is absent, and points as each platform imports them."""

import csv
import io

import pytest

from actloss.grading import roster
from actloss.grading.command import main
from actloss.grading.mark_book import MarkBook
from actloss.grading.submission import GradingError
from exercises.submissions import hand_in, notebook, solved

ROSTER = """id,name,email,section
a1,Ada Lovelace,ada@example.org,Monday
b2,"Okafor, Björn",bjoern@example.org,Monday
c3,Chloé Øst,chloe@example.org,Tuesday
d4,李雷,lilei@example.org,Tuesday
+5,Eve =1+1,eve@example.org,Tuesday
"""


def book_of(**scores):
    book = MarkBook()
    for student, score in scores.items():
        book.enter(f"{student}.ipynb", row(student, score))
    return book


def row(student, score, chapter="softmax"):
    return {"assignment": chapter, "student_id": student, "raw_score": score,
            "late_submission_penalty": 0.0, "score": score, "max_score": 9.0}  # fmt: skip


def written(tmp_path, text=ROSTER):
    path = tmp_path / "class.csv"
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "text",
    [
        ROSTER,
        "\ufeff" + ROSTER,
        ROSTER.replace("\n", "\r\n"),
        ROSTER.replace('"Okafor, Björn"', "Björn Okafor").replace(",", ";"),
        ROSTER.replace("id,name,email,section", "SIS User ID,Student,E-mail,Group") + "\n,,,\n",
    ],
)
def test_rosters_as_they_come(tmp_path, text):
    students = roster.read_roster(written(tmp_path, text))
    assert [one.id for one in students] == ["a1", "b2", "c3", "d4", "+5"]
    assert students[1].names == ("Okafor", "Björn")
    assert students[0].section == "Monday"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs a first line that names its columns.*it has nothing"),
        ("number,who\n1,Ada\n", "it has number, who"),
        ("id,name\na1,Ada\nA1,Bo\n", "line 3 .* has the id 'A1' of a line above"),
        ("id,name\n,Ada\n", "line 2 .* has no id"),
    ],
)
def test_bad_rosters_are_told_why(tmp_path, text, words):
    with pytest.raises(GradingError, match=words):
        roster.read_roster(written(tmp_path, text))


def test_missing_roster_stops_before_anything_is_graded(tmp_path, capsys):
    hand_in(tmp_path / "in", "a1", solved("softmax"))
    words = ["--out", str(tmp_path / "out"), "--roster", str(tmp_path / "none.csv")]
    assert main(["grade", str(tmp_path / "in"), *words]) == 1
    assert "the roster" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("handed_in", "student"),
    [
        ("a1", "a1"),
        ("A1", "a1"),
        ("ADA@example.org", "a1"),
        ("Ada Lovelace", "a1"),
        ("Björn Okafor", "b2"),
        ("Okafor, Björn", "b2"),
        ("Bjo\u0308rn Okafor", "b2"),
        ("Ada Lovelace_81723_assignsubmission_file_", "a1"),
        ("gradebook_week2_c3_attempt_2026-11-30", "c3"),
        ("李雷", "d4"),
        ("a1_b2", None),  # of two
        ("mallory", None),
    ],
)
def test_whose_a_hand_in_is(tmp_path, handed_in, student):
    students = roster.read_roster(written(tmp_path))
    found = roster.match(students, book_of(**{handed_in: 7.0}), [])
    assert list(found.points) == ([student] if student else [])
    assert found.unknown == ([] if student else [handed_in])


def test_absent_unreadable_and_ungraded_are_told_apart(tmp_path):
    students = roster.read_roster(written(tmp_path))
    book = book_of(a1=9.0)
    book.enter("b2.ipynb", row("b2", 0.0, chapter=""))
    found = roster.match(students, book, ["c3"])
    roster.write(found, tmp_path)
    states = {one["id"]: one["state"] for one in rows_of(tmp_path / "exports" / "roster.csv")}
    assert states == {
        "a1": "graded", "b2": "could not be read", "c3": "could not be graded",
        "d4": "absent", "+5": "absent",
    }  # fmt: skip
    assert [one.id for one in found.absent] == ["d4", "+5"]


def test_files_read_back_as_they_were_written(tmp_path):
    """Names and numbers are those of the roster, letter by letter; no points, an empty field."""
    students = roster.read_roster(written(tmp_path))
    found = roster.match(students, book_of(a1=9.0, b2=0.0, **{"+5": 3.5}), [])
    roster.write(found, tmp_path)
    folder = tmp_path / "exports"
    points = {"a1": "9", "b2": "0", "c3": "", "d4": "", "+5": "3.5"}

    canvas = rows_of(folder / "canvas.csv")
    assert list(canvas[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "softmax"]
    assert (canvas[0]["Student"], canvas[0]["softmax"]) == ("Points Possible", "9")
    assert {one["SIS User ID"]: one["softmax"] for one in canvas[1:]} == points
    assert [one["Student"] for one in canvas[1:]] == [one.name for one in students]

    moodle = rows_of(folder / "moodle.csv")
    assert {one["ID number"]: one["softmax"] for one in moodle} == points
    assert moodle[0]["Email address"] == "ada@example.org"

    blackboard = rows_of(folder / "blackboard.csv")
    assert {one["Username"]: one["softmax"] for one in blackboard} == points
    assert (blackboard[1]["Last Name"], blackboard[1]["First Name"]) == ("Okafor", "Björn")

    nbgrader = rows_of(folder / "nbgrader.csv")
    assert {one["student_id"]: float(one["score"]) for one in nbgrader} == {
        "a1": 9.0, "b2": 0.0, "+5": 3.5,
    }  # fmt: skip
    assert {one["max_score"] for one in nbgrader} == {"9.0"}


def test_from_the_command_line(tmp_path, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    hand_in(folder, "a1", solved("softmax"))
    hand_in(folder, "mallory", notebook("softmax", {}))
    words = ["--roster", str(written(tmp_path)), "--out", str(out), "--quiet"]
    assert main(["grade", str(folder), *words]) == 0
    said = capsys.readouterr().out
    assert "4 of the roster handed in nothing:\n  b2: Okafor, Björn" in said
    assert "1 handed in and are not on the roster:\n  mallory" in said
    assert rows_of(out / "exports" / "moodle.csv")[0]["softmax"] == "9"
