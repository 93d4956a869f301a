"""What stands under the cells of an exercise where Python runs in the page, and at the page's top.

Which cell is an answer, and which one checks it, is said by the notebook's marks for nbgrader.
"""

from typing import NamedTuple

SCORE = """<span class="exercise-score"><strong{role}>0 of {exercises} solved, 0 of {points} points\
</strong> {more}</span>"""
KEPT = """What you write is checked in your browser, stays on this machine, and is here when you \
come back."""
TO_HAND_IN = """Your notebook is a file .ipynb with your answers in it: hand it in, or go on with \
it in JupyterLab."""
ACT = '<button type="button" data-act="{name}">{label}</button>'
CHECK_ALL = ACT.format(name="check-all", label="Check all")
DOWNLOAD = ACT.format(name="download", label="Download my notebook")
OPEN = ACT.format(name="open", label="Open a notebook")


class Bar(NamedTuple):
    """The label of a cell's button, and what tells the page of its part in an exercise."""

    button: str = "Run"
    hidden: str = ""  # an attribute, or nothing
    attributes: str = ""
    classes: tuple[str, ...] = ()


def bar_of_exercise(mark: dict | None) -> Bar:
    """For a cell with this mark of nbgrader; None where it has none."""
    if mark is None:
        return Bar()
    if mark["solution"]:
        # Its check runs it.
        return Bar(hidden=" hidden", attributes=f' data-answer="{mark["grade_id"]}"')
    if mark["grade"]:
        name = mark["grade_id"].removeprefix("check-")
        attributes = f' data-check="{name}" data-points="{mark["points"]}"'
        return Bar("Check", attributes=attributes, classes=("exercise-check",))
    return Bar(attributes=" data-locked")  # nbgrader puts it back as it was


def panel_of(marks: list[dict]) -> str:
    """What the top of a page with exercises says and offers; nothing where there are none."""
    if not any(mark["grade"] for mark in marks):
        return ""
    return score_of(marks, KEPT, role=' role="status"') + acts(CHECK_ALL, DOWNLOAD, OPEN)


def end_of(marks: list[dict]) -> str:
    """The same for whoever comes to the end."""
    return (
        f'<div class="exercise-end">{score_of(marks, TO_HAND_IN)}{acts(CHECK_ALL, DOWNLOAD)}</div>'
    )


def score_of(marks: list[dict], more: str, role: str = "") -> str:
    checks = [mark["points"] for mark in marks if mark["grade"]]
    return SCORE.format(exercises=len(checks), points=sum(checks), more=more, role=role)


def acts(*buttons: str) -> str:
    return f'<span class="exercise-acts">{"".join(buttons)}</span>'
