"""What the code of a function cannot say about it: range, kinks, slider ranges, PyTorch twin.

One small entry a function. Name, defaults and formula are not repeated here: an entry reads them
from the function. The tests, the widgets and the reference page all go through this catalogue.
"""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from actloss import activations, losses

INFINITY = float("inf")


class Slider(NamedTuple):
    """Where a parameter can be moved in a figure; it starts at the function's default."""

    minimum: float
    maximum: float
    step: float


@dataclass(frozen=True)
class Entry:
    """What activations and losses have in common."""

    title: str
    function: Callable
    gradient: Callable | None
    pytorch: str | None  # the twin, as an expression in the function's own argument names
    citation: str  # key in references.bib
    parameters: Mapping[str, Slider] = field(default_factory=dict)

    @property
    def name(self):
        """The function's name, by which the catalogue finds it."""
        return self.function.__name__

    @property
    def defaults(self):
        """The default of each parameter that has a slider."""
        signature = inspect.signature(self.function)
        return {name: signature.parameters[name].default for name in self.parameters}

    @property
    def formula(self):
        """The LaTeX of the first ``.. math::`` block of the docstring."""
        return formula_of(self.function)


def formula_of(function):
    """The LaTeX of the first ``.. math::`` block in the docstring of `function`.

    >>> formula_of(activations.relu)
    'f(x) = \\\\max(x, 0)'
    """
    docstring = inspect.getdoc(function) or ""
    # What stands behind the directive, and the indented (or empty) lines below it.
    block = re.search(r"^\.\. math::(.*\n(?:[ ]+.*\n|\n)*)", docstring + "\n", re.MULTILINE)
    if block is None:
        raise ValueError(f"the docstring of {function.__name__} has no `.. math::` block")
    first, _, rest = block[1].partition("\n")
    return f"{first.strip()}\n{textwrap.dedent(rest)}".strip()


# --- activations ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Activation(Entry):
    """An element-wise activation.

    ``range``, ``kinks``, ``monotonic`` and ``convex`` may depend on the parameters; each is then a
    function of them. Read them with :meth:`at`.
    """

    range: tuple | Callable = (-INFINITY, INFINITY)  # smallest and largest value, or limit
    kinks: tuple | Callable = ()  # every x where the slopes from left and right differ
    monotonic: bool | Callable = True  # never falls
    convex: bool | Callable = False

    def at(self, what, **parameters):
        """``entry.at("kinks", alpha=0.5)``: the fact for these parameters, else the defaults.

        >>> ACTIVATIONS["elu"].at("range", alpha=2.0)
        (-2.0, inf)
        """
        fact = getattr(self, what)
        return fact(**{**self.defaults, **parameters}) if callable(fact) else fact


def _by_name(*entries):
    return {entry.name: entry for entry in entries}


