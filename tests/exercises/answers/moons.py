"""Answers to the exercises on two moons."""

import numpy as np
from scipy.special import expit

from actloss.losses import squared_error
from tests.exercises.answers.cells import compiled

NETWORK = """
def answer(x, y, weights, bias, out_weights):
    sums = x @ weights + bias
    hidden = np.maximum(sums, 0)
    logits = hidden @ out_weights
    p = 1 / (1 + np.exp(-logits))
    top = (p - y) / len(x)
    gradient = top * out_weights.T
    gradient = gradient * (sums > 0)
    return x.T @ gradient
"""


def changed(*pairs):
    text = NETWORK
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


SAMPLE_BY_SAMPLE = """
def answer(x, y, weights, bias, out_weights):
    gradient = np.zeros_like(weights)
    for xi, yi in zip(x, y):
        sums = xi @ weights + bias
        p = 1 / (1 + np.exp(-np.maximum(sums, 0) @ out_weights))
        gradient += np.outer(xi, (p - yi) * out_weights[:, 0] * (sums > 0)) / len(x)
    return gradient
"""

AS_GIVEN = """
def answer(train, other):
    return (other - other.mean()) / train.std()
"""

RIGHT = {
    "least_relative_error": [0.75, 3 / 4, np.float32(0.75)],
    "in_training_scale": [
        lambda train, other: (other - np.mean(train, 0)) / np.std(train, 0),
        lambda train, other: other / train.std(axis=0) - train.mean(axis=0) / train.std(axis=0),
        lambda train, other: np.stack(
            [(o - t.mean()) / t.std() for o, t in zip(other.T, train.T, strict=True)], axis=1
        ),
    ],
    "hidden_loss": [
        lambda z, y: (expit(z) - y) ** 2 / 2,
        lambda z, y: 0.5 * (y - expit(z)) * (y - expit(z)),
        lambda z, y: squared_error(expit(z), y) / 2,
    ],
    "first_weights_grad": [
        compiled(NETWORK),
        compiled(SAMPLE_BY_SAMPLE),
        changed(
            ("gradient = gradient * (sums > 0)", "gradient[sums < 0] = 0"),
            ("x.T @ gradient", "np.einsum('nj,nk->jk', x, gradient)"),
        ),
    ],
}

WRONG = {
    "least_relative_error": [
        (0.25, "the factor itself"),
        (3, "smaller of the two"),
        (4, "ratio of the two gradients"),
        (0.5, "One half is the value"),
        (1, "limit for a logit"),
        (0, "if the factor could be 1"),
        (0.76, "20 samples together"),
        (-0.75, "has no sign"),
        (12, "cannot exceed 1"),
    ],
    "in_training_scale": [
        (compiled(AS_GIVEN), "does what the given function does"),
        (
            lambda train, other: (other - other.mean(axis=0)) / train.std(axis=0),
            "whose mean is taken away",
        ),
        (lambda train, other: (other - train.mean()) / train.std(), "one mean for both"),
        (lambda train, other: (other - other.mean(0)) / other.std(0), "scaled by itself"),
        (
            lambda train, other: (
                (other - np.concatenate([train, other]).mean(axis=0))
                / np.concatenate([train, other]).std(axis=0)
            ),
            "both sets together",
        ),
        (lambda train, other: (other - train.mean(0)) / train.std(), "spread is still one number"),
        (lambda train, other: (other - train.mean()) / train.std(0), "mean is still one number"),
        (lambda train, other: (other - train.mean(0)) / other.std(0), "Whose spread"),
        (lambda train, other: (other - train.mean(0)) / train.var(0), "unit of a square"),
        (lambda train, other: (other - train.mean(0)) / train.std(0, ddof=1), "divides by n − 1"),
        (lambda train, other: (train - train.mean(0)) / train.std(0), "the other one"),
    ],
    "hidden_loss": [
        (lambda z, y: np.logaddexp(0, z) - y * z, "in p, not in z"),
        (lambda z, y: (expit(z) - y) ** 2, "a 2 too many"),
        (lambda z, y: (expit(z) - y) * expit(z) * (1 - expit(z)), "Of which loss is it"),
        (
            lambda z, y: (np.logaddexp(0, z) - y * z) * expit(z) * expit(-z),
            "the product rule",
        ),
        (lambda z, y: (z - y) ** 2 / 2, "Which p has"),
        (lambda z, y: np.abs(expit(z) - y), "only its sign is left"),
        (lambda z, y: expit(z) - y, "gradient of cross-entropy"),
        (lambda z, y: expit(z) ** 2 / 2 - y * expit(z), "up to a constant"),
        (lambda z, y: -((expit(z) - y) ** 2) / 2, "must make it smaller"),
        (lambda z, y: np.mean((expit(z) - y) ** 2) / 2, "no sum, no mean"),
    ],
    "first_weights_grad": [
        (changed(("(p - y)", "(p - y) * p * (1 - p)")), "mistake of the article"),
        (changed((" / len(x)", "")), "Where is their number"),
        (changed(("x.T @ gradient", "x.T @ gradient / len(x)")), "This takes two"),
        (changed(("(p - y)", "(y - p)")), "truth minus prediction"),
        (changed(("(p - y)", "(logits - y)")), "compares the logit"),
        (changed(("(p - y)", "(np.round(p) - y)")), "compares the decision"),
        (changed(("(p - y) / len(x)", "(p - y).mean(axis=0)")), "multiply first"),
        (changed(("gradient * (sums > 0)", "gradient")), "passes nothing back"),
        (changed(("(sums > 0)", "hidden")), "not its value"),
        (
            changed(("(sums > 0)", "np.exp(-sums) / (1 + np.exp(-sums)) ** 2")),
            "They are ReLUs",
        ),
        (changed(("top * out_weights.T", "top")), "depends on its output weight"),
        (changed((" + bias", "")), "The bias is missing"),
        (changed(("x.T @ gradient", "gradient.T @ x")), "inputs × units"),
        (changed(("x.T @ gradient", "hidden.T @ gradient")), "Write the shape"),
    ],
}
