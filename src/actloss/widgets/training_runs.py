"""Thirty trainings on two moons: every output unit with every loss, for five hidden activations.

They are kept in ``training_runs.js`` (45 kB, 24 kB gzipped): weights at every tenth epoch, as
12-bit integers. To compute them again::

    python -m actloss.widgets.training_runs
"""

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from actloss import losses
from actloss.activations import sigmoid, sigmoid_grad
from actloss.catalogue import ACTIVATIONS
from actloss.network import SGD, DivergenceError, Network, Pairing
from actloss.network.initialisers import xavier_normal
from actloss.widgets.module import HERE, read

HIDDEN = ("relu", "tanh", "sigmoid", "identity", "step")
OUTPUTS = ("sigmoid", "linear")
LOSSES = ("cross-entropy", "squared error", "hinge loss")
EPOCHS = tuple(range(0, 121, 10))
UNITS, SEED = 10, 0
RUNS_FILE = "training_runs.js"
WIDEST = 2**11 - 1
# Two letters hold twelve bits.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


# --- every output unit with every loss, also those that do not belong together -----------------


def _from_probability(loss, loss_grad):
    """Loss of a sigmoid's answer, and its derivative in the sum, by the chain rule."""
    return (
        lambda logits, labels: loss(sigmoid(logits), labels),
        lambda logits, labels: loss_grad(sigmoid(logits), labels) * sigmoid_grad(logits),
    )


def hinge(scores, labels):
    """Hinge loss for labels 0 and 1."""
    return losses.hinge_loss(scores, 2 * labels - 1)


def hinge_grad(scores, labels):
    """Derivative of :func:`hinge` in the scores."""
    return losses.hinge_loss_grad(scores, 2 * labels - 1)


@np.errstate(all="ignore")
def unchecked_cross_entropy(answers, labels):
    """Cross-entropy as it is often written, of answers that need not be probabilities."""
    return -labels * np.log(answers) - (1 - labels) * np.log(1 - answers)


@np.errstate(all="ignore")
def unchecked_cross_entropy_grad(answers, labels):
    """Derivative of :func:`unchecked_cross_entropy` in the answers."""
    return (1 - labels) / (1 - answers) - labels / answers


def _above(threshold):
    return lambda logits: (logits > threshold).astype(np.int64)


class Match(NamedTuple):
    """An output unit with a loss, and what a reader should know of the two."""

    pairing: Pairing
    note: str


def _match(output, loss, threshold, function, gradient, note):
    pairing = Pairing(f"{output} + {loss}", _above(threshold), sigmoid, function, gradient)
    return Match(pairing, note)


MATCHES = {
    ("sigmoid", "cross-entropy"): _match(
        "sigmoid",
        "cross-entropy",
        0.0,
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_grad,
        "A match: what is sent back is p − y, loud wherever the answer is wrong.",
    ),
    ("sigmoid", "squared error"): _match(
        "sigmoid",
        "squared error",
        0.0,
        *_from_probability(losses.squared_error, losses.squared_error_grad),
        "A mismatch that trains: the factor p(1 − p) softens what is sent back.",
    ),
    ("sigmoid", "hinge loss"): _match(
        "sigmoid",
        "hinge loss",
        0.0,
        *_from_probability(hinge, hinge_grad),
        "A mismatch: the hinge asks for −1, and a sigmoid cannot go below 0.",
    ),
    ("linear", "cross-entropy"): _match(
        "linear",
        "cross-entropy",
        0.5,
        unchecked_cross_entropy,
        unchecked_cross_entropy_grad,
        "Nonsense: the logarithm of a negative answer is NaN, not a number.",
    ),
    ("linear", "squared error"): _match(
        "linear",
        "squared error",
        0.5,
        losses.squared_error,
        losses.squared_error_grad,
        "A regression on the labels: it trains, and scolds answers beyond 1 as well.",
    ),
    ("linear", "hinge loss"): _match(
        "linear",
        "hinge loss",
        0.0,
        hinge,
        hinge_grad,
        "A match: the score of a support-vector machine. It is no probability.",
    ),
}


def certainty(output, loss, sums):
    """What an output sum answers, from 0 (surely class 0) to 1 (surely class 1)."""
    if output == "sigmoid":
        return sigmoid(sums)
    return np.clip((sums + 1) / 2 if loss == "hinge loss" else sums, 0.0, 1.0)


# --- the runs --------------------------------------------------------------------------------


