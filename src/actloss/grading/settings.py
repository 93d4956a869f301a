"""The settings of a course, one TOML file that a teacher reads and writes::

    timezone = "Europe/Berlin"        # of every time below, and in submitted.csv, that names none
    attempts = "best"                 # or "last": which of a student's notebooks counts
    submitted = "submitted.csv"       # when each was handed in; see `lateness`

    [late]                            # of every chapter that says nothing else
    grace_minutes = 15
    percent_per_day = 10              # of the points possible, for each day that has begun
    percent_at_most = 50

    [chapter.softmax]
    due = 2026-11-30T23:59:00

    [[extension]]
    student = "ada"
    chapter = "softmax"               # of all chapters if it is left out
    days = 3                          # or: due = 2026-12-03T12:00:00
    reason = "ill"

What is not asked for here is an error: a misspelt key must not cost anybody points.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from actloss.exercises import EXERCISES
from actloss.exercises.definitions import read_all
from actloss.grading.submission import GradingError

ATTEMPTS = ("best", "last")
TIMESTAMP, NAMES = "timestamp.txt", "names"  # besides a CSV file, where times may come from
LATE = ("grace_minutes", "percent_per_day", "percent_at_most")
MOST_MINUTES = 366 * 24 * 60


@dataclass(frozen=True)
class Rule:
    """When a chapter is due, and what it costs to be late."""

    due: datetime | None = None  # with a time zone; never, if there is none
    grace: timedelta = timedelta()
    per_day: Decimal = Decimal(0)  # percent of the points possible
    at_most: Decimal = Decimal(100)


@dataclass(frozen=True)
class Extension:
    """More time for one student."""

    student: str
    chapter: str = ""  # all of them
    due: datetime | None = None
    days: Decimal = Decimal(0)
    reason: str = ""


@dataclass(frozen=True)
class Settings:
    """What a file of settings says; as it stands, what holds without one."""

    path: Path | None = None
    zone: ZoneInfo | None = None
    attempts: str = "best"
    submitted: str = ""  # "": the time of the file itself
    rules: Mapping[str, Rule] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()

    @property
    def needs_times(self) -> bool:
        return self.attempts == "last" or any(rule.due for rule in self.rules.values())


def read_settings(path: Path) -> Settings:
    """The settings in a file.

    Raises
    ------
    GradingError
        If it cannot be read, or says something that has no meaning; the message names the place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text, parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GradingError(f"the settings {str(path)!r} cannot be read: {error}") from None
    try:
        return _settings(path, content)
    except _NoMeaningError as error:
        raise GradingError(f"the settings {str(path)!r}: {error}") from None


class _NoMeaningError(Exception):
    pass


def _settings(path, content):
    _check_keys(
        content, ("timezone", "attempts", "submitted", "late", "chapter", "extension"), "the file"
    )
    zone = _zone(content.get("timezone"))
    late = _table(content.get("late", {}), "late")
    _check_keys(late, LATE, "[late]")
    usual = _rule(Rule(), late, "[late]", zone)
    rules = {}
    for name, table in _table(content.get("chapter", {}), "chapter").items():
        place = f"[chapter.{name}]"
        _check_chapter(name, place)
        _check_keys(_table(table, place), ("due", *LATE), place)
        rules[name] = _rule(usual, table, place, zone)
    given = content.get("extension", [])
    if not isinstance(given, list):
        raise _NoMeaningError("an extension begins with [[extension]], in two pairs of brackets")
    return Settings(
        path,
        zone,
        _one_of(content.get("attempts", "best"), ATTEMPTS, "attempts"),
        _submitted(content.get("submitted", "")),
        rules,
        tuple(_extension(item, n, rules, zone) for n, item in enumerate(given, start=1)),
    )


def _table(value, place):
    if not isinstance(value, dict):
        raise _NoMeaningError(f"{place} must be a table, not {value!r}")
    return value


