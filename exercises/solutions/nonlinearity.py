"""Solutions of chapters/exercises/nonlinearity; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% tables_of_one_unit
# There are $2^4$ tables. The proof of the chapter rules out XOR and, with all signs turned, the
# table that is 1 where XOR is 0. All others can be had: none or all (a large bias of either sign),
# any single corner or all but one (a line cuts off a corner), either side of the square. To count
# by machine, try many random lines and collect the different tables that they give.
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
lines = np.random.default_rng(0).normal(size=(10_000, 3))
answers = lines[:, :2] @ corners.T + lines[:, 2:] >= 0
tables_of_one_unit = len(np.unique(answers, axis=0))


# %% ruler_weights
# On the first piece only the first unit is awake, so its weight is the slope of that piece. At each
# further knot one more unit wakes, and those before it go on rising. So its weight is not the slope
# of its piece but the *change* of slope at its knot, negative where the line turns down.
def ruler_weights(knots, heights):
    slopes = np.diff(heights) / np.diff(knots)
    return np.concatenate([slopes[:1], np.diff(slopes)])


# %% perceptron_epoch
# First fault: `np.sign` answers −1 below 0, where the step answers 0, so a right "no" is corrected
# as if it were wrong. Second fault: all samples are answered at once, with the weights from before
# the epoch. Rosenblatt's rule learns sample by sample: each answer is given with the weights that
# the last correction left. Here the loop is no slow code, it is the meaning of the rule. The copy
# keeps the caller's array whole.
def perceptron_epoch(x, y, weights):
    learned = weights.copy()
    for sample, wanted in zip(x, y, strict=True):
        answer = float(sample @ learned >= 0)
        learned += (wanted - answer) * sample
    return learned


# %% error_factor_of_root
# The second derivative of $\sqrt x$ has no bound near 0, so the bound of the chapter promises
# nothing. What counts is the first piece, from 0 to $h$. There the ruler's line is $x / \sqrt h$,
# and $\sqrt x - x / \sqrt h$ is largest at $x = h/4$, where it is $\sqrt h / 4$. Twice the units
# halve $h$, and the error falls by $\sqrt 2$ only. For a hundredth of the error one needs ten
# thousand times the units, unless the knots crowd where the curve is steep.
grid = np.linspace(0, 1, 100_001)


def largest_error(units):
    knots = np.linspace(0, 1, units + 1)
    return np.abs(np.interp(grid, knots, np.sqrt(knots)) - np.sqrt(grid)).max()


error_factor_of_root = largest_error(64) / largest_error(128)
