"""Answers to the exercises on calibration."""

import numpy as np
from scipy.special import softmax

from tests.exercises.answers.cells import compiled

GAP = """
def answer(confidence, correct, bins):
    total = 0.0
    for m in range(bins):
        inside = (m / bins <= confidence) & (confidence < (m + 1) / bins)
        total += np.sum(correct[inside]) - np.sum(confidence[inside])
    return total / len(confidence)
"""
SIZES = GAP.replace("np.sum(correct[inside]) - np.sum(confidence[inside])", "abs(GAP)").replace(
    "GAP", "np.sum(correct[inside]) - np.sum(confidence[inside])"
)
CLOSED = ("(confidence < (m + 1) / bins)", "((confidence < (m + 1) / bins) | (m + 1 == bins))")
CLOSED_ABOVE = (
    "(m / bins <= confidence) & (confidence < (m + 1) / bins)",
    "(m / bins < confidence) & (confidence <= (m + 1) / bins)",
)
MEANS = """
def answer(confidence, correct, bins):
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for m in range(bins):
        if np.any(place == m):
            gap = abs(np.mean(correct[place == m]) - np.mean(confidence[place == m]))
            total += gap WEIGHT
    return total SCALE
"""


def means(weight, scale=""):
    return compiled(MEANS.replace("WEIGHT", weight).replace("SCALE", scale))


SLOPE = """
def answer(logits, labels, temperature):
    z = logits / temperature
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    return np.mean(logits[rows, labels] - (p * logits).sum(axis=1)) / temperature**2
"""


def slope(*changes):
    text = SLOPE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


def by_chain_rule(logits, labels, temperature):
    """The gradient in z/T, times what each z/T changes by."""
    error = softmax(logits / temperature, axis=1)
    error[np.arange(len(labels)), labels] -= 1
    return -(error * logits).sum() / len(labels) / temperature**2


RIGHT = {
    "repairable_brier": [0.016, 0.192 - 0.176, np.float32(0.016)],
    "cubed_forecast": [0.75, 3 / 4, 0.7503, np.float32(0.748)],
    "calibration_gap": [
        compiled(SIZES.replace(*CLOSED)),
        means("* len(confidence[place == m]) / len(confidence)"),
        means("* len(confidence[place == m])", "/ len(confidence)"),
        means("* np.sum(place == m) / len(confidence)"),
    ],
    "temperature_slope": [slope(), by_chain_rule],
}

WRONG = {
    "repairable_brier": [
        (0.12, "mean of distances"),
        (0.192, "whole Brier score"),
        (0.176, "remains after"),
        (0.025, "by its days"),
        (0.0256, "told apart"),
        (0.0144, "squares the mean"),
        (0.0016, "on the whole"),
        (-0.016, "count the fall"),
    ],
    "cubed_forecast": [
        (0.9, "would be honest"),
        (1, "dry days cost"),
        (0.25, "changed places"),
        (0.6753, "fourth powers"),
        (0.05625, "smallest penalty"),
        (0.5, "depend on q"),
        (0.8, "direction is right"),
        (1.5, "between 0 and 1"),
    ],
    "calibration_gap": [
        (compiled(GAP), "Call it with 2 bins"),
        (compiled(SIZES), "The gaps are right now"),
        (compiled(GAP.replace(*CLOSED)), "No prediction is lost"),
        (compiled(SIZES.replace(*CLOSED_ABOVE)), "none holds it"),
        (compiled(GAP.replace(*CLOSED_ABOVE)), "And which bin holds"),
        (
            compiled(GAP.replace(*CLOSED).replace("return total", "return abs(total)")),
            "already cancelled",
        ),
        (compiled(GAP.replace("return total", "return abs(total)")), "one of them"),
        (
            lambda confidence, correct, bins: np.mean(np.abs(confidence - correct)),
            "its own outcome",
        ),
        (means("", "/ bins"), "a bin of a hundred"),
        (means("* len(confidence[place == m])"), "grows with the number"),
    ],
    "temperature_slope": [
        (lambda logits, labels, t: -slope()(logits, labels, t) * t**2, "derivative in 1/T"),
        (lambda logits, labels, t: -slope()(logits, labels, t), "the sign is not"),
        (slope(("temperature**2", "temperature")), "a square in it"),
        (
            lambda logits, labels, t: by_chain_rule(logits, labels, t) * -t,
            "another power",
        ),
        (slope(("logits / temperature\n", "logits\n")), "divided by T there"),
        (slope(("np.mean", "np.sum")), "sum over the samples"),
        (slope(("np.mean", "")), "the mean of these"),
        (slope(("logits[rows, labels]", "logits.max(axis=1)")), "stands alone"),
        (slope((" - (p * logits).sum(axis=1)", "")), "log-sum-exp too"),
        (
            lambda logits, labels, t: (
                (softmax(logits / t, axis=1) - np.eye(logits.shape[1])[labels]) / t
            ),
            "gradient in the logits",
        ),
        (slope((" - z.max(axis=1, keepdims=True)", "")), "a maximum for each row"),
    ],
}
