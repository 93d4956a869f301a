"""Activation and loss functions, written once in plain NumPy.

>>> import actloss
>>> actloss.activations.relu([-1.0, 2.0])
array([0., 2.])

The public rooms, loaded when they are first used: ``activations``, ``losses``, ``network`` and
``catalogue``. What the course shows and checks is imported by name, as in
``from actloss.widgets import ActivationExplorer``.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actloss import activations, catalogue, losses, network

__version__ = "0.1.0"
__all__ = ["__version__", "activations", "catalogue", "losses", "network"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    from actloss.names import missing  # a room that there is comes without it

    raise missing(sys.modules[__name__], name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
