"""The exercises of ``chapters/exercises/similarity``."""

import functools

import numpy as np
from scipy.special import betainc

from actloss.activations import softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses import cosine_loss, cosine_loss_grad, info_nce_loss, info_nce_loss_grad

CHAPTER = "similarity"


# 1. Predict a number: what a batch certifies

DIGITS, COPIES, SHARP = 10, 6, 0.02


def certificate():
    """log N − L of an encoder that sees the digit and nothing else."""
    similarities = np.kron(np.eye(DIGITS), np.ones((COPIES, COPIES)))
    loss = info_nce_loss(similarities, temperature=SHARP).mean()
    return float(np.log(len(similarities)) - loss)


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


# 4. The gradient of the triplet loss with plain distances


def draw_triplets(rng):
    """Where two points coincide the third is near, so that the triplet has a loss."""
    a, p, n, u = rng.normal(size=(4, int(rng.integers(1, 5)), int(rng.integers(2, 4))))
    margin, kind = float(rng.uniform(0.2, 0.8)), rng.random((len(a), 1))
    step = direction(u) * rng.uniform(0.1, 0.45)
    p = np.where(kind < 0.2, a, np.where(kind > 0.9, a + step * (1 - margin), p))
    n = np.where(kind > 0.9, a, np.where(kind < 0.2, a + step * margin, n))
    return {"a": a, "p": p, "n": n, "margin": margin}


def plain_losses(a, p, n, margin):
    excess = np.linalg.norm(a - p, axis=-1) - np.linalg.norm(a - n, axis=-1) + margin
    return np.maximum(excess, 0)


def squared_losses(a, p, n, margin):
    return np.maximum(((a - p) ** 2).sum(axis=-1) - ((a - n) ** 2).sum(axis=-1) + margin, 0)


def direction(x):
    """x, divided by its length; 0 stays 0."""
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return x / np.where(length == 0, 1, length)


def not_done(a, p, n, margin):
    return plain_losses(a, p, n, margin)[:, np.newaxis] > 0


def plain_pull(a, p, n, margin):
    active = not_done(a, p, n, margin)
    apart = (a != p).any(axis=-1) & (a != n).any(axis=-1)
    if not (apart | active[:, 0]).all():
        raise ValueError("points coincide in a triplet without a loss, where 0 · NaN hides 0/0")
    return (direction(a - p) - direction(a - n)) * active


def pull_by(difference, active=not_done):
    """A gradient from a function of a − p and a − n, in the triplets that are active."""

    def wrong(a, p, n, margin):
        return difference(a - p, a - n) * active(a, p, n, margin)

    return wrong


def over_length(x, power=1):
    return x / np.linalg.norm(x, axis=-1, keepdims=True) ** power


def mended_too_early(a, p, n, margin):
    """The length 1 instead of 0, in the condition too."""
    to_p, to_n = (np.linalg.norm(x, axis=-1, keepdims=True) for x in (a - p, a - n))
    active = np.where(to_p == 0, 1, to_p) - np.where(to_n == 0, 1, to_n) + margin > 0
    return (direction(a - p) - direction(a - n)) * active


def shifted(a, p, n, margin):
    """PyTorch's way: a little is added to every difference."""
    near, far = a - p + 1e-6, a - n + 1e-6
    return (over_length(near) - over_length(far)) * not_done(a, p, n, margin)


def one_length(a, p, n, margin):
    """The norm of whole arrays."""
    to_p, to_n = np.linalg.norm(a - p), np.linalg.norm(a - n)
    return ((a - p) / to_p - (a - n) / to_n) * (to_p - to_n + margin > 0)


# 5. The gradient of the cosine loss


def draw_directions(rng):
    u, v = rng.normal(size=(2, int(rng.integers(1, 5)), int(rng.integers(2, 4))))
    return {"u": u * rng.choice([0.2, 1.0, 5.0], size=(len(u), 1)), "v": v}


def draw_some_without_direction(rng):
    drawn = draw_directions(rng)
    return drawn | {"u": drawn["u"] * (rng.random((len(drawn["u"]), 1)) < 0.5)}


def turning_pull(u, v):
    if not v.any(axis=1).all():
        raise ValueError("a target without a direction")
    return cosine_loss_grad(u, v)


def turned(difference, power=1, length_of=np.linalg.norm):
    """A gradient from both directions and their cosine, divided by a power of the length of u."""

    def wrong(u, v):
        own, other = direction(u), direction(v)
        cosine = (own * other).sum(axis=1, keepdims=True)
        length = np.linalg.norm(u, axis=1, keepdims=True)
        safe = np.where(length == 0, 1, length)
        return np.where(length == 0, 0, difference(own, other, cosine) / safe**power)

    return wrong


