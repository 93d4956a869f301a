"""What a network, its optimisers and initialisers say when they are called wrongly."""

import re

import numpy as np
import pytest

from actloss import activations
from actloss.network import (
    LINEAR_SQUARED_ERROR,
    SGD,
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    Adam,
    Network,
)
from actloss.network.initialisers import he_normal
from tests.network.test_network import data_for, make

RNG = np.random.default_rng(0)
INPUTS, LABELS = data_for(SOFTMAX_CROSS_ENTROPY)


def build(*sizes, **settings):
    return Network(
        *(sizes or ([2, 3, 2],)), **{"pairing": SOFTMAX_CROSS_ENTROPY, "rng": RNG, **settings}
    )


def fit(**settings):
    network = make()
    before = network.parameters.copy()
    arguments = {"optimiser": SGD(0.1), "epochs": 1, "rng": RNG, **settings}
    arguments = {name: value for name, value in arguments.items() if value is not ...}
    try:
        network.fit(INPUTS, LABELS, **arguments)
    finally:
        np.testing.assert_array_equal(network.parameters, before)


WRONG_CALLS = [
    (lambda: fit(rng=0), "rng must be a numpy.random.Generator, but got int 0: write np.random."),
    (lambda: fit(rng=None), "rng must be a numpy.random.Generator, but got NoneType None"),
    (lambda: fit(optimiser="adam"), "optimiser must be one that takes steps, such as SGD(0.1) or"),
    (lambda: fit(optimiser=Adam), "optimiser must be one that takes steps, such as SGD(0.1) or"),
    (lambda: fit(validation=INPUTS), "validation must be a pair (inputs, targets), but got an arr"),
    (lambda: fit(validation=(INPUTS,)), "validation must be a pair (inputs, targets), but got"),
    (lambda: fit(validation=0.2), "validation must be a pair (inputs, targets), but got 0.2"),
    (
        lambda: fit(lr=0.1),
        "Network.fit() takes no lr=: it belongs to the optimiser, as in SGD(0.1)",
    ),
    (lambda: fit(optimizer="adam"), "Network.fit() takes no optimizer=: write optimiser=SGD(0.1)"),
    (lambda: fit(n_epochs=3), "Network.fit() takes no n_epochs=: write epochs="),
    (lambda: fit(seed=3), "Network.fit() takes no seed=: write rng=np.random.default_rng(seed)"),
    (lambda: fit(shuffle=True), "Network.fit() takes no shuffle=: leave it out: rng draws a new"),
    (lambda: fit(verbose=1), "Network.fit() takes no verbose=: write progress="),
    (lambda: fit(validation_data=()), "Network.fit() takes no validation_data=: write validation="),
    (lambda: fit(validation_split=0.1), "takes no validation_split=: write validation=(inputs, ta"),
    (lambda: fit(callbacks=[]), "takes no callbacks=: call fit epoch by epoch, with epochs=1"),
    (
        lambda: fit(rng=...),
        "Network.fit() needs rng, as in Network.fit(inputs, targets, optimiser=",
    ),
    (
        lambda: make().fit(INPUTS, LABELS, SGD(0.1)),
        "Network.fit() takes inputs and targets by posi",
    ),
    (lambda: make().predict(), "Network.predict() needs inputs, as in Network.predict(inputs)"),
    (lambda: make().predict(X=INPUTS), "Network.predict() takes no X=: write inputs="),
    (lambda: make().loss(INPUTS, y=LABELS), "Network.loss() takes no y=: write targets="),
    (lambda: build(seed=0), "Network() takes no seed=: write rng=np.random.default_rng(seed)"),
    (lambda: build(random_state=0), "Network() takes no random_state=: write rng="),
    (lambda: build(hidden_layer_sizes=3), "Network() takes no hidden_layer_sizes=: write sizes="),
    (lambda: build(learning_rate=3), "Network() takes no learning_rate=: it belongs to the optimi"),
    (lambda: build(negative_slope=3), "and activation='relu' takes no more"),
    (lambda: build(activation="elu", beta=3), "and activation='elu' takes alpha="),
    (lambda: build(x=3), "Network() takes no x=: "),
    (lambda: build(rng=0), "rng must be a numpy.random.Generator, but got int 0"),
    (lambda: build(activation=activations.tanh), ": write activation='tanh'"),
    (lambda: build(initialise="he_normal"), "initialise must be a function of actloss.network.ini"),
    (lambda: build(dtype="float31"), "dtype must be a float dtype, but got 'float31'"),
    (lambda: build(dtype=int), "dtype must be a float dtype, but got int64: np.float16, np.float"),
    (lambda: build(dtype=np.longdouble), "dtype must be a float dtype, but got"),
    (lambda: Network([2, 3, 2]), "Network() needs pairing and rng, as in Network(sizes, pairing="),
    (lambda: Network(2, 3, 2), "Network() takes sizes by position, but got 3 positional arguments"),
    (lambda: SGD(), "SGD() needs learning_rate, as in SGD(learning_rate, momentum=0.0)"),
    (lambda: SGD(lr=0.1), "SGD() takes no lr=: write learning_rate="),
    (
        lambda: SGD(0.1, 0.9),
        "SGD() takes learning_rate by position, but got 2 positional arguments",
    ),
    (lambda: SGD(0.1, nesterov=True), "SGD() takes no nesterov=: leave it out"),
    (lambda: Adam(betas=(0.9, 0.99)), "Adam() takes no betas=: write beta1= and beta2="),
    (lambda: Adam(eps=1e-8), "Adam() takes no eps=: write epsilon="),
    (lambda: Adam(weight_decay=1), "Adam() takes no weight_decay=: add its gradient before"),
    (lambda: he_normal((2, 3), rng=RNG), "he_normal() got rng twice, by position and by name"),
    (lambda: he_normal(RNG, (2, 3), gain="2"), "gain must be a finite number greater than 0"),
    (lambda: he_normal(RNG, (2, 3), seed=1), "he_normal() takes no seed=: write rng=np.random."),
]


