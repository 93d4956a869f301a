"""What a graded submission becomes: Gradescope's JSON, Markdown, HTML, a line of a table.

Names come from files, so everything is escaped; the HTML page may load and run nothing at all.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence

from actloss.exercises.report import MARKS, NOT_ASKED, REMARK, Report
from actloss.grading.grade import Graded
from actloss.grading.pages import harmless, html_page, quoted, tag

# As `nbgrader export` names them.
COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
GRADES = (*COLUMNS, "computed_score", "remarks")
CSV_HEAD = quoted(GRADES)


def results(
    graded: Graded | None,
    problem: str,
    *,
    student: str,
    extra: dict,
    answers: Mapping[str, str] | None = None,
) -> dict:
    """A submission in Gradescope's format, and what the other forms are made from.

    `answers` are the sources of answers by exercise, for the teacher to read.
    """
    answers = answers or {}
    reports = graded.reports if graded else ()
    tests = [
        {
            "name": report.name,
            "number": str(number),
            "score": report.earned,
            "max_score": report.points,
            "status": "passed" if report.earned == report.points else "failed",
            "output": repr(report).partition("\n")[2],
            "output_format": "text",
            "visibility": "visible",
            "extra_data": {
                "state": report.state,
                "hint": report.hint,
                "mistake": _mistake(report),
                "properties": [list(item) for item in report.properties],
                "example": [list(item) for item in report.example],
                "message": report.message,
                "remarks": list(report.remarks),
                "notes": list(report.notes),
                "answer": answers.get(report.name, ""),
            },
        }
        for number, report in enumerate(reports, start=1)
    ]
    return {
        "score": graded.earned if graded else 0,
        "max_score": graded.points if graded else extra.get("points", 0),
        "output": problem or (_output(graded) if graded else ""),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "student": student,
            "chapter": graded.chapter if graded else extra.get("chapter", ""),
            "problem": problem,
            "others": list(graded.others) if graded else [],
            **extra,
        },
    }


def _output(graded):
    points = f"{graded.earned} of {graded.points} points"
    if not graded.others:
        return points
    return (
        f"{points} for {graded.chapter}. The exercises of {', '.join(graded.others)} in this "
        "notebook were not graded: hand them in as a notebook of their own"
    )


def _mistake(report):
    """What is wrong with an answer, in words that others who are wrong in the same way share."""
    if report.state != "not right yet":
        return ""
    failed = [f"not so: {title}" for title, holds in report.properties if holds is False]
    return report.hint or " ".join([*failed[:1], report.message][:1])


def as_json(result: dict) -> str:
    return json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def graded_of(result: dict) -> Graded | None:
    """What results were made from, read back from them; None where there was no notebook."""
    about = result["extra_data"]
    if about["problem"]:
        return None
    return Graded(
        about["chapter"], tuple(map(_report, result["tests"])), tuple(about.get("others", ()))
    )


def _report(test):
    about = test["extra_data"]
    return Report(
        test["name"], about["state"], test["score"], test["max_score"],
        [(title, holds) for title, holds in about["properties"]],
        [(label, text) for label, text in about["example"]],
        about["message"], about["hint"], tuple(about["remarks"]), tuple(about["notes"]),
    )  # fmt: skip


# Markdown


def as_markdown(result: dict, graded: Graded | None, told: Sequence[str] = ()) -> str:
    """The feedback as text; `told` are sentences on what became of the points."""
    about = result["extra_data"]
    lines = [f"# {markdown(about['student'])}: {markdown(about['chapter'] or 'not graded')}", ""]
    first, *others = _headlines(result, graded, told)
    lines += [f"**{markdown(first)}**", "", *(f"- {markdown(text)}" for text in others)]
    lines += [""] if others else []
    for report in graded.reports if graded else ():
        lines += [f"## {markdown(report.name)}: {report.earned} of {report.points}", ""]
        lines += [report.state.capitalize() + ".", ""]
        lines += [f"- {_mark(holds)[0]} {markdown(title)}" for title, holds in report.properties]
        lines += [""] if report.properties else []
        if report.example:
            lines += ["The smallest counter-example found:", ""]
            lines += ["    " + line for line in _example(report).split("\n")] + [""]
        lines += [text for part in _remarks(report) for text in (markdown(part), "")]
    lines += [markdown(how(about)), ""]
    return "\n".join(lines)


def markdown(text: str) -> str:
    """Text that Markdown, and the HTML made from it, show as it is."""
    text = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:@])", r"\\\1", text)


# HTML


def as_html(result: dict, graded: Graded | None, told: Sequence[str] = ()) -> str:
    """The feedback as a page; `told` are sentences on what became of the points."""
    about = result["extra_data"]
    title = f"{about['student']}: {about['chapter'] or 'not graded'}"
    first, *others = _headlines(result, graded, told)
    parts = [tag("h1", title), f"<p><strong>{html.escape(first)}</strong></p>"]
    if others:
        parts.append(f"<ul>{''.join(tag('li', text) for text in others)}</ul>")
    for report in graded.reports if graded else ():
        parts.append(tag("h2", f"{report.name}: {report.earned} of {report.points}"))
        parts.append(tag("p", report.state.capitalize() + "."))
        if report.properties:
            items = (_property(title, holds) for title, holds in report.properties)
            parts.append(f"<ul>{''.join(items)}</ul>")
        if report.example:
            parts.append(tag("p", "The smallest counter-example found:"))
            parts.append(tag("pre", _example(report)))
        parts += [tag("p", part) for part in _remarks(report)]
    parts.append(tag("p", how(about)))
    return html_page(title, parts)


def _headlines(result, graded, told):
    """What the answers earned; if that is not yet the mark, the mark stands above it."""
    earned = result["output"]
    if not told:
        return [earned]
    return [told[0], f"The answers: {earned}" if graded else earned, *told[1:]]


def _property(title, holds):
    mark, _, spoken = _mark(holds)
    return f'<li><span aria-hidden="true">{mark}</span> {html.escape(title)} ({spoken})</li>'


def _mark(holds):
    return MARKS.get(holds, NOT_ASKED)


def _example(report):
    width = max(len(label) for label, _ in report.example)
    indent = "\n" + " " * (width + 2)
    return "\n".join(
        f"{label:<{width}}  " + text.replace("\n", indent) for label, text in report.example
    )


def _remarks(report):
    hint = [f"Hint: {report.hint}"] if report.hint else []
    remarks = [f"{REMARK} {remark}" for remark in report.remarks]
    return [part for part in (report.message, *hint, *remarks, *report.notes) if part]


def how(about: dict) -> str:
    """With which seed and isolation something was graded."""
    return (
        f"Graded with seed {about['seed']}. Isolation: tier {about['tier']}, {about['isolation']}."
    )


# The table


def csv_line(row: dict) -> str:
    """A line for ``grades.csv``, below `CSV_HEAD`."""
    return quoted(harmless(row.get(name, "")) for name in GRADES)


def row(result: dict) -> dict:
    about = result["extra_data"]
    return {
        "assignment": about["chapter"],
        "student_id": about["student"],
        "raw_score": float(result["score"]),
        "late_submission_penalty": 0.0,
        "score": float(result["score"]),
        "max_score": float(result["max_score"]),
    }
