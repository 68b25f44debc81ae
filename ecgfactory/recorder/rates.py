"""Resampling by a polyphase filter: to the rate that is stored, and back to the one at which ECGs are measured."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, Float64Array, FloatingArray
from ecgfactory.leads import SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ

LARGEST_UV = 32_767

PASS_SHARE = 0.8
"""Share of half the lower rate up to which a signal is stored as it is, within 0.02 dB: 40 Hz at 100 Hz."""

STOP_DB = 60.0
"""How far what lies beyond half the lower rate is damped, so that it comes back as less: 1 uV of 1 mV."""

RECORDS_AT_ONCE = 8
"""Records whose signals, as float32, take the 1 MB of a second-level cache."""


def resampled(
    signals_uv: FloatingArray | SignalUv, ratio: Fraction, kernel: Float64Array | None = None
) -> Float32Array:
    """Resample signals about their mean: the filter's phases differ by 0.1 %, and an electrode offset would ripple.

    Parameters
    ----------
    signals_uv : array, shape (..., samples)
        Numbers all of them; what float32 can't hold becomes infinite.
    ratio : Fraction
        New rate over old.
    kernel : float array, optional
        Low-pass for `scipy.signal.resample_poly` at the rate that both are divisors of; by default that function's own,
        -6 dB at half the lower rate.

    Returns
    -------
    float32 array, shape (..., samples * ratio, rounded up)
        The first sample stays where it is; beyond its ends a signal counts as going on along the line between them.
    """
    kernel = _default_kernel(max(ratio.numerator, ratio.denominator)) if kernel is None else kernel
    with np.errstate(over="ignore", invalid="ignore"):
        mean_uv = signals_uv.mean(axis=-1, dtype=np.float64, keepdims=True)
        centred_uv = (signals_uv - mean_uv).astype(np.float32)
        found: Float32Array = scipy.signal.resample_poly(  # type: ignore[call-overload]  # its stubs know no kernels
            centred_uv,
            ratio.numerator,
            ratio.denominator,
            axis=-1,
            window=kernel.astype(np.float32),
            padtype="line",
        )
        found += mean_uv.astype(np.float32)
    return found


def to_rate(signals_uv: FloatingArray, rate_hz: int) -> Float32Array:
    """Bring generated signals to the rate that is stored, without what that can't hold.

    Parameters
    ----------
    signals_uv : float array, shape (..., samples at 500 Hz)
        In uV.
    rate_hz : int
        Samples per second to store.

    Returns
    -------
    float32 array, shape (..., samples at that rate)
        By a linear-phase low-pass (Kaiser window), which moves no wave: flat up to `PASS_SHARE` of half the lower rate,
        -6 dB at 0.9 of it, and `STOP_DB` from there on.
    """
    if rate_hz == SAMPLING_RATE_HZ:
        return signals_uv.astype(np.float32)
    ratio = Fraction(rate_hz, SAMPLING_RATE_HZ)
    return resampled(signals_uv, ratio, _sharp_kernel(max(ratio.numerator, ratio.denominator)))


def measured_form(signals_uv: SignalUv, rate_hz: int) -> SignalUv:
    """Bring stored signals back to 500 Hz, at which ECGs are measured, as `assess` does with any ECG.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        As stored, in uV.
    rate_hz : int
        Samples per second.

    Returns
    -------
    int16 array, shape (records, leads, samples at 500 Hz)
        In uV; the same array where that is the rate already.
    """
    if rate_hz == SAMPLING_RATE_HZ:
        return signals_uv
    ratio = Fraction(SAMPLING_RATE_HZ, rate_hz)
    parts = [
        to_integers_uv(resampled(signals_uv[start : start + RECORDS_AT_ONCE], ratio))
        for start in range(0, max(len(signals_uv), 1), RECORDS_AT_ONCE)
    ]
    return np.concatenate(parts)


def to_integers_uv(signals_uv: FloatingArray) -> SignalUv:
    """Round to int16; what that can't hold becomes its largest number of either sign."""
    return np.rint(np.clip(signals_uv, -LARGEST_UV, LARGEST_UV)).astype(np.int16)


@cache
def _default_kernel(factor: int) -> Float64Array:
    """The low-pass that `scipy.signal.resample_poly` has unless told otherwise, designed once."""
    kernel: Float64Array = scipy.signal.firwin(20 * factor + 1, 1 / factor, window=("kaiser", 5.0))
    return kernel


@cache
def _sharp_kernel(factor: int) -> Float64Array:
    taps, beta = scipy.signal.kaiserord(STOP_DB, (1 - PASS_SHARE) / factor)
    kernel: Float64Array = scipy.signal.firwin(taps | 1, (1 + PASS_SHARE) / 2 / factor, window=("kaiser", beta))
    return kernel
