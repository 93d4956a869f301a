"""What a network lets in: its sizes, its settings, and data that fit it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from actloss import catalogue
from actloss.arguments import FLOATS, Floats, as_array, as_float
from actloss.calls import about_unknown_names

if TYPE_CHECKING:
    from actloss.network.network import Network


def check_sizes(sizes: Any) -> list[int]:
    whole = list(sizes) if np.iterable(sizes) else []
    if len(whole) < 2 or not all(isinstance(s, int | np.integer) and s >= 1 for s in whole):
        raise ValueError(f"sizes must be two integers ≥ 1 or more, but got {sizes!r}")
    return [int(size) for size in whole]


def check_rng(rng: Any) -> None:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator, but got {type(rng).__name__} {rng!r}: "
            "write np.random.default_rng(seed)"
        )


def check_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        found = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be a float dtype, but got {dtype!r}") from None
    if found not in FLOATS:
        raise ValueError(
            f"dtype must be a float dtype, but got {found}: np.float16, np.float32 or np.float64"
        )
    return found


def check_activation(
    network: Callable[..., Any], name: Any, parameters: dict[str, Any]
) -> catalogue.Activation:
    """The entry of an activation that knows the parameters; ``network`` is what was called."""
    # What works along an axis, such as softmax, is no activation of a hidden layer.
    entries = {
        known: entry
        for known, entry in catalogue.ACTIVATIONS.items()
        if isinstance(entry, catalogue.Activation)
    }
    if not isinstance(name, str) or name not in entries:
        meant = getattr(name, "__name__", "")
        hint = f": write activation={meant!r}" if meant in entries else ""
        raise ValueError(f"activation must be one of {', '.join(entries)}, but got {name!r}{hint}")
    known_names = inspect.signature(entries[name].function).parameters
    unknown = [key for key in parameters if key not in known_names or key == "x"]
    if unknown:
        told = about_unknown_names(network, unknown)
        raise TypeError(f"{told}, and activation={name!r} takes {_settings(known_names)}")
    return entries[name]


def _settings(names: Iterable[str]) -> str:
    return " and ".join(f"{name}=" for name in names if name != "x") or "no more"


def check_optimiser(optimiser: Any) -> None:
    if isinstance(optimiser, type) or not callable(getattr(optimiser, "step", None)):
        raise TypeError(
            f"optimiser must be one that takes steps, such as SGD(0.1) or Adam(), but got "
            f"{optimiser!r:.60}"
        )


def check_pair(name: str, pair: Any) -> tuple[ArrayLike, ArrayLike]:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        got = f"an array of shape {pair.shape}" if isinstance(pair, np.ndarray) else f"{pair!r:.60}"
        raise TypeError(f"{name} must be a pair (inputs, targets), but got {got}")
    return pair[0], pair[1]


def check_logits_grad(network: Network, gradient: ArrayLike) -> Floats:
    """In the dtype that gradients are computed in: float32 for float16."""
    gradient = as_float(gradient, "logits_grad")
    last = network.layers[-1]
    if not hasattr(last, "outputs"):
        raise ValueError("backward follows forward: call forward(inputs) first")
    expected = last.outputs.shape
    if gradient.shape != expected:
        raise ValueError(
            f"logits_grad must have the shape of the logits of the last forward pass, {expected}, "
            f"but has shape {gradient.shape}"
        )
    return gradient.astype(np.result_type(network.dtype, np.float32), copy=False)


def check_inputs(network: Network, inputs: ArrayLike) -> Floats:
    given = as_float(inputs, "inputs")
    inputs = given.astype(network.dtype, copy=False)
    if given.dtype.itemsize > inputs.dtype.itemsize:
        _check_range("inputs", given, inputs)
    if inputs.ndim != 2 or inputs.shape[1] != network.sizes[0]:
        raise ValueError(
            f"inputs must have shape (samples, {network.sizes[0]}), but got {inputs.shape}"
        )
    return inputs


def _check_range(name: str, given: Floats, cast: Floats) -> None:
    """ValueError if a number became infinite in the network's dtype."""
    lost = np.isinf(cast) & np.isfinite(given)
    if lost.any():
        index = tuple(int(i) for i in np.argwhere(lost)[0])
        raise ValueError(
            f"{name} must fit {cast.dtype}, which ends at {np.finfo(cast.dtype).max:.6g}, but got "
            f"{given[index]} at {index}: standardise them, or make a network with dtype=np.float32"
        )


def check_shapes(
    network: Network, inputs: ArrayLike, targets: ArrayLike
) -> tuple[Floats, NDArray[Any]]:
    """Targets get the shape of the logits, unless they are one label a sample."""
    inputs, targets = check_inputs(network, inputs), as_array(targets, "targets")
    if len(inputs) == 0 or targets.shape[:1] != inputs.shape[:1]:
        raise ValueError(
            "inputs and targets must have the same number of samples, at least 1, "
            f"but got shapes {inputs.shape} and {targets.shape}"
        )
    if network.sizes[-1] == 1 and targets.ndim == 1:
        targets = targets[:, np.newaxis]
    if targets.ndim == 1 and _takes_classes(network, inputs):
        return inputs, targets
    if targets.shape != (len(inputs), network.sizes[-1]):
        classes = _takes_classes(network, inputs)
        expected = (len(inputs),) if classes else (len(inputs), network.sizes[-1])
        raise ValueError(f"targets must have shape {expected}, but got {targets.shape}")
    return inputs, _in_dtype(as_float(targets, "targets"), network.dtype)


def _takes_classes(network: Network, inputs: Floats) -> bool:
    """Whether the loss wants the number of a class, one a sample."""
    try:
        loss = network.pairing.loss(network.forward(inputs[:1]), np.zeros(1, np.int64))
    except (TypeError, ValueError):
        return False
    return np.ndim(loss) == 1


def _in_dtype(targets: Floats, dtype: np.dtype[Any]) -> Floats:
    """Targets in the network's dtype, if it holds each of them; else as they are."""
    with np.errstate(over="ignore"):
        cast = targets.astype(dtype)
    return cast if np.array_equal(cast, targets, equal_nan=True) else targets


def check_data(
    network: Network, inputs: ArrayLike, targets: ArrayLike
) -> tuple[Floats, NDArray[Any]]:
    """Refuse what cannot be learned from or measured, before anything is."""
    inputs, targets = check_shapes(network, inputs, targets)
    for name, values in (("inputs", inputs), ("targets", targets)):
        if not np.isfinite(values).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise ValueError(f"{name} must be finite numbers, but got {values[where]} at {where}")
    # The loss refuses labels of a wrong kind.
    network.pairing.loss(network.forward(inputs), targets)
    return inputs, targets
