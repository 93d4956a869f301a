r"""Softmax and its kin: from the logits of several classes to one distribution.

They work along one axis, the last by default.
Their derivative is a Jacobian matrix, which nobody stores: ``<name>_grad(x, upstream)`` multiplies
it by the gradient ``upstream`` that comes from above (a vector-Jacobian product), and so gives the
gradient with respect to `x`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import (
    Floats,
    along_axis,
    along_axis_in_one_array,
    check_scale,
    check_shape,
    formula_of,
)
from actloss.numerics import below_largest, clip, largest_of, rest_of

__all__ = [
    "entmax15",
    "entmax15_grad",
    "log_softmax",
    "log_softmax_grad",
    "softmax",
    "softmax_grad",
    "sparsemax",
    "sparsemax_grad",
]


@along_axis_in_one_array
def softmax(x: ArrayLike, *, axis: int = -1, temperature: float = 1.0) -> Floats:
    r"""Softmax: turns logits into probabilities that add up to 1.

    .. math:: p_i = \frac{e^{x_i / T}}{\sum_j e^{x_j / T}}

    Parameters
    ----------
    x : array_like
        Logits.
    axis : int
        The axis of the classes.
    temperature : float
        T: below 1 sharpens towards the largest logit, above 1 evens out; between 1e-30 and
        1e30.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, 1] that sum to 1 along `axis`.

    Raises
    ------
    ValueError
        If `x` has no such axis, or `temperature` is out of range.

    Notes
    -----
    PyTorch: ``torch.softmax(x / temperature, dim=axis)``, where the axis has no default.
    Only differences of logits count, so the largest is subtracted first and nothing overflows.
    Rounding these differences d limits the accuracy to about (2 + \|d\|) units in the last place.
    A logit of ∞ takes everything, several share it; in PyTorch the row is NaN.

    References
    ----------
    J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs, with
    relationships to statistical pattern recognition", Neurocomputing, 1990.

    Examples
    --------
    >>> softmax([1.8, 0.9, 0.68]).round(2)
    array([0.58, 0.23, 0.19])
    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    return shares_of_exp(x, check_scale("temperature", temperature), axis)


def shares_of_exp(x: Floats, temperature: float, axis: int) -> Floats:
    """The softmax, in one array for all steps: to fill new ones takes longer."""
    p = below_largest(x, axis)
    if temperature != 1.0:
        p /= temperature
    np.exp(p, out=p)
    p /= p.sum(axis, keepdims=True)
    return p


@along_axis
def softmax_grad(
    x: ArrayLike, upstream: ArrayLike, *, axis: int = -1, temperature: float = 1.0
) -> Floats:
    r"""Gradient through :func:`softmax`: `upstream` times its Jacobian.

    .. math:: \frac{\partial p_i}{\partial x_j} = \frac{p_i\,(\delta_{ij} - p_j)}{T}
              \quad\Rightarrow\quad
              g_j = \frac{p_j}{T} \left(u_j - \sum_i u_i p_i\right)

    Parameters
    ----------
    x : array_like
        Logits.
    upstream : array_like
        u, the gradient with respect to the probabilities; the shape of `x`.
    axis, temperature
        As for :func:`softmax`.

    Returns
    -------
    ndarray
        g, the gradient with respect to `x`, in its shape and dtype.

    Raises
    ------
    ValueError
        As :func:`softmax`, and if `upstream` has another shape.

    Examples
    --------
    >>> softmax_grad([0.0, 0.0], upstream=[1.0, 0.0])
    array([ 0.25, -0.25])
    """
    upstream = check_shape("upstream", upstream, x.shape, x)
    p = shares_of_exp(x, check_scale("temperature", temperature), axis)
    return p * (upstream - (upstream * p).sum(axis, keepdims=True)) / temperature


