"""Leads of a median beat that would pull the bounds of waves: noisy ones, and ones without a signal."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array
from ecgfactory.quality.batch import block_means

CHANGE_S, QUIET_S, QUIETEST_SHARE = 0.008, 0.04, 0.1
"""A lead's noise is its change over 8 ms, root mean square over its quietest 40 ms; a tenth may be quieter still."""

NOISE_UV, NOISE_FACTOR = 10.0, 3.0
"""A lead is noisy with over 10 uV of noise and three times that of the median lead."""


def usable_leads(beat_uv: Float32Array, sampling_rate_hz: int) -> BoolArray:
    """Find the leads that are neither flat nor much noisier than the others.

    Parameters
    ----------
    beat_uv : float32 array, shape (n, leads, window)
        Median beats.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    bool array, shape (n, leads)
    """
    step = max(round(CHANGE_S * sampling_rate_hz), 1)
    changes = beat_uv[..., step:] - beat_uv[..., :-step]
    changes *= changes
    energy = block_means(changes, max(round(QUIET_S * sampling_rate_hz), 1))
    place = int(QUIETEST_SHARE * energy.shape[-1])
    noise = np.sqrt(np.partition(energy, place, axis=-1)[..., place])
    usual = np.maximum(NOISE_UV, NOISE_FACTOR * np.median(noise, axis=1, keepdims=True))
    usable: BoolArray = (noise <= usual) & (energy.max(axis=-1) > 0)
    return usable
