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
        self.weights, self.bias = weights, bias
        self.weights_grad, self.bias_grad = np.zeros_like(weights), np.zeros_like(bias)

    def forward(self, inputs: Floats) -> Floats:
        self.inputs = inputs
        self.outputs = np.dot(inputs, self.weights)
        self.outputs += self.bias
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        self.store_gradients(outputs_grad)
        return np.dot(outputs_grad, self.weights.T)

    def store_gradients(self, outputs_grad: Floats) -> None:
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
        self.function, self.gradient = function, gradient

    def forward(self, inputs: Floats) -> Floats:
        self.inputs = inputs
        self.outputs = self.function(inputs)
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        return outputs_grad * self.gradient(self.inputs)


class PReLU:
    """A leaky ReLU whose slope α is learned, one for the whole layer."""

    parameter_names: tuple[str, ...] = ("alpha",)

    def __init__(self, alpha: Floats) -> None:
        self.alpha = alpha
        self.alpha_grad = np.zeros_like(alpha)

    def forward(self, inputs: Floats) -> Floats:
        self.inputs = inputs
        self.outputs = activations.prelu(inputs, alpha=self.alpha)
        return self.outputs

    def backward(self, outputs_grad: Floats) -> Floats:
        slopes = activations.prelu_alpha_grad(self.inputs, alpha=self.alpha)
        self.alpha_grad[...] = np.sum(outputs_grad * slopes)
        return outputs_grad * activations.prelu_grad(self.inputs, alpha=self.alpha)


class PReLUStack(PReLU):
    """The PReLU of several networks: α of shape (networks, 1, 1)."""

    def backward(self, outputs_grad: Floats) -> Floats:
        slopes = activations.prelu_alpha_grad(self.inputs, alpha=self.alpha)
        self.alpha_grad[...] = np.sum(outputs_grad * slopes, axis=(1, 2), keepdims=True)
        return outputs_grad * activations.prelu_grad(self.inputs, alpha=self.alpha)


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
