"""Networks trained side by side come out as each would by itself."""

import numpy as np
import pytest

from actloss import catalogue
from actloss.network import (
    PAIRINGS,
    SGD,
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    Adam,
    DivergenceError,
    Ensemble,
    Network,
)

SEEDS = (3, 4, 5)
ACTIVATIONS = [
    name for name, entry in catalogue.ACTIVATIONS.items() if isinstance(entry, catalogue.Activation)
]
OPTIMISERS = {
    "SGD": lambda: SGD(0.05),
    "momentum": lambda: SGD(0.01, momentum=0.9),
    "Adam": lambda: Adam(0.01),
}


def networks_of(pairing=SOFTMAX_CROSS_ENTROPY, activation="relu", **settings):
    outputs = 1 if pairing is SIGMOID_CROSS_ENTROPY else 3
    return [
        Network([4, 6, 5, outputs], pairing=pairing, rng=rng, activation=activation, **settings)
        for rng in rngs()
    ]


def rngs():
    return [np.random.default_rng(seed) for seed in SEEDS]


def data_for(pairing, samples=25):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(samples, 4))
    if pairing is SIGMOID_CROSS_ENTROPY:
        return inputs, rng.integers(0, 2, samples)
    if pairing is SOFTMAX_CROSS_ENTROPY:
        return inputs, rng.integers(0, 3, samples)
    return inputs, rng.normal(size=(samples, 3))


def check_as_one_by_one(alone, together, data, optimiser, dtype=np.float64):
    """After 52 steps, the last batch of each epoch smaller than the others."""
    settings = {"epochs": 13, "batch_size": 7}
    for network, rng in zip(alone, rngs(), strict=True):
        network.fit(*data, optimiser=optimiser(), rng=rng, **settings)
    finite = Ensemble(together).fit(*data, optimiser=optimiser(), rngs=rngs(), **settings)
    assert finite.all()
    for one, other in zip(alone, together, strict=True):
        few = 50 * np.finfo(dtype).eps
        np.testing.assert_allclose(other.parameters, one.parameters, rtol=few, atol=few)
        # And the network computes with what it has learned.
        np.testing.assert_allclose(
            other.forward(data[0]), one.forward(data[0]), rtol=20 * few, atol=20 * few
        )


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_learns_what_it_learns_alone(activation, optimiser):
    alone, together = networks_of(activation=activation), networks_of(activation=activation)
    check_as_one_by_one(alone, together, data_for(SOFTMAX_CROSS_ENTROPY), optimiser)
    assert not np.array_equal(together[0].parameters, together[1].parameters)


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.name)
def test_with_each_pairing(pairing, optimiser):
    alone, together = networks_of(pairing, "tanh"), networks_of(pairing, "tanh")
    check_as_one_by_one(alone, together, data_for(pairing), optimiser)


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.name)
def test_each_on_data_of_its_own(pairing):
    inputs, targets = data_for(pairing, samples=75)
    own = inputs.reshape(3, 25, 4), targets.reshape(3, 25, *targets.shape[1:])
    alone, together = networks_of(pairing), networks_of(pairing)
    settings = {"epochs": 5, "batch_size": 7}
    for network, rng, *data in zip(alone, rngs(), *own, strict=True):
        network.fit(*data, optimiser=Adam(0.01), rng=rng, **settings)
    Ensemble(together).fit(*own, optimiser=Adam(0.01), rngs=rngs(), **settings)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(other.parameters, one.parameters, rtol=1e-14, atol=1e-14)


def test_in_float32_and_with_a_parameter_of_the_activation():
    settings = {"activation": "leaky_relu", "alpha": 0.2, "dtype": np.float32}
    alone, together = networks_of(**settings), networks_of(**settings)
    data = data_for(SOFTMAX_CROSS_ENTROPY)
    check_as_one_by_one(alone, together, data, OPTIMISERS["Adam"], np.float32)
    assert together[0].parameters.dtype == np.float32


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
def test_two_fits_are_one_twice_as_long(optimiser):
    data = data_for(SOFTMAX_CROSS_ENTROPY)
    found = []
    for parts in ((4,), (2, 2)):
        networks, stepper, own = networks_of(activation="prelu"), optimiser(), rngs()
        ensemble = Ensemble(networks)
        for epochs in parts:
            ensemble.fit(*data, optimiser=stepper, epochs=epochs, rngs=own)
        found.append(ensemble.parameters)
    np.testing.assert_array_equal(*found)


