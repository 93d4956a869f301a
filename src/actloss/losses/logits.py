r"""Losses of logits: the activation that makes them probabilities is part of the loss.

Each loss stands beside its derivative in its first argument, ``<name>_grad``. Losses are in nats.
Where a derivative such as p − y passes through 0, its last digits are those of a rounded
difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, Integers, check_between
from actloss.losses.arguments import (
    check_distributions,
    check_probabilities,
    check_zero_or_one,
    elementwise_loss,
    loss_of_classes,
    loss_over_axis,
)
from actloss.numerics import (
    below_largest,
    clip,
    entries_at,
    exp,
    exp_of_inexact_product,
    largest_of,
    log1p,
    positive_part,
    put,
    rest_of,
    weighted,
)

__all__ = [
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "focal_loss",
    "focal_loss_grad",
    "softmax_cross_entropy",
    "softmax_cross_entropy_grad",
    "sparse_softmax_cross_entropy",
    "sparse_softmax_cross_entropy_grad",
]

# --- two classes ---------------------------------------------------------------------------


@elementwise_loss
def binary_cross_entropy_with_logits(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Binary cross-entropy of logits: sigmoid and log loss in one.

    .. math:: \ell(z, y) = -y \log \sigma(z) - (1 - y) \log \sigma(-z)
              = |z| \, \bigl|[z > 0] - y\bigr| + \log\left(1 + e^{-|z|}\right)

    The second form is the one computed: \|z\| times how far the label is from the class that the
    logit chooses, and a rest of at most log 2. It neither overflows nor subtracts.

    Parameters
    ----------
    logits : array_like
        Logits of class 1, any shape.
    labels : array_like
        0 or 1, or a probability between, in the shape of `logits`, or a single one.

    Returns
    -------
    ndarray
        One loss an entry, in nats, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is no probability.

    Notes
    -----
    PyTorch: ``torch.nn.functional.binary_cross_entropy_with_logits(logits, labels,
    reduction="none")``.

    References
    ----------
    I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> binary_cross_entropy_with_logits([2.0, 0.0, -1000.0], [1, 1, 1]).round(4)
    array([1.269e-01, 6.931e-01, 1.000e+03])
    """
    check_probabilities("labels", labels)
    distance = np.abs(logits)
    missed = np.abs((logits > 0.0) - labels)
    return weighted(missed, distance) + log1p(np.exp(-distance))


