r"""Second derivatives of the element-wise losses, in the first argument: ``<name>_hess``.

How a loss curves: where it is 0 or below, Newton's method has no step to take, and gradient
descent's best rate is the inverse of the largest one. For a linear model with features x, a
sample's Hessian is this number times x xᵀ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import (
    Floats,
    check_between,
    check_non_negative,
    check_positive,
    check_scale,
)
from actloss.losses.arguments import (
    check_counts,
    check_distances,
    check_probabilities,
    check_signs,
    check_zero_or_one,
    elementwise_loss,
)
from actloss.losses.logits import sigmoid_power
from actloss.numerics import clip, finite_part, is_positive, product_error, square_of_one_plus

__all__ = [
    "absolute_error_hess",
    "binary_cross_entropy_hess",
    "binary_cross_entropy_with_logits_hess",
    "cauchy_loss_hess",
    "contrastive_loss_hess",
    "focal_loss_hess",
    "gaussian_nll_loss_hess",
    "hinge_loss_hess",
    "huber_loss_hess",
    "log_cosh_loss_hess",
    "logistic_loss_hess",
    "margin_ranking_loss_hess",
    "perceptron_loss_hess",
    "poisson_nll_loss_hess",
    "preference_loss_hess",
    "quantile_loss_hess",
    "squared_error_hess",
    "squared_hinge_loss_hess",
    "tukey_loss_hess",
    "zero_one_loss_hess",
]


@elementwise_loss
def squared_error_hess(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Second derivative of :func:`squared_error` in the predictions: the same
    everywhere.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = 2

    Parameters
    ----------
    predictions, targets
        As for :func:`squared_error`.

    Examples
    --------
    >>> squared_error_hess([1.0, 2.5], [1.0, 4.0])
    array([2., 2.])
    """
    return 2.0 + 0.0 * np.sign(predictions - targets)  # NaN stays


