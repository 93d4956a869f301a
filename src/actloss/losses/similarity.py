r"""Losses of comparisons: what belongs together is to be near, what is preferred to score higher.

Each loss stands beside its derivative in its first argument, ``<name>_grad``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from actloss.arguments import (
    Floats,
    Integers,
    check_finite,
    check_non_negative,
    check_positive,
    check_scale,
    every,
)
from actloss.losses.arguments import (
    elementwise_loss,
    loss_of_matrix,
    loss_over_axis,
    over_queries,
)
from actloss.losses.logits import (
    cross_entropy_of_entries,
    cross_entropy_of_entries_grad,
)
from actloss.numerics import (
    below_largest,
    difference_error,
    entries_at,
    gated,
    is_positive,
    log1p,
    log1p_exp,
    positive_part,
    product_error,
    quotient_error,
    small_part,
)

__all__ = [
    "info_nce_loss",
    "info_nce_loss_grad",
    "info_nce_loss_temperature_grad",
    "preference_loss",
    "preference_loss_grad",
    "preference_loss_rejected_grad",
    "sigmoid_contrastive_loss",
    "sigmoid_contrastive_loss_bias_grad",
    "sigmoid_contrastive_loss_grad",
    "sigmoid_contrastive_loss_temperature_grad",
    "triplet_loss",
    "triplet_loss_grad",
    "triplet_loss_negatives_grad",
    "triplet_loss_positives_grad",
]


@loss_over_axis
def triplet_loss(
    anchors: ArrayLike,
    positives: ArrayLike,
    negatives: ArrayLike,
    *,
    margin: float = 1.0,
    axis: int = -1,
) -> Floats:
    r"""Triplet loss: an anchor shall be nearer to its positive than to its negative, by a margin.

    .. math:: \ell(a, p, n) = \max\left(0, \|a - p\|^2 - \|a - n\|^2 + m\right)

    Parameters
    ----------
    anchors, positives, negatives : array_like
        Embeddings along `axis`, of one shape.
    margin : float
        m, in squared units of the embeddings; at least 0.
    axis : int
        The axis of an embedding's coordinates.

    Returns
    -------
    ndarray
        One loss a triplet, in the float dtype of `anchors`.

    Raises
    ------
    ValueError
        If the shapes differ, or `margin` is below 0 or not finite.

    Notes
    -----
    PyTorch: ``torch.nn.functional.triplet_margin_with_distance_loss(anchors, positives, negatives,
    distance_function=lambda u, v: (u - v).square().sum(-1), margin=margin, reduction="none")``.
    The plain ``triplet_margin_loss``, also of margin 1, takes distances that are not squared.

    References
    ----------
    F. Schroff, D. Kalenichenko and J. Philbin, "FaceNet: a unified embedding for face recognition
    and clustering", CVPR 2015.

    Examples
    --------
    >>> anchors, positives = [[0.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]
    >>> triplet_loss(anchors, positives, [[3.0, 0.0], [1.0, 0.0]])
    array([0., 1.])
    """
    margin = check_non_negative("margin", margin)
    return positive_part(_excess(anchors, positives, negatives, margin, axis)).squeeze(axis)


@loss_over_axis
def triplet_loss_grad(
    anchors: ArrayLike,
    positives: ArrayLike,
    negatives: ArrayLike,
    *,
    margin: float = 1.0,
    axis: int = -1,
) -> Floats:
    r"""Derivative of :func:`triplet_loss` in the anchors; 0 where the loss is, and at the kink.

    .. math:: \frac{\partial \ell}{\partial a} = 2 (n - p)

    Parameters
    ----------
    anchors, positives, negatives, margin, axis
        As for :func:`triplet_loss`.

    Examples
    --------
    >>> anchors, positives = [[0.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]
    >>> triplet_loss_grad(anchors, positives, [[3.0, 0.0], [1.0, 0.0]])
    array([[ 0.,  0.],
           [ 2., -2.]])
    """
    margin = check_non_negative("margin", margin)
    excess = _excess(anchors, positives, negatives, margin, axis)
    active = is_positive(excess)
    return 0.0 + 2.0 * (active * negatives - active * positives)


@loss_over_axis
def triplet_loss_positives_grad(
    anchors: ArrayLike,
    positives: ArrayLike,
    negatives: ArrayLike,
    *,
    margin: float = 1.0,
    axis: int = -1,
) -> Floats:
    r"""Derivative of :func:`triplet_loss` in the positives; 0 where the loss is, and at the kink.

    .. math:: \frac{\partial \ell}{\partial p} = 2 (p - a)

    Parameters
    ----------
    anchors, positives, negatives, margin, axis
        As for :func:`triplet_loss`.

    Examples
    --------
    >>> triplet_loss_positives_grad([[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.0]])
    array([[0., 2.]])
    """
    margin = check_non_negative("margin", margin)
    excess = _excess(anchors, positives, negatives, margin, axis)
    return 0.0 + 2.0 * (positives - anchors) * is_positive(excess)


@loss_over_axis
def triplet_loss_negatives_grad(
    anchors: ArrayLike,
    positives: ArrayLike,
    negatives: ArrayLike,
    *,
    margin: float = 1.0,
    axis: int = -1,
) -> Floats:
    r"""Derivative of :func:`triplet_loss` in the negatives; 0 where the loss is, and at the kink.

    .. math:: \frac{\partial \ell}{\partial n} = 2 (a - n)

    The three derivatives add up to 0: to shift a whole triplet changes nothing.

    Parameters
    ----------
    anchors, positives, negatives, margin, axis
        As for :func:`triplet_loss`.

    Examples
    --------
    >>> triplet_loss_negatives_grad([[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.0]])
    array([[-2.,  0.]])
    """
    margin = check_non_negative("margin", margin)
    excess = _excess(anchors, positives, negatives, margin, axis)
    return 0.0 + 2.0 * (anchors - negatives) * is_positive(excess)


def _excess(
    anchors: Floats, positives: Floats, negatives: Floats, margin: float, axis: int
) -> Floats:
    """‖a − p‖² − ‖a − n‖² + m."""
    to_positive = ((anchors - positives) ** 2).sum(axis=axis, keepdims=True)
    to_negative = ((anchors - negatives) ** 2).sum(axis=axis, keepdims=True)
    excess = to_positive - to_negative + margin
    if every(np.isfinite(excess)):
        return excess
    # ∞ − ∞: the squares are too large, while their difference may be small.
    return np.where(
        np.isnan(excess), _scaled_excess(anchors, positives, negatives, axis) + margin, excess
    )


def _scaled_excess(anchors: Floats, positives: Floats, negatives: Floats, axis: int) -> Floats:
    """‖a − p‖² − ‖a − n‖² of distances that are halved, then divided by a power of two near them.

    Both are exact for numbers as large as these.
    """
    to_positive = 0.5 * anchors - 0.5 * positives
    to_negative = 0.5 * anchors - 0.5 * negatives
    largest = np.maximum(abs(to_positive), abs(to_negative)).max(axis=axis, keepdims=True)
    _, exponent = np.frexp(largest)
    to_positive, to_negative = np.ldexp(to_positive, -exponent), np.ldexp(to_negative, -exponent)
    difference = (to_positive**2).sum(axis=axis, keepdims=True) - (to_negative**2).sum(
        axis=axis, keepdims=True
    )
    return np.ldexp(difference, 2 * exponent + 2)


@loss_of_matrix
def info_nce_loss(similarities: ArrayLike, *, temperature: float = 0.07) -> Floats:
    r"""InfoNCE loss: of all candidates, each query shall find its own.

    .. math:: \ell_i = -\log \frac{e^{s_{ii} / \tau}}{\sum_j e^{s_{ij} / \tau}}

    Parameters
    ----------
    similarities : array_like
        s, of shape (queries, candidates): how much each query is like each candidate. Candidate i
        is the right one of query i; there may be more candidates than queries.
    temperature : float
        τ, above 0: the smaller, the more the hardest candidates count.

    Returns
    -------
    ndarray
        One loss a query, in nats, in the float dtype of `similarities`.

    Raises
    ------
    ValueError
        If `similarities` has not two axes, or fewer candidates than queries, or `temperature` is
        not finite and above 0.

    Notes
    -----
    PyTorch: none; ``torch.nn.functional.cross_entropy(similarities / temperature,
    torch.arange(len(similarities)), reduction="none")``. CLIP takes the mean of this loss and of
    that of the transposed matrix.

    References
    ----------
    A. van den Oord, Y. Li and O. Vinyals, "Representation learning with contrastive predictive
    coding", arXiv:1807.03748, 2018.

    Examples
    --------
    >>> info_nce_loss([[1.0, 0.0], [0.5, 0.5]], temperature=0.5).round(4)
    array([0.1269, 0.6931])
    """
    temperature = check_positive("temperature", temperature)
    return over_queries(_info_nce, similarities, temperature=temperature)


def _info_nce(similarities: Floats, own: Integers, *, temperature: float, axis: int) -> Floats:
    # Only differences count, and these do not overflow to ∞ − ∞.
    logits = below_largest(similarities, axis) / temperature
    return cross_entropy_of_entries(logits, entries_at(own, axis), axis)


@loss_of_matrix
def info_nce_loss_grad(similarities: ArrayLike, *, temperature: float = 0.07) -> Floats:
    r"""Derivative of :func:`info_nce_loss` in the similarities.

    .. math:: \frac{\partial \ell_i}{\partial s_{ij}}
              = \frac{\operatorname{softmax}(s_i / \tau)_j - [i = j]}{\tau}

    Parameters
    ----------
    similarities, temperature
        As for :func:`info_nce_loss`.

    Examples
    --------
    >>> info_nce_loss_grad([[1.0, 0.0], [0.5, 0.5]], temperature=0.5).round(4)
    array([[-0.2384,  0.2384],
           [ 1.    , -1.    ]])
    """
    temperature = check_positive("temperature", temperature)
    return over_queries(_info_nce_grad, similarities, temperature=temperature)


def _info_nce_grad(similarities: Floats, own: Integers, *, temperature: float, axis: int) -> Floats:
    logits = below_largest(similarities, axis) / temperature
    return cross_entropy_of_entries_grad(logits, entries_at(own, axis), axis) / temperature


@loss_of_matrix
def info_nce_loss_temperature_grad(similarities: ArrayLike, *, temperature: float = 0.07) -> Floats:
    r"""Derivative of :func:`info_nce_loss` in the temperature, one a query: CLIP learns it.

    .. math:: \frac{\partial \ell_i}{\partial \tau}
              = \frac{1}{\tau^2} \sum_j \operatorname{softmax}(s_i / \tau)_j \, (s_{ii} - s_{ij})

    Parameters
    ----------
    similarities, temperature
        As for :func:`info_nce_loss`.

    Examples
    --------
    >>> info_nce_loss_temperature_grad([[1.0, 0.0], [0.5, 0.5]], temperature=0.5).round(4)
    array([0.4768, 0.    ])
    """
    temperature = check_positive("temperature", temperature)
    return over_queries(_info_nce_temperature_grad, similarities, temperature=temperature)


def _info_nce_temperature_grad(
    similarities: Floats, own: Integers, *, temperature: float, axis: int
) -> Floats:
    logits, right = similarities / temperature, entries_at(own, axis)
    pulls = cross_entropy_of_entries_grad(logits, right, axis)
    ahead = similarities[right] - similarities
    return (pulls * (ahead / temperature)).sum(axis=axis) / temperature


@loss_of_matrix
def sigmoid_contrastive_loss(
    similarities: ArrayLike, *, temperature: float = 0.1, bias: float = -10.0
) -> Floats:
    r"""Sigmoid loss of SigLIP: each pair is judged on its own, as belonging together or not.

    .. math:: \ell_i = \sum_j \log\left(1 + e^{-y_{ij} (s_{ij} / \tau + b)}\right), \qquad
              y_{ij} = \begin{cases} +1 & i = j \\ -1 & i \ne j \end{cases}

    Parameters
    ----------
    similarities : array_like
        s, of shape (queries, candidates). Candidate i is the right one of query i; there may be
        more candidates than queries.
    temperature : float
        τ, above 0.
    bias : float
        b: how unlikely a pair is to belong together before it is looked at. The paper begins with
        −10 and learns it, as it learns τ.

    Returns
    -------
    ndarray
        One loss a query, in nats, in the float dtype of `similarities`.

    Raises
    ------
    ValueError
        If `similarities` has not two axes, or fewer candidates than queries, `temperature` is not
        finite and above 0, or `bias` is not finite.

    Notes
    -----
    PyTorch: none; ``-torch.nn.functional.logsigmoid(signs * (similarities / temperature +
    bias)).sum(1)`` with ``signs = 2 * torch.eye(*similarities.shape) - 1``.

    References
    ----------
    X. Zhai, B. Mustafa, A. Kolesnikov and L. Beyer, "Sigmoid loss for language image pre-training",
    ICCV 2023.

    Examples
    --------
    >>> sigmoid_contrastive_loss([[1.0, 0.0], [0.5, 0.5]]).round(4)
    array([0.6932, 5.0134])
    """
    temperature, bias = check_positive("temperature", temperature), check_finite("bias", bias)
    return over_queries(_sigmoid_contrastive, similarities, temperature=temperature, bias=bias)


def _sigmoid_contrastive(
    similarities: Floats, own: Integers, *, temperature: float, bias: float, axis: int
) -> Floats:
    signs = _signs(similarities, own, axis)
    return log1p_exp(-signs * (similarities / temperature + bias)).sum(axis)


@loss_of_matrix
def sigmoid_contrastive_loss_grad(
    similarities: ArrayLike, *, temperature: float = 0.1, bias: float = -10.0
) -> Floats:
    r"""Derivative of :func:`sigmoid_contrastive_loss` in the similarities.

    .. math:: \frac{\partial \ell_i}{\partial s_{ij}}
              = -\frac{y_{ij}}{\tau} \, \sigma\bigl(-y_{ij} (s_{ij} / \tau + b)\bigr)

    Parameters
    ----------
    similarities, temperature, bias
        As for :func:`sigmoid_contrastive_loss`.

    Examples
    --------
    >>> sigmoid_contrastive_loss_grad([[1.0, 0.0], [0.5, 0.5]]).round(4)
    array([[-5.0000e+00,  5.0000e-04],
           [ 6.6900e-02, -9.9331e+00]])
    """
    temperature, bias = check_positive("temperature", temperature), check_finite("bias", bias)
    return over_queries(_sigmoid_contrastive_grad, similarities, temperature=temperature, bias=bias)


def _sigmoid_contrastive_grad(
    similarities: Floats, own: Integers, *, temperature: float, bias: float, axis: int
) -> Floats:
    signs = _signs(similarities, own, axis)
    logits, lost = _logits(similarities, temperature, bias)
    wrong = gated(1.0, -signs * logits, 1.0 - signs * lost)
    return -signs * wrong / temperature


@loss_of_matrix
def sigmoid_contrastive_loss_temperature_grad(
    similarities: ArrayLike, *, temperature: float = 0.1, bias: float = -10.0
) -> Floats:
    r"""Derivative of :func:`sigmoid_contrastive_loss` in the temperature, one a query.

    .. math:: \frac{\partial \ell_i}{\partial \tau} = \sum_j \frac{y_{ij} \, s_{ij}}{\tau^2} \,
              \sigma\bigl(-y_{ij} (s_{ij} / \tau + b)\bigr)

    Parameters
    ----------
    similarities, temperature, bias
        As for :func:`sigmoid_contrastive_loss`.

    Examples
    --------
    >>> sigmoid_contrastive_loss_temperature_grad([[1.0, 0.0], [0.5, 0.5]]).round(4)
    array([50.    , 49.3307])
    """
    temperature, bias = check_positive("temperature", temperature), check_finite("bias", bias)
    formula = _sigmoid_contrastive_temperature_grad
    return over_queries(formula, similarities, temperature=temperature, bias=bias)


def _sigmoid_contrastive_temperature_grad(
    similarities: Floats, own: Integers, *, temperature: float, bias: float, axis: int
) -> Floats:
    signs = _signs(similarities, own, axis)
    logits, lost = _logits(similarities, temperature, bias)
    pulls = signs * gated(1.0, -signs * logits, 1.0 - signs * lost)
    return (pulls * (similarities / temperature)).sum(axis=axis) / temperature


@loss_of_matrix
def sigmoid_contrastive_loss_bias_grad(
    similarities: ArrayLike, *, temperature: float = 0.1, bias: float = -10.0
) -> Floats:
    r"""Derivative of :func:`sigmoid_contrastive_loss` in the bias, one a query.

    .. math:: \frac{\partial \ell_i}{\partial b}
              = -\sum_j y_{ij} \, \sigma\bigl(-y_{ij} (s_{ij} / \tau + b)\bigr)

    Parameters
    ----------
    similarities, temperature, bias
        As for :func:`sigmoid_contrastive_loss`.

    Examples
    --------
    >>> sigmoid_contrastive_loss_bias_grad([[1.0, 0.0], [0.5, 0.5]]).round(4)
    array([-0.5   , -0.9866])
    """
    temperature, bias = check_positive("temperature", temperature), check_finite("bias", bias)
    formula = _sigmoid_contrastive_bias_grad
    return over_queries(formula, similarities, temperature=temperature, bias=bias)


def _sigmoid_contrastive_bias_grad(
    similarities: Floats, own: Integers, *, temperature: float, bias: float, axis: int
) -> Floats:
    signs = _signs(similarities, own, axis)
    logits, lost = _logits(similarities, temperature, bias)
    return (-signs * gated(1.0, -signs * logits, 1.0 - signs * lost)).sum(axis=axis)


def _signs(similarities: Floats, own: Integers, axis: int) -> Floats:
    """1 for the pairs that belong together, −1 for the others."""
    signs = np.full(similarities.shape, -1.0, similarities.dtype)
    signs[entries_at(own, axis)] = 1.0
    return signs


def _logits(similarities: Floats, temperature: float, bias: float) -> tuple[Floats, Floats]:
    """The logit of each pair, and what rounding took from it."""
    scaled = similarities / temperature
    rounded = float(scaled.dtype.type(bias))
    lost = quotient_error(similarities, temperature) + difference_error(scaled, -rounded)
    lost += bias - rounded
    return scaled + bias, small_part(lost)


@elementwise_loss
def preference_loss(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Preference loss of Bradley and Terry: what was chosen shall score higher.

    .. math:: \ell(c, r) = -\log \sigma\bigl(\beta (c - r)\bigr)
              = \log\left(1 + e^{\beta (r - c)}\right)

    With rewards it trains a reward model. With c and r the logarithms of how much likelier the
    trained model finds each answer than a reference model does, it is direct preference
    optimisation (DPO), commonly with β = 0.1.

    Parameters
    ----------
    chosen, rejected : array_like
        Scores of the two answers of each pair, of one shape; `rejected` may be a single number.
    beta : float
        β, how far a difference of scores counts, between 1e-30 and 1e30.

    Returns
    -------
    ndarray
        One loss a pair, in nats, in the float dtype of `chosen`.

    Raises
    ------
    ValueError
        If the shapes differ, or `beta` is out of range.

    Notes
    -----
    PyTorch: none; ``-torch.nn.functional.logsigmoid(beta * (chosen - rejected))``. A difference
    beyond the largest float counts as ∞.

    References
    ----------
    R. Rafailov, A. Sharma, E. Mitchell, C. D. Manning, S. Ermon and C. Finn, "Direct preference
    optimization: your language model is secretly a reward model", NeurIPS 2023.

    Examples
    --------
    >>> preference_loss([1.0, 0.0], [0.0, 1.0]).round(4)
    array([0.3133, 1.3133])
    """
    beta = check_scale("beta", beta)
    logit, lost = _preference(chosen, rejected, beta)
    e = np.exp(-np.abs(logit))
    return positive_part(logit) + log1p(e - e * (np.sign(logit) * lost))


@elementwise_loss
def preference_loss_grad(chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 1.0) -> Floats:
    r"""Derivative of :func:`preference_loss` in the chosen scores.

    .. math:: \frac{\partial \ell}{\partial c} = -\beta \, \sigma\bigl(\beta (r - c)\bigr)

    Parameters
    ----------
    chosen, rejected, beta
        As for :func:`preference_loss`.

    Examples
    --------
    >>> preference_loss_grad([1.0, 0.0], [0.0, 1.0]).round(4)
    array([-0.2689, -0.7311])
    """
    beta = check_scale("beta", beta)
    logit, lost = _preference(chosen, rejected, beta)
    return -beta * gated(1.0, logit, 1.0 + lost)


@elementwise_loss
def preference_loss_rejected_grad(
    chosen: ArrayLike, rejected: ArrayLike, *, beta: float = 1.0
) -> Floats:
    r"""Derivative of :func:`preference_loss` in the rejected scores: the opposite of the first.

    .. math:: \frac{\partial \ell}{\partial r} = \beta \, \sigma\bigl(\beta (r - c)\bigr)

    Parameters
    ----------
    chosen, rejected, beta
        As for :func:`preference_loss`.

    Examples
    --------
    >>> preference_loss_rejected_grad([1.0, 0.0], [0.0, 1.0]).round(4)
    array([0.2689, 0.7311])
    """
    beta = check_scale("beta", beta)
    logit, lost = _preference(chosen, rejected, beta)
    return beta * gated(1.0, logit, 1.0 + lost)


def _preference(chosen: Floats, rejected: Floats, beta: float) -> tuple[Floats, Floats]:
    """β (r − c), and what rounding took from that: exp would magnify it."""
    difference = rejected - chosen
    lost = product_error(beta, difference) + beta * difference_error(rejected, chosen)
    return beta * difference, small_part(lost)
