"""What a class did, on one page: its points, how hard each exercise was, the commonest mistakes.

The page may load and run nothing at all, as the feedback to one student may not: its pictures are
SVG within it, drawn by matplotlib.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from actloss.exercises import of_chapter
from actloss.exercises.report import BY_HAND
from actloss.grading.pages import html_page, html_table, tag

MISTAKES = 15  # of a chapter that are listed
STATES = ("solved", "not right yet", "not solved yet")
LISTED = 500  # students without a notebook


@dataclass
class Tally:
    """Counts over a class, of a size that does not grow with it."""

    points: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    states: Counter = field(default_factory=Counter)  # of (exercise, state)
    mistakes: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    unjudged: list[tuple[str, str]] = field(default_factory=list)  # counted nowhere else

    def add(self, brief: dict) -> None:
        """Count a submission, as `brief` has it."""
        if brief["problem"]:
            self.unreadable.append((brief["student"], brief["problem"]))
        if not brief["chapter"]:
            return
        self.points[brief["chapter"]][brief["score"]] += 1
        for name, state, mistake in brief["tests"]:
            self.states[name, state] += 1
            if mistake:
                self.mistakes[brief["chapter"]][name, mistake] += 1


def brief(result: dict) -> dict:
    """Of a submission's results what a tally needs."""
    about = result["extra_data"]
    return {
        "student": about["student"],
        "problem": about["problem"],
        "chapter": about["chapter"],
        # What a teacher marks is on no picture here.
        "score": sum(
            test["score"] for test in result["tests"] if test["extra_data"]["state"] != BY_HAND
        ),
        "tests": [
            (test["name"], test["extra_data"]["state"], test["extra_data"]["mistake"])
            for test in result["tests"]
        ],
    }


def as_html(tally: Tally, how: str) -> str:
    """The page; `how` says with which seed and isolation the class was graded."""
    parts = [tag("h1", "The class")]
    for number, chapter in enumerate(sorted(tally.points), start=1):
        parts += _chapter(chapter, tally, number)
    for title, students in (
        ("Could not be graded, and count nowhere above", tally.unjudged),
        ("Could not be read", tally.unreadable),
    ):
        if students:
            parts.append(tag("h2", title))
            rows = sorted(students)
            parts.append(html_table(("student", "why"), rows[:LISTED]))
            if len(rows) > LISTED:
                parts.append(tag("p", f"… and {len(rows) - LISTED} more."))
    parts.append(tag("p", how))
    return html_page("The class", parts)


def _chapter(chapter, tally, number):
    exercises = of_chapter(chapter)
    most = sum(exercise.points for exercise in exercises)
    points = tally.points[chapter]
    scores = sorted(points.elements())
    count = len(scores)
    median = (scores[(count - 1) // 2] + scores[count // 2]) / 2
    handed_in = f"{count} submission" + ("" if count == 1 else "s")
    parts = [
        tag("h2", chapter),
        tag(
            "p",
            f"{handed_in} of {most} points at most. Median {median:g}, mean "
            f"{sum(scores) / count:.1f}. All points: {points[most]}. None: {points[0]}.",
        ),
        _figure(_distribution(points, most), f"How many students have how many points: "
                f"{', '.join(f'{n} with {score}' for score, n in sorted(points.items()))}",
                f"p{number}"),
        tag("h3", "How hard each exercise was"),
        _figure(_difficulty(exercises, tally.states),
                "For each exercise the share of students who solved it, whose answer is not right "
                "yet, and who have none; the table has the numbers", f"d{number}"),
        html_table(
            ("exercise", "points", *STATES, "solved"),
            [_row(exercise, tally.states) for exercise in exercises],
        ),
    ]  # fmt: skip
    mistakes = sorted(tally.mistakes[chapter].items(), key=lambda item: (-item[1], item[0]))
    if mistakes:
        rows = [(n, name, mistake) for (name, mistake), n in mistakes[:MISTAKES]]
        parts += [
            tag("h3", "The commonest mistakes"),
            html_table(("students", "exercise", "what the feedback says"), rows),
        ]
    return parts


def _row(exercise, states):
    counts = [states[exercise.name, state] for state in STATES]
    share = counts[0] / max(sum(counts), 1)
    return (exercise.name, exercise.points, *counts, f"{100 * share:.0f} %")


# Pictures


def _distribution(points, most):
    figures, plt = _tools()
    with figures.in_style():
        figure, axes = plt.subplots(figsize=(figures.WIDTH, 2.6))
        axes.bar(range(most + 1), [points[score] for score in range(most + 1)], color=figures.BLUE)
        axes.set(xlabel="points", ylabel="students", xticks=range(0, most + 1, 1 + most // 20))
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="x", visible=False)
        return figures.to_svg(figure)


def _difficulty(exercises, states):
    figures, plt = _tools()
    names = [exercise.name for exercise in exercises]
    with figures.in_style():
        height = 1.2 + 0.4 * len(names)
        figure, axes = plt.subplots(figsize=(figures.WIDTH, height))
        total = [max(sum(states[name, state] for state in STATES), 1) for name in names]
        left = [0.0] * len(names)
        for state, colour in zip(
            STATES, (figures.GREEN, figures.ORANGE, figures.LINE), strict=True
        ):
            share = [100 * states[name, state] / n for name, n in zip(names, total, strict=True)]
            axes.barh(names, share, left=left, color=colour, label=state)
            left = [start + more for start, more in zip(left, share, strict=True)]
        axes.invert_yaxis()
        axes.set(xlabel="% of students", xlim=(0, 100))
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside upper center", ncols=len(STATES))
        return figures.to_svg(figure)


def _tools():
    """Only who wants a picture waits for matplotlib."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    from actloss.book import figures

    return figures, plt


def _figure(svg, alt, mark):
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)
    return f"<figure>{without_style(svg, mark)}</figure>"


def without_style(svg: str, mark: str) -> str:
    """The same picture without style rules, which the page forbids, and with ids of its own.

    What matplotlib writes as ``style="fill: none"`` stands as well as an attribute.
    """
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    svg = re.sub(r'\bstyle="([^"]*)"', lambda found: _attributes(found[1]), svg)
    svg = re.sub(r'\bid="', f'id="{mark}-', svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{mark}-", svg)


def _attributes(style):
    pairs = (rule.partition(":") for rule in style.split(";") if rule.strip())
    return " ".join(f'{name.strip()}="{value.strip()}"' for name, _, value in pairs)
