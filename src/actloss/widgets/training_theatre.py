r"""A live figure of training: the border that a network draws, epoch by epoch, beside its curves.

The runs are computed beforehand by this file, and kept in ``training_runs.js`` (45 kB, 24 kB
gzipped), which the page loads once: weights at every tenth epoch, as 12-bit integers. From them the
page computes the border by the activations' own NumPy source, translated. To compute them again::

    python -m actloss.widgets.training_theatre
"""

import json
from functools import cache
from typing import NamedTuple

import anywidget
import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from actloss import figures, losses
from actloss.activations import sigmoid, sigmoid_grad
from actloss.catalogue import ACTIVATIONS
from actloss.initialisers import xavier_normal
from actloss.javascript import to_javascript
from actloss.network import SGD, DivergenceError, Network, Pairing
from actloss.widgets.module import HERE, join_module, read

HIDDEN = ("relu", "tanh", "sigmoid", "identity", "step")
OUTPUTS = ("sigmoid", "linear")
LOSSES = ("cross-entropy", "squared error", "hinge loss")
EPOCHS = tuple(range(0, 121, 10))
UNITS, SEED = 10, 0
RUNS_FILE = "training_runs.js"
REACH, CELLS = 2.6, 24  # the plane is shown from −REACH to REACH, in CELLS × CELLS cells
WIDEST = 2**11 - 1
# Two letters hold twelve bits.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LOSS_SHOWN, ACCURACY_SHOWN = 1.5, (0, 102)  # the most of the axes: a first loss may be large


# --- every output unit with every loss, also those that do not belong together -----------------


def _from_probability(loss, loss_grad):
    """Loss of a sigmoid's answer, and its derivative in the sum, by the chain rule."""
    return (
        lambda logits, labels: loss(sigmoid(logits), labels),
        lambda logits, labels: loss_grad(sigmoid(logits), labels) * sigmoid_grad(logits),
    )


def hinge(scores, labels):
    """Hinge loss for labels 0 and 1."""
    return losses.hinge_loss(scores, 2 * labels - 1)


def hinge_grad(scores, labels):
    """Derivative of :func:`hinge` in the scores."""
    return losses.hinge_loss_grad(scores, 2 * labels - 1)


@np.errstate(all="ignore")
def unchecked_cross_entropy(answers, labels):
    """Cross-entropy as it is often written, of answers that need not be probabilities."""
    return -labels * np.log(answers) - (1 - labels) * np.log(1 - answers)


@np.errstate(all="ignore")
def unchecked_cross_entropy_grad(answers, labels):
    """Derivative of :func:`unchecked_cross_entropy` in the answers."""
    return (1 - labels) / (1 - answers) - labels / answers


def _above(threshold):
    return lambda logits: (logits > threshold).astype(np.int64)


class Match(NamedTuple):
    """An output unit with a loss, and what a reader should know of the two."""

    pairing: Pairing
    note: str


def _match(output, loss, threshold, function, gradient, note):
    pairing = Pairing(f"{output} + {loss}", _above(threshold), sigmoid, function, gradient)
    return Match(pairing, note)


MATCHES = {
    ("sigmoid", "cross-entropy"): _match(
        "sigmoid",
        "cross-entropy",
        0.0,
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_grad,
        "A match: what is sent back is p − y, loud wherever the answer is wrong.",
    ),
    ("sigmoid", "squared error"): _match(
        "sigmoid",
        "squared error",
        0.0,
        *_from_probability(losses.squared_error, losses.squared_error_grad),
        "A mismatch that trains: the factor p(1 − p) softens what is sent back.",
    ),
    ("sigmoid", "hinge loss"): _match(
        "sigmoid",
        "hinge loss",
        0.0,
        *_from_probability(hinge, hinge_grad),
        "A mismatch: the hinge asks for −1, and a sigmoid cannot go below 0.",
    ),
    ("linear", "cross-entropy"): _match(
        "linear",
        "cross-entropy",
        0.5,
        unchecked_cross_entropy,
        unchecked_cross_entropy_grad,
        "Nonsense: the logarithm of a negative answer is NaN, not a number.",
    ),
    ("linear", "squared error"): _match(
        "linear",
        "squared error",
        0.5,
        losses.squared_error,
        losses.squared_error_grad,
        "A regression on the labels: it trains, and scolds answers beyond 1 as well.",
    ),
    ("linear", "hinge loss"): _match(
        "linear",
        "hinge loss",
        0.0,
        hinge,
        hinge_grad,
        "A match: the score of a support-vector machine. It is no probability.",
    ),
}


