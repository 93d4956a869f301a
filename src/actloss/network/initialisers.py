"""How a layer's weights begin: Xavier (Glorot), He and LeCun.

Each draws weights of mean 0 whose variance is chosen so that something stays the same from layer to
layer. A layer computes z = a·W with W of shape (fan_in, fan_out): every z sums fan_in products on
the way forward, every gradient in a sums fan_out products on the way back.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from actloss.arguments import Floats, check_positive
from actloss.calls import explained
from actloss.network.arguments import check_dtype, check_rng


@explained
def xavier_normal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    gain: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> Floats:
    r"""Normal weights that keep signal and gradient alike, near 0 of tanh or on linear layers.

    .. math:: W \sim \mathcal{N}(0, \sigma^2), \qquad
        \sigma = \text{gain} \sqrt{\frac{2}{n_\text{in} + n_\text{out}}}

    Variance 1/fan_in keeps the variance of the activations, 1/fan_out that of the gradients;
    this is the compromise between the two, exact for both in a square layer.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from: ``np.random.default_rng(seed)``.
    shape : tuple of int
        ``(fan_in, fan_out)``, both at least 1.
    gain : float
        Multiplies every weight; above 0.
    dtype : data-type
        Of the weights: float16, float32 or float64.

    Returns
    -------
    numpy.ndarray
        Weights of the given shape and dtype.

    Raises
    ------
    TypeError
        ``rng`` is no ``numpy.random.Generator``, ``gain`` no number, or ``dtype`` no dtype.
    ValueError
        A wrong shape, a gain that is not finite and above 0, or a dtype that holds no floats.

    Notes
    -----
    PyTorch twin: ``torch.nn.init.xavier_normal_``, whose weights have shape (fan_out, fan_in).
    Xavier and Glorot are one person's names, and one initialisation.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.

    Examples
    --------
    >>> weights = xavier_normal(np.random.default_rng(0), (300, 100))
    >>> weights.shape, round(float(weights.std()), 3)  # the square root of 2/400 is 0.071
    ((300, 100), 0.071)
    """
    fan_in, fan_out = _check(rng, shape, gain, dtype)
    return _normal(rng, shape, gain * math.sqrt(2.0 / (fan_in + fan_out)), dtype)


@explained
def xavier_uniform(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    gain: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> Floats:
    r"""Uniform weights with the variance of :func:`xavier_normal`, keeping the same constant.

    .. math:: W \sim \mathcal{U}(-a, a), \qquad
        a = \text{gain} \sqrt{\frac{6}{n_\text{in} + n_\text{out}}}

    A uniform variable on (-a, a) has variance a²/3: hence the 6 in place of the 2.
    Parameters, result, errors and source are those of :func:`xavier_normal`.

    Notes
    -----
    PyTorch twin: ``torch.nn.init.xavier_uniform_``.

    Examples
    --------
    >>> weights = xavier_uniform(np.random.default_rng(0), (300, 100))
    >>> bool(abs(weights).max() <= (6 / 400) ** 0.5)
    True
    """
    fan_in, fan_out = _check(rng, shape, gain, dtype)
    return _uniform(rng, shape, gain * math.sqrt(6.0 / (fan_in + fan_out)), dtype)


@explained
def he_normal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    gain: float = 2.0**0.5,
    dtype: DTypeLike = np.float64,
) -> Floats:
    r"""Normal weights that keep the mean square of the signal through layers of ReLU.

    .. math:: W \sim \mathcal{N}(0, \sigma^2), \qquad
        \sigma = \frac{\text{gain}}{\sqrt{n_\text{in}}}

    ReLU drops half of a symmetric signal, and with it half of its mean square; the gain √2 makes
    up for it. For a leaky ReLU of slope α the gain is √(2 / (1 + α²)).
    Parameters, result and errors are those of :func:`xavier_normal`.

    Notes
    -----
    PyTorch twin: ``torch.nn.init.kaiming_normal_(w, nonlinearity="relu")``. Its default,
    ``"leaky_relu"`` with slope 0, has the same gain.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing human-level
    performance on ImageNet classification", ICCV 2015.

    Examples
    --------
    >>> weights = he_normal(np.random.default_rng(0), (200, 500))
    >>> round(float(weights.std()), 3)  # the square root of 2/200
    0.1
    """
    fan_in, _ = _check(rng, shape, gain, dtype)
    return _normal(rng, shape, gain / math.sqrt(fan_in), dtype)


@explained
def he_uniform(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    gain: float = 2.0**0.5,
    dtype: DTypeLike = np.float64,
) -> Floats:
    r"""Uniform weights with the variance of :func:`he_normal`, keeping the same constant.

    .. math:: W \sim \mathcal{U}(-a, a), \qquad a = \text{gain} \sqrt{\frac{3}{n_\text{in}}}

    Parameters, result and errors are those of :func:`xavier_normal`, the source is that of
    :func:`he_normal`.

    Notes
    -----
    PyTorch twin: ``torch.nn.init.kaiming_uniform_(w, nonlinearity="relu")``. A fresh
    ``torch.nn.Linear`` calls it with a = √5, a gain of 1/√3.

    Examples
    --------
    >>> weights = he_uniform(np.random.default_rng(0), (200, 500))
    >>> bool(abs(weights).max() <= (6 / 200) ** 0.5)
    True
    """
    fan_in, _ = _check(rng, shape, gain, dtype)
    return _uniform(rng, shape, gain * math.sqrt(3.0 / fan_in), dtype)


@explained
def lecun_normal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    gain: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> Floats:
    r"""Normal weights that keep the variance of the signal through linear and SELU layers.

    .. math:: W \sim \mathcal{N}(0, \sigma^2), \qquad
        \sigma = \frac{\text{gain}}{\sqrt{n_\text{in}}}

    With inputs of mean 0 and variance 1, each z has variance 1 again: what SELU needs in order to
    normalise itself. Parameters, result and errors are those of :func:`xavier_normal`.

    Notes
    -----
    PyTorch twin: ``torch.nn.init.kaiming_normal_(w, nonlinearity="linear")``.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient backprop", in Neural Networks:
    Tricks of the Trade, 2012.

    Examples
    --------
    >>> weights = lecun_normal(np.random.default_rng(0), (400, 500))
    >>> round(float(weights.std()), 3)  # the square root of 1/400
    0.05
    """
    fan_in, _ = _check(rng, shape, gain, dtype)
    return _normal(rng, shape, gain / math.sqrt(fan_in), dtype)


@explained
def lecun_uniform(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    gain: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> Floats:
    r"""Uniform weights with the variance of :func:`lecun_normal`, keeping the same constant.

    .. math:: W \sim \mathcal{U}(-a, a), \qquad a = \text{gain} \sqrt{\frac{3}{n_\text{in}}}

    Parameters, result and errors are those of :func:`xavier_normal`, the source is that of
    :func:`lecun_normal`.

    Notes
    -----
    PyTorch twin: ``torch.nn.init.kaiming_uniform_(w, nonlinearity="linear")``.

    Examples
    --------
    >>> weights = lecun_uniform(np.random.default_rng(0), (400, 500))
    >>> bool(abs(weights).max() <= (3 / 400) ** 0.5)
    True
    """
    fan_in, _ = _check(rng, shape, gain, dtype)
    return _uniform(rng, shape, gain * math.sqrt(3.0 / fan_in), dtype)


def _normal(
    rng: np.random.Generator, shape: tuple[int, int], standard_deviation: float, dtype: DTypeLike
) -> Floats:
    return (standard_deviation * rng.standard_normal(shape)).astype(dtype)


def _uniform(
    rng: np.random.Generator, shape: tuple[int, int], bound: float, dtype: DTypeLike
) -> Floats:
    return rng.uniform(-bound, bound, shape).astype(dtype)


def _check(rng: np.random.Generator, shape: Any, gain: float, dtype: DTypeLike) -> tuple[int, int]:
    """Refuse bad arguments; return fan_in and fan_out."""
    check_rng(rng)
    if not (
        isinstance(shape, tuple)
        and len(shape) == 2
        and all(isinstance(size, int | np.integer) and size >= 1 for size in shape)
    ):
        raise ValueError(f"shape must be (fan_in, fan_out), two integers ≥ 1, but got {shape!r}")
    check_positive("gain", gain)
    check_dtype(dtype)
    return shape
