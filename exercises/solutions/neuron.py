"""Solutions of chapters/exercises/neuron; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% slope_in_first_input
# Forward: $z = (1, 2, -3)$, $a = (1, 2, 0)$, $\hat y = 2 + 6 - 3 = 5$. The loss sends back
# $2\,(5 - 8) = -6$. Two paths lead from $x_1$ to $\hat y$ through units that are awake, with slopes
# $1 \cdot 2$ and $-1 \cdot 3$; the third unit is silent and passes nothing on. Paths add up:
# $-6 \cdot (2 - 3)$. A larger $x_1$ lowers $\hat y$, which is too low already, so the loss rises.
slope_in_first_input = 2 * (5 - 8) * (1 * 2 + (-1) * 3)


# %% hidden_weights_after_step
# First fault: `v` is updated before the signal is sent back through it. The prediction was made
# with the old `v`, so the chain rule needs the old one; in this function the new one is not needed
# at all. Second fault: `prediction_grad` already holds the mean, and the last line divides by the
# number of samples once more. A network trains all the same, only with a smaller step in `W`, and
# one that depends on the size of the batch.
def hidden_weights_after_step(x, y, W, v, rate):
    z = x @ W
    a = np.maximum(z, 0)
    prediction_grad = 2 * (a @ v - y) / len(x)
    z_grad = (prediction_grad @ v.T) * (z > 0)
    return W - rate * x.T @ z_grad


# %% one_neuron_gradient
# For one sample the chain is $2(a - y) \cdot (1 - a^2) \cdot x_i$: loss, activation, input. The
# first two factors are one number a sample, the $\delta$ below. Weight $w_i$ meets input $x_i$ of
# every sample, so its gradient is the sum over samples of $\delta\, x_i$, which is a product with
# the matrix $x$, divided by their number because $L$ is a mean.
def one_neuron_gradient(x, w, b, y):
    a = np.tanh(x @ w + b)
    delta = 2 * (a - y) * (1 - a**2)
    return delta @ x / len(x)
