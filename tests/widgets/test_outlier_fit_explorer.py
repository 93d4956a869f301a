"""The lines of the outlier figure against SciPy and scikit-learn, in Python and in Node."""

import json

import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from sklearn.linear_model import QuantileRegressor

from actloss.losses import huber_loss, quantile_loss
from actloss.widgets import OutlierFit
from actloss.widgets.line_fits import NAMES, fit_line, pulls
from actloss.widgets.module import join_module, read
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


def data_sets(count=40):
    """Twelve points on a noisy line, with heavy tails, and with δ and q to fit them by."""
    rng = np.random.default_rng(28)
    for number in range(count):
        x = rng.uniform(0, 10, 12)
        y = 2 + 0.5 * x + rng.standard_t(1.2 + number % 4, 12)
        yield x, y, float(rng.uniform(0.1, 5)), float(rng.uniform(0.05, 0.95))


def line_by_linear_programme(x, y, quantile):
    """The smallest quantile loss as a linear programme, solved by SciPy."""
    n = len(x)
    ones, nothing = np.ones(n), np.zeros(2)
    costs = np.concatenate([nothing, quantile * ones, (1 - quantile) * ones])
    equations = np.hstack([np.column_stack([ones, x]), np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * 2 + [(0, None)] * (2 * n)
    return linprog(costs, A_eq=equations, b_eq=y, bounds=bounds).x[:2]


def line_by_minimiser(x, y, delta):
    """The smallest Huber loss by a general method of SciPy."""

    def total(line):
        return huber_loss(line[0] + line[1] * x, y, delta=delta).sum()

    start = np.polyfit(x, y, 1)[::-1]
    settings = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 20_000, "maxfev": 20_000}
    return minimize(total, start, method="Nelder-Mead", options=settings).x


# --- the lines -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(40))
def test_lines_equal_those_of_scipy(number):
    x, y, delta, quantile = list(data_sets())[number]
    np.testing.assert_allclose(fit_line(x, y), np.polyfit(x, y, 1)[::-1], rtol=1e-9)
    np.testing.assert_allclose(
        fit_line(x, y, "absolute_error"), line_by_linear_programme(x, y, 0.5), rtol=1e-7
    )
    np.testing.assert_allclose(
        fit_line(x, y, "quantile_loss", quantile=quantile),
        line_by_linear_programme(x, y, quantile),
        rtol=1e-7,
    )
    np.testing.assert_allclose(
        fit_line(x, y, "huber_loss", delta=delta), line_by_minimiser(x, y, delta), rtol=1e-4
    )


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_lines_equal_those_of_scikit_learn(quantile):
    for x, y, _, _ in data_sets(8):
        model = QuantileRegressor(quantile=quantile, alpha=0.0).fit(x[:, None], y)
        found = fit_line(x, y, "quantile_loss", quantile=quantile)
        np.testing.assert_allclose(found, (model.intercept_, model.coef_[0]), rtol=1e-7)


def test_huber_between_absolute_and_squared():
    for x, y, _, _ in data_sets(8):
        wide = fit_line(x, y, "huber_loss", delta=1e6)
        np.testing.assert_allclose(wide, fit_line(x, y), rtol=1e-9)
        narrow = fit_line(x, y, "huber_loss", delta=1e-6)
        np.testing.assert_allclose(narrow, fit_line(x, y, "absolute_error"), atol=1e-4)


@pytest.mark.parametrize("loss", NAMES)
def test_pulls_balance(loss):
    for x, y, delta, quantile in data_sets():
        settings = {"delta": delta, "quantile": quantile}
        found = pulls(x, y, fit_line(x, y, loss, **settings), loss, **settings)
        assert np.abs(found.sum()) < 1e-9
        assert np.abs((found * x).sum()) < 1e-8
        if loss != "squared_error":
            limits = {
                "absolute_error": (-1, 1),
                "huber_loss": (-delta, delta),
                "quantile_loss": (quantile - 1, quantile),
            }[loss]
            assert np.all(found >= limits[0] - 1e-9)
            assert np.all(found <= limits[1] + 1e-9)


def test_points_above_each_other():
    """Dragged over another point, the twelfth makes a pair through which no line passes."""
    fit = OutlierFit(x=5.2, y=15.0)
    for name in NAMES:
        assert np.all(np.isfinite(fit.line(name)))
        assert abs(fit.pulls(name).sum()) < 1e-9


def run_javascript(sets):
    """Lines and pulls of all four losses, from one Node process."""
    fit_all = """
const KINDS = ["squared", "absolute", "huber", "quantile"];
const fitAll = ([x, y, delta, quantile]) => {
  const lines = [
    leastSquares(x, y, x.map(() => 1)), lineThroughTwo(x, y, 0.5), huberLine(x, y, delta),
    lineThroughTwo(x, y, quantile)];
  return lines.map((line, i) => [line, pulls(x, y, line, KINDS[i], { delta, quantile })]);
};"""
    return in_node(read("line_fits.js") + fit_all, f"{json.dumps(sets)}.map(fitAll)")


def test_javascript_equals_numpy():
    sets = [(x.tolist(), y.tolist(), delta, q) for x, y, delta, q in data_sets()]
    # And the figure's own points, the last one moved over the whole plane.
    for x in np.linspace(0, 10, 8):
        for y in np.linspace(-6, 16, 8):
            points = OutlierFit(x=x, y=y).points()
            sets += [(*(p.tolist() for p in points), delta, 0.8) for delta in (0.1, 1.0, 5.0)]
    for (x, y, delta, quantile), found in zip(sets, run_javascript(sets), strict=True):
        settings = {"delta": delta, "quantile": quantile}
        for name, (line, pull) in zip(NAMES, found, strict=True):
            expected = fit_line(x, y, name, **settings)
            np.testing.assert_allclose(line, expected, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(
                pull, pulls(x, y, expected, name, **settings), rtol=1e-7, atol=1e-7
            )


def test_javascript_equals_scipy():
    sets = [(x.tolist(), y.tolist(), delta, q) for x, y, delta, q in data_sets(12)]
    for (x, y, delta, quantile), found in zip(sets, run_javascript(sets), strict=True):
        x, y = np.array(x), np.array(y)
        lines = [line for line, _ in found]
        np.testing.assert_allclose(lines[0], np.polyfit(x, y, 1)[::-1], rtol=1e-9)
        np.testing.assert_allclose(lines[1], line_by_linear_programme(x, y, 0.5), rtol=1e-7)
        np.testing.assert_allclose(lines[2], line_by_minimiser(x, y, delta), rtol=1e-4)
        np.testing.assert_allclose(lines[3], line_by_linear_programme(x, y, quantile), rtol=1e-7)
        total = quantile_loss(lines[3][0] + lines[3][1] * x, y, quantile=quantile).sum()
        again = quantile_loss(lines[1][0] + lines[1][1] * x, y, quantile=quantile).sum()
        assert total <= again + 1e-12


# --- the explorer in Python ----------------------------------------------------------------


def assert_agree(fit):
    plot, controls = plot_of(fit), controls_of(fit)
    assert NAMES[plot.loss_index] == NAMES[controls["pulls on"].index] == fit.loss
    assert plot.x == fit.x
    for name, label in (("y", "y of the point"), ("delta", "δ"), ("quantile", "q")):
        assert controls[label].value == getattr(plot, name) == getattr(fit, name)


def test_state_can_be_read_and_set():
    fit = OutlierFit("huber_loss", x=8.0, y=12.5, delta=0.3, quantile=0.9)
    assert_agree(fit)
    fit.loss, fit.x, fit.y, fit.delta, fit.quantile = "absolute_error", 1.0, -3.0, 2.0, 0.1
    assert_agree(fit)
    assert repr(fit) == "OutlierFit('absolute_error', x=1, y=-3, delta=2, quantile=0.1)"
    from_page(plot_of(fit), x=2.0, y=4.0, loss_index=3, delta=1.5, quantile=0.5)
    assert (fit.loss, fit.x, fit.y, fit.delta, fit.quantile) == ("quantile_loss", 2, 4, 1.5, 0.5)
    assert_agree(fit)


def test_line_and_pulls_are_those_shown():
    fit = OutlierFit("huber_loss", y=14.0, delta=0.5)
    x, y = fit.points()
    assert (x[-1], y[-1], len(x)) == (9.4, 14.0, 12)
    assert fit.line() == fit_line(x, y, "huber_loss", delta=0.5)
    assert fit.line("squared_error") == fit_line(x, y)
    np.testing.assert_array_equal(fit.pulls(), pulls(x, y, fit.line(), "huber_loss", delta=0.5))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OutlierFit("log_cosh_loss"), "loss must be one of .* but got 'log_cosh_loss'"),
        (lambda: OutlierFit(x=10.5), "x must be between 0 and 10, but got 10.5"),
        (lambda: OutlierFit(y=np.nan), "y must be between -6 and 16, but got nan"),
        (lambda: OutlierFit(delta=0), "delta must be between 0.1 and 5, but got 0"),
        (lambda: OutlierFit(quantile=1), "quantile must be between 0.05 and 0.95, but got 1"),
        (lambda: OutlierFit(predict=question(shows=99.0)), "shows must lie between the ends"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_prediction_locks_the_point():
    ask = question(shows=12.0)
    fit = OutlierFit(predict=ask)
    assert fit.children[0] is ask
    assert controls_of(fit)["y of the point"].disabled
    assert plot_of(fit).disabled
    assert not plot_of(OutlierFit()).disabled


def test_mimebundle_carries_a_still_picture():
    fit = OutlierFit(y=12.0)
    assert_bundle_has_a_still_picture(fit)
    for name, value in {"y": 1.0, "x": 3.0, "delta": 0.2, "loss": "absolute_error"}.items():
        assert_picture_follows(fit, **{name: value})
    assert_state_can_be_stored(fit)


def test_module_stands_alone():
    points = "export const POINTS = {}, TITLES = [];\n"
    assert_stands_alone(join_module("outlier_fit.js", points=points))
