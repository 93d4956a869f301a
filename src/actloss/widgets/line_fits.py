"""Straight lines through a few points by four losses, and how hard each point pulls at them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actloss.catalogue import LOSSES

NAMES = ["squared_error", "absolute_error", "huber_loss", "quantile_loss"]


def fit_line(
    x: NDArray[Any],
    y: NDArray[Any],
    loss: str = "squared_error",
    *,
    delta: float = 1.0,
    quantile: float = 0.5,
) -> tuple[float, float]:
    """Intercept and slope of the line with the smallest sum of losses over a few points.

    Squared error has a closed form. For the absolute error and the quantile loss a best line
    passes through two of the points, so all pairs are tried. The Huber loss is found by weighted
    least squares, each time with the weights that the last line gives, until it is known which
    points lie within δ; then the equations are linear, and solved.

    Parameters
    ----------
    x, y : array_like
        The points; at least two with different x.
    loss : str
        One of ``NAMES``.
    delta, quantile : float
        Of the Huber and of the quantile loss.

    Examples
    --------
    >>> fit_line([0, 1, 2, 3], [0, 1, 2, 30], "absolute_error")
    (0.0, 1.0)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if loss == "squared_error":
        return _least_squares(x, y, np.ones_like(x))
    if loss == "huber_loss":
        return _huber_line(x, y, delta)
    return _line_through_two(x, y, 0.5 if loss == "absolute_error" else quantile)


def _least_squares(x: NDArray[Any], y: NDArray[Any], weights: NDArray[Any]) -> tuple[float, float]:
    total = weights.sum()
    mean_x, mean_y = (weights * x).sum() / total, (weights * y).sum() / total
    from_mean = weights * (x - mean_x)
    slope = (from_mean * (y - mean_y)).sum() / (from_mean * (x - mean_x)).sum()
    return float(mean_y - slope * mean_x), float(slope)


def _line_through_two(x: NDArray[Any], y: NDArray[Any], quantile: float) -> Any:
    best, smallest = None, np.inf
    for i, j in combinations(range(len(x)), 2):
        if x[i] == x[j]:
            continue
        slope = (y[j] - y[i]) / (x[j] - x[i])
        intercept = y[i] - slope * x[i]
        residual = intercept + slope * x - y
        total = np.maximum(-quantile * residual, (1 - quantile) * residual).sum()
        if total < smallest - 1e-9:
            best, smallest = (float(intercept), float(slope)), total
    return best


def _huber_line(
    x: NDArray[Any], y: NDArray[Any], delta: float, most_steps: int = 2000
) -> tuple[float, float]:
    line = _line_through_two(x, y, 0.5)
    for _ in range(most_steps):
        inside, sides = _sides(x, y, line, delta)
        exact = _solve_within(x, y, inside, sides, delta)
        if exact is not None:
            again, new_sides = _sides(x, y, exact, delta)
            if (again == inside).all() and (new_sides == sides).all():
                return exact
        distance = np.abs(line[0] + line[1] * x - y)
        line = _least_squares(x, y, delta / np.maximum(distance, delta))
    return line


def _sides(
    x: NDArray[Any], y: NDArray[Any], line: tuple[float, float], delta: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Which points lie within δ of the line, and on which side the others are."""
    residual = line[0] + line[1] * x - y
    inside = np.abs(residual) <= delta
    return inside, np.where(inside, 0.0, np.sign(residual))


def _solve_within(
    x: NDArray[Any], y: NDArray[Any], inside: NDArray[Any], sides: NDArray[Any], delta: float
) -> tuple[float, float] | None:
    """The line at which the pulls balance if exactly the points `inside` lie within δ."""
    count, sum_x, sum_xx = inside.sum(), x[inside].sum(), (x[inside] ** 2).sum()
    determinant = count * sum_xx - sum_x * sum_x
    if determinant <= 1e-9:  # fewer than two points, or one above the other
        return None
    right = y[inside].sum() - delta * sides.sum()
    right_x = (x[inside] * y[inside]).sum() - delta * (sides * x).sum()
    return (
        float((right * sum_xx - right_x * sum_x) / determinant),
        float((count * right_x - sum_x * right) / determinant),
    )


def pulls(
    x: NDArray[Any],
    y: NDArray[Any],
    line: tuple[float, float],
    loss: str,
    *,
    delta: float = 1.0,
    quantile: float = 0.5,
) -> NDArray[Any]:
    """How strongly each point pulls at the fitted line: minus the gradient of its loss.

    They balance: their sum is 0, and so is their sum weighted with x. At a kink, where the line
    passes through the point, the gradient may be anything between its two sides; what the balance
    asks for is taken.

    >>> x, y = [0, 1, 2, 3], [0, 1, 2, 30]
    >>> pulls(x, y, fit_line(x, y), "squared_error").round(1)
    array([ 10.8,  -5.4, -21.6,  16.2])
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    residual = line[0] + line[1] * x - y
    settings = {"huber_loss": {"delta": delta}, "quantile_loss": {"quantile": quantile}}
    found = -LOSSES[loss].gradient(residual, 0.0, **settings.get(loss, {}))
    on_line = np.flatnonzero(np.abs(residual) < 1e-9)
    if loss in ("absolute_error", "quantile_loss") and len(on_line) == 2:
        first, second = on_line
        found[on_line] = 0.0
        found[second] = (found * (x[first] - x)).sum() / (x[second] - x[first])
        found[first] = 0.0
        found[first] = -found.sum()
    return found
