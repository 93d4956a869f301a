"""Every function of the catalogue on large arrays, beside what others have of the same meaning.

The others are PyTorch, as the catalogue names the twin; SciPy; and naive NumPy: the formula as one
types it at first.
"""

import inspect
from functools import partial
from typing import NamedTuple

import numpy as np
import scipy.special
import torch

from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES

ELEMENTS = 1_000_000
ROWS = (1000, 1000)  # as many elements, in rows
SOFTMAX_SHAPES = (ROWS, (100_000, 10), (64, 128_000))  # also of few classes, and of a vocabulary
SOFTMAX_FAMILY = ("softmax", "log_softmax", "softmax_cross_entropy", "sparse_softmax_cross_entropy")
# PyTorch's identity hands back the very same array; the derivatives of steps are 0.
NOT_TIMED = ("identity", "identity_grad", "step_grad", "zero_one_loss_grad")


class Case(NamedTuple):
    """One function on one shape and dtype, and how each library is called for it."""

    function: str
    group: str
    dtype: str
    shape: tuple
    calls: dict


def all_cases():
    """Every function and gradient of the catalogue, in float32 and float64."""
    for dtype in ("float32", "float64"):
        for entry in ACTIVATIONS.values():
            yield from cases_of(entry, "activations", dtype, (ELEMENTS,))
        for entry in LOSSES.values():
            if entry.elementwise:
                yield from cases_of(entry, "element-wise losses", dtype, (ELEMENTS,))
        for entry in [*AXIS_ACTIVATIONS.values(), *LOSSES.values()]:
            if entry.name in SOFTMAX_FAMILY:
                for shape in SOFTMAX_SHAPES:
                    yield from cases_of(entry, "softmax and cross-entropy", dtype, shape)
            elif not getattr(entry, "elementwise", False):
                yield from cases_of(entry, "others along an axis", dtype, ROWS)


def cases_of(entry, group, dtype, shape):
    """The function, and then its gradient."""
    arrays = arrays_of(entry, shape, dtype)
    for function in (entry.function, entry.gradient):
        name = function.__name__
        if name in NOT_TIMED:
            continue
        given = list(arrays)
        if "upstream" in inspect.signature(function).parameters:
            given.append(np.ones_like(entry.function(*arrays)))
        calls = {"actloss": partial(function, *given)}
        twin = pytorch_call(entry, arrays, with_gradient=function is entry.gradient)
        if twin is not None:
            calls["PyTorch"] = twin
        names = dict(zip(inspect.signature(function).parameters, given, strict=False))
        for library, formulas in (("naive NumPy", NAIVE), ("SciPy", SCIPY)):
            if name in formulas:
                calls[library] = typed_call(formulas[name], {**entry.defaults, **names})
        yield Case(name, group, dtype, shape, calls)


def arrays_of(entry, shape, dtype):
    rng = np.random.default_rng(0)
    arrays = [draw(kind, shape, rng) for kind in getattr(entry, "takes", ["number"])]
    return [array if array.dtype.kind == "i" else array.astype(dtype) for array in arrays]


def draw(kind, shape, rng):
    """Random arguments: normal numbers times 3 meet both tails and the bend of a function."""
    match kind:
        case "number" | "logit" | "log-rate" | "log-variance" | "logits" | "embedding":
            return 3 * rng.standard_normal(shape)
        case "count":
            return rng.poisson(3.0, shape).astype(float)
        case "distance":
            return rng.uniform(0.0, 3.0, shape)
        case "probability" | "pixels":
            return rng.uniform(0.0, 1.0, shape)
        case "cosines" | "matrix":
            return rng.uniform(-1.0, 1.0, shape)
        case "sign":
            return rng.choice([-1.0, 1.0], shape)
        case "bit":
            return rng.choice([0.0, 1.0], shape)
        case "distribution":
            return scipy.special.softmax(3 * rng.standard_normal(shape), axis=-1)
        case "class":
            return rng.integers(shape[-1], size=shape[:-1])
    raise ValueError(f"no benchmark knows how to draw a {kind}")


