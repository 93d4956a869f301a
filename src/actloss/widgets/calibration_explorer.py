"""A live figure of calibration: a temperature moves it, and accuracy stands still."""

import base64

import anywidget
import ipywidgets
import matplotlib
import numpy as np
import traitlets
from matplotlib import pyplot as plt

from actloss.activations import softmax
from actloss.book import figures
from actloss.calibration import expected_calibration_error, reliability
from actloss.losses import brier_score, sparse_softmax_cross_entropy
from actloss.widgets.controls import (
    LiveFigure,
    check_choice,
    check_limits,
    control_row,
    labelled,
)
from actloss.widgets.module import join_module, read

TEMPERATURES = (0.2, 5.0)
STEP = 0.05
BINS = (5, 10, 15, 30)
STORED_STEP = 1 / 1024  # logits are kept as multiples of it, below the largest of their row


class CalibrationPlot(anywidget.AnyWidget):
    """The drawing; :class:`CalibrationExplorer` puts the controls above it."""

    _esm = join_module("calibration_explorer.js")
    _css = read("plot.css")

    logits = traitlets.Unicode().tag(sync=True)
    labels = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    bins_index = traitlets.Int(BINS.index(10)).tag(sync=True)

    def __repr__(self):
        return f"CalibrationPlot(temperature={self.temperature:g})"


