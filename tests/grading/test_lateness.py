"""Due dates, grace, penalties, extensions and attempts, as a file of settings lays them down."""

import csv
import json
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from actloss.grading.command import main
from actloss.grading.final_marks import Entry, Policy, marks
from actloss.grading.lateness import HandedIn, Times, lateness, times_of
from actloss.grading.notebooks import find
from actloss.grading.people import finder, identities
from actloss.grading.roster import Student
from actloss.grading.settings import Extension, Rule, Settings, read_settings, stated
from actloss.grading.submission import GradingError
from exercises.submissions import hand_in, notebook, solved
from tests.grading.runs import bytes_of

SETTINGS = """
timezone = "Europe/Berlin"
submitted = "submitted.csv"

[late]
grace_minutes = 15
percent_per_day = 10
percent_at_most = 50

[chapter.softmax]
due = 2026-11-30T23:59:00

[chapter.moons]
due = 2026-12-07T12:00:00+01:00
percent_per_day = 12.5

[[extension]]
student = "bo"
days = 3
reason = "ill"

[[extension]]
student = "cy"
chapter = "softmax"
due = 2026-12-02T12:00:00
"""
DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)


def settings(tmp_path, text=SETTINGS):
    path = tmp_path / "course.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def table(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


# --- the file of settings -------------------------------------------------------------------------


def test_settings_say_what_holds(tmp_path):
    read = settings(tmp_path)
    assert read.rules["softmax"] == Rule(DUE, timedelta(minutes=15), Decimal(10), Decimal(50))
    assert read.rules["moons"].per_day == Decimal("12.5")
    assert read.rules["moons"].grace == timedelta(minutes=15)
    assert read.extensions[0] == Extension("bo", days=Decimal(3), reason="ill")
    assert stated(read, "softmax")[1] == (
        "softmax is due 2026-11-30 23:59:00 +01:00, 15 minutes of grace; each day begun after that "
        "costs 10 % of the points possible, 50 % at most."
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("grace_minutes", "grace_minuts", r"\[late\] has 'grace_minuts'.* did you mean 'grace_m"),
        ("grace_minutes = 15", "grace_minutes = -1", "grace_minutes must be a number from 0 to"),
        ("per_day = 10", "per_day = 110", "_per_day must be a number from 0 to 100, not 110"),
        ("per_day = 10", "per_day = nan", "must be a number from 0 to 100, not NaN"),
        ("per_day = 10", 'per_day = "10 %"', "must be a number from 0 to 100, not '10 %'"),
        ("per_day = 10", "per_day = true", "must be a number from 0 to 100, not True"),
        ("Europe/Berlin", "Europe/Berlim", "timezone must be the name.*not 'Europe/Berlim'"),
        ("Europe/Berlin", "../etc", "timezone must be the name"),
        ('timezone = "Europe/Berlin"', "", "names no time zone: add one, as in 2026-11-30T23:59"),
        ("2026-11-30T23:59:00", "2026-11-30", "the date 2026-11-30 without a time"),
        ("2026-11-30T23:59:00", '"tomorrow"', "a day and a time, without quotes.*'tomorrow'"),
        ("2026-11-30T23:59:00", "2026-03-29T02:30:00", "does not exist in Europe/Berlin"),
        ("chapter.softmax", "chapter.sofmax", "a chapter without exercises; did you mean 'softm"),
        ("submitted.csv", "submitted.txt", "submitted must be a CSV file.*not 'submitted.txt'"),
        ("days = 3", "", "extension 1, of 'bo', needs either due or days"),
        ('student = "bo"', "", "extension 1 needs the name of a student"),
        ('"softmax"\ndue', '"moons"\ndue', "ends at .* before moons is due for all"),
        ('"softmax"\ndue', '"neuron"\ndue', "for neuron, which has no due date to extend"),
        ('chapter = "softmax"\ndue', "due", "with a due date needs a chapter"),
        ("[late]", "attempts = 1\n[late]", 'attempts must be "best" or "last", not 1'),
        ("[late]", "[late", "cannot be read: .*line 5"),
    ],
)
def test_settings_without_meaning_are_told_why(tmp_path, old, new, words):
    assert old in SETTINGS
    with pytest.raises(GradingError, match=f"the settings .*{words}"):
        settings(tmp_path, SETTINGS.replace(old, new, 1))


