"""The exercises of ``chapters/exercises/cross-entropy``."""

import numpy as np

from actloss.activations import log_softmax, sigmoid, softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array
from actloss.losses import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    focal_loss,
    focal_loss_grad,
    kl_divergence,
    sparse_softmax_cross_entropy,
)

CHAPTER = "cross-entropy"


# 1. Predict a number: what a wrong belief costs, in bits

TRUTH, BELIEF = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8]), np.array([1 / 4, 1 / 8, 1 / 8, 1 / 2])


def excess_bits():
    return float(kl_divergence(BELIEF, TRUTH)) / np.log(2)


# 2. Write the mean cross-entropy of what is no padding

PADDING, TOKENS = -100, 3  # fixed, so that `labels` fit the extremes too
FAR_APART = np.array(
    [
        [1000.0, 0.0, -5.0, 3.0, 0.0],
        [-1000.0, 0.0, -2000.0, -1.0, -1.0],
        [-3000.0, -2000.0, -2500.0, -2000.0, -2001.0],
    ]
)


def draw_padded(rng):
    classes = int(rng.choice([2, 4, 5]))
    labels = rng.integers(classes, size=TOKENS)
    labels[1:] = np.where(rng.random(TOKENS - 1) < 0.4, PADDING, labels[1:])
    return {
        "logits": rng.normal(scale=3.0, size=(TOKENS, classes)),
        "labels": rng.permutation(labels),
    }


def mean_of_counted(logits, labels):
    counted = labels != PADDING
    losses = sparse_softmax_cross_entropy(logits[counted], labels[counted])
    return losses.mean()


def padded(losses_of, total=np.mean):
    """The mean with other losses, or another way to one number."""

    def wrong(logits, labels):
        counted = labels != PADDING
        return total(losses_of(logits[counted], labels[counted]))

    return wrong


def own_entry(rows, labels):
    return rows[np.arange(len(labels)), labels]


def shifted_by_one_maximum(logits, labels):
    largest = logits.max(initial=-np.inf)
    total = np.exp(logits - largest).sum(axis=1)
    return largest + np.log(total) - own_entry(logits, labels)


# 3. Find the bug: a clipped probability


def draw_logits(rng):
    z = any_array(rng, axes=(1, 2))
    hard = rng.random(z.shape)
    soft = rng.uniform(size=z.shape)
    return {"z": z, "y": np.where(hard < 0.4, 0.0, np.where(hard < 0.8, 1.0, soft))}


def from_probability(epsilon):
    def wrong(z, y):
        p = 1 / (1 + np.exp(-z))
        p = np.clip(p, epsilon, 1 - epsilon)
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    return wrong


# 4. The gradient of focal loss


def draw_focal(rng):
    z = any_array(rng)
    return {
        "z": z,
        # int8, for NumPy makes float64 of float32 and int64.
        "y": rng.integers(2, size=z.shape).astype(np.int8),
        "gamma": float(rng.uniform(0.5, 5.0)),
    }


def right_logit(z, y):
    return np.where(y == 1, z, -z)


def focal_of(slope):
    """A gradient from the probability of the true class, its logarithm, and γ."""

    def wrong(z, y, gamma):
        x = right_logit(z, y)
        return np.where(y == 1, 1, -1) * slope(sigmoid(x), -np.logaddexp(0, -x), gamma)

    return wrong


