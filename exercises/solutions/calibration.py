"""Solutions of chapters/exercises/calibration; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% repairable_brier
# A translation can bring each forecast to the share of rain among its days, and so remove the
# miscalibration and nothing else: $0.8 \cdot 0.1^2 + 0.2 \cdot 0.2^2$. The Brier score falls from
# 0.192 to 0.176. The calibration error, a mean of distances, was 0.12; it looks far worse, as
# distances below 1 are larger than their squares.
repairable_brier = 80 / 100 * (0.1 - 0.2) ** 2 + 20 / 100 * (0.8 - 0.6) ** 2


# %% cubed_forecast
# A grid finds it, and so does the derivative: $-3q(1 - p)^2 + 3(1 - q) p^2 = 0$ means
# $\bigl(p / (1 - p)\bigr)^2 = q / (1 - q)$. The announced odds are the *root* of the true odds: of
# 9 to 1 the cube makes 3 to 1. Any power $k > 1$ gives the root of order $k - 1$, so the square
# alone is proper. Larger powers reward modesty, smaller ones bragging, up to the bet of $k = 1$.
p = np.linspace(0, 1, 10_001)
penalty = 0.9 * (1 - p) ** 3 + 0.1 * p**3
cubed_forecast = p[np.argmin(penalty)]


# %% calibration_gap
# First fault: the gaps keep their signs, so a bin that is too sure is made up for by one that is
# too modest, and the total is the same for any number of bins: overall accuracy less mean
# confidence. Second fault: the last bin excludes its upper edge, and a confidence of exactly 1 is
# in no bin. In float32 a sure network has many of them. With the edges closed above, as here and
# in the chapter, it is 0 that needs care.
def calibration_gap(confidence, correct, bins):
    total = 0.0
    for m in range(bins):
        inside = (m / bins < confidence) & (confidence <= (m + 1) / bins)
        if m == 0:
            inside |= confidence == 0
        total += abs(np.sum(correct[inside]) - np.sum(confidence[inside]))
    return total / len(confidence)


# %% temperature_slope
# With $\beta = 1/T$ the loss of a sample is $\log \sum_j e^{\beta z_j} - \beta z_c$, and its
# derivative in $\beta$ is $\sum_j p_j z_j - z_c$. The chain rule multiplies by
# $d\beta / dT = -1/T^2$. So the slope is the mean of
#
# $$
# \frac{z_c - \sum_j p_j z_j}{T^2} .
# $$
#
# At the best temperature it is 0: the logits of the right classes are, on average, what the
# probabilities expect them to be. The probabilities come from logits less their maximum. The lead
# is written as $\sum_j p_j (z_c - z_j)$, which is the same, as the $p_j$ sum to 1, and subtracts
# first, so that no digits of large logits are lost.
def temperature_slope(logits, labels, temperature):
    scaled = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(scaled)
    p /= p.sum(axis=1, keepdims=True)
    own = logits[np.arange(len(labels)), labels]
    lead = np.sum(p * (own[:, np.newaxis] - logits), axis=1)
    return np.mean(lead) / temperature**2
