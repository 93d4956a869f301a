"""Who has other points than in a run before, and why: for grading again after a test was changed.

Both runs are read from their folders, so it does not matter when and where they were made.
"""

from __future__ import annotations

import json
from pathlib import Path

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
    "by_hand": "a teacher marked, or the rubric changed",
    "variant": "other numbers were asked for",
}


def changes(before: Path, after: Path) -> list[dict]:
    """A row for each exercise that earned something else, by the files ``results.json``."""
    old, new = (
        {path.relative_to(folder / "submissions").parent: path for path in _results(folder)}
        for folder in (before, after)
    )
    rows = []
    for place in sorted(old.keys() | new.keys()):
        rows += _of_submission(_read(old.get(place)), _read(new.get(place)))
    return rows


def _results(folder):
    return (folder / "submissions").rglob("results.json")


def _read(path):
    if path is None:
        return None
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        result["extra_data"]["student"], result["tests"], result["score"]  # all that is used
        return result
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _of_submission(old, new):
    if old is None and new is None:
        return []
    about = (new or old)["extra_data"]
    row = {"student": about["student"], "assignment": about["chapter"]}
    if old is None or new is None:
        why = "was not there before" if old is None else "is not there any more"
        score = {"before": "" if old is None else old["score"],
                 "after": "" if new is None else new["score"]}  # fmt: skip
        return [row | score | {"exercise": "all", "why": f"the submission {why}"}]
    causes = [
        words for key, words in CAUSES.items() if about.get(key) != old["extra_data"].get(key)
    ]
    tests = [{test["name"]: test for test in result["tests"]} for result in (old, new)]
    rows = []
    for name in dict.fromkeys([*tests[0], *tests[1]]):
        was, now = (by_name.get(name) for by_name in tests)
        scores = [test["score"] if test else 0 for test in (was, now)]
        if scores[0] != scores[1]:
            why = _why(was, now, causes)
            rows.append(
                row | {"exercise": name, "before": scores[0], "after": scores[1], "why": why}
            )
    return rows


def _why(was, now, causes):
    """What differs in the run, then what the two reports say."""
    cause = "; ".join(causes) or "nothing that the grader knows of"
    if was is None or now is None:
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