@elementwise_loss
def binary_cross_entropy_with_logits_grad(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`binary_cross_entropy_with_logits` in the logits: p − y.

    .. math:: \frac{\partial \ell}{\partial z} = \sigma(z) - y

    Computed from σ(−\|z\|), so that no digit is lost where the prediction is confident and right.

    Parameters
    ----------
    logits, labels
        As for :func:`binary_cross_entropy_with_logits`.

    Examples
    --------
    >>> binary_cross_entropy_with_logits_grad([2.0, 0.0, -1000.0], [1, 1, 1]).round(4)
    array([-0.1192, -0.5   , -1.    ])
    """
    check_probabilities("labels", labels)
    e = np.exp(-np.abs(logits))
    doubt = e / (1.0 + e)  # how far the prediction is from the class that it chooses, 0 or 1
    positive = logits > 0.0
    return (positive - labels) + (doubt - 2.0 * (doubt * positive))


@elementwise_loss
def focal_loss(logits: ArrayLike, labels: ArrayLike, *, gamma: float = 2.0) -> Floats:
    r"""Focal loss: cross-entropy that turns away from what is already predicted well.

    .. math:: \ell(z, y) = (1 - p_y)^\gamma \, (-\log p_y), \qquad
              p_1 = \sigma(z), \quad p_0 = \sigma(-z)

    Parameters
    ----------
    logits : array_like
        Logits of class 1, any shape.
    labels : array_like
        0 or 1, in the shape of `logits`, or a single one.
    gamma : float
        How much easy samples are neglected, from 0 (not at all: binary cross-entropy) to 100.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, a label is neither 0 nor 1, or `gamma` is out of range.

    Notes
    -----
    PyTorch: ``torchvision.ops.sigmoid_focal_loss(logits, labels, alpha=-1, gamma=gamma)``; its
    default ``alpha=0.25`` also weights the classes.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollár, "Focal loss for dense object detection",
    ICCV 2017.

    Examples
    --------
    >>> focal_loss([2.0, 0.0, -2.0], [1, 1, 1]).round(4)
    array([0.0018, 0.1733, 1.6501])
    """
    gamma = check_between("gamma", gamma, 0.0, 100.0)
    check_zero_or_one("labels", labels)
    wrong_logit = (1.0 - 2.0 * labels) * logits  # the logit of the class that is not the label
    e = exp(-np.abs(wrong_logit))
    minus_log_p = positive_part(wrong_logit) + log1p(e)
    return sigmoid_power(wrong_logit, e, gamma) * minus_log_p


@elementwise_loss
def focal_loss_grad(logits: ArrayLike, labels: ArrayLike, *, gamma: float = 2.0) -> Floats:
    r"""Derivative of :func:`focal_loss` in the logits.

    .. math:: \frac{\partial \ell}{\partial z} = (1 - 2y) \, (1 - p_y)^\gamma \,
              \bigl(1 - p_y - \gamma \, p_y \log p_y\bigr)

    Parameters
    ----------
    logits, labels, gamma
        As for :func:`focal_loss`.

    Examples
    --------
    >>> focal_loss_grad([2.0, 0.0, -2.0], [1, 1, 1]).round(4)
    array([-0.0049, -0.2983, -1.0767])
    """
    gamma = check_between("gamma", gamma, 0.0, 100.0)
    check_zero_or_one("labels", labels)
    side = 1.0 - 2.0 * labels
    wrong_logit = side * logits
    return side * (
        focal_slope(wrong_logit, gamma)
        if logits.dtype == np.float64
        else focal_float64_slope(wrong_logit, gamma)
    )


def focal_slope(wrong_logit: Floats, gamma: float) -> Floats:
    """The derivative of the focal loss in the logit of the class that is not the label."""
    e = np.exp(-np.abs(wrong_logit))
    return sigmoid_power(wrong_logit, e, gamma) * focal_pull(wrong_logit, e, gamma)


def focal_float64_slope(wrong_logit: Floats, gamma: float) -> Floats:
    """focal_slope in float32, whose digits all fit into a float64."""
    wrong_logit = wrong_logit.astype(np.float64)
    e = np.exp(-np.abs(wrong_logit))
    slope = focal_pull(wrong_logit, e, gamma)
    slope *= np.exp(clip(gamma * wrong_logit, -1e4, 0.0))
    slope /= (1.0 + e) ** gamma
    return slope.astype(np.float32)


def focal_pull(wrong_logit: Floats, e: Floats, gamma: float) -> Floats:
    """1 − p − γ p log p of the label's probability p, for e = exp(−|wrong_logit|)."""
    # p (−log p), and 1 − p, both times 1 + e; −log p is 10 000 for ∞, as p is 0 there:
    right = np.maximum(e, wrong_logit <= 0.0) * (clip(wrong_logit, 0.0, 1e4) + log1p(e))
    wrong = np.maximum(e, wrong_logit >= 0.0)
    return (wrong + gamma * right) / (1.0 + e)


def sigmoid_power(logit: Floats, e: Floats, power: float) -> Floats:
    """σ(logit)^power, with e = exp(−|logit|).

    A power magnifies the rounding of what it is taken of: so that is given back.
    """
    farthest = 1e4 / power if power > 0.0 else 0.0
    below = clip(-logit, 0.0, farthest)
    tail = exp_of_inexact_product(power, -below)
    total = 1.0 + e
    lost = (e - (total - 1.0)) / total
    return tail * (1.0 - power * lost) / total**power


# --- several classes -----------------------------------------------------------------------


@loss_over_axis
def softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Cross-entropy of logits against distributions: softmax and cross-entropy in one.

    .. math:: \ell(z, y) = -\sum_k y_k \log \operatorname{softmax}(z)_k
              = \sum_k y_k \Bigl(\log \sum_j e^{z_j} - z_k\Bigr)

    Parameters
    ----------
    logits : array_like
        Logits, with the classes along `axis`.
    labels : array_like
        True distributions, one-hot or soft, in the shape of `logits`.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        One loss a sample, in nats, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or the labels are no distributions.

    Notes
    -----
    PyTorch: ``torch.nn.functional.cross_entropy(logits, labels, reduction="none")`` with float
    labels, whose classes lie along axis 1 and whose default takes the mean.
    Only differences d of logits count, and rounding them limits the accuracy to about
    (4 + \|d\|) units in the last place.

    References
    ----------
    J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs, with
    relationships to statistical pattern recognition", Neurocomputing, NATO ASI Series F 68, 1990.

    Examples
    --------
    >>> labels = [[1, 0, 0], [0, 0.5, 0.5]]
    >>> softmax_cross_entropy([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]], labels).round(4)
    array([0.4076, 1.9076])
    """
    check_distributions("labels", labels, axis)
    shifted = below_largest(logits, axis)
    exps = np.exp(shifted)
    log_total = np.log1p(rest_of(exps, largest_of(exps, axis), axis))
    losses = weighted(labels, log_total - shifted).sum(axis=axis)
    if np.count_nonzero(
        np.isinf(losses)
    ):  # half of a difference is a float where the difference may be none
        halves = 0.5 * log_total - below_largest(0.5 * logits, axis)
        losses = 2.0 * weighted(labels, halves).sum(axis=axis)
    return losses


@loss_over_axis
def softmax_cross_entropy_grad(logits: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Derivative of :func:`softmax_cross_entropy` in the logits: p − y.

    .. math:: \frac{\partial \ell}{\partial z_k} = \operatorname{softmax}(z)_k - y_k

    (p times the sum of the labels, if that is not quite 1.)

    Parameters
    ----------
    logits, labels, axis
        As for :func:`softmax_cross_entropy`.

    Examples
    --------
    >>> softmax_cross_entropy_grad([2.0, 1.0, 0.0], [1, 0, 0]).round(4)
    array([-0.3348,  0.2447,  0.09  ])
    """
    check_distributions("labels", labels, axis)
    probabilities = below_largest(logits, axis)  # in place from here on: arrays may be large
    np.exp(probabilities, out=probabilities)
    largest = largest_of(probabilities, axis)
    rest = rest_of(probabilities, largest, axis)
    total = 1.0 + rest
    probabilities /= total
    put(probabilities, largest, 1.0 / total)
    # p Σy − y, as p (Σy − y) − (1 − p) y, so that a right prediction loses no digits.
    gradient = labels.sum(axis, keepdims=True) - labels
    gradient *= probabilities
    complements = np.subtract(1.0, probabilities, out=probabilities)
    put(complements, largest, rest / total)
    complements *= labels
    gradient -= complements
    return gradient


