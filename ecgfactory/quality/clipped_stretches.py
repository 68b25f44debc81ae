"""Stretches at the largest or smallest value of a lead: clipped, unless the top of a wave is so round.

A recorder of coarse steps cuts every top into a plateau. A round one stays near its topmost step, a clipped one does
not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.spans import runs

PLATEAU_STEP_UV = 10
"""A plateau counts as clipped when the signal enters or leaves it by a change of this size: a clipped QRS does
(its slope is tens of uV per sample), the round top of a T wave does not."""

TOP_S = 0.008
"""A shorter plateau is counted as it is: the top of a QRS may hold its value so long whatever the step of recording."""

NEAR_S = 0.06
"""The step of the recording is the smallest difference between values so near a plateau."""

BESIDE_S = 0.008
"""A greater step, of which all differences so near a plateau are multiples, goes before."""

FINE_STEP_UV = 3
"""In greater steps a plateau may be a round top, cut into steps."""

STEPS_BELOW, STAYING_SHARE = 3, 0.4
"""A parabola stays within three steps of its topmost step at least as long again as in that step; a clipped top leaves
sooner, within 0.4 of the time (of 60 ms at most)."""

Int32Array = npt.NDArray[np.int32]

Edges = tuple[IntArray, IntArray]
"""Begins and ends (exclusive) of stretches, in samples."""


def longest_clipped(batch: EcgBatch, highest: SignalUv, lowest: SignalUv) -> IntArray:
    """Count the samples of the longest clipped stretch at each lead's extremes, all of shape (records, leads)."""
    signals_uv = batch.signals_uv
    at_extreme = (signals_uv == highest[..., np.newaxis]) | (signals_uv == lowest[..., np.newaxis])
    rows, begins, ends = runs(at_extreme)
    # Outside the record the signal counts as steady.
    flat_uv = signals_uv.reshape(-1, signals_uv.shape[-1]).astype(np.int32, copy=False)
    last = flat_uv.shape[1] - 1
    entered = np.abs(flat_uv[rows, begins] - flat_uv[rows, np.maximum(begins - 1, 0)])
    left = np.abs(flat_uv[rows, np.minimum(ends, last)] - flat_uv[rows, ends - 1])
    clipped = np.maximum(entered, left) >= PLATEAU_STEP_UV
    long = np.flatnonzero(clipped & (ends - begins >= batch.span(TOP_S)))
    clipped[long] = ~_round_tops(flat_uv, rows[long], (begins[long], ends[long]), batch)
    longest = np.zeros(len(flat_uv), dtype=np.int64)
    np.maximum.at(longest, rows[clipped], (ends - begins)[clipped])
    return longest.reshape(signals_uv.shape[:-1])


def _round_tops(signals_uv: Int32Array, rows: IntArray, edges: Edges, batch: EcgBatch) -> BoolArray:
    """Return which plateaus are round tops, cut into steps; signals have shape (rows, samples)."""
    begins, ends = edges
    reach = batch.span(NEAR_S)
    around = _around(signals_uv, rows, edges, reach)
    steps_uv = _steps(around, _around(signals_uv, rows, edges, batch.span(BESIDE_S)))
    close = np.abs(around - around[:, reach : reach + 1]) <= STEPS_BELOW * steps_uv[:, np.newaxis]
    # Outside the record the signal does not stay.
    before = np.minimum(_leading(close[:, :reach][:, ::-1]), begins)
    after = np.minimum(_leading(close[:, reach + 1 :]), signals_uv.shape[1] - ends)
    stays: BoolArray = before + after > STAYING_SHARE * np.minimum(ends - begins, reach)
    return stays & (steps_uv > FINE_STEP_UV)


def _steps(near_uv: Int32Array, beside_uv: Int32Array) -> Int32Array:
    """Step in which the signal is recorded near each plateau, from the values near it and beside it.

    That is the smallest difference between the former, or what divides all differences between the latter: a recorder
    may keep fewer digits of a QRS than of what is around it.
    """
    ordered = np.sort(near_uv, axis=1)
    apart = np.diff(ordered, axis=1)
    smallest = np.where(apart > 0, apart, ordered[:, -1:] - ordered[:, :1]).min(axis=1)
    steps: Int32Array = np.maximum(smallest, np.gcd.reduce(np.diff(beside_uv, axis=1), axis=1))
    return steps


def _leading(inside: BoolArray) -> IntArray:
    """Number of True before the first False in each row."""
    count: IntArray = np.logical_and.accumulate(inside, axis=1).sum(axis=1)
    return count


def _around(signals_uv: Int32Array, rows: IntArray, edges: Edges, reach: int) -> Int32Array:
    """Values of plateaus and of `reach` samples before and after, shape (plateaus, 2 * reach + 1)."""
    begins, ends = edges
    places = np.hstack([begins[:, np.newaxis] + np.arange(-reach, 1), ends[:, np.newaxis] + np.arange(reach)])
    values: Int32Array = signals_uv[rows[:, np.newaxis], places.clip(0, signals_uv.shape[1] - 1)]
    return values
