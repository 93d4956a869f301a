r"""Losses for predicted numbers whose outliers lose their pull, the further they lie away.

The Huber loss bounds what one target may pull with; these let the pull fall again. The price is
convexity: which minimum is found depends on where the search begins.
Each loss stands beside its derivative in the predictions, ``<name>_grad``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_scale
from actloss.losses.arguments import elementwise_loss
from actloss.numerics import clip

__all__ = ["cauchy_loss", "cauchy_loss_grad", "tukey_loss", "tukey_loss_grad"]

SMALLEST_SQUARE = 1e-30  # below it log(1 + v)/v is 1 in every dtype


@elementwise_loss
def cauchy_loss(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> Floats:
    r"""Cauchy (Lorentzian) loss: half the squared error when small, then only its logarithm.

    .. math:: \ell(\hat y, y) = \frac{\delta^2}{2}
              \log\left(1 + \left(\frac{\hat y - y}{\delta}\right)^2\right)

    Up to factor and constant it is the negative log-likelihood of noise with a Cauchy distribution
    of scale δ, whose tails are so heavy that it has no mean.

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers of one shape.
    delta : float
        The error at which the pull is largest, in the unit of `predictions`; between 1e-30 and
        1e30. On normal noise of deviation σ, 2.385 σ keeps 95 % of the squared error's efficiency.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `predictions` and the square of their unit.
        A difference beyond the
        largest float counts as ∞.

    Raises
    ------
    ValueError
        If the shapes do not fit, or `delta` is out of range.

    Notes
    -----
    PyTorch: none; ``delta**2 / 2 * torch.log1p(((predictions - targets) / delta) ** 2)``, where the
    square overflows. Here the logarithm of a quotient beyond all floats is twice that of its root.
    SciPy: ``least_squares(..., loss="cauchy", f_scale=delta)``.

    References
    ----------
    P. W. Holland and R. E. Welsch, "Robust regression using iteratively reweighted least-squares",
    Communications in Statistics - Theory and Methods 6, 1977.

    Examples
    --------
    >>> cauchy_loss([0.1, 1.0, 100.0], [0.0, 0.0, 0.0]).round(4)
    array([0.005 , 0.3466, 4.6052])
    """
    delta = check_scale("delta", delta)
    distance = np.abs(predictions - targets)
    ratio = distance / delta
    quadratic = clip(distance, 0.0, delta)
    square = clip(ratio * ratio, SMALLEST_SQUARE, 1.0)
    near = 0.5 * quadratic * quadratic * (np.log1p(square) / square)
    inverse = 1.0 / clip(ratio, 1.0, np.inf)
    root = clip(np.sqrt(distance) / delta**0.5, 1.0, np.inf)  # of a ratio that may be ∞
    log_square = np.where(
        ratio < np.inf, 2.0 * np.log(clip(ratio, 1.0, np.inf)), 4.0 * np.log(root)
    )
    far = 0.5 * delta * (delta * (log_square + np.log1p(inverse * inverse)))
    return np.where(ratio < 1.0, near, far)


@elementwise_loss
def cauchy_loss_grad(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> Floats:
    r"""Derivative of :func:`cauchy_loss` in the predictions: largest at δ, then it falls to 0.

    .. math:: \frac{\partial \ell}{\partial \hat y}
              = \frac{\hat y - y}{1 + \left(\frac{\hat y - y}{\delta}\right)^2}

    Parameters
    ----------
    predictions, targets, delta
        As for :func:`cauchy_loss`.

    Examples
    --------
    >>> cauchy_loss_grad([0.1, 1.0, 100.0], [0.0, 0.0, 0.0]).round(4)
    array([0.099, 0.5  , 0.01 ])
    """
    delta = check_scale("delta", delta)
    error = predictions - targets
    distance = np.abs(error)
    # e/(1 + e²/δ²) is the same for e and δ²/e: the lesser of the two, and its ratio to δ, serve.
    opposite = delta * (delta / distance)
    ratio = np.minimum(distance / delta, delta / distance)
    return np.sign(error) * np.minimum(distance, opposite) / (1.0 + ratio * ratio)


@elementwise_loss
def tukey_loss(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 4.685) -> Floats:
    r"""Tukey's biweight: beyond δ every error costs the same, so an outlier pulls no more.

    .. math:: \ell(\hat y, y) = \begin{cases}
              \frac{\delta^2}{6} \left(1 - \left(1 - u^2\right)^3\right) & |u| \le 1 \\
              \frac{\delta^2}{6} & \text{otherwise} \end{cases}
              \qquad u = \frac{\hat y - y}{\delta}

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers of one shape.
    delta : float
        The error from which on a target is given up, in the unit of `predictions`; between 1e-30
        and 1e30. On normal noise of deviation σ, 4.685 σ keeps 95 % of the squared error's
        efficiency.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `predictions` and the square of their unit: at
        most δ²/6, near 0 half the squared error.

    Raises
    ------
    ValueError
        If the shapes do not fit, or `delta` is out of range.

    Notes
    -----
    PyTorch: none. Here 1 − (1 − v)³, with v = u², is computed as v (3 − v (3 − v)).
    statsmodels: ``robust.norms.TukeyBiweight(c=delta).rho(predictions - targets)``.

    References
    ----------
    A. E. Beaton and J. W. Tukey, "The fitting of power series, meaning polynomials, illustrated on
    band-spectroscopic data", Technometrics 16, 1974.

    Examples
    --------
    >>> tukey_loss([0.1, 1.0, 100.0], [0.0, 0.0, 0.0], delta=3.0).round(4)
    array([0.005 , 0.4465, 1.5   ])
    """
    delta = check_scale("delta", delta)
    inside = clip(np.abs(predictions - targets), 0.0, delta)
    square = (inside / delta) * (inside / delta)
    return inside * inside * (3.0 - square * (3.0 - square)) / 6.0


@elementwise_loss
def tukey_loss_grad(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 4.685) -> Floats:
    r"""Derivative of :func:`tukey_loss` in the predictions: 0 from δ on.

    .. math:: \frac{\partial \ell}{\partial \hat y} = \begin{cases}
              (\hat y - y) \left(1 - u^2\right)^2 & |u| \le 1 \\
              0 & \text{otherwise} \end{cases}

    Parameters
    ----------
    predictions, targets, delta
        As for :func:`tukey_loss`.

    Examples
    --------
    >>> tukey_loss_grad([0.1, 1.0, 100.0], [0.0, 0.0, 0.0], delta=3.0).round(4)
    array([0.0998, 0.7901, 0.    ])
    """
    delta = check_scale("delta", delta)
    inside = clip(predictions - targets, -delta, delta)
    # δ − |e| is exact where it is small, 1 − u is not.
    remaining = (delta - inside) / delta * ((delta + inside) / delta)
    return inside * (remaining * remaining)
