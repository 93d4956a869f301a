"""Solutions of chapters/exercises/gradient-flow; the tests run them, the page shows them folded.

A line `# %% name` opens the solution of an exercise. The comment below it is its explanation.
"""

import numpy as np

# %% default_weights_factor
# A uniform number between $-a$ and $a$ has variance $a^2/3$, so here $v = \frac{1}{3n}$. Backward,
# a square layer multiplies the mean square by $n\,v \operatorname{E}[f'^2]$, and the slope of ReLU
# is 1 for half of the units. The factor is $\tfrac13 \cdot \tfrac12$; after ten layers it is
# $2 \cdot 10^{-8}$. These weights are meant for networks that are shallow or that normalise. A deep
# plain one should be given He's.
default_weights_factor = 1 / 3 * 1 / 2


# %% residual_backward
# First fault: `upstream` reaches $x$ by two ways, and on the way round the layer there is no ReLU:
# what is added unchanged has the derivative 1. With the gate on both ways a silent unit would stop
# the gradient after all, and the block would have lost its point. Second fault: backward the
# weights are transposed. In a residual block $W$ is square, so the wrong product raises no error.
def residual_backward(x, W, upstream):
    z = x @ W
    gradient = upstream * (z > 0)
    return upstream + gradient @ W.T


# %% elu_gain
# The next sums have the mean square $n\,v \operatorname{E}[f(z)^2] = g^2 \operatorname{E}[f(z)^2]$,
# which is 1 for $g = 1/\sqrt{\operatorname{E}[f(z)^2]}$. The mean is easily drawn. With the
# integrals of the chapter on smooth rectifiers it is
# $\tfrac12 + e^2\,\Phi(-2) - 2 e^{1/2}\,\Phi(-1) + \tfrac12 = 0.645$. On the way back one would
# want 1.22: for ELU the two demands nearly agree.
z = np.random.default_rng(0).normal(size=2_000_000)
elu_gain = 1 / np.sqrt(np.mean(np.where(z > 0, z, np.expm1(np.minimum(z, 0))) ** 2))


# %% centred_norm_backward
# A change of one $z_j$ changes $y$ in three ways: through $z_j$ itself, which gives $\delta_j / r$;
# through the mean, $-\frac{1}{n r} \sum_i \delta_i$; and through $r$, whose derivative is
# $\partial r / \partial z_j = y_j / n$, and which changes all $y_i$ by $-y_i / r$. Together:
# $\frac1r \bigl(\delta - \operatorname{mean}(\delta) - y \operatorname{mean}(\delta y)\bigr)$. What
# is subtracted are the two directions in which $y$ does not move: shifting all sums, and scaling
# them.
def centred_norm_backward(z, upstream):
    r = z.std(axis=-1, keepdims=True)
    y = (z - z.mean(axis=-1, keepdims=True)) / r
    shift = upstream.mean(axis=-1, keepdims=True)
    scale = np.mean(upstream * y, axis=-1, keepdims=True)
    return (upstream - shift - y * scale) / r