class CalibrationExplorer(LiveFigure):
    """Divide logits by a temperature, and watch the reliability diagram, ECE, Brier score and NLL.

    The page carries the logits: 2 bytes each, as text 2.7. For 1000 samples of ten classes that is
    27 kB. They are kept as distances from the largest of their row, in steps of 1/1024 up to 64.

    Parameters
    ----------
    logits : array_like
        Of shape (samples, classes): those of a trained classifier for samples it has not seen.
    labels : array_like of int
        The right classes.
    temperature : float
        Where the slider starts, between 0.2 and 5.
    bins : int
        Of the reliability diagram: 5, 10, 15 or 30.
    predict : Prediction, optional
        A question to answer before the slider may be moved.

    Attributes
    ----------
    measures : dict of str to float
        What the figure shows: ``accuracy``, ``confidence`` (its mean), ``ece``, ``brier`` (the sum
        over the classes, from 0 to 2) and ``nll``, the mean cross-entropy in nats.

    Raises
    ------
    ValueError
        If logits and labels do not fit each other, or a number is beyond the ends of its control.

    Examples
    --------
    >>> explorer = CalibrationExplorer([[3.0, 0.0]] * 4, [0, 0, 0, 1])
    >>> explorer.measures["accuracy"], round(explorer.measures["confidence"], 3)
    (0.75, 0.953)
    >>> explorer.temperature = 2.75
    >>> explorer.measures["accuracy"], round(explorer.measures["confidence"], 3)
    (0.75, 0.749)
    """

    temperature = traitlets.Float(1.0)
    bins = traitlets.Int(10)

    def __init__(self, logits, labels, *, temperature=1.0, bins=10, predict=None):
        distances, self._labels = _check_data(logits, labels)
        stored = np.round(distances / STORED_STEP).clip(0, 65535).astype("<u2")
        self._logits = -stored.astype(float) * STORED_STEP
        self._plot = CalibrationPlot(
            logits=_text_of(stored), labels=_text_of(self._labels.astype(np.uint8))
        )
        low, high = TEMPERATURES
        self._slider = labelled(
            ipywidgets.FloatSlider, "temperature", value=1.0, min=low, max=high, step=STEP
        )
        self._menu = labelled(
            ipywidgets.Dropdown, "bins", options=list(map(str, BINS)), index=BINS.index(10)
        )
        super().__init__()
        self.temperature, self.bins = temperature, bins
        ipywidgets.jslink((self._slider, "value"), (self._plot, "temperature"))
        ipywidgets.jslink((self._menu, "index"), (self._plot, "bins_index"))
        self._plot.observe(self._follow_page, ["temperature", "bins_index"])
        if predict is not None:
            predict.guard(self._slider)
        self.stack(predict, control_row(self._slider, self._menu), self._plot)

    @property
    def measures(self):
        logits = self._logits / self.temperature
        confidence, correct = self._predictions()
        probabilities = softmax(logits)
        truth = np.eye(logits.shape[1])[self._labels]
        return {
            "accuracy": float(correct.mean()),
            "confidence": float(confidence.mean()),
            "ece": expected_calibration_error(confidence, correct, bins=self.bins),
            "brier": float(brier_score(probabilities, truth).mean()),
            "nll": float(sparse_softmax_cross_entropy(logits, self._labels).mean()),
        }

    def _predictions(self):
        """Confidence, and whether it is right, of every sample."""
        confidence = softmax(self._logits, temperature=self.temperature).max(axis=1)
        return confidence, self._logits.argmax(axis=1) == self._labels

    def _follow_page(self, change):
        if change["name"] == "temperature":
            self.temperature = change["new"]
        else:
            self.bins = BINS[change["new"]]

    @traitlets.observe("temperature")
    def _send_temperature(self, change):
        self._plot.temperature = self._slider.value = self.temperature

    @traitlets.observe("bins")
    def _send_bins(self, change):
        self._plot.bins_index = self._menu.index = BINS.index(self.bins)

    @traitlets.validate("temperature")
    def _check_temperature(self, proposal):
        check_limits("temperature", proposal["value"], *TEMPERATURES)
        return proposal["value"]

    @traitlets.validate("bins")
    def _check_bins(self, proposal):
        check_choice("bins", proposal["value"], BINS)
        return proposal["value"]

    def __repr__(self):
        samples, classes = self._logits.shape
        return (
            f"CalibrationExplorer({samples} samples, {classes} classes, "
            f"temperature={self.temperature:g}, bins={self.bins})"
        )

    def picture(self):
        """The same figure as SVG text, for where nothing can move: print, or no JavaScript."""
        found = reliability(*self._predictions(), bins=self.bins)
        measures = self.measures
        width = 1 / self.bins
        place = found.edges[:-1] + width / 2
        with matplotlib.rc_context(figures.STYLE):
            figure, (diagram, shares) = plt.subplots(
                2, 1, figsize=(figures.WIDTH, 5.6), sharex=True, height_ratios=(3, 1)
            )
            diagram.bar(place, np.nan_to_num(found.accuracy), 0.92 * width, color=figures.BLUE)
            diagram.plot([0, 1], [0, 1], "--", color=figures.GREY, linewidth=1.6)
            diagram.plot(found.confidence, found.accuracy, "o", color=figures.ORANGE)
            diagram.set(ylim=(0, 1), xlim=(0, 1))
            diagram.set_title("share that is right", fontsize=11)
            shares.bar(place, found.counts / found.counts.sum(), 0.92 * width, color=figures.ORANGE)
            shares.set(xlabel="confidence", ylim=(0, 1))
            shares.set_title(
                f"share of predictions; accuracy {measures['accuracy']:.3f}, "
                f"ECE {measures['ece']:.3f}",
                fontsize=11,
            )
            return figures.to_svg(figure)


def _check_data(logits, labels):
    """Distances of the logits from the largest in their row, and the labels."""
    logits, labels = np.asarray(logits, dtype=float), np.asarray(labels)
    if logits.ndim != 2 or len(logits) == 0 or not 2 <= logits.shape[1] <= 256:
        raise ValueError(
            f"logits must have shape (samples, 2 to 256 classes), but have shape {logits.shape}"
        )
    if not np.isfinite(logits).all():
        raise ValueError("logits must be finite")
    sparse_softmax_cross_entropy(logits, labels)  # refuses labels that are no classes of theirs
    return logits.max(axis=1, keepdims=True) - logits, labels


def _text_of(array):
    return base64.b64encode(array.tobytes()).decode("ascii")
