"""What a graded submission becomes: Gradescope's JSON, Markdown, HTML, a line of a table.

Names come from files, so everything is escaped; the HTML page may load and run nothing at all.
"""

import base64
import csv
import hashlib
import html
import io
import json
import re

from actloss.exercises.report import MARKS, NOT_ASKED
from actloss.grading.grade import Graded

# As `nbgrader export` names them.
COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; padding: .5rem; border: 1px solid }
ul { list-style: none; padding-left: 1rem }
"""
STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_DIGEST}'; base-uri 'none'; form-action 'none'"
)


def results(graded: Graded | None, problem: str, *, student: str, extra: dict) -> dict:
    """A submission in Gradescope's format, and what the other forms are made from."""
    reports = graded.reports if graded else ()
    tests = [
        {
            "name": report.name,
            "number": str(number),
            "score": report.earned,
            "max_score": report.points,
            "status": "passed" if report.solved else "failed",
            "output": repr(report).partition("\n")[2],
            "output_format": "text",
            "visibility": "visible",
            "extra_data": {"state": report.state, "hint": report.hint},
        }
        for number, report in enumerate(reports, start=1)
    ]
    return {
        "score": graded.earned if graded else 0,
        "max_score": graded.points if graded else extra.get("points", 0),
        "output": problem or f"{graded.earned} of {graded.points} points",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "student": student,
            "chapter": graded.chapter if graded else extra.get("chapter", ""),
            "problem": problem,
            **extra,
        },
    }


def as_json(result: dict) -> str:
    return json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


# Markdown


def as_markdown(result: dict, graded: Graded | None) -> str:
    about = result["extra_data"]
    lines = [f"# {markdown(about['student'])}: {markdown(about['chapter'] or 'not graded')}", ""]
    lines += [f"**{markdown(result['output'])}**", ""]
    for report in graded.reports if graded else ():
        lines += [f"## {markdown(report.name)}: {report.earned} of {report.points}", ""]
        lines += [report.state.capitalize() + ".", ""]
        lines += [f"- {_mark(holds)[0]} {markdown(title)}" for title, holds in report.properties]
        lines += [""] if report.properties else []
        if report.example:
            lines += ["The smallest counter-example found:", ""]
            lines += ["    " + line for line in _example(report).split("\n")] + [""]
        lines += [text for part in _remarks(report) for text in (markdown(part), "")]
    lines += [markdown(_how(about)), ""]
    return "\n".join(lines)


def markdown(text: str) -> str:
    """Text that Markdown, and the HTML made from it, show as it is."""
    text = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:@])", r"\\\1", text)


# HTML


def as_html(result: dict, graded: Graded | None) -> str:
    about = result["extra_data"]
    title = f"{about['student']}: {about['chapter'] or 'not graded'}"
    parts = [_tag("h1", title), f"<p><strong>{html.escape(result['output'])}</strong></p>"]
    for report in graded.reports if graded else ():
        parts.append(_tag("h2", f"{report.name}: {report.earned} of {report.points}"))
        parts.append(_tag("p", report.state.capitalize() + "."))
        if report.properties:
            items = (_property(title, holds) for title, holds in report.properties)
            parts.append(f"<ul>{''.join(items)}</ul>")
        if report.example:
            parts.append(_tag("p", "The smallest counter-example found:"))
            parts.append(_tag("pre", _example(report)))
        parts += [_tag("p", part) for part in _remarks(report)]
    parts.append(_tag("p", _how(about)))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _tag(name, text):
    return f"<{name}>{html.escape(text)}</{name}>"


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
    return [part for part in (report.message, *hint, *report.notes) if part]


def _how(about):
    return (
        f"Graded with seed {about['seed']}. Isolation: tier {about['tier']}, {about['isolation']}."
    )


# The table


def as_csv(rows: list[dict]) -> str:
    """Every field quoted; none that a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([harmless(row.get(name, "")) for name in COLUMNS])
    return text.getvalue()


def harmless(value) -> str:
    """Text that a spreadsheet shows and does not work out."""
    text = str(value)
    formula = text.lstrip().startswith(tuple("=+-@＝＋－＠")) or text.startswith(("\t", "\r", "\n"))
    return "'" + text if formula else text


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
