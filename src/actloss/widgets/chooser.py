"""A figure that chooses: questions answered one after the other, and advice with its reason."""

from __future__ import annotations

import json
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import traitlets

from actloss.book import figures
from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
from actloss.widgets.chooser_trees import TREES, Advice, Question, Tree, follow, paths
from actloss.widgets.controls import LiveFigure, check_choice
from actloss.widgets.module import join_module, read

MOST_ANSWERS = 99_999  # one digit for each of at most five questions


def title_of(name: str) -> str:
    """How the catalogue calls the function of this name."""
    for table in (LOSSES, ACTIVATIONS, AXIS_ACTIVATIONS):
        if name in table:
            return table[name].title
    raise KeyError(name)


def for_page(tree: Tree) -> dict[str, Any]:
    """The tree as the drawing reads it."""
    if isinstance(tree, Question):
        return {
            "text": tree.text,
            "answers": [[text, for_page(branch)] for text, branch in tree.answers.items()],
        }
    functions = [[title_of(name), where] for name, where in tree.functions.items()]
    return {
        "label": tree.label,
        "functions": functions,
        "reason": tree.reason,
        "unless": tree.unless,
    }


def trees_module() -> str:
    """`chooser_trees.js`: the questions and what they lead to."""
    trees = {about: for_page(tree) for about, tree in TREES.items()}
    return f"export const TREES = {json.dumps(trees, ensure_ascii=False)};\n"


def to_digits(answers: tuple[int, ...]) -> int:
    """The answers as the digits of one number: what a link can hold.

    >>> to_digits((1, 3, 2))
    132
    """
    return int("0" + "".join(map(str, answers)))


def from_digits(digits: int) -> tuple[int, ...]:
    """The answers that :func:`to_digits` made a number of."""
    return tuple(int(digit) for digit in str(digits) if digits)


class ChooserPlot(anywidget.AnyWidget):
    """Questions, drawing and advice."""

    _esm = join_module("chooser.js", chooser_trees=trees_module())
    _css = read("plot.css") + read("chooser.css")  # other figures can do without the latter

    about = traitlets.Unicode().tag(sync=True)
    answers = traitlets.Int().tag(sync=True)
    link_numbers = traitlets.Dict({"answers": [0, MOST_ANSWERS, 1]}).tag(sync=True)

    def __repr__(self) -> str:
        return f"ChooserPlot({self.about!r}, answers={self.answers})"


class Chooser(LiveFigure):
    """Answer a few questions, and be told which function to take, why, and what speaks against it.

    Parameters
    ----------
    about : {"losses", "activations"}
        What is to be chosen.
    answers : tuple of int
        The number of each answer, from 1, as far as they are given.

    Attributes
    ----------
    advice : Advice or None
        Where the answers lead; None while questions are open.

    Raises
    ------
    ValueError
        If `about` is neither, or a question has no such answer.

    Examples
    --------
    >>> chooser = Chooser("losses", answers=(1, 1, 2))
    >>> list(chooser.advice.functions)
    ['huber_loss']
    >>> chooser.answers = (1, 1)
    >>> chooser.advice is None
    True
    """

    answers: Any = traitlets.Tuple()

    def __init__(self, about: str, *, answers: tuple[int, ...] = ()) -> None:
        check_choice("about", about, TREES)
        self._about = about
        self._plot = ChooserPlot(about=about)
        super().__init__()
        self._plot.observe(self._follow_page, "answers")
        self.answers = answers
        self.stack(self._plot)

    @property
    def advice(self) -> Advice | None:
        end = follow(TREES[self._about], self.answers)
        return end if isinstance(end, Advice) else None

    def _follow_page(self, change: Any) -> None:
        self.answers = from_digits(change["new"])

    @traitlets.validate("answers")
    def _check_answers(self, proposal: Any) -> tuple[int, ...]:
        follow(TREES[self._about], proposal["value"])
        return proposal["value"]

    @traitlets.observe("answers")
    def _send_to_page(self, change: Any) -> None:
        self._plot.answers = to_digits(self.answers)

    def __repr__(self) -> str:
        return f"Chooser({self._about!r}, answers={self.answers})"

    def picture(self) -> str:
        tree = TREES[self._about]
        with figures.in_style():
            figure, axes = plt.subplots(figsize=(figures.WIDTH, 6.2))
            axes.set(xlim=(0, 1), ylim=(len(list(paths(tree))) - 0.3, -1.2))
            axes.axis("off")
            axes.set_title(self._heading(), fontsize=11)
            for row, (answers, advice) in enumerate(paths(tree)):
                taken = answers[: len(self.answers)] == self.answers
                chosen = answers == self.answers
                colour = figures.BLUE if chosen else figures.INK if taken else figures.GREY
                axes.text(
                    0.5,
                    row,
                    advice.label,
                    color=colour,
                    va="center",
                    fontsize=11,
                    fontweight="bold" if chosen else "normal",
                )
            for start, end in branches(tree):
                on_path = self.answers[: len(end)] == end
                still_open = end[: len(self.answers)] == self.answers
                axes.plot(
                    [place(tree, start)[0], place(tree, end)[0]],
                    [place(tree, start)[1], place(tree, end)[1]],
                    color=figures.BLUE if on_path else figures.GREY,
                    linewidth=3 if on_path else 1.4,
                    alpha=1 if on_path or still_open else 0.35,
                )
            return figures.to_svg(figure)

    def _heading(self) -> str:
        """What the still picture says: the answers given, and what they lead to."""
        words, tree = [], TREES[self._about]
        for number in self.answers:
            assert isinstance(tree, Question)
            words.append(list(tree.answers)[number - 1])
            tree = follow(tree, (number,))
        end = f"take {tree.label}" if isinstance(tree, Advice) else tree.text
        return " → ".join([*words, end])


def branches(
    tree: Tree, answers: tuple[int, ...] = ()
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every line of the drawing: from the answers before a question to those after it.

    >>> branches(TREES["losses"])[:2]
    [((), (1,)), ((1,), (1, 1))]
    """
    if isinstance(tree, Advice):
        return []
    found = []
    for number, branch in enumerate(tree.answers.values(), start=1):
        after = (*answers, number)
        found += [(answers, after), *branches(branch, after)]
    return found


def place(tree: Tree, answers: tuple[int, ...]) -> tuple[float, float]:
    """Where a question or a piece of advice stands in the drawing: across, and in which row."""
    rows = [row for row, (path, _) in enumerate(paths(tree)) if path[: len(answers)] == answers]
    deepest = max(len(path) for path, _ in paths(tree))
    if isinstance(follow(tree, answers), Advice):
        return 0.48, rows[0]
    return 0.02 + 0.46 * len(answers) / deepest, (rows[0] + rows[-1]) / 2
