"""A live figure of deep networks before training: how large activations and gradients are."""

from __future__ import annotations

from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib import pyplot as plt

from actloss.book.figures import BLUE, GREY, ORANGE, WIDTH, in_style, to_svg
from actloss.catalogue import ACTIVATIONS
from actloss.widgets.controls import LiveFigure, check_choice, control_row, labelled
from actloss.widgets.gradient_flow_runs import (
    DEPTHS,
    GAINS,
    INITIALISATIONS,
    NAMES,
    Sizes,
    read_runs,
    stored,
)
from actloss.widgets.module import join_module, read
from actloss.widgets.prediction import Prediction

LABELS = {
    "lecun": "LeCun: 1/√n",
    "he": "He: √2/√n",
    "sigmoid": "Sigmoid’s: 4/√n",
}
EXTENTS = (3, 10, 20, 50)  # powers of ten that the axes may reach, up and down
RUNS = read_runs()


def extent_of(*logarithms: Sizes) -> int:
    """The smallest of `EXTENTS` that holds all of them.

    >>> extent_of(np.array([-0.5, 2.9])), extent_of(np.array([0.0]), np.array([-12.0]))
    (3, 20)
    """
    largest = max(float(np.abs(values).max()) for values in logarithms)
    return next((extent for extent in EXTENTS if largest <= extent), EXTENTS[-1])


class GradientFlowPlot(anywidget.AnyWidget):
    """The drawing; :class:`GradientFlowExplorer` puts the controls above it."""

    _esm = join_module("gradient_flow_explorer.js")
    _css = read("plot.css")

    activation_index = traitlets.Int().tag(sync=True)
    initialisation_index = traitlets.Int().tag(sync=True)
    gain = traitlets.Float(1.0).tag(sync=True)
    depth = traitlets.Float(20.0).tag(sync=True)
    layer = traitlets.Float(1.0).tag(sync=True)
    # Set by dragging alone; a link to the figure holds it too, in whole layers.
    link_numbers = traitlets.Dict({"layer": [1, DEPTHS[-1], 1]}).tag(sync=True)
    titles = traitlets.List([ACTIVATIONS[name].title for name in NAMES]).tag(sync=True)

    def __repr__(self) -> str:
        return f"GradientFlowPlot({NAMES[self.activation_index]!r})"


