"""Noise in the last bit reaches whatever trains, and nothing that is exact."""

import subprocess
import sys

import pytest

from tools.stamps import ROOT

NOISE = """
import numpy as np
from tools import last_bit

last_bit.disturb_torch = last_bit.disturb_cells = lambda moved: None
"""

NETWORKS = """
from actloss.network import SGD, SOFTMAX_CROSS_ENTROPY, Ensemble, Network

def rngs():
    return [np.random.default_rng(seed) for seed in (0, 1)]

def alone():
    networks = made()
    for network, rng in zip(networks, rngs()):
        network.fit(inputs, labels, optimiser=SGD(0.1), epochs=4, rng=rng, batch_size=6)
    return [network.parameters for network in networks]

def side_by_side():
    networks = made()
    Ensemble(networks).fit(
        inputs, labels, optimiser=SGD(0.1), epochs=4, rngs=rngs(), batch_size=6
    )
    return [network.parameters for network in networks]

def made():
    return [Network([4, 5, 3], pairing=SOFTMAX_CROSS_ENTROPY, rng=rng) for rng in rngs()]

rng = np.random.default_rng(2)
inputs, labels = rng.normal(size=(30, 4)), rng.integers(0, 3, 30)
before = np.array([alone(), side_by_side()])
last_bit.disturb(1)
moved = np.abs(np.array([alone(), side_by_side()]) - before)
print(*np.mean(moved > 0, axis=(1, 2)) > 0.3, moved.max() < 1e-13)
"""

NUMBERS = """
last_bit.disturb_network = lambda moved: globals().update(moved=moved)
last_bit.disturb(1)
exact = np.array([0.0, -0.0, 1.0, -2.5, 1024.0, np.inf, -np.inf, np.nan])
thirds = np.arange(1, 20_001) / 3.0
thirds = thirds[np.arange(1, 20_001) % 3 > 0].reshape(2, -1)
for dtype in (np.float32, np.float64):
    given = thirds.astype(dtype)
    steps = (moved(given) - given) / np.spacing(given)
    print(
        np.array_equal(moved(exact.astype(dtype)), exact.astype(dtype), equal_nan=True),
        sorted(set(steps.ravel().tolist())),
        moved(given).dtype == dtype,
    )
print(moved(np.arange(3)).tolist(), type(moved(np.float64(0.5))).__name__)
"""


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (NETWORKS, ["True True True"]),
        (NUMBERS, ["True [-1.0, 0.0, 1.0] True"] * 2 + ["[0, 1, 2] float64"]),
    ],
    ids=["networks", "numbers"],
)
def test_each_number_is_the_one_before_the_same_or_the_next(code, printed):
    done = subprocess.run(
        [sys.executable, "-c", NOISE + code], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.splitlines() == printed, done.stderr
