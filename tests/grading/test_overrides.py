"""Points by hand and comments: beside what was computed, kept by every run, refused if mistaken."""

import csv
import json

import pytest

from actloss.grading import settle
from actloss.grading.command import main
from actloss.grading.overrides import read_overrides
from actloss.grading.people import finder
from actloss.grading.submission import GradingError
from exercises.submissions import hand_in, notebook, solved

HEAD = "student,exercise,points,reason,by,comment\n"
BY_HAND = HEAD + (
    'bo,log_sum_exp,1.5,"right but for a sign",Dr. Lee,\n'
    "ada,stable_softmax,0,copied,Dr. Lee,\n"
    "cut,log_sum_exp,2,read on paper,Dr. Lee,\n"
    "bo,,,,Dr. Lee,See me about <b>log_sum_exp</b>\n"
    "ada,even_temperature,,,,Well found!\n"
)


def written(folder, text=BY_HAND, name="overrides.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def class_of_four(folder):
    hand_in(folder / "in", "ada", solved("softmax"))
    hand_in(folder / "in", "bo", solved("softmax", log_sum_exp="log_sum_exp = len"))
    hand_in(folder / "in", "cut", json.dumps(solved("softmax"))[:-100])
    hand_in(folder / "in", "dan", notebook("softmax", {}))
    return folder


def grade(folder, *words, out="out", status=0):
    given = ["--out", str(folder / out), "--quiet", "--seed", "1", *map(str, words)]
    assert main(["grade", str(folder / "in"), *given]) == status


def table(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def points(out):
    return {
        name: (float(row["computed_score"]), float(row["score"]))
        for name, row in table(out).items()
    }


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = class_of_four(tmp_path_factory.mktemp("hands"))
    grade(folder, "--overrides", written(folder))
    return folder


def test_points_by_hand_count_and_computed_ones_stand_beside(graded):
    assert points(graded / "out") == {
        "ada": (9, 7), "bo": (7, 8.5), "cut": (0, 2), "dan": (0, 0),
    }  # fmt: skip
    rows = table(graded / "out")
    assert rows["bo"]["remarks"] == (
        "log_sum_exp: 1.5 by hand, 0 computed: right but for a sign (Dr. Lee); "
        "Comment: See me about <b>log_sum_exp</b> (Dr. Lee)"
    )
    assert (rows["cut"]["assignment"], rows["cut"]["max_score"]) == ("softmax", "9.0")
    path = graded / "out" / "submissions" / "bo.ipynb" / "results.json"
    assert json.loads(path.read_text(encoding="utf-8"))["score"] == 7


def test_students_read_why(graded):
    folder = graded / "out" / "submissions"
    page = (folder / "bo.ipynb" / "feedback.html").read_text(encoding="utf-8")
    assert "Mark: 8.5 of 9 points" in page
    assert "The answers: 7 of 9 points" in page
    assert "log_sum_exp: 1.5 by hand, 0 computed: right but for a sign (Dr. Lee)" in page
    assert "See me about &lt;b&gt;" in page
    assert "<b>" not in page
    unread = (folder / "cut.ipynb" / "feedback.html").read_text(encoding="utf-8")
    assert "Mark: 2 of 9 points" in unread
    assert "damaged" in unread
    assert "Well found\\!" in (folder / "ada.ipynb" / "feedback.md").read_text(encoding="utf-8")


def test_file_is_never_written_and_holds_in_later_runs(graded, capsys):
    """Also without being named, with another seed, and where everything is graded again."""
    before = (graded / "overrides.csv").read_bytes()
    for words in ([], ["--seconds", "9"]):
        grade(graded, *words)
        assert points(graded / "out")["bo"] == (7, 8.5)
    assert "points by hand: 3, from" in capsys.readouterr().out
    assert (graded / "overrides.csv").read_bytes() == before


def test_a_line_taken_back_gives_the_computed_points_again(tmp_path, capsys):
    folder = class_of_four(tmp_path)
    path = written(folder)
    grade(folder, "--overrides", path)
    path.write_text(HEAD, encoding="utf-8")
    capsys.readouterr()
    grade(folder)
    assert points(folder / "out")["bo"] == (7, 7)
    said = capsys.readouterr().out
    assert "bo, log_sum_exp: 1.5 → 0: no longer by hand (right but for a sign, Dr. Lee)" in said
    page = (folder / "out/submissions/bo.ipynb/feedback.html").read_text(encoding="utf-8")
    assert "by hand" not in page


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mallory,log_sum_exp,1,why,Lee,", "line 2 .* about 'mallory', who handed in nothing"),
        (",log_sum_exp,1,why,Lee,", "line 2 .* about ''"),
        ("bo,log_sumexp,1,why,Lee,", "'log_sumexp', which is no exercise; did you mean 'log_sum_"),
        ("bo,,1,why,Lee,", "it must say for which exercise"),
        ("bo,log_sum_exp,2.5,why,Lee,", "'2.5' points for log_sum_exp: it must be .* from 0 to 2"),
        ("bo,log_sum_exp,-1,why,Lee,", "from 0 to 2"),
        ("bo,log_sum_exp,nan,why,Lee,", "from 0 to 2"),
        ("bo,log_sum_exp,two,why,Lee,", "from 0 to 2"),
        ("bo,log_sum_exp,1,,Lee,", "needs a reason"),
        ("bo,log_sum_exp,1,why,,", "needs who gives them, in the column by"),
        ("bo,log_sum_exp,,,Lee,", "neither points nor a comment"),
        ("bo,log_sum_exp,1,a,Lee,\nBo,log_sum_exp,2,b,Lee,", "again: line 2 did so already"),
    ],
)
def test_mistakes_stop_the_run_before_anything_is_written(tmp_path, capsys, line, words):
    hand_in(tmp_path / "in", "bo", solved("softmax"))
    path = written(tmp_path, HEAD + line + "\n")
    grade(tmp_path, "--overrides", path, status=1)
    with pytest.raises(GradingError, match=words) as told:
        read_overrides(path, finder({"bo": "bo"}, []))
    assert f"✗ {told.value}\n" == capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_columns_and_file_must_be_there(tmp_path):
    with pytest.raises(GradingError, match=r"it lacks reason, by$"):
        read_overrides(written(tmp_path, "student,exercise,points\n"), finder({}, []))
    with pytest.raises(GradingError, match="cannot be read"):
        read_overrides(tmp_path / "none.csv", finder({}, []))


