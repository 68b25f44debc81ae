"""Beats of every lead on its own, found whatever its polarity and gain: by them two leads are laid over each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.realism.coarse import RATE_HZ

SMOOTHED_S = 0.08
"""Steepness is averaged over 80 ms, about a QRS, so that a QRS is one hump."""

APART_S = 0.25
"""No two beats within 250 ms: 240 /min."""

LEAST = 0.4
"""A beat's hump has at least 0.4 of the height that humps of its lead have: the median over seconds of the maximum."""


@dataclass(frozen=True)
class LeadBeats:
    """Beats of some leads, one after the other.

    Parameters
    ----------
    rows : int array, shape (beats,)
        Which lead each is of, rising.
    times : float array, shape (beats,)
        Where it is, in coarse samples and fractions of them; rising within a lead.
    """

    rows: IntArray
    times: FloatingArray


def lead_activity(coarse: Float32Array) -> Float32Array:
    """Measure how steep each lead is around each sample; independent of polarity.

    Parameters
    ----------
    coarse : float32 array, shape (..., samples)
        From `coarse_signals`.
    """
    steepness = np.abs(np.gradient(coarse, axis=-1))
    activity: Float32Array = scipy.ndimage.uniform_filter1d(steepness, round(SMOOTHED_S * RATE_HZ) | 1, axis=-1)
    return activity


def find_lead_beats(activity: Float32Array) -> LeadBeats:
    """Find the beats of each lead.

    Parameters
    ----------
    activity : float32 array, shape (leads, samples)
        From `lead_activity`; any leads of any records.
    """
    seconds = activity[:, : activity.shape[1] // RATE_HZ * RATE_HZ].reshape(len(activity), -1, RATE_HZ)
    usual = np.median(seconds.max(axis=-1), axis=-1)[:, np.newaxis]
    highest = scipy.ndimage.maximum_filter1d(activity, 2 * round(APART_S * RATE_HZ) + 1, axis=-1)
    is_beat = (activity == highest) & (activity >= LEAST * usual) & (usual > 0)
    is_beat[:, 1:] &= ~is_beat[:, :-1].copy()  # of equals beside each other, the first
    is_beat[:, [0, -1]] = False
    rows, places = np.nonzero(is_beat)
    before, at, after = (activity[rows, places + step] for step in (-1, 0, 1))
    return LeadBeats(rows, places + vertex(before, at, after))


def vertex(before: FloatingArray, at: FloatingArray, after: FloatingArray) -> FloatingArray:
    """Find the vertex of the parabola through a local maximum and its neighbours, in steps from the maximum."""
    curvature = before - 2 * at + after
    offset: FloatingArray = np.clip((before - after) / np.where(curvature < 0, 2 * curvature, -np.inf), -0.5, 0.5)
    return offset
