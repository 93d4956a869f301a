"""A live figure of the losses of the margin: what each still asks of a right answer."""

import json

import anywidget
import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from actloss.book import figures
from actloss.catalogue import LOSSES
from actloss.javascript import to_javascript
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    checkbox,
    control_row,
    labelled,
)
from actloss.widgets.module import join_module, read

MARGINS = (-3.0, 3.0)
HEIGHTS = (-0.55, 4.6)
STEP = 0.05
# In the order of the table; what stands before a checkbox.
LABELS = {
    "zero_one_loss": "0-1",
    "perceptron_loss": "perceptron",
    "hinge_loss": "hinge",
    "squared_hinge_loss": "squared hinge",
    "logistic_loss": "logistic",
}
UNIT_LABEL = "logistic ÷ log 2"
# Of a still picture: the colour and the dashes, which in the page plot.css gives.
STROKES = {
    "zero_one_loss": (figures.INK, "-"),
    "perceptron_loss": (figures.PURPLE, (0, (1, 1.2))),
    "hinge_loss": (figures.BLUE, "-"),
    "squared_hinge_loss": (figures.ORANGE, (0, (4, 1.5))),
    "logistic_loss": (figures.GREEN, (0, (6, 1.2, 1, 1.2))),
}


def losses_module() -> str:
    """`functions.js`: each loss and its slope, translated, as functions of logit and label."""
    entries = [LOSSES[name] for name in LABELS]
    code = to_javascript([function for e in entries for function in (e.function, e.gradient)])
    records = "".join(
        f'  {{ name: "{entry.name}", title: {json.dumps(LABELS[entry.name])}, '
        f"value: {entry.function.__name__}, slope: {entry.gradient.__name__} }},\n"
        for entry in entries
    )
    return f"{code}export const LOSSES = [\n{records}];\n"


def value_and_slope(name: str, margin, *, unit_logistic=False):
    """What a loss charges at a margin, and how that changes with the margin.

    With the label +1 the logit is the margin.

    >>> [float(number) for number in value_and_slope("hinge_loss", 0.25)]
    [0.75, -1.0]
    """
    scale = 1.0 / np.log(2.0) if unit_logistic and name == "logistic_loss" else 1.0
    entry = LOSSES[name]
    return scale * entry.function(margin, 1.0), scale * entry.gradient(margin, 1.0)


class MarginPlot(anywidget.AnyWidget):
    """The drawing; :class:`MarginExplorer` puts the controls above it."""

    _esm = join_module("margin_explorer.js", functions=losses_module())
    _css = read("plot.css")

    margin = traitlets.Float(0.5).tag(sync=True)
    zero_one_loss = traitlets.Bool(False).tag(sync=True)
    perceptron_loss = traitlets.Bool(False).tag(sync=True)
    hinge_loss = traitlets.Bool(False).tag(sync=True)
    squared_hinge_loss = traitlets.Bool(False).tag(sync=True)
    logistic_loss = traitlets.Bool(False).tag(sync=True)
    unit_logistic = traitlets.Bool(False).tag(sync=True)
    # While a prediction is asked for, the point stays where it is.
    disabled = traitlets.Bool(False).tag(sync=True)

    def __repr__(self):
        return f"MarginPlot({self.margin:g})"


