"""The exercises of ``chapters/exercises/choosing-a-loss``."""

import numpy as np

from actloss.activations import sigmoid
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "choosing-a-loss"


# 1. Predict a number: what the squared relative error aims at

PRICES = np.array([100.0, 300.0])


def aim():
    return float(np.sum(1 / PRICES) / np.sum(1 / PRICES**2))


# 2. From the answer of a weighted loss back to the probability


def unweighted(p, weight):
    if not ((p > 0) & (p < 1)).all():
        raise ValueError("p must lie between 0 and 1")
    return p / (p + weight * (1 - p))


def draw_answers(rng):
    shape = rng.integers(1, 5, size=rng.choice([0, 1, 2, 3]))
    return {
        "p": np.asarray(rng.uniform(0.02, 0.98, size=tuple(shape))),
        "weight": float(rng.uniform(1.5, 20.0)),
    }


# 3. A loss between cross-entropy and the mean of 1 − p: its gradient

TO_MEND = (
    "r − 1 is negative, so that power is infinite where p is 0, and 0 · ∞ is NaN. Multiply the "
    "two factors out on paper first."
)


def power_loss(z, y, r):
    return (y * (1 - sigmoid(z) ** r) + (1 - y) * (1 - sigmoid(-z) ** r)) / r


def power_gradient(z, y, r):
    if not ((y >= 0) & (y <= 1)).all():
        raise ValueError("labels must lie between 0 and 1")
    if not 0 < r <= 1:
        raise ValueError("r must lie between 0 and 1")
    p, rest = sigmoid(z), sigmoid(-z)
    return (1 - y) * rest**r * p - y * p**r * rest


def power_slope(z, y, r):
    """In p."""
    p = sigmoid(z)
    return (1 - y) * (1 - p) ** (r - 1) - y * p ** (r - 1)


def draw_power(rng):
    z = any_array(rng)
    y = rng.choice([0.0, 1.0, 0.3], size=z.shape)
    return {"z": z, "y": np.asarray(y), "r": float(rng.uniform(0.2, 0.9))}


