"""Where QRS begins and ends in the median beat, over all leads at once.

Its core is where the spatial velocity, the length of the vector of all leads' slopes, stands out from its peak.
From there QRS goes on as long as the leads still move, but not far: what moves for longer is P, ST or noise.
"""

from __future__ import annotations

import numpy as np
import scipy

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray
from ecgfactory.quality.spans import argmax_within, between, first_run

NEAR_S = 0.1
"""QRS is steepest within 100 ms of the beat's centre."""

ONSET_SHARE, OFFSET_SHARE = 0.045, 0.07
"""The core of QRS lasts while the spatial velocity exceeds this share of its peak. Lower, it runs into T; higher, it
is cut short."""

QUIETEST_SHARE = 0.05
"""The noise of a beat is that of its quietest 40 ms; a twentieth may be quieter, so as not to depend on one place."""

NOISE_FACTOR = 1.2
"""Spatial velocity that is not noise, as a multiple of the noise."""

QUIET_S = 0.012
"""The core is over when the velocity stays low for 12 ms: longer than where all leads turn at once, shorter than the
rest between a wide QRS and the T of a fast rhythm."""

TURN_SHARE, RETURN_SHARE, RETURN_S = 0.15, 0.6, 0.06
"""It is not over where the leads, farther from their level at the onset than 0.15 of the farthest, only turn: when
they have come back to 0.6 of that distance within 60 ms, as in the slow last wave of a bundle branch block."""

QRS_REACH_S = 0.13
"""QRS ends within 130 ms of its steepest place, to either side."""

STILL_UV, STILL_NOISE, STILL_S, SLOW_END_S = 5.0, 2.0, 0.006, 0.016
"""Beyond its core QRS goes on until the leads, for 6 ms, change by less than 5 uV in 8 ms (root mean square over the
leads) or twice the noise: a slow beginning or end of at most 16 ms. See `waves` for what these were chosen on."""

MEASURABLE = 5.0
"""A QRS is measured when its peak velocity is at least 5 times the noise, and `VISIBLE_UV` in 12 ms."""

VISIBLE_UV = 30.0
"""Smallest wave, in the lead where it is largest: the smallest wave of IEC 60601-2-51:2003, annex GG.5."""


def qrs_bounds(beat_uv: FloatingArray, leads: IntArray, centre: int, rate: int) -> tuple[IntArray, IntArray, BoolArray]:
    """Find onset and offset of QRS, and whether there is one.

    Parameters
    ----------
    beat_uv : float array, shape (n, leads, window)
        Median beats without pacing spikes; zeros in leads that don't count.
    leads : int array, shape (n,)
        How many count.
    centre : int
        Sample of the window that is a beat's centre.
    rate : int
        Sampling rate in Hz.

    Returns
    -------
    onset, offset : int array, shape (n,)
        First and last sample of QRS in the window.
    exists : bool array, shape (n,)
        Whether a QRS stands out from the noise.
    """
    velocity, noise = _spatial_velocity(beat_uv, 0.012, 0.010, rate)
    n, window = velocity.shape
    near = round(NEAR_S * rate)
    steepest = centre - near + velocity[:, centre - near : centre + near].argmax(axis=1)
    height = np.maximum(velocity[np.arange(n), steepest], 1e-9)
    speed, floor = velocity / height[:, None], NOISE_FACTOR * noise / height

    onset = window - 1 - _rest(speed[:, ::-1], window - 1 - steepest, np.maximum(ONSET_SHARE, floor), rate)
    away = _distance_from(onset, beat_uv, steepest + round(QRS_REACH_S * rate), rate)
    offset = _rest(speed, steepest, np.maximum(OFFSET_SHARE, floor), rate, away)

    moves = _moves(beat_uv, leads, rate)
    onset = window - 1 - _slow_end(moves[:, ::-1], window - 1 - onset, rate)
    offset = _slow_end(moves, offset, rate)
    return onset, offset, height >= np.maximum(VISIBLE_UV, MEASURABLE * noise)