def test_hour_that_comes_twice_is_due_at_its_second_end(tmp_path):
    read = settings(tmp_path, SETTINGS.replace("2026-11-30T23:59", "2026-10-25T02:30"))
    assert read.rules["softmax"].due.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_mistake_in_settings_stops_before_anything_is_written(tmp_path, capsys):
    hand_in(tmp_path / "in", "ada", solved("softmax"))
    (tmp_path / "course.toml").write_text("grace = 3")
    words = ["--out", str(tmp_path / "out"), "--settings", str(tmp_path / "course.toml")]
    assert main(["grade", str(tmp_path / "in"), *words]) == 1
    assert "the file has 'grace', and knows only" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


# --- how late, and what it costs ------------------------------------------------------------------

RULE = Rule(DUE, timedelta(minutes=15), Decimal(10), Decimal(50))


@pytest.mark.parametrize(
    ("after", "days", "penalty"),
    [
        (timedelta(days=-3), 0, 0),
        (timedelta(0), 0, 0),
        (timedelta(seconds=0.9), 0, 0),  # within the very second
        (timedelta(minutes=15), 0, 0),
        (timedelta(minutes=15, seconds=1), 1, 0.9),
        (timedelta(days=1, minutes=15), 1, 0.9),
        (timedelta(days=1, minutes=15, seconds=1), 2, 1.8),
        (timedelta(days=4, hours=23), 5, 4.5),
        (timedelta(days=400), 400, 4.5),
    ],
)
def test_each_day_begun_costs_up_to_a_cap(after, days, penalty):
    late = lateness(DUE + after, RULE, None, 9)
    assert (late.days, float(late.penalty)) == (days, penalty)
    assert late.in_grace == (timedelta(seconds=1) <= after <= timedelta(minutes=15))


def test_the_zone_of_a_time_does_not_matter():
    there = (DUE + timedelta(minutes=16)).astimezone(ZoneInfo("Pacific/Auckland"))
    assert lateness(there, RULE, None, 9).days == 1


def test_extension_in_days_ends_at_the_same_time_of_day():
    berlin = ZoneInfo("Europe/Berlin")
    rule = Rule(datetime(2026, 10, 24, 23, 59, tzinfo=berlin))  # clocks are put back that night
    late = lateness(rule.due, rule, Extension("bo", days=Decimal(1)), 9)
    assert late.due == datetime(2026, 10, 25, 23, 59, tzinfo=berlin)


def mark_of(score, after, rule=RULE, **others):
    policy = policy_of({"a.ipynb": after}, rule, **others)
    (mark,) = marks({"a.ipynb": Entry("a", "softmax", score, 9)}, policy).values()
    return mark


def policy_of(times, rule=RULE, attempts="best"):
    handed_in = {place: HandedIn(DUE + after, "x") for place, after in times.items()}
    return Policy(Settings(attempts=attempts, rules={"softmax": rule}), times=Times(handed_in))


def test_no_mark_falls_below_zero():
    mark = mark_of(2, timedelta(days=30))
    assert (mark.counts.computed, mark.penalty, mark.score) == (2, 2.0, 0.0)
    assert mark_of(2, timedelta(days=30), Rule(DUE, per_day=Decimal(100))).score == 0


def test_hundredths_are_exact():
    mark = mark_of(9, timedelta(days=2, hours=1), Rule(DUE, per_day=Decimal("3.7")))
    assert (mark.penalty, mark.score) == (1.0, 8.0)  # 0.999, and not 8.000999999999999
    assert mark_of(8, timedelta(hours=1), Rule(DUE, per_day=Decimal("3.7"))).score == 7.67


