"""Networks of one shape side by side: each operation is started once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.arguments import Floats, as_array, check_positive_integers
from actloss.calls import explained
from actloss.network.arguments import check_data, check_optimiser, check_rng
from actloss.network.layers import Activation, Dense, DenseStack, PReLU, PReLUStack
from actloss.network.network import Network
from actloss.network.optimisers import Optimiser


class Ensemble:
    """Networks that differ in their weights alone, trained at once.

    Each comes out as its own :meth:`Network.fit` would leave it, but for rounding; of ten small
    networks it takes a third of the time, as NumPy then starts one operation and not ten.

    Parameters
    ----------
    networks : sequence of Network
        Alike in sizes, activation, pairing and dtype, which is not float16.

    Attributes
    ----------
    networks : list of Network
        Those that were given. They learn, and can be used as ever.
    parameters, gradient : numpy.ndarray
        Shape (networks, parameters of each). What the networks keep there are views of these two.

    Raises
    ------
    TypeError
        If ``networks`` are no networks.
    ValueError
        If there are none, one is there twice, they are not alike, or are of float16.

    Examples
    --------
    Two networks that learn XOR, each with the weights and the order of samples of its seed:

    >>> from actloss.network import SIGMOID_CROSS_ENTROPY, Adam
    >>> inputs, labels = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    >>> pairing = SIGMOID_CROSS_ENTROPY
    >>> both = Ensemble([Network([2, 8, 1], pairing=pairing, rng=rng) for rng in rngs])
    >>> both.fit(inputs, labels, optimiser=Adam(0.05), epochs=200, rngs=rngs)
    array([ True,  True])
    >>> [network.accuracy(inputs, labels) for network in both.networks]
    [1.0, 1.0]
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = _check_alike(networks)
        first = self.networks[0]
        self.parameters = np.stack([network.parameters for network in self.networks])
        self.gradient = np.zeros_like(self.parameters)
        for network, *rows in zip(self.networks, self.parameters, self.gradient, strict=True):
            network._keep_parameters_in(*rows)
        self.layers = []
        start = 0
        for layer in first.layers:
            width = sum(getattr(layer, name).size for name in layer.parameter_names)
            piece = slice(start, start + width)
            self.layers.append(_stacked(layer, self.parameters[:, piece], self.gradient[:, piece]))
            start = piece.stop

    @explained
    @np.errstate(over="ignore", invalid="ignore")
    def fit(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        *,
        optimiser: Optimiser,
        epochs: int,
        rngs: Sequence[np.random.Generator],
        batch_size: int = 32,
    ) -> NDArray[np.bool_]:
        """Mini-batch gradient descent for each of the networks, as by :meth:`Network.fit`.

        Nothing is measured on the way. A network that diverges keeps no other from learning, and
        is left with parameters that are not finite.

        Parameters
        ----------
        inputs, targets : array_like
            The training set of all. Or a training set for each network, of the same size, along
            one more axis in front: inputs of shape (networks, samples, features).
        optimiser : SGD or Adam
            Takes one step for every batch, with all networks. It keeps its running means from one
            ``fit`` to the next, as long as it serves the same ensemble.
        epochs : int
            How often every sample is seen.
        rngs : sequence of numpy.random.Generator
            One for each network: draws the order of its samples.
        batch_size : int
            Samples in a step. The last batch of an epoch may be smaller.

        Returns
        -------
        numpy.ndarray of bool
            Which of the networks are finite, in every parameter: False for those that diverged.

        Raises
        ------
        TypeError, ValueError
            As by :meth:`Network.fit`, or there is not one ``rng`` a network; nothing was learned.
        """
        check_positive_integers(epochs=epochs, batch_size=batch_size)
        check_optimiser(optimiser)
        rngs = _check_rngs(rngs, len(self.networks))
        inputs, targets = self._check_data(inputs, targets)
        each = np.arange(len(self.networks))[:, np.newaxis]
        for _ in range(epochs):
            orders = np.stack([rng.permutation(inputs.shape[1]) for rng in rngs])
            for start in range(0, inputs.shape[1], batch_size):
                batches = orders[:, start : start + batch_size]
                self._backpropagate(inputs[each, batches], targets[each, batches])
                optimiser.step(self.parameters, self.gradient)
            # What is not finite stays so at each step: it is enough to look now and then.
            finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(self.parameters), axis=1)
            if not finite.any():
                break
        return finite

    def _check_data(self, inputs: ArrayLike, targets: ArrayLike) -> tuple[Floats, NDArray[Any]]:
        """Data with an axis for the networks in front, along which common data are repeated."""
        networks = len(self.networks)
        inputs, targets = as_array(inputs, "inputs"), as_array(targets, "targets")
        if inputs.ndim != 3:
            x, y = check_data(self.networks[0], inputs, targets)
            return np.broadcast_to(x, (networks, *x.shape)), np.broadcast_to(
                y, (networks, *y.shape)
            )
        if inputs.shape[0] != networks or targets.shape[:1] != (networks,):
            raise ValueError(
                f"inputs and targets must be one for each network, {networks}, if they have three "
                f"axes and two or more, but got shapes {inputs.shape} and {targets.shape}"
            )
        own = [
            check_data(network, *data)
            for network, *data in zip(self.networks, inputs, targets, strict=True)
        ]
        return np.stack([x for x, _ in own]), np.stack([y for _, y in own])

    def _backpropagate(self, inputs: Floats, targets: NDArray[Any]) -> None:
        """Inputs of shape (networks, samples, features), targets (networks, samples, …)."""
        networks, samples = inputs.shape[:2]
        logits = inputs
        for layer in self.layers:
            logits = layer.forward(logits)
        gradient = self.networks[0].pairing.loss_grad(
            logits.reshape(networks * samples, -1),
            targets.reshape(networks * samples, *targets.shape[2:]),
        )
        gradient = (gradient / samples).reshape(logits.shape)
        for layer in reversed(self.layers[1:]):
            gradient = layer.backward(gradient)
        self.layers[0].store_gradients(gradient)


