"""Who has other points than in a run before, and why: for grading again after something changed.

Each run leaves its marks in ``marks.jsonl``, with what they depend on. So it does not matter when
and where two runs were made, and a run in the same folder is compared with the one before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from actloss.grading.final_marks import Mark
from actloss.grading.pages import html_page, html_table, quoted_table, tag

COLUMNS = ("student", "assignment", "exercise", "before", "after", "why")
# What of a run a mark may depend on, and how to say that it differs.
CAUSES = {
    "submission": "another notebook was handed in",
    "tests": "the tests or the grader changed",
    "seed": "other inputs were drawn",
    "limits": "other limits of time or memory",
    "tier": "another isolation",
    "asked": "another chapter was asked for",
    "course_functions": "functions of the course are answers now, or no longer",
    "by_hand": "a teacher marked, or the rubric changed",
    "variant": "other numbers were asked for",
}
FILE = "marks.jsonl"
LATENESS = "lateness"  # stands where an exercise does


def record(mark: Mark, result: dict) -> str:
    """A line on a mark: of the results that count all that a comparison needs, and the mark."""
    about = result["extra_data"]
    kept = {
        "score": result["score"],
        "tests": [
            {"name": test["name"], "score": test["score"], "extra_data": {
                key: test["extra_data"].get(key) for key in ("state", "mistake", "properties")
            }}
            for test in result["tests"]
        ],
        "extra_data": {key: about.get(key) for key in CAUSES}
        | {"student": mark.student, "chapter": mark.chapter, "problem": about.get("problem", "")},
        "mark": {
            "place": mark.counts.place,
            "score": mark.score,
            "penalty": mark.penalty,
            "late": mark.counts.late.days if mark.counts.late else 0,
            "by_hand": {
                one.line.exercise: [float(one.line.points or 0), one.line.reason, one.line.by]
                for one in mark.changed
            },
        },
    }  # fmt: skip
    return json.dumps(kept, ensure_ascii=False, sort_keys=True) + "\n"


def changes(before: Path, after: Path) -> list[dict]:
    """A row for each exercise that counts something else now."""
    return between(records(before), records(after))


def between(old: dict[tuple[str, str], str], new: dict[tuple[str, str], str]) -> list[dict]:
    """A row for each exercise that counts something else in the new records."""
    rows = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) == new.get(key) or _became_readable(key, old, new):
            continue
        before = old.get(key) or old.get((key[0], ""))
        after = new.get(key) or new.get((key[0], ""))
        rows += _of_submission(_read(before), _read(after))
    return rows


def _became_readable(key, old, new):
    """Told with the chapter that the student has in the other run."""
    return not key[1] and any(
        student == key[0] and chapter for student, chapter in old.keys() | new.keys()
    )


def records(folder: Path) -> dict[tuple[str, str], str]:
    """The lines of a run's marks, by student and chapter; none if it never came to its end."""
    found = {}
    for line in _lines(folder / FILE):
        about = (_read(line) or {"extra_data": {}})["extra_data"]
        if "student" in about:
            found[about["student"], about["chapter"]] = line
    return found


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from file
    except (OSError, UnicodeDecodeError):
        return


def _read(line):
    try:
        result = json.loads(line or "")
        result["extra_data"]["student"], result["tests"], result["score"]  # all that is used
        return result
    except (ValueError, KeyError, TypeError):
        return None


