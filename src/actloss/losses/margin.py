r"""Losses of the margin: by how much the right class leads.

For two classes, labelled −1 and +1, the margin is label times logit.

Each loss stands beside its derivative in the logits, ``<name>_grad``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.activations import sigmoid
from actloss.arguments import Floats, Integers
from actloss.losses.arguments import check_signs, elementwise_loss, loss_of_classes
from actloss.numerics import clip, entries_at, is_positive, log1p_exp, negative_part, positive_part

__all__ = [
    "hinge_loss",
    "hinge_loss_grad",
    "logistic_loss",
    "logistic_loss_grad",
    "multiclass_hinge_loss",
    "multiclass_hinge_loss_grad",
    "perceptron_loss",
    "perceptron_loss_grad",
    "squared_hinge_loss",
    "squared_hinge_loss_grad",
    "zero_one_loss",
    "zero_one_loss_grad",
]


@elementwise_loss
def zero_one_loss(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""0-1 loss: 1 for a mistake, 0 for a right answer; its mean is the error rate.

    .. math:: \ell(z, y) = \begin{cases} 1 & y z \le 0 \\ 0 & y z > 0 \end{cases}

    Parameters
    ----------
    logits : array_like
        Scores; the predicted class is their sign, and a score of 0 counts as a mistake.
    labels : array_like
        −1 or +1, in the shape of `logits`, or a single one.

    Returns
    -------
    ndarray
        One loss an entry, 0 or 1, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is neither −1 nor +1.

    Notes
    -----
    PyTorch: none, for it cannot be learned with; ``(logits * labels <= 0).to(logits.dtype)``.

    References
    ----------
    P. L. Bartlett, M. I. Jordan and J. D. McAuliffe, "Convexity, classification, and risk bounds",
    Journal of the American Statistical Association 101, 2006.

    Examples
    --------
    >>> zero_one_loss([0.01, 0.99, -0.5], [1, 1, 1])
    array([0., 0., 1.])
    """
    check_signs("labels", labels)
    return 1.0 - is_positive(labels * logits)


