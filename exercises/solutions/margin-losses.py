"""Solutions of chapters/exercises/margin-losses; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% way_to_the_margin
# The score is $3 \cdot 1 + 4 \cdot 0 - 2 = 1$ and the label −1, so the margin is −1, and 2 are
# missing. Straight towards the boundary the score changes by $\lVert w \rVert = 5$ for each unit of
# length. Half of the way, 0.2, reaches the boundary, where the answer is no longer wrong and the
# hinge still charges 1.
way_to_the_margin = (1 - -1 * (3 * 1 + 4 * 0 - 2)) / np.hypot(3, 4)


# %% best_rival_hinge
# First fault: the score of the right class was struck out by multiplying it by 0, and then 0 took
# part in the maximum. As long as some rival has a positive score nobody notices. If all rivals are
# negative, the 0 wins, and samples are charged whose lead is large enough. What must never win a
# maximum is −∞, and it is put in place by choosing, not by multiplying. Second fault: so it was
# with the score of the right class itself, where the zeros of the others beat it if it is negative.
# Choosing needs no maximum there.
def best_rival_hinge(logits, labels):
    right_class = np.arange(logits.shape[-1]) == labels[:, np.newaxis]
    rival = np.where(right_class, -np.inf, logits).max(axis=-1)
    return np.maximum(0, 1 + rival - logits[right_class])


# %% hinge_weight
# The cost is convex in $w$, so descent finds its one lowest point, whatever the start. There the
# pulls balance: the margins below 1, good and bad, must sum to zero. With margin $m = w\,yx$ and
# $yx$ normal around 1 that reads $\Phi(u) = \varphi(u)$ for $u = 1/w - 1$, so $u = -0.303$ and
# $w = 1.434$. The log-odds are $2x$, which is what the logistic loss finds. So at $x = 1$ a sigmoid
# of the hinge's score says 0.81, where 0.88 is true: the hinge did not aim at a probability.
rng = np.random.default_rng(0)
y = rng.choice([-1, 1], size=1_000_000)
x = y + rng.normal(size=y.size)
hinge_weight = 0.0
for _ in range(200):
    margins = y * (hinge_weight * x)
    hinge_weight -= 0.5 * np.mean(np.where(margins < 1, -y * x, 0))


# %% all_rivals_gradient
# A rival's score stands in its own term alone, with slope 1 as long as something is missing. The
# score of the right class stands in all terms, with slope −1 in each that is above 0. So it is
# pulled up once for each rival in reach, and the row sums to 0: adding the same number to all
# scores changes no lead. The right class must be taken out first, for its own shortfall is 1.
def all_rivals_gradient(logits, labels):
    rows = np.arange(len(labels))
    own = logits[rows, labels][:, np.newaxis]
    slopes = (1 + logits - own > 0).astype(logits.dtype)
    slopes[rows, labels] = 0
    slopes[rows, labels] = -slopes.sum(axis=1)
    return slopes
