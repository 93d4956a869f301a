"""A live figure of one regression loss: its value, its gradient, and the noise that it stands for.

The noise is the density whose negative log-likelihood the loss is: exp(−loss), divided by its mass.
"""

from __future__ import annotations

import json
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib import pyplot as plt

from actloss.activations import gelu
from actloss.book.figures import BLUE, GREEN, GREY, ORANGE, WIDTH, in_style, to_svg
from actloss.catalogue import LOSSES, Slider
from actloss.javascript import to_javascript
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    control_row,
    labelled,
)
from actloss.widgets.module import join_module, read
from actloss.widgets.prediction import Prediction

RESIDUAL_LIMITS = (-4.0, 4.0)
VALUE_LIMITS = (0.0, 8.0)
GRADIENT_LIMITS = (-5.0, 5.0)
DENSITY_LIMITS = (0.0, 0.6)
PARAMETERS = {"delta": "δ", "quantile": "q"}
SQRT_PI = 1.7724538509055159
SQRT_2_PI = 2.5066282746310002


def squared_error_mass() -> float:
    """The integral of exp(−e²) over all residuals e: a Gaussian of variance ½."""
    return SQRT_PI


def absolute_error_mass() -> float:
    """The integral of exp(−|e|): a Laplace density of scale 1."""
    return 2.0


def huber_loss_mass(delta: float = 1.0) -> float:
    """The integral of exp(−Huber loss): a Gaussian between −δ and δ, exponential tails beyond.

    The Gaussian part is √(2π) (2 Φ(δ) − 1), and Φ(δ) = GELU(δ) / δ.
    """
    tails = 2.0 * np.exp(-0.5 * delta * delta) / delta
    return SQRT_2_PI * (2.0 * gelu(delta) / delta - 1.0) + tails


def log_cosh_loss_mass() -> float:
    """The integral of 1 / cosh(e): a hyperbolic secant density."""
    return np.pi


def quantile_loss_mass(quantile: float = 0.5) -> float:
    """The integral of exp(−quantile loss): a Laplace density with sides of two scales."""
    return 1.0 / (quantile * (1.0 - quantile))


MASSES = {
    "squared_error": squared_error_mass,
    "absolute_error": absolute_error_mass,
    "huber_loss": huber_loss_mass,
    "log_cosh_loss": log_cosh_loss_mass,
    "quantile_loss": quantile_loss_mass,
}
NAMES = list(MASSES)
TITLES = [LOSSES[name].title for name in NAMES]


def density(name: str, residual: Any, **parameters: float) -> Any:
    """The noise density whose negative log-likelihood is the loss `name`, up to a constant.

    >>> density("absolute_error", [-1.0, 0.0, 1.0]).round(4)
    array([0.1839, 0.5   , 0.1839])
    """
    return np.exp(-LOSSES[name].function(residual, 0.0, **parameters)) / MASSES[name](**parameters)


def losses_module() -> str:
    """`functions.js`: the losses, their gradients and the masses, translated."""
    functions = [f for n in NAMES for f in (LOSSES[n].function, LOSSES[n].gradient, MASSES[n])]
    records = "".join(
        f"  {{ title: {json.dumps(LOSSES[name].title)}, "
        f"parameters: {json.dumps(list(LOSSES[name].parameters))}, value: {name}, "
        f"gradient: {LOSSES[name].gradient.__name__}, mass: {MASSES[name].__name__} }},\n"
        for name in NAMES
    )
    return to_javascript(functions) + "export const LOSSES = [\n" + records + "];\n"


