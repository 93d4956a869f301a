"""A multilayer perceptron from scratch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from tqdm.auto import tqdm

from actloss.arguments import Floats, check_positive_integers
from actloss.calls import explained
from actloss.gradcheck import GradientCheck, gradcheck
from actloss.network.arguments import (
    check_activation,
    check_data,
    check_dtype,
    check_inputs,
    check_logits_grad,
    check_optimiser,
    check_pair,
    check_rng,
    check_shapes,
    check_sizes,
)
from actloss.network.files import NO_NETWORK, read_file, write_file
from actloss.network.initialisers import he_normal
from actloss.network.layers import Dense, activation_layer
from actloss.network.optimisers import Optimiser
from actloss.network.pairings import PAIRINGS, SOFTMAX_CROSS_ENTROPY, Pairing
from actloss.network.training import train


class Network:
    """Dense layers with an activation between them: a multilayer perceptron.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden units layer by layer, outputs: ``[2, 32, 16, 1]``.
    pairing : Pairing
        How the output is read and trained, such as ``SIGMOID_CROSS_ENTROPY``.
    rng : numpy.random.Generator
        Draws the weights. Biases begin at 0.
    activation : str
        The name of an element-wise function in ``catalogue.ACTIVATIONS``. With ``"prelu"`` each
        hidden layer learns its own α.
    initialise : callable
        One of :mod:`actloss.network.initialisers`.
    dtype : data-type
        The float dtype of the parameters and of all computation.
    **activation_parameters : float
        Handed to the activation, such as ``alpha=0.1``.

    Attributes
    ----------
    layers : list
        ``Dense``, ``Activation``, ``Dense``, … in order.
    parameters, gradient : numpy.ndarray
        Every weight, bias and α in one vector, and the loss's latest gradient in them. The arrays
        of the layers are views of these two.

    Raises
    ------
    TypeError
        If ``pairing`` is no Pairing, ``rng`` no generator, or a parameter of the activation no
        number.
    ValueError
        If there are not two sizes of at least 1, ``dtype`` is no float dtype, the activation is
        not in the catalogue, or its parameter is out of range.

    Notes
    -----
    Integer class labels have shape (samples,), other targets (samples, outputs); with one output,
    (samples,) will do. The loss of a sample is the sum over its outputs (as for independent
    outputs their likelihoods multiply), and training lowers its mean over the samples. PyTorch's
    ``reduction="mean"`` divides by the number of outputs, too, except for softmax.

    Examples
    --------
    XOR, which no straight line can separate:

    >>> from actloss.network import SIGMOID_CROSS_ENTROPY, Adam
    >>> inputs, labels = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> rng = np.random.default_rng(0)
    >>> network = Network([2, 8, 1], pairing=SIGMOID_CROSS_ENTROPY, rng=rng)
    >>> history = network.fit(inputs, labels, optimiser=Adam(0.05), epochs=200, rng=rng)
    >>> network.predict(inputs)
    array([0, 1, 1, 0])
    """

    @explained
    def __init__(
        self,
        sizes: Sequence[int],
        *,
        pairing: Pairing,
        rng: np.random.Generator,
        activation: str = "relu",
        initialise: Callable[..., Floats] = he_normal,
        dtype: DTypeLike = np.float64,
        **activation_parameters: Any,
    ) -> None:
        self.sizes = check_sizes(sizes)
        if not isinstance(pairing, Pairing):
            raise TypeError(
                f"pairing must be a Pairing, such as SIGMOID_CROSS_ENTROPY, but got {pairing!r}"
            )
        if pairing is SOFTMAX_CROSS_ENTROPY and self.sizes[-1] == 1:
            raise ValueError("softmax needs two outputs or more, but got 1: of one it makes 1")
        check_rng(rng)
        if not callable(initialise):
            raise TypeError(
                "initialise must be a function of actloss.network.initialisers, such as he_normal, "
                f"but got {initialise!r}"
            )
        self.pairing = pairing
        self.dtype = check_dtype(dtype)
        entry = check_activation(Network.__init__, activation, activation_parameters)
        self.activation, self.activation_parameters = activation, activation_parameters
        self.layers: list[Any] = []  # Dense, Activation, Dense, …
        for fan_in, fan_out in pairwise(self.sizes):
            weights = initialise(rng, (fan_in, fan_out), dtype=self.dtype)
            self.layers.append(Dense(weights, np.zeros(fan_out, self.dtype)))
            self.layers.append(activation_layer(entry, activation_parameters, self.dtype))
        self.layers.pop()  # nothing stands between the last sums and the loss: they are the logits
        self._gather_parameters()

    def _gather_parameters(self) -> None:
        """Move all parameters into one vector, so that one operation updates them all."""
        total = sum(getattr(layer, name).size for layer, name in self._owned())
        self._keep_parameters_in(np.empty(total, self.dtype), np.zeros(total, self.dtype))

    def _keep_parameters_in(self, parameters: Floats, gradient: Floats) -> None:
        """Move them into this vector, and their gradient into the other."""
        self.parameters, self.gradient = parameters, gradient
        start = 0
        for layer, name in self._owned():
            array = getattr(layer, name)
            piece = slice(start, start + array.size)
            self.parameters[piece] = array.ravel()
            setattr(layer, name, self.parameters[piece].reshape(array.shape))
            setattr(layer, f"{name}_grad", self.gradient[piece].reshape(array.shape))
            start = piece.stop

    def _owned(self) -> list[tuple[Any, str]]:
        """Each layer that has parameters, with the name of one of them, in their order."""
        return [(layer, name) for layer in self.layers for name in layer.parameter_names]

    # Forward and backward

    @explained
    @np.errstate(over="ignore", invalid="ignore")
    def forward(self, inputs: ArrayLike) -> Floats:
        """Logits, of shape (samples, outputs)."""
        return self._forward(check_inputs(self, inputs)).astype(self.dtype, copy=False)

    def _forward(self, values: Floats) -> Floats:
        for layer in self.layers:
            values = layer.forward(values)
        # In float32 for float16: sums over many samples then neither overflow nor stall.
        return values.astype(np.float32) if self.dtype == np.float16 else values

    @explained
    @np.errstate(over="ignore", invalid="ignore")
    def backward(self, logits_grad: Floats) -> Floats:
        """From the loss's derivative in the logits, fill ``gradient``; return it in the inputs."""
        gradient = check_logits_grad(self, logits_grad)
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient.astype(self.dtype, copy=False)

    @explained
    def loss(self, inputs: ArrayLike, targets: ArrayLike) -> float:
        """Mean over the samples of their loss; the loss of several outputs is their sum.

        Raises
        ------
        TypeError
            The inputs are no real numbers, or the targets are none and no labels.
        ValueError
            They do not fit the network or each other.
        """
        return self._measure(*check_shapes(self, inputs, targets))["loss"]

    @explained
    def loss_and_gradient(self, inputs: ArrayLike, targets: ArrayLike) -> tuple[float, Floats]:
        """The :meth:`loss`, and a copy of its gradient in ``parameters``."""
        inputs, targets = check_shapes(self, inputs, targets)
        loss = self._measure(inputs, targets)["loss"]
        self._backpropagate(inputs, targets)
        return loss, self.gradient.copy()

    @np.errstate(over="ignore", invalid="ignore")
    def _backpropagate(self, inputs: Floats, targets: NDArray[Any]) -> None:
        logits = self._forward(inputs)
        gradient = self.pairing.loss_grad(logits, targets) / len(inputs)
        for layer in reversed(self.layers[1:]):
            gradient = layer.backward(gradient)
        self.layers[0].store_gradients(gradient)  # the inputs are not to be learned

    # Training

    @explained
    def fit(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        *,
        optimiser: Optimiser,
        epochs: int,
        rng: np.random.Generator,
        batch_size: int = 32,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        progress: bool = False,
    ) -> dict[str, list[float]]:
        """Learn by mini-batch gradient descent, the samples in a new random order every epoch.

        Parameters
        ----------
        inputs, targets : array_like
            The training set.
        optimiser : SGD or Adam
            Takes one step for every batch. It keeps its running means from one ``fit`` to the
            next, as long as it serves the same network.
        epochs : int
            How often every sample is seen.
        rng : numpy.random.Generator
            Draws the order of the samples.
        batch_size : int
            Samples in a step. The last batch of an epoch may be smaller.
        validation : tuple of array_like, optional
            (inputs, targets) to be measured and not learned from.
        progress : bool
            Show a tqdm progress bar.

        Returns
        -------
        dict of str to list of float
            ``"loss"``, and ``"accuracy"`` if the network classifies; with validation data also
            ``"validation_loss"`` and ``"validation_accuracy"``. One number an epoch, measured
            after it over the whole set, so that training and validation compare like with like.

        Raises
        ------
        TypeError
            Data hold no real numbers, or a setting is of a wrong kind; nothing has been learned.
        ValueError
            Data or settings are wrong; nothing has been learned yet.
        DivergenceError
            A parameter is no longer finite. The message says at which step, where the first such
            number arose, and what to try.
        """
        check_positive_integers(epochs=epochs, batch_size=batch_size)
        check_optimiser(optimiser)
        check_rng(rng)
        inputs, targets = check_data(self, inputs, targets)
        measured = {"": (inputs, targets)}
        if validation is not None:
            measured["validation_"] = check_data(self, *check_pair("validation", validation))
        with tqdm(range(epochs), desc="training", unit="epoch", disable=not progress) as bar:
            return train(self, optimiser, measured, bar, rng, batch_size)

    @np.errstate(over="ignore", invalid="ignore")
    def _measure(self, inputs: Floats, targets: NDArray[Any]) -> dict[str, float]:
        logits = self._forward(inputs)
        measures = {"loss": float(self.pairing.loss(logits, targets).sum()) / len(inputs)}
        if self.pairing.probabilities is not None:
            measures["accuracy"] = float((self.pairing.predict(logits) == targets).mean())
        return measures

    # Use

    @explained
    def predict(self, inputs: ArrayLike) -> NDArray[Any]:
        """Predicted labels as integers, or predicted values."""
        return self._flat(self.pairing.predict(self.forward(inputs)))

    @explained
    def predict_proba(self, inputs: ArrayLike) -> Floats:
        """Probability of every class; of class 1 alone if the network has a single output.

        Raises
        ------
        TypeError
            The inputs are no real numbers.
        ValueError
            They have another shape than the network's, or it predicts values and no classes.
        """
        if self.pairing.probabilities is None:
            raise ValueError(f"{self.pairing.name!r} predicts values: it has no probabilities")
        return self._flat(self.pairing.probabilities(self.forward(inputs)))

    @explained
    def accuracy(self, inputs: ArrayLike, targets: ArrayLike) -> float:
        """Share of the labels that are predicted right.

        Raises
        ------
        TypeError
            The inputs are no real numbers, or the targets are none and no labels.
        ValueError
            They do not fit the network or each other, or it predicts values and no classes.
        """
        if self.pairing.probabilities is None:
            raise ValueError(f"{self.pairing.name!r} predicts values: it has no accuracy")
        return self._measure(*check_data(self, inputs, targets))["accuracy"]

    def _flat(self, predictions: NDArray[Any]) -> NDArray[Any]:
        """Shape (samples,) in place of (samples, 1)."""
        return predictions[:, 0] if predictions.shape[1:] == (1,) else predictions

    # A look inside

    @explained
    def pre_activations(self, inputs: ArrayLike) -> list[Floats]:
        """The sums z of every dense layer, the logits last: arrays (samples, units)."""
        self.forward(inputs)
        return [layer.outputs for _, layer in self._dense_layers()]

    @explained
    def activations(self, inputs: ArrayLike) -> list[Floats]:
        """The activations a = f(z) of every hidden layer: arrays (samples, units)."""
        self.forward(inputs)
        return [layer.outputs for layer in self.layers[1::2]]

    @explained
    def gradients(self, inputs: ArrayLike, targets: ArrayLike) -> list[dict[str, Floats]]:
        """Gradients of the mean loss, one dict a dense layer.

        Its keys: ``"weights"``, ``"bias"``, ``"alpha"`` (of the PReLU that follows), and
        ``"pre_activations"``, of shape (samples, units): the error signal that reaches the layer.
        """
        self.loss_and_gradient(inputs, targets)
        found = []
        for layer in self.layers:
            if isinstance(layer, Dense):
                found.append({"pre_activations": layer.outputs_grad.astype(self.dtype, copy=False)})
            for name in layer.parameter_names:
                found[-1][name] = getattr(layer, f"{name}_grad").copy()
        return found

    def check_gradient(
        self, inputs: ArrayLike, targets: ArrayLike, *, tolerance: float = 1e-6
    ) -> GradientCheck:
        """Compare backpropagation with central differences, parameter by parameter, in float64.

        Returns
        -------
        GradientCheck
            The worst entry, and ``passed``. A few dozen samples are enough, and quick.
        """
        network = self.copy(dtype=np.float64)
        owned = [
            (layer, name, f"layer {position // 2 + 1} {name}")
            for position, layer in enumerate(network.layers)
            for name in layer.parameter_names
        ]

        def loss(*arrays: Floats) -> float:
            for (layer, name, _), array in zip(owned, arrays, strict=True):
                getattr(layer, name)[...] = array
            return network.loss(inputs, targets)

        def gradient(*arrays: Floats) -> tuple[Floats, ...]:
            loss(*arrays)
            network.loss_and_gradient(inputs, targets)
            return tuple(getattr(layer, f"{name}_grad").copy() for layer, name, _ in owned)

        arrays = [getattr(layer, name) for layer, name, _ in owned]
        names = [label for _, _, label in owned]
        return gradcheck(loss, gradient, *arrays, names=names, tolerance=tolerance)

    def _dense_layers(self) -> list[tuple[int, Dense]]:
        """Dense layers with their number, from 1."""
        return list(enumerate(self.layers[::2], start=1))

    # Copies and files

    def copy(self, *, dtype: DTypeLike | None = None) -> Network:
        """An independent network with the same parameters, in another dtype if one is named."""
        return _restore(
            self.sizes,
            self.activation,
            self.activation_parameters,
            self.pairing,
            self.dtype if dtype is None else dtype,
            self.parameters,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Let copy.deepcopy and pickle rebuild the network, for the layers' arrays are views."""
        return _restore, (
            self.sizes,
            self.activation,
            self.activation_parameters,
            self.pairing,
            self.dtype,
            self.parameters.copy(),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to an ``.npz`` file."""
        write_file(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str], *, pairing: Pairing | None = None) -> Network:
        """Read a network that :meth:`save` wrote.

        Parameters
        ----------
        path : path-like
            The file.
        pairing : Pairing, optional
            The network's own, if it is none of ``PAIRINGS``: a file holds no functions.

        Raises
        ------
        ValueError
            The file is damaged, or is no saved network, or its pairing is not known.
        OSError
            The file cannot be opened.
        """
        header, parameters = read_file(path)
        known = {known.name: known for known in (*PAIRINGS, pairing) if known is not None}
        if header["pairing"] not in known:
            raise ValueError(
                f"{path} was saved with the pairing {header['pairing']!r}: "
                "pass the one of that name as pairing="
            )
        try:
            return _restore(
                header["sizes"],
                header["activation"],
                header["activation_parameters"],
                known[header["pairing"]],
                header["dtype"],
                parameters,
            )
        except Exception as error:
            raise ValueError(f"{path} {NO_NETWORK}: {error}") from error


def _restore(
    sizes: list[int],
    activation: str,
    activation_parameters: dict[str, Any],
    pairing: Pairing,
    dtype: DTypeLike,
    parameters: Floats,
) -> Network:
    """A network with known parameters."""
    network = Network(
        sizes,
        pairing=pairing,
        rng=np.random.default_rng(0),
        activation=activation,
        dtype=dtype,
        **activation_parameters,
    )
    if parameters.shape != network.parameters.shape:
        raise ValueError(
            f"a network of sizes {network.sizes} has {network.parameters.size} parameters, "
            f"but got an array of shape {parameters.shape}"
        )
    network.parameters[...] = parameters
    return network
