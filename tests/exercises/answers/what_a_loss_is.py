"""Answers to the exercises on what a loss is."""

import numpy as np

from tests.exercises.answers.cells import compiled

MASKED = """
def answer(losses, mask):
    per_sequence = (losses * mask).sum(axis=1) / mask.sum(axis=1)
    return per_sequence.mean()
"""

LOOP = """
def answer(losses, mask):
    total, count = 0.0, 0
    for loss, there in zip(losses.ravel(), mask.ravel()):
        if there:
            total, count = total + loss, count + 1
    return losses.dtype.type(total / count)
"""

RIGHT = {
    "most_errors": [28, 28.0, 400 * 0.05 // np.log(2)],
    "masked_cost": [
        compiled(LOOP),
        lambda losses, mask: losses[mask > 0].mean(),
        lambda losses, mask: np.where(mask == 1, losses, 0).sum() / mask.sum(),
        lambda losses, mask: np.average(np.where(mask == 0, 0, losses), weights=mask),
        lambda losses, mask: losses[mask > 0].sum() / (mask > 0).sum(),
        lambda losses, mask: np.nansum(losses * mask) / mask.sum(),
    ],
    "steepest_probability": [1 / 3, 0.333, np.float32(0.335)],
    "log_scale_gradient": [
        lambda s, predictions, targets: 1 - (predictions - targets) ** 2 * np.exp(-2 * s),
        lambda s, p, y: 1 - np.square((y - p) * np.exp(-s)),
        lambda s, predictions, targets: (
            -np.expm1(2 * np.log(np.maximum(np.abs(predictions - targets), 1e-30)) - 2 * s)
        ),
        lambda s, p, y: 1 - ((p - y) / np.exp(s)) ** 2,
    ],
}

WRONG = {
    "most_errors": [
        (20, "0.69 at margin 0"),
        (28.85, "whole patients fit"),
        (29, "still be 20"),
        (13.86, "wrong side"),
        (13, "wrong side"),
        (0.0721, "a share"),
        (0, "Is there room"),
        (40, "all losses together"),
    ],
    "masked_cost": [
        (compiled(MASKED), "does what the given function does"),
        (lambda losses, mask: np.sum(losses * mask) / np.sum(mask), "0 · ∞ is NaN"),
        (
            lambda losses, mask: np.mean(
                [loss[there > 0].mean() for loss, there in zip(losses, mask, strict=True)]
            ),
            "do they count alike",
        ),
        (lambda losses, mask: np.where(mask == 1, losses, 0).mean(), "number of all entries"),
        (lambda losses, mask: np.mean(losses), "counted like a loss"),
        (
            lambda losses, mask: (
                np.where(mask > 0, losses, 0).sum()
                / np.count_nonzero(np.where(mask > 0, losses, 0))
            ),
            "exactly 0 is a loss",
        ),
        (lambda losses, mask: losses[mask > 0].sum(), "This is the sum"),
        (lambda losses, mask: losses[mask > 0].sum() / losses.shape[0], "number of sequences"),
        (lambda losses, mask: np.mean(losses, axis=1, where=mask > 0), "is one number"),
    ],
    "steepest_probability": [
        (-0.693, "That is the score"),
        (0.5, "sigmoid alone is steepest"),
        (0.6667, "of the *wrong* class"),
        (0.2963, "how strong"),
        (0.0, "the sigmoid flat"),
        (1, "nothing pulls"),
        (0.25, "A quarter"),
        (-3.0, "between 0 and 1"),
    ],
    "log_scale_gradient": [
        (lambda s, p, y: -((p - y) ** 2) * np.exp(-2 * s), "ever more noise"),
        (
            lambda s, p, y: np.exp(-s) - (p - y) ** 2 * np.exp(-3 * s),
            "the derivative in σ",
        ),
        (lambda s, p, y: (p - y) ** 2 * np.exp(-2 * s) - 1, "turned round"),
        (lambda s, p, y: 1 - 0.5 * ((p - y) * np.exp(-s)) ** 2, "one half in front"),
        (lambda s, p, y: 1 - (p - y) ** 2 * np.exp(-s), "What is σ² in terms"),
        (lambda s, p, y: 1 - (p - y) ** 2 / s**2, "not σ itself"),
        (lambda s, p, y: 1 - np.abs(p - y) / np.exp(s), "as a square"),
        (lambda s, p, y: (p - y) * np.exp(-2 * s), "derivative in the prediction"),
        (lambda s, p, y: s + ((p - y) * np.exp(-s)) ** 2 / 2, "This is the loss"),
        (lambda s, p, y: np.mean(1 - ((p - y) * np.exp(-s)) ** 2), "an s of its own"),
    ],
}
