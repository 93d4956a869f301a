"""Solutions of chapters/exercises/custom-losses; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% loaves_to_bake
# Every second day $c - 80$ loaves are left over, every other day $120 - c$ are missing. The mean
# loss is $\tfrac12 (c - 80)^2 + \tfrac12 \cdot 4 (120 - c)^2$, and its derivative is zero where
# $c - 80 = 4 (120 - c)$. So $c$ is a weighted mean, and the weights are those of the two mistakes.
loaves_to_bake = (1 * 80 + 4 * 120) / (1 + 4)


# %% bakery_loss
# First fault: predictions of shape (n, 1) less targets of shape (n,) are all n × n differences. The
# mean hides it. Worse, it makes the model predict one number for everybody, as each prediction is
# held against all targets. Second fault: a shortage is a *negative* error, so the weight belongs to
# the negative part.
def bakery_loss(predictions, targets, w):
    error = predictions[:, 0] - targets
    return np.mean(np.maximum(error, 0) ** 2 + w * np.minimum(error, 0) ** 2)


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
