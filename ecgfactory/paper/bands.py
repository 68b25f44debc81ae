"""How high a page's rows stand: the gain at which they do not touch, and where their baselines are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.arrangement import row_gaps_mm

GAINS_MM_PER_MV = (20.0, 10.0, 5.0, 2.5)
"""Those of electrocardiographs, from the largest."""

_OVER_TRACE_MM = 1.0
"""From the highest of a trace up to the foot of a name above it."""

_NAME_LOWEST_MM = 4.0
"""Least height of a name above its row's baseline, so that it is clear of a trace that only touches its place."""

_APART_MM = 0.5
"""Paper left between traces of neighbouring rows."""

_LEAST_MM = 1.75
"""Room of each row above and below its baseline, whatever it shows: names beside traces need it."""

_FAIR_SHARE = 0.6
"""Of the height that is shared out evenly where traces are cut: artefacts must not push all else into a corner."""

_HALVINGS = 24


@dataclass(frozen=True, eq=False)
class RowNeed:
    """How far one row reaches from its baseline.

    Parameters
    ----------
    above_mv, below_mv : float array, shape (columns,)
        Highest and lowest of each trace, the latter counted downwards.
    start_mv : float array, shape (columns,)
        Highest of each trace below its name.
    name_mm : float
        Height of the names above the traces; 0 where there are none.
    has_pulse : bool
        Whether a calibration pulse stands in the row.
    """

    above_mv: Float64Array
    below_mv: Float64Array
    start_mv: Float64Array
    name_mm: float
    has_pulse: bool

    def reach_mm(self, gain: float, limit_mm: float) -> tuple[Float64Array, Float64Array]:
        """Return how far traces with their names, and the pulse as one more, reach above and below the baseline."""
        above = np.clip(self.above_mv * gain, _LEAST_MM, limit_mm)
        if self.name_mm:
            above = np.maximum(above, name_foot_mm(self.start_mv * gain, limit_mm) + self.name_mm)
        below = np.clip(self.below_mv * gain, _LEAST_MM, limit_mm)
        pulse_mm = gain if self.has_pulse else 0.0
        return np.append(above, pulse_mm), np.append(below, 0.0)


def name_foot_mm(start_mm: Float64Array | float, limit_mm: float) -> Float64Array:
    """Return how high above the baseline names stand over traces that begin so high, and end at a limit."""
    foot: Float64Array = np.maximum(np.minimum(start_mm, limit_mm) + _OVER_TRACE_MM, _NAME_LOWEST_MM)
    return foot


@dataclass(frozen=True, eq=False)
class Bands:
    """Where rows are.

    Parameters
    ----------
    gain_mm_per_mv : float
        Gain that they are drawn at.
    limit_mm : float
        How far a trace may be from its baseline; infinite where all are whole.
    gaps_mm : float array, shape (rows + 1,)
        From the upper edge to the first baseline, from baseline to baseline, and from the last to the lower edge.
    """

    gain_mm_per_mv: float
    limit_mm: float
    gaps_mm: Float64Array


def share_out(rows: Sequence[RowNeed], height_mm: float, asked_gain: float, line_mm: float) -> Bands | None:
    """Share out a height between rows that must not touch.

    The largest gain at which they fit is taken, from the one asked for down. Where they don't at the smallest, traces
    are cut at a distance from their baselines, the same for all, so that only the tallest lose something.

    Returns
    -------
    Bands or None
        None where there are too many rows for the height.
    """
    gains = [gain for gain in GAINS_MM_PER_MV if gain <= asked_gain]
    for gain in gains:
        needed_mm = _needed_mm(rows, gain, np.inf, line_mm)
        if needed_mm.sum() < height_mm:
            return Bands(gain, np.inf, row_gaps_mm(needed_mm, height_mm))
    fair_mm = np.full(len(rows) + 1, _FAIR_SHARE * height_mm / len(rows))
    fair_mm[[0, -1]] /= 2
    limit_mm, too_much_mm = _LEAST_MM, height_mm
    needed_mm = _needed_mm(rows, gains[-1], limit_mm, line_mm)
    if needed_mm.sum() >= height_mm:
        return None
    for _ in range(_HALVINGS):
        middle_mm = (limit_mm + too_much_mm) / 2
        wider_mm = np.maximum(_needed_mm(rows, gains[-1], middle_mm, line_mm), fair_mm)
        if wider_mm.sum() < height_mm:
            limit_mm, needed_mm = middle_mm, wider_mm
        else:
            too_much_mm = middle_mm
    return Bands(gains[-1], limit_mm, row_gaps_mm(needed_mm, height_mm))


def _needed_mm(rows: Sequence[RowNeed], gain: float, limit_mm: float, line_mm: float) -> Float64Array:
    above, below = zip(*(row.reach_mm(gain, limit_mm) for row in rows), strict=True)
    between = [_apart_mm(upper, lower) for upper, lower in zip(below, above[1:], strict=False)]
    needed: Float64Array = np.array([above[0].max(), *between, below[-1].max()]) + line_mm + _APART_MM
    return needed


def _apart_mm(below: Float64Array, above: Float64Array) -> float:
    """Return how far two rows must be apart: rows with the same columns reach into each other's free room."""
    if len(below) == len(above):
        return float((below + above).max())
    return float(below.max() + above.max())
