"""A live figure of a network that trains in the page, with every part of it to be chosen."""

from __future__ import annotations

import inspect
from typing import Any

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.axes import Axes

from actloss.book import figures
from actloss.catalogue import ACTIVATIONS
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    check_step,
    checkbox,
    control_row,
    labelled,
)
from actloss.widgets.module import join_module, read
from actloss.widgets.network_training import (
    DATA,
    HIDDEN,
    INITIALISATIONS,
    LAYERS,
    RATES,
    REACH,
    SEEDS,
    STEPS,
    UNITS,
    Choice,
    Run,
    answers,
    facts_module,
    samples,
    train,
)
from actloss.widgets.prediction import Prediction
from actloss.widgets.training_runs import LOSSES, OUTPUTS

CELLS = 48  # in a row of the still picture
LOSS_SHOWN = 1.2
CHOICES: dict[str, tuple[Any, ...]] = {
    "data": tuple(DATA),
    "hidden": HIDDEN,
    "output": OUTPUTS,
    "loss": LOSSES,
    "rate": RATES,
    "weights": tuple(INITIALISATIONS),
}
LABELS = {
    "data": ("data", [name.capitalize() for name in DATA]),
    "hidden": ("activation", [ACTIVATIONS[name].title for name in HIDDEN]),
    "output": ("output", [name.capitalize() for name in OUTPUTS]),
    "loss": ("loss", [name.capitalize() for name in LOSSES]),
    "rate": ("learning rate", [f"{rate:g}" for rate in RATES]),
    "weights": ("first weights", [name[0].upper() + name[1:] for name in INITIALISATIONS]),
}
NUMBERS = {"layers": LAYERS, "units": UNITS, "seed": (SEEDS[0], SEEDS[-1])}


class TrainerPlot(anywidget.AnyWidget):
    """The drawing, which trains; :class:`NetworkTrainer` puts the controls above it."""

    _esm = join_module("network_trainer.js", training_facts=facts_module())
    _css = read("plot.css")

    data_index = traitlets.Int().tag(sync=True)
    hidden_index = traitlets.Int().tag(sync=True)
    output_index = traitlets.Int().tag(sync=True)
    loss_index = traitlets.Int().tag(sync=True)
    rate_index = traitlets.Int().tag(sync=True)
    weights_index = traitlets.Int().tag(sync=True)
    layers = traitlets.Int(LAYERS[0]).tag(sync=True)
    units = traitlets.Int(UNITS[0]).tag(sync=True)
    twice = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int().tag(sync=True)
    seed = traitlets.Int(SEEDS[0]).tag(sync=True)
    # Set in the drawing alone; a link to the figure holds it too.
    link_numbers = traitlets.Dict({"seed": [SEEDS[0], SEEDS[-1], 1]}).tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)

    def __repr__(self) -> str:
        return f"TrainerPlot({HIDDEN[self.hidden_index]!r})"