@pytest.mark.parametrize(
    ("attempts", "counts", "score"), [("best", "a1", 8.0), ("last", "a3", 6.1)]
)
def test_best_counts_after_penalty_and_last_whatever_it_earned(attempts, counts, score):
    """The best before the penalty, 8.5 of 9, would have 7.6 points after it."""
    times = {"a1": timedelta(days=-1), "a2": timedelta(hours=1), "a3": timedelta(hours=2)}
    entries = {
        place: Entry("a", "softmax", points, 9)
        for place, points in {"a3": 7, "a2": 8.5, "a1": 8}.items()
    }
    (mark,) = marks(entries, policy_of(times, attempts=attempts)).values()
    assert (mark.counts.place, mark.score) == (counts, score)


# --- when it was handed in ------------------------------------------------------------------------


def times(tmp_path, laid_down, students=()):
    found = find(tmp_path / "in")
    identity = identities((one.student for one in found), students)
    return times_of(found, tmp_path / "in", laid_down, finder(identity, students), identity)


def listed(tmp_path, text):
    (tmp_path / "submitted.csv").write_text(text, encoding="utf-8")
    return settings(tmp_path)


def test_times_by_student_and_by_file(tmp_path):
    for name in ("ada", "bo/first", "bo/second try", "+1"):
        hand_in(tmp_path / "in", name, "{}")
    laid_down = listed(
        tmp_path,
        "\ufeffFile;Student;Submitted\n;Ada;2026-11-30 23:59:00.948\n"
        "bo/second try.ipynb;;2026-12-01T00:00:00Z\nbo/first.ipynb;;2026-11-30 22:00 +0000\n"
        ";'+1;2026-11-30 23:59:00 UTC\n;;\n",
    )
    found = times(tmp_path, laid_down)
    assert {place: one.time for place, one in found.by_place.items()} == {
        "ada.ipynb": DUE,
        "bo/first.ipynb": datetime(2026, 11, 30, 22, tzinfo=UTC),
        "bo/second try.ipynb": datetime(2026, 12, 1, tzinfo=UTC),
        "+1.ipynb": datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
    }
    assert (found.by_file_time, found.unmet) == ([], [])


def test_times_by_roster_meet_both_files_of_a_student(tmp_path):
    """One bears the id, one the name: two attempts of one student, of which one mark is made."""
    for name in ("course_a1_x", "Ada Lovelace"):
        hand_in(tmp_path / "in", name, "{}")
    students = [Student("a1", "Lovelace, Ada", "ada@example.org")]
    laid_down = listed(tmp_path, "student,submitted\nada@example.org,2026-11-30 12:00\n")
    found = times(tmp_path, laid_down, students)
    assert len(found.by_place) == 2
    identity = identities(("course_a1_x", "Ada Lovelace"), students)
    entries = {name: Entry(name, "softmax", len(name), 9) for name in identity}
    (mark,) = marks(entries, Policy(laid_down, identity=identity)).values()
    assert (mark.student, len(mark.attempts)) == ("Ada Lovelace", 2)


def test_file_without_a_line_has_its_own_time_and_is_named(tmp_path):
    path = hand_in(tmp_path / "in", "ada", "{}")
    os.utime(path, (DUE.timestamp() + 0.7, DUE.timestamp() + 0.7))
    found = times(tmp_path, listed(tmp_path, "student,submitted\nadda,2026-11-30 12:00\n"))
    assert found.by_place["ada.ipynb"].time == DUE
    assert found.by_place["ada.ipynb"].source == "the file itself"
    assert (found.by_file_time, found.unmet) == (["ada"], ["line 2: adda"])


def test_times_as_nbgrader_and_blackboard_leave_them(tmp_path):
    hand_in(tmp_path / "in" / "bo", "softmax", "{}")
    (tmp_path / "in" / "bo" / "timestamp.txt").write_text("2026-11-30 22:58:59.999 UTC\n")
    hand_in(tmp_path / "in", "week2_cy_attempt_2026-11-30-23-59-00_softmax", "{}")
    nbgrader = settings(tmp_path, SETTINGS.replace("submitted.csv", "timestamp.txt"))
    found = times(tmp_path, nbgrader).by_place["bo/softmax.ipynb"]
    assert (found.time, found.source) == (DUE - timedelta(seconds=1), "timestamp.txt")
    blackboard = times(tmp_path, settings(tmp_path, SETTINGS.replace("submitted.csv", "names")))
    (found,) = [one for one in blackboard.by_place.values() if one.source == "the file's name"]
    assert found.time == DUE


