r"""Do probabilities keep their promise? Reliability, the expected calibration error, temperature.

The *confidence* of a prediction is the probability of the class that it chooses. Calibrated
predictions are right as often as their confidence says.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from actloss.arguments import Floats, as_float, check_positive, check_positive_integers
from actloss.calls import explained
from actloss.losses import sparse_softmax_cross_entropy
from actloss.losses.arguments import check_zero_or_one


class Reliability(NamedTuple):
    """One entry a bin of confidences, empty bins included: their means are NaN."""

    edges: np.ndarray  # one more than there are bins
    counts: np.ndarray  # predictions in the bin
    confidence: np.ndarray  # their mean confidence
    accuracy: np.ndarray  # the share of them that is right

    @property
    def gaps(self) -> Floats:
        """How far accuracy lies from confidence, 0 in empty bins."""
        return np.where(self.counts > 0, np.abs(self.accuracy - self.confidence), 0.0)


@explained
def reliability(confidence: ArrayLike, correct: ArrayLike, *, bins: int = 10) -> Reliability:
    r"""Sort predictions into equally wide bins of confidence, and see how often each is right.

    .. math:: B_m = \Bigl\{ i : \tfrac{m-1}{M} < c_i \le \tfrac{m}{M} \Bigr\}

    Parameters
    ----------
    confidence : array_like
        Confidences c between 0 and 1, of shape (samples,). 0 belongs to the first bin.
    correct : array_like
        Whether each prediction is right (or, of two classes, whether class 1 came).
    bins : int
        How many, M.

    Returns
    -------
    Reliability
        Edges, counts, mean confidence and accuracy, bin by bin.

    Raises
    ------
    TypeError
        If ``confidence`` or ``correct`` holds no real numbers.
    ValueError
        If there is no prediction or no bin, the shapes differ, a confidence is no probability, or
        ``correct`` is neither 0 nor 1.

    References
    ----------
    M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using
    Bayesian binning", AAAI 2015.

    Examples
    --------
    >>> reliability([0.6, 0.9, 1.0, 0.8], [True, True, True, False], bins=2).accuracy
    array([ nan, 0.75])
    """
    confidence, correct = _check_predictions(confidence, correct, bins)
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(place, confidence, minlength=bins) / counts
        accuracy = np.bincount(place, correct, minlength=bins) / counts
    edges = np.linspace(0.0, 1.0, bins + 1)
    return Reliability(edges, counts, mean_confidence, accuracy)


@explained
def expected_calibration_error(
    confidence: ArrayLike, correct: ArrayLike, *, bins: int = 10
) -> float:
    r"""Expected calibration error (ECE): the mean gap between accuracy and confidence.

    .. math:: \operatorname{ECE} = \sum_{m=1}^{M} \frac{|B_m|}{n}
              \, \bigl| \operatorname{acc}(B_m) - \operatorname{conf}(B_m) \bigr|

    It depends on the numbers of bins and of samples: few samples, or many bins, make it too large;
    few bins can hide gaps. Parameters and errors are those of :func:`reliability`.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks",
    ICML 2017.

    Examples
    --------
    >>> confidence, correct = [0.75, 0.75, 0.75, 0.75], [True, True, True, False]
    >>> float(expected_calibration_error(confidence, correct))
    0.0
    """
    found = reliability(confidence, correct, bins=bins)
    return float((found.counts * found.gaps).sum() / found.counts.sum())


@explained
def best_temperature(
    logits: ArrayLike, labels: ArrayLike, *, limits: tuple[float, float] = (0.05, 20.0)
) -> float:
    r"""The temperature T that makes the cross-entropy of the logits z/T smallest.

    .. math:: \operatorname*{arg\,min}_T \; \frac{1}{n} \sum_i
              -\log \operatorname{softmax}(z_i / T)_{y_i}

    Parameters
    ----------
    logits : array_like
        Of shape (samples, classes): of samples that the model did not learn from.
    labels : array_like of int
        Their classes.
    limits : tuple of float
        Where to look for it. Where every prediction is right there is no best one: the smaller T,
        the smaller the loss. Then it is the lower end, or any T at which the loss rounds to 0.

    Raises
    ------
    TypeError
        If the logits are no real numbers.
    ValueError
        If labels and logits do not fit each other, or ``limits`` are not two numbers above 0, the
        lower first.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks",
    ICML 2017.

    Examples
    --------
    Three of four equal predictions are right: odds of 3, for which log 3 = 3/T is needed:

    >>> round(best_temperature([[3.0, 0.0]] * 4, [0, 0, 0, 1]), 3)
    2.731
    """
    logits = as_float(logits, "logits")

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return sparse_softmax_cross_entropy(scaled, labels).mean()

    found = minimize_scalar(
        loss,
        bounds=np.log(_check_limits(limits)),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return float(np.exp(found.x))


def _check_predictions(
    confidence: ArrayLike, correct: ArrayLike, bins: int
) -> tuple[Floats, Floats]:
    confidence = as_float(confidence, "confidence").astype(np.float64)
    correct = as_float(correct, "correct").astype(np.float64)
    if confidence.shape != correct.shape or confidence.ndim != 1 or confidence.size == 0:
        raise ValueError(
            "confidence and correct must have one shape (samples,) with a sample at least, "
            f"but have shapes {confidence.shape} and {correct.shape}"
        )
    possible = (confidence >= 0.0) & (confidence <= 1.0)
    if not possible.all():
        first = int(possible.argmin())
        raise ValueError(
            f"confidence must be between 0 and 1, but got {confidence[first]} at index {first}"
        )
    check_zero_or_one("correct", correct)
    check_positive_integers(bins=bins)
    return confidence, correct


def _check_limits(limits: tuple[float, float]) -> list[float]:
    ends = [check_positive("limits", limit) for limit in limits]
    if len(ends) != 2 or ends[0] >= ends[1]:
        raise ValueError(f"limits must be two numbers, the lower first, but got {ends}")
    return ends
