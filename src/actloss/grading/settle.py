"""Before a class is graded: what a teacher laid down is read, so that a mistake in it stops the run
before anything is written. After it: marks, where students and teachers read them.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from actloss.grading import changes, feedback
from actloss.grading.final_marks import Mark, Policy, told
from actloss.grading.lateness import times_of
from actloss.grading.mark_book import MarkBook
from actloss.grading.notebooks import Found
from actloss.grading.overrides import Overrides, read_overrides
from actloss.grading.people import finder, identities
from actloss.grading.roster import Student
from actloss.grading.settings import Settings, read_settings
from actloss.grading.submission import GradingError, replace_file, result_of

NOTE = "run.json"  # what a run was asked for, for the next one in its folder


def read_policy(
    found: Sequence[Found],
    submissions: Path,
    out: Path,
    *,
    students: Sequence[Student] = (),
    settings: Path | None = None,
    overrides: Path | None = None,
    chapter: str = "",
) -> Policy:
    """All that turns points into marks; files that are not named are those of the run before.

    Raises
    ------
    GradingError
        If one of them cannot be read or says what has no meaning.
    """
    identity = identities((one.student for one in found), students)
    whose = finder(identity, students)
    settings = settings or _remembered(out, "settings")
    overrides = overrides or _remembered(out, "overrides")
    laid_down = read_settings(settings) if settings else Settings()
    return Policy(
        laid_down,
        read_overrides(overrides, whose, chapter) if overrides else Overrides(),
        times_of(found, submissions, laid_down, whose, identity),
        identity,
        whose,
        functools.partial(points_of, out),
    )


def _remembered(out, key):
    """The file that the run before in this folder used: nobody's points come back by forgetting."""
    name = None
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        name = json.loads((out / NOTE).read_text(encoding="utf-8")).get(key)
    if not isinstance(name, str):
        return None
    if not Path(name).is_file():
        raise GradingError(
            f"the run before in {str(out)!r} used {name!r}, which is not there any more: say with "
            f"--{key} where it is now, or grade into another folder"
        )
    return Path(name)


def note(policy: Policy, seed: int, tier: str) -> str:
    """What the next run in this folder goes by."""
    said = {"seed": seed, "tier": tier}
    paths = {"settings": policy.settings.path, "overrides": policy.overrides.path}
    files = {key: str(path.resolve()) for key, path in paths.items() if path}
    return json.dumps(said | files) + "\n"


def points_of(out: Path, place: str) -> Mapping[str, float]:
    """What was computed for each exercise of a submission."""
    try:
        return {test["name"]: test["score"] for test in (result_of(out, place) or {})["tests"]}
    except (KeyError, TypeError):
        return {}


def settle(book: MarkBook, out: Path, *, compare: Path | None = None) -> list[dict] | None:
    """Tell students and teacher of the marks; what changed since a run before, None if none was.

    That run is the one in `compare`, or the last in this folder that came to its end. What it left
    is replaced only now.
    """
    before = changes.records(compare or out)
    came_to_its_end = ((compare or out) / changes.FILE).is_file()
    marks = book.best().values()
    if book.policy.changes_marks or (out / changes.FILE).is_file():
        for mark in marks:
            _tell_students(mark, book.policy, out)
    lines = []
    for mark in sorted(marks, key=lambda mark: (mark.student, mark.chapter)):
        if result := result_of(out, mark.counts.place):
            lines.append(changes.record(mark, result))
    replace_file(out / changes.FILE, "".join(lines))
    if not came_to_its_end:
        return None
    rows = changes.between(before, changes.records(out))
    if rows or compare:
        replace_file(out / "changes.csv", changes.as_csv(rows))
        replace_file(out / "changes.html", changes.as_html(rows))
    return rows


def _tell_students(mark: Mark, policy: Policy, out: Path) -> None:
    """Write what became of the points into the feedback to each attempt, where it is not yet."""
    for attempt in mark.attempts:
        result = result_of(out, attempt.place)
        if result is None:
            continue
        sentences = told(mark, attempt.place, policy.settings) if policy.changes_marks else []
        graded = feedback.graded_of(result)
        folder = out / "submissions" / attempt.place
        for name, text in (
            ("feedback.md", feedback.as_markdown(result, graded, sentences)),
            ("feedback.html", feedback.as_html(result, graded, sentences)),
        ):
            if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text:
                replace_file(folder / name, text)
