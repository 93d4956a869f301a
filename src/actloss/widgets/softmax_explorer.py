"""A live figure of softmax: logits, temperature, a shift of all logits, and what rounding does."""

import anywidget
import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from actloss.book.figures import BLUE, GREEN, GREY, INK, ORANGE, RED, STYLE, WIDTH, to_svg
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    control_row,
    labelled,
)
from actloss.widgets.module import join_module, read

FORMULAS = ("stable", "naive")
PRECISIONS = ("float16", "float32", "float64")
MOST_CLASSES = 6
LIMITS = {"logits": (-10.0, 10.0), "temperature": (0.1, 10.0), "shift": (-1000.0, 1000.0)}
LOGIT_NAMES = tuple(f"logit_{i}" for i in range(MOST_CLASSES))


class SoftmaxPlot(anywidget.AnyWidget):
    """The drawing; :class:`SoftmaxExplorer` puts the controls above it.

    Of the six logits the first `classes` count. The formulas and precisions are indices in
    `FORMULAS` and `PRECISIONS`.
    """

    _esm = join_module("softmax_explorer.js")
    _css = read("plot.css")

    classes = traitlets.Int(3).tag(sync=True)
    logit_0 = traitlets.Float().tag(sync=True)
    logit_1 = traitlets.Float().tag(sync=True)
    logit_2 = traitlets.Float().tag(sync=True)
    logit_3 = traitlets.Float().tag(sync=True)
    logit_4 = traitlets.Float().tag(sync=True)
    logit_5 = traitlets.Float().tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    shift = traitlets.Float().tag(sync=True)
    true_class = traitlets.Int().tag(sync=True)
    formula_index = traitlets.Int().tag(sync=True)
    precision_index = traitlets.Int().tag(sync=True)

    def __repr__(self):
        return f"SoftmaxPlot({self.classes} classes)"


