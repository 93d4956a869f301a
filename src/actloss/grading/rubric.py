"""Exercises that a teacher marks by hand: what is asked, and what earns how many points.

A rubric is a TOML file for a chapter. What it says counts, and not what a student's file says: a
notebook that was handed in may promise itself any points. ``actloss rubric NOTEBOOK`` drafts one
from the notebook that was given out.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actloss.exercises import EXERCISES, of_chapter
from actloss.grading.grade import chapters_of
from actloss.grading.notebooks import UnreadableError, read
from actloss.grading.submission import GradingError, replace_file

KEPT = "rubrics"  # a folder of the results: a later run knows what an earlier one was given
MOST = 1000  # points


@dataclass(frozen=True)
class Criterion:
    """What earns some of the points."""

    says: str
    points: float


@dataclass(frozen=True)
class Question:
    """An exercise that a teacher marks; its name is the ``grade_id`` of the cell."""

    name: str
    chapter: str
    points: float
    question: str = ""
    given: str = ""  # what stood in the cell before anyone answered
    criteria: tuple[Criterion, ...] = ()


# Reading


def read_rubric(path: Path) -> list[Question]:
    """The exercises of a rubric.

    Raises
    ------
    GradingError
        If it cannot be read, or says what cannot be.
    """
    where = f"the rubric {str(path)!r}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GradingError(f"{where} cannot be read: {error}") from None
    chapter, exercises = content.get("chapter"), content.get("exercises")
    if not isinstance(chapter, str) or not of_chapter(chapter):
        raise GradingError(
            f'{where} needs a first line such as chapter = "softmax", of a chapter with '
            f"exercises; it has {chapter!r}"
        )
    if not isinstance(exercises, dict) or not exercises:
        raise GradingError(f"{where} needs a table [exercises.NAME] for each exercise")
    return [_question(name, chapter, table, where) for name, table in exercises.items()]


def _question(name, chapter, table, where):
    what = f"the exercise {name!r} of {where}"
    if name in EXERCISES:
        raise GradingError(f"{what} has the name of one that is graded by itself: choose another")
    if not isinstance(table, dict):
        raise GradingError(f"{what} is no table, but {table!r}")
    _only(table, {"points", "question", "given", "criteria"}, what)
    criteria = table.get("criteria", [])
    if not isinstance(criteria, list) or not all(isinstance(one, dict) for one in criteria):
        raise GradingError(f"{what}: criteria are tables [[exercises.{name}.criteria]]")
    found = []
    for number, one in enumerate(criteria, start=1):
        which = f"criterion {number} of {what}"
        _only(one, {"says", "points"}, which)
        found.append(Criterion(_text(one, "says", which), _points(one, which)))
    points = _points(table, what)
    total = sum(one.points for one in found)
    if found and total < points:
        raise GradingError(f"{what} has {points:g} points, and its criteria give {total:g} in all")
    texts = (_text(table, key, what) if key in table else "" for key in ("question", "given"))
    return Question(name, chapter, points, *texts, tuple(found))


def _only(table, known, what):
    if unknown := sorted(table.keys() - known):
        raise GradingError(f"{what} has {unknown[0]!r}, and may have {', '.join(sorted(known))}")


def _text(table, key, what):
    value = table.get(key)
    if not isinstance(value, str):
        raise GradingError(f"{what} needs {key}, a text, not {value!r}")
    return value


def _points(table, what):
    value = table.get("points")
    if type(value) not in (int, float) or not 0 <= value <= MOST:
        raise GradingError(f"{what} needs points, a number from 0 to {MOST}, not {value!r}")
    return value


# Keeping


def keep(paths: Iterable[Path], out: Path) -> list[Question]:
    """All exercises that are marked by hand here: of these rubrics, and of those of earlier runs.

    A rubric takes the place of the earlier one for its chapter.
    """
    folder = out / KEPT
    given = [(path, read_rubric(path)) for path in paths]
    for path, questions in given:
        folder.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        replace_file(folder / f"{questions[0].chapter}.toml", text)
    found = [one for path in sorted(folder.glob("*.toml")) for one in read_rubric(path)]
    names = [one.name for one in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise GradingError(f"two rubrics have an exercise {twice[0]!r}: rename one")
    return found


# Drafting


def add_to(commands: Any) -> None:
    """Let the command line know ``actloss rubric``."""
    parser = commands.add_parser(
        "rubric",
        help="draft a rubric for the answers of a notebook that you mark yourself",
        description="Print a rubric, in TOML, for the manually graded cells of a notebook as it "
        "was given out. Put it into a file, and write into it what earns points.",
    )
    parser.add_argument("notebook", type=Path, help="as it was given out")
    parser.set_defaults(run=lambda given: print(draft(given.notebook), end="") or 0)


def draft(path: Path) -> str:
    """A rubric for the notebook that is given out.

    Raises
    ------
    GradingError
        If it cannot be read, or has no such cells.
    """
    try:
        notebook = read(path)
        chapter = chapters_of(notebook)[0]
    except UnreadableError as error:
        raise GradingError(f"{str(path)!r}: {error}") from None
    cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
    lines = [f"chapter = {_quoted(chapter)}", ""]
    question = ""  # what stands right above an answer
    for cell in cells:
        marked = cell.get("metadata", {}).get("nbgrader", {})
        if not (marked.get("grade") and marked.get("solution")):
            question = _source(cell) if cell.get("cell_type") == "markdown" else ""
            continue
        lines += [
            f"[exercises.{_quoted(marked['grade_id'])}]",
            f"points = {marked.get('points', 1):g}",
            f"question = {_quoted(question)}",
            f"given = {_quoted(_source(cell))}",
            "",
            f"[[exercises.{_quoted(marked['grade_id'])}.criteria]]",
            'says = "What is right: write here what earns these points"',
            f"points = {marked.get('points', 1):g}",
            "",
        ]
        question = ""
    if len(lines) == 2:
        raise GradingError(
            f"{str(path)!r} has no cell that is marked by hand. In JupyterLab with nbgrader, "
            'choose "Manually graded answer" for a cell'
        )
    return "\n".join(lines)


def _source(cell):
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else source


def _quoted(text):
    """A text as TOML has it; one of several lines over several lines."""
    plain = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return plain if "\n" not in text else '"""\n' + plain[1:-1].replace("\\n", "\n") + '"""'
