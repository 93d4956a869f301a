"""Answers to the exercises on regression with outliers."""

from functools import partial

import numpy as np

from actloss.losses import quantile_loss, tukey_loss_grad
from tests.exercises.answers.cells import rewritten


def pinball(z, y, q):
    error = y - z
    return np.maximum(q * error, (q - 1) * error)


def inside(s, centre, y):
    return np.abs(y - centre) < np.exp(s)


def half_width(s, centre, y, q):
    return np.exp(s) * np.where(inside(s, centre, y), 2 * q, 2 * q - 1)


CENTRE = """
def answer(targets, centre, delta):
    share = 1 - ((targets - centre) / delta) ** 2
    weights = np.maximum(share, 0) ** 2
    if not weights.any():
        return centre
    return (weights * targets).sum() / weights.sum()
"""

reweighted = partial(rewritten, CENTRE)


def one_by_one(targets, centre, delta):
    total = moved = 0.0
    for target in targets:
        if abs(target - centre) < delta:
            weight = (1 - ((target - centre) / delta) ** 2) ** 2
            total, moved = total + weight, moved + weight * (target - centre)
    return centre + moved / total if total else centre


RIGHT = {
    "quantile_above_zeros": [0.0625, 1 / 16, np.float32(0.0625)],
    "interval_cost": [
        lambda y, low, high, q: (pinball(low, y, q) + pinball(high, y, 1 - q)).mean(),
        lambda y, low, high, q: np.mean(
            np.where(y < low, (1 - q) * (low - y), q * (y - low))
            + np.where(y < high, q * (high - y), (1 - q) * (y - high))
        ),
        lambda y, low, high, q: (
            quantile_loss(low, y, quantile=q).mean() + quantile_loss(high, y, quantile=1 - q).mean()
        ),
    ],
    "falsely_dropped": [4.58, 4.4, np.float64(4.75)],
    "half_width_grad": [
        lambda s, centre, y, q: half_width(s, centre, y, q).astype(s.dtype),
        lambda s, centre, y, q: (
            2 * q * np.exp(s)
            - np.exp(s) * (y > centre + np.exp(s))
            - np.exp(s) * (y < centre - np.exp(s))
        ),
        lambda s, centre, y, q: np.where(
            inside(s, centre, y), 2 * q * np.exp(s), (2 * q - 1) * np.exp(s)
        ),
        half_width,
    ],
    "reweighted_centre": [
        reweighted(),
        one_by_one,
        lambda targets, centre, delta: (
            centre
            if (np.abs(targets - centre) >= delta).all()
            else np.average(
                targets,
                weights=np.where(
                    np.abs(targets - centre) < delta,
                    (1 - ((targets - centre) / delta) ** 2) ** 2,
                    0,
                ),
            )
        ),
    ],
}

