"""Series of different lengths, one per record, as arrays over the whole batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray


def side_by_side(series: Sequence[IntArray], width: int = 0) -> tuple[IntArray, BoolArray]:
    """Lay series side by side.

    Parameters
    ----------
    series : sequence of n int arrays
        Of any lengths.
    width : int
        Fewest columns.

    Returns
    -------
    values : int array, shape (n, columns)
        One row per series, as many columns as the longest has; shorter ones are followed by zeros.
    exists : bool array, shape (n, columns)
        Which of the values are of the series.
    """
    counts = np.array([one.size for one in series], np.int64)
    exists = np.arange(counts.max(initial=width)) < counts[:, np.newaxis]
    values = np.zeros(exists.shape, np.int64)
    values[exists] = np.concatenate([*series, np.empty(0, np.int64)])
    return values, exists
