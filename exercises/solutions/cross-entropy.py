"""Solutions of chapters/exercises/cross-entropy; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% price_of_a_wrong_belief
# The excess is $\operatorname{KL}(y \,\|\, p) = \sum_k y_k \log_2 (y_k / p_k)$. The quotients are
# 2, 2, 1 and ¼, with the logarithms 1, 1, 0 and −2. The last class is believed in too much, and
# costs *less* than it should; but it comes in one case of eight only. The other way round the
# divergence is 0.625: the truth decides with which weights the average is taken.
price_of_a_wrong_belief = 1 / 2 * 1 + 1 / 4 * 1 + 1 / 8 * 0 + 1 / 8 * (-2)


# %% distillation_gap
# $\log p_k = z_k - \log \sum_j e^{z_j}$, so both logarithms come from the logits, and neither is
# ever −∞. Only the weight $y_k$ is a probability, and where it underflows the term is 0 times a
# finite number: 0, as it should be. On the way through probabilities 0 · log 0 gives NaN, and a
# small p that has become 0 costs ∞.
def log_of_softmax(z):
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def distillation_gap(z, t):
    log_y, log_p = log_of_softmax(t), log_of_softmax(z)
    return np.sum(np.exp(log_y) * (log_y - log_p), axis=-1)


# %% unclipped_loss
# First fault: the clip. It holds every loss below 16.118 and gives the worst mistakes a slope of 0.
# Second fault, which the clip was to hide: the way through p. `exp(-z)` overflows, and a p rounded
# to 1 has lost the doubt that the loss is about. So no threshold helps; the formula must do without
# p: $\ell = \max(z, 0) - yz + \log(1 + e^{-|z|})$. Its exponential is at most 1.
# `np.logaddexp(0, z) - y * z` is as good.
def unclipped_loss(z, y):
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))


# %% focal_slope
# Let $x$ be the logit of the true class: $z$ for $y = 1$ and $-z$ for $y = 0$. With $p = \sigma(x)$
# we have $p' = p(1 - p)$ and $(\log p)' = 1 - p$. The product rule gives
#
# $$
# \begin{aligned}
# \frac{d\ell}{dx} &= \gamma (1 - p)^{\gamma - 1}\, p (1 - p) \log p \\
# &\quad - (1 - p)^\gamma (1 - p) \\
# &= -(1 - p)^\gamma \bigl(1 - p - \gamma\, p \log p\bigr) .
# \end{aligned}
# $$
#
# For $y = 0$ the chain rule adds a minus. Both terms in the bracket are positive, so the new one
# makes the pull on a doubtful sample *stronger* than that of cross-entropy times the factor. In the
# code $1 - p = \sigma(-x)$ and $-\log p = \log(1 + e^{-x})$, which bear any logit.
def focal_slope(z, y, gamma):
    x = np.where(y == 1, z, -z)
    doubt = np.exp(-np.logaddexp(0, x))
    surprise = np.logaddexp(0, -x)
    pull = doubt**gamma * (doubt + gamma * (1 - doubt) * surprise)
    return np.where(y == 1, -pull, pull)


# %% token_mean
# First fault: 0 · NaN is NaN, so a mask must *choose* and not multiply. Second fault: the mean
# divides by the number of tokens, and the weighted sum must be divided by the sum of the weights.
# Third fault: a mean over rows counts a token of a short sentence for more than one of a long
# sentence. Who trains on several small batches in place of a large one, and averages their mean
# losses, makes the third fault, too: `actloss` and PyTorch would both give another cost for the
# same tokens. Sums can be added up over batches; means cannot. (`mean_loss` of the course, with
# `weights` and `where`, is this function for any loss.)
def token_mean(losses, weights, there):
    return np.sum(losses[there] * weights[there]) / np.sum(weights[there])
