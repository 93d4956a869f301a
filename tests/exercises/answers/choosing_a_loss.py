"""Answers to the exercises on choosing a loss."""

import numpy as np
from scipy.special import expit, logit

from actloss.activations import sigmoid

RIGHT = {
    "aim_of_relative_error": [120, np.float32(120.0), 120.01],
    "undo_class_weight": [
        lambda p, weight: p / (p + weight * (1 - p)),
        lambda p, weight: 1 / (1 + weight * (1 / p - 1)),
        lambda p, weight: expit(logit(p) - float(np.log(weight))),
        lambda p, weight: (p / weight) / (p / weight + 1 - p),
        lambda p, weight: expit(logit(p) - np.log(weight)),
    ],
    "power_loss_grad": [
        lambda z, y, r: -y * expit(z) ** r * expit(-z) + (1 - y) * expit(-z) ** r * expit(z),
        lambda z, y, r: (
            (1 - y) * np.exp(-r * np.logaddexp(0, z)) * expit(z)
            - y * np.exp(-r * np.logaddexp(0, -z)) * expit(-z)
        ),
    ],
}


def unsimplified(z, y, r):
    p = expit(z)
    return (-y * p ** (r - 1) + (1 - y) * (1 - p) ** (r - 1)) * p * (1 - p)


WRONG = {
    "aim_of_relative_error": [
        (200, "That is the mean"),
        (150, "harmonic mean"),
        (173.2, "geometric mean"),
        (100, "cheaper price"),
        (300, "dearer price"),
        (250, "divides by the prediction"),
        (280, "upside down"),
        (225, "Above the mean"),
        (0.5, "Outside the two prices"),
    ],
    "undo_class_weight": [
        (lambda p, weight: 1 / (1 + (1 - p) / (weight * p)), "the way that the loss went"),
        (lambda p, weight: p / weight, "Near 0 this is right"),
        (lambda p, weight: p / (1 - p) / weight, "These are the odds"),
        (lambda p, weight: p / (1 + (weight - 1) * p), "does your weight stand with"),
        (lambda p, weight: logit(p) - float(np.log(weight)), "This is a logit"),
        (lambda p, weight: expit(logit(p) - weight), "which function of it"),
        (lambda p, weight: p.copy(), "as it is"),
        (lambda p, weight: weight * (1 - p) / (p + weight * (1 - p)), "the probability of no"),
        (
            lambda p, weight: np.where(p / (1 - p) > weight, 1.0, 0.0),
            "This is a decision",
        ),
    ],
    "power_loss_grad": [
        (unsimplified, "on paper first"),
        (
            lambda z, y, r: (
                (1 - y) * (1 - sigmoid(z)) ** r * sigmoid(z)
                - y * sigmoid(z) ** r * (1 - sigmoid(z))
            ),
            "Which function of z is",
        ),
        (
            lambda z, y, r: (
                y * expit(z) ** r * (expit(z) - 1) + (1 - y) * (1 - expit(z)) ** r * expit(z)
            ),
            "Which function of z is",
        ),
        (
            lambda z, y, r: -y * expit(z) ** (r - 1) + (1 - y) * (1 - expit(z)) ** (r - 1),
            "derivative in p",
        ),
        (
            lambda z, y, r: unsimplified(z, y, r) * expit(z) * (1 - expit(z)),
            "too many",
        ),
        (lambda z, y, r: expit(z) - y, "This is cross-entropy"),
        (
            lambda z, y, r: (1 - y) * expit(z) * expit(-z) - y * expit(z) * expit(-z),
            "right for r equal to 1",
        ),
        (lambda z, y, r: -unsimplified(z, y, r), "sign is turned round"),
        (lambda z, y, r: r * unsimplified(z, y, r), "So is the 1/r"),
        (lambda z, y, r: unsimplified(z, y, r) / r, "its exponent down"),
        (lambda z, y, r: y * expit(z) ** r * (expit(z) - 1), "belongs to y"),
        (
            lambda z, y, r: -y * expit(z) ** r * expit(-z) - (1 - y) * expit(-z) ** r * expit(z),
            "sign of the second half",
        ),
        (lambda z, y, r: unsimplified(z, 1 - y, r), "changed places"),
        (
            lambda z, y, r: np.where(
                y > 0.5, -(expit(z) ** r) * expit(-z), expit(-z) ** r * expit(z)
            ),
            "a mixture of both",
        ),
        (lambda z, y, r: (expit(z) - y) * expit(z) ** r, "the power of 1 − p"),
        (lambda z, y, r: -unsimplified(-z, y, r), "changed places"),
        (
            lambda z, y, r: y * (1 - expit(z) ** r) / r + (1 - y) * (1 - expit(-z) ** r) / r,
            "loss itself",
        ),
        (lambda z, y, r: unsimplified(z, y, r).sum(), "no sum, no mean"),
    ],
}
