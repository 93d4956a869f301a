"""The exercises of ``chapters/exercises/digits``."""

import numpy as np

from actloss.exercises.definitions import Exercise, NumberExercise, add

CHAPTER = "digits"


# 1. Predict a number: images for a margin of one point

ACCURACY = 0.9


def images_needed():
    return 1.96**2 * ACCURACY * (1 - ACCURACY) / 0.01**2


# 2. Find the bug: the margin of a gain


def gain_margin(ours, theirs, t):
    right = np.stack([ours, theirs])
    if min(ours.shape) < 2 or t < 2 or not ((right == 0) | (right == 1)).all():
        raise ValueError("two seeds and two images at least; right or wrong; t from 2 on")
    return margin(ours - theirs, t)


def margin(gain, t, *, seeds=None, images=None, together=np.hypot):
    """Both margins in one, with another spread for either where one is given."""
    seeds = gain.mean(axis=1).std(ddof=1) if seeds is None else seeds
    images = gain.mean(axis=0).std(ddof=1) if images is None else images
    rows, columns = gain.shape
    return together(t * seeds / rows**0.5, 1.96 * images / columns**0.5)


def unpaired(ours, theirs, axis):
    return np.hypot(ours.mean(axis=axis).std(ddof=1), theirs.mean(axis=axis).std(ddof=1))


def draw_right(rng):
    """Whether each seed reads each image, for two networks that find the same images hard."""
    seeds, images = rng.integers(3, 5), rng.integers(4, 7)
    easy = rng.uniform(0.2, 0.9, size=images)
    ours, theirs = (rng.random((2, seeds, images)) < easy).astype(float)
    return {"ours": ours, "theirs": theirs, "t": round(float(rng.uniform(2.1, 3.0)), 2)}


# 3. An experiment: does a neighbour have the same hand?

SAME_HAND = 965 / 1797  # counted; the tests run the count, which needs scikit-learn


def same_hand():
    return SAME_HAND


# 4. An experiment: four people are not 512 images

LOW, HIGH, PEOPLE, EACH = 0.84, 0.98, 4, 128


def spread_ratio():
    mean, variance = (LOW + HIGH) / 2, (HIGH - LOW) ** 2 / 12
    within = mean * (1 - mean) - variance  # the mean of a (1 − a)
    images = PEOPLE * EACH
    true = variance / PEOPLE + within / images
    return (true / (mean * (1 - mean) / images)) ** 0.5


