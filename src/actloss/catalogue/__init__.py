"""What the code of a function cannot say about it: range, kinks, slider ranges, PyTorch twin.

One small entry a function, in ``activations`` and ``losses``; what an entry is stands in
``entries``. The tests, the widgets and the reference page all go through this catalogue.
"""

from actloss.catalogue.activations import ACTIVATIONS, AXIS_ACTIVATIONS
from actloss.catalogue.entries import (
    Activation,
    AxisActivation,
    Entry,
    Loss,
    Pair,
    Slider,
    formula_of,
)
from actloss.catalogue.losses import LOSSES, PAIRS

__all__ = [
    "ACTIVATIONS",
    "AXIS_ACTIVATIONS",
    "LOSSES",
    "PAIRS",
    "Activation",
    "AxisActivation",
    "Entry",
    "Loss",
    "Pair",
    "Slider",
    "formula_of",
]
