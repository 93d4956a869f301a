"""Training: one step after another, and what to say when the numbers run away."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from actloss.arguments import Floats
from actloss.network.optimisers import Optimiser

if TYPE_CHECKING:
    from actloss.network.network import Network


class DivergenceError(ArithmeticError):
    """Training met a number that is not finite."""


@np.errstate(over="ignore", invalid="ignore")
def train(
    network: Network,
    optimiser: Optimiser,
    measured: dict[str, tuple[Floats, NDArray[Any]]],
    bar: tqdm,
    rng: np.random.Generator,
    batch_size: int,
) -> dict[str, list[float]]:
    """Let a network learn the data ``measured[""]``, through the epochs that a tqdm bar counts.

    After every epoch it is measured on all data; what comes of it is returned, a list by name.
    """
    inputs, targets = measured[""]
    history: dict[str, list[float]] = {}
    steps = count(1)
    for epoch in bar:
        order = rng.permutation(len(inputs))
        shuffled_inputs, shuffled_targets = inputs[order], targets[order]
        for start in range(0, len(inputs), batch_size):
            batch = slice(start, start + batch_size)
            network._backpropagate(shuffled_inputs[batch], shuffled_targets[batch])
            optimiser.step(network.parameters, network.gradient)
            step = next(steps)
            if not np.isfinite(network.parameters).all():
                raise DivergenceError(divergence_report(network, step, epoch + 1, optimiser))
        for prefix, data in measured.items():
            for name, value in network._measure(*data).items():
                history.setdefault(prefix + name, []).append(value)
        bar.set_postfix_str(f"loss {history['loss'][-1]:.3g}", refresh=False)
    return history


def divergence_report(network: Network, step: int, epoch: int, optimiser: Optimiser) -> str:
    """Find the first number that is not finite, in the order of the computation."""
    dense = network._dense_layers()
    places = [(number, "outputs", layer.outputs) for number, layer in dense]
    places += [(number, "weight gradient", layer.weights_grad) for number, layer in dense[::-1]]
    places += [(number, "updated weights", layer.weights) for number, layer in dense]
    places += [(number, "updated biases", layer.bias) for number, layer in dense]
    number, what = next(
        ((number, what) for number, what, array in places if not np.isfinite(array).all()),
        (len(dense), "activation parameters"),
    )
    short = network.dtype == np.float16
    room = " float16 ends at 65504: dtype=np.float32 has room." if short else ""
    return (
        f"training diverged at step {step} (epoch {epoch}): infinite or NaN numbers, first in "
        f"the {what} of layer {number} ({network.sizes[number - 1]} → {network.sizes[number]}). "
        f"Try a learning rate below {optimiser.learning_rate:g}, say "
        f"{optimiser.learning_rate / 10:g}; inputs (and targets, in regression) standardised "
        f"to mean 0 and variance 1; or smaller initial weights.{room}"
    )