def _check_keys(table: Mapping[str, Any], known: Collection[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise _NoMeaningError(f"{place} has {key!r}, and {_near(key, known)}")


def _near(word, known):
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"there is no such key: did you mean {near[0]!r}?"
    return f"knows only {', '.join(known)}"


def _check_chapter(name, place):
    read_all()
    chapters = sorted({exercise.chapter for exercise in EXERCISES.values()})
    if name not in chapters:
        near = difflib.get_close_matches(str(name), chapters, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise _NoMeaningError(f"{place} names {name!r}, a chapter without exercises{hint}")


def _zone(name):
    if name is None:
        return None
    if isinstance(name, str):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            pass
    raise _NoMeaningError(
        f"timezone must be the name of one that this machine knows, such as "
        f'"Europe/Berlin" or "UTC", not {name!r}'
    )


def _one_of(value, known, place):
    if value not in known:
        words = " or ".join(f'"{word}"' for word in known)
        raise _NoMeaningError(f"{place} must be {words}, not {value!r}")
    return value


def _submitted(value):
    if isinstance(value, str) and (
        value in ("", TIMESTAMP, NAMES) or value.lower().endswith(".csv")
    ):
        return value
    raise _NoMeaningError(
        f'submitted must be a CSV file beside the settings, such as "submitted.csv", or '
        f'"{TIMESTAMP}" or "{NAMES}", not {value!r}'
    )


def _rule(usual, table, place, zone):
    """The usual rule, with what this table changes."""
    if "due" in table:
        usual = replace(usual, due=_time(table["due"], f"{place}: due", zone))
    if "grace_minutes" in table:
        minutes = _number(table["grace_minutes"], f"{place}: grace_minutes", MOST_MINUTES)
        usual = replace(usual, grace=timedelta(seconds=int(60 * minutes)))
    for key, name in (("percent_per_day", "per_day"), ("percent_at_most", "at_most")):
        if key in table:
            usual = replace(usual, **{name: _number(table[key], f"{place}: {key}", 100)})
    return usual


def _number(value, place, most):
    right = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not right or not Decimal(value).is_finite() or not 0 <= value <= most:
        raise _NoMeaningError(f"{place} must be a number from 0 to {most}, not {_shown(value)}")
    return Decimal(value)


def _shown(value):
    return str(value) if isinstance(value, Decimal) else repr(value)


def _time(value, place, zone):
    """A time with its zone. Of an hour that comes twice in autumn, the later, which favours all."""
    if isinstance(value, datetime) and value.tzinfo:
        return value
    if not isinstance(value, datetime):
        given = f"the date {value} without a time" if isinstance(value, date) else repr(value)
        raise _NoMeaningError(
            f"{place} must be a day and a time, without quotes, such as 2026-11-30T23:59:00, "
            f"not {given}"
        )
    if zone is None:
        raise _NoMeaningError(
            f"{place} {value} names no time zone: add one, as in {value.isoformat()}+01:00, "
            f'or timezone = "Europe/Berlin" at the top of the file'
        )
    there = value.replace(tzinfo=zone, fold=1)
    if not exists(there):
        raise _NoMeaningError(
            f"{place} {value} does not exist in {zone.key}: clocks are put forward over it"
        )
    return there


def exists(time: datetime) -> bool:
    """Whether clocks of its zone ever show this time: in spring, an hour is left out."""
    utc = ZoneInfo("UTC")
    return time.astimezone(utc).astimezone(time.tzinfo).replace(tzinfo=None) == time.replace(
        tzinfo=None, fold=0
    )


def _extension(item, number, rules, zone):
    place = f"extension {number}"
    _check_keys(_table(item, place), ("student", "chapter", "due", "days", "reason"), place)
    student, chapter, reason = (
        _text(item.get(key, ""), f"{place}: {key}") for key in ("student", "chapter", "reason")
    )
    if not student:
        raise _NoMeaningError(f"{place} needs the name of a student, as student = ...")
    place = f"{place}, of {student!r},"
    if chapter:
        _check_chapter(chapter, place)
    if ("due" in item) == ("days" in item):
        raise _NoMeaningError(f"{place} needs either due or days")
    if chapter and not (chapter in rules and rules[chapter].due):
        raise _NoMeaningError(f"{place} is for {chapter}, which has no due date to extend")
    if "days" in item:
        days = _number(item["days"], f"{place} days", 366)
        return Extension(student, chapter, days=days, reason=reason)
    if not chapter:
        raise _NoMeaningError(f"{place} with a due date needs a chapter; for all give days")
    due = _time(item["due"], f"{place} due", zone)
    if due < rules[chapter].due:
        raise _NoMeaningError(
            f"{place} ends at {due}, before {chapter} is due for all, at {rules[chapter].due}"
        )
    return Extension(student, chapter, due=due, reason=reason)


def _text(value, place):
    if not isinstance(value, str):
        raise _NoMeaningError(f"{place} must be text in quotes, not {_shown(value)}")
    return value.strip()


# What it says, in words


def stated(settings: Settings, chapter: str = "") -> list[str]:
    """Sentences on what holds for a class, of one chapter or of all."""
    counts = {
        "best": "Of a student's attempts at a chapter, the one with most points counts, after what "
        "lateness costs.",
        "last": "Of a student's attempts at a chapter, the last one counts.",
    }
    said = [counts[settings.attempts]]
    for name, rule in sorted(settings.rules.items()):
        if rule.due and chapter in ("", name):
            said.append(f"{name} is due {clock(rule.due)}{_costs(rule)}.")
    if settings.needs_times:
        said.append(f"Times are those of {source(settings)}.")
    return said


def _costs(rule):
    minutes = rule.grace / timedelta(minutes=1)
    grace = f", {minutes:g} minutes of grace" if rule.grace else ""
    if not rule.per_day:
        return f"{grace}; to be late costs no points"
    cap = f", {rule.at_most.normalize():f} % at most" if rule.at_most < 100 else ""
    return (
        f"{grace}; each day begun after that costs {rule.per_day.normalize():f} % of the points "
        f"possible{cap}"
    )


def source(settings: Settings) -> str:
    """Where the times of hand-ins come from."""
    return {
        "": "the files themselves, which copying may change",
        TIMESTAMP: "the file timestamp.txt beside each notebook",
        NAMES: "the names of the files",
    }.get(settings.submitted, settings.submitted)


def clock(time: datetime) -> str:
    """A time to the second, with its offset: 2026-11-30 23:59:00 +01:00."""
    return time.strftime("%Y-%m-%d %H:%M:%S ") + time.isoformat()[-6:]
