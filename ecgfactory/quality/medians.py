"""Medians of many short series at once, by sorting networks: whole arrays are compared, not values sorted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, FloatingArray

MOST_BY_NETWORK = 64
"""Of more, as in recordings of hours, a network has too many comparators: NumPy's selection is faster."""

Comparator = tuple[int, int]
"""A comparator: the smaller of two places' values goes to the first place, the larger to the second."""


def median_of(arrays: Sequence[Float32Array]) -> Float32Array:
    """Take the median over some arrays of one shape, element by element; it is that of `numpy.median`.

    Parameters
    ----------
    arrays : sequence of float32 arrays
        At least one, without NaN.

    Returns
    -------
    float32 array of their shape
    """
    if len(arrays) > MOST_BY_NETWORK:
        return np.asarray(np.median(arrays, axis=0))
    places = list(arrays)
    for low, high in _comparators(len(places)):
        places[low], places[high] = np.minimum(places[low], places[high]), np.maximum(places[low], places[high])
    lower, upper = _middle(len(places))
    median: Float32Array = (places[lower] + places[upper]) / np.float32(2)
    return median


def median_of_existing(values: FloatingArray, exists: BoolArray) -> Float32Array:
    """Take the median over the second axis of those that exist.

    Parameters
    ----------
    values : float array, shape (n, k, ...)
        Without NaN where they exist.
    exists : bool array, shape (n, k)
        Which count.

    Returns
    -------
    float32 array, shape (n, ...)
        Zeros where none exists.
    """
    counts = exists.sum(axis=1)
    existing_first = np.argsort(~exists, axis=1, kind="stable")
    medians = np.zeros((len(values), *values.shape[2:]), dtype=np.float32)
    for count in np.unique(counts[counts > 0]).tolist():
        rows = np.flatnonzero(counts == count)
        columns = existing_first[rows, :count].T
        medians[rows] = median_of([values[rows, column].astype(np.float32, copy=False) for column in columns])
    return medians


def _middle(count: int) -> tuple[int, int]:
    return (count - 1) // 2, count // 2


@cache
def _comparators(count: int) -> tuple[Comparator, ...]:
    """Those of a sorting network that its middle places depend on, in order."""
    wanted = set(_middle(count))
    needed = []
    for low, high in reversed(_merge_exchange(count)):
        if low in wanted or high in wanted:
            wanted |= {low, high}
            needed.append((low, high))
    return tuple(reversed(needed))


def _merge_exchange(count: int) -> list[Comparator]:
    """Batcher's network for any number of values: Knuth, The Art of Computer Programming 3, algorithm 5.2.2 M."""
    comparators = []
    top = 1 << max(count - 1, 0).bit_length() >> 1
    step = top
    while step > 0:
        reach, offset, distance = top, 0, step
        while True:
            comparators += [(low, low + distance) for low in range(count - distance) if low & step == offset]
            if reach == step:
                break
            distance, reach, offset = reach - step, reach >> 1, step
        step >>= 1
    return comparators
