"""How long each function takes, beside PyTorch's and SciPy's of the same meaning: one thread.

usage: python -m benchmarks.functions [--json FILE] [--quick]

Every row is measured in one go, the libraries in turn, and the shortest of many rounds counts: what
disturbs a machine only adds to it. Ratios travel from machine to machine; nanoseconds do not.
"""

import argparse
from functools import partial

import numpy as np
import scipy.special
import torch
from threadpoolctl import threadpool_limits

from actloss import losses
from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS
from benchmarks.record import geometric_mean, shortest_times, write_record

ELEMENTS = 1_000_000

# What a reader would write at first, and what SciPy has.
NAIVE = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu_tanh": lambda x: 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3))),
}
SCIPY = {
    "sigmoid": scipy.special.expit,
    "log_sigmoid": scipy.special.log_expit,
    "gelu": lambda x: x * scipy.special.ndtr(x),
    "softmax": lambda x: scipy.special.softmax(x, axis=-1),
    "log_softmax": lambda x: scipy.special.log_softmax(x, axis=-1),
}


def main():
    options = parse()
    rounds = 5 if options.quick else 40
    torch.set_num_threads(1)
    threadpool_limits(1)
    rows = [
        *(row for dtype in (np.float32, np.float64) for row in elementwise_rows(dtype, rounds)),
        *(row for dtype in (np.float32, np.float64) for row in class_rows(dtype, rounds)),
    ]
    print_rows(rows)
    if options.json:
        write_record(options.json, rows=[record for one in rows for record in flat(one)])


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="store the rows there")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    return parser.parse_args()


def elementwise_rows(dtype, rounds):
    """Activations on a million normal numbers, times 3: both tails and the bend are met."""
    x = (3 * np.random.default_rng(0).standard_normal(ELEMENTS)).astype(dtype)
    tensor = torch.from_numpy(x)
    for name, entry in ACTIVATIONS.items():
        if name == "identity":
            continue  # PyTorch's hands back the very same array
        candidates = {"actloss": partial(entry.function, x)}
        if name in NAIVE:
            candidates["naive NumPy"] = partial(NAIVE[name], x)
        candidates["PyTorch"] = twin_of(entry, tensor)
        if name in SCIPY:
            candidates["SciPy"] = partial(SCIPY[name], x)
        yield row(name, dtype, x.shape, candidates, rounds)


def twin_of(entry, tensor):
    twin = compile(entry.pytorch, entry.name, "eval")
    names = {"torch": torch, "x": tensor, **entry.defaults}
    return lambda: eval(twin, names)


def class_rows(dtype, rounds):
    """Softmax and cross-entropy, for many samples and for many classes."""
    rng = np.random.default_rng(0)
    for shape in ((1000, 1000), (64, 128_000)):
        logits = (3 * rng.standard_normal(shape)).astype(dtype)
        labels = rng.integers(shape[1], size=shape[0])
        tensor, classes = torch.from_numpy(logits), torch.from_numpy(labels)
        for name in ("softmax", "log_softmax"):
            candidates = {
                "actloss": partial(AXIS_ACTIVATIONS[name].function, logits),
                "PyTorch": partial(getattr(torch, name), tensor, dim=-1),
                "SciPy": partial(SCIPY[name], logits),
            }
            yield row(name, dtype, shape, candidates, rounds)
        cross_entropy = torch.nn.functional.cross_entropy
        candidates = {
            "actloss": partial(losses.sparse_softmax_cross_entropy, logits, labels),
            "PyTorch": partial(cross_entropy, tensor, classes, reduction="none"),
        }
        yield row("sparse_softmax_cross_entropy", dtype, shape, candidates, rounds)


def row(name, dtype, shape, candidates, rounds):
    size = int(np.prod(shape))
    with np.errstate(all="ignore"):
        seconds = shortest_times(candidates, rounds=rounds if size <= 2e6 else rounds // 5 + 1)
    return {
        "function": name,
        "dtype": np.dtype(dtype).name,
        "shape": list(shape),
        "nanoseconds": {who: round(1e9 * took / size, 3) for who, took in seconds.items()},
    }


def flat(one):
    """A row as one record a library, which a chapter can filter."""
    facts = {name: one[name] for name in ("function", "dtype", "shape")}
    return [
        {**facts, "library": library, "nanoseconds": nanoseconds}
        for library, nanoseconds in one["nanoseconds"].items()
    ]


def print_rows(rows):
    print(f"{'function':<29}{'dtype':<9}{'shape':<13}{'ns an element':>14}   time against …")
    for one in rows:
        ours, *others = one["nanoseconds"].items()
        ratios = "   ".join(f"{who} {ours[1] / took:.2f}" for who, took in others)
        shape = " × ".join(f"{n:,}" for n in one["shape"])
        print(f"{one['function']:<29}{one['dtype']:<9}{shape:<13}{ours[1]:>14.2f}   {ratios}")
    for dtype in ("float32", "float64"):
        for who in ("PyTorch", "SciPy", "naive NumPy"):
            own = [one["nanoseconds"] for one in rows if one["dtype"] == dtype]
            ratios = [times["actloss"] / times[who] for times in own if who in times]
            print(f"{dtype}, against {who}: geometric mean {geometric_mean(ratios):.2f}")


if __name__ == "__main__":
    main()
