"""The exercises of ``chapters/exercises/large-vocabularies``."""

import functools

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from actloss.activations import softmax
from actloss.exercises.definitions import Exercise, NumberExercise, add
from actloss.losses.large_vocabulary import chunks, linear_cross_entropy

CHAPTER = "large-vocabularies"


# 1. Predict a number: how many tokens fit

FREE_BYTES, CLASSES, BYTES, ARRAYS = 12e9, 100_000, 4, 4


def tokens_in(free=FREE_BYTES, size=BYTES, arrays=ARRAYS):
    return free / (CLASSES * size * arrays)


# 2. The loss of classes that lie on several machines

TOKENS = 3  # fixed, so that `own` fits the extremes too


def draw_machines(rng):
    machines = int(rng.integers(2, 5))
    return {
        "m": rng.normal(scale=3.0, size=(machines, TOKENS)),
        "s": rng.uniform(1.0, 5.0, size=(machines, TOKENS)),
        "own": rng.normal(scale=3.0, size=TOKENS),
    }


def joined_loss(m, s, own):
    if np.any(s <= 0):
        raise ValueError("a sum of exponentials is positive")
    return logsumexp(m, axis=0, b=s).astype(m.dtype) - own


def joined_with(largest, terms):
    def wrong(m, s, own):
        top = largest(m)
        return top + np.log(terms(m, s, top).sum(axis=0)) - own

    return wrong


# 3. Find the bug: a gradient in chunks of classes

FEATURES, ROWS = 2, 2  # fixed, so that `weights` and `labels` fit the extremes too


def draw_layer(rng):
    classes = int(rng.integers(3, 6))
    return {
        "hidden": rng.normal(size=(ROWS, FEATURES)),
        "weights": rng.normal(scale=2.0, size=(FEATURES, classes)),
        "labels": rng.integers(classes, size=ROWS),
        "chunk": int(rng.integers(1, 4)),
    }


def draw_many_classes(rng):
    """All logits at once are 2 MB, those of a chunk 32 kB."""
    tokens, classes, chunk = 64, 4096, 64
    return {
        "hidden": rng.normal(size=(tokens, FEATURES)),
        "weights": rng.normal(scale=2.0, size=(FEATURES, classes)),
        "labels": rng.integers(classes, size=tokens),
        "chunk": chunk,
    }


def whole_gradient(hidden, weights, labels, chunk):
    return linear_cross_entropy(hidden, weights, labels)[1]


def rescaled(total, shift, more):
    return total * np.exp(shift) + more


def less_one_here(error, labels, start):
    here = (start <= labels) & (labels < start + error.shape[1])
    error[np.flatnonzero(here), labels[here] - start] -= 1


def in_chunks(
    join=rescaled, subtract=less_one_here, collect=lambda gradient, share: gradient + share
):
    """The gradient with another sum, other labels, or another way to collect the shares."""

    def wrong(hidden, weights, labels, chunk):
        parts = chunks(weights.shape[1], chunk)
        largest, total = -np.inf, 0.0
        for part in parts:
            z = hidden @ weights[:, part]
            new = np.maximum(largest, z.max(axis=1))
            total = join(total, largest - new, np.exp(z - new[:, np.newaxis]).sum(axis=1))
            largest = new
        log_z = largest + np.log(total)
        gradient = np.zeros_like(hidden)
        for part in parts:
            error = np.exp(hidden @ weights[:, part] - log_z[:, np.newaxis])
            subtract(error, labels, part.start)
            gradient = collect(gradient, error @ weights[:, part].T)
        return gradient

    return wrong


def label_of_the_whole(error, labels, start):
    """As in the notebook: a place among all classes, in an array of a few of them."""
    here = (start <= labels) & (labels < start + error.shape[1])
    error[np.flatnonzero(here), labels[here]] -= 1


def label_in_every_chunk(error, labels, start):
    error[np.arange(len(labels)), (labels - start) % error.shape[1]] -= 1


# 4. An experiment: how much probability a filter throws away

THRESHOLD, VOCABULARY, LOST = 2.0**-12, 4000, 0.05


@functools.cache
def spread_that_loses(share=LOST):
    logits = np.random.default_rng(0).normal(size=(100, VOCABULARY))

    def excess(spread):
        p = softmax(spread * logits)
        return (p * (p < THRESHOLD)).sum(axis=1).mean() - share

    return brentq(excess, 1.0, 6.0, xtol=1e-2)


