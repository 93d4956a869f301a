"""Answers to the exercises on large vocabularies."""

import numpy as np
from scipy.special import softmax

from actloss.losses.large_vocabulary import linear_cross_entropy_by_classes
from tests.exercises.answers.cells import compiled

MACHINES = """
def answer(m, s, own):
    largest = m.max(axis=0)
    return largest + np.log((s * np.exp(m - largest)).sum(axis=0)) - own
"""

GRADIENT = """
def answer(hidden, weights, labels, chunk):
    tokens, classes = np.arange(len(labels)), weights.shape[1]
    largest, total = -np.inf, 0.0
    for start in range(0, classes, chunk):
        z = hidden @ weights[:, start : start + chunk]
        new = np.maximum(largest, z.max(axis=1))
        total = total + np.exp(z - new[:, np.newaxis]).sum(axis=1)
        largest = new
    log_z = largest + np.log(total)

    gradient = np.zeros_like(hidden)
    for start in range(0, classes, chunk):
        part = weights[:, start : start + chunk]
        error = np.exp(hidden @ part - log_z[:, np.newaxis])
        here = (start <= labels) & (labels < start + chunk)
        error[tokens[here], labels[here]] -= 1
        gradient += error @ part.T
    return gradient
"""

COUNTED = ("labels[here]] -= 1", "labels[here] - start] -= 1")
RESCALED = ("total = total +", "total = total * np.exp(largest - new) +")


def changed(text, *changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


def one_machine_after_the_other(m, s, own):
    largest, total = m[0], s[0]
    for one, more in zip(m[1:], s[1:], strict=True):
        new = np.maximum(largest, one)
        total = total * np.exp(largest - new) + more * np.exp(one - new)
        largest = new
    return largest + np.log(total) - own


def from_nothing(m, s, own):
    """A running maximum that starts at −∞."""
    largest, total = np.full(m.shape[1], -np.inf), np.zeros(m.shape[1])
    for one, more in zip(m, s, strict=True):
        new = np.maximum(largest, one)
        total = total * np.exp(largest - new) + more * np.exp(one - new)
        largest = new
    return largest + np.log(total) - own


def all_at_once(hidden, weights, labels, chunk):
    error = softmax(hidden @ weights, axis=1)
    error[np.arange(len(labels)), labels] -= 1
    return error @ weights.T


RIGHT = {
    "tokens_that_fit": [7500, 7500.0, np.int64(7500)],
    "loss_from_machines": [
        changed(MACHINES),
        lambda m, s, own: np.logaddexp.reduce(m + np.log(s), axis=0) - own,
        one_machine_after_the_other,
        from_nothing,
    ],
    "chunked_hidden_gradient": [
        changed(GRADIENT, COUNTED, RESCALED),
        changed(
            GRADIENT,
            COUNTED,
            RESCALED,
            ("np.zeros_like(hidden)", "np.zeros(hidden.shape)"),
        ),
        lambda hidden, weights, labels, chunk: linear_cross_entropy_by_classes(
            hidden, weights, labels, chunk=chunk
        )[1],
    ],
    "filter_spread": [3.37, 3.3, 3.43],
}

WRONG = {
    "tokens_that_fit": [
        (30_000, "four arrays"),
        (15_000, "for 16 bits"),
        (3750, "for float64"),
        (937.5, "32 are the bits"),
        (8053, "not a power of 2"),
        (7.5, "In thousands"),
    ],
    "loss_from_machines": [
        (changed(MACHINES, ("axis=0)\n    return", ")\n    return")), "Each needs its own"),
        (changed(MACHINES, (" * np.exp(m - largest)", "")), "by which factor"),
        (changed(MACHINES, ("m - largest", "largest - m")), "sign of the exponent"),
        (changed(MACHINES, ("return largest + ", "return ")), "must come back"),
        (changed(MACHINES, (" - own", "")), "What does the right class"),
        (lambda m, s, own: -changed(MACHINES)(m, s, own), "is its negative"),
        (lambda m, s, own: np.log(np.prod(s * np.exp(m), axis=0)) - own, "multiplies the sums"),
        (lambda m, s, own: np.max(m + np.log(s), axis=0) - own, "one machine alone"),
        (lambda m, s, own: np.logaddexp.reduce(m, axis=0) - own, "Where does s come in"),
        (lambda m, s, own: (changed(MACHINES)(m, s, own)).mean(), "One loss for each token"),
        (lambda m, s, own: np.log((s * np.exp(m)).sum(axis=0)) - own, "exp(1000) is more"),
    ],
    "chunked_hidden_gradient": [
        (changed(GRADIENT), "From where are"),
        (all_at_once, "as wide as the vocabulary"),
        (
            lambda hidden, weights, labels, chunk: changed(GRADIENT, COUNTED, RESCALED)(
                hidden, weights, labels, weights.shape[1]
            ),
            "as wide as the vocabulary",
        ),
        (changed(GRADIENT, RESCALED), "From where are"),
        (changed(GRADIENT, COUNTED), "The labels are right now"),
        (
            changed(GRADIENT, COUNTED, (RESCALED[0], "total = total * np.exp(new - largest) +")),
            "at the start",
        ),
        (changed(GRADIENT, COUNTED, (RESCALED[0], "total =")), "the last chunk alone"),
        (
            changed(
                GRADIENT,
                RESCALED,
                ("error[tokens[here], labels[here]]", "error[tokens, labels % part.shape[1]]"),
                ("part.shape[1]]", "part.shape[1] - start % part.shape[1]]"),
            ),
            "nothing to subtract",
        ),
        (
            changed(GRADIENT, RESCALED, ("error[tokens[here], labels[here]] -= 1", "pass")),
            "share of p alone",
        ),
        (changed(GRADIENT, COUNTED, RESCALED, ("gradient +=", "gradient =")), "replaces that"),
        (
            changed(GRADIENT, COUNTED, RESCALED, ("part.T", "part.T / len(labels)")),
            "gradient of the mean",
        ),
        (changed(GRADIENT, COUNTED, RESCALED, ("gradient +=", "gradient -=")), "turned round"),
        (
            changed(
                GRADIENT,
                COUNTED,
                ("np.exp(z - new[:, np.newaxis])", "np.exp(z)"),
                ("log_z = largest + np.log(total)", "log_z = np.log(total)"),
            ),
            "still taken out",
        ),
    ],
    "filter_spread": [
        (11.4, "the variance"),
        (0.5, "above 1 is asked for"),
        (2, "More than 5 %"),
        (4, "Less than 5 %"),
        (9, "Come nearer"),
        (-3.37, "is positive"),
    ],
}
