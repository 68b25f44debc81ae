"""Which peaks of what the leads show together are beats, and which are P and T waves.

The numbers without a source were chosen as those of the activity were.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, FloatingArray, IntArray

BEAT_HEIGHT = 0.4
"""A beat stands out from rest by this share of the difference between rest and QRS."""

REFRACTORY_S = 0.2
"""No two beats within 200 ms: the refractory time of Pan and Tompkins 1985 (doi:10.1109/TBME.1985.325532)."""

WAVE_HEIGHT, WAVE_APART_S = 0.15, 0.12
"""What stands out by this share, and is 120 ms from what does more, may be a P or T wave or a wide beat."""

T_WAVE_S, P_WAVE_S, WAVE_SHARE = 0.4, 0.3, 0.65
"""A T wave peaks within 400 ms after its QRS, a P wave within 300 ms before; it is less than 0.65 as active, and most
beats of a record have one."""

WAVE_SPREAD = 2.0
"""P or T waves of a record are at most twice as active as half of them; a premature beat among them is more so."""

TALL_T_S, TALL_T_BEND = 0.34, 0.75
"""A T wave as active as QRS peaks within 340 ms after it, and its curvature is at most 0.75 of what its slope has in
QRS."""

WIDE_SLOPE, LONGEST_QRS_S, HALF_QRS_S = 0.35, 0.16, 0.1
"""Curvature falls with the square of width, slope with width. What is lower than a beat is a wide one if within 100 ms
its slope is 0.35 of that of QRS, and its steep part, as the ratio of the two tells, no longer than 160 ms, as that of a
T wave is."""

WIDE_AFTER_S = 0.32
"""A wide beat is later after a beat than its T wave peaks: 320 ms and what its QRS takes, at the earliest."""


def beats_of(strength: Float32Array, steepness: Float32Array, steps_per_s: float) -> IntArray:
    """Find the beats of a record.

    Parameters
    ----------
    strength, steepness : float32 array, shape (steps + 2,)
        Consensus and slope of its leads, 0 at rest and 1 in QRS, with a step more at both ends.
    steps_per_s : float
        Steps in a second.

    Returns
    -------
    int array, shape (beats,)
        Their steps.
    """
    distance = round(WAVE_APART_S * steps_per_s)
    peaks, found = scipy.signal.find_peaks(strength, height=WAVE_HEIGHT, distance=distance, prominence=WAVE_HEIGHT)
    heights = found["peak_heights"]
    stand_out = (heights >= BEAT_HEIGHT) & (found["prominences"] >= BEAT_HEIGHT)
    if (heights[stand_out] < WAVE_SHARE * heights.max(initial=0)).any():
        stand_out &= ~_are_waves(peaks / steps_per_s, heights)
    if (np.diff(peaks[stand_out]) <= TALL_T_S * steps_per_s).any():
        stand_out[stand_out] = ~_are_tall_t(peaks[stand_out], heights[stand_out], steepness, steps_per_s)
    if stand_out.any() and not stand_out.all():
        stand_out |= _are_wide(peaks, stand_out, heights, steepness, steps_per_s)
    return refractory(peaks[stand_out].astype(np.int64), strength, steps_per_s) - 1


def refractory(beats: IntArray, strength: FloatingArray, rate_hz: float) -> IntArray:
    """Drop the weaker of two beats that are closer than 200 ms.

    Parameters
    ----------
    beats : int array, shape (beats,)
        In samples, rising.
    strength : float array, shape (samples,)
        How much the record stands out at each sample.
    rate_hz : float
        Samples per second.

    Returns
    -------
    int array, shape (at most beats,)
    """
    while (close := np.diff(beats) < REFRACTORY_S * rate_hz).any():
        pair = int(close.argmax())
        beats = np.delete(beats, pair + int(strength[beats[pair]] >= strength[beats[pair + 1]]))
    return beats


def _are_tall_t(peaks: IntArray, heights: Float64Array, steepness: Float32Array, steps_per_s: float) -> BoolArray:
    """Return which peaks are T waves as active as QRS: soon after most beats, and less bent for their slope."""
    reach = round(HALF_QRS_S * steps_per_s)
    slopes = sliding_window_view(np.pad(steepness, reach), 2 * reach + 1)[peaks].max(axis=1)
    bend = heights / np.maximum(slopes, 1e-3)
    are_t = np.zeros(len(peaks), dtype=np.bool_)
    are_t[1:] = (np.diff(peaks) <= TALL_T_S * steps_per_s) & (bend[1:] < TALL_T_BEND * bend[:-1])
    are_usual: BoolArray = are_t & (2 * are_t.sum() >= (~are_t).sum())
    return are_usual


def _are_wide(
    peaks: IntArray, beats: BoolArray, heights: Float64Array, steepness: Float32Array, steps_per_s: float
) -> BoolArray:
    """Return which of the peaks that are no beats so far are wide beats: steep, short, and where no P or T wave is."""
    reach = round(HALF_QRS_S * steps_per_s)
    around = sliding_window_view(np.pad(steepness, reach), 2 * reach + 1)[peaks]
    slopes = around.max(axis=1)
    qrs_s = np.median((around[beats] >= 0.5).sum(axis=1)) / steps_per_s
    short = qrs_s * slopes <= LONGEST_QRS_S * heights
    edges = np.concatenate([[-np.inf], peaks[beats], [np.inf]]) / steps_per_s
    times_s, after = peaks / steps_per_s, np.searchsorted(peaks[beats], peaks)
    apart = (times_s - edges[after] > WIDE_AFTER_S + qrs_s) & (edges[after + 1] - times_s > P_WAVE_S)
    whole = (peaks >= reach) & (peaks < len(steepness) - reach)
    are_wide: BoolArray = ~beats & (slopes >= WIDE_SLOPE) & short & apart & whole
    return are_wide


def _are_waves(times_s: Float64Array, heights: Float64Array) -> BoolArray:
    """Return which peaks are P or T waves: lower than the QRS beside them, as are those of most other beats."""
    apart_s = np.diff(times_s, prepend=-np.inf, append=np.inf)
    beside = WAVE_SHARE * np.concatenate([[0], heights, [0]])
    are_t = (apart_s[:-1] <= T_WAVE_S) & (heights < beside[:-2])
    are_p = (apart_s[1:] <= P_WAVE_S) & (heights < beside[2:])  # a fast heart's P waves are near two beats
    beats = (~are_t & ~are_p).sum()
    are_waves = np.zeros(len(heights), dtype=np.bool_)
    for alike in (are_t, are_p):
        if 2 * alike.sum() >= beats > 0:
            are_waves |= alike & (heights <= WAVE_SPREAD * np.median(heights[alike]))
    return are_waves
