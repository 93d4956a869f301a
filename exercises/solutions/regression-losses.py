"""Solutions of chapters/exercises/regression-losses; the tests run them.

The page shows them folded. A line `# %% name` opens the solution of an exercise. The comment below
it is its explanation.
"""

import numpy as np

# %% loaves_to_bake
# A missing loaf costs 4 and a loaf left over costs 1. Up to a factor of 5 that is the quantile loss
# with $q = 4/5$, so a share of 0.8 of the days should lie at or below the number of loaves. Of nine
# days these are 7.2, so the eighth in order: 40. Check it: from 34 to 40, each loaf more saves 4 on
# two days and costs 1 on seven; beyond 40 it saves 4 on one day only and costs 1 on eight.
loaves_to_bake = np.sort([28, 22, 40, 25, 58, 30, 20, 34, 26])[7]


# %% column_gradient
# First fault: a column minus a row is an n × n matrix, each output against every target. The mean
# over its rows gives back a column, so nothing complains, and what is left is
# $2(\hat y_i - \bar y)$: every output is pulled to the mean of the targets. Second fault: the mean
# belongs to the *cost*, so each sample's gradient is divided by n. The line took a mean over the
# wrong thing, and once the shapes are right that mean does nothing at all.
def column_gradient(outputs, targets):
    return 2 * (outputs - targets[:, np.newaxis]) / len(targets)


# %% delta_gradient
# For $|e| \le \delta$ the loss is $\tfrac12 e^2$, without δ: derivative 0. Beyond, it is
# $\delta |e| - \tfrac12 \delta^2$, with the derivative $|e| - \delta$. Both are 0 at the seam. So
# the derivative is $\max(|e| - \delta, 0)$, and its mean is never negative. Descent on δ therefore
# goes one way only: δ shrinks towards 0, and the cost with it, whatever the predictions. A loss
# must not be free to choose how much it charges. The likelihood behind it would add a term that
# grows as δ shrinks.
def delta_gradient(predictions, targets, delta):
    return np.mean(np.maximum(np.abs(predictions - targets) - delta, 0))


# %% pulled_centre
# Each outlier pulls with δ, a tenth of 1.345 on average. Each good number within δ of $c$ pulls
# back with its distance; these are 82 % of the 90 %. So $c$ moves until
# $0.9 \cdot 0.82\, c \approx 0.1345$. The place of the outliers does not enter: at 1000 they pull
# exactly as at 100. The mean would have gone to 10, and to 100. The median moves by 0.14.
rng = np.random.default_rng(0)
numbers = rng.normal(size=1_000_000)
numbers[:100_000] = 100
pulled_centre = 0.0
for _ in range(50):
    pulled_centre -= 0.5 * np.mean(np.clip(pulled_centre - numbers, -1.345, 1.345))


# %% calls_an_hour
# In $h$ hours $h \lambda$ calls are expected, and with $\lambda = e^z$ each watch has the gradient
# $h \lambda - y$. The three sum to $12 \lambda - 18$, so all calls are divided by all hours. The
# rates of the watches are 5, 2 and 1, and each counts by its hours: a long watch tells more. Nobody
# had to think of weights. They came out of the belief that a count varies as much as it is large.
calls_an_hour = (5 + 4 + 9) / (1 + 2 + 9)


# %% pull_with_own_noise
# The best $v$ is $e^2$, as the chapter found, or $v_0$ if that is larger. Beyond,
# $\tfrac12 \log e^2 + \tfrac12$ is left, the logarithm of the error: its slope is $1/e$. Below,
# the loss is $e^2 / 2 v_0$ and a constant: $e / v_0$. Together $e / \max(e^2, v_0)$. One need not
# even differentiate $v$: where it is best, the loss does not change with it, and where it rests, it
# does not move. So a network that learns its own noise has made itself a loss that gives outliers
# up, much like Cauchy's. And it may give up in the same way what it has merely not learned yet.
def pull_with_own_noise(predictions, targets, least):
    error = predictions - targets
    return error / np.maximum(error**2, least)
