"""The exercise engine: counter-examples, hints, errors, endless loops, unsolved answers, HTML."""

import doctest
import html
import re
import sys
import threading
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import actloss.exercises
from actloss.exercises import (
    EXERCISES,
    Exercise,
    add,
    any_array,
    check,
    engine,
    of_chapter,
    running,
    score,
)
from actloss.exercises.engine import NotSolvedError
from actloss.exercises.shrinking import shrink
from tests.exercises.answers.cells import compiled

# --- an exercise that needs no chapter ---------------------------------------------


def lines(report):
    return dict(report.example)


@pytest.fixture
def double():
    exercise = Exercise(
        "double",
        chapter="example",
        points=2,
        difficulty=1,
        reference=lambda x: 2 * x,
        draw=lambda rng: {"x": any_array(rng)},
        extremes=([-np.inf, np.inf, np.nan, 0.0],),
        mistakes=[(lambda x: x**2, "a square"), ("untouched", "keep it whole")],
    )
    add(exercise)
    yield exercise
    del EXERCISES["double"]


def test_example_of_the_docstring_runs():
    found = doctest.DocTestFinder().find(actloss.exercises, globs={})[0]
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(found)
    assert results.attempted >= 5
    assert results.failed == 0
    EXERCISES.pop("smooth_hinge")


def test_the_counter_example_is_the_smallest(double):
    report = check("double", lambda x: x * x)
    assert lines(report) == {"x": "1", "expected": "2", "got": "1", "off by": "1"}
    assert report.hint == "a square"


@pytest.mark.parametrize(
    ("answer", "title", "shown"),
    [
        (lambda x: np.ravel(2 * x), "returns the right shape", "an array of shape (1,)"),
        (lambda x: np.where(np.isinf(x), 0, 2 * x), "holds where numbers", "got"),
        (
            lambda x: np.float32(-7) * np.ones_like(x) if x.dtype == np.float32 else 2 * x,
            "gives the right values for float32 too",
            "float32",
        ),
        (lambda x: np.multiply(x, 2, out=x), "leaves its arguments", "x after"),
    ],
)
def test_each_property_fails_alone(double, answer, title, shown):
    report = check("double", answer)
    assert next(t for t, holds in report.properties if not holds).startswith(title)
    assert sum(holds is False for _, holds in report.properties) == 1
    assert shown in repr(report)


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        (lambda x: 2 * x.astype(np.float64), "Given float32 it returns float64."),
        (lambda x: [2 * x, np.log(-1 - x * x)][0], "(RuntimeWarning: invalid value"),
    ],
)
def test_what_no_value_shows_is_a_remark(double, answer, remark):
    report = check("double", answer)
    assert report.solved
    assert len(report.remarks) == 1
    assert f"A remark, which costs no points: {report.remarks[0]}" in repr(report)
    assert remark in repr(report)
    assert remark in html.unescape(report._repr_html_())


def test_a_browser_ticks_nothing_that_it_cannot_know(double, monkeypatch):
    """Nor does it speak of a kernel, although nothing limits the time there, nor of cells."""
    monkeypatch.setattr("sys.platform", "emscripten")
    monkeypatch.delattr("signal.setitimer")
    report = check("double", lambda x: 2 * x)
    assert report.solved
    assert "causes no warning" not in repr(report)
    assert "Not checked, for a browser cannot know: whether NumPy warns" in repr(report)
    assert "kernel" not in repr(report)
    assert "cell" not in repr(check("double", ...))


def test_counter_example_calls_float32_only_what_is(double):
    add(
        replace(
            double,
            name="picked",
            reference=lambda x, labels: x[labels],
            draw=lambda rng: {"x": rng.normal(size=3), "labels": rng.integers(3, size=2)},
            extremes=(),
        )
    )
    report = check("picked", lambda x, labels: x[labels] + 7 * (x.dtype == np.float32))
    del EXERCISES["picked"]
    assert lines(report)["x"].endswith("float32")
    assert "float" not in lines(report)["labels"]


