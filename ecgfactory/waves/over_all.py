"""Bounds of a beat's waves over all leads, from those in each lead."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray

OUTLYING_S = 0.02
"""A lead's bound does not count where it lies more than 20 ms from the median of all leads'."""

FEWEST_LEADS = 3
"""Of fewer leads, the bounds over all leads are the earliest and latest of these leads themselves."""

WIDER_S = np.array([[-0.006, 0.003], [-0.0065, 0.0075], [0.001, 0.0065]])
"""So far beyond ours lie cardiologists' outermost marks, because theirs vary more from lead to lead: mean over LUDB's
records 1 to 100, each by a network that had not seen it. P, QRS and T, onset and offset."""


def bounds_over_all(bounds: IntArray, live: BoolArray, sampling_rate_hz: int) -> IntArray:
    """Take the earliest onset and the latest offset over the leads, those of outlying leads left out.

    The definition is the CSE's (Eur Heart J 6 (1985) 815-825), as `ecgfactory.quality.waves` measures by it and
    `validation.ludb` combines cardiologists' marks.

    Parameters
    ----------
    bounds : int array, shape (beats, leads, 3 waves, 2)
        Onset and offset in samples.
    live : bool array, shape (beats, leads)
        Which leads have a signal; at least one in each beat.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    int array, shape (beats, 3 waves, 2)
    """
    far = np.iinfo(np.int64).max // 4
    counts = live.sum(axis=1)
    live = live[..., np.newaxis, np.newaxis]
    rising = np.sort(np.where(live, bounds, far), axis=1)
    beats = np.arange(len(bounds))
    middle = (rising[beats, (counts - 1) // 2] + rising[beats, counts // 2]) / 2
    few = (counts < FEWEST_LEADS)[:, np.newaxis, np.newaxis]
    reach = np.where(few, far, OUTLYING_S * sampling_rate_hz)[:, np.newaxis]
    near = live & (np.abs(bounds - middle[:, np.newaxis]) <= reach)
    earliest = np.where(near, bounds, far).min(axis=1)[..., 0]
    latest = np.where(near, bounds, -far).max(axis=1)[..., 1]
    # Where no lead is near the median, as of three far apart, it stands for them.
    none = ~near.any(axis=1)
    outermost = np.where(none, middle, np.stack([earliest, latest], axis=-1))
    wider = np.where(few, 0, WIDER_S * sampling_rate_hz)
    over_all: IntArray = np.rint(outermost + wider).astype(np.int64)
    return over_all
