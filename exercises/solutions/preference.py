"""Solutions of chapters/exercises/preference; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% chain_of_wins
# The model gives $s_A - s_B$ as the log-odds, $\log 3$, and $s_B - s_C$ as $\log 2$. Differences
# add, so $s_A - s_C = \log 6$: the odds multiply. Odds of six to one are a probability of 6/7. The
# model *claims* this, and real players need not obey it: let A and C meet, and test it.
chain_of_wins = 6 / (1 + 6)


# %% dpo_from_words
# A policy that has not moved is a good test: its log-ratios are 0, so every loss must be
# $\log 2$, and here it is not. First fault: a bracket is missing, and β multiplies the policy
# alone. At $\beta = 1$ nobody sees it. Second fault: the probability of an answer is a product over
# its words, so its logarithm is a sum. The mean divides by the length of the longest answer of the
# batch, so the same pair would get another loss in another batch. Third fault: for a pair ranked
# quite wrongly exp overflows, and the loss is infinite where it should be about $-x$. `logaddexp`
# is $\log(e^0 + e^{-x})$, made without the large number.
def dpo_from_words(chosen, rejected, ref_chosen, ref_rejected, beta):
    policy = chosen.sum(axis=-1) - rejected.sum(axis=-1)
    reference = ref_chosen.sum(axis=-1) - ref_rejected.sum(axis=-1)
    return np.logaddexp(0, -beta * (policy - reference))


# %% careless_judges
# The lead falls from 6 to 4.1, by nearly a third, for one judgement in ten. By the true scores the
# worst item beats the best once in 400 games. With careless judges it does so once in 19, and a
# true lead of 6 would make each of these a surprise of 6 nats. The logarithm charges so much for
# them that the fit would rather shorten all leads. Outliers do the same to a square. The remedy is
# to say so in the model: the surprise at $0.9\,\sigma(s_w - s_l) + 0.05$ never exceeds 3 nats, and
# its fit finds 6 again.
rng = np.random.default_rng(0)
hidden, n = np.array([3.0, 1.0, -1.0, -3.0]), 300_000
i = rng.integers(0, 4, size=n)
j = (i + rng.integers(1, 4, size=n)) % 4
first_is_better = rng.random(n) < 1 / (1 + np.exp(hidden[j] - hidden[i]))
first_wins = np.where(rng.random(n) < 0.1, rng.random(n) < 0.5, first_is_better)
wins = np.zeros((4, 4))
np.add.at(wins, (np.where(first_wins, i, j), np.where(first_wins, j, i)), 1 / n)
s = np.zeros(4)
for _ in range(3000):
    upset = wins / (1 + np.exp(s[:, np.newaxis] - s))
    s += upset.sum(axis=1) - upset.sum(axis=0)
careless_judges = s[0] - s[3]


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
    return np.array(
        [np.sum(np.exp(s[k] - log_sums[: k + 1])) - 1 for k in range(len(s))]
    )
