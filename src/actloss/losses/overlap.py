r"""Losses of two regions that shall overlap: for segmentation, where most pixels are background.

A mean over pixels is small as soon as the background is right. These losses look at what the two
regions share, in proportion to their size. They take whole images, flat, along an axis; a pixel
that shall not count is 0 in both. Each loss stands beside its derivative in the probabilities,
``<name>_grad``.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_scale
from actloss.losses.arguments import check_probabilities, loss_over_axis

__all__ = ["dice_loss", "dice_loss_grad", "tversky_loss", "tversky_loss_grad"]

DICE = (0.5, 0.5)  # its α and β: the Tversky loss, doubled above and below the line


@loss_over_axis
def dice_loss(
    probabilities: ArrayLike, labels: ArrayLike, *, smoothing: float = 1.0, axis: int = -1
) -> Floats:
    r"""Dice loss: what share of the two regions lies in only one of them.

    .. math:: \ell(p, y) = 1 - \frac{2 \sum_i p_i y_i + s}{\sum_i p_i + \sum_i y_i + s}

    The Dice coefficient, also called F1 score, is 1 minus this loss for p of 0 and 1 and s = 0.

    Parameters
    ----------
    probabilities : array_like
        p, how sure the prediction is that each pixel belongs to the region; pixels along `axis`.
    labels : array_like
        y, which pixels do: 0 or 1, or a probability between; the shape of `probabilities`.
    smoothing : float
        s, between 1e-30 and 1e30, in pixels: it lets an empty region that is predicted so cost 0,
        and a few wrong pixels of it not everything.
    axis : int
        The axis of an image's pixels.

    Returns
    -------
    ndarray
        One loss an image, from 0 to 1, in the float dtype of `probabilities`.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is no probability, `smoothing` is out of range, or there
        is no such axis, or it is empty.

    Notes
    -----
    PyTorch: none; ``1 - (2 * (probabilities * labels).sum(axis) + smoothing) /
    (probabilities.sum(axis) + labels.sum(axis) + smoothing)``. Here 1 − a/b is computed as
    (b − a)/b, from terms of one sign. Milletari and others square the terms of the denominator.

    References
    ----------
    F. Milletari, N. Navab and S.-A. Ahmadi, "V-Net: fully convolutional neural networks for
    volumetric medical image segmentation", International Conference on 3D Vision, 2016.

    Examples
    --------
    >>> dice_loss([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[1, 0, 0], [1, 0, 0]])
    array([0.25, 0.5 ])
    """
    smoothing = check_scale("smoothing", smoothing)
    return _share_of_wrong(probabilities, labels, *DICE, 0.5 * smoothing, axis)


@loss_over_axis
def dice_loss_grad(
    probabilities: ArrayLike, labels: ArrayLike, *, smoothing: float = 1.0, axis: int = -1
) -> Floats:
    r"""Derivative of :func:`dice_loss` in the probabilities.

    .. math:: \frac{\partial \ell}{\partial p_i} = \frac{a - 2 y_i b}{b^2}, \qquad
              a = 2 \sum_i p_i y_i + s, \quad b = \sum_i p_i + \sum_i y_i + s

    Parameters
    ----------
    probabilities, labels, smoothing, axis
        As for :func:`dice_loss`.

    Examples
    --------
    >>> dice_loss_grad([1.0, 1.0, 0.0], [1, 0, 0]).round(4)
    array([-0.3125,  0.1875,  0.1875])
    """
    smoothing = check_scale("smoothing", smoothing)
    return _share_of_wrong_grad(probabilities, labels, *DICE, 0.5 * smoothing, axis)


@loss_over_axis
def tversky_loss(
    probabilities: ArrayLike,
    labels: ArrayLike,
    *,
    alpha: float = 0.3,
    beta: float = 0.7,
    smoothing: float = 1.0,
    axis: int = -1,
) -> Floats:
    r"""Tversky loss: a Dice loss that tells false alarms from misses.

    .. math:: \ell(p, y) = 1 - \frac{I + s}{I + \alpha A + \beta M + s}, \qquad
              I = \sum_i p_i y_i, \quad A = \sum_i p_i (1 - y_i), \quad M = \sum_i (1 - p_i) y_i

    I is what both regions share, A the false alarms, M what was missed. With α = β = ½ and half
    the smoothing it is the :func:`dice_loss`; with α = β = 1, one minus the Jaccard index (IoU).

    Parameters
    ----------
    probabilities, labels : array_like
        As for :func:`dice_loss`.
    alpha : float
        What a false alarm costs, between 1e-30 and 1e30.
    beta : float
        What a miss costs, between 1e-30 and 1e30: above α, the region grows rather too large.
    smoothing : float
        s, between 1e-30 and 1e30, in pixels.
    axis : int
        The axis of an image's pixels.

    Returns
    -------
    ndarray
        One loss an image, from 0 to 1, in the float dtype of `probabilities`.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is no probability, a parameter is out of range, or there
        is no such axis, or it is empty.

    Notes
    -----
    PyTorch: none; as the formula stands, with ``.sum(axis)``.

    References
    ----------
    S. S. M. Salehi, D. Erdogmus and A. Gholipour, "Tversky loss function for image segmentation
    using 3D fully convolutional deep networks", Machine Learning in Medical Imaging, 2017.

    Examples
    --------
    >>> tversky_loss([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[1, 0, 0], [1, 0, 0]]).round(4)
    array([0.1304, 0.4118])
    """
    alpha, beta = check_scale("alpha", alpha), check_scale("beta", beta)
    smoothing = check_scale("smoothing", smoothing)
    return _share_of_wrong(probabilities, labels, alpha, beta, smoothing, axis)


@loss_over_axis
def tversky_loss_grad(
    probabilities: ArrayLike,
    labels: ArrayLike,
    *,
    alpha: float = 0.3,
    beta: float = 0.7,
    smoothing: float = 1.0,
    axis: int = -1,
) -> Floats:
    r"""Derivative of :func:`tversky_loss` in the probabilities.

    .. math:: \frac{\partial \ell}{\partial p_i}
              = \frac{\bigl(\alpha (1 - y_i) - \beta y_i\bigr) (I + s) - w \, y_i}{(I + w + s)^2},
              \qquad w = \alpha A + \beta M

    Parameters
    ----------
    probabilities, labels, alpha, beta, smoothing, axis
        As for :func:`tversky_loss`.

    Examples
    --------
    >>> tversky_loss_grad([1.0, 1.0, 0.0], [1, 0, 0]).round(4)
    array([-0.3214,  0.1134,  0.1134])
    """
    alpha, beta = check_scale("alpha", alpha), check_scale("beta", beta)
    smoothing = check_scale("smoothing", smoothing)
    return _share_of_wrong_grad(probabilities, labels, alpha, beta, smoothing, axis)


def _share_of_wrong(
    probabilities: Floats,
    labels: Floats,
    alpha: float,
    beta: float,
    smoothing: float,
    axis: int,
) -> Floats:
    """w / (I + w + s), where w = αA + βM."""
    shared, wrong = _regions(probabilities, labels, alpha, beta, axis)
    return (wrong / (shared + wrong + smoothing)).squeeze(axis)


def _share_of_wrong_grad(
    probabilities: Floats,
    labels: Floats,
    alpha: float,
    beta: float,
    smoothing: float,
    axis: int,
) -> Floats:
    shared, wrong = _regions(probabilities, labels, alpha, beta, axis)
    total = shared + wrong + smoothing
    side = alpha * (1.0 - labels) - beta * labels
    # Divided twice: the square of the total may be no float.
    return (side * (shared + smoothing) - labels * wrong) / total / total


def _regions(
    probabilities: Floats, labels: Floats, alpha: float, beta: float, axis: int
) -> tuple[Floats, Floats]:
    """I and w, with an axis of length 1 in the place of `axis`."""
    check_probabilities("probabilities", probabilities)
    check_probabilities("labels", labels)
    shared = (probabilities * labels).sum(axis=axis, keepdims=True)
    alarms = (probabilities * (1.0 - labels)).sum(axis=axis, keepdims=True)
    missed = ((1.0 - probabilities) * labels).sum(axis=axis, keepdims=True)
    return shared, alpha * alarms + beta * missed
