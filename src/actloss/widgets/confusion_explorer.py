"""A live figure of trust: a confusion matrix of those answers that are sure enough."""

from __future__ import annotations

import json
from typing import Any

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from numpy.typing import NDArray

from actloss.book import figures
from actloss.widgets.controls import LiveFigure, check_choice, control_row, labelled
from actloss.widgets.digit_answers import THRESHOLDS, recorded, stored
from actloss.widgets.module import join_module, read

DIGITS = range(10)


def answers_module() -> str:
    """`digit_answers.js`: the thresholds, the labels and the packed answers."""
    return (
        f"export const THRESHOLDS = {json.dumps(THRESHOLDS)};\n"
        f"export const RECORDED = {json.dumps(stored())};\n"
    )


class ConfusionPlot(anywidget.AnyWidget):
    """The drawing; :class:`ConfusionExplorer` puts the controls above it."""

    _esm = join_module("confusion_explorer.js", digit_answers=answers_module())
    _css = read("plot.css") + read("confusion_explorer.css")

    threshold_index = traitlets.Int().tag(sync=True)
    truth = traitlets.Int().tag(sync=True)
    answer = traitlets.Int().tag(sync=True)

    def __repr__(self) -> str:
        return f"ConfusionPlot(threshold={THRESHOLDS[self.threshold_index]:g})"


class ConfusionExplorer(LiveFigure):
    """Let ten networks answer only where they are sure enough: who is left, and who is wrong?

    Each row of the matrix is a digit as it was written, each column what it was read as, and the
    last what was left unanswered, in per cent of the row. Ten networks with two hidden layers of 32
    units read 510 images by people who wrote none of those that they learned from. Their answers
    are stored, 7 kB of text; ``digit_answers.write_answers()`` computes them.

    Parameters
    ----------
    threshold : float
        The least confidence with which an answer is given, one of `THRESHOLDS`.
    truth, answer : int
        The cell that is looked at: the digit as it was written, and as it was read.

    Raises
    ------
    ValueError
        If there is no such threshold or digit.

    Examples
    --------
    >>> explorer = ConfusionExplorer()
    >>> explorer.unanswered
    0.0
    >>> wrong = explorer.wrong
    >>> explorer.threshold = 0.9
    >>> explorer.unanswered > 0.1, explorer.wrong < wrong / 2
    (True, True)
    """

    threshold = traitlets.Float(0.0)
    truth = traitlets.Int(1)
    answer = traitlets.Int(9)

    def __init__(self, *, threshold: float = 0.0, truth: int = 1, answer: int = 9) -> None:
        self._plot = ConfusionPlot(truth=1, answer=9)
        shown = [f"{threshold:g}" for threshold in THRESHOLDS]
        self._slider = labelled(ipywidgets.SelectionSlider, "least confidence", options=shown)
        digits = list(map(str, DIGITS))
        self._truth = labelled(ipywidgets.Dropdown, "true digit", options=digits, index=1)
        self._answer = labelled(ipywidgets.Dropdown, "read as", options=digits, index=9)
        super().__init__()
        ipywidgets.jslink((self._slider, "index"), (self._plot, "threshold_index"))
        ipywidgets.jslink((self._truth, "index"), (self._plot, "truth"))
        ipywidgets.jslink((self._answer, "index"), (self._plot, "answer"))
        self._plot.observe(self._follow_page, ["threshold_index", "truth", "answer"])
        self.threshold, self.truth, self.answer = threshold, truth, answer
        self.stack(control_row(self._slider, self._truth, self._answer), self._plot)

    def _follow_page(self, change: Any) -> None:
        plot = self._plot
        self.threshold = THRESHOLDS[plot.threshold_index]
        self.truth, self.answer = plot.truth, plot.answer

    @traitlets.validate("threshold", "truth", "answer")
    def _check(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        check_choice(name, value, THRESHOLDS if name == "threshold" else DIGITS)
        return value

    @traitlets.observe("threshold", "truth", "answer")
    def _send_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if name == "threshold":
            self._plot.threshold_index = self._slider.index = THRESHOLDS.index(value)
        else:
            setattr(self._plot, name, value)
            getattr(self, f"_{name}").index = value

    def _given(self) -> NDArray[Any]:
        """Which answers are given, by network and image."""
        return recorded().levels >= THRESHOLDS.index(self.threshold)

    @property
    def unanswered(self) -> float:
        """The share of images left without an answer."""
        return float(1 - self._given().mean())

    @property
    def wrong(self) -> float:
        """The share of wrong answers among those given."""
        labels, answers, _ = recorded()
        return float((answers != labels)[self._given()].mean())

    def shares(self) -> NDArray[Any]:
        """In per cent of each true digit's images: read as each digit, and left unanswered."""
        labels, answers, _ = recorded()
        columns = np.where(self._given(), answers, len(DIGITS))
        counts = np.zeros((len(DIGITS), len(DIGITS) + 1))
        np.add.at(counts, (np.broadcast_to(labels, columns.shape), columns), 1)
        return 100 * counts / counts.sum(axis=1, keepdims=True)

    def __repr__(self) -> str:
        return (
            f"ConfusionExplorer(threshold={self.threshold:g}, truth={self.truth}, "
            f"answer={self.answer})"
        )

    def picture(self) -> str:
        shares = self.shares()
        with figures.in_style():
            figure, axes = plt.subplots(figsize=(figures.WIDTH, 5.6))
            for (row, column), share in np.ndenumerate(shares):
                if share < 0.5:
                    continue
                wrong = row != column and column < len(DIGITS)
                axes.text(
                    column,
                    row,
                    f"{share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=11,
                    color=figures.RED if wrong else figures.INK,
                    fontweight="bold" if wrong else "normal",
                )
            corner = (self.answer - 0.45, self.truth - 0.45)
            axes.add_patch(
                plt.Rectangle(corner, 0.9, 0.9, fill=False, edgecolor=figures.BLUE, linewidth=2)
            )
            axes.set(xlim=(-0.6, 10.6), ylim=(9.6, -0.6), xlabel="read as", ylabel="true digit")
            axes.set_xticks(range(11), [*map(str, DIGITS), "–"])
            axes.set_yticks(DIGITS)
            axes.grid(visible=False)
            axes.set_title(
                f"Answers from a confidence of {self.threshold:g}: "
                f"{100 * self.unanswered:.1f} % left out, {100 * self.wrong:.1f} % wrong",
                fontsize=11,
            )
            return figures.to_svg(figure)