class SoftmaxExplorer(LiveFigure):
    """Move logits and temperature, shift all logits at once, and watch softmax and its gradient.

    Every step is rounded to the chosen precision, as a computer would that has no other. So the
    naive formula, which takes exp of the logits as they come, shows where it overflows.

    Parameters
    ----------
    logits : sequence of float
        One for each of 2 to 6 classes, between −10 and 10. How many there are stays.
    temperature : float
        Between 0.1 and 10.
    true_class : int
        The index of the class whose cross-entropy and gradient are shown.
    shift : float
        c, added to every logit; between −1000 and 1000.
    formula : {"stable", "naive"}
        Whether the largest logit is subtracted before exp is taken.
    precision : {"float64", "float32", "float16"}
        To which every step is rounded.
    predict : Prediction, optional
        A question to answer before the slider of `predict_on` may be moved.
    predict_on : {"temperature", "shift"}
        The slider that `predict` locks.

    Raises
    ------
    ValueError
        If a number is beyond the ends of its slider, or a name is not one of those above.

    Examples
    --------
    >>> explorer = SoftmaxExplorer([1.8, 0.9, 0.68])
    >>> explorer.temperature = 0.5
    >>> explorer.logits = [1.0, 2.0, 3.0]
    >>> explorer
    SoftmaxExplorer(logits=[1, 2, 3], temperature=0.5)
    """

    logits = traitlets.List(traitlets.Float())
    temperature = traitlets.Float(1.0)
    true_class = traitlets.Int()
    shift = traitlets.Float()
    formula = traitlets.Unicode("stable")
    precision = traitlets.Unicode("float64")

    def __init__(
        self,
        logits=(1.8, 0.9, 0.68),
        *,
        temperature=1.0,
        true_class=0,
        shift=0.0,
        formula="stable",
        precision="float64",
        predict=None,
        predict_on="temperature",
    ):
        logits = [float(x) for x in logits]
        if not 2 <= len(logits) <= MOST_CLASSES:
            raise ValueError(
                f"logits must hold 2 to {MOST_CLASSES} numbers, but got {len(logits)}: {logits}"
            )
        self._classes = len(logits)
        self._plot = SoftmaxPlot(classes=self._classes, precision_index=PRECISIONS.index("float64"))
        self._menus = self._make_menus()
        self._sliders = self._make_sliders()
        super().__init__()
        self._plot.observe(self._follow_page)
        self.logits = logits
        self.temperature, self.shift, self.true_class = temperature, shift, true_class
        self.formula, self.precision = formula, precision
        self._link_in_page()
        if predict is not None:
            check_choice("predict_on", predict_on, ("temperature", "shift"))
            predict.guard(self._sliders[predict_on])
        menus, sliders = control_row(*self._menus.values()), control_row(*self._sliders.values())
        menus.add_class("actloss-choices")
        sliders.add_class("actloss-columns")
        self.stack(predict, menus, sliders, self._plot)

    def _make_menus(self):
        choices = {
            "true_class": ("true class", [str(i) for i in range(self._classes)]),
            "formula_index": ("formula", list(FORMULAS)),
            "precision_index": ("precision", list(PRECISIONS)),
        }
        return {
            name: labelled(
                ipywidgets.Dropdown, label, options=options, index=getattr(self._plot, name)
            )
            for name, (label, options) in choices.items()
        }

    def _make_sliders(self):
        sliders = {
            name: _make_slider(f"logit {i}", "logits", 0.02, 0.0)
            for i, name in enumerate(LOGIT_NAMES[: self._classes])
        }
        sliders["temperature"] = _make_slider("temperature T", "temperature", 0.1, 1.0)
        sliders["shift"] = _make_slider("c, added to all", "shift", 1.0, 0.0)
        return sliders

    def _link_in_page(self):
        """Join controls and drawing in the browser, where there may be no Python to do it."""
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (self._plot, name))
        for name, slider in self._sliders.items():
            ipywidgets.jslink((slider, "value"), (self._plot, name))

    def _follow_page(self, change):
        """What the reader changed in the page comes here from the drawing."""
        name, value = change["name"], change["new"]
        if name in LOGIT_NAMES[: self._classes]:
            logits = list(self.logits)
            logits[LOGIT_NAMES.index(name)] = value
            self.logits = logits
        elif name == "formula_index":
            self.formula = FORMULAS[value]
        elif name == "precision_index":
            self.precision = PRECISIONS[value]
        elif name in ("temperature", "shift", "true_class"):
            setattr(self, name, value)

    @traitlets.observe("logits", "temperature", "true_class", "shift", "formula", "precision")
    def _send_to_page(self, change):
        """What Python changed here goes to the drawing and to the controls."""
        name, value = change["name"], change["new"]
        if name == "logits":
            for one, logit in zip(LOGIT_NAMES, value, strict=False):
                self._show(one, logit)
        elif name == "formula":
            self._show("formula_index", FORMULAS.index(value))
        elif name == "precision":
            self._show("precision_index", PRECISIONS.index(value))
        else:
            self._show(name, value)

    def _show(self, name, value):
        if getattr(self._plot, name) == value:
            return
        setattr(self._plot, name, value)
        if name in self._sliders:
            self._sliders[name].value = value
        else:
            self._menus[name].index = value

    @traitlets.validate("logits")
    def _check_logits(self, proposal):
        value = proposal["value"]
        if len(value) != self._classes:
            raise ValueError(
                f"logits must hold {self._classes} numbers, as at the start, but got {value}"
            )
        for logit in value:
            check_limits("logits", logit, *LIMITS["logits"])
        return value

    @traitlets.validate("temperature", "shift")
    def _check_number(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        check_limits(name, value, *LIMITS[name])
        return value

    @traitlets.validate("true_class")
    def _check_class(self, proposal):
        check_limits("true_class", proposal["value"], 0, self._classes - 1)
        return proposal["value"]

    @traitlets.validate("formula", "precision")
    def _check_name(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        check_choice(name, value, FORMULAS if name == "formula" else PRECISIONS)
        return value

    def __repr__(self):
        parts = [f"logits=[{', '.join(f'{x:g}' for x in self.logits)}]"]
        for name in ("temperature", "true_class", "shift", "formula", "precision"):
            value = getattr(self, name)
            if value != self.traits()[name].default_value:
                parts.append(f"{name}={value!r}" if isinstance(value, str) else f"{name}={value:g}")
        return f"SoftmaxExplorer({', '.join(parts)})"

    def picture(self):
        """The same figure as SVG text, for where nothing can move: print, or no JavaScript."""
        settings = {"temperature": self.temperature, "true_class": self.true_class}
        p, gradient = softmax_by_steps(
            self.logits,
            shift=self.shift,
            formula=self.formula,
            precision=self.precision,
            **settings,
        )
        exact, _ = softmax_by_steps(self.logits, **settings)
        return _picture(p, gradient, exact, self.true_class)


def softmax_by_steps(
    logits, *, temperature=1.0, true_class=0, shift=0.0, formula="stable", precision="float64"
):
    """Probabilities and gradient as the figure shows them: every step rounded to `precision`.

    softmax.js does the same. (``actloss.activations.softmax`` computes float16 in float32.)
    """
    number = np.dtype(precision).type
    with np.errstate(all="ignore"):
        shifted = np.array(logits, number) + number(shift)
        below = shifted - shifted.max() if formula == "stable" else shifted
        exponents = below / number(temperature)
        exps = np.exp(exponents)
        total = number(0)
        for e in exps:
            total = total + e
        p = exps / total
        return p, p - (np.arange(len(p)) == true_class).astype(number)


def _picture(p, gradient, exact, true_class):
    classes = np.arange(len(p))
    names = [f"class {i}" if len(p) < 5 else f"{i}" for i in classes]
    with matplotlib.rc_context({**STYLE, "axes.grid.axis": "y"}):
        figure, (top, bottom) = plt.subplots(
            2, 1, figsize=(WIDTH, 5.0), sharex=True, height_ratios=(1.7, 1)
        )
        for axes, values, colour in ((top, p, BLUE), (bottom, gradient, ORANGE)):
            axes.bar(classes, np.nan_to_num(values.astype(float)), width=0.6, color=colour)
            for i, value in zip(classes, values.astype(float), strict=True):
                broken = np.isnan(value)
                below = value < 0
                axes.annotate(
                    "NaN" if broken else f"{value:.3f}".replace("-", "−"),
                    (i, 0.0 if broken else value),
                    xytext=(0, -4 if below else 4),
                    textcoords="offset points",
                    ha="center",
                    va="top" if below else "bottom",
                    color=RED if broken else INK,
                )
        if np.isnan(p).any() or np.abs(p - exact).max() > 0.0005:
            top.bar(classes, exact, width=0.6, fill=False, edgecolor=GREY, linestyle=":")
        top.set(ylim=(0, 1.15), yticks=[0, 0.5, 1])
        bottom.set(ylim=(-1.45, 1.45), yticks=[-1, 0, 1])
        bottom.axhline(0, color=GREY, linewidth=0.8)
        bottom.set_xticks(classes, names)
        truth = bottom.get_xticklabels()[true_class]
        truth.set(color=GREEN, fontweight="bold")
        truth.set_text(names[true_class])
        top.set_title("probability p", fontsize=11)
        bottom.set_title("p − y, the true class in green", fontsize=11)
        return to_svg(figure)


def _make_slider(label, limits, step, value):
    low, high = LIMITS[limits]
    return labelled(
        ipywidgets.FloatSlider,
        label,
        min=low,
        max=high,
        step=step,
        value=value,
        readout_format={1.0: ".0f", 0.1: ".1f", 0.02: ".2f"}[step],
    )
