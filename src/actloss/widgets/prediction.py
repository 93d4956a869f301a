"""A question that the reader answers before the figure may be moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import ipywidgets
import traitlets

from actloss.widgets.module import join_module, read


class Prediction(anywidget.AnyWidget):
    """Ask for a prediction; the figure then gives the answer.

    The slider that it guards stays locked until an option, or Skip, is chosen. Choosing an option
    moves the slider to `shows`, where the figure answers the question, and shows the explanation.
    A figure that can be turned into another one sets `fits` to False while it is: the question
    and its explanation then stand back.

    Parameters
    ----------
    question : str
        What will happen when the slider is moved?
    options : list of str
        Two to five answers.
    answer : int
        The index of the right one.
    explanation : str
        Why it is right, and what the others miss.
    shows : float
        The value of the slider at which the figure shows the answer.

    Raises
    ------
    ValueError
        If there are fewer than two options, or `answer` is not the index of one.

    Examples
    --------
    >>> options = ["yes", "no"]
    >>> Prediction("Is tanh(0) = 0?", options, answer=0, explanation="It is odd.", shows=0.0)
    Prediction('Is tanh(0) = 0?')
    """

    _esm = join_module("prediction.js")
    _css = read("plot.css")

    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answer = traitlets.Int().tag(sync=True)
    explanation = traitlets.Unicode().tag(sync=True)
    shows = traitlets.Float().tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    locked = traitlets.Bool(True).tag(sync=True)
    value = traitlets.Float().tag(sync=True)
    fits = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self, question: str, options: Sequence[str], *, answer: int, explanation: str, shows: Any
    ) -> None:
        if len(options) < 2:
            raise ValueError(f"options must hold at least two answers, but got {options!r}")
        if answer not in range(len(options)):
            raise ValueError(
                f"answer must be the index of one of {len(options)} options, but got {answer!r}"
            )
        super().__init__(
            question=question,
            options=list(options),
            answer=answer,
            explanation=explanation,
            shows=shows,
        )

    def guard(self, slider: ipywidgets.FloatSlider, *others: ipywidgets.Widget) -> None:
        """Lock `slider`, and the `others` too, until the question is answered or skipped."""
        if not slider.min <= self.shows <= slider.max:
            raise ValueError(
                f"shows must lie between the ends of the slider, {slider.min} and {slider.max}, "
                f"but got {self.shows}"
            )
        self.value = slider.value
        for control in (slider, *others):
            control.disabled = True
            ipywidgets.jsdlink((self, "locked"), (control, "disabled"))
        ipywidgets.jsdlink((self, "value"), (slider, "value"))

    def __repr__(self) -> str:
        return f"Prediction({self.question!r})"