def pytorch_call(entry, arrays, *, with_gradient):
    """The twin; for the gradient also its way back, as both are needed to get it of the input."""
    if entry.pytorch is None:
        return None
    formula = compile(entry.pytorch, entry.name, "eval")
    parameters = inspect.signature(entry.function).parameters
    tensors = [torch.from_numpy(array) for array in arrays]
    names = {**entry.defaults, **dict(zip(parameters, tensors, strict=False))}
    names |= {"axis": -1, "torch": torch}
    if not with_gradient:
        return lambda: eval(formula, names)
    first = tensors[0].requires_grad_()
    value = eval(formula, names)
    if not value.requires_grad:
        return None
    upstream = torch.ones_like(value)
    return lambda: torch.autograd.grad(eval(formula, names), first, upstream)


def typed_call(formula, names):
    code = compile(formula, formula, "eval")
    scope = {**names, "np": np, "scipy": scipy}
    return lambda: eval(code, scope)


ERROR = "(predictions - targets)"
MARGIN = "labels * logits"
SIGMOID = "(1 / (1 + np.exp(-{})))"
SOFTMAX = "np.exp({0} - {0}.max(-1, keepdims=True))"
ERF = "scipy.special.erf(x / 2**0.5)"
DENSITY = "np.exp(-(x**2) / 2) / (2 * np.pi) ** 0.5"
TANH_OF_GELU = "np.tanh(0.7978845608 * (x + 0.044715 * x**3))"

