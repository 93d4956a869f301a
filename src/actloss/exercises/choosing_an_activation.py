"""The exercises of ``chapters/exercises/choosing-an-activation``."""

import numpy as np
from scipy.stats import norm

from actloss.activations import relu, sigmoid, softmax, softplus, tanh
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "choosing-an-activation"


# 1. Predict a number: where a softplus output starts

FIRST_PREDICTION = 0.1


def start_bias():
    """The inverse of softplus."""
    return float(np.log(np.expm1(FIRST_PREDICTION)))


# 2. Write the output units of a weather forecast

COLUMNS = 6


def forecast(*, warmth=lambda z: z, rain=softplus, frost=sigmoid, sky=softmax):
    """Column 0 warmth, 1 rain, 2 frost, 3 to 5 sky; each with its function."""

    def outputs(z):
        if z.ndim != 2 or z.shape[1] != COLUMNS:
            raise ValueError(f"six columns are needed, but the shape is {z.shape}")
        parts = warmth(z[:, :1]), rain(z[:, 1:2]), frost(z[:, 2:3]), sky(z[:, 3:])
        return np.concatenate(parts, axis=1)

    return outputs


def draw_forecast(rng):
    return {"z": rng.normal(scale=2.0, size=(rng.integers(1, 4), COLUMNS))}


# 3. The gradient of Poisson's loss behind an exponential output


def count_gradient(z, counts):
    return np.exp(z) - counts


def count_loss(z, counts):
    return np.exp(z) - counts * z


def by_the_chain(z, counts):
    rate = np.exp(z)
    return (1 - counts / rate) * rate


def draw_counts(rng):
    z = any_array(rng, scale=1.5)
    return {"z": z, "counts": np.asarray(rng.poisson(2.0, size=z.shape), dtype=np.float64)}


# 4. An experiment: the gain of the sine


def mean_over_normal(f):
    z = np.linspace(-12, 12, 24_001)
    return float(np.trapezoid(f(z) * norm.pdf(z), z))


def gain():
    return 1 / np.sqrt(mean_over_normal(lambda z: np.sin(z) ** 2))


