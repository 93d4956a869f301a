"""The exercises of ``chapters/exercises/neuron``."""

import numpy as np

from actloss.activations import relu_grad, sigmoid, tanh, tanh_grad
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses import squared_error, squared_error_grad

CHAPTER = "neuron"


# 1. Predict a number: from the loss back to an input

INPUT = np.array([2.0, 1.0])
HIDDEN = np.array([[1.0, -1.0, -2.0], [-1.0, 3.0, 1.0]])
HIDDEN_BIAS = np.array([0.0, 1.0, 0.0])
OUTPUT = np.array([2.0, 3.0, -3.0])
OUTPUT_BIAS, TARGET = -3.0, 8.0


def slope_in_first_input():
    z = INPUT @ HIDDEN + HIDDEN_BIAS
    prediction = np.maximum(z, 0) @ OUTPUT + OUTPUT_BIAS
    signal = 2 * (prediction - TARGET)
    return float(HIDDEN[0] @ (signal * OUTPUT * relu_grad(z)))


# 2. Find the bugs: the hidden weights after one step


def draw_step(rng):
    samples, inputs, units = rng.integers(1, 4), rng.integers(2, 4), rng.integers(2, 4)
    return {
        "x": rng.normal(size=(samples, inputs)),
        "y": rng.normal(scale=2.0, size=(samples, 1)),
        "W": rng.normal(size=(inputs, units)),
        "v": rng.normal(size=(units, 1)),
        "rate": float(rng.uniform(0.1, 0.9)),
    }


def step(*, mean=1, early=False, slope=lambda z: z > 0, towards=-1):
    """A step with its faults: how often the mean is taken, and whether v moves too early."""

    def weights_after(x, y, W, v, rate):
        if y.shape != (len(x), 1):
            raise ValueError("one target a sample")
        z = x @ W
        a = np.maximum(z, 0)
        signal = 2 * (a @ v - y) / len(x)
        v = v - rate * a.T @ signal if early else v
        gradient = x.T @ ((signal @ v.T) * slope(z)) / len(x) ** (mean - 1)
        return W + towards * rate * gradient

    return weights_after


# 3. The gradient of one neuron


def draw_neuron(rng):
    samples, inputs = rng.integers(1, 4, size=2)
    return {
        "x": rng.normal(size=(samples, inputs)),
        "w": rng.normal(size=inputs),
        "b": float(rng.normal()),
        "y": rng.normal(size=samples),
    }


def mean_loss(x, w, b, y):
    return squared_error(tanh(x @ w + b), y).mean()


def gradient(x, w, b, y):
    z = x @ w + b
    return (squared_error_grad(tanh(z), y) * tanh_grad(z)) @ x / len(y)


def gradient_with(slope, error=lambda a, y: 2 * (a - y)):
    """The gradient with another slope of the unit, or another signal from the loss."""

    def wrong(x, w, b, y):
        z = x @ w + b
        return (error(np.tanh(z), y) * slope(z)) @ x / len(y)

    return wrong


