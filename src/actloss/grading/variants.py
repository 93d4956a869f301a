"""Numbers of each student's own: ``actloss variants ROSTER NOTEBOOK --seed N --out FOLDER``.

A student's variant is drawn from the seed and the id on the roster. It is what the class is graded
by, so a notebook of somebody else's, or one that claims another variant, gives wrong answers.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from actloss.exercises.variants import VARIANTS, variant_of
from actloss.grading import people, roster
from actloss.grading.notebooks import Found, UnreadableError, read, safe
from actloss.grading.pages import quoted_table
from actloss.grading.roster import Student
from actloss.grading.submission import GradingError, replace_file

FILE = "variants.json"  # of the results: which seed they were graded with
KEY = "key.csv"
COLUMNS = ("id", "name", "exercise", "answer")


def number_of(student: str, seed: int) -> int:
    """The variant of a student, by the id; capitals and spaces around it make no other one."""
    text = f"{seed}/{people.same(student)}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")


# Handing out


def add_to(commands: Any) -> None:
    """Let the command line know it."""
    parser = commands.add_parser(
        "variants",
        help="write each student's notebook, with numbers of its own",
        description="Write a notebook for each student of a roster, in which the exercises that "
        "ask for a number have numbers of their own, and a key for you. Grade with the same "
        "--variants SEED and --roster.",
    )
    parser.add_argument("roster", type=Path, help="the class, a CSV file with id and name")
    parser.add_argument("notebook", type=Path, help="such as chapters/exercises/softmax.ipynb")
    parser.add_argument("--seed", type=int, required=True, help="draws the numbers")
    parser.add_argument("--out", type=Path, required=True, help="a folder; made if needed")
    parser.set_defaults(run=run)


def run(given: Any) -> int:
    """Write the notebooks and the key; the exit status."""
    if given.seed < 0:
        raise GradingError(f"a seed is a whole number from 0 on, not {given.seed}")
    students = roster.read_roster(given.roster)
    if not students:
        raise GradingError(f"the roster {str(given.roster)!r} names no student")
    content = _given_out(given.notebook)
    names = _names(content)
    if not names:
        raise GradingError(
            f"{str(given.notebook)!r} has no exercise whose numbers can be drawn. Those that can: "
            f"{', '.join(sorted(VARIANTS))}"
        )
    folder = given.out / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    key = []
    for student in students:
        number = number_of(student.id, given.seed)
        text = json.dumps(with_numbers(content, number), ensure_ascii=False, indent=1)
        replace_file(folder / f"{_file_name(student.id)}.ipynb", text + "\n")
        key += [
            {"id": student.id, "name": student.name, "exercise": name,
             "answer": f"{variant_of(name, number).answer:.6g}"}
            for name in names
        ]  # fmt: skip
    replace_file(given.out / KEY, quoted_table(COLUMNS, key))
    exercises = "1 exercise" if len(names) == 1 else f"{len(names)} exercises"
    print(
        f"{len(students)} notebooks in {folder}, with other numbers in {exercises}: "
        f"{', '.join(names)}\nfor you alone: {given.out / KEY}\ngrade with: actloss grade "
        f"SUBMISSIONS --out RESULTS --roster {given.roster} --variants {given.seed}"
    )
    return 0


def _file_name(student):
    """The id itself where any system has such files: by it the hand-in is known again."""
    return student if re.fullmatch(r"[\w@+][\w .@+-]*(?<![ .])", student) else safe(student)


def _given_out(path):
    try:
        read(path)
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnreadableError as error:
        raise GradingError(f"{str(path)!r}: {error}") from None


def _names(content):
    return [name for name in map(_grade_id, content["cells"]) if name in VARIANTS]


def with_numbers(content: dict, number: int) -> dict:
    """A notebook with the numbers of a variant in its questions and its checks.

    Raises
    ------
    GradingError
        If a question does not say what its numbers would stand for.
    """
    content = copy.deepcopy(content)
    cells = content["cells"]
    for place, cell in enumerate(cells):
        name = _grade_id(cell)
        if name in VARIANTS:
            above = cells[place - 1] if place else {"source": ""}
            above["source"] = _replaced(_source(above), variant_of(name, number).texts, name)
        elif name.removeprefix("check-") in VARIANTS:
            checked = name.removeprefix("check-")
            call = f'check("{checked}", {checked})'
            told = f'check("{checked}", {checked}, variant={number})'
            cell["source"] = _replaced(_source(cell), ((call, told),), checked)
    return content


def _replaced(text, pairs, name):
    for old, new in pairs:
        if text.count(old) != 1:
            raise GradingError(
                f"the question above {name} should say {old!r} once, and does so "
                f"{text.count(old)} times: take the notebook of this version of the course"
            )
        text = text.replace(old, new)
    return text


def _grade_id(cell):
    marked = cell.get("metadata", {}).get("nbgrader", {})
    return str(marked.get("grade_id", ""))


def _source(cell):
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else source


# Grading


def of_class(found: Iterable[Found], students: Sequence[Student], seed: int) -> Mapping[str, int]:
    """The variant of each hand-in, by its student as the files name them; none who is unknown."""
    ids = people.words_for(students)
    names = {one.student: people.on_roster(one.student, ids) for one in found}
    return {name: number_of(who, seed) for name, who in names.items() if who is not None}


def note(out: Path, seed: int | None) -> None:
    """Keep in the results that they were graded with variants.

    Raises
    ------
    GradingError
        If they were, with other ones or with none: points of different questions would mix.
    """
    path = out / FILE
    try:
        before = json.loads(path.read_text(encoding="utf-8"))["seed"]
    except FileNotFoundError:
        before = None
        if seed is not None and (out / "run.json").exists():
            raise GradingError(
                f"{str(out)!r} was graded without variants: choose another folder"
            ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GradingError(f"{str(path)!r} cannot be read: {error}") from None
    if before is not None and before != seed:
        raise GradingError(
            f"{str(out)!r} was graded with --variants {before}: give the same again, with the "
            "--roster, or choose another folder"
        )
    if seed is not None:
        replace_file(path, json.dumps({"seed": seed}) + "\n")
