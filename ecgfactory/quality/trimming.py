"""Cutting off what is too short to come from the heart, as pacing spikes are, whatever becomes of the tips of waves.

That is enough for finding beats; where a beat is measured, `pacing_spikes` takes out the spikes alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.leads import SignalUv
from ecgfactory.quality.filters import edge_padded

SPIKE_S = 0.018
"""What is shorter is a spike. Pacing pulses last up to 2 ms (IEC 60601-2-25 tests with 0.1 to 2 ms), and recorders draw
them up to 16 ms wide (in LUDB). Waves of a QRS last 20 ms or more, and lose no more than their tips."""

Extreme = Callable[[SignalUv, SignalUv], SignalUv]


def trimmed(signals_uv: SignalUv, sampling_rate_hz: int) -> Float32Array:
    """Cut off peaks and troughs that are shorter than `SPIKE_S`, at the level where they are that long.

    The mean of opening then closing and of closing then opening (mathematical morphology with a flat element), so
    that an inverted lead is treated alike. Slopes and longer waves stay as they are.

    Parameters
    ----------
    signals_uv : int16 array, shape (..., samples)
        In uV.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    float32 array, shape (..., samples)
    """
    length = round(SPIKE_S * sampling_rate_hz)
    if length < 2 or not signals_uv.shape[-1]:
        return signals_uv.astype(np.float32)
    padded = edge_padded(signals_uv, 2 * (length - 1), 2 * (length - 1))
    calm = _trimmed(padded, np.minimum, np.maximum, length).astype(np.float32)
    calm += _trimmed(padded, np.maximum, np.minimum, length)
    calm *= np.float32(0.5)
    return calm


def _trimmed(signals: SignalUv, first: Extreme, second: Extreme, length: int) -> SignalUv:
    """Open, then close (or the other way round); the two steps in the middle are one."""
    return _running(_running(_running(signals, first, length), second, 2 * length - 1), first, length)


def _running(signals: SignalUv, extreme: Extreme, length: int) -> SignalUv:
    """Take the extreme of each window of `length` samples, by doubling the window; shorter by `length` - 1."""
    covered = 1
    while covered < length:
        step = min(covered, length - covered)
        signals = extreme(signals[..., :-step], signals[..., step:])
        covered += step
    return signals
