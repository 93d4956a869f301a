"""The exercises of ``chapters/exercises/pairing``."""

import numpy as np

from actloss.activations import sigmoid, softmax, softplus
from actloss.exercises.definitions import EXTREMES, Exercise, NumberExercise, add, any_array
from actloss.losses import log_cosh_loss, softmax_cross_entropy

CHAPTER = "pairing"


# 1. Predict a number: a column of predictions against a row of targets

TARGETS = np.array([2.0, 8.0])  # any with mean 5 and standard deviation 3


def column_loss():
    return float(np.mean((TARGETS[:, None] - TARGETS) ** 2))


# 2. The loss that belongs to tanh


def tanh_partner(z, y):
    return log_cosh_loss(z, np.zeros_like(z)) - y * z


def draw_signs(rng):
    z = any_array(rng)
    return {"z": z, "y": np.asarray(rng.choice([-1.0, 1.0, 0.5, -0.2], size=z.shape))}


# 3. Find the bug: a hinge that says yes to everything


def hinge_pull(z, y):
    if not ((y == 0) | (y == 1)).all():
        raise ValueError("labels must be 0 or 1")
    sign = 2 * y - 1
    return np.where(sign * z < 1, -sign, 0.0).astype(z.dtype)


def hinge_as_given(z, y):
    p = sigmoid(z)
    return np.where(1 - y * p > 0, -y * p * (1 - p), 0.0)


def squashed(margin_of, slope):
    """The hinge with the right labels, and the sigmoid in its margin, or its slope, or both."""

    def wrong(z, y):
        sign = 2 * y - 1
        return np.where(sign * margin_of(z) < 1, -sign * slope(z), 0.0)

    return wrong


def sigmoid_slope(z):
    return sigmoid(z) * sigmoid(-z)


def draw_labels(rng):
    z = any_array(rng)
    y = np.asarray(rng.choice([0.0, 1.0], size=z.shape))
    at_kink = rng.random(z.shape) < 0.1
    return {"z": np.where(at_kink, 2 * y - 1, z), "y": y}


# 4. The gradient of PyTorch's mean under class weights


def weighted_mean(z, y, weights):
    each = softmax_cross_entropy(z, y.astype(float))
    return np.sum(y @ weights * each) / np.sum(y @ weights)


def weighted_gradient(z, y, weights):
    if y.shape != z.shape or not (y.sum(axis=-1) == 1).all() or not (weights > 0).all():
        raise ValueError("one class a sample, and positive weights")
    own = (y @ weights)[:, None]
    return own * (softmax(z) - y) / own.sum()


def draw_batch(rng):
    n, classes = rng.integers(2, 5, size=2)
    return {
        "z": rng.normal(scale=2.0, size=(n, classes)),
        "y": np.eye(classes, dtype=bool)[rng.integers(classes, size=n)],
        "weights": rng.uniform(0.5, 8.0, size=classes).round(1),
    }


def weighted(each, total):
    """A gradient in which each sample counts as `each` says, divided by `total`."""
    return lambda z, y, weights: each(y, weights) * (softmax(z) - y) / total(y, weights)


def own_weights(y, weights):
    return (y @ weights)[:, None]


