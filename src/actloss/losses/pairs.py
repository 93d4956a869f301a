r"""Losses of two things at a time: how far apart they are, or which of them scores higher.

Each loss stands beside its derivative in its first argument, ``<name>_grad``. Distances and scores
are numbers, so these losses are element-wise; ``cosine_loss`` takes the two vectors themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_non_negative, every
from actloss.losses.arguments import (
    check_distances,
    check_zero_or_one,
    elementwise_loss,
    loss_over_axis,
)
from actloss.numerics import clip, finite_part, is_positive, positive_part

__all__ = [
    "contrastive_loss",
    "contrastive_loss_grad",
    "cosine_loss",
    "cosine_loss_grad",
    "margin_ranking_loss",
    "margin_ranking_loss_grad",
]


@elementwise_loss
def contrastive_loss(distances: ArrayLike, labels: ArrayLike, *, margin: float = 1.0) -> Floats:
    r"""Contrastive loss: what belongs together is to be near, the rest a margin away at least.

    .. math:: \ell(d, y) = y \, d^2 + (1 - y) \max(0, m - d)^2

    Parameters
    ----------
    distances : array_like
        d, at least 0, any shape: how far apart the two embeddings of each pair are.
    labels : array_like
        1 for a pair that belongs together, else 0; the shape of `distances`.
    margin : float
        m, in the unit of `distances`; at least 0. Pairs that do not belong together and lie
        farther apart are left alone.

    Returns
    -------
    ndarray
        One loss a pair, in the float dtype of `distances`.

    Raises
    ------
    ValueError
        If the shapes do not fit, a distance is below 0, a label is neither 0 nor 1, or `margin` is
        below 0 or not finite.

    Notes
    -----
    PyTorch: none; ``torch.where(labels == 1, distances, torch.relu(margin - distances)) ** 2``. Its
    ``hinge_embedding_loss`` squares neither, and wants labels of −1 and +1. The paper halves the
    squares.

    References
    ----------
    R. Hadsell, S. Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping",
    CVPR 2006.

    Examples
    --------
    >>> contrastive_loss([0.5, 0.5, 2.0], [1, 0, 0])
    array([0.25, 0.25, 0.  ])
    """
    margin = check_non_negative("margin", margin)
    check_distances("distances", distances)
    check_zero_or_one("labels", labels)
    wrong = np.where(labels == 1.0, distances, positive_part(margin - distances))
    return wrong * wrong + 0.0 * labels  # NaN of a label stays


@elementwise_loss
def contrastive_loss_grad(
    distances: ArrayLike, labels: ArrayLike, *, margin: float = 1.0
) -> Floats:
    r"""Derivative of :func:`contrastive_loss` in the distances.

    .. math:: \frac{\partial \ell}{\partial d} = 2 y \, d - 2 (1 - y) \max(0, m - d)

    Times the derivative of the distance, :math:`(u - v) / d` for :math:`d = \|u - v\|`, it is the
    gradient in an embedding u.

    Parameters
    ----------
    distances, labels, margin
        As for :func:`contrastive_loss`.

    Examples
    --------
    >>> contrastive_loss_grad([0.5, 0.5, 2.0], [1, 0, 0])
    array([ 1., -1.,  0.])
    """
    margin = check_non_negative("margin", margin)
    check_distances("distances", distances)
    check_zero_or_one("labels", labels)
    slope = np.where(labels == 1.0, 2.0 * distances, -2.0 * positive_part(margin - distances))
    return slope + 0.0 * labels


@elementwise_loss
def margin_ranking_loss(chosen: ArrayLike, rejected: ArrayLike, *, margin: float = 1.0) -> Floats:
    r"""Margin ranking loss: of two, the one that was chosen shall score higher, by a margin.

    .. math:: \ell(c, r) = \max\bigl(0, m - (c - r)\bigr)

    The hinge loss of the difference, as :func:`preference_loss` is its logistic loss.

    Parameters
    ----------
    chosen, rejected : array_like
        Scores of the two of each pair, of one shape.
    margin : float
        m, in the unit of the scores; at least 0.

    Returns
    -------
    ndarray
        One loss a pair, in the float dtype of `chosen`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or `margin` is below 0 or not finite.

    Notes
    -----
    PyTorch: ``torch.nn.functional.margin_ranking_loss(chosen, rejected, torch.ones_like(chosen),
    margin=margin, reduction="none")``, whose margin is 0 unless told: then equal scores for all
    cost nothing. Its third argument is −1 where the second is the one to score higher.

    References
    ----------
    R. Herbrich, T. Graepel and K. Obermayer, "Large margin rank boundaries for ordinal regression",
    Advances in Large Margin Classifiers, MIT Press, 2000.

    Examples
    --------
    >>> margin_ranking_loss([3.0, 1.5, 0.0], [1.0, 1.0, 1.0])
    array([0. , 0.5, 2. ])
    """
    margin = check_non_negative("margin", margin)
    return positive_part(margin - (chosen - rejected))


@elementwise_loss
def margin_ranking_loss_grad(
    chosen: ArrayLike, rejected: ArrayLike, *, margin: float = 1.0
) -> Floats:
    r"""Derivative of :func:`margin_ranking_loss` in the chosen scores; at the kink it is 0.

    .. math:: \frac{\partial \ell}{\partial c} = \begin{cases} -1 & c - r < m \\ 0 & c - r > m
              \end{cases}

    In the rejected ones it is the opposite.

    Parameters
    ----------
    chosen, rejected, margin
        As for :func:`margin_ranking_loss`.

    Examples
    --------
    >>> margin_ranking_loss_grad([3.0, 1.5, 0.0], [1.0, 1.0, 1.0])
    array([ 0., -1., -1.])
    """
    margin = check_non_negative("margin", margin)
    return 0.0 - is_positive(margin - (chosen - rejected))


@loss_over_axis
def cosine_loss(predictions: ArrayLike, targets: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Cosine loss: the angle between two vectors counts, their lengths do not.

    .. math:: \ell(u, v) = 1 - \cos(u, v) = 1 - \frac{u \cdot v}{\|u\| \, \|v\|}
              = \frac{1}{2} \left\| \frac{u}{\|u\|} - \frac{v}{\|v\|} \right\|^2

    The last form is the one computed: 1 − cos loses the digits of a small angle.

    Parameters
    ----------
    predictions, targets : array_like
        Vectors u and v along `axis`, of one shape.
    axis : int
        The axis of a vector's coordinates.

    Returns
    -------
    ndarray
        One loss a pair of vectors, from 0 (one direction) over 1 (a right angle) to 2 (opposite
        directions), in the float dtype of `predictions`. A vector of length 0 is at right angles to
        all.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is no such axis, or it is empty.

    Notes
    -----
    PyTorch: ``1 - torch.nn.functional.cosine_similarity(predictions, targets, dim=axis)``.
    ``cosine_embedding_loss`` is this loss where its label is 1, and max(0, cos − margin) where it
    is −1.

    References
    ----------
    J.-B. Grill et al., "Bootstrap your own latent: a new approach to self-supervised learning",
    NeurIPS 2020.

    Examples
    --------
    >>> predictions = [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
    >>> cosine_loss(predictions, [[5.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    array([0., 1., 2.])
    """
    u, u_scale, _ = _direction(predictions, axis)
    v, v_scale, _ = _direction(targets, axis)
    gap = u - v
    without_direction = np.add(u_scale == 0.0, v_scale == 0.0, dtype=gap.dtype)  # how many
    loss = 0.5 * ((gap * gap).sum(axis, keepdims=True) + without_direction)
    return clip(loss, 0.0, 2.0).squeeze(axis)