class NetworkTrainer(LiveFigure):
    """Choose every part of a small network, and watch it learn to tell two classes apart.

    The page trains it, by full batches of 120 points and gradient descent with momentum 0.9, from
    three seeds side by side. What the network answers is the colour of the plane; below stand
    loss, gradients and dead units, as they are before the step.

    Parameters
    ----------
    data : {"two moons", "ring", "exclusive or", "spirals"}
        The points.
    layers, units : int
        Hidden layers, 0 to 3, and units in each, 2 to 8.
    hidden : {"identity", "step", "sigmoid", "tanh", "relu", "leaky_relu", "gelu", "silu"}
        The activation of the hidden layers.
    output : {"sigmoid", "linear"}
        The output unit.
    loss : {"cross-entropy", "squared error", "hinge loss"}
        What training lowers.
    rate : float
        The learning rate: 0.001, 0.003, 0.01, 0.03, 0.1, 0.3 or 1.
    weights : {"Xavier", "He", "ten times He", "all zeros"}
        How the weights begin.
    twice : bool
        The slope of the output unit comes into the gradient once more than it should: a mistake
        that is often made by hand.
    seed : int
        Which of the three is drawn large: 1, 2 or 3.
    step : int
        From 0 to 400, a multiple of 10.
    predict : Prediction, optional
        A question to answer before training may begin.

    Raises
    ------
    ValueError
        If a choice is not one of these.

    Examples
    --------
    >>> trainer = NetworkTrainer("ring", layers=1, hidden="relu")
    >>> trainer.step = 200
    >>> trainer
    NetworkTrainer('ring', layers=1, hidden='relu', step=200)
    >>> trainer.run().accuracies[-1] > 0.9
    True
    """

    data = traitlets.Unicode()
    hidden = traitlets.Unicode()
    output = traitlets.Unicode()
    loss = traitlets.Unicode()
    rate = traitlets.Float()
    weights = traitlets.Unicode()
    layers = traitlets.Int(LAYERS[0])
    units = traitlets.Int(UNITS[0])
    twice = traitlets.Bool(False)
    seed = traitlets.Int(SEEDS[0])
    step = traitlets.Int()

    def __init__(
        self,
        data: str = "two moons",
        *,
        layers: int = 2,
        units: int = 6,
        hidden: str = "tanh",
        output: str = "sigmoid",
        loss: str = "cross-entropy",
        rate: float = 0.1,
        weights: str = "Xavier",
        twice: bool = False,
        seed: int = 1,
        step: int = 0,
        predict: Prediction | None = None,
    ) -> None:
        self._plot = TrainerPlot()
        self._controls: dict[str, Any] = {
            name: labelled(ipywidgets.Dropdown, label, options=options)
            for name, (label, options) in LABELS.items()
        }
        for name, label in (("layers", "hidden layers"), ("units", "units")):
            low, high = NUMBERS[name]
            slider = labelled(ipywidgets.IntSlider, label, min=low, max=high, value=low)
            self._controls[name] = slider
        self._controls["twice"] = checkbox("output’s slope twice")
        first, second, *_, last = STEPS
        self._controls["step"] = labelled(
            ipywidgets.IntSlider, "step", min=first, max=last, step=second - first
        )
        super().__init__()
        self._plot.observe(
            self._follow_page, [self._trait_of(name) for name in (*self._controls, "seed")]
        )
        given = (data, layers, units, hidden, output, loss, rate, weights, twice, seed, step)
        names = ("data", "layers", "units", "hidden", "output", "loss", "rate", "weights")
        for name, value in zip((*names, "twice", "seed", "step"), given, strict=True):
            setattr(self, name, value)
        for name, control in self._controls.items():
            kind = "index" if name in CHOICES else "value"
            ipywidgets.jslink((control, kind), (self._plot, self._trait_of(name)))
        if predict is not None:
            predict.guard(self._controls["step"], self._plot)
        order = ("data", "hidden", "layers", "units", "output", "loss", "weights", "rate")
        row = control_row(*(self._controls[name] for name in (*order, "twice", "step")))
        row.add_class("actloss-parts")
        self.stack(predict, row, self._plot)

    def _trait_of(self, name: str) -> str:
        return f"{name}_index" if name in CHOICES else name

    def _follow_page(self, change: Any) -> None:
        name = change["name"].removesuffix("_index")
        value = change["new"]
        setattr(self, name, CHOICES[name][value] if name in CHOICES else value)

    @traitlets.observe(*CHOICES, *NUMBERS, "twice", "step")
    def _send_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        shown = CHOICES[name].index(value) if name in CHOICES else value
        setattr(self._plot, self._trait_of(name), shown)
        if name in self._controls:
            setattr(self._controls[name], "index" if name in CHOICES else "value", shown)

    @traitlets.validate(*CHOICES)
    def _check_choice(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        check_choice(name, value, CHOICES[name])
        return value

    @traitlets.validate(*NUMBERS)
    def _check_number(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        check_limits(name, value, *NUMBERS[name])
        return value

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        check_step("step", proposal["value"], STEPS)
        return proposal["value"]

    def choice(self) -> Choice:
        """All that decides a run but its seed."""
        return Choice(*(getattr(self, name) for name in Choice._fields))

    def run(self, seed: int | None = None) -> Run:
        """The training up to the present step: its network, and loss and accuracy at each step.

        Of the seed that is drawn large, or of another.
        """
        return train(self.choice(), self.seed if seed is None else seed, self.step)

    def __repr__(self) -> str:
        """The call that makes it, of what is not as it is by default."""
        defaults = inspect.signature(NetworkTrainer).parameters
        given = [
            f"{name}={getattr(self, name)!r}"
            for name in defaults
            if name not in ("data", "predict") and getattr(self, name) != defaults[name].default
        ]
        return f"NetworkTrainer({', '.join([repr(self.data), *given])})"

    def picture(self) -> str:
        runs = {seed: self.run(seed) for seed in SEEDS}
        with figures.in_style():
            figure, axes = plt.subplot_mosaic(
                [["plane", "loss"]], figsize=(figures.WIDTH, 3.6), width_ratios=(1.1, 1)
            )
            self._picture_plane(axes["plane"], runs[self.seed])
            for seed, run in runs.items():
                chosen = seed == self.seed
                colour = figures.BLUE if chosen else figures.GREY
                axes["loss"].plot(
                    run.losses, color=colour, linewidth=2.5 if chosen else 1.2, zorder=2 + chosen
                )
            axes["loss"].axvline(self.step, color=figures.GREY, linewidth=1)
            axes["loss"].set(xlim=(STEPS[0], STEPS[-1]), ylim=(0, LOSS_SHOWN), xlabel="step")
            axes["loss"].set_title("training loss, three seeds", fontsize=11)
            return figures.to_svg(figure)

    def _picture_plane(self, axes: Axes, run: Run) -> None:
        if len(run.losses) > self.step:
            edges = np.linspace(-REACH, REACH, CELLS + 1)
            centres = (edges[1:] + edges[:-1]) / 2
            plane = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
            shown = answers(run.network, self.choice(), plane).reshape(CELLS, CELLS)
            levels = [-0.01, 0.2, 0.5, 0.8, 1.01]
            colours = ["#ecbf9f", "#f7e2d3", "#dbe4f8", "#a5bdec"]
            axes.contourf(centres, centres, shown, levels=levels, colors=colours)
        points, labels = samples(self.data)
        for label, colour, mark in ((0, figures.ORANGE, "s"), (1, figures.BLUE, "o")):
            axes.plot(*points[labels == label].T, mark, color=colour, markersize=3)
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=[], yticks=[])
        axes.set_title(f"step {self.step}, seed {self.seed}", fontsize=11)
