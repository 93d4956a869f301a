"""What a function of the reader's own must be, to be drawn: its keywords, its shape, its source."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss.javascript import TranslationError, to_javascript

REFUSAL = re.compile(r".*:(\d+)\) cannot be translated to JavaScript: (.*)", re.DOTALL)


# The default of a keyword; ends and step of its slider.
Keyword: TypeAlias = tuple[float, tuple[float, float, float]]


def guessed_range(default: float) -> tuple[float, float, float]:
    """Ends and step of a slider for a keyword with this default.

    >>> guessed_range(0.1), guessed_range(-2), guessed_range(0.0)
    ((0.0, 0.5, 0.005), (-10.0, 0.0, 1.0), (-1.0, 1.0, 0.02))
    """
    if default == 0:
        return (-1.0, 1.0, 0.02)
    size = 3 * abs(default)
    power = 10.0 ** math.floor(math.log10(size))
    end = float(f"{next(factor for factor in (1, 2, 5, 10) if factor * power >= size) * power:g}")
    step = 1.0 if isinstance(default, int) else float(f"{end / 100:g}")
    return (0.0, end, step) if default > 0 else (-end, 0.0, step)


def keywords_of(
    function: Callable[..., Any], ranges: Mapping[str, Sequence[float]]
) -> dict[str, Keyword]:
    """Default and range of each keyword of `function`, by name."""
    name = getattr(function, "__name__", repr(function))
    found = {}
    for parameter in _parameters_after_x(function, name):
        given = ranges.get(parameter.name)
        default = _default_of(parameter, given, name)
        found[parameter.name] = (default, _checked_range(parameter.name, default, given))
    for unknown in ranges.keys() - found.keys():
        raise TypeError(f"{name} has no keyword {unknown!r}; it has {list(found)}")
    return found


def _parameters_after_x(function: Callable[..., Any], name: str) -> list[inspect.Parameter]:
    if isinstance(function, np.ufunc):
        return []
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].kind not in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):
        raise TypeError(f"{name} must take an array x as its first argument")
    return parameters[1:]


def _default_of(parameter: inspect.Parameter, given: Sequence[float] | None, name: str) -> Any:
    """The number where the slider of a parameter starts."""
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise TypeError(f"{name} takes {parameter}: name each keyword, as in f(x, *, alpha=0.1)")
    default = parameter.default
    if default is parameter.empty:
        if given is None or parameter.kind is not parameter.KEYWORD_ONLY:
            raise TypeError(
                f"{name} needs {parameter.name!r} besides x: make it a keyword with a default, "
                f"as in f(x, *, {parameter.name}=1.0)"
            )
        default = given[0]
    if isinstance(default, bool) or not isinstance(default, int | float | np.number):
        raise TypeError(
            f"a slider holds a number, but the default of {parameter.name!r} is {default!r}"
        )
    return default


def _checked_range(
    name: str, default: float, given: Sequence[float] | None
) -> tuple[float, float, float]:
    if given is None:
        return guessed_range(default)
    numbers = [float(number) for number in given]
    if len(numbers) == 2:
        numbers.append((numbers[1] - numbers[0]) / 100)
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be given as (lowest, highest, step), but got {given!r}")
    low, high, step = numbers
    if not low < high or not 0 < step <= high - low:
        raise ValueError(f"{name}: need lowest < highest and a step between, but got {given!r}")
    if not low <= default <= high:
        raise ValueError(f"the default of {name}, {default}, lies outside {low:g} to {high:g}")
    return (low, high, step)


def check_elementwise(function: Callable[..., Any], name: str, x: NDArray[Any]) -> None:
    """`function` must give each entry of the result from the entry of x alone."""

    def values(at: NDArray[Any]) -> NDArray[Any]:
        try:
            found = np.asarray(function(at))
        except Exception as error:
            hint = (
                "; a choice between two formulas is written np.where(x > 0, this, that)"
                if "truth value" in str(error)
                else ""
            )
            raise ValueError(f"{name} fails for an array x: {error}{hint}") from error
        if found.shape != at.shape:
            raise ValueError(
                f"{name} must return the shape of x, {at.shape}, but returned {found.shape}"
            )
        if found.dtype.kind not in "fiub":
            raise ValueError(f"{name} must return real numbers, but returned {found.dtype}")
        return found.astype(float)

    whole = values(x)
    for part in (slice(None, None, -1), slice(0, None, 7), slice(3, 4)):
        alone = values(x[part].copy())
        if not np.allclose(alone, whole[part], rtol=1e-9, atol=1e-12, equal_nan=True):
            at = int(np.nanargmax(np.abs(alone - whole[part])))
            raise ValueError(
                f"{name} is not elementwise: at x = {x[part][at]:g} it gives "
                f"{whole[part][at]:.6g} among {x.size} numbers, but {alone[at]:.6g} among "
                f"{alone.size}; each entry must depend on its own x alone"
            )


def translation_of(function: Callable[..., Any]) -> tuple[str, str]:
    """`function` as a JavaScript module, or None; and what to tell the reader about it."""
    try:
        code = to_javascript([function])
    except TranslationError as error:
        found = REFUSAL.fullmatch(str(error))
        reason = (
            f"line {_line_within(function, int(found[1]))}: {found[2]}" if found else str(error)
        )
    except (OSError, TypeError, SyntaxError, IndexError):
        reason = "its source cannot be read"
    else:
        name = inspect.unwrap(function).__name__
        said = "Translated to JavaScript: the figure works without Python, too."
        return f"{code}export const FUNCTION = {name};\n", said
    said = f"Computed by Python, and still where there is none. Not translated: {reason}"
    return "export const FUNCTION = null;\n", said


def _line_within(function: Callable[..., Any], line: int) -> int:
    """The line counted from the `def`, as the reader sees it in the cell."""
    try:
        return line - inspect.getsourcelines(function)[1] + 1
    except OSError:
        return line
