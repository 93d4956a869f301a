"""What the benchmarks share: the clock, and the record that chapters can load."""

import gc
import json
import os
import platform
from datetime import date
from importlib.metadata import version
from math import exp, log
from pathlib import Path
from time import perf_counter

PACKAGES = ("numpy", "scipy", "torch", "scikit-learn")


def shortest_times(candidates, *, rounds):
    """Seconds of the quickest call of each candidate; each round calls them all in turn."""
    best = dict.fromkeys(candidates, float("inf"))
    for call in candidates.values():
        call()  # caches, page faults and lazy set-up
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in candidates.items():
                start = perf_counter()
                call()
                best[name] = min(best[name], perf_counter() - start)
    finally:
        gc.enable()
    return best


def geometric_mean(ratios):
    return exp(sum(log(ratio) for ratio in ratios) / len(ratios))


def machine():
    return f"{processor()}, one thread, {platform.system()}, Python {platform.python_version()}"


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_record(path, **content):
    """Store a result with the machine, the versions and the date it was measured on."""
    record = {
        "machine": machine(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in PACKAGES},
        "date": date.today().isoformat(),
        **content,
    }
    text = json.dumps(record, ensure_ascii=False)
    Path(path).write_text(text.replace(" {", "\n {") + "\n", encoding="utf-8")
