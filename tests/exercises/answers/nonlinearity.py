"""Answers to the exercises on nonlinearity."""

import numpy as np

from tests.exercises.answers.cells import compiled

RULER = """
def answer(knots, heights):
    slopes = np.diff(heights) / np.diff(knots)
    weights = slopes.copy()
    weights[1:] -= slopes[:-1]
    return weights
"""

RULER_SOLVED = """
def answer(knots, heights):
    units = np.maximum(knots[1:, None] - knots[None, :-1], 0)
    return np.linalg.solve(units, heights[1:] - heights[0])
"""

EPOCH = """
def answer(x, y, weights):
    w = weights.copy()
    for i in range(len(x)):
        w += (y[i] - np.where(x[i] @ w >= 0, 1.0, 0.0)) * x[i]
    return w
"""

AS_GIVEN = """
def answer(x, y, weights):
    answers = np.sign(x @ weights)
    return weights + (y - answers) @ x
"""

BY_CASES = """
def answer(x, y, weights):
    for sample, wanted in zip(x, y):
        fires = sample @ weights >= 0
        if fires and wanted == 0:
            weights = weights - sample
        elif not fires and wanted == 1:
            weights = weights + sample
    return weights.copy()
"""


def slopes(knots, heights):
    return np.diff(heights) / np.diff(knots)


RIGHT = {
    "tables_of_one_unit": [14, 14.0, np.int64(14)],
    "ruler_weights": [
        compiled(RULER),
        compiled(RULER_SOLVED),
        lambda knots, heights: np.diff(slopes(knots, heights), prepend=knots[:1] * 0),
        lambda knots, heights: np.diff(slopes(knots, heights), prepend=0.0),
    ],
    "perceptron_epoch": [
        compiled(EPOCH),
        compiled(BY_CASES),
        compiled(BY_CASES.replace("weights - sample", "weights - np.float64(1) * sample")),
    ],
    "error_factor_of_root": [1.414, np.sqrt(2), 1.42, 1.38],
}

WRONG = {
    "tables_of_one_unit": [
        (16, "Which line separates"),
        (15, "Which other table"),
        (12, "never does"),
        (2, "it cannot"),
        (4, "in two ways"),
        (256, "How many such choices"),
        (8, "Any side of the square"),
    ],
    "ruler_weights": [
        (slopes, "a unit that has woken"),
        (lambda knots, heights: np.diff(slopes(knots, heights)), "One unit is missing"),
        (
            lambda knots, heights: np.diff(
                np.concatenate([[0.0], slopes(knots, heights), [0.0]])
            ).astype(knots.dtype),
            "One unit too many",
        ),
        (lambda knots, heights: np.diff(np.diff(heights), prepend=0), "over a run"),
        (
            lambda knots, heights: np.diff(np.diff(heights) / (knots[1] - knots[0]), prepend=0),
            "as long as the first",
        ),
        (
            lambda knots, heights: np.diff(np.diff(heights) / np.mean(np.diff(knots)), prepend=0),
            "equally long",
        ),
        (
            lambda knots, heights: np.append(
                slopes(knots, heights)[0], -np.diff(slopes(knots, heights))
            ),
            "must add slope",
        ),
        (lambda knots, heights: np.diff(heights), "These are the rises"),
        (lambda knots, heights: np.cumsum(slopes(knots, heights)), "want the weights"),
        (lambda knots, heights: heights[:-1].copy(), "is no tent"),
    ],
    "perceptron_epoch": [
        (compiled(AS_GIVEN), "what the given function does"),
        (
            compiled(AS_GIVEN.replace("np.sign(x @ weights)", "x @ weights >= 0")),
            "when the second sample comes",
        ),
        (
            compiled(AS_GIVEN.replace("np.sign(x @ weights)", "x @ weights > 0")),
            "look at a sum of exactly 0",
        ),
        (
            compiled(EPOCH.replace("np.where(x[i] @ w >= 0, 1.0, 0.0)", "np.sign(x[i] @ w)")),
            "still answers",
        ),
        (compiled(EPOCH.replace(">=", ">")), "Almost"),
        (compiled(EPOCH.replace("w +=", "w -=")), "the wrong way"),
        (compiled(EPOCH.replace(" * x[i]", " * x[i] / len(x)")), "a full correction"),
        (compiled(EPOCH.replace("np.where(x[i] @ w >= 0, 1.0, 0.0)", "x[i] @ w")), "distance"),
        (compiled(EPOCH.replace(".copy()", "")), "The caller may still need"),
        (lambda x, y, weights: weights, "as they came"),
    ],
    "error_factor_of_root": [
        (4, "bounded second derivative"),
        (2.001, "root of the mean square"),
        (2.81, "the mean error"),
        (0.707, "divided by the one with fewer"),
        (0.5, "the exponent"),
        (1.0, "to see the first piece"),
        (8.0, "Faster than"),
    ],
}
