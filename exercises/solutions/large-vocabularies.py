"""Solutions of chapters/exercises/large-vocabularies; the tests run them, the page shows them.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% tokens_that_fit
# A token needs 100,000 logits of 4 bytes, four times over: 1.6 MB. So 7,500 tokens fill 12 GB. With
# 16 bits a number it would be 15,000. In chunks of 1,000 tokens the logits take 1.6 GB for a batch
# of *any* size, which no number format can do.
tokens_that_fit = 12e9 / (100_000 * 4 * 4)


# %% loss_from_machines
# The same rule as for a running sum: all terms of a machine were measured against its own maximum,
# so they change by one common factor, $e^{m_r - m}$. That factor is at most 1, and exactly 1 for
# the machine with the largest logit, so nothing overflows and the logarithm is never that of 0. A
# machine without classes, $m_r = -\infty$, adds nothing. Only two numbers a token travel.
def loss_from_machines(m, s, own):
    largest = np.max(m, axis=0)
    return largest + np.log(np.sum(s * np.exp(m - largest), axis=0)) - own


# %% chunked_hidden_gradient
# First fault: `labels` count from the first class of all, the entries of `error` from the first of
# the chunk. Second fault: when the maximum rises from $m$ to $m'$, the old sum must shrink by
# $e^{m - m'}$, or $\log Z$ is too large. That one raises no error: the probabilities come out too
# small, by more if the largest logits come late. At the start the factor is $e^{-\infty} = 0$, and
# 0 times 0 is 0.
def chunked_hidden_gradient(hidden, weights, labels, chunk):
    tokens, classes = np.arange(len(labels)), weights.shape[1]
    largest, total = -np.inf, 0.0
    for start in range(0, classes, chunk):
        z = hidden @ weights[:, start : start + chunk]
        new = np.maximum(largest, z.max(axis=1))
        total = total * np.exp(largest - new) + np.exp(z - new[:, np.newaxis]).sum(
            axis=1
        )
        largest = new
    log_z = largest + np.log(total)

    shares = np.zeros_like(hidden)
    for start in range(0, classes, chunk):
        part = weights[:, start : start + chunk]
        error = np.exp(hidden @ part - log_z[:, np.newaxis])
        here = (start <= labels) & (labels < start + chunk)
        error[tokens[here], labels[here] - start] -= 1
        shares += error @ part.T
    return shares


# %% filter_spread
# Beyond 1 the lost share falls as the spread grows, from 30 % towards 0, so halving an interval
# finds the place. It helps to draw the logits once and to stretch them, as chance is then the same
# at every spread. At 3.4, some 94 % of the classes are skipped and hold one twentieth of the
# probability. An even share of 4,000 classes is about $2^{-12}$: what is skipped is what is less
# likely than that.
logits = np.random.default_rng(1).normal(size=(100, 4000))
low, high = 1.0, 6.0
for _ in range(12):
    filter_spread = (low + high) / 2
    e = np.exp(filter_spread * logits)
    p = e / e.sum(axis=1, keepdims=True)
    lost = np.mean(np.sum(p * (p < 2**-12), axis=1))
    low, high = (filter_spread, high) if lost > 0.05 else (low, filter_spread)
