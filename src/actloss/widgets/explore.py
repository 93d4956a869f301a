"""Explore a function of your own: its curve, its numerical slope, and a slider for each keyword."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from numpy.typing import NDArray

from actloss.book.figures import BLUE, GREY, ORANGE, WIDTH, in_style, to_svg
from actloss.widgets.controls import LiveFigure, check_limits, control_row, labelled
from actloss.widgets.module import join_module, read
from actloss.widgets.own_function import check_elementwise, keywords_of, translation_of

POINTS = 401
STEP = 1e-5  # of the central differences
TALLEST = 10.0  # of the y axis, up and down
GREEK = dict(zip(["alpha", "beta", "gamma", "delta", "lambda", "tau"], "αβγδλτ", strict=True))


def explore(
    function: Callable[..., Any],
    *,
    x: float = 1.0,
    limits: tuple[float, float] = (-5.0, 5.0),
    **ranges: Sequence[float],
) -> FunctionExplorer:
    """Draw `function` and its slope, with a slider for each of its keywords.

    The slope is a central difference, (f(x + h) − f(x − h)) / 2h with h = 10⁻⁵. Where the source
    of `function` can be translated to JavaScript, the figure needs no Python once it is published;
    else Python computes the curve. The figure says which, and why.

    Parameters
    ----------
    function : callable
        Takes an array and returns one of the same shape, element by element:
        ``def f(x, *, alpha=0.1)``.
    x : float
        Where the point starts.
    limits : tuple of float
        The ends of the x axis.
    **ranges : tuple of float
        Ends and step of a slider, ``alpha=(0, 1, 0.01)``; guessed from the default if not given.

    Returns
    -------
    FunctionExplorer

    Raises
    ------
    TypeError
        If `function` needs more arguments than x, or a range names no keyword of it.
    ValueError
        If `function` does not work element by element, or a range makes no sense.

    Examples
    --------
    >>> def bump(x, *, width=1.0):
    ...     return np.exp(-((x / width) ** 2))
    >>> explorer = explore(bump, width=(0.5, 4, 0.1))
    >>> explorer.width = 2.0
    >>> explorer
    explore(bump, x=1, width=2)
    """
    return FunctionExplorer(function, x=x, limits=limits, ranges=ranges)


class FunctionPlot(anywidget.AnyWidget):
    """The drawing; :func:`explore` makes a class of it for each function."""

    _css = read("plot.css")

    title = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    x = traitlets.Float(1.0).tag(sync=True)
    limits = traitlets.List(traitlets.Float()).tag(sync=True)
    height = traitlets.List(traitlets.Float()).tag(sync=True)
    slope_height = traitlets.List(traitlets.Float()).tag(sync=True)
    step = traitlets.Float(0.1).tag(sync=True)
    link_numbers = traitlets.Dict().tag(sync=True)
    # Whether the sliders rest, because nothing computes the curve anew.
    still = traitlets.Bool(False).tag(sync=True)
    # What Python computed where JavaScript cannot, and for which parameters.
    values: Any = traitlets.List().tag(sync=True)
    slopes: Any = traitlets.List().tag(sync=True)
    values_for = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return f"FunctionPlot({self.title!r})"


class FunctionExplorer(LiveFigure):
    """A function of your own, its slope, and a slider for each of its keywords.

    It is what :func:`explore` returns. Its keywords can be read and set: ``explorer.alpha = 0.3``.
    """

    x = traitlets.Float(1.0)

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        x: float = 1.0,
        limits: tuple[float, float] = (-5.0, 5.0),
        ranges: dict[str, Sequence[float]] | None = None,
    ) -> None:
        self._function = function
        self._name = getattr(function, "__name__", repr(function))
        self._keywords = keywords_of(function, ranges or {})
        for name in self._keywords:
            if hasattr(type(self), name):
                raise ValueError(f"a slider cannot be called {name!r}: every widget has that")
        self._limits = tuple(float(end) for end in limits)
        if len(self._limits) != 2 or not self._limits[0] < self._limits[1]:
            raise ValueError(f"limits must be (lowest, highest), but got {limits!r}")
        self._grid = np.linspace(*self._limits, POINTS)
        with np.errstate(all="ignore"):
            check_elementwise(self._value, self._name, self._grid)
        module, said = translation_of(function)
        self._is_live = "FUNCTION = null" in module
        traits = {
            f"parameter_{name}": traitlets.Float(float(default)).tag(sync=True)
            for name, (default, _) in self._keywords.items()
        }
        code = {"_esm": join_module("explore.js", functions=module)}
        kind = type("FunctionPlot", (FunctionPlot,), {**code, **traits})
        height, slope_height = self._heights()
        self._plot = kind(
            title=self._name,
            said=said,
            names=list(self._keywords),
            limits=list(self._limits),
            height=height,
            slope_height=slope_height,
            step=(self._limits[1] - self._limits[0]) / 100,
            link_numbers={"x": list(self._limits)},
        )
        super().__init__()
        self.add_traits(
            **{name: traitlets.Float(float(d)) for name, (d, _) in self._keywords.items()}
        )
        self._sliders = {name: self._make_slider(name) for name in self._keywords}
        for name, slider in self._sliders.items():
            ipywidgets.jslink((slider, "value"), (self._plot, f"parameter_{name}"))
            ipywidgets.jsdlink((self._plot, "still"), (slider, "disabled"))
        self._plot.observe(self._follow_page)
        self.observe(self._follow_python, ["x", *self._keywords])
        self.x = x
        self._send_values()
        sliders = control_row(*self._sliders.values()) if self._sliders else None
        self.stack(sliders, self._plot)

    def _make_slider(self, name: str) -> ipywidgets.FloatSlider:
        default, (low, high, step) = self._keywords[name]
        decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
        return labelled(
            ipywidgets.FloatSlider,
            GREEK.get(name, name),
            min=low,
            max=high,
            step=step,
            value=float(default),
            readout_format=f".{decimals}f",
        )

    def _value(self, x: NDArray[Any], **settings: float) -> Any:
        """The function; a keyword whose default is a whole number gets whole numbers."""
        present = {name: getattr(self, name, d) for name, (d, _) in self._keywords.items()}
        for name, number in (present | settings).items():
            is_whole = isinstance(self._keywords[name][0], int) and float(number).is_integer()
            present[name] = int(number) if is_whole else float(number)
        with np.errstate(all="ignore"):
            return self._function(x, **present)

    def _slope(self, x: NDArray[Any], **settings: float) -> Any:
        above, below = self._value(x + STEP, **settings), self._value(x - STEP, **settings)
        with np.errstate(all="ignore"):
            return (np.asarray(above, float) - np.asarray(below, float)) / (2 * STEP)

    def _heights(self) -> list[list[float]]:
        """Of both axes, such that the curves fit at every end of the sliders, within limits."""
        settings: list[dict[str, float]] = [{}]
        for name, (_, (low, high, _)) in self._keywords.items():
            settings += [{name: low}, {name: high}]
        heights = []
        for f, least in ((self._value, (-0.1, 0.1)), (self._slope, (-0.1, 1.1))):
            curves = np.concatenate([np.asarray(f(self._grid, **s), float) for s in settings])
            seen = curves[np.isfinite(curves)]
            low, high = min(*seen, least[0]), max(*seen, least[1])
            low, high = max(low, -TALLEST), min(high, TALLEST)
            margin = 0.08 * (high - low)
            heights.append([round(float(low - margin), 2), round(float(high + margin), 2)])
        return heights

    # --- between Python and page ---

    def _follow_page(self, change: Any) -> None:
        name = change["name"].removeprefix("parameter_")
        if name == "x" or name in self._keywords:
            setattr(self, name, change["new"])

    def _follow_python(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        low, high = self._limits if name == "x" else self._keywords[name][1][:2]
        try:
            check_limits(name, value, low, high)
        except ValueError:
            setattr(self, name, change["old"])
            raise
        trait = name if name == "x" else f"parameter_{name}"
        if getattr(self._plot, trait) != value:
            setattr(self._plot, trait, value)
            if name in self._sliders:
                self._sliders[name].value = value
        if name != "x":
            self._send_values()

    def _send_values(self) -> None:
        """Where JavaScript has no formula it draws these."""
        if not self._is_live:
            return
        curves = [
            [
                float(f"{number:.6g}") if np.isfinite(number) else None
                for number in np.asarray(curve)
            ]
            for curve in (self._value(self._grid), self._slope(self._grid))
        ]
        with self._plot.hold_sync():
            self._plot.values, self._plot.slopes = curves
            self._plot.values_for = {name: getattr(self, name) for name in self._keywords}

    # --- how it is shown ---

    def __repr__(self) -> str:
        parts = [self._name, f"x={self.x:g}"]
        parts += [f"{name}={getattr(self, name):g}" for name in self._keywords]
        return f"explore({', '.join(parts)})"

    def picture(self) -> str:
        import matplotlib.pyplot as plt  # a browser, which needs no picture, does without it

        x = np.array([self.x])
        value, slope = float(self._value(x)[0]), float(self._slope(x)[0])
        with in_style():
            figure, (top, bottom) = plt.subplots(
                2, 1, figsize=(WIDTH, 5.0), sharex=True, height_ratios=(2.1, 1)
            )
            top.plot(self._grid, self._value(self._grid), color=BLUE)
            bottom.plot(self._grid, self._slope(self._grid), color=ORANGE)
            for axes, height in zip((top, bottom), self._heights(), strict=True):
                axes.spines[["left", "bottom"]].set_visible(False)
                axes.axhline(0, color=GREY, linewidth=0.8, zorder=1)
                axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
                axes.set_ylim(*height)
            if np.isfinite(value) and np.isfinite(slope):
                top.axline(
                    (self.x, value), slope=slope, color=ORANGE, linewidth=1.2, linestyle="--"
                )
                top.plot(x, value, "o", markersize=9, color="white", markeredgecolor=BLUE)
                bottom.plot(x, slope, "o", markersize=5, color=ORANGE)
            top.set_xlim(*self._limits)
            top.set_title(f"value {self._name}(x)", fontsize=11)
            bottom.set_title("slope, by central differences", fontsize=11)
            return to_svg(figure)
