"""Solutions of chapters/exercises/choosing-a-loss; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np
from actloss.activations import sigmoid

# %% aim_of_relative_error
# Set the derivative of the mean loss to zero: $\sum_i 2\,(c - y_i)/y_i^2 = 0$, so
# $c = \sum_i (1/y_i) \big/ \sum_i (1/y_i^2)$. It is a mean with weights $1/y_i^2$, so the house at
# 100 has nine times the weight of the one at 300: $(9 \cdot 100 + 300)/10$. A score in per cent
# sounds fair, and it aims far below the mean: a model judged by it learns to say too little.
prices = np.array([100.0, 300.0])
weights = 1 / prices**2
aim_of_relative_error = np.sum(weights * prices) / np.sum(weights)


# %% undo_class_weight
# The expected loss is $-w q \log p - (1 - q) \log(1 - p)$. Its derivative in the logit is
# $-w q (1 - p) + (1 - q)\, p$, and it is zero where $p / (1 - p) = w\, q / (1 - q)$: the weight
# multiplies the *odds* by $w$. So divide the odds by $w$ again; in the logit it is even shorter,
# $z - \log w$. One half becomes $1/(1 + w)$, the threshold that the weight stood for.
def undo_class_weight(p, weight):
    odds = p / (1 - p) / weight
    return odds / (1 + odds)


# %% power_loss_grad
# With $p' = p\,(1 - p)$ the first half gives $-y\,p^{r-1} p' = -y\,p^r (1 - p)$: the exponent that
# comes down cancels $1/r$. The second half gives $(1 - y)\,(1 - p)^r p$. Multiplied out, no power
# of a number that may be 0 is negative. For a plain label it is $p - y$, times the probability of
# that label to the power $r$. So $r$ decides how soon a sample is given up that looks hopeless,
# as a wrong label does: never for $r \to 0$, soonest for $r = 1$.
def power_loss_grad(z, y, r):
    p, rest = sigmoid(z), sigmoid(-z)
    return (1 - y) * rest**r * p - y * p**r * rest
