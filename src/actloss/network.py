"""A multilayer perceptron from scratch: layers that go forward and backward, and their training.

Read it from the top: two kinds of layer, the output with its loss, the network, two optimisers.
A layer keeps what its last forward and backward pass computed, so that it can be looked at.
"""

import json
import zipfile
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from actloss import activations, catalogue, losses
from actloss.gradcheck import gradcheck
from actloss.initialisers import he_normal


class Dense:
    """Weighted sums of the inputs: z = x·W + b, with x of shape (samples, fan_in)."""

    parameter_names = ("weights", "bias")

    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias
        self.weights_grad, self.bias_grad = np.zeros_like(weights), np.zeros_like(bias)

    def forward(self, inputs):
        self.inputs = inputs
        self.outputs = np.dot(inputs, self.weights)
        self.outputs += self.bias
        return self.outputs

    def backward(self, outputs_grad):
        self.outputs_grad = outputs_grad
        np.dot(self.inputs.T, outputs_grad, out=self.weights_grad)
        outputs_grad.sum(axis=0, out=self.bias_grad)
        return np.dot(outputs_grad, self.weights.T)


class Activation:
    """A fixed function of every entry: a = f(z)."""

    parameter_names = ()

    def __init__(self, function, gradient):
        self.function, self.gradient = function, gradient

    def forward(self, inputs):
        self.inputs = inputs
        self.outputs = self.function(inputs)
        return self.outputs

    def backward(self, outputs_grad):
        return outputs_grad * self.gradient(self.inputs)


class PReLU:
    """A leaky ReLU whose slope α is learned, one for the whole layer."""

    parameter_names = ("alpha",)

    def __init__(self, alpha):
        self.alpha = alpha
        self.alpha_grad = np.zeros_like(alpha)

    def forward(self, inputs):
        self.inputs = inputs
        self.outputs = activations.prelu(inputs, alpha=self.alpha)
        return self.outputs

    def backward(self, outputs_grad):
        slopes = activations.prelu_alpha_grad(self.inputs, alpha=self.alpha)
        np.sum(outputs_grad * slopes, out=self.alpha_grad)
        return outputs_grad * activations.prelu_grad(self.inputs, alpha=self.alpha)


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


