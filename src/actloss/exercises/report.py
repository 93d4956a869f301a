"""What a check and a score say: as text in a terminal, as HTML in a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

import numpy as np

MARKS: dict[bool | None, tuple[str, str, str]] = {
    True: ("✓", "passed", "right"),
    False: ("✗", "failed", "not right"),
}
REMARK = "A remark, which costs no points:"
NOT_ASKED = ("–", "skipped", "not tried")
# The states of an answer that a teacher marks.
WAITING, BY_HAND = "waiting for a teacher", "marked by hand"


@dataclass(frozen=True)
class Report:
    """The outcome of one check."""

    name: str
    state: str  # "solved", "not right yet", "not solved yet", "not known"; WAITING or BY_HAND
    earned: float = 0  # whole, but where a teacher marks by hand
    points: float = 0
    properties: list[tuple[str, bool | None]] = field(default_factory=list)
    example: list[tuple[str, str]] = field(default_factory=list)
    message: str = ""
    hint: str = ""
    remarks: tuple[str, ...] = ()  # that cost no points
    notes: tuple[str, ...] = ()

    @property
    def solved(self) -> bool:
        return self.state == "solved"

    @property
    def _title(self) -> str:
        if not self.solved:
            return self.state
        return f"{self.state}, {self.points} {'point' if self.points == 1 else 'points'}"

    @property
    def _example(self) -> str:
        width = max([10, *(len(label) for label, _ in self.example)])
        indent = "\n" + " " * (width + 4)
        return "\n".join(
            f"  {label:<{width}}  " + text.replace("\n", indent) for label, text in self.example
        )

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self._title}"]
        lines += [f"  {MARKS.get(holds, NOT_ASKED)[0]} {title}" for title, holds in self.properties]
        if self.example:
            lines += ["The smallest counter-example found:", self._example]
        lines += [self.message] if self.message else []
        lines += [f"Hint: {self.hint}"] if self.hint else []
        lines += [f"{REMARK} {remark}" for remark in self.remarks]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{html.escape(self.name)}</strong>: {self._title}</p>"]
        if self.properties:
            parts.append(_list((holds, html.escape(title), "") for title, holds in self.properties))
        if self.example:
            parts.append("<p>The smallest counter-example found:</p>")
            parts.append(f"<pre>{html.escape(dedent(self._example))}</pre>")
        if self.message:
            parts.append("<p>" + html.escape(self.message).replace("\n", "<br>") + "</p>")
        if self.hint:
            parts.append(f"<p><strong>Hint:</strong> {html.escape(self.hint)}</p>")
        parts += [f"<p>{html.escape(f'{REMARK} {remark}')}</p>" for remark in self.remarks]
        parts += [f"<p>{html.escape(note)}</p>" for note in self.notes]
        return _box(self.state, parts)


class ShownReport(Report):
    """Shown beside the result of a cell: nbgrader takes the result of a check for its points."""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)


@dataclass(frozen=True)
class Score:
    """The exercises of a chapter, each with its latest report, or None."""

    chapter: str
    reports: list

    @property
    def earned(self) -> float:
        return sum(report.earned for _, report in self.reports if report)

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise, _ in self.reports)

    @property
    def _title(self) -> str:
        return f"{self.chapter}: {self.earned} of {self.points} points"

    @property
    def _lines(self) -> Any:
        for exercise, report in self.reports:
            tried = report is not None and report.state != "not solved yet"
            earned = report.earned if report else 0
            mark = report.solved if tried else None
            yield mark, exercise.name, f"{earned} of {exercise.points}"

    def __repr__(self) -> str:
        lines = [f"  {MARKS.get(m, NOT_ASKED)[0]} {name}: {text}" for m, name, text in self._lines]
        return "\n".join([self._title, *lines])

    def _repr_html_(self) -> str:
        items = ((mark, f"{html.escape(name)}: {text}", "") for mark, name, text in self._lines)
        done = self.earned == self.points
        title = f"<p><strong>{html.escape(self._title)}</strong></p>"
        return _box("solved" if done else "not solved yet", [title, _list(items)])


def _box(state: str, parts: Any) -> str:
    return f'<div class="actloss-settled actloss-check {state.split()[0]}-{state.split()[-1]}">' + (
        "".join(parts) + "</div>"
    )


def _list(items: Any) -> str:
    lines = []
    for holds, text, _ in items:
        mark, kind, spoken = MARKS.get(holds, NOT_ASKED)
        lines.append(
            f'<li class="{kind}"><span aria-hidden="true">{mark}</span> {text}'
            f'<span class="actloss-spoken">: {spoken}</span></li>'
        )
    return f"<ul>{''.join(lines)}</ul>"


def counterexample(item: Any, trial: Any) -> list[tuple[str, str]]:
    """The lines on a trial that lacks a property: arguments, expected, got, difference."""
    lines = [(name, shown(value)) for name, value in trial.arguments.items()]
    outcome, expected = trial.outcome, trial.expected
    if outcome.error:
        return [*lines, ("expected", shown(expected)), ("got", outcome.error)]
    if item.name == "shape":
        return [
            *lines,
            ("expected", f"an array of shape {expected.shape}"),
            ("got", f"an array of shape {outcome.value.shape}: {shown(outcome.value)}"),
        ]
    if item.name == "single":
        lines = [
            (name, f"{text}, float32" if _is_float32(trial.arguments[name]) else text)
            for name, text in lines
        ]
    if item.name == "memory" and outcome.peak:
        shapes = [(name, _shape(trial.arguments[name]) or text) for name, text in lines]
        return [*shapes, ("held", f"{outcome.peak / 1e6:.1f} MB at once")]
    if item.name == "untouched":
        after = [(f"{name} after", shown(value)) for name, value in outcome.changed.items()]
        return [*lines, *after]
    return [*lines, *_two_numbers(expected, outcome.value)]


def _shape(value: Any) -> str:
    return f"an array of shape {value.shape}" if np.ndim(value) else ""


def _is_float32(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.float32


def _two_numbers(expected: Any, got: Any) -> list[tuple[str, str]]:
    digits = next((d for d in (6, 12) if shown(expected, d) != shown(got, d)), 17)
    lines = [("expected", shown(expected, digits)), ("got", shown(got, digits))]
    if got.shape != expected.shape:
        return lines
    with np.errstate(all="ignore"):
        difference = np.abs(got.astype(float) - expected.astype(float))
    if np.isfinite(difference).all():
        lines.append(("off by", f"{float(difference.max()):.3g}"))
    return lines


def shown(value: Any, digits: int = 6) -> str:
    """A number or an array in few characters: `[-1, 0.5]`."""
    if isinstance(value, np.ndarray) and value.ndim and max(value.size, *value.shape) <= 12:
        return "[" + ", ".join(shown(row, digits) for row in value) + "]"
    if isinstance(value, np.ndarray) and value.ndim:
        return np.array2string(value, precision=digits, threshold=12)
    if isinstance(value, np.ndarray | np.generic | float | int):
        number = value.item() if isinstance(value, np.ndarray | np.generic) else value
        return f"{number + 0.0:.{digits}g}" if isinstance(number, float) else str(number)  # no −0
    return repr(value)
