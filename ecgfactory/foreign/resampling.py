"""Resampling ECGs to 500 Hz, whatever their sampling rate, gaps and length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.quality.spans import runs
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.rates import resampled

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 50, 100_000


def rate_problem(rate_hz: float) -> str | None:
    """Say why a sampling rate can't be used, if it can't."""
    if LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        return None
    return f"sampling rate {rate_hz:g} Hz is not within {LOWEST_RATE_HZ}..{HIGHEST_RATE_HZ}"


def ratio_from(rate_hz: float) -> Fraction:
    """Return by what ratio signals of a rate are resampled: samples at 500 Hz for each of theirs."""
    return Fraction(SAMPLING_RATE_HZ / rate_hz).limit_denominator(1000)


def resample(leads_uv: FloatingArray | Sequence[FloatingArray], rate_hz: float) -> Float32Array:
    """Turn leads of any rate into a signal at 500 Hz, one by one: a night of ECG has to fit in memory.

    Parameters
    ----------
    leads_uv : float array, shape (leads, samples), or a sequence of arrays of shape (samples,)
        NaN where there is no value.
    rate_hz : float
        Samples per second.

    Returns
    -------
    float32 array, shape (leads, samples at 500 Hz)
        By a polyphase filter (scipy.signal.resample_poly). NaN stays NaN, as wide as it was, and bends nothing beside
        it; what float32 can't hold is infinite.
    """
    ratio = ratio_from(rate_hz)
    samples = -(-len(leads_uv[0]) * ratio.numerator // ratio.denominator)
    signal_uv = np.empty((len(leads_uv), samples), dtype=np.float32)
    for lead, values in enumerate(leads_uv):
        if ratio == 1:
            with np.errstate(over="ignore"):
                signal_uv[lead] = values
            continue
        missing = ~np.isfinite(values)
        signal_uv[lead] = resampled(_bridged(values, np.flatnonzero(missing)), ratio)
        _, begins, ends = runs(missing)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            first = min(_nearest(begin, ratio), samples - 1)
            last = samples if end == len(values) else max(_nearest(end, ratio), first + 1)
            signal_uv[lead, first:last] = np.nan
    return signal_uv


def _nearest(place: int, ratio: Fraction) -> int:
    """First sample at 500 Hz that is as near to a sample of the recording as to the one before."""
    return max(math.ceil((place - 0.5) * ratio), 0)


def _bridged(values: FloatingArray, missing: IntArray) -> FloatingArray:
    """Fill gaps by straight lines, so that a filter finds no step there; ends by the nearest value."""
    if not missing.size:
        return values
    beside = np.setdiff1d(np.concatenate([missing - 1, missing + 1]).clip(0, len(values) - 1), missing)
    bridged = values.copy()
    bridged[missing] = np.interp(missing, beside, values[beside]) if beside.size else 0
    return bridged
