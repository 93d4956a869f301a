"""What functions are called elsewhere, and what to write here: for names that a room has not.

``losses.mse_loss`` and ``from actloss.losses import mse_loss`` say ``squared_error``. The names are
those of PyTorch, Keras, scikit-learn, optax and JAX, and misspelt ones of our own.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from types import ModuleType

_LOGITS_AND_NUMBERS = "sparse_softmax_cross_entropy(logits, labels), of logits and class numbers"
_RELATIVE = "absolute_error(predictions, targets) / np.abs(targets)"
_SKIPPED = "is not in this package"

# The keys are names without capitals, underscores and a last "loss": MSELoss and mse_loss are mse.
# What is called as here but for these, such as HardTanh or huber, needs no entry.
ELSEWHERE = {
    "activations": {
        "exponential": "np.exp(x)",
        "expit": "sigmoid",
        "logistic": "sigmoid",
        "heaviside": "step",
        "binarystep": "step",
        "threshold": "np.where(x > threshold, x, value)",
        "thresholdedrelu": "np.where(x > threshold, x, 0)",
        "linear": "identity",
        "lrelu": "leaky_relu",
        "rrelu": "leaky_relu, whose slope is not drawn at random",
        "reglu": f"geglu or swiglu: a ReGLU {_SKIPPED}",
        "relusquared": "squared_relu",
        "relu2": "squared_relu",
        "hardsilu": "hard_swish",
        "hswish": "hard_swish",
        "hsigmoid": "hard_sigmoid",
        "hardshrink": "np.where(np.abs(x) > cut, x, 0)",
        "softshrink": "np.sign(x) * np.maximum(np.abs(x) - cut, 0)",
        "tanhshrink": "x - tanh(x)",
        "softmin": "softmax(-x)",
        "softargmax": "softmax",
        "gumbelsoftmax": "softmax(x + rng.gumbel(size=x.shape), temperature=...)",
        "entmax": "entmax15, which is the one with α = 1.5",
        "quickgelu": "swish(x, beta=1.702)",
        "gelunew": "gelu_tanh",
        "gelufast": "gelu_tanh",
        "gelupytorchtanh": "gelu_tanh",
        "squareplus": f"softplus: squareplus {_SKIPPED}",
        "sparseplus": f"softplus: sparse_plus {_SKIPPED}",
        "sparsesigmoid": "np.clip((x + 1) / 2, 0, 1)",
        "logsumexp": "scipy.special.logsumexp",
        "onehot": "np.eye(classes)[labels]",
        "normalize": "x / np.linalg.norm(x, axis=-1, keepdims=True)",
    },
    "losses": {
        "mse": "squared_error, and mean_loss(squared_error, predictions, targets) for the mean",
        "meansquarederror": "squared_error, and mean_loss(squared_error, ...) for the mean",
        "squared": "squared_error",
        "quadratic": "squared_error",
        "l2": "squared_error, which is twice the L2 loss of optax",
        "rootmeansquarederror": "np.sqrt(mean_loss(squared_error, predictions, targets))",
        "rmse": "np.sqrt(mean_loss(squared_error, predictions, targets))",
        "meansquaredlogarithmicerror": "squared_error(np.log1p(predictions), np.log1p(targets))",
        "meansquaredlogerror": "squared_error(np.log1p(predictions), np.log1p(targets))",
        "msle": "squared_error(np.log1p(predictions), np.log1p(targets))",
        "l1": "absolute_error",
        "mae": "absolute_error, and mean_loss(absolute_error, predictions, targets) for the mean",
        "meanabsoluteerror": "absolute_error, and mean_loss(absolute_error, ...) for the mean",
        "medianabsoluteerror": "np.median(absolute_error(predictions, targets))",
        "meanabsolutepercentageerror": _RELATIVE,
        "mape": _RELATIVE,
        "smoothl1": "huber_loss(predictions, targets, delta=beta) / beta",
        "pinball": "quantile_loss",
        "meanpinball": "quantile_loss",
        "lorentzian": "cauchy_loss",
        "biweight": "tukey_loss",
        "tukeybiweight": "tukey_loss",
        "poisson": "poisson_nll_loss, which takes the logarithm of the rate",
        "meanpoissondeviance": "poisson_nll_loss, which takes the logarithm of the rate",
        "bce": "binary_cross_entropy, or binary_cross_entropy_with_logits for logits",
        "log": "binary_cross_entropy, or categorical_cross_entropy for several classes",
        "bcewithlogits": "binary_cross_entropy_with_logits",
        "sigmoidcrossentropy": "binary_cross_entropy_with_logits",
        "sigmoidbinarycrossentropy": "binary_cross_entropy_with_logits",
        "multilabelsoftmargin": "binary_cross_entropy_with_logits, and its mean over the labels",
        "crossentropy": f"{_LOGITS_AND_NUMBERS}, or softmax_cross_entropy, of distributions",
        "ce": f"{_LOGITS_AND_NUMBERS}, or softmax_cross_entropy, of distributions",
        "softmax": f"{_LOGITS_AND_NUMBERS}, or softmax_cross_entropy, of distributions",
        "nll": f"{_LOGITS_AND_NUMBERS}; log_softmax is done within",
        "negativeloglikelihood": f"{_LOGITS_AND_NUMBERS}; log_softmax is done within",
        "cce": "categorical_cross_entropy, or softmax_cross_entropy of logits",
        "sparsecategoricalcrossentropy": _LOGITS_AND_NUMBERS,
        "scce": _LOGITS_AND_NUMBERS,
        "softmaxcrossentropywithintegerlabels": _LOGITS_AND_NUMBERS,
        "softmaxcrossentropywithlogits": "softmax_cross_entropy",
        "safesoftmaxcrossentropy": "softmax_cross_entropy",
        "multiclasslogistic": _LOGITS_AND_NUMBERS,
        "kld": "kl_divergence, whose first argument is the prediction",
        "kldiv": "kl_divergence, whose first argument is the prediction, not its logarithm",
        "kldivergencewithlogtargets": "kl_divergence(probabilities, np.exp(log_targets))",
        "binaryfocalcrossentropy": "focal_loss, which takes logits",
        "categoricalfocalcrossentropy": "focal_loss, with a yes or no for each class",
        "sigmoidfocal": "focal_loss",
        "brier": "brier_score",
        "labelsmoothing": "smooth_labels",
        "categoricalhinge": "multiclass_hinge_loss",
        "multimargin": "multiclass_hinge_loss",
        "softmargin": "logistic_loss",
        "multilabelmargin": f"multiclass_hinge_loss: a hinge of several labels {_SKIPPED}",
        "multiclassperceptron": f"perceptron_loss: one of several classes {_SKIPPED}",
        "accuracyscore": "1 - mean_loss(zero_one_loss, scores, labels)",
        "cosineembedding": "cosine_loss, for pairs that belong together",
        "cosinesimilarity": "1 - cosine_loss(predictions, targets)",
        "cosinedistance": "cosine_loss",
        "hingeembedding": "contrastive_loss, which squares",
        "tripletmargin": "triplet_loss, whose distances are squared",
        "tripletmarginwithdistance": "triplet_loss, whose distances are squared",
        "ntxent": "info_nce_loss",
        "clip": "info_nce_loss, of the matrix and of its transpose",
        "siglip": "sigmoid_contrastive_loss",
        "dpo": "preference_loss",
        "bradleyterry": "preference_loss",
        "additiveangularmargin": "arcface_loss",
        "jaccard": "tversky_loss(probabilities, labels, alpha=1, beta=1)",
        "iou": "tversky_loss(probabilities, labels, alpha=1, beta=1)",
        "binarydice": "dice_loss",
        "dicecoefficient": "1 - dice_loss(probabilities, labels)",
        "f1score": "1 - dice_loss(probabilities, labels)",
        "computesampleweight": "balanced_weights",
        "computeclassweight": "balanced_weights, which has one weight a sample",
        "linearcrossentropy": "actloss.losses.large_vocabulary",
        "ctc": f"another package: CTC {_SKIPPED}",
    },
    "network": {
        "linear": "Dense(weights, bias)",
        "mlp": "Network(sizes, pairing=..., rng=...)",
        "mlpclassifier": "Network(sizes, pairing=SOFTMAX_CROSS_ENTROPY, rng=...)",
        "mlpregressor": "Network(sizes, pairing=LINEAR_SQUARED_ERROR, rng=...)",
        "sequential": "Network(sizes, pairing=..., rng=...)",
        "model": "Network(sizes, pairing=..., rng=...)",
        "momentum": "SGD(learning_rate, momentum=...)",
        "adamw": "Adam, and shrink network.parameters: the decay is no part of a gradient",
        "xavieruniform": "initialisers.xavier_uniform",
        "xaviernormal": "initialisers.xavier_normal",
        "glorotuniform": "initialisers.xavier_uniform",
        "glorotnormal": "initialisers.xavier_normal",
        "kaiminguniform": "initialisers.he_uniform",
        "kaimingnormal": "initialisers.he_normal",
    },
}
# What others put before or behind a name, for its derivative.
_DERIVATIVES = ("derivative", "gradient", "backward", "prime", "deriv", "grad")
_SECOND_DERIVATIVES = ("secondderivative", "hessian", "hess")
NEAR = 0.75


def missing(module: ModuleType, name: str) -> AttributeError | ImportError:
    """The error for a name that a module has not, which says what to write instead.

    ``from module import name`` hides the words of an AttributeError. It looks for the name with
    ``hasattr`` beforehand, and lets an ImportError pass.
    """
    said = f"module {module.__name__!r} has no attribute {name!r}"
    if name.startswith("_") or _is_submodule(module, name):  # the import system asks for these
        return AttributeError(said, name=name, obj=module)
    instead = what_to_write(module.__name__.rpartition(".")[2], name, list(module.__all__))
    if not instead:
        return AttributeError(said, name=name, obj=module)
    said = f"{said}: write {instead}"
    if sys._getframe(2).f_code.co_name == "_handle_fromlist":
        return ImportError(said, name=module.__name__)
    return AttributeError(said, obj=None)  # or Python adds a name that is merely spelt alike


def _is_submodule(module: ModuleType, name: str) -> bool:
    try:
        return importlib.util.find_spec(f"{module.__name__}.{name}") is not None
    except (ImportError, ValueError):
        return False


def what_to_write(room: str, name: str, known: list[str]) -> str:
    """What stands in this room for a name of another package; empty if nothing is found."""
    elsewhere = _in_another_room(room, name)
    if elsewhere:
        return elsewhere
    ours = {_bare(other): other for other in known}
    bare = _bare(name)
    if bare in ours:
        return ours[bare]
    table = ELSEWHERE.get(room, {})
    if bare in table:
        return table[bare]
    for endings, ending in ((_SECOND_DERIVATIVES, "_hess"), (_DERIVATIVES, "_grad")):
        for affix in endings:
            if bare.endswith(affix) or bare.startswith(affix):
                base = bare.removesuffix(affix) if bare.endswith(affix) else bare[len(affix) :]
                base = base.removesuffix("loss")
                found = ours.get(base) or table.get(base, "").partition(",")[0]
                if f"{found}{ending}" in known:
                    return f"{found}{ending}"
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=NEAR)
    return near[0] if near else ""


def _in_another_room(room: str, name: str) -> str:
    for other in ("activations", "losses", "network"):
        if other != room and name in importlib.import_module(f"actloss.{other}").__all__:
            return f"actloss.{other}.{name}"
    return ""


def _bare(name: str) -> str:
    """Without capitals, underscores and a last "loss"."""
    bare = name.lower().replace("_", "")
    return bare.removesuffix("loss") or bare
