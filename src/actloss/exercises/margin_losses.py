"""The exercises of ``chapters/exercises/margin-losses``."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from actloss.activations import softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses import multiclass_hinge_loss, multiclass_hinge_loss_grad

CHAPTER = "margin-losses"


# 1. Predict a number: the way to margin 1

WEIGHTS, BIAS, PLACE, LABEL = np.array([3.0, 4.0]), -2.0, np.array([1.0, 0.0]), -1


def way():
    margin = LABEL * (WEIGHTS @ PLACE + BIAS)
    return float((1 - margin) / np.linalg.norm(WEIGHTS))


# 2. Find the bug: the best rival


def draw_classes(rng):
    samples, classes = rng.integers(1, 4), rng.integers(2, 5)
    return {
        "logits": rng.normal(scale=2.0, size=(samples, classes)),
        "labels": rng.integers(classes, size=samples),
    }


def draw_far_below(rng):
    """Now and then all scores are low: that changes no lead, and a number in place of −∞ wins."""
    drawn = draw_classes(rng)
    return {**drawn, "logits": drawn["logits"] - rng.choice([0.0, 0.0, 0.0, 200.0])}


def draw_kinks(rng):
    """Leads of exactly 1 among them."""
    drawn = draw_classes(rng)
    return {**drawn, "logits": rng.integers(-2, 3, size=drawn["logits"].shape).astype(float)}


def one_hot(logits, labels):
    return np.eye(logits.shape[-1], dtype=logits.dtype)[labels]


def own_score(logits, labels):
    return np.take_along_axis(logits, labels[:, np.newaxis], axis=-1)[:, 0]


def best_rival(logits, labels):
    return np.where(one_hot(logits, labels) > 0, -np.inf, logits).max(axis=-1)


def struck_out_rival(logits, labels):
    return (logits * (1 - one_hot(logits, labels))).max(axis=-1)


def struck_out_with_a_low_number(logits, labels):
    return np.where(one_hot(logits, labels) > 0, -100.0, logits).max(axis=-1)


def struck_out_own(logits, labels):
    return (logits * one_hot(logits, labels)).max(axis=-1)


def hinge_of(own, rival):
    return lambda logits, labels: np.maximum(0, 1 + rival(logits, labels) - own(logits, labels))


def of_lead(function):
    """A function of the lead over the best rival."""
    return lambda logits, labels: function(own_score(logits, labels) - best_rival(logits, labels))


# 3. An experiment: the weight that the hinge ends at


def hinge_weight():
    """Where pulls balance: for margins m with mean and variance 1, E[m; m < 1/w] is 0."""
    return 1 / (1 + brentq(lambda u: norm.cdf(u) - norm.pdf(u), -1, 0))


# 4. The gradient of Weston's and Watkins's loss


def shortfalls(logits, labels):
    """Of each rival; that of the class itself is 0."""
    if labels.shape != logits.shape[:1]:
        raise ValueError("one label is needed for each row")
    short = np.maximum(1 + logits - own_score(logits, labels)[:, np.newaxis], 0)
    return short * (1 - one_hot(logits, labels))


def all_rivals_loss(logits, labels):
    return shortfalls(logits, labels).sum(axis=-1)


def rivals_from(in_reach):
    """The gradient with what counts as in reach: of 1 + z − z of the class, against 0."""

    def gradient(logits, labels):
        shortfalls(logits, labels)
        own = own_score(logits, labels)[:, np.newaxis]
        rivals = in_reach(1 + logits - own, 0) * (1 - one_hot(logits, labels))
        return rivals - one_hot(logits, labels) * rivals.sum(axis=-1, keepdims=True)

    return gradient


all_rivals_gradient = rivals_from(np.greater)


def with_own(slope):
    """Rivals as they must be; the entry of the class itself is a function of their number."""

    def wrong(logits, labels):
        in_reach = (shortfalls(logits, labels) > 0).astype(logits.dtype)
        return in_reach + one_hot(logits, labels) * slope(in_reach.sum(axis=-1, keepdims=True))

    return wrong


add(
    NumberExercise(
        "way_to_the_margin",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=way,
        tolerance=1e-3,
        mistakes=[
            (
                0.2,
                "That is the way to the boundary, where the margin is 0. Does the hinge charge "
                "nothing there?",
            ),
            (
                2.0,
                "That is what is missing in the score. How much does the score change on a way of "
                "length 1 along w?",
            ),
            (0.08, "This divides by the squared norm. Which length has w itself?"),
            (
                2 / 7,
                "This divides by the sum of the weights. The length of w is a root of squares.",
            ),
            (
                0.0,
                "The score is +1 and the label −1: what is the margin?",
            ),
            (
                lambda number: number < 0,
                "A length is positive.",
            ),
            (
                10.0,
                "This multiplies by the length of w. The longer w, the faster the score changes, "
                "and the shorter the way.",
            ),
        ],
    ),
    Exercise(
        "best_rival_hinge",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=multiclass_hinge_loss,
        draw=draw_far_below,
        axes=2,
        extremes=(),
        mistakes=[
            # Those that fail on fewer inputs come first.
            (
                hinge_of(own_score, struck_out_with_a_low_number),
                "Right as long as some rival lies above the number that strikes out. Which number "
                "lies below every score?",
            ),
            (
                hinge_of(struck_out_own, best_rival),
                "The rival is right now. The other classes are struck out with zeros. When is a 0 "
                "larger than the score of the right class?",
            ),
            (
                hinge_of(own_score, struck_out_rival),
                "The score of the right class is right now. It was struck out of its rivals with "
                "a 0. When is a 0 the largest of the numbers that are left?",
            ),
            (
                hinge_of(struck_out_own, struck_out_rival),
                "So far this does what the given function does. Scores that are to take no part "
                "are struck out with a 0. When is a 0 the largest of all?",
            ),
            (
                of_lead(lambda lead: 1 - lead),
                "A lead of more than 1 earns nothing: the loss is never below 0.",
            ),
            (
                of_lead(lambda lead: np.maximum(0, -lead)),
                "This is content with any lead at all, like the perceptron's loss. The hinge asks "
                "for one of 1.",
            ),
            (
                of_lead(lambda lead: np.maximum(0, 1 + lead)),
                "This charges for a lead. The two scores have changed places.",
            ),
            (
                lambda logits, labels: np.maximum(
                    0, 1 + logits.max(axis=-1) - own_score(logits, labels)
                ),
                "The right class takes part as its own rival here, so even a perfect sample costs "
                "1. What may the maximum not see?",
            ),
            (
                all_rivals_loss,
                "This charges for every rival that comes too close: it is the loss of Weston and "
                "Watkins. Here the strongest one alone counts.",
            ),
            (
                lambda logits, labels: multiclass_hinge_loss(
                    logits, (labels - 1) % logits.shape[-1]
                ),
                "This takes the class beside the right one: labels count from 0.",
            ),
            (
                lambda logits, labels: np.maximum(
                    0,
                    1
                    + np.where(one_hot(logits, labels) > 0, np.inf, logits).min(axis=-1)
                    - own_score(logits, labels),
                ),
                "That is the weakest rival. Which of them is the danger?",
            ),
            ("shape", "One loss a sample is asked for. The caller takes the mean."),
        ],
    ),
    NumberExercise(
        "hinge_weight",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=hinge_weight,
        tolerance=0.05,
        mistakes=[
            (
                2.0,
                "That is the weight that the logistic loss ends at, the true log-odds. Which loss "
                "was asked for?",
            ),
            (
                lambda number: abs(number - 0.675) < 0.01,
                "That is the weight of the squared hinge.",
            ),
            (
                0.5,
                "That is the weight of the squared error between score and label. A hinge charges "
                "nothing beyond margin 1.",
            ),
            (
                lambda number: abs(number - 1 / hinge_weight()) < 0.01,
                "That is the x at which the margin is 1. What is the weight?",
            ),
            (
                1.0,
                "That gives the centres of the classes the margin 1. But the samples on the wrong "
                "side are few, and those beyond margin 1 do not pull: what balances?",
            ),
            (
                lambda number: abs(number - norm.cdf(1 / hinge_weight() - 1)) < 0.01,
                "That is the cost at the lowest point, and the share of samples that still pull. "
                "The weight is asked for.",
            ),
            (
                lambda number: number <= 0,
                "Class +1 lies on the right. Which sign must the slope of a margin have?",
            ),
            (
                lambda number: number > 3,
                "So large a weight makes the mistakes very dear. Does the cost still fall there?",
            ),
        ],
    ),
    Exercise(
        "all_rivals_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=all_rivals_gradient,
        draw=draw_classes,
        edges=draw_kinks,
        axes=2,
        extremes=(),
        derivative_of=(all_rivals_loss, "logits"),
        mistakes=[
            (
                rivals_from(np.greater_equal),
                "All is right but at the kink, where a rival lies behind by exactly 1. Which slope "
                "does the exercise ask for there?",
            ),
            (
                multiclass_hinge_loss_grad,
                "This lets the strongest rival alone count, as Crammer and Singer do. The sum has "
                "a term for each.",
            ),
            (
                with_own(lambda rivals: -(rivals > 0).astype(rivals.dtype)),
                "The score of the right class stands in every term of the sum. How many of them "
                "are above 0?",
            ),
            (
                with_own(lambda rivals: 0 * rivals),
                "The rivals are right. In which terms does the score of the right class stand?",
            ),
            (
                with_own(lambda rivals: 1 - rivals),
                "The rivals are right. But the right class is no rival of itself: 1 + z − z is "
                "always above 0.",
            ),
            (
                with_own(lambda rivals: -1 - rivals),
                "The rivals are right. Did you count the right class among them? Its own 1 + z − z "
                "is always above 0.",
            ),
            (
                with_own(lambda rivals: rivals),
                "The rivals are right. A higher score of the right class makes the loss smaller: "
                "look at its sign.",
            ),
            (
                lambda logits, labels: -all_rivals_gradient(logits, labels),
                "The sign is turned round: a rival that gains makes the loss larger.",
            ),
            (
                lambda logits, labels: 1 - logits.shape[-1] * one_hot(logits, labels),
                "A rival that is far behind costs nothing, so it cannot pull. Which are in reach?",
            ),
            (
                lambda logits, labels: (
                    shortfalls(logits, labels)
                    - one_hot(logits, labels) * all_rivals_loss(logits, labels)[:, np.newaxis]
                ),
                "These are the shortfalls themselves, as of a squared hinge. The slope of a hinge "
                "does not grow with the shortfall.",
            ),
            (
                lambda logits, labels: softmax(logits) - one_hot(logits, labels),
                "This is the gradient of cross-entropy. What is asked for is a hinge's.",
            ),
            (
                lambda logits, labels: all_rivals_gradient(logits, labels) / logits.shape[-1],
                "PyTorch divides by the number of classes. The formula above does not.",
            ),
            (
                lambda logits, labels: all_rivals_gradient(logits, labels) / len(logits),
                "Each sample has a loss of its own here. The caller takes the mean.",
            ),
        ],
    ),
)
