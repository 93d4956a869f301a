"""Answers to the exercises on pairs of output unit and loss."""

import math

import numpy as np
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

from actloss.activations import softplus
from actloss.losses import hinge_loss_grad
from tests.exercises.answers.cells import compiled

AS_GIVEN = """
def answer(z, y):
    p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return np.where(1 - y * p > 0, -y * p * (1 - p), 0.0)
"""
SIGNS = AS_GIVEN.replace("p = ", "y = 2 * y - 1; p = ")

SAMPLE_BY_SAMPLE = """
def answer(z, y, weights):
    gradient, total = np.zeros_like(z), 0
    for i in range(len(z)):
        e = np.exp(z[i] - z[i].max())
        k = y[i].argmax()
        gradient[i] = weights[k] * e / e.sum()
        gradient[i, k] -= weights[k]
        total += weights[k]
    return gradient / total
"""


def p_minus_y(z, y):
    return scipy_softmax(z, axis=-1) - y


RIGHT = {
    "column_against_row": [18, 2 * 3.0**2, np.float32(18)],
    "tanh_partner": [
        lambda z, y: np.logaddexp(z, -z) - float(np.log(2)) - y * z,
        lambda z, y: softplus(2 * z) - z - math.log(2) - y * z,
        lambda z, y: np.abs(z) + softplus(-2 * np.abs(z)) - float(np.log(2.0)) - z * y,
        lambda z, y: np.logaddexp(z, -z) - np.log(2) - y * z,
    ],
    "hinge_pull": [
        lambda z, y: np.where((2 * y - 1) * z < 1, 1 - 2 * y, 0),
        lambda z, y: (1 - 2 * y) * ((2 * y - 1) * z < 1),
        lambda z, y: np.where(y == 1, -(z < 1).astype(z.dtype), (z > -1).astype(z.dtype)),
        lambda z, y: hinge_loss_grad(z, 2 * y - 1),
        lambda z, y: np.where((2 * y - 1) * z < 1, 1 - 2 * y, np.zeros(z.shape)),
    ],
    "class_weighted_grad": [
        lambda z, y, weights: (y @ weights)[:, None] * p_minus_y(z, y) / (y @ weights).sum(),
        compiled(SAMPLE_BY_SAMPLE),
        lambda z, y, weights: (
            ((y * weights).sum(1, keepdims=True) * scipy_softmax(z, axis=1) - weights * y)
            / (y * weights).sum()
        ),
        lambda z, y, weights: (
            weights[y.argmax(1)][:, None] * p_minus_y(z, y) / weights[y.argmax(1)].sum()
        ),
    ],
}

WRONG = {
    "column_against_row": [
        (0, "met its own target"),
        (9, "That is the variance"),
        (3, "standard deviation itself"),
        (6, "What of them does"),
        (36, "deviation, squared"),
        (34, "mean of the squared targets"),
        (25, "square of the mean, which"),
        (4.243, "That is the root"),
        (-9, "never negative"),
    ],
    "tanh_partner": [
        (lambda z, y: np.log(np.cosh(z)) - y * z, "its logarithm is not"),
        (lambda z, y: np.log((np.exp(z) + np.exp(-z)) / 2) - y * z, "its logarithm is not"),
        (lambda z, y: np.abs(z) + np.log1p(np.exp(-2 * np.abs(z))) - y * z, "Off by a constant"),
        (lambda z, y: np.logaddexp(z, -z) - float(np.log(2)), "Where is the label?"),
        (lambda z, y: np.tanh(z) - y, "This is the gradient"),
        (lambda z, y: (np.tanh(z) - y) ** 2 / 2, "vanishes where"),
        (lambda z, y: np.square(y - np.tanh(z)), "has a factor 2"),
        (lambda z, y: 1 - np.tanh(z) ** 2 - y * z, "Go the other way"),
        (lambda z, y: np.logaddexp(0, z) - y * z, "belongs to the sigmoid"),
        (lambda z, y: np.log(np.cosh(z - y)), "inside tanh"),
        (lambda z, y: np.logaddexp(z, -z) - float(np.log(2)) + y * z, "pushes z away"),
        (lambda z, y: (np.logaddexp(z, -z) - float(np.log(2)) - y * z).mean(), "no sum, no mean"),
    ],
    "hinge_pull": [
        (compiled(AS_GIVEN), "does what the given function does"),
        (lambda z, y: -y * (y * z < 1), "The sigmoid is gone"),
        (compiled(SIGNS), "on the side of −1"),
        (
            lambda z, y: np.where((2 * y - 1) * expit(z) < 1, 1 - 2 * y, 0),
            "ever reach 1",
        ),
        (
            lambda z, y: np.where((2 * y - 1) * z < 1, (1 - 2 * y) * expit(z) * expit(-z), 0),
            "what is its slope",
        ),
        (lambda z, y: np.where((2 * y - 1) * z < 1, 2 * y - 1, 0), "sign is turned round"),
        (lambda z, y: 1 - 2 * y, "pulls at every sample"),
        (lambda z, y: np.where((2 * y - 1) * z < 0, 1 - 2 * y, 0), "the perceptron"),
        (lambda z, y: np.where((1 - 2 * y) * z < 1, 2 * y - 1, 0), "changed places"),
        (lambda z, y: (1 - 2 * y) * ((2 * y - 1) * z <= 1), "exactly at the kink"),
        (lambda z, y: np.maximum(1 - (2 * y - 1) * z, 0), "This is the loss"),
    ],
    "class_weighted_grad": [
        (
            lambda z, y, weights: (y @ weights)[:, None] * p_minus_y(z, y) / len(z),
            "By what does the loss divide",
        ),
        (
            lambda z, y, weights: (y @ weights)[:, None] * p_minus_y(z, y) / weights.sum(),
            "counts twice",
        ),
        (lambda z, y, weights: (y @ weights)[:, None] * p_minus_y(z, y), "What is below it"),
        (
            lambda z, y, weights: weights * p_minus_y(z, y) / (y * weights).sum(),
            "for all its logits",
        ),
        (lambda z, y, weights: weights * p_minus_y(z, y) / len(z), "Neither is in the loss"),
        (lambda z, y, weights: p_minus_y(z, y) / len(z), "gradient without weights"),
        (lambda z, y, weights: p_minus_y(z, y) / (y * weights).sum(), "ones above it are missing"),
        (lambda z, y, weights: p_minus_y(z, y), "gradient of the plain sum"),
        (
            lambda z, y, weights: (
                (y @ weights)[:, None] * (scipy_softmax(z, axis=0) - y) / (y @ weights).sum()
            ),
            "compares samples with each other",
        ),
        (
            lambda z, y, weights: -(y @ weights)[:, None] * p_minus_y(z, y) / (y @ weights).sum(),
            "truth minus prediction",
        ),
        (
            lambda z, y, weights: (scipy_softmax(z, axis=1) - weights * y) / (y * weights).sum(),
            "not the entry of the label alone",
        ),
        (
            lambda z, y, weights: (
                (y @ weights)[:, None] * p_minus_y(z, y) / (y @ weights).sum() / len(z)
            ),
            "is a mean already",
        ),
        (
            lambda z, y, weights: (y @ weights) * p_minus_y(z, y) / (y @ weights).sum(),
            "Give it an axis",
        ),
    ],
}
