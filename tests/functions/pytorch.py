"""The twins in PyTorch, as the catalogue names them."""

import inspect

import torch


def twin_of(entry, *tensors, **parameters):
    """What PyTorch gives for these arguments, in the order of our function."""
    names = inspect.signature(entry.function).parameters
    scope = {**dict(zip(names, tensors, strict=False)), **entry.defaults, **parameters}
    return eval(entry.pytorch, {**scope, "torch": torch})
