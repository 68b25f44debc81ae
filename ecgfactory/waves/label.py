"""Labelling stored records with their waves, in samples of the rate at which they are stored."""

from __future__ import annotations

from fractions import Fraction

from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import Waves
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.wave_table import WaveTable
from ecgfactory.waves.counting import at_rate
from ecgfactory.waves.marks import find_marks


def label_waves(
    measured_uv: SignalUv,
    beats: Beats,
    lead_names: tuple[str, ...],
    rate_hz: int,
    samples: int,
    waves: Waves | None = None,
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
    waves : Waves, optional
        From `find_waves`, where whoever asks has them; found otherwise.

    Returns
    -------
    WaveTable
        By the same beats that the records' features are measured on.
    """
    marks = find_marks(measured_uv, beats, lead_names, SAMPLING_RATE_HZ, waves=waves)
    points = at_rate(marks.points, Fraction(rate_hz, SAMPLING_RATE_HZ), samples)
    return WaveTable.of_points(points, beats.exists, lead_names)
