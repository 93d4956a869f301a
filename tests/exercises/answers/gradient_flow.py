"""Answers to the exercises on the flow of gradients."""

import numpy as np

from tests.exercises.answers.cells import compiled

BLOCK = """
def answer(x, W, upstream):
    z = x @ W
    gradient = upstream * (z > 0)
    return upstream + gradient @ W.T
"""

BY_JACOBIANS = """
def answer(x, W, upstream):
    rows = []
    for sample, signal in zip(x, upstream):
        jacobian = np.eye(len(sample), dtype=x.dtype) + W * (sample @ W > 0)
        rows.append(jacobian @ signal)
    return np.array(rows)
"""

NORM = """
def answer(z, upstream):
    m = z.mean(axis=-1, keepdims=True)
    r = np.sqrt(np.mean((z - m) ** 2, axis=-1, keepdims=True))
    y = (z - m) / r
    along = np.mean(upstream * y, axis=-1, keepdims=True)
    return (upstream - upstream.mean(axis=-1, keepdims=True) - y * along) / r
"""

NORM_BY_PARTS = """
def answer(z, upstream):
    n = z.shape[-1]
    c = z - z.mean(-1, keepdims=True)
    v = np.mean(c**2, -1, keepdims=True)
    c_grad = upstream / np.sqrt(v) - c * np.sum(upstream * c, -1, keepdims=True) / (n * v**1.5)
    return c_grad - c_grad.mean(-1, keepdims=True)
"""

NORM_BY_JACOBIAN = """
def answer(z, upstream):
    n = z.shape[-1]
    c = z - z.mean(-1, keepdims=True)
    r = np.sqrt(np.mean(c**2, -1))
    y = c / r[..., None]
    jacobian = np.eye(n, dtype=z.dtype) - np.full((n, n), 1 / n, dtype=z.dtype)
    jacobian = (jacobian - y[..., :, None] * y[..., None, :] / n) / r[..., None, None]
    return np.einsum("...ij,...j->...i", jacobian, upstream)
"""

ALL_AXES = NORM.replace("axis=-1", "axis=None")
NO_KEEPDIMS = NORM.replace(", keepdims=True", "")

RIGHT = {
    "default_weights_factor": [1 / 6, 0.1667, np.float32(1 / 6)],
    "residual_backward": [
        compiled(BLOCK),
        compiled(BY_JACOBIANS),
        lambda x, W, upstream: upstream + np.where(x @ W > 0, upstream, 0) @ W.T,
    ],
    "elu_gain": [1.2452, 1.24, 1.25],
    "centred_norm_backward": [
        compiled(NORM),
        compiled(NORM_BY_PARTS),
        compiled(NORM_BY_JACOBIAN),
    ],
}

WRONG = {
    "default_weights_factor": [
        (1 / 3, "without activation"),
        (0.5, "Is 1/n their variance"),
        (0.408, "without a root"),
        (2 / 3, "Did you double it"),
        (1 / 24, "from end to end"),
        (1 / 12, "which length was squared"),
        (1, "He's weights would do that"),
        ((1 / 6) ** 10, "over several layers"),
        (6, "Does the gradient grow"),
    ],
    "residual_backward": [
        (
            compiled(BLOCK.replace("upstream + gradient @ W.T", "gradient + gradient @ W")),
            "what the given function does",
        ),
        (compiled(BLOCK.replace("upstream + gradient", "gradient + gradient")), "without any ReLU"),
        (compiled(BLOCK.replace("W.T", "W")), "from units to inputs"),
        (compiled(BLOCK.replace("upstream + gradient", "gradient")), "the layer alone"),
        (compiled(BLOCK.replace(" * (z > 0)", "")), "silent units"),
        (compiled(BLOCK.replace("(z > 0)", "(x + z > 0)")), "before the input is added"),
        (compiled(BLOCK.replace("(z > 0)", "np.maximum(z, 0)")), "not its value"),
        (
            lambda x, W, upstream: upstream + (upstream @ W.T) * (x @ W > 0),
            "after the way back",
        ),
        (compiled(BLOCK.replace("upstream + gradient", "x + gradient")), "added on the way back"),
    ],
    "elu_gain": [
        (0.645, "mean square after"),
        (0.803, "size after"),
        (1.551, "multiply a mean square"),
        (1.2234, "for the way back"),
        (1.271, "Did you measure the variance"),
        (1.414, "gain of ReLU"),
        (1.0, "With that the signal shrinks"),
        (1.2, "draw a million"),
        (1.8, "grow layer by layer"),
        (0.4, "larger or smaller"),
    ],
    "centred_norm_backward": [
        (
            compiled(NORM.replace(" - upstream.mean(axis=-1, keepdims=True)", "")),
            "that the chapter derives",
        ),
        (compiled(NORM.replace(" - y * along", "")), "r depends on z too"),
        (lambda z, upstream: upstream / z.std(axis=-1, keepdims=True), "as constants"),
        (compiled(NORM.replace("along) / r", "along)")), "If all sums are doubled"),
        (compiled(NORM.replace("- y * along", "+ y * along")), "last sign"),
        (compiled(NORM.replace("(upstream * y,", "(upstream * z,")), "not times z"),
        (compiled(NORM.replace("- y * along", "- z * along")), "before the second mean"),
        (
            compiled(
                NORM.replace("np.mean(upstream", "np.sum(upstream").replace(
                    "upstream.mean", "upstream.sum"
                )
            ),
            "sums where means belong",
        ),
        (compiled(NORM.replace("axis=-1", "axis=0")), "each unit over the samples"),
        (compiled(ALL_AXES), "for the whole array"),
        (compiled(NORM.replace("np.sqrt(np.mean((z - m) ** 2,", "(z.std(ddof=1,")), "n − 1"),
        (compiled(NORM.replace("y = (z - m) / r", "r = r + 1e-5; y = (z - m) / r")), "Close"),
        (compiled(NORM.replace("keepdims=True))", "keepdims=True) + 1e-5)")), "Close"),
        (
            lambda z, upstream: (
                (1 - (1 + ((z.T - z.mean(-1)) / z.std(-1)).T ** 2) / z.shape[-1])
                * upstream
                / z.std(-1, keepdims=True)
            ),
            "the other ys",
        ),
        (compiled(NO_KEEPDIMS), "keepdims"),
    ],
}
