"""A live figure of training: the border that a network draws, epoch by epoch, beside its curves.

The runs were computed beforehand, by ``training_runs.py``. The page loads them once. From their
weights it computes the border by the activations' own NumPy source, translated.
"""

from __future__ import annotations

import json
from typing import Any

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray

from actloss.book import figures
from actloss.catalogue import ACTIVATIONS
from actloss.javascript import to_javascript
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_step,
    control_row,
    labelled,
)
from actloss.widgets.module import join_module, read
from actloss.widgets.prediction import Prediction
from actloss.widgets.training_runs import (
    EPOCHS,
    HIDDEN,
    LETTERS,
    LOSSES,
    MATCHES,
    OUTPUTS,
    WIDEST,
    certainty,
    output_sums,
    stored,
    stored_run,
    unpack,
)

REACH, CELLS = 2.6, 24  # the plane is shown from −REACH to REACH, in CELLS × CELLS cells
LOSS_SHOWN, ACCURACY_SHOWN = 1.5, (0, 102)  # the most of the axes: a first loss may be large
CHOICES = {"output": OUTPUTS, "loss": LOSSES, "hidden": HIDDEN}


def cell_centres() -> NDArray[Any]:
    """The middles of the cells of one row."""
    edges = np.linspace(-REACH, REACH, CELLS + 1)
    return (edges[1:] + edges[:-1]) / 2


def facts_module() -> str:
    """`theatre_facts.js`: what the drawing needs to know besides the runs."""
    facts = {
        "hidden": HIDDEN,
        "hiddenTitles": [ACTIVATIONS[name].title for name in HIDDEN],
        "outputs": OUTPUTS,
        "losses": LOSSES,
        "letters": LETTERS,
        "widest": WIDEST,
        "reach": REACH,
        "cells": CELLS,
        "lossShown": LOSS_SHOWN,
        "accuracyShown": ACCURACY_SHOWN,
        "notes": {f"{output}|{loss}": match.note for (output, loss), match in MATCHES.items()},
    }
    functions = [ACTIVATIONS[name].function for name in HIDDEN]
    table = ", ".join(f"{name}: {f.__name__}" for name, f in zip(HIDDEN, functions, strict=True))
    return (
        to_javascript(functions)
        + f"export const FACTS = {json.dumps(facts, ensure_ascii=False)};\n"
        + f"export const ACTIVATION = {{ {table} }};\n"
    )


class TrainingPlot(anywidget.AnyWidget):
    """The drawing; :class:`TrainingTheatre` puts the controls above it."""

    _esm = join_module("training_theatre.js", theatre_facts=facts_module())
    _css = read("plot.css")

    hidden_index = traitlets.Int().tag(sync=True)
    output_index = traitlets.Int().tag(sync=True)
    loss_index = traitlets.Int().tag(sync=True)
    epoch = traitlets.Int().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)

    def __repr__(self) -> str:
        return f"TrainingPlot({HIDDEN[self.hidden_index]!r})"


