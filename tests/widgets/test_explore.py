"""`explore`: a figure of any function that works element by element."""

import json
import re

import numpy as np
import pytest

from actloss.widgets import explore
from actloss.widgets.explore import guessed_range, translation_of
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
)


def bump(x, *, width=1.0, height=2.0):
    return height * np.exp(-((x / width) ** 2))


def steps(x, *, levels=3):
    return np.round(x * levels) / levels


def table(x):
    y = x.copy()
    y[x > 0] = 0.0
    return y


def same(x):
    return x


def softmax_like(x):
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


def chooses(x):
    return x if x > 0 else 0.0


def total(x):
    return x.sum()


def two_arrays(x, y):
    return x + y


def any_number(x, *others):
    return x


def named(x, *, mode="fast"):
    return x


def needs(x, *, alpha):
    return alpha * x


def test_translated_function():
    explorer = explore(bump, width=(0.5, 4, 0.1), x=0.5)
    plot = plot_of(explorer)
    assert plot.said == "Translated to JavaScript: the figure works without Python, too."
    assert plot.values == []
    sliders = controls_of(explorer)
    assert list(sliders) == ["width", "height"]
    assert (sliders["width"].min, sliders["width"].max, sliders["width"].step) == (0.5, 4.0, 0.1)
    assert (sliders["height"].min, sliders["height"].max, sliders["height"].value) == (0, 10, 2)
    assert repr(explorer) == "explore(bump, x=0.5, width=1, height=2)"


def test_javascript_computes_what_numpy_does():
    module, _ = translation_of(bump)
    x = np.linspace(-5, 5, 101)
    found = in_node(module, f"{json.dumps(x.tolist())}.map((x) => FUNCTION(x, 0.7, 3))")
    np.testing.assert_allclose(found, bump(x, width=0.7, height=3), rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (table, r"line 2: .*: x\.copy\(\)|line 3: editing in place: y\[x > 0\] = 0\.0"),
        (steps, r"line 2: no JavaScript is known for this NumPy function: np\.round"),
        (np.tanh, "its source cannot be read"),
    ],
)
def test_untranslated_function_says_why(function, reason):
    """And sends what Python computes."""
    explorer = explore(function)
    plot = plot_of(explorer)
    assert re.search(f"Not translated: ({reason})", plot.said)
    x = np.linspace(-5, 5, 401)
    np.testing.assert_allclose(plot.values, function(x), rtol=1e-5, atol=1e-12)
    assert len(plot.slopes) == 401


def test_kernel_answers_the_page():
    explorer = explore(steps)
    plot = plot_of(explorer)
    from_page(plot, parameter_levels=5.0)
    assert explorer.levels == 5
    np.testing.assert_allclose(plot.values, steps(np.linspace(-5, 5, 401), levels=5), rtol=1e-5)
    assert plot.values_for == {"levels": 5.0}


def test_python_sets_and_reads():
    explorer = explore(bump)
    explorer.width = 3.0
    explorer.x = -2.0
    plot = plot_of(explorer)
    assert (plot.parameter_width, plot.x) == (3.0, -2.0)
    assert controls_of(explorer)["width"].value == 3.0
    from_page(plot, x=1.5, parameter_height=4.0)
    assert (explorer.x, explorer.height) == (1.5, 4.0)


@pytest.mark.parametrize(("name", "value"), [("x", 5.5), ("width", -1.0), ("width", np.nan)])
def test_refused_number_changes_nothing(name, value):
    explorer = explore(bump)
    before = repr(explorer)
    with pytest.raises(ValueError, match=rf"{name} must be between .* but got"):
        setattr(explorer, name, value)
    assert repr(explorer) == before


@pytest.mark.parametrize(
    ("function", "settings", "error", "message"),
    [
        (softmax_like, {}, ValueError, r"softmax_like is not elementwise: at x = .* among 401"),
        (chooses, {}, ValueError, r"chooses fails for an array x: .*written np\.where"),
        (total, {}, ValueError, r"must return the shape of x, \(401,\), but returned \(\)"),
        (two_arrays, {}, TypeError, r"needs 'y' besides x: make it a keyword with a default"),
        (any_number, {}, TypeError, r"takes \*others: name each keyword"),
        (named, {}, TypeError, r"a slider holds a number, but the default of 'mode' is 'fast'"),
        (needs, {}, TypeError, r"needs 'alpha' besides x"),
        (bump, {"hight": (0, 1)}, TypeError, r"bump has no keyword 'hight'; it has \['width'"),
        (bump, {"width": (2, 3)}, ValueError, r"default of width, 1.0, lies outside 2 to 3"),
        (bump, {"width": (3, 0)}, ValueError, r"width: need lowest < highest"),
        (bump, {"width": (0, np.nan)}, ValueError, r"width must be given as"),
        (same, {"limits": (1, 0)}, ValueError, r"limits must be \(lowest, highest\)"),
        (lambda: 1, {}, TypeError, "must take an array x as its first argument"),
        (lambda x, *, children=1.0: x * children, {}, ValueError, "cannot be called 'children'"),
    ],
)
def test_errors_say_what_was_expected(function, settings, error, message):
    with pytest.raises(error, match=message):
        explore(function, **settings)


def test_keyword_without_default_takes_a_range():
    assert explore(needs, alpha=(0.5, 2)).alpha == 0.5


@pytest.mark.parametrize("default", [0.01, 0.1, 0.25, 1.0, 1, 3, 50, -0.5, 0.0, 0, 1e-4])
def test_guessed_range_holds_the_default(default):
    low, high, step = guessed_range(default)
    assert low <= default <= high
    assert 0 < step <= (high - low) / 2


def test_still_picture():
    explorer = explore(bump)
    assert_bundle_has_a_still_picture(explorer)
    assert_picture_follows(explorer, width=3.0)


def test_infinite_and_missing_values():
    def pole(x):
        return np.log(x) + x[::1] / x

    explorer = explore(pole)
    assert plot_of(explorer).values[0] is None
    assert_state_can_be_stored(explorer)
    explorer.picture()
