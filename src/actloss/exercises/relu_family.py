"""The exercises of ``chapters/exercises/relu-family``."""

import numpy as np

from actloss.activations import leaky_relu, leaky_relu_grad, prelu, prelu_alpha_grad
from actloss.exercises.definitions import Exercise, NumberExercise, add, any_array

CHAPTER = "relu-family"


# 1. Predict a number: the slope of three leaky units in a row

WEIGHTS, ALPHA, INPUT = (2.0, -5.0, 3.0), 0.1, -1.0


def slope_through_units():
    signal, slope = INPUT, 1.0
    for weight in WEIGHTS:
        slope *= float(leaky_relu_grad(weight * signal, alpha=ALPHA)) * weight
        signal = float(leaky_relu(weight * signal, alpha=ALPHA))
    return slope


# 2. Write leaky ReLU


def draw_leaky(rng):
    return {"x": any_array(rng), "alpha": float(rng.uniform(0.01, 1.5))}


def masked_by_product(x, alpha):
    return x * (x > 0) + alpha * x * (x <= 0)


# 3. The gradient in α of PReLU


def alpha_gradient(x, alpha, upstream):
    return (upstream * prelu_alpha_grad(x, alpha)).sum()


ONE_ALPHA = (
    "One α serves all entries, so each of them has a say in its gradient: what does the chain "
    "rule do with several paths?"
)


def draw_alpha_gradient(rng):
    x = any_array(rng)
    return {
        "x": x,
        "alpha": float(rng.uniform(0.01, 0.9)),
        # Below 1.79, so that 1e308 times it is finite.
        "upstream": np.asarray(rng.uniform(-1.5, 1.5, size=x.shape)),
    }


# 4. Find the bug: the backward pass of a leaky layer


def backward(z, upstream, alpha):
    return upstream * leaky_relu_grad(z, alpha=alpha)


def backward_as_given(z, upstream, alpha):
    upstream[z < 0] *= alpha
    return upstream


def backward_in_place(z, upstream, alpha):
    upstream[z <= 0] *= alpha
    return upstream


def draw_backward(rng):
    z = any_array(rng, axes=(1, 2))
    return {
        "z": z,
        "upstream": rng.normal(size=z.shape),
        "alpha": float(rng.uniform(0.05, 0.9)),
    }


# 5. An experiment: how fast signals grow in a deep network of leaky units

SLOPE = 0.5


def growth():
    """He's weights keep E[z²] if half of it is lost in each layer; α² of that half is not lost."""
    return 1.0 + SLOPE**2


