"""The exercises of ``chapters/exercises/regression-losses``."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array
from actloss.losses import huber_loss, squared_error

CHAPTER = "regression-losses"


# 1. Predict a number: how many loaves to bake

SOLD = (28, 22, 40, 25, 58, 30, 20, 34, 26)
UNSOLD, MISSED = 1.0, 4.0


def lowest_at(share):
    return float(np.quantile(SOLD, share, method="inverted_cdf"))


def loaves():
    return lowest_at(MISSED / (MISSED + UNSOLD))


# 2. Find the bug: a column against a row


def column_gradient(outputs, targets):
    if outputs.shape != (len(targets), 1):
        raise ValueError(f"a column of {len(targets)} outputs is needed")
    return 2 * (outputs - targets[:, np.newaxis]) / len(targets)


def column_gradient_as_given(outputs, targets):
    return 2 * (outputs - targets).mean(axis=1, keepdims=True)


def draw_column(rng):
    samples = int(rng.integers(2, 5))
    return {"outputs": rng.normal(size=(samples, 1)), "targets": rng.normal(size=samples)}


# 3. The gradient in Huber's δ


def delta_gradient(predictions, targets, delta):
    return np.mean(np.maximum(np.abs(predictions - targets) - delta, 0))


def of_far(function):
    """The mean of a function of (error, δ), 0 for the errors up to δ."""

    def wrong(predictions, targets, delta):
        e = predictions - targets
        return np.mean(np.where(np.abs(e) > delta, function(e, delta), 0))

    return wrong


def far_errors(predictions, targets, delta):
    size = np.abs(predictions - targets)
    return size[size > delta]


def draw_delta(rng):
    predictions = any_array(rng)
    return {
        "predictions": predictions,
        "targets": np.asarray(rng.normal(size=predictions.shape)),
        "delta": float(rng.uniform(0.2, 2.5)),
    }


# 4. An experiment: how far a tenth of outliers pulls Huber's centre

WRONG_SHARE, DELTA = 0.1, 1.345


def centre(delta=DELTA, share=WRONG_SHARE):
    """Where the pulls of normal numbers and of a share of far outliers balance."""
    z = np.linspace(-10, 10, 4001)
    density = norm.pdf(z)

    def pull(c):
        good = np.trapezoid(np.clip(z - c, -delta, delta) * density, z)
        return (1 - share) * good + share * delta

    return brentq(pull, -1, 10)


# 5. Predict a number: counts of watches that were not equally long

HOURS, CALLS = np.array([1.0, 2.0, 9.0]), np.array([5.0, 4.0, 9.0])


def calls_an_hour():
    """Where Σ (h λ − y) is 0."""
    return float(CALLS.sum() / HOURS.sum())


# 6. What is left of a loss that chooses its noise


def draw_own_noise(rng):
    predictions = any_array(rng)
    errors = np.where(rng.random(predictions.shape) < 0.5, rng.normal(), 5 * rng.normal())
    errors = np.asarray(errors * rng.uniform(0.2, 1.0, size=predictions.shape))
    return {
        "predictions": predictions,
        "targets": np.asarray(predictions - errors),
        "least": round(float(rng.uniform(0.2, 2.5)), 2),
    }


def with_best_noise(function):
    """From the error, and its variance: the error squared, or `least`."""

    def loss(predictions, targets, least):
        e = predictions - targets
        return function(e, np.maximum(e**2, least))

    return loss


cost_with_own_noise = with_best_noise(lambda e, v: np.log(v) / 2 + e**2 / (2 * v))


def pull_with_own_noise(predictions, targets, least):
    if least <= 0 or np.shape(predictions) != np.shape(targets):
        raise ValueError("the least variance is above 0, and each prediction has a target")
    e = predictions - targets
    return e / np.maximum(e**2, least)


def beyond_least(slope, rest=lambda e, least: e / least):
    """Two formulas, for errors beyond the least variance and for the rest."""

    def wrong(predictions, targets, least):
        e = predictions - targets
        far = e**2 > least
        return np.where(far, slope(np.where(far, e, 1.0)), rest(e, least))

    return wrong


add(
    NumberExercise(
        "loaves_to_bake",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=loaves,
        tolerance=0.1,
        mistakes=[
            (
                lambda number: abs(number - np.mean(SOLD)) < 0.6,
                "That is the mean, the best constant of the squared error. What does a loaf cost "
                "that is missing, and one that is left over?",
            ),
            (
                float(np.median(SOLD)),
                "That is the median. It would be right if both kinds of miss cost the same.",
            ),
            (
                lowest_at(UNSOLD / (MISSED + UNSOLD)),
                "The costs have changed places: which is dearer, a loaf too many or one too few?",
            ),
            (
                max(SOLD),
                "That is safe, and dear: on most days very many loaves would be left over.",
            ),
            (
                lambda number: abs(number - np.quantile(SOLD, 0.8)) < 0.5,
                "That lies between two of the days. The total cost is made of straight pieces, and "
                "is lowest where it bends: at one of the days.",
            ),
            (
                34.0,
                "Compare the next larger day: 2 days lie above this one, and each of their missing "
                "loaves costs four times as much as one left over.",
            ),
            (
                lambda number: abs(number - 0.8) < 0.01 or abs(number - 80) < 0.01,
                "That is which quantile. How many loaves is it?",
            ),
            (
                lambda number: number < np.median(SOLD),
                "Too few cost more than too many: should the number lie above the median or below?",
            ),
        ],
    ),
    Exercise(
        "column_gradient",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=column_gradient,
        draw=draw_column,
        axes=2,
        extremes=(),
        derivative_of=(
            lambda outputs, targets: squared_error(outputs[:, 0], targets) / len(targets),
            "outputs",
        ),
        mistakes=[
            (
                column_gradient_as_given,
                "So far this does what the given function does. Print the shape of the "
                "differences. Which targets does the first output meet?",
            ),
            (
                lambda outputs, targets: 2 * (outputs - targets).mean(axis=0, keepdims=True).T,
                "This takes the mean over the other axis of a matrix that should not be there.",
            ),
            (
                lambda outputs, targets: 2 * (outputs - targets[:, np.newaxis]),
                "Each output meets its own target now. The cost is a mean over the samples: what "
                "does that do to the gradient of one of them?",
            ),
            (
                lambda outputs, targets: (
                    2 * (outputs - targets).sum(axis=1, keepdims=True) / len(targets) ** 2
                ),
                "This is the true gradient of the wrong cost: the mean over all pairs of an output "
                "and a target.",
            ),
            (
                lambda outputs, targets: (outputs - targets[:, np.newaxis]) / len(targets),
                "Where is the 2 that comes down from the square?",
            ),
            (
                lambda outputs, targets: 2 * (targets[:, np.newaxis] - outputs) / len(targets),
                "The sign is turned round: descent would walk away from the targets.",
            ),
            (
                lambda outputs, targets: 2 * (outputs[:, 0] - targets) / len(targets),
                "The numbers are right. But a column was given, and its gradient must have the "
                "same shape.",
            ),
            (
                lambda outputs, targets: 2 * (outputs - targets) / len(targets),
                "A column minus a row is a square: every output meets every target. Which of the "
                "two do you turn, so that each meets its own?",
            ),
            (
                lambda outputs, targets: 2 * np.mean(outputs - targets[:, np.newaxis]),
                "This averages the gradients of different samples. Each output has its own.",
            ),
        ],
    ),
    Exercise(
        "delta_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=delta_gradient,
        draw=draw_delta,
        extremes=(),
        derivative_of=(
            lambda predictions, targets, delta: (
                huber_loss(predictions, targets, delta=float(delta)) / predictions.size
            ),
            "delta",
        ),
        mistakes=[
            (
                lambda predictions, targets, delta: np.mean(np.abs(predictions - targets) - delta),
                "For an error up to δ the loss is half its square, without any δ. What is its "
                "derivative in δ?",
            ),
            (
                of_far(lambda e, delta: np.abs(e)),
                "Beyond δ the loss is δ|e| and a second term, which holds δ, too.",
            ),
            (
                of_far(lambda e, delta: np.abs(e) - delta / 2),
                "This is the loss divided by δ. Multiply the bracket out before you differentiate.",
            ),
            (
                of_far(lambda e, delta: e - delta),
                "A prediction that is far too low counts as much as one that is too high: e comes "
                "in through its size.",
            ),
            (
                lambda predictions, targets, delta: np.mean(
                    np.maximum(predictions - targets - delta, 0)
                ),
                "This sees the predictions that are too high. What about those far too low?",
            ),
            (
                of_far(lambda e, delta: delta),
                "This is how fast the loss rises with the size of the error. It is asked for "
                "with δ.",
            ),
            (
                lambda predictions, targets, delta: np.mean(
                    np.clip(predictions - targets, -delta, delta)
                ),
                "This is the mean derivative in the predictions. The one in δ is asked for.",
            ),
            (
                lambda predictions, targets, delta: np.sum(
                    np.maximum(np.abs(predictions - targets) - delta, 0)
                ),
                "The cost is the mean of the losses. This is the derivative of their sum.",
            ),
            (
                lambda predictions, targets, delta: (
                    np.mean(far_errors(predictions, targets, delta)) - delta
                ),
                "This is a mean over the far errors alone. How many losses has the cost, and what "
                "comes out if there is no far error?",
            ),
            (
                lambda predictions, targets, delta: -delta_gradient(predictions, targets, delta),
                "Look at a far point: does a larger δ charge more for it, or less?",
            ),
            (
                of_far(lambda e, delta: 1.0),
                "This is the share of far errors. Each of them counts by how far it is beyond δ.",
            ),
            (
                lambda predictions, targets, delta: huber_loss(
                    predictions, targets, delta=delta
                ).mean(),
                "This is the cost. Its derivative is asked for.",
            ),
            (
                "shape",
                "One δ serves all samples, and the cost is one number: so is its derivative.",
            ),
        ],
    ),
    NumberExercise(
        "pulled_centre",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=centre,
        tolerance=0.01,
        mistakes=[
            (
                lambda number: abs(number - 10) < 0.1,
                "That is the mean, where the pull grows with the distance. Huber's has a ceiling.",
            ),
            (
                lambda number: abs(number - norm.ppf(0.5 / 0.9)) < 0.002,
                "That is the median. Huber's centre is near it, and not the same.",
            ),
            (
                lambda number: abs(number - WRONG_SHARE * DELTA) < 0.002,
                "That is how strongly the outliers pull, for each number of the sample. How far "
                "must c move until the others pull back as strongly?",
            ),
            (
                lambda number: abs(number - centre(1.0)) < 0.007,
                "That fits δ = 1. Here δ is 1.345.",
            ),
            (
                lambda number: abs(number) < 0.02,
                "A pull with a ceiling is not nothing: a tenth of the numbers still pull, all to "
                "the same side.",
            ),
            (
                DELTA,
                "That is the most that one number can pull. How far does c move?",
            ),
            (
                lambda number: number < 0,
                "All outliers lie on the right.",
            ),
            (
                lambda number: number > 1,
                "So far from all the good numbers? Has the descent arrived: does c still move?",
            ),
        ],
    ),
    NumberExercise(
        "calls_an_hour",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=calls_an_hour,
        tolerance=0.01,
        mistakes=[
            (
                lambda number: abs(number - np.mean(CALLS / HOURS)) < 0.04,
                "That is the mean of the three rates. Does an hour of watching tell as much about "
                "the rate as nine?",
            ),
            (
                lambda number: abs(number - CALLS.mean()) < 0.01,
                "That is the mean number of calls of a watch. The watches were not equally long.",
            ),
            (2.0, "That is the rate of the middle watch, the median of the three."),
            (
                lambda number: abs(number - np.log(calls_an_hour())) < 0.01,
                "That is z, the logarithm of the rate.",
            ),
            (
                lambda number: abs(number - (HOURS @ CALLS) / (HOURS @ HOURS)) < 0.01,
                "That is the best rate for the squared error of the counts, which believes a long "
                "watch as precise as a short one.",
            ),
            (
                lambda number: abs(number - 1 / calls_an_hour()) < 0.01,
                "That is in hours a call. Calls an hour are asked for.",
            ),
            (18.0, "These are all calls together. In how many hours?"),
            (
                lambda number: 1 <= number <= 5,
                "It lies between the lowest and the highest of the three rates, as it must. Where "
                "is the sum of the gradients, expected calls minus calls, zero?",
            ),
            (lambda number: number < 0, "It is e to the power of z, and no rate is negative."),
        ],
    ),
    Exercise(
        "pull_with_own_noise",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=pull_with_own_noise,
        draw=draw_own_noise,
        derivative_of=(cost_with_own_noise, "predictions"),
        extremes=(),
        mistakes=[
            (
                lambda predictions, targets, least: (predictions - targets) / least,
                "Here the variance is always the least. A larger error may choose a larger one.",
            ),
            (
                lambda predictions, targets, least: 1 / (predictions - targets),
                "Right for errors that choose their own variance. What about small errors, for "
                "which it may not be as small as they would like?",
            ),
            (
                lambda predictions, targets, least: (
                    (predictions - targets) / ((predictions - targets) ** 2 + least)
                ),
                "The variance is not the sum of the squared error and the least one. It is the "
                "larger of the two.",
            ),
            (
                with_best_noise(lambda e, v: e / np.sqrt(v)),
                "This divides by the standard deviation. Look at what stands below the squared "
                "error in the loss.",
            ),
            (
                beyond_least(lambda e: 0 * e),
                "Beyond, the fraction is one half whatever the error is. But the other term, the "
                "price of saying so much noise, still grows with the error.",
            ),
            (
                beyond_least(lambda e: 2 / e),
                "What stands before the logarithm of the variance?",
            ),
            (
                beyond_least(lambda e: 1 / e, lambda e, least: 0 * e),
                "And where the variance rests at the least one? There the loss is the squared "
                "error, up to factor and constant.",
            ),
            (
                with_best_noise(lambda e, v: -e / v),
                "The sign is turned round. These point towards the targets, and a gradient points "
                "to where the loss grows.",
            ),
            (
                with_best_noise(lambda e, v: 2 * e / v),
                "What stands before the square of the error?",
            ),
            (
                with_best_noise(lambda e, v: e / v / e.size),
                "Each sample has a loss of its own here. There is no mean.",
            ),
            (
                cost_with_own_noise,
                "This is the loss. Its derivative in the prediction is asked for.",
            ),
            (
                "shape",
                "Each prediction has its own loss, and a pull of its own: nothing is summed.",
            ),
        ],
    ),
)
