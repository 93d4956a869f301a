"""Explore a function of your own: its curve, its numerical slope, and a slider for each keyword."""

import inspect
import math
import re

import anywidget
import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from actloss.book.figures import BLUE, GREY, ORANGE, STYLE, WIDTH, to_svg
from actloss.javascript import TranslationError, to_javascript
from actloss.widgets.controls import LiveFigure, check_limits, control_row, labelled
from actloss.widgets.module import join_module, read

POINTS = 401
STEP = 1e-5  # of the central differences
TALLEST = 10.0  # of the y axis, up and down
GREEK = dict(zip(["alpha", "beta", "gamma", "delta", "lambda", "tau"], "αβγδλτ", strict=True))
REFUSAL = re.compile(r".*:(\d+)\) cannot be translated to JavaScript: (.*)", re.DOTALL)


def explore(function, *, x=1.0, limits=(-5.0, 5.0), **ranges):
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


def guessed_range(default):
    """Ends and step of a slider for a keyword with this default.

    >>> guessed_range(0.1), guessed_range(-2), guessed_range(0.0)
    ((0.0, 0.5, 0.005), (-10.0, 0.0, 1.0), (-1.0, 1.0, 0.02))
    """
    if default == 0:
        return (-1.0, 1.0, 0.02)
    size = 3 * abs(default)
    power = 10.0 ** math.floor(math.log10(size))
    end = float(f"{next(factor for factor in (1, 2, 5, 10) if factor * power >= size) * power:g}")
    step = 1.0 if isinstance(default, int) else float(f"{end / 100:g}")
    return (0.0, end, step) if default > 0 else (-end, 0.0, step)


def keywords_of(function, ranges):
    """Default and range of each keyword of `function`, by name."""
    name = getattr(function, "__name__", repr(function))
    if isinstance(function, np.ufunc):
        signature = inspect.Signature([inspect.Parameter("x", inspect.Parameter.POSITIONAL_ONLY)])
    else:
        signature = inspect.signature(function)
    first, *others = signature.parameters.values() or [None]
    if first is None or first.kind not in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD):
        raise TypeError(f"{name} must take an array x as its first argument")
    found = {}
    for parameter in others:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise TypeError(
                f"{name} takes {parameter}: name each keyword, as in f(x, *, alpha=0.1)"
            )
        given = ranges.get(parameter.name)
        default = parameter.default
        if default is parameter.empty:
            if given is None or parameter.kind is not parameter.KEYWORD_ONLY:
                raise TypeError(
                    f"{name} needs {parameter.name!r} besides x: make it a keyword with a default, "
                    f"as in f(x, *, {parameter.name}=1.0)"
                )
            default = given[0]
        if isinstance(default, bool) or not isinstance(default, int | float | np.number):
            raise TypeError(
                f"a slider holds a number, but the default of {parameter.name!r} is {default!r}"
            )
        found[parameter.name] = (default, _checked_range(parameter.name, default, given))
    for unknown in ranges.keys() - found.keys():
        raise TypeError(f"{name} has no keyword {unknown!r}; it has {list(found)}")
    return found


def _checked_range(name, default, given):
    if given is None:
        return guessed_range(default)
    numbers = [float(number) for number in given]
    if len(numbers) == 2:
        numbers.append((numbers[1] - numbers[0]) / 100)
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be given as (lowest, highest, step), but got {given!r}")
    low, high, step = numbers
    if not low < high or not 0 < step <= high - low:
        raise ValueError(f"{name}: need lowest < highest and a step between, but got {given!r}")
    if not low <= default <= high:
        raise ValueError(f"the default of {name}, {default}, lies outside {low:g} to {high:g}")
    return (low, high, step)


