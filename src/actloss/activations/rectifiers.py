r"""Activations made of straight pieces, from the identity to PReLU, and squared ReLU.

Each function stands beside its derivative, ``<name>_grad``, which takes the same arguments, raises
the same errors, keeps shape and dtype, and equals what PyTorch's autograd makes of the twin (it has
no gradient for the step), also at kinks, where the slopes from the left and from the right differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import (
    Floats,
    check_broadcast,
    check_finite,
    elementwise,
    elementwise_in_blocks,
)
from actloss.numerics import clip, is_positive, negative_part, positive_part

__all__ = [
    "identity",
    "identity_grad",
    "leaky_relu",
    "leaky_relu_grad",
    "prelu",
    "prelu_alpha_grad",
    "prelu_grad",
    "relu",
    "relu6",
    "relu6_grad",
    "relu_grad",
    "squared_relu",
    "squared_relu_grad",
    "step",
    "step_grad",
]


@elementwise
def identity(x: ArrayLike) -> Floats:
    r"""Identity, or linear activation: the output unit of a regression.

    .. math:: f(x) = x

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        A copy of `x`, with its shape and float dtype.

    Notes
    -----
    PyTorch: ``torch.nn.Identity()(x)``, which returns `x` itself.

    Examples
    --------
    >>> identity([-1.5, 0.0, 2.0])
    array([-1.5,  0. ,  2. ])
    """
    return +x


@elementwise
def identity_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`identity`: 1 everywhere.

    .. math:: f'(x) = 1

    Parameters
    ----------
    x
        As for :func:`identity`.

    Examples
    --------
    >>> identity_grad([-1.5, 0.0, 2.0])
    array([1., 1., 1.])
    """
    return clip(x, 1.0, 1.0)  # 1 for every number, and NaN stays NaN


@elementwise_in_blocks
def step(x: ArrayLike) -> Floats:
    r"""Binary step: a neuron that fires or does not.

    .. math:: f(x) = \begin{cases} 1 & x \ge 0 \\ 0 & x < 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; each value 0 or 1.

    Notes
    -----
    PyTorch: ``torch.heaviside(x, torch.ones_like(x))``, which asks for the value at 0.

    References
    ----------
    F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization
    in the brain", Psychological Review 65, 1958.

    Examples
    --------
    >>> step([-1.5, 0.0, 2.0])
    array([0., 1., 1.])
    """
    return 1.0 - is_positive(-x)


