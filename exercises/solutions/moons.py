"""Solutions of chapters/exercises/moons; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np
from actloss.activations import sigmoid

# %% least_relative_error
# For one sample every entry of the wrong gradient is the right one times $\sigma'(z)$, whatever
# happens in the layers below. So the relative error is $1 - \sigma'(z)$ at all of them. The slope
# of the sigmoid is largest at $z = 0$, and there it is $\frac12 \cdot \frac12$. A check with a
# tolerance of one in a million cannot miss this bug, whichever sample it is given.
least_relative_error = 1 - 0.5 * (1 - 0.5)


# %% in_training_scale
# First fault: the mean was that of the other set. A single new point would then always lie at 0.
# Second fault: without `axis=0` there is one mean and one spread for all columns, and columns in
# different units are not brought to one scale. The two sets must go through *the same* function,
# or the network sees in the test something else than it was trained on.
def in_training_scale(train, other):
    return (other - train.mean(axis=0)) / train.std(axis=0)


# %% hidden_loss
# $p - y$ is the derivative of $\frac12 (p - y)^2$ in $p$, and $\sigma'(z)$ is what the chain rule
# adds. So the wrong gradient of cross-entropy is the right gradient of *half the squared error of
# the sigmoid*. That is why the article's network trains, smoothly and well: it descends another
# proper loss than the one it prints. And it is why it would suffer from a bad start, as the chapter
# on pairs shows for that loss.
def hidden_loss(z, y):
    return 0.5 * (sigmoid(z) - y) ** 2


# %% first_weights_grad
# From the top: the gradient in the logits is $(p - y)/n$. Each hidden unit gets it times its output
# weight, and passes it on where its sum is positive. A weight $W_{jk}$ multiplies the input $x_j$,
# so it collects, over all samples, $x_j$ times what reached the sum of unit $k$: the product with
# $x^\top$. Everything has a shape that fits in one way only, which is half of the derivation.
def first_weights_grad(x, y, weights, bias, out_weights):
    sums = x @ weights + bias
    p = sigmoid(np.maximum(sums, 0) @ out_weights)
    top = (p - y) / len(x)
    return x.T @ (top @ out_weights.T * (sums > 0))
