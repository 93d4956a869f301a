"""The exercises of ``chapters/exercises/similarity-and-preference``."""

import functools

import numpy as np
from scipy.special import betainc

from actloss.activations import sigmoid, softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses import info_nce_loss_grad, sparse_softmax_cross_entropy

CHAPTER = "similarity-and-preference"


# 1. Predict a number: who beats whom

A_OVER_B, B_OVER_C = 3 / 4, 2 / 3


def odds(probability):
    return probability / (1 - probability)


def chance_of_a_over_c():
    return float(sigmoid(np.log(odds(A_OVER_B)) + np.log(odds(B_OVER_C))))


# 2. Find the bug: the gradient of InfoNCE


def draw_similarities(rng):
    count = int(rng.integers(2, 4))
    return {
        "s": rng.uniform(-1, 1, size=(count, count)),
        "temperature": float(rng.uniform(0.1, 0.9)),
    }


def push_of(s, temperature):
    if s.ndim != 2 or s.shape[0] != s.shape[1]:
        raise ValueError("as many candidates as queries")
    return info_nce_loss_grad(s, temperature=temperature)


def push_with(normalise, factor=lambda s, temperature: 1 / temperature):
    def wrong(s, temperature):
        return (normalise(s / temperature) - np.eye(len(s))) * factor(s, temperature)

    return wrong


def unscaled(s, temperature):
    return 1.0


def over_columns(z):
    return np.exp(z) / np.exp(z).sum(axis=0)


def rows_across_columns(z):
    return np.exp(z) / np.exp(z).sum(axis=1)


# 3. An experiment: the most similar of many random vectors

FEATURES, STRANGERS = 16, 63


@functools.cache
def mean_of_largest(among=STRANGERS):
    """E[max] = 1 − ∫ Fⁿ, where (1 + cosine)/2 of random unit vectors has a beta distribution."""
    half, cosines = (FEATURES - 1) / 2, np.linspace(-1, 1, 2001)
    return 1 - 2 * np.mean(betainc(half, half, (1 + cosines) / 2) ** among)


# 4. The gradient of a ranking


def draw_ranking(rng):
    return {"s": rng.normal(scale=2.0, size=int(rng.integers(2, 6)))}


def ranking_loss(s):
    """One choice after the other, each among those that are left."""
    return sum(sparse_softmax_cross_entropy(s[place:], 0) for place in range(len(s)))


def ranking_slope(s):
    gradient = np.zeros_like(s)
    for place in range(len(s)):
        gradient[place:] += softmax(s[place:])
        gradient[place] -= 1
    return gradient


def ranking_from(chances, placed=1):
    """A gradient from other probabilities of each choice."""

    def wrong(s):
        return sum(chances(s, place) for place in range(len(s))) - placed

    return wrong


def in_pairs(s, farthest):
    """Every pair, or every pair of neighbours, by Bradley and Terry."""
    lead = s[:, np.newaxis] - s
    above = np.triu(np.ones_like(lead), 1) - np.triu(np.ones_like(lead), farthest + 1)
    push = sigmoid(-lead) * above
    return push.sum(axis=0) - push.sum(axis=1)


def all_left(s, place):
    """The probabilities of the items that are left, 0 for those already placed."""
    e = np.exp(s - s.max())
    e[:place] = 0
    return e / e.sum()