add(
    NumberExercise(
        "slope_in_first_input",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=slope_in_first_input,
        tolerance=1e-6,
        mistakes=[
            (-30.0, "One of the three units is silent. What does it let through on the way back?"),
            (-12.0, "That is the path through the first unit. How many paths lead from x₁ up?"),
            (18.0, "That is the path through the second unit. How many paths lead from x₁ up?"),
            (-6.0, "That is the slope of the loss in ŷ, or the right size with the wrong sign."),
            (-1.0, "That is how ŷ changes with x₁. How does the loss change with ŷ?"),
            (3.0, "What does the square in the loss leave behind when you differentiate it?"),
            (
                24.0,
                "On the way back a unit passes on its slope, not its value. What is the slope of "
                "ReLU at 2?",
            ),
            (-42.0, "That is the slope in x₂. Which row of W belongs to x₁?"),
            (9.0, "That is the loss. What is asked for is how it changes with x₁."),
            (
                lambda number: number < 0,
                "Add up the paths through the units that are awake, each with its own sign. Is "
                "the sum negative, and what does the slope of the loss make of it?",
            ),
        ],
    ),
    Exercise(
        "hidden_weights_after_step",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=step(),
        draw=draw_step,
        axes=2,
        extremes=(),
        mistakes=[
            (
                step(mean=2, early=True),
                "This is what the given function does. Work through its example with one sample: "
                "which v made the prediction, and which v takes the signal back?",
            ),
            (
                step(early=True),
                "The mean is right now. But the signal goes back through weights that did not "
                "make the prediction.",
            ),
            (
                step(mean=2),
                "The signal goes back through the right weights now. With several samples the "
                "step is too small: how often is the number of samples divided by?",
            ),
            (
                step(mean=0),
                "For several samples the step is too large: the loss is their mean.",
            ),
            (step(towards=1), "This goes uphill. Which way does the gradient point?"),
            (
                step(slope=lambda z: np.maximum(z, 0)),
                "Each unit passes on what arrives times its slope. Here it is its value.",
            ),
            (
                step(slope=np.ones_like),
                "A unit that was silent is corrected here. What is its slope?",
            ),
            (
                lambda x, y, W, v, rate: (W - step()(x, y, W, v, rate)) / rate,
                "This is the gradient. The weights after the step are asked for.",
            ),
        ],
    ),
    Exercise(
        "one_neuron_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=gradient,
        draw=draw_neuron,
        derivative_of=(mean_loss, "w"),
        axes=2,
        extremes=(),
        mistakes=[
            (
                gradient_with(np.ones_like),
                "The neuron is not linear. Which factor does its activation add to the chain?",
            ),
            (
                gradient_with(lambda z: 1 - np.tanh(np.tanh(z)) ** 2),
                "Here tanh is applied twice: the slope of tanh belongs to z, not to the output.",
            ),
            (
                gradient_with(lambda z: 1 - np.tanh(z)),
                "Test the slope at a large negative sum: it should be near 0. Which power of "
                "tanh(z) is missing?",
            ),
            (
                gradient_with(lambda z: sigmoid(z) * (1 - sigmoid(z))),
                "That is the slope of a sigmoid. This neuron has a tanh.",
            ),
            (
                gradient_with(lambda z: np.tanh(z) * (1 - np.tanh(z))),
                "p(1 − p) is the slope of a sigmoid, in terms of its output. What is that of tanh?",
            ),
            (gradient_with(np.tanh), "This multiplies by the output of the unit, not its slope."),
            (
                gradient_with(tanh_grad, lambda a, y: a - y),
                "What does the square leave behind when it is differentiated?",
            ),
            (
                gradient_with(tanh_grad, lambda a, y: 2 * (y - a)),
                "The sign is turned. If the answer is too high and an input is positive, does "
                "raising its weight raise or lower the loss?",
            ),
            (
                gradient_with(tanh_grad, lambda a, y: (a - y) ** 2),
                "The chain begins with the slope of the loss, not with the loss.",
            ),
            (
                lambda x, w, b, y: gradient(x, w, b, y) * len(y),
                "This is the gradient of the sum of the losses. Right for one sample; what does "
                "the mean change for two?",
            ),
            (
                lambda x, w, b, y: gradient(x, w, 0.0, y),
                "The bias is missing in the sum. It shifts the place at which the slope is taken.",
            ),
            (
                lambda x, w, b, y: gradient(np.c_[x, np.ones(len(x))], np.append(w, b), 0.0, y)[-1],
                "This is the gradient in the bias. In the weight of an input there is one factor "
                "more.",
            ),
            (
                lambda x, w, b, y: (tanh(x @ w + b) - y) * x,
                "Error and slope are one number a sample; x has a row a sample. What pairs each "
                "number with its row, and then adds up over the samples?",
            ),
            (
                "shape",
                "One number for each weight is asked for. Each weight serves all samples: what "
                "becomes of their contributions?",
            ),
        ],
    ),
)