add(
    NumberExercise(
        "price_of_a_wrong_belief",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=excess_bits,
        tolerance=1e-3,
        mistakes=[
            (
                2.25,
                "That is the whole surprise of the believer. Which part of it would also meet "
                "somebody who knows the truth?",
            ),
            (
                1.75,
                "That is the entropy, which nobody can avoid. What does the believer pay on top?",
            ),
            (
                0.625,
                "Truth and belief have changed places. Which of the two decides how often a "
                "class turns up?",
            ),
            (2.375, "Truth and belief have changed places, and the entropy is still in it."),
            (excess_bits() * np.log(2), "The size is right, in nats. Bits are asked for."),
            (0.0, "Both have the same entropy, but that is not the question: who is surprised?"),
            (
                lambda number: number < 0,
                "No wrong belief is cheaper than the truth. Which is subtracted from which?",
            ),
        ],
    ),
    Exercise(
        "padded_cross_entropy",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=mean_of_counted,
        draw=draw_padded,
        axes=2,
        # Several, for each meets other labels.
        extremes=(FAR_APART, FAR_APART[:, ::-1], -FAR_APART, FAR_APART[:, [1, 0, 4, 2, 3]]) * 3,
        mistakes=[
            (
                padded(lambda logits, labels: -np.log(own_entry(softmax(logits), labels))),
                "A probability that was rounded to 0 has an infinite surprise. Stay with the "
                "logits: log-sum-exp less the logit of the right class.",
            ),
            (
                padded(shifted_by_one_maximum),
                "One maximum for all tokens: a row far below it underflows as a whole.",
            ),
            (
                padded(sparse_softmax_cross_entropy, lambda losses: losses.sum() / TOKENS),
                "The padding costs nothing now, yet it still counts in the divisor. A batch with "
                "more padding would seem easier.",
            ),
            (
                padded(sparse_softmax_cross_entropy, np.sum),
                "This is the sum. Divide it by the number of tokens that count.",
            ),
            (
                lambda logits, labels: own_entry(-log_softmax(logits), labels).mean(),
                "−100 is no class: as an index it points outside the array. Leave the padding out "
                "before you look anything up.",
            ),
            (
                lambda logits, labels: sparse_softmax_cross_entropy(
                    logits, np.where(labels == PADDING, 0, labels)
                ).mean(),
                "Here padding counts as class 0, and the network is taught to predict it.",
            ),
            (
                lambda logits, labels: padded(sparse_softmax_cross_entropy)(
                    logits, np.where(labels > 0, labels, PADDING)
                ),
                "Class 0 is a class like any other. Only −100 is none.",
            ),
            (
                padded(lambda logits, labels: -sparse_softmax_cross_entropy(logits, labels)),
                "This is the mean of log p. A loss is to fall as p grows.",
            ),
            (
                padded(lambda logits, labels: 1 - own_entry(softmax(logits), labels)),
                "This is the probability that was missing. The surprise is a logarithm.",
            ),
            ("shape", "One number for the batch is asked for: the mean over what is no padding."),
            (
                "extremes",
                "exp(1000) is more than a float can hold, and exp(−1001) is 0. Which number may "
                "be taken from all logits of a token?",
            ),
            (
                "dtype",
                "A count such as counted.sum() is a NumPy integer of 64 bits, and float32 divided "
                "by it is float64. len() and int() give Python numbers, and a mean needs none.",
            ),
        ],
    ),
    Exercise(
        "unclipped_loss",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=lambda z, y: binary_cross_entropy_with_logits(z, y),
        draw=draw_logits,
        extremes=([20.0, -20.0, 40.0, -40.0, 1000.0, -1000.0, 0.0, 1e308, -1e308],),
        mistakes=[
            (
                from_probability(1e-7),
                "Compare the losses of the logits 20 and 1000 for a label of 0: they are the "
                "same, so the slope between them is 0. Which line does that?",
            ),
            (
                from_probability(0.0),
                "Without the clip the logarithm meets 0, or 0 times ∞. The doubt was already lost "
                "when p was rounded to 1. Can you do without p?",
            ),
            (
                lambda z, y: np.log(1 + np.exp(z)) - y * z,
                "There is no p any more, but exp(1000) overflows. Take the larger of the two "
                "summands out of the logarithm.",
            ),
            (
                lambda z, y: np.maximum(z, 0) - y * z + np.log(1 + np.exp(-z)),
                "Nearly: for a very negative z this exponential overflows. Its exponent should "
                "never be positive.",
            ),
            (
                lambda z, y: np.logaddexp(0, z) + y * z,
                "The label pulls the wrong way: look at the sign of yz.",
            ),
            (
                lambda z, y: y * np.logaddexp(0, -z),
                "This is the term of label 1 alone. What does a label of 0 cost?",
            ),
            (
                binary_cross_entropy_with_logits_grad,
                "This is the gradient, p − y. The loss itself is asked for.",
            ),
            ("shape", "One loss for each logit is asked for, without sum or mean."),
            (
                "extremes",
                "Set y to 0 and let z be 20, 40, 1000. The loss should be close to z each time.",
            ),
        ],
    ),
    Exercise(
        "focal_slope",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=lambda z, y, gamma: focal_loss_grad(z, y, gamma=gamma),
        draw=draw_focal,
        derivative_of=(lambda z, y, gamma: focal_loss(z, y, gamma=gamma), "z"),
        extremes=([40.0, -40.0, 1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 1000.0, -1000.0]) * 3,
        mistakes=[
            (
                focal_of(lambda p, log_p, gamma: -((1 - p) ** (gamma + 1))),
                "This is p − y times the factor. But the factor depends on z as well: product "
                "rule.",
            ),
            (
                focal_of(lambda p, log_p, gamma: (1 - p) ** gamma * (1 - p - gamma * p * log_p)),
                "All signs are turned round: a larger logit of the true class lowers the loss.",
            ),
            (
                focal_of(lambda p, log_p, gamma: -((1 - p) ** gamma) * (1 - p + gamma * p * log_p)),
                "The two terms of the product rule pull the same way here. Check the sign of the "
                "one with γ: log p is negative.",
            ),
            (
                focal_of(
                    lambda p, log_p, gamma: (
                        gamma * (1 - p) ** (gamma - 1) * log_p - (1 - p) ** gamma / p
                    )
                ),
                "This is the derivative in p. The chain rule has one more step, from p to z.",
            ),
            (
                lambda z, y, gamma: (
                    -(
                        (1 - sigmoid(right_logit(z, y))) ** gamma
                        * (
                            1
                            - sigmoid(right_logit(z, y))
                            + gamma
                            * sigmoid(right_logit(z, y))
                            * np.logaddexp(0, -right_logit(z, y))
                        )
                    )
                ),
                "Right for the label 1. For the label 0 the true class has the logit −z, and the "
                "chain rule brings that minus out.",
            ),
            (
                lambda z, y, gamma: sigmoid(z) - y,
                "This is p − y, the gradient of cross-entropy: the case γ = 0.",
            ),
            (
                lambda z, y, gamma: focal_loss(z, y, gamma=gamma),
                "This is the loss. Its derivative in z is asked for.",
            ),
            ("shape", "Each logit has its own loss and its own derivative: nothing is summed."),
            (
                "extremes",
                "Where p underflows to 0, log p is −∞, and 0 · ∞ is NaN. How did the chapter "
                "compute log σ(x) without σ(x)?",
            ),
            (
                "dtype",
                "np.where of two Python numbers gives 64 bits each, and these make float64 of "
                "float32. Let it choose between two arrays.",
            ),
        ],
    ),
)
