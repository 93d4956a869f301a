"""What a teacher reads: a page on the class, and whose points changed when a test did."""

import csv
import html
import json
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from actloss.exercises import of_chapter
from actloss.grading import changes, class_report
from actloss.grading.class_report import Tally, brief
from actloss.grading.command import main
from exercises.submissions import hand_in, notebook, solved
from tools.stamps import ROOT

HOSTILE = "<script>hacked = 1</script><img src=x onerror='hacked = 1'>"
SOFTMAX = [exercise.name for exercise in of_chapter("softmax")]


def counted(*states, **others):
    """A brief on a student, by the states of the exercises: "not right yet: the mistake"."""
    pairs = [[*state.split(": "), ""][:2] for state in states]
    tests = [(name, *pair) for name, pair in zip(SOFTMAX, pairs, strict=False)]
    points = [e.points for e, (state, _) in zip(of_chapter("softmax"), pairs, strict=False)
              if state == "solved"]  # fmt: skip
    about = {"student": "x", "problem": "", "chapter": "softmax"}
    return about | {"score": sum(points), "tests": tests} | others


def page_of(*briefs):
    tally = Tally()
    for item in briefs:
        tally.add(item)
    return class_report.as_html(tally, "Graded with seed 1.")


def rows_of(page, heading):
    """The cells of the table below a heading."""
    table = page.split(f">{heading}</h")[1].split("<table>")[1].split("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    return [[html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in rows]


SOLVED = ["solved"] * 5
CLASS = [
    counted(*SOLVED),
    counted(*SOLVED),
    counted("not right yet: halved", *SOLVED[1:]),
    counted("not right yet: halved", "not right yet: naive", *SOLVED[2:]),
    counted(*["not solved yet"] * 5),
    counted(chapter="", problem="the file is empty", student="eve", tests=[]),
]


def test_class_page_counts_points():
    text = page_of(*CLASS)
    assert "5 submissions of 9 points at most. Median 8, mean 6.4. All points: 2. None: 1." in text
    assert "1 with 0, 1 with 6, 1 with 8, 2 with 9" in text


def test_class_page_says_how_hard_each_exercise_was():
    rows = rows_of(page_of(*CLASS), "How hard each exercise was")
    assert [row[0] for row in rows] == SOFTMAX
    assert rows[0][1:] == ["1", "2", "2", "1", "40 %"]
    assert rows[1][1:] == ["2", "3", "1", "1", "60 %"]


def test_class_page_lists_the_commonest_mistakes_first():
    rows = rows_of(page_of(*CLASS), "The commonest mistakes")
    assert rows == [["2", SOFTMAX[0], "halved"], ["1", SOFTMAX[1], "naive"]]


def test_class_page_names_who_handed_in_nothing_readable():
    assert rows_of(page_of(*CLASS), "Could not be read") == [["eve", "the file is empty"]]


def test_class_page_does_not_depend_on_the_order_of_submissions():
    assert page_of(*CLASS) == page_of(*reversed(CLASS))


def test_pictures_are_drawn_without_style_rules():
    pictures = re.findall(r"<svg.*?</svg>", page_of(*CLASS), re.DOTALL)
    assert len(pictures) == 2
    ids = []
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        nodes = list(root.iter())
        assert not [node for node in nodes if node.get("style") or node.tag.endswith("style")]
        assert root.get("aria-label")
        ids += [node.get("id") for node in nodes if node.get("id")]
        links = {node.get("{http://www.w3.org/1999/xlink}href", "#")[1:] for node in nodes} - {""}
        clips = {node.get("clip-path", "url(#)")[5:-1] for node in nodes} - {""}
        assert links | clips <= set(ids)
        assert links
    assert len(ids) == len(set(ids))


def test_class_page_escapes_everything():
    page = page_of(
        counted(f"not right yet: {HOSTILE}", *SOLVED[1:]),
        counted(chapter="", problem=HOSTILE, student=HOSTILE, tests=[]),
    )
    assert "<script" not in page
    assert "<img" not in page
    assert page.count(html.escape(HOSTILE)) == 3


# --- what changed ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded_again(tmp_path_factory):
    """Three students, graded, then graded by a course whose number is rounded more strictly."""
    folder = tmp_path_factory.mktemp("again")
    hand_in(folder / "in", "ada", solved("softmax"))
    hand_in(
        folder / "in", "bo", solved("softmax", second_probability="second_probability = 0.7502")
    )
    hand_in(folder / "in", HOSTILE.replace("/", ""), notebook("softmax", {}))
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "src" / "actloss" / "exercises" / "softmax.py"
    text = module.read_text(encoding="utf-8")
    assert "tolerance=" in text
    stricter = re.sub(r"tolerance=[\d.e-]+", "tolerance=1e-9", text)
    module.write_text(stricter, encoding="utf-8")
    said = []
    for course, words in ((ROOT, ["--out", "one"]), (folder, ["--out", "two", "--compare", "one"])):
        program = f"import sys; sys.path.insert(0, {str(course / 'src')!r}); " + (
            "from actloss.grading.command import main; sys.exit(main(sys.argv[1:]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, "grade", "in", "--seed", "1", "--quiet", *words],
            cwd=folder, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    return folder, said[1]


def test_changed_test_says_who_changed_and_why(graded_again):
    folder, said = graded_again
    with (folder / "two" / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["exercise"], row["before"], row["after"]) for row in rows] == [
        ("bo", "second_probability", "1", "0")
    ]
    assert rows[0]["why"].startswith(
        "the tests or the grader changed. before solved, now not right yet"
    )
    assert "points changed in 1 of the submissions: 0 more, 1 fewer" in said
    assert "bo, second_probability: 1 → 0" in said
    assert "bo" in (folder / "two" / "changes.html").read_text(encoding="utf-8")


def results(points, **about):
    test = {"name": "a", "score": points, "extra_data": {"state": "s", "mistake": "", **about}}
    return {
        "score": points,
        "tests": [test],
        "extra_data": {"student": HOSTILE, "chapter": "=1", "tests": "1", "seed": 1},
    }


def test_changed_property_is_named():
    old = results(1, properties=[["right values", True], ["fast", False]])
    new = results(0, properties=[["right values", False], ["no warnings", False]])
    (row,) = changes._of_submission(old, new)
    assert "no longer so: right values" in row["why"]
    assert "now asked, and not so: no warnings" in row["why"]
    assert "no longer asked: fast" in row["why"]


def test_each_cause_is_named():
    for key, words in changes.CAUSES.items():
        old, new = results(1), results(0)
        new["extra_data"][key] = "other"
        (row,) = changes._of_submission(old, new)
        assert row["why"].startswith(words)


def test_submission_that_came_or_went_is_named():
    (came,), (went,) = (
        changes._of_submission(None, results(1)),
        changes._of_submission(results(1), None),
    )
    assert (came["before"], came["after"]) == ("", 1)
    assert "was not there before" in came["why"]
    assert (went["before"], went["after"]) == (1, "")


def test_changes_escape_everything():
    rows = changes._of_submission(results(1), results(0))
    page, table = changes.as_html(rows), changes.as_csv(rows)
    assert "<script" not in page
    assert html.escape(HOSTILE) in page
    assert '"\'=1"' in table


def test_unchanged_points_are_no_change():
    assert changes._of_submission(results(1), results(1)) == []
    assert changes.summary([]) == "no points changed"


@pytest.mark.parametrize(
    ("old", "said"), [("none", "no results to compare with"), ("two", "another folder")]
)
def test_nothing_to_compare_with_gets_a_sentence(graded_again, capsys, old, said):
    folder, _ = graded_again
    words = ["--out", str(folder / "two"), "--compare", str(folder / old)]
    assert main(["grade", str(folder / "in"), *words]) == 1
    assert said in capsys.readouterr().err


def test_brief_has_what_a_tally_needs(graded_again):
    folder, _ = graded_again
    text = (folder / "two/submissions/bo.ipynb/results.json").read_text(encoding="utf-8")
    item = brief(json.loads(text))
    assert item["tests"][0][:2] == (SOFTMAX[0], "not right yet")
    assert item["tests"][0][2]
    page = (folder / "two/class.html").read_text(encoding="utf-8")
    assert html.escape(item["tests"][0][2]) in page