def test_students_timestamp_is_not_believed_unless_asked_for(tmp_path):
    """Whoever hands in a folder may lay such a file into it."""
    path = hand_in(tmp_path / "in" / "eve", "softmax_attempt_2020-01-01-00-00-00", "{}")
    (tmp_path / "in" / "eve" / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC")
    os.utime(path, (DUE.timestamp(), DUE.timestamp()))
    found = times(tmp_path, listed(tmp_path, "student,submitted\n"))
    (one,) = found.by_place.values()
    assert one.time == DUE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "need a first line.*it has nothing"),
        ("student,when\n", "it has student, when"),
        ("student,submitted\nada,2026-11-30\n", "line 2 .* the time '2026-11-30', which is none"),
        ("student,submitted\nada,\n", "line 2 .* the time ''"),
        ("student,submitted\nada,soon enough\n", "which is none: write 2026-11-30 23:59:00"),
        ("student,submitted\nada,2026-11-30 23:00\nADA,2026-11-30 12:00\n", "line 3 .* second one"),
    ],
)
def test_bad_times_are_told_why(tmp_path, text, words):
    hand_in(tmp_path / "in", "ada", "{}")
    with pytest.raises(GradingError, match=words):
        times(tmp_path, listed(tmp_path, text))


def test_time_without_a_zone_asks_for_one(tmp_path):
    hand_in(tmp_path / "in", "ada", "{}")
    (tmp_path / "submitted.csv").write_text("student,submitted\nada,2026-11-30 23:00:00\n")
    laid_down = settings(
        tmp_path,
        'submitted = "submitted.csv"\n[chapter.softmax]\ndue = 2026-11-30T23:59:00+01:00\n',
    )
    with pytest.raises(GradingError, match=r"without a time zone: add one, as in .*\+01:00"):
        times(tmp_path, laid_down)


# --- a class --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def late_class(tmp_path_factory):
    """Four students and a run with settings; what it said."""
    folder = tmp_path_factory.mktemp("late")
    hand_in(folder / "in", "ada", solved("softmax"))
    hand_in(folder / "in", "bo", solved("softmax"))
    hand_in(folder / "in" / "dan", "early", solved("softmax", log_sum_exp="log_sum_exp = 1"))
    hand_in(folder / "in" / "dan", "late", solved("softmax"))
    hand_in(folder / "in", "eve", notebook("softmax", {}))
    (folder / "course.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "submitted.csv").write_text(
        "student,file,submitted\nada,,2026-12-02 00:14:01\nbo,,2026-12-03 23:59:00\n"
        ",dan/early.ipynb,2026-11-30 08:00\n,dan/late.ipynb,2026-12-04 08:00\n"
        "eve,,2026-12-02 12:00\nzoe,,2026-12-02 12:00\n"
    )
    return folder


def run(folder, capsys, *words, out="out"):
    given = ["--out", str(folder / out), "--seed", "1", "--quiet", *words]
    assert main(["grade", str(folder / "in"), *given]) == 0
    return capsys.readouterr().out


