"""Answers to the exercises: right ones by other ways, and wrong ones that people write.

A wrong answer stands beside words of the hint that is meant for it.
"""

import numpy as np
from scipy.special import logsumexp
from scipy.special import softmax as scipy_softmax

from actloss.activations import leaky_relu, log_softmax, sigmoid

RIGHT = {
    "slope_of_three": [-3, -3.0000000001, np.float32(-3.0), np.array([-3.0])],
    "leaky_relu": [
        lambda x, alpha: np.where(x > 0, x, alpha * x),
        lambda t, a: np.maximum(t, 0) - a * np.maximum(-t, 0),
        leaky_relu,
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
    ],
    "growth_a_layer": [1.25, 1.22, 1.29],
    "second_probability": [0.75, 3 / 4, np.float32(0.7502)],
    "stable_softmax": [
        lambda z: scipy_softmax(z, axis=-1),
        lambda z: np.exp(log_softmax(z)),
        lambda z: np.exp(z - logsumexp(z, axis=-1, keepdims=True)),
    ],
    "log_sum_exp": [
        lambda z: np.logaddexp.reduce(z, axis=-1),
        lambda z: np.max(z, -1) + np.log(np.exp(z - np.max(z, -1)[..., None]).sum(-1)),
        lambda z: z[..., 0] - log_softmax(z)[..., 0] if np.abs(z).max() < 100 else logsumexp(z, -1),
    ],
    "pixel_probabilities": [
        lambda scores: scipy_softmax(scores, axis=1),
        lambda scores: np.moveaxis(scipy_softmax(np.moveaxis(scores, 1, -1), axis=-1), -1, 1),
    ],
    "even_temperature": [3.556, 1 / np.log(1.324718), np.float32(3.56)],
}


def compiled(body, name="answer"):
    """A function from its text, as a cell of a notebook would have made it."""
    namespace = {"np": np}
    exec(compile(body, "<a cell>", "exec"), namespace)
    return namespace[name]


LOOP = """
def answer(x, alpha):
    result = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        result[i] = x[i] if x[i] > 0 else alpha * x[i]
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

PIXELS = """
def answer(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=-1, keepdims=True)
"""


def shifted(by):
    """Softmax of logits that something else than their maximum was taken from."""
    return lambda z: np.exp(z - by(z)) / np.exp(z - by(z)).sum(axis=-1, keepdims=True)


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
        (compiled(LOOP), "np.zeros and np.empty take a dtype"),
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
        (
            lambda z, upstream, alpha: upstream * np.where(z > 0, np.float64(1), alpha),
            "np.float64 among the constants",
        ),
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
    "second_probability": [
        (0.25, "the first class"),
        (3, "the ratio of the two"),
        (1 / 3, "a ratio of the two"),
        (0.5365, "divides the logits"),
        (0.9997, "its own logit"),
        (1, "argmax"),
        (1.0986, "That is the lead"),
    ],
    "stable_softmax": [
        (lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True), "exp(1000) is more"),
        (shifted(lambda z: z.max()), "One maximum for all rows"),
        (shifted(lambda z: z.mean(axis=-1, keepdims=True)), "The mean is not enough"),
        (shifted(lambda z: z.min(axis=-1, keepdims=True)), "Subtracting the smallest"),
        (lambda z: np.exp(z - z.max(-1)) / np.exp(z - z.max(-1)).sum(-1), "keepdims"),
        (lambda z: scipy_softmax(z, axis=0), "depend on its neighbours"),
        (lambda z: scipy_softmax(z), "whole array"),
        (sigmoid, "sigmoids side by side"),
        (lambda z: z - logsumexp(z, axis=-1, keepdims=True), "the logarithms"),
        (lambda z: z / np.sum(z, axis=-1, keepdims=True), "divides the logits"),
        (lambda z: np.exp(log_softmax(z).astype(np.float64)), "np.float64 among the constants"),
    ],
    "log_sum_exp": [
        (lambda z: np.log(np.sum(np.exp(z), axis=-1)), "exp(1000) is more"),
        (lambda z: -log_softmax(z).max(axis=-1), "must come back"),
        (lambda z: logsumexp(z, axis=-1, keepdims=True), "its axis goes"),
        (lambda z: np.log(np.exp(z - np.max(z)).sum(-1)) + np.max(z), "One maximum for all rows"),
        (lambda z: logsumexp(z), "whole array"),
        (lambda z: logsumexp(z, axis=0), "over the samples"),
        (lambda z: np.exp(logsumexp(z, axis=-1)), "the logarithm is missing"),
        (lambda z: np.max(z, axis=-1), "exceeds by a little"),
        (lambda z: z.max(-1) + np.log(np.exp(z - z.max(-1)).sum(-1)), "keepdims"),
    ],
    "pixel_probabilities": [
        (compiled(PIXELS), "over which axis do they lie"),
        (compiled(PIXELS.replace("axis=-1", "axis=1")), "one maximum serves all pixels"),
        (compiled(PIXELS.replace("max()", "max(1, keepdims=True)")), "Does the sum?"),
        (
            compiled(PIXELS.replace("max()", "max(-1, keepdims=True)").replace("=-1", "=1")),
            "the axis that the sum has",
        ),
        (lambda scores: scipy_softmax(scores, axis=0), "samples with each other"),
        (lambda scores: scipy_softmax(scores, axis=(1, 2, 3)), "one distribution a picture"),
        (
            lambda scores: np.exp(scores - scores.max(1)) / np.exp(scores - scores.max(1)).sum(1),
            "keepdims",
        ),
        (lambda scores: np.exp(scores) / np.exp(scores).sum(1)[:, None], "exp overflows"),
    ],
    "even_temperature": [
        (0.2812, "what the logits are multiplied by"),
        (1, "Hotter or colder"),
        (0.5, "sharpens"),
        (2.885, "a third one too"),
        (3.5, "two decimals"),
        (40, "So hot"),
        (-3.556, "is positive"),
    ],
}
