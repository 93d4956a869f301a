"""A multilayer perceptron from scratch, and the parts that it is made of.

Its parts are in ``layers`` (forward and backward), ``pairings`` (the output with its loss),
``initialisers`` (how weights begin), ``optimisers`` (the step) and ``training`` (step after step);
``ensemble`` trains many networks side by side.
What a network lets in is checked by ``arguments``; ``files`` keeps it in files.
"""

import sys
from typing import TYPE_CHECKING, NoReturn

from actloss import names
from actloss.network.ensemble import Ensemble
from actloss.network.layers import Activation, Dense, PReLU
from actloss.network.network import Network
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
from actloss.network.training import DivergenceError

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
    "Ensemble",
    "Network",
    "PReLU",
    "Pairing",
]


if not TYPE_CHECKING:  # a type checker knows the names by itself

    def __getattr__(name: str) -> NoReturn:
        raise names.missing(sys.modules[__name__], name)
