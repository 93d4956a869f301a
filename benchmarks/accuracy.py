"""How many units in the last place (ULP) each activation is off at most, beside PyTorch and JAX.

usage: python -m benchmarks.accuracy [--jax PYTHON] [--json FILE]

The grids and the definitions are those of tests/functions. JAX is no dependency of the course: it
is asked in an environment of its own, whose interpreter is given, as made by
`uv venv /tmp/jax && uv pip install --python /tmp/jax/bin/python 'jax[cpu]'`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from actloss.catalogue import ACTIVATIONS
from benchmarks.record import write_record
from tests.functions import test_activation_accuracy as accuracy
from tests.functions.ulp import narrow_ulp_errors, ulp_errors

GRIDS = {"float32": accuracy.NARROW_GRIDS[np.float32], "float64": accuracy.GRID}

# What JAX has of the same meaning, by the name of ours; `x` is one number.
JAX = {
    "relu": "jax.nn.relu(x)",
    "leaky_relu": "jax.nn.leaky_relu(x)",
    "relu6": "jax.nn.relu6(x)",
    "elu": "jax.nn.elu(x)",
    "celu": "jax.nn.celu(x)",
    "selu": "jax.nn.selu(x)",
    "sigmoid": "jax.nn.sigmoid(x)",
    "log_sigmoid": "jax.nn.log_sigmoid(x)",
    "tanh": "jax.numpy.tanh(x)",
    "hard_sigmoid": "jax.nn.hard_sigmoid(x)",
    "hard_tanh": "jax.nn.hard_tanh(x)",
    "softsign": "jax.nn.soft_sign(x)",
    "softplus": "jax.nn.softplus(x)",
    "silu": "jax.nn.silu(x)",
    "gelu": "jax.nn.gelu(x, approximate=False)",
    "gelu_tanh": "jax.nn.gelu(x, approximate=True)",
    "mish": "jax.nn.mish(x)",
    "hard_swish": "jax.nn.hard_swish(x)",
}
# Run by the interpreter that has JAX, with a folder: reads the grids there, and writes the values.
ASK_JAX = """
import json, sys
from pathlib import Path
import jax, numpy
jax.config.update("jax_enable_x64", True)
folder = Path(sys.argv[1])
formulas = json.loads((folder / "formulas.json").read_text())
values = {}
for dtype, grid in numpy.load(folder / "grids.npz").items():
    for name, formula in formulas.items():
        function = eval(f"lambda x: {formula}")
        values[f"{name} {dtype}"] = jax.jit(jax.vmap(function))(grid)
        values[f"{name}_grad {dtype}"] = jax.jit(jax.vmap(jax.grad(function)))(grid)
numpy.savez(folder / "values.npz", **values)
print(jax.__version__)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jax", metavar="PYTHON", help="an interpreter that has JAX")
    parser.add_argument("--json", metavar="FILE", help="store the table there")
    options = parser.parse_args()
    from_jax, version = ask_jax(options.jax) if options.jax else ({}, None)
    rows = list(measured(from_jax))
    print_table(rows, version)
    if options.json:
        write_record(options.json, jax=version, rows=rows)


def ask_jax(interpreter):
    """By "name dtype", what JAX gives on the grids; and its version."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "grids.npz", **GRIDS)
        (Path(folder) / "formulas.json").write_text(json.dumps(JAX), encoding="utf-8")
        done = subprocess.run(
            [interpreter, "-c", ASK_JAX, folder], stdout=subprocess.PIPE, encoding="utf-8"
        )
        if done.returncode:
            sys.exit(f"{interpreter} could not ask JAX: what it said is above")
        with np.load(Path(folder) / "values.npz") as values:
            return dict(values), done.stdout.strip()


def measured(from_jax):
    """The worst error of each function and gradient, by library."""
    for entry in ACTIVATIONS.values():
        for which, suffix in enumerate(("", "_grad")):
            function = (entry.function, entry.gradient)[which]
            definition = accuracy.EXACT[entry.name][which]
            exact = accuracy.exact_values(definition, entry.defaults)
            for dtype, grid in GRIDS.items():
                name = entry.name + suffix
                values = {
                    "actloss": function(grid),
                    "PyTorch": accuracy.torch_twin(entry, entry.defaults, grid)[which],
                }
                if f"{name} {dtype}" in from_jax:
                    values["JAX"] = from_jax[f"{name} {dtype}"]
                true = exact if dtype == "float64" else function(grid.astype(np.float64))
                yield {
                    "function": name,
                    "dtype": dtype,
                    "ulp": {who: worst_error(found, true) for who, found in values.items()},
                }


def worst_error(values, exact):
    measure = ulp_errors if values.dtype == np.float64 else narrow_ulp_errors
    worst = float(np.max(measure(values, exact)))
    return round(worst, 2) if np.isfinite(worst) else "not finite"


def print_table(rows, version):
    columns = ("actloss", "PyTorch", "JAX") if version else ("actloss", "PyTorch")
    print(f"worst error in ULP{f', JAX {version}' if version else ''}")
    print(f"{'function':<28}{'dtype':<9}" + "".join(f"{who:>14}" for who in columns))
    for row in rows:
        found = "".join(f"{shown(row['ulp'].get(who, '–')):>14}" for who in columns)
        print(f"{row['function']:<28}{row['dtype']:<9}{found}")


def shown(worst):
    return worst if isinstance(worst, str) else f"{worst:.3g}"


if __name__ == "__main__":
    main()