class DivergenceError(ArithmeticError):
    """Training met a number that is not finite."""


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
        One of :mod:`actloss.initialisers`.
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

    Notes
    -----
    Integer class labels have shape (samples,), other targets (samples, outputs); with one output,
    (samples,) will do. The loss of a sample is the sum over its outputs (as for independent
    outputs their likelihoods multiply), and training lowers its mean over the samples. PyTorch's
    ``reduction="mean"`` divides by the number of outputs, too, except for softmax.

    Examples
    --------
    XOR, which no straight line can separate:

    >>> inputs, labels = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> rng = np.random.default_rng(0)
    >>> network = Network([2, 8, 1], pairing=SIGMOID_CROSS_ENTROPY, rng=rng)
    >>> history = network.fit(inputs, labels, optimiser=Adam(0.05), epochs=200, rng=rng)
    >>> network.predict(inputs)
    array([0, 1, 1, 0])
    """

    def __init__(
        self,
        sizes,
        *,
        pairing,
        rng,
        activation="relu",
        initialise=he_normal,
        dtype=np.float64,
        **activation_parameters,
    ):
        self.sizes = _check_sizes(sizes)
        if pairing is SOFTMAX_CROSS_ENTROPY and self.sizes[-1] == 1:
            raise ValueError("softmax needs two outputs or more, but got 1: of one it makes 1")
        self.pairing = pairing
        self.dtype = np.dtype(dtype)
        self.activation, self.activation_parameters = activation, activation_parameters
        self.layers = []
        for fan_in, fan_out in pairwise(self.sizes):
            weights = initialise(rng, (fan_in, fan_out), dtype=self.dtype)
            self.layers.append(Dense(weights, np.zeros(fan_out, self.dtype)))
            self.layers.append(_activation_layer(activation, activation_parameters, self.dtype))
        self.layers.pop()  # nothing stands between the last sums and the loss: they are the logits
        self._gather_parameters()

    def _gather_parameters(self):
        """Move all parameters into one vector, so that one operation updates them all."""
        owned = [(layer, name) for layer in self.layers for name in layer.parameter_names]
        total = sum(getattr(layer, name).size for layer, name in owned)
        self.parameters, self.gradient = np.empty(total, self.dtype), np.zeros(total, self.dtype)
        start = 0
        for layer, name in owned:
            array = getattr(layer, name)
            piece = slice(start, start + array.size)
            self.parameters[piece] = array.ravel()
            setattr(layer, name, self.parameters[piece].reshape(array.shape))
            setattr(layer, f"{name}_grad", self.gradient[piece].reshape(array.shape))
            start = piece.stop

    # Forward and backward

    @np.errstate(over="ignore", invalid="ignore")
    def forward(self, inputs):
        """Logits, of shape (samples, outputs)."""
        values = self._check_inputs(inputs)
        for layer in self.layers:
            values = layer.forward(values)
        return values

    @np.errstate(over="ignore", invalid="ignore")
    def backward(self, logits_grad):
        """From the loss's derivative in the logits, fill ``gradient``; return it in the inputs."""
        for layer in reversed(self.layers):
            logits_grad = layer.backward(logits_grad)
        return logits_grad

    def loss(self, inputs, targets):
        """Mean over the samples of their loss; the loss of several outputs is their sum."""
        return self._measure(*self._check_shapes(inputs, targets))["loss"]

    def loss_and_gradient(self, inputs, targets):
        """The :meth:`loss`, and a copy of its gradient in ``parameters``."""
        inputs, targets = self._check_shapes(inputs, targets)
        loss = self._measure(inputs, targets)["loss"]
        self._backpropagate(inputs, targets)
        return loss, self.gradient.copy()

    def _backpropagate(self, inputs, targets):
        logits = self.forward(inputs)
        self.backward(self.pairing.loss_grad(logits, targets) / len(inputs))

    # Training

    def fit(
        self,
        inputs,
        targets,
        *,
        optimiser,
        epochs,
        rng,
        batch_size=32,
        validation=None,
        progress=False,
    ):
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
        ValueError
            Data or settings are wrong; nothing has been learned yet.
        DivergenceError
            A parameter is no longer finite. The message says at which step, where the first such
            number arose, and what to try.
        """
        _check_positive_integers(epochs=epochs, batch_size=batch_size)
        inputs, targets = self._check_data(inputs, targets)
        measured = {"": (inputs, targets)}
        if validation is not None:
            measured["validation_"] = self._check_data(*validation)
        history = {}
        bar = tqdm(range(epochs), desc="training", unit="epoch", disable=not progress)
        with bar, np.errstate(over="ignore", invalid="ignore"):
            for epoch in bar:
                order = rng.permutation(len(inputs))
                shuffled_inputs, shuffled_targets = inputs[order], targets[order]
                starts = range(0, len(inputs), batch_size)
                for step, start in enumerate(starts, start=1 + epoch * len(starts)):
                    batch = slice(start, start + batch_size)
                    self._backpropagate(shuffled_inputs[batch], shuffled_targets[batch])
                    optimiser.step(self.parameters, self.gradient)
                    if not np.isfinite(self.parameters).all():
                        raise DivergenceError(self._divergence_report(step, epoch + 1, optimiser))
                for prefix, data in measured.items():
                    for name, value in self._measure(*data).items():
                        history.setdefault(prefix + name, []).append(value)
                bar.set_postfix_str(f"loss {history['loss'][-1]:.3g}", refresh=False)
        return history

    def _measure(self, inputs, targets):
        logits = self.forward(inputs)
        measures = {"loss": float(self.pairing.loss(logits, targets).sum()) / len(inputs)}
        if self.pairing.probabilities is not None:
            measures["accuracy"] = float((self.pairing.predict(logits) == targets).mean())
        return measures

    def _divergence_report(self, step, epoch, optimiser):
        """Find the first number that is not finite, in the order of the computation."""
        dense = self._dense_layers()
        places = [(number, "outputs", layer.outputs) for number, layer in dense]
        places += [(number, "weight gradient", layer.weights_grad) for number, layer in dense[::-1]]
        places += [(number, "updated weights", layer.weights) for number, layer in dense]
        places += [(number, "updated biases", layer.bias) for number, layer in dense]
        number, what = next(
            ((number, what) for number, what, array in places if not np.isfinite(array).all()),
            (len(dense), "activation parameters"),
        )
        return (
            f"training diverged at step {step} (epoch {epoch}): infinite or NaN numbers, first in "
            f"the {what} of layer {number} ({self.sizes[number - 1]} → {self.sizes[number]}). "
            f"Try a learning rate below {optimiser.learning_rate:g}, say "
            f"{optimiser.learning_rate / 10:g}; inputs (and targets, in regression) standardised "
            "to mean 0 and variance 1; or smaller initial weights."
        )

    # Use

    def predict(self, inputs):
        """Predicted labels as integers, or predicted values."""
        return self._flat(self.pairing.predict(self.forward(inputs)))

    def predict_proba(self, inputs):
        """Probability of every class; of class 1 alone if the network has a single output."""
        if self.pairing.probabilities is None:
            raise ValueError(f"{self.pairing.name!r} predicts values: it has no probabilities")
        return self._flat(self.pairing.probabilities(self.forward(inputs)))

    def accuracy(self, inputs, targets):
        """Share of the labels that are predicted right."""
        if self.pairing.probabilities is None:
            raise ValueError(f"{self.pairing.name!r} predicts values: it has no accuracy")
        return self._measure(*self._check_data(inputs, targets))["accuracy"]

    def _flat(self, predictions):
        """Shape (samples,) in place of (samples, 1)."""
        return predictions[:, 0] if predictions.shape[1:] == (1,) else predictions

    # A look inside

    def pre_activations(self, inputs):
        """The sums z of every dense layer, the logits last: arrays (samples, units)."""
        self.forward(inputs)
        return [layer.outputs for _, layer in self._dense_layers()]

    def activations(self, inputs):
        """The activations a = f(z) of every hidden layer: arrays (samples, units)."""
        self.forward(inputs)
        return [layer.outputs for layer in self.layers[1::2]]

    def gradients(self, inputs, targets):
        """Gradients of the mean loss, one dict a dense layer.

        Its keys: ``"weights"``, ``"bias"``, ``"alpha"`` (of the PReLU that follows), and
        ``"pre_activations"``, of shape (samples, units): the error signal that reaches the layer.
        """
        self.loss_and_gradient(inputs, targets)
        found = []
        for layer in self.layers:
            if isinstance(layer, Dense):
                found.append({"pre_activations": layer.outputs_grad})
            for name in layer.parameter_names:
                found[-1][name] = getattr(layer, f"{name}_grad").copy()
        return found

    def check_gradient(self, inputs, targets, *, tolerance=1e-6):
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

        def loss(*arrays):
            for (layer, name, _), array in zip(owned, arrays, strict=True):
                getattr(layer, name)[...] = array
            return network.loss(inputs, targets)

        def gradient(*arrays):
            loss(*arrays)
            network.loss_and_gradient(inputs, targets)
            return tuple(getattr(layer, f"{name}_grad").copy() for layer, name, _ in owned)

        arrays = [getattr(layer, name) for layer, name, _ in owned]
        names = [label for _, _, label in owned]
        return gradcheck(loss, gradient, *arrays, names=names, tolerance=tolerance)

    def _dense_layers(self):
        """Dense layers with their number, from 1."""
        return list(enumerate(self.layers[::2], start=1))

    # Copies and files

    def copy(self, *, dtype=None):
        """An independent network with the same parameters, in another dtype if one is named."""
        return _restore(
            self.sizes,
            self.activation,
            self.activation_parameters,
            self.pairing,
            self.dtype if dtype is None else dtype,
            self.parameters,
        )

    def __reduce__(self):
        """Let copy.deepcopy and pickle rebuild the network, for the layers' arrays are views."""
        return _restore, (
            self.sizes,
            self.activation,
            self.activation_parameters,
            self.pairing,
            self.dtype,
            self.parameters.copy(),
        )

    def save(self, path):
        """Write the network to an ``.npz`` file."""
        header = {
            "format": FILE_FORMAT,
            "sizes": self.sizes,
            "activation": self.activation,
            "activation_parameters": {k: float(v) for k, v in self.activation_parameters.items()},
            "pairing": self.pairing.name,
            "dtype": self.dtype.name,
        }
        with open(path, "wb") as file:
            np.savez(file, header=np.array(json.dumps(header)), parameters=self.parameters)

    @staticmethod
    def load(path, *, pairing=None):
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
        header, parameters = _read_file(path)
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

    # What is let in

    def _check_inputs(self, inputs):
        inputs = np.asarray(inputs, dtype=self.dtype)
        if inputs.ndim != 2 or inputs.shape[1] != self.sizes[0]:
            raise ValueError(
                f"inputs must have shape (samples, {self.sizes[0]}), but got {inputs.shape}"
            )
        return inputs

    def _check_shapes(self, inputs, targets):
        """Targets get the shape of the logits, unless they are one label a sample."""
        inputs, targets = self._check_inputs(inputs), np.asarray(targets)
        if len(inputs) == 0 or targets.shape[:1] != inputs.shape[:1]:
            raise ValueError(
                "inputs and targets must have the same number of samples, at least 1, "
                f"but got shapes {inputs.shape} and {targets.shape}"
            )
        if self.sizes[-1] == 1 and targets.ndim == 1:
            targets = targets[:, np.newaxis]
        if targets.ndim != 1:
            self._check_target_shape(targets, inputs)
            targets = targets.astype(self.dtype)
        elif self.pairing.loss(self.forward(inputs[:1]), targets[:1]).ndim != 1:
            self._check_target_shape(targets, inputs)
        return inputs, targets

    def _check_target_shape(self, targets, inputs):
        expected = (len(inputs), self.sizes[-1])
        if targets.shape != expected:
            raise ValueError(f"targets must have shape {expected}, but got {targets.shape}")

    def _check_data(self, inputs, targets):
        """Refuse what cannot be learned from or measured, before anything is."""
        inputs, targets = self._check_shapes(inputs, targets)
        for name, values in (("inputs", inputs), ("targets", targets)):
            if not np.isfinite(values).all():
                where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
                raise ValueError(
                    f"{name} must be finite numbers, but got {values[where]} at {where}"
                )
        self._measure(inputs, targets)  # the loss refuses labels of a wrong kind
        return inputs, targets


