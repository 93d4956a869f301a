"""The exercises of ``chapters/exercises/calibration``."""

import numpy as np
from scipy.optimize import minimize_scalar

from actloss.activations import softmax
from actloss.calibration import expected_calibration_error
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses import sparse_softmax_cross_entropy

CHAPTER = "calibration"


# 1. Predict a number: what a translation of the forecasts can repair

SAID, CAME, SHARE_OF_DAYS = np.array([0.1, 0.8]), np.array([0.2, 0.6]), np.array([0.8, 0.2])


def miscalibration():
    return float((SHARE_OF_DAYS * (SAID - CAME) ** 2).sum())


# 2. An experiment: what the cube of the error makes a forecaster say

TRUE_CHANCE = 0.9


def expected_penalty(p, power=3):
    return TRUE_CHANCE * (1 - p) ** power + (1 - TRUE_CHANCE) * p**power


def best_announcement(power=3):
    found = minimize_scalar(
        lambda p: expected_penalty(p, power),
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)


# 3. Find the bug: an expected calibration error


def draw_predictions(rng):
    samples, bins = int(rng.integers(3, 9)), int(rng.integers(2, 6))
    confidence = rng.uniform(size=samples)
    sure = rng.random(samples)
    confidence = np.where(sure < 0.2, 1.0, np.where(sure > 0.85, 0.0, confidence))
    return {
        "confidence": confidence,
        "correct": (rng.random(samples) < 0.5).astype(float),
        "bins": bins,
    }


def gap_of_bins(confidence, correct, bins):
    """The package's, for confidences on whose bin all conventions agree."""
    if not np.isin(correct, (0.0, 1.0)).all():
        raise ValueError("correct must be 0 or 1")
    if np.any((confidence * bins % 1 == 0) & (confidence > 0) & (confidence < 1)):
        raise ValueError("a confidence lies on the edge between two bins")
    return expected_calibration_error(confidence, correct, bins=bins)


def summed_gaps(
    size, last_closed, divide=lambda total, counts: total.sum() / counts.sum(), first_closed=True
):
    """An ECE with another size of a gap, without the confidence 0 or 1, or with another mean."""

    def wrong(confidence, correct, bins):
        place = np.floor(confidence * bins).astype(int)
        place = np.minimum(place, bins - 1) if last_closed else place
        place = place if first_closed else np.where(confidence > 0, place, bins)
        sums = np.bincount(place, correct - confidence, minlength=bins + 1)[:bins]
        counts = np.bincount(place, minlength=bins + 1)
        return divide(size(sums), counts)

    return wrong


def mean_of_bins(total, counts):
    return (total / np.maximum(counts[:-1], 1)).sum() / (len(counts) - 1)


# 4. The gradient in the temperature

SAMPLES = 3  # fixed, so that `labels` fit the extremes too
SURE = np.array([[1000.0, 0.0, -5.0, 3.0], [0.0, -1000.0, -900.0, 0.0], [-2e3, -3e3, -2e3, -2e3]])


def draw_scaled(rng):
    classes = int(rng.choice([2, 4]))
    return {
        "logits": rng.normal(scale=3.0, size=(SAMPLES, classes)),
        "labels": rng.integers(classes, size=SAMPLES),
        "temperature": float(rng.uniform(0.4, 3.0)),
    }


def scaled_loss(logits, labels, temperature):
    return sparse_softmax_cross_entropy(logits / temperature, labels).mean()


def own_logit(logits, labels):
    return np.take_along_axis(logits, labels[:, np.newaxis], axis=1)[:, 0]


def slope_in_temperature(logits, labels, temperature):
    if len(labels) != len(logits):
        raise ValueError("one label a sample")
    p = softmax(logits / temperature)
    lead = own_logit(logits, labels) - (p * logits).sum(axis=1)
    return lead.mean() / temperature**2


def slope_with(p_of=lambda z, t: softmax(z / t), own=own_logit, reduce=np.mean, factor=None):
    """The gradient with other probabilities, another logit, another mean or another factor."""

    def wrong(logits, labels, temperature):
        p = p_of(logits, temperature)
        lead = own(logits, labels) - (p * logits).sum(axis=1)
        return reduce(lead) * (factor(temperature) if factor else 1 / temperature**2)

    return wrong


