"""How a program that is type-checked calls the package. `make lint` checks it; nothing runs it.

Every ``type: ignore`` stands for a mistake that the checker has to find: one that it misses is an
error, too.
"""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np

import actloss
from actloss.arguments import Floats
from actloss.calibration import best_temperature
from actloss.gradcheck import GradientCheck, gradcheck
from actloss.network import SGD, SIGMOID_CROSS_ENTROPY, Network
from actloss.network.initialisers import he_normal


def functions() -> None:
    assert_type(actloss.activations.relu([-1, 2]), Floats)
    assert_type(actloss.activations.prelu_alpha_grad(np.ones(3), alpha=[0.1, 0.2, 0.3]), Floats)
    assert_type(actloss.losses.huber_loss(predictions=0.5, targets=[1.0], delta=2), Floats)
    assert_type(actloss.losses.softmax_cross_entropy([[1.0, 2.0]], [[0, 1]], axis=-1), Floats)
    assert_type(actloss.catalogue.ACTIVATIONS["elu"].at("kinks", alpha=2.0), Any)
    assert_type(actloss.__version__, str)
    assert_type(best_temperature([[3.0, 0.0]], [0]), float)
    assert_type(gradcheck(np.sin, np.cos, [1.0]), GradientCheck)


def networks(rng: np.random.Generator) -> None:
    network = Network([2, 3, 1], pairing=SIGMOID_CROSS_ENTROPY, rng=rng, initialise=he_normal)
    history = network.fit([[0, 1]], [1], optimiser=SGD(0.1), epochs=3, rng=rng)
    assert_type(history, dict[str, list[float]])
    assert_type(network.check_gradient([[0, 1]], [1]), GradientCheck)


def mistakes(rng: np.random.Generator) -> None:
    actloss.activations.relu(None)  # type: ignore[arg-type]
    actloss.activations.elu(0.0, 2.0)  # type: ignore[call-arg]
    actloss.activations.elu(0.0, alfa=2.0)  # type: ignore[call-arg]
    actloss.activations.softmax([1.0, 2.0], temperature="warm")  # type: ignore[arg-type]
    actloss.losses.huber_loss([1.0])  # type: ignore[call-arg]
    actloss.losses.huber_loss([1.0], [2.0], delta=None)  # type: ignore[arg-type]
    actloss.losses.entropy([0.5, 0.5]).nothing()  # type: ignore[attr-defined]
    Network([2, 1], rng=rng)  # type: ignore[call-arg]
    Network("2, 1", pairing=None, rng=rng)  # type: ignore[arg-type]
