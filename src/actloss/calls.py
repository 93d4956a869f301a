"""How a function is called: which values by position, which by name; and what else to write.

A wrong call says what to write in its place. It knows the names that users of PyTorch, Keras,
scikit-learn and SciPy bring along.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

Called = TypeVar("Called", bound=Callable[..., Any])

# --- names that people bring along -----------------------------------------------------------

# What others call the array that is predicted, and the one that it is held against.
FIRST_ARRAY = {
    *(
        "input",
        "inputs",
        "input1",
        "tensor",
        "features",
        "data",
        "a",
        "arr",
        "array",
        "x",
        "x1",
        "z",
    ),
    *("logits", "scores", "score", "y_score", "pred_decision", "similarity"),
    *("preds", "pred", "prediction", "predictions", "output", "outputs", "y_pred"),
    *("y_prob", "y_proba", "probabilities", "probs", "proba", "p", "pk", "anchor"),
}
SECOND_ARRAY = {
    *("target", "targets", "label", "labels", "truth", "true", "y_true", "y"),
    *("input2", "x2", "qk", "positive"),
}
THIRD_ARRAY = {"negative"}

# What others call a setting, and its names here: the first that the function has.
SETTINGS = {
    "dim": ["axis"],
    "dims": ["axis"],
    "class_axis": ["axis"],
    "negative_slope": ["alpha"],
    "slope": ["alpha"],
    "alpha_initializer": ["alpha"],
    "weight": ["alpha"],
    "init": ["alpha", "initialise"],
    "temp": ["temperature"],
    "tau": ["temperature", "quantile"],
    "T": ["temperature"],
    "logit_scale": ["temperature"],
    "logit_bias": ["bias"],
    "q": ["quantile"],
    "alpha": ["quantile", "beta"],
    "epsilon": ["delta"],
    "beta": ["delta", "alpha"],
    "threshold": ["delta"],
    "label_smoothing": ["epsilon"],
    "smoothing": ["epsilon"],
    "eps": ["epsilon"],
    "focusing": ["gamma"],
    "soft_cap": ["cap"],
    "n_bins": ["bins"],
    "num_bins": ["bins"],
    "y_prob": ["confidence"],
    "y_true": ["correct", "targets"],
    "lr": ["learning_rate"],
    "learning_rate_init": ["learning_rate"],
    "beta_1": ["beta1"],
    "beta_2": ["beta2"],
    "b1": ["beta1"],
    "b2": ["beta2"],
    "X": ["inputs"],
    "x": ["inputs"],
    "y": ["targets"],
    "optimizer": ["optimiser"],
    "solver": ["optimiser"],
    "n_epochs": ["epochs"],
    "num_epochs": ["epochs"],
    "max_iter": ["epochs"],
    "nb_epoch": ["epochs"],
    "validation_data": ["validation"],
    "verbose": ["progress"],
    "hidden_layer_sizes": ["sizes"],
    "layers": ["sizes"],
    "layer_sizes": ["sizes"],
    "hidden": ["sizes"],
    "loss": ["pairing"],
    "loss_fn": ["pairing"],
    "criterion": ["pairing"],
    "initializer": ["initialise"],
    "initialiser": ["initialise"],
    "kernel_initializer": ["initialise"],
    "nonlinearity": ["activation"],
    "size": ["shape"],
    "chunk_size": ["chunk"],
    "atol": ["tolerance"],
    "rtol": ["tolerance"],
    "func": ["function"],
    "fn": ["function"],
    "f": ["function"],
    "grad": ["gradient", "upstream"],
    "jac": ["gradient"],
    "grad_output": ["upstream"],
    "g": ["upstream"],
    "random_state": ["rng"],
    "seed": ["rng"],
    "key": ["rng"],
    "generator": ["rng"],
}

# Where a value of another kind belongs to the name.
VALUES = {
    "rng": "write rng=np.random.default_rng(seed)",
    "optimiser": "write optimiser=SGD(0.1) or optimiser=Adam()",
    "pairing": "write pairing=SOFTMAX_CROSS_ENTROPY, or another of actloss.network.PAIRINGS",
}

# What has no setting here, and what to write in its place: by room, for a name may mean two things.
_WHOLE_ARRAY = {
    "dtype": "the result has the float dtype of the first array: write x.astype(dtype) before",
    "out": "the result is a new array: assign it",
    "where": "choose the entries before the call, as in x[keep]",
    "keepdims": "write np.expand_dims(..., axis) behind the call",
    "dim": "it works on every number by itself, so there is no axis to choose",
    "axis": "it works on every number by itself, so there is no axis to choose",
    "name": "leave it out",
    "device": "leave it out: arrays are NumPy's",
    "requires_grad": "the derivative of a function stands beside it, under its name with _grad",
}
_NO_MEAN = "there is one loss a sample, so write .mean() or .sum() behind the call"
_WEIGHTS = "multiply the losses by the weights before their mean, or write mean_loss(..., weights=)"
ADVICE = {
    "activations": {
        **_WHOLE_ARRAY,
        "alpha": "leaky_relu, prelu, elu and celu are the ones with alpha=",
        "approximate": "gelu(x) is exact, gelu_tanh(x) is the approximation by tanh",
        "beta": "swish and softplus are the ones with beta=",
        "cap": "softcap is the one with cap=",
        "hard": "write x.argmax(axis) for the largest class",
        "inplace": "leave it out: the result is a new array, and x stays as it is",
        "lambd": "soft and hard shrinkage are not in this package",
        "lower": "the randomised leaky ReLU is not in this package; leaky_relu has alpha=",
        "max_val": "hard_tanh ends at −1 and 1; write np.clip(x, low, high) for other ends",
        "max_value": "relu6 ends at 6; write np.clip(x, 0, high) for another end",
        "min_val": "hard_tanh ends at −1 and 1; write np.clip(x, low, high) for other ends",
        "negative_slope": "leaky_relu is the one with a slope, alpha=",
        "num_parameters": "alpha= may be an array, with one number a unit",
        "scale": "multiply the result",
        "shared_axes": "alpha= may be an array that broadcasts to the shape of x",
        "temperature": "softmax is the one with temperature=; else divide x before",
        "threshold": "leave it out: every x is computed in full",
        "training": "leave it out",
        "upper": "the randomised leaky ReLU is not in this package; leaky_relu has alpha=",
        "weight": "prelu is the one whose slope is learned, alpha=",
    },
    "losses": {
        **_WHOLE_ARRAY,
        "alpha": _WEIGHTS,
        "base": "divide by np.log(base), for losses are in nats",
        "class_weight": "write mean_loss(..., weights=class_weight[labels])",
        "delta": "huber_loss is the one with delta=",
        "eps": "leave it out: no probability is clipped",
        "epsilon": "leave it out: no probability is clipped",
        "from_logits": (
            "binary_cross_entropy_with_logits, softmax_cross_entropy and "
            "sparse_softmax_cross_entropy take logits, binary_cross_entropy and "
            "categorical_cross_entropy probabilities"
        ),
        "full": "leave it out",
        "gamma": "focal_loss is the one with gamma=",
        "ignore_class": "write mean_loss(..., where=labels != ignore_class)",
        "ignore_index": "write mean_loss(..., where=labels != ignore_index)",
        "label_smoothing": "smooth the labels before, by smooth_labels(labels, epsilon=...)",
        "log_input": "write np.exp(predictions)",
        "log_target": "write np.exp(labels)",
        "margin": (
            "the margin is 1; triplet_loss, contrastive_loss, margin_ranking_loss and arcface_loss "
            "have margin="
        ),
        "multioutput": _NO_MEAN,
        "normalize": _NO_MEAN,
        "num_classes": "leave it out: it is the length of the axis",
        "p": "leave it out: distances are Euclidean",
        "pos_label": "write the labels as this loss takes them, as in labels == pos_label",
        "pos_weight": "write mean_loss(..., weights=np.where(labels == 1, pos_weight, 1))",
        "reduce": _NO_MEAN,
        "reduction": _NO_MEAN,
        "sample_weight": _WEIGHTS,
        "size_average": _NO_MEAN,
        "smoothing": "smooth the labels before, by smooth_labels(labels, epsilon=...)",
        "squared": "take the root of the mean, np.sqrt(....mean())",
        "swap": "leave it out: the distance between positives and negatives does not count",
        "temperature": "divide the logits by the temperature before",
        "weight": _WEIGHTS,
        "weights": _WEIGHTS,
    },
    "network": {
        "amsgrad": "leave it out: it is the plain Adam",
        "betas": "write beta1= and beta2=",
        "bias": "leave it out: every dense layer has a bias",
        "callbacks": "call fit epoch by epoch, with epochs=1",
        "early_stopping": "call fit epoch by epoch, with epochs=1, and stop when it is time",
        "learning_rate": "it belongs to the optimiser, as in SGD(0.1) or Adam(0.001)",
        "lr": "it belongs to the optimiser, as in SGD(0.1) or Adam(0.001)",
        "metrics": "leave it out: what is measured follows from the pairing",
        "momentum": "it belongs to the optimiser, as in SGD(0.1, momentum=0.9)",
        "nesterov": "leave it out: momentum is the plain one",
        "params": "an optimiser meets them in step(parameters, gradient), or in fit",
        "shuffle": "leave it out: rng draws a new order every epoch",
        "validation_split": "write validation=(inputs, targets), of samples held back",
        "weight_decay": "add its gradient before the step",
    },
}


# --- reading a call ------------------------------------------------------------------------


def reader_of(function: Callable[..., Any]) -> Callable[..., tuple[Sequence[Any], dict[str, Any]]]:
    """A function that sorts a call of `function` into the values of its arrays and its settings.

    Arrays are the parameters that may stand by position, settings those that must be named.

    >>> def scaled(x, y=1, *, factor=2): ...
    >>> reader_of(scaled)((3,), {"factor": 4, "y": 5})
    ((3, 5), {'factor': 4})
    """
    parameters = inspect.signature(function).parameters.values()
    arrays = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    needed = sum(p.default is p.empty for p in arrays)
    settings = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}

    def read(args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Sequence[Any], dict[str, Any]]:
        if needed <= len(args) <= len(arrays) and kwargs.keys() <= settings:
            return args, kwargs
        bound = bind(function, args, kwargs)
        return bound.args, bound.kwargs

    return read


def bind(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> inspect.BoundArguments:
    """The values by the names of the parameters; a TypeError that helps, if they do not fit."""
    signature = inspect.signature(function)
    try:
        return signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(explanation(function, args, kwargs) or str(error)) from None


def explained(function: Called) -> Called:
    """Let a wrong call of `function` say what to write in its place."""

    @functools.wraps(function)
    def apply(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError:
            bind(function, args, kwargs)  # a better TypeError, if the call is what was wrong
            raise

    return cast(Called, apply)


def explanation(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> str:
    """What is wrong with a call, and what to write instead; empty if nothing is found."""
    parameters = _parameters(function)
    args = args[len(inspect.signature(function).parameters) - len(parameters) :]
    named = [p for p in parameters if p.kind is not p.VAR_KEYWORD]
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    unknown = [name for name in kwargs if name not in [p.name for p in named]]
    if unknown and len(named) == len(parameters):
        return about_unknown_names(function, unknown)
    title, usual = _title(function), _usual_call(function)
    if len(args) > len(positional):
        arrays = _listed([p.name for p in positional]) or "nothing"
        settings = [f"{p.name}=" for p in named if p.kind is p.KEYWORD_ONLY]
        more = f": write {_listed(settings)} by name" if settings else ""
        return (
            f"{title}() takes {arrays} by position, but got {len(args)} positional arguments"
            f"{more}, as in {usual}"
        )
    twice = [p.name for p in positional[: len(args)] if p.name in kwargs]
    if twice:
        return f"{title}() got {_listed(twice)} twice, by position and by name"
    given = {*(p.name for p in positional[: len(args)]), *kwargs}
    missing = [p.name for p in named if p.default is p.empty and p.name not in given]
    return f"{title}() needs {_listed(missing)}, as in {usual}" if missing else ""


def about_unknown_names(function: Callable[..., Any], unknown: Sequence[str]) -> str:
    """What to write for names that the function does not have."""
    hints = {name: _hint(name, function) for name in unknown}
    if len(unknown) == 1:
        told = unknown[0] + "=" + (f": {hints[unknown[0]]}" if hints[unknown[0]] else "")
    else:
        told = _listed([f"{n}= ({hints[n]})" if hints[n] else f"{n}=" for n in unknown], "or")
    return f"{_title(function)}() takes no {told}. Its call is {_usual_call(function)}"


def _title(function: Callable[..., Any]) -> str:
    """``relu``, ``Network.fit``; of a class, whose ``__init__`` it is, ``Adam``."""
    return function.__qualname__.replace(".__init__", "").rpartition("<locals>.")[-1]


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """All but the ``self`` of a method."""
    parameters = list(inspect.signature(function).parameters.values())
    return parameters[1:] if parameters and parameters[0].name == "self" else parameters


def _usual_call(function: Callable[..., Any]) -> str:
    """``huber_loss(predictions, targets, delta=1.0)``."""
    parts = []
    for p in _parameters(function):
        if p.kind is p.VAR_KEYWORD:
            continue
        if p.kind is p.VAR_POSITIONAL:
            parts.append(f"*{p.name}")
        elif p.default is not p.empty:
            parts.append(f"{p.name}={getattr(p.default, '__name__', repr(p.default))}")
        else:
            parts.append(f"{p.name}=..." if p.kind is p.KEYWORD_ONLY else p.name)
    return f"{_title(function)}({', '.join(parts)})"


def _hint(name: str, function: Callable[..., Any]) -> str:
    """What to write for a name that the function does not have; empty if nobody knows."""
    parameters = _parameters(function)
    names = [p.name for p in parameters]
    for ours in SETTINGS.get(name, []):
        if ours in names:
            return VALUES.get(ours, f"write {ours}=")
    arrays = [
        p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty
    ]
    for place, theirs in enumerate((FIRST_ARRAY, SECOND_ARRAY, THIRD_ARRAY)):
        if name in theirs and place < len(arrays):
            return f"write {arrays[place]}="
    for room, advice in ADVICE.items():
        if f".{room}." in f"{function.__module__}." and name in advice:
            return advice[name]
    alike = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"write {alike[0]}=" if alike else ""


def _listed(names: Sequence[str], conjunction: str = "and") -> str:
    *first, last = names or [""]
    return f"{', '.join(first)} {conjunction} {last}" if first else last
