"""The regression loss explorer seen from Python, and its JavaScript beside NumPy in Node."""

import json

import numpy as np
import pytest
from scipy.integrate import quad

from actloss.catalogue import LOSSES
from actloss.widgets import RegressionLossExplorer
from actloss.widgets.module import join_module
from actloss.widgets.regression_loss_explorer import MASSES, NAMES, density, losses_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_stands_alone,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
    question,
)

SETTINGS = [
    (name, settings)
    for name in NAMES
    for settings in (
        [
            {parameter: value}
            for parameter, ends in LOSSES[name].parameters.items()
            for value in (ends.minimum, 0.7, ends.maximum)
        ]
        or [{}]
    )
]
RESIDUALS = [*np.linspace(-4, 4, 81), 0.0, 1e-12, -1e-300, 37.0, -710.0, 1e6, -1e150, 1e300]


def assert_agree(explorer):
    """Explorer, drawing, menus and sliders say the same."""
    plot, controls = plot_of(explorer), controls_of(explorer)
    names = ["", *NAMES]
    assert names[plot.loss_index + 1] == explorer.loss
    assert names[plot.compare_index] == explorer.compare
    assert controls["loss"].index == plot.loss_index
    assert controls["beside it"].index == plot.compare_index
    assert plot.residual == explorer.residual
    for name, label, owner in (("delta", "δ", "huber_loss"), ("quantile", "q", "quantile_loss")):
        assert controls[label].value == getattr(plot, name) == getattr(explorer, name)
        display = "flex" if owner in (explorer.loss, explorer.compare) else "none"
        assert controls[label].layout.display == getattr(plot, f"{name}_display") == display


# --- the mathematics -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_density_has_mass_one(name, settings):
    parts = [(-np.inf, -5), (-5, -1), (-1, 0), (0, 1), (1, 5), (5, np.inf)]
    total = sum(
        quad(lambda e: float(density(name, e, **settings)), *part, limit=200)[0] for part in parts
    )
    assert total == pytest.approx(1.0, abs=1e-8)


def run_javascript(calls):
    """Loss, gradient and mass of (index of the loss, residual, settings …), from one Node."""
    three = """
const three = ([loss, residual, ...rest]) => [
  LOSSES[loss].value(residual, 0, ...rest), LOSSES[loss].gradient(residual, 0, ...rest),
  LOSSES[loss].mass(...rest)];"""
    return np.array(
        in_node(losses_module() + three, f"{json.dumps(calls)}.map(three)"), dtype=float
    )


def test_javascript_equals_numpy():
    calls, expected = [], []
    for name, settings in SETTINGS:
        entry = LOSSES[name]
        residuals = np.array(RESIDUALS)
        if name == "squared_error":
            residuals = residuals[np.abs(residuals) < 1e150]  # its square overflows beyond
        calls += [[NAMES.index(name), float(e), *settings.values()] for e in residuals]
        expected += zip(
            entry.function(residuals, 0.0, **settings),
            entry.gradient(residuals, 0.0, **settings),
            np.full(len(residuals), MASSES[name](**settings)),
            strict=True,
        )
    np.testing.assert_allclose(run_javascript(calls), expected, rtol=5e-15, atol=1e-321)


def test_module_stands_alone():
    assert_stands_alone(join_module("regression_loss_explorer.js", functions=losses_module()))


# --- the explorer in Python ----------------------------------------------------------------


def test_state_can_be_read_and_set():
    explorer = RegressionLossExplorer("huber_loss", compare="squared_error", residual=-2.0)
    assert_agree(explorer)
    explorer.delta = 2.5
    explorer.residual = 3.1
    explorer.compare = ""
    assert_agree(explorer)
    explorer.loss = "quantile_loss"
    explorer.quantile = 0.9
    assert_agree(explorer)
    assert repr(explorer) == "RegressionLossExplorer('quantile_loss', residual=3.1, quantile=0.9)"


@pytest.mark.parametrize("ghost", ["", *NAMES])
@pytest.mark.parametrize("loss", NAMES)
def test_sliders_fit_the_losses(loss, ghost):
    assert_agree(RegressionLossExplorer(loss, compare=ghost or None))
    explorer = RegressionLossExplorer()
    explorer.compare, explorer.loss = ghost, loss
    assert_agree(explorer)


def test_page_reaches_python():
    explorer = RegressionLossExplorer("huber_loss")
    from_page(
        plot_of(explorer), residual=-1.2, delta=0.3, loss_index=4, compare_index=1, quantile=0.9
    )
    assert (explorer.loss, explorer.compare) == ("quantile_loss", "squared_error")
    assert (explorer.residual, explorer.delta, explorer.quantile) == (-1.2, 0.3, 0.9)
    assert_agree(explorer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RegressionLossExplorer("mse"), "loss must be one of squared_error, .* got 'mse'"),
        (lambda: RegressionLossExplorer(""), "loss must be one of squared_error, .* got ''"),
        (lambda: RegressionLossExplorer(compare="l1"), "compare must be one of .* got 'l1'"),
        (
            lambda: RegressionLossExplorer(residual=4.1),
            "residual must be between -4 and 4, but got 4.1",
        ),
        (lambda: RegressionLossExplorer(delta=0.0), "delta must be between 0.1 and 5, but got 0"),
        (
            lambda: RegressionLossExplorer(quantile=np.nan),
            "quantile must be between 0.05 and 0.95, but got nan",
        ),
        (
            lambda: RegressionLossExplorer("log_cosh_loss", predict=question(shows=0.5)),
            "predict needs a slider to lock, but log_cosh_loss has none",
        ),
        (
            lambda: RegressionLossExplorer("huber_loss", predict=question(shows=6.0)),
            "shows must lie between the ends of the slider, 0.1 and 5.0, but got 6.0",
        ),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_refused_change_changes_nothing():
    explorer = RegressionLossExplorer("huber_loss", delta=2.0)
    with pytest.raises(ValueError, match="delta must be"):
        explorer.delta = 9.0
    assert explorer.delta == 2.0
    assert_agree(explorer)


def test_prediction_locks_the_slider():
    ask = question(shows=0.5)
    explorer = RegressionLossExplorer("squared_error", compare="quantile_loss", predict=ask)
    assert explorer.children[0] is ask
    controls = controls_of(explorer)
    assert [controls[label].disabled for label in ("δ", "q")] == [False, True]


def test_mimebundle_carries_a_still_picture():
    explorer = RegressionLossExplorer("huber_loss", compare="quantile_loss", delta=0.5)
    assert_bundle_has_a_still_picture(explorer)
    for change in ({"delta": 2.0}, {"residual": -3.0}, {"compare": ""}, {"loss": "squared_error"}):
        assert_picture_follows(explorer, **change)
    assert_state_can_be_stored(explorer)