class MarginExplorer(LiveFigure):
    """Move the margin, and read what each loss charges there and how hard it pulls.

    Parameters
    ----------
    margin : float
        Where the point starts, between −3 and 3.
    losses : sequence of str, optional
        Which are drawn, by their names in ``actloss.catalogue.LOSSES``; all five by default.
    unit_logistic : bool
        Whether the logistic loss is divided by log 2, so that it is 1 at margin 0.
    predict : Prediction, optional
        A question to answer before the margin may be moved.

    Raises
    ------
    ValueError
        If a loss is none of the five, or the margin is beyond the ends of the axis.

    Examples
    --------
    >>> explorer = MarginExplorer(0.5, losses=["hinge_loss", "logistic_loss"])
    >>> explorer.margin = 1.5
    >>> explorer
    MarginExplorer(1.5, losses=['hinge_loss', 'logistic_loss'])
    """

    margin = traitlets.Float()
    losses = traitlets.List(traitlets.Unicode())
    unit_logistic = traitlets.Bool(False)

    def __init__(self, margin=0.5, *, losses=None, unit_logistic=False, predict=None):
        self._plot = MarginPlot(margin=0.0)
        self._slider = labelled(
            ipywidgets.FloatSlider, "margin m", min=MARGINS[0], max=MARGINS[1], step=STEP, value=0.0
        )
        self._boxes = {
            name: checkbox(label) for name, label in {**LABELS, "unit_logistic": UNIT_LABEL}.items()
        }
        super().__init__()
        self._plot.observe(self._follow_page)
        self.margin = margin
        self.losses = list(LABELS) if losses is None else list(losses)
        self.unit_logistic = unit_logistic
        ipywidgets.jslink((self._slider, "value"), (self._plot, "margin"))
        for name, box in self._boxes.items():
            ipywidgets.jslink((box, "value"), (self._plot, name))
        if predict is not None:
            predict.guard(self._slider, self._plot)
        boxes = control_row(*self._boxes.values(), kind="actloss-checks")
        self.stack(predict, control_row(self._slider), boxes, self._plot)

    # The state stands three times, as in activation_explorer.py: here, on the drawing and on the
    # controls. The page keeps the last two together.

    def _drawn(self):
        return [name for name in LABELS if getattr(self._plot, name)]

    def _follow_page(self, change):
        name = change["name"]
        if name in ("margin", "unit_logistic"):
            setattr(self, name, change["new"])
        elif name in LABELS:
            self.losses = self._drawn()

    @traitlets.observe("margin", "unit_logistic")
    def _send_to_page(self, change):
        name, value = change["name"], change["new"]
        control = self._slider if name == "margin" else self._boxes[name]
        setattr(self._plot, name, value)
        control.value = value

    @traitlets.observe("losses")
    def _send_choice(self, change):
        for name in LABELS:
            self._boxes[name].value = name in change["new"]
        with self._plot.hold_trait_notifications():
            for name in LABELS:
                setattr(self._plot, name, name in change["new"])

    @traitlets.validate("margin")
    def _check_margin(self, proposal):
        check_limits("margin", proposal["value"], *MARGINS)
        return proposal["value"]

    @traitlets.validate("losses")
    def _check_losses(self, proposal):
        for name in proposal["value"]:
            check_choice("losses", name, LABELS)
        return [name for name in LABELS if name in proposal["value"]]

    def __repr__(self):
        parts = [f"{self.margin:g}"]
        if self.losses != list(LABELS):
            parts.append(f"losses={self.losses!r}")
        if self.unit_logistic:
            parts.append("unit_logistic=True")
        return f"MarginExplorer({', '.join(parts)})"

    def picture(self):
        """The same figure as SVG text, for where nothing can move: print, or no JavaScript."""
        grid = np.sort(np.concatenate([np.linspace(*MARGINS, 241), [-1e-9, 1e-9]]))
        with matplotlib.rc_context({**figures.STYLE, "figure.constrained_layout.use": True}):
            figure, axes = plt.subplots(figsize=(figures.WIDTH, 5.6))
            axes.axvspan(MARGINS[0], 0, color=figures.RED, alpha=0.08, linewidth=0)
            axes.axvspan(0, 1, color=figures.ORANGE, alpha=0.08, linewidth=0)
            axes.axvline(self.margin, color=figures.INK, linewidth=1.2)
            for name in self.losses:
                colour, dashes = STROKES[name]
                settings = {"unit_logistic": self.unit_logistic}
                value, slope = value_and_slope(name, self.margin, **settings)
                label = f"{LABELS[name]}: {value:.3f}, slope {_minus(slope)}"
                curve = value_and_slope(name, grid, **settings)[0]
                axes.plot(grid, curve, color=colour, linestyle=dashes, label=label)
                axes.plot(self.margin, value, "o", markersize=7, color=colour)
            axes.set(xlim=MARGINS, ylim=HEIGHTS, xlabel="margin m = y · score")
            axes.set_title(f"loss at margin {self.margin:.2f}", fontsize=11)
            if self.losses:
                axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=1)
            return figures.to_svg(figure)


def _minus(number):
    """With a true minus sign, and no −0."""
    return f"{number + 0.0:.3f}".replace("-", "−")
