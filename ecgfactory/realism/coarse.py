"""What of an ECG tells a copy: 2 to 25 Hz, at 100 samples per second, in half precision."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from ecgfactory.arrays import Float32Array, Float64Array

Signals = npt.NDArray[np.int16] | npt.NDArray[np.float32]
"""ECGs in uV, shape (records, leads, samples); a memory map is read a few records at a time."""

RATE_HZ = 100
LOWEST_HZ, FULL_FROM_HZ, FULL_TO_HZ, HIGHEST_HZ = 1.5, 2.5, 20.0, 25.0
"""Edges of the band, each a half cosine. Slower, wander makes copies differ; faster, noise does. Among 2, 3 and 4 Hz by
25 and 40 Hz, this keeps copies at 5 dB furthest from the likest pairs of LUDB's people."""

TINY_UV = 0.5
"""A lead with a standard deviation below half a unit is flat: it resembles nothing, rather than everything."""


def coarse_signals(signals_uv: Signals, sampling_rate_hz: int) -> Float32Array:
    """Bring ECGs to the band and the rate that copies are looked for in, every lead to one scale.

    Parameters
    ----------
    signals_uv : int16 or float32 array, shape (n, leads, samples)
        A few records, in uV.
    sampling_rate_hz : int
        100 Hz or more.

    Returns
    -------
    float32 array, shape (n, leads, coarse samples)
        Each lead with a standard deviation of 1, or zeros where it is flat.
    """
    coarse = coarse_uv(signals_uv, sampling_rate_hz)
    spread = coarse.std(axis=-1, keepdims=True)
    coarse *= (spread > TINY_UV) / np.maximum(spread, np.float32(TINY_UV))
    return coarse


def coarse_uv(signals_uv: Signals, sampling_rate_hz: int) -> Float32Array:
    """Bring ECGs to that band and rate, in uV; as `coarse_signals`."""
    samples = signals_uv.shape[-1]
    coarse_samples = samples * RATE_HZ // sampling_rate_hz
    spectrum = scipy.fft.rfft(signals_uv.astype(np.float32), axis=-1, workers=-1)[..., : coarse_samples // 2 + 1]
    frequencies = np.arange(spectrum.shape[-1]) * sampling_rate_hz / samples
    spectrum *= _band(frequencies).astype(np.float32)
    coarse: Float32Array = scipy.fft.irfft(spectrum, n=coarse_samples, axis=-1, workers=-1).astype(np.float32)
    coarse *= np.float32(coarse_samples / samples)
    return coarse


def _band(frequencies_hz: Float64Array) -> Float64Array:
    """Gain at each frequency."""
    rise = np.clip((frequencies_hz - LOWEST_HZ) / (FULL_FROM_HZ - LOWEST_HZ), 0, 1)
    fall = np.clip((HIGHEST_HZ - frequencies_hz) / (HIGHEST_HZ - FULL_TO_HZ), 0, 1)
    gain: Float64Array = np.sin(np.pi / 2 * rise) ** 2 * np.sin(np.pi / 2 * fall) ** 2
    return gain