add(
    NumberExercise(
        "chain_of_wins",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=chance_of_a_over_c,
        tolerance=1e-3,
        mistakes=[
            (
                0.5,
                "That is the product. But A can beat C without anybody beating B; and should A "
                "not be better against C than against B?",
            ),
            (17 / 24, "That is the mean of the two. A leads C by more than it leads B."),
            (6.0, "Those are the odds. Which probability belongs to odds of six to one?"),
            (np.log(6.0), "That is the difference of the scores. What does the model make of it?"),
            (1 / 7, "That is the chance that C beats A."),
            (5 / 6, "The odds were added. It is the scores that add, and these are logarithms."),
            (11 / 12, "This asks that A beats B or B beats C. Work with the scores."),
            (
                lambda number: number > 1 or number < 0,
                "A probability is asked for: between 0 and 1.",
            ),
        ],
    ),
    Exercise(
        "contrastive_push",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=push_of,
        draw=draw_similarities,
        axes=2,
        extremes=(
            [[1000.0, 0.0], [1.0, -1000.0]],
            [[-1000.0, -1001.0, -900.0], [500.0, 501.0, 300.0], [0.0, 1.0, 2.0]],
        ),
        mistakes=[
            (
                push_with(over_columns, unscaled),
                "Each query is to find its candidate, so the probabilities of a row sum to 1. "
                "Which way does this sum run?",
            ),
            (
                push_with(rows_across_columns, unscaled),
                "The sums run over the rows now, but each is divided into a column: the shapes "
                "line up from the right, and a square hides it. What does keepdims do?",
            ),
            (
                push_with(softmax, unscaled),
                "These are the gradients in the logits, s/T. How much do they change with s?",
            ),
            (
                push_with(over_columns),
                "The chain rule is right now. The probabilities of a row are to sum to 1.",
            ),
            (
                push_with(rows_across_columns),
                "Nearly: the sum of each row is divided into a column. A square hides it; what "
                "does keepdims do?",
            ),
            (
                push_with(softmax, lambda s, temperature: temperature),
                "The temperature divides inside the loss, and so it does in the gradient.",
            ),
            (
                push_with(softmax, lambda s, temperature: 1 / temperature / len(s)),
                "This is the gradient of the mean over the queries. That of each loss in its own "
                "row is asked for.",
            ),
            (
                push_with(lambda z: -softmax(z) + 2 * np.eye(len(z))),
                "Prediction minus truth, not the other way round: with these signs a step of "
                "descent would drive true pairs apart.",
            ),
            (
                "extremes",
                "A similarity of 1000, divided by T, overflows in exp. Softmax of a row stays the "
                "same if its maximum is taken away; each row needs its own.",
            ),
        ],
    ),
    NumberExercise(
        "hardest_stranger",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=mean_of_largest,
        tolerance=0.02,
        mistakes=[
            (
                0.0,
                "That is the mean of all of them. What is the mean of the largest of each anchor?",
            ),
            (0.25, "That is the standard deviation of one cosine. The largest of many is asked."),
            (1.0, "Is the anchor among its own candidates?"),
            (
                lambda number: abs(number - 0.604) < 0.02,
                "That is the largest without its sign. Similar vectors have a positive cosine.",
            ),
            (
                lambda number: abs(number - mean_of_largest(1000)) < 0.03,
                "Is this the largest of a thousand or more? Each anchor meets 63.",
            ),
            (
                lambda number: number > 1,
                "A cosine is at most 1. Divide each vector by its length.",
            ),
            (
                lambda number: abs(number - mean_of_largest()) < 0.08,
                "Close, and perhaps bad luck: take the mean over more anchors.",
            ),
            (
                lambda number: number < 0,
                "The largest of many similarities is positive: is this the smallest?",
            ),
        ],
    ),
    Exercise(
        "ranking_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=ranking_slope,
        draw=draw_ranking,
        derivative_of=(ranking_loss, "s"),
        axes=1,
        extremes=(
            [1000.0, 0.0, 1.0],
            [0.0, 1000.0],
            [-1000.0, 5.0, 1000.0, 999.0],
            [2000.0, 1000.0, 0.0, 1.0],
        ),
        mistakes=[
            (
                lambda s: softmax(s) - np.eye(len(s))[0],
                "This is the first choice alone. The second is made among those that are left.",
            ),
            (
                lambda s: np.array([softmax(s[place:])[0] for place in range(len(s))]) - 1,
                "This is what each item gets from its own choice. In the choices before, it was "
                "among the rivals, and was passed over.",
            ),
            (
                lambda s: in_pairs(s, len(s)),
                "Here every pair is a comparison of its own. A ranking of n items is n choices, "
                "each among all that are left.",
            ),
            (
                lambda s: in_pairs(s, 1),
                "Here each item is compared with its neighbour alone. A choice is made among all "
                "that are left.",
            ),
            (
                ranking_from(lambda s, place: softmax(s)),
                "Who has been placed cannot be chosen again: the sum over the rivals gets shorter "
                "with each choice.",
            ),
            (
                ranking_from(all_left, placed=0),
                "Every item is chosen once, and then its score stands alone in the loss: minus "
                "what?",
            ),
            (
                lambda s: -ranking_slope(s),
                "All signs are turned round. Should a higher score of the winner raise the loss?",
            ),
            (
                lambda s: np.where(np.arange(len(s)) == len(s) - 1, -1, 0) + ranking_slope(s),
                "Right but for the last item. Its own choice is made among one: probability 1.",
            ),
            (
                lambda s: ranking_slope(s[::-1])[::-1],
                "The order is the other way round: the first entry is the winner.",
            ),
            (
                ranking_loss,
                "This is the loss. Its derivatives are asked for, one for each score.",
            ),
            (
                "extremes",
                "Where the winner leads by 1000, all others underflow together, and 0/0 is NaN. "
                "One maximum for all choices is not enough.",
            ),
        ],
    ),
)
