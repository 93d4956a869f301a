"""The confusion explorer: what is stored is what training gives, and the page counts as Python."""

import gzip

import numpy as np
import pytest

from actloss.widgets import ConfusionExplorer
from actloss.widgets.confusion_explorer import answers_module
from actloss.widgets.digit_answers import STORE, THRESHOLDS, compute, recorded
from actloss.widgets.module import HERE, join_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_stands_alone,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
)

MODULE = join_module("confusion_explorer.js", digit_answers=answers_module())


def test_recorded_answers_can_be_computed():
    """On another processor some images that no network is sure of may be read otherwise."""
    fresh, stored = compute(), recorded()
    np.testing.assert_array_equal(fresh.labels, stored.labels)
    assert (fresh.answers == stored.answers).mean() > 0.98
    assert (fresh.levels == stored.levels).mean() > 0.9
    for level in range(len(THRESHOLDS)):
        shares = [(found.levels >= level).mean() for found in (fresh, stored)]
        assert shares[0] == pytest.approx(shares[1], abs=0.01)


def test_store_is_small():
    assert len(gzip.compress((HERE / STORE).read_bytes())) < 4_000


def test_the_page_counts_as_python_does():
    expression = """THRESHOLDS.map((_, index) => {
      const { cells, unanswered, wrong } = count(index);
      return [cells.map((row, i) => row.map((found) => (100 * found) / images[i])),
              unanswered, wrong];
    })"""
    for threshold, (shares, unanswered, wrong) in zip(
        THRESHOLDS, in_node(MODULE, expression), strict=True
    ):
        explorer = ConfusionExplorer(threshold=threshold)
        np.testing.assert_allclose(shares, explorer.shares(), atol=1e-9)
        assert unanswered == pytest.approx(explorer.unanswered, abs=1e-12)
        assert wrong == pytest.approx(explorer.wrong, abs=1e-12)


def test_rows_add_up_to_all_images():
    for threshold in THRESHOLDS:
        shares = ConfusionExplorer(threshold=threshold).shares()
        np.testing.assert_allclose(shares.sum(axis=1), 100)


def test_a_higher_threshold_leaves_out_more_and_errs_less():
    """As the chapter says: a tenth left out halves the mistakes, and one of them outlasts all."""
    explorers = [ConfusionExplorer(threshold=threshold) for threshold in THRESHOLDS]
    assert np.all(np.diff([explorer.unanswered for explorer in explorers]) > 0)
    assert np.all(np.diff([explorer.wrong for explorer in explorers]) < 0)
    at = dict(zip(THRESHOLDS, explorers, strict=True))
    assert 0.09 < at[0.8].unanswered < 0.12
    assert at[0.8].wrong < at[0.0].wrong / 2
    wrong = at[0.9].shares()[:, :10] * (1 - np.eye(10))
    assert np.unravel_index(wrong.argmax(), wrong.shape) == (1, 9)


def test_state_can_be_read_and_set():
    explorer = ConfusionExplorer(threshold=0.9, truth=3, answer=8)
    plot = plot_of(explorer)
    slider, truth, answer = controls_of(explorer).values()
    assert (plot.threshold_index, plot.truth, plot.answer) == (5, 3, 8)
    assert (slider.index, truth.index, answer.index) == (5, 3, 8)
    from_page(plot, threshold_index=1, truth=2, answer=3)
    assert repr(explorer) == "ConfusionExplorer(threshold=0.5, truth=2, answer=3)"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 0.55}, "threshold must be one of 0.0, 0.5, .* but got 0.55"),
        ({"truth": 10}, "truth must be one of 0, 1, .* but got 10"),
        ({"answer": -1}, "answer must be one of 0, 1, .* but got -1"),
    ],
)
def test_errors_say_what_was_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        ConfusionExplorer(**settings)


def test_still_picture_and_state():
    explorer = ConfusionExplorer()
    assert_bundle_has_a_still_picture(explorer)
    assert_picture_follows(explorer, threshold=0.9)
    assert_state_can_be_stored(explorer)
    assert_stands_alone(MODULE)
