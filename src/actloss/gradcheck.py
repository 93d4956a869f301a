"""Central-difference gradient check: which entry is wrong, and by how much."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from actloss.arguments import as_array, check_positive
from actloss.calls import explained

# The step that balances the two errors of a central difference: truncation grows as step²,
# rounding as 1/step. The cube root of float64's resolution makes both about 1e-10.
STEP = 6e-6
# An entry that disagrees is tried again with shorter steps, which no longer reach across a kink
# that happens to lie beside it. A wrong gradient disagrees at every step.
SHORTER_STEPS = (STEP / 16, STEP / 256)
# Errors whose ratio is closer to 1 count as equal.
ALMOST = 0.999


@dataclass(frozen=True)
class GradientCheck:
    """The outcome of a gradient check: the worst entry, and how many agreed."""

    argument: str
    index: tuple[int, ...]
    analytic: float
    numerical: float
    relative_error: float
    tolerance: float
    entries: int
    wrong_entries: int

    @property
    def passed(self) -> bool:
        """Whether every entry agrees within the tolerance."""
        return self.wrong_entries == 0

    def __repr__(self) -> str:
        if self.entries == 0:
            return "gradient not checked: the arguments have no entries"
        if self.passed:
            # No more is said: which entry is worst, and by how much, the last bit decides.
            return (
                f"gradient correct: all {self.entries} entries agree\n"
                f"  relative error  below {self.tolerance:.0e}"
            )
        where = f"{self.argument}[{', '.join(map(str, self.index))}]"
        where = where if self.index else self.argument
        return (
            f"gradient WRONG: {self.wrong_entries} of {self.entries} entries disagree; "
            f"worst is {where}\n"
            f"  analytic        {self.analytic:.6g}\n"
            f"  numerical       {self.numerical:.6g}\n"
            f"  relative error  {self.relative_error:.2g}  (tolerance {self.tolerance:.0e})"
        )


@explained
def gradcheck(
    function: Callable[..., Any],
    gradient: Callable[..., Any],
    *arrays: ArrayLike,
    names: Sequence[str] | None = None,
    tolerance: float = 1e-6,
    smallest: float = 1e-3,
) -> GradientCheck:
    r"""Compare a gradient with central differences, entry by entry.

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    What is checked is the gradient of ``function(*arrays).sum()``. So one call serves an
    element-wise function with its derivative, a loss with one value a sample, and a scalar.

    Parameters
    ----------
    function : callable
        Takes the arrays, returns an array of any shape or a number.
    gradient : callable
        Takes the same arrays. Returns the gradient in the first argument, or a tuple with one
        gradient for each of the first arguments, ``None`` for one that is not to be checked.
        Each gradient has its argument's shape.
    *arrays : array_like
        The point at which to check. The checked arguments are used in float64.
    names : sequence of str, optional
        What the report calls the arguments. By default, their names in ``function``.
    tolerance : float
        The largest relative error that passes.
    smallest : float
        Gradients below this size, times that of the function if it is above 1, are compared as if
        they had this size: a central difference knows about ten digits of the function, so none
        of a derivative much smaller than it.

    Returns
    -------
    GradientCheck
        The worst entry, and ``passed``. Printing it gives the report. A gradient that is not
        finite never passes.

    Raises
    ------
    ValueError
        A gradient has not its argument's shape; there are more gradients than arguments; the
        tolerance is not positive.

    Notes
    -----
    PyTorch twin: ``torch.autograd.gradcheck``, which wants float64 too, and tolerates more
    (``atol=1e-5, rtol=1e-3``).

    Examples
    --------
    The derivative of a sigmoid, then the same taken once too often:

    >>> import numpy as np
    >>> sigmoid = lambda x: 1 / (1 + np.exp(-x))
    >>> slope = lambda x: sigmoid(x) * (1 - sigmoid(x))
    >>> gradcheck(sigmoid, slope, [-1.0, 0.0, 2.0]).passed
    True
    >>> gradcheck(sigmoid, lambda x: slope(x) ** 2, [0.0])
    gradient WRONG: 1 of 1 entries disagree; worst is x[0]
      analytic        0.0625
      numerical       0.25
      relative error  0.75  (tolerance 1e-06)
    """
    tolerance = check_positive("tolerance", tolerance)
    for what, called in (("function", function), ("gradient", gradient)):
        if not callable(called):
            raise TypeError(f"{what} must be a function, but got {called!r:.60}")
    names = _argument_names(function, len(arrays)) if names is None else list(names)
    if len(names) < len(arrays):
        raise ValueError(f"names must name all {len(arrays)} arguments, but got {names}")
    points = [
        _floats_to_float64(as_array(array, name))
        for array, name in zip(arrays, names, strict=False)
    ]
    gradients = gradient(*[array.copy() for array in points])
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    if len(gradients) > len(points):
        raise ValueError(f"gradient returned {len(gradients)} arrays for {len(points)} arguments")

    errors = []
    for argument, analytic in enumerate(gradients):
        if analytic is None:
            continue
        points[argument] = points[argument].astype(np.float64)
        analytic = np.asarray(analytic, dtype=np.float64)
        if analytic.shape != points[argument].shape:
            raise ValueError(
                f"the gradient in {names[argument]} has shape {analytic.shape}, "
                f"expected the argument's shape {points[argument].shape}"
            )
        for index in np.ndindex(analytic.shape):
            value = float(analytic[index])
            numerical, error = _compare(value, function, points, argument, index, STEP, smallest)
            for step in SHORTER_STEPS if error > tolerance else ():
                closer = _compare(value, function, points, argument, index, step, smallest)
                if closer[1] <= tolerance:
                    numerical, error = closer
                    break
            errors.append((error, names[argument], index, value, numerical))
    if not errors:
        return GradientCheck("", (), np.nan, np.nan, np.nan, tolerance, 0, 0)
    error, name, index, value, numerical = _worst(errors)
    wrong = sum(entry[0] > tolerance for entry in errors)
    return GradientCheck(name, index, value, numerical, error, tolerance, len(errors), wrong)


def _worst(errors: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The first of the largest errors: between two alike, the last bit would choose."""
    largest = max(error for error, *_ in errors)
    return next(entry for entry in errors if entry[0] >= largest * ALMOST)


