"""The exercises of ``chapters/exercises/what-a-loss-is``."""

import numpy as np
from scipy.optimize import minimize_scalar

from actloss.activations import sigmoid, sigmoid_grad
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "what-a-loss-is"


# 1. Predict a number: how many errors a mean loss leaves room for

PATIENTS, MEAN_LOSS = 400, 0.05


def most_errors():
    """Logistic loss ÷ log 2 lies above the 0-1 loss."""
    return float(np.floor(PATIENTS * MEAN_LOSS / np.log(2)))


# 2. Find the bug: the cost of sequences of different lengths


def refuse_other_masks(losses, mask):
    """So that no counter-example has a mask that means nothing."""
    if losses.shape != mask.shape or not np.isin(mask, (0, 1)).all() or not mask.any(axis=-1).all():
        raise ValueError("a mask holds zeros and ones, and at least one 1 in each row")


def masked_mean(losses, mask):
    refuse_other_masks(losses, mask)
    return np.mean(losses, where=mask > 0)


def mean_of_means(losses, mask):
    return ((losses * mask).sum(axis=1) / mask.sum(axis=1)).mean()


def draw_masked(rng):
    """Real losses first, padding after them; padding holds whatever was left there."""
    shape = rng.integers(2, 5, size=2)
    losses = np.where(rng.random(shape) < 0.2, 0.0, rng.exponential(size=shape))
    mask = np.arange(shape[1]) < rng.integers(1, shape[1] + 1, size=(shape[0], 1))
    garbage = rng.choice([0.0, 7.0, np.inf, np.nan], p=[0.4, 0.4, 0.1, 0.1], size=shape)
    return {"losses": np.where(mask, losses, garbage), "mask": mask.astype(np.float64)}


# 3. An experiment: where the squared error of a sigmoid pulls hardest


def pull(z):
    return 2 * (1 - sigmoid(z)) * sigmoid_grad(z)


def steepest():
    return float(sigmoid(minimize_scalar(lambda z: -pull(z), bounds=(-5, 5)).x))


# 4. The gradient that a network learns its own noise with


def noise_loss(s, predictions, targets):
    return (predictions - targets) ** 2 * np.exp(-2 * s) / 2 + s


def noise_gradient(s, predictions, targets):
    return 1 - ((predictions - targets) * np.exp(-s)) ** 2


def draw_noise(rng):
    s = any_array(rng, scale=0.7)
    others = {name: np.asarray(rng.normal(size=s.shape)) for name in ("predictions", "targets")}
    return {"s": s, **others}


