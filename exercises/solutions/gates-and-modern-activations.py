"""Solutions of chapters/exercises/gates-and-modern-activations; the tests run them.

The page shows them folded. A line `# %% name` opens the solution of an exercise. The comment below
it is its explanation.
"""

import numpy as np
from actloss.activations import sigmoid

# %% gated_columns
# Two matrices of $768 \times 3072$ numbers are to become three of $768 \times h'$, so
# $h' = \tfrac23 \cdot 3072 = 2048$. The first product computes the sums of the gate *and* of the
# value, 2048 each. The width 768 plays no part: it stands in every matrix.
gated_columns = 2 * (2 * 3072 // 3)


# %% gru_gate_gradient
# With $g = \sigma(s)$ the state is $h = g\,h_\text{old} + (1 - g)\,h_\text{new}$, so
# $\partial h / \partial g = h_\text{old} - h_\text{new}$: opening the gate trades one state for the
# other. The chain rule adds the slope of the sigmoid and the gradient from above. Where the two
# states agree, the gate has nothing to decide and learns nothing.
def gru_gate_gradient(s, old, new, upstream):
    gate = sigmoid(s)
    return upstream * (old - new) * gate * (1 - gate)


# %% weights_with_sink
# The fault: the shift takes the same amount from all scores, and the 1 in the sum is $e^0$, the
# sink's. It must become $e^{0 - \text{shift}}$. As it stood, one of the exponentials was always 1,
# so the weights never summed to less than one half, and "none of these" could not be said.
#
# The trap: with the maximum of the keys as the shift, $e^{-\text{shift}}$ overflows for very low
# scores. The sink is one of the logits, so the maximum must include its 0.
def weights_with_sink(scores):
    shift = np.maximum(scores.max(axis=-1, keepdims=True), 0)
    e = np.exp(scores - shift)
    return e / (np.exp(-shift) + e.sum(axis=-1, keepdims=True))


# %% attention_bias
# The sum falls as the bias falls, so halving an interval finds the place where it is 1. At
# $b = -\log 1000 = -6.9$ it is about 6: a sigmoid far below 0 is nearly an exponential, and high
# scores gain more from it than low ones lose. For normal scores of variance $v$ the mean of
# $e^{s}$ is $e^{v/2}$, which asks for $b \approx -\log n - v/2 = -8.9$. So the bias $-\log n$ is
# right when the scores start near 0, as those of a fresh network do, and no longer when they have
# grown.
rng = np.random.default_rng(0)
scores = rng.normal(scale=2.0, size=(1000, 1000))
low, high = -15.0, 0.0
for _ in range(15):
    attention_bias = (low + high) / 2
    total = sigmoid(scores + attention_bias).sum(axis=1).mean()
    low, high = (low, attention_bias) if total > 1 else (attention_bias, high)


# %% runner_up
# Let $a$ and $b$ be the roots of the two shares, so $a^2 + b^2 = 1$. The threshold drops out of
# their difference: $a - b = d/2$. Put $a = b + d/2$ into the first, and solve the quadratic
# equation: $2b = \sqrt{2 - d^2/4} - d/2$. At $d = 2$ it is 0, and as a square the share arrives
# there with slope 0: no kink, where sparsemax has one. At $d = -2$ it is 1, so the distance is held
# between these two. Shares are continuous in the logits, with a slope that is continuous, too, and
# still they reach 0.
def runner_up(behind):
    d = np.clip(behind, -2, 2)
    return ((np.sqrt(2 - d**2 / 4) - d / 2) / 2) ** 2
