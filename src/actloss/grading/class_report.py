"""What a class did, on one page: its points, how hard each exercise was, what it got wrong.

Of each student the attempt that counts is counted, with what was computed for it. The page names
nobody unless it is asked to. It may load and run nothing at all, as the feedback to one student may
not: its pictures are SVG within it, drawn by matplotlib.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from actloss.exercises import of_chapter
from actloss.grading.items import item_rest_correlation
from actloss.grading.mark_book import MarkBook
from actloss.grading.pages import html_page, html_table, tag, wide
from actloss.grading.settings import stated
from actloss.grading.submission import result_of
from actloss.grading.wrong_answers import WRONG, Groups

GROUPS = 8  # of wrong answers to an exercise that are shown
STATES = ("solved", "not right yet", "not solved yet")
ABOUT_ITEMS = (
    "The share of points is what students earned here, of all that they could: an exercise gives "
    "all its points or none. The item-rest correlation is Pearson's, over students, of the points "
    "for an exercise with those for all others of the chapter. Near 1, whoever solved it solved "
    "the others, too; near 0 or below, it asks for something else, or is unclear. It is not "
    "defined (–) for fewer than three students, or where all have the same points in the exercise "
    "or in the rest."
)
ABOUT_GROUPS = (
    "All answers were tried on the same inputs. Those that gave the same wrong result at the same "
    "smallest counter-example stand together, with one of them as it was written; a comment in it "
    "may name its author."
)
BEFORE = "This page has the points of the answers, before lateness and points by hand."
LISTED = 1000  # students in a table
SIGNS = {"solved": ("✓", "solved"), "not right yet": ("✗", "wrong"), "not solved yet": ("–", "")}


@dataclass
class Tally:
    """Counts over a class; of a student no more than the states of the exercises."""

    points: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    states: Counter = field(default_factory=Counter)  # of (exercise, state)
    hints: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    students: dict[str, list] = field(default_factory=lambda: defaultdict(list))  # name, states
    groups: Groups = field(default_factory=Groups)
    rules: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    unjudged: list[tuple[str, str]] = field(default_factory=list)  # counted nowhere else

    def add(self, brief: dict) -> None:
        """Count a submission, as `brief` has it."""
        if brief["problem"]:
            self.unreadable.append((brief["student"], brief["problem"]))
        if not brief["chapter"]:
            return
        self.points[brief["chapter"]][brief["score"]] += 1
        states = tuple(state for _, state, _ in brief["tests"])
        self.students[brief["chapter"]].append((brief["student"], brief["score"], states))
        for name, state, hint in brief["tests"]:
            self.states[name, state] += 1
            if state == WRONG:
                self.hints[brief["chapter"]][name, hint] += 1


def brief(result: dict) -> dict:
    """Of a submission's results what a tally needs."""
    about = result["extra_data"]
    # What a teacher marks is on no picture here.
    exercises = {exercise.name for exercise in of_chapter(about["chapter"])}
    tests = [test for test in result["tests"] if test["name"] in exercises]
    return {
        "student": about["student"],
        "problem": about["problem"],
        "chapter": about["chapter"],
        "score": sum(test["score"] for test in tests),
        "tests": [
            (test["name"], test["extra_data"]["state"], test["extra_data"]["hint"])
            for test in tests
        ],
    }


def tally_of(book: MarkBook, out: Path, without: Collection[str] = ()) -> Tally:
    """The tally of a class, from the results of the attempts that count.

    Those `without` are places whose results are of an earlier run, and do not count.
    """
    tally = Tally()
    if book.policy.changes_marks:
        tally.rules = [*stated(book.policy.settings), BEFORE]
    for mark in book.best().values():
        result = result_of(out, mark.counts.place)
        if result and mark.counts.place not in without:
            tally.add(brief(result))
            tally.groups.add(result)
    return tally


def as_html(
    tally: Tally,
    how: str,
    *,
    names: bool = False,
    result_at: Callable[[str], dict | None] = lambda place: None,
) -> str:
    """The page; `how` says with which seed and isolation the class was graded.

    `names` says whether it names students; `result_at` gives the results of a place, from which a
    specimen of wrong answers is shown.
    """
    parts = [tag("h1", "The class")]
    parts += [f"<ul>{''.join(tag('li', rule) for rule in tally.rules)}</ul>"] if tally.rules else []
    for number, chapter in enumerate(sorted(tally.points), start=1):
        parts += _chapter(chapter, tally, number, names, result_at)
    for title, students in (
        ("Could not be graded, and count nowhere above", tally.unjudged),
        ("Could not be read", tally.unreadable),
    ):
        if students:
            parts += [tag("h2", title), *_troubles(students, names)]
    parts.append(tag("p", how))
    return html_page("The class", parts)


def _troubles(students, names):
    if not names:
        often = Counter(why for _, why in students)
        rows = [(count, why) for why, count in sorted(often.items(), key=lambda i: (-i[1], i[0]))]
        return [html_table(("students", "why"), rows[:LISTED])]
    rows = sorted(students)
    more = [tag("p", f"… and {len(rows) - LISTED} more.")] if len(rows) > LISTED else []
    return [html_table(("student", "why"), rows[:LISTED]), *more]


