"""Runs notebooks as other machines would, and says what they print or draw differently.

`make portable` runs every notebook under each variant below that this machine offers, and compares
all texts, figures and widgets with what is stored. `make portable NOTEBOOK=relu-family` runs one;
`VARIANT=Haswell` takes those variants whose name has that word.

A processor decides which kernels OpenBLAS takes for a matrix product, with which instructions
NumPy, PyTorch and the C library compute exp or tanh, and each rounds the last bit its own way.
Settings of these libraries make a newer x86 processor compute as an older one; for all others
there is noise in the last bit (`tools.last_bit`).
"""

import asyncio
import json
import os
import platform
import re
import subprocess
import sys
from functools import cache
from typing import NamedTuple

from tools import gates
from tools.execute import execute, loop_without_signal_handlers
from tools.notebooks import code_cells, label, normalise, notebooks_named, read
from tools.progress import Problem, Stage, run_command, say
from tools.stamps import ROOT


class Variant(NamedTuple):
    name: str
    environment: dict  # of its kernels
    needs: str = ""  # the instructions that the processor must have, by NumPy's name for them
    noise: int = 0  # the seed of noise in the last bit, where there is any


# Each makes OpenBLAS take the kernels of a processor, and needs that processor's instructions.
OPENBLAS = {
    "Prescott": "SSE3",
    "Nehalem": "SSE42",
    "Sandybridge": "AVX",
    "Haswell": "AVX2",
    "Zen": "AVX2",
    "SkylakeX": "AVX512_SKX",
}
PLAIN_TORCH = {
    "ATEN_CPU_CAPABILITY": "default",
    "DNNL_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "COMPATIBLE",
}
PLAIN_LIBM = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-FMA,-FMA4"}
TWO_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")

TRAINING = re.compile(r"\.fit\(|\.step\(|\bSGD\(|\bdescend\w*\(|-= \w*rate\b")

# Asked in a process of its own, under a variant's environment.
PROBE = """
import json, numpy, scipy.linalg, threadpoolctl
from numpy._core import _multiarray_umath as numpy_core
print(json.dumps({
    "has": [name for name, has in numpy_core.__cpu_features__.items() if has],
    "dispatch": numpy_core.__cpu_dispatch__,
    "kernels": [pool.get("architecture") for pool in threadpoolctl.threadpool_info()],
}))
"""


def main():
    paths = notebooks_named(sys.argv[1:])
    chosen, left_out = variants_here(os.environ.get("VARIANT", ""))
    for variant, reason in left_out:
        say("left out", f"{variant.name}: {reason}", mark="!")
    with asyncio.Runner(loop_factory=loop_without_signal_handlers) as runner:
        faults = runner.run(run_all(paths, chosen))
    if faults:
        raise Problem(
            f"{faults} {'difference' if faults == 1 else 'differences'}: a printed digit or a "
            "figure that hangs on the last bit. CONTRIBUTING.md, “Numbers that hold”, says what "
            "to do"
        )


def variants_here(word=""):
    """The variants that this machine can run, and those it cannot, each with the reason."""
    machine = probe({})
    chosen, left_out = [], []
    seen = {}
    for variant in all_variants(machine):
        if word.lower() not in variant.name.lower():
            continue
        if reason := why_not(variant, machine, seen):
            left_out.append((variant, reason))
        else:
            chosen.append(variant)
    if not chosen:
        names = ", ".join(variant.name for variant in all_variants(machine))
        raise Problem(f"no variant {word!r} runs here; choose from: {names}")
    return chosen, left_out


@cache
def furthest_here():
    """The variant of this machine under which a difference shows first."""
    return furthest(probe({}))


