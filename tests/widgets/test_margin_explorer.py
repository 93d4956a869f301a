"""The margin explorer seen from Python, and its JavaScript against NumPy."""

import json
import math

import numpy as np
import pytest

from actloss.catalogue import LOSSES
from actloss.widgets import MarginExplorer
from actloss.widgets.margin_explorer import LABELS, losses_module, value_and_slope
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_state_can_be_stored,
    from_page,
    question,
)

EXTREMES = [0.0, 5e-324, 1e-300, 1e-9, 1.0, 37.0, 710.0, 745.0, 1000.0, 1e308, math.inf]
GRID = [
    *np.linspace(-3.0, 3.0, 121).tolist(),
    *(sign * margin for margin in EXTREMES for sign in (1, -1)),
    math.nan,
]


def parts_of(explorer):
    """Slider, checkboxes by trait, drawing."""
    controls, boxes, plot = explorer.children[-3:]
    names = [*LABELS, "unit_logistic"]
    return controls.children[0], dict(zip(names, boxes.children, strict=True)), plot


def assert_agree(explorer):
    """Explorer, drawing and controls say the same."""
    slider, boxes, plot = parts_of(explorer)
    assert slider.value == plot.margin == explorer.margin
    assert boxes["unit_logistic"].value == plot.unit_logistic == explorer.unit_logistic
    for name in LABELS:
        assert boxes[name].value == getattr(plot, name) == (name in explorer.losses), name


def test_state_can_be_read_and_set():
    explorer = MarginExplorer(0.25)
    assert explorer.losses == list(LABELS)
    assert_agree(explorer)
    explorer.margin = -1.5
    explorer.losses = ["logistic_loss", "hinge_loss"]
    explorer.unit_logistic = True
    assert_agree(explorer)
    assert repr(explorer) == (
        "MarginExplorer(-1.5, losses=['hinge_loss', 'logistic_loss'], unit_logistic=True)"
    )
    explorer.losses = []
    assert_agree(explorer)


@pytest.mark.parametrize("names", [[], ["hinge_loss"], ["zero_one_loss", "logistic_loss"]])
def test_page_reaches_python(names):
    explorer = MarginExplorer(0.5)
    told = []
    explorer.observe(lambda change: told.append(change["new"]), "losses")
    slider, boxes, plot = parts_of(explorer)
    from_page(plot, margin=2.35, unit_logistic=True, **{name: name in names for name in LABELS})
    from_page(slider, value=2.35)
    for name, box in boxes.items():
        from_page(box, value=getattr(plot, name))
    assert (explorer.margin, explorer.losses, explorer.unit_logistic) == (2.35, names, True)
    assert told[-1] == names
    assert_agree(explorer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MarginExplorer(3.5), r"margin must be between -3 and 3, but got 3.5"),
        (lambda: MarginExplorer(math.nan), r"margin must be between -3 and 3, but got nan"),
        (
            lambda: MarginExplorer(losses=["hinge"]),
            r"losses must be one of zero_one_loss, .*, but got 'hinge'",
        ),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("name", "value"), [("margin", -3.1), ("losses", ["huber_loss"])])
def test_refused_change_changes_nothing(name, value):
    explorer = MarginExplorer(1.0, losses=["hinge_loss"])
    with pytest.raises(ValueError, match=name):
        setattr(explorer, name, value)
    assert (explorer.margin, explorer.losses) == (1.0, ["hinge_loss"])
    assert_agree(explorer)


def test_prediction_locks_slider_and_point():
    ask = question(shows=2.0)
    explorer = MarginExplorer(0.5, predict=ask)
    slider, _, plot = parts_of(explorer)
    assert explorer.children[0] is ask
    assert (slider.disabled, plot.disabled) == (True, True)
    slider, _, plot = parts_of(MarginExplorer(0.5))
    assert (slider.disabled, plot.disabled) == (False, False)


def test_mimebundle_carries_a_still_picture():
    explorer = MarginExplorer(0.5)
    assert repr(explorer) == "MarginExplorer(0.5)"
    assert_bundle_has_a_still_picture(explorer)


@pytest.mark.parametrize(
    "change", [{"margin": 1.0}, {"losses": ["hinge_loss"]}, {"losses": []}, {"unit_logistic": True}]
)
def test_still_picture_follows(change):
    assert_picture_follows(MarginExplorer(0.5), **change)


def test_stored_state_can_be_stored():
    explorer = MarginExplorer(0.5)
    assert_state_can_be_stored(explorer)
    for box in parts_of(explorer)[1].values():
        json.dumps(box.get_state(), allow_nan=False, default=str)


def test_unit_logistic_passes_through_one():
    value, slope = value_and_slope("logistic_loss", 0.0, unit_logistic=True)
    np.testing.assert_allclose((value, slope), (1.0, -0.5 / math.log(2)), rtol=1e-15)
    for name in set(LABELS) - {"logistic_loss"}:
        assert value_and_slope(name, 0.3) == value_and_slope(name, 0.3, unit_logistic=True)


# --- the JavaScript ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def computed():
    """What JavaScript makes of every loss and slope on the grid: NumPy's shape, [loss, kind, m]."""
    found = in_node(
        f"{losses_module()}\nconst margins = {json.dumps(GRID)};",
        "LOSSES.map(({ name, value, slope }) => "
        "[name, [value, slope].map((f) => margins.map((margin) => f(margin, 1)))])",
    )
    assert [name for name, _ in found] == list(LABELS)
    return np.array([values for _, values in found], dtype=float)


@pytest.mark.parametrize("index", range(len(LABELS)), ids=list(LABELS))
def test_javascript_is_numpy(computed, index):
    entry = LOSSES[list(LABELS)[index]]
    for kind, function in enumerate((entry.function, entry.gradient)):
        expected = function(np.array(GRID), 1.0)
        np.testing.assert_allclose(computed[index, kind], expected, rtol=1e-14, atol=0)
