"""The command ``actloss similar SUBMISSIONS --out RESULTS``: which answers of a class are alike."""

from __future__ import annotations

import contextlib
import functools
import json
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from actloss.exercises import EXERCISES, of_chapter
from actloss.exercises.variants import VARIANTS, variant_of
from actloss.grading import similar_page
from actloss.grading.grade import chapters_of
from actloss.grading.notebooks import Found, Notebook, UnreadableError, find, read
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


@dataclass
class Class:
    """What the files of a class hold, as far as it is compared."""

    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[tuple[str, str], str] = field(default_factory=dict)  # by student and exercise
    given: list[str] = field(default_factory=list)
    students: set[str] = field(default_factory=set)
    variants: dict[str, int] = field(default_factory=dict)  # of those with numbers of their own
    unread: int = 0
    graded: int = 0


def run(given: Any) -> int:
    """Write the page; the exit status."""
    started = time.monotonic()
    if given.chapter and not of_chapter(given.chapter):
        raise GradingError(f"no chapter {given.chapter!r} has exercises")
    found = find(given.submissions)
    if not found:
        raise GradingError(f"there are no submissions in {str(given.submissions)!r}")
    handed_in = gather(found, given.out, given.chapter)
    count = len(handed_in.students)
    if count < FEWEST:
        raise GradingError(
            f"{count} students handed in what can be read: among fewer than {FEWEST} nothing can "
            "be called rare"
        )
    comparison = compare(handed_in.answers, handed_in.given)
    notes = [] if handed_in.graded else [
        "Wrong values were not compared, since there are no results of actloss grade in this "
        "folder: grade the class into it, and give this command again."
    ]  # fmt: skip
    if handed_in.unread:
        notes.append(f"{handed_in.unread} of {len(found)} files could not be read and are not "
                     "compared.")  # fmt: skip
    passed_on = right_for_others(handed_in.answers, handed_in.variants)
    given.out.mkdir(parents=True, exist_ok=True)
    page = similar_page.as_html(comparison, handed_in.sources, notes, passed_on)
    replace_file(given.out / PAGE, page)
    above = len(comparison.above_chance)
    share = "1 pair shares" if above == 1 else f"{above} pairs share"
    print(
        f"{count} students compared in {time.monotonic() - started:.1f} s; {share} more than "
        f"chance gives in a class like this: {given.out / PAGE}"
    )
    for note in notes:
        print(note)
    return 0


def gather(found: Iterable[Found], out: Path, chapter: str = "") -> Class:
    """Read the files of a class, and what the results of a run say of their wrong answers."""
    handed_in = Class()
    chapters = set()
    for submission in found:
        try:
            if submission.path is None or submission.problem:
                raise UnreadableError(submission.problem)
            notebook = read(submission.path)
            its_chapter = chapter or chapters_of(notebook)[0]
        except UnreadableError:
            handed_in.unread += 1
            continue
        if its_chapter not in chapters:
            chapters.add(its_chapter)
            handed_in.given += given_cells().get(its_chapter, [])
        student = submission.student
        handed_in.students.add(student)
        graded = graded_before(out, submission.place)
        mistakes = {} if graded is None else graded.mistakes
        handed_in.graded += graded is not None
        if graded is not None and graded.variant is not None:
            handed_in.variants[student] = graded.variant
        for name, source in answers_of(notebook, its_chapter).items():
            # Of several notebooks of one student, all that is theirs.
            before = handed_in.sources.get((student, name))
            handed_in.sources[student, name] = f"{before}\n\n{source}" if before else source
            handed_in.answers[name].append(Answer(student, source, mistakes.get(name, "")))
    return handed_in


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


class Graded(NamedTuple):
    """What the results of a run say of a submission."""

    mistakes: dict[str, str]  # by exercise, what a wrong answer gave
    variant: int | None


def graded_before(out: Path, place: str) -> Graded | None:
    """None if there are no results of this submission."""
    path = out / "submissions" / place / "results.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        result = json.loads(path.read_text(encoding="utf-8"))
        mistakes = {
            test["name"]: _wrong_value(test["output"])
            for test in result["tests"]
            if test["extra_data"]["state"] == "not right yet"
        }
        return Graded(mistakes, result["extra_data"].get("variant"))
    return None


def _wrong_value(output):
    """What a report says that an answer gave; a word on where it stopped is not the answer's."""
    lines = output.split("\n")
    wanted = [line for line in lines if line.startswith("  got ") or " is not the number." in line]
    value = " ".join(wanted[0].split()[:40]) if wanted else ""
    value = value.removeprefix("got ").removesuffix(" is not the number.")
    return value[:MISTAKE_CHARACTERS] if any(c.isdigit() for c in value) else ""


def right_for_others(
    answers: Mapping[str, Sequence[Answer]], variants: Mapping[str, int]
) -> list[tuple[str, str, str, list[str]]]:
    """Numbers that are wrong, and right for what other students were asked.

    Rows of exercise, student, number, and those other students.
    """
    rows = []
    for name in sorted(answers.keys() & VARIANTS.keys()):
        wanted = {who: variant_of(name, number).answer for who, number in variants.items()}
        tolerance = EXERCISES[name].tolerance
        for one in sorted(answers[name]):
            with contextlib.suppress(ValueError):
                number = float(one.mistake or "nan")
                others = [who for who, right in wanted.items() if abs(number - right) <= tolerance]
                if others:
                    rows.append((name, one.student, one.mistake, sorted(others)))
    return rows
