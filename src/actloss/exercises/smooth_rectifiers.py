"""The exercises of ``chapters/exercises/smooth-rectifiers``."""

import functools

import numpy as np
from scipy.optimize import minimize_scalar

from actloss.activations import gelu, softplus, swish
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "smooth-rectifiers"


# 1. Predict a number: a mean slope


def mean_slope_of_swish():
    """f(x) − f(−x) = x, so f′(x) + f′(−x) = 1, and x and −x are equally likely."""
    return 1 / 2


# 2. From the output of a softplus back to its input


def draw_positive(rng):
    return {"y": np.asarray(np.exp(any_array(rng, scale=1.0)))}


def before_softplus(y):
    if np.any(y <= 0):
        raise ValueError("a softplus is positive")
    return y + np.log(-np.expm1(-y))


TINY = (
    "Try a tiny output: exp(y) or exp(−y) is then so close to 1 that next to nothing is left when "
    "1 goes away. Which function of NumPy computes the difference as a whole?"
)

# 3. The gradient of CELU in α


def draw_celu(rng):
    x = any_array(rng, axes=(1, 2))
    return {"x": x, "alpha": rng.uniform(0.3, 2.0, size=x.shape)}


def celu_of_units(x, alpha):
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)


def celu_in_alpha(slope=lambda t, alpha: np.expm1(t) - t * np.exp(t), right=0.0):
    """The slope in α from t = min(x, 0) / α; `right` is what a positive x gives."""

    def gradient(x, alpha):
        if x.shape != alpha.shape or np.any(alpha <= 0):
            raise ValueError("one positive α for each entry")
        return np.where(x > 0, right, slope(np.minimum(x, 0) / alpha, alpha))

    return gradient


# 4. An experiment: the Swish nearest to GELU


@functools.cache
def swish_nearest_to_gelu():
    x = np.linspace(-8, 8, 4001)
    return float(
        minimize_scalar(
            lambda c: np.abs(swish(x, beta=c) - gelu(x)).max(), bounds=(1.5, 2.0), method="bounded"
        ).x
    )


add(
    NumberExercise(
        "mean_slope_of_swish",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=mean_slope_of_swish,
        tolerance=1e-3,
        mistakes=[
            (
                1.0,
                "That is what the slopes at x and −x add up to. How many inputs share it?",
            ),
            (
                0.0,
                "The slope is not odd: far on the right it is near 1, far on the left near 0. Pair "
                "the two.",
            ),
            (3.0, "β makes the bend sharper. Far from it, on either side, what is the slope?"),
            (1.5, "β makes the bend sharper. Does it change what the slopes at x and −x sum to?"),
            (
                0.25,
                "That is the peak of the sigmoid's slope. What is asked for is the slope of x "
                "times the sigmoid.",
            ),
            (
                lambda number: number > 1,
                "The slope exceeds 1 in places. Is there a place that pays for it?",
            ),
            (
                lambda number: 0 < number < 1,
                "Write down f(x) − f(−x) for Swish and differentiate it on both sides.",
            ),
        ],
    ),
    Exercise(
        "before_softplus",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=before_softplus,
        draw=draw_positive,
        extremes=([800.0, 1e308, np.inf, 40.0], [1e-15, 1e-17, 1e-300, 0.5]),
        mistakes=[
            (
                lambda y: np.log(np.expm1(y)),
                "Tiny outputs are right. But exp(800) is more than a float can hold. Take e to "
                "the y out of the bracket before you take the logarithm.",
            ),
            (lambda y: y + np.log(1 - np.exp(-y)), TINY),
            (
                lambda y: np.log(np.exp(y) - 1),
                "exp(800) is more than a float can hold, and for tiny outputs exp(y) is 1 to the "
                "last digit: two traps. Take e to the y out of the bracket first.",
            ),
            (
                softplus,
                "This is softplus itself. Which input has it been given?",
            ),
            (
                lambda y: np.log(y),
                "That would undo an exponential. Softplus is the logarithm of 1 plus one.",
            ),
            (
                lambda y: np.expm1(y),
                "exp(y) − 1 is the exponential of the input. One more step undoes that.",
            ),
            (lambda y: y, "Far on the right softplus is nearly the identity. And near 0?"),
            (
                lambda y: 1 / softplus(y),
                "The inverse of a function is not 1 divided by it. Solve for the input.",
            ),
            (
                lambda y: y - np.log(-np.expm1(-y)),
                "Softplus lies above the identity. Is its input larger or smaller than its output?",
            ),
        ],
    ),
    NumberExercise(
        "swish_nearest_to_gelu",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=swish_nearest_to_gelu,
        tolerance=0.005,
        mistakes=[
            (
                1.702,
                "That brings σ(cx) nearest to Φ(x). Here the difference is multiplied by x. Does "
                "the same c win?",
            ),
            (
                np.sqrt(8 / np.pi),
                "That gives σ(cx) the slope of Φ at 0. Look at the difference farther out.",
            ),
            (
                lambda number: abs(number - 1.712) <= 0.005,
                "Is that the mean square, with normal inputs? The largest difference is asked for.",
            ),
            (
                lambda number: 1.778 < number <= 1.8,
                "Near. Is that the smallest mean square? The largest difference is asked for.",
            ),
            (
                lambda number: 0 < number < 0.05,
                "That is the difference that is left. At which c?",
            ),
            (
                lambda number: 1.72 < number < 1.83,
                "Near. It is wanted to within 0.005: take finer steps, of c and of x.",
            ),
            (1.0, "That is SiLU, which bends more gently than GELU."),
            (
                lambda number: number > 1.83,
                "So sharp a bend lies too far above GELU on both sides of 0. Try smaller ones.",
            ),
            (
                lambda number: 0 < number < 1.72,
                "So gentle a bend lies too far below GELU on both sides of 0. Try larger ones.",
            ),
        ],
    ),
    Exercise(
        "celu_alpha_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=celu_in_alpha(),
        draw=draw_celu,
        derivative_of=(celu_of_units, "alpha"),
        axes=1,
        extremes=([2000.0, -2000.0, 0.0],),
        mistakes=[
            (
                lambda x, alpha: np.expm1(x / alpha) - x / alpha * np.exp(x / alpha),
                "Left of 0 this is right. And right of 0, how does the output depend on α?",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t)),
                "That counts the α in front. There is another one, in the exponent.",
            ),
            (
                celu_in_alpha(lambda t, alpha: -t * np.exp(t)),
                "That counts the α in the exponent. There is another one, in front.",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t) + t * np.exp(t)),
                "Differentiate x / α in α once more: which sign does a quotient get?",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t) - t / alpha * np.exp(t)),
                "The inner derivative has α squared below, and an α stands in front of the "
                "bracket. What is left of them?",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t) - alpha * t * np.exp(t)),
                "The derivative of x / α in α has α squared below it. Count the αs again.",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t) + np.exp(t)),
                "This differentiates the exponent in x, and takes x / α for x. In which letter "
                "is the derivative?",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.exp(t), 1.0),
                "This is the derivative in x. What is asked for is the one in α.",
            ),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t) - t * np.exp(t), 1.0),
                "Right of 0 the output is x. How does it change when α does?",
            ),
            (celu_of_units, "This is CELU itself. How does it change with α?"),
            (
                celu_in_alpha(lambda t, alpha: np.expm1(t * alpha)),
                "That is the derivative of ELU in α. The curve of CELU is stretched by α as well.",
            ),
            (
                "shape",
                "Each entry has an α of its own here, so each has a derivative of its own.",
            ),
        ],
    ),
)