@pytest.mark.parametrize(("call", "said"), WRONG_CALLS, ids=[said[:60] for _, said in WRONG_CALLS])
def test_a_wrong_call_says_what_to_write(call, said):
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        call()


@pytest.mark.parametrize("optimiser", [SGD(0.1), SGD(0.1, momentum=0.5), Adam()])
def test_a_step_does_not_stretch_its_gradient(optimiser):
    parameters = np.zeros(3)
    for gradient in (np.ones(1), np.ones((3, 1)), np.array(1.0), np.ones((1, 3))):
        message = r"parameters and gradient must have one shape, but have shapes \(3,\) and \("
        with pytest.raises(ValueError, match=message):
            optimiser.step(parameters, gradient)
    for wrong in ([0.0, 1.0, 2.0], np.arange(3), 0.0):
        with pytest.raises(TypeError, match="parameters must be a NumPy array of floats, but got"):
            optimiser.step(wrong, np.ones(3))
    np.testing.assert_array_equal(parameters, 0.0)


def test_the_gradient_of_the_logits_does_not_stretch():
    network = make()
    with pytest.raises(ValueError, match=r"backward follows forward: call forward\(inputs\) first"):
        network.backward(np.ones((12, 3)))
    network.forward(INPUTS)
    for gradient in (np.ones(3), np.ones((12, 1)), np.ones((1, 3)), 1.0):
        message = r"logits_grad must have the shape of the logits of the last forward pass, \(12, 3"
        with pytest.raises(ValueError, match=message):
            network.backward(gradient)


@pytest.mark.parametrize("pairing", [LINEAR_SQUARED_ERROR, SIGMOID_CROSS_ENTROPY])
def test_as_many_samples_as_outputs(pairing):
    """Three samples with one target each, for three outputs: not one row of targets for all."""
    network = make(pairing=pairing)
    for targets in (np.ones(3), np.ones(3, int)):
        with pytest.raises(ValueError, match=r"targets must have shape \(3, 3\), but got \(3,\)"):
            network.loss(INPUTS[:3], targets)


def test_one_hot_targets_for_numbers_of_classes():
    with pytest.raises(ValueError, match=r"of one-hot labels make labels.argmax\(1\)"):
        make().loss(INPUTS, np.eye(3)[LABELS])
    with pytest.raises(ValueError, match=r"targets must have shape \(12,\), but got \(12, 1\)"):
        make().loss(INPUTS, LABELS[:, np.newaxis])


def test_masked_data_are_refused():
    masked = np.ma.masked_where(INPUTS > 1, INPUTS)
    with pytest.raises(TypeError, match="inputs is a masked array"):
        make().predict(masked)
    with pytest.raises(TypeError, match="targets is a masked array"):
        make().loss(INPUTS, np.ma.masked_where(LABELS == 1, LABELS))
