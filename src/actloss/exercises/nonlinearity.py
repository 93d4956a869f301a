"""The exercises of ``chapters/exercises/nonlinearity``."""

import numpy as np

from actloss.activations import step
from actloss.exercises.definitions import Exercise, NumberExercise, add

CHAPTER = "nonlinearity"


# 1. Predict a number: what one unit can compute


def tables_of_one_unit():
    """All 16 tables of two inputs but XOR and its opposite, each found by small whole weights."""
    corners = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    halves = np.arange(-4, 5) / 2
    weights = np.stack(np.meshgrid(halves, halves, halves), axis=-1).reshape(-1, 3)
    return len(np.unique(step(weights @ corners.T), axis=0))


# 2. Read off the weights of a ruler network


def draw_ruler(rng):
    count = rng.integers(3, 6)
    return {
        "knots": np.cumsum(rng.uniform(0.25, 2.0, size=count)) - 2.0,
        "heights": rng.normal(scale=2.0, size=count),
    }


def piece_slopes(knots, heights):
    if len(knots) < 2 or not np.all(np.diff(knots) > 1e-3):
        raise ValueError("at least two knots, in rising order")
    return np.diff(heights) / np.diff(knots)


def changes_of_slope(knots, heights):
    slopes = piece_slopes(knots, heights)
    return np.concatenate([slopes[:1], np.diff(slopes)])


# 3. Find the bugs: an epoch of the perceptron


def draw_perceptron(rng):
    """Whole numbers, so that a sum is exactly 0 now and then, and no rounding moves it."""
    samples, inputs = rng.integers(2, 6), rng.integers(1, 4)
    return {
        "x": rng.integers(-2, 3, size=(samples, inputs)).astype(float),
        "y": rng.integers(0, 2, size=samples).astype(float),
        "weights": rng.integers(-2, 3, size=inputs).astype(float),
    }


def epoch(answer=step, *, one_by_one=True, towards=1, share=lambda x: 1):
    def weights_after(x, y, weights):
        if y.shape != (len(x),):
            raise ValueError("one label a sample")
        if not one_by_one:
            return weights + towards * (y - answer(x @ weights)) @ x
        for sample, wanted in zip(x, y, strict=True):
            error = wanted - answer(sample @ weights)
            weights = weights + towards * share(x) * error * sample
        return weights

    return weights_after


def fires_above_0(z):
    return np.heaviside(z, 0.0)


# 4. An experiment: how the error of a ruler network falls for a curve that starts too steep


def factor_of_root():
    """On the first piece, of length h, the error of √x is largest at h/4, where it is √h/4."""
    return 2**0.5


