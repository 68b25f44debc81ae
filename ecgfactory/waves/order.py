"""Bounds of waves as they can be: in order, without overlap, and half within the record at least."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray

P, QRS, T = range(3)
ONSET, OFFSET = range(2)

SHORTEST = (8, 10, 30)
"""Fewest samples of 500 Hz from onset to offset of P, QRS and T; what is left of a shorter one is none."""


def in_order(
    bounds: IntArray, there: BoolArray, record: IntArray, centre: IntArray, samples: int, sampling_rate_hz: int
) -> tuple[IntArray, BoolArray]:
    """Put the waves of each lead in order: QRS first, then P and T beside it, which share what both claim.

    QRS ends where the centre of the next beat becomes nearer than its own, and begins so.

    Parameters
    ----------
    bounds : int array, shape (beats, leads, 3 waves, 2)
        Onset and offset of P, QRS and T, in samples of the record.
    there : bool array, shape (beats, leads, 3 waves)
        Which waves there are.
    record : int array, shape (beats,)
        Record of each beat, rising.
    centre : int array, shape (beats,)
        Place of each beat, rising in each record.
    samples : int
        Length of a record.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    bounds : int array, same shape
        With onset < offset, each wave after the one before.
    there : bool array, same shape
        Without waves whose middle lies beyond an end of the record, and what neighbours leave too little of.
    """
    bounds = bounds.copy()
    onset, offset, qrs = bounds[..., ONSET], bounds[..., OFFSET], bounds[..., QRS, :]  # views
    follows = (record[1:] == record[:-1])[:, np.newaxis]
    this, following = slice(None, -1), slice(1, None)
    halfway = ((centre[this] + centre[following]) // 2)[:, np.newaxis, np.newaxis]
    np.minimum(qrs[this], halfway, out=qrs[this], where=follows[..., np.newaxis])
    np.maximum(qrs[following], halfway + 1, out=qrs[following], where=follows[..., np.newaxis])
    offset[..., QRS] = np.maximum(offset[..., QRS], onset[..., QRS])
    offset[..., P] = np.minimum(offset[..., P], onset[..., QRS] - 1)
    onset[..., T] = np.maximum(onset[..., T], offset[..., QRS] + 1)

    before_qrs = np.minimum(offset[this, :, T], onset[following, :, QRS] - 1)
    offset[this, :, T] = np.where(follows, before_qrs, offset[this, :, T])
    after_qrs = np.maximum(onset[following, :, P], offset[this, :, QRS] + 1)
    onset[following, :, P] = np.where(follows, after_qrs, onset[following, :, P])
    both = follows & there[this, :, T] & there[following, :, P]
    both &= offset[this, :, T] >= onset[following, :, P]
    middle = (offset[this, :, T] + onset[following, :, P]) // 2
    offset[this, :, T] = np.where(both, middle, offset[this, :, T])
    onset[following, :, P] = np.where(both, middle + 1, onset[following, :, P])

    shortest = np.maximum(np.array(SHORTEST) * sampling_rate_hz // 500, 1)
    middle = (onset + offset) // 2
    return bounds, there & (middle >= 0) & (middle < samples) & (offset - onset >= shortest)