@loss_over_axis
def cosine_loss_grad(predictions: ArrayLike, targets: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Derivative of :func:`cosine_loss` in the predictions: at right angles to them.

    .. math:: \frac{\partial \ell}{\partial u} = \frac{\cos(u, v) \, \hat u - \hat v}{\|u\|},
              \qquad \hat u = \frac{u}{\|u\|}, \quad \hat v = \frac{v}{\|v\|}

    The longer the prediction, the less a step turns it. For a vector of length 0, which has no
    direction to turn, it is 0.

    Parameters
    ----------
    predictions, targets, axis
        As for :func:`cosine_loss`.

    Examples
    --------
    >>> cosine_loss_grad([[2.0, 0.0], [2.0, 0.0]], [[5.0, 0.0], [0.0, 2.0]])
    array([[ 0. ,  0. ],
           [ 0. , -0.5]])
    """
    u, scale, length = _direction(predictions, axis)
    v, _, _ = _direction(targets, axis)
    gap = u - v
    loss = 0.5 * (gap * gap).sum(axis=axis, keepdims=True)
    slope = gap - loss * u  # cos û − v̂, without the difference of what is nearly alike
    return np.where(scale == 0.0, 0.0, slope / length / scale)


def _direction(vectors: Floats, axis: int) -> tuple[Floats, Floats, Floats]:
    """Vectors of length 1, and the two factors of their former length, which may be no float.

    A vector of zeros stays one; ∞ is taken for the largest float.
    """
    scale = np.abs(vectors).max(axis, keepdims=True)
    if not every(np.isfinite(scale)):
        vectors, scale = finite_part(vectors), finite_part(scale)
    of_zeros = scale == 0.0
    shrunk = vectors / (scale + of_zeros)
    length = np.sqrt((shrunk * shrunk).sum(axis, keepdims=True)) + of_zeros
    return shrunk / length, scale, length
