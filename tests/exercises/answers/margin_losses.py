"""Answers to the exercises on margin losses."""

import numpy as np

from actloss.activations import softmax
from actloss.losses import multiclass_hinge_loss, multiclass_hinge_loss_grad
from tests.exercises.answers.cells import compiled

RIVAL = """
def answer(logits, labels):
    own = np.eye(logits.shape[-1])[labels]
    right = (logits * own).max(axis=-1)
    rival = (logits * (1 - own)).max(axis=-1)
    return np.maximum(0, 1 + rival - right)
"""

LOOP = """
def answer(logits, labels):
    losses = []
    for row, label in zip(logits, labels):
        rival = max(score for place, score in enumerate(row) if place != label)
        losses.append(max(0, 1 + rival - row[label]))
    return np.array(losses, dtype=logits.dtype)
"""

ALL = """
def answer(logits, labels):
    gradient = np.zeros_like(logits)
    for n, right in enumerate(labels):
        for j in range(logits.shape[1]):
            if j != right and 1 + logits[n, j] - logits[n, right] > 0:
                gradient[n, j] += 1
                gradient[n, right] -= 1
    return gradient
"""

SHORTFALLS = ALL.replace("= 1\n", "= 1 + logits[n, j] - logits[n, right]\n")
IN_FLOAT64 = ALL.replace("np.zeros_like(logits)", "np.zeros(logits.shape)")
SUMMED = RIVAL.replace("(logits * own).max", "(logits * own).sum")
STRUCK = "np.where(own > 0, -np.inf, logits)"


def rival(old, new):
    assert old in SUMMED
    return compiled(SUMMED.replace("logits * (1 - own)", STRUCK).replace(old, new))


def deleted(logits, labels):
    """The loss with the right class cut out of each row."""
    rivals = np.array([np.delete(row, label) for row, label in zip(logits, labels, strict=True)])
    own = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return np.maximum(0, 1 + rivals.max(axis=1) - own)


def indexed(logits, labels):
    own = logits[np.arange(len(labels)), labels][:, None]
    right = np.arange(logits.shape[1]) == labels[:, None]
    reach = np.where(right, 0, (1 + logits - own > 0)).astype(logits.dtype)
    return np.where(right, -reach.sum(axis=1, keepdims=True), reach)


def counted(own):
    """Rivals in reach get 1; the right class gets a function of a count that includes itself."""

    def answer(logits, labels):
        rows = np.arange(len(labels))
        gradient = (1 + logits - logits[rows, labels][:, None] > 0).astype(logits.dtype)
        gradient[rows, labels] = own(gradient.sum(axis=1))
        return gradient

    return answer


RIGHT = {
    "way_to_the_margin": [0.4, 2 / 5, np.float32(0.4)],
    "best_rival_hinge": [
        compiled(LOOP),
        deleted,
        multiclass_hinge_loss,
        compiled(SUMMED.replace("logits * (1 - own)", STRUCK)),
    ],
    "hinge_weight": [1.434, 1.42, np.float32(1.46)],
    "all_rivals_gradient": [
        compiled(ALL),
        indexed,
        compiled(ALL.replace("np.zeros_like(logits)", "np.zeros(logits.shape)")),
    ],
}

WRONG = {
    "way_to_the_margin": [
        (0.2, "the way to the boundary"),
        (2, "missing in the score"),
        (0.08, "squared norm"),
        (2 / 7, "sum of the weights"),
        (0, "what is the margin"),
        (-0.4, "is positive"),
        (10, "the shorter the way"),
    ],
    "best_rival_hinge": [
        (compiled(RIVAL), "does what the given function does"),
        (compiled(SUMMED), "The score of the right class is right now"),
        (compiled(RIVAL.replace("logits * (1 - own)", STRUCK)), "The rival is right now"),
        (
            compiled(
                SUMMED.replace("logits * (1 - own)", STRUCK).replace("-np.inf", "-100.0"),
            ),
            "Which number lies below every score?",
        ),
        (rival("np.maximum(0, 1 + rival - right)", "1 + rival - right"), "never below 0"),
        (rival("1 + rival - right", "rival - right"), "content with any lead"),
        (rival("1 + rival - right", "1 - rival + right"), "charges for a lead"),
        (compiled(SUMMED.replace("logits * (1 - own)", "logits")), "as its own rival"),
        (
            lambda logits, labels: (
                np.maximum(1 + logits - np.take_along_axis(logits, labels[:, None], 1), 0).sum(1)
                - 1
            ),
            "every rival that comes too close",
        ),
        (lambda logits, labels: deleted(logits, labels - 1), "labels count from 0"),
        (compiled(LOOP.replace("rival = max", "rival = min")), "weakest rival"),
        (lambda logits, labels: deleted(logits, labels).mean(), "One loss a sample"),
    ],
    "hinge_weight": [
        (2, "logistic loss ends at"),
        (0.675, "weight of the squared hinge"),
        (0.5, "squared error between"),
        (0.697, "the x at which"),
        (1, "the centres of the classes"),
        (0.381, "cost at the lowest point"),
        (-1.43, "Which sign"),
        (30, "very dear"),
    ],
    "all_rivals_gradient": [
        (multiclass_hinge_loss_grad, "as Crammer and Singer do"),
        (compiled(ALL.replace(" > 0:", " >= 0:")), "but at the kink"),
        (counted(lambda count: -np.minimum(count - 1, 1)), "How many of them"),
        (counted(lambda count: 0), "In which terms"),
        (counted(lambda count: 2 - count), "no rival of itself"),
        (counted(lambda count: -count), "Did you count the right class"),
        (counted(lambda count: count - 1), "look at its sign"),
        (lambda logits, labels: -indexed(logits, labels), "a rival that gains"),
        (
            lambda logits, labels: (
                1.0 - logits.shape[1] * (np.arange(logits.shape[1]) == labels[:, None])
            ),
            "far behind costs nothing",
        ),
        (
            compiled(ALL.replace("= 1\n", "= 1 + logits[n, j] - logits[n, right]\n")),
            "the shortfalls themselves",
        ),
        (
            lambda logits, labels: softmax(logits) - np.eye(logits.shape[1])[labels],
            "gradient of cross-entropy",
        ),
        (lambda logits, labels: indexed(logits, labels) / logits.shape[1], "PyTorch divides"),
        (lambda logits, labels: indexed(logits, labels) / len(labels), "a loss of its own"),
    ],
}
