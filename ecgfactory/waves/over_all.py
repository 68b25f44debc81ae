"""Bounds of a beat's waves over all leads, from those in each lead."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array

OUTLYING = 10
"""A lead's bound does not count where it lies more than 20 ms from the median of all leads'; samples of 500 Hz."""

FEWEST_LEADS = 3
"""Of fewer leads, the bounds over all leads are the earliest and latest of these leads themselves."""

WIDER = np.array([[-3, 1.5], [-3.25, 3.75], [0.5, 3.25]], np.float32)
"""So far beyond ours lie cardiologists' outermost marks, because theirs vary more from lead to lead: mean over LUDB's
records 1 to 100, each by a network that had not seen it. P, QRS and T, onset and offset; samples of 500 Hz."""


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