def certainty(output, loss, sums):
    """What an output sum answers, from 0 (surely class 0) to 1 (surely class 1)."""
    if output == "sigmoid":
        return sigmoid(sums)
    return np.clip((sums + 1) / 2 if loss == "hinge loss" else sums, 0.0, 1.0)


# --- the runs --------------------------------------------------------------------------------


@cache
def moons():
    """Training and test points with their labels, standardised by the training points."""
    from sklearn.datasets import make_moons

    train, labels = make_moons(160, noise=0.15, random_state=0)
    test, test_labels = make_moons(1000, noise=0.15, random_state=1)
    centre, scale = train.mean(axis=0), train.std(axis=0)
    return (train - centre) / scale, labels, (test - centre) / scale, test_labels


class Run(NamedTuple):
    """One training: parameters, loss and test accuracy at each of ``EPOCHS``.

    There are fewer parameters than epochs if training broke off.
    """

    parameters: np.ndarray
    loss: list
    accuracy: list


def train(hidden, output, loss):
    """Train one network. All begin with the same weights and see the samples in one order."""
    points, labels, test_points, test_labels = moons()
    network = Network(
        [2, UNITS, 1],
        activation=hidden,
        pairing=MATCHES[output, loss].pairing,
        rng=np.random.default_rng(SEED),
        initialise=lambda rng, shape, dtype: xavier_normal(rng, shape, gain=2.0, dtype=dtype),
    )
    rng, optimiser = np.random.default_rng(SEED), SGD(0.05, momentum=0.9)
    parameters, losses_, accuracies = [], [], []
    for epochs in np.diff(EPOCHS, prepend=0).tolist():
        try:
            if epochs:
                network.fit(
                    points, labels, optimiser=optimiser, epochs=epochs, rng=rng, batch_size=16
                )
        except DivergenceError:
            break
        parameters.append(network.parameters.copy())
        losses_.append(network.loss(points, labels))
        accuracies.append(network.accuracy(test_points, test_labels))
    return Run(np.array(parameters), losses_, accuracies)


