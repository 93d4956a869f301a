"""The network that trains in the page: its JavaScript beside actloss.network, and its Python."""

import gzip
import json
from itertools import product

import numpy as np
import pytest
from traitlets import TraitError

from actloss.gradcheck import gradcheck
from actloss.network.initialisers import he_normal, xavier_normal
from actloss.widgets import NetworkTrainer
from actloss.widgets import network_trainer as trainer
from actloss.widgets import network_training as training
from actloss.widgets.module import join_module
from actloss.widgets.training_runs import MATCHES
from tests.node import in_node
from tests.widgets.live_figure import (
    assert_bundle_has_a_still_picture,
    assert_is_svg,
    assert_picture_follows,
    assert_stands_alone,
    assert_state_can_be_stored,
    controls_of,
    from_page,
    plot_of,
    question,
)

MODULE = join_module("network_trainer.js", training_facts=training.facts_module())
AGREED = 1e-9  # of weights after 100 steps, in which both sum in another order
# Every activation, pairing, data set, depth and way to begin; all calm enough to be compared.
RUNS = [
    *(training.Choice(hidden=hidden) for hidden in training.HIDDEN),
    # On a linear output a cross-entropy divides by what may be 0: small steps, or all is chance.
    *(training.Choice(output=output, loss=loss, rate=0.001) for output, loss in MATCHES),
    *(training.Choice(data=data, hidden="silu") for data in training.DATA),
    *(training.Choice(layers=layers, units=layers + 2) for layers in range(4)),
    *(training.Choice(weights=weights, rate=0.01) for weights in training.INITIALISATIONS),
    *(training.Choice(twice=True, output=output) for output in training.OUTPUTS),
    training.Choice(twice=True, loss="squared error", rate=0.3),
]
STEPS = 100
SEEN = """(choice, seed, at) => {
  const run = newRun(choice, seed);
  const view = run.lookAt(at);
  const { losses, accuracies } = run;
  if (!view) return { losses, accuracies };
  const weights = view.layers.flatMap(({ weights, bias }) => [...weights, ...bias]);
  const { gradients, dead } = view;
  const plane = [...answersOn(6, choice, view)];
  return { weights, losses, accuracies, gradients, dead, plane };
}"""


def seen_in_the_page(choices, seed, step):
    """What the page's code computes for each of the choices."""
    given = json.dumps([choice._asdict() for choice in choices])
    return in_node(MODULE, f"{given}.map((choice) => ({SEEN})(choice, {seed}, {step}))")


@pytest.fixture(scope="module")
def page():
    return dict(zip(RUNS, seen_in_the_page(RUNS, 2, STEPS), strict=True))


@pytest.mark.parametrize("choice", RUNS, ids=str)
def test_after_a_hundred_steps_the_page_has_pythons_weights(page, choice):
    seen, run = page[choice], training.train(choice, 2, STEPS)
    np.testing.assert_allclose(seen["weights"], run.network.parameters, rtol=AGREED, atol=AGREED)
    assert len(seen["losses"]) == STEPS + 1
    np.testing.assert_allclose(seen["losses"], run.losses, rtol=AGREED, atol=AGREED)
    np.testing.assert_allclose(seen["accuracies"], run.accuracies, rtol=0, atol=1e-12)
    sizes = training.sizes_of_gradients(run.network, choice)
    np.testing.assert_allclose(seen["gradients"], sizes, rtol=1e-6, atol=AGREED)
    assert seen["dead"] == training.dead_units(run.network, choice)


@pytest.mark.parametrize("choice", RUNS, ids=str)
def test_the_page_answers_as_python_does(page, choice):
    run = training.train(choice, 2, STEPS)
    centres = ((2 * np.arange(6) + 1) / 6 - 1) * training.REACH
    points = np.stack(np.meshgrid(centres, -centres), axis=-1).reshape(-1, 2)
    expected = training.answers(run.network, choice, points)
    np.testing.assert_allclose(page[choice]["plane"], expected, atol=1e-7)


@pytest.mark.parametrize("seed", training.SEEDS)
def test_first_weights_are_the_courses_own(seed):
    """Those of the initialisers, for the same generator, to the four decimals that are stored."""
    for name, initialise in (("He", he_normal), ("Xavier", xavier_normal)):
        network = training.new_network(training.Choice(weights=name), seed)
        expected = initialise(np.random.default_rng(seed), (2, 6))
        np.testing.assert_allclose(network.layers[0].weights, expected, atol=1e-4)
        assert not network.layers[0].bias.any()
    ten = training.new_network(training.Choice(weights="ten times He"), seed)
    one = training.new_network(training.Choice(weights="He"), seed)
    np.testing.assert_allclose(ten.parameters, 10 * one.parameters)
    assert not training.new_network(training.Choice(weights="all zeros"), seed).parameters.any()


