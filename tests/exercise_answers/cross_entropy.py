"""Answers to the exercises on cross-entropy."""

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from actloss.losses import binary_cross_entropy_with_logits, sparse_softmax_cross_entropy
from tests.exercise_answers.cells import compiled

PADDED = """
def answer(logits, labels):
    total = np.zeros((), dtype=logits.dtype)
    count = 0
    for row, label in zip(logits, labels):
        if label >= 0:
            total = total - (row[label] - row.max() - np.log(np.exp(row - row.max()).sum()))
            count += 1
    return total / count
"""

CLIPPED = """
def answer(z, y):
    p = 1 / (1 + np.exp(-z))
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)
"""

FOCAL = """
def answer(z, y, gamma):
    p = 1 / (1 + np.exp(-z))
    if_one = -(1 - p) ** gamma * (1 - p - gamma * p * np.log(p))
    if_zero = p ** gamma * (p - gamma * (1 - p) * np.log(1 - p))
    return np.where(y == 1, if_one, if_zero)
"""


def losses_of(z, c):
    return -(z - logsumexp(z, axis=1, keepdims=True))[np.arange(len(c)), c]


def counted(reduce, losses=losses_of):
    def answer(logits, labels):
        keep = labels >= 0
        return reduce(losses(logits[keep], labels[keep]))

    return answer


def focal_parts(z, y):
    """Which way, p and log p of the true class."""
    side = 2 * y - 1
    return side, expit(side * z), log_expit(side * z)


def focal_in_product_form(z, y, gamma):
    side, p, log_p = focal_parts(z, y)
    return side * (1 - p) ** gamma * (p - 1 + gamma * p * log_p)


def focal_without_product_rule(z, y, gamma):
    side, p, _ = focal_parts(z, y)
    return side * (p - 1) * (1 - p) ** gamma


def focal_turned_round(z, y, gamma):
    return -focal_in_product_form(z, y, gamma)


def focal_with_wrong_second_sign(z, y, gamma):
    side, p, log_p = focal_parts(z, y)
    return side * (1 - p) ** gamma * (p - 1 - gamma * p * log_p)


def focal_in_p(z, y, gamma):
    side, p, log_p = focal_parts(z, y)
    return side * (gamma * (1 - p) ** (gamma - 1) * log_p - (1 - p) ** gamma / p)


def focal_of_one_side(z, y, gamma):
    _, p, log_p = focal_parts(z, y)
    return (1 - p) ** gamma * (p - 1 + gamma * p * log_p)


RIGHT = {
    "price_of_a_wrong_belief": [0.5, 1 / 2, np.float32(0.5)],
    "padded_cross_entropy": [
        compiled(PADDED),
        lambda logits, labels: (
            np.where(
                labels < 0,
                0,
                sparse_softmax_cross_entropy(logits, np.where(labels < 0, 0, labels)),
            ).sum()
            / int((labels >= 0).sum())
        ),
        counted(np.mean),
    ],
    "unclipped_loss": [
        lambda z, y: np.logaddexp(0, z) - y * z,
        lambda z, y: y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z),
        lambda z, y: -y * log_expit(z) - (1 - y) * log_expit(-z),
        binary_cross_entropy_with_logits,
    ],
    "focal_slope": [
        focal_in_product_form,
        lambda z, y, gamma: np.where(
            y == 1,
            expit(-z) ** gamma * (gamma * expit(z) * log_expit(z) - expit(-z)),
            expit(z) ** gamma * (expit(z) - gamma * expit(-z) * log_expit(-z)),
        ),
    ],
}

WRONG = {
    "price_of_a_wrong_belief": [
        (2.25, "whole surprise"),
        (1.75, "nobody can avoid"),
        (0.625, "decides how often"),
        (2.375, "still in it"),
        (0.3466, "in nats"),
        (0, "same entropy"),
        (-0.5, "cheaper than the truth"),
    ],
    "padded_cross_entropy": [
        (
            counted(
                np.mean,
                lambda z, c: np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(c)), c],
            ),
            "exp(1000) is more",
        ),
        (
            counted(
                np.mean,
                lambda z, c: -np.log(np.exp(-losses_of(z, c))),
            ),
            "rounded to 0",
        ),
        (
            lambda logits, labels: counted(np.sum)(logits, labels) / len(labels),
            "still counts in the divisor",
        ),
        (counted(np.sum), "This is the sum"),
        (
            lambda logits, labels: (
                losses_of(logits[labels > 0], labels[labels > 0]).sum() / len(labels[labels > 0])
            ),
            "Class 0 is a class",
        ),
        (lambda logits, labels: losses_of(logits, labels).mean(), "no class"),
        (lambda logits, labels: losses_of(logits, np.maximum(labels, 0)).mean(), "as class 0"),
        (counted(lambda losses: -losses.mean()), "mean of log p"),
        (
            counted(lambda losses: (1 - np.exp(-losses)).mean()),
            "that was missing",
        ),
        (counted(lambda losses: losses), "One number for the batch"),
        (
            lambda logits, labels: counted(np.sum)(logits, labels) / (labels >= 0).sum(),
            "a mean needs none",
        ),
    ],
    "unclipped_loss": [
        (compiled(CLIPPED), "Which line does that"),
        (compiled(CLIPPED.replace("1e-7", "1e-12")), "close to z each time"),
        (
            compiled("\n".join(line for line in CLIPPED.splitlines() if "clip" not in line)),
            "Can you do without p",
        ),
        (lambda z, y: np.log1p(np.exp(z)) - y * z, "exp(1000) overflows"),
        (lambda z, y: np.maximum(z, 0) - y * z + np.log1p(np.exp(-z)), "Nearly"),
        (lambda z, y: np.logaddexp(0, z) + y * z, "wrong way"),
        (lambda z, y: -y * log_expit(z), "label 1 alone"),
        (lambda z, y: expit(z) - y, "This is the gradient"),
        (lambda z, y: (np.logaddexp(0, z) - y * z).mean(), "without sum or mean"),
    ],
    "focal_slope": [
        (compiled(FOCAL), "without σ(x)"),
        (focal_without_product_rule, "product rule."),
        (focal_turned_round, "turned round"),
        (focal_with_wrong_second_sign, "log p is negative"),
        (focal_in_p, "derivative in p"),
        (focal_of_one_side, "brings that minus out"),
        (lambda z, y, gamma: expit(z) - y, "the case γ"),
        (
            lambda z, y, gamma: -((1 - focal_parts(z, y)[1]) ** gamma) * focal_parts(z, y)[2],
            "This is the loss",
        ),
        (lambda z, y, gamma: focal_in_product_form(z, y, gamma).mean(), "nothing is summed"),
        (
            lambda z, y, gamma: (
                np.where(y == 1, 1, -1) * focal_of_one_side((2 * y - 1) * z, 1, gamma)
            ),
            "choose between two arrays",
        ),
    ],
}
