"""What the live figures share: their still picture, their controls, and what they refuse."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ipywidgets


class LiveFigure(ipywidgets.VBox):
    """Controls with a drawing below them, and a still picture for where nothing can move."""

    def picture(self) -> str:
        """The same figure as SVG text, for where nothing can move: print, or no JavaScript."""
        raise NotImplementedError

    def stack(self, *parts: ipywidgets.Widget | None) -> None:
        """Put the parts below each other; None is a part that this figure does without."""
        self.children = [part for part in parts if part is not None]

    def described(self) -> str:
        """What stands in the place of the picture for whoever cannot see it."""
        purpose = (inspect.getdoc(type(self)) or "").partition("\n")[0]
        return f"A live figure, here still: {self!r}. {purpose}"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data = {**super()._repr_mimebundle_(**kwargs), "image/svg+xml": self.picture()}
        return data, {"image/svg+xml": {"alt": self.described()}}


def labelled(kind: Callable[..., Any], label: str, **options: Any) -> Any:
    """A control of the class `kind` with room for the whole of its label."""
    return kind(
        description=label,
        style={"description_width": "initial"},
        layout={"width": "auto"},
        **options,
    )


def checkbox(label: str, **options: Any) -> ipywidgets.Checkbox:
    return ipywidgets.Checkbox(description=label, indent=False, layout={"width": "auto"}, **options)


def control_row(*controls: ipywidgets.Widget, kind: str = "actloss-controls") -> ipywidgets.HBox:
    """Controls beside each other, as far as there is room."""
    row = ipywidgets.HBox(controls)
    row.add_class(kind)
    return row


def check_choice(argument: str, value: Any, known: Iterable[object]) -> None:
    """Raise ValueError, saying what there is to choose from, if `value` is not among it."""
    if value not in known:
        raise ValueError(
            f"{argument} must be one of {', '.join(map(str, known))}, but got {value!r}"
        )


def check_limits(argument: str, value: float, low: float, high: float) -> None:
    """Raise ValueError if `value` is not between `low` and `high`."""
    if not low <= value <= high:
        raise ValueError(f"{argument} must be between {low:g} and {high:g}, but got {value}")


def check_step(argument: str, value: float, steps: Sequence[int]) -> None:
    """Raise ValueError if `value` is none of `steps`, equally far apart from 0 on."""
    if value not in steps:
        raise ValueError(
            f"{argument} must be a multiple of {steps[1]} from 0 to {steps[-1]}, but got {value}"
        )
