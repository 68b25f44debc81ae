"""Which beats are wide, and what leads show of them: ventricular beats, paced ones, most of a bundle branch block."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array
from ecgfactory.quality.batch import block_means
from ecgfactory.quality.qrs_activity import QrsActivity

REACH_S, QRS_S = 0.15, 0.06
"""Slopes within 150 ms of a beat count, against the steepest within 60 ms."""

STEEP, STILL = 0.2, 0.04
"""A lead is steep where it exceeds, by 0.2 of what its steepest place at the beat does, what 4 % of the time are
below: noise, which makes no beat wide."""

NARROW_S = 0.115
"""A beat is wide when half of the leads are steep for longer than 115 ms in all. They are for 90 ms in LUDB's records 1
to 100 (doi:10.1109/ACCESS.2020.3029211) without extrasystoles, complete block or pacemaker (95 % of beats: up to 110),
for 85 ms in generated beats (99 %: up to 113), and for 150 ms in composed ventricular ones (99.7 %: from 120 on).
Curvature tells less, as a wide spike is bent at its tip alone. That one lead comes late makes no beat wide."""

VENTRICULAR_S = 0.135
"""Composed ventricular beats mostly are steep for longer, simulated ones of sinus rhythm seldom (chosen on these)."""

FEWEST_NARROW = 3
"""With fewer, narrow beats tell nothing: they may be wide ones in noise."""

LIKENESS_S = 0.2
"""A wide beat is over by then, but for its T wave."""

DEFLECTION_S = 0.1

DEFLECTION_SHARE = 1 / 3
"""A wide beat, whose axis is another, may be seen in a lead by a third of what the median beat is, before it counts as
weaker than that."""


def are_wide(activity: QrsActivity, narrow_s: float = NARROW_S) -> BoolArray:
    """Tell which beats are wide, shape (records, columns), as `activity.beats_side_by_side` has them."""
    beats, exist = activity.beats_side_by_side
    reach, half = (round(span_s * activity.steps_per_s) for span_s in (REACH_S, QRS_S))
    still = int(activity.slopes.shape[-1] * STILL)
    noise = np.partition(activity.slopes, still, axis=-1)[..., still]
    padded = np.pad(activity.slopes, [(0, 0), (0, 0), (reach, reach)], mode="symmetric")  # ends cut no width
    around = sliding_window_view(padded, 2 * reach + 1, axis=-1)[np.arange(len(beats))[:, np.newaxis], :, beats]
    around -= noise[:, np.newaxis, :, np.newaxis]
    steepest = around[..., reach - half : reach + half + 1].max(axis=-1, keepdims=True)
    steep = np.count_nonzero(around >= np.float32(STEEP) * steepest, axis=-1)
    wide: BoolArray = exist & (np.median(steep, axis=-1) > narrow_s * activity.steps_per_s)
    return wide


def wide_alone(activity: QrsActivity, wide: BoolArray) -> BoolArray:
    """Tell which records have wide beats and hardly any narrow one, shape (records,)."""
    narrow = (activity.beats_side_by_side[1] & ~wide).sum(axis=1)
    alone: BoolArray = wide.any(axis=1) & (narrow < FEWEST_NARROW)
    return alone


def likeness(signal_uv: Float32Array, activity: QrsActivity, record: int) -> Float32Array:
    """Correlate each lead of one record at its beats, less its level at each, with their mean, shape (leads,).

    Wide beats look different in each lead, at different times, and alike in one.
    """
    around_uv, _ = _around(signal_uv, activity, record, LIKENESS_S)
    around_uv = around_uv - around_uv.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        power = np.square(around_uv).mean(axis=(1, 2))
        alike: Float32Array = np.sqrt(np.square(around_uv.mean(axis=1)).mean(axis=-1) / power)
    return alike


def wide_strengths(signal_uv: Float32Array, activity: QrsActivity, record: int, wide: BoolArray) -> Float32Array:
    """Deflection of the weakest wide beat of one record over what a lead must show of it, shape (leads,).

    Curvature falls with the square of the width of a beat, so that it does not tell a wide one from none.
    """
    around_uv, whole = _around(signal_uv, activity, record, DEFLECTION_S)
    deflection_uv = np.ptp(around_uv, axis=-1)
    least_uv = np.float32(DEFLECTION_SHARE) * np.median(deflection_uv, axis=1)
    weakest_uv = deflection_uv.min(axis=1, where=wide[: len(whole)][whole], initial=np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        strength: Float32Array = weakest_uv / least_uv
    return strength


def _around(
    signal_uv: Float32Array, activity: QrsActivity, record: int, reach_s: float
) -> tuple[Float32Array, BoolArray]:
    """Cut means of a step around the beats of one record, shape (leads, beats, steps); of those that are whole."""
    half = round(reach_s * activity.steps_per_s)
    coarse_uv = block_means(signal_uv, activity.step)
    beats = activity.beats[record]
    whole = (beats >= half) & (beats < coarse_uv.shape[-1] - half)
    windows = sliding_window_view(coarse_uv, 2 * half + 1, axis=-1)
    return windows[:, beats[whole] - half], whole
