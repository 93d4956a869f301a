"""The training theatre seen from Python, its stored runs, and what its JavaScript computes."""

import gzip
import json
from itertools import product

import numpy as np
import pytest
from traitlets import TraitError

from actloss.gradcheck import gradcheck
from actloss.widgets import TrainingTheatre
from actloss.widgets import training_runs as runs
from actloss.widgets import training_theatre as theatre
from actloss.widgets.module import join_module
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_picture_follows,
    assert_stands_alone,
    controls_of,
    from_page,
    plot_of,
    question,
)

CHOICES = [(hidden, *match) for hidden, match in product(runs.HIDDEN, runs.MATCHES)]
MODULE = join_module("training_theatre.js", theatre_facts=theatre.facts_module())


def assert_agree(widget):
    """Figure, drawing and controls say the same."""
    plot, controls = plot_of(widget), controls_of(widget)
    for label, name in (("output", "output"), ("loss", "loss"), ("hidden layer", "hidden")):
        index = theatre.CHOICES[name].index(getattr(widget, name))
        assert controls[label].index == getattr(plot, f"{name}_index") == index
    assert controls["epoch"].value == plot.epoch == widget.epoch


# --- the pairings --------------------------------------------------------------------------


@pytest.mark.parametrize(("output", "loss"), runs.MATCHES)
def test_every_pairing_has_the_right_gradient(output, loss):
    """Also of pairs that do not belong together. A cross-entropy needs answers in (0, 1)."""
    pairing = runs.MATCHES[output, loss].pairing
    logits = np.array([0.1, 0.35, 0.6, 0.95])
    if (output, loss) != ("linear", "cross-entropy"):
        logits = np.concatenate([logits, [-2.5, -0.3, 1.7, 3.0]])
    for label in (0, 1):
        labels = np.full(logits.shape, label)
        checked = gradcheck(pairing.loss, pairing.loss_grad, logits, labels)
        assert checked.passed, checked


def test_every_output_has_every_loss():
    assert set(runs.MATCHES) == set(product(runs.OUTPUTS, runs.LOSSES))


def test_unchecked_cross_entropy_breaks():
    assert np.isnan(runs.unchecked_cross_entropy(np.array(-0.1), np.array(1)))


# --- the runs ------------------------------------------------------------------------------


@pytest.mark.parametrize(("hidden", "output", "loss"), CHOICES)
def test_stored_runs_are_those_that_training_gives(hidden, output, loss):
    """To the digits that are stored, to the end: no run magnifies a machine's rounding."""
    fresh, kept = runs.train(hidden, output, loss), runs.stored_run(hidden, output, loss)
    steps = np.array(runs.stored()["runs"][runs.name_of(hidden, output, loss)]["scales"])
    assert fresh.parameters.shape == kept.parameters.shape
    off = np.abs(fresh.parameters - kept.parameters) / steps[:, np.newaxis]
    assert np.all(off <= 0.51)
    np.testing.assert_allclose(fresh.loss, kept.loss, rtol=0, atol=0.51e-4)
    np.testing.assert_allclose(fresh.accuracy, kept.accuracy, atol=0.0011)  # a point of 1000


@pytest.mark.parametrize(("hidden", "output", "loss"), CHOICES)
def test_stored_weights_have_the_stored_accuracy(hidden, output, loss):
    _, _, points, labels = runs.moons()
    run = runs.stored_run(hidden, output, loss)
    pairing = runs.MATCHES[output, loss].pairing
    assert len(run.parameters) == len(run.loss) == len(run.accuracy) <= len(runs.EPOCHS)
    for parameters, accuracy in zip(run.parameters, run.accuracy, strict=True):
        predicted = pairing.predict(runs.output_sums(hidden, parameters, points))
        assert np.mean(predicted == labels) == pytest.approx(accuracy, abs=0.005)


def test_what_the_runs_show():
    """What the chapters say of them."""
    for hidden in runs.HIDDEN:
        assert np.isnan(runs.stored_run(hidden, "linear", "cross-entropy").loss).all()
    last = {
        hidden: runs.stored_run(hidden, "sigmoid", "cross-entropy").accuracy[-1]
        for hidden in runs.HIDDEN
    }
    assert min(last["relu"], last["tanh"]) > 0.97
    assert max(last["identity"], last["step"]) < 0.9


def test_hidden_step_never_moves():
    run = runs.stored_run("step", "sigmoid", "cross-entropy")
    hidden = run.parameters[:, : 3 * runs.UNITS]
    np.testing.assert_allclose(hidden - hidden[0], 0, atol=1e-3)


