"""A whole class: a line for each student, whatever was handed in; no work lost or done twice."""

import csv
import html
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from actloss.exercises import of_chapter
from actloss.exercises.report import Report
from actloss.grading import cohort, feedback, pages, submission
from actloss.grading.cohort import grade_class
from actloss.grading.command import main
from actloss.grading.grade import Graded
from actloss.grading.notebooks import find
from actloss.grading.sandbox import NoSandboxError, Sandbox
from actloss.grading.sandboxes import Sandboxes
from actloss.grading.submission import GradingError, Run, grade_one
from exercises.submissions import hand_in, notebook, solutions_of, solved
from tests.grading.runs import SHORT, bytes_of
from tools.stamps import ROOT

HOSTILE = "<img src=x onerror=alert(1)>"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A class of every kind, and the results of one run on two workers."""
    folder = tmp_path_factory.mktemp("class") / "in"
    hand_in(folder, "ada", solved("softmax"))
    hand_in(folder, "bo", notebook("softmax", {"second_probability": "second_probability = 0.25"}))
    hand_in(folder, "cy", solved("softmax", stable_softmax="import os; os._exit(0)"))
    hand_in(folder, "dora", solved("softmax", log_sum_exp="while True: pass"))
    hand_in(folder, "empty", "")
    hand_in(folder, "cut", json.dumps(solved("softmax"))[:-100])
    hand_in(folder, "other", {"cells": [{"cell_type": "code", "source": "1"}]})
    hand_in(folder, "Åsa 名前", solved("softmax"))
    hand_in(folder, HOSTILE.replace("/", ""), solved("softmax"))
    hand_in(folder, FORMULA, solved("softmax"))
    hand_in(folder / "eve", "softmax", solved("softmax"))
    hand_in(folder / "eve", "moons", solved("moons"))
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / "zoe").mkdir()
    out = folder.parent / "out"
    summary = grade_class(folder, out, tier="A", seed=7, workers=2, limits=SHORT, quiet=True)
    return folder, out, summary


def result(out, place):
    return json.loads((out / "submissions" / place / "results.json").read_text(encoding="utf-8"))


def table(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- results --------------------------------------------------------------------------------------


def test_every_submission_has_its_line(many):
    folder, out, summary = many
    scores = {(row["student_id"], row["assignment"]): row["score"] for row in table(out)}
    assert scores == {
        ("ada", "softmax"): "9.0",
        ("bo", "softmax"): "0.0",
        ("cy", "softmax"): "7.0",
        ("dora", "softmax"): "7.0",
        ("empty", ""): "0.0",
        ("cut", ""): "0.0",
        ("other", ""): "0.0",
        ("Åsa 名前", "softmax"): "9.0",
        (HOSTILE, "softmax"): "9.0",
        ("'" + FORMULA, "softmax"): "9.0",
        ("eve", "softmax"): "9.0",
        ("eve", "moons"): "8.0",
        ("photo.png", ""): "0.0",
        ("zoe", ""): "0.0",
    }
    assert dict(summary.unreadable) == {
        "empty": "the file is empty",
        "cut": dict(summary.unreadable)["cut"],
        "other": "no exercise of the course was found in this notebook",
        "photo.png": "this file is no notebook (.ipynb)",
        "zoe": "no notebook (.ipynb) was handed in",
    }
    assert "damaged" in dict(summary.unreadable)["cut"]
    assert (summary.graded, summary.skipped, summary.unjudged) == (len(find(folder)), 0, [])


def test_results_are_gradescopes(many):
    _, out, _ = many
    found = result(out, "cy.ipynb")
    assert (found["score"], found["max_score"]) == (7, 9)
    assert found["output_format"] == "text"
    assert found["visibility"] == "visible"
    assert [test["name"] for test in found["tests"]] == [e.name for e in of_chapter("softmax")]
    for test in found["tests"]:
        assert test["score"] in (0, test["max_score"])
        assert test["status"] == ("passed" if test["score"] else "failed")
        assert isinstance(test["output"], str)
    assert found["extra_data"]["tier"] == "A"
    assert found["extra_data"]["seed"] == 7


def test_table_has_nbgraders_columns_and_two_more(many):
    _, out, _ = many
    text = (out / "grades.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == (
        '"assignment","duedate","timestamp","student_id","last_name","first_name","email",'
        '"raw_score","late_submission_penalty","score","max_score","computed_score","remarks"'
    )
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "＝1", "\n=1"])
def test_formulas_become_text(text):
    assert pages.harmless(text) == "'" + text
    assert pages.harmless("Ada = 1") == "Ada = 1"


def test_feedback_says_what_the_report_says(many):
    _, out, _ = many
    folder = out / "submissions" / "bo.ipynb"
    page = html.unescape((folder / "feedback.html").read_text(encoding="utf-8"))
    words = (folder / "feedback.md").read_text(encoding="utf-8").replace("\\", "")
    for text in (page, words):
        assert "bo: softmax" in text
        assert "0 of 9 points" in text
        assert "the first class" in text
        assert "Isolation: tier A, bubblewrap" in text
        assert "Graded with seed 7" in text


def test_timeout_and_death_are_told(many):
    _, out, _ = many
    assert "did not finish within 4 s" in json.dumps(result(out, "dora.ipynb"))
    assert "ended the process" in json.dumps(result(out, "cy.ipynb"))


def test_page_escapes_everything_and_may_load_nothing(many):
    _, out, _ = many
    (page,) = [
        path.read_text(encoding="utf-8")
        for path in out.rglob("feedback.html")
        if "img" in str(path)
    ]
    assert html.escape(HOSTILE) in page
    assert set(re.findall(r"<(\w+)", page)) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong", "ul", "li",
        "span", "pre",
    }  # fmt: skip
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "unsafe" not in page


def test_markdown_escapes_everything():
    for text in (HOSTILE, "[a](javascript:x)", "# title", "`x`", "a_b_c", "![x](y)", "1. x", "|a|"):
        shown = feedback.markdown(text)
        assert "<" not in shown
        assert not re.search(r"(?<!\\)[\[\]`_*#|!]", shown)


def test_any_text_of_a_report_is_escaped():
    report = Report(HOSTILE, "not right yet", 0, 1, [(HOSTILE, False)], [(HOSTILE, HOSTILE)],
                    HOSTILE, HOSTILE, (HOSTILE,))  # fmt: skip
    graded = Graded(HOSTILE, (report,))
    extra = {"seed": 1, "tier": "A", "isolation": HOSTILE}
    made = feedback.results(graded, "", student=HOSTILE, extra=extra)
    assert "<img" not in feedback.as_html(made, graded)
    markdown = feedback.as_markdown(made, graded)
    code = [line for line in markdown.split("\n") if line.startswith("    ")]
    assert all("<img" not in line for line in markdown.split("\n") if line not in code)
    assert code


# --- the same again -----------------------------------------------------------------------------


def test_same_seed_same_bytes_however_many_workers(many, tmp_path):
    folder, out, _ = many
    grade_class(folder, tmp_path / "out", tier="A", seed=7, workers=1, limits=SHORT, quiet=True)
    assert bytes_of(tmp_path / "out") == bytes_of(out)


def test_other_seed_other_bytes(many, tmp_path):
    folder, out, _ = many
    grade_class(folder, tmp_path / "out", tier="A", seed=8, workers=2, limits=SHORT, quiet=True)
    assert bytes_of(tmp_path / "out") != bytes_of(out)
    assert [row["score"] for row in table(tmp_path / "out")] == [row["score"] for row in table(out)]


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "in"
    for name in "abcdef":
        hand_in(folder, name, solved("softmax"))
    return folder, tmp_path / "out"


def grade_quietly(folder, out, **others):
    return grade_class(folder, out, tier="A", workers=1, limits=SHORT, quiet=True, **others)


def test_second_run_does_nothing_again(small):
    folder, out = small
    assert grade_quietly(folder, out, seed=1).graded == 6
    before = {path: path.stat().st_mtime_ns for path in out.rglob("results.json")}
    again = grade_quietly(folder, out)  # the seed of the run before
    assert (again.graded, again.skipped) == (0, 6)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("results.json")} == before


def test_what_changed_is_graded_again(small):
    folder, out = small
    grade_quietly(folder, out, seed=1)
    hand_in(folder, "a", solved("softmax", second_probability="second_probability = 0"))
    (out / "submissions" / "b.ipynb" / "results.json").write_text("{ cut off")
    hand_in(folder, "g", solved("softmax"))
    again = grade_quietly(folder, out)
    assert (again.graded, again.skipped) == (3, 4)
    assert [row["score"] for row in table(out)] == ["8.0", *["9.0"] * 6]
    assert grade_quietly(folder, out, seed=2).graded == 7
    assert grade_quietly(folder, out, seed=2, chapter="moons").graded == 7


def test_changed_tests_grade_again(small, monkeypatch):
    folder, out = small
    run = Run(str(out), 1, "A", limits=SHORT)
    with Sandboxes("A", SHORT) as sandboxes:
        for skipped in (False, True):
            assert grade_one(find(folder)[0], run, sandboxes)["skipped"] is skipped
        monkeypatch.setattr(submission, "tests_digest", lambda: "changed")
        assert grade_one(find(folder)[0], run, sandboxes)["skipped"] is False


def test_first_cells_are_part_of_the_tests(tmp_path, monkeypatch):
    """They are run before the notebook, so a mark depends on them."""
    monkeypatch.setattr(submission, "PACKAGE", tmp_path)
    digests = set()
    for text in ("", "softmax = 'import numpy as np'", "softmax = 'import math'"):
        (tmp_path / "first_cells.toml").write_text(text)
        digests.add(submission.tests_digest.__wrapped__())
    assert len(digests) == 3


def command(folder, out, *words):
    return [sys.executable, "-m", "actloss", "grade", folder, "--out", out, "--seed", "1", *words]


@pytest.mark.usefixtures("heed_ctrl_c")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_stopped_run_goes_on_where_it_was(tmp_path, sign):
    """Killed at once, or by Ctrl-C: what was done is kept, and the end is as without a stop."""
    folder, out = tmp_path / "in", tmp_path / "out"
    for number in range(40):
        hand_in(folder, f"s{number:02}", solved("softmax"))
    running = subprocess.Popen(
        command(folder, out, "--workers", "2"), cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 600
    while len(list(out.rglob("results.json"))) < 5:
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.01)
    workers = workers_of(running.pid)
    assert len(workers) == 2
    running.send_signal(sign)
    status = running.wait(600)
    assert status == (130 if sign == signal.SIGINT else -signal.SIGKILL)
    assert_they_end(workers)
    done = {path: path.stat().st_mtime_ns for path in out.rglob("results.json")}
    assert 5 <= len(done) < 40
    for path in done:
        json.loads(path.read_text(encoding="utf-8"))
    summary = grade_class(folder, out, tier="A", workers=2, quiet=True)
    assert (summary.graded, summary.skipped) == (40 - len(done), len(done))
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert [row["score"] for row in table(out)] == ["9.0"] * 40
    assert not [path for path in out.rglob("results.json") if path.stat().st_size == 0]


def workers_of(parent):
    """The ids of the processes that grade for it."""
    asked = ["ps", "-ww", "--ppid", str(parent), "-o", "pid=,args="]
    listed = subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()
    return [int(line.split()[0]) for line in listed if "spawn_main" in line]


def assert_they_end(processes):
    deadline = time.monotonic() + 120
    while any(is_running(process) for process in processes):
        assert time.monotonic() < deadline, "workers outlive the run"
        time.sleep(0.05)


def is_running(process):
    asked = ["ps", "-p", str(process), "-o", "stat="]
    state = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_full_disk_stops_with_a_sentence_and_loses_nothing(small):
    """A limit on the size of files makes each write fail, as a full disk does."""
    folder, out = small
    limited = subprocess.run(
        ["bash", "-c", 'ulimit -f 1; exec "$@"', "bash", *map(str, command(folder, out))],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert limited.returncode == 1, limited.stderr
    assert "the results cannot be written" in limited.stderr
    assert "Traceback" not in limited.stderr
    assert not list(out.rglob("results.json"))
    assert not [path for path in out.rglob(".*") if path.is_file()]
    assert grade_quietly(folder, out).graded == 6


def test_killed_worker_costs_nobody(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    for number in range(30):
        hand_in(folder, f"s{number:02}", solved("softmax"))
    running = subprocess.Popen(
        command(folder, out, "--workers", "2", "--quiet"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 600
    while len(list(out.rglob("results.json"))) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(workers_of(running.pid)[0], signal.SIGKILL)
    said, _ = running.communicate(timeout=600)
    assert running.returncode == 0, said
    assert [row["score"] for row in table(out)] == ["9.0"] * 30


# --- the command ----------------------------------------------------------------------------------


def test_command_grades_and_says_so(small, capsys):
    folder, out = small
    hand_in(folder, "empty", "")
    assert main(["grade", str(folder), "--out", str(out), "--workers", "1", "--seed", "3"]) == 0
    said = capsys.readouterr()
    assert "isolation: tier A, bubblewrap" in said.out
    assert "7 graded, 0 were done before" in said.out
    assert "empty: the file is empty" in said.out
    assert "seed 3" in said.out
    assert "7/7" in said.err.replace(" ", "")
    assert "/s" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grade", "{tmp}/none", "--out", "{tmp}/out"], "there is no folder"),
        (["grade", "{tmp}", "--out", "{tmp}/../out"], "there are no submissions"),
        (["grade", "{tmp}", "--out", "{tmp}/../out", "--chapter", "sofmax"], "no chapter 'sofmax'"),
    ],
)
def test_wrong_use_gets_a_sentence(tmp_path, capsys, words, said):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert main([word.format(tmp=folder) for word in words]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("--seed", "-1", "a seed is a whole number from 0 on, not '-1'"),
        ("--seed", "one", "a seed is a whole number from 0 on, not 'one'"),
        ("--seconds", "0", "a limit is from 0.1 to 86400 seconds, not '0'"),
        ("--seconds", "nan", "a limit is from 0.1 to 86400 seconds, not 'nan'"),
        ("--seconds", "soon", "a limit is from 0.1 to 86400 seconds, not 'soon'"),
    ],
)
def test_wrong_number_gets_a_sentence(tmp_path, capsys, option, given, said):
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path), "--out", str(tmp_path / "out"), f"{option}={given}"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: argument {option}: {said}\n")


def test_results_among_submissions_are_refused(small):
    folder, _ = small
    with pytest.raises(GradingError, match="lies within the submissions"):
        grade_class(folder, folder / "out", tier="A", quiet=True)


def test_chapter_that_is_given_counts(small):
    folder, out = small
    hand_in(folder, "g", {"cells": [{"cell_type": "code", "source": "x = 1"}]})
    grade_quietly(folder, out, seed=1, chapter="softmax")
    rows = {row["student_id"]: row for row in table(out)}
    assert (rows["g"]["score"], rows["g"]["max_score"]) == ("0.0", "9.0")
    assert rows["a"]["score"] == "9.0"


def test_trusted_submissions_are_graded_and_marked_so(small):
    folder, out = small
    words = ["--trust-submissions", "--quiet"]
    subprocess.run(command(folder, out, *words), cwd=ROOT, check=True, capture_output=True)
    assert result(out, "a.ipynb")["extra_data"]["tier"] == "none"
    assert "no isolation" in (out / "submissions" / "a.ipynb" / "feedback.md").read_text("utf-8")


def test_solutions_have_every_exercise():
    assert set(solutions_of("softmax")) == {e.name for e in of_chapter("softmax")}


# --- what stood, and who writes -------------------------------------------------------------------


def test_a_student_may_hand_in_anything_under_any_name_later(tmp_path):
    """First nothing, then a folder of the name that results have."""
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "mallory").mkdir(parents=True)
    hand_in(folder, "ada", solved("softmax"))
    grade_class(folder, out, tier="A", seed=1, workers=1, limits=SHORT, quiet=True)
    hand_in(folder / "mallory" / "results.json", "x", solved("softmax"))
    grade_class(folder, out, tier="A", seed=1, workers=1, limits=SHORT, quiet=True)
    scores = {row["student_id"]: row["score"] for row in table(out)}
    assert scores == {"ada": "9.0", "mallory": "9.0"}


def test_an_interrupted_run_takes_no_row_away(tmp_path, monkeypatch):
    folder, out = tmp_path / "in", tmp_path / "out"
    for name in ("ada", "bo", "cy"):
        hand_in(folder, name, solved("softmax"))
    grade_class(folder, out, tier="A", seed=1, workers=1, limits=SHORT, quiet=True)
    before = (out / "grades.csv").read_bytes()

    def interrupted(found, run, workers):
        yield from ()
        raise KeyboardInterrupt

    monkeypatch.setattr(cohort, "_outcomes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade_class(folder, out, tier="A", seed=2, workers=1, limits=SHORT, quiet=True)
    assert (out / "grades.csv").read_bytes() == before


def test_two_runs_do_not_share_a_folder(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    hand_in(folder, "ada", solved("softmax"))
    out.mkdir()
    with cohort._alone_in(out), pytest.raises(GradingError, match="another run writes into"):
        grade_class(folder, out, tier="A", seed=2, workers=1, limits=SHORT, quiet=True)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("seed", [-5, 1.5, "one", None, True, [3]])
def test_a_seed_that_is_none_is_said_so(tmp_path, seed):
    folder, out = tmp_path / "in", tmp_path / "out"
    hand_in(folder, "ada", solved("softmax"))
    out.mkdir()
    (out / "run.json").write_text(json.dumps({"seed": seed}))
    with pytest.raises(GradingError, match=r"run\.json' holds the seed .*mend or remove that file"):
        grade_class(folder, out, tier="A", workers=1, limits=SHORT, quiet=True)


@pytest.mark.parametrize(
    "name", ["__MACOSX", "desktop.ini", "Thumbs.db", "index.html", "Index.HTML", ".DS_Store"]
)
def test_what_systems_leave_behind_is_no_student(tmp_path, name):
    hand_in(tmp_path, "ada", solved("softmax"))
    if name == "__MACOSX":
        hand_in(tmp_path / name, "._ada", "")
        hand_in(tmp_path / "bo" / name, "ada", "")
        hand_in(tmp_path / "bo", "ada", solved("softmax"))
    else:
        (tmp_path / name).write_text("x")
    students = [found.student for found in find(tmp_path)]
    assert students == ["ada", "bo"][: len(students)]
    assert len(students) == (2 if name == "__MACOSX" else 1)


def test_places_differ_where_a_disk_does_not_tell_cases_apart(tmp_path):
    for name in ("Ada", "ada", "ADA", "bo"):
        hand_in(tmp_path, name, solved("softmax"))
    places = [found.place for found in find(tmp_path)]
    assert len({place.casefold() for place in places}) == 4
    assert "bo.ipynb" in places


# --- the mark book --------------------------------------------------------------------------------


def test_four_files_of_one_student_make_one_line(tmp_path, capsys):
    """The best counts, as on Gradescope; a damaged one beside it takes nothing away."""
    folder = tmp_path / "in"
    for name in ("draft", "draft (1)", "old"):
        hand_in(folder / "ada", name, notebook("softmax", {}))
    hand_in(folder / "ada" / "final", "softmax", solved("softmax"))
    hand_in(folder / "ada", "broken", "{")
    hand_in(folder, "bo", notebook("softmax", {}))
    assert main(["grade", str(folder), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    rows = {row["student_id"]: row["score"] for row in table(tmp_path / "out")}
    assert len(table(tmp_path / "out")) == 2
    assert rows == {"ada": "9.0", "bo": "0.0"}
    assert "several notebooks for one chapter, of which the best counts: ada" in (
        capsys.readouterr().out
    )


def pasted(content, chapter):
    """The notebook with the solved cells of another chapter below its own."""
    return content | {"cells": [*content["cells"], *solved(chapter)["cells"]]}


def test_nobody_chooses_an_easier_chapter(tmp_path, capsys):
    folder = tmp_path / "in"
    for name in ("ada", "bo", "cy", "di", "ed"):
        hand_in(folder, name, solved("softmax"))
    hand_in(folder, "eve", pasted(notebook("softmax", {}), "margin-losses"))
    hand_in(folder, "flo", pasted(solved("softmax"), "neuron"))
    assert main(["grade", str(folder), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    rows = {row["student_id"]: (row["assignment"], row["score"]) for row in table(tmp_path / "out")}
    assert rows["eve"] == ("softmax", "0.0")
    assert rows["flo"] == ("softmax", "9.0")
    said = capsys.readouterr().out
    assert "2 hold exercises of other chapters, too, which were not graded:" in said
    assert "flo: neuron" in said
    told = result(tmp_path / "out", "flo.ipynb")["output"]
    assert "The exercises of neuron in this notebook were not graded" in told


def test_what_could_not_be_graded_is_not_called_graded(tmp_path, monkeypatch, capsys):
    """Not in the numbers, nor in the table, nor on the page of the class, except by name."""

    def no_life(sandbox):
        raise NoSandboxError("no process can be confined here: out of processes")

    folder, out = tmp_path / "in", tmp_path / "out"
    for name in ("ada", "bo"):
        hand_in(folder, name, solved("softmax"))
    monkeypatch.setattr(Sandbox, "_new_life", no_life)
    monkeypatch.setattr(cohort, "_outcomes", here)
    monkeypatch.setattr("actloss.grading.tiers.best_tier", lambda: "A")
    assert main(["grade", str(folder), "--out", str(out), "--quiet", "--names"]) == 3
    said = capsys.readouterr().out
    assert "0 graded, 0 were done before, 2 could not be graded" in said
    assert table(out) == []
    page = (out / "class.html").read_text(encoding="utf-8")
    assert "Could not be graded, and count nowhere above" in page
    assert "ada" in page


def here(found, run, workers):
    """In this process, where the test has changed something."""
    with Sandboxes(run.tier, run.limits) as sandboxes:
        for submission in found:
            yield submission, grade_one(submission, run, sandboxes)
