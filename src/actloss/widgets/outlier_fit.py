"""A live figure of straight lines fitted by four losses, while one point is dragged away."""

from __future__ import annotations

import json
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from actloss.book.figures import BLUE, GREEN, GREY, ORANGE, RED, WIDTH, in_style, to_svg
from actloss.catalogue import LOSSES
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    control_row,
    labelled,
)
from actloss.widgets.line_fits import NAMES, fit_line, pulls
from actloss.widgets.module import join_module, read
from actloss.widgets.prediction import Prediction

X_LIMITS = (0.0, 10.0)
Y_LIMITS = (-6.0, 16.0)
# Eleven points near y = 2 + 0.5 x, irregular in x so that no two lines tie; the twelfth is moved.
POINTS_X = (0.4, 1.1, 2.0, 2.6, 3.7, 4.3, 5.2, 5.9, 6.8, 7.7, 8.3)
POINTS_Y = (2.7, 1.6, 3.4, 2.9, 4.6, 3.5, 5.1, 4.2, 5.9, 5.3, 6.7)
TITLES = [LOSSES[name].title for name in NAMES]
# As in plot.css.
COLOURS = (BLUE, ORANGE, GREEN, RED)
DASHES = ("-", (0, (7, 3)), (0, (9, 3, 2, 3)), (0, (2, 2)))
# The label of each slider, its ends and its step. The lines and their numbers follow all of them.
SLIDERS = {
    "y": ("y of the point", *Y_LIMITS, 0.5),
    "delta": ("δ", 0.1, 5.0, 0.1),
    "quantile": ("q", 0.05, 0.95, 0.05),
}


class OutlierFitPlot(anywidget.AnyWidget):
    """The drawing; :class:`OutlierFit` puts the controls above it."""

    _esm = join_module(
        "outlier_fit.js",
        points="export const POINTS = "
        + json.dumps({"x": POINTS_X, "y": POINTS_Y, "xDomain": X_LIMITS, "yDomain": Y_LIMITS})
        + f";\nexport const TITLES = {json.dumps(TITLES)};\n",
    )
    _css = read("plot.css")

    loss_index = traitlets.Int().tag(sync=True)
    x = traitlets.Float(9.4).tag(sync=True)
    y = traitlets.Float(6.5).tag(sync=True)
    delta = traitlets.Float(1.0).tag(sync=True)
    quantile = traitlets.Float(0.8).tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    # Set by dragging alone; a link to the figure holds it too, between these ends.
    link_numbers = traitlets.Dict({"x": list(X_LIMITS)}).tag(sync=True)

    def __repr__(self) -> str:
        return f"OutlierFitPlot({NAMES[self.loss_index]!r})"


