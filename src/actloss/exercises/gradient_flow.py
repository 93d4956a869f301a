"""The exercises of ``chapters/exercises/gradient-flow``."""

import functools

import numpy as np

from actloss.activations import elu, elu_grad, relu, relu_grad
from actloss.exercises.definitions import Exercise, NumberExercise, add

CHAPTER = "gradient-flow"


# 1. Predict a number: what the default weights of a library do


def default_weights_factor():
    """The variance of U(−a, a) is a²/3 with a² = 1/n; ReLU lets half of the mean square pass."""
    return 1 / 3 / 2


# 2. Find the bugs: the backward pass of a residual block


def draw_block(rng):
    samples, units = rng.integers(1, 4), rng.integers(2, 4)
    return {
        "x": rng.normal(size=(samples, units)),
        "W": rng.normal(size=(units, units)),
        "upstream": rng.normal(size=(samples, units)),
    }


def block(x, W, upstream):
    return upstream * (x + relu(x @ W))


def block_backward(
    skip=lambda upstream, slope: upstream,
    gate=lambda z, x: relu_grad(z),
    way_back=lambda W: W.T,
):
    def gradient(x, W, upstream):
        if W.shape[0] != W.shape[1]:
            raise ValueError("what is added to the input must have its shape")
        slope = gate(x @ W, x)
        return skip(upstream, slope) + (upstream * slope) @ way_back(W)

    return gradient


def gated(upstream, slope):
    return upstream * slope


def itself(W):
    return W


# 3. An experiment: the gain of an activation that the chapter's table leaves out


@functools.cache
def normal_mean(function):
    """The mean of a function of a standard normal number."""
    z = np.linspace(-12, 12, 240_001)
    return float(np.sum(function(z) * np.exp(-(z**2) / 2)) * (z[1] - z[0]) / np.sqrt(2 * np.pi))


def square(z):
    return elu(z) ** 2


def slope_square(z):
    return elu_grad(z) ** 2


def elu_gain():
    return normal_mean(square) ** -0.5


def near(number):
    return lambda given: abs(given - number()) <= 0.008


# 4. The gradient of a normalisation that also centres


def draw_sums(rng):
    shape = (*rng.integers(1, 4, size=rng.integers(0, 2)), rng.integers(3, 6))
    z = rng.normal(loc=rng.normal(), scale=rng.uniform(0.5, 3.0), size=shape)
    return {"z": z, "upstream": rng.normal(size=shape)}


EPSILON = "Close: libraries add a small number to keep r from being 0. Here there is none."


def statistics(z, axis=-1, keepdims=True, spare=0, inside=0.0, outside=0.0):
    """Mean and r, with a small number added inside or outside the root."""
    mean = z.mean(axis=axis, keepdims=keepdims)
    variance = z.var(axis=axis, keepdims=keepdims, ddof=spare)
    return mean, np.sqrt(variance + inside) + outside


def centred(z, upstream):
    mean, r = statistics(z)
    return upstream * (z - mean) / r


def centred_backward(z, upstream):
    mean, r = statistics(z)
    if z.shape != upstream.shape or z.shape[-1] < 3 or np.any(r < 1e-3):
        raise ValueError("at least three sums a sample, not all equal")
    y = (z - mean) / r
    along = np.mean(upstream * y, axis=-1, keepdims=True)
    return (upstream - upstream.mean(axis=-1, keepdims=True) - y * along) / r


def backward_with(formula, **how):
    """A gradient by a formula of z, the signal d, their y and r, and the mean to be taken."""

    def wrong(z, upstream):
        mean, r = statistics(z, **how)
        axis, keepdims = how.get("axis", -1), how.get("keepdims", True)
        average = functools.partial(np.mean, axis=axis, keepdims=keepdims)
        return formula(z, upstream, (z - mean) / r, r, average)

    return wrong


def right_formula(z, d, y, r, average):
    return (d - average(d) - y * average(d * y)) / r