def test_arguments_come_by_name_or_by_place(double):
    assert check("double", lambda x: 2 * x).solved
    assert check("double", lambda anything: 2 * anything).solved
    report = check("double", lambda x, y: 2 * x)
    assert "It is called with (x), but yours takes (x, y)" in repr(report)


def test_student_cannot_spoil_the_arguments_of_the_reference(double):
    report = check("double", compiled("def answer(x):\n    x *= 2\n    return x"))
    assert [title for title, holds in report.properties if not holds] == [
        "leaves its arguments as they were"
    ]


def test_exception_shows_their_line_alone(double):
    text = "def helper(t):\n    return t + missing\n\ndef answer(x):\n    return helper(x)\n"
    report = repr(check("double", compiled(text)))
    assert "NameError: name 'missing' is not defined" in report
    assert "in line 2 of your helper" in report
    for foreign in ("Traceback", "actloss", "running.py", "engine"):
        assert foreign not in report
    report = repr(check("double", lambda x: np.reshape(x, (7, 7))))
    assert "cannot reshape" in report
    assert "test_exercises" not in report
    assert "numpy" not in report.replace("np.reshape", "")
    assert "in line" in report


def test_exit_is_an_error_like_others(double):
    assert "SystemExit" in repr(
        check("double", compiled("def answer(x):\n    raise SystemExit(3)"))
    )


@pytest.mark.parametrize(
    "body", ["while True: pass", "while True:\n        try: x + x\n        except Exception: pass"]
)
def test_endless_loop_is_stopped(double, monkeypatch, body):
    monkeypatch.setattr(engine, "SECONDS", 0.2)
    start = time.monotonic()
    report = check("double", compiled(f"def answer(x):\n    {body}"))
    assert time.monotonic() - start < 60
    assert "Stopped after 0.2 s. Is there a loop that never ends?" in report.message
    assert "of your answer" in report.message


def test_alarm_of_others_is_left_as_it_was(double):
    import signal

    before = signal.getsignal(signal.SIGALRM)
    check("double", lambda x: 2 * x)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_where_nothing_can_be_stopped_the_report_says_so(double):
    reports = []
    thread = threading.Thread(target=lambda: reports.append(check("double", lambda x: 2 * x)))
    thread.start()
    thread.join()
    assert reports[0].solved
    assert "nothing can stop an endless loop but you" in repr(reports[0])


@pytest.mark.parametrize(
    "answer",
    [
        *(..., None),
        *map(
            compiled,
            (
                "def answer(x): ...",
                "def answer(x): pass",
                'def answer(x):\n    """Twice x."""\n    ...',
                'def answer(x):\n    """Twice x."""\n    raise NotImplementedError',
            ),
        ),
    ],
)
def test_stub_is_not_solved_yet(double, answer):
    report = check("double", answer)
    assert repr(report) == (
        "double: not solved yet\nFill in the cell above and run it; then run this one again."
    )


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("double", np.ones(3), "this is a ndarray. Give the function itself"),
        ("double", lambda x: [x].clear(), "does every way through it end in `return`?"),
        ("double", lambda x: "text", "It returned a str"),
        ("double", lambda x: [1.0], "It returned a list"),
        ("double", lambda x: x + 1j, "complex128; real numbers are asked for"),
        ("double", lambda x: np.array([x], dtype=object), "dtype object"),
        ("duoble", lambda x: x, "did you mean 'double'?"),
        (7, lambda x: x, "There is no exercise 7"),
        ("slope_of_three", lambda: -3, "this is a function: call it"),
        ("slope_of_three", "-3", "A real number is asked for, but this is a str"),
        ("slope_of_three", [1.0, 2.0], "has the shape (2,)"),
        ("slope_of_three", [[1.0], 2.0], "this is a list"),
        ("slope_of_three", -3 + 0j, "this is a complex"),
        ("slope_of_three", float("nan"), "nan is not the number"),
    ],
)
def test_wrong_kind_of_answer_gets_a_sentence(double, name, answer, words):
    assert words in repr(check(name, answer))