class OutlierFit(LiveFigure):
    """Drag one of twelve points away, and watch which lines follow it.

    Parameters
    ----------
    loss : str
        ``"squared_error"``, ``"absolute_error"``, ``"huber_loss"`` or ``"quantile_loss"``: its line
        is drawn thick, and the size of each point shows how strongly it pulls at this line.
    x, y : float
        Where the point to be dragged starts: x from 0 to 10, y from −6 to 16.
    delta : float
        Huber's δ, between 0.1 and 5.
    quantile : float
        The quantile q, between 0.05 and 0.95.
    predict : Prediction, optional
        A question to answer before the point may be moved; its answer is a height y.

    Raises
    ------
    ValueError
        If a name is unknown, or a number is beyond its ends.

    Examples
    --------
    >>> fit = OutlierFit("huber_loss", y=15.0)
    >>> fit.delta = 0.5
    >>> fit
    OutlierFit('huber_loss', x=9.4, y=15, delta=0.5, quantile=0.8)
    >>> intercept, slope = fit.line("absolute_error")
    """

    loss = traitlets.Unicode("squared_error")
    x = traitlets.Float(9.4)
    y = traitlets.Float(6.5)
    delta = traitlets.Float(1.0)
    quantile = traitlets.Float(0.8)

    def __init__(
        self,
        loss: str = "squared_error",
        *,
        x: float = 9.4,
        y: float = 6.5,
        delta: float = 1.0,
        quantile: float = 0.8,
        predict: Prediction | None = None,
    ) -> None:
        self._plot = OutlierFitPlot()
        self._menu = labelled(ipywidgets.Dropdown, "pulls on", options=TITLES)
        self._sliders = {name: self._make_slider(name) for name in SLIDERS}
        super().__init__()
        self._plot.observe(self._follow_page)
        self.loss, self.x, self.y, self.delta, self.quantile = loss, x, y, delta, quantile
        ipywidgets.jslink((self._menu, "index"), (self._plot, "loss_index"))
        for name, slider in self._sliders.items():
            ipywidgets.jslink((slider, "value"), (self._plot, name))
        if predict is not None:
            predict.guard(self._sliders["y"], self._plot)
        self.stack(predict, control_row(self._menu, *self._sliders.values()), self._plot)

    @staticmethod
    def _make_slider(name: str) -> ipywidgets.FloatSlider:
        label, low, high, step = SLIDERS[name]
        return labelled(
            ipywidgets.FloatSlider,
            label,
            step=step,
            min=low,
            max=high,
            value=OutlierFitPlot.class_traits()[name].default_value,
            readout_format=".1f" if name == "y" else ".2f",
        )

    def _follow_page(self, change: Any) -> None:
        if change["name"] == "loss_index":
            self.loss = NAMES[change["new"]]
        elif change["name"] in ("x", *SLIDERS):
            setattr(self, change["name"], change["new"])

    @traitlets.observe("loss", "x", *SLIDERS)
    def _send_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if name == "loss":
            self._plot.loss_index = self._menu.index = NAMES.index(value)
            return
        setattr(self._plot, name, value)
        if name in self._sliders:
            self._sliders[name].value = value

    @traitlets.validate("loss")
    def _check_loss(self, proposal: Any) -> str:
        check_choice("loss", proposal["value"], NAMES)
        return proposal["value"]

    @traitlets.validate("x", *SLIDERS)
    def _check_number(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        check_limits(name, value, *(X_LIMITS if name == "x" else SLIDERS[name][1:3]))
        return value

    def points(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """All twelve points, the one to be dragged last: their x, and their y."""
        return np.array([*POINTS_X, self.x]), np.array([*POINTS_Y, self.y])

    def line(self, loss: str | None = None) -> tuple[float, float]:
        """Intercept and slope of the line fitted by `loss`, as it stands in the figure."""
        return fit_line(*self.points(), loss or self.loss, delta=self.delta, quantile=self.quantile)

    def pulls(self, loss: str | None = None) -> NDArray[Any]:
        """How strongly each point pulls at that line, the one to be dragged last."""
        loss = loss or self.loss
        x, y = self.points()
        return pulls(x, y, self.line(loss), loss, delta=self.delta, quantile=self.quantile)

    def __repr__(self) -> str:
        numbers = ", ".join(f"{n}={getattr(self, n):g}" for n in ("x", "y", "delta", "quantile"))
        return f"OutlierFit({self.loss!r}, {numbers})"

    def picture(self) -> str:
        ends = np.array(X_LIMITS)
        x, y = self.points()
        shares = np.abs(self.pulls())
        shares = shares / shares.sum()
        # Letters as text and not as curves: a page may hold several of these pictures.
        with in_style({"svg.fonttype": "none"}):
            figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
            for name, title, colour, dashes in zip(NAMES, TITLES, COLOURS, DASHES, strict=True):
                intercept, slope = self.line(name)
                axes.plot(
                    ends,
                    intercept + slope * ends,
                    color=colour,
                    linestyle=dashes,
                    linewidth=3.2 if name == self.loss else 1.6,
                    label=title,
                )
            axes.scatter(x, y, s=4000 * shares, color=GREY, alpha=0.35, linewidth=0)
            axes.plot(x[:-1], y[:-1], "o", color=GREY, markersize=4)
            axes.plot(
                x[-1], y[-1], "o", markersize=9, color="white", markeredgecolor=BLUE,
                markeredgewidth=3,
            )  # fmt: skip
            axes.set(xlim=X_LIMITS, ylim=Y_LIMITS, xlabel="x", ylabel="y")
            axes.set(xticks=[0, 5, 10], yticks=[-5, 0, 5, 10, 15])
            axes.tick_params(bottom=False, left=False)
            axes.legend(loc="lower left", fontsize=10)
            return to_svg(figure)
