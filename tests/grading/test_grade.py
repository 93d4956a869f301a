"""One submission: right answers get their points by any way, wrong ones get the hint."""

import contextlib
from unittest.mock import patch

import numpy as np
import pytest

from actloss.exercises import check, of_chapter
from actloss.grading import judging, replies
from actloss.grading.grade import UNJUDGED, chapters_of, grade
from actloss.grading.notebooks import UnreadableError, read
from actloss.grading.protocol import Gone, ProtocolError
from actloss.grading.sandbox import Life, Limits
from actloss.grading.sandboxes import Sandboxes
from exercises import submissions
from exercises.submissions import hand_in, notebook, solutions_of, solved
from tests.grading.runs import SHORT, TIERS
from web.sphinx.downloads import first_cell, with_first_cell
from web.sphinx.page_actions import Repository

CHAPTERS = sorted(path.stem for path in submissions.EXERCISES.glob("*.ipynb"))


@pytest.fixture(scope="module")
def patient():
    """Sandboxes of each tier, with time for answers that train networks."""
    with contextlib.ExitStack() as stack:
        yield {
            tier: stack.enter_context(Sandboxes(tier, Limits(cells=120, calls=60)))
            for tier in TIERS
        }


@pytest.fixture(scope="module")
def short():
    with Sandboxes("A", SHORT) as opened:
        yield opened


@pytest.fixture
def marks(tmp_path, short):
    """Grade a notebook: the reports by name."""

    def of(content, seed=1):
        graded = grade(read(hand_in(tmp_path, "ada", content)), short, seed=seed)
        return {report.name: report for report in graded.reports}

    return of


# --- right and wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chapter", "tier"),
    [*((chapter, "A") for chapter in CHAPTERS), *((chapter, "B") for chapter in CHAPTERS[::5])],
)
def test_solutions_earn_all_points(tmp_path, patient, chapter, tier):
    graded = grade(read(hand_in(tmp_path, "ada", solved(chapter))), patient[tier], seed=3)
    assert graded.chapter == chapter
    assert [report.name for report in graded.reports if not report.solved] == []
    assert graded.earned == graded.points == sum(e.points for e in of_chapter(chapter))


@pytest.mark.parametrize("address", ["", "https://someone.github.io/course/"])
def test_a_notebook_from_the_site_earns_all_points(tmp_path, patient, address):
    """It begins with a cell that fetches the course, wherever it was made."""
    answered = solved("softmax")
    place = Repository("someone", "course", "main")
    code = first_cell(answered, "chapters/exercises", address, place if address else None)
    submission = hand_in(tmp_path, "ada", with_first_cell(answered, code))
    graded = grade(read(submission), patient["A"], seed=3)
    assert [report.name for report in graded.reports if not report.solved] == []
    assert graded.earned == graded.points > 0


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_untouched_notebook_earns_nothing(tmp_path, short, chapter):
    graded = grade(read(hand_in(tmp_path, "ada", notebook(chapter, {}))), short, seed=3)
    assert graded.earned == 0


WRONG = {
    "stable_softmax": "def stable_softmax(z):\n    return np.exp(z) / np.exp(z).sum(-1)[..., None]",
    "log_sum_exp": "def log_sum_exp(z):\n    return np.log(np.exp(z).sum(axis=0))",
    "pixel_probabilities": "def pixel_probabilities(s):\n    s -= s.max(1, keepdims=True)\n"
    "    e = np.exp(s)\n    return e / e.sum(1, keepdims=True)",
    "second_probability": "second_probability = 0.25",
    "even_temperature": "even_temperature = 'hot'",
}  # fmt: skip


def test_reports_are_those_of_the_notebook(marks):
    """The same counter-example and hint as a check in the notebook gives, for the same draws."""
    reports = marks(notebook("softmax", WRONG))
    for name, source in WRONG.items():
        space = {"np": np}
        exec(source, space)
        rng = np.random.default_rng([1, *name.encode()])
        here = _check_with(rng, name, space[name])
        assert reports[name].hint == here.hint
        assert reports[name].properties == here.properties
        assert reports[name].example == here.example
        assert reports[name].earned == 0


def _check_with(rng, name, answer):
    with patch("numpy.random.default_rng", lambda seed: rng):
        return check(name, answer)


def test_other_seed_draws_other_inputs(marks):
    source = "def stable_softmax(z):\n    return z + (z * 1000 % 1 != 0)"  # wrong where not round
    source = source.replace("return z", "return np.exp(z) / np.exp(z).sum(-1, keepdims=True)")
    seen = [marks(notebook("softmax", {"stable_softmax": source}), seed) for seed in (1, 1, 2)]
    assert seen[0] == seen[1]
    assert seen[0]["stable_softmax"].example != seen[2]["stable_softmax"].example


# --- notebooks as students leave them -------------------------------------------------------------


