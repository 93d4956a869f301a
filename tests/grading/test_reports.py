"""What a teacher reads: a page on the class, and whose points changed when a test did."""

import csv
import html
import json
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from actloss.exercises import of_chapter
from actloss.grading import changes, class_report
from actloss.grading.class_report import Tally, brief
from actloss.grading.command import main
from actloss.grading.items import item_rest_correlation
from actloss.grading.notebooks import Cell, Notebook
from actloss.grading.wrong_answers import LONGEST, answer_to, visible
from exercises.submissions import hand_in, notebook, solved
from tools.stamps import ROOT

HOSTILE = "<script>hacked = 1</script><img src=x onerror='hacked = 1'>"
SOFTMAX = [exercise.name for exercise in of_chapter("softmax")]


def counted(*states, **others):
    """A brief on a student, by the states of the exercises: "not right yet: the hint"."""
    pairs = [[*state.split(": "), ""][:2] for state in states]
    tests = [(name, *pair) for name, pair in zip(SOFTMAX, pairs, strict=False)]
    points = [e.points for e, (state, _) in zip(of_chapter("softmax"), pairs, strict=False)
              if state == "solved"]  # fmt: skip
    about = {"student": "x", "problem": "", "chapter": "softmax"}
    return about | {"score": sum(points), "tests": tests} | others


def page_of(*briefs, results=(), **others):
    tally = Tally()
    for item in briefs:
        tally.add(item)
    places = {result["extra_data"]["place"]: result for result in results}
    for result in results:
        tally.groups.add(result)
    return class_report.as_html(tally, "Graded with seed 1.", result_at=places.get, **others)


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
    assert rows[0][1:-1] == ["1", "2", "2", "1", "40 %"]
    assert rows[1][1:-1] == ["2", "3", "1", "1", "60 %"]


def test_class_page_says_which_exercise_tells_students_apart():
    """By hand for the first: 1, 1, 0, 0, 0 points beside 8, 8, 8, 6, 0 for the others."""
    rows = rows_of(page_of(*CLASS), "How hard each exercise was")
    expected = np.corrcoef([1, 1, 0, 0, 0], [8, 8, 8, 6, 0])[0, 1]
    assert rows[0][-1] == f"{expected:.2f}" == "0.53"
    alike = rows_of(page_of(counted(*SOLVED), counted(*SOLVED)), "How hard each exercise was")
    assert {row[-1] for row in alike} == {"–"}
    below = [counted("solved", *["not solved yet"] * 4), counted("not solved yet", *SOLVED[1:])]
    rows = rows_of(page_of(*below, *below), "How hard each exercise was")
    assert rows[0][-1] == "−1.00"


@pytest.mark.parametrize(
    ("earned", "totals"),
    [([], []), ([2], [9]), ([2, 0], [9, 1]), ([2, 2, 2], [3, 4, 5]), ([0, 1, 2], [3, 4, 5])],
)
def test_correlation_is_undefined_where_nothing_varies(earned, totals):
    assert item_rest_correlation(earned, totals) is None


def test_class_page_says_which_hint_met_how_many():
    page = page_of(*CLASS, counted("not right yet", *SOLVED[1:]))
    assert rows_of(page, "Which hint met how many") == [
        ["2 of 6", SOFTMAX[0], "halved"],
        ["1 of 6", SOFTMAX[0], "no hint: the mistake is none of the known ones"],
        ["1 of 6", SOFTMAX[1], "naive"],
    ]


def test_class_page_names_students_only_if_asked_to():
    named = page_of(*CLASS, names=True)
    assert rows_of(named, "Could not be read") == [["eve", "the file is empty"]]
    assert '<th scope="row">x</th>' in named
    anonymous = page_of(*CLASS)
    assert rows_of(anonymous, "Could not be read") == [["1", "the file is empty"]]
    assert ">eve<" not in anonymous
    assert re.findall(r'<th scope="row">(\w+)</th>', anonymous) == ["1", "2", "3", "4", "5"]