@loss_of_classes
def sparse_softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Cross-entropy of logits against the number of the right class.

    .. math:: \ell(z, y) = -\log \operatorname{softmax}(z)_y = \log \sum_j e^{z_j} - z_y

    The same as :func:`softmax_cross_entropy` with one-hot labels, which need not be stored.

    Parameters
    ----------
    logits : array_like
        Logits, with the classes along `axis`.
    labels : array_like of int
        The class of each sample, from 0, in the shape of `logits` without `axis`.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        One loss a sample, in nats, in the shape of `labels` and the float dtype of `logits`.

    Raises
    ------
    ValueError
        If `labels` has another shape, or holds anything else than numbers of classes.

    Notes
    -----
    PyTorch: ``torch.nn.functional.cross_entropy(logits, labels, reduction="none")``, whose classes
    lie along axis 1 and whose default takes the mean. It skips labels of −100; here they are
    refused. The accuracy is that of :func:`softmax_cross_entropy`.

    References
    ----------
    J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs, with
    relationships to statistical pattern recognition", Neurocomputing, NATO ASI Series F 68, 1990.

    Examples
    --------
    >>> sparse_softmax_cross_entropy([[2.0, 1.0, 0.0], [0.0, 1000.0, 0.0]], [0, 2]).round(4)
    array([4.076e-01, 1.000e+03])
    """
    return cross_entropy_of_entries(logits, entries_at(labels, axis), axis)


@loss_of_classes
def sparse_softmax_cross_entropy_grad(
    logits: ArrayLike, labels: ArrayLike, *, axis: int = -1
) -> Floats:
    r"""Derivative of :func:`sparse_softmax_cross_entropy` in the logits: p − one-hot(y).

    .. math:: \frac{\partial \ell}{\partial z_k} = \operatorname{softmax}(z)_k - [k = y]

    Parameters
    ----------
    logits, labels, axis
        As for :func:`sparse_softmax_cross_entropy`.

    Examples
    --------
    >>> sparse_softmax_cross_entropy_grad([2.0, 1.0, 0.0], 0).round(4)
    array([-0.3348,  0.2447,  0.09  ])
    """
    return cross_entropy_of_entries_grad(logits, entries_at(labels, axis), axis)


def cross_entropy_of_entries(logits: Floats, own: tuple[Integers, ...], axis: int) -> Floats:
    """:func:`sparse_softmax_cross_entropy` of the entries that are right, for losses built on it.

    They are what ``entries_at(labels, axis)`` gives.
    """
    shifted = below_largest(logits, axis)
    right = shifted[own]
    exps = np.exp(shifted, out=shifted)
    return (np.log1p(rest_of(exps, largest_of(exps, axis), axis)) - right).squeeze(axis)


def cross_entropy_of_entries_grad(logits: Floats, own: tuple[Integers, ...], axis: int) -> Floats:
    """The derivative of :func:`cross_entropy_of_entries` in the logits."""
    gradient = below_largest(logits, axis)
    np.exp(gradient, out=gradient)
    right = gradient[own]
    gradient[own] = 0.0
    others = gradient.sum(axis, keepdims=True)
    total = right + others
    gradient /= total
    # p − 1 of the right class is minus the others' share: written so, it loses no digits.
    gradient[own] = -others / total
    return gradient