def split_solution():
    """The answer needs a helper from a cell of its own, and a constant from another."""
    content = solved("softmax")
    cells = content["cells"]
    at = next(
        i
        for i, cell in enumerate(cells)
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "stable_softmax"
    )
    cells[at]["source"] = "def stable_softmax(z):\n    return helper(z) / helper(z).sum(**along)"
    extra = [
        "def helper(z):\n    return np.exp(z - z.max(**along))",
        "along = dict(axis=-1)",
        "along['keepdims'] = True",
    ]
    cells[at:at] = [{"cell_type": "code", "metadata": {}, "source": text} for text in extra]
    return content


def test_notebook_that_needs_its_earlier_cells(marks):
    assert marks(split_solution())["stable_softmax"].solved


def test_names_that_no_reading_of_the_code_finds(marks):
    reports = marks(
        solved("softmax", stable_softmax="exec('def stable_softmax(z):' + chr(10) + '    e = "
               "np.exp(z - z.max(-1, keepdims=True)); return e / e.sum(-1, keepdims=True)')")
    )  # fmt: skip
    assert reports["stable_softmax"].solved


def test_missing_function_is_named(marks):
    content = solved("softmax", stable_softmax="def softmax_stable(z): ...")
    reports = marks(content)
    assert reports["stable_softmax"].message == "There is no stable_softmax in the notebook."
    assert sum(report.solved for report in reports.values()) == 4


def test_duplicated_function_counts_as_in_a_notebook(marks):
    wrong = "\n\ndef stable_softmax(z):\n    return z\n"
    right = solutions_of("softmax")["stable_softmax"]
    first = solved("softmax", stable_softmax=wrong)
    first["cells"].insert(4, {"cell_type": "code", "metadata": {}, "source": right})
    report = marks(first)["stable_softmax"]
    assert not report.solved
    assert "defined in code cells" in report.notes[-1]
    last = solved("softmax")
    last["cells"].insert(4, {"cell_type": "code", "metadata": {}, "source": wrong})
    assert marks(last)["stable_softmax"].solved


def test_answer_in_a_cell_below_its_check_counts_if_its_own_is_empty(marks):
    content = notebook("softmax", {})
    source = solutions_of("softmax")["stable_softmax"]
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": source})
    assert marks(content)["stable_softmax"].solved


def test_syntax_error_costs_one_exercise(marks):
    reports = marks(solved("softmax", stable_softmax="def stable_softmax(z)\n    return z"))
    assert sum(report.solved for report in reports.values()) == 4
    assert "SyntaxError in line 1" in repr(reports["stable_softmax"])


def test_cells_without_marks_and_checks(marks):
    """A notebook written anew, with nothing but the answers in it."""
    cells = [
        {"cell_type": "code", "source": text, "metadata": {}}
        for text in ["import numpy as np", *solutions_of("softmax").values()]
    ]
    assert all(report.solved for report in marks({"cells": cells}).values())


def test_magics_do_not_matter(marks):
    source = "%matplotlib inline\n!pip install nothing\n" + solutions_of("softmax")["log_sum_exp"]
    assert marks(solved("softmax", log_sum_exp=source))["log_sum_exp"].solved


def test_chapter_is_that_of_most_exercises(tmp_path):
    for chapter in ("softmax", "moons"):
        assert chapters_of(read(hand_in(tmp_path, "x", solved(chapter)))) == [chapter]
    with pytest.raises(UnreadableError, match="no exercise of the course"):
        chapters_of(read(hand_in(tmp_path, "x", {"cells": [{"cell_type": "code", "source": "x"}]})))


def test_a_fault_of_ours_costs_one_exercise_and_is_seen(marks, monkeypatch):
    def broken(exercise, *given, **named):
        if exercise.name == "log_sum_exp":
            raise ZeroDivisionError
        return examine(exercise, *given, **named)

    examine = judging.examine
    monkeypatch.setattr(judging, "examine", broken)
    reports = marks(solved("softmax"))
    assert "could not be judged (ZeroDivisionError" in reports["log_sum_exp"].message
    assert sum(report.solved for report in reports.values()) == 4


def test_source_that_no_parser_survives_costs_nothing(marks, monkeypatch):
    """Should the parser itself die, a spoiled answer has its second chance all the same."""
    ask, asked = Life.ask, []

    def dies_of_it(life, what, **parts):
        asked.append(what)
        if what == "needed":
            life.sock.close()
            raise Gone
        return ask(life, what, **parts)

    monkeypatch.setattr(Life, "ask", dies_of_it)
    spoiled = solved("softmax", second_probability="np.exp = None\nsecond_probability = 0.75")
    assert all(report.solved for report in marks(spoiled).values())
    assert "needed" in asked


# --- nothing a submission says is repeated ------------------------------------------------------


SECRET = "SECRET-INPUT"


