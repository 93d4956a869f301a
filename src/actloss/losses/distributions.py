r"""Losses for predicted probabilities, and what is measured and made of distributions.

Each loss stands beside its derivative in its first argument, ``<name>_grad``. Logarithms are
natural: losses are in nats. No probability is ever clipped: what is impossible costs ∞. Where
logits are at hand, the losses in ``logits`` keep digits that a probability has lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_between
from actloss.losses.arguments import (
    check_distributions,
    check_probabilities,
    elementwise_loss,
    loss_over_axis,
)
from actloss.numerics import minus, weighted

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "brier_score",
    "brier_score_grad",
    "categorical_cross_entropy",
    "categorical_cross_entropy_grad",
    "entropy",
    "entropy_grad",
    "kl_divergence",
    "kl_divergence_grad",
    "smooth_labels",
]


@loss_over_axis
def entropy(probabilities: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Entropy: how uncertain a distribution is, from 0 (sure) to log K (uniform over K).

    .. math:: H(p) = -\sum_k p_k \log p_k, \qquad 0 \log 0 = 0

    Parameters
    ----------
    probabilities : array_like
        Distributions along `axis`.
    axis : int
        The axis to sum over.

    Returns
    -------
    ndarray
        One entropy a sample, in nats, in the shape of `probabilities` without `axis`.

    Raises
    ------
    ValueError
        If the entries are no probabilities, do not sum to 1 (within 0.01) along
        `axis`, or there is no such axis, or it is empty.

    Notes
    -----
    PyTorch: ``torch.distributions.Categorical(probs=probabilities).entropy()``, which clips
    probabilities to [ε, 1 − ε].

    References
    ----------
    C. E. Shannon, "A mathematical theory of communication", Bell System Technical Journal 27, 1948.

    Examples
    --------
    >>> entropy([[1.0, 0.0], [0.5, 0.5]]).round(4)
    array([0.    , 0.6931])
    """
    check_distributions("probabilities", probabilities, axis)
    return weighted(probabilities, -np.log(probabilities)).sum(axis=axis)


