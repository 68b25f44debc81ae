"""Labelling stored records with their waves, in samples of the rate at which they are stored."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import Beats
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.wave_table import ABSENT, WAVES, WaveTable
from ecgfactory.waves.find import find_marks


def label_waves(
    measured_uv: SignalUv, beats: Beats, lead_names: tuple[str, ...], rate_hz: int, samples: int
) -> WaveTable:
    """Mark the waves of records.

    Parameters
    ----------
    measured_uv : int16 array, shape (n, leads, samples at 500 Hz)
        The form in which they are measured, in uV.
    beats : Beats
        What was found in it, when it was measured.
    lead_names : tuple of str
        Names along the second axis.
    rate_hz, samples : int
        Sampling rate of the stored records, and their samples, by which marks are counted.

    Returns
    -------
    WaveTable
        By the same beats that the records' features are measured on.
    """
    marks = find_marks(measured_uv, beats, lead_names, SAMPLING_RATE_HZ)
    points = np.concatenate([marks.over_all[:, :, np.newaxis], marks.leads], axis=2)
    return WaveTable.of_points(_at_rate(points, rate_hz, samples), beats.exists, lead_names)


def _at_rate(places: npt.NDArray[np.int32], rate_hz: int, samples: int) -> npt.NDArray[np.int32]:
    """Count samples at another rate than 500 Hz."""
    if rate_hz == SAMPLING_RATE_HZ:
        return places
    nearest = np.rint(places * (rate_hz / SAMPLING_RATE_HZ)).clip(0, samples - 1)
    return _apart(np.where(places == ABSENT, ABSENT, nearest).astype(np.int32))


def _apart(points: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """End each wave before the next one of its lead begins, where rounding put both into one sample."""
    n, beats, leads = points.shape[:3]
    onset, peak, offset = np.moveaxis(points.swapaxes(1, 2).reshape(n, leads, beats * len(WAVES), 3), -1, 0)
    begins = np.where(onset == ABSENT, np.iinfo(np.int32).max, onset)
    following = np.minimum.accumulate(begins[..., :0:-1], axis=-1)[..., ::-1]
    before = np.minimum(offset[..., :-1], following - 1)
    offset = np.concatenate([before, offset[..., -1:]], axis=-1)
    peak = np.where(offset == ABSENT, peak, np.minimum(peak, offset))
    return np.stack([onset, peak, offset], axis=-1).reshape(n, leads, beats, len(WAVES), 3).swapaxes(1, 2)
