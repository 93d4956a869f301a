"""Solutions of chapters/exercises/custom-losses; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% two_kinds_of_days
# Every second day $c - 80$ loaves are left over, every other day $120 - c$ are missing. The mean
# loss is $\tfrac12 (c - 80)^2 + \tfrac12 \cdot 4 (120 - c)^2$, and its derivative is zero where
# $c - 80 = 4 (120 - c)$. So $c$ is a weighted mean, and the weights are those of the two mistakes.
two_kinds_of_days = (1 * 80 + 4 * 120) / (1 + 4)


# %% distance_gradient
# First fault: `axis=0` adds up the samples, so each coordinate is divided by a length in which the
# other samples have a part. With `axis=1` the lengths need `keepdims`, to stay in line with their
# rows. Second fault: where a prediction is exact, 0/0 is NaN, and one such sample ruins every
# weight. To choose with `np.where` afterwards is too late: the division has been done, and warned.
# So the *divisor* is replaced where it is 0. To add a small ε to it is not the same: that shortens
# the gradients of all small errors.
def distance_gradient(predictions, targets):
    error = predictions - targets
    distance = np.sqrt(np.sum(error**2, axis=1, keepdims=True))
    return error / np.where(distance > 0, distance, np.ones_like(distance))


# %% scale_of_one_valley
# At each scale, count the places where the slope of the mean loss turns from negative to positive:
# these are the valleys. Halving an interval finds the scale from which on there is one. Two heaps
# of one size would merge at half of their distance, 3; the smaller of two unequal ones is swallowed
# sooner. Hence a remedy for the price of a bounded loss: begin with a wide scale, whose one valley
# can be reached from everywhere near, and narrow it step by step.
centres = np.linspace(-1, 7, 8001)
low, high = 1.0, 4.0
for _ in range(30):
    scale = (low + high) / 2
    slope = sum(
        size * (centres - heap) * np.exp(-0.5 * ((centres - heap) / scale) ** 2)
        for heap, size in ((0, 40), (6, 15))
    )
    valleys = np.sum((slope[:-1] < 0) & (slope[1:] >= 0))
    low, high = (scale, high) if valleys > 1 else (low, scale)
scale_of_one_valley = scale


# %% soft_dice_gradient
# Write $I = \sum_j p_j y_j$ and $S = \sum_j p_j + \sum_j y_j$, so that $L = 1 - 2I/S$. Then
# $\partial I / \partial p_i = y_i$ and $\partial S / \partial p_i = 1$, and the quotient rule gives
#
# $$
# \frac{\partial L}{\partial p_i} = -2\, \frac{y_i S - I}{S^2} .
# $$
#
# The $p_i$ of the sample itself enters only through the sums: all positives get one gradient and
# all negatives another, whether they are right or wrong already. That is the price of a loss that
# is no mean over samples. In small batches it also depends much on who else is in the batch.
def soft_dice_gradient(p, y):
    both, total = np.sum(p * y), np.sum(p) + np.sum(y)
    return -2 * (y * total - both) / total**2
