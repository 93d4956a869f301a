"""A comparison has a grid of rates for each arm, seeds in pairs, and twice the budget."""

import re

import numpy as np
import pytest

from actloss.book.comparison import (
    best_inside,
    compare,
    compare_side_by_side,
    paired_interval,
    resampled_interval,
)
from tests.book.test_cross_references import PAGES
from tools.notebooks import all_notebooks, code_cells, read


def test_the_best_rate_has_a_worse_one_on_either_side():
    assert best_inside({0.1: [3, 5], 1.0: [6, 6], 10.0: [-np.inf, 9]}) == 1.0
    assert best_inside({10.0: [2], 0.1: [1], 1.0: [2]}) == 1.0  # no better at the end, in any order


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (
            {0.1: [1], 1.0: [2], 10.0: [3]},
            r"rates 0\.1, 1, 10 must not be .* but is 10: add a .* ab",
        ),
        (
            {10.0: [1], 0.1: [3], 1.0: [2]},
            r"rates 0\.1, 1, 10 must not be .* but is 0\.1: .* below",
        ),
        ({0.1: [1], 1.0: [2]}, r"at least three rates, one on either side .*, but has 2: 0\.1, 1"),
        ({0.1: [1], 1.0: [2, np.nan], 3.0: [1]}, r"scores\[1\] must be numbers, but holds NaN"),
    ],
)
def test_a_grid_that_ends_too_early_is_refused(scores, message):
    with pytest.raises(ValueError, match=message):
        best_inside(scores)


def test_nineteen_of_twenty_intervals_hold_the_truth():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(2000):
        seed_alone = rng.normal(scale=5, size=6)  # what both arms owe to their common seed
        found = paired_interval(seed_alone + rng.normal(0.3, size=6), seed_alone)
        inside += found.low < 0.3 < found.high
    assert 0.94 < inside / 2000 < 0.96


def test_splits_that_overlap_need_the_wider_interval():
    rng, narrow, wide = np.random.default_rng(0), 0, 0
    for _ in range(500):
        sample = rng.normal(size=100)
        scores = [rng.permutation(sample)[:30].mean() for _ in range(10)]
        usual = paired_interval(scores, np.zeros(10))
        corrected = resampled_interval(scores, np.zeros(10), test_share=0.3)
        narrow += usual.low < 0 < usual.high
        wide += corrected.low < 0 < corrected.high
    assert narrow / 500 < 0.75
    assert wide / 500 > 0.93


@pytest.mark.parametrize(
    ("scores", "others", "message"),
    [
        ([1] * 4, [1] * 4, r"scores must hold at least 5 seeds, but has 4"),
        ([1] * 5, [1] * 6, r"two rows .*, but got shapes \(5,\) and \(6,\)"),
        ([[1]] * 5, [[1]] * 5, r"two rows .*, but got shapes \(5, 1\) and \(5, 1\)"),
        ([1, 1, 1, 1, np.inf], [1] * 5, r"must be finite: say how many runs diverged"),
    ],
)
def test_what_is_no_row_of_paired_runs_is_refused(scores, others, message):
    with pytest.raises(ValueError, match=message):
        paired_interval(scores, others)


@pytest.mark.parametrize("share", [0, 1, -0.2, np.nan])
def test_a_share_lies_between_none_and_all(share):
    with pytest.raises(ValueError, match="test_share must lie between 0 and 1, but got"):
        resampled_interval([1] * 5, [1] * 5, test_share=share)


def falling_error(best_rates, called):
    """Runs whose error depends on how far their rate is from the arm's best, and on the budget."""

    def run(name, rate, seeds, budget):
        for length in (budget, 2 * budget):
            called.append((name, rate, tuple(seeds), length))
            error = abs(np.log(rate / best_rates[name])) + 8 / length + 0.1 * np.array(seeds) % 0.3
            yield -error, 100 - error

    return run


