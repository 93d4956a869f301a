"""Answers to the exercises on choosing an activation."""

import numpy as np
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

from actloss.activations import sigmoid, softmax, softplus
from tests.exercises.answers.cells import compiled

FORECAST = """
from actloss.activations import relu, sigmoid, softmax, softplus, tanh

def answer(z):
    outputs = np.empty_like(z)
    outputs[:, 0] = z[:, 0]
    outputs[:, 1] = softplus(z[:, 1])
    outputs[:, 2] = sigmoid(z[:, 2])
    outputs[:, 3:] = softmax(z[:, 3:], axis=1)
    return outputs
"""


def with_line(old, new):
    assert old in FORECAST
    return compiled(FORECAST.replace(old, new))


RIGHT = {
    "start_of_softplus": [-2.252, np.log(np.exp(0.1) - 1), np.float32(-2.25)],
    "forecast_outputs": [
        compiled(FORECAST),
        lambda z: np.hstack(
            [z[:, [0]], softplus(z[:, [1]]), sigmoid(z[:, [2]]), softmax(z[:, 3:])]
        ),
        lambda z: np.column_stack(
            [z[:, 0], np.logaddexp(0, z[:, 1]), expit(z[:, 2]), scipy_softmax(z[:, 3:], axis=1)]
        ),
        with_line("np.empty_like(z)", "np.zeros(z.shape)"),
    ],
    "count_output_gradient": [
        lambda z, counts: np.exp(z) - counts,
        lambda z, counts: -(counts - np.exp(z)),
        lambda z, y: np.expm1(z) - y + 1,
    ],
    "gain_of_sine": [1.521, 1.53, np.sqrt(2 / (1 - np.exp(-2)))],
}

WRONG = {
    "start_of_softplus": [
        (-2.3026, "an exponential output"),
        (0.1, "should say"),
        (0.744, "go backwards"),
        (-2.197, "makes a sigmoid"),
        (2.252, "The size is right"),
        (1.0, "larger than 0.69"),
    ],
    "forecast_outputs": [
        (with_line("softplus(z", "relu(z"), "could never learn"),
        (with_line("softplus(z[:, 1])", "np.exp(np.clip(z[:, 1], None, 80))"), "straight line"),
        (with_line("softplus(z[:, 1])", "z[:, 1]"), "negative amount"),
        (with_line("sigmoid(z[:, 2])", "z[:, 2]"), "Frost is to be a probability"),
        (with_line("sigmoid(z[:, 2])", "softmax(z[:, 2:3])[:, 0]"), "a single number"),
        (with_line("softmax(z[:, 3:], axis=1)", "sigmoid(z[:, 3:])"), "exclude each other"),
        (with_line("axis=1", "axis=0"), "samples of the batch"),
        (with_line("softmax(z[:, 3:], axis=1)", "z[:, 3:]"), "still scores"),
        (with_line("= z[:, 0]", "= tanh(z[:, 0])"), "bounded unit"),
        (with_line("= z[:, 0]", "= relu(z[:, 0])"), "Below 0 °C"),
        (
            lambda z: np.hstack([z[:, :1], softplus(z[:, 1:2]), scipy_softmax(z[:, 2:], axis=1)]),
            "any sky",
        ),
        (lambda z: scipy_softmax(z, axis=1), "one distribution over six"),
        (lambda z: np.concatenate([z[:, 0], softplus(z[:, 1])]), "loses its axis"),
        (with_line("np.empty_like(z)", "z"), "Put the outputs into a new array"),
    ],
    "count_output_gradient": [
        (lambda z, counts: np.exp(z) * (1 - counts / np.exp(z)), "what cancels"),
        (lambda z, counts: 1 - counts * np.exp(-z), "derivative in the forecast"),
        (lambda z, counts: counts - np.exp(z), "turned round"),
        (lambda z, counts: np.exp(z) ** 2 - counts * np.exp(z), "in here twice"),
        (lambda z, counts: 2 * np.exp(z) * (np.exp(z) - counts), "belongs to the squared error"),
        (lambda z, counts: z - counts, "The forecast is not z"),
        (lambda z, counts: np.exp(z) - counts * z, "This is the loss"),
        (lambda z, counts: np.exp(z) - counts / np.exp(z), "One of the two terms"),
        (lambda z, counts: np.expm1(z), "The logarithm of the forecast"),
        (lambda z, counts: (np.exp(z) - counts).mean(), "one value a sample"),
    ],
    "gain_of_sine": [
        (0.6575, "is to undo it"),
        (2.313, "by its square"),
        (0.4323, "the first step"),
        (1.414, "whole periods"),
        (1, "a third of the inputs"),
        (1.3274, "on the way back"),
        (1 / 0.5787, "absolute values"),
        (-1.5, "is positive"),
        (1.55, "more samples"),
    ],
}
