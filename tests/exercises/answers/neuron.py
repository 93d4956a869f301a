"""Answers to the exercises on the neuron."""

import numpy as np

from tests.exercises.answers.cells import compiled

STEP = """
def answer(x, y, W, v, rate):
    z = x @ W
    a = np.maximum(z, 0)
    prediction_grad = 2 * (a @ v - y) / len(x)
    v_after = v - rate * a.T @ prediction_grad
    z_grad = (prediction_grad @ v.T) * (z > 0)
    return W - rate * x.T @ z_grad
"""
EARLY = STEP.replace("v_after", "v")
TWICE = STEP.replace("@ z_grad", "@ z_grad / len(x)")
AS_GIVEN = EARLY.replace("@ z_grad", "@ z_grad / len(x)")
IN_PLACE = STEP.replace("return W - rate * x.T @ z_grad", "W -= rate * x.T @ z_grad\n    return W")

BY_SAMPLES = """
def answer(x, y, W, v, rate):
    gradient = np.zeros_like(W)
    for sample, target in zip(x, y):
        z = sample @ W
        error = (np.maximum(z, 0) @ v)[0] - target[0]
        gradient += np.outer(sample, 2 * error * v[:, 0] * np.heaviside(z, 0).astype(z.dtype))
    return W - rate * gradient / len(x)
"""

NEURON = """
def answer(x, w, b, y):
    a = np.tanh(x @ w + b)
    return x.T @ (2 * (a - y) * (1 - a**2)) / len(x)
"""

NEURON_LOOP = """
def answer(x, w, b, y):
    gradient = np.zeros_like(w)
    for sample, target in zip(x, y):
        z = np.dot(sample, w) + b
        gradient += 2 * (np.tanh(z) - target) / np.cosh(z) ** 2 * sample
    return gradient / len(x)
"""

RIGHT = {
    "slope_in_first_input": [6, 6.0, np.float32(6), np.array([[6.0]])],
    "hidden_weights_after_step": [compiled(STEP), compiled(BY_SAMPLES)],
    "one_neuron_gradient": [
        compiled(NEURON),
        compiled(NEURON_LOOP),
        lambda x, w, b, y: np.mean(
            (2 * (np.tanh(x @ w + b) - y) / np.cosh(x @ w + b) ** 2)[:, None] * x, axis=0
        ),
    ],
}

WRONG = {
    "slope_in_first_input": [
        (-30, "One of the three units"),
        (-12, "the first unit"),
        (18, "the second unit"),
        (-6, "or the right size"),
        (-1, "how ŷ changes"),
        (3, "What does the square"),
        (24, "slope of ReLU at 2"),
        (-42, "slope in x₂"),
        (9, "That is the loss."),
        (-5, "Add up the paths"),
    ],
    "hidden_weights_after_step": [
        (compiled(AS_GIVEN), "what the given function does"),
        (compiled(EARLY), "did not make the prediction"),
        (compiled(TWICE), "how often is the number of samples"),
        (compiled(STEP.replace(" / len(x)", "")), "the step is too large"),
        (compiled(STEP.replace("W - rate", "W + rate")), "uphill"),
        (compiled(STEP.replace("(z > 0)", "a")), "Here it is its value"),
        (compiled(STEP.replace(" * (z > 0)", "")), "that was silent"),
        (compiled(STEP.replace("W - rate * ", "")), "This is the gradient"),
        (compiled(IN_PLACE), "The caller may still need"),
    ],
    "one_neuron_gradient": [
        (compiled(NEURON.replace(" * (1 - a**2)", "")), "not linear"),
        (compiled(NEURON.replace("a**2", "np.tanh(a) ** 2")), "applied twice"),
        (compiled(NEURON.replace("a**2", "a")), "large negative sum"),
        (compiled(NEURON.replace("(1 - a**2)", "a * (1 - a)")), "in terms of its output"),
        (compiled(NEURON.replace("(1 - a**2)", "a")), "the output of the unit"),
        (compiled(NEURON.replace("2 * (a - y)", "(a - y)")), "is differentiated"),
        (compiled(NEURON.replace("(a - y)", "(y - a)")), "sign is turned"),
        (compiled(NEURON.replace("2 * (a - y)", "(a - y) ** 2")), "not with the loss"),
        (compiled(NEURON.replace(" / len(x)", "")), "sum of the losses"),
        (compiled(NEURON.replace(" + b", "")), "The bias is missing"),
        (
            lambda x, w, b, y: np.mean(
                2 * (np.tanh(x @ w + b) - y) * (1 - np.tanh(x @ w + b) ** 2)
            ),
            "gradient in the bias",
        ),
        (
            lambda x, w, b, y: (
                (2 * (np.tanh(x @ w + b) - y) * (1 - np.tanh(x @ w + b) ** 2))[:, None] * x
            ),
            "One number for each weight",
        ),
        (
            lambda x, w, b, y: np.mean(
                2 * (np.tanh(x @ w + b) - y) * (1 - np.tanh(x @ w + b) ** 2) * x, axis=0
            ),
            "each number with its row",
        ),
    ],
}
