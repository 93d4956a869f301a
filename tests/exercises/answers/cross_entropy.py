"""Answers to the exercises on cross-entropy."""

import numpy as np
from scipy.special import expit, log_expit, logsumexp, rel_entr
from scipy.special import log_softmax as scipy_log_softmax
from scipy.special import softmax as scipy_softmax

from actloss.activations import log_softmax, softmax
from actloss.losses import binary_cross_entropy_with_logits
from tests.exercises.answers.cells import compiled, rewritten

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


def weighted_logs(z, t):
    """The terms whose sum is the divergence."""
    log_y, log_p = scipy_log_softmax(t, axis=-1), scipy_log_softmax(z, axis=-1)
    return np.exp(log_y) * (log_y - log_p)


def through_probabilities(z, t):
    y, p = scipy_softmax(t, axis=-1), scipy_softmax(z, axis=-1)
    return (y * (np.log(y) - np.log(p))).sum(axis=-1)


def through_rel_entr(z, t):
    return rel_entr(scipy_softmax(t, axis=-1), scipy_softmax(z, axis=-1)).sum(axis=-1)


def without_shift(z, t):
    y = np.exp(t - logsumexp(t, axis=-1, keepdims=True))
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return (y * (t - logsumexp(t, axis=-1, keepdims=True) - log_p)).sum(axis=-1)


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


TOKENS = """
def answer(losses, weights, there):
    of_rows = (losses * weights * there).sum(axis=1)
    return (of_rows / there.sum(axis=1)).mean()
"""

CHOSEN = ("losses * weights * there", "np.where(there, losses * weights, 0)")
WEIGHED = ("there.sum(axis=1)", "(weights * there).sum(axis=1)")
ALL_ROWS = ("(of_rows / there.sum(axis=1)).mean()", "of_rows.sum() / there.sum()")
ALL_WEIGHED = (ALL_ROWS[0], "of_rows.sum() / (weights * there).sum()")


def tokens(*changes):
    return rewritten(TOKENS, *changes)


def token_by_token(losses, weights, there):
    total = weight = 0.0
    for place in np.argwhere(there):
        total += weights[tuple(place)] * losses[tuple(place)]
        weight += weights[tuple(place)]
    return total / weight


RIGHT = {
    "price_of_a_wrong_belief": [0.5, 1 / 2, np.float32(0.5)],
    "distillation_gap": [
        lambda z, t: weighted_logs(z, t).sum(axis=-1),
        lambda z, t: (
            (scipy_softmax(t, axis=-1) * (t - z)).sum(axis=-1)
            + logsumexp(z, axis=-1)
            - logsumexp(t, axis=-1)
        ),
        lambda z, t: np.einsum(
            "...k,...k", scipy_softmax(t, axis=-1), log_softmax(t) - log_softmax(z)
        ),
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
        (
            lambda z, y, gamma: (
                np.where(y == 1, 1, -1) * focal_of_one_side((2 * y - 1) * z, 1, gamma)
            )
        ),
    ],
    "token_mean": [
        lambda losses, weights, there: np.average(losses[there], weights=weights[there]),
        lambda losses, weights, there: np.nansum(losses * weights * there) / weights[there].sum(),
        tokens(CHOSEN, ALL_WEIGHED),
        token_by_token,
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
    "distillation_gap": [
        (through_probabilities, "0 by the logarithm of 0"),
        (through_rel_entr, "safe now"),
        (
            lambda z, t: -(scipy_softmax(t, axis=-1) * log_softmax(z)).sum(axis=-1),
            "This is the cross-entropy",
        ),
        (lambda z, t: weighted_logs(t, z).sum(axis=-1), "have changed places"),
        (lambda z, t: -weighted_logs(z, t).sum(axis=-1), "never negative"),
        (lambda z, t: (scipy_softmax(t, axis=-1) * (t - z)).sum(axis=-1), "A logit is not"),
        (lambda z, t: (log_softmax(t) - log_softmax(z)).sum(axis=-1), "do not count alike"),
        (lambda z, t: weighted_logs(z, t).mean(axis=-1), "sum to 1 already"),
        (lambda z, t: weighted_logs(z.T, t.T).T.sum(axis=0), "samples with each other"),
        (lambda z, t: weighted_logs(z, t).sum(), "one for the batch"),
        (lambda z, t: weighted_logs(z, t).sum(axis=-1).mean(), "left to the caller"),
        (lambda z, t: ((softmax(t) - softmax(z)) ** 2).sum(axis=-1), "0 should come out"),
        (without_shift, "gives up its maximum"),
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
    ],
    "token_mean": [
        (tokens(), "does what the given function does"),
        (tokens(WEIGHED), "does not take a NaN away"),
        (tokens(ALL_ROWS), "still passes through the product"),
        (tokens(ALL_WEIGHED), "One fault is left"),
        (tokens(CHOSEN), "No NaN any more"),
        (tokens(CHOSEN, WEIGHED), "a row of one token"),
        (tokens(CHOSEN, ALL_ROWS), "if all weights are doubled"),
        (
            lambda losses, weights, there: np.where(there, losses * weights, 0).mean(),
            "places of padding count in the divisor",
        ),
        (
            lambda losses, weights, there: (
                np.where(there, losses * weights, 0).sum() / weights.sum()
            ),
            "The weights of padding",
        ),
        (lambda losses, weights, there: losses[there].mean(), "all tokens count alike"),
        (
            lambda losses, weights, there: np.nansum(losses * weights) / weights[there].sum(),
            "Not all padding is NaN",
        ),
        (
            lambda losses, weights, there: np.sum(losses[there] * weights[there]),
            "This is the sum",
        ),
        (
            lambda losses, weights, there: (
                np.where(there, losses * weights, 0).sum(axis=1) / (weights * there).sum(axis=1)
            ),
            "one number for the whole batch",
        ),
    ],
}
