"""Answers to the exercises on losses of one's own."""

import numpy as np

from tests.exercise_answers.cells import compiled

BAKERY = """
def answer(predictions, targets, w):
    error = predictions - targets
    cost = w * np.maximum(error, 0) ** 2 + np.minimum(error, 0) ** 2
    return np.mean(cost)
"""
OWN = ("predictions - targets", "predictions[:, 0] - targets")
SIDE = (
    "w * np.maximum(error, 0) ** 2 + np.minimum(error, 0) ** 2",
    "np.maximum(error, 0) ** 2 + w * np.minimum(error, 0) ** 2",
)


def bakery(*changes):
    text = BAKERY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


def bakery_of(cost):
    return lambda predictions, targets, w: np.mean(cost(predictions.ravel() - targets, w))


def parts(p, y):
    return (p * y).sum(), p.sum() + y.sum()


def quotient_rule(p, y):
    both, total = parts(p, y)
    return -2 * y / total + 2 * both / total**2


RIGHT = {
    "loaves_to_bake": [112, 112.0, np.float32(112)],
    "bakery_loss": [
        bakery(OWN, SIDE),
        bakery(("predictions - targets", "targets - predictions.ravel()")),
        bakery_of(lambda error, w: (1 + (w - 1) * (error < 0).astype(error.dtype)) * error**2),
        lambda predictions, targets, w: bakery(OWN, SIDE)(predictions, targets, w),
    ],
    "scale_of_one_valley": [2.154, 2.1, 2.2],
    "soft_dice_gradient": [
        quotient_rule,
        lambda p, y: (
            np.where(y > 0, y * parts(p, y)[1] - parts(p, y)[0], -parts(p, y)[0])
            * (-2 / parts(p, y)[1] ** 2)
        ),
    ],
}

WRONG = {
    "loaves_to_bake": [
        (100, "That is the mean"),
        (88, "on the wrong side"),
        (120, "in proportion"),
        (80, "short of forty"),
        (117.647, "outside the square"),
        (106.667, "twice as much"),
        (160, "every step back"),
    ],
    "bakery_loss": [
        (bakery(), "Print the shape"),
        (bakery(SIDE), "all pairs"),
        (bakery(OWN), "a positive or a negative error"),
        (
            bakery(OWN, SIDE, ("w * np.minimum(error, 0) ** 2", "(w * np.minimum(error, 0)) ** 2")),
            "inside the square",
        ),
        (bakery(OWN, SIDE, ("np.mean", "np.sum")), "This is the sum"),
        (bakery(OWN, SIDE, (" ** 2", "")), "opposite sign cancel"),
        (
            bakery_of(lambda error, w: np.maximum(error, 0) - w * np.minimum(error, 0)),
            "weighs the distance",
        ),
        (bakery(OWN, SIDE, ("np.mean(cost)", "cost")), "mean over the samples"),
        (bakery_of(lambda error, w: np.where(error < 0, w, 1.0) * error**2), "np.where makes"),
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
}
