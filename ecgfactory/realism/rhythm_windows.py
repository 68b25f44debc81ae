"""Stretches of four beats in one lead, described so that near descriptions mean leads that may be copies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.realism.coarse import RATE_HZ
from ecgfactory.realism.lead_beats import find_lead_beats, lead_activity

BEATS = 4
"""Three RR intervals: 5 s, which is half of a record, have them from a heart rate of 48 /min."""

RR_RATIO_SPREAD = 0.008
"""How far noise moves the ratio of an RR interval to the mean of its window."""

RR_SPREAD = 0.02
"""How far mean RR intervals may lie apart: a copy may have been resampled by some percent."""

BEFORE_S, AFTER_S, SHAPE_STEP_S = 0.24, 0.44, 0.04
"""A beat's shape is its activity around the beat, every 40 ms."""

SHAPE_SPREAD = 0.06
"""How far noise moves a shape of unit length."""


@dataclass(frozen=True)
class RhythmWindows:
    """Windows of `BEATS` beats in the leads of some records.

    Parameters
    ----------
    rows : int array, shape (windows,)
        Lead each is of, counted over all records: record times leads plus lead; rising.
    mean_rr : float array, shape (windows,)
        Mean RR interval, in coarse samples.
    descriptions : float32 array, shape (windows, 22)
        RR intervals and shape, in units of what noise does to them.
    """

    rows: IntArray
    mean_rr: FloatingArray
    descriptions: Float32Array

    def outermost(self) -> IntArray:
        """Return the places of the first and of the last window of each lead that has any."""
        is_first = np.diff(self.rows, prepend=-1) > 0
        is_last = np.append(is_first[1:], True) if len(self.rows) else is_first
        return np.flatnonzero(is_first | is_last)


def rhythm_windows(coarse: Float32Array) -> RhythmWindows:
    """Find and describe the windows of each lead.

    Parameters
    ----------
    coarse : float32 array, shape (n, leads, samples)
        From `coarse_signals`.

    Returns
    -------
    RhythmWindows
        Of a lead with b beats, b - 3 windows.
    """
    activity = lead_activity(coarse).reshape(-1, coarse.shape[-1])
    beats = find_lead_beats(activity)
    shapes = _shapes(activity, beats.rows, beats.times)
    count = max(len(beats.rows) - BEATS + 1, 0)
    firsts = np.flatnonzero(beats.rows[:count] == beats.rows[len(beats.rows) - count :])
    members = firsts[:, np.newaxis] + np.arange(BEATS)
    rr = np.diff(beats.times[members], axis=1)
    mean_rr = rr.mean(axis=1)
    shape = shapes[members].mean(axis=1)
    shape /= np.maximum(np.linalg.norm(shape, axis=1, keepdims=True), 1e-9)
    rhythm = np.log(rr / mean_rr[:, np.newaxis]) / RR_RATIO_SPREAD
    rate = np.log(mean_rr[:, np.newaxis]) / RR_SPREAD
    descriptions = np.concatenate([rhythm, rate, shape / SHAPE_SPREAD], axis=1).astype(np.float32)
    return RhythmWindows(beats.rows[firsts], mean_rr, descriptions)


def _shapes(activity: Float32Array, rows: IntArray, times: FloatingArray) -> Float32Array:
    """Cut the activity around each beat, the ends of the lead repeated; shape (beats, steps)."""
    step = round(SHAPE_STEP_S * RATE_HZ)
    averaged = scipy.ndimage.uniform_filter1d(activity, step, axis=-1)
    around = np.arange(-round(BEFORE_S * RATE_HZ), round(AFTER_S * RATE_HZ) + 1, step)
    places = np.clip(np.rint(times)[:, np.newaxis].astype(np.int64) + around, 0, activity.shape[1] - 1)
    shapes: Float32Array = averaged[rows[:, np.newaxis], places]
    return shapes
