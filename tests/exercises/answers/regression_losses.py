"""Answers to the exercises on losses for regression."""

import numpy as np

from actloss.losses import huber_loss
from tests.exercises.answers.cells import compiled

COLUMN = """
def answer(outputs, targets):
    errors = outputs - targets
    return 2 * errors.mean(axis=1, keepdims=True)
"""


def column(old, new):
    assert old in COLUMN
    return compiled(COLUMN.replace(old, new))


def of_far(function):
    """The mean of a function of (size of the error, δ) over all samples, near ones as 0."""

    def answer(predictions, targets, delta):
        size = np.abs(predictions - targets)
        return (function(size, delta) * (size > delta)).mean()

    return answer


def own_noise(function):
    """From the error and its variance, which is the error squared, or `least`."""

    def answer(predictions, targets, least):
        e = predictions - targets
        return function(e, np.maximum(e**2, least))

    return answer


RIGHT = {
    "loaves_to_bake": [40, 40.0, sorted([28, 22, 40, 25, 58, 30, 20, 34, 26])[-2]],
    "column_gradient": [
        lambda outputs, targets: 2 / len(outputs) * (outputs - targets.reshape(-1, 1)),
        lambda outputs, targets: (2 * (outputs[:, 0] - targets) / targets.size)[:, None],
        lambda outputs, targets: 2 * (outputs - np.expand_dims(targets, 1)) / outputs.shape[0],
    ],
    "delta_gradient": [
        of_far(lambda size, delta: size - delta),
        lambda predictions, targets, delta: np.mean(
            np.abs(predictions - targets) - np.minimum(np.abs(predictions - targets), delta)
        ),
        lambda p, y, delta: np.clip(np.abs(p - y) - delta, 0, None).mean(),
    ],
    "pulled_centre": [0.1825, 0.19, np.float32(0.176)],
    "calls_an_hour": [1.5, 18 / 12, np.float32(1.5)],
    "pull_with_own_noise": [
        own_noise(lambda e, variance: e / variance),
        lambda p, y, least: np.where(
            np.abs(p - y) > np.sqrt(least),
            1 / np.where(p == y, 1, p - y),
            (p - y) / least,
        ),
        lambda p, y, least: (
            np.sign(p - y)
            * np.minimum(np.abs(p - y) / least, 1 / np.maximum(np.abs(p - y), 1e-300))
        ),
    ],
}

WRONG = {
    "loaves_to_bake": [
        (31.4, "That is the mean"),
        (28, "That is the median"),
        (22, "changed places"),
        (58, "safe, and dear"),
        (36.4, "between two of the days"),
        (34, "next larger day"),
        (0.8, "which quantile"),
        (25, "Too few cost more"),
    ],
    "column_gradient": [
        (compiled(COLUMN), "does what the given function does"),
        (column("errors.mean(axis=1", "errors.T.mean(axis=1"), "over the other axis"),
        (column("- targets", "- targets[:, None]"), "Each output meets its own target now"),
        (
            lambda outputs, targets: 2 * (outputs - targets.mean()) / len(targets),
            "all pairs of an output",
        ),
        (lambda outputs, targets: (outputs - targets[:, None]) / len(targets), "Where is the 2"),
        (
            lambda outputs, targets: -2 * (outputs - targets[:, None]) / len(targets),
            "walk away",
        ),
        (lambda outputs, targets: 2 * (outputs.ravel() - targets) / len(targets), "same shape"),
        (lambda outputs, targets: 2 * (outputs - targets) / len(targets), "is a square"),
        (lambda outputs, targets: 2 * np.mean(outputs - targets[:, None]), "Each output has its"),
    ],
    "delta_gradient": [
        (lambda p, y, delta: np.mean(np.abs(p - y) - delta), "without any δ"),
        (of_far(lambda size, delta: size), "a second term"),
        (of_far(lambda size, delta: size - delta / 2), "divided by δ"),
        (
            lambda p, y, delta: np.mean((p - y - delta) * (np.abs(p - y) > delta)),
            "through its size",
        ),
        (lambda p, y, delta: np.mean(np.maximum(p - y - delta, 0)), "those far too low"),
        (of_far(lambda size, delta: delta), "with the size of the error"),
        (lambda p, y, delta: np.clip(p - y, -delta, delta).mean(), "derivative in the pred"),
        (lambda p, y, delta: np.maximum(np.abs(p - y) - delta, 0).sum(), "of their sum"),
        (
            lambda p, y, delta: (np.abs(p - y) - delta)[np.abs(p - y) > delta].mean(),
            "the far errors alone",
        ),
        (of_far(lambda size, delta: delta - size), "charge more for it"),
        (of_far(lambda size, delta: 1), "share of far errors"),
        (lambda p, y, delta: np.mean(huber_loss(p, y, delta=delta)), "This is the cost"),
        (lambda p, y, delta: np.maximum(np.abs(p - y) - delta, 0), "so is its derivative"),
    ],
    "pulled_centre": [
        (10.0, "grows with the distance"),
        (0.1397, "the median"),
        (0.1345, "pull back as strongly"),
        (0.1633, "fits δ = 1"),
        (0, "not nothing"),
        (1.345, "the most that one"),
        (-0.18, "lie on the right"),
        (60, "does c still move"),
    ],
    "calls_an_hour": [
        (8 / 3, "mean of the three rates"),
        (6, "calls of a watch"),
        (2, "rate of the middle watch"),
        (0.405, "the logarithm"),
        (94 / 86, "squared error"),
        (2 / 3, "hours a call"),
        (18, "all calls together"),
        (3.7, "between the lowest"),
        (-1.5, "no rate is negative"),
    ],
    "pull_with_own_noise": [
        (lambda p, y, least: (p - y) / least, "always the least"),
        (lambda p, y, least: 1 / (p - y), "small errors"),
        (lambda p, y, least: (p - y) / ((p - y) ** 2 + least), "the larger of the two"),
        (own_noise(lambda e, variance: e / np.sqrt(variance)), "standard deviation"),
        (
            lambda p, y, least: np.where((p - y) ** 2 > least, 0, (p - y) / least),
            "whatever the error",
        ),
        (
            lambda p, y, least: np.where(
                (p - y) ** 2 > least, 2 / np.where(p == y, 1, p - y), (p - y) / least
            ),
            "before the logarithm",
        ),
        (
            lambda p, y, least: np.where((p - y) ** 2 > least, 1 / np.where(p == y, 1, p - y), 0),
            "where the variance rests",
        ),
        (own_noise(lambda e, variance: -e / variance), "towards the targets"),
        (own_noise(lambda e, variance: 2 * e / variance), "before the square"),
        (own_noise(lambda e, variance: e / variance / e.size), "There is no mean"),
        (
            own_noise(lambda e, variance: np.log(variance) / 2 + e**2 / (2 * variance)),
            "This is the loss",
        ),
        (own_noise(lambda e, variance: np.sum(e / variance)), "a pull of its own"),
    ],
}
