"""The measure of accuracy: errors in units in the last place (ULP) of the exact result."""

import numpy as np
from mpmath import mpf


def ulp_errors(computed, exact, at_least=None):
    """|computed − exact| in ULP of the exact numbers, or of ``at_least`` where those are larger.

    ``exact`` holds mpmath's numbers, in lists as deep as ``computed``. What is infinite has to be
    so exactly.
    """
    exact = np.array(exact, dtype=object).ravel()
    errors = np.zeros(exact.size)
    for i, (ours, true) in enumerate(zip(np.ravel(computed).tolist(), exact, strict=True)):
        rounded = float(true)
        if np.isinf(rounded) or not np.isfinite(ours):
            errors[i] = 0.0 if ours == rounded else np.inf
            continue
        size = max(abs(rounded), float(at_least[i])) if at_least else abs(rounded)
        errors[i] = float(abs(mpf(ours) - true) / mpf(float(np.spacing(size))))
    return errors.reshape(np.shape(computed))
