"""Optimisers: what a step does with the gradient."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from actloss.arguments import Floats, check_finite, check_positive
from actloss.calls import explained


class Optimiser(Protocol):
    """What a network is trained by: it takes a step whenever there is a gradient."""

    learning_rate: float

    def step(self, parameters: Floats, gradient: Floats) -> None:
        """Change the parameters in place."""


class SGD:
    r"""Stochastic gradient descent, with momentum if it is above 0.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v

    Parameters
    ----------
    learning_rate : float
        η, above 0.
    momentum : float
        μ, in [0, 1).

    Raises
    ------
    TypeError
        If a setting is no number.
    ValueError
        If a setting lies outside its range.

    Notes
    -----
    PyTorch twin: ``torch.optim.SGD(lr=learning_rate, momentum=momentum)``.

    Examples
    --------
    Two steps with the gradient 1:

    >>> parameters, gradient = np.zeros(1), np.ones(1)
    >>> optimiser = SGD(0.1, momentum=0.5)
    >>> optimiser.step(parameters, gradient)
    >>> optimiser.step(parameters, gradient)
    >>> parameters
    array([-0.25])
    """

    @explained
    def __init__(self, learning_rate: float, *, momentum: float = 0.0) -> None:
        self.learning_rate = check_positive("learning_rate", learning_rate)
        self.momentum = _check_share("momentum", momentum)
        self.parameters: Floats | None = None

    def step(self, parameters: Floats, gradient: Floats) -> None:
        """Change the parameters in place."""
        _check_step(parameters, gradient)
        gradient = gradient.astype(_running_dtype(parameters), copy=False)
        if self.momentum == 0.0:
            parameters -= self.learning_rate * gradient
            return
        if self.parameters is not parameters:  # another network: begin anew
            self.parameters, self.velocity = parameters, np.zeros_like(gradient)
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

    Raises
    ------
    TypeError, ValueError
        As for :class:`SGD`.

    Notes
    -----
    PyTorch twin: ``torch.optim.Adam``, with the same defaults.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Examples
    --------
    The first step is as long as the learning rate, whatever the size of the gradient, if that is
    far above ε:

    >>> parameters = np.zeros(2)
    >>> Adam(0.1).step(parameters, np.array([1e-3, -1e3]))
    >>> parameters.round(4)
    array([-0.1,  0.1])
    """

    @explained
    def __init__(
        self,
        learning_rate: float = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.learning_rate = check_positive("learning_rate", learning_rate)
        self.beta1, self.beta2 = _check_share("beta1", beta1), _check_share("beta2", beta2)
        self.epsilon = check_positive("epsilon", epsilon)
        self.parameters: Floats | None = None

    def step(self, parameters: Floats, gradient: Floats) -> None:
        """Change the parameters in place."""
        _check_step(parameters, gradient)
        gradient = gradient.astype(_running_dtype(parameters), copy=False)
        if self.parameters is not parameters:  # another network: begin anew
            self.parameters, self.steps = parameters, 0
            self.mean, self.mean_square = np.zeros_like(gradient), np.zeros_like(gradient)
        self.steps += 1
        self.mean += (1 - self.beta1) * (gradient - self.mean)
        self.mean_square += (1 - self.beta2) * (gradient * gradient - self.mean_square)
        # Both means began at 0: dividing by the weight of what they have seen corrects for it.
        scale = np.sqrt(self.mean_square / (1 - self.beta2**self.steps)) + self.epsilon
        parameters -= (self.learning_rate / (1 - self.beta1**self.steps)) * self.mean / scale


def _running_dtype(parameters: Floats) -> np.dtype[Any]:
    """What steps are computed in: float32 for float16, which rounds ε and small squares to 0."""
    return np.result_type(parameters.dtype, np.float32)


def _check_step(parameters: Floats, gradient: Floats) -> None:
    """An error unless the parameters can be changed in place, by a gradient of their shape."""
    for name, array in (("parameters", parameters), ("gradient", gradient)):
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
            raise TypeError(
                f"{name} must be a NumPy array of floats, but got {type(array).__name__} "
                f"{array!r:.60}"
            )
    if parameters.shape != gradient.shape:
        raise ValueError(
            "parameters and gradient must have one shape, but have shapes "
            f"{parameters.shape} and {gradient.shape}"
        )


def _check_share(name: str, value: Any) -> float:
    share = check_finite(name, value)
    if not 0 <= share < 1:
        raise ValueError(f"{name} must be in [0, 1), but got {share}")
    return share