@along_axis
def log_softmax(x: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Logarithm of :func:`softmax`, the log-likelihood of each class.

    .. math:: f_i = \log p_i = x_i - \log \sum_j e^{x_j}

    Parameters
    ----------
    x, axis
        As for :func:`softmax`.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [−∞, 0].

    Raises
    ------
    ValueError
        If `x` has no such axis.

    Notes
    -----
    PyTorch: ``torch.log_softmax(x, dim=axis)``. Where one class is nearly certain, log p is close
    to −(the probability of the others), and PyTorch rounds it to 0; here it keeps its digits.

    References
    ----------
    P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and softmax
    functions", IMA Journal of Numerical Analysis 41, 2021.

    Examples
    --------
    >>> log_softmax([1000.0, 1000.0]).round(4)
    array([-0.6931, -0.6931])
    >>> log_softmax([50.0, 0.0])
    array([-1.92874985e-22, -5.00000000e+01])
    """
    if x.shape[axis] == 0:
        return x.copy()
    below = below_largest(x, axis)
    exps = np.exp(below)
    # The sum is 1, for the largest logit, plus the rest; adding the 1 now would cost digits.
    below -= np.log1p(rest_of(exps, largest_of(exps, axis), axis))
    return below


@along_axis
def log_softmax_grad(x: ArrayLike, upstream: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gradient through :func:`log_softmax`: `upstream` times its Jacobian.

    .. math:: \frac{\partial f_i}{\partial x_j} = \delta_{ij} - p_j
              \quad\Rightarrow\quad g_j = u_j - p_j \sum_i u_i

    Parameters
    ----------
    x, upstream, axis
        As for :func:`softmax_grad`, but for the log-probabilities.

    Returns
    -------
    ndarray
        g, the gradient with respect to `x`, in its shape and dtype.

    Raises
    ------
    ValueError
        If `x` has no such axis, or `upstream` has another shape.

    Examples
    --------
    >>> log_softmax_grad([0.0, 0.0], upstream=[1.0, 0.0])
    array([ 0.5, -0.5])
    """
    upstream = check_shape("upstream", upstream, x.shape, x)
    return upstream - shares_of_exp(x, 1.0, axis) * upstream.sum(axis, keepdims=True)


@along_axis
def sparsemax(x: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Sparsemax: probabilities of which many are exactly 0.

    .. math:: p = \operatorname*{argmin}_{q \ge 0,\ \sum_i q_i = 1} \lVert q - x \rVert^2
              \quad\Rightarrow\quad p_i = \max(x_i - \tau, 0)

    with the one τ for which they sum to 1.

    Parameters
    ----------
    x, axis
        As for :func:`softmax`.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, 1] that sum to 1 along `axis`.

    Raises
    ------
    ValueError
        If `x` has no such axis.

    Notes
    -----
    PyTorch has none; the package ``entmax`` does: ``entmax.sparsemax(x, dim=axis)``.

    References
    ----------
    A. F. T. Martins and R. F. Astudillo, "From softmax to sparsemax: a sparse model of attention
    and multi-label classification", ICML 2016.

    Examples
    --------
    >>> sparsemax([1.0, 0.5, -1.0])
    array([0.75, 0.25, 0.  ])
    """
    if x.shape[axis] == 0:
        return x.copy()
    # Whatever lies 1 or more below the largest gets 0, however far it lies.
    below = below_largest(x, axis)
    below.clip(-1.0, 0.0, out=below)  # in place from here on: arrays may be large
    ascending = -below
    ascending.sort(axis)
    # Were the k largest positive, τ would be this; where they are not, it is too low.
    minus_tau = ascending.cumsum(axis)
    minus_tau += 1.0
    minus_tau /= _counts(x, axis)
    below += minus_tau.min(axis, keepdims=True)
    return below.clip(0.0, 1.0, out=below)


def _counts(x: Floats, axis: int) -> Floats:
    """1, 2, 3, … along the axis."""
    return np.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(-1, *(1,) * (x.ndim - 1 - axis))


_sparsemax = formula_of(sparsemax)


@along_axis
def sparsemax_grad(x: ArrayLike, upstream: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gradient through :func:`sparsemax`: `upstream` times its Jacobian.

    .. math:: g_j = \begin{cases} u_j - \text{mean of } u \text{ over the support} & p_j > 0 \\
                                  0 & p_j = 0 \end{cases}

    The support is where p > 0. At a kink, where an entry is about to join it, it is not in.

    Parameters
    ----------
    x, upstream, axis
        As for :func:`softmax_grad`; so are the result and the errors.

    Examples
    --------
    >>> sparsemax_grad([1.0, 0.5, -1.0], upstream=[1.0, 0.0, 5.0])
    array([ 0.5, -0.5,  0. ])
    """
    upstream = check_shape("upstream", upstream, x.shape, x)
    p = _sparsemax(x, axis=axis)
    support = np.ceil(p)  # 1 where p > 0, and NaN stays NaN
    mean = (support * upstream).sum(axis, keepdims=True) / support.sum(axis, keepdims=True)
    return support * (upstream - mean)


@along_axis
def entmax15(x: ArrayLike, *, axis: int = -1) -> Floats:
    r"""1.5-entmax: between softmax and sparsemax, smooth where positive, and often exactly 0.

    .. math:: p = \operatorname*{argmax}_{q \ge 0,\ \sum_i q_i = 1} \sum_i q_i x_i
              + \frac{4}{3} \sum_i \left(q_i - q_i^{3/2}\right)
              \quad\Rightarrow\quad p_i = \max\left(\frac{x_i}{2} - \tau, 0\right)^2

    with the one τ for which they sum to 1.

    Parameters
    ----------
    x, axis
        As for :func:`softmax`.

    Returns
    -------
    ndarray
        Shape and float dtype of `x`; values in [0, 1] that sum to 1 along `axis`.

    Raises
    ------
    ValueError
        If `x` has no such axis.

    Notes
    -----
    PyTorch has none; the package ``entmax`` does: ``entmax.entmax15(x, dim=axis)``. Whatever lies
    2 or more below the largest gets 0; sparsemax gives it from 1 on, softmax never.

    References
    ----------
    B. Peters, V. Niculae and A. F. T. Martins, "Sparse sequence-to-sequence models", ACL 2019.

    Examples
    --------
    >>> entmax15([1.0, 0.5, -1.0]).round(4)
    array([0.674, 0.326, 0.   ])
    """
    if x.shape[axis] == 0:
        return x.copy()
    below = clip(0.5 * below_largest(x, axis), -1.0, 0.0)
    tau = _threshold_of_squares(below, axis)
    root = clip(below - tau, 0.0, 1.0)
    # τ came from sums that cancel: one step of Newton's method gives the lost digits back.
    tau += ((root * root).sum(axis, keepdims=True) - 1.0) / (2.0 * root.sum(axis, keepdims=True))
    root = clip(below - clip(tau, -1.0, 0.0), 0.0, 1.0)  # no τ is below −1
    return root * root


def _threshold_of_squares(below: Floats, axis: int) -> Floats:
    """The τ for which the squares of what lies above it, counted from it, sum to 1.

    Of the k largest alone it is their mean minus a root, and the larger the more they are; the
    right k is the largest whose smallest entry lies above its τ.
    """
    ascending = -below
    ascending.sort(axis)
    descending = -ascending
    counts = _counts(below, axis)
    means = descending.cumsum(axis) / counts
    spreads = (descending * descending).cumsum(axis) / counts - means * means
    taus = means - np.sqrt(np.maximum(1.0 / counts - spreads, 0.0))
    return np.where(taus <= descending, taus, -1.0).max(axis, keepdims=True)  # none is below −1


_entmax15 = formula_of(entmax15)


@along_axis
def entmax15_grad(x: ArrayLike, upstream: ArrayLike, *, axis: int = -1) -> Floats:
    r"""Gradient through :func:`entmax15`: `upstream` times its Jacobian.

    .. math:: g_j = \sqrt{p_j} \left(u_j - \frac{\sum_i u_i \sqrt{p_i}}{\sum_i \sqrt{p_i}}\right)

    Parameters
    ----------
    x, upstream, axis
        As for :func:`softmax_grad`; so are the result and the errors.

    Examples
    --------
    >>> entmax15_grad([1.0, 0.5, -3.0], upstream=[1.0, 0.0, 5.0]).round(4)
    array([ 0.3368, -0.3368,  0.    ])
    """
    upstream = check_shape("upstream", upstream, x.shape, x)
    root = np.sqrt(_entmax15(x, axis=axis))
    mean = (root * upstream).sum(axis, keepdims=True) / root.sum(axis, keepdims=True)
    return root * (upstream - mean)