WRONG = {
    "quantile_above_zeros": [
        (0.3125, "wrong targets that lie above"),
        (0.05, "share of the true ones"),
        (0.25, "without wrong targets"),
        (0.2, "is the share of wrong targets"),
        (0.45, "do not make more of it"),
        (0.04, "divide"),
        (0, "A little room"),
        (6.25, "please"),
        (-0.1, "lies between 0 and 1"),
        (0.375, "pull the line down"),
    ],
    "interval_cost": [
        (
            lambda y, low, high, q: (pinball(low, y, q) + pinball(high, y, q)).mean(),
            "judged as the lower one",
        ),
        (
            lambda y, low, high, q: (pinball(low, y, 1 - q) + pinball(high, y, q)).mean(),
            "changed places",
        ),
        (
            lambda y, low, high, q: (pinball(y, low, q) + pinball(y, high, 1 - q)).mean(),
            "changed places",
        ),
        (
            lambda y, low, high, q: (pinball(low, y, 1 - q) + pinball(high, y, 1 - q)).mean(),
            "judged as the upper one",
        ),
        (
            lambda y, low, high, q: (pinball(low, y, q) + pinball(high, y, 1 - q)).sum(),
            "sum over the patients",
        ),
        (
            lambda y, low, high, q: np.mean([pinball(low, y, q), pinball(high, y, 1 - q)]),
            "not averaged",
        ),
        (lambda y, low, high, q: q * (high - low).mean(), "width alone"),
        (
            lambda y, low, high, q: np.mean(
                np.where(y < low, low - y, np.where(y > high, y - high, 0))
            ),
            "outside alone",
        ),
        (
            lambda y, low, high, q: np.mean(
                high - low + np.maximum(low - y, 0) + np.maximum(y - high, 0)
            ),
            "costs too much",
        ),
        (
            lambda y, low, high, q: (
                q * np.mean(high - low + np.maximum(low - y, 0) + np.maximum(y - high, 0))
            ),
            "costs too little",
        ),
        (
            lambda y, low, high, q: np.mean(
                high - low + (np.maximum(low - y, 0) + np.maximum(y - high, 0)) / q
            ),
            "in another unit",
        ),
        (lambda y, low, high, q: np.mean(np.abs(low - y) + np.abs(high - y)), "absolute errors"),
        (lambda y, low, high, q: 1 - np.mean((low <= y) & (y <= high)), "counts who is outside"),
        (lambda y, low, high, q: pinball(low, y, q) + pinball(high, y, 1 - q), "number for all"),
    ],
    "falsely_dropped": [
        (0, "have no end"),
        (0.0458, "That is a share"),
        (0.27, "Gaussian noise"),
        (1.44, "three standard deviations"),
        (2.29, "That is one side"),
        (12.5, "in your rule"),
        (24.6, "not multiplied"),
        (4.98, "scale of the distribution"),
        (4.2, "a million or so"),
        (95.4, "that are kept"),
    ],
    "half_width_grad": [
        (
            lambda s, centre, y, q: np.where(inside(s, centre, y), 2 * q, 2 * q - 1),
            "derivative in the half-width",
        ),
        (lambda s, centre, y, q: half_width(s, centre, y, q) * np.exp(s), "One factor too many"),
        (lambda s, centre, y, q: 2 * q * np.exp(s), "comes nearer"),
        (
            lambda s, centre, y, q: np.exp(s) * np.where(inside(s, centre, y), q, q - 1),
            "grows on both sides",
        ),
        (
            lambda s, centre, y, q: np.exp(s) * np.where(inside(s, centre, y), 2 * q, 2 * q + 1),
            "is a smaller miss",
        ),
        (
            lambda s, centre, y, q: np.exp(s) * np.where(inside(s, centre, y), 2 * q, -1),
            "pays for the width as well",
        ),
        (lambda s, centre, y, q: np.exp(s) * (2 * q - inside(s, centre, y)), "patients inside for"),
        (
            lambda s, centre, y, q: np.exp(s) * (2 * q - (y > centre + np.exp(s))),
            "on the other side as well",
        ),
        (
            lambda s, centre, y, q: np.exp(s) * (2 * q - (y < centre - np.exp(s))),
            "on the upper side as well",
        ),
        (
            lambda s, centre, y, q: (
                np.exp(s)
                * (2 * q + np.where(y < centre - np.exp(s), 1, 0) - (y > centre + np.exp(s)))
            ),
            "Both ends move outwards",
        ),
        (
            lambda s, centre, y, q: (
                np.exp(s) * (2 * q - np.maximum(np.abs(y - centre) - np.exp(s), 0))
            ),
            "not its size",
        ),
        (lambda s, centre, y, q: -half_width(s, centre, y, q), "sign is turned round"),
        (
            lambda s, centre, y, q: (
                2 * q * np.exp(s) + np.maximum(np.abs(y - centre) - np.exp(s), 0)
            ),
            "the cost itself",
        ),
        (lambda s, centre, y, q: 2 * q - (np.abs(y - centre) > s), "exponential of s, also"),
        (lambda s, centre, y, q: half_width(s, centre, y, q).sum(), "no sum, no mean"),
    ],
    "reweighted_centre": [
        (
            reweighted(("np.maximum(share, 0) ** 2", "(share > 0) * 1.0")),
            "count alike",
        ),
        (reweighted(("np.maximum(share, 0) ** 2", "np.maximum(share, 0)")), "bracket is squared"),
        (reweighted(("np.maximum(share, 0) ** 2", "share ** 2")), "Beyond δ"),
        (
            reweighted(("    if not weights.any():\n        return centre\n", "")),
            "0/0",
        ),
        (reweighted(("return centre\n", "return 0.0\n")), "moves to 0"),
        (
            reweighted(
                ("np.maximum(share, 0) ** 2", "np.maximum(share, 0) ** 2 * (targets - centre)")
            ),
            "The pulls themselves",
        ),
        (
            reweighted(("/ weights.sum()", "/ len(targets)")),
            "weights do not sum to",
        ),
        (
            reweighted(("* targets).sum()", "* (targets - centre)).sum()")),
            "how far the centre moves",
        ),
        (
            lambda targets, centre, delta: (
                centre
                - np.mean(tukey_loss_grad(np.full(len(targets), centre), targets, delta=delta))
            ),
            "One step of descent",
        ),
        (
            reweighted(("np.maximum(share, 0) ** 2", "1 / (2 - share)")),
            "Cauchy",
        ),
        (
            lambda targets, centre, delta: np.average(
                targets,
                weights=np.minimum(1, delta / np.maximum(np.abs(targets - centre), 1e-9)),
            ),
            "Huber",
        ),
        (lambda targets, centre, delta: targets.mean(), "the mean of all targets"),
        (
            lambda targets, centre, delta: (
                np.maximum(1 - ((targets - centre) / delta) ** 2, 0) ** 2
            ),
            "These are the weights",
        ),
    ],
}
