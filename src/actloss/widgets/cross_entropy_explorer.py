"""A live figure of two distributions: entropy, cross-entropy, and the divergence between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib import pyplot as plt

from actloss.book import figures
from actloss.javascript import to_javascript
from actloss.losses import categorical_cross_entropy, entropy, kl_divergence
from actloss.numerics import weighted
from actloss.widgets.controls import LiveFigure, check_choice, control_row, labelled
from actloss.widgets.module import join_module, read

CLASSES = (3, 4, 5)
UNITS = {"nats": 1.0, "bits": np.log(2.0)}  # how many nats one of them is
LONGEST_BAR = {"nats": 4.0, "bits": 6.0}  # what is longer runs out of the figure
DISTRIBUTIONS = ("labels", "probabilities")


class CrossEntropyPlot(anywidget.AnyWidget):
    """The drawing; :class:`CrossEntropyExplorer` puts the menus above it."""

    _esm = join_module("cross_entropy_explorer.js", functions=to_javascript([weighted]))
    _css = read("plot.css")

    labels = traitlets.List(traitlets.Float()).tag(sync=True)
    probabilities = traitlets.List(traitlets.Float()).tag(sync=True)
    classes_index = traitlets.Int().tag(sync=True)
    unit_index = traitlets.Int().tag(sync=True)
    # Set by dragging alone; a link to the figure holds them too.
    link_distributions = traitlets.List(list(DISTRIBUTIONS)).tag(sync=True)

    def __repr__(self) -> str:
        return f"CrossEntropyPlot({len(self.labels)} classes)"


class CrossEntropyExplorer(LiveFigure):
    """Drag the bars of a truth y and a prediction p, and watch H(y), H(y, p) and both divergences.

    Parameters
    ----------
    labels : sequence of float
        The truth y: three to five probabilities that sum to 1.
    probabilities : sequence of float
        The prediction p, of the same length.
    unit : str
        ``"nats"`` or ``"bits"``.

    Attributes
    ----------
    measures : dict of str to float
        What the figure shows, in `unit`: ``entropy``, ``cross_entropy``, ``divergence`` KL(y‖p)
        and ``reverse`` KL(p‖y). Infinite where something is ruled out that can happen.

    Raises
    ------
    ValueError
        If there are not three to five probabilities that sum to 1, the lengths differ, or the unit
        is not known.

    Examples
    --------
    >>> explorer = CrossEntropyExplorer([0.5, 0.5, 0.0], [0.25, 0.25, 0.5], unit="bits")
    >>> explorer.measures
    {'entropy': 1.0, 'cross_entropy': 2.0, 'divergence': 1.0, 'reverse': inf}
    >>> explorer.probabilities = [0.5, 0.5, 0.0]
    >>> explorer.measures["divergence"]
    0.0
    """

    labels = traitlets.List(traitlets.Float())
    probabilities = traitlets.List(traitlets.Float())
    unit = traitlets.Unicode("nats")

    def __init__(
        self,
        labels: Sequence[float] = (0.6, 0.3, 0.1),
        probabilities: Sequence[float] = (0.2, 0.3, 0.5),
        *,
        unit: str = "nats",
    ) -> None:
        self._plot = CrossEntropyPlot()
        self._menus = {
            "classes": labelled(ipywidgets.Dropdown, "classes", options=list(map(str, CLASSES))),
            "unit": labelled(ipywidgets.Dropdown, "in", options=list(UNITS)),
        }
        super().__init__()
        self.show(labels, probabilities)
        self.unit = unit
        for name, menu in self._menus.items():
            ipywidgets.jslink((menu, "index"), (self._plot, f"{name}_index"))
        self._plot.observe(self._follow_page)
        self.stack(control_row(*self._menus.values()), self._plot)

    def show(self, labels: Sequence[float], probabilities: Sequence[float]) -> None:
        """Set both distributions at once, as is needed where their length changes."""
        labels = _check_distribution("labels", labels)
        probabilities = _check_distribution("probabilities", probabilities)
        _check_lengths(labels, probabilities)
        with self.hold_trait_notifications():
            self.labels, self.probabilities = labels, probabilities

    @property
    def measures(self) -> dict[str, float]:
        y, p = np.array(self.labels), np.array(self.probabilities)
        nats = {
            "entropy": entropy(y),
            "cross_entropy": categorical_cross_entropy(p, y),
            "divergence": kl_divergence(p, y),
            "reverse": kl_divergence(y, p),
        }
        return {name: float(value / UNITS[self.unit]) for name, value in nats.items()}

    # As in ActivationExplorer: the state is here for Python, on the drawing and on the menus.

    def _follow_page(self, change: Any) -> None:
        plot = self._plot
        if change["name"] == "unit_index":
            self.unit = list(UNITS)[plot.unit_index]
            return
        # The page may tell of more classes before it tells of their probabilities.
        lengths = {len(plot.labels), len(plot.probabilities), CLASSES[plot.classes_index]}
        if change["name"] in (*DISTRIBUTIONS, "classes_index") and len(lengths) == 1:
            self.show(plot.labels, plot.probabilities)

    @traitlets.observe(*DISTRIBUTIONS, "unit")
    def _send_to_page(self, change: Any) -> None:
        if change["name"] == "unit":
            index = list(UNITS).index(self.unit)
            self._plot.unit_index = self._menus["unit"].index = index
            return
        index = CLASSES.index(len(self.labels))
        with self._plot.hold_sync(), self._plot.hold_trait_notifications():
            self._plot.labels, self._plot.probabilities = self.labels, self.probabilities
            self._plot.classes_index = index
        self._menus["classes"].index = index

    @traitlets.validate(*DISTRIBUTIONS)
    def _check_choice(self, proposal: Any) -> list[float]:
        name = proposal["trait"].name
        values = {one: getattr(self, one) for one in DISTRIBUTIONS}
        values[name] = _check_distribution(name, proposal["value"])
        _check_lengths(*values.values())
        return values[name]

    @traitlets.validate("unit")
    def _check_unit(self, proposal: Any) -> str:
        check_choice("unit", proposal["value"], UNITS)
        return proposal["value"]

    def __repr__(self) -> str:
        y, p = (
            "[" + ", ".join(f"{value:.3g}" for value in values) + "]"
            for values in (self.labels, self.probabilities)
        )
        unit = "" if self.unit == "nats" else f", unit={self.unit!r}"
        return f"CrossEntropyExplorer({y}, {p}{unit})"

    def picture(self) -> str:
        y, p = np.array(self.labels), np.array(self.probabilities)
        measures = self.measures
        places = np.arange(len(y))
        with figures.in_style():
            figure, (bars, stack) = plt.subplots(
                2, 1, figsize=(figures.WIDTH, 4.6), height_ratios=(3, 1)
            )
            bars.bar(places - 0.2, y, 0.36, color=figures.BLUE, label="truth y")
            bars.bar(places + 0.2, p, 0.36, color=figures.ORANGE, label="prediction p")
            bars.set(ylim=(0, 1), xticks=places, xticklabels="ABCDE"[: len(y)])
            bars.legend()
            bars.set_title("probability", fontsize=11)
            longest = LONGEST_BAR[self.unit]
            first = min(measures["entropy"], longest)
            stack.barh(0, first, color=figures.BLUE)
            rest = np.clip(measures["divergence"], 0.0, longest - first)
            stack.barh(0, rest, left=first, color=figures.RED)
            stack.set(xlim=(0, longest), yticks=[])
            stack.set_title(
                f"H(y) {measures['entropy']:.3f} + KL(y‖p) {_text(measures['divergence'])}"
                f" = H(y, p) {_text(measures['cross_entropy'])} {self.unit}",
                fontsize=11,
            )
            return figures.to_svg(figure)


def _text(value: float) -> str:
    return "∞" if np.isinf(value) else f"{value:.3f}"


def _check_distribution(name: str, values: Sequence[float]) -> list[float]:
    values = [float(value) for value in values]
    if len(values) not in CLASSES:
        raise ValueError(f"{name} must hold three to five probabilities, but got {len(values)}")
    if not all(0.0 <= value <= 1.0 for value in values) or abs(sum(values) - 1.0) > 1e-6:
        raise ValueError(f"{name} must be between 0 and 1 and sum to 1, but got {values}")
    return values


def _check_lengths(labels: Sequence[float], probabilities: Sequence[float]) -> None:
    if len(labels) != len(probabilities):
        raise ValueError(
            f"labels and probabilities must have one length, but have {len(labels)} and "
            f"{len(probabilities)}; show(labels, probabilities) changes both"
        )
