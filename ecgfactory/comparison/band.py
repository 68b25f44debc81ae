"""The band that both sides of a comparison are filtered to, without any shift in time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft

from ecgfactory.arrays import Float32Array
from ecgfactory.leads import SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ

LOWER_HZ = 0.5
"""Below lies the wander of the baseline; the recommendation for recorders that filter without a shift in time, AHA 2007
(Kligfield et al., doi:10.1161/CIRCULATIONAHA.106.180200).
"""

HIGHEST_HZ = 150.0
"""What diagnostic recorders keep, by the same recommendation: what lies above tells recorders apart, not hearts."""

USABLE_SHARE_OF_RATE = 0.4
"""A recorder's own filter has to end before half its sampling rate: 40 Hz of 100, 150 of 375."""

LOWER_ORDER, UPPER_ORDER = 2, 4
"""Of the Butterworth filters whose squared responses are applied: forth and back leaves no shift."""

EXTENSION_S = 2.0
"""At least so far is each end continued by its odd reflection: as long as the lower edge's response."""


def upper_edge_hz(recorded_rates_hz: float) -> float:
    """Return up to where signals recorded at a rate can be compared."""
    return min(HIGHEST_HZ, USABLE_SHARE_OF_RATE * recorded_rates_hz)


def in_band(signals_uv: SignalUv, upper_hz: float) -> Float32Array:
    """Filter signals to the band from `LOWER_HZ` to an upper edge.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        In uV, 500 Hz.
    upper_hz : float
        Upper edge, where the response has fallen by 6 dB.

    Returns
    -------
    float32 array, same shape
        By the squared responses of Butterworth filters of order 2 (high-pass) and 4 (low-pass).
    """
    filtered_uv = np.empty(signals_uv.shape, dtype=np.float32)
    for signal_uv, filtered in zip(signals_uv, filtered_uv, strict=True):  # one fits in the cache: twice as fast
        filtered[:] = _filtered(signal_uv.astype(np.float32), upper_hz)
    return filtered_uv


def _filtered(signal_uv: Float32Array, upper_hz: float) -> Float32Array:
    samples = signal_uv.shape[-1]
    length = scipy.fft.next_fast_len(samples + round(2 * EXTENSION_S * SAMPLING_RATE_HZ), real=True)
    before = (length - samples) // 2
    after = length - samples - before
    head = 2 * signal_uv[:, :1] - signal_uv[:, before:0:-1]
    tail = 2 * signal_uv[:, -1:] - signal_uv[:, -2 : -2 - after : -1]
    spectrum = scipy.fft.rfft(np.concatenate([head, signal_uv, tail], axis=-1), axis=-1)
    spectrum *= _response(length, upper_hz)
    return np.asarray(scipy.fft.irfft(spectrum, length, axis=-1)[:, before : before + samples], dtype=np.float32)


@lru_cache(maxsize=4)
def _response(length: int, upper_hz: float) -> Float32Array:
    frequency = scipy.fft.rfftfreq(length, 1 / SAMPLING_RATE_HZ)
    with np.errstate(divide="ignore"):
        high_pass = 1 / (1 + (LOWER_HZ / frequency) ** (2 * LOWER_ORDER))
    low_pass = 1 / (1 + (frequency / upper_hz) ** (2 * UPPER_ORDER))
    response: Float32Array = (high_pass * low_pass).astype(np.float32)
    return response
