"""One submission of a class: read, judged, written. What is judged depends on nothing else."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from actloss.exercises import of_chapter
from actloss.exercises.report import WAITING
from actloss.grading import feedback
from actloss.grading.grade import UNJUDGED, grade
from actloss.grading.notebooks import Found, Notebook, UnreadableError, read
from actloss.grading.sandbox import PACKAGE, TIERS, Limits, NoSandboxError
from actloss.grading.sandboxes import Sandboxes
from actloss.grading.wrong_answers import WRONG, answer_to

if TYPE_CHECKING:
    from actloss.grading.hand_marks import ByHand


class GradingError(Exception):
    """Something that stops a run and that the teacher can mend."""


@dataclass(frozen=True)
class Run:
    """What is graded, and how; a worker needs no more."""

    out: str
    seed: int
    tier: str
    chapter: str = ""
    limits: Limits = field(default_factory=Limits)
    course_functions: bool = False  # whether they are answers
    expected: tuple[str, ...] = ()  # the chapters of this class, where no chapter was given
    by_hand: ByHand | None = None  # what a teacher marks, and the marks so far
    variants: Mapping[str, int] | None = None  # by student, where each has other numbers


@dataclass(frozen=True)
class Prepared:
    """A submission, read, with all that its marks depend on."""

    student: str
    place: str
    notebook: Notebook | None
    problem: str
    about: dict


def grade_one(submission: Found, run: Run, sandboxes: Sandboxes) -> dict:
    """Grade a submission and write its results, unless they are there; a short account of it."""
    prepared = prepare(submission, run)
    done = done_before(prepared, run)
    if done:
        return done
    account, files = judge(prepared, run, sandboxes)
    store(files, prepared, run)
    return account


def prepare(submission: Found, run: Run) -> Prepared:
    """Read a submission; what is wrong with its file is its `problem`."""
    notebook, problem = None, submission.problem
    if not problem and submission.path is None:
        problem = "no notebook was handed in"
    if not problem and submission.path is not None:
        try:
            notebook = read(submission.path)
        except UnreadableError as error:
            problem = str(error)
    about = {
        "seed": run.seed,
        "tier": run.tier,
        "isolation": isolation(run.tier),
        "limits": list(map(float, astuple(run.limits))),
        "tests": tests_digest(),
        "place": submission.place,
        "asked": run.chapter,
        "expected": list(run.expected),
        "course_functions": run.course_functions,
        "submission": notebook.digest if notebook else problem,
    }
    if run.by_hand:
        about["by_hand"] = run.by_hand.digest(submission.place)
    if run.variants is not None:
        about["variant"] = run.variants.get(submission.student)
    return Prepared(submission.student, submission.place, notebook, problem, about)


def judge(prepared: Prepared, run: Run, sandboxes: Sandboxes) -> tuple[dict, dict]:
    """The account of a submission, and the texts of its files by name, none if it has no marks."""
    graded, problem, about = None, prepared.problem, dict(prepared.about)
    variant = about.get("variant")
    if prepared.notebook and run.variants is not None and variant is None:
        return not_graded("the roster has nobody of this name, so whose numbers?"), {}
    if prepared.notebook:
        try:
            graded = grade(
                prepared.notebook,
                sandboxes,
                seed=run.seed,
                chapter=run.chapter,
                expected=run.expected,
                course_functions=run.course_functions,
                variant=variant,
            )
            if run.by_hand:
                marked = run.by_hand.reports(prepared.notebook, graded.chapter, prepared.place)
                graded = replace(graded, reports=(*graded.reports, *marked))
        except UnreadableError as error:
            problem = str(error)
        except NoSandboxError as error:
            return not_graded(str(error)), {}
    if run.chapter:
        about["chapter"] = run.chapter
        about["points"] = sum(exercise.points for exercise in of_chapter(run.chapter))
        if run.by_hand:
            about["points"] += run.by_hand.points(run.chapter)
    answers = {}
    if graded and prepared.notebook:
        wrong = [report.name for report in graded.reports if report.state == WRONG]
        answers = {name: answer_to(prepared.notebook, name) for name in wrong}
    result = feedback.results(
        graded, problem, student=prepared.student, extra=about, answers=answers
    )
    files = {
        "feedback.md": feedback.as_markdown(result, graded),
        "feedback.html": feedback.as_html(result, graded),
    }
    unjudged = _unjudged(graded)
    if not unjudged:
        files["results.json"] = feedback.as_json(result)  # the last one: with it, all is done
    return _account(result, problem, unjudged=unjudged) | _unasked(prepared, run), files


def store(files: dict, prepared: Prepared, run: Run) -> None:
    """Write the files of a submission, each whole or not at all."""
    folder = _folder(prepared, run)
    if files:
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        replace_file(folder / name, text)


def _folder(prepared, run):
    return Path(run.out) / "submissions" / prepared.place


def done_before(prepared: Prepared, run: Run) -> dict | None:
    """The account of a submission that has its results from a run like this."""
    try:
        text = (_folder(prepared, run) / "results.json").read_text(encoding="utf-8")
        result = json.loads(text)
        said = result["extra_data"]
        if all(said[key] == value for key, value in prepared.about.items()):
            return _account(result, prepared.problem, skipped=True) | _unasked(prepared, run)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def row_before(submission: Found, run: Run) -> dict | None:
    """The row of the table that a submission's stored results make, whichever run they are of."""
    result = result_of(Path(run.out), submission.place)
    try:
        return feedback.row(result) if result else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def result_of(out: Path, place: str) -> dict | None:
    """The stored results of a submission, whichever run they are of."""
    path = out / "submissions" / place / "results.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _account(result, problem, *, skipped=False, unjudged=""):
    return {
        "row": None if unjudged else feedback.row(result),
        "skipped": skipped,
        "problem": problem,
        "unjudged": unjudged,
        "others": result["extra_data"].get("others", []),
        "waiting": sum(t["extra_data"]["state"] == WAITING for t in result["tests"]),
    }


def _unasked(prepared, run):
    """Whether it has answers for a teacher to mark, and no rubric says what they are worth."""
    written = prepared.notebook.written if prepared.notebook else ()
    return {"unasked": bool(written) and run.by_hand is None}


def not_graded(reason: str) -> dict:
    """The account of a submission that nothing here could judge."""
    return {"row": None, "skipped": False, "problem": "", "unjudged": reason,
            "others": [], "waiting": 0, "unasked": False}  # fmt: skip


def _unjudged(graded):
    """The first fault of ours, if there was one: such a submission is graded again next time."""
    for report in graded.reports if graded else ():
        if report.message.startswith(UNJUDGED):
            return f"{report.name}: {report.message}"
    return ""


def isolation(tier: str) -> str:
    """The short name of a tier."""
    return TIERS[tier].partition(":")[0]


@functools.cache
def tests_digest() -> str:
    """Of all that a mark depends on here: the package's code."""
    total = hashlib.sha256()
    for path in sorted(path for kind in ("py", "toml") for path in PACKAGE.rglob(f"*.{kind}")):
        total.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def replace_file(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", errors="replace")
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
