"""Solutions of chapters/exercises/sigmoid-and-tanh; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% undecided_measurement
# Bayes' rule multiplies the odds $e^{2x}$ of the chapter by those before the measurement, 3 to 1.
# So the log-odds are $2x + \log 3$, and the probability is $\sigma(2x + \log 3)$: the
# frequencies have become the bias of the unit. It is undecided where the log-odds are 0, left of
# the middle, for it takes some evidence to speak against the frequent class.
undecided_measurement = -np.log(3) / 2


# %% sigmoid_slope
# $1 - \sigma(x)$ is $\sigma(-x)$, so the slope is $\sigma(x)\,\sigma(-x)$: a product
# without any subtraction, in which no digit is lost. It is even, so we may put in $-|x|$, whose
# exponential cannot overflow: with $t = e^{-|x|}$ it is $\frac{1}{1 + t} \cdot \frac{t}{1 + t}$.
# Written as $\sigma(1 - \sigma)$ it would be 0 from about $x = 37$ on, where the true slope is
# small but not 0.
def sigmoid_slope(x):
    t = np.exp(-np.abs(x))
    return t / (1 + t) ** 2


# %% sigmoid_layer_backward
# First fault: the layer kept its outputs, so $\sigma(z)$ is `a` itself, and the slope is
# $a\,(1 - a)$. Applying the sigmoid once more gives every unit a slope between 0.19 and 0.25, as if
# none could be saturated. Second fault: the clip. It sends a signal through units that are flat,
# and what arrives below is the gradient of no loss; a network may still train with it, and nobody
# notices. If saturated units are a problem, mend the weights, not the derivative.
def sigmoid_layer_backward(a, upstream):
    return upstream * a * (1 - a)


# %% half_saturated
# Draw many normal numbers once, and multiply them by one candidate after the other. Or think:
# $\sigma' < 0.05 \cdot \tfrac14$ where $|z| > 4.36$, and half of a normal population lies farther
# than 0.674 standard deviations from 0. So the deviation is $4.36 / 0.674$. For tanh all this
# happens at half the distance, since $\tanh'(z) = 4\,\sigma'(2z)$.
drawn = np.random.default_rng(0).normal(size=400_000)
low, high = 0.0, 20.0
for _ in range(12):
    half_saturated = (low + high) / 2
    s = 1 / (1 + np.exp(-half_saturated * drawn))
    few = np.mean(s * (1 - s) < 0.05 / 4) < 0.5
    low, high = (half_saturated, high) if few else (low, half_saturated)
