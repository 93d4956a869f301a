"""Answers to the exercises on sigmoid and tanh."""

import numpy as np
from scipy.special import expit

from actloss.activations import log_sigmoid, sigmoid, tanh
from tests.exercises.answers.cells import compiled

BY_SIDES = """
def answer(x):
    small = np.exp(np.where(x > 0, -x, x))
    return small / (1 + small) / (1 + small)
"""

AS_GIVEN = """
def answer(a, upstream):
    a = np.clip(a, 1e-3, 1 - 1e-3)
    s = 1 / (1 + np.exp(-a))
    return upstream * s * (1 - s)
"""

IN_PLACE = """
def answer(a, upstream):
    upstream *= a * (1 - a)
    return upstream
"""


def sigma(x):
    """The textbook form."""
    return 1 / (1 + np.exp(-x))


RIGHT = {
    "undecided_measurement": [-0.549, -0.5493, np.log(1 / np.sqrt(3))],
    "sigmoid_slope": [
        lambda x: sigmoid(x) * sigmoid(-x),
        lambda x: np.exp(log_sigmoid(x) + log_sigmoid(-x)),
        lambda x: expit(x) * expit(-x),
        compiled(BY_SIDES),
        lambda x: 1 / (4 * np.cosh(x / 2) ** 2),
    ],
    "sigmoid_layer_backward": [
        lambda a, upstream: upstream * (a - a**2),
        lambda a, upstream: upstream * (0.25 - (a - 0.5) ** 2),
        lambda a, upstream: upstream * (1 - a) * a,
    ],
    "half_saturated": [6.459, 6.4, 6.53],
}

WRONG = {
    "undecided_measurement": [
        (0, "equally frequent"),
        (0.549, "wrong side"),
        (-1.0986, "That is the log-odds"),
        (1.0986, "shift the place"),
        (-1.5, "multiply the odds"),
        (-0.2386, "base 10"),
        (0.1438, "Which odds are that"),
        (0.5, "That is the probability there"),
        (2.0, "some convincing"),
    ],
    "sigmoid_slope": [
        (lambda x: sigmoid(x) * (1 - sigmoid(x)), "another name"),
        (lambda x: sigma(x) * (1 - sigma(x)), "what is left of"),
        (
            lambda x: sigma(np.clip(x, -500, 500)) * (1 - sigma(np.clip(x, -500, 500))),
            "no longer falls",
        ),
        (lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2, "harmless exponential"),
        (lambda x: np.exp(x) / (1 + np.exp(x)) ** 2, "harmless exponential"),
        (lambda x: 0.25 * (1 - tanh(x / 2) ** 2), "on either side"),
        (sigmoid, "This is the sigmoid"),
        (lambda x: sigmoid(sigmoid(x)) * (1 - sigmoid(sigmoid(x))), "applied twice"),
        (lambda x: 1 - tanh(x) ** 2, "slope of tanh"),
        (lambda x: sigmoid(x) * sigmoid(x), "go to 0 there too"),
        (lambda x: x * (1 - x), "what goes in"),
        (lambda x: -sigmoid(x) * sigmoid(-x), "inner derivative"),
    ],
    "sigmoid_layer_backward": [
        (compiled(AS_GIVEN), "what the given function does"),
        (
            compiled(AS_GIVEN.replace("1 / (1 + np.exp(-a))", "a")),
            "is said to have a slope",
        ),
        (
            compiled(AS_GIVEN.replace("    a = np.clip(a, 1e-3, 1 - 1e-3)\n", "")),
            "a unit that says 0.5",
        ),
        (lambda a, upstream: upstream * (1 - a**2), "slope of tanh"),
        (lambda a, upstream: upstream * a, "not its output"),
        (lambda a, upstream: upstream * (1 - a), "One factor"),
        (lambda a, upstream: upstream * (a * (1 - a)) ** 2, "taken twice"),
        (lambda a, upstream: a * (1 - a), "from above is lost"),
        (compiled(IN_PLACE), "The caller may still need"),
    ],
    "half_saturated": [
        (3.23, "half of the tanh units"),
        (4.357, "becomes saturated"),
        (4.28, "Its peak is not 1"),
        (41.7, "the variance"),
        (3.0, "fewer than half"),
        (9.0, "more than half"),
        (-6.46, "is positive"),
    ],
}
