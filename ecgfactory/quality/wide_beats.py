"""Which beats are wide: ventricular ones, paced ones, and most of those of a complete bundle branch block."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray
from ecgfactory.quality.qrs_activity import QrsActivity

REACH_S, QRS_S = 0.15, 0.06
"""Slopes within 150 ms of a beat count, against the steepest within 60 ms."""

SLOPES = 0.2
NARROW_S = 0.115
"""A beat is wide when half of the leads are, for longer than 115 ms in all, 0.2 as steep as they are at most. They are
so for 80 to 100 ms in LUDB's records 1 to 100 (doi:10.1109/ACCESS.2020.3029211) without extrasystoles, complete block
or pacemaker (95 % of beats), for 95 ms in generated ones (99.7 %: up to 110), and for 140 ms and more in nine of ten
composed ventricular beats. (Curvature tells less: a wide spike is bent at its tip alone.) That one lead comes late makes
no beat wide."""


def are_wide(activity: QrsActivity) -> BoolArray:
    """Tell which beats are wide, shape (records, columns), as `activity.beats_side_by_side` has them."""
    beats, exist = activity.beats_side_by_side
    reach, half = (round(span_s * activity.steps_per_s) for span_s in (REACH_S, QRS_S))
    padded = np.pad(activity.slopes, [(0, 0), (0, 0), (reach, reach)], mode="symmetric")
    around = sliding_window_view(padded, 2 * reach + 1, axis=-1)[np.arange(len(beats))[:, np.newaxis], :, beats]
    steepest = around[..., reach - half : reach + half + 1].max(axis=-1, keepdims=True)
    steep = np.count_nonzero(around >= np.float32(SLOPES) * steepest, axis=-1)
    wide: BoolArray = exist & (np.median(steep, axis=-1) > NARROW_S * activity.steps_per_s)
    return wide