@elementwise_loss
def absolute_error_hess(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Second derivative of :func:`absolute_error` in the predictions: 0, but for the kink.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = 0

    Parameters
    ----------
    predictions, targets
        As for :func:`absolute_error`.

    Examples
    --------
    >>> absolute_error_hess([1.0, 2.5], [1.0, 4.0])
    array([0., 0.])
    """
    return 0.0 * np.abs(np.sign(predictions - targets))  # NaN stays


@elementwise_loss
def huber_loss_hess(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> Floats:
    r"""Second derivative of :func:`huber_loss` in the predictions: 1 up to δ, 0 beyond.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = \begin{cases}
              1 & |\hat y - y| \le \delta \\
              0 & \text{otherwise} \end{cases}

    Parameters
    ----------
    predictions, targets, delta
        As for :func:`huber_loss`.

    Examples
    --------
    >>> huber_loss_hess([0.5, 3.0], [0.0, 0.0])
    array([1., 0.])
    """
    delta = check_positive("delta", delta)
    return 1.0 - is_positive(np.abs(predictions - targets) - delta)


@elementwise_loss
def log_cosh_loss_hess(predictions: ArrayLike, targets: ArrayLike) -> Floats:
    r"""Second derivative of :func:`log_cosh_loss` in the predictions.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = \frac{1}{\cosh^2(\hat y - y)}

    Parameters
    ----------
    predictions, targets
        As for :func:`log_cosh_loss`.

    Examples
    --------
    >>> log_cosh_loss_hess([0.0, 1.0], [0.0, 0.0])
    array([1.        , 0.41997434])
    """
    e = np.exp(-2.0 * np.abs(predictions - targets))
    return 4.0 * e / square_of_one_plus(e)


@elementwise_loss
def quantile_loss_hess(
    predictions: ArrayLike, targets: ArrayLike, *, quantile: float = 0.5
) -> Floats:
    r"""Second derivative of :func:`quantile_loss` in the predictions: 0, but for the kink.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = 0

    Parameters
    ----------
    predictions, targets, quantile
        As for :func:`quantile_loss`.

    Examples
    --------
    >>> quantile_loss_hess([4.0, 6.0], [5.0, 5.0], quantile=0.75)
    array([0., 0.])
    """
    check_between("quantile", quantile, 0.001, 0.999)
    return 0.0 * np.abs(np.sign(predictions - targets))  # NaN stays


@elementwise_loss
def cauchy_loss_hess(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 1.0) -> Floats:
    r"""Second derivative of :func:`cauchy_loss` in the predictions: below 0 from δ on.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = \frac{1 - u^2}{(1 + u^2)^2},
              \qquad u = \frac{\hat y - y}{\delta}

    Parameters
    ----------
    predictions, targets, delta
        As for :func:`cauchy_loss`.

    Examples
    --------
    >>> cauchy_loss_hess([0.0, 2.0, 100.0], [0.0, 0.0, 0.0]).round(4)
    array([ 1.0e+00, -1.2e-01, -1.0e-04])
    """
    delta = check_scale("delta", delta)
    distance = np.abs(predictions - targets)
    near = clip(distance, 0.0, delta) / delta
    far = clip(delta / distance, 0.0, 1.0)  # 1/u
    squares = square_of_one_plus(near * far * near * far)
    # (δ − |e|)/δ or (|e| − δ)/|e|: each is exact where it is small.
    inside = (1.0 + near) * clip((delta - distance) / delta, 0.0, 1.0)
    farther = finite_part(distance)
    outside = (1.0 + far) * far * far * clip((farther - delta) / farther, 0.0, 1.0)
    return np.where(distance <= delta, inside, -outside) / squares


@elementwise_loss
def tukey_loss_hess(predictions: ArrayLike, targets: ArrayLike, *, delta: float = 4.685) -> Floats:
    r"""Second derivative of :func:`tukey_loss` in the predictions: 0 from δ on.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = \begin{cases}
              (1 - u^2)(1 - 5 u^2) & |u| \le 1 \\
              0 & \text{otherwise} \end{cases} \qquad u = \frac{\hat y - y}{\delta}

    Parameters
    ----------
    predictions, targets, delta
        As for :func:`tukey_loss`.

    Examples
    --------
    >>> tukey_loss_hess([0.0, 2.0, 100.0], [0.0, 0.0, 0.0], delta=3.0).round(4)
    array([ 1.   , -0.679,  0.   ])
    """
    delta = check_scale("delta", delta)
    inside = clip(np.abs(predictions - targets), 0.0, delta)
    ratio = inside / delta
    return 0.0 + (delta - inside) / delta * (1.0 + ratio) * (1.0 - 5.0 * (ratio * ratio))


@elementwise_loss
def poisson_nll_loss_hess(log_rates: ArrayLike, counts: ArrayLike) -> Floats:
    r"""Second derivative of :func:`poisson_nll_loss` in the log-rates: the rate.

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = e^z

    Parameters
    ----------
    log_rates, counts
        As for :func:`poisson_nll_loss`.

    Examples
    --------
    >>> poisson_nll_loss_hess([0.0, 1.0], [3, 3]).round(4)
    array([1.    , 2.7183])
    """
    check_counts("counts", counts)
    return np.exp(log_rates) + 0.0 * counts  # NaN stays


@elementwise_loss
def gaussian_nll_loss_hess(
    means: ArrayLike, targets: ArrayLike, log_variances: ArrayLike
) -> Floats:
    r"""Second derivative of :func:`gaussian_nll_loss` in the means: one over the
    variance, the precision.

    .. math:: \frac{\partial^2 \ell}{\partial \hat y^2} = e^{-s}

    Parameters
    ----------
    means, targets, log_variances
        As for :func:`gaussian_nll_loss`.

    Examples
    --------
    >>> gaussian_nll_loss_hess([0.0, 0.0], [3.0, 3.0], [0.0, 2.0]).round(4)
    array([1.    , 0.1353])
    """
    return np.exp(-log_variances) + 0.0 * np.sign(means - targets)  # NaN stays


@elementwise_loss
def zero_one_loss_hess(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`zero_one_loss` in the logits: 0, but for the kink.

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = 0

    Parameters
    ----------
    logits, labels
        As for :func:`zero_one_loss`.

    Examples
    --------
    >>> zero_one_loss_hess([2.0, -0.5], [1, 1])
    array([0., 0.])
    """
    check_signs("labels", labels)
    return 0.0 * np.abs(np.sign(labels * logits))  # NaN stays


@elementwise_loss
def perceptron_loss_hess(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`perceptron_loss` in the logits: 0, but for the kink.

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = 0

    Parameters
    ----------
    logits, labels
        As for :func:`perceptron_loss`.

    Examples
    --------
    >>> perceptron_loss_hess([2.0, -0.5], [1, 1])
    array([0., 0.])
    """
    check_signs("labels", labels)
    return 0.0 * np.abs(np.sign(labels * logits))  # NaN stays


@elementwise_loss
def hinge_loss_hess(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`hinge_loss` in the logits: 0, but for the kink.

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = 0

    Parameters
    ----------
    logits, labels
        As for :func:`hinge_loss`.

    Examples
    --------
    >>> hinge_loss_hess([2.0, -0.5], [1, 1])
    array([0., 0.])
    """
    check_signs("labels", labels)
    return 0.0 * np.abs(np.sign(labels * logits))  # NaN stays


@elementwise_loss
def squared_hinge_loss_hess(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`squared_hinge_loss` in the logits: 2 within the margin.

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = \begin{cases}
              2 & y z < 1 \\ 0 & y z > 1 \end{cases}

    Parameters
    ----------
    logits, labels
        As for :func:`squared_hinge_loss`.

    Examples
    --------
    >>> squared_hinge_loss_hess([2.0, -0.5], [1, 1])
    array([0., 2.])
    """
    check_signs("labels", labels)
    return 2.0 * is_positive(1.0 - labels * logits)


@elementwise_loss
def logistic_loss_hess(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`logistic_loss` in the logits: p (1 − p).

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = \sigma(z) \, \sigma(-z)

    Parameters
    ----------
    logits, labels
        As for :func:`logistic_loss`.

    Examples
    --------
    >>> logistic_loss_hess([2.0, 0.0, -1000.0], [1, 1, 1]).round(4)
    array([0.105, 0.25 , 0.   ])
    """
    check_signs("labels", labels)
    return _logistic_density(labels * logits)


@elementwise_loss
def binary_cross_entropy_hess(probabilities: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`binary_cross_entropy` in the probabilities.

    .. math:: \frac{\partial^2 \ell}{\partial p^2} = \frac{y}{p^2} + \frac{1 - y}{(1 - p)^2}

    Parameters
    ----------
    probabilities, labels
        As for :func:`binary_cross_entropy`.

    Examples
    --------
    >>> binary_cross_entropy_hess([0.5, 0.25], [1, 1])
    array([ 4., 16.])
    """
    check_probabilities("probabilities", probabilities)
    check_probabilities("labels", labels)
    return _over_square(labels, probabilities) + _over_square(1.0 - labels, 1.0 - probabilities)


@elementwise_loss
def binary_cross_entropy_with_logits_hess(logits: ArrayLike, labels: ArrayLike) -> Floats:
    r"""Second derivative of :func:`binary_cross_entropy_with_logits` in the logits:
    p (1 − p), whatever the label.

    .. math:: \frac{\partial^2 \ell}{\partial z^2} = \sigma(z) \, \sigma(-z)

    Parameters
    ----------
    logits, labels
        As for :func:`binary_cross_entropy_with_logits`.

    Examples
    --------
    >>> binary_cross_entropy_with_logits_hess([2.0, 0.0, -1000.0], [1, 1, 1]).round(4)
    array([0.105, 0.25 , 0.   ])
    """
    check_probabilities("labels", labels)
    return _logistic_density(logits) + 0.0 * labels  # NaN stays


@elementwise_loss
def focal_loss_hess(logits: ArrayLike, labels: ArrayLike, *, gamma: float = 2.0) -> Floats:
    r"""Second derivative of :func:`focal_loss` in the logits: below 0 where it
    is not convex.

    .. math:: \frac{\partial^2 \ell}{\partial z^2}
              = q^\gamma \, p \, \bigl((1 + 2 \gamma) \, q + \gamma \, (q - \gamma p) \log p\bigr)
              \qquad p = p_y, \quad q = 1 - p_y

    Parameters
    ----------
    logits, labels, gamma
        As for :func:`focal_loss`.

    Examples
    --------
    >>> focal_loss_hess([2.0, 0.0, -2.0], [1, 1, 1]).round(4)
    array([0.0127, 0.3991, 0.1546])
    """
    gamma = check_between("gamma", gamma, 0.0, 100.0)
    check_zero_or_one("labels", labels)
    wrong_logit = (1.0 - 2.0 * labels) * logits
    e = np.exp(-np.abs(wrong_logit))
    minus_log_p = clip(wrong_logit, 0.0, 1e4) + np.log1p(e)  # 10 000 for ∞, as p is 0 there
    # q and p, both times 1 + e:
    wrong = np.maximum(e, wrong_logit >= 0.0)
    right = np.maximum(e, wrong_logit <= 0.0)
    slope = (1.0 + 2.0 * gamma) * wrong + gamma * minus_log_p * (gamma * right - wrong)
    return sigmoid_power(wrong_logit, e, gamma) * right * slope / square_of_one_plus(e)


@elementwise_loss
def preference_loss_hess(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Second derivative of :func:`preference_loss` in the chosen scores.

    .. math:: \frac{\partial^2 \ell}{\partial c^2}
              = \beta^2 \, \sigma\bigl(\beta (r - c)\bigr) \, \sigma\bigl(\beta (c - r)\bigr)

    Parameters
    ----------
    chosen, rejected, beta
        As for :func:`preference_loss`.

    Examples
    --------
    >>> preference_loss_hess([1.0, 0.0], [0.0, 1.0]).round(4)
    array([0.1966, 0.1966])
    """
    beta = check_between("beta", beta, 1e-100, 1e100)
    # exp magnifies the rounding of β times the difference, so that is given back.
    distance = clip(np.abs(chosen - rejected), 0.0, 1e4 / beta)
    e = np.exp(-beta * distance) * (1.0 - product_error(beta, distance))
    return beta * (beta * (e / square_of_one_plus(e)))


@elementwise_loss
def contrastive_loss_hess(
    distances: ArrayLike, labels: ArrayLike, *, margin: float = 1.0
) -> Floats:
    r"""Second derivative of :func:`contrastive_loss` in the distances.

    .. math:: \frac{\partial^2 \ell}{\partial d^2} = \begin{cases} 2 & y = 1 \text{ or } d < m \\
              0 & \text{otherwise} \end{cases}

    Parameters
    ----------
    distances, labels, margin
        As for :func:`contrastive_loss`.

    Examples
    --------
    >>> contrastive_loss_hess([0.5, 0.5, 2.0], [1, 0, 0])
    array([2., 2., 0.])
    """
    margin = check_non_negative("margin", margin)
    check_distances("distances", distances)
    check_zero_or_one("labels", labels)
    return 2.0 * np.maximum(labels, is_positive(margin - distances))


@elementwise_loss
def margin_ranking_loss_hess(
    chosen: ArrayLike, rejected: ArrayLike, *, margin: float = 1.0
) -> Floats:
    r"""Second derivative of :func:`margin_ranking_loss` in the chosen scores: 0, but
    for the kink.

    .. math:: \frac{\partial^2 \ell}{\partial c^2} = 0

    Parameters
    ----------
    chosen, rejected, margin
        As for :func:`margin_ranking_loss`.

    Examples
    --------
    >>> margin_ranking_loss_hess([3.0, 0.0], [1.0, 1.0])
    array([0., 0.])
    """
    check_non_negative("margin", margin)
    return 0.0 * np.abs(np.sign(chosen - rejected))  # NaN stays


def _logistic_density(logits: Floats) -> Floats:
    """σ(z) σ(−z)."""
    e = np.exp(-np.abs(logits))
    return e / square_of_one_plus(e)


def _over_square(weight: Floats, x: Floats) -> Floats:
    """weight / x², where 0 / 0 is 0; in two steps, as x² may be too small for a float."""
    quotient = weight / x / x
    return np.where((weight == 0.0) & (x == 0.0), 0.0, quotient)
