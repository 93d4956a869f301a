"""The exercises of ``chapters/exercises/custom-losses``."""

import functools

import numpy as np
from scipy.optimize import brentq

from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "custom-losses"


# 1. Predict a number: the best number of loaves

DEMANDS, SHORTAGE = (80.0, 120.0), 4.0


def best_between(low_weight=1.0, high_weight=SHORTAGE):
    """Where low_weight · (c − low)² + high_weight · (high − c)² is smallest."""
    low, high = DEMANDS
    return (low_weight * low + high_weight * high) / (low_weight + high_weight)


# 2. Find the bug: the gradient of a distance


def draw_places(rng):
    shape = int(rng.choice([1, 4, 5])), int(rng.integers(2, 4))
    error = rng.normal(scale=3.0, size=shape)
    error *= rng.choice([0.0, 1e-6, 1.0], p=[0.2, 0.2, 0.6], size=(shape[0], 1))
    targets = np.round(rng.normal(scale=3.0, size=shape), 2)
    return {"predictions": targets + error, "targets": targets}


def distance_gradient(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError("one place a target")
    error = predictions - targets
    return towards(error, np.sqrt((error**2).sum(axis=1, keepdims=True)))


def towards(error, length):
    """error / length, and 0 where there is no error."""
    return np.divide(error, length, out=np.zeros_like(error), where=length != 0)


def divided_by(length, keepdims=True):
    def wrong(predictions, targets):
        error = predictions - targets
        return error / length(error, keepdims)

    return wrong


def over_coordinates(error, keepdims):
    return np.sqrt((error**2).sum(axis=1, keepdims=keepdims))


def over_samples(error, keepdims):
    return np.sqrt((error**2).sum(axis=0, keepdims=keepdims))


# 3. An experiment: how wide a bounded loss must be to have one valley

HEAPS, SIZES = (0.0, 6.0), (40, 15)


def slope_of_welsch(centre, scale, sizes=SIZES):
    """The slope of the summed Welsch loss, times scale²."""
    return sum(
        size * (centre - heap) * np.exp(-0.5 * ((centre - heap) / scale) ** 2)
        for heap, size in zip(HEAPS, sizes, strict=True)
    )


@functools.cache
def scale_of_one_valley(sizes=SIZES):
    """Between the heaps the slope is nowhere negative any more: nothing leads to the second one."""
    between = np.linspace(3.0, 6.0, 3001)
    return brentq(lambda scale: slope_of_welsch(between, scale, sizes).min(), 1.5, 2.9)


# 4. The gradient of a smooth F1


def draw_dice(rng):
    shape = rng.integers(1, 5, size=rng.choice([1, 2]))
    return {
        "p": rng.uniform(0.02, 0.98, size=tuple(shape)),
        "y": (rng.random(tuple(shape)) < 0.5).astype(float),
    }


def soft_dice(p, y):
    return 1 - 2 * (p * y).sum() / (p.sum() + y.sum())


def soft_dice_slope(p, y):
    if min(p.min(), y.min()) < 0 or max(p.max(), y.max()) > 1 or p.shape != y.shape:
        raise ValueError("probabilities and labels lie between 0 and 1, in one shape")
    total = p.sum() + y.sum()
    if total == 0:
        raise ValueError("0/0")
    return 2 * ((p * y).sum() / total - y) / total


# 5. From which probability on a pixel is worth claiming


def draw_index(rng):
    return {
        "index": np.asarray(rng.uniform(0.05, 0.95, size=any_array(rng).shape)),
        "alpha": round(float(rng.uniform(0.1, 2.0)), 2),
        "beta": round(float(rng.uniform(0.1, 2.0)), 2),
    }


def worth_claiming(index, alpha, beta):
    if not ((index > 0) & (index < 1)).all() or min(alpha, beta) <= 0:
        raise ValueError("an index lies between 0 and 1, and prices are positive")
    return alpha * index / (1 - index + (alpha + beta) * index)


# 6. An experiment: where Newton's method on log-cosh runs away


@functools.cache
def newton_runs_away():
    """Where a step leads to the same distance on the other side: sinh 2e is 4e."""
    return brentq(lambda e: np.sinh(2 * e) - 4 * e, 0.5, 2.0)


add(
    NumberExercise(
        "two_kinds_of_days",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=best_between,
        tolerance=1e-3,
        mistakes=[
            (100.0, "That is the mean, the best answer if both mistakes cost the same."),
            (
                best_between(SHORTAGE, 1.0),
                "The weight is on the wrong side: it is the shortage that costs more.",
            ),
            (
                120.0,
                "That would be best if the cost grew in proportion to the error. Squared, the "
                "last few loaves of a shortage cost little.",
            ),
            (80.0, "This leaves every second day short of forty loaves, at four times the cost."),
            (
                best_between(1.0, SHORTAGE**2),
                "The weight stands outside the square. Is it squared here?",
            ),
            (
                best_between(1.0, SHORTAGE**0.5),
                "Here a shortage weighs twice as much. It weighs four times as much.",
            ),
            (
                lambda number: number < 80 or number > 120,
                "Below the smaller demand and above the larger one every step back is better.",
            ),
        ],
    ),
    Exercise(
        "distance_gradient",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=distance_gradient,
        draw=draw_places,
        axes=2,
        extremes=(),
        mistakes=[
            (
                lambda predictions, targets: towards(
                    predictions - targets, over_samples(predictions - targets, True)
                ),
                "No NaN any more. But whose coordinates belong to one distance? Look at the axis.",
            ),
            (
                divided_by(over_samples),
                "Each sample is a place with a distance of its own: along which axis does this "
                "sum run? (If the example shows NaN, that is the other fault.)",
            ),
            (
                divided_by(over_coordinates),
                "The distances are right now. Where a prediction is exact, 0/0 is NaN. Which "
                "slope does the exercise ask for there?",
            ),
            (
                divided_by(over_coordinates, keepdims=False),
                "The sum has taken its axis away, and the distances no longer line up with their "
                "rows. What does keepdims do?",
            ),
            (
                lambda predictions, targets: -distance_gradient(predictions, targets),
                "These point towards the target. A gradient points to where the loss grows.",
            ),
            (
                lambda predictions, targets: 2 * (predictions - targets),
                "This is the gradient of the squared distance.",
            ),
            (
                lambda predictions, targets: np.sign(predictions - targets),
                "This is the gradient of the sum of absolute errors, coordinate by coordinate.",
            ),
            (
                divided_by(lambda error, keepdims: (error**2).sum(axis=1, keepdims=keepdims)),
                "The root is missing: each gradient is to have the length 1.",
            ),
            (
                lambda predictions, targets: (
                    distance_gradient(predictions, targets) / len(predictions)
                ),
                "Each sample has its own loss here. There is no mean to divide by.",
            ),
            (
                "values",
                "Try errors of a millionth: the gradient has the length 1 there too. A number "
                "that is added to the distance makes it shorter.",
            ),
        ],
    ),
    NumberExercise(
        "scale_of_one_valley",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=scale_of_one_valley,
        tolerance=0.06,
        mistakes=[
            (
                lambda number: abs(number - 3) < 0.06,
                "That would be right for two heaps of one size. The smaller one gives up sooner.",
            ),
            (1.0, "That is the scale of the chapter, which has two valleys."),
            (
                lambda number: abs(number - scale_of_one_valley() ** 2) < 0.2,
                "That is the square of c.",
            ),
            (
                lambda number: 0 < number - scale_of_one_valley() < 0.5,
                "Close. Near the limit the second valley is almost flat, and descent crawls: it "
                "can seem to stay where it only takes long. Count the valleys of the curve, or "
                "follow the descent for longer.",
            ),
            (
                lambda number: 0 < number < scale_of_one_valley(),
                "Start a descent at 6 with this c: it stays there. There are two valleys still.",
            ),
            (
                lambda number: number > scale_of_one_valley(),
                "With this c there is one valley. Is there not with a smaller one too?",
            ),
            (lambda number: number <= 0, "A scale is positive."),
        ],
    ),
    Exercise(
        "soft_dice_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=soft_dice_slope,
        draw=draw_dice,
        derivative_of=(soft_dice, "p"),
        extremes=(),
        mistakes=[
            (
                lambda p, y: -2 * y / (p.sum() + y.sum()),
                "The denominator holds p as well. What does the quotient rule add?",
            ),
            (
                lambda p, y: -soft_dice_slope(p, y),
                "All signs are turned round: this is the gradient of F1 itself. The loss is 1 "
                "less that.",
            ),
            (
                lambda p, y: -2 * y * y / (p + y) ** 2,
                "Here each sample has a quotient of its own. There is one quotient, of two sums.",
            ),
            (
                lambda p, y: soft_dice_slope(p, y) / p.size,
                "Nothing is to be divided by the number of samples: the loss is no mean.",
            ),
            (
                lambda p, y: soft_dice_slope(p, y) / 2,
                "Half of it: there is a 2 in front of the quotient.",
            ),
            (
                lambda p, y: 2 * ((p * y).sum() - y) / (p.sum() + y.sum()),
                "In the quotient rule the denominator is squared.",
            ),
            (
                lambda p, y: soft_dice_slope(p, y) * p * (1 - p),
                "This is the gradient in the logits. The one in the probabilities is asked for.",
            ),
            (
                lambda p, y: np.zeros_like(p),
                "That is the gradient of F1 of decisions, which is flat. Here p is not rounded.",
            ),
            (
                lambda p, y: 2 * ((p * y).sum() / (p.sum() + y.sum()) - p) / (p.sum() + y.sum()),
                "This is the derivative in y. What is learned is p.",
            ),
            (
                soft_dice,
                "This is the loss. Its derivatives are asked for, one for each p.",
            ),
        ],
    ),
    Exercise(
        "worth_claiming",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=worth_claiming,
        draw=draw_index,
        extremes=(),
        mistakes=[
            (
                lambda index, alpha, beta: index / 2,
                "This holds for the prices of the Dice loss, which are one half each.",
            ),
            (
                lambda index, alpha, beta: alpha * index,
                "This is right where α and β add up to 1. Do they have to?",
            ),
            (
                lambda index, alpha, beta: 0.5 + 0 * index,
                "From there on the pixel is likelier in the region than not. Is it worth claiming "
                "earlier, as a pixel that is shared counts above the line, too?",
            ),
            (
                lambda index, alpha, beta: alpha / (alpha + beta) + 0 * index,
                "This would be right if the loss were a sum of alarms and misses. It is a "
                "quotient: how much a pixel changes it depends on how good it is already.",
            ),
            (
                lambda index, alpha, beta: beta * index / (1 - index + (alpha + beta) * index),
                "The two prices have changed places: which of them does a false alarm cost?",
            ),
            (
                lambda index, alpha, beta: alpha * index / (1 - index + alpha * index),
                "A pixel that is claimed and does belong to the region is no longer missed. What "
                "becomes of M?",
            ),
            (
                lambda index, alpha, beta: alpha * index / (1 - index + beta * index),
                "These are the odds, q against 1 − q. Which probability has them?",
            ),
            (
                lambda index, alpha, beta: (
                    (1 - index + beta * index) / (1 - index + (alpha + beta) * index)
                ),
                "This is the chance that the pixel does not belong to the region.",
            ),
            (
                lambda index, alpha, beta: index,
                "If this were all, what an alarm costs makes no difference. Let α be very small: "
                "should one claim more then, or less?",
            ),
            ("shape", "One number for each index is asked for."),
        ],
    ),
    NumberExercise(
        "newton_runs_away",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=newton_runs_away,
        tolerance=0.01,
        mistakes=[
            (
                lambda number: abs(number - 2 * newton_runs_away()) < 0.02,
                "That is twice the distance. Is it 2e that you solved for?",
            ),
            (
                lambda number: abs(number) < 0.005,
                "Every step leads beyond the target, but many come back: the next one starts "
                "nearer. From where on does it start farther away?",
            ),
            (
                lambda number: 0 < abs(number - newton_runs_away()) < 0.06,
                "Close. It is wanted to within 0.01: near the limit it swings from side to side "
                "for long before it decides.",
            ),
            (
                lambda number: 0 < number < newton_runs_away(),
                "Start there: it comes back. Try a little farther away.",
            ),
            (
                lambda number: newton_runs_away() < number < 1.5,
                "From there it runs away. From a little nearer, too?",
            ),
            (
                lambda number: number > 1.5,
                "From there it runs away, and from much nearer, too.",
            ),
            (lambda number: number < 0, "A distance is asked for. The two sides are alike."),
        ],
    ),
)
