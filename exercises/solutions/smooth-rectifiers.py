"""Solutions of chapters/exercises/smooth-rectifiers; tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np
from scipy.special import expit, ndtr

# %% mean_slope_of_swish
# $f(x) - f(-x) = x\,\sigma(\beta x) + x\,\sigma(-\beta x) = x$, since the two sigmoids add up to 1.
# Differentiate: $f'(x) + f'(-x) = 1$. The inputs $x$ and $-x$ are equally likely, so together they
# have the mean slope ½. Neither β nor the normal distribution played a part: the same holds for
# GELU, for softplus and for ReLU, and for any symmetric input.
mean_slope_of_swish = 1 / 2


# %% before_softplus
# Solve $y = \log(1 + e^x)$: $x = \log(e^y - 1)$. As it stands this overflows from $y = 710$ on, and
# for tiny $y$ it subtracts 1 from a number that is hardly more. Taking $e^y$ out of the bracket
# leaves $y + \log(1 - e^{-y})$, which cannot overflow, and `expm1` computes $e^{-y} - 1$ without
# losing digits. With this function one chooses the bias of an output unit so that it starts at a
# given positive value.
def before_softplus(y):
    return y + np.log(-np.expm1(-y))


# %% swish_nearest_to_gelu
# 1.702 is the $c$ for which $\sigma(cx)$ is nearest to $\Phi(x)$ itself. GELU multiplies by $x$, so
# differences far from 0 weigh more than those near it, and a slightly sharper sigmoid does better:
# the largest difference falls from 0.020 to 0.014. Which constant is best depends on what is to be
# small; a number that is copied from a paper brings its question along.
x = np.linspace(-6, 6, 2401)
candidates = np.arange(1.6, 1.9, 0.001)
differences = [np.abs(x * expit(c * x) - x * ndtr(x)).max() for c in candidates]
swish_nearest_to_gelu = candidates[np.argmin(differences)]


# %% celu_alpha_gradient
# Left of 0, α stands in front and in the exponent. The product rule gives
# $(e^{x/\alpha} - 1) + \alpha\, e^{x/\alpha} \cdot (-x / \alpha^2)$, which with $t = x / \alpha$ is
# $e^t - 1 - t\,e^t$. It is never positive: with a larger α the left side settles lower. Right of 0
# nothing depends on α. Letting only $\min(x, 0)$ into the exponential covers both sides, for at
# $t = 0$ the formula gives 0, and large $x$ cannot overflow.
def celu_alpha_gradient(x, alpha):
    t = np.minimum(x, 0) / alpha
    return np.expm1(t) - t * np.exp(t)