def _spatial_velocity(
    beat_uv: FloatingArray, change_s: float, smooth_s: float, rate: int
) -> tuple[FloatingArray, FloatingArray]:
    """Measure the change of all leads over a time, less its noise; and the noise."""
    half = max(round(change_s / 2 * rate), 1)
    changes = beat_uv[..., 2 * half :] - beat_uv[..., : -2 * half]
    energy = np.pad(np.einsum("nlw,nlw->nw", changes, changes), [(0, 0), (half, half)], mode="edge")
    smooth, smoother = (
        scipy.ndimage.uniform_filter1d(energy, max(round(length_s * rate), 1), axis=-1, mode="nearest")
        for length_s in (smooth_s, 0.04)
    )
    place = round(QUIETEST_SHARE * smoother.shape[1])
    quietest = np.maximum(np.partition(smoother, place, axis=1)[:, place], 0)  # a running sum rounds below zero
    return np.sqrt(np.maximum(smooth - quietest[:, None], 0)), np.sqrt(quietest)


def _moves(beat_uv: FloatingArray, leads: IntArray, rate: int) -> BoolArray:
    """Return where the leads don't keep still."""
    velocity, noise = _spatial_velocity(beat_uv, 0.008, 0.006, rate)
    still = np.maximum(STILL_UV * np.sqrt(leads), STILL_NOISE * noise)
    moves: BoolArray = velocity >= still[:, None]
    return moves


def _slow_end(moves: BoolArray, core_end: IntArray, rate: int) -> IntArray:
    """Find the last sample, from the end of the core on, before the leads keep still."""
    quiet, longest = (max(round(span_s * rate), 1) for span_s in (STILL_S, SLOW_END_S))
    still, found = first_run(~moves, between(moves.shape[1], core_end, core_end + longest), quiet)
    end: IntArray = np.where(found, np.maximum(still - 1, core_end), core_end + longest)
    last: IntArray = np.minimum(end, moves.shape[1] - 1)
    return last


def _distance_from(onset: IntArray, beat_uv: FloatingArray, last: IntArray, rate: int) -> FloatingArray:
    """Measure how far all leads are from their level at the onset, as a share of the farthest before `last`."""
    smooth = scipy.ndimage.uniform_filter1d(beat_uv, max(round(0.01 * rate), 1), axis=-1, mode="nearest")
    level = np.take_along_axis(smooth, onset[:, None, None], axis=-1)
    smooth -= level
    distance = np.sqrt(np.einsum("nlw,nlw->nw", smooth, smooth))
    farthest = np.where(between(distance.shape[1], onset, last), distance, 0).max(axis=1)
    share: FloatingArray = distance / np.maximum(farthest, 1e-9)[:, None]
    return share


def _rest(
    speed: FloatingArray, start: IntArray, threshold: FloatingArray, rate: int, away: FloatingArray | None = None
) -> IntArray:
    """Find the last sample before the leads, from `start` on, come to rest.

    At rest the speed stays below the threshold, and the leads don't just turn, far `away`, to come back soon.
    Where QRS and T (or P and QRS) merge without a rest, it is the slowest and nearest place.
    """
    length, ahead = (max(round(span_s * rate), 1) for span_s in (QUIET_S, RETURN_S))
    within = between(speed.shape[1], start + 1, start + round(QRS_REACH_S * rate))
    if away is None:
        rest, found = first_run(speed < threshold[:, None], within, length)
        return np.where(found, rest - 1, argmax_within(-speed, within))
    nearest = scipy.ndimage.minimum_filter1d(away, ahead, axis=-1, mode="nearest", origin=-(ahead // 2))
    turns = (away > TURN_SHARE) & (nearest < RETURN_SHARE * away)
    rest, found = first_run(speed < threshold[:, None], within & ~turns, length)
    return np.where(found, rest - 1, argmax_within(-speed - away, within))
