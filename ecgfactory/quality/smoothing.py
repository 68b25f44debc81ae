"""Smoothing of median beats."""

from __future__ import annotations

import scipy

from ecgfactory.arrays import FloatingArray


def smoothed(signal_uv: FloatingArray, length_s: float, sampling_rate_hz: int) -> FloatingArray:
    """Average over time with a Hann window, at half height half of `length_s` wide."""
    length = max(round(length_s * sampling_rate_hz), 1)
    kernel = scipy.signal.windows.hann(length + 2)[1:-1]
    smooth: FloatingArray = scipy.ndimage.convolve1d(signal_uv, kernel / kernel.sum(), axis=-1, mode="nearest")
    return smooth
