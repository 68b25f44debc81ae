"""Resampling ECGs to 500 Hz, whatever their sampling rate, gaps and length."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import scipy

from ecgfactory.arrays import BoolArray, Float32Array, FloatingArray
from ecgfactory.record import SAMPLING_RATE_HZ

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 50, 100_000


def rate_problem(rate_hz: float) -> str | None:
    """Say why a sampling rate can't be used, if it can't."""
    if LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        return None
    return f"sampling rate {rate_hz:g} Hz is not within {LOWEST_RATE_HZ}..{HIGHEST_RATE_HZ}"


def resample(signal_uv: FloatingArray, rate_hz: float) -> FloatingArray:
    """Resample to 500 Hz with a polyphase filter (scipy.signal.resample_poly), one lead at a time.

    Parameters
    ----------
    signal_uv : float array, shape (leads, samples)
        Any unit; NaN stays NaN, as wide as it was, and bends nothing beside it.
    rate_hz : float
        Samples per second.

    Returns
    -------
    float array, shape (leads, samples at 500 Hz)
        The very same array where it is at 500 Hz; else float32, so that a night of ECG fits in memory.
    """
    if rate_hz == SAMPLING_RATE_HZ:
        return signal_uv
    ratio = Fraction(SAMPLING_RATE_HZ / rate_hz).limit_denominator(1000)
    leads, samples = signal_uv.shape
    resampled = np.empty((leads, -(-samples * ratio.numerator // ratio.denominator)), dtype=np.float32)
    for lead in range(leads):
        missing = ~np.isfinite(signal_uv[lead])
        if missing.all():
            resampled[lead] = np.nan
            continue
        resampled[lead] = _resampled(_bridged(signal_uv[lead], missing), ratio)
        if missing.any():
            nearest = (np.arange(resampled.shape[1]) * ratio.denominator / ratio.numerator).round().astype(np.int64)
            resampled[lead, missing[nearest.clip(max=samples - 1)]] = np.nan
    return resampled


def _bridged(lead_uv: FloatingArray, missing: BoolArray) -> FloatingArray:
    """Fill gaps by straight lines, so that a filter finds no step there; ends by the nearest value."""
    if not missing.any():
        return lead_uv
    bridged = lead_uv.copy()
    there = np.flatnonzero(~missing)
    bridged[missing] = np.interp(np.flatnonzero(missing), there, lead_uv[there])
    return bridged


def _resampled(lead_uv: FloatingArray, ratio: Fraction) -> Float32Array:
    """Resample one lead about its mean: the filter's phases differ by 0.1 %, and an electrode offset would ripple."""
    mean = lead_uv.mean(dtype=np.float64)
    centred = (lead_uv - mean).astype(np.float32)
    resampled: Float32Array = scipy.signal.resample_poly(centred, ratio.numerator, ratio.denominator, padtype="line")
    resampled += np.float32(mean)
    return resampled
