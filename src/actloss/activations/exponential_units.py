r"""Exponential linear units: ELU, CELU and SELU bend below zero instead of breaking off.

Each function stands beside its derivative, ``<name>_grad``, which takes the same arguments, raises
the same errors, keeps shape and dtype, and equals what PyTorch's autograd makes of the twin, also
at kinks, where the slopes from the left and from the right differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_non_negative, check_scale, elementwise_in_blocks
from actloss.numerics import clip, expm1, is_positive, negative_part, positive_part, quotient_error

__all__ = [
    "celu",
    "celu_grad",
    "elu",
    "elu_grad",
    "selu",
    "selu_grad",
]


@elementwise_in_blocks
def elu(x: ArrayLike, *, alpha: float = 1.0) -> Floats:
    r"""Exponential linear unit: bends smoothly towards −α below zero.

    .. math:: f(x) = \begin{cases} x & x > 0 \\ \alpha\,(e^x - 1) & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        What the function tends to for x → −∞ is −α; finite and at least 0.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−α, ∞).

    Raises
    ------
    ValueError
        If `alpha` is negative or not finite.

    Notes
    -----
    PyTorch: ``torch.nn.functional.elu(x, alpha=alpha)``, also 1 by default.
    ``expm1`` keeps the digits near 0 that ``exp(x) - 1`` loses.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by
    exponential linear units (ELUs)", ICLR 2016.

    Examples
    --------
    >>> elu([-1.0, 0.0, 2.0]).round(4)
    array([-0.6321,  0.    ,  2.    ])
    """
    alpha = check_non_negative("alpha", alpha)
    return positive_part(x) + alpha * expm1(negative_part(x))


@elementwise_in_blocks
def elu_grad(x: ArrayLike, *, alpha: float = 1.0) -> Floats:
    r"""Derivative of :func:`elu`; at x = 0, a kink unless α = 1, it is α.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ \alpha e^x & x \le 0 \end{cases}

    Parameters
    ----------
    x, alpha
        As for :func:`elu`.

    Examples
    --------
    >>> elu_grad([-1.0, 0.0, 2.0]).round(4)
    array([0.3679, 1.    , 1.    ])
    """
    alpha = check_non_negative("alpha", alpha)
    positive = is_positive(x)
    return positive + (1.0 - positive) * alpha * np.exp(negative_part(x))


@elementwise_in_blocks
def celu(x: ArrayLike, *, alpha: float = 1.0) -> Floats:
    r"""Continuously differentiable ELU: α stretches the curve, and the slope at 0 stays 1.

    .. math:: f(x) = \begin{cases} x & x > 0 \\ \alpha\,(e^{x/\alpha} - 1) & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        What the function tends to for x → −∞ is −α; between 1e-30 and 1e30.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−α, ∞).

    Raises
    ------
    ValueError
        If `alpha` is out of range.

    Notes
    -----
    PyTorch: ``torch.nn.functional.celu(x, alpha=alpha)``, also 1 by default.

    References
    ----------
    J. T. Barron, "Continuously differentiable exponential linear units", arXiv:1704.07483, 2017.

    Examples
    --------
    >>> celu([-1.0, 0.0, 2.0], alpha=2.0).round(4)
    array([-0.7869,  0.    ,  2.    ])
    """
    alpha = check_scale("alpha", alpha)
    return positive_part(x) + alpha * expm1(negative_part(x) / alpha)


@elementwise_in_blocks
def celu_grad(x: ArrayLike, *, alpha: float = 1.0) -> Floats:
    r"""Derivative of :func:`celu`.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ e^{x/\alpha} & x \le 0 \end{cases}

    Parameters
    ----------
    x, alpha
        As for :func:`celu`.

    Examples
    --------
    >>> celu_grad([-1.0, 0.0, 2.0], alpha=2.0).round(4)
    array([0.6065, 1.    , 1.    ])
    """
    alpha = check_scale("alpha", alpha)
    negative = clip(x, -1e4 * alpha, 0.0)
    slope = np.exp(negative / alpha)
    return slope + slope * quotient_error(negative, alpha)


# The two constants of Klambauer et al. for which mean 0 and variance 1 are a stable fixed point.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@elementwise_in_blocks
def selu(x: ArrayLike) -> Floats:
    r"""Scaled ELU: keeps mean 0 and variance 1 from layer to layer, if the weights allow it.

    .. math::

        f(x) = \lambda \begin{cases} x & x > 0 \\ \alpha\,(e^x - 1) & x \le 0 \end{cases}
        \qquad \lambda \approx 1.0507, \quad \alpha \approx 1.6733

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−1.7581, ∞).

    Notes
    -----
    PyTorch: ``torch.nn.functional.selu(x)``, with the same constants.

    References
    ----------
    G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-normalizing neural networks",
    NIPS 2017.

    Examples
    --------
    >>> selu([-1.0, 0.0, 2.0]).round(4)
    array([-1.1113,  0.    ,  2.1014])
    """
    return SELU_SCALE * (positive_part(x) + SELU_ALPHA * expm1(negative_part(x)))


@elementwise_in_blocks
def selu_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`selu`; at the kink, x = 0, it is λα.

    .. math:: f'(x) = \begin{cases} \lambda & x > 0 \\ \lambda \alpha e^x & x \le 0 \end{cases}

    Parameters
    ----------
    x
        As for :func:`selu`.

    Examples
    --------
    >>> selu_grad([-1.0, 0.0, 2.0]).round(4)
    array([0.6468, 1.7581, 1.0507])
    """
    positive = is_positive(x)
    return SELU_SCALE * (positive + (1.0 - positive) * SELU_ALPHA * np.exp(negative_part(x)))