add(
    NumberExercise(
        "most_errors",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=most_errors,
        tolerance=0.01,
        mistakes=[
            (
                PATIENTS * MEAN_LOSS,
                "The logistic loss itself is only 0.69 at margin 0. What must be done to it so "
                "that it lies above the 0-1 loss?",
            ),
            (
                lambda number: abs(number - PATIENTS * MEAN_LOSS / np.log(2)) < 0.1,
                "That is the bound. How many whole patients fit under it?",
            ),
            (
                most_errors() + 1,
                "With so many errors, could the sum of the losses still be 20?",
            ),
            (
                lambda number: abs(number - PATIENTS * MEAN_LOSS * np.log(2)) < 1,
                "The logarithm of 2 is on the wrong side of the fraction.",
            ),
            (
                lambda number: 0 < number < 1,
                "That is a share. How many patients of the 400 is it?",
            ),
            (
                0,
                "An error costs at least 0.69, and the losses sum to 20. Is there room for one?",
            ),
            (
                lambda number: number > most_errors() + 1,
                "What does each error cost at least? And what do all losses together come to?",
            ),
        ],
    ),
    Exercise(
        "masked_cost",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=masked_mean,
        draw=draw_masked,
        axes=2,
        extremes=(),
        mistakes=[
            # What fails on fewer inputs comes first.
            (
                lambda losses, mask: (losses * mask).sum() / mask.sum(),
                "Sums first, one division at the end: that is right now. But the padding may hold "
                "anything, and 0 · ∞ is NaN.",
            ),
            (
                mean_of_means,
                "So far this does what the given function does. Compare one loss of a short "
                "sequence with one of a long sequence: do they weigh the same?",
            ),
            (
                lambda losses, mask: np.mean(np.mean(losses, axis=1, where=mask > 0)),
                "The padding is out of the way now. Compare one loss of a short sequence with one "
                "of a long sequence: do they count alike?",
            ),
            (
                lambda losses, mask: np.where(mask > 0, losses, 0).mean(),
                "This divides by the number of all entries. How many of them are losses?",
            ),
            (
                lambda losses, mask: np.mean(losses, where=(mask > 0) & (losses != 0)),
                "A loss of exactly 0 is a loss, of a place where all is well, and counts in the "
                "mean. What tells padding from losses is the mask.",
            ),
            (
                lambda losses, mask: losses.mean(),
                "Here the padding is counted like a loss.",
            ),
            (
                lambda losses, mask: np.where(mask > 0, losses, 0).sum(),
                "This is the sum. With it, a step would grow with the length of the batch.",
            ),
            (
                lambda losses, mask: np.where(mask > 0, losses, 0).sum() / len(losses),
                "This divides by the number of sequences. One loss is a loss at one place.",
            ),
            ("shape", "The cost of a batch is one number."),
        ],
    ),
    NumberExercise(
        "steepest_probability",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=steepest,
        tolerance=0.004,
        mistakes=[
            (-np.log(2), "That is the score. The probability there is asked for."),
            (
                0.5,
                "The sigmoid alone is steepest there. But the pull is a product: the error shrinks "
                "as p grows.",
            ),
            (
                2 / 3,
                "That is the probability of the *wrong* class at this place.",
            ),
            (
                lambda number: abs(number - pull(-np.log(2))) < 0.003 or abs(number - 0.148) < 0.01,
                "That is how strong the pull is. Where is it that strong?",
            ),
            (
                lambda number: 0 <= number < 0.02,
                "The error is largest there, and the sigmoid flat. What is the product?",
            ),
            (
                1.0,
                "There nothing is wrong, so nothing pulls.",
            ),
            (
                0.25,
                "A quarter is the largest slope of the sigmoid. At which p is the *product* of "
                "slope and error largest?",
            ),
            (
                lambda number: number < 0 or number > 1,
                "A probability lies between 0 and 1.",
            ),
        ],
    ),
    Exercise(
        "log_scale_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=noise_gradient,
        draw=draw_noise,
        derivative_of=(noise_loss, "s"),
        extremes=([1000.0, 300.0, 0.0, -200.0, np.inf],),
        mistakes=[
            (
                lambda s, predictions, targets: -((predictions - targets) ** 2) * np.exp(-2 * s),
                "With this alone the network would claim ever more noise. Which term of the loss "
                "speaks against it?",
            ),
            (
                lambda s, predictions, targets: (
                    1 / np.exp(s) - (predictions - targets) ** 2 / np.exp(s) ** 3
                ),
                "This is the derivative in σ. One link is missing, from σ to its logarithm s.",
            ),
            (
                lambda s, predictions, targets: ((predictions - targets) * np.exp(-s)) ** 2 - 1,
                "The sign is turned round. If the error is far larger than σ, should s rise or "
                "fall, and what does descent do with your gradient?",
            ),
            (
                lambda s, predictions, targets: (
                    1 - (predictions - targets) ** 2 * np.exp(-2 * s) / 2
                ),
                "What does the −2 of the exponent do to the one half in front?",
            ),
            (
                lambda s, predictions, targets: 1 - (predictions - targets) ** 2 * np.exp(-s),
                "The loss holds σ², and σ is the exponential of s. What is σ² in terms of s?",
            ),
            (
                lambda s, predictions, targets: 1 - ((predictions - targets) / s) ** 2,
                "s is the logarithm of σ, not σ itself.",
            ),
            (
                lambda s, predictions, targets: 1 - np.abs(predictions - targets) * np.exp(-s),
                "The error enters the loss of Gaussian noise as a square.",
            ),
            (
                lambda s, predictions, targets: (predictions - targets) * np.exp(-2 * s),
                "This is the derivative in the prediction. The one in s is asked for.",
            ),
            (
                noise_loss,
                "This is the loss. Its derivative is asked for.",
            ),
            (
                "shape",
                "Each sample has an s of its own, so there is one derivative for each.",
            ),
        ],
    ),
)