@cache
def moons():
    """Training and test points with their labels, standardised by the training points."""
    from sklearn.datasets import make_moons

    train, labels = make_moons(160, noise=0.15, random_state=0)
    test, test_labels = make_moons(1000, noise=0.15, random_state=1)
    centre, scale = train.mean(axis=0), train.std(axis=0)
    return (train - centre) / scale, labels, (test - centre) / scale, test_labels


class Run(NamedTuple):
    """One training: parameters, loss and test accuracy at each of ``EPOCHS``.

    There are fewer parameters than epochs if training broke off.
    """

    parameters: np.ndarray
    loss: list
    accuracy: list


def train(hidden, output, loss):
    """Train one network. All begin with the same weights and see the samples in one order."""
    points, labels, test_points, test_labels = moons()
    network = Network(
        [2, UNITS, 1],
        activation=hidden,
        pairing=MATCHES[output, loss].pairing,
        rng=np.random.default_rng(SEED),
        initialise=lambda rng, shape, dtype: xavier_normal(rng, shape, gain=2.0, dtype=dtype),
    )
    rng, optimiser = np.random.default_rng(SEED), SGD(0.05, momentum=0.9)
    parameters, losses_, accuracies = [], [], []
    for epochs in np.diff(EPOCHS, prepend=0).tolist():
        try:
            if epochs:
                network.fit(
                    points, labels, optimiser=optimiser, epochs=epochs, rng=rng, batch_size=16
                )
        except DivergenceError:
            break
        parameters.append(network.parameters.copy())
        losses_.append(network.loss(points, labels))
        accuracies.append(network.accuracy(test_points, test_labels))
    return Run(np.array(parameters), losses_, accuracies)


def pack(rows):
    """Rows as 12-bit integers in letters, and for each row the number that one stands for."""
    scales = [float(f"{np.abs(row).max() / WIDEST * 1.001:.3e}") for row in rows]
    integers = np.round(rows / np.array(scales)[:, np.newaxis]).astype(int).ravel() + WIDEST
    return "".join(LETTERS[i // 64] + LETTERS[i % 64] for i in integers.tolist()), scales


def unpack(text, scales):
    """The rows that :func:`pack` packed."""
    high, low = np.array([LETTERS.index(letter) for letter in text]).reshape(-1, 2).T
    integers = 64 * high + low - WIDEST
    return integers.reshape(len(scales), -1) * np.array(scales)[:, np.newaxis]


def name_of(hidden, output, loss):
    return f"{hidden}|{output}|{loss}"


def compute_runs():
    """All that ``training_runs.js`` holds."""
    points, labels, _, _ = moons()
    packed, scales = pack(points.T)
    runs = {}
    for hidden in HIDDEN:
        for output, loss in MATCHES:
            run = train(hidden, output, loss)
            weights, weight_scales = pack(run.parameters)
            runs[name_of(hidden, output, loss)] = {
                "weights": weights,
                "scales": weight_scales,
                "loss": [round(v, 4) if np.isfinite(v) else None for v in run.loss],
                "accuracy": [round(v, 4) for v in run.accuracy],
            }
    return {
        "epochs": EPOCHS,
        "units": UNITS,
        "points": packed,
        "pointScales": scales,
        "labels": "".join(map(str, labels)),
        "runs": runs,
    }


def write_runs():
    rows = json.dumps(compute_runs()).replace('"runs": {', '"runs": {\n').replace("}, ", "},\n")
    head = "// Written by python -m actloss.widgets.training_runs, which says what it holds.\n"
    text = f"{head}export const STORED = {rows};\n"
    (HERE / RUNS_FILE).write_text(text, encoding="utf-8")


@cache
def stored():
    """What ``training_runs.js`` holds."""
    text = read(RUNS_FILE)
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def stored_run(hidden, output, loss):
    """A :class:`Run` as the page has it, a loss that is no number as NaN."""
    entry = stored()["runs"][name_of(hidden, output, loss)]
    losses_ = [np.nan if v is None else v for v in entry["loss"]]
    return Run(unpack(entry["weights"], entry["scales"]), losses_, entry["accuracy"])


def output_sums(hidden, parameters, points):
    """What the last layer computes at `points`, of shape (…, 2)."""
    first, bias, last = np.split(parameters[:-1], [2 * UNITS, 3 * UNITS])
    function = ACTIVATIONS[hidden].function
    return function(points @ first.reshape(2, UNITS) + bias) @ last + parameters[-1]


if __name__ == "__main__":
    write_runs()