def test_table_of_students_and_exercises():
    page = page_of(*CLASS)
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', page)
    signs = ["".join(re.findall(r'aria-hidden="true">(.)<', row)) for row in rows]
    assert signs == ["✓✓✓✓✓", "✓✓✓✓✓", "✗✓✓✓✓", "✗✗✓✓✓", "–––––"]
    assert [row.rpartition("<td>")[2] for row in rows] == [
        f"{points}</td>" for points in (9, 9, 8, 6, 0)
    ]
    assert re.findall(r'"spoken">(.*?)<', rows[3])[:3] == [
        "not right yet", "not right yet", "solved",
    ]  # fmt: skip


def wrong(place, example, mistake="over the wrong axis", answer="def f(z):\n    return z"):
    """Results of a student whose first answer fails like this."""
    about = {"state": "not right yet", "mistake": mistake, "hint": mistake, "example": example,
             "message": "", "answer": answer}  # fmt: skip
    return {"extra_data": {"place": place}, "tests": [{"name": SOFTMAX[0], "extra_data": about}]}


def groups_of(page):
    return [html.unescape(text) for text in re.findall(r"<summary>(\d+ of .*?)</summary>", page)]


def test_answers_that_are_wrong_alike_stand_together_with_a_specimen():
    same, other = [["z", "[1, 2]"], ["got", "[3]"]], [["z", "[1, 2]"], ["got", "[4]"]]
    results = [
        wrong("c", same, answer="third = 3"),
        wrong("b", other),
        wrong("a", same, answer="first = 1"),
        wrong("d", same, "another hint"),
    ]
    page = page_of(*CLASS, results=results)
    assert groups_of(page) == [
        "2 of 5: over the wrong axis", "1 of 5: over the wrong axis", "1 of 5: another hint",
    ]  # fmt: skip
    assert "<pre>z    [1, 2]\ngot  [3]</pre>" in page
    assert "first = 1" in page
    assert "third" not in page
    assert page_of(*CLASS, results=results[::-1]) == page


def test_rare_wrong_answers_are_counted_together():
    results = [wrong(f"{n:02}", [["got", str(n)]]) for n in range(class_report.GROUPS + 3)]
    page = page_of(*CLASS, results=results)
    assert len(groups_of(page)) == class_report.GROUPS
    assert "3 gave 3 other wrong answers." in page


def test_answer_is_the_last_cell_that_defines_it():
    cells = [Cell("import numpy"), Cell("f = 1"), Cell("def f(z):\n    return z\n"), Cell("f(2)")]
    assert answer_to(Notebook(tuple(cells), ""), "f") == "def f(z):\n    return z"
    assert answer_to(Notebook(tuple(cells), ""), "g") == ""
    long = Notebook((Cell("f = 1\n" + "x" * 9000),), "")
    assert len(answer_to(long, "f")) == LONGEST + 2


def test_signs_that_show_nothing_are_shown():
    """With them, code reads otherwise than it runs."""
    assert visible("a = '\u202e' # \u200b\x1b[1m\ud800\n\tb") == "a = '�' # ��[1m�\n\tb"


def test_class_page_does_not_depend_on_the_order_of_submissions():
    assert page_of(*CLASS) == page_of(*reversed(CLASS))


def test_pictures_are_drawn_without_style_rules():
    pictures = re.findall(r"<svg.*?</svg>", page_of(*CLASS), re.DOTALL)
    assert len(pictures) == 3
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
        counted(f"not right yet: {HOSTILE}", *SOLVED[1:], student=HOSTILE),
        counted(chapter="", problem=HOSTILE, student=HOSTILE, tests=[]),
        results=[wrong(HOSTILE, [[HOSTILE, HOSTILE]], HOSTILE, HOSTILE)],
        names=True,
    )
    assert "<script" not in page
    assert "<img" not in page
    assert page.count(html.escape(HOSTILE)) == 8


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
            cwd=folder, capture_output=True, text=True, timeout=600,
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
    assert item["tests"][0] == (SOFTMAX[0], "not right yet", "")
    assert (item["student"], item["chapter"], item["score"]) == ("bo", "softmax", 8)
    page = (folder / "two/class.html").read_text(encoding="utf-8")
    assert "1 of 3: 0.7502 is not the number." in page
    assert "second_probability = 0.7502" in page
