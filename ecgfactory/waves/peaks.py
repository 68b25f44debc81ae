"""The peak of a wave: its largest deflection from the line that joins its bounds, and of QRS the R if there is one."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv

POINTS = 24
"""A wave is looked through at so many points, and then sample by sample around the best."""

UPWARDS = np.array([1, 20, 1], np.float32)[:, np.newaxis]
"""An upward deflection of P, QRS and T counts as many times as a downward one: an r wave of a twentieth of the S is
still what cardiologists mark as the peak of QRS (91 % of LUDB's), and without one it is the deepest point."""


def find_peaks(signal_uv: SignalUv, bounds: IntArray, there: BoolArray, record: IntArray) -> IntArray:
    """Find the peak of each wave in each lead.

    Parameters
    ----------
    signal_uv : int16 array, shape (records, leads, samples)
        The signal.
    bounds : int array, shape (beats, leads, 3 waves, 2)
        Onset and offset of P, QRS and T in samples, within the record where the wave is there.
    there : bool array, shape (beats, leads, waves)
        Which waves there are.
    record : int array, shape (beats,)
        Record of each beat.

    Returns
    -------
    int array, shape (beats, leads, waves)
        From onset to offset; anything where there is no wave.
    """
    _, leads, samples = signal_uv.shape
    flat_uv = signal_uv.reshape(-1)
    base = ((record[:, np.newaxis] * leads + np.arange(leads)) * samples)[..., np.newaxis, np.newaxis]
    onset, offset = np.moveaxis(np.where(there[..., np.newaxis], bounds, 0), -1, 0)[..., np.newaxis]
    length = offset - onset
    start_uv, end_uv = (flat_uv.take(base + bound).astype(np.float32) for bound in (onset, offset))
    slope = (end_uv - start_uv) / np.maximum(length, 1).astype(np.float32)

    def best(after: IntArray) -> IntArray:
        """Which of some samples after the onset deviates most, as it counts."""
        deviation = flat_uv.take(base + onset + after) - (start_uv + slope * after.astype(np.float32))
        counts = np.maximum(deviation * UPWARDS, -deviation)
        places: IntArray = np.take_along_axis(after, counts.argmax(axis=-1)[..., np.newaxis], -1)
        return places

    coarse = best(length * np.arange(POINTS) // (POINTS - 1))
    reach = length // (POINTS - 1) + 1
    beside = np.arange(-reach.max(initial=0), reach.max(initial=0) + 1).clip(-reach, reach)
    fine = best((coarse + beside).clip(0, length))
    peaks: IntArray = (onset + fine)[..., 0]
    return peaks