add(
    NumberExercise(
        "slope_of_three",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=slope_through_units,
        tolerance=1e-6,
        mistakes=[
            (-30.0, "That is the product of the weights: some unit lies left of its kink."),
            (-0.03, "The sign of each sum decides, not that of x. Work out all three sums first."),
            (
                -0.3,
                "α counts once for each sum that is negative. Is the second one negative?",
            ),
            (3.0, "That is the output. What is asked for is how it changes with x."),
            (0.0, "A plain ReLU would stop the gradient. What does a leaky one do to it?"),
            (
                0.1,
                "The slopes of the units are right; the chain rule brings in the weights.",
            ),
            (lambda number: number > 0, "How many of the three weights are negative?"),
        ],
    ),
    Exercise(
        "leaky_relu",
        chapter=CHAPTER,
        points=2,
        difficulty=1,
        reference=leaky_relu,
        draw=draw_leaky,
        mistakes=[
            (
                lambda x, alpha: np.maximum(x, alpha * x),
                "The larger of x and αx is right while α ≤ 1. Try α = 2 and x = −1 by hand.",
            ),
            (
                lambda x, alpha: np.maximum(x, 0),
                "This is plain ReLU: nothing leaks. Where does α come in?",
            ),
            (
                lambda x, alpha: np.maximum(x, alpha),
                "This cuts off at the height α. α is a slope: it multiplies x.",
            ),
            (
                lambda x, alpha: np.where(x > 0, x, alpha),
                "Left of 0 this is flat, at the height α. α is a slope: it multiplies x.",
            ),
            (
                lambda x, alpha: np.where(x > 0, x, -alpha * x),
                "A negative x with a positive slope stays negative: look at the sign.",
            ),
            (
                lambda x, alpha: np.where(x > 0, 1.0, alpha),
                "These are the slopes. The function itself is asked for.",
            ),
            (
                lambda x, alpha: np.where(x < 0, x, alpha * x),
                "The two sides have changed places.",
            ),
            (
                lambda x, alpha: x if x > 0 else alpha * x,
                "`if` needs one yes or no, and an array has many. Choose entry by entry, with "
                "np.where, or with np.maximum and np.minimum.",
            ),
            (
                masked_by_product,
                "A mask that is multiplied does not stop an infinity: 0 · ∞ is NaN.",
            ),
        ],
    ),
    Exercise(
        "prelu_alpha_gradient",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=alpha_gradient,
        draw=draw_alpha_gradient,
        derivative_of=(lambda x, alpha, upstream: upstream * prelu(x, alpha), "alpha"),
        extremes=([np.inf, -1.0], [1e308, -2.0], [5e-324, -5e-324, 0.0]),
        mistakes=[
            (
                lambda x, alpha, upstream: upstream * np.minimum(x, 0),
                ONE_ALPHA,
            ),
            (
                lambda x, alpha, upstream: np.minimum(x, 0).sum(),
                "This is how the outputs change with α. The loss is further up: bring upstream in.",
            ),
            (
                lambda x, alpha, upstream: (upstream * np.minimum(x, 0)).mean(),
                "Paths add up. A mean divides by their number.",
            ),
            (
                lambda x, alpha, upstream: (upstream * x).sum(),
                "Right of 0 the output does not depend on α. What is its derivative there?",
            ),
            (
                lambda x, alpha, upstream: (upstream * np.maximum(x, 0)).sum(),
                "α acts on the other side of 0.",
            ),
            (
                lambda x, alpha, upstream: (upstream * alpha * np.minimum(x, 0)).sum(),
                "αx, differentiated in α, leaves no α behind.",
            ),
            (
                lambda x, alpha, upstream: (upstream * np.where(x > 0, 1, alpha)).sum(),
                "This is the derivative in x. What is asked for is the one in α.",
            ),
            (
                lambda x, alpha, upstream: (upstream * (x <= 0)).sum(),
                "αx, differentiated in α, is not 1.",
            ),
            (
                lambda x, alpha, upstream: (upstream * x * (x < 0)).sum(),
                "A mask that is multiplied does not stop an infinity: 0 · ∞ is NaN.",
            ),
            ("shape", ONE_ALPHA),
        ],
    ),
    Exercise(
        "leaky_backward",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=backward,
        draw=draw_backward,
        extremes=([-np.inf, np.inf, -1e308, 1e308, -5e-324, 5e-324, 0.0],),
        mistakes=[
            (
                backward_as_given,
                "So far this does what the given function does. Which slope does the course take "
                "at the kink, and which does this line take?",
            ),
            (
                backward_in_place,
                "The values are right now. But the line writes into an array that belongs to the "
                "caller: call it twice with the same arrays and compare.",
            ),
            (
                lambda z, upstream, alpha: np.where(z < 0, alpha * upstream, upstream),
                "The arguments stay whole now. One entry is still wrong: which slope does the "
                "course take at the kink?",
            ),
            (
                lambda z, upstream, alpha: np.where(z > 0, 1.0, alpha),
                "This is the slope alone. The gradient from above must be multiplied by it.",
            ),
            (
                lambda z, upstream, alpha: upstream * leaky_relu(z, alpha=alpha),
                "This multiplies by the value of Leaky ReLU. The chain rule wants its slope.",
            ),
            (
                lambda z, upstream, alpha: np.where(upstream > 0, upstream, alpha * upstream),
                "The sign of z decides which side of the kink a unit is on, not that of upstream.",
            ),
            (
                lambda z, upstream, alpha: np.where(z > 0, upstream, 0.0),
                "This is the backward pass of plain ReLU: nothing leaks.",
            ),
            (
                lambda z, upstream, alpha: np.where(z > 0, upstream, alpha**2 * upstream),
                "The slope is taken twice: α counts once.",
            ),
        ],
    ),
    NumberExercise(
        "growth_a_layer",
        chapter=CHAPTER,
        points=2,
        difficulty=3,
        answer=growth,
        tolerance=0.06,
        mistakes=[
            (1.0, "He's weights keep the signal of plain ReLU. Did you use the leaky slope 0.5?"),
            (
                lambda number: abs(number - growth() ** 0.5) <= 0.05,
                "Near the root of it: the mean of the squares is asked for, without a root.",
            ),
            (
                lambda number: abs(number - growth() / 2) <= 0.06,
                "Half of it: He's weights have variance 2 / n, where n counts the inputs.",
            ),
            (
                lambda number: abs(number - 1 / growth()) <= 0.06,
                "Is this layer before divided by layer after?",
            ),
            (1.5, "1 + α would be it if the values grew by α. What is averaged are squares."),
            (
                lambda number: number > 3,
                "That is the growth over several layers. What is the factor of one?",
            ),
            (lambda number: number <= 0, "A ratio of two means of squares is positive."),
        ],
    ),
)
