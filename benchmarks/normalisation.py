"""How long a layer of SELU takes, beside ReLU with a normalisation layer: forward and backward.

usage: python -m benchmarks.normalisation [--json FILE] [--quick]

Everything is PyTorch's, on one thread, on a batch of 256 samples and 1024 units. Each row is
measured with the matrix product of the layer and without it, for that is what it stands beside.
"""

import argparse

import torch
from torch.nn import functional

from benchmarks.record import shortest_times, write_record

SAMPLES, UNITS = 256, 1024
AFTER_THE_SUM = {
    "SELU": torch.nn.functional.selu,
    "ReLU": torch.relu,
    "RMSNorm, ReLU": lambda z: torch.relu(functional.rms_norm(z, (UNITS,))),
    "LayerNorm, ReLU": lambda z: torch.relu(functional.layer_norm(z, (UNITS,))),
    "batch norm, ReLU": lambda z: torch.relu(functional.batch_norm(z, None, None, training=True)),
}


def main():
    options = parse()
    rounds = 10 if options.quick else 200
    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs, upstream = torch.randn(SAMPLES, UNITS), torch.randn(SAMPLES, UNITS)
    weights = torch.randn(UNITS, UNITS) / UNITS**0.5
    alone = {name: passes(f, inputs, upstream) for name, f in AFTER_THE_SUM.items()}
    layers = {
        name: passes(lambda x, f=f: f(x @ weights), inputs, upstream)
        for name, f in AFTER_THE_SUM.items()
    }
    seconds = shortest_times(alone, rounds=rounds)
    whole = shortest_times(layers, rounds=rounds)
    rows = [
        {
            "candidate": name,
            "microseconds": round(1e6 * seconds[name], 1),
            "microseconds_with_product": round(1e6 * whole[name], 1),
        }
        for name in AFTER_THE_SUM
    ]
    for row in rows:
        print(
            f"{row['candidate']:<18} {row['microseconds']:8.1f} µs alone"
            f"  {row['microseconds_with_product']:8.1f} µs with the matrix product"
        )
    if options.json:
        write_record(options.json, samples=SAMPLES, units=UNITS, rows=rows)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="store the rows there")
    parser.add_argument("--quick", action="store_true", help="10 rounds")
    return parser.parse_args()


def passes(function, inputs, upstream):
    """A call that goes forward through the function, and back to its inputs."""
    leaf = inputs.clone().requires_grad_()

    def forward_and_back():
        torch.autograd.grad(function(leaf), leaf, upstream)

    return forward_and_back


if __name__ == "__main__":
    main()