class SGD:
    r"""Stochastic gradient descent, with momentum if it is above 0.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v

    Parameters
    ----------
    learning_rate : float
        η, above 0.
    momentum : float
        μ, in [0, 1).

    Notes
    -----
    PyTorch twin: ``torch.optim.SGD(lr=learning_rate, momentum=momentum)``.
    """

    def __init__(self, learning_rate, *, momentum=0.0):
        _check_learning_rate(learning_rate)
        _check_share(momentum=momentum)
        self.learning_rate, self.momentum = learning_rate, momentum
        self.parameters = None

    def step(self, parameters, gradient):
        """Change the parameters in place."""
        if self.momentum == 0.0:
            parameters -= self.learning_rate * gradient
            return
        if self.parameters is not parameters:  # another network: begin anew
            self.parameters, self.velocity = parameters, np.zeros_like(parameters)
        self.velocity *= self.momentum
        self.velocity += gradient
        parameters -= self.learning_rate * self.velocity


class Adam:
    r"""Gradient descent whose steps are scaled by running means of the gradient and its square.

    .. math::

        m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
        \theta \leftarrow \theta - \eta \frac{m / (1 - \beta_1^t)}
        {\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    Parameters
    ----------
    learning_rate : float
        η, above 0.
    beta1, beta2 : float
        How much of the running means is kept, in [0, 1).
    epsilon : float
        Keeps the quotient finite; above 0.

    Notes
    -----
    PyTorch twin: ``torch.optim.Adam``, with the same defaults. :cite:`kingma2015adam`
    """

    def __init__(self, learning_rate=1e-3, *, beta1=0.9, beta2=0.999, epsilon=1e-8):
        _check_learning_rate(learning_rate)
        _check_share(beta1=beta1, beta2=beta2)
        if not epsilon > 0:
            raise ValueError(f"epsilon must be above 0, but got {epsilon!r}")
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.epsilon = epsilon
        self.parameters = None

    def step(self, parameters, gradient):
        """Change the parameters in place."""
        if self.parameters is not parameters:  # another network: begin anew
            self.parameters, self.steps = parameters, 0
            self.mean, self.mean_square = np.zeros_like(parameters), np.zeros_like(parameters)
        self.steps += 1
        self.mean += (1 - self.beta1) * (gradient - self.mean)
        self.mean_square += (1 - self.beta2) * (gradient * gradient - self.mean_square)
        # Both means began at 0: dividing by the weight of what they have seen corrects for it.
        scale = np.sqrt(self.mean_square / (1 - self.beta2**self.steps)) + self.epsilon
        parameters -= (self.learning_rate / (1 - self.beta1**self.steps)) * self.mean / scale


