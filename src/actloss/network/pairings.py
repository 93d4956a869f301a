"""Output units with the losses that belong to them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from actloss import activations, losses


class Pairing(NamedTuple):
    """What stands on top of the last layer: how its logits are read, and the loss that trains it.

    ``loss`` takes (logits, targets) and has one value a sample, or one a logit; ``loss_grad`` is
    its derivative in the logits. Output function and loss are fused: sigmoid with cross-entropy
    gives p − y, with no division by a probability on the way.
    """

    name: str
    predict: Callable  # logits → labels or values
    probabilities: Callable | None  # logits → probabilities, if the output means any
    loss: Callable
    loss_grad: Callable


def _is_positive(logits):
    return (logits > 0).astype(np.int64)


def _largest(logits):
    return logits.argmax(axis=-1)


SIGMOID_CROSS_ENTROPY = Pairing(
    "sigmoid + binary cross-entropy",
    _is_positive,
    activations.sigmoid,
    losses.binary_cross_entropy_with_logits,
    losses.binary_cross_entropy_with_logits_grad,
)
SOFTMAX_CROSS_ENTROPY = Pairing(
    "softmax + cross-entropy",
    _largest,
    activations.softmax,
    losses.sparse_softmax_cross_entropy,
    losses.sparse_softmax_cross_entropy_grad,
)
LINEAR_SQUARED_ERROR = Pairing(
    "linear + squared error", np.copy, None, losses.squared_error, losses.squared_error_grad
)
LINEAR_ABSOLUTE_ERROR = Pairing(
    "linear + absolute error", np.copy, None, losses.absolute_error, losses.absolute_error_grad
)
LINEAR_HUBER = Pairing(
    "linear + Huber loss", np.copy, None, losses.huber_loss, losses.huber_loss_grad
)
PAIRINGS = (
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    LINEAR_SQUARED_ERROR,
    LINEAR_ABSOLUTE_ERROR,
    LINEAR_HUBER,
)
