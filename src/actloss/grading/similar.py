"""The command ``actloss similar SUBMISSIONS --out RESULTS``: which answers of a class are alike."""

from __future__ import annotations

import contextlib
import functools
import json
import time
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

from actloss.exercises import of_chapter
from actloss.grading import similar_page
from actloss.grading.grade import chapters_of
from actloss.grading.notebooks import Notebook, UnreadableError, find, read
from actloss.grading.similarity import Answer, compare
from actloss.grading.submission import GradingError, replace_file
from actloss.grading.walk import IDLE

PAGE = "similar.html"
FEWEST = 5  # students: among fewer, nothing can be called rare
MISTAKE_CHARACTERS = 300


def add_to(commands: Any) -> None:
    """Let the command line know it."""
    parser = commands.add_parser(
        "similar",
        help="show which answers of a class are alike in a way that few share",
        description="Compare the answers of a class, and write a page to look at them side by "
        "side. It says what is alike, and no more.",
    )
    parser.add_argument("submissions", type=Path, help="the folder of submissions")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="the folder of results; wrong values are compared if `actloss grade` wrote into it",
    )
    parser.add_argument("--chapter", default="", help="of the exercises, such as softmax")
    parser.set_defaults(run=run)


@functools.cache
def given_cells() -> dict[str, list[str]]:
    """The code cells of each chapter's notebook, as they were given out."""
    return tomllib.loads(Path(__file__).with_name("given_cells.toml").read_text(encoding="utf-8"))


def run(given: Any) -> int:
    """Write the page; the exit status."""
    started = time.monotonic()
    if given.chapter and not of_chapter(given.chapter):
        raise GradingError(f"no chapter {given.chapter!r} has exercises")
    found = find(given.submissions)
    if not found:
        raise GradingError(f"there are no submissions in {str(given.submissions)!r}")
    answers: dict[str, list[Answer]] = defaultdict(list)
    sources: dict[tuple[str, str], str] = {}
    base: list[str] = []
    chapters, students, unread, graded = set(), set(), 0, 0
    for submission in found:
        try:
            if submission.path is None or submission.problem:
                raise UnreadableError(submission.problem)
            notebook = read(submission.path)
            chapter = given.chapter or chapters_of(notebook)[0]
        except UnreadableError:
            unread += 1
            continue
        if chapter not in chapters:
            chapters.add(chapter)
            base += given_cells().get(chapter, [])
        students.add(submission.student)
        mistakes = mistakes_of(given.out, submission.place)
        graded += mistakes is not None
        for name, source in answers_of(notebook, chapter).items():
            key = submission.student, name
            # Of several notebooks of one student, all that is theirs.
            sources[key] = "\n\n".join(filter(None, [sources.get(key, ""), source]))
            answers[name].append(Answer(submission.student, source, (mistakes or {}).get(name, "")))
    if len(students) < FEWEST:
        raise GradingError(
            f"{len(students)} students handed in what can be read: among fewer than {FEWEST} "
            "nothing can be called rare"
        )
    comparison = compare(answers, base)
    notes = [] if graded else [
        "Wrong values were not compared, since there are no results of actloss grade in this "
        "folder: grade the class into it, and give this command again."
    ]  # fmt: skip
    if unread:
        notes.append(f"{unread} of {len(found)} files could not be read and are not compared.")
    given.out.mkdir(parents=True, exist_ok=True)
    replace_file(given.out / PAGE, similar_page.as_html(comparison, sources, notes))
    above = len(comparison.above_chance)
    share = "1 pair shares" if above == 1 else f"{above} pairs share"
    print(
        f"{len(students)} students compared in {time.monotonic() - started:.1f} s; {share} more "
        f"than chance gives in a class like this: {given.out / PAGE}"
    )
    for note in notes:
        print(note)
    return 0


def answers_of(notebook: Notebook, chapter: str) -> dict[str, str]:
    """By exercise, the cells from the check before it to its own, as far as they are not given."""
    exercises = of_chapter(chapter)
    ends = sorted((notebook.place_of_check(one.name), one.name) for one in exercises)
    given = {source.strip() for source in given_cells().get(chapter, [])}
    found, begin = {}, 0
    for end, name in ends:
        cells = [cell.source.strip() for cell in notebook.cells[begin:end]]
        own = [one for one in cells if one not in given and not IDLE.fullmatch(one)]
        if own:
            found[name] = "\n\n".join(own)
        begin = max(begin, end + 1)
    return found


def mistakes_of(out: Path, place: str) -> dict[str, str] | None:
    """By exercise, what a wrong answer gave; None if there are no results of this submission."""
    path = out / "submissions" / place / "results.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        tests = json.loads(path.read_text(encoding="utf-8"))["tests"]
        return {
            test["name"]: _wrong_value(test["output"])
            for test in tests
            if test["extra_data"]["state"] == "not right yet"
        }
    return None


def _wrong_value(output):
    """What a report says that an answer gave; a word on where it stopped is not the answer's."""
    lines = output.split("\n")
    wanted = [line for line in lines if line.startswith("  got ") or " is not the number." in line]
    value = " ".join(wanted[0].split()[:40]) if wanted else ""
    value = value.removeprefix("got ").removesuffix(" is not the number.")
    return value[:MISTAKE_CHARACTERS] if any(c.isdigit() for c in value) else ""
