"""Solutions of chapters/exercises/softmax; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% second_probability
# Only the lead counts, and it is $\ln 3$. So the second class is $e^{\ln 3} = 3$ times as probable
# as the first, and the two sum to 1: three quarters and one quarter. The 7 plays no part.
second_probability = 3 / (1 + 3)


# %% stable_softmax
# Subtracting the largest logit of each row changes nothing, by shift invariance. Then every
# exponent is at most 0, so nothing overflows, and one of them is exactly 0, so the sum is no less
# than 1. With `keepdims=True` the maxima and sums stay in line with their rows, in any number of
# axes.
def stable_softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


# %% log_sum_exp
# Log-sum-exp is translation-equivariant: take the maximum out of each row, and add it again at the
# end. Inside, the largest term is $e^0 = 1$, so the logarithm is that of a number of at least 1.
def log_sum_exp(z):
    largest = np.max(z, axis=-1, keepdims=True)
    logarithm = np.log(np.sum(np.exp(z - largest), axis=-1))
    return logarithm + largest[..., 0]


# %% pixel_probabilities
# First fault: the classes lie along axis 1, and the sum ran over the columns of the picture. Second
# fault: one maximum for the whole batch. A pixel whose scores all lie some 750 or more below it
# underflows to 0, and 0 ÷ 0 is NaN. The shift may differ from pixel to pixel, but not from class to
# class, so it takes the same axis as the sum.
def pixel_probabilities(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% even_temperature
# The first probability falls as the temperature rises, from 1 towards 1/3, so halving an interval
# finds the one place where it is one half. There is a closed form as well. With $u = e^{1/T}$ the
# condition $e^{3/T} = e^{1/T} + 1$ reads $u^3 = u + 1$. Its real root is the *plastic number*,
# 1.3247, and $T = 1 / \ln 1.3247$.
low, high = 1.0, 10.0
for _ in range(40):
    middle = (low + high) / 2
    e = np.exp(np.array([3.0, 1.0, 0.0]) / middle)
    low, high = (middle, high) if e[0] / e.sum() > 0.5 else (low, middle)
even_temperature = middle
