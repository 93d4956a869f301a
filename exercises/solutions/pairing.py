"""Solutions of chapters/exercises/pairing; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np
from actloss.activations import softmax

# %% column_against_row
# The code compares every prediction with every target, each pair once. Both come from the same
# numbers, so a pair differs like two independent draws: the mean of 5 drops out, and the variances
# add up, $3^2 + 3^2$. Now the alarming part. A network that always says 5 has the loss $3^2$ here,
# half that of the perfect one. So this bug teaches a network to ignore its inputs. It raises no
# error, and the loss falls.
column_against_row = 3**2 + 3**2


# %% tanh_partner
# By the chapter the loss is $A(z) - yz$ with $A' = \tanh$, so $A(z) = \log \cosh z$. One of the two
# exponentials in cosh is $e^{|z|}$; taken out, it leaves $|z| + \log(1 + e^{-2|z|}) - \log 2$, in
# which nothing overflows. You know this loss under another name: with $p = \sigma(2z)$ it is the
# cross-entropy of the probability $p$ and the label $(y + 1)/2$, up to a constant. Tanh with its
# own loss is a sigmoid in disguise.
def tanh_partner(z, y):
    size = np.abs(z)
    return size + np.log1p(np.exp(-2 * size)) - float(np.log(2)) - y * z


# %% hinge_pull
# First fault: the hinge expects −1 and 1. With 0 and 1 the samples of class 0 have the loss
# $\max(0, 1 - 0) = 1$ wherever they are, and no gradient. Only class 1 pulls, and it pulls upwards:
# the network says yes to everything. Second fault: a sigmoid stands before a loss that takes
# scores. It is never negative and never reaches 1, so even with the right labels no sample would
# ever be right enough to rest.
def hinge_pull(z, y):
    sign = 2 * y - 1
    return np.where(sign * z < 1, -sign, 0)


# %% class_weighted_grad
# The sum of the weights does not depend on $z$: it stays below the fraction line. Above it, only
# the term of sample $i$ depends on its logits, and gives $w_{c_i} (p_i - y_i)$. So the gradient of
# a sample depends on who else is in its batch: beside one sample of a class with weight 10, a
# sample with weight 1 counts for 1/11, beside another of its own kind for 1/2.
def class_weighted_grad(z, y, weights):
    own = (y @ weights)[:, np.newaxis]
    return own / own.sum() * (softmax(z) - y)
