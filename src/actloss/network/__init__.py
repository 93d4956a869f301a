"""A multilayer perceptron from scratch, and the parts that it is made of.

Its parts are in ``layers`` (forward and backward), ``pairings`` (the output with its loss),
``optimisers`` (the step) and ``initialisers`` (how weights begin). What a network lets in is
checked by ``arguments``; ``files`` keeps it in files.
"""

from actloss.network.layers import Activation, Dense, PReLU
from actloss.network.network import DivergenceError, Network
from actloss.network.optimisers import SGD, Adam
from actloss.network.pairings import (
    LINEAR_ABSOLUTE_ERROR,
    LINEAR_HUBER,
    LINEAR_SQUARED_ERROR,
    PAIRINGS,
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    Pairing,
)

__all__ = [
    "LINEAR_ABSOLUTE_ERROR",
    "LINEAR_HUBER",
    "LINEAR_SQUARED_ERROR",
    "PAIRINGS",
    "SGD",
    "SIGMOID_CROSS_ENTROPY",
    "SOFTMAX_CROSS_ENTROPY",
    "Activation",
    "Adam",
    "Dense",
    "DivergenceError",
    "Network",
    "PReLU",
    "Pairing",
]