FILE_FORMAT = "actloss network 1"
NO_NETWORK = "is damaged, or is no network saved by Network.save"


def _restore(sizes, activation, activation_parameters, pairing, dtype, parameters):
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


def _read_file(path):
    """Header and parameters of a saved network."""
    open(path, "rb").close()  # a file that cannot be opened says so itself
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"wrong checksum of {damaged}")
        with np.load(path, allow_pickle=False) as arrays:
            header, parameters = json.loads(str(arrays["header"])), arrays["parameters"]
        if header["format"] != FILE_FORMAT:
            raise ValueError(f"its format is {header['format']!r}, expected {FILE_FORMAT!r}")
    except Exception as error:  # a damaged archive can fail in a dozen ways
        raise ValueError(f"{path} {NO_NETWORK}: {error}") from error
    return header, parameters


def _activation_layer(name, parameters, dtype):
    # What works along an axis, such as softmax, is no activation of a hidden layer.
    entries = {
        name: entry
        for name, entry in catalogue.ACTIVATIONS.items()
        if isinstance(entry, catalogue.Activation)
    }
    if name not in entries:
        raise ValueError(f"activation must be one of {', '.join(entries)}, but got {name!r}")
    if name == "prelu":
        layer = PReLU(np.array(parameters.get("alpha", 0.25), dtype))
    else:
        function, gradient = entries[name].function, entries[name].gradient
        layer = Activation(partial(function, **parameters), partial(gradient, **parameters))
    layer.forward(np.zeros((1, 1), dtype))  # the function refuses parameters that it cannot use
    return layer


def _check_sizes(sizes):
    sizes = list(sizes)
    if len(sizes) < 2 or not all(isinstance(s, int | np.integer) and s >= 1 for s in sizes):
        raise ValueError(f"sizes must be two integers ≥ 1 or more, but got {sizes}")
    return [int(size) for size in sizes]


def _check_positive_integers(**settings):
    for name, value in settings.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} must be an integer ≥ 1, but got {value!r}")


def _check_learning_rate(learning_rate):
    if not (np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate must be finite and above 0, but got {learning_rate!r}")


def _check_share(**settings):
    for name, value in settings.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be in [0, 1), but got {value!r}")