def test_the_gradient_is_that_of_each_network():
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    networks = networks_of(activation="prelu")
    ensemble = Ensemble(networks)
    ensemble._backpropagate(np.stack([inputs] * 3), np.stack([labels] * 3))
    found = ensemble.gradient.copy()
    for network, row in zip(networks, found, strict=True):
        np.testing.assert_allclose(network.loss_and_gradient(inputs, labels)[1], row, atol=1e-15)


def test_one_that_diverges_keeps_no_other_from_learning():
    data = data_for(SOFTMAX_CROSS_ENTROPY)
    networks, others = networks_of(), networks_of()
    networks[1].parameters *= 1e120
    finite = Ensemble(networks).fit(*data, optimiser=SGD(0.1), epochs=5, rngs=rngs())
    assert finite.tolist() == [True, False, True]
    others[1].parameters *= 1e120
    with pytest.raises(DivergenceError):
        others[1].fit(*data, optimiser=SGD(0.1), epochs=5, rng=rngs()[1])
    Ensemble(others[::2]).fit(*data, optimiser=SGD(0.1), epochs=5, rngs=rngs()[::2])
    for one, other in zip(networks[::2], others[::2], strict=True):
        np.testing.assert_allclose(one.parameters, other.parameters, rtol=1e-14)


def test_when_all_have_diverged_it_stops():
    networks, generators = networks_of(), rngs()
    for network in networks:
        network.parameters *= 1e200
    data = data_for(SOFTMAX_CROSS_ENTROPY)
    finite = Ensemble(networks).fit(*data, optimiser=SGD(0.1), epochs=5, rngs=generators)
    assert not finite.any()
    after_one_epoch = rngs()
    for rng in after_one_epoch:
        rng.permutation(25)
    assert [rng.integers(10**9) for rng in generators] == [
        rng.integers(10**9) for rng in after_one_epoch
    ]


def test_it_takes_one_step_for_all():
    calls = []

    class Counting(SGD):
        def step(self, parameters, gradient):
            calls.append(parameters.shape)
            super().step(parameters, gradient)

    data = data_for(SOFTMAX_CROSS_ENTROPY)
    networks = networks_of()
    Ensemble(networks).fit(*data, optimiser=Counting(0.1), epochs=2, rngs=rngs(), batch_size=5)
    assert calls == [(3, networks[0].parameters.size)] * 10


one, two, three = networks_of()
OTHER_SIZE = Network([4, 3], pairing=SOFTMAX_CROSS_ENTROPY, rng=np.random.default_rng(0))
HALF = networks_of(dtype=np.float16)


@pytest.mark.parametrize(
    ("networks", "error", "message"),
    [
        ([], ValueError, "networks must be at least one, but got none"),
        (7, TypeError, "networks must be a list of Network, but got int 7"),
        ([one, "two"], TypeError, "networks must be a list of Network, but got str 'two'"),
        ([one, two, one], ValueError, "must be different ones, but one of them is there twice"),
        ([one, OTHER_SIZE], ValueError, r"alike, but have sizes \[4, 6, 5, 3\] and \[4, 3\]"),
        ([one, networks_of(activation="elu")[0]], ValueError, "activation 'relu' and 'elu'"),
        (HALF, ValueError, "must be of float32 or float64, but got float16: train each by"),
    ],
)
def test_what_cannot_learn_side_by_side_is_refused(networks, error, message):
    with pytest.raises(error, match=message):
        Ensemble(networks)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"rngs": rngs()[:2]}, ValueError, "rngs must be one for each network, 3, but got 2: wri"),
        ({"rngs": 5}, TypeError, "rng must be a numpy.random.Generator, but got int 5"),
        ({"epochs": 0}, ValueError, "epochs must be"),
        ({"optimiser": SGD}, TypeError, "optimiser must be one that takes steps"),
        ({"inputs": np.ones((25, 3))}, ValueError, r"inputs must have shape \(samples, 4\)"),
        (
            {"inputs": np.ones((2, 25, 4)), "targets": np.zeros((2, 25), int)},
            ValueError,
            r"must be one for each network, 3, .*but got shapes \(2, 25, 4\) and \(2, 25\)",
        ),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_learned(changed, error, message):
    inputs, targets = data_for(SOFTMAX_CROSS_ENTROPY)
    given = {
        "inputs": inputs,
        "targets": targets,
        "optimiser": SGD(0.1),
        "epochs": 1,
        "rngs": rngs(),
    }
    ensemble = Ensemble(networks_of())
    before = ensemble.parameters.copy()
    with pytest.raises(error, match=message):
        ensemble.fit(**given | changed)
    np.testing.assert_array_equal(ensemble.parameters, before)