def test_packed_rows_come_back():
    rows = np.array([[0.5, -2.0, 0.0], [1e-4, 3e-5, -1e-4]])
    text, scales = runs.pack(rows)
    np.testing.assert_allclose(runs.unpack(text, scales), rows, rtol=1e-2, atol=1e-8)


def test_runs_are_light():
    """The page loads them once, gzipped."""
    assert len(gzip.compress(runs.read(runs.RUNS_FILE).encode())) < 30_000


# --- the JavaScript ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def painted():
    """What the page's code computes: the answers of all cells, of every run at three epochs."""
    moments = [0, 4, len(runs.EPOCHS) - 1]
    found = in_node(
        MODULE,
        f"{json.dumps(CHOICES)}.map(([hidden, output, loss]) => "
        f"{moments}.map((moment) => answers({{ hidden, output, loss }}, moment)))",
    )
    return moments, dict(zip(CHOICES, found, strict=True))


@pytest.mark.parametrize("choice", CHOICES, ids=" ".join)
def test_javascript_answers_as_numpy(painted, choice):
    moments, answers = painted
    hidden, output, loss = choice
    run = runs.stored_run(*choice)
    centres = theatre.cell_centres()
    plane = np.stack(np.meshgrid(centres, centres), axis=-1)
    for moment, found in zip(moments, answers[choice], strict=True):
        sums = runs.output_sums(hidden, run.parameters[moment], plane)
        expected = runs.certainty(output, loss, sums)
        clear = clear_of_jumps(hidden, run.parameters[moment], plane)
        assert clear.mean() > 0.95
        np.testing.assert_allclose(np.array(found)[clear], expected.ravel()[clear], atol=1e-12)


def clear_of_jumps(hidden, parameters, plane):
    """Where no step stands at its jump, on whose side the order of a sum decides."""
    first, bias, _ = np.split(parameters[:-1], [2 * runs.UNITS, 3 * runs.UNITS])
    sums = plane @ first.reshape(2, runs.UNITS) + bias
    return (np.abs(sums) > 1e-9).all(axis=-1).ravel() | (hidden != "step")


def test_module_stands_alone():
    assert_stands_alone(MODULE)


# --- the figure in Python ------------------------------------------------------------------


def test_state_can_be_read_and_set():
    widget = TrainingTheatre("linear", "hinge loss", hidden="tanh", epoch=40)
    assert (widget.output, widget.loss, widget.hidden, widget.epoch) == (
        "linear",
        "hinge loss",
        "tanh",
        40,
    )
    assert_agree(widget)
    widget.hidden, widget.output, widget.loss, widget.epoch = (
        "step",
        "sigmoid",
        "cross-entropy",
        120,
    )
    assert_agree(widget)
    assert repr(widget) == "TrainingTheatre('sigmoid', 'cross-entropy', hidden='step', epoch=120)"


def test_page_reaches_python():
    widget = TrainingTheatre()
    from_page(plot_of(widget), hidden_index=3, output_index=1, loss_index=2, epoch=70)
    assert repr(widget) == "TrainingTheatre('linear', 'hinge loss', hidden='identity', epoch=70)"
    assert_agree(widget)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"output": "softmax"}, "output must be one of sigmoid, linear, but got 'softmax'"),
        ({"loss": "hinge"}, "loss must be one of cross-entropy, squared error, hinge loss"),
        ({"hidden": "gelu"}, "hidden must be one of relu, .* but got 'gelu'"),
        ({"epoch": 5}, "epoch must be a multiple of 10 from 0 to 120, but got 5"),
        ({"epoch": 130}, "epoch must be a multiple of 10 from 0 to 120, but got 130"),
    ],
)
def test_errors_say_what_was_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainingTheatre(**settings)


def test_wrong_type_is_refused():
    widget = TrainingTheatre()
    with pytest.raises(TraitError, match="'epoch' trait"):
        widget.epoch = "last"
    assert_agree(widget)


def test_prediction_locks_slider_and_play():
    ask = question(shows=120)
    widget = TrainingTheatre(predict=ask)
    assert widget.children[0] is ask
    assert controls_of(widget)["epoch"].disabled
    assert plot_of(widget).disabled
    assert not plot_of(TrainingTheatre()).disabled


def test_every_choice_has_a_still_picture():
    """Every choice has a still picture, which is the same in every run and follows the epoch."""
    for hidden, output, loss in [*CHOICES[::7], ("relu", "linear", "cross-entropy")]:
        widget = TrainingTheatre(output, loss, hidden=hidden, epoch=50)
        assert_bundle_has_a_still_picture(widget)
        assert_picture_follows(widget, epoch=0)
