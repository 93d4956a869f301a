"""Computing as another processor might: results moved by one unit in their last place.

Some of it no x86 processor can show: ARM's fused multiplications, Apple's Accelerate. `make
portable` therefore loads this into a notebook's kernel, and each of these then gives a number that
is, by chance, the one before, the same or the next:

- matrix products: those of actloss.network, of PyTorch's linear layers, and each `@` in a cell;
- the values of an activation in a network's layer;
- the inputs that a network is trained on.
"""

import ast
from itertools import count

import numpy as np

FLOATS = (np.float32, np.float64)
POOL = 100_000  # random steps, drawn once: to draw them anew for each product takes longer than it
PIECE = 10_000  # divides POOL


def disturb(seed):
    """Move results from here on; `seed` says which way."""
    steps = np.random.default_rng(seed).integers(-1, 2, POOL)
    factors = {np.dtype(of): (1 + steps * np.finfo(of).eps).astype(of) for of in FLOATS}
    starts = (start % (POOL // 2) for start in count(seed, 7919))

    def moved(result):
        """`result` with each float a unit in the last place lower, the same or higher."""
        pool = factors.get(getattr(result, "dtype", None))
        if pool is None:
            return result
        start, size = next(starts), np.size(result)
        if start + size > POOL:
            start = 0
        copied = np.array(result, order="C")
        flat = copied.reshape(-1)
        # In pieces, for a chapter measures how much memory its arrays take.
        for at in range(0, size, PIECE):
            part, first = flat[at : at + PIECE], start + at % POOL
            some = pool[first : first + len(part)]
            part[...] = np.where(is_short(part), part, part * some)
        return copied[()]

    disturb_network(moved)
    disturb_torch(moved)
    disturb_cells(moved)


def is_short(result):
    """Where a number has so few digits that it came out exact: it does on every processor."""
    shorter = np.float32 if result.dtype == np.float64 else np.float16
    with np.errstate(over="ignore"):
        return result.astype(shorter) == result


def disturb_network(moved):
    from actloss.network import Network, layers

    class Products:
        """NumPy with another `dot`."""

        def __getattr__(self, name):
            return getattr(np, name)

        def dot(self, a, b, out=None):
            product = moved(np.dot(a, b))
            if out is None:
                return product
            out[...] = product
            return out

    layers.np = Products()
    forward, fit = layers.Activation.forward, Network.fit

    def forward_moved(layer, inputs):
        layer.outputs = moved(forward(layer, inputs))
        return layer.outputs

    def fit_moved(self, inputs, *args, **kwargs):
        return fit(self, moved(inputs), *args, **kwargs)

    layers.Activation.forward = forward_moved
    Network.fit = fit_moved


def disturb_torch(moved):
    """As a cell imports it, which few do, and which takes a second."""
    import builtins
    import sys

    original = builtins.__import__

    def importing(*args, **kwargs):
        module = original(*args, **kwargs)
        torch = sys.modules.get("torch")
        if torch is not None and not torch.__spec__._initializing:
            builtins.__import__ = original
            disturb_linear(moved, torch)
        return module

    builtins.__import__ = importing


def disturb_linear(moved, torch):
    linear = torch.nn.functional.linear

    def linear_moved(*args, **kwargs):
        product = linear(*args, **kwargs)
        if product.dtype in (torch.float32, torch.float64):
            with torch.no_grad():
                values = product.detach().numpy()
                values[...] = moved(values)
        return product

    torch.nn.functional.linear = linear_moved


def disturb_cells(moved):
    """Turn each `a @ b` of a cell's source into `moved(a @ b)`."""
    from IPython import get_ipython

    class Products(ast.NodeTransformer):
        def visit_BinOp(self, node):
            self.generic_visit(node)
            if not isinstance(node.op, ast.MatMult):
                return node
            call = ast.Call(ast.Name("_moved_by_last_bit", ast.Load()), [node], [])
            return ast.fix_missing_locations(ast.copy_location(call, node))

    shell = get_ipython()
    shell.user_ns_hidden["_moved_by_last_bit"] = moved
    shell.user_ns["_moved_by_last_bit"] = moved
    shell.ast_transformers.append(Products())
