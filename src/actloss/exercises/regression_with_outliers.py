"""The exercises of ``chapters/exercises/regression-with-outliers``."""

import numpy as np

from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array
from actloss.losses import quantile_loss

CHAPTER = "regression-with-outliers"


# 1. Predict a number: targets that are wrong downwards

QUANTILE, SHARE = 0.25, 0.2


def quantile_of_true():
    """The line has QUANTILE of all targets below it, and all of the wrong ones are."""
    return (QUANTILE - SHARE) / (1 - SHARE)


# 2. One number that judges an interval


def interval_cost(y, low, high, q):
    if not (0 < q < 0.5 and (low <= high).all()):
        raise ValueError("q lies below one half, and no interval is crossed")
    lower = quantile_loss(low, y, quantile=q)
    upper = quantile_loss(high, y, quantile=1 - q)
    return np.mean(lower + upper)


def pinballs(of_low, of_high, gather=np.mean):
    """Quantile losses whose levels are taken from q by these functions."""
    return lambda y, low, high, q: gather(
        quantile_loss(low, y, quantile=of_low(q)) + quantile_loss(high, y, quantile=of_high(q))
    )


def itself(q):
    return q


def rest(q):
    return 1 - q


def misses(y, low, high):
    return np.maximum(low - y, 0) + np.maximum(y - high, 0)


def draw_interval(rng):
    y = any_array(rng)
    centre = rng.normal(scale=2.0, size=y.shape)
    half = rng.uniform(0.1, 3.0, size=y.shape)
    return {
        "y": y,
        "low": np.asarray(centre - half),
        "high": np.asarray(centre + half),
        "q": round(float(rng.uniform(0.05, 0.4)), 2),
    }


# 3. An experiment: what the rule does to targets that are all right


def falsely_dropped():
    """Laplace noise of scale 1: half of its sizes lie below ln 2, and a share exp(−d) beyond d."""
    return 100 * float(np.exp(-3 * np.log(2) / 0.6745))


# 4. An interval that cannot cross: the gradient in its logarithmic half-width


def distances(s, centre, y):
    return np.abs(y - centre), np.exp(s)


def half_width_cost(s, centre, y, q):
    distance, half = distances(s, centre, y)
    return 2 * q * half + np.maximum(distance - half, 0)


def half_width_grad(s, centre, y, q):
    distance, half = distances(s, centre, y)
    if not 0 < q < 0.5 or (distance == half).any():
        raise ValueError("q lies below one half, and no patient on an end of the interval")
    return 2 * q * half - np.where(distance > half, half, 0)


def with_outside(outside):
    """The gradient, if `outside` says which patients the interval misses."""
    return lambda s, centre, y, q: (
        np.exp(s) * (2 * q - outside(y, centre - np.exp(s), centre + np.exp(s)))
    )


def draw_half_width(rng):
    s = np.asarray(rng.normal(scale=0.7, size=any_array(rng).shape))
    return {
        "s": s,
        "centre": np.asarray(rng.normal(size=s.shape)),
        "y": np.asarray(rng.normal(scale=2.0, size=s.shape)),
        "q": round(float(rng.uniform(0.05, 0.4)), 2),
    }


# 5. Tukey's loss as a weighted mean, again and again


def draw_heap(rng):
    """Targets around a centre; some out of reach, and in some draws all of them."""
    count, delta = int(rng.integers(1, 7)), round(float(rng.uniform(1.0, 4.0)), 1)
    centre = round(float(rng.normal(scale=3.0)), 1)
    away = np.where(rng.random(count) < 0.3, rng.uniform(1.1, 3.0), rng.uniform(0, 0.9, count))
    if rng.random() < 0.15:
        away = rng.uniform(1.1, 3.0, size=count)
    side = rng.choice([-1.0, 1.0], size=count)
    return {"targets": centre + side * away * delta, "centre": centre, "delta": delta}


def reweighted_centre(targets, centre, delta):
    if targets.ndim != 1 or delta <= 0:
        raise ValueError("targets in a row, and a reach above 0")
    near = np.abs(targets - centre) < delta
    weights = (1 - ((targets - centre) / delta) ** 2) ** 2
    return np.average(targets[near], weights=weights[near]) if near.any() else np.float64(centre)


def weighted_centre(weigh, nothing_near=None):
    """The mean with these weights of u, the error over δ; without any: 0/0, or what is given."""

    def wrong(targets, centre, delta):
        weights = weigh((targets - centre) / delta)
        if nothing_near is not None and not weights.any():
            return nothing_near(centre)
        return (weights * targets).sum() / weights.sum()

    return wrong


def tukey_weight(u):
    return np.maximum(1 - u**2, 0) ** 2


def stays(centre):
    return np.float64(centre)


def mean_step(targets, centre, delta):
    """One step of gradient descent on the mean loss, at the rate 1."""
    return centre + np.mean(tukey_weight((targets - centre) / delta) * (targets - centre))


