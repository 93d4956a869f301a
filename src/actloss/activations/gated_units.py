r"""Gated linear units: one half of the features decides how much of the other passes.

They halve one axis, the last by default.
Their derivative is a Jacobian matrix, which nobody stores: ``<name>_grad(x, upstream)`` multiplies
it by the gradient ``upstream`` that comes from above (a vector-Jacobian product), and so gives the
gradient with respect to `x`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.activations import gaussian_units, sigmoids, smooth_rectifiers
from actloss.arguments import Floats, along_axis, check_shape, formula_of

__all__ = [
    "geglu",
    "geglu_grad",
    "glu",
    "glu_grad",
    "swiglu",
    "swiglu_grad",
]


# The gates, for numbers that the gated unit has prepared already.
gelu, gelu_grad = formula_of(gaussian_units.gelu), formula_of(gaussian_units.gelu_grad)
sigmoid, sigmoid_grad = formula_of(sigmoids.sigmoid), formula_of(sigmoids.sigmoid_grad)
silu, silu_grad = formula_of(smooth_rectifiers.silu), formula_of(smooth_rectifiers.silu_grad)


def split_in_half(x: Floats, axis: int) -> tuple[Floats, Floats]:
    """The first and the second half of `x` along `axis`; ValueError if its length is odd."""
    if x.shape[axis] % 2:
        raise ValueError(
            f"x must have an even length along axis {axis}, one half for the values and one for "
            f"the gates, but has shape {x.shape}"
        )
    half = x.shape[axis] // 2
    before = (slice(None),) * axis
    return x[(*before, slice(half))], x[(*before, slice(half, None))]


@along_axis
def glu(x: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gated linear unit: one half of the features opens and closes the other.

    .. math:: f(a, b) = a \, \sigma(b), \qquad (a, b) = \text{the two halves of } x

    Parameters
    ----------
    x : array_like
        Values, then gates, along `axis`.
    axis : int
        The axis that is split in half; its length must be even.

    Returns
    -------
    ndarray
        Half as long as `x` along `axis`; its float dtype.

    Raises
    ------
    ValueError
        If `x` has no such axis or its length is odd.

    Notes
    -----
    PyTorch: ``torch.nn.functional.glu(x, dim=axis)``, also the last axis by default.

    References
    ----------
    Y. N. Dauphin, A. Fan, M. Auli and D. Grangier, "Language modeling with gated convolutional
    networks", ICML 2017.

    Examples
    --------
    >>> glu([3.0, 4.0, 0.0, -1000.0])
    array([1.5, 0. ])
    """
    value, gate = split_in_half(x, axis)
    return value * sigmoid(gate)


@along_axis
def glu_grad(x: ArrayLike, upstream: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gradient through :func:`glu`.

    .. math:: g = \bigl(u \, \sigma(b),\; u \, a \, \sigma'(b)\bigr)

    Parameters
    ----------
    x : array_like
        As for :func:`glu`.
    upstream : array_like
        u, the gradient with respect to the output; half as long as `x` along `axis`.
    axis : int
        As for :func:`glu`.

    Returns
    -------
    ndarray
        g, the gradient with respect to `x`, in its shape and dtype.

    Raises
    ------
    ValueError
        As :func:`glu`, and if `upstream` has another shape than the output.

    Examples
    --------
    >>> glu_grad([3.0, 0.0], upstream=[1.0])
    array([0.5 , 0.75])
    """
    value, gate = split_in_half(x, axis)
    upstream = check_shape("upstream", upstream, value.shape, x)
    parts = [upstream * sigmoid(gate), upstream * value * sigmoid_grad(gate)]
    return np.concatenate(parts, axis)


@along_axis
def swiglu(x: ArrayLike, *, axis: int = -1) -> Floats:
    r"""SwiGLU: a gated linear unit with SiLU for the gate, used in most language models.

    .. math:: f(a, b) = \operatorname{SiLU}(a) \, b, \qquad (a, b) = \text{the two halves of } x

    Parameters
    ----------
    x : array_like
        Gates, then values, along `axis`: the other way round than for :func:`glu`.
    axis : int
        The axis that is split in half; its length must be even.

    Returns
    -------
    ndarray
        Half as long as `x` along `axis`; its float dtype.

    Raises
    ------
    ValueError
        If `x` has no such axis or its length is odd.

    Notes
    -----
    PyTorch: ``gate, value = x.chunk(2, dim=axis)``, ``torch.nn.functional.silu(gate) * value``.

    References
    ----------
    N. Shazeer, "GLU variants improve transformer", arXiv:2002.05202, 2020.

    Examples
    --------
    >>> swiglu([1.0, 2.0]).round(4)
    array([1.4621])
    """
    gate, value = split_in_half(x, axis)
    return silu(gate) * value


@along_axis
def swiglu_grad(x: ArrayLike, upstream: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gradient through :func:`swiglu`.

    .. math:: g = \bigl(u \, b \operatorname{SiLU}'(a),\; u \operatorname{SiLU}(a)\bigr)

    Parameters
    ----------
    x, upstream, axis
        As for :func:`glu_grad`; so are the result and the errors.

    Examples
    --------
    >>> swiglu_grad([0.0, 2.0], upstream=[1.0])
    array([1., 0.])
    """
    gate, value = split_in_half(x, axis)
    upstream = check_shape("upstream", upstream, value.shape, x)
    return np.concatenate([upstream * value * silu_grad(gate), upstream * silu(gate)], axis)


@along_axis
def geglu(x: ArrayLike, *, axis: int = -1) -> Floats:
    r"""GEGLU: a gated linear unit with GELU for the gate.

    .. math:: f(a, b) = \operatorname{GELU}(a) \, b, \qquad (a, b) = \text{the two halves of } x

    Parameters
    ----------
    x, axis
        As for :func:`swiglu`.

    Returns
    -------
    ndarray
        Half as long as `x` along `axis`; its float dtype.

    Raises
    ------
    ValueError
        If `x` has no such axis or its length is odd.

    Notes
    -----
    PyTorch: ``gate, value = x.chunk(2, dim=axis)``, ``torch.nn.functional.gelu(gate) * value``.

    References
    ----------
    N. Shazeer, "GLU variants improve transformer", arXiv:2002.05202, 2020.

    Examples
    --------
    >>> geglu([1.0, 2.0]).round(4)
    array([1.6827])
    """
    gate, value = split_in_half(x, axis)
    return gelu(gate) * value


@along_axis
def geglu_grad(x: ArrayLike, upstream: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gradient through :func:`geglu`.

    .. math:: g = \bigl(u \, b \operatorname{GELU}'(a),\; u \operatorname{GELU}(a)\bigr)

    Parameters
    ----------
    x, upstream, axis
        As for :func:`glu_grad`; so are the result and the errors.

    Examples
    --------
    >>> geglu_grad([0.0, 2.0], upstream=[1.0])
    array([1., 0.])
    """
    gate, value = split_in_half(x, axis)
    upstream = check_shape("upstream", upstream, value.shape, x)
    return np.concatenate([upstream * value * gelu_grad(gate), upstream * gelu(gate)], axis)