add(
    NumberExercise(
        "aim_of_relative_error",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=aim,
        tolerance=0.05,
        mistakes=[
            (200.0, "That is the mean: the aim if both misses counted in the same unit."),
            (
                150.0,
                "That is the harmonic mean. The inner derivative of (c − y)/y in c is 1/y: each "
                "sample brings a second 1/y.",
            ),
            (
                lambda number: abs(number - 30000**0.5) < 0.1,
                "That is the geometric mean, the aim of the squared difference of the logarithms.",
            ),
            (
                100.0,
                "That is the cheaper price, the aim of the absolute relative error. Squared, a "
                "miss of zero on one side is not worth a large one on the other.",
            ),
            (300.0, "That is the dearer price. On which of the two is the same miss weighed more?"),
            (250.0, "That divides by the prediction c. The loss divides by the price y."),
            (280.0, "The weights are upside down: is a cheap house weighed less or more?"),
            (
                lambda number: number > 200,
                "Above the mean. A miss counts more on a cheap house: to which side does it pull?",
            ),
            (
                lambda number: not 100 < number < 300,
                "Outside the two prices, where moving towards them makes both misses smaller.",
            ),
        ],
    ),
    Exercise(
        "undo_class_weight",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=unweighted,
        draw=draw_answers,
        extremes=(),
        mistakes=[
            (
                lambda p, weight: weight * p / (weight * p + 1 - p),
                "This is the way that the loss went, from the truth to its answer. You are to go "
                "back.",
            ),
            (
                lambda p, weight: p / weight,
                "Near 0 this is right. But a model that answers 1 is sure, whatever the weight: "
                "what does yours make of it?",
            ),
            (
                lambda p, weight: p / (weight * (1 - p)),
                "These are the odds, yes against no. How do odds become a probability?",
            ),
            (
                lambda p, weight: p / (weight * p + 1 - p),
                "At 1 the truth should be 1, whatever the weight. Which of the two classes does "
                "your weight stand with?",
            ),
            (
                lambda p, weight: np.log(p / (weight * (1 - p))),
                "This is a logit. One function is missing that makes it a probability.",
            ),
            (
                lambda p, weight: 1 / (1 + (1 - p) / p * np.exp(weight)),
                "In the logit a weight is added or taken away. But which function of it, if it "
                "multiplies the odds?",
            ),
            (
                lambda p, weight: p,
                "This believes the answer as it is. It is too large: the yes class counted more.",
            ),
            (
                lambda p, weight: 1 / (1 + p / (weight * (1 - p))),
                "This is the probability of no.",
            ),
            (
                lambda p, weight: (p > weight / (1 + weight)) * 1.0,
                "This is a decision at the right threshold. The probability itself is asked for.",
            ),
        ],
    ),
    Exercise(
        "power_loss_grad",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=power_gradient,
        draw=draw_power,
        derivative_of=(power_loss, "z"),
        extremes=(
            [-np.inf, np.inf, -1000.0, 1000.0, 0.0],
            [-750.0, 750.0],
            *3 * ([40.0, -40.0, 38.0, -38.0, 45.0, -45.0, 60.0, -60.0],),
        ),
        mistakes=[
            (
                lambda z, y, r: (
                    (1 - y) * (1 - sigmoid(z)) ** r * sigmoid(z)
                    - y * sigmoid(z) ** r * (1 - sigmoid(z))
                ),
                "Try z = 40: 1 − p is 0 there as a float, and the true one, 4e−18, is not. Raised "
                "to a small power it is even large. Which function of z is 1 − p?",
            ),
            (
                lambda z, y, r: power_slope(z, y, r) * sigmoid(z) * (1 - sigmoid(z)),
                TO_MEND,
            ),
            (
                lambda z, y, r: power_slope(z, y, r),
                "This is the derivative in p. p depends on z: the chain rule has one more factor.",
            ),
            (
                lambda z, y, r: power_gradient(z, y, r) * sigmoid(z) * sigmoid(-z),
                "One derivative of the sigmoid too many.",
            ),
            (
                lambda z, y, r: sigmoid(z) - y,
                "This is cross-entropy, the limit for small r. Where does r come in?",
            ),
            (
                lambda z, y, r: (1 - 2 * y) * sigmoid(z) * sigmoid(-z),
                "This is right for r equal to 1, where the loss is 1 − p. What does another "
                "exponent leave behind?",
            ),
            (
                lambda z, y, r: -power_gradient(z, y, r),
                "The sign is turned round: with label 1, does the loss fall or rise with z?",
            ),
            (
                lambda z, y, r: r * power_gradient(z, y, r),
                "The r that the power brings down is there. So is the 1/r before it.",
            ),
            (
                lambda z, y, r: power_gradient(z, y, r) / r,
                "A power brings its exponent down. What does that do to 1/r?",
            ),
            (
                lambda z, y, r: -y * sigmoid(z) ** r * sigmoid(-z),
                "This is the half that belongs to y. The half with 1 − y depends on z too.",
            ),
            (
                lambda z, y, r: (
                    -y * sigmoid(z) ** r * sigmoid(-z) - (1 - y) * sigmoid(-z) ** r * sigmoid(z)
                ),
                "1 − p falls as z rises. Look at the sign of the second half.",
            ),
            (
                lambda z, y, r: (
                    y * sigmoid(-z) ** r * sigmoid(z) - (1 - y) * sigmoid(z) ** r * sigmoid(-z)
                ),
                "The two labels have changed places.",
            ),
            (
                lambda z, y, r: (
                    np.where(y == 1, power_gradient(z, y, r), sigmoid(-z) ** r)
                    * np.where(y == 1, 1, sigmoid(z))
                ),
                "For the labels 0 and 1 this is right. A label of 0.3 is neither: its loss is a "
                "mixture of both halves.",
            ),
            (
                lambda z, y, r: (sigmoid(z) - y) * sigmoid(z) ** r,
                "With label 0 it is the power of 1 − p that appears in the loss.",
            ),
            (power_loss, "This is the loss itself. What is asked for is how it changes with z."),
            (
                "shape",
                "Each entry of z has its own loss here, and its own gradient: no sum, no mean.",
            ),
        ],
    ),
)
