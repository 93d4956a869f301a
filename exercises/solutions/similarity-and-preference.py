"""Solutions of chapters/exercises/similarity-and-preference.

The tests run them, the page shows them folded. A line `# %% name` opens the solution of an
exercise. The comment below it is its explanation.
"""

import numpy as np

# %% chain_of_wins
# The model gives $s_A - s_B$ as the log-odds, $\log 3$, and $s_B - s_C$ as $\log 2$. Differences
# add, so $s_A - s_C = \log 6$: the odds multiply. Odds of six to one are a probability of 6/7. The
# model *claims* this, and real players need not obey it: let A and C meet, and test it.
chain_of_wins = 6 / (1 + 6)


# %% contrastive_push
# First fault: `axis=0` sums over the queries, so a candidate chooses among queries. (That is the
# other half of CLIP's loss, and a network trains with it, which is why nobody notices.) With
# `axis=1` the sums must stay in line with their rows, hence `keepdims`: on a square matrix nothing
# warns. Second fault: $p - y$ is the gradient in the logits $s/T$, and the chain rule adds $1/T$.
# Third fault: exp of $s/T$ overflows, unless the maximum of each row is taken away.
def contrastive_push(s, temperature):
    z = s / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    np.fill_diagonal(p, np.diag(p) - 1)
    return p / temperature


# %% hardest_stranger
# Normal numbers, divided by their length, have a random direction. One cosine in 16 dimensions
# scatters around 0 with the standard deviation $1/\sqrt{16} = 0.25$, and the largest of 63 lies
# more than two of these above. So an encoder that has learned nothing finds a stranger of
# similarity 0.55 in nearly every batch. Hardest mining looks at that one alone. In 128 dimensions
# it would be 0.21, and the more candidates, the higher.
rng = np.random.default_rng(0)
largest = []
for _ in range(200):
    u = rng.normal(size=(64, 16))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    s = u @ u.T
    np.fill_diagonal(s, -1)
    largest.append(s.max(axis=1).mean())
hardest_stranger = np.mean(largest)


# %% ranking_gradient
# Each choice is a cross-entropy among those that are left, so it contributes its own $p - y$.
# Item $k$ takes part in the choices $1, \dots, k$, and is chosen in the last of them:
#
# $$
# \frac{\partial \ell}{\partial s_k}
# = \sum_{i=1}^{k} \frac{e^{s_k}}{\sum_{j \ge i} e^{s_j}} - 1 .
# $$
#
# With two items this is Bradley and Terry. The denominators are stable if their logarithms are
# accumulated from the last item to the first; then all exponents are at most 0, since item $k$ is
# one of the terms. A maximum over all items would not do: once the winner is gone, the others may
# all be 1000 below it.
def ranking_gradient(s):
    log_sums = np.logaddexp.accumulate(s[::-1])[::-1]
    return np.array([np.sum(np.exp(s[k] - log_sums[: k + 1])) - 1 for k in range(len(s))])