add(
    NumberExercise(
        "images_for_one_point",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=images_needed,
        tolerance=150,
        mistakes=[
            (lambda number: number < 0, "A number of images is positive."),
            (
                lambda number: 0.2 < number < 0.5 or 30 < number < 40,
                "Points and shares are mixed up: one point is 0.01.",
            ),
            (
                lambda number: 300 < number < 325,
                "The root is over the variance too, not over the number of images alone.",
            ),
            (
                lambda number: 1100 < number < 1250,
                "A third of the margin does not come from three times the images: the number "
                "stands under a root.",
            ),
            (
                900.0,
                "That makes one standard deviation a point. The margin is 1.96 of them.",
            ),
            (
                9604.0,
                "That is the number for an accuracy of one half, the worst case.",
            ),
            (
                lambda number: 34000 < number < 36500 or 3700 < number < 4000,
                "The variance of right or wrong has two factors, a and 1 − a.",
            ),
            (
                lambda number: 13600 < number < 14600,
                "The margin is half of the interval: one point on each side.",
            ),
            (
                lambda number: number <= 400,
                "That is no more than the 400 images of the larger margin.",
            ),
        ],
    ),
    Exercise(
        "gain_margin",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=gain_margin,
        draw=draw_right,
        axes=2,
        extremes=(),
        smallest=1e-9,
        mistakes=[
            (
                lambda ours, theirs, t: margin(
                    ours - theirs,
                    t,
                    seeds=unpaired(ours, theirs, 1),
                    images=(ours - theirs).std(ddof=1),
                ),
                "So far this does what the given function does. Seed 3 of one network and seed 3 "
                "of the other share their luck: what cancels it?",
            ),
            (
                lambda ours, theirs, t: margin(
                    ours - theirs, t, images=(ours - theirs).std(ddof=1)
                ),
                "The seeds are paired now. How many numbers does the spread of the images take, "
                "and how many images are there?",
            ),
            (
                lambda ours, theirs, t: margin(ours - theirs, t, seeds=unpaired(ours, theirs, 1)),
                "The images are right now. Seed 3 of one network and seed 3 of the other share "
                "their luck, and this line does not let it cancel.",
            ),
            (
                lambda ours, theirs, t: margin(
                    ours - theirs,
                    t,
                    seeds=unpaired(ours, theirs, 1),
                    images=unpaired(ours, theirs, 0),
                ),
                "Neither is paired here. A hard image is hard for both networks: what cancels it?",
            ),
            (
                lambda ours, theirs, t: margin(ours - theirs, t, images=unpaired(ours, theirs, 0)),
                "The seeds are paired, the images are not. A hard image is hard for both networks.",
            ),
            (
                lambda ours, theirs, t: margin((ours - theirs).T, t),
                "Rows are seeds, columns are images. Which axis is averaged away for each?",
            ),
            (
                lambda ours, theirs, t: margin(ours - theirs, t, together=np.add),
                "The two kinds of luck are independent. Independent margins do not add up; what "
                "of them does?",
            ),
            (
                lambda ours, theirs, t: margin(ours - theirs, t, images=0),
                "This holds for new seeds on the same images. The other kind of luck is missing.",
            ),
            (
                lambda ours, theirs, t: margin(ours - theirs, t, seeds=0),
                "This holds for new images and the same seeds. The other kind of luck is missing.",
            ),
            (
                lambda ours, theirs, t: margin(
                    ours - theirs,
                    t,
                    seeds=(ours - theirs).mean(axis=1).std(),
                    images=(ours - theirs).mean(axis=0).std(),
                ),
                "A spread that is estimated from n numbers divides by n − 1: look at ddof.",
            ),
            (
                lambda ours, theirs, t: np.hypot(
                    t * (ours - theirs).mean(axis=1).std(ddof=1),
                    1.96 * (ours - theirs).mean(axis=0).std(ddof=1),
                ),
                "These are the spreads of single seeds and images. A mean of many varies less.",
            ),
            (
                lambda ours, theirs, t: 1.96 * (ours - theirs).std(ddof=1) / ours.size**0.5,
                "This takes every entry for a draw of its own. An image that is hard for one seed "
                "is hard for the next.",
            ),
            (
                lambda ours, theirs, t: abs((ours - theirs).mean()),
                "This is the gain. What is asked for is its margin.",
            ),
        ],
    ),
    NumberExercise(
        "same_hand",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=same_hand,
        tolerance=0.015,
        mistakes=[
            (
                lambda number: 1.5 < number <= 100,
                "Between 0 and 1: a share is asked for, not per cent.",
            ),
            (
                lambda number: 0.05 < number < 0.1,
                "That is what chance would give: the share of all images that stand on the same "
                "sheet.",
            ),
            (
                lambda number: abs(number - 0.988) < 0.005,
                "That is the share whose neighbour shows the same digit. The sheet is asked for.",
            ),
            (
                1.0,
                "Is every image its own nearest neighbour? Leave it out.",
            ),
            (
                lambda number: abs(1 - number - SAME_HAND) < 0.012,
                "That is the share of the others, whose neighbour stands on another sheet.",
            ),
            (
                lambda number: 0.2 < number < 0.25,
                "Did you take the largest product of two images? A dark image has a large product "
                "with everybody. The smallest distance is asked for.",
            ),
            (
                lambda number: 0.44 < number < 0.56,
                "Close. Look for the neighbour among all other images, not in a sample of them, "
                "and check where the sheets begin.",
            ),
            (
                0.0,
                "Nobody? Images of one sheet stand together: compare the sheets, not the places.",
            ),
        ],
    ),
    NumberExercise(
        "four_people",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=spread_ratio,
        tolerance=0.06,
        mistakes=[
            (lambda number: number <= 0, "A ratio of two spreads is positive."),
            (
                1.0,
                "That would be so if each image came from a person of its own. Draw a person once, "
                "and let all 128 images have that skill.",
            ),
            (
                lambda number: abs(number - spread_ratio() ** 2) < 0.15,
                "That is the ratio of the variances. The margin is made of standard deviations.",
            ),
            (
                lambda number: abs(number - 1 / spread_ratio()) < 0.03,
                "The other way round: the true spread above, the formula below.",
            ),
            (
                lambda number: abs(number - 1.597) < 0.05,
                "That is the luck with the people alone. Each image is still right or wrong by "
                "luck of its own.",
            ),
            (
                lambda number: abs(number - 3.345) < 0.08,
                "That is one person with 512 images. There are four of them.",
            ),
            (
                lambda number: 0 < number < 0.1,
                "That is a spread itself. By which factor does it exceed the formula?",
            ),
            (
                lambda number: abs(number - spread_ratio()) < 0.25,
                "Close. Imagine more test sets, ten thousand or so.",
            ),
        ],
    ),
)
