"""Measures the size of activations and gradients, layer by layer, in networks before training.

The gradient-flow explorer shows what :func:`record` wrote to ``gradient_flow_runs.js``; calling it
writes the file again (half a minute). The file has 77 kB, 16 kB gzipped; all pages share
one copy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from actloss.arguments import Floats
from actloss.catalogue import ACTIVATIONS
from actloss.network import SOFTMAX_CROSS_ENTROPY, Network
from actloss.network.initialisers import lecun_normal

FILE = Path(__file__).with_suffix(".js")
OPENING = "export const RUNS = "

NAMES = ("sigmoid", "tanh", "relu", "selu", "gelu", "identity")
# The standard deviation of the weights, times √fan_in, at gain 1. The layers are square, so that
# Xavier and LeCun are the same.
INITIALISATIONS = {"lecun": 1.0, "he": 2.0**0.5, "sigmoid": 4.0}
GAINS = tuple(0.25 * step for step in range(1, 13))
DEPTHS = (5, 10, 15, 20, 25, 30)
SEEDS = range(5)
WIDTH, SAMPLES, CLASSES = 64, 64, 10
# Of the activations. What differs less from sample to sample is rounding, which each processor
# does its own way; it stands in the file as this much.
ROUNDING = 1e-14

STEP = 0.03  # what a stored step of log10 stands for
SPREAD_STEP = 0.05
ZERO = ord("P")  # the letter for no step; every step of a layer then has one that can be printed


class Sizes(NamedTuple):
    """Of one network: a number for every hidden layer."""

    activations: np.ndarray  # root mean square of a
    signal: np.ndarray  # root mean square of what differs from sample to sample; see ROUNDING
    gradients: np.ndarray  # root mean square of the loss's derivative in z, for a single sample


def make_network(
    activation: str, initialisation: str, gain: float, depth: int, seed: int
) -> Network:
    """A network of `depth` hidden layers, 64 units each, as it stands before training.

    With ``"sigmoid"`` the biases take away the mean of what they are given: b = −f(0)·ΣW. This
    changes nothing for a function with f(0) = 0.
    """
    size = INITIALISATIONS[initialisation] * gain

    def initialise(rng: np.random.Generator, shape: tuple[int, int], *, dtype: DTypeLike) -> Floats:
        return lecun_normal(rng, shape, gain=size, dtype=dtype)

    network = Network(
        [WIDTH] * (depth + 1) + [CLASSES],
        pairing=SOFTMAX_CROSS_ENTROPY,
        rng=np.random.default_rng(seed),
        activation=activation,
        initialise=initialise,
    )
    if initialisation == "sigmoid":
        at_zero = float(ACTIVATIONS[activation].function(0.0))
        for layer in network.layers[2::2]:
            layer.bias[:] = -at_zero * layer.weights.sum(axis=0)
    return network


def measure(activation: str, initialisation: str, gain: float, depth: int, seed: int) -> Sizes:
    """The sizes in one network, for inputs of mean 0 and variance 1 and random classes.

    >>> sizes = measure("relu", "he", 1.0, depth=10, seed=0)
    >>> len(sizes.gradients), bool(0.1 < sizes.gradients[0] / sizes.gradients[-1] < 10)
    (10, True)
    """
    network = make_network(activation, initialisation, gain, depth, seed)
    rng = np.random.default_rng(1000 + seed)
    inputs = rng.standard_normal((SAMPLES, WIDTH))
    labels = rng.integers(CLASSES, size=SAMPLES)
    gradients = network.gradients(inputs, labels)[:-1]
    activations = network.activations(inputs)
    sizes = np.array([_size(a) for a in activations])
    signal = np.array([_size(a - a.mean(axis=0)) for a in activations])
    return Sizes(
        sizes,
        np.maximum(signal, ROUNDING * sizes),
        np.array([_size(SAMPLES * found["pre_activations"]) for found in gradients]),
    )


def _size(values: NDArray[Any]) -> float:
    return np.sqrt(np.mean(values * values))


def logarithms(
    activation: str, initialisation: str, gain: float, depth: int
) -> tuple[Sizes, Sizes]:
    """Over the seeds: the mean of log10 of each size, and half its range."""
    runs = [measure(activation, initialisation, gain, depth, seed) for seed in SEEDS]
    sizes = [np.log10(np.maximum(np.array(each), 1e-99)) for each in zip(*runs, strict=True)]
    return (
        Sizes(*(values.mean(axis=0) for values in sizes)),
        Sizes(*(np.ptp(values, axis=0) / 2 for values in sizes)),
    )


# How it is stored: each series as its first value and, layer by layer, the steps from one to the
# next, each a letter. Gradients stand from the last layer to the first.


def series_of(activation: str, initialisation: str, gain: float) -> Any:
    """The series of one setting in the order of the file: mean and half range of log10."""
    by_depth = [logarithms(activation, initialisation, gain, depth) for depth in DEPTHS]
    means, ranges = by_depth[-1]  # the deepest network holds the others' layers on the way forward
    yield means.activations, ranges.activations
    yield means.signal, ranges.signal
    for means, ranges in by_depth:
        yield means.gradients[::-1], ranges.gradients[::-1]


def encode(values: Sequence[float]) -> tuple[int, str]:
    """The first of `values` in steps, and the letters of the steps that follow."""
    at = first = round(float(values[0]) / STEP)
    letters = ""
    for value in values[1:]:
        step = round(float(value) / STEP) - at
        at += step
        letters += _letter(step)
    return first, letters


def encode_spread(values: Sequence[float]) -> str:
    """A letter for each of `values`."""
    return "".join(_letter(round(float(value) / SPREAD_STEP)) for value in values)


def _letter(step: int) -> str:
    letter = chr(ZERO + step)
    if not (letter.isascii() and letter.isprintable()):
        raise ValueError(f"a step of {step} has no letter")
    return letter


def record() -> None:
    """Measure everything, and write it to the file."""
    firsts, steps, spreads = [], [], []
    for setting in product(NAMES, INITIALISATIONS, GAINS):
        for mean, spread in series_of(*setting):
            first, letters = encode(mean)
            firsts.append(first)
            steps.append(letters)
            spreads.append(encode_spread(spread))
    runs = {
        "names": NAMES,
        "initialisations": INITIALISATIONS,
        "gains": GAINS,
        "depths": DEPTHS,
        "step": STEP,
        "spreadStep": SPREAD_STEP,
        "zero": ZERO,
        "firsts": firsts,
        "steps": "".join(steps),
        "spreads": "".join(spreads),
    }
    FILE.write_text(f"{OPENING}{json.dumps(runs, separators=(',', ':'))};\n", encoding="utf-8")


def read_runs() -> dict:
    """What the file holds."""
    text = FILE.read_text(encoding="utf-8")
    return json.loads(text.removeprefix(OPENING).rstrip().removesuffix(";"))


def stored(
    runs: dict[str, Any], activation: str, initialisation: str, gain: float, depth: int
) -> tuple[Sizes, Sizes]:
    """Mean of log10 and half its range, as the file has them; the page does the same."""
    settings = list(product(NAMES, INITIALISATIONS, GAINS))
    lengths = [DEPTHS[-1], DEPTHS[-1], *DEPTHS]
    setting = settings.index((activation, initialisation, gain))

    def series(number: int) -> Any:
        before = setting * sum(lengths) + sum(lengths[:number])
        count = setting * len(lengths) + number  # the series before this one: each saves a letter
        letters = runs["steps"][before - count :][: lengths[number] - 1]
        steps = [runs["firsts"][count], *(ord(letter) - ZERO for letter in letters)]
        spread = runs["spreads"][before:][: lengths[number]]
        return STEP * np.cumsum(steps), SPREAD_STEP * (np.array([*map(ord, spread)]) - ZERO)

    found = [series(0), series(1), series(2 + DEPTHS.index(depth))]
    means, ranges = zip(*found, strict=True)
    mean, spread = (
        Sizes(values[0][:depth], values[1][:depth], values[2][::-1]) for values in (means, ranges)
    )
    return mean, spread
