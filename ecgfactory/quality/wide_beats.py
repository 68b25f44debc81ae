"""Which beats are wide: ventricular ones, those of a bundle branch block, and paced ones."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray
from ecgfactory.quality.filters import moving_mean
from ecgfactory.quality.qrs_activity import QrsActivity

SMOOTH_S = 0.02
REACH_S, QRS_S = 0.15, 0.06
"""Samples within 150 ms of a beat count against the fastest within 60 ms."""

FAST = 0.3
WIDE_S = 0.09
"""A beat is wide when its leads change by 0.3 or more of its largest speed for 90 ms in all. In LUDB's records 1 to 100
(doi:10.1109/ACCESS.2020.3029211) they do so for 64 ms (99 % of beats: less than 83 ms) without extrasystoles, complete
block or pacemaker, for 102 ms in complete bundle branch blocks, and for 122 ms where ventricles are paced."""


def are_wide(activity: QrsActivity) -> BoolArray:
    """Tell which beats are wide, shape (records, columns), as `activity.beats_side_by_side` has them."""
    rate_hz = activity.step * activity.steps_per_s
    smooth = moving_mean(activity.speed, max(round(SMOOTH_S * rate_hz), 1))
    reach, half = round(REACH_S * rate_hz), round(QRS_S * rate_hz)
    padded = np.pad(smooth, [(0, 0), (reach, reach)])
    steps, exist = activity.beats_side_by_side
    places = np.where(exist, steps * activity.step + activity.step // 2, 0).clip(0, smooth.shape[-1] - 1)
    around = sliding_window_view(padded, 2 * reach + 1, axis=-1)[np.arange(len(places))[:, np.newaxis], places]
    fastest = around[..., reach - half : reach + half + 1].max(axis=-1, keepdims=True)
    fast = np.count_nonzero(around >= np.float32(FAST) * fastest, axis=-1)
    wide: BoolArray = exist & (fast >= WIDE_S * rate_hz)
    return wide
