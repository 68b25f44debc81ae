"""Resampling to the rate at which ECGs are measured."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import scipy

from ecgfactory.arrays import Float64Array, FloatingArray
from ecgfactory.record import SAMPLING_RATE_HZ

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 50, 100_000


def rate_problem(rate_hz: float) -> str | None:
    """Say why a sampling rate can't be used, if it can't."""
    if LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        return None
    return f"sampling rate {rate_hz:g} Hz is not within {LOWEST_RATE_HZ}..{HIGHEST_RATE_HZ}"


def resample(signal_uv: FloatingArray, rate_hz: float) -> FloatingArray:
    """Resample to 500 Hz with a polyphase filter (scipy.signal.resample_poly).

    Parameters
    ----------
    signal_uv : float array, shape (leads, samples)
        Any unit; NaN stays NaN, as wide as it was.
    rate_hz : float
        Samples per second.

    Returns
    -------
    float array, shape (leads, samples at 500 Hz)
    """
    if rate_hz == SAMPLING_RATE_HZ:
        return signal_uv
    ratio = Fraction(SAMPLING_RATE_HZ / rate_hz).limit_denominator(1000)
    missing = ~np.isfinite(signal_uv)
    resampled: Float64Array = scipy.signal.resample_poly(
        np.where(missing, 0, signal_uv), ratio.numerator, ratio.denominator, axis=-1, padtype="line"
    )
    if missing.any():
        nearest = (np.arange(resampled.shape[1]) * ratio.denominator / ratio.numerator).round().astype(np.int64)
        resampled[missing[:, nearest.clip(max=signal_uv.shape[1] - 1)]] = np.nan
    return resampled
