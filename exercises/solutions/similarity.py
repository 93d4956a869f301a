"""Solutions of chapters/exercises/similarity; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% certified_nats
# Six candidates look exactly like the right one, and at this temperature the other 54 do not count:
# each of them has $e^{-50}$ times their weight. So the encoder guesses among six, $L = \log 6$, and
# $\log 60 - \log 6 = \log 10$. That is all there is to know about which digit it is: ten kinds,
# equally likely. A batch of 600 would certify the same, as loss and ceiling grow together.
certified_nats = np.log(60) - np.log(6)


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


# %% plain_triplet_pull
# From $\lVert x \rVert^2 = x \cdot x$ follows $2 \lVert x \rVert\, d\lVert x \rVert = 2\, x \cdot
# dx$, so the slope of a length is the unit vector along it. Hence
#
# $$
# \frac{\partial \ell}{\partial a} = \frac{a - p}{\lVert a - p \rVert}
# - \frac{a - n}{\lVert a - n \rVert}
# $$
#
# as long as the loss is above 0. It is at most 2 long, however far away the points are, where the
# squared distances give $2(n - p)$, which grows with the distance. Near a collapse it is the other
# way round: $2(n - p)$ fades as the points draw together, and unit vectors do not. The price is the
# corner where two points coincide; the length must be mended *before* the division, for `np.where`
# works out both of its sides.
def plain_triplet_pull(a, p, n, margin):
    near, far = a - p, a - n
    to_p = np.linalg.norm(near, axis=1, keepdims=True)
    to_n = np.linalg.norm(far, axis=1, keepdims=True)
    active = to_p - to_n + margin > 0
    return active * (
        near / np.where(to_p > 0, to_p, 1) - far / np.where(to_n > 0, to_n, 1)
    )


# %% turning_pull
# With $\hat u = u / \lVert u \rVert$ the quotient rule gives
# $(\cos \cdot \hat u - \hat v) / \lVert u \rVert$: what is left of $-\hat v$ without its part
# along $u$, over the length. So lengths do not count in the loss, and do count in learning: a $u$
# ten times as long turns by a hundredth of the angle, as the gradient is a tenth and moves a tip
# ten times as far away. And each step goes at a right angle to $u$, so by Pythagoras it makes $u$
# longer, and slows the next one down. Networks therefore divide by the length before, or let weight
# decay shorten it.
def turning_pull(u, v):
    length = np.sqrt(np.sum(u**2, axis=1, keepdims=True))
    safe = np.where(length == 0, 1, length)
    own, other = u / safe, v / np.sqrt(np.sum(v**2, axis=1, keepdims=True))
    cosine = np.sum(own * other, axis=1, keepdims=True)
    return np.where(length == 0, 0, (cosine * own - other) / safe)


# %% how_far_it_may_stray
# At $\theta$ from its own direction it is $90^\circ - \theta$ away from the other. The losses
# are even where the two logits are, $\cos(\theta + m) = \cos(90^\circ - \theta)$, so
# $\theta = (90^\circ - m) / 2$. The other class stays as far away on its side: between the two
# lies an empty sector, exactly $m$ wide. Without the margin they would touch. The scale does not
# enter here: it says how much it costs to be beyond.
how_far_it_may_stray = (90 - np.degrees(0.5)) / 2