def pack(rows):
    """Rows as 12-bit integers in letters, and for each row the number that one stands for."""
    scales = [float(f"{np.abs(row).max() / WIDEST * 1.001:.3e}") for row in rows]
    integers = np.round(rows / np.array(scales)[:, np.newaxis]).astype(int).ravel() + WIDEST
    return "".join(LETTERS[i // 64] + LETTERS[i % 64] for i in integers.tolist()), scales


def unpack(text, scales):
    """The rows that :func:`pack` packed."""
    high, low = np.array([LETTERS.index(letter) for letter in text]).reshape(-1, 2).T
    integers = 64 * high + low - WIDEST
    return integers.reshape(len(scales), -1) * np.array(scales)[:, np.newaxis]


def name_of(hidden, output, loss):
    return f"{hidden}|{output}|{loss}"


def compute_runs():
    """All that ``training_runs.js`` holds."""
    points, labels, _, _ = moons()
    packed, scales = pack(points.T)
    runs = {}
    for hidden in HIDDEN:
        for output, loss in MATCHES:
            run = train(hidden, output, loss)
            weights, weight_scales = pack(run.parameters)
            runs[name_of(hidden, output, loss)] = {
                "weights": weights,
                "scales": weight_scales,
                "loss": [round(v, 4) if np.isfinite(v) else None for v in run.loss],
                "accuracy": [round(v, 4) for v in run.accuracy],
            }
    return {
        "epochs": EPOCHS,
        "units": UNITS,
        "points": packed,
        "pointScales": scales,
        "labels": "".join(map(str, labels)),
        "runs": runs,
    }


def write_runs():
    rows = json.dumps(compute_runs()).replace('"runs": {', '"runs": {\n').replace("}, ", "},\n")
    head = "// Written by python -m actloss.widgets.training_theatre, which says what it holds.\n"
    text = f"{head}export const STORED = {rows};\n"
    (HERE / RUNS_FILE).write_text(text, encoding="utf-8")


@cache
def stored():
    """What ``training_runs.js`` holds."""
    text = read(RUNS_FILE)
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def stored_run(hidden, output, loss):
    """A :class:`Run` as the page has it, a loss that is no number as NaN."""
    entry = stored()["runs"][name_of(hidden, output, loss)]
    losses_ = [np.nan if v is None else v for v in entry["loss"]]
    return Run(unpack(entry["weights"], entry["scales"]), losses_, entry["accuracy"])


def output_sums(hidden, parameters, points):
    """What the last layer computes at `points`, of shape (…, 2)."""
    first, bias, last = np.split(parameters[:-1], [2 * UNITS, 3 * UNITS])
    function = ACTIVATIONS[hidden].function
    return function(points @ first.reshape(2, UNITS) + bias) @ last + parameters[-1]


def cell_centres():
    """The middles of the cells of one row."""
    edges = np.linspace(-REACH, REACH, CELLS + 1)
    return (edges[1:] + edges[:-1]) / 2


# --- the figure ------------------------------------------------------------------------------


def facts_module():
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
    locked = traitlets.Bool(False).tag(sync=True)

    def __repr__(self):
        return f"TrainingPlot({HIDDEN[self.hidden_index]!r})"


CHOICES = {"output": OUTPUTS, "loss": LOSSES, "hidden": HIDDEN}


class TrainingTheatre(ipywidgets.VBox):
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
        self, output="sigmoid", loss="cross-entropy", *, hidden="relu", epoch=0, predict=None
    ):
        self._plot = TrainingPlot()
        titles = [ACTIVATIONS[name].title for name in HIDDEN]
        labels = {
            "output": ("output", [name.capitalize() for name in OUTPUTS]),
            "loss": ("loss", [name.capitalize() for name in LOSSES]),
            "hidden": ("hidden layer", titles),
        }
        self._menus = {
            name: ipywidgets.Dropdown(
                description=label,
                options=options,
                style={"description_width": "initial"},
                layout={"width": "auto"},
            )
            for name, (label, options) in labels.items()
        }
        self._slider = ipywidgets.IntSlider(
            description="epoch",
            min=EPOCHS[0],
            max=EPOCHS[-1],
            step=EPOCHS[1] - EPOCHS[0],
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )
        super().__init__()
        self._plot.observe(self._follow_page, [f"{name}_index" for name in CHOICES] + ["epoch"])
        self.output, self.loss, self.hidden, self.epoch = output, loss, hidden, epoch
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (self._plot, f"{name}_index"))
        ipywidgets.jslink((self._slider, "value"), (self._plot, "epoch"))
        controls = ipywidgets.HBox([*self._menus.values(), self._slider])
        controls.add_class("actloss-controls")
        self.children = [controls, self._plot]
        if predict is not None:
            predict.guard(self._slider)
            self._plot.locked = True
            ipywidgets.jsdlink((predict, "locked"), (self._plot, "locked"))
            self.children = [predict, *self.children]

    def _follow_page(self, change):
        name = change["name"].removesuffix("_index")
        value = change["new"]
        setattr(self, name, CHOICES[name][value] if name in CHOICES else value)

    @traitlets.observe("output", "loss", "hidden", "epoch")
    def _send_to_page(self, change):
        name, value = change["name"], change["new"]
        if name == "epoch":
            self._plot.epoch = self._slider.value = value
        else:
            index = CHOICES[name].index(value)
            setattr(self._plot, f"{name}_index", index)
            self._menus[name].index = index

    @traitlets.validate("output", "loss", "hidden")
    def _check_choice(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        if value not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}, but got {value!r}")
        return value

    @traitlets.validate("epoch")
    def _check_epoch(self, proposal):
        if proposal["value"] not in EPOCHS:
            raise ValueError(
                f"epoch must be a multiple of {EPOCHS[1]} from 0 to {EPOCHS[-1]}, "
                f"but got {proposal['value']}"
            )
        return proposal["value"]

    def __repr__(self):
        return (
            f"TrainingTheatre({self.output!r}, {self.loss!r}, hidden={self.hidden!r}, "
            f"epoch={self.epoch})"
        )

    def picture(self):
        """The same figure as SVG text, for where nothing can move: print, or no JavaScript."""
        run = stored_run(self.hidden, self.output, self.loss)
        now = EPOCHS.index(self.epoch)
        with matplotlib.rc_context(figures.STYLE):
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
            svg = figures.to_svg(figure)
            plt.close(figure)
        return svg

    def _picture_plane(self, axes, run, now):
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

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        return {**data, "image/svg+xml": self.picture()}


if __name__ == "__main__":
    write_runs()
