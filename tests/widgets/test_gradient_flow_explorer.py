"""The gradient-flow explorer seen from Python, and what its JavaScript reads of the runs."""

import json
import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from actloss.widgets import GradientFlowExplorer
from actloss.widgets.gradient_flow_explorer import RUNS
from actloss.widgets.gradient_flow_runs import (
    DEPTHS,
    FILE,
    GAINS,
    INITIALISATIONS,
    NAMES,
    ROUNDING,
    SPREAD_STEP,
    STEP,
    encode,
    logarithms,
    make_network,
    measure,
    stored,
)
from actloss.widgets.module import join_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
    question,
)

MODULE = join_module("gradient_flow_explorer.js")
SETTINGS = list(product(NAMES, INITIALISATIONS, GAINS, DEPTHS))
SAMPLE = SETTINGS[:: len(SETTINGS) // 23]


def assert_agree(explorer):
    """Explorer, drawing and controls say the same."""
    plot, controls = plot_of(explorer), controls_of(explorer)
    assert NAMES[plot.activation_index] == explorer.activation
    assert list(INITIALISATIONS)[plot.initialisation_index] == explorer.initialisation
    assert (plot.gain, plot.depth, plot.layer) == (explorer.gain, explorer.depth, explorer.layer)
    assert controls["activation"].index == plot.activation_index
    assert controls["weights"].index == plot.initialisation_index
    assert (controls["gain"].value, controls["layers"].value) == (plot.gain, plot.depth)


# --- the stored runs -----------------------------------------------------------------------


@pytest.mark.parametrize("setting", SAMPLE, ids=str)
def test_stored_runs_are_what_networks_give(setting):
    """To the rounding of the file, half a step, and a little for another processor's last bits.

    Deep networks with large weights are chaotic: there a last bit shows in the second decimal.
    """
    for found, expected, step in zip(
        stored(RUNS, *setting), logarithms(*setting), (STEP, SPREAD_STEP), strict=True
    ):
        for name in expected._fields:
            np.testing.assert_allclose(
                getattr(found, name), getattr(expected, name), atol=step / 2 + 0.01, err_msg=name
            )


@pytest.mark.parametrize("initialisation", ["lecun", "he"])
def test_signal_ends_where_rounding_begins(initialisation):
    """Thirty sigmoids with small weights leave nothing but rounding, which no file should hold."""
    means, ranges = stored(RUNS, "sigmoid", initialisation, 0.25, 30)
    below = means.signal - means.activations
    np.testing.assert_allclose(below[-10:], np.log10(ROUNDING), atol=STEP)
    assert not ranges.signal[-10:].any()
    fresh = measure("sigmoid", initialisation, 0.25, 30, seed=0)
    assert (fresh.signal >= ROUNDING * fresh.activations).all()


def test_every_setting_is_stored():
    for setting in SETTINGS:
        for sizes in stored(RUNS, *setting):
            assert [len(values) for values in sizes] == 3 * [setting[-1]]
            assert np.isfinite(sizes).all()


def test_file_is_small():
    assert FILE.stat().st_size < 80_000


def test_encode_rounds_without_drifting():
    values = np.cumsum(np.full(200, 0.0101))
    first, letters = encode(values)
    steps = np.cumsum([first, *(ord(letter) - ord("P") for letter in letters)])
    np.testing.assert_allclose(STEP * steps, values, atol=STEP / 2 + 1e-9)
    with pytest.raises(ValueError, match="a step of 100 has no letter"):
        encode([0.0, 100 * STEP])


def test_biases_take_the_mean_away():
    """What a unit gets from sigmoids at rest, all at ½, is 0 in sum."""
    network = make_network("sigmoid", "sigmoid", 1.0, 5, seed=0)
    for layer in network.layers[2::2]:
        np.testing.assert_allclose(0.5 * layer.weights.sum(axis=0) + layer.bias, 0, atol=1e-12)
    for layer in make_network("tanh", "sigmoid", 1.0, 5, seed=0).layers[::2]:
        assert not layer.bias.any()


def test_gradient_is_that_of_a_single_sample():
    """One more sample of the same kind does not make it smaller."""
    sizes = measure("identity", "lecun", 1.0, 5, seed=0)
    assert 0.03 < sizes.gradients[-1] < 3


# --- the explorer in Python ----------------------------------------------------------------


def test_state_can_be_read_and_set():
    explorer = GradientFlowExplorer("tanh", "he", gain=0.5, depth=10, layer=4)
    assert_agree(explorer)
    explorer.activation, explorer.initialisation = "sigmoid", "sigmoid"
    explorer.gain, explorer.depth, explorer.layer = 2.0, 30, 22
    assert_agree(explorer)
    assert repr(explorer) == (
        "GradientFlowExplorer('sigmoid', 'sigmoid', gain=2, depth=30, layer=22)"
    )
    explorer.depth = 5
    assert explorer.layer == 5
    assert_agree(explorer)


def test_page_changes_python():
    explorer = GradientFlowExplorer("tanh", depth=30, layer=25)
    from_page(
        plot_of(explorer),
        activation_index=2,
        initialisation_index=1,
        gain=1.2500000000000002,
        depth=10,
        layer=7,
    )
    assert_agree(explorer)
    assert repr(explorer) == "GradientFlowExplorer('relu', 'he', gain=1.25, depth=10, layer=7)"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("activation", "softmax", "activation must be one of sigmoid, .* but got 'softmax'"),
        ("initialisation", "xavier", "initialisation must be one of lecun, he, sigmoid, but got"),
        ("gain", 0.3, "gain must be between 0.25 and 3 in steps of 0.25, but got 0.3"),
        ("gain", 3.25, "gain must be between .* but got 3.25"),
        ("depth", 12, "depth must be between 5 and 30 in steps of 5, but got 12"),
        ("layer", 21, "layer must be between 1 and 20 in steps of 1, but got 21"),
        ("layer", 0, "layer must be between 1 and 20 in steps of 1, but got 0"),
    ],
)
def test_wrong_values_are_refused(name, value, message):
    explorer = GradientFlowExplorer("tanh")
    before = repr(explorer)
    with pytest.raises(ValueError, match=message):
        setattr(explorer, name, value)
    assert repr(explorer) == before
    assert_agree(explorer)
    with pytest.raises(ValueError, match=message):
        GradientFlowExplorer(**{name: value})


