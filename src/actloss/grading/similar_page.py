"""The page on which a teacher looks at answers that are alike. It accuses nobody."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Mapping, Sequence

from actloss.grading import fingerprints
from actloss.grading.pages import STYLE, html_page, html_table, tag
from actloss.grading.similarity import (
    PASSAGE,
    RARE,
    SHORTEST,
    SHUFFLES,
    Comparison,
    Pair,
)

SHOWN = 40  # pairs
LEAST = 10.0  # that a pair has to share to be shown: a passage of some lines, few of a class have
ROWS = 40  # of wrong values
WORDS = 12  # names or comments that are spelt out
PAGE_STYLE = (
    STYLE.replace("45rem", "75rem")
    + """
p, ul, table { max-width: 45rem }
mark { background: #f5c84299; color: inherit; border-bottom: 2px solid #b8860b }
.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem }
.two > div { min-width: 0 }
.two p { margin: 0 0 .25rem; font-weight: 600; overflow-wrap: anywhere }
.two pre { margin: 0 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere }
section { border-top: 1px solid #8888; margin-top: 2rem }
@media (max-width: 40rem) {
  .two { grid-template-columns: minmax(0, 1fr); gap: 0 }
  th, td { font-size: .85rem; padding-right: .5rem; overflow-wrap: anywhere }
}
"""
)


def as_html(
    found: Comparison,
    sources: Mapping[tuple[str, str], str],
    notes: list[str],
    passed_on: Sequence[tuple[str, str, str, list[str]]] = (),
) -> str:
    """The page.

    Parameters
    ----------
    found : Comparison
        Of the class.
    sources : mapping
        From (student, exercise) to the answer.
    notes : list of str
        On what was not looked at.
    passed_on : sequence
        Exercise, student, number, and the students whose numbers it is right for.
    """
    most = found.chance[-1] if found.chance else 0.0
    above = found.above_chance
    below = [pair for pair in found.pairs if LEAST <= pair.bits <= most]
    parts = [
        tag("h1", "Answers that are alike"),
        *_how_to_read(found),
        *(tag("p", n) for n in notes),
    ]
    parts += _group("More than chance gives in a class like this", above, sources, SHOWN)
    parts += _passed_on(passed_on)
    parts += _wrong_values(found)
    parts += _group(
        f"Within what chance gives, and at least {LEAST:.0f}",
        below,
        sources,
        max(5, SHOWN - len(above)),
    )
    return html_page("Answers that are alike", parts, PAGE_STYLE)


def _how_to_read(found):
    low, high = (found.chance[0], found.chance[-1]) if found.chance else (0, 0)
    paragraphs = (
        "This page says what answers share, and no more. Two students may share it because one "
        "copied, because both had help from the same side, or by chance. Read both answers, and "
        "ask both students, before you conclude anything.",
        f"Only what few of the class have counts: at most {RARE:.0%} of it, or two students. "
        f"What n of N students share weighs log2(N/n): {PASSAGE} tokens of code, a wrong value, a "
        "name or a comment alike. Names, numbers and texts in code are taken for equal; what the "
        f"exercise gave does not count, nor does code of fewer than {SHORTEST} tokens, which "
        "honest students write alike.",
        f"What chance gives was tried on {SHUFFLES} classes made from this one, with the answers "
        "to each exercise dealt out anew. Their most alike pair reached "
        f"{low:.0f} to {high:.0f}. A pair that shares a single exercise cannot exceed that, "
        "however alike its two answers are: for such a pair the code below decides.",
    )
    rows = [
        (one.name, one.answers, one.short, f"{one.agreement:.0%}")
        for one in found.exercises
        if one.answers
    ]
    columns = ("exercise", "answers", "too short to tell", "two at random are the same")
    return [*(tag("p", text) for text in paragraphs), html_table(columns, rows)]


def _passed_on(rows):
    if not rows:
        return []
    shown = [
        (exercise, student, number, ", ".join(others[:WORDS]), len(others))
        for exercise, student, number, others in rows[:ROWS]
    ]
    return [
        tag("h2", "Right for somebody else's numbers"),
        tag("p", "Each student had numbers of their own. The more students a number is right for, "
            "the likelier it is hit by chance."),
        html_table(("exercise", "student", "number", "right for", "how many"), shown),
        *([tag("p", f"… and {len(rows) - ROWS} more.")] if len(rows) > ROWS else []),
    ]  # fmt: skip


def _wrong_values(found):
    """The rare ones by themselves: whoever shares one may share nothing else."""
    who: dict[tuple, set[str]] = defaultdict(set)
    for pair in found.pairs:
        for item in pair.shared:
            if item.kind == "mistake":
                who[item.students, item.exercise, item.what, item.of].update(pair.students)
    if not who:
        return []
    rows = [
        (exercise, value, ", ".join(sorted(students)), f"{number} of {of}")
        for (number, exercise, value, of), students in sorted(who.items())
    ]
    parts = [
        tag("h2", "The same wrong value in few students"),
        tag("p", "The inputs were the same for all, but for numbers of their own. The rarest "
            "values come first; one that many share is a common mistake, and is not here."),
        html_table(("exercise", "value", "students", "how many"), rows[:ROWS]),
    ]  # fmt: skip
    return parts + ([tag("p", f"… and {len(rows) - ROWS} more.")] if len(rows) > ROWS else [])


def _group(title, pairs, sources, most):
    parts = [tag("h2", f"{title}: {_counted(len(pairs), 'pair')}")]
    if len(pairs) > most:
        parts.append(tag("p", f"The first {most} are shown, those that share most first."))
    for pair in pairs[:most]:
        parts += ["<section>", *_pair(pair, sources), "</section>"]
    return parts


def _counted(number, word):
    return f"{number} {word}" + ("" if number == 1 else "s")


def _pair(pair: Pair, sources):
    one, other = pair.students
    parts = [tag("h3", f"{one} and {other}: {pair.bits:.0f}")]
    facts = []
    for item in pair.shared:
        shared_by = f"{item.students} of {item.of} students have it"
        if item.kind == "code":
            facts.append(f"{item.exercise}: {item.tokens} tokens in common; {shared_by}")
        elif item.kind == "mistake":
            facts.append(f"{item.exercise}: the same wrong value, {item.what}; {shared_by}")
    for kind, plural in (("name", "names"), ("comment", "comments")):
        words = [item for item in pair.shared if item.kind == kind]
        if words:
            spelt = ", ".join(f"{item.what} ({item.students})" for item in words[:WORDS])
            more = f" and {len(words) - WORDS} more" if len(words) > WORDS else ""
            facts.append(
                f"the same {plural}, with how many of {words[0].of} students use each: "
                f"{spelt}{more}"
            )
    parts.append(f"<ul>{''.join(tag('li', fact) for fact in facts)}</ul>")
    for exercise in sorted({item.exercise for item in pair.shared if item.exercise}):
        parts.append(tag("h4", exercise))
        rare = pair.rare.get(exercise, set())
        columns = [_column(who, sources.get((who, exercise), ""), rare) for who in pair.students]
        parts.append(f'<div class="two">{"".join(columns)}</div>')
    return parts


def _column(student, source, rare):
    return f"<div>{tag('p', student)}<pre>{marked(source, rare)}</pre></div>"


def marked(source: str, rare: set[int]) -> str:
    """A source as HTML, with the passages marked that hold these fingerprints."""
    source = source.replace("\r\n", "\n")
    tokens = fingerprints.split(source).tokens
    marks = fingerprints.covered(fingerprints.runs(tokens), rare)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    starts.append(starts[-1])
    parts, done, place = [], 0, 0
    while place < len(marks):
        if not marks[place]:
            place += 1
            continue
        last = place
        while last + 1 < len(marks) and marks[last + 1]:
            last += 1
        begin, end = (
            min(starts[min(line, len(starts)) - 1] + column, len(source))
            for line, column in (tokens[place].start, tokens[last].end)
        )
        if end > begin >= done:
            parts += [html.escape(source[done:begin]), tag("mark", source[begin:end])]
            done = end
        place = last + 1
    return "".join([*parts, html.escape(source[done:])])
