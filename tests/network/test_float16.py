"""Networks of float16: what is summed, and what an optimiser keeps, is kept in float32."""

import numpy as np
import pytest

from actloss.network import (
    PAIRINGS,
    SGD,
    SIGMOID_CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    Adam,
    DivergenceError,
    Network,
    Pairing,
)
from tests.network.test_network import data_for, make

SAMPLES = 65_520  # float16 ends at 65504


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.name)
@pytest.mark.parametrize("activation", ["relu", "prelu", "tanh"])
def test_more_samples_than_float16_can_count(pairing, activation):
    """Loss and gradient are those of float64, to the digits of float16."""
    small = make(dtype=np.float16, pairing=pairing, activation=activation)
    large = small.copy(dtype=np.float64)
    inputs, targets = data_for(pairing, samples=SAMPLES)
    inputs = inputs.astype(np.float16)
    loss, gradient = small.loss_and_gradient(inputs, targets)
    expected_loss, expected = large.loss_and_gradient(inputs, targets)
    assert loss == pytest.approx(expected_loss, rel=2e-3)
    assert gradient.dtype == np.float16
    np.testing.assert_allclose(gradient, expected, rtol=0.02, atol=2e-3 * abs(expected).max())
    measured = small.accuracy(inputs, targets) if pairing.probabilities else 1.0
    assert 0.0 < measured <= 1.0


@pytest.mark.parametrize("optimiser", [Adam, lambda: Adam(0.01), lambda: SGD(0.1, momentum=0.9)])
def test_the_default_optimiser_learns(optimiser):
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY, samples=200)
    labels = (inputs[:, 0] > 0).astype(int)
    losses = {}
    for dtype in (np.float16, np.float64):
        network = make((2, 16, 2), dtype=dtype)
        history = network.fit(
            inputs, labels, optimiser=optimiser(), epochs=20, rng=np.random.default_rng(0)
        )
        assert network.parameters.dtype == dtype
        losses[dtype] = history["loss"]
    assert losses[np.float16][-1] < 0.8 * losses[np.float16][0]
    assert losses[np.float16][-1] == pytest.approx(losses[np.float64][-1], rel=0.1)


@pytest.mark.parametrize("optimiser", [Adam(0.01), SGD(0.01, momentum=0.9), SGD(0.01)])
def test_steps_are_those_of_float32_rounded_at_the_end(optimiser):
    """Gradients whose square, or whose step, float16 rounds to 0."""
    gradient = np.array([1e-4, -3e-5, 0.5, 100.0], np.float16)
    short, long = np.zeros(4, np.float16), np.zeros(4, np.float32)
    optimiser.step(short, gradient)
    first = short.copy()
    optimiser.step(long, gradient.astype(np.float32))
    np.testing.assert_array_equal(first, long.astype(np.float16))
    assert np.isfinite(first).all()
    assert (first != 0).all()
    for name in ("mean", "mean_square", "velocity"):
        if name in vars(optimiser):
            optimiser.step(short, gradient)
            assert getattr(optimiser, name).dtype == np.float32


def test_gradients_of_layers_keep_their_dtype():
    network = make(dtype=np.float16, activation="prelu")
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    for layer in network.gradients(inputs, labels):
        assert {array.dtype for array in layer.values()} == {np.dtype(np.float16)}
    logits = network.forward(inputs)
    assert network.backward(np.ones_like(logits)).dtype == np.float16


@pytest.mark.parametrize("what", ["forward", "predict"])
def test_inputs_beyond_float16_are_named(what):
    network = make(dtype=np.float16)
    with pytest.raises(
        ValueError,
        match=r"inputs must fit float16, which ends at 65504, but got "
        r"100000.0 at \(0, 1\): standardise them, or make a network with dtype=",
    ):
        getattr(network, what)([[0.0, 1e5]])


def test_targets_beyond_float16_are_learned_from():
    pairing = next(p for p in PAIRINGS if "absolute" in p.name)
    network = make((2, 3, 1), dtype=np.float16, pairing=pairing)
    loss = network.loss(np.zeros((1, 2)), [1e5])
    assert loss == pytest.approx(1e5, rel=1e-4)


def test_divergence_of_float16_does_not_blame_the_rate_alone():
    network = make((2, 4, 3), dtype=np.float16)
    network.layers[0].weights[...] = 6e4
    inputs, labels = data_for(SOFTMAX_CROSS_ENTROPY)
    with pytest.raises(DivergenceError, match=r"float16 ends at 65504: dtype=np.float32 has room"):
        network.fit(
            100 * inputs, labels, optimiser=SGD(0.1), epochs=1, rng=np.random.default_rng(0)
        )


def test_a_pairing_of_ones_own_meets_float32():
    """So that whoever sums in it need not know of this."""
    seen = set()

    def loss(logits, labels):
        seen.add(logits.dtype)
        return SIGMOID_CROSS_ENTROPY.loss(logits, labels)

    own = Pairing("own", *SIGMOID_CROSS_ENTROPY[1:3], loss, SIGMOID_CROSS_ENTROPY.loss_grad)
    network = Network([2, 1], pairing=own, rng=np.random.default_rng(0), dtype=np.float16)
    network.loss_and_gradient(np.ones((3, 2)), [0, 1, 1])
    assert np.dtype(np.float32) in seen