def test_a_rate_that_is_too_high_breaks_off_on_both_sides():
    """Squared error on a linear output has no bound on its gradient."""
    choice = training.Choice(
        hidden="identity", output="linear", loss="squared error", rate=1.0, weights="ten times He"
    )
    (seen,) = seen_in_the_page([choice], 1, 400)
    run = training.train(choice, 1, 400)
    assert "weights" not in seen
    assert len(seen["losses"]) == len(run.losses) < 50


def test_the_slope_taken_twice_is_half_of_squared_errors_gradient():
    """As the note below the figure says."""
    z, y = np.linspace(-4, 4, 9), np.tile([0, 1], 5)[:9]
    twice = training.new_network(training.Choice(twice=True), 1).pairing.loss_grad(z, y)
    squared = MATCHES["sigmoid", "squared error"].pairing.loss_grad(z, y)
    np.testing.assert_allclose(2 * twice, squared)
    pairing = training.new_network(training.Choice(), 1).pairing
    assert gradcheck(pairing.loss, pairing.loss_grad, z, y).passed
    assert not gradcheck(pairing.loss, lambda *given: twice, z, y).passed


def test_units_that_begin_alike_stay_alike():
    """As the note says of weights that are all zero."""
    for hidden in ("tanh", "sigmoid", "relu"):
        choice = training.Choice(weights="all zeros", hidden=hidden, rate=0.3)
        first = training.train(choice, 1, 50).network.layers[0]
        np.testing.assert_allclose(first.weights, first.weights[:, :1] + np.zeros(6), atol=1e-12)


def test_every_data_set_can_be_learned_and_not_by_a_straight_line():
    for data in training.DATA:
        bent = training.Choice(data=data, hidden="silu", units=8)
        straight = training.Choice(data=data, layers=0)
        assert min(training.train(bent, seed, 400).accuracies[-1] for seed in (1, 2, 3)) > 0.97
        assert max(training.train(straight, seed, 400).accuracies[-1] for seed in (1, 2, 3)) < 0.95


@pytest.mark.parametrize("data", training.DATA)
def test_points_are_of_two_classes_in_sight(data):
    points, labels = training.samples(data)
    assert points.shape == (training.SAMPLES, 2)
    assert np.abs(points).max() < training.REACH
    assert labels.sum() == training.SAMPLES // 2


def test_module_stands_alone_and_is_light():
    assert_stands_alone(MODULE)
    assert len(gzip.compress(MODULE.encode())) < 18_000


# --- the figure in Python ------------------------------------------------------------------

EVERYTHING = {
    "data": "ring",
    "layers": 3,
    "units": 4,
    "hidden": "relu",
    "output": "linear",
    "loss": "hinge loss",
    "rate": 0.03,
    "weights": "He",
    "twice": True,
    "seed": 3,
    "step": 120,
}


def assert_agree(figure):
    """Figure, drawing and controls say the same."""
    plot, controls = plot_of(figure), controls_of(figure)
    for name, (label, options) in trainer.LABELS.items():
        index = trainer.CHOICES[name].index(getattr(figure, name))
        assert controls[label].index == getattr(plot, f"{name}_index") == index
        assert len(options) == len(trainer.CHOICES[name])
    for name, label in (
        ("layers", "hidden layers"),
        ("units", "units"),
        ("step", "step"),
        ("twice", "output’s slope twice"),
    ):
        assert controls[label].value == getattr(plot, name) == getattr(figure, name)
    assert plot.seed == figure.seed


def test_state_can_be_read_and_set():
    figure = NetworkTrainer(**EVERYTHING)
    assert {name: getattr(figure, name) for name in EVERYTHING} == EVERYTHING
    assert_agree(figure)
    assert repr(figure) == (
        "NetworkTrainer('ring', layers=3, units=4, hidden='relu', output='linear', "
        "loss='hinge loss', rate=0.03, weights='He', twice=True, seed=3, step=120)"
    )
    assert repr(NetworkTrainer(step=30)) == "NetworkTrainer('two moons', step=30)"
    assert figure.choice() == training.Choice(
        "ring", 3, 4, "relu", "linear", "hinge loss", 0.03, "He", twice=True
    )
    assert_state_can_be_stored(figure)


def test_page_reaches_python():
    figure = NetworkTrainer()
    from_page(plot_of(figure), data_index=3, hidden_index=4, layers=1, seed=2, step=50, twice=True)
    assert (figure.data, figure.hidden, figure.layers) == ("spirals", "relu", 1)
    assert (figure.seed, figure.step, figure.twice) == (2, 50, True)
    assert_agree(figure)


