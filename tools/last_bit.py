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

# Of each dtype: the integer of its size, and those bits at its end that a number of the next
# shorter dtype has not. Where they are all 0 a number came out exact, as on every processor.
AS_INTEGER = {np.float32: (np.int32, 2**13 - 1), np.float64: (np.int64, 2**29 - 1)}
POOL = 100_000  # random steps, drawn once: to draw them anew for each product takes longer than it
PIECE = 10_000  # divides POOL


def disturb(seed):
    """Move results from here on; `seed` says which way."""
    drawn = np.random.default_rng(seed).integers(-1, 2, POOL)
    steps = {of: drawn.astype(integer) for of, (integer, _) in AS_INTEGER.items()}
    starts = (start % (POOL // 2) for start in count(seed, 7919))

    def moved(result):
        """`result` with each float a unit in the last place lower, the same or higher."""
        dtype = getattr(getattr(result, "dtype", None), "type", None)
        if dtype not in AS_INTEGER:
            return result
        start, size = next(starts), np.size(result)
        if start + size > POOL:
            start = 0
        copied = np.array(result, order="C")
        integer, end = AS_INTEGER[dtype]
        # Neighbouring floats are neighbouring integers.
        bits = copied.reshape(-1).view(integer)
        # In pieces, for a chapter measures how much memory its arrays take.
        for at in range(0, size, PIECE):
            part, first = bits[at : at + PIECE], start + at % POOL
            part += steps[dtype][first : first + len(part)] * ((part & end) != 0)
        return copied[()]

    disturb_network(moved)
    disturb_torch(moved)
    disturb_cells(moved)


def disturb_network(moved):
    from actloss.network import Ensemble, Network, layers

    class Products:
        """NumPy with another `dot` and `matmul`."""

        def __getattr__(self, name):
            return getattr(np, name)

        def dot(self, a, b, out=None):
            product = moved(np.dot(a, b))
            if out is None:
                return product
            out[...] = product
            return out

        def matmul(self, a, b):
            return moved(np.matmul(a, b))

    layers.np = Products()
    forward = layers.Activation.forward

    def forward_moved(layer, inputs):
        layer.outputs = moved(forward(layer, inputs))
        return layer.outputs

    def with_inputs_moved(fit):
        return lambda self, inputs, *args, **kwargs: fit(self, moved(inputs), *args, **kwargs)

    layers.Activation.forward = forward_moved
    for trained in (Network, Ensemble):
        trained.fit = with_inputs_moved(trained.fit)


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