add(
    NumberExercise(
        "start_of_softplus",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=start_bias,
        tolerance=0.005,
        mistakes=[
            (
                np.log(FIRST_PREDICTION),
                "That is right for an exponential output. Softplus is near it down here, but "
                "three digits are asked for.",
            ),
            (FIRST_PREDICTION, "That is what the unit should say. Softplus stands in between."),
            (
                float(softplus(FIRST_PREDICTION)),
                "That is softplus of 0.1. Here 0.1 is the result: go backwards.",
            ),
            (
                float(np.log(FIRST_PREDICTION / (1 - FIRST_PREDICTION))),
                "That makes a sigmoid say 0.1. The output here is a softplus.",
            ),
            (
                lambda number: abs(number + start_bias()) < 0.01,
                "The size is right. A softplus says 0.69 at a sum of 0: to which side is 0.1?",
            ),
            (
                lambda number: number > np.log(2),
                "Where the sum is positive, softplus is larger than 0.69.",
            ),
        ],
    ),
    Exercise(
        "forecast_outputs",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=forecast(),
        draw=draw_forecast,
        axes=2,
        extremes=(
            [[-40.0, -1000.0, 1000.0, 1000.0, 999.0, -1000.0]],
            [[1e6, 1e308, -1e308, -1000.0, -1000.0, -1001.0]],
        ),
        smallest=1e-15,
        mistakes=[
            (
                forecast(rain=relu),
                "ReLU has the right range for rain, but no slope on the left: where it forecasts "
                "0 it could never learn.",
            ),
            (
                forecast(rain=np.exp),
                "An exponential is positive, too. The statement asks for the one that grows "
                "like a straight line.",
            ),
            (forecast(rain=lambda z: z), "Can that forecast a negative amount of rain?"),
            (forecast(frost=lambda z: z), "Frost is to be a probability: what is its range?"),
            (
                forecast(frost=softmax),
                "A softmax over a single number is 1, whatever the number.",
            ),
            (
                forecast(sky=sigmoid),
                "The three skies exclude each other, so their probabilities must sum to 1.",
            ),
            (
                forecast(sky=lambda z: softmax(z, axis=0)),
                "This lets the samples of the batch compete. Which axis holds the three skies?",
            ),
            (
                forecast(sky=lambda z: z),
                "The last three columns are still scores. What turns scores into one of several?",
            ),
            (
                forecast(warmth=tanh),
                "A bounded unit cannot say 25 °C. What is the range of a temperature?",
            ),
            (
                forecast(warmth=relu),
                "Below 0 °C this says 0, and learns nothing. What is the range of a temperature?",
            ),
            (
                lambda z: np.concatenate([z[:, :1], softplus(z[:, 1:2]), softmax(z[:, 2:])], 1),
                "Frost may come with any sky. Should it compete with the three?",
            ),
            (
                lambda z: softmax(z),
                "This is one distribution over six columns that mean different things.",
            ),
            (
                "shape",
                "A column taken by its number, z[:, 1], loses its axis; one taken as a range of "
                "columns, z[:, 1:2], keeps it.",
            ),
            (
                "untouched",
                "The sums are still needed for the backward pass. Put the outputs into a new "
                "array.",
            ),
        ],
    ),
    Exercise(
        "count_output_gradient",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=count_gradient,
        draw=draw_counts,
        derivative_of=(count_loss, "z"),
        extremes=([-np.inf, -1e308, -800.0, -5e-324, 0.0, 2.0],),
        mistakes=[
            (
                by_the_chain,
                "Right as long as the forecast is above 0. Where it underflows, this divides by 0 "
                "and multiplies by 0 again. Multiply out on paper: what cancels?",
            ),
            (
                lambda z, counts: 1 - counts / np.exp(z),
                "This is the derivative in the forecast. It is asked for in z: which link of the "
                "chain is missing?",
            ),
            (
                lambda z, counts: counts - np.exp(z),
                "The sign is turned round: a forecast that is too high should push z down.",
            ),
            (
                lambda z, counts: (np.exp(z) - counts) * np.exp(z),
                "The slope of the output unit is in here twice. What became of the division by "
                "the forecast?",
            ),
            (
                lambda z, counts: 2 * (np.exp(z) - counts) * np.exp(z),
                "This belongs to the squared error. The loss here comes from Poisson's noise.",
            ),
            (
                lambda z, counts: z - counts,
                "The forecast is not z, but what the output unit makes of it.",
            ),
            (
                count_loss,
                "This is the loss. Its derivative is asked for.",
            ),
            (
                lambda z, counts: np.exp(z) - counts / np.exp(z),
                "One of the two terms went through the chain rule, the other did not.",
            ),
            (
                lambda z, counts: np.exp(z) - 1,
                "The logarithm of the forecast is z. What is then the derivative of the term with "
                "the count?",
            ),
            (
                "shape",
                "The loss has one value a sample, so there is one derivative for each entry of z.",
            ),
        ],
    ),
    NumberExercise(
        "gain_of_sine",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=gain,
        tolerance=0.01,
        mistakes=[
            (
                1 / gain(),
                "That is what a layer does to the signal. The gain is to undo it.",
            ),
            (
                gain() ** 2,
                "Weights are multiplied by the gain, and the mean square by its square.",
            ),
            (1 / gain() ** 2, "That is the mean square of the outputs, the first step."),
            (
                float(np.sqrt(2)),
                "That is ReLU's gain, or the sine's if its inputs filled whole periods evenly. "
                "Here they are normal, and most of them lie near 0.",
            ),
            (1.0, "Near 0 the sine is the identity. But a third of the inputs lie beyond ±1."),
            (
                1 / np.sqrt(mean_over_normal(lambda z: np.cos(z) ** 2)),
                "That keeps the gradients level on the way back. The gain of the chapter is for "
                "the way forward: which function is squared?",
            ),
            (
                1 / mean_over_normal(lambda z: np.abs(np.sin(z))),
                "That comes from the mean of the absolute values. The mean square is asked for.",
            ),
            (lambda number: number <= 0, "A gain is positive."),
            (
                lambda number: abs(number - gain()) < 0.06,
                "Close. It is wanted to within 0.01: take more samples.",
            ),
        ],
    ),
)
