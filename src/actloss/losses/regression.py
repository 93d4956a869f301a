r"""Losses for predicted numbers: one loss a prediction, and the caller takes the mean.

Each loss stands beside its derivative in the predictions, ``<name>_grad``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_between, check_positive
from actloss.losses.arguments import elementwise_loss
from actloss.numerics import clip, log1p, polynomial

__all__ = [
    "absolute_error",
    "absolute_error_grad",
    "huber_loss",
    "huber_loss_grad",
    "log_cosh_loss",
    "log_cosh_loss_grad",
    "quantile_loss",
    "quantile_loss_grad",
    "squared_error",
    "squared_error_grad",
]

LOG_2 = 0.6931471805599453


@elementwise_loss
def squared_error(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Squared error; its mean is the MSE.

    .. math:: \ell(\hat y, y) = (\hat y - y)^2

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers, of one shape; `targets` may be a single number.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `predictions` and the square of their unit.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    PyTorch: ``torch.nn.functional.mse_loss(predictions, targets, reduction="none")``, whose
    default ``reduction="mean"`` takes the mean.

    References
    ----------
    C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006.

    Examples
    --------
    >>> squared_error([1.0, 2.5], [1.0, 4.0])
    array([0.  , 2.25])
    """
    error = predictions - targets
    return error * error


