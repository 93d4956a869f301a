"""The measure of accuracy: errors in units in the last place (ULP) of the exact result."""

import numpy as np
from mpmath import mpf


def ulp_errors(computed, exact):
    """|computed − exact| in ULP of the exact numbers; what is infinite has to be so exactly.

    ``exact`` holds mpmath's numbers, in lists as deep as ``computed``.
    """
    exact = np.array(exact, dtype=object).ravel()
    errors = np.zeros(exact.size)
    for i, (ours, true) in enumerate(zip(np.ravel(computed).tolist(), exact, strict=True)):
        rounded = float(true)
        if np.isinf(rounded) or not np.isfinite(ours):
            errors[i] = 0.0 if ours == rounded else np.inf
            continue
        errors[i] = float(abs(mpf(ours) - true) / mpf(float(np.spacing(abs(rounded)))))
    return errors.reshape(np.shape(computed))


def narrow_ulp_errors(computed, exact):
    """ulp_errors of float32 or float16, where ``exact`` is float64."""
    with np.errstate(over="ignore"):
        rounded = exact.astype(computed.dtype)
    largest_power = computed.dtype.type(2.0 ** (np.finfo(computed.dtype).maxexp - 1))
    spacing = np.spacing(np.minimum(np.abs(rounded), largest_power)).astype(np.float64)
    finite = np.isfinite(rounded) & np.isfinite(computed)
    with np.errstate(invalid="ignore"):
        errors = np.abs(computed.astype(np.float64) - exact) / spacing
    return np.where(finite, errors, np.where(computed == rounded, 0.0, np.inf))