NAIVE = {
    "step": "np.where(x > 0, 1.0, 0.0)",
    "relu": "np.maximum(x, 0)",
    "relu_grad": "np.where(x > 0, 1.0, 0.0)",
    "leaky_relu": "np.where(x > 0, x, alpha * x)",
    "leaky_relu_grad": "np.where(x > 0, 1.0, alpha)",
    "prelu": "np.where(x > 0, x, alpha * x)",
    "prelu_grad": "np.where(x > 0, 1.0, alpha)",
    "relu6": "np.minimum(np.maximum(x, 0), 6)",
    "relu6_grad": "np.where((x > 0) & (x < 6), 1.0, 0.0)",
    "squared_relu": "np.maximum(x, 0) ** 2",
    "squared_relu_grad": "2 * np.maximum(x, 0)",
    "elu": "np.where(x > 0, x, alpha * (np.exp(x) - 1))",
    "elu_grad": "np.where(x > 0, 1.0, alpha * np.exp(x))",
    "celu": "np.where(x > 0, x, alpha * (np.exp(x / alpha) - 1))",
    "celu_grad": "np.where(x > 0, 1.0, np.exp(x / alpha))",
    "selu": "1.0507 * np.where(x > 0, x, 1.67326 * (np.exp(x) - 1))",
    "selu_grad": "1.0507 * np.where(x > 0, 1.0, 1.67326 * np.exp(x))",
    "sigmoid": "1 / (1 + np.exp(-x))",
    "sigmoid_grad": f"{SIGMOID} * (1 - {SIGMOID})".format("x", "x"),
    "log_sigmoid": "np.log(1 / (1 + np.exp(-x)))",
    "log_sigmoid_grad": "1 / (1 + np.exp(x))",
    "tanh": "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
    "tanh_grad": "1 - np.tanh(x) ** 2",
    "hard_sigmoid": "np.minimum(np.maximum(x + 3, 0), 6) / 6",
    "hard_sigmoid_grad": "np.where((x > -3) & (x < 3), 1 / 6, 0.0)",
    "hard_tanh": "np.minimum(np.maximum(x, -1), 1)",
    "hard_tanh_grad": "np.where((x > -1) & (x < 1), 1.0, 0.0)",
    "softsign": "x / (1 + np.abs(x))",
    "softsign_grad": "1 / (1 + np.abs(x)) ** 2",
    "softcap": "cap * np.tanh(x / cap)",
    "softcap_grad": "1 - np.tanh(x / cap) ** 2",
    "softplus": "np.log(1 + np.exp(beta * x)) / beta",
    "softplus_grad": "1 / (1 + np.exp(-beta * x))",
    "swish": "x / (1 + np.exp(-beta * x))",
    "swish_grad": f"{SIGMOID} * (1 + beta * x * (1 - {SIGMOID}))".format("beta * x", "beta * x"),
    "silu": "x / (1 + np.exp(-x))",
    "silu_grad": f"{SIGMOID} * (1 + x * (1 - {SIGMOID}))".format("x", "x"),
    "gelu": f"x / 2 * (1 + {ERF})",
    "gelu_grad": f"0.5 * (1 + {ERF}) + x * {DENSITY}",
    "gelu_tanh": f"0.5 * x * (1 + {TANH_OF_GELU})",
    "gelu_tanh_grad": (
        f"0.5 * (1 + {TANH_OF_GELU}) + 0.5 * x * (1 - {TANH_OF_GELU} ** 2) "
        "* 0.7978845608 * (1 + 0.134145 * x**2)"
    ),
    "mish": "x * np.tanh(np.log(1 + np.exp(x)))",
    "mish_grad": (
        "np.tanh(np.log(1 + np.exp(x))) "
        f"+ x * (1 - np.tanh(np.log(1 + np.exp(x))) ** 2) * {SIGMOID.format('x')}"
    ),
    "hard_swish": "x * np.minimum(np.maximum(x + 3, 0), 6) / 6",
    "hard_swish_grad": "np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, x / 3 + 0.5))",
    "softmax": f"{SOFTMAX} / {SOFTMAX}.sum(-1, keepdims=True)".format("x"),
    "log_softmax": f"np.log({SOFTMAX} / {SOFTMAX}.sum(-1, keepdims=True))".format("x"),
    "squared_error": f"{ERROR} ** 2",
    "squared_error_grad": f"2 * {ERROR}",
    "absolute_error": f"np.abs{ERROR}",
    "absolute_error_grad": f"np.sign{ERROR}",
    "huber_loss": (
        f"np.where(np.abs{ERROR} <= delta, 0.5 * {ERROR} ** 2, "
        f"delta * (np.abs{ERROR} - 0.5 * delta))"
    ),
    "huber_loss_grad": f"np.where(np.abs{ERROR} <= delta, {ERROR}, delta * np.sign{ERROR})",
    "log_cosh_loss": f"np.log(np.cosh{ERROR})",
    "log_cosh_loss_grad": f"np.tanh{ERROR}",
    "quantile_loss": f"np.maximum(-quantile * {ERROR}, (1 - quantile) * {ERROR})",
    "quantile_loss_grad": "np.where(predictions < targets, -quantile, 1 - quantile)",
    "cauchy_loss": f"delta**2 / 2 * np.log(1 + ({ERROR} / delta) ** 2)",
    "cauchy_loss_grad": f"{ERROR} / (1 + ({ERROR} / delta) ** 2)",
    "tukey_loss": f"delta**2 / 6 * (1 - np.maximum(1 - ({ERROR} / delta) ** 2, 0) ** 3)",
    "tukey_loss_grad": f"{ERROR} * np.maximum(1 - ({ERROR} / delta) ** 2, 0) ** 2",
    "poisson_nll_loss": "np.exp(log_rates) - counts * log_rates",
    "poisson_nll_loss_grad": "np.exp(log_rates) - counts",
    "gaussian_nll_loss": "log_variances / 2 + (means - targets) ** 2 / (2 * np.exp(log_variances))",
    "gaussian_nll_loss_grad": "(means - targets) / np.exp(log_variances)",
    "zero_one_loss": f"np.where({MARGIN} <= 0, 1.0, 0.0)",
    "perceptron_loss": f"np.maximum(0, -{MARGIN})",
    "perceptron_loss_grad": f"np.where({MARGIN} < 0, -labels, 0.0)",
    "hinge_loss": f"np.maximum(0, 1 - {MARGIN})",
    "hinge_loss_grad": f"np.where({MARGIN} < 1, -labels, 0.0)",
    "squared_hinge_loss": f"np.maximum(0, 1 - {MARGIN}) ** 2",
    "squared_hinge_loss_grad": f"-2 * labels * np.maximum(0, 1 - {MARGIN})",
    "logistic_loss": f"np.log(1 + np.exp(-{MARGIN}))",
    "logistic_loss_grad": f"-labels / (1 + np.exp({MARGIN}))",
    "binary_cross_entropy": (
        "-(labels * np.log(probabilities) + (1 - labels) * np.log(1 - probabilities))"
    ),
    "binary_cross_entropy_grad": (
        "(probabilities - labels) / (probabilities * (1 - probabilities))"
    ),
    "binary_cross_entropy_with_logits": (
        "-(labels * np.log({0}) + (1 - labels) * np.log(1 - {0}))".format(SIGMOID.format("logits"))
    ),
    "binary_cross_entropy_with_logits_grad": f"{SIGMOID.format('logits')} - labels",
    "focal_loss": (
        "-((1 - {0}) ** gamma * labels * np.log({0}) "
        "+ {0} ** gamma * (1 - labels) * np.log(1 - {0}))".format(SIGMOID.format("logits"))
    ),
    "contrastive_loss": "np.where(labels == 1, distances, np.maximum(margin - distances, 0)) ** 2",
    "preference_loss": f"-np.log({SIGMOID.format('(beta * (chosen - rejected))')})",
    "preference_loss_grad": "-beta / (1 + np.exp(beta * (chosen - rejected)))",
    "margin_ranking_loss": "np.maximum(0, margin - (chosen - rejected))",
    "margin_ranking_loss_grad": "np.where(chosen - rejected < margin, -1.0, 0.0)",
    "entropy": "-(probabilities * np.log(probabilities)).sum(-1)",
    "entropy_grad": "-np.log(probabilities) - 1",
    "kl_divergence": "(labels * np.log(labels / probabilities)).sum(-1)",
    "kl_divergence_grad": "-labels / probabilities",
    "categorical_cross_entropy": "-(labels * np.log(probabilities)).sum(-1)",
    "categorical_cross_entropy_grad": "-labels / probabilities",
    "brier_score": "((probabilities - labels) ** 2).sum(-1)",
    "brier_score_grad": "2 * (probabilities - labels)",
    "softmax_cross_entropy": (
        f"-(labels * np.log({SOFTMAX} / {SOFTMAX}.sum(-1, keepdims=True))).sum(-1)".format("logits")
    ),
    "softmax_cross_entropy_grad": (
        f"{SOFTMAX} / {SOFTMAX}.sum(-1, keepdims=True) - labels".format("logits")
    ),
    "sparse_softmax_cross_entropy": (
        f"-np.log({SOFTMAX} / {SOFTMAX}.sum(-1, keepdims=True))"
        "[np.arange(len(labels)), labels]".format("logits")
    ),
    "dice_loss": (
        "1 - (2 * (probabilities * labels).sum(-1) + smoothing) "
        "/ (probabilities.sum(-1) + labels.sum(-1) + smoothing)"
    ),
    "cosine_loss": (
        "1 - (predictions * targets).sum(-1) "
        "/ (np.linalg.norm(predictions, axis=-1) * np.linalg.norm(targets, axis=-1))"
    ),
    "triplet_loss": (
        "np.maximum(0, ((anchors - positives) ** 2).sum(-1) "
        "- ((anchors - negatives) ** 2).sum(-1) + margin)"
    ),
}
SCIPY = {
    "sigmoid": "scipy.special.expit(x)",
    "log_sigmoid": "scipy.special.log_expit(x)",
    "softplus_grad": "scipy.special.expit(beta * x)",
    "silu": "x * scipy.special.expit(x)",
    "gelu": "x * scipy.special.ndtr(x)",
    "softmax": "scipy.special.softmax(x, axis=-1)",
    "log_softmax": "scipy.special.log_softmax(x, axis=-1)",
    "huber_loss": f"scipy.special.huber(delta, {ERROR})",
    "logistic_loss": f"-scipy.special.log_expit({MARGIN})",
    "preference_loss": "-scipy.special.log_expit(beta * (chosen - rejected))",
    "binary_cross_entropy": (
        "-(scipy.special.xlogy(labels, probabilities) "
        "+ scipy.special.xlog1py(1 - labels, -probabilities))"
    ),
    "entropy": "scipy.special.entr(probabilities).sum(-1)",
    "kl_divergence": "scipy.special.rel_entr(labels, probabilities).sum(-1)",
    "categorical_cross_entropy": "-scipy.special.xlogy(labels, probabilities).sum(-1)",
    "softmax_cross_entropy": "-(labels * scipy.special.log_softmax(logits, axis=-1)).sum(-1)",
}
