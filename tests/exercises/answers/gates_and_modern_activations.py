"""Answers to the exercises on gates and modern activations."""

import numpy as np
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

from actloss.activations import sigmoid, sigmoid_grad
from tests.exercises.answers.cells import compiled

SINK = """
def answer(scores):
    largest = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - largest)
    return e / (1 + e.sum(axis=-1, keepdims=True))
"""

CHAIN = """
def answer(s, old, new, upstream):
    gate = 1 / (1 + np.exp(-s))
    return upstream * (old - new) * gate * (1 - gate)
"""


def appended(scores, dtype=None):
    """Softmax of the scores and one 0 more."""
    sink = np.zeros((*scores.shape[:-1], 1), dtype=dtype)
    return scipy_softmax(np.concatenate([scores, sink], axis=-1), axis=-1)


RUNNER = """
def answer(behind):
    d = np.clip(behind, -2, 2)
    root = (np.sqrt(2 - d**2 / 4) - d / 2) / 2
    return root**2
"""


def threshold_by_halving(behind):
    """The τ for which both shares sum to 1, searched for."""
    d = np.clip(np.asarray(behind, dtype=np.float64), -5, 5)
    low, high = np.minimum(0, -d / 2) - 1, np.maximum(0, -d / 2)
    for _ in range(100):
        tau = (low + high) / 2
        too_much = np.maximum(-tau, 0) ** 2 + np.maximum(-d / 2 - tau, 0) ** 2 > 1
        low, high = np.where(too_much, tau, low), np.where(too_much, high, tau)
    return np.maximum(-d / 2 - tau, 0) ** 2


RIGHT = {
    "gated_columns": [4096, 4096.0, np.int64(4096)],
    "gru_gate_gradient": [
        lambda s, old, new, upstream: upstream * (old - new) * sigmoid_grad(s),
        lambda s, old, new, upstream: upstream * (old * sigmoid_grad(s) - new * sigmoid_grad(s)),
        lambda s, h, g, u: u * (h - g) * expit(s) * expit(-s),
        lambda s, old, new, upstream: (
            (old - new) * upstream / (2 * np.cosh(np.clip(s, -80, 80) / 2)) ** 2
        ),
        compiled(CHAIN),
    ],
    "weights_with_sink": [
        lambda scores: appended(scores, scores.dtype)[..., :-1],
        lambda scores: np.exp(
            scores - np.logaddexp(np.logaddexp.reduce(scores, axis=-1, keepdims=True), 0)
        ),
        compiled(
            SINK.replace("dims=True)\n    e", "dims=True).clip(min=0)\n    e").replace(
                "(1 +", "(np.exp(-largest) +"
            )
        ),
        lambda scores: appended(scores)[..., :-1],
        compiled(SINK.replace("(1 +", "(np.exp(-largest) +")),
    ],
    "attention_bias": [-8.87, -8.9, np.float32(-8.8), -np.log(1000) - 2],
    "runner_up": [
        compiled(RUNNER),
        threshold_by_halving,
        lambda d: np.sin(np.arccos(np.clip(d, -2, 2) / 8**0.5) - np.pi / 4) ** 2,
        lambda d: np.where(
            d >= 2,
            0.0,
            np.where(d <= -2, 1.0, (1 - d / 2 * np.sqrt(2 - np.minimum(d * d, 8) / 4)) / 2),
        ),
    ],
}

WRONG = {
    "gated_columns": [
        (2048, "the new hidden width"),
        (6144, "at the full width"),
        (3072, "the old width"),
        (1536, "four matrices"),
        (4608, "upside down"),
        (768 * 4096, "counts parameters"),
    ],
    "gru_gate_gradient": [
        (lambda s, old, new, upstream: upstream * (new - old) * sigmoid_grad(s), "turned round"),
        (lambda s, old, new, upstream: upstream * old * sigmoid_grad(s), "in both terms"),
        (
            lambda s, old, new, upstream: (
                upstream * (old * sigmoid_grad(s) + new * sigmoid_grad(s))
            ),
            "1 minus the gate",
        ),
        (lambda s, old, new, upstream: (old - new) * sigmoid_grad(s), "Bring in the gradient"),
        (lambda s, old, new, upstream: upstream * (old - new), "One link"),
        (lambda s, old, new, upstream: upstream * (old - new) * sigmoid(s), "by the gate itself"),
        (
            lambda s, old, new, upstream: upstream * (old - new) * sigmoid_grad(sigmoid(s)),
            "taken of a sigmoid",
        ),
        (lambda s, old, new, upstream: upstream * (old - new) * s * (1 - s), "Is s the gate"),
        (
            lambda s, old, new, upstream: (upstream * (old - new) * sigmoid_grad(s)).sum(),
            "a sum of its own",
        ),
    ],
    "weights_with_sink": [
        (compiled(SINK), "does what the given function does"),
        (
            compiled(
                SINK.replace("max(axis=-1, keepdims=True)", "max()").replace(
                    "(1 +", "(np.exp(-largest) +"
                )
            ),
            "One maximum for all rows",
        ),
        (
            lambda scores: np.exp(scores) / (1 + np.exp(scores).sum(axis=-1, keepdims=True)),
            "the shift was there for that",
        ),
        (compiled(SINK.replace("(1 +", "(np.exp(largest) +")), "the wrong way"),
        (compiled(SINK.replace("(1 +", "(-largest +")), "exponentials of scores"),
        (lambda scores: scipy_softmax(scores, axis=-1), "plain softmax"),
        (appended, "its own weight is to be dropped"),
        (sigmoid, "Sigmoids side by side"),
    ],
    "attention_bias": [
        (-6.9, "when all scores are 0"),
        (-7.4, "standard deviation 1"),
        (-7.9, "with variance 2"),
        (8.87, "half open"),
        (-12, "Too low"),
        (-8.3, "is above 1"),
    ],
    "runner_up": [
        (lambda d: np.clip((1 - d) / 2, 0, 1), "This is sparsemax"),
        (compiled(RUNNER.replace("np.clip(behind, -2, 2)", "behind")), "no class left of it"),
        (
            compiled(RUNNER.replace("np.clip(behind, -2, 2)", "np.clip(behind, -2, 8**0.5)")),
            "grow again",
        ),
        (lambda d: sigmoid(-d), "This is softmax"),
        (compiled(RUNNER.replace("root**2", "root")), "squares what lies above"),
        (
            lambda d: (np.sqrt(2 - np.clip(d, -1, 1) ** 2) - np.clip(d, -1, 1)) ** 2 / 4,
            "halves the logits",
        ),
        (
            compiled(RUNNER.replace("root**2", "1 - root**2")),
            "This is the share of the class in front",
        ),
        (
            compiled(RUNNER.replace("np.clip(behind, -2, 2)", "np.clip(np.abs(behind), 0, 2)")),
            "which of the two is in front",
        ),
        (
            compiled(RUNNER.replace("np.clip(behind, -2, 2)", "np.clip(behind, 0, 2)")),
            "is in front itself",
        ),
        (
            compiled(RUNNER.replace("root**2", "np.where(behind < 1, root**2, 0)")),
            "at a distance of 1",
        ),
        (
            compiled(RUNNER.replace("np.clip(behind, -2, 2)", "np.minimum(behind, 2)")),
            "everything that there is",
        ),
        (lambda d: np.clip(1 - d / 2, 0, 2) ** 2 / 4, "sum to 1"),
    ],
}