def across(own, other, cosine):
    return cosine * own - other


def across_of_arrays(u, v):
    """The norm of whole arrays."""
    cosine = (u * v).sum() / np.linalg.norm(u) / np.linalg.norm(v)
    return (cosine * u / np.linalg.norm(u) - v / np.linalg.norm(v)) / np.linalg.norm(u)


def without_guard(u, v):
    own, other = over_length(u), over_length(v)
    cosine = (own * other).sum(axis=1, keepdims=True)
    return over_length(cosine * own - other, 0) / np.linalg.norm(u, axis=1, keepdims=True)


def pulled_without_direction(u, v):
    """The length 1 instead of 0, and nothing else."""
    own, other = direction(u), direction(v)
    length = np.linalg.norm(u, axis=1, keepdims=True)
    cosine = (own * other).sum(axis=1, keepdims=True)
    return across(own, other, cosine) / np.where(length == 0, 1, length)


IN_TARGET = "This is the gradient in v. The one in u is asked for."


# 6. Predict a number: how far ArcFace lets an embedding stray

BETWEEN, MARGIN = 90.0, float(np.degrees(0.5))


def how_far_it_may_stray():
    """θ + m is 90° − θ."""
    return (BETWEEN - MARGIN) / 2


add(
    NumberExercise(
        "certified_nats",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=certificate,
        tolerance=5e-3,
        mistakes=[
            (np.log(6), "That is the loss. How far does it lie below the loss of a guess?"),
            (
                np.log(60),
                "This would be certified by a loss of 0. How many candidates look exactly like "
                "the right one?",
            ),
            (
                0.0,
                "The encoder is no better than a guess, then. But it need not guess among 60.",
            ),
            (
                np.log(60) - np.log(10),
                "Among how many candidates must the encoder guess: among the kinds of digits, or "
                "among those of one kind?",
            ),
            (
                np.log(60) - np.log(5),
                "The right candidate is itself one of those that look alike.",
            ),
            (np.log2(10), "These are bits. A nat belongs to the natural logarithm."),
            (1.0, "This is the logarithm to base ten; a nat belongs to the natural one."),
            (10.0, "The encoder can tell so many kinds apart. How many nats is that?"),
            (-np.log(10), "The right size. A bound below 0 would say nothing: turn it round."),
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
        "plain_triplet_pull",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=plain_pull,
        draw=draw_triplets,
        derivative_of=(plain_losses, "a"),
        axes=2,
        extremes=(),
        tolerance=1e-4,
        smallest=1e-4,
        mistakes=[
            (
                lambda a, p, n, margin: (
                    2 * (n - p) * (squared_losses(a, p, n, margin)[:, np.newaxis] > 0)
                ),
                "This is the gradient of the chapter, for distances that are squared. Here they "
                "are not, in the loss and in the condition.",
            ),
            (
                pull_by(lambda near, far: 2 * (near - far)),
                "The condition is that of plain distances, the slope still that of squared ones. "
                "What does the root do to it?",
            ),
            (
                pull_by(lambda near, far: near - far),
                "How fast does a length grow if you walk along it? By 1 for each step of 1, "
                "however long it is.",
            ),
            (
                pull_by(lambda near, far: over_length(near) - over_length(far), lambda *_: 1.0),
                "What is the gradient of a triplet that already keeps its margin?",
            ),
            (
                pull_by(lambda near, far: direction(near) - direction(far), lambda *_: 1.0),
                "Points that coincide are taken care of. What about triplets whose loss is 0?",
            ),
            (
                pull_by(lambda near, far: over_length(near) - over_length(far)),
                "Right but for the points that coincide: there the length is 0, and 0/0 is NaN. "
                "Which direction did we agree on?",
            ),
            (
                shifted,
                "Finite now, but where points coincide the pull is of full size, in a direction "
                "that means nothing. We agreed on 0 there.",
            ),
            (
                mended_too_early,
                "Nearly: where points coincide, the condition needs the length as it was before "
                "it was mended for the division.",
            ),
            (
                pull_by(lambda near, far: direction(far) - direction(near)),
                "Turned round: a step *against* the gradient is to bring the anchor nearer to "
                "its positive.",
            ),
            (
                pull_by(lambda near, far: direction(near) + direction(far)),
                "The two distances stand in the loss with different signs.",
            ),
            (
                pull_by(lambda near, far: direction(near)),
                "This is the pull of the positive alone. The anchor stands in both distances.",
            ),
            (
                pull_by(lambda near, far: -direction(near)),
                "This is the gradient in the positive. That in the anchor is asked for.",
            ),
            (
                pull_by(lambda near, far: over_length(near, 2) - over_length(far, 2)),
                "The chain rule divides by the root once. Was it divided by its square?",
            ),
            (
                lambda a, p, n, margin: plain_pull(a, p, n, margin) / len(a),
                "This is the gradient of the mean over the triplets. That of the sum is asked for.",
            ),
            (
                one_length,
                "Each triplet has a length of its own. Over which axis did you take the norm?",
            ),
            (
                lambda a, p, n, margin: a * np.zeros(len(a) + a.shape[1]),
                "One number for each triplet meets one row for each triplet. Shapes line up "
                "from the right: which axis is missing?",
            ),
            (
                "shape",
                "One row for each anchor is asked for, as long as the anchor itself.",
            ),
        ],
    ),
    Exercise(
        "turning_pull",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=turning_pull,
        draw=draw_directions,
        edges=draw_some_without_direction,
        derivative_of=(lambda u, v: cosine_loss(u, v), "u"),
        axes=2,
        extremes=(),
        smallest=1e-9,
        mistakes=[
            (
                lambda u, v: -v,
                "This is the gradient of the product alone, without the lengths below it.",
            ),
            (
                turned(lambda own, other, cosine: -other, 0),
                "This differentiates as if the length of u were 1, and stayed so.",
            ),
            (
                turned(lambda own, other, cosine: -other),
                "u stands below the line, too: its length changes with it. What does the quotient "
                "rule add?",
            ),
            (
                turned(across, 0),
                "The right direction. If u were ten times as long, how far would the same step "
                "turn it?",
            ),
            (
                turned(lambda own, other, cosine: own - other, 0),
                "This compares the two directions, but would also make u longer, or make it "
                "shorter. And if u were ten times as long?",
            ),
            (
                turned(lambda own, other, cosine: own - other),
                "Along u itself the loss does not change: only its length would. How much of this "
                "points along u?",
            ),
            (
                turned(lambda own, other, cosine: other - cosine * own),
                "The sign is turned round: descent would turn u away from v.",
            ),
            (
                turned(across, 2),
                "Divided by the length of u once too often: a direction has the length 1 already, "
                "and how far it turns is divided once.",
            ),
            (
                lambda u, v: turned(across)(v, u),
                IN_TARGET,
            ),
            (
                lambda u, v: turned(across)(v, np.where(u.any(axis=1, keepdims=True), u, np.nan)),
                IN_TARGET,
            ),
            (
                without_guard,
                "Right but for a u of zeros, where 0/0 is NaN. Which gradient did we agree on?",
            ),
            (
                pulled_without_direction,
                "Finite now. But a u of zeros has no direction to be turned: there the gradient is "
                "to be 0.",
            ),
            (
                lambda u, v: turned(across)(u, v) / len(u),
                "This is the gradient of the mean over the pairs. Each pair has a loss of its own.",
            ),
            (
                across_of_arrays,
                "These are the lengths of whole arrays. Each row is a vector: over which axis does "
                "its length go?",
            ),
            ("shape", "One row for each u is asked for, as long as u itself."),
        ],
    ),
    NumberExercise(
        "how_far_it_may_stray",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=how_far_it_may_stray,
        tolerance=0.1,
        mistakes=[
            (BETWEEN / 2, "That is the boundary without a margin, half-way."),
            (
                lambda number: abs(number - (BETWEEN / 2 - MARGIN)) < 0.1,
                "The margin is added to the angle on one side only, and as the embedding turns, "
                "both angles change. Where are they equal?",
            ),
            (
                lambda number: abs(number - (BETWEEN - MARGIN)) < 0.1,
                "As it turns away from its own direction, the other class comes nearer at the "
                "same time.",
            ),
            (
                lambda number: abs(number - (BETWEEN + MARGIN) / 2) < 0.1,
                "That is counted from the direction of the other class.",
            ),
            (
                lambda number: abs(number - MARGIN) < 0.1,
                "That is the margin itself.",
            ),
            (
                lambda number: abs(number - np.radians(how_far_it_may_stray())) < 0.01,
                "The right angle, in radians. It is asked for in degrees.",
            ),
            (
                lambda number: abs(number - (BETWEEN / 2 + MARGIN)) < 0.1,
                "The margin is on the wrong side: does it ask more of the embedding, or less?",
            ),
            (
                lambda number: abs(number - MARGIN / 2) < 0.1,
                "That is half the margin. The two angles add up to 90°: when is the first one, "
                "with the margin, as large as the second?",
            ),
            (
                lambda number: number > BETWEEN / 2,
                "There it is nearer to the other class, even without a margin.",
            ),
            (lambda number: number < 0, "An angle of at least 0 is asked for."),
        ],
    ),
)