def test_python_trains_what_is_shown():
    figure = NetworkTrainer("exclusive or", step=40)
    assert len(figure.run().losses) == 41
    assert figure.run(2).losses != figure.run(1).losses
    np.testing.assert_array_equal(
        figure.run().network.parameters, training.train(figure.choice(), 1, 40).network.parameters
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data": "iris"}, "data must be one of two moons, ring, exclusive or, spirals, but got"),
        ({"hidden": "mish"}, "hidden must be one of identity, .*, but got 'mish'"),
        ({"output": "softmax"}, "output must be one of sigmoid, linear, but got 'softmax'"),
        ({"loss": "hinge"}, "loss must be one of cross-entropy, squared error, hinge loss"),
        ({"rate": 0.2}, r"rate must be one of 0\.001, .*, 1\.0, but got 0\.2"),
        ({"weights": "LeCun"}, "weights must be one of Xavier, He, ten times He, all zeros"),
        ({"layers": 4}, "layers must be between 0 and 3, but got 4"),
        ({"units": 1}, "units must be between 2 and 8, but got 1"),
        ({"seed": 0}, "seed must be between 1 and 3, but got 0"),
        ({"step": 5}, "step must be a multiple of 10 from 0 to 400, but got 5"),
    ],
)
def test_errors_say_what_was_expected(settings, message):
    with pytest.raises(ValueError, match=message):
        NetworkTrainer(**settings)


def test_wrong_type_is_refused():
    figure = NetworkTrainer()
    with pytest.raises(TraitError, match="'layers' trait"):
        figure.layers = "two"
    assert_agree(figure)


def test_prediction_locks_step_and_play():
    ask = question(shows=400)
    figure = NetworkTrainer(predict=ask)
    assert figure.children[0] is ask
    assert controls_of(figure)["step"].disabled
    assert plot_of(figure).disabled
    assert not plot_of(NetworkTrainer()).disabled


def test_still_picture_follows():
    figure = NetworkTrainer(step=30)
    assert_bundle_has_a_still_picture(figure)
    assert_picture_follows(figure, step=0)
    assert_picture_follows(figure, seed=2)


def test_every_pairing_has_a_still_picture():
    for (output, loss), hidden in product(MATCHES, ("step", "gelu")):
        assert_is_svg(NetworkTrainer(output=output, loss=loss, hidden=hidden, step=10).picture())


# --- what the chapters say of it -----------------------------------------------------------


def ends(steps, **settings):
    """Loss and accuracy of all seeds after so many steps, in the page as in Python."""
    choice = training.Choice(**settings)
    runs = [training.train(choice, seed, steps) for seed in training.SEEDS]
    for seed, run in zip(training.SEEDS, runs, strict=True):
        (seen,) = seen_in_the_page([choice], seed, steps)
        np.testing.assert_allclose(seen["losses"][-1], run.losses[-1], rtol=0.02, atol=1e-3)
        assert abs(seen["accuracies"][-1] - run.accuracies[-1]) < 0.02
    return np.array([(run.losses[-1], run.accuracies[-1]) for run in runs]).T


def test_what_nonlinearity_says():
    settings = {"data": "exclusive or", "hidden": "relu"}
    losses, _ = ends(100, layers=0, **settings)
    np.testing.assert_allclose(losses, np.log(2), atol=0.005)
    _, right = ends(400, layers=1, units=2, **settings)
    assert 0.745 < right.min() < 0.755
    assert 0.985 < right.max() < 0.995
    _, right = ends(400, layers=1, units=8, **settings)
    assert right.min() == 1.0
    steps = training.Choice(layers=1, units=8, hidden="step")
    run = training.train(steps, 1, 400)
    assert training.sizes_of_gradients(run.network, steps)[0] == 0.0
    assert run.losses[-1] < run.losses[0] - 0.1
    for hidden in training.HIDDEN:
        nonsense = training.Choice(layers=1, units=8, hidden=hidden, output="linear")
        assert np.isnan(training.train(nonsense, 1, 400).losses[-1])


def test_what_gradient_flow_says():
    settings = {"data": "spirals", "layers": 3, "units": 8}
    for seed in training.SEEDS[:1]:
        choice = training.Choice(hidden="sigmoid", **settings)
        sizes = training.sizes_of_gradients(training.new_network(choice, seed), choice)
        assert sizes[0] < sizes[-1] / 30
    losses, _ = ends(100, hidden="sigmoid", **settings)
    np.testing.assert_allclose(losses, np.log(2), atol=0.02)
    _, right = ends(400, hidden="tanh", **settings)
    assert right.min() == 1.0


def test_what_moons_says():
    settings = {"layers": 1, "units": 8, "weights": "ten times He"}
    losses, _ = ends(100, twice=True, **settings)
    assert losses.max() > 3.2
    losses, _ = ends(100, **settings)
    assert losses.max() < 0.28


def test_what_pairing_says():
    settings = {"layers": 1, "units": 8, "weights": "ten times He"}
    _, right = ends(400, loss="squared error", **settings)
    assert 0.76 < right.min() < 0.84
    _, right = ends(400, **settings)
    assert right.min() > 0.905
    assert np.isnan(training.train(training.Choice(output="linear"), 2, 10).losses).all()