def _check_elementwise(function, name, x):
    """`function` must give each entry of the result from the entry of x alone."""

    def values(at):
        try:
            found = np.asarray(function(at))
        except Exception as error:
            hint = (
                "; a choice between two formulas is written np.where(x > 0, this, that)"
                if "truth value" in str(error)
                else ""
            )
            raise ValueError(f"{name} fails for an array x: {error}{hint}") from error
        if found.shape != at.shape:
            raise ValueError(
                f"{name} must return the shape of x, {at.shape}, but returned {found.shape}"
            )
        if found.dtype.kind not in "fiub":
            raise ValueError(f"{name} must return real numbers, but returned {found.dtype}")
        return found.astype(float)

    whole = values(x)
    for part in (slice(None, None, -1), slice(0, None, 7), slice(3, 4)):
        alone = values(x[part].copy())
        if not np.allclose(alone, whole[part], rtol=1e-9, atol=1e-12, equal_nan=True):
            at = int(np.nanargmax(np.abs(alone - whole[part])))
            raise ValueError(
                f"{name} is not elementwise: at x = {x[part][at]:g} it gives "
                f"{whole[part][at]:.6g} among {x.size} numbers, but {alone[at]:.6g} among "
                f"{alone.size}; each entry must depend on its own x alone"
            )


def translation_of(function):
    """`function` as a JavaScript module, or None; and what to tell the reader about it."""
    try:
        code = to_javascript([function])
    except TranslationError as error:
        found = REFUSAL.fullmatch(str(error))
        reason = (
            f"line {_line_within(function, int(found[1]))}: {found[2]}" if found else str(error)
        )
    except (OSError, TypeError, SyntaxError, IndexError):
        reason = "its source cannot be read"
    else:
        name = inspect.unwrap(function).__name__
        said = "Translated to JavaScript: the figure works without Python, too."
        return f"{code}export const FUNCTION = {name};\n", said
    said = f"Computed by Python, and still where there is none. Not translated: {reason}"
    return "export const FUNCTION = null;\n", said


def _line_within(function, line):
    """The line counted from the `def`, as the reader sees it in the cell."""
    try:
        return line - inspect.getsourcelines(function)[1] + 1
    except OSError:
        return line


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
    values = traitlets.List().tag(sync=True)
    slopes = traitlets.List().tag(sync=True)
    values_for = traitlets.Dict().tag(sync=True)

    def __repr__(self):
        return f"FunctionPlot({self.title!r})"


class FunctionExplorer(LiveFigure):
    """A function of your own, its slope, and a slider for each of its keywords.

    It is what :func:`explore` returns. Its keywords can be read and set: ``explorer.alpha = 0.3``.
    """

    x = traitlets.Float(1.0)

    def __init__(self, function, *, x=1.0, limits=(-5.0, 5.0), ranges=None):
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
            _check_elementwise(self._value, self._name, self._grid)
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

    def _make_slider(self, name):
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

    def _value(self, x, **settings):
        """The function; a keyword whose default is a whole number gets whole numbers."""
        present = {name: getattr(self, name, d) for name, (d, _) in self._keywords.items()}
        for name, number in (present | settings).items():
            is_whole = isinstance(self._keywords[name][0], int) and float(number).is_integer()
            present[name] = int(number) if is_whole else float(number)
        with np.errstate(all="ignore"):
            return self._function(x, **present)

    def _slope(self, x, **settings):
        above, below = self._value(x + STEP, **settings), self._value(x - STEP, **settings)
        with np.errstate(all="ignore"):
            return (np.asarray(above, float) - np.asarray(below, float)) / (2 * STEP)

    def _heights(self):
        """Of both axes, such that the curves fit at every end of the sliders, within limits."""
        settings = [{}]
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

    def _follow_page(self, change):
        name = change["name"].removeprefix("parameter_")
        if name == "x" or name in self._keywords:
            setattr(self, name, change["new"])

    def _follow_python(self, change):
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

    def _send_values(self):
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

    def __repr__(self):
        parts = [self._name, f"x={self.x:g}"]
        parts += [f"{name}={getattr(self, name):g}" for name in self._keywords]
        return f"explore({', '.join(parts)})"

    def picture(self):
        """The same figure as SVG text, for where nothing can move."""
        x = np.array([self.x])
        value, slope = float(self._value(x)[0]), float(self._slope(x)[0])
        with matplotlib.rc_context(STYLE):
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
