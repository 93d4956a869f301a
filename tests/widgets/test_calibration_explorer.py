"""The calibration explorer from Python, and its JavaScript against the package."""

import base64
import json
from itertools import product

import numpy as np
import pytest

from actloss.activations import softmax
from actloss.calibration import expected_calibration_error, reliability
from actloss.losses import brier_score, sparse_softmax_cross_entropy
from actloss.widgets import CalibrationExplorer
from actloss.widgets.calibration_explorer import BINS, TEMPERATURES
from actloss.widgets.module import join_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_state_can_be_stored,
    controls_of,
    plot_of,
    question,
)

MODULE = join_module("calibration_explorer.js")


@pytest.fixture(scope="module")
def data():
    """Logits and labels, with very sure mistakes among them."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 4, (300, 5))
    labels = np.where(rng.random(300) < 0.7, logits.argmax(axis=1), rng.integers(0, 5, 300))
    logits[:3] = [[40, 0, 0, 0, 0], [0, 0, 60, 0, 0], [1, 1, 1, 1, 1]]
    labels[:3] = [1, 2, 3]
    return logits, labels


def measure(plot, settings):
    """What JavaScript measures at each (temperature, bins), from what the page is sent."""
    data = f"const data = decode({json.dumps(plot.logits)}, {json.dumps(plot.labels)});"
    asked = f"{json.dumps(settings)}.map(([t, bins]) => measure(data, t, bins))"
    return in_node(MODULE + data, asked)


def test_parity_with_numpy(data):
    logits, labels = data
    plot = plot_of(CalibrationExplorer(logits, labels))
    settings = list(product([*TEMPERATURES, 0.5, 1.0, 1.35, 2.5], BINS))
    stored = np.round((logits - logits.max(axis=1, keepdims=True)) * 1024) / 1024
    correct = stored.argmax(axis=1) == labels
    for (temperature, bins), measured in zip(settings, measure(plot, settings), strict=True):
        p = softmax(stored, temperature=temperature)
        confidence = p.max(axis=1)
        expected = {
            "accuracy": correct.mean(),
            "confidence": confidence.mean(),
            "ece": expected_calibration_error(confidence, correct, bins=bins),
            "brier": brier_score(p, np.eye(5)[labels]).mean(),
            "nll": sparse_softmax_cross_entropy(stored / temperature, labels).mean(),
        }
        drawn = measured.pop("bins")
        assert measured == pytest.approx(expected, rel=1e-12, abs=1e-14)
        parts = reliability(confidence, correct, bins=bins)
        np.testing.assert_array_equal([bin["count"] for bin in drawn], parts.counts)
        for name in ("confidence", "accuracy"):
            values = [bin[name] for bin in drawn]
            np.testing.assert_allclose(values, getattr(parts, name), rtol=1e-12)


def test_measures_are_those_of_the_stored_logits(data):
    explorer = CalibrationExplorer(*data, temperature=2.0, bins=15)
    (found,) = measure(plot_of(explorer), [(2.0, 15)])
    found.pop("bins")
    assert explorer.measures == pytest.approx(found, rel=1e-12)


def test_storing_loses_little(data):
    """In steps of 1/1024 logits are wrong by half a step at most, and the measures by less."""
    logits, labels = data
    explorer = CalibrationExplorer(logits, labels)
    nll = sparse_softmax_cross_entropy(logits, labels).mean()
    assert explorer.measures["nll"] == pytest.approx(nll, abs=0.5 / 1024)
    size = len(plot_of(explorer).logits)
    assert size == 4 * np.ceil(logits.size * 2 / 3)
    assert len(base64.b64decode(plot_of(explorer).labels)) == len(labels)


def test_accuracy_stands_still(data):
    explorer = CalibrationExplorer(*data)
    seen = []
    for temperature in (0.2, 1.0, 2.35, 5.0):
        explorer.temperature = temperature
        seen.append(explorer.measures)
    assert len({one["accuracy"] for one in seen}) == 1
    for name in ("confidence", "ece", "brier", "nll"):
        assert len({one[name] for one in seen}) == 4
    confidences = [one["confidence"] for one in seen]
    assert confidences == sorted(confidences, reverse=True)


def assert_agree(explorer):
    plot, controls = plot_of(explorer), controls_of(explorer)
    assert explorer.temperature == plot.temperature == controls["temperature"].value
    assert explorer.bins == BINS[plot.bins_index] == int(controls["bins"].value)


def test_state_can_be_read_and_set(data):
    explorer = CalibrationExplorer(*data, temperature=1.5, bins=30)
    assert_agree(explorer)
    assert repr(explorer) == "CalibrationExplorer(300 samples, 5 classes, temperature=1.5, bins=30)"
    explorer.temperature, explorer.bins = 0.5, 5
    assert_agree(explorer)
    plot_of(explorer).set_state({"temperature": 3.0, "bins_index": 1})
    assert (explorer.temperature, explorer.bins) == (3.0, 10)
    assert_agree(explorer)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": 0.1}, "temperature must be between 0.2 and 5, but got 0.1"),
        ({"temperature": np.nan}, "temperature must be between 0.2 and 5, but got nan"),
        ({"bins": 12}, "bins must be one of 5, 10, 15, 30, but got 12"),
        ({"logits": np.zeros(3)}, r"logits must have shape .* but have shape \(3,\)"),
        ({"logits": np.full((300, 5), np.inf)}, "logits must be finite"),
        ({"labels": np.full(300, 5)}, "labels must be from 0 to 4"),
        ({"labels": np.zeros(2, int)}, "labels must have the shape of logits without axis 1"),
    ],
)
def test_errors_say_what_was_expected(data, settings, message):
    arguments = {"logits": data[0], "labels": data[1]} | settings
    with pytest.raises(ValueError, match=message):
        CalibrationExplorer(**arguments)


def test_prediction_locks_the_slider(data):
    ask = question(shows=2.0)
    explorer = CalibrationExplorer(*data, predict=ask)
    assert explorer.children[0] is ask
    assert controls_of(explorer)["temperature"].disabled
    assert not controls_of(explorer)["bins"].disabled


def test_mimebundle_carries_a_still_picture(data):
    explorer = CalibrationExplorer(*data)
    assert_bundle_has_a_still_picture(explorer)
    assert_picture_follows(explorer, temperature=2.0)


def test_stored_state_can_be_stored(data):
    assert_state_can_be_stored(CalibrationExplorer(*data))