def _stacked(layer: Any, parameters: Floats, gradient: Floats) -> Any:
    """The layer of all networks, which keeps its parameters and their gradient in these arrays."""
    if isinstance(layer, Activation):
        return layer
    if isinstance(layer, PReLU):
        slopes = PReLUStack(parameters[:, :, np.newaxis])
        slopes.alpha_grad = gradient[:, :, np.newaxis]
        return slopes
    dense = DenseStack(*_weights_and_bias(layer, parameters))
    dense.weights_grad, dense.bias_grad = _weights_and_bias(layer, gradient)
    return dense


def _weights_and_bias(layer: Dense, array: Floats) -> tuple[Floats, Floats]:
    """The two as views of an array that holds them one after the other, a row for each network."""
    fan_in, fan_out = layer.weights.shape
    weights, bias = array[:, :-fan_out], array[:, np.newaxis, -fan_out:]
    return weights.reshape(-1, fan_in, fan_out), bias


def _check_alike(networks: Any) -> list[Network]:
    found = list(networks) if np.iterable(networks) else [networks]
    for network in found:
        if not isinstance(network, Network):
            raise TypeError(
                f"networks must be a list of Network, but got {type(network).__name__} "
                f"{network!r:.60}"
            )
    if not found:
        raise ValueError("networks must be at least one, but got none")
    if len({id(network) for network in found}) < len(found):
        raise ValueError("networks must be different ones, but one of them is there twice")
    first = found[0]
    for name in ("sizes", "activation", "activation_parameters", "pairing", "dtype"):
        for network in found[1:]:
            ours, theirs = getattr(first, name), getattr(network, name)
            if ours != theirs:
                raise ValueError(
                    f"networks must be alike, but have {name} {_shown(ours)} and {_shown(theirs)}"
                )
    if first.dtype == np.float16:
        raise ValueError(
            "networks must be of float32 or float64, but got float16: train each by its own fit"
        )
    return found


def _shown(setting: Any) -> str:
    return repr(getattr(setting, "name", setting))


def _check_rngs(rngs: Any, networks: int) -> list[np.random.Generator]:
    found = list(rngs) if np.iterable(rngs) else [rngs]
    for rng in found:
        check_rng(rng)
    if len(found) != networks:
        raise ValueError(
            f"rngs must be one for each network, {networks}, but got {len(found)}: "
            "write [np.random.default_rng(seed) for seed in seeds]"
        )
    return found
