"""Whether values differ at all, or only in the last digits of what computed them."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array

ROUNDING = 1e-9
"""Of the size of the values: a smaller spread is that of rounding, seven digits below what a microvolt changes."""


def spread_of(values: Float64Array) -> Float64Array:
    """Return the standard deviation along the first axis, without NaN; 0 where values are the same up to rounding.

    Parameters
    ----------
    values : float array, shape (n, ...)
        At least one along the first axis is not NaN.
    """
    spread: Float64Array = np.nanstd(values, axis=0)
    return np.where(spread > ROUNDING * np.nanmax(np.abs(values), axis=0), spread, 0.0)
