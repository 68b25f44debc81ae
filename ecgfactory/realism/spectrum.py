"""Power of each lead in bands of frequency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.realism.space_feature import SpaceFeature
from ecgfactory.record import SAMPLING_RATE_HZ

BANDS_HZ = (
    (0.5, 1.5),
    (1.5, 4.0),
    (4.0, 8.0),
    (8.0, 15.0),
    (15.0, 25.0),
    (25.0, 40.0),
    (40.0, 48.0),
    (62.0, 100.0),
    (100.0, 150.0),
)
"""From rhythm and T waves through QRS to muscle and amplifier noise. What lies around 50 and 60 Hz says more about the
mains and the notch filters of a place than about ECGs, and is left out."""

SEGMENT_S = 2
FLOOR_UV2_PER_HZ = 1e-3
"""Added before the logarithm: below the rounding to whole uV, 1/12 uV^2 over 250 Hz."""


def features(lead_names: Sequence[str], upper_hz: float) -> list[SpaceFeature]:
    """Describe what `measure` returns."""
    return [
        SpaceFeature(
            _name(lead, band_hz),
            "dB",
            "spectrum",
            f"power of {lead} between {band_hz[0]:g} and {band_hz[1]:g} Hz (1 uV^2/Hz is 0 dB)",
        )
        for lead in lead_names
        for band_hz in _within(upper_hz)
    ]


def measure(signals_uv: Float32Array, lead_names: Sequence[str], upper_hz: float) -> dict[str, Float64Array]:
    """Measure the mean power density of each lead in each band that lies below `upper_hz`, in dB.

    By Welch's method (IEEE Trans Audio Electroacoust 15 (1967) 70) with segments of 2 s that overlap by half.

    Parameters
    ----------
    signals_uv : float32 array, shape (records, leads, samples)
        In uV at 500 Hz.
    lead_names : sequence of str
        Names along the second axis.
    upper_hz : float
        End of the signals' band.
    """
    segment = min(SEGMENT_S * SAMPLING_RATE_HZ, signals_uv.shape[-1])
    frequencies, density = scipy.signal.welch(signals_uv, SAMPLING_RATE_HZ, nperseg=segment)
    measured: dict[str, Float64Array] = {}
    for band_hz in _within(upper_hz):
        inside = (frequencies >= band_hz[0]) & (frequencies < band_hz[1])
        decibels = 10 * np.log10(density[..., inside].mean(axis=-1, dtype=np.float64) + FLOOR_UV2_PER_HZ)
        measured |= {_name(lead, band_hz): decibels[:, row] for row, lead in enumerate(lead_names)}
    return measured


def _within(upper_hz: float) -> list[tuple[float, float]]:
    return [band_hz for band_hz in BANDS_HZ if band_hz[1] <= upper_hz]


def _name(lead: str, band_hz: tuple[float, float]) -> str:
    return f"power_{band_hz[0]:g}_{band_hz[1]:g}_hz_{lead}_db"
