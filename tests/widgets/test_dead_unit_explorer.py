"""The dead-unit explorer: what is stored is what training gives."""

import gzip

import numpy as np
import pytest

from actloss.widgets import DeadUnitExplorer
from actloss.widgets.dead_unit_explorer import EPOCHS, HERE, RATES, STORE, UNITS, run, stored
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu"])
def test_stored_runs_can_be_computed(activation):
    """Two epochs at the lowest rate, where machines do not drift apart."""
    shares, accuracies = run(activation, RATES[0], epochs=2)
    stored_shares, stored_accuracies = stored()[activation]
    difference = np.abs(shares.astype(int) - stored_shares[0, :3].astype(int))
    assert difference.max() <= 2
    np.testing.assert_allclose(accuracies, stored_accuracies[0, :3], atol=0.006)


@pytest.mark.parametrize(
    ("activation", "fewest", "most"), [("relu", 60, 64), ("leaky_relu", 0, 10), ("elu", 55, 64)]
)
def test_high_rate_ends_as_stored(activation, fewest, most):
    """At the highest rate runs are chaotic; how many units fall silent is not."""
    shares, _ = run(activation, RATES[-1], epochs=EPOCHS)
    for recorded in (shares[-1], stored()[activation][0][-1, -1]):
        assert fewest <= (recorded == 0).sum() <= most


def test_stored_runs_are_complete_and_small():
    for shares, accuracies in stored().values():
        assert shares.shape == (len(RATES), EPOCHS + 1, UNITS)
        assert accuracies.shape == (len(RATES), EPOCHS + 1)
        assert ((accuracies > 0) & (accuracies < 1)).all()
    text = (HERE / STORE).read_bytes()
    assert len(gzip.compress(text)) < 12_000


def test_all_runs_begin_alike():
    """The same weights for every activation and rate, before the first step."""
    first = [shares[rate, 0] for shares, _ in stored().values() for rate in range(len(RATES))]
    assert all(np.array_equal(one, first[0]) for one in first)


def test_relu_dies_where_leaky_does_not():
    explorer = DeadUnitExplorer(rate=1.5)
    assert explorer.silent("relu") == UNITS
    assert explorer.silent("leaky_relu") < 10


def test_state_can_be_read_and_set():
    explorer = DeadUnitExplorer("elu", rate=0.5, epoch=2)
    plot = plot_of(explorer)
    assert (plot.beside_index, plot.rate_index, plot.epoch) == (1, 2, 2)
    explorer.rate, explorer.epoch, explorer.beside = 0.1, 0, "leaky_relu"
    assert (plot.beside_index, plot.rate_index, plot.epoch) == (0, 0, 0)
    menu, rate, epoch = controls_of(explorer).values()
    assert (menu.index, rate.index, epoch.value) == (0, 0, 0)
    from_page(plot, rate_index=3, epoch=7, beside_index=1)
    assert repr(explorer) == "DeadUnitExplorer(beside='elu', rate=0.7, epoch=7)"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate": 0.2}, "rate must be one of 0.1, 0.3, .* but got 0.2"),
        ({"epoch": 11}, "epoch must be one of 0, 1, .* but got 11"),
        ({"beside": "relu"}, "beside must be one of leaky_relu, elu, but got 'relu'"),
    ],
)
def test_errors_say_what_was_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        DeadUnitExplorer(**settings)


def test_still_picture_and_state():
    explorer = DeadUnitExplorer()
    assert_bundle_has_a_still_picture(explorer)
    assert_picture_follows(explorer, epoch=0)
    assert_state_can_be_stored(explorer)