class GradientFlowExplorer(LiveFigure):
    """Choose activation, initialisation, gain and depth, and see what reaches each layer.

    The figure shows networks before training: square hidden layers of 64 units, inputs of mean 0
    and variance 1, random classes. Lines are the mean over five seeds (of the logarithm), bands
    their range. The numbers were measured once by ``gradient_flow_runs.py``; the page carries them
    in 16 kB, gzipped.

    Parameters
    ----------
    activation : {"sigmoid", "tanh", "relu", "selu", "gelu", "identity"}
        What stands between the layers.
    initialisation : {"lecun", "he", "sigmoid"}
        Weights of standard deviation 1/√n, √2/√n or 4/√n. The last also sets each bias to
        −f(0)·ΣW, which takes away the mean of what the layer is given.
    gain : float
        Multiplies every weight: 0.25 to 3 in steps of 0.25.
    depth : int
        Hidden layers: 5 to 30 in steps of 5.
    layer : int
        The layer whose numbers are printed, from 1 to `depth`.
    predict : Prediction, optional
        A question to answer before the gain may be moved.

    Raises
    ------
    ValueError
        If a name is not known, or a number is not among those that were measured.

    Examples
    --------
    >>> explorer = GradientFlowExplorer("tanh", depth=30)
    >>> explorer.gain = 1.5
    >>> explorer
    GradientFlowExplorer('tanh', 'lecun', gain=1.5, depth=30, layer=1)
    >>> sizes = explorer.sizes()
    >>> bool(sizes.gradients[0] > 0.1 * sizes.gradients[-1])
    True
    """

    activation = traitlets.Unicode("relu")
    initialisation = traitlets.Unicode("he")
    gain = traitlets.Float(1.0)
    depth = traitlets.Int(20)
    layer = traitlets.Int(1)

    def __init__(
        self,
        activation: str = "relu",
        initialisation: str = "lecun",
        *,
        gain: float = 1.0,
        depth: int = 20,
        layer: int = 1,
        predict: Prediction | None = None,
    ) -> None:
        self._plot = GradientFlowPlot()
        self._menus = {
            "activation": labelled(ipywidgets.Dropdown, "activation", options=self._plot.titles),
            "initialisation": labelled(
                ipywidgets.Dropdown, "weights", options=list(LABELS.values())
            ),
        }
        self._sliders = {
            "gain": _slider("gain", GAINS[0], GAINS[-1], 0.25, ".2f"),
            "depth": _slider("layers", DEPTHS[0], DEPTHS[-1], 5, ".0f"),
        }
        super().__init__()
        self._plot.observe(self._follow_page)
        given = {
            "activation": activation,
            "initialisation": initialisation,
            "gain": gain,
            "depth": depth,
            "layer": layer,
        }
        for name, value in given.items():
            setattr(self, name, value)
            self._tell(name, getattr(self, name))
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (self._plot, f"{name}_index"))
        for name, slider in self._sliders.items():
            ipywidgets.jslink((slider, "value"), (self._plot, name))
        if predict is not None:
            predict.guard(self._sliders["gain"])
        controls = control_row(*self._menus.values(), *self._sliders.values())
        self.stack(predict, controls, self._plot)

    # As in the activation explorer: what the page changes comes here from the drawing, what Python
    # changes here goes to drawing and controls.

    def _follow_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if name.endswith("_index"):
            name = name.removesuffix("_index")
            value = list(_choices(name))[value]
        elif name not in ("gain", "depth", "layer"):
            return
        elif name == "gain":
            value = min(GAINS, key=lambda gain: abs(gain - value))  # a slider adds up its steps
        else:
            value = int(value)
        setattr(self, name, value)

    @traitlets.observe("activation", "initialisation", "gain", "depth", "layer")
    def _send_to_page(self, change: Any) -> None:
        self._tell(change["name"], change["new"])
        if change["name"] == "depth" and self.layer > self.depth:
            self.layer = self.depth

    def _tell(self, name: str, value: Any) -> None:
        if name in self._menus:
            index = list(_choices(name)).index(value)
            setattr(self._plot, f"{name}_index", index)
            self._menus[name].index = index
            return
        setattr(self._plot, name, float(value))
        if name in self._sliders:
            self._sliders[name].value = float(value)

    @traitlets.validate("activation", "initialisation")
    def _check_name(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        check_choice(name, value, _choices(name))
        return value

    @traitlets.validate("gain", "depth", "layer")
    def _check_number(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        known = {"gain": GAINS, "depth": DEPTHS, "layer": range(1, self.depth + 1)}[name]
        if value not in known:
            raise ValueError(
                f"{name} must be between {known[0]:g} and {known[-1]:g} in steps of "
                f"{known[1] - known[0]:g}, but got {value:g}"
            )
        return value

    def sizes(self) -> Sizes:
        """The sizes shown, layer by layer: mean over the seeds of the logarithm, as a power of ten.

        A named tuple of arrays: ``activations``, ``signal`` and ``gradients``.
        """
        means, _ = self._logarithms()
        return type(means)(*(10.0**values for values in means))

    def _logarithms(self) -> tuple[Sizes, Sizes]:
        return stored(RUNS, self.activation, self.initialisation, self.gain, self.depth)

    def __repr__(self) -> str:
        return (
            f"GradientFlowExplorer({self.activation!r}, {self.initialisation!r}, "
            f"gain={self.gain:g}, depth={self.depth}, layer={self.layer})"
        )

    def picture(self) -> str:
        means, ranges = self._logarithms()
        layers = np.arange(1, self.depth + 1)
        with in_style():
            figure, (top, bottom) = plt.subplots(2, 1, figsize=(WIDTH, 5.4), sharex=True)
            top.plot(layers, 10.0**means.signal, ":", color=GREY, label="differs between samples")
            for axes, name, colour in (
                (top, "activations", BLUE),
                (bottom, "gradients", ORANGE),
            ):
                middle, half = getattr(means, name), getattr(ranges, name)
                axes.plot(layers, 10.0**middle, color=colour)
                low, high = 10.0 ** (middle - half), 10.0 ** (middle + half)
                axes.fill_between(layers, low, high, color=colour, alpha=0.2, linewidth=0)
                shown = [middle, means.signal] if axes is top else [middle]
                extent = extent_of(*shown)
                axes.set(yscale="log", ylim=(10.0**-extent, 10.0**extent))
                axes.axhline(1.0, color=GREY, linewidth=0.8, zorder=1)
                axes.set_title(f"size of the {name} (RMS)", fontsize=11)
            top.legend(loc="upper right")
            bottom.set(xlabel="hidden layer", xlim=(0.5, self.depth + 0.5))
            return to_svg(figure)


def _choices(name: str) -> Any:
    return {"activation": NAMES, "initialisation": INITIALISATIONS}[name]


def _slider(label: str, low: float, high: float, step: float, readout_format: str) -> Any:
    return labelled(
        ipywidgets.FloatSlider,
        label,
        min=float(low),
        max=float(high),
        step=float(step),
        value=float(low),
        readout_format=readout_format,
    )
