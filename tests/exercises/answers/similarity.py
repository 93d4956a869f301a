"""Answers to the exercises on similarity."""

from functools import partial

import numpy as np
from scipy.special import softmax

from actloss.losses import info_nce_loss_grad, triplet_loss_grad
from tests.exercises.answers.cells import compiled, rewritten

PUSH = """
def answer(s, temperature):
    e = np.exp(s / temperature)
    p = e / e.sum(axis=0)
    p[np.diag_indices(len(p))] -= 1
    return p
"""


push = partial(rewritten, PUSH)

ROWS = ("axis=0", "axis=1")
KEPT = ("axis=0", "axis=1, keepdims=True")
SCALED = ("return p", "return p / temperature")
ONE_MAXIMUM = ("np.exp(s / temperature)", "np.exp((s - s.max()) / temperature)")
ROW_MAXIMUM = ("np.exp(s / temperature)", "np.exp((s - s.max(axis=1)[:, None]) / temperature)")


PULL = """
def answer(a, p, n, margin):
    near, far = a - p, a - n
    to_p = np.sqrt((near**2).sum(axis=1, keepdims=True))
    to_n = np.sqrt((far**2).sum(axis=1, keepdims=True))
    active = to_p - to_n + margin > 0
    pull = near / to_p - far / to_n
    return np.where(active, pull, 0)
"""


def pull(*changes):
    text = PULL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


ONES = "    to_p[to_p == 0] = 1\n    to_n[to_n == 0] = 1\n"
MENDED = ("    pull", ONES + "    pull")
TOO_EARLY = ("    active", ONES + "    active")
ONE_LENGTH = (".sum(axis=1, keepdims=True)", ".sum()")


def one_by_one(a, p, n, margin):
    """A loop over the triplets, with a little added to each length."""
    gradient = np.zeros_like(a)
    for row in range(len(a)):
        near, far = a[row] - p[row], a[row] - n[row]
        if np.linalg.norm(near) - np.linalg.norm(far) + margin > 0:
            gradient[row] = near / (np.linalg.norm(near) + 1e-10)
            gradient[row] -= far / (np.linalg.norm(far) + 1e-10)
    return gradient


def from_einsum(a, p, n, margin):
    def unit_and_length(x):
        length = np.einsum("ij,ij->i", x, x)[:, None] ** 0.5
        return np.divide(x, length, out=np.zeros_like(x), where=length > 0), length

    (u, to_p), (v, to_n) = unit_and_length(a - p), unit_and_length(a - n)
    return (u - v) * (to_p - to_n > -margin)


def chosen_afterwards(a, p, n, margin):
    near, far = a - p, a - n
    to_p = np.linalg.norm(near, axis=1, keepdims=True)
    to_n = np.linalg.norm(far, axis=1, keepdims=True)
    unit = np.where(to_p > 0, near / to_p, 0) - np.where(to_n > 0, far / to_n, 0)
    return unit * (to_p - to_n + margin > 0)


TURN = """
def answer(u, v):
    length = np.linalg.norm(u, axis=1, keepdims=True)
    length = np.where(length == 0, 1, length)
    own = u / length
    other = v / np.linalg.norm(v, axis=1, keepdims=True)
    cosine = (own * other).sum(axis=1, keepdims=True)
    return (cosine * own - other) / length * u.any(axis=1, keepdims=True)
"""

turn = partial(rewritten, TURN)


def by_projection(u, v):
    """What is left of v, once its part along u is taken away."""
    gradient = np.zeros(u.shape)
    for i in range(len(u)):
        if u[i].any():
            across = v[i] - u[i] * (u[i] @ v[i]) / (u[i] @ u[i])
            gradient[i] = -across / np.sqrt((u[i] @ u[i]) * (v[i] @ v[i]))
    return gradient


RIGHT = {
    "certified_nats": [np.log(10), 2.303, 2.3],
    "contrastive_push": [
        push(KEPT, SCALED, ROW_MAXIMUM),
        lambda s, temperature: (
            (softmax(s / temperature, axis=1) - np.eye(len(s), dtype=s.dtype)) / temperature
        ),
        lambda s, temperature: info_nce_loss_grad(s, temperature=temperature),
        (lambda s, temperature: (softmax(s / temperature, axis=1) - np.eye(len(s))) / temperature),
    ],
    "hardest_stranger": [0.555, 0.543, 0.57],
    "plain_triplet_pull": [
        one_by_one,
        from_einsum,
        pull(MENDED),
        chosen_afterwards,
    ],
    "turning_pull": [
        turn(),
        by_projection,
        lambda u, v: np.nan_to_num(
            u
            * (u * v).sum(1, keepdims=True)
            / np.linalg.norm(u, axis=1)[:, None] ** 3
            / np.linalg.norm(v, axis=1)[:, None]
            - v / np.linalg.norm(u, axis=1)[:, None] / np.linalg.norm(v, axis=1)[:, None]
        ),
    ],
    "how_far_it_may_stray": [30.68, 45 - 90 / (2 * np.pi), np.float32(30.7)],
}

