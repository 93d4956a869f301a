"""The layers of a network: each goes forward to its outputs and backward to its gradients.

A layer keeps what its last forward and backward pass computed, so that it can be looked at. Going
backward, it is given the loss's gradient in its outputs; it stores the gradients in its own
parameters and returns the gradient in its inputs. To a layer of float16 gradients come in float32,
so that its sums are those of float32, rounded at the end.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from actloss import activations, catalogue
from actloss.arguments import Floats


class Dense:
    """Weighted sums of the inputs: z = x·W + b, with x of shape (samples, fan_in)."""

    parameter_names: tuple[str, ...] = ("weights", "bias")

    def __init__(self, weights: Floats, bias: Floats) -> None:
        check_floats("weights", weights)
        check_floats("bias", bias)
        if np.ndim(weights) < 2 or np.shape(bias)[-1:] != np.shape(weights)[-1:]:
            raise ValueError(
                "weights must have shape (fan_in, fan_out), and bias (fan_out,), but have shapes "
                f"{np.shape(weights)} and {np.shape(bias)}"
            )
        self.weights, self.bias = weights, bias
        self.weights_grad, self.bias_grad = np.zeros_like(weights), np.zeros_like(bias)

    def forward(self, inputs: Floats) -> Floats:
        check_columns(inputs, self.weights)
        self.inputs = inputs
        self.outputs = np.dot(inputs, self.weights)
        self.outputs += self.bias
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        self.store_gradients(outputs_grad)
        return np.dot(outputs_grad, self.weights.T)

    def store_gradients(self, outputs_grad: Floats) -> None:
        check_outputs_grad(self, outputs_grad)
        self.outputs_grad = outputs_grad
        self.weights_grad[...] = np.dot(self.inputs.T, outputs_grad)
        self.bias_grad[...] = np.add.reduce(outputs_grad, axis=0)


class DenseStack(Dense):
    """The same layer of several networks: weights (networks, fan_in, fan_out), bias (networks, 1,
    fan_out), and inputs of shape (networks, samples, fan_in).
    """

    def forward(self, inputs: Floats) -> Floats:
        self.inputs = inputs
        self.outputs = np.matmul(inputs, self.weights)
        self.outputs += self.bias
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        self.store_gradients(outputs_grad)
        return np.matmul(outputs_grad, self.weights.swapaxes(1, 2))

    def store_gradients(self, outputs_grad: Floats) -> None:
        self.outputs_grad = outputs_grad
        self.weights_grad[...] = np.matmul(self.inputs.swapaxes(1, 2), outputs_grad)
        self.bias_grad[...] = np.add.reduce(outputs_grad, axis=1, keepdims=True)


class Activation:
    """A fixed function of every entry: a = f(z)."""

    parameter_names: tuple[str, ...] = ()

    def __init__(
        self, function: Callable[[Floats], Floats], gradient: Callable[[Floats], Floats]
    ) -> None:
        for name, given in (("function", function), ("gradient", gradient)):
            if not callable(given):
                raise TypeError(f"{name} must be a function, such as relu, but got {given!r}")
        self.function, self.gradient = function, gradient

    def forward(self, inputs: Floats) -> Floats:
        check_array("inputs", inputs)
        self.inputs = inputs
        self.outputs = self.function(inputs)
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        check_outputs_grad(self, outputs_grad)
        return outputs_grad * self.gradient(self.inputs)


class PReLU:
    """A leaky ReLU whose slope α is learned, one for the whole layer."""

    parameter_names: tuple[str, ...] = ("alpha",)

    def __init__(self, alpha: Floats) -> None:
        check_floats("alpha", alpha)
        self.alpha = alpha
        self.alpha_grad = np.zeros_like(alpha)

    def forward(self, inputs: Floats) -> Floats:
        check_array("inputs", inputs)
        self.inputs = inputs
        self.outputs = activations.prelu(inputs, alpha=self.alpha)
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        check_outputs_grad(self, outputs_grad)
        slopes = activations.prelu_alpha_grad(self.inputs, alpha=self.alpha)
        self.alpha_grad[...] = np.sum(outputs_grad * slopes)
        return outputs_grad * activations.prelu_grad(self.inputs, alpha=self.alpha)


class PReLUStack(PReLU):
    """The PReLU of several networks: α of shape (networks, 1, 1)."""

    def backward(self, outputs_grad: Floats) -> Floats:
        slopes = activations.prelu_alpha_grad(self.inputs, alpha=self.alpha)
        self.alpha_grad[...] = np.sum(outputs_grad * slopes, axis=(1, 2), keepdims=True)
        return outputs_grad * activations.prelu_grad(self.inputs, alpha=self.alpha)


def check_array(name: str, given: Any) -> None:
    if not isinstance(given, np.ndarray):
        raise TypeError(
            f"{name} must be a NumPy array, but got {type(given).__name__}: "
            f"write np.array({name}, dtype=float)"
        )


def check_floats(name: str, given: Any) -> None:
    """A gradient that is stored in integers would lose all that makes it a gradient."""
    check_array(name, given)
    if given.dtype.kind != "f":
        raise TypeError(
            f"{name} must be a NumPy array of floats, but got one of {given.dtype}: "
            f"write {name}.astype(float)"
        )


def check_columns(inputs: Any, weights: Floats) -> None:
    check_array("inputs", inputs)
    if inputs.shape[1:] != weights.shape[:1]:
        raise ValueError(
            f"inputs must have shape (samples, {len(weights)}), one column for each row "
            f"of the weights, but have shape {inputs.shape}"
        )


def check_outputs_grad(layer: Any, outputs_grad: Any) -> None:
    """Another shape may broadcast, and then nothing would be said of it."""
    check_array("outputs_grad", outputs_grad)
    if not hasattr(layer, "outputs"):
        raise ValueError("backward must come after forward, whose inputs it needs")
    if outputs_grad.shape != layer.outputs.shape:
        raise ValueError(
            f"outputs_grad must have the shape of the outputs, {layer.outputs.shape}, "
            f"but has shape {outputs_grad.shape}"
        )


def activation_layer(
    entry: catalogue.Activation, parameters: dict[str, Any], dtype: np.dtype[Any]
) -> Activation | PReLU:
    """The layer of an activation in ``catalogue.ACTIVATIONS``."""
    if entry.name == "prelu":
        starts = {"alpha": 0.25, **parameters}
        layer: Activation | PReLU = PReLU(
            **{key: np.array(value, dtype) for key, value in starts.items()}
        )
    else:
        function, gradient = entry.function, entry.gradient
        if dtype != np.float16:
            # The layers meet nothing but floats of one dtype. To prepare arguments for the formula
            # would take longer than the formula itself on a small batch.
            function, gradient = inspect.unwrap(function), inspect.unwrap(gradient)
        layer = Activation(partial(function, **parameters), partial(gradient, **parameters))
    layer.forward(np.zeros((1, 1), dtype))  # the function refuses parameters that it cannot use
    return layer