# One-line lambdas below say how a fact depends on the parameters, in their names.
ACTIVATIONS = _by_name(
    Activation(
        title="Identity",
        function=activations.identity,
        gradient=activations.identity_grad,
        convex=True,
        pytorch="torch.nn.Identity()(x)",
        citation="goodfellow2016deep",
    ),
    Activation(
        title="Binary step",
        function=activations.step,
        gradient=activations.step_grad,
        range=(0.0, 1.0),
        kinks=(0.0,),
        pytorch="torch.heaviside(x, torch.ones_like(x))",
        citation="rosenblatt1958perceptron",
    ),
    Activation(
        title="ReLU",
        function=activations.relu,
        gradient=activations.relu_grad,
        range=(0.0, INFINITY),
        kinks=(0.0,),
        convex=True,
        pytorch="torch.nn.functional.relu(x)",
        citation="nair2010rectified",
    ),
    Activation(
        title="Leaky ReLU",
        function=activations.leaky_relu,
        gradient=activations.leaky_relu_grad,
        parameters={"alpha": Slider(0.0, 1.0, 0.01)},
        range=lambda alpha: (-INFINITY if alpha > 0 else 0.0, INFINITY),
        kinks=lambda alpha: (0.0,) if alpha != 1 else (),
        monotonic=lambda alpha: alpha >= 0,
        convex=lambda alpha: alpha <= 1,
        pytorch="torch.nn.functional.leaky_relu(x, negative_slope=alpha)",
        citation="maas2013rectifier",
    ),
    Activation(
        title="PReLU",
        function=activations.prelu,
        gradient=activations.prelu_grad,
        parameters={"alpha": Slider(-0.5, 1.5, 0.01)},
        range=lambda alpha: (-INFINITY if alpha > 0 else 0.0, INFINITY),
        kinks=lambda alpha: (0.0,) if alpha != 1 else (),
        monotonic=lambda alpha: alpha >= 0,
        convex=lambda alpha: alpha <= 1,
        pytorch="torch.nn.functional.prelu(x, weight=torch.as_tensor(alpha, dtype=x.dtype))",
        citation="he2015delving",
    ),
    Activation(
        title="ReLU6",
        function=activations.relu6,
        gradient=activations.relu6_grad,
        range=(0.0, 6.0),
        kinks=(0.0, 6.0),
        pytorch="torch.nn.functional.relu6(x)",
        citation="krizhevsky2010relu6",
    ),
    Activation(
        title="Squared ReLU",
        function=activations.squared_relu,
        gradient=activations.squared_relu_grad,
        range=(0.0, INFINITY),
        convex=True,
        pytorch="torch.nn.functional.relu(x).square()",
        citation="so2021primer",
    ),
    Activation(
        title="ELU",
        function=activations.elu,
        gradient=activations.elu_grad,
        parameters={"alpha": Slider(0.0, 3.0, 0.05)},
        range=lambda alpha: (-alpha, INFINITY),
        kinks=lambda alpha: (0.0,) if alpha != 1 else (),
        convex=lambda alpha: alpha <= 1,
        pytorch="torch.nn.functional.elu(x, alpha=alpha)",
        citation="clevert2016fast",
    ),
    Activation(
        title="CELU",
        function=activations.celu,
        gradient=activations.celu_grad,
        parameters={"alpha": Slider(0.1, 3.0, 0.05)},
        range=lambda alpha: (-alpha, INFINITY),
        convex=True,
        pytorch="torch.nn.functional.celu(x, alpha=alpha)",
        citation="barron2017celu",
    ),
    Activation(
        title="SELU",
        function=activations.selu,
        gradient=activations.selu_grad,
        range=(-1.7580993408473768, INFINITY),
        kinks=(0.0,),
        pytorch="torch.nn.functional.selu(x)",
        citation="klambauer2017self",
    ),
    Activation(
        title="Sigmoid",
        function=activations.sigmoid,
        gradient=activations.sigmoid_grad,
        range=(0.0, 1.0),
        pytorch="torch.sigmoid(x)",
        citation="lecun2012efficient",
    ),
    Activation(
        title="Log-sigmoid",
        function=activations.log_sigmoid,
        gradient=activations.log_sigmoid_grad,
        range=(-INFINITY, 0.0),
        pytorch="torch.nn.functional.logsigmoid(x)",
        citation="goodfellow2016deep",
    ),
    Activation(
        title="Tanh",
        function=activations.tanh,
        gradient=activations.tanh_grad,
        range=(-1.0, 1.0),
        pytorch="torch.tanh(x)",
        citation="lecun2012efficient",
    ),
    Activation(
        title="Hard sigmoid",
        function=activations.hard_sigmoid,
        gradient=activations.hard_sigmoid_grad,
        range=(0.0, 1.0),
        kinks=(-3.0, 3.0),
        pytorch="torch.nn.functional.hardsigmoid(x)",
        citation="howard2019searching",
    ),
    Activation(
        title="Hard tanh",
        function=activations.hard_tanh,
        gradient=activations.hard_tanh_grad,
        range=(-1.0, 1.0),
        kinks=(-1.0, 1.0),
        pytorch="torch.nn.functional.hardtanh(x)",
        citation="kunc2024three",
    ),
    Activation(
        title="Softsign",
        function=activations.softsign,
        gradient=activations.softsign_grad,
        range=(-1.0, 1.0),
        pytorch="torch.nn.functional.softsign(x)",
        citation="glorot2010understanding",
    ),
    Activation(
        title="Soft cap",
        function=activations.softcap,
        gradient=activations.softcap_grad,
        parameters={"cap": Slider(1.0, 50.0, 1.0)},
        range=lambda cap: (-cap, cap),
        pytorch="cap * torch.tanh(x / cap)",
        citation="gemma2024gemma2",
    ),
    Activation(
        title="Softplus",
        function=activations.softplus,
        gradient=activations.softplus_grad,
        parameters={"beta": Slider(0.5, 10.0, 0.1)},
        range=(0.0, INFINITY),
        convex=True,
        pytorch="torch.nn.functional.softplus(x, beta=beta, threshold=20)",
        citation="dugas2001incorporating",
    ),
    Activation(
        title="Swish",
        function=activations.swish,
        gradient=activations.swish_grad,
        parameters={"beta": Slider(0.1, 10.0, 0.1)},
        range=lambda beta: (-0.27846454276107377 / beta, INFINITY),
        monotonic=False,
        pytorch="x * torch.sigmoid(beta * x)",
        citation="ramachandran2018searching",
    ),
    Activation(
        title="SiLU",
        function=activations.silu,
        gradient=activations.silu_grad,
        range=(-0.27846454276107377, INFINITY),
        monotonic=False,
        pytorch="torch.nn.functional.silu(x)",
        citation="elfwing2018sigmoid",
    ),
    Activation(
        title="GELU",
        function=activations.gelu,
        gradient=activations.gelu_grad,
        range=(-0.1699712074799036, INFINITY),
        monotonic=False,
        pytorch="torch.nn.functional.gelu(x)",
        citation="hendrycks2016gaussian",
    ),
    Activation(
        title="GELU, tanh approximation",
        function=activations.gelu_tanh,
        gradient=activations.gelu_tanh_grad,
        range=(-0.17004075057125406, INFINITY),
        monotonic=False,
        pytorch='torch.nn.functional.gelu(x, approximate="tanh")',
        citation="hendrycks2016gaussian",
    ),
    Activation(
        title="Mish",
        function=activations.mish,
        gradient=activations.mish_grad,
        range=(-0.30884341301725043, INFINITY),
        monotonic=False,
        pytorch="torch.nn.functional.mish(x)",
        citation="misra2020mish",
    ),
    Activation(
        title="Hard swish",
        function=activations.hard_swish,
        gradient=activations.hard_swish_grad,
        range=(-0.375, INFINITY),
        kinks=(-3.0, 3.0),
        monotonic=False,
        pytorch="torch.nn.functional.hardswish(x)",
        citation="howard2019searching",
    ),
)


