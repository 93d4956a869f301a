"""Whether an exercise tells students apart: its discrimination, as classical test theory has it.

The item-rest correlation is Pearson's, over students, between the points for an exercise and those
for all others of its chapter; without the exercise itself, since a part correlates with its sum.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

FEWEST = 3  # students: two always lie on a line


def item_rest_correlation(earned: Sequence[float], totals: Sequence[float]) -> float | None:
    """How points for one exercise go with those for all others; None where that is not defined.

    Parameters
    ----------
    earned : sequence of float
        Points for the exercise, by student.
    totals : sequence of float
        Points for the whole chapter, the exercise included, in the same order.

    Returns
    -------
    float or None
        From −1 to 1. None for fewer than three students, and where all have the same points in the
        exercise, or in the rest.

    Examples
    --------
    >>> round(item_rest_correlation([2, 2, 0, 0], [9, 8, 2, 3]), 2)  # 4 / √17
    0.97
    >>> item_rest_correlation([2, 2, 2], [9, 8, 2])
    """
    rest = [total - one for one, total in zip(earned, totals, strict=True)]
    if len(earned) < FEWEST or len(set(earned)) == 1 or len(set(rest)) == 1:
        return None
    return statistics.correlation(earned, rest)