def way_to_go(targets, centre, delta):
    return reweighted_centre(targets, centre, delta) - centre


def over_all(targets, centre, delta):
    weights = tukey_weight((targets - centre) / delta)
    return (weights * targets).sum() / len(targets) if weights.any() else np.float64(centre)


add(
    NumberExercise(
        "quantile_above_zeros",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=quantile_of_true,
        tolerance=5e-4,
        mistakes=[
            (
                0.3125,
                "That is the formula for wrong targets that lie above. Here they lie below the "
                "line: count who is below it.",
            ),
            (
                0.05,
                "That is the share of all targets that are true and lie below the line. What "
                "share of the true ones is it?",
            ),
            (0.25, "That would be so without wrong targets. They fill most of the room below."),
            (0.2, "That is the share of wrong targets. How much room below the line is left?"),
            (
                0.45,
                "The wrong targets fill room below the line; they do not make more of it.",
            ),
            (
                0.04,
                "The true targets are fewer than all, so their share is larger: divide.",
            ),
            (
                0.0,
                "That would need a quarter of the targets to be wrong. A little room is left.",
            ),
            (
                lambda number: abs(number - 6.25) < 0.01,
                "As a number between 0 and 1, please.",
            ),
            (lambda number: not 0 <= number <= 1, "A quantile lies between 0 and 1."),
            (
                lambda number: number > 0.25,
                "Wrong targets below pull the line down. Is your answer lower than 0.25?",
            ),
        ],
    ),
    Exercise(
        "interval_cost",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=interval_cost,
        draw=draw_interval,
        extremes=(),
        mistakes=[
            (
                pinballs(itself, itself),
                "Both lines are judged as the lower one. At which quantile is the upper one?",
            ),
            (
                pinballs(rest, itself),
                "The two quantiles have changed places, or the two sides of the loss: for the "
                "lower line it is cheap to lie below the target.",
            ),
            (
                pinballs(rest, rest),
                "Both lines are judged as the upper one. At which quantile is the lower one?",
            ),
            (
                pinballs(itself, rest, gather=np.sum),
                "This is the sum over the patients. Their mean does not grow with their number.",
            ),
            (
                lambda y, low, high, q: interval_cost(y, low, high, q) / 2,
                "The two losses of a patient are added up, not averaged.",
            ),
            (
                lambda y, low, high, q: np.mean(q * (high - low)),
                "This is the price of the width alone. What does a patient outside cost?",
            ),
            (
                lambda y, low, high, q: np.mean(misses(y, low, high)),
                "This is the price of being outside alone. The widest interval would be the best.",
            ),
            (
                lambda y, low, high, q: np.mean(high - low + misses(y, low, high)),
                "A patient inside costs too much: there the two losses make q times the width.",
            ),
            (
                lambda y, low, high, q: np.mean(q * (high - low) + q * misses(y, low, high)),
                "A patient outside costs too little: work out both losses for a y above high.",
            ),
            (
                lambda y, low, high, q: np.mean(high - low + misses(y, low, high) / q),
                "This is the interval score of the literature, in another unit: it is right up to "
                "a factor that depends on q.",
            ),
            (
                lambda y, low, high, q: np.mean(np.abs(y - low) + np.abs(y - high)),
                "These are absolute errors. Where does q come in?",
            ),
            (
                lambda y, low, high, q: np.mean((y < low) | (y > high)),
                "This counts who is outside. The loss also asks how far, and how wide.",
            ),
            (
                lambda y, low, high, q: q * (high - low) + misses(y, low, high),
                "One number for all patients is asked for, their mean.",
            ),
        ],
    ),
    NumberExercise(
        "falsely_dropped",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=falsely_dropped,
        tolerance=0.25,
        mistakes=[
            (lambda number: number <= 0, "The tails of this noise have no end. Some are dropped."),
            (
                lambda number: abs(number - 0.0458) < 0.003,
                "That is a share. Per cent are asked for.",
            ),
            (
                0.27,
                "That is the share for Gaussian noise, which the rule is made for. Did you draw "
                "from the Laplace distribution?",
            ),
            (
                1.44,
                "That is beyond three standard deviations. The rule takes the median distance, "
                "which knows less of the tails.",
            ),
            (
                2.29,
                "That is one side. The rule drops targets that are far too high and far too low.",
            ),
            (
                12.5,
                "Is the median distance divided by 0.6745 in your rule?",
            ),
            (
                lambda number: abs(number - 24.6) < 0.5,
                "The median distance is divided by 0.6745, not multiplied.",
            ),
            (
                4.98,
                "That is beyond three times the scale of the distribution. The rule does not know "
                "this scale; it has the median distance.",
            ),
            (
                lambda number: abs(number - falsely_dropped()) < 0.7,
                "Close. Draw more targets, a million or so.",
            ),
            (
                lambda number: number > 90,
                "Are these the ones that are kept?",
            ),
        ],
    ),
    Exercise(
        "half_width_grad",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=half_width_grad,
        draw=draw_half_width,
        derivative_of=(half_width_cost, "s"),
        extremes=([-np.inf, -1000.0, -5.0, 5.0],),
        mistakes=[
            (
                lambda s, centre, y, q: half_width_grad(s, centre, y, q) / np.exp(s),
                "This is the derivative in the half-width. s is its logarithm: which factor does "
                "the chain rule bring in?",
            ),
            (
                lambda s, centre, y, q: half_width_grad(s, centre, y, q) * np.exp(s),
                "One factor too many: how does the exponential change with s?",
            ),
            (
                lambda s, centre, y, q: 2 * q * np.exp(s),
                "This is how the price of the width changes. A patient outside comes nearer as "
                "the interval grows.",
            ),
            (
                lambda s, centre, y, q: np.exp(s) * (q - (np.abs(y - centre) > np.exp(s))),
                "The interval grows on both sides: its width is twice the half-width.",
            ),
            (
                lambda s, centre, y, q: np.exp(s) * (2 * q + (np.abs(y - centre) > np.exp(s))),
                "For a patient outside a wider interval is a smaller miss: look at the sign.",
            ),
            (
                lambda s, centre, y, q: np.where(
                    np.abs(y - centre) > np.exp(s), -np.exp(s), 2 * q * np.exp(s)
                ),
                "Inside this is right. A patient outside pays for the width as well.",
            ),
            (
                with_outside(lambda y, low, high: (low < y) & (y < high)),
                "This takes the patients inside for those outside.",
            ),
            (
                with_outside(lambda y, low, high: y > high),
                "A patient can be outside on the other side as well.",
            ),
            (
                with_outside(lambda y, low, high: y < low),
                "A patient can be outside on the upper side as well.",
            ),
            (
                with_outside(lambda y, low, high: (y > high) * 1.0 - (y < low)),
                "Both ends move outwards as s grows. This is for an interval whose ends move "
                "together.",
            ),
            (
                with_outside(misses),
                "The slope of the miss is asked for, not its size.",
            ),
            (
                lambda s, centre, y, q: -half_width_grad(s, centre, y, q),
                "The sign is turned round: a patient inside makes the cost rise with the width.",
            ),
            (
                half_width_cost,
                "This is the cost itself. What is asked for is how it changes with s.",
            ),
            (
                lambda s, centre, y, q: 2 * q - (np.abs(y - centre) > s),
                "The half-width is the exponential of s, also where you ask who is outside.",
            ),
            (
                "shape",
                "Each patient has an s of its own here, and so a gradient of its own: no sum, no "
                "mean.",
            ),
        ],
    ),
    Exercise(
        "reweighted_centre",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=reweighted_centre,
        draw=draw_heap,
        axes=1,
        extremes=(),
        smallest=1e-9,
        mistakes=[
            (
                weighted_centre(lambda u: (np.abs(u) < 1) * 1.0, stays),
                "Within δ all targets count alike here. Tukey's pull grows less than the error "
                "long before it ends.",
            ),
            (
                weighted_centre(lambda u: np.maximum(1 - u**2, 0), stays),
                "In Tukey's pull the bracket is squared.",
            ),
            (
                weighted_centre(lambda u: (1 - u**2) ** 2),
                "Beyond δ the formula grows again, and there the pull is 0.",
            ),
            (
                weighted_centre(tukey_weight),
                "Right, but for a centre that no target is near: there 0/0 is NaN. Nothing pulls, "
                "so where does it stay?",
            ),
            (
                weighted_centre(tukey_weight, lambda centre: np.float64(0.0)),
                "Where nothing pulls, this moves to 0, which is a place like any other.",
            ),
            (
                weighted_centre(lambda u: tukey_weight(u) * u, stays),
                "The pulls themselves stand for the weights here. A weight is the pull divided by "
                "the error: what one unit of it pulls.",
            ),
            (
                over_all,
                "The weights do not sum to the number of targets. What must a weighted sum be "
                "divided by?",
            ),
            (
                way_to_go,
                "This is how far the centre moves. Where does it arrive?",
            ),
            (
                mean_step,
                "One step of descent at the rate 1. Asked for is the place where the pulls would "
                "balance if the weights stayed as they are.",
            ),
            (
                weighted_centre(lambda u: 1 / (1 + u**2)),
                "These are Cauchy's weights, which give up nobody altogether.",
            ),
            (
                weighted_centre(lambda u: np.minimum(1, 1 / np.maximum(np.abs(u), 1e-9))),
                "These are Huber's weights: 1 up to δ, and then δ over the size of the error.",
            ),
            (
                lambda targets, centre, delta: targets.mean(),
                "This is the mean of all targets, outliers included.",
            ),
            ("shape", "These are the weights, or something as long: one number is asked for."),
        ],
    ),
)
