"""The exercises of ``chapters/exercises/gates-and-modern-activations``."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from actloss.activations import entmax15, sigmoid, sigmoid_grad, softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "gates-and-modern-activations"


# 1. Predict a number: the columns of the first matrix of a gated block

PLAIN_HIDDEN = 3072


def columns():
    """Two thirds of the hidden width, for the gate and for the value."""
    return 2 * (2 * PLAIN_HIDDEN // 3)


# 2. The gradient in the sum that opens the gate of a GRU


def gate_gradient(s, old, new, upstream):
    return upstream * (old - new) * sigmoid_grad(s)


def draw_gate(rng):
    s = any_array(rng)
    others = {name: np.asarray(rng.normal(size=s.shape)) for name in ("old", "new", "upstream")}
    return {"s": s, **others}


# 3. Find the bug: attention with a sink


def with_sink(scores):
    sink = np.zeros((*scores.shape[:-1], 1), dtype=scores.dtype)
    return softmax(np.concatenate([scores, sink], axis=-1))[..., :-1]


def sink_of(shift, size_of_sink):
    """Weights whose exponents are shifted; the sink counts as a function of the shift."""

    def weights(scores):
        largest = shift(scores)
        e = np.exp(scores - largest)
        return e / (size_of_sink(largest) + e.sum(axis=-1, keepdims=True))

    return weights


def row_maximum(scores):
    return scores.max(axis=-1, keepdims=True)


def draw_scores(rng):
    shape = rng.integers(2, 5, size=rng.choice([1, 2]))
    return {"scores": rng.normal(scale=3.0, size=tuple(shape))}


# 4. An experiment: the bias with which sigmoids hand out a weight of 1

KEYS, SPREAD = 1000, 2.0


def mean_total(bias, spread):
    """The mean of the summed weights, for normal scores."""
    z = np.linspace(-12, 12, 2001)
    return KEYS * np.trapezoid(sigmoid(spread * z + bias) * norm.pdf(z), z)


def bias_for_one(spread=SPREAD):
    return brentq(lambda bias: mean_total(bias, spread) - 1.0, -20.0, 0.0)


# 5. What 1.5-entmax leaves to the second of two classes


def draw_distances(rng):
    """The class is behind by so much; in some draws it is in front, or out of reach."""
    return {"behind": any_array(rng, scale=1.5)}


def runner_up(behind):
    behind = np.asarray(behind)
    return entmax15(np.stack([np.zeros_like(behind), -behind], axis=-1))[..., 1]


def root_of_share(behind):
    """From a² + b² = 1 and a − b = behind/2."""
    return (np.sqrt(2 - behind**2 / 4) - behind / 2) / 2


def runner_between(low, high, power=2):
    """The formula, for distances that are held between two ends."""
    return lambda behind: root_of_share(np.clip(behind, low, high)) ** power


add(
    NumberExercise(
        "gated_columns",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=columns,
        tolerance=0.5,
        mistakes=[
            (
                2 * PLAIN_HIDDEN / 3,
                "That is the new hidden width. The first product computes the gate's sums as well "
                "as the value's.",
            ),
            (
                2 * PLAIN_HIDDEN,
                "Gate and value are both there. But at the full width three matrices hold half as "
                "many parameters again as two.",
            ),
            (PLAIN_HIDDEN, "That is the old width: count the matrices of both blocks."),
            (
                PLAIN_HIDDEN / 2,
                "Half the width would be right if the gated block had four matrices. Count again.",
            ),
            (
                3 * PLAIN_HIDDEN / 2,
                "The ratio is upside down: more matrices must each be smaller.",
            ),
            (
                lambda number: number % 768 == 0 and number > 10_000,
                "That counts parameters. How many columns does the matrix have?",
            ),
        ],
    ),
    Exercise(
        "gru_gate_gradient",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=gate_gradient,
        draw=draw_gate,
        derivative_of=(
            lambda s, old, new, upstream: upstream * (sigmoid(s) * old + (1 - sigmoid(s)) * new),
            "s",
        ),
        mistakes=[
            (
                lambda s, old, new, upstream: upstream * (new - old) * sigmoid_grad(s),
                "The sign is turned round. As s rises, which of the two states gains?",
            ),
            (
                lambda s, old, new, upstream: upstream * old * sigmoid_grad(s),
                "The gate stands in both terms: what it gives to the old state, the new one loses.",
            ),
            (
                lambda s, old, new, upstream: upstream * (old + new) * sigmoid_grad(s),
                "The share of the new state is 1 minus the gate. What is the derivative of that?",
            ),
            (
                lambda s, old, new, upstream: (old - new) * sigmoid_grad(s),
                "This is how the state changes with s. Bring in the gradient from above.",
            ),
            (
                lambda s, old, new, upstream: upstream * (old - new),
                "This is the gradient in the gate. One link of the chain is missing, from the "
                "gate to its sum.",
            ),
            (
                lambda s, old, new, upstream: upstream * (old - new) * sigmoid(s),
                "This multiplies by the gate itself. The chain rule wants its slope.",
            ),
            (
                lambda s, old, new, upstream: upstream * (old - new) * sigmoid_grad(sigmoid(s)),
                "Here a sigmoid is taken of a sigmoid. What do you hand to the slope: the sum, or "
                "the gate?",
            ),
            (
                lambda s, old, new, upstream: upstream * (old - new) * s * (1 - s),
                "The short form of the slope, g(1 − g), is in terms of the gate g. Is s the gate?",
            ),
            (
                "shape",
                "Every unit has a sum of its own, so there is one derivative for each entry of s.",
            ),
        ],
    ),
    Exercise(
        "weights_with_sink",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=with_sink,
        draw=draw_scores,
        axes=1,
        extremes=(
            [-1000.0, -1001.0],
            [1000.0, 1000.0],
            [[900.0, 899.0], [-900.0, -901.0]],
            [1e308, 0.0],
            [-1e308, -1e308],
        ),
        smallest=1e-15,
        mistakes=[
            (
                sink_of(np.max, lambda largest: np.exp(-largest)),
                "One maximum for all rows: what happens to a row that lies far below it, or to "
                "the sink when all scores are very low?",
            ),
            (
                sink_of(row_maximum, lambda largest: 1.0),
                "So far this does what the given function does. The scores were shifted, and the "
                "sink's 0 is a score, too. How low can the sum of these weights ever be?",
            ),
            (
                sink_of(lambda scores: 0.0, lambda largest: 1.0),
                "The values are right for small scores. But exp(1000) is more than a float can "
                "hold, and the shift was there for that.",
            ),
            (
                sink_of(row_maximum, np.exp),
                "The sink's score is shifted the wrong way: all scores go down by the same amount.",
            ),
            (
                sink_of(row_maximum, lambda largest: -largest),
                "The shifted score of the sink is right, but what stands in the sum are "
                "exponentials of scores.",
            ),
            (
                lambda scores: softmax(scores),
                "This is plain softmax: its weights sum to 1, and nothing can go to the sink.",
            ),
            (
                lambda scores: softmax(
                    np.concatenate([scores, np.zeros((*scores.shape[:-1], 1))], axis=-1)
                ),
                "The sink has no value behind it, so its own weight is to be dropped.",
            ),
            (
                sigmoid,
                "Sigmoids side by side are another of the three ways: here the keys compete.",
            ),
        ],
    ),
    NumberExercise(
        "attention_bias",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=bias_for_one,
        tolerance=0.15,
        mistakes=[
            (
                -np.log(KEYS),
                "That is right when all scores are 0. What does their spread do to the mean of "
                "the sigmoids? Measure the sum at this bias.",
            ),
            (
                bias_for_one(1.0),
                "That fits scores with standard deviation 1. Here it is 2.",
            ),
            (
                bias_for_one(2**0.5),
                "That fits scores with variance 2. Here 2 is the standard deviation.",
            ),
            (
                lambda number: number > 0,
                "With a positive bias every gate starts more than half open, a thousand of them.",
            ),
            (
                lambda number: number < -9,
                "Too low: at this bias the sum is below 1. Measure it again.",
            ),
            (
                lambda number: -8.5 < number <= 0,
                "At this bias the sum is above 1. Halve the interval a few more times.",
            ),
        ],
    ),
    Exercise(
        "runner_up",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=runner_up,
        draw=draw_distances,
        mistakes=[
            (
                lambda behind: root_of_share(behind) ** 2,
                "This is right from −2 to 2. Beyond, there is no class left of it, or nothing "
                "else, and the formula of two classes does not hold.",
            ),
            (
                runner_between(-2, 8**0.5),
                "No NaN any more. But from 2 on the share would grow again, as a square of "
                "something negative. What is max(·, 0) for?",
            ),
            (
                lambda behind: sigmoid(-behind),
                "This is softmax of two classes, which leaves something to everyone.",
            ),
            (
                lambda behind: np.clip((1 - behind) / 2, 0, 1),
                "This is sparsemax of two classes, a ramp.",
            ),
            (
                runner_between(-2, 2, power=1),
                "1.5-entmax squares what lies above the threshold.",
            ),
            (
                lambda behind: (
                    (np.sqrt(2 - np.clip(behind, -1, 1) ** 2) - np.clip(behind, -1, 1)) ** 2 / 4
                ),
                "1.5-entmax halves the logits first: the two roots are not as far apart as the "
                "logits.",
            ),
            (
                lambda behind: 1 - runner_between(-2, 2)(behind),
                "This is the share of the class in front.",
            ),
            (
                lambda behind: runner_between(0, 2)(np.abs(behind)),
                "The sign says which of the two is in front. Must the class have less than half?",
            ),
            (
                runner_between(0, 2),
                "Right for a class that is behind. Where the distance is negative, it is in front "
                "itself.",
            ),
            (
                lambda behind: np.where(behind < 1, runner_between(-2, 2)(behind), 0),
                "Sparsemax lets a class go at a distance of 1. Is the share 0 there already?",
            ),
            (
                runner_between(-np.inf, 2),
                "A class that is far in front has everything that there is, and no more. Up to "
                "which distance does the formula hold on that side?",
            ),
            (
                lambda behind: np.clip(1 - behind / 2, 0, 2) ** 2 / 4,
                "The square is there, and the end at 2. But do the two shares sum to 1?",
            ),
            ("shape", "Each distance has a share of its own, in an array of the same shape."),
        ],
    ),
)