@elementwise
def step_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`step`: 0, which is why gradient descent cannot train through it.

    .. math:: f'(x) = 0

    At the jump there is no derivative; 0 is returned there too.

    Parameters
    ----------
    x
        As for :func:`step`.

    Examples
    --------
    >>> step_grad([-1.5, 0.0, 2.0])
    array([0., 0., 0.])
    """
    return clip(x, 0.0, 0.0)  # 0 for every number, and NaN stays NaN


@elementwise
def relu(x: ArrayLike) -> Floats:
    r"""Rectified linear unit: lets the positive through and stops the rest.

    .. math:: f(x) = \max(x, 0)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, ∞).

    Notes
    -----
    PyTorch: ``torch.nn.functional.relu(x)``.

    References
    ----------
    V. Nair and G. E. Hinton, "Rectified linear units improve restricted Boltzmann machines",
    ICML 2010.

    Examples
    --------
    >>> relu([-1.5, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return clip(x, 0.0, np.inf)  # np.maximum(x, 0.0), but several times faster


@elementwise
def relu_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`relu`; at the kink, x = 0, it is 0.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}

    Parameters
    ----------
    x
        As for :func:`relu`.

    Examples
    --------
    >>> relu_grad([-1.5, 0.0, 2.0])
    array([0., 0., 1.])
    """
    return is_positive(x)


@elementwise
def leaky_relu(x: ArrayLike, *, alpha: float = 0.01) -> Floats:
    r"""Leaky ReLU: a small slope α below zero, so that no unit ever stops learning.

    .. math:: f(x) = \max(x, 0) + \alpha \min(x, 0)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : float
        Slope for negative `x`; any finite number.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in (−∞, ∞) for α > 0.

    Raises
    ------
    ValueError
        If `alpha` is not finite.

    Notes
    -----
    PyTorch: ``torch.nn.functional.leaky_relu(x, negative_slope=alpha)``, also 0.01 by default.
    The shorter formula max(x, αx) is the same only for α ≤ 1.

    References
    ----------
    A. L. Maas, A. Y. Hannun and A. Y. Ng, "Rectifier nonlinearities improve neural network
    acoustic models", ICML workshop on deep learning for audio, speech and language
    processing, 2013.

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 3.0], alpha=0.1)
    array([-0.2,  0. ,  3. ])
    """
    alpha = check_finite("alpha", alpha)
    lowest = -np.inf if alpha != 0.0 else 0.0  # for alpha = 0, because 0 · (−∞) would be NaN
    return clip(x, 0.0, np.inf) + alpha * clip(x, lowest, 0.0)


@elementwise
def leaky_relu_grad(x: ArrayLike, *, alpha: float = 0.01) -> Floats:
    r"""Derivative of :func:`leaky_relu`; at the kink, x = 0, it is α.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ \alpha & x \le 0 \end{cases}

    Parameters
    ----------
    x, alpha
        As for :func:`leaky_relu`.

    Examples
    --------
    >>> leaky_relu_grad([-2.0, 0.0, 3.0], alpha=0.1)
    array([0.1, 0.1, 1. ])
    """
    alpha = check_finite("alpha", alpha)
    positive = is_positive(x)
    return positive + alpha * (1.0 - positive)


@elementwise
def prelu(x: ArrayLike, alpha: ArrayLike = 0.25) -> Floats:
    r"""Parametric ReLU: a leaky ReLU whose slope α is learned with the weights.

    .. math:: f(x, \alpha) = \max(x, 0) + \alpha \min(x, 0)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.
    alpha : array_like
        The learned slope: one number, or an array that broadcasts to the shape of `x` (for units
        along the last axis, one α a unit). It takes the dtype of `x`.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`.

    Raises
    ------
    ValueError
        If `alpha` does not broadcast to the shape of `x`.

    See Also
    --------
    prelu_alpha_grad : the derivative in α, which is what α is learned with.

    Notes
    -----
    PyTorch: ``torch.nn.functional.prelu(x, weight=alpha)``, whose channels lie along axis 1;
    ``torch.nn.PReLU()`` starts at the same 0.25.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing human-level
    performance on ImageNet classification", ICCV 2015.

    Examples
    --------
    >>> prelu([[-2.0, -2.0], [1.0, 1.0]], alpha=[0.25, 0.5])
    array([[-0.5, -1. ],
           [ 1. ,  1. ]])
    """
    alpha = check_broadcast("alpha", alpha, x)
    # Where alpha is 0, the limit for x → −∞ is 0; but 0 · (−∞) would be NaN.
    lowest = np.where(alpha == 0.0, alpha, -np.inf)
    return clip(x, 0.0, np.inf) + alpha * clip(x, lowest, 0.0)


@elementwise
def prelu_grad(x: ArrayLike, alpha: ArrayLike = 0.25) -> Floats:
    r"""Derivative of :func:`prelu` in x; at the kink, x = 0, it is α.

    .. math:: \frac{\partial f}{\partial x}
              = \begin{cases} 1 & x > 0 \\ \alpha & x \le 0 \end{cases}

    Parameters
    ----------
    x, alpha
        As for :func:`prelu`.

    Examples
    --------
    >>> prelu_grad([-2.0, 0.0, 3.0], alpha=0.5)
    array([0.5, 0.5, 1. ])
    """
    alpha = check_broadcast("alpha", alpha, x)
    positive = is_positive(x)
    return positive + alpha * (1.0 - positive)


@elementwise
def prelu_alpha_grad(x: ArrayLike, alpha: ArrayLike = 0.25) -> Floats:
    r"""Derivative of :func:`prelu` in α: how each unit would change if its slope did.

    .. math:: \frac{\partial f}{\partial \alpha} = \min(x, 0)

    It does not depend on α. To learn an α shared by several entries of `x`, multiply by the
    gradient that comes from above and add over those entries.

    Parameters
    ----------
    x, alpha
        As for :func:`prelu`.

    Examples
    --------
    >>> prelu_alpha_grad([-2.0, 0.0, 3.0])
    array([-2.,  0.,  0.])
    """
    check_broadcast("alpha", alpha, x)
    return negative_part(x)


@elementwise
def relu6(x: ArrayLike) -> Floats:
    r"""ReLU that stops at 6, so that its values fit the few bits of a small device.

    .. math:: f(x) = \min(\max(x, 0), 6)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, 6].

    Notes
    -----
    PyTorch: ``torch.nn.functional.relu6(x)``.

    References
    ----------
    A. Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.

    Examples
    --------
    >>> relu6([-1.0, 3.0, 8.0])
    array([0., 3., 6.])
    """
    return clip(x, 0.0, 6.0)


@elementwise_in_blocks
def relu6_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`relu6`; at the kinks, x = 0 and x = 6, it is 0.

    .. math:: f'(x) = \begin{cases} 1 & 0 < x < 6 \\ 0 & \text{otherwise} \end{cases}

    Parameters
    ----------
    x
        As for :func:`relu6`.

    Examples
    --------
    >>> relu6_grad([-1.0, 0.0, 3.0, 6.0, 8.0])
    array([0., 0., 1., 0., 0.])
    """
    return is_positive(x) * is_positive(6.0 - x)


@elementwise
def squared_relu(x: ArrayLike) -> Floats:
    r"""Squared ReLU: sparse like ReLU, but with a slope that grows from 0.

    .. math:: f(x) = \max(x, 0)^2

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, ∞).

    Notes
    -----
    PyTorch: ``torch.nn.functional.relu(x).square()``.

    References
    ----------
    D. R. So, W. Mańke, H. Liu, Z. Dai, N. Shazeer and Q. V. Le, "Primer: searching for efficient
    transformers for language modeling", NeurIPS 2021.

    Examples
    --------
    >>> squared_relu([-1.0, 0.5, 3.0])
    array([0.  , 0.25, 9.  ])
    """
    positive = positive_part(x)
    return positive * positive


@elementwise
def squared_relu_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`squared_relu`.

    .. math:: f'(x) = 2 \max(x, 0)

    Parameters
    ----------
    x
        As for :func:`squared_relu`.

    Examples
    --------
    >>> squared_relu_grad([-1.0, 0.5, 3.0])
    array([0., 1., 6.])
    """
    return 2.0 * positive_part(x)