add(
    NumberExercise(
        "default_weights_factor",
        chapter=CHAPTER,
        points=1,
        difficulty=1,
        answer=default_weights_factor,
        tolerance=2e-3,
        mistakes=[
            (1 / 3, "That is the factor of a layer without activation. What does ReLU's slope do?"),
            (0.5, "The weights are uniform up to 1/√n. Is 1/n their variance, then?"),
            (
                1 / 6**0.5,
                "That is the factor of the size. For the mean square it is taken without a root.",
            ),
            (2 / 3, "ReLU stops half of the mean square. Did you double it?"),
            (
                1 / 24,
                "The interval has the length 2/√n, from end to end. Its variance is the square of "
                "the length, divided by 12.",
            ),
            (
                1 / 12,
                "A square divided by 12: which length was squared? And what does ReLU's slope do?",
            ),
            (1.0, "He's weights would do that. Are these as large as He's?"),
            (
                lambda number: 0 < number < 0.01,
                "That looks like the factor over several layers. What is that of one?",
            ),
            (
                lambda number: number > 1,
                "These weights are smaller than He's. Does the gradient grow?",
            ),
        ],
    ),
    Exercise(
        "residual_backward",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        reference=block_backward(),
        draw=draw_block,
        derivative_of=(block, "x"),
        axes=2,
        extremes=(),
        mistakes=[
            (
                block_backward(gated, way_back=itself),
                "So far this does what the given function does. Set W to 0 in your mind: what does "
                "the block compute then, and what must come down to x?",
            ),
            (
                block_backward(gated),
                "The way through the layer is right now. Which part of the output reaches x "
                "without any ReLU in between?",
            ),
            (
                block_backward(way_back=itself),
                "The way round the layer is right now. Forward, W leads from inputs to units. "
                "How does the signal get from units to inputs?",
            ),
            (
                block_backward(lambda upstream, slope: 0 * upstream),
                "This is the gradient of the layer alone. The block adds its input to that.",
            ),
            (
                block_backward(gate=lambda z, x: np.ones_like(z)),
                "The layer has a ReLU. What do its silent units let through?",
            ),
            (
                block_backward(gate=lambda z, x: relu_grad(x + z)),
                "The ReLU sees the sums of the layer, before the input is added.",
            ),
            (
                block_backward(gate=lambda z, x: relu(z)),
                "The chain rule wants the slope of ReLU, not its value.",
            ),
            (
                lambda x, W, upstream: upstream + (upstream @ W.T) * relu_grad(x @ W),
                "The slopes belong to the units. Here they come after the way back through the "
                "weights.",
            ),
            (
                lambda x, W, upstream: x + (upstream * relu_grad(x @ W)) @ W.T,
                "Forward, the input is added. What is added on the way back?",
            ),
        ],
    ),
    NumberExercise(
        "elu_gain",
        chapter=CHAPTER,
        points=2,
        difficulty=2,
        answer=elu_gain,
        tolerance=0.02,  # a network of a thousand units and twenty layers scatters by 0.007
        mistakes=[
            (
                near(lambda: normal_mean(square)),
                "That is the mean square after the activation. The gain has to make up for it.",
            ),
            (
                near(lambda: normal_mean(square) ** 0.5),
                "That is the size after the activation. Does the gain multiply by that, or make "
                "up for it?",
            ),
            (
                near(lambda: 1 / normal_mean(square)),
                "The gain multiplies the weights. By how much does it multiply a mean square?",
            ),
            (
                near(lambda: normal_mean(slope_square) ** -0.5),
                "That is the gain for the way back. Asked for is the one for the way forward.",
            ),
            (
                near(lambda: (normal_mean(square) - normal_mean(elu) ** 2) ** -0.5),
                "Did you measure the variance? The mean of ELU is not 0, and the sum of the next "
                "layer feels the whole mean square.",
            ),
            (2**0.5, "That is the gain of ReLU. ELU loses less on the left. More gain or less?"),
            (1.0, "With that the signal shrinks: each layer loses a part of its mean square."),
            (
                lambda number: abs(number - elu_gain()) < 0.05,
                "Near. It is wanted to within 0.02: draw a million numbers.",
            ),
            (lambda number: number > 1.5, "With so large a gain signals grow layer by layer."),
            (lambda number: 0 < number < 1, "Is a signal larger or smaller after ELU?"),
        ],
    ),
    Exercise(
        "centred_norm_backward",
        chapter=CHAPTER,
        points=3,
        difficulty=3,
        reference=centred_backward,
        draw=draw_sums,
        derivative_of=(centred, "z"),
        axes=1,
        extremes=(),
        smallest=1e-9,
        mistakes=[
            (
                backward_with(lambda z, d, y, r, average: (d - y * average(d * y)) / r),
                "This has the form that the chapter derives. Here the mean is subtracted as well, "
                "and it depends on every sum: what happens if the same is added to all of them?",
            ),
            (
                backward_with(lambda z, d, y, r, average: (d - average(d)) / r),
                "The mean is taken into account. But r depends on z too.",
            ),
            (
                backward_with(lambda z, d, y, r, average: d / r),
                "This treats the mean and r as constants. Which of the sums do they depend on?",
            ),
            (
                backward_with(lambda z, d, y, r, average: right_formula(z, d, y, 1.0, average)),
                "The direction is right, the size is not. If all sums are doubled, y stays the "
                "same: what must the gradient do?",
            ),
            (
                backward_with(
                    lambda z, d, y, r, average: (d - average(d) + y * average(d * y)) / r
                ),
                "The last sign is turned: r stands in a denominator.",
            ),
            (
                backward_with(
                    lambda z, d, y, r, average: (d - average(d) - y * average(d * z)) / r
                ),
                "The second mean is that of the signal times the normalised y, not times z.",
            ),
            (
                backward_with(
                    lambda z, d, y, r, average: (d - average(d) - z * average(d * y)) / r
                ),
                "What stands before the second mean is the normalised y, not z.",
            ),
            (
                backward_with(
                    lambda z, d, y, r, average: (
                        (d - z.shape[-1] * average(d) - z.shape[-1] * y * average(d * y)) / r
                    )
                ),
                "These are sums where means belong: 1 / n comes from the derivative of a mean.",
            ),
            (
                backward_with(right_formula, axis=0),
                "This normalises each unit over the samples. Here each sample is normalised over "
                "its units.",
            ),
            (
                backward_with(right_formula, axis=None),
                "One mean and one r for the whole array. Each sample has its own.",
            ),
            (
                backward_with(right_formula, spare=1),
                "Here r divides by n, not by n − 1.",
            ),
            (backward_with(right_formula, outside=1e-5), EPSILON),
            (backward_with(right_formula, inside=1e-5), EPSILON),
            (
                backward_with(lambda z, d, y, r, average: d * (1 - (1 + y**2) / z.shape[-1]) / r),
                "This is how each y changes with its own z. What of the other ys of the sample?",
            ),
            (
                backward_with(right_formula, keepdims=False),
                "A mean over an axis takes that axis away, and what is left does not line up with "
                "the array. What does keepdims do?",
            ),
        ],
    ),
)
