"""Noise of a given spectrum."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy

from ecgfactory.arrays import Float64Array


def noise(
    rng: np.random.Generator,
    length: int,
    rate_hz: float,
    band_hz: tuple[float, float],
    power: Callable[[Float64Array], Float64Array],
) -> Float64Array:
    """Draw Gaussian noise by its spectrum, which nothing is outside of.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where it comes from.
    length : int
        Samples.
    rate_hz : float
        Samples per second.
    band_hz : tuple of two float
        Lowest and highest frequency; what is above half the sampling rate is left out. A short ECG has a piece of a
        period of the lowest.
    power : callable
        Power at frequencies (Hz), in any unit.

    Returns
    -------
    float64 array, shape (length,)
        Of mean 0 and variance 1, on average over many draws.
    """
    points: int = scipy.fft.next_fast_len(max(length, math.ceil(rate_hz / band_hz[0])), real=True)
    first = max(round(band_hz[0] * points / rate_hz), 1)
    last = max(min(int(band_hz[1] * points / rate_hz), (points - 1) // 2), first)
    amplitudes = np.sqrt(power(np.arange(first, last + 1, dtype=np.float64) * (rate_hz / points)))
    amplitudes *= points / 2 / np.sqrt(np.square(amplitudes).sum())
    spectrum = np.zeros(points // 2 + 1, dtype=np.complex64)  # 7 digits do for what is rounded to 1 uV
    spectrum[first : last + 1] = amplitudes
    spectrum[first : last + 1] *= rng.standard_normal(2 * len(amplitudes), dtype=np.float32).view(np.complex64)
    return np.fft.irfft(spectrum, points)[:length].astype(np.float64)


def filtered(
    uv: Float64Array, rate_hz: float, tail_s: float, response: Callable[[Float64Array], np.ndarray]
) -> Float64Array:
    """Filter a signal by its spectrum.

    Parameters
    ----------
    uv : float64 array, shape (length,)
        The signal; nothing was before it.
    rate_hz : float
        Samples per second.
    tail_s : float
        How long the filter remembers, in seconds.
    response : callable
        The filter's complex response at frequencies (Hz).

    Returns
    -------
    float64 array, shape (length,)
    """
    points: int = scipy.fft.next_fast_len(len(uv) + round(tail_s * rate_hz), real=True)
    frequencies = np.arange(points // 2 + 1, dtype=np.float64) * (rate_hz / points)
    spectrum = np.fft.rfft(uv.astype(np.float32), points) * response(frequencies).astype(np.complex64)
    return np.fft.irfft(spectrum, points)[: len(uv)].astype(np.float64)
