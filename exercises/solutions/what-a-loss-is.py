"""Solutions of chapters/exercises/what-a-loss-is; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% most_errors
# Divided by log 2, the logistic loss passes through (0, 1) and lies above the 0-1 loss everywhere.
# So the number of errors is at most $400 \cdot 0.05 / \log 2 = 28.9$, and errors come whole: 28. In
# other words, each error costs at least 0.69, and all losses together are 20. Such a bound needs a
# surrogate that lies above; the loss of the perceptron could be 0 with any number of errors.
most_errors = np.floor(400 * 0.05 / np.log(2))


# %% masked_cost
# First fault: a mean over each sequence and then a mean of these. A loss of a short sequence
# weighed more than one of a long one; sums first and one division at the end give each loss the
# same weight. Second fault: the padding was multiplied by 0, which does not remove what cannot be
# multiplied away, as 0 · ∞ is NaN. Choosing the losses never looks at the padding.
def masked_cost(losses, mask):
    return losses[mask == 1].mean()


# %% steepest_probability
# With $p = \sigma(z)$ the loss is $(1 - p)^2$, and its slope in $z$ is $-2 p (1 - p)^2$. The
# derivative of $p (1 - p)^2$ in $p$ is $(1 - p)(1 - 3p)$, which is 0 at $p = \tfrac13$. Left of it
# the curve bends the other way: the worse the mistake, the weaker the pull. That is why the chapter
# found chords below this curve. Cross-entropy has no such place; its pull, $1 - p$, only grows.
z = np.linspace(-5, 5, 100_001)
p = 1 / (1 + np.exp(-z))
pull = -np.diff((1 - p) ** 2)
steepest_probability = p[np.argmax(pull)]


# %% log_scale_gradient
# With $\log \sigma = s$ and the error $e$ the loss is $\tfrac12 e^2 \exp(-2s) + s$. Its derivative
# in $s$ is $1 - e^2 \exp(-2s) = 1 - (e / \sigma)^2$. It is 0 where $\sigma = |e|$: with many
# samples that share one $s$, where $\sigma^2$ is the mean squared error. So the term that the
# chapter dropped, because it does not depend on the prediction, is what keeps $\sigma$ honest.
#
# Multiplying by $\exp(-s)$ before squaring keeps every intermediate number in range.
def log_scale_gradient(s, predictions, targets):
    return 1 - ((predictions - targets) * np.exp(-s)) ** 2
