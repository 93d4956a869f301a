"""Loss functions and their derivatives, in plain NumPy.

Every name is found here, as ``actloss.losses.<name>``; the files beside this one are rooms to
read in. For numbers: ``regression``, ``robust`` and ``likelihoods``; for classes: ``margin``,
``distributions``, ``logits``, ``angles`` and, for regions of an image, ``overlap``; for
comparisons: ``similarity`` and ``pairs``. ``means`` weighs the samples of all of them,
``second_derivatives`` says how they curve, and ``large_vocabulary`` is a loss together with its
last layer.
A loss has one value a prediction or a sample, never their mean: that the caller takes, or
``mean_loss``, which knows of weights and padding.
"""

import sys
from typing import TYPE_CHECKING, NoReturn

from actloss import names
from actloss.losses import (
    angles,
    distributions,
    likelihoods,
    logits,
    margin,
    means,
    overlap,
    pairs,
    regression,
    robust,
    second_derivatives,
    similarity,
)
from actloss.losses.angles import *
from actloss.losses.distributions import *
from actloss.losses.likelihoods import *
from actloss.losses.logits import *
from actloss.losses.margin import *
from actloss.losses.means import *
from actloss.losses.overlap import *
from actloss.losses.pairs import *
from actloss.losses.regression import *
from actloss.losses.robust import *
from actloss.losses.second_derivatives import *
from actloss.losses.similarity import *

__all__: list[str] = []
__all__ += angles.__all__
__all__ += distributions.__all__
__all__ += likelihoods.__all__
__all__ += logits.__all__
__all__ += margin.__all__
__all__ += means.__all__
__all__ += overlap.__all__
__all__ += pairs.__all__
__all__ += regression.__all__
__all__ += robust.__all__
__all__ += second_derivatives.__all__
__all__ += similarity.__all__


if not TYPE_CHECKING:  # a type checker knows the names by itself

    def __getattr__(name: str) -> NoReturn:
        raise names.missing(sys.modules[__name__], name)
