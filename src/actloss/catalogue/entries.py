"""What an entry of the catalogue holds: of every function, of an activation, of a loss, of a pair.

Name, defaults and formula are not repeated in an entry: it reads them from the function.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, TypeVar

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
    function: Callable[..., Any]
    gradient: Callable[..., Any]
    pytorch: str | None  # the twin, as an expression in the function's own argument names
    citation: str  # key in references.bib
    parameters: Mapping[str, Slider] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The function's name, by which the catalogue finds it."""
        return self.function.__name__

    @property
    def defaults(self) -> dict[str, float]:
        """The default of each parameter that has a slider."""
        signature = inspect.signature(self.function)
        return {name: signature.parameters[name].default for name in self.parameters}

    @property
    def formula(self) -> str:
        """The LaTeX of the first ``.. math::`` block of the docstring."""
        return formula_of(self.function)


def formula_of(function: Callable[..., Any]) -> str:
    """The LaTeX of the first ``.. math::`` block in the docstring of `function`.

    >>> from actloss.activations import relu
    >>> formula_of(relu)
    'f(x) = \\\\max(x, 0)'
    """
    docstring = inspect.getdoc(function) or ""
    # What stands behind the directive, and the indented (or empty) lines below it.
    block = re.search(r"^\.\. math::(.*\n(?:[ ]+.*\n|\n)*)", docstring + "\n", re.MULTILINE)
    if block is None:
        raise ValueError(f"the docstring of {function.__name__} has no `.. math::` block")
    first, _, rest = block[1].partition("\n")
    return f"{first.strip()}\n{textwrap.dedent(rest)}".strip()


E = TypeVar("E", bound=Entry)
T = TypeVar("T")
Fact: TypeAlias = T | Callable[..., T]  # as it is, or as the parameters make it


def by_name(*entries: E) -> dict[str, E]:
    """A dictionary of entries, in their order."""
    return {entry.name: entry for entry in entries}


@dataclass(frozen=True)
class Activation(Entry):
    """An element-wise activation.

    ``range``, ``kinks``, ``monotonic`` and ``convex`` may depend on the parameters; each is then a
    function of them. Read them with :meth:`at`.
    """

    range: Fact[tuple[float, float]] = (-INFINITY, INFINITY)  # smallest and largest value, or limit
    kinks: Fact[tuple[float, ...]] = ()  # every x where the slopes from left and right differ
    monotonic: Fact[bool] = True  # never falls
    convex: Fact[bool] = False

    def at(self, what: str, **parameters: float) -> Any:
        """``entry.at("kinks", alpha=0.5)``: the fact for these parameters, else the defaults.

        >>> from actloss.catalogue import ACTIVATIONS
        >>> ACTIVATIONS["elu"].at("range", alpha=2.0)
        (-2.0, inf)
        """
        fact = getattr(self, what)
        return fact(**{**self.defaults, **parameters}) if callable(fact) else fact


@dataclass(frozen=True)
class AxisActivation(Entry):
    """An activation along an axis; its gradient takes ``(x, upstream)``."""

    halves: bool = False  # whether the output is half as long as x along the axis


@dataclass(frozen=True)
class Loss(Entry):
    """A loss function; its ``gradient`` is the derivative in the first argument.

    ``takes`` says what each array holds: a ``"number"``; a ``"count"`` or a ``"distance"``, which
    is at least 0; a ``"log-rate"`` or a ``"log-variance"``; a ``"logit"`` or a ``"probability"`` of
    one class; its label as ``"sign"`` (−1 or +1), ``"bit"`` (0 or 1) or ``"probability"``; along an
    axis, ``"logits"``, ``"cosines"``, a ``"distribution"``, an ``"embedding"`` or ``"pixels"``,
    each a probability; the ``"class"`` as an integer; a ``"matrix"`` of similarities.
    """

    family: str = "regression"  # or "margin", "probability", "similarity", "overlap"
    takes: tuple[str, ...] = ("number", "number")
    range: tuple[float, float] = (0.0, INFINITY)
    convex: bool = True  # in the first argument
    # Where the slope jumps: first arguments, as a function of the other ones. A jump in the value
    # counts, too.
    kinks: Callable[..., tuple[Any, ...]] = lambda *others: ()
    # Of an element-wise loss, the second derivative in the first argument.
    hessian: Callable[..., Any] | None = None
    # By argument: derivatives in others than the first, for whoever learns them, too.
    other_gradients: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    @property
    def elementwise(self) -> bool:
        """Whether there is one loss for every entry, and not one for every sample along an axis."""
        return not set(self.takes) & {
            "class",
            "cosines",
            "distribution",
            "embedding",
            "logits",
            "matrix",
            "pixels",
        }


class Pair(NamedTuple):
    """What is predicted, the output unit for it, and the losses that belong to the two."""

    predicted: str
    unit: str
    losses: tuple[str, ...]  # by name
    takes: str  # what the loss is given, in a word
