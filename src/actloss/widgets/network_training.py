"""Small networks that the page trains itself: their points, their first weights, and their runs.

The page trains by ``network_training.js``. Here the same runs are made with ``actloss.network``:
for the still pictures, and to hold the page's weights against.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from actloss import losses
from actloss.activations import sigmoid, sigmoid_grad
from actloss.arguments import Floats
from actloss.catalogue import ACTIVATIONS
from actloss.javascript import to_javascript
from actloss.network import SGD, DivergenceError, Network
from actloss.widgets.training_runs import (
    LOSSES,
    MATCHES,
    OUTPUTS,
    certainty,
    unchecked_cross_entropy,
    unchecked_cross_entropy_grad,
)

HIDDEN = ("identity", "step", "sigmoid", "tanh", "relu", "leaky_relu", "gelu", "silu")
LAYERS, UNITS, SEEDS = (0, 3), (2, 8), (1, 2, 3)  # the least and the most; every seed
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
STEPS = tuple(range(0, 401, 10))
MOMENTUM = 0.9
SAMPLES = 120  # an even number, half of each class
OF_POINTS, OF_DRAWS = 100, 10_000  # parts of 1 in which the page is given points and draws
REACH = 2.6  # the plane is shown from −REACH to REACH


# --- points ----------------------------------------------------------------------------------


def _moons(rng: np.random.Generator, half: int) -> tuple[Floats, Floats]:
    angle = rng.uniform(0.0, np.pi, (2, half))
    upper = np.stack([np.cos(angle[0]) - 0.5, np.sin(angle[0]) - 0.35], axis=-1)
    lower = np.stack([0.5 - np.cos(angle[1]), 0.35 - np.sin(angle[1])], axis=-1)
    points = 1.35 * np.stack([upper, lower]) + rng.normal(0.0, 0.16, (2, half, 2))
    return points[0], points[1]


def _ring(rng: np.random.Generator, half: int) -> tuple[Floats, Floats]:
    angle = rng.uniform(0.0, 2.0 * np.pi, (2, half))
    radius = np.stack([rng.uniform(1.5, 2.3, half), rng.uniform(0.0, 1.1, half)])
    points = radius[..., np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return points[0], points[1]


def _quadrants(rng: np.random.Generator, half: int) -> tuple[Floats, Floats]:
    points = rng.uniform(0.25, 2.2, (2, half, 2))
    points[:, ::2] *= -1.0
    points[0, :, 0] *= -1.0  # exclusive or: one coordinate is negative, and not both
    return points[1], points[0]


def _spirals(rng: np.random.Generator, half: int) -> tuple[Floats, Floats]:
    turn = np.sqrt(rng.uniform(0.04, 1.0, half))
    angle = 2.75 * np.pi * turn
    arm = 2.2 * turn[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    points = np.stack([arm, -arm]) + rng.normal(0.0, 0.07, (2, half, 2))
    return points[0], points[1]


DATA: dict[str, Callable[[np.random.Generator, int], tuple[Floats, Floats]]] = {
    "two moons": _moons,
    "ring": _ring,
    "exclusive or": _quadrants,
    "spirals": _spirals,
}


@cache
def samples(data: str) -> tuple[Floats, NDArray[np.int64]]:
    """Points of both classes, (SAMPLES, 2), to hundredths as the page has them, and labels."""
    classes = DATA[data](np.random.default_rng(4), SAMPLES // 2)
    labels = np.repeat([0, 1], SAMPLES // 2)
    return np.rint(OF_POINTS * np.concatenate(classes)) / OF_POINTS + 0.0, labels


# --- first weights ---------------------------------------------------------------------------


INITIALISATIONS: dict[str, Callable[[int, int], float]] = {
    "Xavier": lambda fan_in, fan_out: (2.0 / (fan_in + fan_out)) ** 0.5,
    "He": lambda fan_in, fan_out: (2.0 / fan_in) ** 0.5,
    "ten times He": lambda fan_in, fan_out: 10.0 * (2.0 / fan_in) ** 0.5,
    "all zeros": lambda fan_in, fan_out: 0.0,
}
_MOST_WEIGHTS = 2 * UNITS[1] + (LAYERS[1] - 1) * UNITS[1] ** 2 + UNITS[1]


@cache
def draws(seed: int) -> Floats:
    """Standard normal numbers for the weights of the largest network, to four decimals."""
    return np.rint(OF_DRAWS * np.random.default_rng(seed).standard_normal(_MOST_WEIGHTS)) / OF_DRAWS


# --- runs ------------------------------------------------------------------------------------


class Choice(NamedTuple):
    """Everything that decides a run but its seed."""

    data: str = "two moons"
    layers: int = 2
    units: int = 6
    hidden: str = "tanh"
    output: str = "sigmoid"
    loss: str = "cross-entropy"
    rate: float = 0.1
    weights: str = "Xavier"
    twice: bool = False  # the slope of the output unit comes in once more

    @property
    def sizes(self) -> list[int]:
        return [2, *[self.units] * self.layers, 1]


def new_network(choice: Choice, seed: int) -> Network:
    """The network before its first step."""
    scale, numbers = INITIALISATIONS[choice.weights], iter(draws(seed))

    def initialise(_: Any, shape: tuple[int, int], *, dtype: Any) -> Floats:
        drawn = np.array([next(numbers) for _ in range(shape[0] * shape[1])], dtype)
        return drawn.reshape(shape) * scale(*shape) + 0.0

    pairing = MATCHES[choice.output, choice.loss].pairing
    if choice.twice and choice.output == "sigmoid":
        once = pairing.loss_grad
        pairing = pairing._replace(
            loss_grad=lambda logits, labels: once(logits, labels) * sigmoid_grad(logits)
        )
    return Network(
        choice.sizes,
        activation=choice.hidden,
        pairing=pairing,
        rng=np.random.default_rng(seed),
        initialise=initialise,
    )


class Run(NamedTuple):
    """A training as far as it went: the network, and loss and accuracy before each step."""

    network: Network
    losses: list[float]
    accuracies: list[float]


def train(choice: Choice, seed: int, steps: int) -> Run:
    """Full batches, by gradient descent with momentum; it ends where a weight is no number."""
    points, labels = samples(choice.data)
    network, optimiser = new_network(choice, seed), SGD(choice.rate, momentum=MOMENTUM)
    before = [network.loss(points, labels)], [network.accuracy(points, labels)]
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        try:
            history = network.fit(
                points, labels, optimiser=optimiser, epochs=1, rng=rng, batch_size=len(points)
            )
        except DivergenceError:
            break
        before[0].append(history["loss"][0])
        before[1].append(history["accuracy"][0])
    return Run(network, *before)


def sizes_of_gradients(network: Network, choice: Choice) -> list[float]:
    """The root mean square of the gradient in the weights of each layer, first to last."""
    points, labels = samples(choice.data)
    gradients = network.gradients(points, labels)
    return [float(np.sqrt(np.mean(layer["weights"] ** 2))) for layer in gradients]


def dead_units(network: Network, choice: Choice) -> list[int]:
    """How many units of each hidden layer have slope 0 at every point."""
    points, _ = samples(choice.data)
    slope = ACTIVATIONS[choice.hidden].gradient
    return [
        int((slope(sums) == 0.0).all(axis=0).sum()) for sums in network.pre_activations(points)[:-1]
    ]


def answers(network: Network, choice: Choice, points: Floats) -> Floats:
    """From 0 (surely class 0) to 1 (surely class 1), at points of shape (n, 2)."""
    return certainty(choice.output, choice.loss, network.forward(points)[:, 0])


# --- what the page is given ------------------------------------------------------------------


def _whole(values: Floats, parts: int) -> list[int]:
    """Numbers of so many parts of 1 as integers, which take fewer letters."""
    return np.rint(parts * values).astype(int).ravel().tolist()


def facts_module() -> str:
    """`training_facts.js`: points, draws, names, and the functions, translated."""
    facts = {
        "points": {name: _whole(samples(name)[0], OF_POINTS) for name in DATA},
        "labels": "".join(map(str, samples("ring")[1])),
        "ofPoints": OF_POINTS,
        "draws": {seed: _whole(draws(seed), OF_DRAWS) for seed in SEEDS},
        "ofDraws": OF_DRAWS,
        "hidden": HIDDEN,
        "hiddenTitles": [ACTIVATIONS[name].title for name in HIDDEN],
        "data": list(DATA),
        "outputs": OUTPUTS,
        "losses": LOSSES,
        "weights": list(INITIALISATIONS),
        "rates": RATES,
        "seeds": SEEDS,
        "steps": STEPS,
        "momentum": MOMENTUM,
        "reach": REACH,
        "notes": {f"{output}|{loss}": match.note for (output, loss), match in MATCHES.items()},
    }
    functions: list[Callable[..., Any]] = [
        *(f for name in HIDDEN for f in (ACTIVATIONS[name].function, ACTIVATIONS[name].gradient)),
        sigmoid,
        sigmoid_grad,
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_grad,
        losses.squared_error,
        losses.squared_error_grad,
        losses.hinge_loss,
        losses.hinge_loss_grad,
        unchecked_cross_entropy,
        unchecked_cross_entropy_grad,
    ]
    table = ", ".join(
        f"{name}: [{ACTIVATIONS[name].function.__name__}, {ACTIVATIONS[name].gradient.__name__}]"
        for name in HIDDEN
    )
    return (
        to_javascript(dict.fromkeys(functions))
        + f"export const FACTS = {json.dumps(facts, ensure_ascii=False, separators=(',', ':'))};\n"
        + f"export const ACTIVATION = {{ {table} }};\n"
    )