@loss_over_axis
def entropy_grad(probabilities: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Derivative of :func:`entropy` in the probabilities, each on its own; ∞ at 0.

    .. math:: \frac{\partial H}{\partial p_k} = -\log p_k - 1

    Parameters
    ----------
    probabilities, axis
        As for :func:`entropy`.

    Examples
    --------
    >>> entropy_grad([0.25, 0.75]).round(4)
    array([ 0.3863, -0.7123])
    """
    check_distributions("probabilities", probabilities, axis)
    beyond = -minus(ZERO_OF_SLOPE, ZERO_OF_SLOPE_LOST, probabilities) * np.e  # p e − 1
    near = np.abs(beyond) < 0.5
    # −log(p) − 1 is −log(p e), which near its zero loses digits if written so.
    return np.where(near, -np.log1p(np.where(near, beyond, 0.0)), -np.log(probabilities) - 1.0)


# 1/e, and what a float64 cannot hold of it
ZERO_OF_SLOPE = 0.36787944117144233
ZERO_OF_SLOPE_LOST = -1.2428753672788363e-17


@loss_over_axis
def kl_divergence(probabilities: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Kullback-Leibler divergence: the nats lost by believing p where y is the truth.

    .. math:: \mathrm{KL}(y \,\|\, p) = \sum_k y_k \log \frac{y_k}{p_k}, \qquad 0 \log 0 = 0

    Parameters
    ----------
    probabilities : array_like
        Predicted distributions p along `axis`.
    labels : array_like
        True distributions y, in the shape of `probabilities`.
    axis : int
        The axis to sum over.

    Returns
    -------
    ndarray
        One divergence a sample, in nats; ∞ where p rules out what can happen. Nearly equal
        distributions leave a small sum of terms of both signs: it is right to about 1e-16 in
        float64, not to its last digit, and may be as far below 0; and further where the sums of
        the two are not quite 1.

    Raises
    ------
    ValueError
        If the shapes differ, the entries are no probabilities, do not sum to 1 (within
        0.01), or there is no such axis, or it is empty.

    Notes
    -----
    PyTorch: ``torch.nn.functional.kl_div(probabilities.log(), labels,
    reduction="none").sum(axis)``, which wants log-probabilities and whose default
    ``reduction="mean"`` divides by the number of entries, not of samples. It is NaN where both are
    0 (here 0, the limit).

    References
    ----------
    S. Kullback and R. A. Leibler, "On information and sufficiency", Annals of Mathematical
    Statistics 22, 1951.

    Examples
    --------
    >>> kl_divergence([[0.5, 0.5], [0.5, 0.5]], [[0.5, 0.5], [1.0, 0.0]]).round(4)
    array([0.    , 0.6931])
    """
    check_distributions("probabilities", probabilities, axis)
    check_distributions("labels", labels, axis)
    from scipy.special import rel_entr  # here: SciPy takes longer to load than all else

    return rel_entr(labels, probabilities).sum(axis=axis)  # y log(y/p), with 0 log 0 = 0


@loss_over_axis
def kl_divergence_grad(probabilities: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Derivative of :func:`kl_divergence` in the probabilities, each on its own.

    .. math:: \frac{\partial D}{\partial p_k} = -\frac{y_k}{p_k}

    Parameters
    ----------
    probabilities, labels, axis
        As for :func:`kl_divergence`.

    Examples
    --------
    >>> kl_divergence_grad([0.5, 0.5], [1.0, 0.0])
    array([-2.,  0.])
    """
    check_distributions("probabilities", probabilities, axis)
    check_distributions("labels", labels, axis)
    return _minus_quotient(labels, probabilities)


@loss_over_axis
def categorical_cross_entropy(
    probabilities: ArrayLike, labels: ArrayLike, *, axis: int = -1
) -> Floats:
    r"""Cross-entropy of predicted probabilities, against labels that are distributions.

    .. math:: H(y, p) = -\sum_k y_k \log p_k, \qquad 0 \log 0 = 0

    Where logits are at hand, use :func:`softmax_cross_entropy`: a probability has lost the digits
    that a confident mistake is made of.

    Parameters
    ----------
    probabilities : array_like
        Predicted distributions p along `axis`.
    labels : array_like
        True distributions y, one-hot or soft, in the shape of `probabilities`.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        One loss a sample, in nats; ∞ where p rules out what can happen.

    Raises
    ------
    ValueError
        As :func:`kl_divergence`.

    Notes
    -----
    PyTorch: none; ``-(labels * probabilities.log()).sum(axis)``, which is NaN for 0 log 0.

    References
    ----------
    I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> probabilities = [[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]]
    >>> categorical_cross_entropy(probabilities, np.eye(3)[[0, 2]]).round(4)
    array([0.3567, 2.3026])
    """
    check_distributions("probabilities", probabilities, axis)
    check_distributions("labels", labels, axis)
    return weighted(labels, -np.log(probabilities)).sum(axis=axis)


@loss_over_axis
def categorical_cross_entropy_grad(
    probabilities: ArrayLike, labels: ArrayLike, *, axis: int = -1
) -> Floats:
    r"""Derivative of :func:`categorical_cross_entropy` in the probabilities, each on its own.

    .. math:: \frac{\partial H}{\partial p_k} = -\frac{y_k}{p_k}

    Parameters
    ----------
    probabilities, labels, axis
        As for :func:`categorical_cross_entropy`.

    Examples
    --------
    >>> categorical_cross_entropy_grad([0.5, 0.25, 0.25], [0, 1, 0])
    array([ 0., -4.,  0.])
    """
    check_distributions("probabilities", probabilities, axis)
    check_distributions("labels", labels, axis)
    return _minus_quotient(labels, probabilities)


@elementwise_loss
def binary_cross_entropy(probabilities: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Binary cross-entropy of predicted probabilities: the log loss.

    .. math:: \ell(p, y) = -y \log p - (1 - y) \log(1 - p), \qquad 0 \log 0 = 0

    Where logits are at hand, use :func:`binary_cross_entropy_with_logits`: near 1, a probability
    has lost the digits that a confident mistake is made of.

    Parameters
    ----------
    probabilities : array_like
        Predicted probabilities of class 1.
    labels : array_like
        0 or 1, or a probability between, in the shape of `probabilities`, or a single one.

    Returns
    -------
    ndarray
        One loss an entry, in nats; ∞ where p rules out what can happen.

    Raises
    ------
    ValueError
        If the shapes differ, or an entry is no probability.

    Notes
    -----
    PyTorch: ``torch.nn.functional.binary_cross_entropy(probabilities, labels, reduction="none")``,
    which lets no logarithm fall below −100.

    References
    ----------
    I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> binary_cross_entropy([0.9, 0.9, 0.0], [1, 0, 0]).round(4)
    array([0.1054, 2.3026, 0.    ])
    """
    check_probabilities("probabilities", probabilities)
    check_probabilities("labels", labels)
    if_one = weighted(labels, -np.log(probabilities))
    return if_one + weighted(1.0 - labels, -np.log1p(-probabilities))


@elementwise_loss
def binary_cross_entropy_grad(probabilities: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`binary_cross_entropy` in the probabilities.

    .. math:: \frac{\partial \ell}{\partial p} = \frac{p - y}{p \, (1 - p)}
              = \frac{1 - y}{1 - p} - \frac{y}{p}

    Parameters
    ----------
    probabilities, labels
        As for :func:`binary_cross_entropy`.

    Examples
    --------
    >>> binary_cross_entropy_grad([0.5, 0.75, 0.0], [1, 0, 0])
    array([-2.,  4.,  1.])
    """
    check_probabilities("probabilities", probabilities)
    check_probabilities("labels", labels)
    spread = probabilities * (1.0 - probabilities)
    # The second form is for probabilities 0 and 1, the first is better where p is near y.
    at_ends = weighted(1.0 - labels, 1.0 / (1.0 - probabilities)) - weighted(
        labels, 1.0 / probabilities
    )
    return np.where(spread > 0.0, (probabilities - labels) / spread, at_ends)


def _minus_quotient(labels: Floats, probabilities: Floats) -> Floats:
    """−y/p, where 0/0 is 0."""
    return 0.0 - labels / (probabilities + (labels == 0.0))


@loss_over_axis
def brier_score(probabilities: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Brier score: squared distance between predicted and true distribution, from 0 to 2.

    .. math:: \ell(p, y) = \sum_k (p_k - y_k)^2

    Parameters
    ----------
    probabilities, labels, axis
        As for :func:`categorical_cross_entropy`.

    Returns
    -------
    ndarray
        One score a sample.

    Raises
    ------
    ValueError
        As :func:`kl_divergence`.

    Notes
    -----
    PyTorch: none; ``(probabilities - labels).square().sum(axis)``. For two classes scikit-learn's
    ``brier_score_loss`` counts one of them only, and is half of this.

    References
    ----------
    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review 78, 1950.

    Examples
    --------
    >>> brier_score([[0.75, 0.25], [0.75, 0.25]], [[1, 0], [0, 1]])
    array([0.125, 1.125])
    """
    check_distributions("probabilities", probabilities, axis)
    check_distributions("labels", labels, axis)
    difference = probabilities - labels
    return (difference * difference).sum(axis=axis)


@loss_over_axis
def brier_score_grad(probabilities: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Derivative of :func:`brier_score` in the probabilities, each on its own.

    .. math:: \frac{\partial \ell}{\partial p_k} = 2 (p_k - y_k)

    Parameters
    ----------
    probabilities, labels, axis
        As for :func:`brier_score`.

    Examples
    --------
    >>> brier_score_grad([0.75, 0.25], [1, 0])
    array([-0.5,  0.5])
    """
    check_distributions("probabilities", probabilities, axis)
    check_distributions("labels", labels, axis)
    return 2.0 * (probabilities - labels)


@loss_over_axis
def smooth_labels(labels: ArrayLike, *, epsilon: float = 0.1, axis: int = -1) -> Floats:
    r"""Label smoothing: move a share ε of every label to the uniform distribution.

    .. math:: \tilde y_k = (1 - \varepsilon) \, y_k + \frac{\varepsilon}{K}

    Parameters
    ----------
    labels : array_like
        Distributions, one-hot as a rule, along `axis`: of numbers of classes make
        ``np.eye(classes)[labels]`` first.
    epsilon : float
        The share, between 0 and 1.
    axis : int
        The axis of the K classes.

    Returns
    -------
    ndarray
        Distributions, in the shape and float dtype of `labels`.

    Raises
    ------
    ValueError
        If `labels` are no distributions, or `epsilon` is out of range.

    Notes
    -----
    PyTorch: ``torch.nn.functional.cross_entropy(..., label_smoothing=epsilon)`` smooths inside,
    by 0 unless told.

    References
    ----------
    C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna, "Rethinking the Inception
    architecture for computer vision", CVPR 2016.

    Examples
    --------
    >>> smooth_labels([0, 1, 0, 0], epsilon=0.2)
    array([0.05, 0.85, 0.05, 0.05])
    """
    epsilon = check_between("epsilon", epsilon, 0.0, 1.0)
    check_distributions("labels", labels, axis)
    return (1.0 - epsilon) * labels + epsilon / labels.shape[axis]