class TrainingTheatre(LiveFigure):
    """Choose output unit, loss and hidden activation, and watch a network learn two moons.

    A network with 10 hidden units is trained for 120 epochs, by gradient descent with momentum.
    All thirty begin with the same weights, those of one seed: other seeds end alike, but for ReLU
    with squared error on a linear output, whose large first steps kill units in about half of them.
    Accuracy is measured on 1000 other points.

    Parameters
    ----------
    output : {"sigmoid", "linear"}
        The output unit.
    loss : {"cross-entropy", "squared error", "hinge loss"}
        What training lowers.
    hidden : {"relu", "tanh", "sigmoid", "identity", "step"}
        The activation of the hidden layer.
    epoch : int
        From 0 to 120, a multiple of 10.
    predict : Prediction, optional
        A question to answer before the epoch may be moved.

    Raises
    ------
    ValueError
        If a choice is not one of these.

    Examples
    --------
    >>> theatre = TrainingTheatre("sigmoid", "cross-entropy", hidden="tanh")
    >>> theatre.epoch = 50
    >>> theatre
    TrainingTheatre('sigmoid', 'cross-entropy', hidden='tanh', epoch=50)
    """

    output = traitlets.Unicode()
    loss = traitlets.Unicode()
    hidden = traitlets.Unicode()
    epoch = traitlets.Int()

    def __init__(
        self,
        output: str = "sigmoid",
        loss: str = "cross-entropy",
        *,
        hidden: str = "relu",
        epoch: int = 0,
        predict: Prediction | None = None,
    ) -> None:
        self._plot = TrainingPlot()
        titles = [ACTIVATIONS[name].title for name in HIDDEN]
        labels = {
            "output": ("output", [name.capitalize() for name in OUTPUTS]),
            "loss": ("loss", [name.capitalize() for name in LOSSES]),
            "hidden": ("hidden layer", titles),
        }
        self._menus = {
            name: labelled(ipywidgets.Dropdown, label, options=options)
            for name, (label, options) in labels.items()
        }
        first, second, *_, last = EPOCHS
        self._slider = labelled(
            ipywidgets.IntSlider, "epoch", min=first, max=last, step=second - first
        )
        super().__init__()
        self._plot.observe(self._follow_page, [f"{name}_index" for name in CHOICES] + ["epoch"])
        self.output, self.loss, self.hidden, self.epoch = output, loss, hidden, epoch
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (self._plot, f"{name}_index"))
        ipywidgets.jslink((self._slider, "value"), (self._plot, "epoch"))
        if predict is not None:
            predict.guard(self._slider, self._plot)
        self.stack(predict, control_row(*self._menus.values(), self._slider), self._plot)

    def _follow_page(self, change: Any) -> None:
        name = change["name"].removesuffix("_index")
        value = change["new"]
        setattr(self, name, CHOICES[name][value] if name in CHOICES else value)

    @traitlets.observe("output", "loss", "hidden", "epoch")
    def _send_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if name == "epoch":
            self._plot.epoch = self._slider.value = value
        else:
            index = CHOICES[name].index(value)
            setattr(self._plot, f"{name}_index", index)
            self._menus[name].index = index

    @traitlets.validate("output", "loss", "hidden")
    def _check_choice(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        check_choice(name, value, CHOICES[name])
        return value

    @traitlets.validate("epoch")
    def _check_epoch(self, proposal: Any) -> int:
        check_step("epoch", proposal["value"], EPOCHS)
        return proposal["value"]

    def __repr__(self) -> str:
        return (
            f"TrainingTheatre({self.output!r}, {self.loss!r}, hidden={self.hidden!r}, "
            f"epoch={self.epoch})"
        )

    def picture(self) -> str:
        run = stored_run(self.hidden, self.output, self.loss)
        now = EPOCHS.index(self.epoch)
        with figures.in_style():
            figure, axes = plt.subplot_mosaic(
                [["plane", "loss"], ["plane", "accuracy"]],
                figsize=(figures.WIDTH, 3.9),
                width_ratios=(1.3, 1),
            )
            self._picture_plane(axes["plane"], run, now)
            epochs = EPOCHS[: len(run.loss)]
            highest = max([v for v in run.loss if np.isfinite(v)], default=1.0)
            curves = (
                ("loss", run.loss, figures.BLUE, (0, min(1.1 * highest, LOSS_SHOWN))),
                ("accuracy", 100 * np.array(run.accuracy), figures.ORANGE, ACCURACY_SHOWN),
            )
            for name, values, colour, limits in curves:
                axes[name].plot(epochs, values, color=colour)
                axes[name].axvline(self.epoch, color=figures.GREY, linewidth=1)
                axes[name].set(xlim=(EPOCHS[0], EPOCHS[-1]), ylim=limits, xticks=[0, 40, 80, 120])
            axes["loss"].set_title("training loss", fontsize=11)
            axes["accuracy"].set_title("test accuracy, %", fontsize=11)
            axes["accuracy"].set_xlabel("epoch")
            return figures.to_svg(figure)

    def _picture_plane(self, axes: Axes, run: Any, now: int) -> None:
        if now < len(run.parameters):
            centres = cell_centres()
            plane = np.stack(np.meshgrid(centres, centres), axis=-1)
            sums = output_sums(self.hidden, run.parameters[now], plane)
            answers = certainty(self.output, self.loss, sums)
            levels = [-0.01, 0.2, 0.5, 0.8, 1.01]
            colours = ["#ecbf9f", "#f7e2d3", "#dbe4f8", "#a5bdec"]
            axes.contourf(centres, centres, answers, levels=levels, colors=colours)
        points = unpack(stored()["points"], stored()["pointScales"])
        labels = np.array(list(stored()["labels"])) == "1"
        for chosen, colour, mark in ((~labels, figures.ORANGE, "s"), (labels, figures.BLUE, "o")):
            axes.plot(*points[:, chosen][:, ::2], mark, color=colour, markersize=3)
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=[], yticks=[])
        axes.set_title(f"epoch {self.epoch}", fontsize=11)
