"""Solutions of chapters/exercises/relu-family; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% slope_of_three
# The first sum is $2 \cdot (-1) = -2$, negative, so its unit has the slope 0.1 and gives −0.2. The
# second sum is $-5 \cdot (-0.2) = 1$, and the third $3 \cdot 1 = 3$: both positive, slope 1. The
# chain rule multiplies three weights and three slopes.
slope_of_three = (2 * 0.1) * (-5 * 1) * (3 * 1)


# %% leaky_relu
# Of the two summands one is always 0. No branch, no condition on α, and ±∞ and NaN come out right.
# Choosing with `np.where(x > 0, x, alpha * x)` is just as good.
def leaky_relu(x, alpha):
    return np.maximum(x, 0) + alpha * np.minimum(x, 0)


# %% prelu_alpha_gradient
# Only the term $\alpha \min(x_i, 0)$ of an output depends on α, so
# $\partial a_i / \partial \alpha = \min(x_i, 0)$. The one α reaches the loss through every output,
# and the chain rule adds up the paths: $\sum_i u_i \min(x_i, 0)$. The value of α itself drops out.
def prelu_alpha_gradient(x, alpha, upstream):
    return np.sum(upstream * np.minimum(x, 0))


# %% leaky_backward
# First fault: `upstream[...] *= alpha` writes into the caller's array. A second call with the same
# arrays would then multiply by α twice. Second fault: at $z = 0$ the course takes the slope α, so
# the condition for slope 1 is $z > 0$.
def leaky_backward(z, upstream, alpha):
    return np.where(z > 0, upstream, alpha * upstream)


# %% growth_a_layer
# He's weights have variance $2/n$. They double the mean square of the inputs on the way to the
# sums, and plain ReLU, which drops one half of a symmetric distribution, halves it again. A leaky
# unit keeps $\alpha^2$ of that half, so each layer multiplies by $1 + \alpha^2 = 1.25$. To keep
# signals level, He and colleagues therefore use the variance $2 / ((1 + \alpha^2)\, n)$.
rng = np.random.default_rng(0)
width, depth, alpha = 1000, 20, 0.5
signal = rng.normal(size=(200, width))
first = np.mean(signal**2)
for _ in range(depth):
    sums = signal @ rng.normal(scale=np.sqrt(2 / width), size=(width, width))
    signal = np.maximum(sums, 0) + alpha * np.minimum(sums, 0)
growth_a_layer = (np.mean(signal**2) / first) ** (1 / depth)
