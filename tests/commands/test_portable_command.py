"""`make portable` finds the digit and the figure that hang on the last bit, and only these."""

import os
import subprocess
import sys
from functools import cache

import nbformat
import pytest

from tests.commands.notebook_examples import notebook
from tools import portable

MACHINE = portable.probe({})

# Chaos: the last bit doubles in each of a hundred steps.
CHAOS = """\
import numpy as np
x = np.linspace(0.1, 0.9, 50).reshape(10, 5) @ np.full((5, 3), 0.1)
for _ in range(100):
    x = 4 * x * (1 - x)
print("x =", x.mean().round(3))"""
STABLE = """\
import numpy as np
print((np.array([[0.1, 0.3]]) @ np.array([[0.7], [0.9]])).item().__round__(12))
print(np.array([[1.0, 2.0]]) @ np.array([[3.0], [0.5]]))"""
TRAINING = """\
import numpy as np
from actloss.network import LINEAR_SQUARED_ERROR, SGD, Network
rng = np.random.default_rng(0)
inputs = rng.normal(size=(64, 4))
network = Network([4, 30, 30, 1], pairing=LINEAR_SQUARED_ERROR, rng=rng)
losses = network.fit(inputs, inputs[:, 0] ** 2, optimiser=SGD(0.08), epochs=40, rng=rng)["loss"]
print(repr(losses[-1]))"""


@pytest.fixture
def run_portable(clone, run_tool):
    """Store these notebooks as this machine runs them, and look whether others would."""

    def run(variant, **named):
        folder = clone / "chapters"
        folder.mkdir(exist_ok=True)
        for name, content in named.items():
            nbformat.write(content, folder / f"{name}.ipynb")
        executed = run_tool("-m", "tools.execute", *named)
        assert executed.returncode == 0, executed.stderr
        return run_tool("-m", "tools.portable", *named, env={"VARIANT": variant})

    return run


def test_a_digit_that_flips_is_named_with_both_values(run_portable):
    done = run_portable("noise 1", chaos=notebook("1 + 1", CHAOS), stable=notebook(STABLE))
    assert done.returncode == 1
    assert "✗ noise 1      1 of 2 notebooks differ" in done.stdout
    (line,) = [line for line in done.stderr.splitlines() if "chapters/" in line]
    assert "✗ chapters/chaos.ipynb, code cell 2 prints something else: stored `x = " in line
    assert "`, now `x = " in line
    assert line.endswith("(under: noise 1)")
    assert "CONTRIBUTING.md" in done.stderr


def test_noise_reaches_a_training(run_portable):
    done = run_portable("noise 1", training=notebook(TRAINING))
    assert done.returncode == 1
    assert "code cell 1 prints something else" in done.stderr


def test_what_every_processor_gives_passes_under_every_variant(run_portable):
    done = run_portable("", stable=notebook(STABLE))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of 1 notebooks differ" in done.stdout
    assert "old processor, noise" in done.stdout or not portable.on_x86()


def test_a_variant_that_is_not_there_is_named(run_portable):
    done = run_portable("Motorola", stable=notebook(STABLE))
    assert done.returncode == 1
    assert (
        "no variant 'Motorola' runs here; choose from: as it is, OpenBLAS Prescott" in done.stderr
    )


def test_what_a_processor_lacks_is_left_out_with_the_reason():
    poor = MACHINE | {"has": [name for name in MACHINE["has"] if name != "AVX512_SKX"]}
    (newest,) = [v for v in portable.all_variants(poor) if v.name == "OpenBLAS SkylakeX"]
    reason = portable.why_not(newest, poor, {})
    assert "AVX512_SKX" in reason or "x86-64" in reason


@pytest.mark.parametrize(
    "variant",
    [pytest.param(v, id=v.name) for v in portable.all_variants(MACHINE) if v.environment],
)
def test_a_variant_changes_how_libraries_compute(variant):
    """Each setting is heeded by its library: under it, some of these sums end in another bit."""
    if variant.environment == portable.TWO_THREADS or portable.why_not(variant, MACHINE, {}):
        return
    for sums in libraries_of(variant):
        same = digits(sums, variant.environment) == digits(sums)
        assert not same or variant.name in same_as_native(), f"the same digits of:\n{sums}"


@cache
def same_as_native():
    """Variants whose library computes as this processor does by itself."""
    native = str(MACHINE["kernels"])
    return {
        f"OpenBLAS {name}"
        for name in portable.OPENBLAS
        if str(portable.probe({"OPENBLAS_CORETYPE": name})["kernels"]) == native
    }


# PyTorch brings an algebra of its own, and takes ten times as long to import as NumPy.
OF_NUMPY_AND_C = """
import hashlib, math, numpy as np
rng = np.random.default_rng(0)
a, x = rng.normal(size=(301, 301)), rng.normal(size=10_001)
results = [a @ a, np.exp(x), np.log(abs(x)), np.tanh(x), [math.exp(v) for v in x]]
results += [[math.log(abs(v)) for v in x]]
print(hashlib.sha256(b"".join(np.asarray(r).tobytes() for r in results)).hexdigest())
"""
OF_PYTORCH = """
import hashlib, numpy as np, torch
rng = np.random.default_rng(0)
a, x = torch.tensor(rng.normal(size=(301, 301))).float(), torch.tensor(rng.normal(size=10_001))
results = [a @ a, torch.exp(x.float()), x.float().tanh()]
print(hashlib.sha256(b"".join(r.numpy().tobytes() for r in results)).hexdigest())
"""


def libraries_of(variant):
    """The sums that a variant's settings are for."""
    of_pytorch = portable.PLAIN_TORCH.items() <= variant.environment.items()
    only_pytorch = variant.environment == portable.PLAIN_TORCH
    return [OF_PYTORCH] * of_pytorch + [OF_NUMPY_AND_C] * (not only_pytorch)


def digits(sums, environment=None):
    return digits_under(sums, frozenset((environment or {}).items()))


@cache
def digits_under(sums, variables):
    return subprocess.run(
        [sys.executable, "-c", sums],
        env=os.environ | dict(variables),
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