add(
    NumberExercise(
        "tokens_that_fit",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=tokens_in,
        tolerance=1.0,
        mistakes=[
            (
                tokens_in(arrays=1),
                "The logits alone would fit. At the peak four arrays of their size are alive.",
            ),
            (
                tokens_in(size=2),
                "That would be right for 16 bits a number. Float32 has 32.",
            ),
            (tokens_in(size=8), "That would be right for float64. Float32 has half its bytes."),
            (tokens_in(size=1), "A number in float32 takes more than one byte."),
            (tokens_in(size=32), "32 are the bits of a number. How many bytes are that?"),
            (
                lambda number: abs(number - tokens_in(free=12 * 2**30)) < 2,
                "Here a gigabyte is a thousand million bytes, not a power of 2.",
            ),
            (
                lambda number: abs(number - tokens_in() / 1000) < 0.01,
                "In thousands, yes. The number of tokens is asked for.",
            ),
            (lambda number: number <= 0, "How many tokens: a positive number."),
        ],
    ),
    Exercise(
        "loss_from_machines",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=joined_loss,
        draw=draw_machines,
        axes=2,
        extremes=(
            [[1000.0, -1000.0, 0.0], [999.0, -1001.0, 1000.0]],
            [[-2000.0, 1000.0, 3.0], [-1990.0, -1000.0, -5.0], [-2000.0, 0.0, 0.0]],
            # The first machine has classes, so that a running maximum may start at −∞.
            [[1.0, 2.0, 3.0], [-np.inf, 1.0, -np.inf], [0.0, -np.inf, -np.inf]],
            [[-1000.0, 0.0, 1000.0], [-np.inf, -np.inf, -np.inf]],
        ),
        mistakes=[
            (
                joined_with(np.max, lambda m, s, top: s * np.exp(m - top)),
                "One maximum for all tokens: a token whose logits lie far below it underflows as "
                "a whole. Each needs its own.",
            ),
            (
                joined_with(lambda m: m.max(axis=0), lambda m, s, top: s),
                "Each sum was measured against the maximum of its own machine. Against a larger "
                "one every term shrinks: by which factor?",
            ),
            (
                joined_with(lambda m: m.max(axis=0), lambda m, s, top: s * np.exp(top - m)),
                "Measured against a larger maximum a sum becomes smaller. Look at the sign of "
                "the exponent.",
            ),
            (
                lambda m, s, own: logsumexp(m, axis=0, b=s) - m.max(axis=0) - own,
                "What was taken out of the exponents must come back, outside the logarithm.",
            ),
            (
                lambda m, s, own: logsumexp(m, axis=0, b=s),
                "This is log Z. What does the right class take off it?",
            ),
            (
                lambda m, s, own: own - logsumexp(m, axis=0, b=s),
                "This is the logarithm of the probability. The loss is its negative.",
            ),
            (
                lambda m, s, own: (m + np.log(s)).sum(axis=0) - own,
                "This multiplies the sums of the machines. It is sums that are to be added, "
                "before the logarithm.",
            ),
            (
                lambda m, s, own: (m + np.log(s)).max(axis=0) - own,
                "This listens to one machine alone. The others have probability too.",
            ),
            (
                lambda m, s, own: np.log(np.exp(m).sum(axis=0)) - own,
                "Each machine holds more than its largest logit. Where does s come in?",
            ),
            ("shape", "One loss for each token is asked for: join along the machines, axis 0."),
            (
                "extremes",
                "exp(1000) is more than a float can hold. Measure all sums against one maximum "
                "for each token, and let no exponent be positive.",
            ),
        ],
    ),
    Exercise(
        "chunked_hidden_gradient",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        reference=whole_gradient,
        draw=draw_layer,
        large=draw_many_classes,
        memory=1 << 19,
        axes=2,
        smallest=1e-9,
        extremes=([[1000.0, 0.0], [0.0, -1000.0]], [[-700.0, 700.0], [300.0, 900.0]]),
        mistakes=[
            (
                in_chunks(subtract=label_of_the_whole),
                "Class 5 of all is not entry 5 of a chunk that begins at class 4. From where are "
                "the entries of a chunk counted?",
            ),
            (
                in_chunks(lambda total, shift, more: total + more),
                "The labels are right now. Look at the first loop when the maximum rises: against "
                "which one was the old sum measured?",
            ),
            (
                in_chunks(lambda total, shift, more: total * np.exp(-shift) + more),
                "The old sum is to become smaller when the maximum rises: check the sign of the "
                "exponent. And what happens to it at the start, where the maximum is −∞?",
            ),
            (
                in_chunks(lambda total, shift, more: more),
                "This keeps the sum of the last chunk alone.",
            ),
            (
                in_chunks(subtract=label_in_every_chunk),
                "Each label lies in one chunk. In the others there is nothing to subtract.",
            ),
            (
                in_chunks(subtract=lambda error, labels, start: None),
                "This is the share of p alone. The gradient is p − y.",
            ),
            (
                in_chunks(collect=lambda gradient, share: share),
                "The share of each chunk replaces that of the one before. A token hears from all "
                "classes.",
            ),
            (
                in_chunks(collect=lambda gradient, share: gradient + share / len(share)),
                "This is the gradient of the mean. That of the sum is asked for: nothing to "
                "divide by.",
            ),
            (
                in_chunks(collect=lambda gradient, share: gradient - share),
                "All signs are turned round: prediction minus truth.",
            ),
            (
                "memory",
                "The numbers are right, but the logits of all classes are in memory at once, which "
                "chunks are to avoid. What is as wide as the vocabulary?",
            ),
            (
                "extremes",
                "Where the logits lie in the thousands no exponent may be positive. Is the "
                "maximum still taken out?",
            ),
        ],
    ),
    NumberExercise(
        "filter_spread",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=spread_that_loses,
        tolerance=0.1,
        mistakes=[
            (
                lambda number: abs(number - spread_that_loses() ** 2) < 0.7,
                "That is the variance. The standard deviation is asked for.",
            ),
            (
                lambda number: 0 < number < 1,
                "A spread above 1 is asked for. At 1 the chapter loses 30 %: spread the logits "
                "further.",
            ),
            (
                lambda number: 1 <= number < spread_that_loses(),
                "More than 5 % is lost here. Spread the logits further.",
            ),
            (
                lambda number: spread_that_loses() < number < 8,
                "Less than 5 % is lost here. What is skipped is most of the classes; what is "
                "asked for is the probability that they hold.",
            ),
            (lambda number: number >= 8, "So far apart, one class takes nearly all. Come nearer."),
            (lambda number: number <= 0, "A standard deviation is positive."),
        ],
    ),
)
