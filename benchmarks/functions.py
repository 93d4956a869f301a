"""How long each function takes, beside PyTorch's and SciPy's of the same meaning: one thread. And
how much memory it takes at its peak, and what a call costs.

usage: python -m benchmarks.functions [--json FILE] [--quick]

Every row is measured in one go, the libraries in turn, and the shortest of many rounds counts: what
disturbs a machine only adds to it. Ratios travel from machine to machine; nanoseconds do not.
"""

import argparse
import tracemalloc
from functools import partial

import numpy as np
import scipy.special
import torch
from threadpoolctl import threadpool_limits

from actloss import losses
from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
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
    print_memory()
    print_calls(rounds)
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


# --- memory, and the cost of a call --------------------------------------------------------


def print_memory():
    """The most memory beyond its arguments that a call takes, in sizes of its first argument."""
    print("\npeak memory / size of the first argument")
    peaks = {name: peak_memory(call) for name, call in large_calls()}
    for name, peak in sorted(peaks.items(), key=lambda item: -item[1]):
        print(f"{name:<44}{peak:>6.2f}")


def peak_memory(call):
    call()  # what is kept from the first call on does not count
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / (8 * ELEMENTS)
    finally:
        tracemalloc.stop()


def large_calls():
    """Every function and gradient of one array or of two, on a million float64 numbers."""
    rng = np.random.default_rng(0)
    x = 3 * rng.standard_normal(ELEMENTS)
    rows = x.reshape(1000, 1000)
    classes = rng.integers(1000, size=1000)
    distribution = scipy.special.softmax(rows, axis=1)
    arguments = {
        "number": x,
        "logit": x,
        "probability": scipy.special.expit(x),
        "sign": np.sign(x),
        "bit": (x > 0).astype(float),
        "logits": rows,
        "distribution": distribution,
        "class": classes,
        "embedding": rows,
        "matrix": rows,
    }
    for entry in ACTIVATIONS.values():
        yield entry.name, partial(entry.function, x)
        yield f"{entry.name}_grad", partial(entry.gradient, x)
    for entry in AXIS_ACTIVATIONS.values():
        yield entry.name, partial(entry.function, rows)
        upstream = np.ones_like(entry.function(rows))
        yield f"{entry.name}_grad", partial(entry.gradient, rows, upstream)
    for entry in LOSSES.values():
        if set(entry.takes) <= set(arguments):
            arrays = [arguments[kind] for kind in entry.takes]
            yield entry.name, partial(entry.function, *arrays)
            yield f"{entry.name}_grad", partial(entry.gradient, *arrays)


def print_calls(rounds):
    """What a call costs that has hardly anything to compute: ten numbers."""
    print("\nmicroseconds of a call on ten numbers")
    x = np.linspace(-3.0, 3.0, 10)
    calls = {entry.name: partial(entry.function, x) for entry in ACTIVATIONS.values()}
    for entry in LOSSES.values():
        if entry.takes == ("number", "number"):
            calls[entry.name] = partial(entry.function, x, x[::-1].copy())
    seconds = shortest_times(calls, rounds=10 * rounds)
    for name, took in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"{name:<44}{1e6 * took:>6.1f}")


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
