"""The windows of a long record: which records are long, and where their windows lie."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import IntArray
from ecgfactory.record import SAMPLING_RATE_HZ

LONGEST_WHOLE_S = 20
"""A longer record is measured and judged in windows."""

WINDOW_S = 10
"""The length that the quality rules were made for."""

WINDOW = WINDOW_S * SAMPLING_RATE_HZ
"""Samples of a window."""


def is_long(samples: int) -> bool:
    """Return whether a record of so many samples at 500 Hz is measured in windows."""
    return samples > LONGEST_WHOLE_S * SAMPLING_RATE_HZ


def window_starts(samples: int) -> IntArray:
    """First samples of the windows of a record: end to end, but for the last, which ends as the record does."""
    starts = np.arange(0, samples - WINDOW + 1, WINDOW)
    return starts if samples % WINDOW == 0 else np.append(starts, samples - WINDOW)


def shared_by_last(samples: int) -> int:
    """Return how many samples the last window of a record has in common with the one before."""
    return -samples % WINDOW