@pytest.mark.parametrize(
    "body",
    [
        f"raise ValueError('{SECRET}')",
        f"raise type('{SECRET}', (Exception,), {{}})",
        f"return type('{SECRET}', (), {{}})()",
        f"return '{SECRET}'",
        f"warnings.warn('overflow encountered in {SECRET}', RuntimeWarning); return z",
        f"print('{SECRET}'); return z",
        f"exec(compile('1/0', '{SECRET}', 'exec'))",
    ],
)
def test_strings_of_a_submission_are_never_echoed(marks, body):
    source = f"import warnings\ndef stable_softmax(z):\n    {body}"
    report = marks(solved("softmax", stable_softmax=source))["stable_softmax"]
    assert not report.solved
    assert SECRET not in repr(report) + report._repr_html_()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"value": 3},
        {"value": "x", "after": {"x": np.ones(2)}, "peak": 0},
        {"value": np.ones(2), "peak": 0},
        {"value": np.ones(2), "after": {}, "peak": 0},
        {"value": np.ones(2), "after": [], "peak": 0},
        {"value": np.ones(2), "after": {"y": np.ones(2)}, "peak": 0},
        {"value": np.ones(2), "after": {"x": np.ones(3)}, "peak": 0},
        {"value": np.ones(2), "after": {"x": 3}, "peak": 0},
        {"value": np.ones(2), "after": {"x": np.ones(2)}, "peak": "small"},
        {"value": np.ones(2), "after": {"x": np.ones(2)}, "peak": 0, "error": "solved"},
    ],
)
def test_answers_of_no_kind_end_the_life(answer):
    with pytest.raises(ProtocolError):
        replies.outcome(answer, {"x": np.ones(2)})


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "raised", "kind": ["x"], "cell": "a", "line": -1},
        {"error": "raised", "kind": "KeyError", "cell": 10**9, "line": True},
        {"error": "result", "type": 3},
        {"error": "arguments"},
        {"error": "unsendable"},
        {"value": np.ones(2), "after": {"x": np.ones(2)}, "peak": 0, "warning": "x"},
    ],
)
def test_odd_errors_become_our_words(answer):
    outcome = replies.outcome(answer, {"x": np.ones(2)})
    assert outcome.error or outcome.warning == "RuntimeWarning"


def test_the_trusted_side_sees_itself_whether_an_argument_changed():
    said = {"value": np.ones(2), "after": {"x": np.array([1.0, 5.0])}, "peak": 0, "changed": {}}
    outcome = replies.outcome(said, {"x": np.ones(2), "alpha": 0.5})
    assert outcome.changed["x"].tolist() == [1.0, 5.0]
    said["after"] = {"x": np.ones(2)}
    assert replies.outcome(said, {"x": np.ones(2), "alpha": 0.5}).changed == {}


# --- every field of a reply, and every type in it -------------------------------------------------

ODD = (
    None, True, -1, 10**30, 1e300, float("nan"), "", "solved", "x" * 100_000, [], [[]], {},
    {"a": 1},
    np.ones(0), np.ones(2), np.ones((2, 2)), np.float64(1), np.array(True), np.array([True, False]),
    np.ones(2, dtype=np.float16), np.zeros((0, 5)), np.array(np.nan), np.ones(3, dtype=np.uint64),
)  # fmt: skip
PARTS = {
    "run": {"error": "raised", "kind": "NameError", "cell": 0, "line": 1, "missing": [1]},
    "begin": {"error": "raised", "kind": "NameError", "cell": 0, "line": 1, "missing": [1]},
    "answer": {"kind": "function", "value": np.ones(1), "type": "int", "answers": []},
    "call_all": {"answers": []},
    "needed": {"cells": [0]},
}
CALL = {
    "value": np.ones(2), "after": {"z": np.ones(2)}, "peak": 0, "warning": "", "error": "raised",
    "kind": "KeyError", "cell": 0, "line": 1, "type": "int",
}  # fmt: skip


def with_each_field_odd(answer):
    """The answer with every odd thing in the place of every part of it, at any depth."""
    for key, part in answer.items():
        yield from ({**answer, key: odd} for odd in ODD)
        yield {other: value for other, value in answer.items() if other != key}
        if isinstance(part, dict):
            yield from ({**answer, key: inner} for inner in with_each_field_odd(part))


@pytest.mark.parametrize("given", [{"z": np.ones(2)}, {"z": np.ones(2), "alpha": 0.5}])
def test_a_call_is_answered_by_an_outcome_or_breaks_the_protocol(given):
    for answer in with_each_field_odd(CALL):
        for error in ("error", None):
            said = {key: value for key, value in answer.items() if key != error}
            try:
                replies.outcome(said, given)
            except (ProtocolError, replies.Stub):
                continue


def test_replies_of_any_type_are_wrong_answers(monkeypatch, tmp_path):
    """None stops the grader, or makes it say that the answer could not be judged."""
    notebook_of_one = read(hand_in(tmp_path, "one", solved("softmax")))

    class Sandboxes:
        limits, tier = Limits(), "A"

        def for_notebook(self, notebook):
            return self

        @contextlib.contextmanager
        def life(self):
            yield self

        def ask(self, what, **parts):
            return self.said if what == self.odd else PARTS[what]

    sandboxes = Sandboxes()
    tried = 0
    for sandboxes.odd, usual in PARTS.items():
        for sandboxes.said in with_each_field_odd(usual):
            graded = grade(notebook_of_one, sandboxes, seed=1)
            assert all(not report.message.startswith(UNJUDGED) for report in graded.reports), (
                sandboxes.odd,
                sandboxes.said,
            )
            assert graded.earned == 0
            tried += 1
    assert tried > 250