def _of_submission(old, new):
    if old is None and new is None:
        return []
    about = (new or old)["extra_data"]
    row = {"student": about["student"], "assignment": about["chapter"]}
    if old is None or new is None:
        why = "was not there before" if old is None else "is not there any more"
        score = {"before": "" if old is None else _mark(old)["score"],
                 "after": "" if new is None else _mark(new)["score"]}  # fmt: skip
        return [row | score | {"exercise": "all", "why": f"the submission {why}"}]
    causes = [
        words for key, words in CAUSES.items() if about.get(key) != old["extra_data"].get(key)
    ]
    causes += [
        f"{when} it could not be read ({result['extra_data']['problem']})"
        for when, result in (("before", old), ("now", new))
        if result["extra_data"].get("problem")
    ]
    rows = []
    for name in dict.fromkeys([*_counted(old), *_counted(new)]):
        was, now = (_counted(result).get(name, 0) for result in (old, new))
        tests = [
            {test["name"]: test for test in result["tests"]}.get(name) for result in (old, new)
        ]
        hands = [_mark(result)["by_hand"].get(name) for result in (old, new)]
        computed = [test["score"] if test else 0 for test in tests]
        if was != now or hands[0] != hands[1] or (hands[1] and computed[0] != computed[1]):
            why = _by_hand(hands, computed) or _why(*tests, causes)
            rows.append(row | {"exercise": name, "before": was, "after": now, "why": why})
    before, after = _mark(old), _mark(new)
    if before["penalty"] != after["penalty"]:
        why = f"{before['late']} days late before, {after['late']} now"
        if before["late"] == after["late"]:
            why = "the points or the settings that it is taken from changed"
        rows.append(row | {"exercise": LATENESS, "before": 0 - before["penalty"],
                           "after": 0 - after["penalty"], "why": why})  # fmt: skip
    return rows


def _mark(result):
    """As computed, for results that know no mark."""
    return result.get("mark") or {
        "score": result["score"], "penalty": 0, "late": 0, "by_hand": {},
    }  # fmt: skip


def _counted(result):
    """Points by exercise, those by hand where there are any."""
    given = {name: points for name, (points, _, _) in _mark(result)["by_hand"].items()}
    return {test["name"]: test["score"] for test in result["tests"]} | given


def _by_hand(hands, computed):
    was, now = hands
    if now and was == now:
        return f"by hand, {computed[0]} → {computed[1]} computed: points by hand count"
    if now:
        return f"by hand, {computed[1]} computed: {now[1]} ({now[2]})"
    if was:
        return f"no longer by hand ({was[1]}, {was[2]}): what was computed counts"
    return ""


def _why(was, now, causes):
    """What differs in the run, then what the two reports say."""
    cause = "; ".join(causes) or "nothing that the grader knows of"
    if was is None or now is None:
        if "could not be read" in cause:
            return cause
        return f"{cause}. The exercise {'is new' if was is None else 'is gone'}"
    before, after = (dict(map(tuple, t["extra_data"].get("properties", ()))) for t in (was, now))
    said = [f"now asked, and not so: {name}" for name, holds in after.items()
            if holds is False and name not in before]  # fmt: skip
    said += [f"no longer asked: {name}" for name, holds in before.items()
             if holds is False and name not in after]  # fmt: skip
    for name in before.keys() & after.keys():
        if {before[name], after[name]} == {True, False}:
            said.append(f"{'now so' if after[name] else 'no longer so'}: {name}")
    states = f"before {_state(was)}, now {_state(now)}"
    return ". ".join([cause, states, *sorted(said)])


def _state(test):
    about = test["extra_data"]
    mistake = f" ({about['mistake']})" if about.get("mistake") else ""
    return about["state"] + mistake


def summary(rows: list[dict]) -> str:
    """One line on all."""
    students: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["student"], row["assignment"]
        students[key] = students.get(key, 0) + (row["after"] or 0) - (row["before"] or 0)
    up, down = (sum(sign * by > 0 for by in students.values()) for sign in (1, -1))
    if not rows:
        return "no points changed"
    return f"points changed in {len(students)} of the submissions: {up} more, {down} fewer"


def as_csv(rows: list[dict]) -> str:
    return quoted_table(COLUMNS, rows)


def as_html(rows: list[dict]) -> str:
    table = html_table(COLUMNS, [tuple(row[name] for name in COLUMNS) for row in rows])
    parts = [tag("h1", "What changed"), tag("p", f"{summary(rows).capitalize()}.")]
    return html_page("What changed", [*parts, *([table] if rows else [])])
