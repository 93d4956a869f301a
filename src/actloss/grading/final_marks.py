"""From what answers earned to a mark: which attempt counts, points by hand, what lateness costs.

What was computed is never changed: a mark keeps it, beside all that was done to it and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from actloss.exercises import of_chapter
from actloss.grading.lateness import HandedIn, Lateness, Times, extension_of, lateness
from actloss.grading.overrides import ByHand, Overrides
from actloss.grading.settings import Rule, Settings, clock, stated

HUNDREDTH = Decimal("0.01")


class Entry(NamedTuple):
    """What one file earned."""

    student: str  # the name of the hand-in
    chapter: str  # "" where the file could not be read
    score: float
    most: float


def nobody(word: str) -> str | None:
    return None


def no_points(place: str) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True)
class Policy:
    """All that turns points into marks; as it stands, the best attempt counts as it is."""

    settings: Settings = field(default_factory=Settings)
    overrides: Overrides = field(default_factory=Overrides)
    times: Times = field(default_factory=Times)
    identity: Mapping[str, str] = field(default_factory=dict)
    whose: Callable[[str], str | None] = nobody
    points_of: Callable[[str], Mapping[str, float]] = no_points  # computed, by exercise, of a place

    @property
    def changes_marks(self) -> bool:
        """Whether there is anything to tell a student beside the points of the answers."""
        return bool(self.settings.path or self.overrides.path)

    @property
    def files(self) -> list[Path]:
        return [path for path in (self.settings.path, self.overrides.path) if path]


@dataclass(frozen=True)
class Attempt:
    """One file, judged: `raw` has points by hand in it."""

    place: str
    student: str
    computed: float
    raw: Decimal
    score: Decimal
    handed_in: HandedIn | None = None
    late: Lateness | None = None


@dataclass(frozen=True)
class Changed:
    """Points by hand, beside those that were computed."""

    line: ByHand
    computed: float


@dataclass(frozen=True)
class Mark:
    """Of a student for a chapter."""

    chapter: str
    most: float
    attempts: tuple[Attempt, ...]
    counts: Attempt
    changed: tuple[Changed, ...] = ()
    comments: tuple[ByHand, ...] = ()

    @property
    def student(self) -> str:
        return self.counts.student

    @property
    def score(self) -> float:
        return float(self.counts.score)

    @property
    def raw(self) -> float:
        return float(self.counts.raw)

    @property
    def penalty(self) -> float:
        """What was in fact taken away."""
        return float(self.counts.raw - self.counts.score)


def marks(entries: Mapping[str, Entry], policy: Policy) -> dict[tuple[str, str], Mark]:
    """By student and chapter, from entries by place. A damaged file beside a whole one is none."""
    groups: dict[tuple[str, str], list[str]] = {}
    for place in sorted(entries):
        entry = entries[place]
        groups.setdefault((_identity(entry.student, policy), entry.chapter), []).append(place)
    readable = {one for one, chapter in groups if chapter}
    found: dict[tuple[str, str], Mark] = {}
    for (one, chapter), places in groups.items():
        if not chapter and one in readable:
            continue
        # For a file that could not be read, a teacher who could read it may give points.
        lines = policy.overrides.by_student.get(one, ())
        given = {line.chapter for line in lines if line.points is not None}
        for of in [chapter] if chapter else sorted(given) or [""]:
            mark = _mark(one, of, [(place, entries[place]) for place in places], policy)
            found[mark.student, of] = mark
    return found


def _identity(handed_in, policy):
    return policy.identity.get(handed_in, handed_in)


def _mark(one, chapter, entries, policy):
    lines = policy.overrides.of(one, chapter)
    given = [line for line in lines if line.points is not None]
    most = max(entry.most for _, entry in entries)
    if given and not most:
        most = float(sum(exercise.points for exercise in of_chapter(chapter)))
    rule = policy.settings.rules.get(chapter, Rule())
    extension = extension_of(one, chapter, policy.settings, policy.whose)
    attempts = []
    for place, entry in entries:
        handed_in = policy.times.by_place.get(place)
        late = lateness(handed_in.time, rule, extension, most) if handed_in else None
        raw = Decimal(str(entry.score)) + _difference(given, place, policy)
        penalty = late.penalty.quantize(HUNDREDTH) if late else Decimal(0)
        score = max(Decimal(0), raw - penalty)
        attempts.append(Attempt(place, entry.student, entry.score, raw, score, handed_in, late))
    counts = _that_counts(attempts, policy.settings.attempts)
    computed = policy.points_of(counts.place) if given else {}
    changed = tuple(Changed(line, computed.get(line.exercise, 0)) for line in given)
    return Mark(chapter, most, tuple(attempts), counts, changed,
                tuple(line for line in lines if line.comment))  # fmt: skip


def _difference(given, place, policy):
    computed = policy.points_of(place) if given else {}
    return sum(
        (line.points - Decimal(str(computed.get(line.exercise, 0))) for line in given), Decimal(0)
    )


def _that_counts(attempts, which):
    """The first of equals."""
    if which == "best":
        return max(attempts, key=lambda attempt: attempt.score)
    never = datetime.min.replace(tzinfo=UTC)
    return max(
        attempts,
        key=lambda one: (one.handed_in.time if one.handed_in else never, one.score),
    )


# In words


def reasons(mark: Mark) -> list[str]:
    """A sentence for each thing that was done to what was computed, and for each comment."""
    said = []
    said += [f"{one.line.exercise}: {in_words(one)}" for one in mark.changed]
    if mark.counts.late:
        said.append(lateness_in_words(mark.counts))
    if len(mark.attempts) > 1:
        said.append(f"Of {len(mark.attempts)} attempts {mark.counts.place} counts")
    said += [
        f"{line.exercise or 'Comment'}: {line.comment}" + (f" ({line.by})" if line.by else "")
        for line in mark.comments
    ]
    return said


def in_words(one: Changed) -> str:
    """Points by hand, those computed, and why."""
    given, computed = _number(one.line.points), _number(one.computed)
    return f"{given} by hand, {computed} computed: {one.line.reason} ({one.line.by})"


def told(mark: Mark, place: str, settings: Settings) -> list[str]:
    """What the student of one of the attempts is told of the mark, and by which rules."""
    (attempt,) = (one for one in mark.attempts if one.place == place)
    rules = stated(settings, mark.chapter) if settings.path else []
    if attempt is not mark.counts:
        late = [lateness_in_words(attempt)] if attempt.late else []
        return [f"Another attempt counts: {mark.counts.place}, {_points(mark)}", *late, *rules]
    return [f"Mark: {_points(mark)}", *reasons(mark), *rules]


def _points(mark):
    return f"{_number(mark.score)} of {_number(mark.most)} points"


def lateness_in_words(attempt: Attempt) -> str:
    """When an attempt was handed in, by which source, and what that costs."""
    late, handed_in = attempt.late, attempt.handed_in
    assert late is not None
    assert handed_in is not None
    extended = ""
    if late.extension:
        why = f": {late.extension.reason}" if late.extension.reason else ""
        extended = f" (extended{why})"
    when = clock(handed_in.time.astimezone(late.due.tzinfo))
    said = f"Handed in {when} (by {handed_in.source}), due {clock(late.due)}{extended}"
    if late.in_grace:
        return f"{said}: within the grace, in time"
    if not late.days:
        return f"{said}: in time"
    days = "1 day" if late.days == 1 else f"{late.days} days"
    return f"{said}: {days} late, −{_number(attempt.raw - attempt.score)} points"


def _number(value):
    return f"{float(value):g}"


def row(mark: Mark) -> dict:
    """The mark as a row of ``grades.csv``; times as nbgrader writes them, in UTC."""
    counts = mark.counts
    return {
        "assignment": mark.chapter,
        "duedate": _utc(counts.late.due) if counts.late else "",
        "timestamp": _utc(counts.handed_in.time) if counts.handed_in else "",
        "student_id": mark.student,
        "raw_score": mark.raw,
        "late_submission_penalty": mark.penalty,
        "score": mark.score,
        "max_score": float(mark.most),
        "computed_score": float(counts.computed),
        "remarks": "; ".join(reasons(mark)),
    }


def _utc(time):
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
