"""Answers to the exercises on softmax."""

import numpy as np
from scipy.special import logsumexp
from scipy.special import softmax as scipy_softmax

from actloss.activations import log_softmax, sigmoid
from tests.exercises.answers.cells import compiled

PIXELS = """
def answer(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=-1, keepdims=True)
"""


def shifted(by):
    """Softmax of logits that something else than their maximum was taken from."""
    return lambda z: np.exp(z - by(z)) / np.exp(z - by(z)).sum(axis=-1, keepdims=True)


RIGHT = {
    "second_probability": [0.75, 3 / 4, np.float32(0.7502)],
    "stable_softmax": [
        lambda z: scipy_softmax(z, axis=-1),
        lambda z: np.exp(log_softmax(z)),
        lambda z: np.exp(z - logsumexp(z, axis=-1, keepdims=True)),
        lambda z: np.exp(log_softmax(z).astype(np.float64)),
    ],
    "log_sum_exp": [
        lambda z: np.logaddexp.reduce(z, axis=-1),
        lambda z: np.max(z, -1) + np.log(np.exp(z - np.max(z, -1)[..., None]).sum(-1)),
        lambda z: z[..., 0] - log_softmax(z)[..., 0] if np.abs(z).max() < 100 else logsumexp(z, -1),
    ],
    "pixel_probabilities": [
        lambda scores: scipy_softmax(scores, axis=1),
        lambda scores: np.moveaxis(scipy_softmax(np.moveaxis(scores, 1, -1), axis=-1), -1, 1),
    ],
    "even_temperature": [3.556, 1 / np.log(1.324718), np.float32(3.56)],
}

WRONG = {
    "second_probability": [
        (0.25, "the first class"),
        (3, "the ratio of the two"),
        (1 / 3, "a ratio of the two"),
        (0.5365, "divides the logits"),
        (0.9997, "its own logit"),
        (1, "argmax"),
        (1.0986, "That is the lead"),
    ],
    "stable_softmax": [
        (lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True), "exp(1000) is more"),
        (shifted(lambda z: z.max()), "One maximum for all rows"),
        (shifted(lambda z: z.mean(axis=-1, keepdims=True)), "The mean is not enough"),
        (shifted(lambda z: z.min(axis=-1, keepdims=True)), "Subtracting the smallest"),
        (lambda z: np.exp(z - z.max(-1)) / np.exp(z - z.max(-1)).sum(-1), "keepdims"),
        (lambda z: scipy_softmax(z, axis=0), "depend on its neighbours"),
        (lambda z: scipy_softmax(z), "whole array"),
        (sigmoid, "sigmoids side by side"),
        (lambda z: z - logsumexp(z, axis=-1, keepdims=True), "the logarithms"),
        (lambda z: z / np.sum(z, axis=-1, keepdims=True), "divides the logits"),
    ],
    "log_sum_exp": [
        (lambda z: np.log(np.sum(np.exp(z), axis=-1)), "exp(1000) is more"),
        (lambda z: -log_softmax(z).max(axis=-1), "must come back"),
        (lambda z: logsumexp(z, axis=-1, keepdims=True), "its axis goes"),
        (lambda z: np.log(np.exp(z - np.max(z)).sum(-1)) + np.max(z), "One maximum for all rows"),
        (
            lambda z: np.squeeze(
                np.max(z, -1, keepdims=True)
                + np.log(np.exp(z - np.max(z, -1, keepdims=True)).sum(-1, keepdims=True))
            ),
            "squeeze takes away every axis",
        ),
        (lambda z: logsumexp(z), "whole array"),
        (lambda z: logsumexp(z, axis=0), "over the samples"),
        (lambda z: np.exp(logsumexp(z, axis=-1)), "the logarithm is missing"),
        (lambda z: np.max(z, axis=-1), "exceeds by a little"),
        (lambda z: z.max(-1) + np.log(np.exp(z - z.max(-1)).sum(-1)), "keepdims"),
    ],
    "pixel_probabilities": [
        (compiled(PIXELS), "over which axis do they lie"),
        (compiled(PIXELS.replace("axis=-1", "axis=1")), "one maximum serves all pixels"),
        (compiled(PIXELS.replace("max()", "max(1, keepdims=True)")), "Does the sum?"),
        (
            compiled(PIXELS.replace("max()", "max(-1, keepdims=True)").replace("=-1", "=1")),
            "the axis that the sum has",
        ),
        (
            compiled(PIXELS.replace("max()", "mean(1, keepdims=True)").replace("=-1", "=1")),
            "the largest score of a pixel",
        ),
        (lambda scores: scipy_softmax(scores, axis=0), "samples with each other"),
        (lambda scores: scipy_softmax(scores, axis=(1, 2, 3)), "one distribution a picture"),
        (
            lambda scores: np.exp(scores - scores.max(1)) / np.exp(scores - scores.max(1)).sum(1),
            "keepdims",
        ),
        (lambda scores: np.exp(scores) / np.exp(scores).sum(1)[:, None], "exp overflows"),
    ],
    "even_temperature": [
        (0.2812, "what the logits are multiplied by"),
        (1, "Hotter or colder"),
        (0.5, "sharpens"),
        (2.885, "a third one too"),
        (3.5, "two decimals"),
        (40, "So hot"),
        (-3.556, "is positive"),
    ],
}
