"""The network from scratch: PyTorch's twin step by step, gradients, divergence, files, seeds."""

import copy
import io
import json
import pickle
import re
import zipfile

import numpy as np
import pytest
import torch
from sklearn.datasets import make_moons

from actloss import catalogue, losses
from actloss.activations import sigmoid, sigmoid_grad
from actloss.network import (
    LINEAR_ABSOLUTE_ERROR,
    LINEAR_HUBER,
    LINEAR_SQUARED_ERROR,
    PAIRINGS,
    SGD,
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    Activation,
    Adam,
    Dense,
    DivergenceError,
    Network,
    Pairing,
    PReLU,
)
from actloss.network.initialisers import lecun_normal, xavier_uniform

ONE_OUTPUT = [pairing for pairing in PAIRINGS if pairing is not SOFTMAX_CROSS_ENTROPY]
# The activations that a hidden layer can use: one number in, one number out.
ELEMENTWISE = [
    name for name, entry in catalogue.ACTIVATIONS.items() if isinstance(entry, catalogue.Activation)
]


def data_for(pairing, *, samples=12, outputs=3, seed=0):
    """Random inputs (samples, 2) and targets of the kind that the pairing learns from."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(samples, 2))
    if pairing is SOFTMAX_CROSS_ENTROPY:
        return inputs, rng.integers(0, outputs, samples)
    if pairing is SIGMOID_CROSS_ENTROPY:
        return inputs, rng.integers(0, 2, (samples, outputs))
    return inputs, rng.normal(size=(samples, outputs))


def make(sizes=(2, 5, 4, 3), *, pairing=SOFTMAX_CROSS_ENTROPY, seed=0, **settings):
    """A network whose biases are not 0, as they are only before training."""
    network = Network(sizes, pairing=pairing, rng=np.random.default_rng(seed), **settings)
    rng = np.random.default_rng(seed + 1)
    for layer in network.layers[::2]:
        layer.bias[...] = rng.normal(scale=0.3, size=layer.bias.shape)
    return network


# --- gradients -----------------------------------------------------------------------------


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.name)
def test_every_pairing_passes_the_gradient_check(pairing):
    check = make(pairing=pairing, activation="tanh").check_gradient(*data_for(pairing))
    assert check.passed, check
    assert check.entries == 2 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_activation_passes_the_gradient_check(name):
    check = make(activation=name).check_gradient(*data_for(SOFTMAX_CROSS_ENTROPY))
    assert check.passed, check


def test_learned_alpha_passes_the_gradient_check():
    network = make(activation="prelu", alpha=0.1)
    check = network.check_gradient(*data_for(SOFTMAX_CROSS_ENTROPY))
    assert check.passed, check
    assert check.entries == 2 * 5 + 5 + 1 + 5 * 4 + 4 + 1 + 4 * 3 + 3


def test_float32_network_is_checked_in_float64_and_left_as_it_was():
    network = make(dtype=np.float32, activation="tanh")
    before = network.parameters.copy()
    assert network.check_gradient(*data_for(SOFTMAX_CROSS_ENTROPY)).relative_error < 1e-6
    np.testing.assert_array_equal(network.parameters, before)


DOUBLE_DERIVATIVE = Pairing(
    "sigmoid twice differentiated",
    SIGMOID_CROSS_ENTROPY.predict,
    sigmoid,
    losses.binary_cross_entropy_with_logits,
    lambda logits, labels: (sigmoid(logits) - labels) * sigmoid_grad(logits),
)


def test_the_moons_bug_is_caught_and_its_layer_named():
    network = make((2, 6, 1), pairing=DOUBLE_DERIVATIVE)
    inputs, labels = data_for(SIGMOID_CROSS_ENTROPY, outputs=1)
    check = network.check_gradient(inputs, labels)
    assert not check.passed
    assert check.relative_error > 0.5
    assert check.argument.startswith("layer ")


def test_gradient_in_the_inputs_is_backpropagations_too():
    network = make(activation="tanh")
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    logits = network.forward(inputs)
    in_inputs = network.backward(losses.sparse_softmax_cross_entropy_grad(logits, labels) / 12)
    step = np.zeros_like(inputs)
    step[3, 1] = 1e-6
    slope = (network.loss(inputs + step, labels) - network.loss(inputs - step, labels)) / 2e-6
    assert in_inputs[3, 1] == pytest.approx(slope, rel=1e-6)


def test_gradients_by_layer_are_those_of_the_vector():
    network = make(activation="prelu")
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    _, vector = network.loss_and_gradient(inputs, labels)
    by_layer = network.gradients(inputs, labels)
    order = ("weights", "bias", "alpha")
    pieces = [layer[name].ravel() for layer in by_layer for name in order if name in layer]
    np.testing.assert_array_equal(np.concatenate(pieces), vector)
    assert [layer["pre_activations"].shape for layer in by_layer] == [(12, 5), (12, 4), (12, 3)]
    # A bias moves every sample's pre-activation alike.
    for layer in by_layer:
        np.testing.assert_allclose(layer["pre_activations"].sum(axis=0), layer["bias"])


# --- a look inside -------------------------------------------------------------------------


def test_layers_can_be_recomputed_by_hand():
    network = make(activation="leaky_relu", alpha=0.2)
    inputs, _ = data_for(SOFTMAX_CROSS_ENTROPY)
    pre_activations, activations = network.pre_activations(inputs), network.activations(inputs)
    assert len(pre_activations) == 3
    assert len(activations) == 2
    values = inputs
    for layer, z, a in zip(network.layers[::2], pre_activations, [*activations, None], strict=True):
        np.testing.assert_allclose(z, values @ layer.weights + layer.bias, rtol=1e-13)
        values = np.where(z > 0, z, 0.2 * z)
        if a is not None:
            np.testing.assert_allclose(a, values, rtol=1e-13)
    np.testing.assert_array_equal(pre_activations[-1], network.forward(inputs))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", ["gelu", "mish"])
def test_activations_are_those_of_the_package_to_the_last_bit(name, dtype):
    """Also in float16, which the package computes in float32."""
    network = make(dtype=dtype, activation=name)
    inputs, _ = data_for(SOFTMAX_CROSS_ENTROPY, samples=200)
    sums, activations = network.pre_activations(inputs)[0], network.activations(inputs)[0]
    np.testing.assert_array_equal(activations, catalogue.ACTIVATIONS[name].function(sums))


def test_dead_units_can_be_counted():
    network = make((2, 6, 1), pairing=LINEAR_SQUARED_ERROR)
    network.layers[0].bias[:4] = -100.0
    inputs = np.random.default_rng(0).normal(size=(500, 2))
    dead = (network.activations(inputs)[0] == 0).all(axis=0)
    assert dead.tolist() == [True] * 4 + [False] * 2
    weights = network.gradients(inputs, np.ones(500))[0]["weights"]
    assert (weights[:, :4] == 0).all()
    assert (weights[:, 4:] != 0).all()


def test_results_of_two_calls_do_not_share_memory():
    network = make()
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)

    def look(inputs):
        by_layer = network.gradients(inputs, labels)
        return [
            *network.activations(inputs),
            *network.pre_activations(inputs),
            network.loss_and_gradient(inputs, labels)[1],
            *(array for layer in by_layer for array in layer.values()),
        ]

    first = look(inputs)
    kept = [array.copy() for array in first]
    look(inputs + 1)
    for array, expected in zip(first, kept, strict=True):
        np.testing.assert_array_equal(array, expected)


def test_overflow_is_silent_until_training_meets_it():
    network = make((2, 4, 4, 1), pairing=LINEAR_SQUARED_ERROR)
    network.parameters.fill(1e250)
    network.layers[2].weights[:, 0] = -1e250  # a dead unit: its gradient is ∞ · 0
    assert network.loss(np.ones((3, 2)), np.ones(3)) == np.inf
    gradients = network.gradients(np.ones((3, 2)), np.ones(3))
    assert not np.isfinite(gradients[0]["weights"]).any()
    assert not np.isfinite(network.backward(np.full((3, 1), np.inf))).any()


# --- PyTorch's twin ------------------------------------------------------------------------

TORCH_LOSS = {
    SIGMOID_CROSS_ENTROPY.name: torch.nn.BCEWithLogitsLoss(),
    SOFTMAX_CROSS_ENTROPY.name: torch.nn.CrossEntropyLoss(),
    LINEAR_SQUARED_ERROR.name: torch.nn.MSELoss(),
    LINEAR_ABSOLUTE_ERROR.name: torch.nn.L1Loss(),
    LINEAR_HUBER.name: torch.nn.HuberLoss(),
}
OPTIMISERS = {
    "sgd": (lambda: SGD(0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "momentum": (
        lambda: SGD(0.05, momentum=0.9),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    ),
    "adam": (lambda: Adam(0.02), lambda p: torch.optim.Adam(p, lr=0.02)),
    "adam with other means": (
        lambda: Adam(0.02, beta1=0.5, beta2=0.9, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.5, 0.9), eps=1e-3),
    ),
}


def torch_twin(network):
    """The same network in PyTorch, with copies of the same parameters."""
    modules = []
    for layer in network.layers:
        if isinstance(layer, Dense):
            module = torch.nn.Linear(*layer.weights.shape, dtype=torch.float64)
            with torch.no_grad():
                module.weight.copy_(torch.tensor(layer.weights.T))
                module.bias.copy_(torch.tensor(layer.bias))
        elif isinstance(layer, PReLU):
            module = torch.nn.PReLU(init=float(layer.alpha), dtype=torch.float64)
        else:
            module = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[network.activation]()
        modules.append(module)
    return torch.nn.Sequential(*modules)


def torch_parameters(twin):
    """In the order of ``Network.parameters``."""
    arrays = [p.detach().numpy() for p in twin.parameters()]
    return np.concatenate([array.T.ravel() for array in arrays])


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.name)
@pytest.mark.parametrize("activation", ["relu", "tanh", "prelu"])
def test_training_equals_pytorchs_step_by_step(pairing, optimiser, activation):
    outputs = 3 if pairing is SOFTMAX_CROSS_ENTROPY else 1
    network = make((2, 7, 5, outputs), pairing=pairing, activation=activation)
    twin = torch_twin(network)
    ours, theirs = OPTIMISERS[optimiser][0](), OPTIMISERS[optimiser][1](twin.parameters())
    inputs, targets = data_for(pairing, samples=40, outputs=outputs)
    torch_inputs, torch_targets = torch.tensor(inputs), torch.tensor(targets)
    if outputs == 1:
        torch_targets = torch_targets.double()
    for _ in range(25):
        loss = TORCH_LOSS[pairing.name](twin(torch_inputs), torch_targets)
        theirs.zero_grad()
        loss.backward()
        our_loss, gradient = network.loss_and_gradient(inputs, targets)
        assert our_loss == pytest.approx(loss.item(), rel=1e-9)
        grads = np.concatenate([p.grad.numpy().T.ravel() for p in twin.parameters()])
        np.testing.assert_allclose(gradient, grads, rtol=1e-7, atol=1e-12)
        theirs.step()
        ours.step(network.parameters, gradient)
        np.testing.assert_allclose(network.parameters, torch_parameters(twin), rtol=1e-7)


def test_fit_takes_the_batches_that_the_generator_draws():
    """Three batches an epoch, the last one smaller, against a loop written out in PyTorch."""
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY, samples=25)
    network = make(activation="tanh")
    twin = torch_twin(network)
    optimiser = torch.optim.SGD(twin.parameters(), lr=0.3, momentum=0.8)
    history = network.fit(
        inputs,
        labels,
        optimiser=SGD(0.3, momentum=0.8),
        epochs=6,
        batch_size=10,
        rng=np.random.default_rng(3),
    )
    rng = np.random.default_rng(3)
    torch_inputs, torch_labels = torch.tensor(inputs), torch.tensor(labels)
    for epoch in range(6):
        order = rng.permutation(25)
        for batch in (order[:10], order[10:20], order[20:]):
            optimiser.zero_grad()
            output = twin(torch_inputs[batch])
            torch.nn.functional.cross_entropy(output, torch_labels[batch]).backward()
            optimiser.step()
        with torch.no_grad():
            output = twin(torch_inputs)
        loss = torch.nn.functional.cross_entropy(output, torch_labels).item()
        accuracy = (output.argmax(dim=1) == torch_labels).double().mean().item()
        assert history["loss"][epoch] == pytest.approx(loss, rel=1e-9)
        assert history["accuracy"][epoch] == accuracy


# --- training ------------------------------------------------------------------------------


def test_moons_are_separated():
    inputs, labels = make_moons(n_samples=600, noise=0.2, random_state=0)
    rng = np.random.default_rng(0)
    network = Network(
        [2, 32, 16, 8, 1], pairing=SIGMOID_CROSS_ENTROPY, rng=rng, initialise=xavier_uniform
    )
    history = network.fit(
        inputs[:400],
        labels[:400],
        validation=(inputs[400:], labels[400:]),
        optimiser=SGD(0.05, momentum=0.9),
        epochs=60,
        batch_size=64,
        rng=rng,
    )
    assert set(history) == {"loss", "accuracy", "validation_loss", "validation_accuracy"}
    assert {len(values) for values in history.values()} == {60}
    assert history["validation_accuracy"][-1] > 0.94
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["validation_accuracy"][-1] == network.accuracy(inputs[400:], labels[400:])
    assert history["validation_loss"][-1] == network.loss(inputs[400:], labels[400:])


def test_regression_has_no_accuracy():
    network = make((2, 4, 1), pairing=LINEAR_HUBER)
    inputs, targets = data_for(LINEAR_HUBER, outputs=1)
    history = network.fit(inputs, targets, optimiser=Adam(), epochs=2, rng=np.random.default_rng(0))
    assert set(history) == {"loss"}
    with pytest.raises(ValueError, match=r"'linear \+ Huber loss' predicts values: .* accuracy"):
        network.accuracy(inputs, targets)
    with pytest.raises(ValueError, match="predicts values: it has no probabilities"):
        network.predict_proba(inputs)


def train(seed, **settings):
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY, samples=30)
    rng = np.random.default_rng(seed)
    network = Network([2, 5, 3], pairing=SOFTMAX_CROSS_ENTROPY, rng=rng, **settings)
    history = network.fit(inputs, labels, optimiser=Adam(0.01), epochs=4, rng=rng, batch_size=8)
    return network.parameters, history


def test_a_seed_repeats_bit_by_bit_and_another_does_not():
    first, first_history = train(7)
    second, second_history = train(7)
    np.testing.assert_array_equal(first, second)
    assert first_history == second_history
    assert (train(8)[0] != first).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_is_kept_throughout(dtype):
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    network = make(dtype=dtype, activation="prelu")
    network.fit(
        inputs,
        labels,
        optimiser=SGD(0.1, momentum=0.9),
        epochs=2,
        rng=np.random.default_rng(0),
    )
    assert network.parameters.dtype == dtype
    assert network.predict_proba(inputs).dtype == dtype
    arrays = [*network.pre_activations(inputs), *network.activations(inputs)]
    arrays += [array for layer in network.gradients(inputs, labels) for array in layer.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_training_leaves_the_data_as_they_were():
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    before = inputs.copy(), labels.copy()
    make().fit(inputs, labels, optimiser=SGD(0.5), epochs=3, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(inputs, before[0])
    np.testing.assert_array_equal(labels, before[1])


def test_an_optimiser_goes_on_with_its_network_and_begins_anew_with_another():
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)

    def fit(network, optimiser, epochs):
        rng = np.random.default_rng(0)
        network.fit(inputs, labels, optimiser=optimiser, epochs=epochs, rng=rng, batch_size=12)
        return network.parameters

    def same(first, second):
        # The order of the samples within their only batch may move the last digit.
        return np.allclose(first, second, rtol=1e-9, atol=0)

    for new in (lambda: Adam(0.05), lambda: SGD(0.05, momentum=0.9)):
        at_once = fit(make(), new(), 6)
        used = new()
        in_two = make()
        fit(in_two, used, 3)
        assert same(fit(in_two, used, 3), at_once)
        assert same(fit(make(), used, 6), at_once)


def test_progress_is_shown_only_when_wanted(capfd):
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)

    def shown(**settings):
        make().fit(
            inputs, labels, optimiser=SGD(0.1), epochs=3, rng=np.random.default_rng(0), **settings
        )
        captured = capfd.readouterr()
        assert captured.out == ""
        return captured.err

    assert shown() == ""
    bar = shown(progress=True)
    assert "training: 100%" in bar
    assert "3/3" in bar
    assert "loss " in bar


# --- use -----------------------------------------------------------------------------------


def test_predictions_of_each_kind_of_output():
    inputs = np.random.default_rng(0).normal(size=(9, 2))
    softmax = make((2, 4, 3))
    chances = softmax.predict_proba(inputs)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    np.testing.assert_array_equal(softmax.predict(inputs), chances.argmax(axis=1))

    binary = make((2, 4, 1), pairing=SIGMOID_CROSS_ENTROPY)
    assert binary.predict_proba(inputs).shape == (9,)
    np.testing.assert_array_equal(binary.predict(inputs), binary.predict_proba(inputs) > 0.5)
    assert binary.predict(inputs).dtype.kind == "i"

    several = make((2, 4, 3), pairing=SIGMOID_CROSS_ENTROPY)
    assert several.predict(inputs).shape == several.predict_proba(inputs).shape == (9, 3)

    regression = make((2, 4, 1), pairing=LINEAR_SQUARED_ERROR)
    np.testing.assert_array_equal(regression.predict(inputs), regression.forward(inputs)[:, 0])
    assert make((2, 4, 2), pairing=LINEAR_SQUARED_ERROR).predict(inputs).shape == (9, 2)


def test_no_samples_no_predictions():
    network = make((2, 4, 1), pairing=SIGMOID_CROSS_ENTROPY)
    assert network.predict(np.empty((0, 2))).shape == (0,)
    assert network.predict_proba(np.empty((0, 2))).shape == (0,)


def test_one_output_takes_targets_of_either_shape():
    network = make((2, 4, 1), pairing=LINEAR_SQUARED_ERROR)
    inputs, targets = data_for(LINEAR_SQUARED_ERROR, outputs=1)
    assert targets.shape == (12, 1)
    assert network.loss(inputs, targets[:, 0]) == network.loss(inputs, targets)


def test_loss_of_several_outputs_is_their_sum():
    network = make((2, 4, 3), pairing=LINEAR_SQUARED_ERROR)
    inputs, targets = data_for(LINEAR_SQUARED_ERROR)
    errors = network.predict(inputs) - targets
    assert network.loss(inputs, targets) == pytest.approx((errors**2).sum() / 12)


def test_without_hidden_layers_it_is_logistic_regression():
    network = make((2, 1), pairing=SIGMOID_CROSS_ENTROPY)
    inputs, labels = data_for(SIGMOID_CROSS_ENTROPY, outputs=1)
    dense = network.layers[0]
    expected = inputs.T @ (sigmoid(inputs @ dense.weights + dense.bias) - labels) / 12
    np.testing.assert_allclose(network.gradients(inputs, labels)[0]["weights"], expected)
    assert network.activations(inputs) == []


# --- divergence ----------------------------------------------------------------------------


def diverge(learning_rate=50.0, *, scale=1.0, **settings):
    rng = np.random.default_rng(0)
    network = Network([2, 16, 8, 1], pairing=LINEAR_SQUARED_ERROR, rng=rng, **settings)
    inputs = scale * rng.normal(size=(64, 2))
    network.fit(inputs, inputs[:, 0], optimiser=SGD(learning_rate), epochs=100, rng=rng)


def test_divergence_says_when_where_and_what_to_try():
    with pytest.raises(DivergenceError) as caught:
        diverge()
    message = str(caught.value)
    pattern = (
        r"training diverged at step \d+ \(epoch \d+\): infinite or NaN numbers, "
        r"first in the [\w ]+ of layer [123] \(\d+ → \d+\)\. Try a "
    )
    assert re.match(pattern, message), message
    assert "learning rate below 50, say 5;" in message
    assert "standardised" in message


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda n: n.layers[0].weights.fill(1e200), "weight gradient of layer 3 (8 → 1)"),
        (lambda n: n.layers[2].weights.fill(1e308), "outputs of layer 2 (16 → 8)"),
        (lambda n: n.layers[4].bias.fill(1e308), "weight gradient of layer 3 (8 → 1)"),
        (lambda n: n.layers[4].weights.fill(np.nan), "outputs of layer 3 (8 → 1)"),
    ],
)
def test_divergence_names_the_layer_where_it_began(spoil, where):
    rng = np.random.default_rng(0)
    network = Network([2, 16, 8, 1], pairing=LINEAR_SQUARED_ERROR, rng=rng)
    network.layers[0].bias.fill(1.0)
    network.layers[2].bias.fill(1.0)
    spoil(network)
    with pytest.raises(DivergenceError) as caught:
        network.fit(rng.normal(size=(8, 2)), np.ones(8), optimiser=SGD(0.1), epochs=1, rng=rng)
    assert f"at step 1 (epoch 1): infinite or NaN numbers, first in the {where}. Try" in str(
        caught.value
    )


def test_a_saturating_activation_does_not_hide_that_weights_are_infinite():
    with pytest.raises(DivergenceError, match=r"at step \d+ "):
        diverge(1e300, activation="tanh")


# --- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[2], [], [2, 0, 1], [2, 3.5, 1], [2, -1], 3, "ab"])
def test_wrong_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match=r"sizes must be two integers ≥ 1 or more, but got [\[3']"):
        make(sizes)


@pytest.mark.parametrize("pairing", [None, "sigmoid and cross-entropy"])
def test_what_is_no_pairing_is_refused_at_once(pairing):
    with pytest.raises(TypeError, match=r"pairing must be a Pairing, such as .*, but got"):
        Network([2, 1], pairing=pairing, rng=np.random.default_rng(0))


def test_unknown_activation_lists_the_known():
    with pytest.raises(ValueError, match=r"one of .*relu.*but got 'rellu'"):
        make(activation="rellu")


@pytest.mark.parametrize("name", ["softmax", "glu", "sparsemax"])
def test_functions_over_an_axis_are_no_hidden_activation(name):
    with pytest.raises(ValueError, match=f"got '{name}'"):
        make(activation=name)


def test_a_wrong_activation_parameter_is_refused():
    with pytest.raises(ValueError, match="alpha"):
        make(activation="elu", alpha=-1.0)
    for activation in ("relu", "prelu"):
        with pytest.raises(TypeError, match="beta"):
            make(activation=activation, beta=2.0)


def test_softmax_needs_two_outputs():
    with pytest.raises(ValueError, match="softmax needs two outputs or more, but got 1"):
        make((2, 4, 1))


INPUTS, LABELS = data_for(SOFTMAX_CROSS_ENTROPY)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": INPUTS[:, :1]}, r"inputs must have shape \(samples, 2\), but got \(12, 1\)"),
        ({"inputs": INPUTS[0]}, r"inputs must have shape \(samples, 2\), but got \(2,\)"),
        ({"targets": LABELS[:5]}, r"same number of samples.*\(12, 2\) and \(5,\)"),
        ({"inputs": INPUTS[:0], "targets": LABELS[:0]}, r"at least 1, .*\(0, 2\) and \(0,\)"),
        ({"inputs": np.where(INPUTS > 1, np.nan, INPUTS)}, "inputs must be finite .* nan at"),
        ({"targets": LABELS + 1}, "labels must be .* 0 to 2, but got 3"),
        ({"targets": LABELS - 1}, "labels must be .* 0 to 2, but got -1"),
        ({"targets": LABELS.astype(float)}, "labels must be integers"),
        ({"validation": (INPUTS, LABELS[:3])}, r"same number of samples.*\(12, 2\) and \(3,\)"),
        ({"epochs": 0}, "epochs must be an integer ≥ 1, but got 0"),
        ({"batch_size": 2.5}, "batch_size must be an integer ≥ 1, but got 2.5"),
    ],
)
def test_bad_data_are_refused_before_anything_is_learned(changes, message):
    network = make()
    before = network.parameters.copy()
    arguments = {"inputs": INPUTS, "targets": LABELS, "epochs": 1, **changes}
    with pytest.raises(ValueError, match=message):
        network.fit(**arguments, optimiser=SGD(0.1), rng=np.random.default_rng(0))
    np.testing.assert_array_equal(network.parameters, before)


def test_targets_of_another_shape_do_not_broadcast():
    network = make((2, 4, 3), pairing=LINEAR_SQUARED_ERROR)
    for targets in (np.ones(12), np.ones((12, 1)), np.ones((12, 2)), np.ones((12, 3, 1))):
        with pytest.raises(ValueError, match=r"targets must have shape \(12, 3\)"):
            network.loss(INPUTS, targets)


@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf])
@pytest.mark.parametrize("optimiser", [SGD, Adam])
def test_a_wrong_learning_rate_is_refused(optimiser, rate):
    with pytest.raises(
        ValueError, match=f"learning_rate must be .* greater than 0, but got {float(rate)}"
    ):
        optimiser(rate)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: SGD(0.1, momentum=1.0), r"momentum must be in \[0, 1\), but got 1.0"),
        (lambda: Adam(0.1, beta1=-0.1), r"beta1 must be in \[0, 1\), but got -0.1"),
        (lambda: Adam(0.1, beta2=1.5), r"beta2 must be in \[0, 1\), but got 1.5"),
        (lambda: Adam(0.1, epsilon=0), "epsilon must be a finite number greater than 0, but got 0"),
        (lambda: SGD(0.1, momentum=np.nan), "momentum must be a finite number, but got nan"),
    ],
)
def test_wrong_optimiser_settings_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda: SGD("fast"), "learning_rate"),
        (lambda: Adam([0.1, 0.2]), "learning_rate"),
        (lambda: SGD(0.1, momentum=None), "momentum"),
        (lambda: Adam(0.1, epsilon="small"), "epsilon"),
    ],
)
def test_optimiser_settings_that_are_no_numbers(build, name):
    with pytest.raises(TypeError, match=f"{name} must be a finite number.*, but got"):
        build()


@pytest.mark.parametrize("inputs", ["text", [["1", "b"]], [[1j, 2j]], None])
def test_inputs_that_are_no_numbers(inputs):
    with pytest.raises(TypeError, match="inputs must hold real numbers, but got"):
        make().predict(inputs)


def test_rows_of_unequal_lengths():
    with pytest.raises(ValueError, match=r"inputs must be .* rows of unequal lengths: "):
        make().predict([[1.0, 2.0], [3.0]])
    with pytest.raises(ValueError, match=r"targets must be .* rows of unequal lengths: "):
        make().loss(INPUTS[:2], [[1], [0, 1]])


# --- copies and files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.copy,
        copy.deepcopy,
        Network.copy,
        lambda network: pickle.loads(pickle.dumps(network)),
    ],
)
def test_a_copy_learns_on_its_own(duplicate):
    network = make(activation="prelu", alpha=0.3)
    before = network.parameters.copy()
    twin = duplicate(network)
    np.testing.assert_array_equal(twin.parameters, before)
    twin.fit(INPUTS, LABELS, optimiser=SGD(0.1), epochs=2, rng=np.random.default_rng(0))
    assert (twin.parameters != before).any()
    np.testing.assert_array_equal(network.parameters, before)
    assert twin.layers[0].weights.base is twin.parameters
    assert network.layers[0].weights.base is network.parameters


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.name)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_saved_and_loaded_it_predicts_the_same_bits(tmp_path, pairing, dtype):
    network = make(
        pairing=pairing, dtype=dtype, activation="elu", alpha=0.7, initialise=lecun_normal
    )
    path = tmp_path / "network of mine"  # the name is the caller's: no suffix is added
    network.save(path)
    loaded = Network.load(path)
    np.testing.assert_array_equal(loaded.predict(INPUTS), network.predict(INPUTS))
    assert loaded.pairing is pairing
    assert loaded.parameters.dtype == dtype
    assert loaded.sizes == network.sizes


def test_learned_alpha_is_saved(tmp_path):
    network = make(activation="prelu")
    network.layers[1].alpha[...] = 0.6
    network.save(tmp_path / "prelu.npz")
    assert Network.load(tmp_path / "prelu.npz").layers[1].alpha == 0.6


def test_a_pairing_of_ones_own_is_asked_for_by_name(tmp_path):
    network = make((2, 3, 1), pairing=DOUBLE_DERIVATIVE)
    network.save(tmp_path / "own.npz")
    with pytest.raises(ValueError, match="saved with the pairing 'sigmoid twice differentiated'"):
        Network.load(tmp_path / "own.npz")
    loaded = Network.load(tmp_path / "own.npz", pairing=DOUBLE_DERIVATIVE)
    np.testing.assert_array_equal(loaded.parameters, network.parameters)


def test_a_missing_file_is_called_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Network.load(tmp_path / "nowhere.npz")


def write_npz(path, **arrays):
    with open(path, "wb") as file:
        np.savez(file, **arrays)


def npy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def edited(path, parameters=None, **changes):
    """Rewrite a saved network with another header, or other parameters."""
    with np.load(path) as arrays:
        header = json.loads(str(arrays["header"]))
        parameters = arrays["parameters"] if parameters is None else parameters
    write_npz(path, header=np.array(json.dumps({**header, **changes})), parameters=parameters)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("weights: 1, 2, 3"),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2]),
        lambda path: write_npz(path, data=np.ones(3)),
        lambda path: write_npz(path, header=np.array("hello"), parameters=np.ones(3)),
        lambda path: write_npz(path, header=np.array("[1]"), parameters=np.ones(3)),
        lambda path: path.write_bytes(npy_bytes(np.ones(3))),
        lambda path: path.write_bytes(pickle.dumps({"header": 1})),
        lambda path: zipfile.ZipFile(path, "w").close(),
        lambda path: edited(path, parameters=np.ones(1)),
        lambda path: edited(path, parameters=np.ones((2, 31))),
        lambda path: edited(path, format="actloss network 2"),
        lambda path: edited(path, sizes=[2, 5, 4, 4]),
        lambda path: edited(path, sizes="2 5"),
        lambda path: edited(path, dtype="object"),
        lambda path: edited(path, activation="rellu"),
        lambda path: edited(path, activation_parameters={"gain": 2}),
        lambda path: edited(path, activation_parameters=[2]),
    ],
)
def test_foreign_and_damaged_files_are_refused(tmp_path, spoil):
    path = tmp_path / "network.npz"
    make().save(path)
    spoil(path)
    with pytest.raises(ValueError, match=r"network\.npz is damaged, or is no network saved by"):
        Network.load(path)


def test_no_flipped_byte_gives_another_network(tmp_path):
    path = tmp_path / "network.npz"
    network = make((2, 3, 3))
    network.save(path)
    original = path.read_bytes()
    refused = 0
    for position in range(len(original)):
        damaged = bytearray(original)
        damaged[position] ^= 0x15
        path.write_bytes(damaged)
        try:
            loaded = Network.load(path)
        except ValueError:
            refused += 1
        else:  # a byte that holds nothing of ours, such as a file's date
            np.testing.assert_array_equal(loaded.parameters, network.parameters)
            assert loaded.sizes == network.sizes
    assert refused > 0.8 * len(original)


def test_a_file_runs_no_code(tmp_path):
    path = tmp_path / "network.npz"
    make().save(path)
    with np.load(path) as arrays:
        header = arrays["header"]
    write_npz(path, header=header, parameters=np.array([pytest.fail], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        Network.load(path)


# --- layers on their own -------------------------------------------------------------------


def test_dense_layer_by_hand():
    layer = Dense(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]))
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, -1.0]])), [[8.0, 18.0]])
    inputs_grad = layer.backward(np.array([[1.0, 10.0]]))
    np.testing.assert_array_equal(inputs_grad, [[21.0, 43.0]])
    np.testing.assert_array_equal(layer.weights_grad, [[1.0, 10.0], [-1.0, -10.0]])
    np.testing.assert_array_equal(layer.bias_grad, [1.0, 10.0])


def test_activation_layer_by_hand():
    layer = Activation(np.square, lambda z: 2 * z)
    np.testing.assert_array_equal(layer.forward(np.array([[3.0, -1.0]])), [[9.0, 1.0]])
    np.testing.assert_array_equal(layer.backward(np.array([[1.0, 5.0]])), [[6.0, -10.0]])


def test_prelu_layer_by_hand():
    layer = PReLU(np.array(0.5))
    np.testing.assert_array_equal(layer.forward(np.array([[3.0, -4.0]])), [[3.0, -2.0]])
    np.testing.assert_array_equal(layer.backward(np.array([[10.0, 7.0]])), [[10.0, 3.5]])
    assert layer.alpha_grad == -28.0


WEIGHTS, BIAS = np.ones((3, 2)), np.zeros(2)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Dense([[1.0, 2.0]], BIAS), TypeError, "weights must be a NumPy array, but"),
        (lambda: Dense(np.ones((3, 2), int), BIAS), TypeError, "write weights.astype(float)"),
        (lambda: Dense(WEIGHTS, np.zeros(2, int)), TypeError, "write bias.astype(float)"),
        (lambda: Dense(WEIGHTS, np.zeros(3)), ValueError, "have shapes (3, 2) and (3,)"),
        (lambda: Dense(np.ones(3), BIAS), ValueError, "have shapes (3,) and (2,)"),
        (lambda: Activation("relu", np.sign), TypeError, "function must be a function"),
        (lambda: Activation(np.abs, None), TypeError, "gradient must be a function"),
        (lambda: PReLU(0.25), TypeError, "alpha must be a NumPy array, but got float"),
        (lambda: PReLU("steep"), TypeError, "but got str"),
        (lambda: Dense(WEIGHTS, BIAS).forward(np.ones(3)), ValueError, "but have shape (3,)"),
        (lambda: Dense(WEIGHTS, BIAS).forward(np.ones((4, 2))), ValueError, "(samples, 3)"),
    ],
)
def test_a_layer_says_what_it_cannot_use(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()


LAYERS = [
    lambda: Dense(np.ones((2, 2)), np.zeros(2)),
    lambda: Activation(np.abs, np.sign),
    lambda: PReLU(np.array(0.25)),
]


@pytest.mark.parametrize("make", LAYERS, ids=["dense", "activation", "prelu"])
def test_a_layer_takes_back_what_fits_its_outputs_and_nothing_else(make):
    layer = make()
    with pytest.raises(ValueError, match="backward must come after forward"):
        layer.backward(np.ones((4, 2)))
    with pytest.raises(TypeError, match="inputs must be a NumPy array, but got list"):
        layer.forward([[1.0, 2.0]] * 4)
    layer.forward(np.array([[1.0, 2.0]] * 4))
    with pytest.raises(TypeError, match="outputs_grad must be a NumPy array, but got float"):
        layer.backward(1.0)
    with pytest.raises(ValueError, match=r"shape of the outputs, \(4, 2\), but has shape \(2,\)"):
        layer.backward(np.ones(2))
    assert layer.backward(np.ones((4, 2))).shape == (4, 2)