class RegressionLossPlot(anywidget.AnyWidget):
    """The drawing; :class:`RegressionLossExplorer` puts the controls above it.

    The index of the loss counts in ``NAMES``; that of the ghost counts from 1, and 0 is none.
    """

    _esm = join_module("regression_loss_explorer.js", functions=losses_module())
    _css = read("plot.css")

    loss_index = traitlets.Int().tag(sync=True)
    compare_index = traitlets.Int().tag(sync=True)
    residual = traitlets.Float(1.5).tag(sync=True)
    delta = traitlets.Float(1.0).tag(sync=True)
    quantile = traitlets.Float(0.8).tag(sync=True)
    # Whether each slider is shown; the page changes it with the loss.
    delta_display = traitlets.Unicode("none").tag(sync=True)
    quantile_display = traitlets.Unicode("none").tag(sync=True)
    # Set by dragging alone; a link to the figure holds it too, between these ends.
    link_numbers = traitlets.Dict({"residual": list(RESIDUAL_LIMITS)}).tag(sync=True)

    def __repr__(self) -> str:
        return f"RegressionLossPlot({NAMES[self.loss_index]!r})"


class RegressionLossExplorer(LiveFigure):
    """Move δ, q and the residual, and watch a loss, its gradient and the noise it stands for.

    Parameters
    ----------
    loss : str
        ``"squared_error"``, ``"absolute_error"``, ``"huber_loss"``, ``"log_cosh_loss"`` or
        ``"quantile_loss"``.
    compare : str, optional
        A second one, drawn as a ghost.
    residual : float
        ŷ − y at the point, between −4 and 4.
    delta : float
        Huber's δ, between 0.1 and 5.
    quantile : float
        The quantile q, between 0.05 and 0.95.
    predict : Prediction, optional
        A question to answer before the slider may be moved.

    Raises
    ------
    ValueError
        If a name is unknown, a number is beyond its ends, or there is no slider to lock.

    Examples
    --------
    >>> explorer = RegressionLossExplorer("huber_loss", compare="squared_error")
    >>> explorer.residual = 2.5
    >>> explorer.delta = 0.5
    >>> explorer
    RegressionLossExplorer('huber_loss', compare='squared_error', residual=2.5, delta=0.5)
    """

    loss = traitlets.Unicode("squared_error")
    compare = traitlets.Unicode()
    residual = traitlets.Float(1.5)
    delta = traitlets.Float(1.0)
    quantile = traitlets.Float(0.8)

    def __init__(
        self,
        loss: str = "squared_error",
        *,
        compare: str | None = None,
        residual: float = 1.5,
        delta: float = 1.0,
        quantile: float = 0.8,
        predict: Prediction | None = None,
    ) -> None:
        self._plot = RegressionLossPlot()
        self._menus = {
            "loss": labelled(ipywidgets.Dropdown, "loss", options=TITLES),
            "compare": labelled(ipywidgets.Dropdown, "beside it", options=["nothing", *TITLES]),
        }
        self._sliders = {name: _make_slider(name) for name in PARAMETERS}
        super().__init__()
        self._plot.observe(self._follow_page)
        self.loss, self.compare = loss, compare or ""
        self.residual, self.delta, self.quantile = residual, delta, quantile
        self._show_sliders()
        self._link_in_page()
        if predict is not None:
            used = [name for name in PARAMETERS if self._owner(name)]
            if not used:
                raise ValueError(f"predict needs a slider to lock, but {self.loss} has none")
            predict.guard(self._sliders[used[0]])
        controls = control_row(*self._menus.values(), *self._sliders.values())
        self.stack(predict, controls, self._plot)

    def _link_in_page(self) -> None:
        """Join controls and drawing in the browser, where there may be no Python to do it."""
        plot = self._plot
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (plot, f"{name}_index"))
        for name, slider in self._sliders.items():
            ipywidgets.jsdlink((plot, f"{name}_display"), (slider.layout, "display"))
            ipywidgets.jslink((slider, "value"), (plot, name))

    def _owner(self, parameter: str) -> str | None:
        """The loss drawn, first or as a ghost, that has the parameter; else None."""
        drawn = [name for name in (self.loss, self.compare) if name]
        return next((name for name in drawn if parameter in LOSSES[name].parameters), None)

    def _show_sliders(self) -> None:
        """Those that mean something. The page does the same in regression_loss_explorer.js."""
        for name, slider in self._sliders.items():
            display = "flex" if self._owner(name) else "none"
            setattr(self._plot, f"{name}_display", display)
            slider.layout.display = display

    def _follow_page(self, change: Any) -> None:
        name = change["name"]
        if name == "loss_index":
            self.loss = NAMES[change["new"]]
        elif name == "compare_index":
            self.compare = ["", *NAMES][change["new"]]
        elif name in ("residual", *PARAMETERS):
            setattr(self, name, change["new"])

    @traitlets.observe("loss", "compare", "residual", *PARAMETERS)
    def _send_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if name in self._menus:
            index = (NAMES if name == "loss" else ["", *NAMES]).index(value)
            setattr(self._plot, f"{name}_index", index)
            self._menus[name].index = index
            self._show_sliders()
        else:
            setattr(self._plot, name, value)
            if name in self._sliders:
                self._sliders[name].value = value

    @traitlets.validate("loss", "compare")
    def _check_choice(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if value or name == "loss":
            check_choice(name, value, NAMES)
        return value

    @traitlets.validate("residual", *PARAMETERS)
    def _check_number(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        check_limits(name, value, *(RESIDUAL_LIMITS if name == "residual" else _ends(name)[:2]))
        return value

    def _settings(self, name: str) -> dict[str, float]:
        return {parameter: getattr(self, parameter) for parameter in LOSSES[name].parameters}

    def __repr__(self) -> str:
        parts = [repr(self.loss)]
        if self.compare:
            parts.append(f"compare={self.compare!r}")
        parts.append(f"residual={self.residual:g}")
        parts += [f"{name}={getattr(self, name):g}" for name in PARAMETERS if self._owner(name)]
        return f"RegressionLossExplorer({', '.join(parts)})"

    def picture(self) -> str:

        def three(name: str, at: Any) -> Any:
            settings = self._settings(name)
            entry = LOSSES[name]
            return (
                entry.function(at, 0.0, **settings),
                entry.gradient(at, 0.0, **settings),
                density(name, at, **settings),
            )

        grid = np.linspace(*RESIDUAL_LIMITS, 61)
        point = np.asarray(self.residual)
        # Letters as text and not as curves: a page may hold several of these pictures.
        with in_style({"svg.fonttype": "none"}):
            figure, panels = plt.subplots(
                3, 1, figsize=(WIDTH, 5.6), sharex=True, height_ratios=(1.5, 1, 1)
            )
            for name, style in ((self.compare, ":"), (self.loss, "-")):
                curves = three(name, grid) if name else ()
                for axes, curve, colour in zip(panels, curves, (BLUE, ORANGE, GREEN), strict=False):
                    main = style == "-"
                    axes.plot(
                        grid,
                        curve,
                        style,
                        color=colour if main else GREY,
                        linewidth=2.2 if main else 1.6,
                    )
            for axes, value, colour in zip(
                panels, three(self.loss, point), (BLUE, ORANGE, GREEN), strict=True
            ):
                axes.plot(point, value, "o", color=colour, clip_on=False)
                axes.spines[["left", "bottom"]].set_visible(False)
                axes.axhline(0, color=GREY, linewidth=0.8, zorder=1)
            limits = (VALUE_LIMITS, GRADIENT_LIMITS, DENSITY_LIMITS)
            titles = ("loss", "gradient", "density of the noise")
            for axes, ends, title in zip(panels, limits, titles, strict=True):
                axes.set(xlim=RESIDUAL_LIMITS, ylim=ends, xticks=[-4, -2, 0, 2, 4], yticks=ends)
                axes.tick_params(bottom=False, left=False)
                axes.set_title(title, fontsize=11)
            panels[-1].set_xlabel("residual ŷ − y")
            return to_svg(figure)


def _ends(parameter: str) -> Slider:
    """Lowest, highest and step of a parameter, from the catalogue."""
    return next(
        LOSSES[name].parameters[parameter] for name in NAMES if parameter in LOSSES[name].parameters
    )


def _make_slider(name: str) -> ipywidgets.FloatSlider:
    low, high, step = _ends(name)
    value = RegressionLossPlot.class_traits()[name].default_value
    slider = labelled(
        ipywidgets.FloatSlider, PARAMETERS[name], min=low, max=high, step=step, value=value
    )
    slider.layout.display = "none"
    return slider
