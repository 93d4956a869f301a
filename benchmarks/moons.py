"""The worked example, two moons: how long training takes, and how well it does, against its peers.

usage: python -m benchmarks.moons [--json FILE] [--quick]

The same network (2-32-16-8-1, ReLU, sigmoid with binary cross-entropy), the same data, batches of
64, plain gradient descent at 0.05 and 500 epochs for all; one thread. All but scikit-learn measure
loss and accuracy on training and validation set after every epoch. The candidates take turns, and
the shortest run of each counts.
"""

import argparse
import warnings
from functools import partial
from itertools import pairwise
from time import perf_counter

import numpy as np
import torch
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch.utils.data import DataLoader, TensorDataset

from actloss.network import SGD, SIGMOID_CROSS_ENTROPY, Network
from actloss.network.initialisers import xavier_normal
from benchmarks.record import write_record

SIZES = [2, 32, 16, 8, 1]
LEARNING_RATE, BATCH_SIZE = 0.05, 64


def main():
    options = parse()
    epochs, seeds = (50, 1) if options.quick else (500, 3)
    torch.set_num_threads(1)
    threadpool_limits(1)
    data = load_data()
    seconds = {name: [] for name in CANDIDATES}
    accuracies = {name: [] for name in CANDIDATES}
    for seed in range(seeds):
        for name, train in CANDIDATES.items():
            start = perf_counter()
            accuracy = train(data, epochs, seed)
            seconds[name].append(perf_counter() - start)
            accuracies[name].append(accuracy)
    rows = [
        {
            "candidate": name,
            "seconds": round(min(seconds[name]), 3),
            "test_accuracy": [round(float(accuracy), 4) for accuracy in accuracies[name]],
        }
        for name in CANDIDATES
    ]
    print_rows(rows)
    if options.json:
        write_record(options.json, epochs=epochs, rows=rows)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="store the rows there")
    parser.add_argument("--quick", action="store_true", help="50 epochs, one seed")
    return parser.parse_args()


def load_data():
    """70 % to train, 15 % to validate, 15 % to test, standardised by the training set."""
    inputs, labels = make_moons(n_samples=2000, noise=0.2, random_state=42)
    train_x, rest_x, train_y, rest_y = train_test_split(
        inputs, labels, test_size=0.3, random_state=42
    )
    parts = train_test_split(rest_x, rest_y, test_size=0.5, random_state=42)
    mean, spread = train_x.mean(axis=0), train_x.std(axis=0)
    validation_x, test_x = ((part - mean) / spread for part in parts[:2])
    return {
        "train": ((train_x - mean) / spread, train_y),
        "validation": (validation_x, parts[2]),
        "test": (test_x, parts[3]),
    }


def train_ours(dtype, data, epochs, seed):
    rng = np.random.default_rng(seed)
    network = Network(
        SIZES, pairing=SIGMOID_CROSS_ENTROPY, rng=rng, initialise=xavier_normal, dtype=dtype
    )
    network.fit(
        *data["train"],
        optimiser=SGD(LEARNING_RATE),
        epochs=epochs,
        rng=rng,
        batch_size=BATCH_SIZE,
        validation=data["validation"],
    )
    return network.accuracy(*data["test"])


def train_torch(batches_of, data, epochs, seed):
    torch.manual_seed(seed)
    layers = []
    for fan_in, fan_out in pairwise(SIZES):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
        torch.nn.init.xavier_normal_(layers[-2].weight)
    network = torch.nn.Sequential(*layers[:-1])
    loss = torch.nn.BCEWithLogitsLoss()
    optimiser = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
    tensors = {
        name: (torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)[:, None])
        for name, (x, y) in data.items()
    }

    def measure(name):
        inputs, targets = tensors[name]
        with torch.no_grad():
            logits = network(inputs)
            return loss(logits, targets).item(), ((logits > 0) == targets).float().mean().item()

    for _ in range(epochs):
        for inputs, targets in batches_of(*tensors["train"]):
            optimiser.zero_grad()
            loss(network(inputs), targets).backward()
            optimiser.step()
        measure("train")
        measure("validation")
    return measure("test")[1]


def slices(inputs, targets):
    order = torch.randperm(len(inputs))
    shuffled_inputs, shuffled_targets = inputs[order], targets[order]
    for start in range(0, len(inputs), BATCH_SIZE):
        batch = slice(start, start + BATCH_SIZE)
        yield shuffled_inputs[batch], shuffled_targets[batch]


def loader(inputs, targets):
    return DataLoader(TensorDataset(inputs, targets), batch_size=BATCH_SIZE, shuffle=True)


def train_scikit_learn(data, epochs, seed):
    network = MLPClassifier(
        SIZES[1:-1],
        solver="sgd",
        alpha=0.0,
        momentum=0.0,
        batch_size=BATCH_SIZE,
        learning_rate_init=LEARNING_RATE,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it means the end of the epochs
        network.fit(*data["train"])
    return network.score(*data["test"])


def train_plain_loop(data, epochs, seed):
    """The loop as the article describes it, lists of arrays, with its wrong gradient."""
    rng = np.random.default_rng(seed)
    weights = [
        rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / (fan_in + fan_out))
        for fan_in, fan_out in pairwise(SIZES)
    ]
    biases = [np.zeros((1, size)) for size in SIZES[1:]]
    last = len(weights) - 1

    def forward(inputs):
        outputs = [inputs]
        for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            sums = outputs[-1] @ weight + bias
            outputs.append(
                np.maximum(sums, 0) if i < last else 1 / (1 + np.exp(-np.clip(sums, -500, 500)))
            )
        return outputs

    def measure(inputs, targets):
        p = np.clip(forward(inputs)[-1], 1e-15, 1 - 1e-15)
        loss = -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
        return loss, np.mean((p > 0.5) == targets)

    def step(inputs, targets):
        outputs = forward(inputs)
        p = outputs[-1]
        error = (p - targets) * p * (1 - p)  # one derivative too many
        for i in range(last, -1, -1):
            weight_grad = outputs[i].T @ error / len(inputs)
            bias_grad = error.mean(axis=0, keepdims=True)
            weights[i] -= LEARNING_RATE * weight_grad
            biases[i] -= LEARNING_RATE * bias_grad
            if i > 0:  # through weights that have been changed already
                error = (error @ weights[i].T) * (outputs[i] > 0)

    sets = {name: (x, y[:, None]) for name, (x, y) in data.items()}
    inputs, targets = sets["train"]
    for _ in range(epochs):
        order = rng.permutation(len(inputs))
        for start in range(0, len(inputs), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            step(inputs[batch], targets[batch])
        measure(*sets["train"])
        measure(*sets["validation"])
    return measure(*sets["test"])[1]


CANDIDATES = {
    "actloss, float32": partial(train_ours, np.float32),
    "actloss, float64": partial(train_ours, np.float64),
    "the article's loop": train_plain_loop,
    "PyTorch, slices": partial(train_torch, slices),
    "PyTorch, DataLoader": partial(train_torch, loader),
    "scikit-learn": train_scikit_learn,
}


def print_rows(rows):
    ours = rows[0]["seconds"]
    print(f"{'two moons':<22}{'seconds':>8}{'against ours':>14}   test accuracy, seed by seed")
    for one in rows:
        scores = "  ".join(f"{accuracy:.4f}" for accuracy in one["test_accuracy"])
        ratio = one["seconds"] / ours
        print(f"{one['candidate']:<22}{one['seconds']:>8.2f}{ratio:>13.1f}x   {scores}")


if __name__ == "__main__":
    main()