add(
    NumberExercise(
        "repairable_brier",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=miscalibration,
        tolerance=1e-4,
        mistakes=[
            (0.12, "That is the calibration error, a mean of distances. Brier squares them."),
            (0.192, "That is the whole Brier score. How much of it do better numbers save?"),
            (0.176, "That is what remains after the repair. By how much has the score fallen?"),
            (0.025, "Each group counts by its days: there are four times as many of one kind."),
            (
                0.0256,
                "That is the resolution, which says how well the days are told apart. A "
                "translation does not touch it.",
            ),
            (0.0144, "That squares the mean distance. The mean of the squares is asked for."),
            (
                0.0016,
                "That compares the mean forecast with the share of rainy days on the whole. The "
                "two errors have opposite signs, and partly cancel there.",
            ),
            (0.2016, "That is the uncertainty of the weather. No forecaster can repair it."),
            (lambda number: number < 0, "By how much does it fall: count the fall as positive."),
        ],
    ),
    NumberExercise(
        "cubed_forecast",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=best_announcement,
        tolerance=0.005,
        mistakes=[
            (
                TRUE_CHANCE,
                "That would be honest. Work out the expected penalty there, and a little below.",
            ),
            (
                lambda number: abs(number - 1) < 0.005,
                "At certainty the dry days cost 1 each. Is the sign of the error lost before the "
                "cube is taken, as it should be?",
            ),
            (
                lambda number: abs(number - (1 - best_announcement())) < 0.005,
                "Rain and no rain have changed places: it rains in nine cases of ten.",
            ),
            (
                lambda number: abs(number - best_announcement(4)) < 0.005,
                "That is the answer for fourth powers. The third is asked for.",
            ),
            (
                lambda number: abs(number - expected_penalty(best_announcement())) < 0.002,
                "That is the smallest penalty. At which p is it reached?",
            ),
            (0.5, "At one half the rule would not depend on q at all. Weigh the two outcomes."),
            (
                lambda number: 0.5 < number < TRUE_CHANCE,
                "The direction is right. Make the grid finer, or set the derivative to zero.",
            ),
            (
                lambda number: number < 0 or number > 1,
                "A probability is announced: look between 0 and 1.",
            ),
        ],
    ),
    Exercise(
        "calibration_gap",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=gap_of_bins,
        draw=draw_predictions,
        axes=1,
        extremes=(),
        mistakes=[
            (
                summed_gaps(lambda sums: sums, False),
                "Call it with 2 bins and with 5: it hardly depends on them, as gaps of opposite "
                "sign cancel. Where does the formula take the size of a gap? (If the example "
                "shows a confidence of 1, that is the other fault.)",
            ),
            (
                summed_gaps(np.abs, False),
                "The gaps are right now. In which bin is a confidence of exactly 1?",
            ),
            (
                summed_gaps(np.abs, True, first_closed=False),
                "The gaps are right, and 1 has its bin. In which bin is a confidence of exactly 0? "
                "With edges that are closed above, none holds it.",
            ),
            (
                summed_gaps(lambda sums: sums, True, first_closed=False),
                "Gaps of opposite sign still cancel. And which bin holds a confidence of "
                "exactly 0?",
            ),
            (
                summed_gaps(lambda sums: sums, True),
                "No prediction is lost any more. But gaps of opposite sign still cancel.",
            ),
            (
                summed_gaps(lambda sums: abs(sums.sum()), True),
                "The size is taken at the end, when the gaps have already cancelled. Each bin "
                "has its own.",
            ),
            (
                summed_gaps(lambda sums: abs(sums.sum()), False),
                "The size is taken of the total. Each bin has its own, and a confidence of 1 "
                "belongs to one of them.",
            ),
            (
                lambda confidence, correct, bins: np.abs(correct - confidence).mean(),
                "This compares each prediction with its own outcome. Even perfect forecasts "
                "differ from 0 and 1: compare means over a bin.",
            ),
            (
                summed_gaps(np.abs, True, mean_of_bins),
                "This gives a bin of one prediction the weight of a bin of a hundred.",
            ),
            (
                summed_gaps(np.abs, True, lambda total, counts: total.sum()),
                "This grows with the number of predictions. Divide by it.",
            ),
            (
                summed_gaps(np.square, True),
                "The formula takes distances, not their squares.",
            ),
        ],
    ),
    Exercise(
        "temperature_slope",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=slope_in_temperature,
        draw=draw_scaled,
        derivative_of=(scaled_loss, "temperature"),
        axes=2,
        smallest=1e-9,
        extremes=(SURE, SURE[:, ::-1], -SURE) * 2,
        mistakes=[
            (
                slope_with(factor=lambda t: -1),
                "This is the derivative in 1/T. How does 1/T change with T?",
            ),
            (
                slope_with(factor=lambda t: -1 / t**2),
                "The size is right, the sign is not. If the right class leads, does a higher "
                "temperature raise the loss or lower it?",
            ),
            (
                slope_with(factor=lambda t: 1 / t),
                "1/T, differentiated in T, has a square in it.",
            ),
            (
                slope_with(factor=lambda t: -1 / t),
                "1/T, differentiated in T, is not 1/T: it has another power, and a sign.",
            ),
            (
                slope_with(p_of=lambda z, t: softmax(z)),
                "The probabilities are those of the loss: the logits are divided by T there.",
            ),
            (
                slope_with(reduce=np.sum),
                "This is the sum over the samples. The loss is their mean.",
            ),
            (
                slope_with(reduce=lambda lead: lead),
                "One T serves all samples, so one number is asked for: the mean of these.",
            ),
            (
                slope_with(own=lambda z, labels: z.max(axis=1)),
                "This takes the largest logit. Which logit stands alone in the loss?",
            ),
            (
                slope_with(p_of=lambda z, t: np.zeros_like(z)),
                "T is in the log-sum-exp too: differentiate that as well.",
            ),
            (
                lambda logits, labels, temperature: (
                    (softmax(logits / temperature) - np.eye(logits.shape[1])[labels]) / temperature
                ),
                "This is the gradient in the logits. How do all the z/T change with T?",
            ),
            (
                "extremes",
                "exp(1000) is more than a float can hold. The probabilities need the stable form "
                "of softmax, a maximum for each row.",
            ),
        ],
    ),
)