def test_nothing_the_student_prints_drowns_the_report(double, capsys):
    def noisy(x):
        print("here")
        print("and here", file=sys.stderr)  # which nbgrader would take for an error
        return 2 * x

    report = check("double", noisy)
    assert capsys.readouterr() == ("", "")
    assert "prints is left out" in repr(report)
    assert report.solved


def test_same_seed_same_report_and_other_seed_other_draws(double):
    drawn = []
    for seed in (0, 0, 1):
        drawn.append([])
        check("double", lambda x, seen=drawn[-1]: [seen.append(x.sum()), 2 * x][1], seed=seed)
    assert np.array_equal(drawn[0], drawn[1], equal_nan=True)
    assert not np.array_equal(drawn[0], drawn[2], equal_nan=True)


def test_name_belongs_to_one_chapter(double):
    with pytest.raises(ValueError, match=r"example already has an exercise 'double'"):
        add(Exercise("double", "other", 1, 1, double.reference, double.draw))
    add(double)


def test_nbgrader_takes_an_error_for_a_wrong_answer(double, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("double", lambda x: 2 * x).solved
    for answer in (..., lambda x: x):
        with pytest.raises(NotSolvedError, match="double: not"):
            check("double", answer)


def test_nbgrader_takes_no_report_for_the_points_of_a_cell(monkeypatch, capsys, double):
    """It warns of every result of a cell that is no number; what is displayed beside is none."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    report = check("double", lambda x: 2 * x)
    assert report.solved
    assert DisplayFormatter().format(report) == ({}, {})
    assert "double: solved" in capsys.readouterr().out


# --- what is shown -----------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_escaped_and_says_the_same(double):
    hostile = "<script>alert(1)</script>"
    for answer in (
        compiled(f"def answer(x):\n    raise ValueError({hostile!r})"),
        lambda x: x * x,
        lambda x: 2 * x,
        ...,
        type(hostile, (), {})(),
    ):
        report = check("double", answer)
        shown = report._repr_html_()
        assert "<script" not in shown
        assert Tags(shown).seen <= {"div", "p", "strong", "ul", "li", "span", "pre", "br"}
        words = " ".join(html.unescape(re.sub("<[^>]+>", " ", shown)).split())
        for line in repr(report).splitlines():
            assert " ".join(line.lstrip(" ✓✗").split())[:40].split(":")[0] in words
    assert "<script" not in check(hostile, 1)._repr_html_()


def test_hint_is_escaped(double):
    add(replace(double, mistakes=[(np.square, "is 0 < x & y?")]))
    assert "is 0 &lt; x &amp; y?" in check("double", np.square)._repr_html_()


def test_shrinking_ends():
    """However hard: after a stated number of calls."""
    tried = []
    start = np.random.default_rng(0).normal(size=(9, 9))
    shrink({"x": start}, lambda arguments: tried.append(1) or arguments["x"].size > 40)
    assert 0 < len(tried) <= 150


def test_the_score_counts_what_was_checked_last():
    slug = "relu-family"
    engine._latest.clear()
    total = sum(exercise.points for exercise in of_chapter(slug))
    assert repr(score(slug)).startswith(f"{slug}: 0 of {total} points\n  – slope_of_three: 0 of 1")
    check("slope_of_three", -3)
    check("leaky_relu", np.maximum)
    check("leaky_backward", ...)
    now = score(slug)
    assert (now.earned, now.points) == (1, total)
    assert "  ✓ slope_of_three: 1 of 1\n  ✗ leaky_relu: 0 of 2" in repr(now)
    assert "  – leaky_backward: 0 of 2" in repr(now)
    assert f"1 of {total} points" in now._repr_html_()
    Tags(now._repr_html_())
    check("slope_of_three", 3)
    assert score(slug).earned == 0


def test_time_limit_is_stated():
    assert running.SECONDS <= 5
