r"""Negative log-likelihoods of counts, and of numbers whose noise is predicted, too.

A network puts out any real number; a rate and a variance are above 0. So both are predicted by
their logarithm, as a probability is by its logit. Each loss stands beside its derivative in its
first argument, ``<name>_grad``. Losses are in nats, without the terms that no prediction moves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats
from actloss.losses.arguments import check_counts, elementwise_loss
from actloss.numerics import clip

__all__ = [
    "gaussian_nll_loss",
    "gaussian_nll_loss_grad",
    "gaussian_nll_loss_log_variances_grad",
    "poisson_nll_loss",
    "poisson_nll_loss_grad",
]


@elementwise_loss
def poisson_nll_loss(log_rates: ArrayLike, counts: ArrayLike) -> Floats:
    r"""Poisson negative log-likelihood: for counts, whose variance is as large as their mean.

    .. math:: \ell(z, y) = e^z - y z

    The rate is :math:`e^z`. The likelihood :math:`e^{-\lambda} \lambda^y / y!` also has
    :math:`\log y!`, which no prediction moves: without it, the loss may be below 0.

    Parameters
    ----------
    log_rates : array_like
        z, the logarithm of the predicted mean count, any shape.
    counts : array_like
        y, at least 0 and finite, in the shape of `log_rates`; not only integers.

    Returns
    -------
    ndarray
        One loss an entry, in nats, in the float dtype of `log_rates`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a count is below 0 or infinite.

    Notes
    -----
    PyTorch: ``torch.nn.functional.poisson_nll_loss(log_rates, counts, reduction="none")``. With
    ``log_input=False`` it takes rates; ``full=True`` adds Stirling's approximation of log y!.
    Where both terms are nearly equal, the last digits are those of a rounded difference.

    References
    ----------
    P. McCullagh and J. A. Nelder, "Generalized linear models", Chapman and Hall, 1989.

    Examples
    --------
    >>> poisson_nll_loss([0.0, 1.0, 2.0], [3, 3, 3]).round(4)
    array([ 1.    , -0.2817,  1.3891])
    """
    check_counts("counts", counts)
    # The exponential is ∞ long before 10 000, and 0 · ∞ is to be 0.
    expected = counts * clip(log_rates, -np.inf, 1e4)
    expected = np.where(counts == 0.0, 0.0, expected)
    return np.exp(log_rates) - clip(expected, -np.inf, np.finfo(log_rates.dtype).max)


@elementwise_loss
def poisson_nll_loss_grad(log_rates: ArrayLike, counts: ArrayLike) -> Floats:
    r"""Derivative of :func:`poisson_nll_loss` in the log-rates: prediction minus count.

    .. math:: \frac{\partial \ell}{\partial z} = e^z - y

    Parameters
    ----------
    log_rates, counts
        As for :func:`poisson_nll_loss`.

    Examples
    --------
    >>> poisson_nll_loss_grad([0.0, 1.0, 2.0], [3, 3, 3]).round(4)
    array([-2.    , -0.2817,  4.3891])
    """
    check_counts("counts", counts)
    return np.exp(log_rates) - counts


@elementwise_loss
def gaussian_nll_loss(means: ArrayLike, targets: ArrayLike, log_variances: ArrayLike) -> Floats:
    r"""Gaussian negative log-likelihood: a prediction that says how uncertain it is.

    .. math:: \ell(\hat y, y, s) = \frac{s}{2} + \frac{(\hat y - y)^2}{2 e^s},
              \qquad s = \log \sigma^2

    An error costs less where the noise is said to be large, and saying so costs s/2. (The
    likelihood also has log(2π)/2, which no prediction moves.) At equal variances it is the squared
    error again.

    Parameters
    ----------
    means, targets : array_like
        Real numbers ŷ and y of one shape.
    log_variances : array_like
        s, the logarithm of the predicted variance, in the same shape: it may differ from sample to
        sample (heteroscedastic noise).

    Returns
    -------
    ndarray
        One loss an entry, in nats, in the float dtype of `means`; it may be below 0.
        A difference beyond the
        largest float counts as ∞.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.gaussian_nll_loss(means, targets, log_variances.exp(),
    reduction="none")``, which takes variances, and raises them to 1e-6 at least. Where both terms
    are nearly opposite, the last digits are those of a rounded difference.

    References
    ----------
    D. A. Nix and A. S. Weigend, "Estimating the mean and variance of the target probability
    distribution", IEEE International Conference on Neural Networks, 1994.

    Examples
    --------
    >>> gaussian_nll_loss([0.0, 0.0, 0.0], [3.0, 3.0, 3.0], [0.0, 2.0, 4.0]).round(4)
    array([4.5   , 1.609 , 2.0824])
    """
    deviations = _over_root(means - targets, log_variances)
    squares = deviations * deviations
    # An infinite square outweighs s/2 = −∞.
    return np.where(squares == np.inf, np.inf, 0.5 * log_variances + 0.5 * squares)


@elementwise_loss
def gaussian_nll_loss_grad(
    means: ArrayLike, targets: ArrayLike, log_variances: ArrayLike
) -> Floats:
    r"""Derivative of :func:`gaussian_nll_loss` in the means: the error, over the variance.

    .. math:: \frac{\partial \ell}{\partial \hat y} = \frac{\hat y - y}{e^s}

    Parameters
    ----------
    means, targets, log_variances
        As for :func:`gaussian_nll_loss`.

    Examples
    --------
    >>> gaussian_nll_loss_grad([0.0, 0.0, 0.0], [3.0, 3.0, 3.0], [0.0, 2.0, 4.0]).round(4)
    array([-3.    , -0.406 , -0.0549])
    """
    return _over_root(_over_root(means - targets, log_variances), log_variances)


@elementwise_loss
def gaussian_nll_loss_log_variances_grad(
    means: ArrayLike, targets: ArrayLike, log_variances: ArrayLike
) -> Floats:
    r"""Derivative of :func:`gaussian_nll_loss` in the log-variances.

    .. math:: \frac{\partial \ell}{\partial s}
              = \frac{1}{2} \left(1 - \frac{(\hat y - y)^2}{e^s}\right)

    It is 0 where the variance said is the squared error made.

    Parameters
    ----------
    means, targets, log_variances
        As for :func:`gaussian_nll_loss`.

    Examples
    --------
    >>> gaussian_nll_loss_log_variances_grad([0.0, 0.0], [3.0, 3.0], [0.0, 4.0]).round(4)
    array([-4.    ,  0.4176])
    """
    deviations = _over_root(means - targets, log_variances)
    return 0.5 - 0.5 * (deviations * deviations)


def _over_root(errors: Floats, log_variances: Floats) -> Floats:
    """errors / √(variance), whose root may be far outside of what a float can hold.

    So it comes in two factors; beyond both, the quotient of any float is 0 or ∞.
    """
    limit = 0.95 * np.log(np.finfo(errors.dtype).max)
    half = -0.5 * log_variances
    near = clip(half, -limit, limit)
    rest = clip(half - near, -limit, limit)
    return errors * np.exp(near) * np.exp(rest)