add(
    NumberExercise(
        "column_against_row",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=column_loss,
        tolerance=0.01,
        mistakes=[
            (0.0, "It would be, if each prediction met its own target. Which ones does it meet?"),
            (
                9.0,
                "That is the variance, the mean over pairs of a target and the mean. Here both "
                "partners of a pair vary.",
            ),
            (3.0, "That is the standard deviation itself; squares are averaged."),
            (6.0, "Independent deviations do not add up. What of them does?"),
            (
                36.0,
                "Twice the standard deviation, squared. Standard deviations do not add up; what "
                "does?",
            ),
            (
                34.0,
                "That is the mean of the squared targets. The mean of 5 drops out of a difference.",
            ),
            (
                25.0,
                "That is the square of the mean, which drops out of a difference.",
            ),
            (18**0.5, "That is the root. The loss is the mean of the squares."),
            (lambda number: number < 0, "A mean of squares is never negative."),
        ],
    ),
    Exercise(
        "tanh_partner",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=tanh_partner,
        draw=draw_signs,
        extremes=([-1000.0, 1000.0, 0.0, 1e-5, -800.0],),
        mistakes=[
            (
                lambda z, y: np.log(np.cosh(z)) - y * z,
                "cosh(1000) is more than a float can hold, its logarithm is not. Which of the two "
                "exponentials in it can be taken out of the logarithm?",
            ),
            (
                lambda z, y: np.logaddexp(z, -z) - y * z,
                "Off by a constant: the loss is to be 0 at z = 0.",
            ),
            (
                lambda z, y: tanh_partner(z, 0 * y),
                "This is the convex part, whose derivative is tanh. Where is the label?",
            ),
            (lambda z, y: np.tanh(z) - y, "This is the gradient. The loss is asked for."),
            (
                lambda z, y: 0.5 * (np.tanh(z) - y) ** 2,
                "The gradient of this in z has the slope of tanh as a factor, and vanishes where "
                "tanh saturates.",
            ),
            (
                lambda z, y: (np.tanh(z) - y) ** 2,
                "The gradient of this in z has a factor 2, and the slope of tanh besides.",
            ),
            (
                lambda z, y: 1 - np.tanh(z) ** 2 - y * z,
                "This differentiates tanh. Go the other way: of what is tanh the derivative?",
            ),
            (
                lambda z, y: softplus(z) - y * z,
                "This belongs to the sigmoid. Of which function is tanh the derivative?",
            ),
            (
                log_cosh_loss,
                "Differentiate this: the label ends up inside tanh. Where must it stand instead?",
            ),
            (
                lambda z, y: tanh_partner(z, -y),
                "With this sign the label pushes z away from itself.",
            ),
            ("shape", "One loss for each entry: no sum, no mean."),
        ],
    ),
    Exercise(
        "hinge_pull",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=hinge_pull,
        draw=draw_labels,
        extremes=([value for value in EXTREMES if not np.isnan(value)],),
        mistakes=[
            (
                hinge_as_given,
                "So far this does what the given function does. Work out by hand what a sample "
                "with label 0 gets. Which labels does the hinge expect?",
            ),
            (
                lambda z, y: np.where(1 - y * z > 0, -y, 0.0),
                "The sigmoid is gone. Now work out what a sample with label 0 gets.",
            ),
            (
                squashed(sigmoid, sigmoid_slope),
                "The labels are mended. Can the output ever be on the side of −1?",
            ),
            (
                lambda z, y: np.where((2 * y - 1) * z <= 1, 1 - 2 * y, 0.0),
                "One case is left: which slope is agreed on exactly at the kink?",
            ),
            (
                squashed(sigmoid, np.ones_like),
                "This pulls at every sample, however right it is. If a sigmoid is inside the "
                "margin: can t times its output ever reach 1?",
            ),
            (
                squashed(lambda z: z, sigmoid_slope),
                "The margin is right. The output unit is linear: what is its slope?",
            ),
            (
                lambda z, y: -hinge_pull(z, y),
                "The sign is turned round: with label 1 the loss falls as z rises.",
            ),
            (
                lambda z, y: np.where((2 * y - 1) * z < 0, 1 - 2 * y, 0.0),
                "This is the perceptron: it rests as soon as the side is right. How far beyond "
                "does the hinge want a sample?",
            ),
            (
                lambda z, y: hinge_pull(z, 1 - y),
                "The two labels have changed places.",
            ),
            (
                lambda z, y: np.maximum(0, 1 - (2 * y - 1) * z),
                "This is the loss. Its gradient in z is asked for.",
            ),
        ],
    ),
    Exercise(
        "class_weighted_grad",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=weighted_gradient,
        draw=draw_batch,
        axes=2,
        derivative_of=(weighted_mean, "z"),
        extremes=(),
        mistakes=[
            (
                weighted(own_weights, lambda y, weights: len(y)),
                "This divides by the number of samples. By what does the loss divide?",
            ),
            (
                weighted(own_weights, lambda y, weights: weights.sum()),
                "The sum below runs over the samples, with the weight of each one's label: a "
                "class that occurs twice counts twice.",
            ),
            (
                weighted(own_weights, lambda y, weights: 1),
                "This is the gradient of the sum above the fraction line. What is below it?",
            ),
            (
                weighted(lambda y, weights: weights, lambda y, weights: (y @ weights).sum()),
                "This weighs each column by its own class. But a sample has one weight, that of "
                "its label, for all its logits.",
            ),
            (
                weighted(lambda y, weights: weights, lambda y, weights: len(y)),
                "This weighs each column by its own class, and divides by the number of samples. "
                "Neither is in the loss.",
            ),
            (
                weighted(lambda y, weights: 1, lambda y, weights: len(y)),
                "This is the gradient without weights.",
            ),
            (
                weighted(lambda y, weights: 1, lambda y, weights: (y @ weights).sum()),
                "The weights below the fraction line are there. The ones above it are missing.",
            ),
            (
                weighted(lambda y, weights: 1, lambda y, weights: 1),
                "Neither weights nor a mean: this is the gradient of the plain sum.",
            ),
            (
                lambda z, y, weights: (
                    own_weights(y, weights) * (softmax(z, axis=0) - y) / (y @ weights).sum()
                ),
                "This softmax compares samples with each other. Classes lie along the last axis.",
            ),
            (
                lambda z, y, weights: -weighted_gradient(z, y, weights),
                "The sign is turned round: truth minus prediction.",
            ),
            (
                lambda z, y, weights: (softmax(z) - weights * y) / (y @ weights).sum(),
                "The weight multiplies the whole loss of a sample, so all of its gradient, not "
                "the entry of the label alone.",
            ),
            (
                lambda z, y, weights: weighted_gradient(z, y, weights) / len(y),
                "The loss is a mean already. This takes one once more.",
            ),
            (
                lambda z, y, weights: (y @ weights) * (softmax(z) - y) / (y @ weights).sum(),
                "One number a sample does not line up with one row a sample. Give it an axis of "
                "length 1.",
            ),
        ],
    ),
)