def test_each_arm_trains_at_its_own_best_rate_and_at_twice_the_budget():
    called = []
    grids = {"slow": (0.1, 0.2, 0.4), "quick": (1.0, 2.0, 4.0)}
    found = compare_side_by_side(
        falling_error({"slow": 0.2, "quick": 2.0}, called), grids, budget=4, seeds=range(6)
    )
    assert (found.arms["slow"].rate, found.arms["quick"].rate) == (0.2, 2.0)
    np.testing.assert_allclose(found.arms["slow"].doubled - found.arms["slow"].scores, 1.0)
    for name, rates in grids.items():
        choosing = [(name, rate, (1000, 1001, 1002), 4) for rate in rates]  # and no longer
        reported = [(name, rates[1], tuple(range(6)), budget) for budget in (4, 8)]
        assert [call for call in called if call[0] == name] == choosing + reported
    assert found.difference("quick").mean == pytest.approx(0)
    printed = repr(found)
    assert printed.startswith("4 epochs | 8 epochs; 6 seeds; ")
    assert "quick rate 2    |  97.9  +0.0 ± 0.0 |  98.9  +0.0 ± 0.0" in printed
    assert "rates 0.1, 0.2, 0.4: slow" in printed


def test_runs_of_one_seed_are_compared_as_runs_of_all():
    together = falling_error({"a": 2.0, "b": 0.7}, [])

    def one_by_one(name, rate, seed, budget):
        chosen_by, reported = next(together(name, rate, [seed], budget))
        return chosen_by[0], reported[0]

    settings = {"grids": {"a": (1.0, 2.0, 4.0), "b": (0.3, 0.6, 1.2)}, "budget": 4}
    assert repr(compare(one_by_one, **settings)) == repr(compare_side_by_side(together, **settings))


def test_a_comparison_on_unfair_terms_is_refused():
    run = falling_error({"a": 9.0}, [])
    with pytest.raises(ValueError, match=r"a: the best of the rates .* must not be the grid's end"):
        compare_side_by_side(run, {"a": (1.0, 2.0, 4.0)}, budget=1)
    with pytest.raises(ValueError, match="seeds must be at least 5, but got 3"):
        compare_side_by_side(run, {"a": (1.0, 9.0, 20.0)}, budget=1, seeds=range(3))
    with pytest.raises(ValueError, match=r"no seed in common, but both hold \[3\]"):
        compare_side_by_side(run, {"a": (1.0, 9.0, 20.0)}, budget=1, seeds=range(6), choosing=[3])


def test_runs_that_yield_no_number_for_each_seed_are_refused():
    def once(name, rate, seeds, budget):
        yield -abs(np.log(rate)) * np.ones(len(seeds)), np.ones(len(seeds))

    def the_mean(name, rate, seeds, budget):
        yield -abs(np.log(rate)), 1.0

    grids = {"a": (0.1, 1.0, 10.0)}
    with pytest.raises(ValueError, match=r"run\('a', …\) must yield .* at twice the budget, but"):
        compare_side_by_side(once, grids, budget=1)
    with pytest.raises(ValueError, match=r"rows of 3 numbers, .*, but yielded one of shape \(\)"):
        compare_side_by_side(the_mean, grids, budget=1)


# `costs` choose the rate of a Poisson model, which is no learning rate.
BY_HAND = {
    "chooses a rate without looking at the grid's ends": re.compile(
        r"(?i)\brates(?:\[\w+\])?\[(?:int\()?np\.(?:nan)?arg(?:max|min)(?!\(costs)"
        r"|\bmax\((\w+), key=\1\.get\)"
    ),
    "types Student's t": re.compile(r"\b2\.(?:26|57|78)\b\d* *\*|\bt\.ppf\("),
}


def by_hand(path):
    """What a chapter does by hand that `actloss.book.comparison` does with a check."""
    code = "\n".join(cell["source"] for cell in code_cells(read(path)))
    return [fault for fault, pattern in BY_HAND.items() if pattern.search(code)]


@pytest.mark.parametrize(
    "path",
    [p for p in PAGES.values() if p.parent.name == "chapters" and p.suffix == ".ipynb"],
    ids=lambda path: path.stem,
)
def test_chapters_compare_by_the_common_rule(path):
    assert not by_hand(path)


@pytest.mark.parametrize("path", all_notebooks(), ids=lambda path: path.stem)
def test_no_printed_zero_has_a_sign(path):
    """A mean of −0.004 prints as 0.0: the sign is not among its digits."""
    for cell in code_cells(read(path)):
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            assert not re.search(r"[-−]0(\.0*)?(?![\d.e])", text), text
