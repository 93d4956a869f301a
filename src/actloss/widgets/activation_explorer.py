"""A live figure of one activation: its value, its slope, and a second activation beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from actloss.book.figures import activation_picture
from actloss.catalogue import ACTIVATIONS, Activation
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    checkbox,
    control_row,
    labelled,
)
from actloss.widgets.module import functions_module, join_module, read
from actloss.widgets.prediction import Prediction

X_LIMITS = (-5.0, 5.0)
Y_LIMITS = (-2.5, 5.0)
# Every parameter that an activation of the catalogue may have, and the label of its slider.
PARAMETERS = {"alpha": "α", "beta": "β", "cap": "cap"}
ZOOMS = (1, 10, 100, 1000)


def height_of(entry: Activation) -> tuple[float, float]:
    """How much of the y axis to show: the curve at every end of its sliders, within `Y_LIMITS`.

    >>> height_of(ACTIVATIONS["sigmoid"])
    (-0.14, 1.14)
    """
    x = np.linspace(*X_LIMITS, 101)
    curves = [entry.function(x)]
    for name, slider in entry.parameters.items():
        curves += [entry.function(x, **{name: end}) for end in (slider.minimum, slider.maximum)]
    low, high = float(np.min(curves)), float(np.max(curves))
    margin = 0.15 * min(high - low, 1.0)
    return round(max(low - margin, Y_LIMITS[0]), 2), round(min(high + margin, Y_LIMITS[1]), 2)


class ActivationPlot(anywidget.AnyWidget):
    """The drawing; :class:`ActivationExplorer` puts the controls above it.

    The index of a function counts in `names`; that of the ghost counts from 1, and 0 is none.
    """

    _esm = join_module(
        "activation_explorer.js", functions=functions_module(ACTIVATIONS.values(), height_of)
    )
    _css = read("plot.css")

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    function_index = traitlets.Int().tag(sync=True)
    compare_index = traitlets.Int().tag(sync=True)
    x = traitlets.Float(1.0).tag(sync=True)
    alpha = traitlets.Float().tag(sync=True)
    beta = traitlets.Float().tag(sync=True)
    cap = traitlets.Float().tag(sync=True)
    zoom_index = traitlets.Int().tag(sync=True)
    centre = traitlets.Float(0.0).tag(sync=True)  # of the part that is magnified
    float16 = traitlets.Bool().tag(sync=True)
    # A link to what the figure shows carries these numbers, too, within their ends.
    link_numbers = traitlets.Dict({"x": list(X_LIMITS)}).tag(sync=True)
    # Whether functions are those that the stored question asks about; the page sees to it.
    as_asked = traitlets.Bool(True).tag(sync=True)
    # Where each slider ends, its step, and whether it is shown; they change with the function, in
    # the page, too.
    alpha_min = traitlets.Float().tag(sync=True)
    alpha_max = traitlets.Float(1.0).tag(sync=True)
    alpha_step = traitlets.Float(0.01).tag(sync=True)
    alpha_display = traitlets.Unicode("none").tag(sync=True)
    beta_min = traitlets.Float().tag(sync=True)
    beta_max = traitlets.Float(1.0).tag(sync=True)
    beta_step = traitlets.Float(0.01).tag(sync=True)
    beta_display = traitlets.Unicode("none").tag(sync=True)
    cap_min = traitlets.Float().tag(sync=True)
    cap_max = traitlets.Float(1.0).tag(sync=True)
    cap_step = traitlets.Float(0.01).tag(sync=True)
    cap_display = traitlets.Unicode("none").tag(sync=True)

    def __repr__(self) -> str:
        return f"ActivationPlot({self.names[self.function_index]!r})"


class ActivationExplorer(LiveFigure):
    """Move α, β and the point x, and watch an activation and its slope.

    Parameters
    ----------
    function : str
        A name in ``actloss.catalogue.ACTIVATIONS``.
    compare : str, optional
        A second one, drawn as a ghost.
    functions : sequence of str, optional
        What the reader may choose from; the whole catalogue by default.
    x : float
        Where the point starts, between −5 and 5.
    zoom : int
        1, 10, 100 or 1000: how much is to be seen around the point.
    float16 : bool
        Whether x, and then value and slope, are rounded to half precision. What lies between, the
        steps of the computation, stays float64.
    predict : Prediction, optional
        A question to answer before menus and first slider may be moved. It stands back while
        another function is drawn than the one it asks about.
    **parameters : float
        Start values of ``alpha``, ``beta`` or ``cap``; the function's defaults by default.

    Raises
    ------
    ValueError
        If a name is not in the catalogue, a number beyond the ends of its slider, or a zoom none
        of those above.

    Examples
    --------
    >>> explorer = ActivationExplorer("leaky_relu", compare="relu", x=-2.0)
    >>> explorer.alpha = 0.3
    >>> explorer
    ActivationExplorer('leaky_relu', compare='relu', x=-2, alpha=0.3)
    """

    function = traitlets.Unicode()
    compare = traitlets.Unicode()
    x = traitlets.Float(1.0)
    alpha = traitlets.Float()
    beta = traitlets.Float()
    cap = traitlets.Float()
    zoom = traitlets.Int(1)
    float16 = traitlets.Bool()

    def __init__(
        self,
        function: str = "relu",
        *,
        compare: str | None = None,
        functions: Sequence[str] | None = None,
        x: float = 1.0,
        zoom: int = 1,
        float16: bool = False,
        predict: Prediction | None = None,
        **parameters: float,
    ) -> None:
        self._names = list(functions or ACTIVATIONS)
        for name in self._names:
            check_choice("functions", name, ACTIVATIONS)
        for name in parameters:
            if name not in PARAMETERS:
                raise TypeError(f"unknown parameter {name!r}; expected one of {list(PARAMETERS)}")
        self._plot = ActivationPlot(names=self._names)
        self._menus = self._make_menus()
        self._sliders = {name: _make_slider(label) for name, label in PARAMETERS.items()}
        self._lens = _make_lens()
        self._owners: dict[str, Activation | None] = {}
        super().__init__()
        self._plot.observe(self._follow_page)
        self.function = function
        self.compare = compare or ""
        for name, value in {"x": x, "zoom": zoom, "float16": float16, **parameters}.items():
            setattr(self, name, value)
        self._link_in_page()
        if predict is not None:
            predict.guard(self._first_slider(), *self._menus.values())
            ipywidgets.jsdlink((self._plot, "as_asked"), (predict, "fits"))
        controls = control_row(*self._menus.values(), *self._sliders.values())
        lens = control_row(*self._lens.values())
        lens.add_class("actloss-lens")
        self.stack(predict, controls, self._plot, lens)

    def _make_menus(self) -> dict[str, ipywidgets.Dropdown]:
        titles = [ACTIVATIONS[name].title for name in self._names]
        return {
            "function": labelled(ipywidgets.Dropdown, "function", options=titles),
            "compare": labelled(ipywidgets.Dropdown, "beside it", options=["nothing", *titles]),
        }

    def _first_slider(self) -> ipywidgets.FloatSlider:
        used = [name for name, owner in self._owners.items() if owner is not None]
        if not used:
            raise ValueError(f"predict needs a slider to lock, but {self.function} has none")
        return self._sliders[used[0]]

    def _link_in_page(self) -> None:
        """Join controls and drawing in the browser, where there may be no Python to do it."""
        plot = self._plot
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (plot, f"{name}_index"))
        for name, slider in self._sliders.items():
            ipywidgets.jsdlink((plot, f"{name}_min"), (slider, "min"))
            ipywidgets.jsdlink((plot, f"{name}_max"), (slider, "max"))
            ipywidgets.jsdlink((plot, f"{name}_step"), (slider, "step"))
            ipywidgets.jsdlink((plot, f"{name}_display"), (slider.layout, "display"))
            ipywidgets.jslink((slider, "value"), (plot, name))
        ipywidgets.jslink((self._lens["zoom"], "index"), (plot, "zoom_index"))
        ipywidgets.jslink((self._lens["float16"], "value"), (plot, "float16"))

    # The state stands three times: here for Python, on the drawing and on the controls. The page
    # keeps the last two together. What the page changes comes here from the drawing; what Python
    # changes here goes to both.

    def _on_plot(self, name: str) -> Any:
        """What the drawing has for the trait `name` of this explorer."""
        plot = self._plot
        if name == "function":
            return self._names[plot.function_index]
        if name == "compare":
            return self._names[plot.compare_index - 1] if plot.compare_index else ""
        if name == "zoom":
            return ZOOMS[plot.zoom_index]
        return getattr(plot, name)

    def _follow_page(self, change: Any) -> None:
        """One message may tell of several changes, in any order.

        Choices come first, because they decide which numbers mean something.
        """
        name = change["name"].removesuffix("_index")
        if name in ("zoom", "float16"):
            setattr(self, name, self._on_plot(name))
        if name not in ("function", "compare", "x", *PARAMETERS):
            return
        with self.hold_trait_notifications():  # until both are as on the page
            self.function = self._on_plot("function")
            self.compare = self._on_plot("compare")
        if name == "x" or self._owners.get(name) is not None:
            setattr(self, name, change["new"])

    @traitlets.observe("function", "compare", "x", *PARAMETERS)
    def _send_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if name in ("function", "compare"):
            options = self._names if name == "function" else ["", *self._names]
            if self._on_plot(name) != value:
                setattr(self._plot, f"{name}_index", options.index(value))
                self._menus[name].index = options.index(value)
            self._fit_sliders()
        elif self._on_plot(name) != value:
            setattr(self._plot, name, value)
            if name in self._sliders:
                self._sliders[name].value = value

    @traitlets.observe("zoom", "float16")
    def _send_lens_to_page(self, change: Any) -> None:
        name, value = change["name"], change["new"]
        if self._on_plot(name) == value:
            return
        if name == "zoom":
            self._plot.zoom_index = self._lens["zoom"].index = ZOOMS.index(value)
        else:
            self._plot.float16 = self._lens["float16"].value = value

    def _fit_sliders(self) -> None:
        """Show the sliders that mean something; one whose function is new starts at its default.

        The page does the same in chosen_functions.js.
        """
        drawn = [ACTIVATIONS[name] for name in (self.function, self.compare) if name]
        for name, slider in self._sliders.items():
            owner = next((entry for entry in drawn if name in entry.parameters), None)
            if owner is self._owners.get(name):
                continue
            self._owners[name] = owner
            display = "none" if owner is None else "flex"
            setattr(self._plot, f"{name}_display", display)
            slider.layout.display = display
            if owner is not None:
                ends = owner.parameters[name]
                setattr(self._plot, f"{name}_min", ends.minimum)
                setattr(self._plot, f"{name}_max", ends.maximum)
                setattr(self._plot, f"{name}_step", ends.step)
                with slider.hold_trait_notifications():
                    slider.min, slider.max, slider.step = ends
                    slider.value = owner.defaults[name]
                setattr(self, name, owner.defaults[name])

    @traitlets.validate("function", "compare")
    def _check_choice(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if value or name == "function":
            check_choice(name, value, self._names)
        return value

    @traitlets.validate("zoom")
    def _check_zoom(self, proposal: Any) -> int:
        check_choice("zoom", proposal["value"], ZOOMS)
        return proposal["value"]

    @traitlets.validate("x", *PARAMETERS)
    def _check_number(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        owner = self._owners.get(name)
        if name == "x":
            low, high = X_LIMITS
        elif owner is None:
            raise ValueError(f"{name} means nothing here: {self.function} has no such parameter")
        else:
            low, high, _ = owner.parameters[name]
        check_limits(name, value, low, high)
        return value

    def __repr__(self) -> str:
        parts = [repr(self.function)]
        if self.compare:
            parts.append(f"compare={self.compare!r}")
        parts.append(f"x={self.x:g}")
        parts += [f"{n}={getattr(self, n):g}" for n, owner in self._owners.items() if owner]
        parts += [f"zoom={self.zoom}"] if self.zoom > 1 else []
        parts += ["float16=True"] if self.float16 else []
        return f"ActivationExplorer({', '.join(parts)})"

    def picture(self) -> str:
        entry = ACTIVATIONS[self.function]
        ghost = ACTIVATIONS[self.compare] if self.compare else None
        settings = {name: getattr(self, name) for name, owner in self._owners.items() if owner}
        lows, highs = zip(*(height_of(drawn) for drawn in (entry, ghost) if drawn), strict=True)
        return activation_picture(
            entry,
            ghost,
            x=self.x,
            limits=X_LIMITS,
            height=(min(lows), max(highs)),
            zoom=self.zoom,
            float16=self.float16,
            **settings,
        )


def _make_slider(label: str) -> ipywidgets.FloatSlider:
    """Hidden, until a function has the parameter: then it gets its ends."""
    slider = labelled(ipywidgets.FloatSlider, label, min=0.0, max=1.0, step=0.01, value=0.0)
    slider.layout.display = "none"
    return slider


def _make_lens() -> dict[str, Any]:
    """What stands below the drawing: how closely to look, and with what numbers."""
    zoom = labelled(ipywidgets.Dropdown, "zoom", options=[f"{factor}×" for factor in ZOOMS])
    zoom.add_class("actloss-narrow")
    return {"zoom": zoom, "float16": checkbox("round to float16")}
