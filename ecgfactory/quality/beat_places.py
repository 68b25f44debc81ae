"""Where exactly the beats are: at their R peaks, over all leads at once, and alike from beat to beat."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.quality.batch import block_means
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.quality.qrs_activity import QrsActivity
from ecgfactory.quality.qrs_peaks import refractory
from ecgfactory.quality.ragged import side_by_side
from ecgfactory.quality.spans import any_within

EDGE_S = 0.04
"""A beat counts when its R peak is half a normal QRS (80 ms) from both ends of the record: its QRS is then whole."""

CENTRE_S, SEARCH_S = 0.06, 0.06
"""The centre is looked for within 60 ms of the peak of activity, by means over 60 ms of means over 60 ms."""

ALIGN_S, TEMPLATE_S = 0.02, 0.06
"""Alignment moves a beat by at most a quarter of a normal QRS, and compares 60 ms to either side of it."""

PEAK_S = 0.03
"""The R peak of a lead is looked for within 30 ms of the centre: not as far as a pacing spike, before a wide QRS."""

SMALL = 0.02
"""A lead whose deflection is less than a fiftieth of the largest does not say where the R peak is."""


def find_places(
    activity: QrsActivity, steady_uv: Float32Array, sampling_rate_hz: int, interrupted: BoolArray | None = None
) -> tuple[IntArray, BoolArray, IntArray]:
    """Find the R peak of each beat.

    A beat is first put where the leads together change most around it, between the steep sides of its QRS; then
    where it is most like the record's other beats. All beats of a record are then moved alike, to the R peak of the
    median lead: in each lead, that is where the median beat is farthest from the lead's level, up or down.
    Experts mark LUDB's beats (doi:10.1109/ACCESS.2020.3029211) 4 ms earlier than that, with a standard deviation of 6
    ms, of 10 ms where there is a pacemaker, too.

    Parameters
    ----------
    activity : QrsActivity
        Says what is a beat, and where the leads change most.
    steady_uv : float32 array, shape (n, leads, samples)
        The leads without baseline wander.
    sampling_rate_hz : int
        Samples per second.
    interrupted : bool array, shape (n, samples), optional
        At which samples the recording paused.

    Returns
    -------
    places : int array, shape (n, most beats)
        In samples, rising. A beat that an end of the record or a pause cuts (`EDGE_S`) does not count.
    exists : bool array, shape (n, most beats)
        Which of them there are.
    to_peak : int array, shape (n,)
        By how many samples all beats of a record were moved to the R peak of the median lead.
    """
    speed = activity.speed
    coarse, exists = side_by_side(activity.beats, width=2)
    around = np.where(exists, coarse * activity.step + activity.step // 2, 0)
    smooth = _smooth(speed, sampling_rate_hz)
    centres = _aligned(_centres(around, smooth, sampling_rate_hz), exists, speed, sampling_rate_hz)
    to_peak = _peaks_after(centres, exists, steady_uv, sampling_rate_hz)
    places = centres + to_peak[:, np.newaxis]
    edge = round(EDGE_S * sampling_rate_hz)
    whole = exists & (places >= edge) & (places < speed.shape[1] - edge)
    if interrupted is not None:
        whole &= ~any_within(interrupted, places - edge, places + edge + 1)
    counting = [row[counts] for row, counts in zip(places, whole, strict=True)]
    apart = [refractory(row, strength, sampling_rate_hz) for row, strength in zip(counting, smooth, strict=True)]
    return *side_by_side(apart, width=2), to_peak


def _smooth(speed: Float32Array, sampling_rate_hz: int) -> Float32Array:
    """Average over 60 ms, twice."""
    length = round(CENTRE_S * sampling_rate_hz) // 2 * 2 + 1
    for _ in range(2):
        speed = scipy.ndimage.uniform_filter1d(speed, length, axis=-1, mode="constant")
    return speed


def _centres(around: IntArray, smooth: Float32Array, sampling_rate_hz: int) -> IntArray:
    """Find where the leads change most on the whole, near some places of each record."""
    reach = round(SEARCH_S * sampling_rate_hz)
    padded = np.pad(smooth, [(0, 0), (reach, reach)], constant_values=-1)
    near = sliding_window_view(padded, 2 * reach + 1, axis=-1)[np.arange(len(smooth))[:, None], around]
    centres: IntArray = around + near.argmax(axis=-1) - reach
    return centres


def _aligned(places: IntArray, exists: BoolArray, speed: Float32Array, sampling_rate_hz: int) -> IntArray:
    """Move each beat to where it is most like the median of all."""
    reach, half = round(ALIGN_S * sampling_rate_hz), round(TEMPLATE_S * sampling_rate_hz)
    size = 2 * half + 1
    padded = np.pad(speed, [(0, 0), (half + reach, half + reach)])
    views = sliding_window_view(padded, size + 2 * reach, axis=-1)
    shifted = sliding_window_view(views[np.arange(len(speed))[:, None], places], size, axis=-1)
    shifts = np.zeros_like(places)
    for _ in range(2):  # the second template is sharper, as it is made of aligned beats
        aligned = np.take_along_axis(shifted, (shifts + reach)[..., None, None], axis=2)[:, :, 0]
        template = median_of_existing(aligned, exists)
        shifts = np.einsum("nbsw,nw->nbs", shifted, template).argmax(axis=-1) - reach
    return places + shifts


def _peaks_after(centres: IntArray, exists: BoolArray, steady_uv: Float32Array, sampling_rate_hz: int) -> IntArray:
    """Samples from the centre of the beats to the R peak of the median lead, shape (n,)."""
    half = round(PEAK_S * sampling_rate_hz)
    inside = exists & (centres >= half) & (centres < steady_uv.shape[-1] - half)
    views = sliding_window_view(steady_uv, 2 * half + 1, axis=-1)
    rows = np.arange(len(centres))[:, np.newaxis]
    beat_uv = median_of_existing(views[rows, :, np.where(inside, centres - half, 0)], inside)
    level_uv = np.median(block_means(steady_uv, 4 * half), axis=-1)
    deflection_uv = np.abs(beat_uv - level_uv[..., np.newaxis])
    peaks, height_uv = deflection_uv.argmax(axis=-1) - half, deflection_uv.max(axis=-1)
    shows = height_uv >= SMALL * height_uv.max(axis=-1, keepdims=True)
    in_order = np.sort(np.where(shows, peaks, half + 1), axis=-1)
    middle = np.take_along_axis(in_order, (shows.sum(axis=-1, keepdims=True) - 1) // 2, axis=-1)[:, 0]
    return np.where(inside.any(axis=1), middle, 0)