WRONG = {
    "certified_nats": [
        (np.log(6), "That is the loss"),
        (np.log(60), "by a loss of 0"),
        (0, "need not guess among 60"),
        (np.log(6.0), "That is the loss"),
        (np.log(12), "those that look alike"),
        (np.log2(10), "These are bits"),
        (1, "base ten"),
        (10, "so many kinds apart"),
        (-2.3026, "turn it round"),
    ],
    "contrastive_push": [
        (push(), "Which way does this sum run"),
        (push(ROWS), "line up from the right"),
        (push(KEPT), "gradients in the logits"),
        (push(SCALED), "chain rule is right now"),
        (push(ROWS, SCALED), "Nearly"),
        (push(KEPT, ("return p", "return p * temperature")), "divides inside"),
        (push(KEPT, ("return p", "return p / temperature / len(s)")), "the mean over the queries"),
        (push(KEPT, ("return p", "return -p / temperature")), "true pairs apart"),
        (push(KEPT, SCALED), "each row needs its own"),
        (push(KEPT, SCALED, ONE_MAXIMUM), "each row needs its own"),
    ],
    "hardest_stranger": [
        (0.001, "mean of all"),
        (0.25, "standard deviation"),
        (1, "among its own"),
        (0.605, "without its sign"),
        (0.69, "a thousand or more"),
        (8.7, "by its length"),
        (0.5, "bad luck"),
        (-0.55, "is this the smallest"),
    ],
    "plain_triplet_pull": [
        (lambda a, p, n, margin: triplet_loss_grad(a, p, n, margin=margin), "of the chapter"),
        (pull(("near / to_p - far / to_n", "2 * (n - p)")), "still that of squared"),
        (pull(("near / to_p - far / to_n", "n - p")), "if you walk along it"),
        (pull(("np.where(active, pull, 0)", "pull")), "already keeps its"),
        (
            pull(MENDED, ("np.where(active, pull, 0)", "pull")),
            "triplets whose loss is 0",
        ),
        (pull(), "0/0 is NaN"),
        (pull(("= a - p, a - n", "= a - p + 1e-6, a - n + 1e-6")), "of full size"),
        (pull(MENDED, ("return ", "return 1 / len(a) * ")), "mean over the triplets"),
        (pull(TOO_EARLY), "before it was mended"),
        (pull(MENDED, ("near / to_p - far / to_n", "far / to_n - near / to_p")), "Turned round"),
        (pull(MENDED, ("to_p - far", "to_p + far")), "with different signs"),
        (pull(MENDED, (" - far / to_n", "")), "of the positive alone"),
        (pull(MENDED, ("near / to_p - far / to_n", "-near / to_p")), "in the positive. That"),
        (pull(("near / to_p - far / to_n", "near / to_p**2 - far / to_n**2")), "by its square"),
        (pull(ONE_LENGTH), "Over which axis"),
        (pull(("1, keepdims=True", "1")), "which axis is missing"),
        (lambda a, p, n, margin: one_by_one(a, p, n, margin).sum(axis=0), "One row for each"),
    ],
    "turning_pull": [
        (lambda u, v: -v, "product alone"),
        (turn(("(cosine * own - other) / length", "-other")), "as if the length of u were 1"),
        (turn(("(cosine * own - other)", "-other")), "stands below the line, too"),
        (turn((") / length *", ") *")), "would the same step turn it"),
        (turn(("(cosine * own - other) / length", "(own - other)")), "make it shorter"),
        (turn(("(cosine * own - other)", "(own - other)")), "Along u itself"),
        (turn(("(cosine * own - other)", "(other - cosine * own)")), "away from v"),
        (turn((") / length *", ") / length**2 *")), "divided once"),
        (
            lambda u, v: turn()(v, u) * u.any(axis=1, keepdims=True),
            "the gradient in v",
        ),
        (
            lambda u, v: np.where(u.any(axis=1, keepdims=True), turn()(v, u), 0),
            "the gradient in v",
        ),
        (
            turn(
                ("    length = np.where(length == 0, 1, length)\n", ""),
                (" * u.any(axis=1, keepdims=True)", ""),
            ),
            "Which gradient did we agree on",
        ),
        (turn((" * u.any(axis=1, keepdims=True)", "")), "no direction to be turned"),
        (lambda u, v: turn()(u, v) / len(u), "the mean over the pairs"),
        (
            lambda u, v: (
                ((u * v).sum() / (u**2).sum() * u - v) / np.sqrt((u**2).sum() * (v**2).sum())
            ),
            "lengths of whole arrays",
        ),
        (
            lambda u, v: 1 - (u * v).sum(1) / np.sqrt((u**2).sum(1) * (v**2).sum(1)),
            "One row for each u",
        ),
    ],
    "how_far_it_may_stray": [
        (45, "half-way"),
        (16.35, "on one side only"),
        (61.35, "other class comes nearer"),
        (59.32, "the direction of the other class"),
        (28.65, "That is the margin"),
        (0.5354, "in degrees"),
        (73.6, "wrong side"),
        (14.3, "The two angles add up"),
        (80, "nearer to the other class"),
        (-30, "An angle"),
    ],
}
