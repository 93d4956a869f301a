"""The exercises of ``chapters/exercises/softmax``."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from actloss.activations import log_softmax, sigmoid, softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add

CHAPTER = "softmax"
LARGE = (
    [1000.0, 1000.0],
    [-1000.0, -1001.0],
    [[900.0, 901.0], [1.0, 2.0]],
    [800.0, 0.0],
    [1e308, 0.0],
)

KEEP_AXIS = (
    "A sum or a maximum over an axis takes that axis away, and what is left no longer lines up "
    "with the array it came from. What does keepdims do?"
)
OVERFLOW = (
    "exp(1000) is more than a float can hold. Softmax stays the same if all logits move by the "
    "same amount: which amount makes every exponent harmless?"
)


def draw_rows(rng):
    shape = rng.integers(1, 5, size=rng.choice([1, 2, 3]))  # a batch may hold one row
    return {"z": rng.normal(scale=3.0, size=tuple(shape))}


# 1. Predict a number: two logits


def second_probability():
    return float(softmax([7.0, 7.0 + np.log(3.0)])[1])


# 2. Softmax


def softmax_shifted_by(shift, axis=-1):
    def wrong(z):
        e = np.exp(z - shift(z))
        return e / e.sum(axis=axis, keepdims=True)

    return wrong


def softmax_without_keepdims(z):
    e = np.exp(z - z.max(axis=-1))
    return e / e.sum(axis=-1)


def softmax_over(axis):
    def wrong(z):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    return wrong


# 3. Log-sum-exp


def sums(z):
    return logsumexp(z, axis=-1)


# 4. Find the bug: a class for each pixel


def draw_pixels(rng):
    shape = (*rng.integers(1, 3, size=1), rng.integers(2, 4), *rng.integers(1, 4, size=2))
    return {"scores": rng.normal(scale=3.0, size=shape)}


def pixels(shift_axis, sum_axis):
    def probabilities(scores):
        e = np.exp(scores - scores.max(axis=shift_axis, keepdims=True))
        return e / e.sum(axis=sum_axis, keepdims=True)

    return probabilities


FAR_APART = np.array([[[[900.0, 1.0]], [[901.0, 2.0]]]])
ONE_FAR_ABOVE = np.array([[[[0.0]], [[5000.0]], [[0.0]]]])

# 5. An experiment: the temperature at which the first of three classes gets one half

LOGITS = np.array([3.0, 1.0, 0.0])


def temperature():
    return brentq(lambda t: float(softmax(LOGITS, temperature=t)[0]) - 0.5, 0.5, 50.0)


add(
    NumberExercise(
        "second_probability",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=second_probability,
        tolerance=1e-3,
        mistakes=[
            (0.25, "That is the probability of the first class."),
            (3.0, "That is the ratio of the two probabilities. They must also sum to 1."),
            (1 / 3, "That is a ratio of the two probabilities. They must also sum to 1."),
            (
                (7 + np.log(3)) / (14 + np.log(3)),
                "This divides the logits by their sum. Where is the exponential?",
            ),
            (
                lambda number: 0.999 < number < 1.0,
                "That is the sigmoid of its own logit. The other class has a say: what counts is "
                "the lead over it.",
            ),
            (1.0, "That is argmax. Softmax gives the other class a share too."),
            (np.log(3.0), "That is the lead. What does softmax make of a lead?"),
        ],
    ),
    Exercise(
        "stable_softmax",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=lambda z: softmax(z),
        draw=draw_rows,
        axes=1,
        extremes=LARGE,
        smallest=1e-15,
        mistakes=[
            # Those that fail on fewer inputs come first.
            (
                softmax_shifted_by(lambda z: z.mean(axis=-1, keepdims=True)),
                "The mean is not enough: the largest logit may lie far above it.",
            ),
            (
                softmax_shifted_by(lambda z: z.min(axis=-1, keepdims=True)),
                "Subtracting the smallest leaves positive exponents, and these overflow.",
            ),
            (
                softmax_shifted_by(np.max),
                "One maximum for all rows: a row that lies far below it underflows as a whole, "
                "and 0 ÷ 0 is NaN. Each row needs its own.",
            ),
            (softmax_shifted_by(lambda z: 0.0), OVERFLOW),
            (softmax_without_keepdims, KEEP_AXIS),
            (
                softmax_over(0),
                "This sums over the samples. Does the answer for one row depend on its "
                "neighbours? Classes lie along the last axis.",
            ),
            (
                softmax_over(None),
                "This is one distribution over the whole array. Each row is to be its own.",
            ),
            (
                sigmoid,
                "These are sigmoids side by side: each looks at its own logit alone.",
            ),
            (log_softmax, "These are the logarithms of the probabilities."),
            (
                lambda z: z / z.sum(axis=-1, keepdims=True),
                "This divides the logits by their sum. Where is the exponential?",
            ),
        ],
    ),
    Exercise(
        "log_sum_exp",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=sums,
        draw=draw_rows,
        axes=1,
        extremes=LARGE,
        mistakes=[
            (
                lambda z: np.log(np.exp(z).sum(axis=-1)),
                "exp(1000) is more than a float can hold, and exp(−1000) is 0, whose logarithm is "
                "−∞. What happens to log-sum-exp if all logits move by the same amount?",
            ),
            (
                lambda z: np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1)),
                "Log-sum-exp moves with its logits. What was subtracted inside must come back.",
            ),
            (
                lambda z: (
                    np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
                    + z.max(axis=-1, keepdims=True)
                ),
                "The values are right, but each row is to give one number: its axis goes.",
            ),
            (
                lambda z: np.squeeze(sums(z)),
                "squeeze takes away every axis of length 1, also that of a batch that holds one "
                "row. Which axis is to go?",
            ),
            (
                lambda z: np.log(np.exp(z - z.max()).sum(axis=-1)) + z.max(),
                "One maximum for all rows: a row that lies far below it underflows as a whole. "
                "Each row needs its own.",
            ),
            (
                lambda z: np.log(np.exp(z - z.max()).sum()) + z.max(),
                "This sums over the whole array. One number a row is asked for.",
            ),
            (
                lambda z: np.log(np.exp(z).sum(axis=0)),
                "This sums over the samples. Classes lie along the last axis.",
            ),
            (
                lambda z: np.exp(z).sum(axis=-1),
                "The sum of the exponentials is right; the logarithm is missing.",
            ),
            (
                lambda z: z.max(axis=-1),
                "This is the maximum, which log-sum-exp exceeds by a little. By what?",
            ),
            (lambda z: np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1)) + z.max(axis=-1), KEEP_AXIS),
        ],
    ),
    Exercise(
        "pixel_probabilities",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=lambda scores: softmax(scores, axis=1),
        draw=draw_pixels,
        axes=4,
        extremes=(FAR_APART, np.full((1, 2, 1, 1), 1000.0), ONE_FAR_ABOVE),
        smallest=1e-15,
        mistakes=[
            (
                pixels(None, -1),
                "The classes of each pixel are to have probabilities that sum to 1: over which "
                "axis do they lie?",
            ),
            (
                pixels(None, 1),
                "The sums are right now. But one maximum serves all pixels: what is left of a "
                "pixel whose scores lie 800 below it?",
            ),
            (pixels(1, -1), "The maximum goes along the right axis now. Does the sum?"),
            (
                pixels(-1, 1),
                "Subtract the same from all classes of a pixel, or softmax changes: the maximum "
                "needs the axis that the sum has.",
            ),
            (
                softmax_shifted_by(lambda z: z.mean(axis=1, keepdims=True), axis=1),
                "The axes are right now. But the mean is not enough: the largest score of a pixel "
                "may lie far above it.",
            ),
            (pixels(0, 0), "This compares samples with each other. Classes lie elsewhere."),
            (pixels((1, 2, 3), (1, 2, 3)), "This is one distribution a picture, not one a pixel."),
            (
                lambda scores: (
                    np.exp(scores - scores.max(axis=1)) / np.exp(scores - scores.max(axis=1)).sum(1)
                ),
                KEEP_AXIS,
            ),
            (
                lambda scores: np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True),
                "Without a maximum to subtract, exp overflows: that was there for a reason.",
            ),
        ],
    ),
    NumberExercise(
        "even_temperature",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=temperature,
        tolerance=0.005,
        mistakes=[
            (
                lambda number: abs(number - 1 / temperature()) < 0.002,
                "That is what the logits are multiplied by. The temperature divides them.",
            ),
            (1.0, "At T = 1 the first class has far more than one half. Hotter or colder?"),
            (
                lambda number: 0 < number < 1,
                "Below 1 the temperature sharpens, and the first class has too much already.",
            ),
            (
                2 / np.log(2),
                "That makes the first class twice the second. There is a third one too.",
            ),
            (
                lambda number: abs(number - temperature()) < 0.1,
                "Close. It is wanted to two decimals: halve the interval a few more times.",
            ),
            (
                lambda number: number > 10,
                "So hot that all three are nearly equal. Look at the first probability again.",
            ),
            (lambda number: number <= 0, "A temperature is positive."),
        ],
    ),
)
