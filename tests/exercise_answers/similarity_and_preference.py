"""Answers to the exercises on similarity and preference."""

import numpy as np
from scipy.special import expit, logsumexp, softmax

from actloss.losses import info_nce_loss_grad
from tests.exercise_answers.cells import compiled

PUSH = """
def answer(s, temperature):
    e = np.exp(s / temperature)
    p = e / e.sum(axis=0)
    p[np.diag_indices(len(p))] -= 1
    return p
"""


def push(*changes):
    text = PUSH
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


ROWS = ("axis=0", "axis=1")
KEPT = ("axis=0", "axis=1, keepdims=True")
SCALED = ("return p", "return p / temperature")
ONE_MAXIMUM = ("np.exp(s / temperature)", "np.exp((s - s.max()) / temperature)")
ROW_MAXIMUM = ("np.exp(s / temperature)", "np.exp((s - s.max(axis=1)[:, None]) / temperature)")


def choices(s, chances):
    """The sum of chances over the choices, less 1 for each item."""
    total = -np.ones_like(s)
    for place in range(len(s)):
        total[place:] += chances(s[place:])
    return total


def pairs(s, neighbours=False):
    gradient = np.zeros_like(s)
    for w in range(len(s)):
        for loser in range(w + 1, min(w + 2, len(s)) if neighbours else len(s)):
            push = expit(s[loser] - s[w])
            gradient[w] -= push
            gradient[loser] += push
    return gradient


def in_a_table(s):
    """All choices as the rows of a table, with −∞ for who has been placed."""
    table = np.where(np.tri(len(s), k=-1, dtype=bool), -np.inf, s)
    return softmax(table, axis=1).sum(axis=0) - 1


def less_one_at_the_end(s):
    gradient = -np.ones_like(s)
    for place in range(len(s) - 1):
        gradient[place:] += softmax(s[place:])
    return gradient


def from_suffix_sums(s):
    e = np.exp(s - s.max())
    return e * np.cumsum(1 / np.cumsum(e[::-1])[::-1]) - 1


RIGHT = {
    "chain_of_wins": [6 / 7, 0.857, np.float32(0.8571)],
    "contrastive_push": [
        push(KEPT, SCALED, ROW_MAXIMUM),
        lambda s, temperature: (
            (softmax(s / temperature, axis=1) - np.eye(len(s), dtype=s.dtype)) / temperature
        ),
        lambda s, temperature: info_nce_loss_grad(s, temperature=temperature),
    ],
    "hardest_stranger": [0.555, 0.543, 0.57],
    "ranking_gradient": [in_a_table, lambda s: choices(s, softmax)],
}

WRONG = {
    "chain_of_wins": [
        (0.5, "That is the product"),
        (0.7083, "mean of the two"),
        (6, "Those are the odds"),
        (1.7918, "difference of the scores"),
        (1 / 7, "C beats A"),
        (5 / 6, "odds were added"),
        (11 / 12, "or B beats C"),
        (-1, "between 0 and 1"),
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
        (
            lambda s, temperature: (
                (softmax(s / temperature, axis=1) - np.eye(len(s))) / temperature
            ),
            "np.float64 among the constants",
        ),
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
    "ranking_gradient": [
        (lambda s: softmax(s) - np.eye(len(s))[0], "first choice alone"),
        (lambda s: np.exp(s - np.logaddexp.accumulate(s[::-1])[::-1]) - 1, "was passed over"),
        (pairs, "a comparison of its own"),
        (lambda s: pairs(s, neighbours=True), "its neighbour alone"),
        (lambda s: len(s) * softmax(s) - 1, "gets shorter"),
        (lambda s: choices(s, softmax) + 1, "minus what"),
        (lambda s: -choices(s, softmax), "turned round"),
        (less_one_at_the_end, "but for the last"),
        (lambda s: in_a_table(s[::-1])[::-1], "the first entry is the winner"),
        (
            lambda s: np.array(sum(logsumexp(s[i:]) - s[i] for i in range(len(s)))),
            "This is the loss",
        ),
        (from_suffix_sums, "all others underflow"),
    ],
}
