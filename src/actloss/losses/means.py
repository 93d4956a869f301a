r"""The mean of a loss over samples, some of which may count more than others, or not at all.

The losses have one value a sample, so whatever is said of a sample is said here, once for all of
them: its weight, and whether it is there. Class weights and ``pos_weight`` are sample weights that
are looked up by the label; ``ignore_index`` and a padding mask are samples that are not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.arguments import Floats, as_array, as_float, check_axis, check_positive_integers
from actloss.losses.arguments import check_classes

__all__ = ["balanced_weights", "mean_loss", "mean_loss_and_grad"]


def mean_loss(
    loss: Callable[..., Floats],
    /,
    *arrays: ArrayLike,
    weights: ArrayLike | None = None,
    where: ArrayLike | None = None,
    **settings: Any,
) -> np.floating[Any]:
    r"""Mean of a loss over the samples, each with its weight.

    .. math:: \bar \ell = \frac{\sum_i w_i \ell_i}{\sum_i w_i}

    Parameters
    ----------
    loss : function
        One of this package, or your own: one value a sample, or one an entry.
    *arrays : array_like
        Its arrays, predictions first.
    weights : array_like, optional
        w, at least 0, in the shape of the losses; 1 each by default. Only their ratios count: a
        sample of weight 2 is a sample that came twice.
    where : array_like of bool, optional
        Which samples count, in the shape of the losses. The others are left out before the loss
        sees them: they may hold anything, as padding does. So are samples of weight 0.
    **settings
        Of the loss: `axis`, `temperature` and so on.

    Returns
    -------
    floating
        One number, in the float dtype of the losses, summed in float64.

    Raises
    ------
    TypeError
        If `loss` is no function, `weights` hold no numbers, or `where` no booleans.
    ValueError
        If `weights` or `where` have another shape than the losses, a weight is below 0 or
        infinite, or no sample is left to count.

    Notes
    -----
    PyTorch: ``reduction="mean"``. Class weights are ``weights=class_weights[labels]``, and give
    what ``cross_entropy(..., weight=class_weights)`` does. ``pos_weight`` is
    ``weights=np.where(labels == 1, pos_weight, 1.0)``; ``binary_cross_entropy_with_logits``
    divides by the number of entries all the same, so its loss is ours times the mean of the
    weights. ``ignore_index=-100`` is ``where=labels != -100``; where nothing else is left, PyTorch
    gives NaN.

    Examples
    --------
    >>> from actloss.losses import sparse_softmax_cross_entropy, squared_error
    >>> float(mean_loss(squared_error, [1.0, 3.0], [0.0, 0.0]))
    5.0
    >>> float(mean_loss(squared_error, [1.0, 3.0], [0.0, 0.0], weights=[3.0, 1.0]))
    3.0

    The second token is padding:

    >>> logits, labels = np.array([[2.0, 0.0], [0.0, 9.0]]), np.array([0, -100])
    >>> loss = mean_loss(sparse_softmax_cross_entropy, logits, labels, where=labels != -100)
    >>> float(loss.round(4))
    0.1269
    """
    mean, _, _ = _mean(loss, arrays, weights, where, settings)
    return mean


def mean_loss_and_grad(
    loss: Callable[..., Floats],
    gradient: Callable[..., Floats],
    /,
    *arrays: ArrayLike,
    weights: ArrayLike | None = None,
    where: ArrayLike | None = None,
    **settings: Any,
) -> tuple[np.floating[Any], Floats]:
    r"""Mean of a loss, and its gradient: each sample's own, times the sample's share in the mean.

    .. math:: \frac{\partial \bar \ell}{\partial \hat y_i}
              = \frac{w_i}{\sum_j w_j} \, \frac{\partial \ell_i}{\partial \hat y_i}

    Parameters
    ----------
    loss : function
        As for :func:`mean_loss`.
    gradient : function
        Its derivative, ``<name>_grad``, which takes the same arrays and settings.
    *arrays, weights, where, **settings
        As for :func:`mean_loss`.

    Returns
    -------
    tuple of floating and ndarray
        The mean, and the gradient: 0 for samples that do not count.

    Raises
    ------
    TypeError, ValueError
        As :func:`mean_loss`, and if `gradient` is the loss itself or has another shape.

    Notes
    -----
    PyTorch: what ``backward()`` leaves in ``predictions.grad``, for ``reduction="mean"``.

    Examples
    --------
    >>> from actloss.losses import squared_error, squared_error_grad
    >>> predictions, targets = [1.0, 3.0], [0.0, 0.0]
    >>> mean, slope = mean_loss_and_grad(
    ...     squared_error, squared_error_grad, predictions, targets
    ... )
    >>> float(mean), slope
    (5.0, array([1., 3.]))
    """
    _check_function("gradient", gradient)
    if gradient is loss:
        name = getattr(loss, "__name__", "loss")
        raise TypeError(
            f"gradient must be the derivative of the loss, such as {name}_grad, "
            "but got the loss itself"
        )
    mean, shares, filled = _mean(loss, arrays, weights, where, settings)
    slopes = as_float(gradient(*filled, **settings), "the gradient")
    if slopes.ndim == shares.ndim + 1:
        shares = np.expand_dims(shares, settings.get("axis", -1))
    try:
        fits = np.broadcast_shapes(slopes.shape, shares.shape) == slopes.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"gradient must have an entry or a row for each loss, but has shape {slopes.shape}, "
            f"and the losses {shares.shape}"
        )
    enough = np.promote_types(slopes.dtype, np.float32)  # 1/N of 65 536 samples is 0 in float16
    slopes = (shares.astype(enough) * slopes).astype(slopes.dtype)
    return mean, np.where(shares == 0.0, slopes.dtype.type(0.0), slopes)


def balanced_weights(labels: ArrayLike, *, classes: int) -> NDArray[np.float64]:
    r"""Weights of samples that let every class count alike, however rare it is.

    .. math:: w_i = \frac{N}{K N_{y_i}}

    with K classes that occur among the N labels, and N_k samples of class k.

    Parameters
    ----------
    labels : array_like of int
        The class of each sample, from 0; any shape.
    classes : int
        How many classes there are.

    Returns
    -------
    ndarray
        One weight a sample, in the shape of `labels`; their mean is 1.

    Raises
    ------
    ValueError
        If `labels` are no integers from 0 to ``classes - 1``, or there are none.

    Notes
    -----
    scikit-learn: ``compute_sample_weight("balanced", labels)``.

    References
    ----------
    G. King and L. Zeng, "Logistic regression in rare events data", Political Analysis 9, 2001.

    Examples
    --------
    >>> balanced_weights([0, 0, 0, 1], classes=2).round(4)
    array([0.6667, 0.6667, 0.6667, 2.    ])
    """
    as_float(labels, "labels")  # a TypeError for text, as from every other function
    check_positive_integers(classes=classes)
    labels = as_array(labels, "labels")
    one_for_each = np.broadcast_to(0.0, (*labels.shape, classes))  # holds one number
    labels = check_classes(labels, one_for_each, axis=labels.ndim)
    if labels.size == 0:
        raise ValueError("labels must hold at least one sample, but have shape (0,)")
    counts = np.bincount(labels.ravel(), minlength=classes)
    occurring = np.count_nonzero(counts)
    return labels.size / (occurring * counts[labels])


# --- who counts, and how much --------------------------------------------------------------


def _mean(
    loss: Callable[..., Floats],
    arrays: tuple[ArrayLike, ...],
    weights: ArrayLike | None,
    where: ArrayLike | None,
    settings: dict[str, Any],
) -> tuple[np.floating[Any], Floats, list[ArrayLike]]:
    """The mean, the share of each sample in it, and the arrays as the loss has seen them."""
    _check_function("loss", loss)
    if not arrays:
        raise TypeError("expected the arrays of the loss behind it, but got none")
    if weights is not None:
        weights = _checked_weights(weights)
    counted = _counted(weights, where)
    filled = list(arrays)
    if not counted.all():
        filled = _filled(arrays, counted, settings.get("axis", -1))
    losses = as_float(loss(*filled, **settings), "the losses")
    for name, given in (("weights", weights), ("where", where)):
        if given is not None and np.shape(given) != losses.shape:
            _refuse_shape(name, np.shape(given), losses.shape)
    if losses.size == 0:
        raise ValueError(
            f"a mean needs at least one loss, but the losses have shape {losses.shape}"
        )
    total = np.where(counted, 1.0 if weights is None else weights, np.zeros(losses.shape))
    total /= total.max()  # so that the sum stays finite
    shares = total / total.sum()
    with np.errstate(over="ignore"):
        mean = np.sum(shares * losses, where=np.broadcast_to(counted, losses.shape))
        return mean.astype(losses.dtype), shares, filled


def _checked_weights(weights: ArrayLike) -> Floats:
    values = as_float(weights, "weights").astype(np.float64)
    wrong = (values < 0.0) | np.isinf(values)
    if wrong.any():
        index = tuple(map(int, np.argwhere(wrong)[0]))
        raise ValueError(
            f"weights must be finite numbers of at least 0, but got {values[index]} "
            f"at index {index}"
        )
    return values


def _counted(weights: Floats | None, where: ArrayLike | None) -> NDArray[np.bool_]:
    """Which samples count: those that are there and have a weight."""
    counted = np.array(True) if weights is None else weights != 0.0
    if where is not None:
        mask = as_array(where, "where")
        if mask.dtype != bool:
            raise TypeError(
                f"where must hold booleans, such as labels != -100, but has dtype {mask.dtype}"
            )
        if weights is not None and weights.shape != mask.shape:
            _refuse_shape("weights", weights.shape, mask.shape, "where")
        counted = counted & mask
    if not counted.any():
        raise ValueError("a mean needs at least one sample that counts, but there is none")
    return counted


def _filled(
    arrays: tuple[ArrayLike, ...], counted: NDArray[np.bool_], axis: int
) -> list[ArrayLike]:
    """The arrays with a sample that counts in the place of each that does not.

    The loss then sees only what it can take, in the shape it came in: a matrix of similarities
    keeps its diagonal.
    """
    one = tuple(np.argwhere(counted)[0])
    filled: list[ArrayLike] = []
    for position, given in enumerate(arrays):
        array = as_array(given, f"array {position + 1}")
        if array.ndim == 0:  # one target for all
            filled.append(array)
            continue
        over_axis = array.ndim == counted.ndim + 1
        if over_axis:
            array = np.moveaxis(array, check_axis(axis, array, f"array {position + 1}"), -1)
        if array.shape[: counted.ndim] != counted.shape:
            _refuse_shape("weights and where", counted.shape, array.shape[: counted.ndim])
        mask = counted[..., np.newaxis] if over_axis else counted
        array = np.where(mask, array, array[one])
        filled.append(np.moveaxis(array, -1, axis) if over_axis else array)
    return filled


def _check_function(name: str, function: Any) -> None:
    if not callable(function):
        raise TypeError(f"{name} must be a function, such as squared_error, but got {function!r}")


def _refuse_shape(
    name: str, shape: tuple[int, ...], expected: tuple[int, ...], of: str = "the losses"
) -> None:
    raise ValueError(f"{name} must have the shape of {of}, {expected}, but have shape {shape}")
