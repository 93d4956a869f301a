"""Activation functions and their derivatives, in plain NumPy.

Every name is found here, as ``actloss.activations.<name>``; the files beside this one are rooms to
read in. Element-wise: ``rectifiers``, ``exponential_units``, ``sigmoids``, ``smooth_rectifiers``
and ``gaussian_units``; along an axis: ``softmax_family`` and ``gated_units``.
"""

import sys
from typing import TYPE_CHECKING, NoReturn

from actloss import names
from actloss.activations import (
    exponential_units,
    gated_units,
    gaussian_units,
    rectifiers,
    sigmoids,
    smooth_rectifiers,
    softmax_family,
)
from actloss.activations.exponential_units import *
from actloss.activations.gated_units import *
from actloss.activations.gaussian_units import *
from actloss.activations.rectifiers import *
from actloss.activations.sigmoids import *
from actloss.activations.smooth_rectifiers import *
from actloss.activations.softmax_family import *

__all__: list[str] = []
__all__ += exponential_units.__all__
__all__ += gated_units.__all__
__all__ += gaussian_units.__all__
__all__ += rectifiers.__all__
__all__ += sigmoids.__all__
__all__ += smooth_rectifiers.__all__
__all__ += softmax_family.__all__


if not TYPE_CHECKING:  # a type checker knows the names by itself

    def __getattr__(name: str) -> NoReturn:
        raise names.missing(sys.modules[__name__], name)