def _chapter(chapter, tally, number, names, result_at):
    exercises = of_chapter(chapter)
    most = sum(exercise.points for exercise in exercises)
    points = tally.points[chapter]
    scores = sorted(points.elements())
    count = len(scores)
    median = (scores[(count - 1) // 2] + scores[count // 2]) / 2
    handed_in = f"{count} submission" + ("" if count == 1 else "s")
    correlations = [_item_rest(place, exercises, tally.students[chapter])
                    for place in range(len(exercises))]  # fmt: skip
    return [
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
            ("exercise", "points", *STATES, "share of points", "item-rest correlation"),
            [(*_row(exercise, tally.states), _two_digits(value))
             for exercise, value in zip(exercises, correlations, strict=True)],
        ),
        tag("p", ABOUT_ITEMS),
        *_correlation_figure(exercises, correlations, number),
        *_hints(tally.hints[chapter], count),
        *_wrong_answers(exercises, tally.groups, count, result_at),
        tag("h3", "Students and exercises"),
        _students(exercises, tally.students[chapter], names),
    ]  # fmt: skip


def _row(exercise, states):
    counts = [states[exercise.name, state] for state in STATES]
    share = counts[0] / max(sum(counts), 1)
    return (exercise.name, exercise.points, *counts, f"{100 * share:.0f} %")


def _item_rest(place, exercises, students):
    possible = exercises[place].points
    whole = [(score, states) for _, score, states in students if len(states) > place]
    earned = [possible if states[place] == "solved" else 0 for _, states in whole]
    return item_rest_correlation(earned, [score for score, _ in whole])


def _two_digits(value):
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def _correlation_figure(exercises, values, number):
    defined = [(e.name, value) for e, value in zip(exercises, values, strict=True)
               if value is not None]  # fmt: skip
    if not defined:
        return []
    said = ", ".join(f"{name} {_two_digits(value)}" for name, value in defined)
    return [_figure(_correlations(defined), f"Item-rest correlation: {said}", f"c{number}")]


def _hints(hints, count):
    """Each hint with how many met it, and the wrong answers that met none."""
    if not hints:
        return []
    rows = [
        (_of(students, count), name, hint or "no hint: the mistake is none of the known ones")
        for (name, hint), students in sorted(hints.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [
        tag("h3", "Which hint met how many"),
        html_table(("students", "exercise", "hint"), rows),
    ]


def _of(some, count):
    return f"{some} of {count}"


def _wrong_answers(exercises, groups, count, result_at):
    parts = []
    for exercise in exercises:
        alike = groups.of(exercise.name)
        shown = [_group(group, count, result_at) for group in alike[:GROUPS]]
        if shown:
            parts += [tag("h4", exercise.name), *shown]
        if left := alike[GROUPS:]:
            students = sum(group.students for group in left)
            parts.append(tag("p", f"{students} gave {len(left)} other wrong answers."))
    if not parts:
        return []
    return [tag("h3", "The commonest mistakes"), tag("p", ABOUT_GROUPS), *parts]


def _group(group, count, result_at):
    """Answers that are wrong alike: how many, what is wrong, and one of them."""
    result = result_at(group.place) or {"tests": []}
    test = next((test for test in result["tests"] if test["name"] == group.exercise), None)
    if test is None:
        return tag("p", f"{_of(group.students, count)} answers alike.")
    about = test["extra_data"]
    parts = [tag("summary", f"{_of(group.students, count)}: {about['mistake'] or 'not right'}")]
    if about.get("example"):
        width = max(len(label) for label, _ in about["example"])
        lines = (f"{label:<{width}}  {text}" for label, text in about["example"])
        parts += [tag("p", "The counter-example:"), tag("pre", "\n".join(lines))]
    elif about.get("message", "") not in ("", about["mistake"]):
        parts.append(tag("p", about["message"]))
    if about.get("answer"):
        parts += [tag("p", "One of these answers:"), tag("pre", about["answer"])]
    return f"<details>{''.join(parts)}</details>"


def _students(exercises, students, names):
    """A row for each student; without names in the order of points, which tells nobody apart."""
    if names:
        rows = sorted(students)
    else:
        rows = sorted(students, key=lambda row: (-row[1], [STATES.index(one) for one in row[2]]))
        rows = [(number, score, states) for number, (_, score, states) in enumerate(rows, start=1)]
    head = "".join(f'<th scope="col">{html.escape(e.name)}</th>' for e in exercises)
    body = "".join(_student(*row) for row in rows[:LISTED])
    more = f" The first {LISTED} are shown." if len(rows) > LISTED else ""
    key = ", ".join(f"{SIGNS[state][0]} {state}" for state in STATES)
    table = (
        f'<table class="marks"><thead><tr><th scope="col">student</th>{head}'
        f'<th scope="col">points</th></tr></thead><tbody>{body}</tbody></table>'
    )
    return (
        f"<details><summary>{len(rows)} students: {key}.{more}</summary>"
        f"{wide(table, 'Students and exercises')}</details>"
    )


def _student(name, score, states):
    cells = "".join(
        f'<td class="{SIGNS[state][1]}"><span aria-hidden="true">{SIGNS[state][0]}</span>'
        f'<span class="spoken">{state}</span></td>'
        for state in states
    )
    return f'<tr><th scope="row">{html.escape(str(name))}</th>{cells}<td>{score:g}</td></tr>'


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


def _correlations(defined):
    figures, plt = _tools()
    names, values = zip(*defined, strict=True)
    with figures.in_style():
        figure, axes = plt.subplots(figsize=(figures.WIDTH, 1.2 + 0.4 * len(names)))
        axes.axvline(0, color=figures.GREY, linewidth=1)
        axes.hlines(names, 0, values, color=figures.LINE)
        axes.plot(values, names, "o", color=figures.BLUE, markersize=8)
        axes.invert_yaxis()
        axes.set(xlabel="item-rest correlation", xlim=(-1, 1), xticks=(-1, -0.5, 0, 0.5, 1))
        axes.grid(axis="y", visible=False)
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
