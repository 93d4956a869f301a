"""How long each function takes, beside PyTorch's, SciPy's and naive NumPy's of the same meaning.

On one thread, with all instructions that the processor has and without AVX-512. And how much memory
a function takes at its peak, and what a call costs.

usage: python -m benchmarks.functions [--json FILE] [--quick] [--only WORD]

Every row is measured in one go, the libraries in turn, and the shortest of many rounds counts: what
disturbs a machine only adds to it. Ratios travel from machine to machine; nanoseconds do not.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
import tracemalloc
from functools import partial

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from actloss.catalogue import ACTIVATIONS, AXIS_ACTIVATIONS, LOSSES
from benchmarks.peers import ELEMENTS, ROWS, all_cases, arrays_of
from benchmarks.record import geometric_mean, shortest_times, write_record
from tools.portable import dispatched, on_x86, probe

AS_IT_IS = "as it is"
WITHOUT_AVX512 = "without AVX-512"
GOALS = {"float32": 1.5, "float64": 1.2}


def main():
    options = parse()
    torch.set_num_threads(1)
    threadpool_limits(1)
    rounds = 5 if options.quick else 15
    if options.child:
        json.dump(list(measured(rounds, options.only)), sys.stdout)
        return
    rows = []
    for level, environment in levels().items():
        print(f"\n{level}", file=sys.stderr)
        rows += [{**row, "level": level} for row in measured_in_a_child(environment)]
    print_rows(rows)
    print_means(rows)
    print_losers(rows)
    print_memory()
    print_calls(rounds)
    if options.json:
        by_level = {
            level: [record for row in rows if row["level"] == level for record in flat(row)]
            for level in (AS_IT_IS, WITHOUT_AVX512)
        }
        write_record(options.json, rows=by_level[AS_IT_IS], without_avx512=by_level[WITHOUT_AVX512])


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="store the rows there")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument("--only", metavar="WORD", default="", help="functions whose name has it")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


# --- the instructions of a processor -------------------------------------------------------


def levels():
    """By name, the environment in which NumPy and PyTorch compute so."""
    found = {AS_IT_IS: {}}
    newest = [name for name in dispatched(probe({})) if name.startswith(("X86_V4", "AVX512"))]
    if on_x86() and newest:
        found[WITHOUT_AVX512] = {
            "NPY_DISABLE_CPU_FEATURES": " ".join(newest),
            "ATEN_CPU_CAPABILITY": "avx2",
            "DNNL_MAX_CPU_ISA": "AVX2",
        }
    return found


def measured_in_a_child(environment):
    """Which instructions to use, the libraries ask once, when they are loaded."""
    command = [sys.executable, "-m", "benchmarks.functions", "--child", *sys.argv[1:]]
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, check=True, encoding="utf-8"
    )
    return json.loads(done.stdout)


# --- time ----------------------------------------------------------------------------------


def measured(rounds, word):
    for case in all_cases():
        if word not in case.function:
            continue
        size = int(np.prod(case.shape))
        with np.errstate(all="ignore"):
            few = size > 2 * ELEMENTS
            seconds = shortest_times(case.calls, rounds=rounds // 5 + 1 if few else rounds)
        if sys.stderr.isatty():
            print(f"\r{case.function:<42}{case.dtype}", end="", file=sys.stderr)
        yield {
            "function": case.function,
            "group": case.group,
            "dtype": case.dtype,
            "shape": list(case.shape),
            "nanoseconds": {who: round(1e9 * took / size, 3) for who, took in seconds.items()},
        }


def is_gradient(row):
    return row["function"].endswith("_grad")


def print_rows(rows):
    for group in dict.fromkeys(row["group"] for row in rows):
        for level in dict.fromkeys(row["level"] for row in rows):
            print(f"\n{group}, {level}: nanoseconds an element, and time against …")
            for row in rows:
                if (row["group"], row["level"]) == (group, level):
                    print_row(row)


def print_row(row):
    ours, *others = row["nanoseconds"].items()
    ratios = "   ".join(f"{who} {ours[1] / took:.2f}" for who, took in others)
    shape = " × ".join(f"{n:,}" for n in row["shape"])
    print(f"{row['function']:<40}{row['dtype']:<9}{shape:<13}{ours[1]:>8.2f}   {ratios}")


def print_means(rows):
    """The geometric means; PyTorch's gradient is its way forward and back, as it needs both."""
    print("\ntime against PyTorch, geometric mean (goal)")
    kinds = dict.fromkeys(
        (row["group"], is_gradient(row), row["dtype"], row["level"]) for row in rows
    )
    for kind in kinds:
        ratios = [
            row["nanoseconds"]["actloss"] / row["nanoseconds"]["PyTorch"]
            for row in rows
            if (row["group"], is_gradient(row), row["dtype"], row["level"]) == kind
            and "PyTorch" in row["nanoseconds"]
        ]
        if ratios:
            group, gradient, dtype, level = kind
            what = "gradients" if gradient else "functions"
            mean = geometric_mean(ratios)
            print(f"{group + ', ' + what:<40}{dtype:<9}{level:<18}{mean:>6.2f} ({GOALS[dtype]})")