def test_marks_stand_beside_what_was_computed_with_the_reason(late_class, capsys):
    out = late_class / "out"
    said = run(late_class, capsys, "--settings", str(late_class / "course.toml"))
    rows = table(out)
    keys = ("computed_score", "raw_score", "late_submission_penalty", "score")
    assert {name: [row[key] for key in keys] for name, row in rows.items()} == {
        "ada": ["9.0", "9.0", "1.8", "7.2"],
        "bo": ["9.0", "9.0", "0.0", "9.0"],
        "dan": ["7.0", "7.0", "0.0", "7.0"],
        "eve": ["0.0", "0.0", "0.0", "0.0"],
    }
    assert rows["ada"]["remarks"] == (
        "Handed in 2026-12-02 00:14:01 +01:00 (by submitted.csv), due 2026-11-30 23:59:00 +01:00: "
        "2 days late, −1.8 points"
    )
    assert (rows["ada"]["duedate"], rows["ada"]["timestamp"]) == (
        "2026-11-30 22:59:00", "2026-12-01 23:14:01",
    )  # fmt: skip
    assert "(extended: ill): in time" in rows["bo"]["remarks"]
    assert rows["dan"]["remarks"].endswith("Of 2 attempts dan/early.ipynb counts")
    assert "softmax is due 2026-11-30 23:59:00 +01:00, 15 minutes of grace" in said
    assert "1 without a hand-in, in submitted.csv:\n  line 7: zoe" in said
    assert "1 with an extension and no hand-in:\n  cy" in said
    assert "2 late:\n  ada: Handed in" in said


@pytest.mark.parametrize("name", ["feedback.md", "feedback.html"])
def test_students_are_told_their_mark_and_its_rules(late_class, capsys, name):
    run(late_class, capsys, "--settings", str(late_class / "course.toml"))

    def feedback(place):
        path = late_class / "out" / "submissions" / place / name
        return path.read_text(encoding="utf-8").replace("\\", "")

    ada = feedback("ada.ipynb")
    assert "Mark: 7.2 of 9 points" in ada
    assert "The answers: 9 of 9 points" in ada
    assert "2 days late, −1.8 points" in ada
    assert "10 % of the points possible" in ada
    assert "Another attempt counts: dan/early.ipynb, 7 of 9 points" in feedback("dan/late.ipynb")
    assert "Mark: 7 of 9 points" in feedback("dan/early.ipynb")


def test_results_stay_as_they_were_computed(late_class, capsys):
    run(late_class, capsys, "--settings", str(late_class / "course.toml"))
    path = late_class / "out" / "submissions" / "ada.ipynb" / "results.json"
    assert json.loads(path.read_text(encoding="utf-8"))["score"] == 9


def test_exports_have_the_mark(late_class, capsys):
    (late_class / "class.csv").write_text("id,name\nada,Ada\n")
    words = ["--settings", str(late_class / "course.toml"), "--roster", late_class / "class.csv"]
    run(late_class, capsys, *map(str, words), out="exported")
    text = (late_class / "exported" / "exports" / "moodle.csv").read_text(encoding="utf-8")
    assert text.endswith('"ada","","7.2"\n')
    with (late_class / "exported" / "exports" / "nbgrader.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == ("9.0", "1.8", "7.2")


def test_run_without_settings_takes_those_of_the_run_before(late_class, capsys):
    run(late_class, capsys, "--settings", str(late_class / "course.toml"))
    before = bytes_of(late_class / "out")
    said = run(late_class, capsys)
    assert "settings: " in said
    assert "no points changed" in said
    assert bytes_of(late_class / "out") == before


def test_settings_that_went_away_are_asked_for(late_class, tmp_path, capsys):
    moved = tmp_path / "other.toml"
    moved.write_text("[chapter.softmax]\ndue = 2999-01-01T00:00:00Z\n")
    run(late_class, capsys, "--settings", str(moved), out="moved")
    moved.unlink()
    words = ["--out", str(late_class / "moved"), "--quiet"]
    assert main(["grade", str(late_class / "in"), *words]) == 1
    assert "which is not there any more: say with --settings" in capsys.readouterr().err


def test_changed_settings_change_marks_without_grading_again(late_class, capsys):
    run(late_class, capsys, "--settings", str(late_class / "course.toml"), out="again")
    milder = late_class / "milder.toml"
    milder.write_text(SETTINGS.replace("percent_per_day = 10", "percent_per_day = 5"))
    said = run(late_class, capsys, "--settings", str(milder), out="again")
    assert "0 graded, 5 were done before" in said
    assert "ada, lateness: -1.8 → -0.9" in said
    assert table(late_class / "again")["ada"]["score"] == "8.1"
    page = (late_class / "again/submissions/ada.ipynb/feedback.html").read_text(encoding="utf-8")
    assert "Mark: 8.1 of 9 points" in page
