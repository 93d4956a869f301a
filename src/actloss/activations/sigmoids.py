r"""S-shaped activations: sigmoid, tanh and what imitates or uses them.

Each function stands beside its derivative, ``<name>_grad``, which takes the same arguments, raises
the same errors, keeps shape and dtype, and equals what PyTorch's autograd makes of the twin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import Floats, check_scale, elementwise, elementwise_in_blocks
from actloss.numerics import (
    clip,
    distance_from_zero,
    finite_part,
    gated,
    is_positive,
    log1p,
    negative_part,
    quotient_error,
    scaled_exp,
    square_of_one_plus,
)

__all__ = [
    "hard_sigmoid",
    "hard_sigmoid_grad",
    "hard_tanh",
    "hard_tanh_grad",
    "log_sigmoid",
    "log_sigmoid_grad",
    "sigmoid",
    "sigmoid_grad",
    "softcap",
    "softcap_grad",
    "softsign",
    "softsign_grad",
    "tanh",
    "tanh_grad",
]


@elementwise_in_blocks
def sigmoid(x: ArrayLike) -> Floats:
    r"""Sigmoid, or logistic function: turns a logit into a probability.

    .. math:: \sigma(x) = \frac{1}{1 + e^{-x}}

    Parameters
    ----------
    x : array_like
        Logits, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, 1].

    Notes
    -----
    PyTorch: ``torch.sigmoid(x)``. Where e^-x is about to overflow, e^x is computed, which keeps its
    digits down to the smallest float.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient backprop", in Neural Networks:
    Tricks of the Trade, 2012.

    Examples
    --------
    >>> sigmoid([-2.0, 0.0, 2.0]).round(4)
    array([0.1192, 0.5   , 0.8808])
    """
    return gated(1.0, x)


@elementwise_in_blocks
def sigmoid_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`sigmoid`: at most 1/4, and nearly 0 where the sigmoid saturates.

    .. math:: \sigma'(x) = \sigma(x)\,(1 - \sigma(x))

    Parameters
    ----------
    x
        As for :func:`sigmoid`.

    Examples
    --------
    >>> sigmoid_grad([-2.0, 0.0, 2.0]).round(4)
    array([0.105, 0.25 , 0.105])
    """
    e = np.exp(-np.abs(x))
    return e / square_of_one_plus(e)


@elementwise_in_blocks
def log_sigmoid(x: ArrayLike) -> Floats:
    r"""Logarithm of the sigmoid, the log-likelihood of a logit.

    .. math:: f(x) = \log \sigma(x) = -\log(1 + e^{-x})

    Parameters
    ----------
    x : array_like
        Logits, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in (−∞, 0].

    Notes
    -----
    PyTorch: ``torch.nn.functional.logsigmoid(x)``.

    References
    ----------
    I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016.

    Examples
    --------
    >>> log_sigmoid([-1000.0, 0.0, 2.0]).round(4)
    array([-1.000e+03, -6.931e-01, -1.269e-01])
    """
    return negative_part(x) - log1p(np.exp(-np.abs(x)))


@elementwise_in_blocks
def log_sigmoid_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`log_sigmoid`.

    .. math:: f'(x) = \sigma(-x) = \frac{1}{1 + e^{x}}

    Parameters
    ----------
    x
        As for :func:`log_sigmoid`.

    Examples
    --------
    >>> log_sigmoid_grad([-2.0, 0.0, 2.0]).round(4)
    array([0.8808, 0.5   , 0.1192])
    """
    return sigmoid(-x)


@elementwise
def tanh(x: ArrayLike) -> Floats:
    r"""Hyperbolic tangent: a sigmoid centred on zero, tanh(x) = 2σ(2x) − 1.

    .. math:: \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−1, 1].

    Notes
    -----
    PyTorch: ``torch.tanh(x)``.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient backprop", in Neural Networks:
    Tricks of the Trade, 2012.

    Examples
    --------
    >>> tanh([-1.0, 0.0, 1.0]).round(4)
    array([-0.7616,  0.    ,  0.7616])
    """
    return np.tanh(x)


@elementwise_in_blocks
def tanh_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`tanh`.

    .. math:: \tanh'(x) = 1 - \tanh^2(x) = 4 \, \sigma'(2x)

    The second form is the one computed: for large \|x\| the first loses every digit.

    Parameters
    ----------
    x
        As for :func:`tanh`.

    Examples
    --------
    >>> tanh_grad([-1.0, 0.0, 1.0]).round(4)
    array([0.42, 1.  , 0.42])
    """
    e = np.exp(-2.0 * np.abs(x))
    return 4.0 * e / square_of_one_plus(e)


@elementwise_in_blocks
def hard_sigmoid(x: ArrayLike) -> Floats:
    r"""Sigmoid drawn with three straight lines, for devices on which exp is dear.

    .. math:: f(x) = \frac{\min(\max(x + 3, 0), 6)}{6}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, 1].

    Notes
    -----
    PyTorch: ``torch.nn.functional.hardsigmoid(x)``. Keras 2 used another slope, 0.2.

    References
    ----------
    A. Howard et al., "Searching for MobileNetV3", ICCV 2019.

    Examples
    --------
    >>> hard_sigmoid([-4.0, 0.0, 1.5])
    array([0.  , 0.5 , 0.75])
    """
    return clip(x + 3.0, 0.0, 6.0) / 6.0