def all_variants(machine):
    """Every variant, whether this machine can run it or not; the furthest from native last."""
    usable = dispatched(machine)
    # A level of x86 changes how NumPy computes; what lies between two levels does not.
    starts = [at for at, name in enumerate(usable) if at == 0 or name.startswith("X86_V")]
    steps = [" ".join(usable[start:]) for start in starts]
    return [
        Variant("as it is", {}),
        *(
            Variant(f"OpenBLAS {name}", {"OPENBLAS_CORETYPE": name}, needs)
            for name, needs in OPENBLAS.items()
        ),
        *(Variant(f"NumPy without {step}", {"NPY_DISABLE_CPU_FEATURES": step}) for step in steps),
        Variant("PyTorch without AVX", PLAIN_TORCH),
        Variant("C library without AVX", PLAIN_LIBM),
        Variant("two threads", TWO_THREADS),
        *(Variant(f"noise {seed}", {}, noise=seed) for seed in (1, 2, 3)),
        furthest(machine),
    ]


def dispatched(machine):
    """The instructions of this processor beyond those that NumPy always uses, oldest first."""
    return [name for name in machine["dispatch"] if name in machine["has"]]


def furthest(machine):
    """As far from a new processor as this machine can go: an old one, and noise besides."""
    if not on_x86():
        return Variant("noise 4", {}, noise=4)
    usable = dispatched(machine)
    numpy = {"NPY_DISABLE_CPU_FEATURES": " ".join(usable)} if usable else {}
    old = {"OPENBLAS_CORETYPE": "Prescott"} | numpy | PLAIN_TORCH | PLAIN_LIBM
    return Variant("old processor, noise", old, "SSE3", noise=4)


def on_x86():
    return platform.machine().lower() in ("x86_64", "amd64")


def why_not(variant, machine, seen):
    """Why this machine cannot run a variant, or need not; remembers which kernels were seen."""
    if variant.needs and not on_x86():
        return f"needs an x86-64 processor, this one is {platform.machine()}"
    if variant.needs and variant.needs not in machine["has"]:
        return f"needs {variant.needs}, which this processor does not have"
    if set(variant.environment) == {"OPENBLAS_CORETYPE"}:
        kernels = str(probe(variant.environment)["kernels"])
        if kernels in seen:
            return f"OpenBLAS takes the same kernels as for {seen[kernels]}"
        seen[kernels] = variant.name
    return ""


def probe(environment):
    """What NumPy and OpenBLAS say of the processor under an environment."""
    asked = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
    )
    if asked.returncode:
        return {"has": [], "dispatch": [], "kernels": f"none: {asked.stderr.strip()[-200:]}"}
    return json.loads(asked.stdout)


async def run_all(paths, variants):
    """Run each notebook under each variant, a few at a time; returns how many faults were found.

    Each is told when it is found: a whole book takes a while.
    """
    turn = asyncio.Semaphore(max(2, os.cpu_count() or 2))
    done = 0

    async def one(variant, path):
        nonlocal done
        async with turn:
            found = await differences(path, variant)
        done += 1
        for fault in found:
            print(f"✗ {label(path)}, {fault} (under: {variant.name})", file=sys.stderr, flush=True)
        return len(found)

    async def under(variant):
        found = await asyncio.gather(*(one(variant, path) for path in paths))
        differ = sum(map(bool, found))
        say(variant.name, f"{differ} of {len(paths)} notebooks differ", mark="✗" if differ else "✓")
        return sum(found)

    with Stage("portable") as stage:
        stage.detail = lambda: f"{done} of {len(paths) * len(variants)} runs done"
        faults = sum(await asyncio.gather(*map(under, variants)))
        stage.result = f"{len(variants)} variants of {len(paths)} notebooks"
    return faults


def trains(notebook):
    """Whether a notebook trains: there a last bit has the time to grow."""
    return any(TRAINING.search(cell.source) for cell in code_cells(notebook))


async def differences(path, variant):
    """What a notebook prints or draws under a variant and does not store."""
    stored, fresh = read(path), read(path)
    normalise(stored)
    try:
        await execute(
            fresh,
            path,
            variables=variant.environment,
            first=add_noise(variant.noise) if variant.noise else "",
        )
    except Problem as problem:
        return [f"does not run: {problem}"]
    normalise(fresh)
    return gates.outputs_as_fresh(stored, fresh)


def add_noise(seed):
    """What a kernel runs before a notebook's first cell."""
    return (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import tools.last_bit; del sys.path[0]; "
        f"tools.last_bit.disturb({seed}); del sys, tools"
    )


if __name__ == "__main__":
    run_command(main)