def test_exercise_of_another_chapter_than_the_one_graded_is_refused(tmp_path):
    with pytest.raises(GradingError, match="an exercise of softmax, and moons is graded"):
        read_overrides(
            written(tmp_path, HEAD + "bo,log_sum_exp,1,a,b,\n"), finder({"bo": "bo"}, []), "moons"
        )


def test_a_spreadsheets_own_way_of_writing_is_read(tmp_path):
    text = "\ufeffStudent;Exercise;Points;Reason;By\r\nBO;log_sum_exp;1,5;why;Lee\r\n"
    found = read_overrides(written(tmp_path, text), finder({"bo": "bo"}, []))
    assert float(found.by_student["bo"][0].points) == 1.5


def test_points_for_a_chapter_not_handed_in_are_named(tmp_path, capsys):
    hand_in(tmp_path / "in", "bo", solved("softmax"))
    path = written(tmp_path, HEAD + "bo,leaky_relu,1,why,Lee,\n")
    grade(tmp_path, "--overrides", path)
    said = capsys.readouterr().out
    assert "1 for a chapter that the student did not hand in, which count nowhere:" in said
    assert "line 2: leaky_relu of relu-family" in said
    assert points(tmp_path / "out") == {"bo": (9, 9)}


# --- what changed since the run before ------------------------------------------------------------


def changes(folder):
    with (folder / "out" / "changes.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["student"], row["exercise"], row["before"], row["after"], row["why"])
            for row in csv.DictReader(file)
        ]


def test_run_in_the_same_folder_says_what_changed(tmp_path, capsys):
    folder = class_of_four(tmp_path)
    grade(folder)
    assert not (folder / "out" / "changes.csv").exists()
    assert "since" not in capsys.readouterr().out
    hand_in(folder / "in", "dan", solved("softmax", log_sum_exp="log_sum_exp = len"))
    hand_in(folder / "in", "cut", solved("softmax"))
    hand_in(folder / "in", "new", notebook("softmax", {}))
    (folder / "in" / "ada.ipynb").unlink()
    grade(folder, "--overrides", written(folder, HEAD + "bo,log_sum_exp,1,kind,Lee,\n"))
    found = {(name, exercise): rest for name, exercise, *rest in changes(folder)}
    assert found["bo", "log_sum_exp"] == ["0", "1.0", "by hand, 0 computed: kind (Lee)"]
    assert found["dan", "stable_softmax"][:2] == ["0", "2"]
    assert found["dan", "stable_softmax"][2].startswith("another notebook was handed in")
    assert found["new", "all"] == ["", "0.0", "the submission was not there before"]
    assert found["ada", "all"] == ["9.0", "", "the submission is not there any more"]
    assert "before it could not be read (the notebook is damaged" in found["cut", "log_sum_exp"][2]
    assert {name for name, _ in found} == {"ada", "bo", "cut", "dan", "new"}
    said = capsys.readouterr().out
    assert "since the run before: points changed in 5 of the submissions" in said
    assert "(" + str(folder / "out") + "/changes.html)" in said


def test_list_of_changes_stands_until_something_changes_again(tmp_path):
    folder = class_of_four(tmp_path)
    grade(folder)
    grade(folder, "--overrides", written(folder))
    before = (folder / "out" / "changes.csv").read_bytes()
    grade(folder)
    assert (folder / "out" / "changes.csv").read_bytes() == before


def test_computed_points_that_change_under_points_by_hand_are_told(tmp_path):
    folder = class_of_four(tmp_path)
    grade(folder, "--overrides", written(folder, HEAD + "bo,log_sum_exp,1,kind,Lee,\n"))
    hand_in(folder / "in", "bo", solved("softmax"))
    grade(folder)
    assert changes(folder) == [
        ("bo", "log_sum_exp", "1.0", "1.0", "by hand, 0 → 2 computed: points by hand count")
    ]


def test_stopped_run_leaves_the_marks_to_compare_with(tmp_path, monkeypatch, capsys):
    """What changed is told by the run that comes to its end, since the last one that did."""
    folder = class_of_four(tmp_path)
    grade(folder)
    hand_in(folder / "in", "dan", solved("softmax"))

    def stopped(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(settle.MarkBook, "several", stopped)
        grade(folder, status=130)
    capsys.readouterr()
    grade(folder)
    assert "since the run before: points changed in 1 of the submissions" in capsys.readouterr().out
