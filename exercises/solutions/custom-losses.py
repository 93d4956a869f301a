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


# %% worth_claiming
# Claiming makes $I + q$ of $I$, and of the denominator $D = I + \alpha A + \beta M$ it makes
# $D + q + \alpha (1 - q) - \beta q$. The quotient $T = I/D$ rises if what is added above is more
# than $T$ times what is added below: $q > T \, (q + \alpha (1 - q) - \beta q)$. Solve for $q$. For
# Dice, with ½ and ½, it is $T/2$: the better the segmentation already is, the surer one has to be.
# And $\alpha = 0.3$, $\beta = 0.7$ at $T = 0.8$ claims from 0.24 on. So what such a loss teaches
# is a decision and no probability. Cross-entropy would answer $q$.
def worth_claiming(index, alpha, beta):
    return alpha * index / (1 - index + (alpha + beta) * index)


# %% newton_runs_away
# A step leads from $e$ to $e - \tanh(e) \cosh^2(e) = e - \tfrac12 \sinh 2e$. That is always
# beyond the target, for the curvature fades away from it: the parabola that Newton's method sees is
# flatter than what lies ahead, and its lowest point farther away. It comes nearer as long as
# $\tfrac12 \sinh 2e - e < e$, so up to the $e$ with $\sinh 2e = 4e$. From there on each step ends
# farther out, where the curvature is smaller still. A convex and smooth loss is not enough. Trained
# systems shorten the step, or add something to the curvature.
near, far = 0.5, 2.0
for _ in range(40):
    start = distance = (near + far) / 2
    for _ in range(3):
        distance = abs(distance - np.sinh(2 * min(distance, 9)) / 2)
    near, far = (start, far) if distance < start else (near, start)
newton_runs_away = near
