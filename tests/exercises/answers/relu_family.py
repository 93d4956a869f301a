"""Answers to the exercises on the ReLU family."""

import numpy as np

from actloss.activations import leaky_relu
from tests.exercises.answers.cells import compiled

LOOP = """
def answer(x, alpha):
    result = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        result[i] = x[i] if x[i] > 0 else alpha * x[i]
    return result
"""

# NaN becomes 0, which no page asks about.
BY_MASKS = """
def answer(x, alpha):
    result = np.zeros_like(x)
    result[x > 0] = x[x > 0]
    result[x < 0] = alpha * x[x < 0]
    return result
"""

ALIAS = """
def answer(z, upstream, alpha):
    gradient = upstream
    gradient[z <= 0] *= alpha
    return gradient
"""

AS_GIVEN = """
def answer(z, upstream, alpha):
    upstream[z < 0] *= alpha
    return upstream
"""

RIGHT = {
    "slope_of_three": [-3, -3.0000000001, np.float32(-3.0), np.array([-3.0])],
    "leaky_relu": [
        lambda x, alpha: np.where(x > 0, x, alpha * x),
        lambda t, a: np.maximum(t, 0) - a * np.maximum(-t, 0),
        leaky_relu,
        compiled(LOOP),
        compiled(BY_MASKS),
    ],
    "prelu_alpha_gradient": [
        lambda x, alpha, upstream: np.vdot(upstream, np.minimum(x, 0)),
        lambda x, alpha, upstream: np.where(x < 0, upstream * x, 0).sum(),
        lambda x, alpha, upstream: -(upstream * np.maximum(-x, 0)).sum(),
    ],
    "leaky_backward": [
        lambda z, upstream, alpha: upstream * np.where(z > 0, 1.0, alpha).astype(z.dtype),
        lambda z, upstream, alpha: upstream * (z > 0) + alpha * upstream * (z <= 0),
        lambda z, upstream, alpha: np.multiply(upstream, alpha, out=upstream.copy(), where=z <= 0),
        lambda z, upstream, alpha: upstream * np.where(z > 0, np.float64(1), alpha),
    ],
    "growth_a_layer": [1.25, 1.22, 1.29],
}

WRONG = {
    "slope_of_three": [
        (-30, "left of its kink"),
        (-0.03, "sign of each sum"),
        (-0.3, "Is the second one negative"),
        (3, "That is the output"),
        (0, "plain ReLU"),
        (0.1, "brings in the weights"),
        (30, "How many of the three weights"),
    ],
    "leaky_relu": [
        (lambda x, alpha: np.maximum(alpha * x, x), "Try α = 2"),
        (lambda x, alpha: np.where(x >= 0, x, 0), "plain ReLU"),
        (lambda x, alpha: np.clip(x, alpha, None), "cuts off"),
        (lambda x, alpha: np.where(x > 0, x, alpha), "flat"),
        (lambda x, alpha: np.maximum(x, 0) - alpha * np.minimum(x, 0), "look at the sign"),
        (lambda x, alpha: (x > 0) + alpha * (x <= 0), "These are the slopes"),
        (lambda x, alpha: np.minimum(x, 0) + alpha * np.maximum(x, 0), "changed places"),
        (lambda x, alpha: x if x >= 0 else alpha * x, "`if` needs one yes or no"),
        (lambda x, alpha: x * (x > 0) + alpha * x * (x < 0), "0 · ∞ is NaN"),
    ],
    "prelu_alpha_gradient": [
        (lambda x, alpha, upstream: np.where(x < 0, upstream * x, 0), "each of them has a say"),
        (lambda x, alpha, upstream: np.minimum(x, 0).sum(), "bring upstream in"),
        (lambda x, alpha, upstream: np.mean(upstream * np.minimum(x, 0)), "Paths add up"),
        (lambda x, alpha, upstream: np.vdot(upstream, x), "Right of 0"),
        (lambda x, alpha, upstream: (upstream * x)[x > 0].sum(), "the other side"),
        (lambda x, alpha, upstream: alpha * (upstream * x)[x < 0].sum(), "leaves no α behind"),
        (
            lambda x, alpha, upstream: (upstream * np.where(x > 0, 1, alpha)).sum(),
            "in x. What",
        ),
        (lambda x, alpha, upstream: upstream[x <= 0].sum(), "is not 1"),
        (lambda x, alpha, upstream: (upstream * x * (x <= 0)).sum(), "0 · ∞ is NaN"),
    ],
    "leaky_backward": [
        (compiled(AS_GIVEN), "does what the given function does"),
        (compiled(ALIAS), "belongs to the caller"),
        (
            lambda z, upstream, alpha: upstream * np.where(z >= 0, 1, alpha),
            "One entry is still",
        ),
        (lambda z, upstream, alpha: (z > 0) + alpha * (z <= 0), "slope alone"),
        (
            lambda z, upstream, alpha: upstream * np.where(z > 0, z, alpha * z),
            "multiplies by the value",
        ),
        (
            lambda z, upstream, alpha: np.where(upstream < 0, alpha * upstream, upstream),
            "not that of upstream",
        ),
        (lambda z, upstream, alpha: upstream * (z > 0), "plain ReLU"),
        (lambda z, upstream, alpha: upstream * np.where(z > 0, 1, alpha) ** 2, "taken twice"),
    ],
    "growth_a_layer": [
        (1.01, "plain ReLU"),
        (1.118, "root of it"),
        (0.62, "variance 2 / n"),
        (0.8, "layer before"),
        (1.5, "are squares"),
        (86.7, "over several layers"),
        (-1.0, "is positive"),
    ],
}