@dataclass(frozen=True)
class AxisActivation(Entry):
    """An activation along an axis; its gradient takes ``(x, upstream)``."""

    halves: bool = False  # whether the output is half as long as x along the axis


AXIS_ACTIVATIONS = _by_name(
    AxisActivation(
        title="Softmax",
        function=activations.softmax,
        gradient=activations.softmax_grad,
        parameters={"temperature": Slider(0.1, 5.0, 0.1)},
        pytorch="torch.softmax(x / temperature, dim=axis)",
        citation="bridle1990probabilistic",
    ),
    AxisActivation(
        title="Log-softmax",
        function=activations.log_softmax,
        gradient=activations.log_softmax_grad,
        pytorch="torch.log_softmax(x, dim=axis)",
        citation="blanchard2021accurately",
    ),
    AxisActivation(
        title="Sparsemax",
        function=activations.sparsemax,
        gradient=activations.sparsemax_grad,
        pytorch=None,
        citation="martins2016softmax",
    ),
    AxisActivation(
        title="GLU",
        function=activations.glu,
        gradient=activations.glu_grad,
        halves=True,
        pytorch="torch.nn.functional.glu(x, dim=axis)",
        citation="dauphin2017language",
    ),
    AxisActivation(
        title="SwiGLU",
        function=activations.swiglu,
        gradient=activations.swiglu_grad,
        halves=True,
        pytorch="torch.nn.functional.silu(x.chunk(2, axis)[0]) * x.chunk(2, axis)[1]",
        citation="shazeer2020glu",
    ),
    AxisActivation(
        title="GEGLU",
        function=activations.geglu,
        gradient=activations.geglu_grad,
        halves=True,
        pytorch="torch.nn.functional.gelu(x.chunk(2, axis)[0]) * x.chunk(2, axis)[1]",
        citation="shazeer2020glu",
    ),
)


