"""Spans of samples in each row: where they are, what holds within them, and what is largest."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray


def between(window: int, first: IntArray, last: IntArray) -> BoolArray:
    """Return which samples lie in [first, last) of each row, shape (rows, window)."""
    time = np.arange(window, dtype=np.int32)  # compared twice as fast as 64 bits
    inside: BoolArray = (time >= first[:, None].astype(np.int32)) & (time < last[:, None].astype(np.int32))
    return inside


def any_within(holds: BoolArray, first: IntArray, last: IntArray) -> BoolArray:
    """Return in which spans [first, last) of each row, shape (rows, spans), it holds anywhere."""
    within: BoolArray = count_within(holds, first, last) > 0
    return within


def count_within(holds: BoolArray, first: IntArray, last: IntArray) -> IntArray:
    """Count in how many samples of spans [first, last) of each row, shape (rows, spans), it holds."""
    samples = holds.shape[1]
    before = np.pad(np.cumsum(holds, axis=1), [(0, 0), (1, 0)])
    begin, end = (np.take_along_axis(before, bound.clip(0, samples), axis=1) for bound in (first, last))
    counts: IntArray = end - begin
    return counts


def argmax_within(values: FloatingArray, within: BoolArray) -> IntArray:
    """Find the largest value of each row among those within; 0 where there is none."""
    places: IntArray = np.where(within, values, -np.inf).argmax(axis=1)
    return places


def first_run(holds: BoolArray, within: BoolArray, length: int) -> tuple[IntArray, BoolArray]:
    """Find the first sample within each row from which on something holds for `length` samples, and whether any does.

    Beyond the end of a row it holds as in its last sample.
    """
    sums = np.pad(np.cumsum(holds, axis=1), [(0, 0), (1, 0)])
    tail = sums[:, -1:] + holds[:, -1:] * np.arange(1, length + 1)
    sums = np.concatenate([sums, tail], axis=1)
    runs = within & (sums[:, length:-1] - sums[:, : -length - 1] == length)
    return runs.argmax(axis=1), np.asarray(runs.any(axis=1))


def runs(inside: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Row, begin and end (exclusive) of each run of True along the last axis, all other axes in one."""
    places = np.flatnonzero(inside)
    rows, steps = np.divmod(places, max(inside.shape[-1], 1))
    begins = (np.diff(places, prepend=-2) > 1) | (steps == 0)
    ends = np.append(begins[1:], np.True_)[: len(places)]
    return rows[begins], steps[begins], steps[ends] + 1
