"""Answers to the exercises on handwritten digits."""

import numpy as np

from tests.exercises.answers.cells import compiled

AS_GIVEN = """
def answer(ours, theirs, t):
    seeds, images = ours.shape
    our_seeds = ours.mean(axis=1).std(ddof=1)
    their_seeds = theirs.mean(axis=1).std(ddof=1)
    each_seed = np.hypot(our_seeds, their_seeds)
    each_image = (ours - theirs).std(ddof=1)
    return np.hypot(t * each_seed / seeds**0.5, 1.96 * each_image / images**0.5)
"""
PAIRED = ("np.hypot(our_seeds, their_seeds)", "(ours - theirs).mean(axis=1).std(ddof=1)")
AVERAGED = ("(ours - theirs).std(ddof=1)", "(ours - theirs).mean(axis=0).std(ddof=1)")
UNPAIRED = (
    "(ours - theirs).std(ddof=1)",
    "np.hypot(ours.mean(axis=0).std(ddof=1), theirs.mean(axis=0).std(ddof=1))",
)


def changed(*pairs):
    text = AS_GIVEN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return compiled(text)


def by_hand(ours, theirs, t):
    gain = ours - theirs
    parts = []
    for factor, axis in ((t, 1), (1.96, 0)):
        means = gain.mean(axis=axis)
        variance = ((means - means.mean()) ** 2).sum() / (len(means) - 1)
        parts.append(factor**2 * variance / len(means))
    return sum(parts) ** 0.5


RIGHT = {
    "images_for_one_point": [3457, 3458, 3600, np.float32(3457.4)],
    "gain_margin": [
        changed(PAIRED, AVERAGED),
        by_hand,
        lambda ours, theirs, t: (
            (
                t**2 * (ours.mean(1) - theirs.mean(1)).var(ddof=1) / len(ours)
                + 1.96**2 * (ours.mean(0) - theirs.mean(0)).var(ddof=1) / ours.shape[1]
            )
            ** 0.5
        ),
        changed(PAIRED, AVERAGED, ("seeds**0.5", "np.sqrt(seeds)")),
    ],
    "same_hand": [965 / 1797, 0.537, 0.53],
    "four_people": [1.88, 1.85, np.float64(1.91)],
}

WRONG = {
    "images_for_one_point": [
        (-3457, "is positive"),
        (34.57, "mixed up"),
        (311, "The root is over"),
        (1176, "stands under a root"),
        (900, "one standard deviation a point"),
        (9604, "worst case"),
        (34574, "two factors"),
        (3842, "two factors"),
        (13830, "half of the interval"),
        (44, "no more than"),
    ],
    "gain_margin": [
        (compiled(AS_GIVEN), "does what the given function does"),
        (changed(PAIRED), "how many images are there"),
        (changed(AVERAGED), "does not let it cancel"),
        (changed(UNPAIRED), "Neither is paired"),
        (changed(PAIRED, UNPAIRED), "the images are not"),
        (
            changed(
                PAIRED,
                AVERAGED,
                ("axis=1", "axis=9"),
                ("axis=0", "axis=1"),
                ("axis=9", "axis=0"),
                ("seeds**0.5", "images**.5"),
                ("1.96 * each_image / images**0.5", "1.96 * each_image / seeds**.5"),
            ),
            "Which axis is averaged away",
        ),
        (changed(PAIRED, AVERAGED, ("return np.hypot", "return np.add")), "what of them does"),
        (changed(PAIRED, AVERAGED, ("1.96", "0")), "on the same images"),
        (changed(PAIRED, AVERAGED, ("t * each", "0 * each")), "the same seeds"),
        (changed(PAIRED, AVERAGED, ("ddof=1", "ddof=0")), "look at ddof"),
        (
            changed(PAIRED, AVERAGED, (" / seeds**0.5", ""), (" / images**0.5", "")),
            "varies less",
        ),
        (
            lambda ours, theirs, t: 1.96 * np.std(ours - theirs, ddof=1) / ours.size**0.5,
            "every entry for a draw",
        ),
        (lambda ours, theirs, t: np.abs(np.mean(ours - theirs)), "This is the gain"),
    ],
    "same_hand": [
        (53.7, "not per cent"),
        (0.0709, "what chance would give"),
        (1, "its own nearest neighbour"),
        (0.9883, "the same digit"),
        (0.463, "on another sheet"),
        (0.228, "largest product"),
        (0.5, "in a sample of them"),
        (0, "not the places"),
    ],
    "four_people": [
        (-1.88, "is positive"),
        (1.01, "a person of its own"),
        (3.53, "ratio of the variances"),
        (0.532, "other way round"),
        (1.6, "people alone"),
        (3.35, "one person with 512"),
        (0.0238, "a spread itself"),
        (1.98, "ten thousand"),
    ],
}
