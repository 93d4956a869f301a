"""Cross-entropy over 128,000 classes: how long loss and gradients take, and how much memory.

usage: python -m benchmarks.large_vocabulary [--json FILE] [--quick]

Forward and backward pass of a linear layer with softmax cross-entropy, float32, one thread. For the
time, the candidates take turns, and the shortest run of each counts.

For the memory, each runs in a process of its own: the system remembers the most that a process ever
held (ru_maxrss), and never forgets. What it held after the imports, with the inputs made and a tiny
problem solved, is taken off. What remains is what loss and gradients need, the gradients included.
There, freed blocks go back to the system at once (glibc's MALLOC_MMAP_THRESHOLD_), so that only
what is alive counts; that takes time, and no time is measured there.
"""

import argparse
import json
import os
import subprocess
import sys
from functools import partial

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from actloss.losses.large_vocabulary import (
    chunks,
    linear_cross_entropy,
    linear_cross_entropy_by_classes,
    linear_cross_entropy_by_tokens,
)
from benchmarks.record import shortest_times, write_record

TOKENS, FEATURES, CLASSES = 512, 64, 128_000
QUICK_CLASSES = 8_000
TOKENS_A_CHUNK, CLASSES_A_CHUNK = 32, 4_000


def main():
    options = parse()
    torch.set_num_threads(1)
    threadpool_limits(1)
    if options.memory_of:
        print(json.dumps(measure_memory(CANDIDATES[options.memory_of], options.quick)))
        return
    memory = {name: memory_in_own_process(name, options.quick) for name in CANDIDATES}
    seconds = measure_time(options.quick)
    rows = [
        {"candidate": name, "seconds": round(seconds[name], 4), **memory[name]}
        for name in CANDIDATES
    ]
    print_rows(rows)
    if options.json:
        shape = {"tokens": TOKENS, "features": FEATURES, "classes": classes(options.quick)}
        write_record(options.json, **shape, rows=rows)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="store the rows there")
    parser.add_argument("--quick", action="store_true", help="8,000 classes, one round")
    parser.add_argument("--memory-of", choices=CANDIDATES, help="measure that, in this process")
    return parser.parse_args()


def classes(quick):
    return QUICK_CLASSES if quick else CLASSES


def measure_time(quick):
    inputs = make_inputs(TOKENS, classes(quick))
    calls = {name: partial(candidate, *inputs) for name, candidate in CANDIDATES.items()}
    return shortest_times(calls, rounds=1 if quick else 4)


def memory_in_own_process(name, quick):
    # A new process starts with the memory of its parent on its account. The parent has imported
    # what its child imports, and made no inputs yet: the child's baseline is always above it.
    command = [sys.executable, "-m", "benchmarks.large_vocabulary", "--memory-of", name]
    command += ["--quick"] * quick
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout)


def measure_memory(candidate, quick):
    candidate(*make_inputs(8, 64))  # lazy set-up
    inputs = make_inputs(TOKENS, classes(quick))
    before = peak_megabytes()
    mean_loss = candidate(*inputs)
    peak = peak_megabytes() - before
    return {"peak_megabytes": round(peak, 1), "mean_loss": round(mean_loss, 4)}


def make_inputs(tokens, classes):
    rng = np.random.default_rng(0)
    hidden = rng.standard_normal((tokens, FEATURES), dtype=np.float32)
    weights = rng.standard_normal((FEATURES, classes), dtype=np.float32)
    weights *= np.float32(1 / FEATURES**0.5)
    return hidden, weights, rng.integers(classes, size=tokens)


def peak_megabytes():
    """The most memory that this process has held so far; Windows does not tell."""
    import resource

    bytes_a_unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * bytes_a_unit / 1e6


def run_numpy(function, *inputs, **settings):
    losses, _, _ = function(*inputs, **settings)
    return float(losses.mean())


def run_torch(tokens_a_chunk, *inputs):
    hidden, weights, labels = as_parameters(*inputs)
    total = 0.0
    for part in chunks(len(hidden), tokens_a_chunk):
        logits = hidden[part] @ weights
        loss = torch.nn.functional.cross_entropy(logits, labels[part], reduction="sum")
        loss.backward()
        total += loss.item()
    return total / len(hidden)


def run_torch_fused(*inputs):
    hidden, weights, labels = as_parameters(*inputs)
    loss = torch.nn.functional.linear_cross_entropy(
        hidden, weights.T, labels, options=torch.nn.LinearCrossEntropyOptions()
    )
    loss.backward()
    return loss.item()


def as_parameters(hidden, weights, labels):
    hidden, weights = (torch.from_numpy(array).requires_grad_() for array in (hidden, weights))
    return hidden, weights, torch.from_numpy(labels)


CANDIDATES = {
    "NumPy, full": partial(run_numpy, linear_cross_entropy),
    "NumPy, by tokens": partial(run_numpy, linear_cross_entropy_by_tokens, chunk=TOKENS_A_CHUNK),
    "NumPy, by classes": partial(run_numpy, linear_cross_entropy_by_classes, chunk=CLASSES_A_CHUNK),
    "PyTorch, full": partial(run_torch, TOKENS),
    "PyTorch, by tokens": partial(run_torch, TOKENS_A_CHUNK),
    "PyTorch, linear_cross_entropy": run_torch_fused,
}


def print_rows(rows):
    print(f"{'cross-entropy':<31}{'seconds':>9}{'peak, MB':>10}{'mean loss':>11}")
    for one in rows:
        print(
            f"{one['candidate']:<31}{one['seconds']:>9.2f}{one['peak_megabytes']:>10.0f}"
            f"{one['mean_loss']:>11.4f}"
        )


if __name__ == "__main__":
    main()
