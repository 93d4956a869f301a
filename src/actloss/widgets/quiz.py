"""A quiz that needs no script: each option opens to say whether it is right, and why."""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path
from typing import Any

from IPython.display import HTML

from actloss.book.course import course_file
from actloss.widgets.module import read


def quiz(path: str | Path) -> HTML:
    """The questions of a TOML file, as HTML that works in a notebook, in the page and on paper.

    The file holds one ``[[question]]`` after the other, each with its ``text`` and two or more
    ``[[question.option]]`` of ``text``, ``why`` and, for the right one, ``right = true``. Text
    between backticks is set as code. A relative path starts in the working directory or, if there
    is no such file, in the chapters of the course.

    Raises
    ------
    FileNotFoundError
        If neither place has the file.
    ValueError
        If a question lacks a text, has fewer than two options or not exactly one right option, or
        an option does not say why.
    """
    path = Path(path)
    if not path.is_absolute() and not path.is_file():
        path = course_file("chapters" / path)
    questions = tomllib.loads(path.read_text(encoding="utf-8")).get("question", [])
    if not questions:
        raise ValueError(f"{path} holds no [[question]]")
    for number, question in enumerate(questions, 1):
        _check(question, f"question {number} of {path}")
    items = "\n".join(_question(path.stem, n, question) for n, question in enumerate(questions, 1))
    style = re.sub(r"\s*\n\s*", " ", read("quiz.css")).strip()
    return HTML(f'<style>{style}</style>\n<ol class="actloss-quiz">\n{items}\n</ol>')


def _check(question: dict[str, Any], where: str) -> None:
    if not question.get("text", "").strip():
        raise ValueError(f"{where} has no text")
    options = question.get("option", [])
    if len(options) < 2:
        raise ValueError(f"{where} needs two options or more, but has {len(options)}")
    right = sum(option.get("right", False) for option in options)
    if right != 1:
        raise ValueError(f"{where} needs exactly one option with right = true, but has {right}")
    for option in options:
        for part in ("text", "why"):
            if not option.get(part, "").strip():
                raise ValueError(f"{where} has an option without {part!r}: {option!r}")


def _question(slug: str, number: int, question: dict[str, Any]) -> str:
    options = "\n".join(_option(f"{slug}-{number}", option) for option in question["option"])
    return f"<li><p>{_inline(question['text'])}</p>\n{options}</li>"


def _option(group: str, option: dict[str, Any]) -> str:
    # Options that share a name close each other: one answer stands open at a time.
    right = option.get("right", False)
    kind, verdict = ("right", "Right.") if right else ("wrong", "Not this one.")
    return (
        f'<details class="{kind}" name="quiz-{group}"><summary>{_inline(option["text"])}</summary>'
        f"<p><strong>{verdict}</strong> {_inline(option['why'])}</p></details>"
    )


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text.strip(), quote=False))
