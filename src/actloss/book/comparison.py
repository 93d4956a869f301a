"""A comparison that does not turn on one learning rate, one budget or one seed.

Each arm has its own grid of rates and trains at the best of them, which must not lie at an end of
the grid. What is found is looked at again at twice the budget. All arms share the seeds, so that
differences are taken seed by seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

FEWEST_SEEDS = 5
WIDEST = 85  # letters, what a page shows without scrolling


class Interval(NamedTuple):
    """A mean and half of its 95 % interval, printed as ``+0.3 ± 0.2``."""

    mean: float
    margin: float

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.margin

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.margin

    def __format__(self, spec: str) -> str:
        spec = spec or ".1f"
        return f"{self.mean:+z{spec}} ± {self.margin:{spec}}"  # z: no −0.0


def best_inside(scores: Mapping[float, ArrayLike]) -> float:
    """The rate with the best mean score, provided that the grid goes beyond it on both sides.

    Parameters
    ----------
    scores : mapping of float to array_like
        By rate, what the runs at it scored: the larger the better. A run that diverged scores −∞.

    Returns
    -------
    float
        The rate with the largest mean.

    Raises
    ------
    ValueError
        If there are fewer than three rates, a score is NaN, or a rate at an end of the grid is
        better than all between: then a rate outside may be better still, and the grid must grow.

    Examples
    --------
    >>> best_inside({0.01: [70, 72], 0.1: [95, 96], 1.0: [10, 94]})
    0.1
    """
    rates = sorted(scores)
    if len(rates) < 3:
        raise ValueError(
            f"scores must hold at least three rates, one on either side of the best, but has "
            f"{len(rates)}: {_listed(rates)}"
        )
    means = {rate: float(np.mean(np.asarray(scores[rate], float))) for rate in rates}
    for rate, mean in means.items():
        if np.isnan(mean):
            raise ValueError(
                f"scores[{rate:g}] must be numbers, but holds NaN: give a run that diverged −∞"
            )
    best = max(rates[1:-1], key=means.__getitem__)
    for end, beyond in ((rates[0], "below"), (rates[-1], "above")):
        if means[end] > means[best]:
            raise ValueError(
                f"the best of the rates {_listed(rates)} must not be the grid's end, but is "
                f"{end:g}: add a rate {beyond} it"
            )
    return best


def paired_interval(scores: ArrayLike, others: ArrayLike) -> Interval:
    """How much larger `scores` are than `others`, with a 95 % interval by Student's t.

    Parameters
    ----------
    scores, others : array_like
        One number for each seed, the same seeds in the same order.

    Raises
    ------
    ValueError
        If they are not two rows of equal length, there are fewer than five seeds, or one is not
        finite.

    Notes
    -----
    Valid for runs that are independent of each other: other seeds on one split of the data, and
    then it speaks of that split only. For several splits of the same samples, which overlap, see
    `resampled_interval`.

    Examples
    --------
    >>> f"{paired_interval([96, 97, 95, 96, 97], [95, 96, 95, 95, 96]):.1f}"
    '+0.8 ± 0.6'
    """
    difference = _differences(scores, others)
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return _interval(difference, error)


def resampled_interval(scores: ArrayLike, others: ArrayLike, *, test_share: float) -> Interval:
    """`paired_interval` for splits of one data set, whose training sets overlap.

    Such runs are not independent, and the usual interval is too short. Nadeau and Bengio's
    correction replaces the factor :math:`1/n` of the variance by :math:`1/n + t/(1 - t)`, with
    :math:`t` the share of the samples that each split keeps for testing.

    Parameters
    ----------
    scores, others : array_like
        One number for each split, the same splits in the same order.
    test_share : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        As in `paired_interval`, or if `test_share` is not between 0 and 1.

    References
    ----------
    C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003).

    Examples
    --------
    >>> scores, others = [96, 97, 95, 96, 97], [95, 96, 95, 95, 96]
    >>> f"{resampled_interval(scores, others, test_share=0.3):.1f}"
    '+0.8 ± 1.0'
    """
    if not 0 < test_share < 1:
        raise ValueError(f"test_share must lie between 0 and 1, but got {test_share!r}")
    difference = _differences(scores, others)
    variance = difference.var(ddof=1) * (1 / len(difference) + test_share / (1 - test_share))
    return _interval(difference, np.sqrt(variance))


class Arm(NamedTuple):
    """One of the things compared: its grid, the rate chosen, and its scores, seed by seed."""

    rates: tuple[float, ...]
    rate: float
    scores: NDArray[np.float64]
    doubled: NDArray[np.float64]


class Comparison(NamedTuple):
    """What `compare` found. Printed, it names grids, budgets, seeds and intervals."""

    arms: dict[str, Arm]
    budget: int
    unit: str

    def difference(self, name: str, *, doubled: bool = False) -> Interval:
        """By how much the arm of that name differs from the first one, seed by seed."""
        first = next(iter(self.arms.values()))
        ours = self.arms[name]
        if doubled:
            return paired_interval(ours.doubled, first.doubled)
        return paired_interval(ours.scores, first.scores)

    def __repr__(self) -> str:
        first, *others = self.arms
        wide = max(map(len, self.arms))
        seeds = len(self.arms[first].scores)
        lines = [
            f"{self.budget} {self.unit} | {2 * self.budget} {self.unit}; {seeds} seeds; "
            f"± 95 % of the difference to {first}, seed by seed"
        ]
        if len(lines[0]) > WIDEST:
            lines = lines[0].replace("; ±", ";\n±").split("\n")
        for name, arm in self.arms.items():
            columns = [f"{name:<{wide}} rate {arm.rate:<5g}"]
            for doubled, scores in ((False, arm.scores), (True, arm.doubled)):
                against = f"{self.difference(name, doubled=doubled):.1f}" if name in others else ""
                columns.append(f" {scores.mean():5.1f}  {against:<11}")
            lines.append("|".join(columns).rstrip())
        grids: dict[tuple[float, ...], list[str]] = {}
        for name, arm in self.arms.items():
            grids.setdefault(arm.rates, []).append(name)
        lines += [f"rates {_listed(rates)}: {', '.join(names)}" for rates, names in grids.items()]
        return "\n".join(lines)


Run = Callable[[str, float, int, int], tuple[float, float]]
RunAll = Callable[[str, float, Sequence[int], int], Iterable[tuple[ArrayLike, ArrayLike]]]


def compare(
    run: Run,
    grids: Mapping[str, Sequence[float]],
    *,
    budget: int,
    unit: str = "epochs",
    seeds: Sequence[int] = range(10),
    choosing: Sequence[int] = range(1000, 1003),
) -> Comparison:
    """Train each arm at the best rate of its own grid, at a budget and at twice that budget.

    Parameters
    ----------
    run : callable
        ``run(name, rate, seed, budget)`` trains one arm and returns two numbers, of both of which
        more is better: what its rate is chosen by, measured on training or validation data, and
        what is reported. Training that diverged returns −∞ for the first.
    grids : mapping of str to sequence of float
        By arm, the rates to try. The others are compared with the first arm.
    budget : int
        How long each run may train, in `unit`.
    unit : str, optional
        What the budget counts.
    seeds, choosing : sequence of int, optional
        Of the runs reported, and of those that choose the rate; no seed in both.

    Raises
    ------
    ValueError
        If the best rate of an arm is an end of its grid, there are fewer than five seeds, or a
        seed is used for both.

    Examples
    --------
    >>> def run(name, rate, seed, budget):
    ...     error = abs(np.log(rate)) + 1 / budget + 0.01 * seed
    ...     return -error, 10 - error
    >>> compare(run, {"A": [0.1, 1, 10], "B": [0.5, 1, 2]}, budget=5, seeds=range(5))
    5 epochs | 10 epochs; 5 seeds; ± 95 % of the difference to A, seed by seed
    A rate 1    |   9.8             |   9.9
    B rate 1    |   9.8  +0.0 ± 0.0 |   9.9  +0.0 ± 0.0
    rates 0.1, 1, 10: A
    rates 0.5, 1, 2: B
    """

    def run_all(name: str, rate: float, seeds: Sequence[int], budget: int) -> Any:
        for length in (budget, 2 * budget):
            yield tuple(zip(*(run(name, rate, seed, length) for seed in seeds), strict=True))

    return compare_side_by_side(
        run_all, grids, budget=budget, unit=unit, seeds=seeds, choosing=choosing
    )


def compare_side_by_side(
    run: RunAll,
    grids: Mapping[str, Sequence[float]],
    *,
    budget: int,
    unit: str = "epochs",
    seeds: Sequence[int] = range(10),
    choosing: Sequence[int] = range(1000, 1003),
) -> Comparison:
    """:func:`compare` for runs that train all seeds at once, as in an ``Ensemble``.

    Parameters
    ----------
    run : callable
        ``run(name, rate, seeds, budget)`` trains one arm once for each seed, and yields two rows
        of numbers, a number for each seed and more of both is better: what the rate is chosen by,
        measured on training or validation data, and what is reported. A run that diverged has −∞
        in the first. It then yields the two rows of twice the budget: whether it trains on for as
        long again, or anew, is up to it. To choose a rate, the first two rows are all it is asked.
    grids, budget, unit, seeds, choosing
        As for :func:`compare`.

    Raises
    ------
    ValueError
        As by :func:`compare`, or `run` does not yield what it should.

    Examples
    --------
    >>> def run(name, rate, seeds, budget):
    ...     for length in (budget, 2 * budget):
    ...         error = abs(np.log(rate)) + 1 / length + 0.01 * np.array(seeds)
    ...         yield -error, 10 - error
    >>> compare_side_by_side(run, {"A": [0.1, 1, 10], "B": [0.5, 1, 2]}, budget=5, seeds=range(5))
    5 epochs | 10 epochs; 5 seeds; ± 95 % of the difference to A, seed by seed
    A rate 1    |   9.8             |   9.9
    B rate 1    |   9.8  +0.0 ± 0.0 |   9.9  +0.0 ± 0.0
    rates 0.1, 1, 10: A
    rates 0.5, 1, 2: B
    """
    if shared := set(seeds) & set(choosing):
        raise ValueError(
            f"seeds and choosing must have no seed in common, but both hold {sorted(shared)}"
        )
    if len(seeds) < FEWEST_SEEDS:
        raise ValueError(f"seeds must be at least {FEWEST_SEEDS}, but got {len(seeds)}")
    arms = {}
    for name, rates in grids.items():
        try:
            rate = best_inside({r: next(_rows(run, name, r, choosing, budget))[0] for r in rates})
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        (_, scores), (_, doubled) = _rows(run, name, rate, seeds, budget)
        arms[name] = Arm(tuple(sorted(rates)), rate, scores, doubled)
    return Comparison(arms, budget, unit)


def _rows(
    run: RunAll, name: str, rate: float, seeds: Sequence[int], budget: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The two pairs of rows that a run yields, once it is seen that they are such."""
    pairs = iter(run(name, rate, seeds, budget))
    for when in ("the budget", "twice the budget"):
        pair = next(pairs, None)
        if pair is None:
            raise ValueError(f"run({name!r}, …) must yield two rows at {when}, but yielded none")
        chosen_by, reported = (np.asarray(row, float) for row in pair)
        for row in (chosen_by, reported):
            if row.shape != (len(seeds),):
                raise ValueError(
                    f"run({name!r}, …) must yield rows of {len(seeds)} numbers, one for each seed, "
                    f"but yielded one of shape {row.shape}"
                )
        yield chosen_by, reported


def _differences(scores: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    ours, theirs = np.asarray(scores, float), np.asarray(others, float)
    if ours.ndim != 1 or ours.shape != theirs.shape:
        raise ValueError(
            f"scores and others must be two rows with a number for each seed, but got shapes "
            f"{ours.shape} and {theirs.shape}"
        )
    if len(ours) < FEWEST_SEEDS:
        raise ValueError(f"scores must hold at least {FEWEST_SEEDS} seeds, but has {len(ours)}")
    difference = ours - theirs
    if not np.isfinite(difference).all():
        raise ValueError(
            "scores and others must be finite: say how many runs diverged instead of their mean"
        )
    return difference


def _interval(difference: NDArray[np.float64], error: float) -> Interval:
    margin = stats.t.ppf(0.975, len(difference) - 1) * error
    return Interval(float(difference.mean()), float(margin))


def _listed(rates: Sequence[Any]) -> str:
    return ", ".join(f"{rate:g}" for rate in rates)
