r"""Losses of classes that are directions: each logit is a cosine, and angles have a margin.

Each loss stands beside its derivative in the cosines, ``<name>_grad``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.arguments import Floats, Integers, check_between, check_scale
from actloss.losses.arguments import check_cosines, loss_of_classes
from actloss.losses.logits import cross_entropy_of_entries, cross_entropy_of_entries_grad
from actloss.numerics import clip, entries_at

__all__ = ["arcface_loss", "arcface_loss_grad"]


@loss_of_classes
def arcface_loss(
    cosines: ArrayLike,
    labels: ArrayLike,
    *,
    margin: float = 0.5,
    scale: float = 64.0,
    axis: int = -1,
) -> Floats:
    r"""ArcFace: softmax cross-entropy of cosines, whose right angle is made larger by a margin.

    .. math:: \ell(c, y) = -\log \frac{e^{s \cos(\theta_y + m)}}
              {e^{s \cos(\theta_y + m)} + \sum_{k \ne y} e^{s c_k}}, \qquad \theta_y = \arccos c_y

    Without the margin an embedding need only lie nearer to its own class than to others. With it,
    it must lie nearer by m radians, and so the classes draw together. Where the larger angle would
    exceed π, :math:`c_y - m \sin m` stands for its cosine, as in the authors' code: the cosine
    would rise again, and the gradient push the wrong way.

    Parameters
    ----------
    cosines : array_like
        c, the cosine of the angle between an embedding and each class's direction, with the classes
        along `axis`; from −1 to 1, and as far beyond (0.01) as rounded vectors may lead.
    labels : array_like of int
        The class of each sample, from 0, in the shape of `cosines` without `axis`.
    margin : float
        m, in radians, from 0 to 1.5.
    scale : float
        s, by which cosines become logits; between 1e-30 and 1e30.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray
        One loss a sample, in nats, in the float dtype of `cosines`.

    Raises
    ------
    ValueError
        If `labels` has another shape or holds anything else than numbers of classes, an entry is no
        cosine, a parameter is out of range, or there is no such axis, or it is empty.

    Notes
    -----
    PyTorch: none; ``torch.nn.functional.cross_entropy`` of the logits above. The cosines are
    ``torch.nn.functional.linear(torch.nn.functional.normalize(embeddings),
    torch.nn.functional.normalize(weights))``.

    References
    ----------
    J. Deng, J. Guo, N. Xue and S. Zafeiriou, "ArcFace: additive angular margin loss for deep face
    recognition", CVPR 2019.

    Examples
    --------
    >>> arcface_loss([[0.8, 0.5, 0.1]], [0], scale=8.0).round(4)
    array([1.1197])
    >>> arcface_loss([[0.8, 0.5, 0.1]], [0], margin=0.0, scale=8.0).round(4)
    array([0.0902])
    """
    margin, scale = check_between("margin", margin, 0.0, 1.5), check_scale("scale", scale)
    right = entries_at(labels, axis)
    logits, _, _ = _with_margin(cosines, right, margin, scale)
    return cross_entropy_of_entries(logits, right, axis)


@loss_of_classes
def arcface_loss_grad(
    cosines: ArrayLike,
    labels: ArrayLike,
    *,
    margin: float = 0.5,
    scale: float = 64.0,
    axis: int = -1,
) -> Floats:
    r"""Derivative of :func:`arcface_loss` in the cosines.

    .. math:: \frac{\partial \ell}{\partial c_k} = s \, (p_k - [k = y]) \cdot \begin{cases}
              \sin(\theta_y + m) / \sin \theta_y & k = y \\ 1 & k \ne y \end{cases}

    with p the softmax of the logits. At :math:`c_y = 1` the fraction has no limit; it is taken at
    the next smaller float.

    Parameters
    ----------
    cosines, labels, margin, scale, axis
        As for :func:`arcface_loss`.

    Examples
    --------
    >>> arcface_loss_grad([0.8, 0.5, 0.1], 0, scale=8.0).round(4)
    array([-8.1742,  5.178 ,  0.2111])
    """
    margin, scale = check_between("margin", margin, 0.0, 1.5), check_scale("scale", scale)
    right = entries_at(labels, axis)
    logits, own, sine = _with_margin(cosines, right, margin, scale)
    smallest = math.sqrt(np.finfo(own.dtype).epsneg * 2.0)  # of the float before 1
    slope = math.cos(margin) + own / clip(sine, smallest, 1.0) * math.sin(margin)
    gradient = scale * cross_entropy_of_entries_grad(logits, right, axis)
    gradient[right] *= np.where(_is_beyond(own, margin), 1.0, slope)
    return gradient


def _with_margin(
    cosines: Floats, right: tuple[Integers, ...], margin: float, scale: float
) -> tuple[Floats, Floats, Floats]:
    """The logits, and the cosines and the sines of the right classes."""
    check_cosines("cosines", cosines)
    cosines = clip(cosines, -1.0, 1.0)
    own = cosines[right]
    sine = np.sqrt((1.0 - own) * (1.0 + own))
    turned = own * math.cos(margin) - sine * math.sin(margin)
    instead = own - margin * math.sin(margin)
    logits = scale * cosines
    logits[right] = scale * np.where(_is_beyond(own, margin), instead, turned)
    return logits, own, sine


def _is_beyond(own: Floats, margin: float) -> NDArray[np.bool_]:
    """Whether θ + m > π."""
    return own < -math.cos(margin)
