"""Bounds of a beat's waves over all leads, from those in each lead and those of the record's median beat."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray

OUTLYING = 10
"""A lead's bound does not count where it lies more than 20 ms from the median of all leads'; samples of 500 Hz."""

FEWEST_LEADS = 3
"""Of fewer leads, the bounds over all leads are the earliest and latest of these leads themselves."""

WIDER = np.array([[-3, 1.5], [-3.25, 3.75], [0.5, 3.25]], np.float32)
"""So far beyond ours lie cardiologists' outermost marks, because theirs vary more from lead to lead: mean over LUDB's
records 1 to 100, each by a network that had not seen it. P, QRS and T, onset and offset; samples of 500 Hz."""


NEAR = 40
"""Bounds of the median beat count where they lie within 80 ms of those of the beats; samples of 500 Hz."""


def bounds_over_all(bounds: Float32Array, live: BoolArray) -> Float32Array:
    """Take the earliest onset and the latest offset over the leads, those of outlying leads left out.

    The definition is the CSE's (Eur Heart J 6 (1985) 815-825), as `ecgfactory.quality.waves` measures by it and
    `validation.ludb` combines cardiologists' marks.

    Parameters
    ----------
    bounds : float32 array, shape (beats, leads, 3 waves, 2)
        Onset and offset in samples of 500 Hz.
    live : bool array, shape (beats, leads)
        Which leads have a signal.

    Returns
    -------
    float32 array, shape (beats, 3 waves, 2)
        Anything where no lead has a signal.
    """
    counts = np.maximum(live.sum(axis=1), 1)
    live = live | ~live.any(axis=1, keepdims=True)
    live = live[..., np.newaxis, np.newaxis]
    rising = np.sort(np.where(live, bounds, np.float32(np.inf)), axis=1)
    beats = np.arange(len(bounds))
    middle = (rising[beats, (counts - 1) // 2] + rising[beats, counts // 2]) / 2
    few = (counts < FEWEST_LEADS)[:, np.newaxis, np.newaxis]
    reach = np.where(few, np.float32(np.inf), np.float32(OUTLYING))
    near = live & (np.abs(bounds - middle[:, np.newaxis]) <= reach[:, np.newaxis])
    earliest = np.where(near, bounds, np.float32(np.inf)).min(axis=1)[..., 0]
    latest = np.where(near, bounds, np.float32(-np.inf)).max(axis=1)[..., 1]
    # Where no lead is near the median, as of four in two pairs, it stands for them.
    outermost = np.where(near.any(axis=1), np.stack([earliest, latest], axis=-1), middle)
    over_all: Float32Array = outermost + np.where(few, np.float32(0), WIDER)
    return over_all


def towards_median_beat(over_all: Float32Array, of_median: Float64Array, record: IntArray) -> Float32Array:
    """Move the bounds of a record's beats halfway to those of its median beat, all beats alike.

    They are found in two ways that err differently, so that their mean is nearer to cardiologists than either. Standard
    deviations over LUDB's records 1 to 100 of P onset, P offset, QRS onset, QRS offset and T offset, in ms: beats 9.9,
    7.3, 6.1, 8.0, 13.2 (by networks that had not seen the record), median beat 7.6, 11.9, 6.2, 6.9, 14.8, mean 6.2,
    8.0, 5.0, 6.5, 9.9.

    Parameters
    ----------
    over_all : float32 array, shape (beats, 3 waves, 2)
        From `bounds_over_all`.
    of_median : float array, shape (records, 3 waves, 2)
        Bounds of the median beat, in samples of 500 Hz after its centre; NaN where there are none.
    record : int array, shape (beats,)
        Record of each beat, rising.

    Returns
    -------
    float32 array, shape (beats, 3 waves, 2)
    """
    starts = np.searchsorted(record, np.arange(len(of_median) + 1)).tolist()
    moved = over_all.copy()
    for bounds, (start, stop) in zip(of_median, pairwise(starts), strict=True):
        if stop > start:
            away = bounds - np.median(over_all[start:stop], axis=0)
            moved[start:stop] += np.where(np.abs(away) <= NEAR, away / 2, 0).astype(np.float32)
    return moved
