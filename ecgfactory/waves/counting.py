"""Marks counted in samples of another rate."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ecgfactory.wave_table import ABSENT, BEAT_WAVES

_QRS = BEAT_WAVES.index("QRS")


def at_rate(points: npt.NDArray[np.int32], ratio: Fraction, samples: int) -> npt.NDArray[np.int32]:
    """Count marks in samples of another rate.

    Parameters
    ----------
    points : int32 array, shape (n, most beats, 1 + leads, 3, 3)
        As `WaveTable.of_points` takes them, in order of time.
    ratio : Fraction
        The other rate over theirs.
    samples : int
        Samples of a record at the other rate.

    Returns
    -------
    int32 array, same shape
        The nearest samples, so that a peak is the largest deflection of the signal at that rate within a sample. Where
        so the end of a wave meets the beginning of the next, it is one sample earlier.
    """
    if ratio == 1:
        return points
    nearest = np.rint(points * float(ratio)).clip(0, samples - 1)
    return without_overlaps(np.where(points == ABSENT, ABSENT, nearest).astype(np.int32))


def without_overlaps(points: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Let each wave end before the next of its lead begins.

    Parameters
    ----------
    points : int32 array, shape (n, most beats, 1 + leads, 3, 3)
        As `WaveTable.of_points` takes them, in order of time.

    Returns
    -------
    int32 array, same shape
        Each wave begins after the peak of every QRS before it and ends before what follows begins. One whose peak can't
        lie within is absent, as is what is left without a length; but the QRS over all leads stays.
    """
    n, beats, leads, waves, marks = points.shape
    in_time = np.moveaxis(points, 2, 1).reshape(n, leads, beats * waves, marks).copy()
    onset, peak, offset = np.moveaxis(in_time, -1, 0)  # views
    is_qrs = np.arange(beats * waves) % waves == _QRS

    free = np.maximum.accumulate(np.where(is_qrs, peak, ABSENT), axis=-1)
    free = np.concatenate([np.full((n, leads, 1), ABSENT, np.int32), free[..., :-1]], axis=-1) + 1
    np.maximum(onset, free, out=onset, where=onset != ABSENT)
    in_time[peak < free] = ABSENT

    never = np.iinfo(np.int32).max
    first = np.where(in_time == ABSENT, never, in_time).min(axis=-1)
    following = np.minimum.accumulate(first[..., ::-1], axis=-1)[..., ::-1]
    limit = np.append(following[..., 1:], np.full((n, leads, 1), never, np.int32), axis=-1) - 1
    np.minimum(offset, limit, out=offset)
    stays = is_qrs & (np.arange(leads) == 0)[:, np.newaxis]
    in_time[(peak > limit) | (onset == offset) & (offset != ABSENT) & ~stays] = ABSENT
    return np.moveaxis(in_time.reshape(n, leads, beats, waves, marks), 1, 2)