@elementwise_in_blocks
def hard_sigmoid_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`hard_sigmoid`; at the kinks, x = ±3, it is 0.

    .. math:: f'(x) = \begin{cases} 1/6 & -3 < x < 3 \\ 0 & \text{otherwise} \end{cases}

    Parameters
    ----------
    x
        As for :func:`hard_sigmoid`.

    Examples
    --------
    >>> hard_sigmoid_grad([-3.0, 0.0, 3.0]).round(4)
    array([0.    , 0.1667, 0.    ])
    """
    return is_positive(3.0 - np.abs(x)) / 6.0


@elementwise
def hard_tanh(x: ArrayLike) -> Floats:
    r"""Tanh drawn with three straight lines.

    .. math:: f(x) = \min(\max(x, -1), 1)

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−1, 1].

    Notes
    -----
    PyTorch: ``torch.nn.functional.hardtanh(x)``, whose limits can be moved.

    References
    ----------
    V. Kunc and J. Kléma, "Three decades of activations: a comprehensive survey of 400 activation
    functions for neural networks", arXiv:2402.09092, 2024.

    Examples
    --------
    >>> hard_tanh([-4.0, 0.5, 4.0])
    array([-1. ,  0.5,  1. ])
    """
    return clip(x, -1.0, 1.0)


@elementwise_in_blocks
def hard_tanh_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`hard_tanh`; at the kinks, x = ±1, it is 0.

    .. math:: f'(x) = \begin{cases} 1 & -1 < x < 1 \\ 0 & \text{otherwise} \end{cases}

    Parameters
    ----------
    x
        As for :func:`hard_tanh`.

    Examples
    --------
    >>> hard_tanh_grad([-1.0, 0.5, 1.0])
    array([0., 1., 0.])
    """
    return is_positive(1.0 - np.abs(x))


@elementwise_in_blocks
def softsign(x: ArrayLike) -> Floats:
    r"""Softsign: shaped like tanh, but it nears ±1 slowly, as 1/x instead of exponentially.

    .. math:: f(x) = \frac{x}{1 + |x|}

    Parameters
    ----------
    x : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−1, 1].

    Notes
    -----
    PyTorch: ``torch.nn.functional.softsign(x)``, which gives NaN at ±∞ (here ±1, the limits).

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.

    Examples
    --------
    >>> softsign([-3.0, 0.0, 1.0])
    array([-0.75,  0.  ,  0.5 ])
    """
    x = finite_part(x)
    return x / (1.0 + np.abs(x))


@elementwise_in_blocks
def softsign_grad(x: ArrayLike) -> Floats:
    r"""Derivative of :func:`softsign`.

    .. math:: f'(x) = \frac{1}{(1 + |x|)^2}

    Parameters
    ----------
    x
        As for :func:`softsign`.

    Examples
    --------
    >>> softsign_grad([-3.0, 0.0, 1.0])
    array([0.0625, 1.    , 0.25  ])
    """
    reciprocal = 1.0 / (1.0 + np.abs(x))
    return reciprocal * reciprocal


@elementwise_in_blocks
def softcap(x: ArrayLike, *, cap: float = 30.0) -> Floats:
    r"""Soft cap: leaves small logits alone and keeps large ones within ±cap.

    .. math:: f(x) = c \tanh\!\left(\frac{x}{c}\right)

    Parameters
    ----------
    x : array_like
        Logits, any shape.
    cap : float
        The bound c, in the unit of `x`; between 1e-30 and 1e30.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−cap, cap].

    Raises
    ------
    ValueError
        If `cap` is out of range.

    Notes
    -----
    PyTorch: ``cap * torch.tanh(x / cap)``. Gemma 2 uses 30 for its output, 50 in attention.

    References
    ----------
    Gemma Team, "Gemma 2: improving open language models at a practical size", arXiv:2408.00118,
    2024.

    Examples
    --------
    >>> softcap([-1000.0, 1.0, 30.0]).round(4)
    array([-30.    ,   0.9996,  22.8478])
    """
    cap = check_scale("cap", cap)
    # Near 0 the function is x itself, and x / cap could underflow.
    return np.where(np.abs(x) < 1e-9 * cap, x, cap * np.tanh(x / cap))


@elementwise_in_blocks
def softcap_grad(x: ArrayLike, *, cap: float = 30.0) -> Floats:
    r"""Derivative of :func:`softcap`.

    .. math:: f'(x) = 1 - \tanh^2\!\left(\frac{x}{c}\right)
                    = 4 \, \sigma'\!\left(\frac{2x}{c}\right)

    Parameters
    ----------
    x, cap
        As for :func:`softcap`.

    Examples
    --------
    >>> softcap_grad([-1000.0, 1.0, 30.0]).round(4)
    array([0.    , 0.9989, 0.42  ])
    """
    cap = check_scale("cap", cap)
    distance = 2.0 * distance_from_zero(x, 1e4 * cap)
    e = np.exp(-distance / cap)
    lost = quotient_error(distance, cap)
    scale = 4.0 / square_of_one_plus(e - e * lost)
    return scaled_exp(scale - scale * lost, -distance / cap, e)
