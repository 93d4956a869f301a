"""Solutions of chapters/exercises/choosing-an-activation; the tests run them.

The page shows them folded. A line `# %% name` opens the solution of an exercise. The comment below
it is its explanation.
"""

import numpy as np
from actloss.activations import sigmoid, softmax, softplus

# %% start_of_softplus
# Solve $\log(1 + e^b) = 0.1$ for $b$: first $1 + e^b = e^{0.1}$, then $b = \log(e^{0.1} - 1)$.
# `expm1` takes the 1 off without losing digits. That matters for smaller targets: at $10^{-17}$ the
# plain form gives the logarithm of 0.
start_of_softplus = np.log(np.expm1(0.1))


# %% forecast_outputs
# Each target decides on its unit. A temperature has any value: no function. Rain is positive:
# softplus, whose slope is nowhere 0. Frost is a yes or no: sigmoid. The three skies exclude each
# other: one softmax over them, and over nothing else. Whole columns (`2:3`, not `2`) keep two axes,
# so that they can be put side by side again.
def forecast_outputs(z):
    warmth, rain, frost, sky = z[:, :1], z[:, 1:2], z[:, 2:3], z[:, 3:]
    return np.concatenate(
        [warmth, softplus(rain), sigmoid(frost), softmax(sky)], axis=1
    )


# %% count_output_gradient
# The negative logarithm of Poisson's probability is $\hat y - y \log \hat y + \log y!$. The last
# term does not depend on the forecast, and $\log \hat y = z$, so $\ell = e^z - y z$ and
# $\partial \ell / \partial z = e^z - y = \hat y - y$: forecast minus target, as for sigmoid with
# binary cross-entropy. The two were made for each other: the slope of the output unit cancels
# against the $1/\hat y$ of the loss.
def count_output_gradient(z, counts):
    return np.exp(z) - counts


# %% gain_of_sine
# Draw normal numbers, take the mean square of their sines, and divide 1 by its root. On paper:
# $\sin^2 z = \tfrac12 (1 - \cos 2z)$, and the mean of $\cos 2z$ is $e^{-2}$ for normal $z$, so the
# mean square is $\tfrac12 (1 - e^{-2}) = 0.432$.
rng = np.random.default_rng(0)
outputs = np.sin(rng.normal(size=1_000_000))
gain_of_sine = 1 / np.sqrt(np.mean(outputs**2))
