"""Loss functions and their derivatives, in plain NumPy.

Every name is found here, as ``actloss.losses.<name>``; the files beside this one are rooms to
read in: ``regression``, ``margin``, ``distributions``, ``logits`` and ``similarity``, and
``large_vocabulary`` for a loss together with its last layer.
A loss has one value a prediction or a sample, never their mean: that the caller takes, or
``mean_loss``, which knows of weights and padding.
"""

from actloss.losses import distributions, logits, margin, means, regression, similarity
from actloss.losses.distributions import *
from actloss.losses.logits import *
from actloss.losses.margin import *
from actloss.losses.means import *
from actloss.losses.regression import *
from actloss.losses.similarity import *

__all__: list[str] = []
__all__ += distributions.__all__
__all__ += logits.__all__
__all__ += margin.__all__
__all__ += means.__all__
__all__ += regression.__all__
__all__ += similarity.__all__
