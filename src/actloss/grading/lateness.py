"""When a notebook was handed in, and what it costs to be late.

The time comes from where the settings say:

- a CSV file with the columns ``submitted`` and ``student`` or ``file`` (the path of the notebook
  within the folder of submissions, for who handed in several);
- ``timestamp.txt`` beside the notebook, as nbgrader leaves it: worth what whoever put it there is;
- the name of the file, or of a folder that it lies in, as Blackboard makes it:
  ``…_attempt_2026-11-30-23-59-00…``;
- the time of the file itself, if nothing else is said or known. Who copies or unpacks files may
  change it, and so may a student, so wherever it counts, it is said.

A day is 24 hours. Within the second of the deadline is in time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from actloss.grading.notebooks import Found
from actloss.grading.settings import NAMES, TIMESTAMP, Extension, Rule, Settings
from actloss.grading.submission import GradingError
from actloss.grading.tables import read_table

DAY = timedelta(days=1)
FILE_TIME = "the file itself"
IN_A_NAME = re.compile(r"_attempt_(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)(?!\d)")
LONGEST = 100  # characters of a timestamp.txt
COLUMNS = {
    "submitted": ("submitted", "time", "timestamp", "submitted at", "submission time"),
    "student": ("student", "id", "student id", "student_id"),
    "file": ("file", "path", "notebook"),
}


@dataclass(frozen=True)
class HandedIn:
    """When, and who says so."""

    time: datetime
    source: str


@dataclass
class Times:
    """When each notebook was handed in, by its place; and what there was to remark on."""

    by_place: dict[str, HandedIn] = field(default_factory=dict)
    by_file_time: list[str] = field(default_factory=list)  # students without another source
    unmet: list[str] = field(default_factory=list)  # lines that are about nobody


def times_of(
    found: Sequence[Found],
    folder: Path,
    settings: Settings,
    whose: Callable[[str], str | None],
    identity: Mapping[str, str],
) -> Times:
    """The times of all submissions; `whose` finds a student by a word, `identity` by a hand-in.

    Raises
    ------
    GradingError
        If the file of times cannot be read, or a time is none.
    """
    times = Times()
    if not settings.needs_times:
        return times
    listed: dict[str, HandedIn] = {}
    if settings.path and settings.submitted.lower().endswith(".csv"):
        listed = _listed(settings, found, folder, whose, times)
    for one in found:
        if one.path is None:
            continue
        known = (
            listed.get(_within(one, folder))
            or listed.get(f"student {identity.get(one.student, one.student)}")
            or _beside(one, settings, folder)
        )
        if known is None:
            known = HandedIn(_time_of_file(one.path), FILE_TIME)
            if settings.submitted:
                times.by_file_time.append(one.student)
        times.by_place[one.place] = known
    return times


def _within(one, folder):
    return f"file {Path(os.path.relpath(one.path, folder)).as_posix()}"


def _time_of_file(path):
    return datetime.fromtimestamp(int(os.stat(path, follow_symlinks=False).st_mtime), UTC)


def _beside(one, settings, folder):
    """By timestamp.txt or by a name, if that is asked for and there is one."""
    if settings.submitted == TIMESTAMP:
        path = one.path.with_name(TIMESTAMP)
        try:
            if path.is_symlink() or not path.is_file():  # a link may lead to anything
                return None
            with path.open(encoding="utf-8-sig") as file:
                text = file.read(LONGEST).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise GradingError(f"{str(path)!r} cannot be read: {error}") from None
        return HandedIn(_time(text, settings, f"{str(path)!r}"), TIMESTAMP)
    if settings.submitted == NAMES:
        named = IN_A_NAME.search(str(os.path.relpath(one.path, folder)))
        if named:
            day, hour, minute, second = named.groups()
            text = f"{day}T{hour}:{minute}:{second}"
            return HandedIn(_time(text, settings, f"the name {one.path.name!r}"), "the file's name")
    return None


def _listed(settings, found, folder, whose, times):
    path = settings.path.parent / settings.submitted
    table = read_table(path, "the times", COLUMNS)
    if "submitted" not in table.columns or not table.columns & {"student", "file"}:
        raise GradingError(
            f"the times {str(path)!r} need a first line that names their columns: submitted, and "
            f"student or file; it has {', '.join(table.head) or 'nothing'}"
        )
    files = {_within(one, folder) for one in found if one.path}
    listed: dict[str, HandedIn] = {}
    for line, said in table.lines:
        where = f"line {line} of the times {str(path)!r}"
        time = _time(said["submitted"], settings, where)
        student = whose(said["student"]) if said["student"] else None
        if said["file"]:
            key = f"file {Path(said['file']).as_posix()}"
            met = key in files
        else:
            key, met = f"student {student}", student is not None
        if not met:
            times.unmet.append(f"line {line}: {said['file'] or said['student'] or 'nobody'}")
        elif key in listed:
            raise GradingError(
                f"{where} is the second one for {said['file'] or said['student']!r}: where there "
                "are several attempts, say which file each time is of"
            )
        else:
            listed[key] = HandedIn(time, settings.submitted)
    return listed


def _time(text, settings, where):
    """A time as ISO 8601 writes it, or nbgrader: 2026-11-30 23:58:23.948203 UTC."""
    written = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", text)
    try:
        if len(text) <= len("2026-11-30"):
            raise ValueError
        time = datetime.fromisoformat(re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", written))
    except ValueError:
        raise GradingError(
            f"{where} has the time {text!r}, which is none: write 2026-11-30 23:59:00, or "
            "2026-11-30T23:59:00+01:00"
        ) from None
    if time.tzinfo is None:
        if settings.zone is None:
            raise GradingError(
                f"{where} has the time {text!r} without a time zone: add one, as in "
                f'{text}+01:00, or timezone = "Europe/Berlin" in {str(settings.path)!r}'
            )
        time = time.replace(tzinfo=settings.zone)
    return time.replace(microsecond=0)


# What it costs


@dataclass(frozen=True)
class Lateness:
    """How late an attempt was, beside when it was due for this student."""

    due: datetime
    days: int  # begun after due time and grace; 0 is in time
    in_grace: bool
    extension: Extension | None
    penalty: Decimal


def lateness(
    handed_in: datetime, rule: Rule, extension: Extension | None, possible: float
) -> Lateness | None:
    """How late something was that is worth so many points; None for what is never due."""
    if rule.due is None:
        return None
    due = rule.due
    if extension:
        due = extension.due or due + float(extension.days) * DAY  # at the same time of day
    over = handed_in.replace(microsecond=0).astimezone(UTC) - due.astimezone(UTC)
    days = max(0, -((rule.grace - over) // DAY))
    percent = min(rule.per_day * days, rule.at_most)
    penalty = Decimal(str(possible)) * percent / 100
    in_grace = timedelta() < over <= rule.grace
    return Lateness(due, days, in_grace, extension, penalty)


def extension_of(
    student: str, chapter: str, settings: Settings, whose: Callable[[str], str | None]
) -> Extension | None:
    """What this student has; what was written last counts, for the chapter before for all."""
    own = [one for one in settings.extensions if whose(one.student) == student]
    chosen = [one for one in own if one.chapter == chapter] or [
        one for one in own if not one.chapter
    ]
    return chosen[-1] if chosen else None