def _argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """Names of the first positional parameters, as the function's author wrote them."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have no signature
        return [f"argument {position}" for position in range(count)]
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [*names, *(f"argument {position}" for position in range(len(names), count))][:count]


def _floats_to_float64(array: NDArray[Any]) -> NDArray[Any]:
    """A copy of the array; integers stay, for they may be labels."""
    array = array.copy()
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _compare(
    analytic: float,
    function: Callable[..., Any],
    arrays: Sequence[NDArray[Any]],
    argument: int,
    index: tuple[int, ...],
    step: float,
    smallest: float,
) -> tuple[float, float]:
    """Slope of ``function(*arrays).sum()`` along one entry, and the relative error against it."""
    step = step * max(1.0, abs(float(arrays[argument][index])))
    above = [array.copy() for array in arrays]
    below = [array.copy() for array in arrays]
    above[argument][index] += step
    below[argument][index] -= step
    # The step that was really taken: x + step is rounded to the nearest float.
    taken = float(above[argument][index]) - float(below[argument][index])
    values = np.asarray(function(*above), dtype=np.float64)
    # Subtract first, sum afterwards: entries that the step does not reach cancel exactly.
    with np.errstate(invalid="ignore"):
        change = values - function(*below)
    numerical = float(np.sum(change)) / taken
    if not (np.isfinite(analytic) and np.isfinite(numerical)):
        return numerical, np.inf
    size = np.max(np.abs(values), where=change != 0, initial=1.0)
    scale = max(abs(analytic), abs(numerical), smallest * float(size))
    return numerical, abs(analytic - numerical) / scale
