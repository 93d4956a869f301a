r"""Cross-entropy of a linear layer over very many classes, all logits at once and in chunks.

The logits are z = hW, with one row of `hidden` a token and one column of `weights` a class. Each
function returns the losses, one a token, and the gradients of their *sum* in `hidden` and in
`weights`; for the mean, divide by the number of tokens. They differ in what is in memory at once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import (
    Floats,
    Integers,
    as_float,
    check_positive_integers,
    computing_dtype,
)
from actloss.calls import reader_of
from actloss.losses.arguments import check_classes
from actloss.losses.logits import sparse_softmax_cross_entropy, sparse_softmax_cross_entropy_grad


def linear_layer(function: Callable[..., Any]) -> Callable[..., Any]:
    """Prepare ``function(hidden, weights, labels, ...)``, and compute float16 in float32."""
    read = reader_of(function)

    @functools.wraps(function)
    def apply(*args: Any, **kwargs: Any) -> tuple[Floats, Floats, Floats]:
        (hidden, weights, labels), settings = read(args, kwargs)
        hidden, weights = as_float(hidden, "hidden"), as_float(weights, "weights")
        if hidden.ndim != 2 or weights.ndim != 2 or hidden.shape[1] != weights.shape[0]:
            raise ValueError(
                "hidden must have shape (tokens, features) and weights (features, classes), but "
                f"they have shapes {hidden.shape} and {weights.shape}; the weights of "
                "torch.nn.Linear are the other way round, weights.T"
            )
        labels = checked_labels(labels, hidden, weights)
        check_positive_integers(**settings)
        dtype = computing_dtype(hidden.dtype, [weights])
        losses, hidden_grad, weights_grad = function(
            hidden.astype(dtype, copy=False), weights.astype(dtype, copy=False), labels, **settings
        )
        return (
            losses.astype(hidden.dtype, copy=False),
            hidden_grad.astype(hidden.dtype, copy=False),
            weights_grad.astype(weights.dtype, copy=False),
        )

    return apply


@linear_layer
def linear_cross_entropy(
    hidden: Floats, weights: Floats, labels: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    r"""Losses and gradients with all logits in memory, twice: themselves, and their gradient.

    .. math:: \frac{\partial \ell_i}{\partial h_i} = (p_i - y_i) W^\top, \qquad
        \frac{\partial}{\partial W} \sum_i \ell_i = \sum_i h_i^\top (p_i - y_i)

    Parameters
    ----------
    hidden : ndarray of float
        Shape (tokens, features).
    weights : ndarray of float
        Shape (features, classes).
    labels : ndarray of int
        The right class of each token.

    Returns
    -------
    tuple of ndarray
        The losses in nats, shape (tokens,), and the gradients of their sum in `hidden` and in
        `weights`.

    Raises
    ------
    ValueError
        If `hidden` and `weights` do not fit each other, or `labels` are no classes, or not one a
        token.

    Notes
    -----
    PyTorch: ``torch.nn.functional.cross_entropy(hidden @ weights, labels, reduction="sum")``, and
    ``backward()``.

    Examples
    --------
    >>> losses, _, _ = linear_cross_entropy(np.eye(2), np.array([[1.0, 0.0], [0.0, 2.0]]), [0, 0])
    >>> losses.round(4)
    array([0.3133, 2.1269])
    """
    logits = hidden @ weights
    losses = sparse_softmax_cross_entropy(logits, labels)
    error = sparse_softmax_cross_entropy_grad(logits, labels)  # p − y
    return losses, error @ weights.T, hidden.T @ error


@linear_layer
def linear_cross_entropy_by_tokens(
    hidden: Floats, weights: Floats, labels: ArrayLike, *, chunk: int
) -> tuple[Floats, Floats, Floats]:
    """:func:`linear_cross_entropy` with the logits of `chunk` tokens in memory at a time.

    >>> hidden, weights = np.eye(2), np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> losses, _, _ = linear_cross_entropy_by_tokens(hidden, weights, [0, 0], chunk=1)
    >>> losses.round(4)
    array([0.3133, 2.1269])
    """
    labels = checked_labels(labels, hidden, weights)
    losses = np.empty_like(hidden, shape=len(hidden))
    hidden_grad, weights_grad = np.empty_like(hidden), np.zeros_like(weights)
    for part in chunks(len(hidden), chunk):
        losses[part], hidden_grad[part], share = linear_cross_entropy(
            hidden[part], weights, labels[part]
        )
        weights_grad += share
        del share  # or it would live on beside the next one
    return losses, hidden_grad, weights_grad


@linear_layer
def linear_cross_entropy_by_classes(
    hidden: Floats, weights: Floats, labels: ArrayLike, *, chunk: int
) -> tuple[Floats, Floats, Floats]:
    """:func:`linear_cross_entropy` with the logits of `chunk` classes in memory at a time.

    The logits are computed twice, once for log Z and once for the gradients.

    >>> hidden, weights = np.eye(2), np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> losses, _, _ = linear_cross_entropy_by_classes(hidden, weights, [0, 0], chunk=1)
    >>> losses.round(4)
    array([0.3133, 2.1269])
    """
    tokens, labels = np.arange(len(hidden)), checked_labels(labels, hidden, weights)
    parts = chunks(weights.shape[1], chunk)
    largest, total = np.full_like(hidden[:, 0], -np.inf), np.zeros_like(hidden[:, 0])
    for part in parts:
        largest, total = add_to_log_sum_exp(largest, total, hidden @ weights[:, part])
    log_z = largest + np.log(total)
    own = (hidden * weights[:, labels].T).sum(axis=1)  # the logit of the right class

    hidden_grad, weights_grad = np.zeros_like(hidden), np.empty_like(weights)
    for part in parts:
        error = np.exp(hidden @ weights[:, part] - log_z[:, np.newaxis])  # p
        here = (part.start <= labels) & (labels < part.stop)
        error[tokens[here], labels[here] - part.start] -= 1.0  # p − y
        hidden_grad += error @ weights[:, part].T
        weights_grad[:, part] = hidden.T @ error
    return log_z - own, hidden_grad, weights_grad


def add_to_log_sum_exp(largest: Floats, total: Floats, logits: Floats) -> tuple[Floats, Floats]:
    r"""The running maximum m and the running sum s of exp(z − m), after some more logits.

    .. math:: \log \sum_j e^{z_j} = m + \log s

    Start with m = −∞ and s = 0. `largest` and `total` have the shape of `logits` without their last
    axis. Logits may be −∞, as masked ones are: as long as no other has come, m stays −∞ and s 0.

    >>> largest, total = add_to_log_sum_exp(-np.inf, 0.0, np.array([1.0, 3.0]))
    >>> largest, total = add_to_log_sum_exp(largest, total, np.array([1000.0]))
    >>> float(largest + np.log(total))
    1000.0
    """
    new = np.maximum(largest, logits.max(axis=-1))
    # −∞ − (−∞) would be NaN, and stay it
    level = np.where(np.isneginf(new), new.dtype.type(0), new)
    more = np.exp(logits - level[..., np.newaxis]).sum(axis=-1)
    return new, total * np.exp(largest - level) + more


def checked_labels(labels: ArrayLike, hidden: Floats, weights: Floats) -> Integers:
    """The labels as an array; ValueError unless they are classes, one a token."""
    shape_of_logits = np.broadcast_to(0.0, (len(hidden), weights.shape[1]))  # holds one number
    return check_classes(labels, shape_of_logits, axis=1)


def chunks(size: int, chunk: int) -> list[slice]:
    """Slices of `chunk` entries that cover `size` entries; the last may be shorter.

    >>> chunks(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + chunk, size)) for start in range(0, size, chunk)]
