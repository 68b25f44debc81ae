"""A score as this heart plays it: every wave's shape, and the sample that it is laid at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.compose.hearts import RATE_HZ, Source
from ecgfactory.compose.p_waves import p_shape
from ecgfactory.compose.rate_changes import qrst_at_rate
from ecgfactory.compose.shapes import Shape, own_qrst, stretched
from ecgfactory.compose.streams import Streams
from ecgfactory.compose.ventricular import ventricular_shape
from ecgfactory.rhythms.score import OWN_QRS, Int8Array, PShape, Score

LONGEST_QT_OF_RR = 0.98
"""T of a ventricular beat ends before this share of the time to the next beat: in tachycardia, QRS and T leave no level
baseline between them (chosen here)."""

QT_STEP = 2
"""QT is rounded to so many samples (4 ms), or every beat of a record would need a shape of its own."""

REACH = 750
"""No shape reaches farther than so many samples from where it is laid."""


@dataclass(frozen=True, eq=False)
class Played:
    """Where everything of a score lies, in samples of 500 Hz.

    Parameters
    ----------
    lead_names : tuple of str
        Leads in which waves are marked.
    shapes : list of Shape
        All there are in the record: beats and P waves.
    r_peak : int array, shape (beats,)
        Where beats are laid.
    beat_shape : int array, shape (beats,)
        Place of each beat's shape.
    is_own : bool array, shape (beats,)
        Which beats are conducted as the heart's own.
    symbol : int8 array, shape (beats,)
        Place in `SYMBOLS`.
    p_at, p_shape, p_beat : int array, shape (p_waves,)
        Where each P is laid, the place of its shape, and its beat or -1.
    laid_at, laid_shape : int array, shape (beats + p_waves,)
        Beats and P waves in order of time.
    """

    lead_names: tuple[str, ...]
    shapes: list[Shape]
    r_peak: IntArray
    beat_shape: IntArray
    is_own: BoolArray
    symbol: Int8Array
    p_at: IntArray
    p_shape: IntArray
    p_beat: IntArray
    laid_at: IntArray
    laid_shape: IntArray

    @cached_property
    def points(self) -> IntArray:
        """Marks of each shape, shape (shapes, 1 + leads, 3 waves, 3 points)."""
        return np.stack([shape.points for shape in self.shapes])

    def laid_between(self, start: int, stop: int) -> IntArray:
        """Return the places, among what is laid, of all that lies whole within."""
        first, last = np.searchsorted(self.laid_at, [start + REACH, stop - REACH])
        return np.arange(first, last)


def play(source: Source, score: Score, streams: Streams) -> Played:
    """Lay the shapes of a heart as a score says."""
    onset = np.rint(score.qrs_onset_s * RATE_HZ).astype(np.int64)
    r_peak = np.empty_like(onset)
    beat_shape = np.empty_like(onset)
    is_own = score.shape == OWN_QRS
    shapes: list[Shape] = []

    def lay(which: BoolArray, shape: Shape, qrs_onset: int, qrs_offset: int, t_offset: int, qt: IntArray) -> None:
        wanted, place = np.unique(qt, return_inverse=True)
        beat_shape[which] = len(shapes) + place
        r_peak[which] = onset[which] + shape.centre - qrs_onset
        shapes.extend(stretched(shape, qrs_offset, t_offset, qrs_onset + wanted))

    qt = np.rint(np.nan_to_num(score.qt_s) * (RATE_HZ / QT_STEP)).astype(np.int64) * QT_STEP
    faster = source.heart.rr_s / float(np.median(np.diff(score.qrs_onset_s)))
    own = qrst_at_rate(own_qrst(source), source.qrs_offset, source.t_offset, faster, score.st_depression_uv)
    lay(is_own, own, source.qrs_onset, source.qrs_offset, source.t_offset, qt[is_own])
    rr = np.append(np.diff(onset), np.iinfo(np.int32).max)
    for number in sorted(set(score.shape.tolist()) - {OWN_QRS}):
        which = score.shape == number
        shape, qrs_offset, t_offset = ventricular_shape(source, streams, number)
        longest = (LONGEST_QT_OF_RR * rr[which]).astype(np.int64)
        lay(which, shape, 0, qrs_offset, t_offset, np.minimum(t_offset, longest))

    p_at = np.rint(score.p_onset_s * RATE_HZ).astype(np.int64) + source.centre - source.p_onset
    kinds = sorted(set(score.p_shape.tolist()))
    p_shapes = len(shapes) + np.searchsorted(kinds, score.p_shape)
    shapes.extend(p_shape(PShape(kind), source, streams, faster) for kind in kinds)
    at, laid_shape = np.concatenate([r_peak, p_at]), np.concatenate([beat_shape, p_shapes])
    order = np.argsort(at, kind="stable")
    return Played(
        lead_names=source.lead_names,
        shapes=shapes,
        r_peak=r_peak,
        beat_shape=beat_shape,
        is_own=is_own,
        symbol=score.symbol,
        p_at=p_at,
        p_shape=p_shapes,
        p_beat=score.p_beat,
        laid_at=at[order],
        laid_shape=laid_shape[order],
    )
