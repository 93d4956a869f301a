"""The exercises of ``chapters/exercises/sigmoid-and-tanh``."""

import numpy as np
from scipy.special import ndtri

from actloss.activations import sigmoid, sigmoid_grad, tanh_grad
from actloss.exercises.definitions import EXTREMES, Exercise, NumberExercise, add, any_array

CHAPTER = "sigmoid-and-tanh"


# 1. Predict a number: where two classes of unequal frequency are equally likely

FREQUENCY = 3.0  # of class 1, relative to class 0


def undecided_measurement():
    """The odds of class 1 are FREQUENCY · exp(2x)."""
    return -np.log(FREQUENCY) / 2


# 2. The slope of the sigmoid, in both tails

ONE_SIDE = (
    "On one side this divides by a square that overflows. The slope is the same at x and −x: which "
    "of the two has the harmless exponential?"
)
TAILS = [40.0, -40.0, 700.0, -700.0]


def slope_from(function):
    def slope(x):
        s = function(x)
        return s * (1 - s)

    return slope


def clipped(x):
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


# 3. Find the bugs: the backward pass of a layer that keeps its outputs


def draw_outputs(rng):
    a = sigmoid(any_array(rng, axes=(1, 2)))
    saturated = rng.random(a.shape) < 0.2
    a = np.where(saturated, rng.choice([0.0, 1e-4, 1 - 1e-4, 1.0], size=a.shape), a)
    return {"a": a, "upstream": rng.normal(size=a.shape)}


def backward(slope=lambda a: a * (1 - a), *, least=0.0):
    """From outputs to the gradient in z; `least` is where the outputs are clipped."""

    def gradient(a, upstream):
        if np.any((a < 0) | (a > 1)):
            raise ValueError("no outputs of a sigmoid")
        return upstream * slope(np.clip(a, least, 1 - least))

    return gradient


# 4. An experiment: sums so far apart that half of the units are saturated


def half_saturated():
    """σ(1 − σ) = 0.05 / 4 at ±edge; half of a normal population lies beyond 0.6745 deviations."""
    root = np.sqrt(1 - 0.05)
    edge = np.log((1 + root) / (1 - root))
    return float(edge / ndtri(0.75))


add(
    NumberExercise(
        "undecided_measurement",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=undecided_measurement,
        tolerance=2e-3,
        mistakes=[
            (0.0, "That is the place for classes that are equally frequent."),
            (
                np.log(3) / 2,
                "The right distance, on the wrong side. Would you say yes more readily if yes is "
                "the frequent answer, or less?",
            ),
            (
                -np.log(3),
                "That is the log-odds of the class. How many of them does one step in x add?",
            ),
            (
                np.log(3),
                "Which way do frequent answers shift the place, and how many log-odds does "
                "one step in x add?",
            ),
            (-1.5, "Frequencies multiply the odds. What do they do to their logarithm?"),
            (
                lambda number: abs(abs(number) - np.log10(3) / 2) < 2e-3,
                "Is that a logarithm to base 10? The odds are a power of e.",
            ),
            (
                lambda number: abs(abs(number) - np.log(4 / 3) / 2) < 2e-3,
                "Three times as frequent is a probability of 0.75. Which odds are that?",
            ),
            (0.5, "That is the probability there. At which measurement is it reached?"),
            (
                lambda number: number > 0,
                "Class 1 is the frequent one. On which side of 0 does it take some convincing to "
                "say no?",
            ),
        ],
    ),
    Exercise(
        "sigmoid_slope",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=sigmoid_grad,
        draw=lambda rng: {"x": any_array(rng)},
        extremes=(EXTREMES, TAILS),
        smallest=0.0,
        mistakes=[
            (
                slope_from(sigmoid),
                "The left tail is right. Far on the right σ(x) is 1 to the last digit: what is "
                "left of 1 − σ(x)? The chapter has another name for that factor.",
            ),
            (
                slope_from(clipped),
                "A clipped sigmoid no longer falls, and its slope is wrong out there. Which "
                "form needs no clipping?",
            ),
            (
                lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
                ONE_SIDE,
            ),
            (lambda x: np.exp(x) / (1 + np.exp(x)) ** 2, ONE_SIDE),
            (
                lambda x: (1 - np.tanh(x / 2) ** 2) / 4,
                "A right formula, but it subtracts two numbers that are equal to all digits far "
                "out, on either side.",
            ),
            (sigmoid, "This is the sigmoid. Its slope is asked for."),
            (
                slope_from(lambda x: sigmoid(sigmoid(x))),
                "Here the sigmoid is applied twice: the formula σ(1 − σ) wants σ(x) once.",
            ),
            (tanh_grad, "This is the slope of tanh. It is four times as high in the middle."),
            (
                lambda x: sigmoid(x) ** 2,
                "On the right the curve is flat, so its slope must go to 0 there too.",
            ),
            (
                lambda x: x * (1 - x),
                "x(1 − x) is the slope in terms of the output. Here x is what goes in.",
            ),
            (
                lambda x: -sigmoid_grad(x),
                "The sigmoid rises everywhere. Which inner derivative has lost its sign?",
            ),
        ],
    ),
    Exercise(
        "sigmoid_layer_backward",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=backward(),
        draw=draw_outputs,
        axes=1,
        extremes=(),
        mistakes=[
            (
                backward(sigmoid_grad, least=1e-3),
                "So far this does what the given function does. The argument holds outputs, not "
                "sums: how often has the sigmoid been applied in the end?",
            ),
            (
                backward(least=1e-3),
                "The sigmoid is applied once now. But a unit with the output 1 is said to have a "
                "slope here. What does the clip do to the units that are saturated?",
            ),
            (
                backward(sigmoid_grad),
                "Nothing is clipped now. But these are outputs already: which slope has a unit "
                "that says 0.5?",
            ),
            (
                backward(lambda a: 1 - a**2),
                "That is the slope of tanh in terms of its output. These are sigmoids.",
            ),
            (backward(lambda a: a), "The chain rule wants the slope of the unit, not its output."),
            (
                backward(lambda a: 1 - a),
                "One factor of the slope is there. A unit that says 0 is as flat as one that says "
                "1.",
            ),
            (
                backward(lambda a: (a * (1 - a)) ** 2),
                "The slope is taken twice. Each unit passes the signal on once.",
            ),
            (
                lambda a, upstream: a * (1 - a),
                "That is the slope of each unit. What has come down from above is lost.",
            ),
        ],
    ),
    NumberExercise(
        "half_saturated",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=half_saturated,
        tolerance=0.1,
        mistakes=[
            (
                lambda number: abs(number - half_saturated() / 2) <= 0.06,
                "That is where half of the tanh units are. Sigmoids are asked for.",
            ),
            (
                lambda number: abs(number - half_saturated() * float(ndtri(0.75))) <= 0.05,
                "That is the sum at which a unit becomes saturated. Which share of a normal "
                "population lies farther than one deviation from 0?",
            ),
            (
                lambda number: abs(number - 4.2807) <= 0.07,
                "Did you compare the slope with 0.05? Its peak is not 1.",
            ),
            (
                lambda number: abs(number - half_saturated() ** 2) <= 1.5,
                "That may be the variance. The standard deviation is asked for.",
            ),
            (
                lambda number: 0 < number < half_saturated(),
                "With that deviation fewer than half of the units are saturated: sums on both "
                "sides count.",
            ),
            (
                lambda number: number > half_saturated(),
                "With that deviation more than half of the units are saturated.",
            ),
            (lambda number: number <= 0, "A standard deviation is positive."),
        ],
    ),
)
