"""Answers to the exercises on smooth rectifiers."""

import numpy as np

from actloss.activations import softplus
from tests.exercises.answers.cells import compiled

CELU = """
def answer(x, alpha):
    t = np.minimum(x, 0) / alpha
    return np.where(x > 0, 0, np.exp(t) - 1 - t * np.exp(t))
"""

CELU_OVERFLOWS = """
def answer(x, alpha):
    t = x / alpha
    return np.where(x > 0, 0, np.exp(t) - 1 - t * np.exp(t))
"""

CELU_CHOSEN = """
def answer(x, alpha):
    gradient = np.zeros_like(x)
    left = x < 0
    t = x[left] / alpha[left]
    gradient[left] = np.exp(t) * (1 - t) - 1
    return gradient
"""

GUARDED = """
def answer(y):
    near = np.minimum(y, 30)
    return np.where(y > 30, y, np.log(np.expm1(near)))
"""

RIGHT = {
    "mean_slope_of_swish": [0.5, 1 / 2, np.float32(0.5), 0.4995],
    "before_softplus": [
        compiled(GUARDED),
        lambda y: np.log(-np.expm1(-y)) + y,
        lambda y: np.where(
            y > 1,
            y + np.log1p(-np.exp(-np.maximum(y, 1))),
            np.log(np.expm1(np.minimum(y, 1))),
        ),
    ],
    "swish_nearest_to_gelu": [1.773, 1.77, 1.7755],
    "celu_alpha_gradient": [
        compiled(CELU),
        compiled(CELU_CHOSEN),
        compiled(CELU_OVERFLOWS),
    ],
}

WRONG = {
    "mean_slope_of_swish": [
        (1, "How many inputs share"),
        (0, "not odd"),
        (3, "on either side"),
        (1.5, "Does it change"),
        (0.25, "peak of the sigmoid"),
        (1.1, "pays for it"),
        (0.6, "Write down"),
    ],
    "before_softplus": [
        (lambda y: np.log(np.exp(y) - 1), "two traps"),
        (lambda y: np.log(np.expm1(y)), "Tiny outputs are right"),
        (lambda y: y + np.log(1 - np.exp(-y)), "next to nothing"),
        (lambda y: y + np.log1p(-np.exp(-y)), "next to nothing"),
        (lambda y: np.logaddexp(0, y), "softplus itself"),
        (np.log, "undo an exponential"),
        (np.expm1, "One more step"),
        (lambda y: y.copy(), "And near 0"),
        (lambda y: 1 / softplus(y), "1 divided by it"),
        (lambda y: y - np.log(-np.expm1(-y)), "larger or smaller"),
    ],
    "swish_nearest_to_gelu": [
        (1.702, "Does the same c win"),
        (1.5958, "the slope of Φ at 0"),
        (1.712, "with normal inputs"),
        (1.78, "Is that the smallest mean square"),
        (0.0139, "that is left"),
        (1.75, "finer steps"),
        (1.0, "SiLU"),
        (2.5, "So sharp a bend"),
        (1.3, "So gentle a bend"),
    ],
    "celu_alpha_gradient": [
        (
            lambda x, alpha: np.exp(x / alpha) - 1 - x / alpha * np.exp(x / alpha),
            "Left of 0 this is right",
        ),
        (compiled(CELU.replace(" - t * np.exp(t)", "")), "counts the α in front"),
        (compiled(CELU.replace("np.exp(t) - 1 - ", "-")), "counts the α in the exponent"),
        (compiled(CELU.replace("- t *", "+ t *")), "which sign"),
        (compiled(CELU.replace("- t *", "- t / alpha *")), "What is left of them"),
        (compiled(CELU.replace("- t *", "- x *")), "Count the αs"),
        (
            lambda x, alpha: np.where(x > 0, 1, np.exp(np.minimum(x, 0) / alpha)),
            "This is the derivative in x.",
        ),
        (compiled(CELU.replace("x > 0, 0,", "x > 0, 1,")), "Right of 0 the output is x"),
        (
            lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha)),
            "CELU itself",
        ),
        (lambda x, alpha: np.expm1(np.minimum(x, 0)), "derivative of ELU"),
        (lambda x, alpha: compiled(CELU)(x, alpha).sum(), "each has a derivative"),
    ],
}
