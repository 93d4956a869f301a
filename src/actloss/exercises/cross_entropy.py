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
    mean_loss,
)

CHAPTER = "cross-entropy"


# 1. Predict a number: what a wrong belief costs, in bits

TRUTH, BELIEF = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8]), np.array([1 / 4, 1 / 8, 1 / 8, 1 / 2])


def excess_bits():
    return float(kl_divergence(BELIEF, TRUTH)) / np.log(2)


# 2. Write the divergence between two networks, from their logits


def draw_two_networks(rng):
    shape = tuple(rng.integers(2, 5, size=rng.choice([1, 2])))
    scale = 3.0 if rng.random() < 0.7 else 600.0
    return {"z": rng.normal(scale=3.0, size=shape), "t": rng.normal(scale=scale, size=shape)}


def divergence(z, t, axis=-1):
    return (softmax(t, axis=axis) * (log_softmax(t, axis=axis) - log_softmax(z, axis=axis))).sum(
        axis=axis
    )


def divergence_of_probabilities(z, t):
    p, y = softmax(z), softmax(t)
    return (y * np.log(y / p)).sum(axis=-1)


def divergence_with_where(z, t):
    p, y = softmax(z), softmax(t)
    return np.where(y > 0, y * np.log(y / p), 0).sum(axis=-1)


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


# 5. Find the bugs: a weighted mean over sentences of unequal length


def draw_sentences(rng):
    """Rows of tokens; what stands in the places of padding is anything."""
    shape = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    there = rng.random(shape) < 0.6
    there[rng.integers(shape[0]), rng.integers(shape[1])] = True
    padding = rng.choice([np.nan, np.inf, 100.0, -100.0, 0.0], p=[0.4, 0.1, 0.2, 0.2, 0.1])
    return {
        "losses": np.where(there, rng.exponential(size=shape), padding),
        "weights": rng.uniform(0.2, 3.0, size=shape).round(1),
        "there": there,
    }


def token_mean(losses, weights, there):
    return mean_loss(lambda each: each, losses, weights=weights, where=there)


def times_mask(losses, weights, there):
    return losses * weights * there


def chosen(losses, weights, there):
    return np.where(there, losses * weights, 0)


def tokens_there(weights, there):
    return there


def weights_there(weights, there):
    return weights * there


def mean_of_rows(kept, counted):
    """The mean of the means of the rows."""
    return lambda losses, weights, there: np.mean(
        kept(losses, weights, there).sum(axis=1) / counted(weights, there).sum(axis=1)
    )


def mean_of_all(kept, counted):
    return lambda losses, weights, there: (
        kept(losses, weights, there).sum() / counted(weights, there).sum()
    )


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
        "distillation_gap",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=divergence,
        draw=draw_two_networks,
        axes=1,
        smallest=1e-9,  # the difference of two logarithms of a thousand
        extremes=([1000.0, 0.0], [[-1000.0, -2000.0, 0.0], [900.0, 901.0, 0.0]]) * 2,
        mistakes=[
            # Those that fail on fewer inputs come first.
            (
                divergence_with_where,
                "Where y is 0 you are safe now. But p may underflow as well, and then the loss "
                "is ∞ where it should be some hundreds. Stay with the logits.",
            ),
            (
                divergence_of_probabilities,
                "Where y underflows to 0, this multiplies 0 by the logarithm of 0: NaN. Both "
                "logarithms can be had from the logits, without a probability.",
            ),
            (
                lambda z, t: -(softmax(t) * log_softmax(z)).sum(axis=-1),
                "This is the cross-entropy. What would remain of it if both networks agreed?",
            ),
            (
                lambda z, t: divergence(t, z),
                "The two networks have changed places. Whose probabilities decide how often a "
                "class turns up?",
            ),
            (
                lambda z, t: -divergence(z, t),
                "A divergence is never negative: look at the quotient in the logarithm.",
            ),
            (
                lambda z, t: (softmax(t) * (t - z)).sum(axis=-1),
                "A logit is not the logarithm of a probability. What is between them?",
            ),
            (
                lambda z, t: (log_softmax(t) - log_softmax(z)).sum(axis=-1),
                "The classes do not count alike: each is weighted by how often it turns up.",
            ),
            (
                lambda z, t: divergence(z, t) / z.shape[-1],
                "The weights of the classes sum to 1 already: this is a sum and no mean.",
            ),
            (
                lambda z, t: divergence(z, t, axis=0),
                "This compares samples with each other. Classes lie along the last axis.",
            ),
            (
                lambda z, t: divergence(z, t).sum(),
                "One number for each sample is asked for; this is one for the batch.",
            ),
            (
                lambda z, t: divergence(z, t).mean(),
                "The mean over the batch is left to the caller: one number for each sample.",
            ),
            (
                "values",
                "Try t and z equal: 0 should come out. Then let the logits of t lie a thousand "
                "apart.",
            ),
            (
                "extremes",
                "exp(1000) is more than a float can hold, and exp(−1000) is 0. Log-sum-exp "
                "bears both, if each row gives up its maximum first.",
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
        ],
    ),
    Exercise(
        "token_mean",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=token_mean,
        draw=draw_sentences,
        axes=2,
        extremes=(),
        mistakes=[
            (
                mean_of_all(times_mask, weights_there),
                "One fault is left: 0 times what stands in the places of padding need not be 0. "
                "Choose the losses that count before you compute with them.",
            ),
            (
                mean_of_rows(times_mask, tokens_there),
                "So far this does what the given function does. What is 0 · NaN? And what should "
                "the weighted losses be divided by, and when?",
            ),
            (
                mean_of_rows(times_mask, weights_there),
                "The divisor of a row is right now. A mask that multiplies does not take a NaN "
                "away; and are rows to count alike, however many tokens they hold?",
            ),
            (
                mean_of_all(times_mask, tokens_there),
                "All rows together: good. NaN still passes through the product, and the number of "
                "tokens is not the sum of their weights.",
            ),
            (
                mean_of_rows(chosen, tokens_there),
                "No NaN any more, unless a row is all padding. Two faults are left, and both are "
                "about what the sum is divided by, and when.",
            ),
            (
                mean_of_rows(chosen, weights_there),
                "Each row has its own weighted mean. But in the mean of these, a row of one token "
                "counts as much as a row of four.",
            ),
            (
                mean_of_all(chosen, tokens_there),
                "What happens to this number if all weights are doubled? Nothing should.",
            ),
            (
                lambda losses, weights, there: chosen(losses, weights, there).mean(),
                "The places of padding count in the divisor here: the more padding, the smaller "
                "the cost.",
            ),
            (
                lambda losses, weights, there: chosen(losses, weights, there).sum() / weights.sum(),
                "The weights of padding are in the divisor, too. They are no part of the batch.",
            ),
            (
                lambda losses, weights, there: losses[there].mean(),
                "This is the right mean if all tokens count alike. They have weights.",
            ),
            (
                lambda losses, weights, there: np.nansum(losses * weights) / weights[there].sum(),
                "Not all padding is NaN: it may hold any number. Only the mask knows.",
            ),
            (
                lambda losses, weights, there: chosen(losses, weights, there).sum(),
                "This is the sum, which grows with the batch. The mean divides it.",
            ),
            ("shape", "The cost is one number for the whole batch, not one for each row."),
        ],
    ),
)
