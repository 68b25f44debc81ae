"""Marks counted in samples of another rate."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ecgfactory.wave_table import ABSENT, POINTS, WAVES

_QRS = WAVES.index("QRS")
_ONSET, _PEAK, _OFFSET = range(len(POINTS))


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
        A P or T wave whose peak is not before the next wave is absent: one of the two was none.
    """
    n, beats, leads, waves, marks = points.shape
    in_time = np.moveaxis(points, 2, 1).reshape(n, leads, beats * waves, marks).copy()
    never = np.iinfo(np.int32).max
    first = np.where(in_time == ABSENT, never, in_time).min(axis=-1)
    following = np.minimum.accumulate(first[..., ::-1], axis=-1)[..., ::-1]
    limit = np.append(following[..., 1:], np.full((n, leads, 1), never, np.int32), axis=-1) - 1
    last = np.minimum(in_time[..., _OFFSET], limit)
    is_qrs = np.arange(beats * waves) % waves == _QRS
    in_time[..., _OFFSET] = np.where(
        is_qrs, np.maximum(last, np.minimum(in_time[..., _PEAK], in_time[..., _OFFSET])), last
    )
    in_time[~is_qrs & (in_time.max(axis=-1) > limit)] = ABSENT
    return np.moveaxis(in_time.reshape(n, leads, beats, waves, marks), 1, 2)