@elementwise_loss
def squared_error_grad(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Derivative of :func:`squared_error` in the predictions: it grows with the error.

    .. math:: \frac{\partial \ell}{\partial \hat y} = 2 (\hat y - y)

    Parameters
    ----------
    predictions, targets
        As for :func:`squared_error`.

    Examples
    --------
    >>> squared_error_grad([1.0, 2.5], [1.0, 4.0])
    array([ 0., -3.])
    """
    return 2.0 * (predictions - targets)


@elementwise_loss
def absolute_error(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Absolute error; its mean is the MAE.

    .. math:: \ell(\hat y, y) = |\hat y - y|

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers, of one shape; `targets` may be a single number.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype and the unit of `predictions`.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    PyTorch: ``torch.nn.functional.l1_loss(predictions, targets, reduction="none")``, whose
    default ``reduction="mean"`` takes the mean.

    References
    ----------
    R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978.

    Examples
    --------
    >>> absolute_error([1.0, 2.5], [1.0, 4.0])
    array([0. , 1.5])
    """
    return np.abs(predictions - targets)


@elementwise_loss
def absolute_error_grad(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Derivative of :func:`absolute_error` in the predictions; at the kink, ŷ = y, it is 0.

    .. math:: \frac{\partial \ell}{\partial \hat y} = \operatorname{sign}(\hat y - y)

    Parameters
    ----------
    predictions, targets
        As for :func:`absolute_error`.

    Examples
    --------
    >>> absolute_error_grad([1.0, 2.5], [1.0, 4.0])
    array([ 0., -1.])
    """
    return np.sign(predictions - targets)


@elementwise_loss
def huber_loss(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> Floats:
    r"""Huber loss: quadratic for errors up to δ, linear beyond, with no corner between.

    .. math:: \ell(\hat y, y) = \begin{cases}
              \frac{1}{2} (\hat y - y)^2 & |\hat y - y| \le \delta \\
              \delta \left(|\hat y - y| - \frac{\delta}{2}\right) & \text{otherwise}
              \end{cases}

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers, of one shape; `targets` may be a single number.
    delta : float
        Where the loss becomes linear, in the unit of `predictions`; above 0.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `predictions` and the square of their unit.

    Raises
    ------
    ValueError
        If the shapes differ, or `delta` is not finite and above 0.

    Notes
    -----
    PyTorch: ``torch.nn.functional.huber_loss(predictions, targets, delta=delta,
    reduction="none")``, also 1 by default. ``smooth_l1_loss`` is the same divided by its beta.
    A difference beyond the largest float counts as ∞.

    References
    ----------
    P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35,
    1964.

    Examples
    --------
    >>> huber_loss([0.5, 3.0], [0.0, 0.0])
    array([0.125, 2.5  ])
    """
    delta = check_positive("delta", delta)
    distance = np.abs(predictions - targets)
    quadratic = clip(distance, 0.0, delta)
    return 0.5 * quadratic * quadratic + delta * (distance - quadratic)


@elementwise_loss
def huber_loss_grad(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> Floats:
    r"""Derivative of :func:`huber_loss` in the predictions: the error, but at most δ.

    .. math:: \frac{\partial \ell}{\partial \hat y} = \max(-\delta, \min(\hat y - y, \delta))

    Parameters
    ----------
    predictions, targets, delta
        As for :func:`huber_loss`.

    Examples
    --------
    >>> huber_loss_grad([0.5, 3.0], [0.0, 0.0])
    array([0.5, 1. ])
    """
    delta = check_positive("delta", delta)
    return clip(predictions - targets, -delta, delta)


@elementwise_loss
def log_cosh_loss(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Log-cosh loss: nearly half the squared error when small, nearly the absolute when large.

    .. math:: \ell(\hat y, y) = \log \cosh(\hat y - y)

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers, of one shape; `targets` may be a single number.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype of `predictions`.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    PyTorch: none; as written, ``torch.log(torch.cosh(predictions - targets))``, it is infinite
    from errors of 711 on and 0 below 1e-8. Here errors e below 1 go through
    :math:`\cosh e - 1 = (e^{|e|} - 1)^2 / (2 e^{|e|})`, and larger ones through
    :math:`|e| - \log 2 + \log(1 + e^{-2|e|})`.

    References
    ----------
    R. A. Saleh and A. K. M. E. Saleh, "Statistical properties of the log-cosh loss function used
    in machine learning", arXiv:2208.04564, 2022.

    Examples
    --------
    >>> log_cosh_loss([1e-5, 1000.0], [0.0, 0.0])
    array([5.00000000e-11, 9.99306853e+02])
    """
    distance = np.abs(predictions - targets)
    near = log_cosh_near_zero(clip(distance, 0.0, 1.0))
    far = distance - LOG_2 + log1p(np.exp(-2.0 * distance))
    return near * (distance < 1.0) + far * (distance >= 1.0)


def log_cosh_near_zero(x: Floats) -> Floats:
    """log cosh(x) for 0 ≤ x ≤ 1, with all its digits."""
    return (
        log_cosh_by_growth(x)
        if x.dtype == np.float64
        else x * x * polynomial(LOG_COSH_COEFFICIENTS, x * x)
    )


def log_cosh_by_growth(x: Floats) -> Floats:
    """log_cosh_near_zero in float64."""
    growth = np.expm1(x)
    return np.log1p(growth * growth / (2.0 + 2.0 * growth))


# log cosh(x) / x² as a polynomial in x² for 0 ≤ x ≤ 1: relative error 8e-9, for float32.
LOG_COSH_COEFFICIENTS = (
    8.786553371464834e-05,
    -0.0005604042671620846,
    0.002082521328702569,
    -0.0067135002464056015,
    0.02221744880080223,
    -0.0833330973982811,
    0.5,
)


@elementwise_loss
def log_cosh_loss_grad(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Derivative of :func:`log_cosh_loss` in the predictions.

    .. math:: \frac{\partial \ell}{\partial \hat y} = \tanh(\hat y - y)

    Parameters
    ----------
    predictions, targets
        As for :func:`log_cosh_loss`.

    Examples
    --------
    >>> log_cosh_loss_grad([0.5, 1000.0], [0.0, 0.0]).round(4)
    array([0.4621, 1.    ])
    """
    return np.tanh(predictions - targets)


@elementwise_loss
def quantile_loss(predictions: ArrayLike, targets: ArrayLike, *, quantile: float = 0.5) -> Floats:
    r"""Quantile (pinball) loss: smallest, on average, at the given quantile of the targets.

    .. math:: \ell(\hat y, y) = q \max(y - \hat y, 0) + (1 - q) \max(\hat y - y, 0)

    Parameters
    ----------
    predictions, targets : array_like
        Real numbers, of one shape; `targets` may be a single number.
    quantile : float
        q, between 0.001 and 0.999. At 0.9, a prediction too low costs nine times as much as one
        too high; at 0.5 the loss is half the absolute error.

    Returns
    -------
    ndarray
        One loss an entry, in the float dtype and the unit of `predictions`.

    Raises
    ------
    ValueError
        If the shapes differ, or `quantile` is out of range.

    Notes
    -----
    PyTorch: none; ``torch.maximum(quantile * (targets - predictions), (quantile - 1) * (targets -
    predictions))``. A difference beyond the largest float counts as ∞.

    References
    ----------
    R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978.

    Examples
    --------
    >>> quantile_loss([4.0, 6.0], [5.0, 5.0], quantile=0.75)
    array([0.75, 0.25])
    """
    quantile = check_between("quantile", quantile, 0.001, 0.999)
    error = predictions - targets
    return np.maximum(-quantile * error, (1.0 - quantile) * error)


@elementwise_loss
def quantile_loss_grad(
    predictions: ArrayLike, targets: ArrayLike, *, quantile: float = 0.5
) -> Floats:
    r"""Derivative of :func:`quantile_loss` in the predictions; at the kink, ŷ = y, it is ½ − q.

    .. math:: \frac{\partial \ell}{\partial \hat y} = \begin{cases}
              -q & \hat y < y \\ 1 - q & \hat y > y \end{cases}

    Parameters
    ----------
    predictions, targets, quantile
        As for :func:`quantile_loss`.

    Examples
    --------
    >>> quantile_loss_grad([4.0, 6.0], [5.0, 5.0], quantile=0.75)
    array([-0.75,  0.25])
    """
    quantile = check_between("quantile", quantile, 0.001, 0.999)
    return (0.5 * np.sign(predictions - targets) + 0.5) - quantile
