"""Initial weights: the spread that each formula promises, PyTorch's, and what it keeps constant."""

import math

import numpy as np
import pytest
import torch

from actloss.network import initialisers

ALL = ["xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "lecun_normal"]
ALL = [getattr(initialisers, name) for name in [*ALL, "lecun_uniform"]]
TORCH_TWIN = {
    "xavier_normal": torch.nn.init.xavier_normal_,
    "xavier_uniform": torch.nn.init.xavier_uniform_,
    "he_normal": lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "he_uniform": lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu"),
    "lecun_normal": lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear"),
    "lecun_uniform": lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear"),
}


@pytest.mark.parametrize("initialise", ALL, ids=lambda f: f.__name__)
class TestEvery:
    def test_spread_is_pytorchs(self, initialise):
        ours = initialise(np.random.default_rng(0), (300, 700))
        torch.manual_seed(0)
        theirs = TORCH_TWIN[initialise.__name__](torch.empty(700, 300)).numpy()
        # 210 000 draws know their spread to 0.2 %; the formulas differ by 10 % and more.
        assert ours.std() == pytest.approx(theirs.std(), rel=0.01)
        assert abs(ours.mean()) < 0.01 * ours.std()
        assert (abs(ours).max() / ours.std() < 1.75) == initialise.__name__.endswith("uniform")

    def test_gain_multiplies_the_weights(self, initialise):
        once = initialise(np.random.default_rng(0), (30, 70), gain=1.0)
        thrice = initialise(np.random.default_rng(0), (30, 70), gain=3.0)
        np.testing.assert_allclose(thrice, 3 * once, rtol=1e-14, atol=1e-15)

    def test_same_seed_same_weights(self, initialise):
        first = initialise(np.random.default_rng(5), (4, 6))
        np.testing.assert_array_equal(first, initialise(np.random.default_rng(5), (4, 6)))
        assert (first != initialise(np.random.default_rng(6), (4, 6))).all()

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_shape_and_dtype(self, initialise, dtype):
        weights = initialise(np.random.default_rng(0), (2, 5), dtype=dtype)
        assert weights.shape == (2, 5)
        assert weights.dtype == dtype

    def test_seed_in_place_of_a_generator(self, initialise):
        message = r"rng must be a numpy.random.Generator, but got int 0: write"
        with pytest.raises(TypeError, match=message):
            initialise(0, (2, 5))

    @pytest.mark.parametrize("shape", [5, (5,), (2, 3, 4), (0, 5), (2.0, 5), [2, 5]])
    def test_wrong_shape(self, initialise, shape):
        with pytest.raises(ValueError, match=r"shape must be \(fan_in, fan_out\).*got "):
            initialise(np.random.default_rng(0), shape)

    @pytest.mark.parametrize("gain", [0, -1, math.inf, math.nan])
    def test_wrong_gain(self, initialise, gain):
        with pytest.raises(
            ValueError, match=f"gain must be .* greater than 0, but got {float(gain)}"
        ):
            initialise(np.random.default_rng(0), (2, 5), gain=gain)

    def test_wrong_dtype(self, initialise):
        with pytest.raises(ValueError, match="dtype must be a float dtype, but got int64"):
            initialise(np.random.default_rng(0), (2, 5), dtype=np.int64)


def after_many_layers(initialise, activation, *, depth=30, width=300):
    """Mean square of the signal at the end of a deep network, over that of its input."""
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(200, width))
    for _ in range(depth):
        signal = activation(signal @ initialise(rng, (width, width)))
    return np.mean(signal**2)


@pytest.mark.parametrize("initialise", ALL[2:4], ids=lambda f: f.__name__)
def test_he_keeps_the_mean_square_through_relu(initialise):
    # z has variance 1·2 at the first layer, ReLU keeps half: the mean square stays 1.
    assert 0.4 < after_many_layers(initialise, lambda z: np.maximum(z, 0)) < 2.5


@pytest.mark.parametrize("initialise", ALL[4:], ids=lambda f: f.__name__)
def test_lecun_keeps_the_variance_through_linear_layers(initialise):
    assert 0.4 < after_many_layers(initialise, lambda z: z) < 2.5


def test_lecun_under_relu_halves_the_signal_in_every_layer():
    shrunk = after_many_layers(initialisers.lecun_normal, lambda z: np.maximum(z, 0))
    assert 0.2 < shrunk * 2**30 < 5


@pytest.mark.parametrize("initialise", ALL[:2], ids=lambda f: f.__name__)
def test_xavier_is_between_forward_and_backward(initialise):
    """From 100 to 400 units: forward variance grows by 100·2/500, backward by 400·2/500."""
    rng = np.random.default_rng(0)
    weights = initialise(rng, (100, 400))
    forward = rng.normal(size=(2000, 100)) @ weights
    backward = rng.normal(size=(2000, 400)) @ weights.T
    assert forward.var() == pytest.approx(0.4, rel=0.05)
    assert backward.var() == pytest.approx(1.6, rel=0.05)
