"""Answers to the exercises on losses of one's own."""

import numpy as np

from tests.exercises.answers.cells import compiled

DISTANCE = """
def answer(predictions, targets):
    error = predictions - targets
    distance = np.sqrt(np.sum(error**2, axis=0))
    return error / distance
"""
ROWS = ("axis=0", "axis=1, keepdims=True")
SAFE = ("error / distance", "error / np.where(distance == 0, np.ones_like(distance), distance)")


def distance(*changes):
    text = DISTANCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


def one_by_one(predictions, targets):
    gradient = np.zeros_like(predictions)
    for i, error in enumerate(predictions - targets):
        if error.any():
            gradient[i] = error / np.linalg.norm(error)
    return gradient


def parts(p, y):
    return (p * y).sum(), p.sum() + y.sum()


def quotient_rule(p, y):
    both, total = parts(p, y)
    return -2 * y / total + 2 * both / total**2


RIGHT = {
    "two_kinds_of_days": [112, 112.0, np.float32(112)],
    "distance_gradient": [
        distance(ROWS, SAFE),
        distance(ROWS, ("error / distance", "error / (distance + (distance == 0))")),
        distance(ROWS, ("error / distance", "error / np.maximum(distance, 1e-30)")),
        one_by_one,
        (
            distance(
                ROWS,
                ("return error / distance", "return np.where(distance, error / distance, 0)"),
            )
        ),
        distance(ROWS, ("return error / distance", "return np.nan_to_num(error / distance)")),
    ],
    "scale_of_one_valley": [2.154, 2.1, 2.2],
    "soft_dice_gradient": [
        quotient_rule,
        lambda p, y: (
            np.where(y > 0, y * parts(p, y)[1] - parts(p, y)[0], -parts(p, y)[0])
            * (-2 / parts(p, y)[1] ** 2)
        ),
    ],
    "worth_claiming": [
        lambda index, alpha, beta: alpha / (1 / index - 1 + alpha + beta),
        lambda index, alpha, beta: index * alpha / (1 - index * (1 - alpha - beta)),
        lambda index, alpha, beta: 1 / (1 + (1 - index + beta * index) / (alpha * index)),
    ],
    "newton_runs_away": [1.0887, 1.09, np.float32(1.085)],
}

WRONG = {
    "two_kinds_of_days": [
        (100, "That is the mean"),
        (88, "on the wrong side"),
        (120, "in proportion"),
        (80, "short of forty"),
        (117.647, "outside the square"),
        (106.667, "twice as much"),
        (160, "every step back"),
    ],
    "distance_gradient": [
        (distance(), "along which axis"),
        (distance(SAFE), "whose coordinates"),
        (distance(ROWS), "Which slope does the exercise"),
        (distance(("axis=0", "axis=1")), "What does keepdims do"),
        (distance(ROWS, SAFE, ("return error", "return -error")), "where the loss grows"),
        (lambda predictions, targets: 2 * (predictions - targets), "squared distance"),
        (lambda predictions, targets: np.sign(predictions - targets), "coordinate by coordinate"),
        (distance(ROWS, ("np.sqrt", "")), "The root is missing"),
        (distance(ROWS, SAFE, ("distance)\n", "distance) / len(error)\n")), "no mean to divide"),
        (distance(ROWS, ("error / distance", "error / (distance + 1e-8)")), "makes it shorter"),
    ],
    "scale_of_one_valley": [
        (3, "two heaps of one size"),
        (1, "scale of the chapter"),
        (4.64, "square of c"),
        (2.3, "descent crawls"),
        (2, "two valleys still"),
        (6, "with a smaller one"),
        (-2.15, "is positive"),
    ],
    "soft_dice_gradient": [
        (lambda p, y: -2 * y / parts(p, y)[1], "quotient rule add"),
        (lambda p, y: -quotient_rule(p, y), "turned round"),
        (lambda p, y: 2 * p * y / (p + y) ** 2 - 2 * y / (p + y), "a quotient of its own"),
        (lambda p, y: quotient_rule(p, y) / np.size(p), "is no mean"),
        (lambda p, y: quotient_rule(p, y) / 2, "Half of it"),
        (lambda p, y: 2 * parts(p, y)[0] / parts(p, y)[1] - 2 * y / parts(p, y)[1], "is squared"),
        (lambda p, y: quotient_rule(p, y) * p * (1 - p), "gradient in the logits"),
        (lambda p, y: 0 * p, "which is flat"),
        (lambda p, y: 2 * parts(p, y)[0] / parts(p, y)[1] ** 2 - 2 * p / parts(p, y)[1], "in y"),
        (lambda p, y: 1 - 2 * parts(p, y)[0] / parts(p, y)[1], "This is the loss"),
    ],
    "worth_claiming": [
        (lambda index, alpha, beta: index / 2, "prices of the Dice loss"),
        (lambda index, alpha, beta: alpha * index, "add up to 1"),
        (lambda index, alpha, beta: 0.5 + 0 * index, "likelier in the region than not"),
        (lambda index, alpha, beta: alpha / (alpha + beta) + 0 * index, "if the loss were a sum"),
        (
            lambda index, alpha, beta: beta * index / (1 - index + (alpha + beta) * index),
            "changed places",
        ),
        (
            lambda index, alpha, beta: alpha * index / (1 - index + alpha * index),
            "is no longer missed",
        ),
        (
            lambda index, alpha, beta: alpha * index / (1 - index + beta * index),
            "odds",
        ),
        (
            lambda index, alpha, beta: (
                (1 - index + beta * index) / (1 - index + (alpha + beta) * index)
            ),
            "that the pixel does not belong",
        ),
        (lambda index, alpha, beta: index, "makes no difference"),
        (lambda index, alpha, beta: np.mean(alpha * index / (1 - index)), "One number for each"),
    ],
    "newton_runs_away": [
        (2.177, "twice the distance"),
        (0.0, "many come back"),
        (1.05, "Close"),
        (1.2, "From a little nearer"),
        (3.0, "and from much nearer"),
        (0.66, "comes back"),
        (-1.09, "A distance"),
    ],
}
