"""Solutions of chapters/exercises/regression-with-outliers, run by the tests, folded on the page.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% quantile_above_zeros
# Below the line lies a quarter of *all* targets. The zeros are a fifth of all, and every one of
# them is below. That leaves $0.25 - 0.2$ for true targets, which are 0.8 of all. So the line that
# should have a quarter of the patients below it has one in sixteen. With wrong targets above, the
# lower line hardly moved: which quantile is fragile depends on the side of the errors.
quantile_above_zeros = (0.25 - 0.2) / (1 - 0.2)


# %% interval_cost
# A patient inside pays $q\,(y - l)$ for the lower line and $q\,(h - y)$ for the upper one: $q$
# times the width. Outside by a distance $d$, the line that is missed charges $(1 - q)\,d$ in place
# of $-q\,d$, so the cost is the same plus $d$. So one number holds all that the chapter had to read
# from four columns: the width, and the misses on either side, at a rate that $q$ fixes.
def interval_cost(y, low, high, q):
    outside = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    return np.mean(q * (high - low) + outside)


# %% falsely_dropped
# Half of the Laplace distances lie below $\ln 2$, so the rule takes $\ln 2 / 0.6745 = 1.03$ for the
# standard deviation, which is really $\sqrt 2$: the median does not know how heavy the tails are.
# Beyond three times that lie $e^{-3 \cdot 1.03}$ of all targets. Every one of them is right. The
# chapter's rule promises 3 in 1000 only if the noise is Gaussian, and from residuals alone you
# cannot tell a heavy tail from a wrong target.
rng = np.random.default_rng(0)
residual = np.abs(rng.laplace(size=1_000_000))
far = residual > 3 * np.median(residual) / 0.6745
falsely_dropped = 100 * far.mean()


# %% half_width_grad
# With $h = e^s$ the cost of a patient is $2qh + \max(|y - c| - h,\, 0)$. In $h$ the slope is $2q$
# inside and $2q - 1$ outside, and $\partial h / \partial s = h$. With one $s$ for everybody the
# gradients add up to 0 where a share $2q$ of the patients is outside: the promise of the interval.
# It is one promise now, not two. The centre must see to it that the two sides are even.
def half_width_grad(s, centre, y, q):
    half = np.exp(s)
    outside = np.abs(y - centre) > half
    return 2 * q * half - np.where(outside, half, 0)


# %% reweighted_centre
# The pull of a target is $(c - y_i)\, w_i$ with $w_i = (1 - u_i^2)^2$, and 0 beyond δ. If the
# weights stayed as they are, the pulls would balance at $c = \sum_i w_i y_i / \sum_i w_i$: least
# squares, in which each target's weight is judged by its own error. Then weigh again, from the new
# centre. It is called iteratively reweighted least squares, needs no rate, and turns any solver for
# squared error into a robust one. (Huber's and Cauchy's losses have weights, too.) Where no target
# is in reach, every weight is 0, and the centre stays: the plain of the bounded losses.
def reweighted_centre(targets, centre, delta):
    weights = np.maximum(1 - ((targets - centre) / delta) ** 2, 0) ** 2
    total = np.sum(weights)
    return np.sum(weights * targets) / total if total > 0 else centre
