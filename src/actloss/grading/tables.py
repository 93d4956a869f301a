"""Tables that a teacher keeps in a spreadsheet, and saves as CSV in whatever way it does that."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from actloss.grading.people import delimiter
from actloss.grading.submission import GradingError


class Table(NamedTuple):
    head: list[str]  # the names in the first line
    columns: set[str]  # those that were looked for, and are there
    lines: list[tuple[int, dict[str, str]]]  # number and fields of each line that is not empty


def read_table(path: Path, what: str, columns: Mapping[str, Collection[str]]) -> Table:
    """The columns of a file, each under any of its names; `what` it is, for the error.

    Raises
    ------
    GradingError
        If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GradingError(f"{what} {str(path)!r} cannot be read: {error}") from None
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter(text)))
    head = [name.strip().casefold() for name in rows[0]] if rows else []
    places = {
        column: next((head.index(name) for name in names if name in head), len(head))
        for column, names in columns.items()
    }
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        fields = [field.strip() for field in row[: len(head)]]
        said = {
            column: fields[place] if place < len(fields) else "" for column, place in places.items()
        }
        if any(said.values()):
            lines.append((number, said))
    return Table(head, {column for column, place in places.items() if place < len(head)}, lines)