add(
    NumberExercise(
        "tables_of_one_unit",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=tables_of_one_unit,
        tolerance=0.01,
        mistakes=[
            (16, "That would include XOR. Which line separates its ones from its zeros?"),
            (15, "XOR is left out. Which other table has its ones on opposite corners?"),
            (
                12,
                "The unit that always fires, and the one that never does, are units too: which "
                "weights and bias make them?",
            ),
            (2, "So many it cannot. How many tables are there in all?"),
            (4, "There are four corners, and each may be answered in two ways."),
            (
                lambda number: number > 16,
                "Each table is a choice of yes or no at four corners. How many such choices are "
                "there?",
            ),
            (
                lambda number: 0 < number < 14,
                "Sort the tables by how many corners they answer with 1: none, one, two, three, "
                "four. Can a line cut off any single corner? Any side of the square?",
            ),
        ],
    ),
    Exercise(
        "ruler_weights",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=changes_of_slope,
        draw=draw_ruler,
        axes=1,
        extremes=(),
        smallest=1e-9,
        mistakes=[
            (
                piece_slopes,
                "These are the slopes of the pieces. But a unit that has woken goes on rising: "
                "what do the earlier units already contribute to the second piece?",
            ),
            (
                lambda knots, heights: np.diff(piece_slopes(knots, heights)),
                "One unit is missing. Who makes the slope of the first piece?",
            ),
            (
                lambda knots, heights: np.append(
                    changes_of_slope(knots, heights), -piece_slopes(knots, heights)[-1]
                ),
                "One unit too many: nothing has to change at the last knot.",
            ),
            (
                lambda knots, heights: np.concatenate(
                    [np.diff(heights)[:1], np.diff(np.diff(heights))]
                ),
                "A slope is a rise over a run. By which run is the rise divided here?",
            ),
            (
                lambda knots, heights: np.diff(heights),
                "These are the rises from knot to knot. How long is each piece, and what do the "
                "earlier units already contribute to it?",
            ),
            (
                lambda knots, heights: changes_of_slope(
                    knots[0] + np.arange(len(knots)) * (knots[1] - knots[0]), heights
                ),
                "This takes all pieces to be as long as the first. Here the knots may lie "
                "unevenly.",
            ),
            (
                lambda knots, heights: changes_of_slope(
                    np.linspace(knots[0], knots[-1], len(knots)), heights
                ),
                "This takes all pieces to be equally long. Here the knots may lie unevenly.",
            ),
            (
                lambda knots, heights: np.concatenate(
                    [piece_slopes(knots, heights)[:1], -np.diff(piece_slopes(knots, heights))]
                ),
                "If the next piece is steeper, its unit must add slope. What does yours do?",
            ),
            (
                lambda knots, heights: np.cumsum(piece_slopes(knots, heights)),
                "Adding up weights gives slopes. Here you have the slopes and want the weights.",
            ),
            (
                lambda knots, heights: heights[:-1],
                "Heights would be the weights of tents. A single ReLU is no tent.",
            ),
        ],
    ),
    Exercise(
        "perceptron_epoch",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=epoch(),
        draw=draw_perceptron,
        axes=2,
        extremes=(),
        mistakes=[
            (
                epoch(np.sign, one_by_one=False),
                "So far this does what the given function does. Which three numbers does np.sign "
                "answer with, and which two does a step?",
            ),
            (
                epoch(one_by_one=False),
                "The unit answers with 0 and 1 now. But all samples are answered with the "
                "weights from before the epoch. What has the first correction changed when "
                "the second sample comes?",
            ),
            (
                epoch(fires_above_0, one_by_one=False),
                "The answers are 0 and 1 now, but look at a sum of exactly 0. And all samples "
                "meet the weights from before the epoch.",
            ),
            (
                epoch(np.sign),
                "The samples come one by one now. The unit still answers with −1, 0 or 1.",
            ),
            (
                epoch(fires_above_0),
                "Almost: what does the step of this course answer to a sum of exactly 0?",
            ),
            (
                epoch(towards=-1),
                "Each correction goes the wrong way: after it the same mistake is made again, "
                "and more clearly.",
            ),
            (
                epoch(share=lambda x: 1 / len(x)),
                "The rule makes a full correction for each wrong answer. Nothing is averaged.",
            ),
            (
                epoch(lambda z: z),
                "This corrects by the distance to the sum. What does the unit put on the sum "
                "before it answers?",
            ),
            (
                lambda x, y, weights: weights,
                "These are the weights as they came: no wrong answer was corrected.",
            ),
        ],
    ),
    NumberExercise(
        "error_factor_of_root",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=factor_of_root,
        tolerance=0.05,
        mistakes=[
            (
                4.0,
                "That is what the bound promises to curves with a bounded second derivative. What "
                "is that of a root near 0?",
            ),
            (
                lambda number: abs(number - 2.0) <= 0.05,
                "Near two: is that the root of the mean square? The largest error is asked for.",
            ),
            (
                lambda number: abs(number - 2**1.5) <= 0.12,
                "That looks like the mean error. The largest is asked for.",
            ),
            (
                lambda number: abs(number - 2**-0.5) <= 0.03,
                "Is this the error with more units divided by the one with fewer?",
            ),
            (
                lambda number: abs(number - 0.5) <= 0.03,
                "That may be the exponent. By which factor does the error fall?",
            ),
            (
                lambda number: 0.95 <= number <= 1.05,
                "The error does fall. Is your grid fine enough to see the first piece?",
            ),
            (
                lambda number: number > 4,
                "Faster than for a smooth curve? Divide two largest errors, one with twice the "
                "units of the other.",
            ),
        ],
    ),
)