@elementwise_loss
def zero_one_loss_grad(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`zero_one_loss`: 0, which is why nothing can be learned from it.

    .. math:: \frac{\partial \ell}{\partial z} = 0

    At the jump there is no derivative; 0 is returned there too.

    Parameters
    ----------
    logits, labels
        As for :func:`zero_one_loss`.

    Examples
    --------
    >>> zero_one_loss_grad([0.01, 0.99, -0.5], [1, 1, 1])
    array([0., 0., 0.])
    """
    check_signs("labels", labels)
    return clip(labels * logits, 0.0, 0.0)  # 0 for every number, and NaN stays NaN


@elementwise_loss
def perceptron_loss(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Perceptron loss: a mistake costs its distance from the boundary.

    .. math:: \ell(z, y) = \max(0, -y z)

    Parameters
    ----------
    logits : array_like
        Scores, any shape.
    labels : array_like
        −1 or +1, in the shape of `logits`, or a single one.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is neither −1 nor +1.

    Notes
    -----
    PyTorch: none; ``torch.relu(-labels * logits)``.

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65, 1958.

    Examples
    --------
    >>> perceptron_loss([2.0, 0.5, -1.5], [1, 1, 1])
    array([0. , 0. , 1.5])
    """
    check_signs("labels", labels)
    return positive_part(-labels * logits)


@elementwise_loss
def perceptron_loss_grad(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`perceptron_loss` in the logits; at the kink, z = 0, it is 0.

    .. math:: \frac{\partial \ell}{\partial z}
              = \begin{cases} -y & y z < 0 \\ 0 & y z \ge 0 \end{cases}

    Parameters
    ----------
    logits, labels
        As for :func:`perceptron_loss`.

    Examples
    --------
    >>> perceptron_loss_grad([2.0, 0.0, -1.5], [1, 1, 1])
    array([ 0.,  0., -1.])
    """
    check_signs("labels", labels)
    return 0.0 - labels * is_positive(-labels * logits)


@elementwise_loss
def hinge_loss(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Hinge loss, of the support-vector machine: right is not enough, it wants a margin of 1.

    .. math:: \ell(z, y) = \max(0, 1 - y z)

    Parameters
    ----------
    logits, labels
        As for :func:`perceptron_loss`.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is neither −1 nor +1.

    Notes
    -----
    PyTorch: none; ``torch.relu(1 - labels * logits)``. Its ``hinge_embedding_loss`` is another
    function, of a distance.

    References
    ----------
    C. Cortes and V. Vapnik, "Support-vector networks", Machine Learning 20, 1995.

    Examples
    --------
    >>> hinge_loss([2.0, 0.5, -1.5], [1, 1, 1])
    array([0. , 0.5, 2.5])
    """
    check_signs("labels", labels)
    return positive_part(1.0 - labels * logits)


@elementwise_loss
def hinge_loss_grad(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`hinge_loss` in the logits; at the kink, y z = 1, it is 0.

    .. math:: \frac{\partial \ell}{\partial z}
              = \begin{cases} -y & y z < 1 \\ 0 & y z \ge 1 \end{cases}

    Parameters
    ----------
    logits, labels
        As for :func:`hinge_loss`.

    Examples
    --------
    >>> hinge_loss_grad([2.0, 1.0, -1.5], [1, 1, 1])
    array([ 0.,  0., -1.])
    """
    check_signs("labels", labels)
    return 0.0 - labels * is_positive(1.0 - labels * logits)


@elementwise_loss
def squared_hinge_loss(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Squared hinge loss: no kink, and large mistakes cost much more.

    .. math:: \ell(z, y) = \max(0, 1 - y z)^2

    Parameters
    ----------
    logits, labels
        As for :func:`perceptron_loss`.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is neither −1 nor +1.

    Notes
    -----
    PyTorch: none; ``torch.relu(1 - labels * logits).square()``.

    References
    ----------
    K.-W. Chang, C.-J. Hsieh and C.-J. Lin, "Coordinate descent method for large-scale L2-loss
    linear support vector machines", Journal of Machine Learning Research 9, 2008.

    Examples
    --------
    >>> squared_hinge_loss([2.0, 0.5, -1.5], [1, 1, 1])
    array([0.  , 0.25, 6.25])
    """
    check_signs("labels", labels)
    shortfall = positive_part(1.0 - labels * logits)
    return shortfall * shortfall


@elementwise_loss
def squared_hinge_loss_grad(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`squared_hinge_loss` in the logits.

    .. math:: \frac{\partial \ell}{\partial z} = -2 y \max(0, 1 - y z)

    Parameters
    ----------
    logits, labels
        As for :func:`squared_hinge_loss`.

    Examples
    --------
    >>> squared_hinge_loss_grad([2.0, 0.5, -1.5], [1, 1, 1])
    array([ 0., -1., -5.])
    """
    check_signs("labels", labels)
    return 2.0 * labels * negative_part(labels * logits - 1.0)


@elementwise_loss
def logistic_loss(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Logistic loss: binary cross-entropy for labels −1 and +1.

    .. math:: \ell(z, y) = \log\left(1 + e^{-y z}\right)

    Parameters
    ----------
    logits : array_like
        Logits of the class +1, any shape.
    labels : array_like
        −1 or +1, in the shape of `logits`, or a single one.

    Returns
    -------
    ndarray
        One loss an entry, in nats, in the float dtype of `logits`.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is neither −1 nor +1.

    Notes
    -----
    PyTorch: ``torch.nn.functional.soft_margin_loss(logits, labels, reduction="none")``, which
    overflows for margins below −709 (−88 in float32).

    References
    ----------
    D. R. Cox, "The regression analysis of binary sequences", Journal of the Royal Statistical
    Society B 20, 1958.

    Examples
    --------
    >>> logistic_loss([2.0, 0.0, -1000.0], [1, 1, 1]).round(4)
    array([1.269e-01, 6.931e-01, 1.000e+03])
    """
    check_signs("labels", labels)
    return log1p_exp(-labels * logits)


@elementwise_loss
def logistic_loss_grad(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Derivative of :func:`logistic_loss` in the logits.

    .. math:: \frac{\partial \ell}{\partial z} = -y \, \sigma(-y z)

    Parameters
    ----------
    logits, labels
        As for :func:`logistic_loss`.

    Examples
    --------
    >>> logistic_loss_grad([2.0, 0.0, -1000.0], [1, 1, 1]).round(4)
    array([-0.1192, -0.5   , -1.    ])
    """
    check_signs("labels", labels)
    return -labels * sigmoid(-labels * logits)


@loss_of_classes
def multiclass_hinge_loss(logits: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Hinge loss for several classes: the right one must lead every other by 1.

    .. math:: \ell(z, y) = \max\left(0, 1 + \max_{j \ne y} z_j - z_y\right)

    Parameters
    ----------
    logits : array_like
        Scores, with the classes along `axis`.
    labels : array_like of int
        The class of each sample, from 0, in the shape of `logits` without `axis`.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        One loss a sample, in the shape of `labels` and the float dtype of `logits`.

    Raises
    ------
    ValueError
        If `labels` has another shape, or holds anything else than numbers of classes, or there are
        fewer than two classes.

    Notes
    -----
    scikit-learn's ``hinge_loss`` is its mean. PyTorch's ``multi_margin_loss`` is another extension
    of the hinge: it adds the shortfalls to all other classes and divides by the number of classes.

    References
    ----------
    K. Crammer and Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector
    machines", Journal of Machine Learning Research 2, 2001.

    Examples
    --------
    >>> multiclass_hinge_loss([[3.0, 1.0, 0.0], [3.0, 1.0, 2.5]], [0, 2])
    array([0. , 1.5])
    """
    own = entries_at(labels, axis)
    strongest = _rivals(logits, own, axis).max(axis, keepdims=True)
    return positive_part(1.0 - _lead(logits[own], strongest)).squeeze(axis)


@loss_of_classes
def multiclass_hinge_loss_grad(logits: ArrayLike, labels: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Derivative of :func:`multiclass_hinge_loss` in the logits.

    .. math:: \frac{\partial \ell}{\partial z_k} = \begin{cases}
              -1 & k = y \\ +1 & k = \arg\max_{j \ne y} z_j \\ 0 & \text{otherwise}
              \end{cases}

    where the loss is above 0; elsewhere, and at the kink, it is 0. Of equal rivals, the first.

    Parameters
    ----------
    logits, labels, axis
        As for :func:`multiclass_hinge_loss`.

    Examples
    --------
    >>> multiclass_hinge_loss_grad([[3.0, 1.0, 0.0], [3.0, 1.0, 2.5]], [0, 2])
    array([[ 0.,  0.,  0.],
           [ 1.,  0., -1.]])
    """
    own = entries_at(labels, axis)
    rivals = _rivals(logits, own, axis)
    strongest = entries_at(rivals.argmax(axis, keepdims=True), axis)
    slope = is_positive(1.0 - _lead(logits[own], rivals[strongest]))
    gradient = np.zeros(logits.shape, logits.dtype)
    gradient[strongest] = slope
    gradient[own] = 0.0 - slope
    return gradient


def _lead(own: Floats, rival: Floats) -> Floats:
    """By how much the label's own logit is above its rival's: 0 if both are the same infinity."""
    return np.where(own == rival, 0.0, own - rival)


def _rivals(logits: Floats, own: tuple[Integers, ...], axis: int) -> Floats:
    """The logits, but for the labels' own."""
    if logits.shape[axis] < 2:
        raise ValueError(
            f"logits must have two classes or more along axis {axis}, but have shape {logits.shape}"
        )
    rivals = logits.copy()
    rivals[own] = -np.inf
    return rivals