# --- losses --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loss(Entry):
    """A loss function; its ``gradient`` is the derivative in the first argument.

    ``takes`` says what each array holds: a ``"number"``; a ``"logit"`` or a ``"probability"`` of
    one class; its label as ``"sign"`` (−1 or +1), ``"bit"`` (0 or 1) or ``"probability"``; along an
    axis, ``"logits"``, a ``"distribution"`` or an ``"embedding"``; the ``"class"`` as an integer;
    a ``"matrix"`` of similarities.
    """

    family: str = "regression"  # or "margin", "probability", "similarity"
    takes: tuple = ("number", "number")
    range: tuple = (0.0, INFINITY)
    convex: bool = True  # in the first argument
    # Where the slope jumps: first arguments, as a function of the other ones. A jump in the value
    # counts, too.
    kinks: Callable = lambda *others: ()

    @property
    def elementwise(self):
        """Whether there is one loss for every entry, and not one for every sample along an axis."""
        return set(self.takes) <= {"number", "logit", "probability", "sign", "bit"}


LOSSES = _by_name(
    Loss(
        title="Squared error",
        function=losses.squared_error,
        gradient=losses.squared_error_grad,
        pytorch="torch.nn.functional.mse_loss(predictions, targets, reduction='none')",
        citation="bishop2006pattern",
    ),
    Loss(
        title="Absolute error",
        function=losses.absolute_error,
        gradient=losses.absolute_error_grad,
        kinks=lambda targets: (targets,),
        pytorch="torch.nn.functional.l1_loss(predictions, targets, reduction='none')",
        citation="koenker1978regression",
    ),
    Loss(
        title="Huber loss",
        function=losses.huber_loss,
        gradient=losses.huber_loss_grad,
        parameters={"delta": Slider(0.1, 5.0, 0.1)},
        pytorch=(
            "torch.nn.functional.huber_loss(predictions, targets, delta=delta, reduction='none')"
        ),
        citation="huber1964robust",
    ),
    Loss(
        title="Log-cosh loss",
        function=losses.log_cosh_loss,
        gradient=losses.log_cosh_loss_grad,
        pytorch="torch.log(torch.cosh(predictions - targets))",
        citation="saleh2022statistical",
    ),
    Loss(
        title="Quantile loss",
        function=losses.quantile_loss,
        gradient=losses.quantile_loss_grad,
        parameters={"quantile": Slider(0.05, 0.95, 0.05)},
        kinks=lambda targets: (targets,),
        pytorch=(
            "torch.maximum(quantile * (targets - predictions), "
            "(quantile - 1) * (targets - predictions))"
        ),
        citation="koenker1978regression",
    ),
    Loss(
        title="0-1 loss",
        function=losses.zero_one_loss,
        gradient=losses.zero_one_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        range=(0.0, 1.0),
        convex=False,
        kinks=lambda labels: (0.0,),
        pytorch="(labels * logits <= 0).to(logits.dtype) + 0 * logits",
        citation="bartlett2006convexity",
    ),
    Loss(
        title="Perceptron loss",
        function=losses.perceptron_loss,
        gradient=losses.perceptron_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        kinks=lambda labels: (0.0,),
        pytorch="torch.relu(-labels * logits)",
        citation="rosenblatt1958perceptron",
    ),
    Loss(
        title="Hinge loss",
        function=losses.hinge_loss,
        gradient=losses.hinge_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        kinks=lambda labels: (labels,),
        pytorch="torch.relu(1 - labels * logits)",
        citation="cortes1995support",
    ),
    Loss(
        title="Squared hinge loss",
        function=losses.squared_hinge_loss,
        gradient=losses.squared_hinge_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        pytorch="torch.relu(1 - labels * logits).square()",
        citation="chang2008coordinate",
    ),
    Loss(
        title="Logistic loss",
        function=losses.logistic_loss,
        gradient=losses.logistic_loss_grad,
        family="margin",
        takes=("logit", "sign"),
        pytorch="torch.nn.functional.soft_margin_loss(logits, labels, reduction='none')",
        citation="cox1958regression",
    ),
    Loss(
        title="Multi-class hinge loss",
        function=losses.multiclass_hinge_loss,
        gradient=losses.multiclass_hinge_loss_grad,
        family="margin",
        takes=("logits", "class"),
        pytorch=(
            "torch.relu(1 + logits.scatter(-1, labels.unsqueeze(-1), -torch.inf).amax(-1) "
            "- logits.gather(-1, labels.unsqueeze(-1)).squeeze(-1))"
        ),
        citation="crammer2001algorithmic",
    ),
    Loss(
        title="Entropy",
        function=losses.entropy,
        gradient=losses.entropy_grad,
        family="probability",
        takes=("distribution",),
        convex=False,
        pytorch="torch.special.entr(probabilities).sum(-1)",
        citation="shannon1948mathematical",
    ),
    Loss(
        title="Kullback-Leibler divergence",
        function=losses.kl_divergence,
        gradient=losses.kl_divergence_grad,
        family="probability",
        takes=("distribution", "distribution"),
        pytorch=(
            "torch.nn.functional.kl_div(probabilities.log(), labels, reduction='none').sum(-1)"
        ),
        citation="kullback1951information",
    ),
    Loss(
        title="Categorical cross-entropy",
        function=losses.categorical_cross_entropy,
        gradient=losses.categorical_cross_entropy_grad,
        family="probability",
        takes=("distribution", "distribution"),
        pytorch="-(labels * probabilities.log()).sum(-1)",
        citation="good1952rational",
    ),
    Loss(
        title="Brier score",
        function=losses.brier_score,
        gradient=losses.brier_score_grad,
        family="probability",
        takes=("distribution", "distribution"),
        range=(0.0, 2.0),
        pytorch="(probabilities - labels).square().sum(-1)",
        citation="brier1950verification",
    ),
    Loss(
        title="Binary cross-entropy",
        function=losses.binary_cross_entropy,
        gradient=losses.binary_cross_entropy_grad,
        family="probability",
        takes=("probability", "probability"),
        pytorch=(
            "torch.nn.functional.binary_cross_entropy(probabilities, labels, reduction='none')"
        ),
        citation="good1952rational",
    ),
    Loss(
        title="Binary cross-entropy with logits",
        function=losses.binary_cross_entropy_with_logits,
        gradient=losses.binary_cross_entropy_with_logits_grad,
        family="probability",
        takes=("logit", "probability"),
        pytorch=(
            "torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction='none')"
        ),
        citation="good1952rational",
    ),
    Loss(
        title="Focal loss",
        function=losses.focal_loss,
        gradient=losses.focal_loss_grad,
        parameters={"gamma": Slider(0.0, 5.0, 0.1)},
        family="probability",
        takes=("logit", "bit"),
        convex=False,
        pytorch=(
            "torch.sigmoid((1 - 2 * labels) * logits) ** gamma "
            "* torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, "
            "reduction='none')"
        ),
        citation="lin2017focal",
    ),
    Loss(
        title="Softmax cross-entropy",
        function=losses.softmax_cross_entropy,
        gradient=losses.softmax_cross_entropy_grad,
        family="probability",
        takes=("logits", "distribution"),
        pytorch=(
            "torch.nn.functional.cross_entropy(logits.movedim(-1, 1 if logits.ndim > 1 else 0), "
            "labels.movedim(-1, 1 if labels.ndim > 1 else 0), reduction='none')"
        ),
        citation="bridle1990probabilistic",
    ),
    Loss(
        title="Sparse softmax cross-entropy",
        function=losses.sparse_softmax_cross_entropy,
        gradient=losses.sparse_softmax_cross_entropy_grad,
        family="probability",
        takes=("logits", "class"),
        pytorch=(
            "torch.nn.functional.cross_entropy(logits.movedim(-1, 1 if logits.ndim > 1 else 0), "
            "labels, reduction='none')"
        ),
        citation="bridle1990probabilistic",
    ),
    Loss(
        title="Triplet loss",
        function=losses.triplet_loss,
        gradient=losses.triplet_loss_grad,
        parameters={"margin": Slider(0.0, 3.0, 0.1)},
        family="similarity",
        takes=("embedding", "embedding", "embedding"),
        pytorch=(
            "torch.nn.functional.triplet_margin_with_distance_loss(anchors, positives, negatives, "
            "distance_function=lambda u, v: (u - v).square().sum(-1), margin=margin, "
            "reduction='none')"
        ),
        citation="schroff2015facenet",
    ),
    Loss(
        title="InfoNCE loss",
        function=losses.info_nce_loss,
        gradient=losses.info_nce_loss_grad,
        parameters={"temperature": Slider(0.01, 1.0, 0.01)},
        family="similarity",
        takes=("matrix",),
        pytorch=(
            "torch.nn.functional.cross_entropy(similarities / temperature, "
            "torch.arange(len(similarities)), reduction='none')"
        ),
        citation="oord2018representation",
    ),
    Loss(
        title="Sigmoid contrastive loss",
        function=losses.sigmoid_contrastive_loss,
        gradient=losses.sigmoid_contrastive_loss_grad,
        parameters={"temperature": Slider(0.01, 1.0, 0.01), "bias": Slider(-20.0, 0.0, 0.5)},
        family="similarity",
        takes=("matrix",),
        pytorch=(
            "-torch.nn.functional.logsigmoid((2 * torch.eye(*similarities.shape, "
            "dtype=similarities.dtype) - 1) * (similarities / temperature + bias)).sum(1)"
        ),
        citation="zhai2023sigmoid",
    ),
    Loss(
        title="Preference loss",
        function=losses.preference_loss,
        gradient=losses.preference_loss_grad,
        parameters={"beta": Slider(0.1, 5.0, 0.1)},
        family="similarity",
        takes=("number", "number"),
        pytorch="-torch.nn.functional.logsigmoid(beta * (chosen - rejected))",
        citation="rafailov2023direct",
    ),
)


# --- pairs ---------------------------------------------------------------------------------


class Pair(NamedTuple):
    """What is predicted, the output unit for it, and the losses that belong to the two."""

    predicted: str
    unit: str
    losses: tuple[str, ...]  # by name
    takes: str  # what the loss is given, in a word


PAIRS = (
    Pair("a real number", "none", ("squared_error",), "predictions"),
    Pair("a real number, outliers likely", "none", ("huber_loss", "absolute_error"), "predictions"),
    Pair("a quantile, an interval", "none", ("quantile_loss",), "predictions"),
    Pair("yes or no", "sigmoid", ("binary_cross_entropy_with_logits",), "logits"),
    Pair(
        "one of K classes",
        "softmax",
        ("softmax_cross_entropy", "sparse_softmax_cross_entropy"),
        "logits",
    ),
    Pair(
        "several labels at once", "a sigmoid each", ("binary_cross_entropy_with_logits",), "logits"
    ),
    Pair("a side of a boundary, no probability", "none", ("hinge_loss",), "scores"),
    Pair("which of two is preferred", "none", ("preference_loss",), "scores"),
    Pair(
        "which items belong together",
        "normalised vectors",
        ("info_nce_loss", "sigmoid_contrastive_loss"),
        "similarities",
    ),
)