def print_losers(rows):
    """Where another library of arrays is quicker."""
    for library in ("SciPy", "naive NumPy"):
        compared = [row for row in rows if library in row["nanoseconds"]]
        ratios = {
            (row["function"], row["dtype"], tuple(row["shape"]), row["level"]): (
                row["nanoseconds"]["actloss"] / row["nanoseconds"][library]
            )
            for row in compared
        }
        if not ratios:
            continue
        mean = geometric_mean(list(ratios.values()))
        slower = sum(ratio > 1.0 for ratio in ratios.values())
        print(f"\n{library}: geometric mean {mean:.2f}; it is quicker in {slower} of {len(ratios)}")
        for (name, dtype, shape, level), ratio in sorted(ratios.items(), key=lambda row: -row[1]):
            if ratio > 1.05:
                print(f"{name:<40}{dtype:<9}{shape!s:<16}{level:<18}{ratio:>6.2f}")


def flat(row):
    """A row as one record a library, which a chapter can filter."""
    facts = {name: row[name] for name in ("function", "dtype", "shape")}
    return [
        {**facts, "library": library, "nanoseconds": nanoseconds}
        for library, nanoseconds in row["nanoseconds"].items()
    ]


# --- memory, and the cost of a call --------------------------------------------------------


def print_memory():
    """The most memory that a call takes, its result included, in sizes of its first argument."""
    print("\npeak memory / size of the first argument (goal 3), where above 2")
    peaks = {name: peak_memory(call) for name, call in calls_on(ROWS, (ELEMENTS,))}
    for name, peak in sorted(peaks.items(), key=lambda item: -item[1]):
        if peak > 2.0:
            print(f"{name:<44}{peak:>6.2f}")


def peak_memory(call):
    call()  # what is kept from the first call on does not count
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / (8 * ELEMENTS)
    finally:
        tracemalloc.stop()


def print_calls(rounds):
    """What a call costs that has hardly anything to compute."""
    print("\nmicroseconds of a call on ten numbers (goal 20), where above 15")
    seconds = shortest_times(dict(calls_on((2, 6), (10,))), rounds=10 * rounds)
    for name, took in sorted(seconds.items(), key=lambda item: -item[1]):
        if took > 15e-6:
            print(f"{name:<44}{1e6 * took:>6.1f}")


def calls_on(rows, numbers):
    """Every function and gradient, on float64 of these shapes: along an axis, and of numbers."""
    for entry in [*ACTIVATIONS.values(), *AXIS_ACTIVATIONS.values(), *LOSSES.values()]:
        along_axis = entry.name in AXIS_ACTIVATIONS or not getattr(entry, "elementwise", True)
        arrays = arrays_of(entry, rows if along_axis else numbers, "float64")
        for function in (entry.function, entry.gradient):
            given = list(arrays)
            if "upstream" in inspect.signature(function).parameters:
                given.append(np.ones_like(entry.function(*arrays)))
            yield function.__name__, partial(function, *given)


if __name__ == "__main__":
    main()