def test_prediction_locks_the_gain():
    ask = question(shows=2.0)
    explorer = GradientFlowExplorer("tanh", predict=ask)
    assert explorer.children[0] is ask
    assert controls_of(explorer)["gain"].disabled
    assert not controls_of(explorer)["layers"].disabled


def test_picture_and_repr_are_the_same_in_every_run():
    code = (
        "from actloss.widgets import GradientFlowExplorer as G\n"
        "g = G('sigmoid', depth=5)\nprint(g, g._plot, hash(g.picture()))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": "0"},
        ).stdout
        for _ in range(2)
    }
    (text,) = printed
    assert text.startswith(
        "GradientFlowExplorer('sigmoid', 'lecun', gain=1, depth=5, layer=1) "
        "GradientFlowPlot('sigmoid')"
    )


@pytest.mark.parametrize("activation", NAMES)
def test_mimebundle_carries_a_still_picture(activation):
    explorer = GradientFlowExplorer(activation, "sigmoid", gain=3.0, depth=30)
    assert_bundle_has_a_still_picture(explorer)
    assert_state_can_be_stored(explorer)


# --- the JavaScript ------------------------------------------------------------------------


def test_page_reads_what_python_reads():
    asked = [
        (NAMES.index(a), list(INITIALISATIONS).index(i), gain, depth)
        for a, i, gain, depth in SAMPLE
    ]
    all_sizes = in_node(MODULE, f"{json.dumps(asked)}.map((setting) => storedSizes(...setting))")
    for setting, found in zip(SAMPLE, all_sizes, strict=True):
        for part, sizes in zip(("mean", "spread"), stored(RUNS, *setting), strict=True):
            for name in sizes._fields:
                expected = getattr(sizes, name)
                np.testing.assert_allclose(found[name][part], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("logarithm", "text"),
    [
        (0, "1"),
        (-0.51, "0.31"),
        (1.1, "13"),
        (-2, "0.01"),
        (-8.51, "3·10⁻⁹"),
        (-12.01, "1·10⁻¹²"),  # 9.8 is 10
        (31.5, "3·10³¹"),
    ],
)
def test_numbers_as_printed(logarithm, text):
    assert in_node(MODULE, f"formatPower({logarithm})") == text


def test_a_gradient_vanishes_or_explodes_beyond_a_thousand():
    found = in_node(MODULE, "[-3.1, -2.9, 0, 2.9, 3.1].map((ratio) => judge(ratio))")
    assert found == ["it vanishes", *3 * ["it arrives"], "it explodes"]
