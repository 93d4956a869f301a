"""What a network lets in: its sizes, its settings, and data that fit it."""

import numpy as np

from actloss.numerics import as_array, as_float


def check_sizes(sizes):
    whole = list(sizes) if np.iterable(sizes) else []
    if len(whole) < 2 or not all(isinstance(s, int | np.integer) and s >= 1 for s in whole):
        raise ValueError(f"sizes must be two integers ≥ 1 or more, but got {sizes!r}")
    return [int(size) for size in whole]


def check_inputs(network, inputs):
    inputs = as_float(inputs, "inputs").astype(network.dtype, copy=False)
    if inputs.ndim != 2 or inputs.shape[1] != network.sizes[0]:
        raise ValueError(
            f"inputs must have shape (samples, {network.sizes[0]}), but got {inputs.shape}"
        )
    return inputs


def check_shapes(network, inputs, targets):
    """Targets get the shape of the logits, unless they are one label a sample."""
    inputs, targets = check_inputs(network, inputs), as_array(targets, "targets")
    if len(inputs) == 0 or targets.shape[:1] != inputs.shape[:1]:
        raise ValueError(
            "inputs and targets must have the same number of samples, at least 1, "
            f"but got shapes {inputs.shape} and {targets.shape}"
        )
    if network.sizes[-1] == 1 and targets.ndim == 1:
        targets = targets[:, np.newaxis]
    if targets.ndim != 1:
        _check_target_shape(network, targets, inputs)
        targets = as_float(targets, "targets").astype(network.dtype)
    elif network.pairing.loss(network.forward(inputs[:1]), targets[:1]).ndim != 1:
        _check_target_shape(network, targets, inputs)
    return inputs, targets


def _check_target_shape(network, targets, inputs):
    expected = (len(inputs), network.sizes[-1])
    if targets.shape != expected:
        raise ValueError(f"targets must have shape {expected}, but got {targets.shape}")


def check_data(network, inputs, targets):
    """Refuse what cannot be learned from or measured, before anything is."""
    inputs, targets = check_shapes(network, inputs, targets)
    for name, values in (("inputs", inputs), ("targets", targets)):
        if not np.isfinite(values).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise ValueError(f"{name} must be finite numbers, but got {values[where]} at {where}")
    # The loss refuses labels of a wrong kind.
    network.pairing.loss(network.forward(inputs), targets)
    return inputs, targets
