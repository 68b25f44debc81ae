"""Shapes of waves: what a P wave, or a beat's QRS and T, look like in the eight leads, and where they are marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray
from ecgfactory.compose.hearts import Source
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.wave_table import BEAT_WAVES

P, QRS, T = range(len(BEAT_WAVES))

UPWARDS = (1, 20, 1)
"""An upward deflection of QRS counts as many times as a downward one in the choice of its peak: see `WaveTable`."""

SHORTEST_T, LONGEST_T = 0.35, 1.5
"""The time from the end of QRS to that of T is not changed by more than these factors."""

_FROM_I_AND_II = {"III": (-1, 1), "aVR": (-0.5, -0.5), "aVL": (1, -0.5), "aVF": (-0.5, 1)}


@dataclass(frozen=True, eq=False)
class Shape:
    """What waves look like.

    Parameters
    ----------
    signal_uv : float32 array, shape (8, window)
        In the order of `EIGHT_LEADS`, 0 at both ends.
    centre : int
        The R peak that it is laid by, in the window, or outside of it.
    points : int array, shape (1 + leads, 3 waves, 3 points)
        Onset, peak and offset of P, QRS and T in samples after the centre, over all leads and in each that is marked,
        as `WaveTable` has them; `NOWHERE` for a wave that is not there.
    """

    signal_uv: Float32Array
    centre: int
    points: IntArray


NOWHERE = np.iinfo(np.int32).min
"""Place of a wave that is not there."""

_UNMARKED = np.full((1, len(BEAT_WAVES), 3), NOWHERE)


def in_leads(signal_uv: Float32Array, lead_names: tuple[str, ...]) -> Float32Array:
    """Return the leads of these names, those of twelve that are not among the eight derived from I and II."""
    weights = np.zeros((len(lead_names), len(EIGHT_LEADS)), dtype=np.float32)
    for row, name in enumerate(lead_names):
        if name in EIGHT_LEADS:
            weights[row, EIGHT_LEADS.index(name)] = 1
        else:
            weights[row, :2] = _FROM_I_AND_II[name]
    return weights @ signal_uv


def marked(signal_uv: Float32Array, centre: int, bounds: Float64Array, lead_names: tuple[str, ...]) -> IntArray:
    """Find the peaks between the bounds of waves.

    Parameters
    ----------
    signal_uv : float32 array, shape (8, window)
        The waves.
    centre : int
        The R peak in the window.
    bounds : float64 array, shape (1 + leads, waves, 2)
        Onset and offset in samples after the centre, over all leads and in each; NaN for a wave that is not there.
    lead_names : tuple of str
        The leads that they are of.

    Returns
    -------
    int array, shape (1 + leads, waves, 3 points)
        Without leads nothing is marked: that takes longer than all else.
    """
    if not lead_names:
        return _UNMARKED
    there: BoolArray = np.asarray(~np.isnan(bounds).any(axis=-1))
    if not there.any():
        return np.full((*there.shape, 3), NOWHERE)
    first, last = np.moveaxis(np.where(there[..., np.newaxis], np.rint(bounds), 0).astype(np.int64), -1, 0)
    peak = (first + last) // 2
    leads_uv = in_leads(signal_uv, lead_names)
    for wave in np.flatnonzero(there[1:].any(axis=0)).tolist():
        peak[1:, wave] = _peaks(leads_uv, first[1:, wave] + centre, last[1:, wave] + centre, wave) - centre
        if wave != QRS:
            peak[0, wave] = np.rint(np.median(peak[1:, wave][there[1:, wave]]))
    peak[0, QRS] = 0
    points = np.stack([first, peak.clip(first, last), last], axis=-1)
    return np.where(there[..., np.newaxis], points, NOWHERE)


def _peaks(leads_uv: Float32Array, first: IntArray, last: IntArray, wave: int) -> IntArray:
    """Find the largest deflection of each lead from the line that joins its bounds, shape (leads,)."""
    window = leads_uv.shape[1]
    sample = np.arange(window)
    first, last = (bound.clip(0, window - 1)[:, np.newaxis] for bound in (first, last))
    start_uv, end_uv = (np.take_along_axis(leads_uv, bound, axis=1) for bound in (first, last))
    along = (sample - first) / np.maximum(last - first, 1)
    deflection = leads_uv - (start_uv + (end_uv - start_uv) * along)
    height = np.maximum(deflection * UPWARDS[wave], -deflection)
    peaks: IntArray = np.where((along >= 0) & (along <= 1), height, -1).argmax(axis=1)
    return peaks


def stretched(shape: Shape, qrs_offset: int, t_offset: int, wanted: IntArray) -> list[Shape]:
    """Let T end at other times, without touching QRS.

    From the end of QRS on, time passes at first as it did, and smoothly ever slower or faster (a cubic by Hermite) up
    to the end of T; from there on as at its end.

    Parameters
    ----------
    shape : Shape
        QRS and T.
    qrs_offset, t_offset : int
        Where they end, in its window.
    wanted : int array, shape (wanted,)
        Where T is to end, in samples of the window.

    Returns
    -------
    list of Shape
        One of each.
    """
    window = shape.signal_uv.shape[-1]
    length = t_offset - qrs_offset
    lengths = np.clip(wanted - qrs_offset, SHORTEST_T * length, LONGEST_T * length)[:, np.newaxis]
    rates = length / lengths
    samples = (lengths + (window - 1 - t_offset) / rates).astype(np.int64)[:, 0] + 1
    later = np.arange(samples.max(initial=1), dtype=np.float64)
    u = np.minimum(later / lengths, 1)
    # Hermite's cubic from 0 with slope 1 to `length` with slope `length / lengths`, over `lengths`.
    at = u * (lengths + u * (2 * (length - lengths) + u * (lengths - length)))
    at += np.maximum(later - lengths, 0) * rates
    at = qrs_offset + np.minimum(at, window - 1 - qrs_offset)
    whole = np.minimum(at.astype(np.int64), window - 2)
    part = (at - whole).astype(np.float32)
    step_uv = np.diff(shape.signal_uv)
    signals_uv = np.empty((len(shape.signal_uv), len(wanted), qrs_offset + len(later)), dtype=np.float32)
    signals_uv[..., :qrs_offset] = shape.signal_uv[:, np.newaxis, :qrs_offset]
    np.multiply(step_uv.take(whole, axis=1), part, out=signals_uv[..., qrs_offset:])
    signals_uv[..., qrs_offset:] += shape.signal_uv.take(whole, axis=1)
    return [
        Shape(signals_uv[:, row, : qrs_offset + count], shape.centre, _with_t(shape, at[row, :count], qrs_offset))
        for row, count in enumerate(samples.tolist())
    ]


def _with_t(shape: Shape, at: Float64Array, qrs_offset: int) -> IntArray:
    """Return the points of a shape with T where the samples `at` of it come to lie from the end of QRS on."""
    if shape.points is _UNMARKED:
        return _UNMARKED
    points = shape.points.copy()
    t_points = qrs_offset + np.interp(points[:, T] + shape.centre, at, np.arange(len(at)))
    points[:, T] = np.where(points[:, T] == NOWHERE, NOWHERE, np.rint(t_points) - shape.centre)
    return points


def own_qrst(source: Source) -> Shape:
    """Return QRS and T of the heart's own beats."""
    return _own(source, source.qrst_uv, [QRS, T])


def own_p(source: Source) -> Shape:
    """Return the heart's own P wave, without the zeros beside it."""
    shape = _own(source, source.p_uv, [P])
    first, last = np.flatnonzero(source.p_uv.any(axis=0))[[0, -1]].tolist()
    return Shape(source.p_uv[:, first - 1 : last + 2], source.centre - first + 1, shape.points)


def _own(source: Source, signal_uv: Float32Array, waves: list[int]) -> Shape:
    """Return some of the waves of the source with their marks."""
    if source.bounds is None:
        return Shape(signal_uv, source.centre, _UNMARKED)
    bounds = np.full_like(source.bounds, np.nan)
    bounds[:, waves] = source.bounds[:, waves]
    return Shape(signal_uv, source.centre, marked(signal_uv, source.centre, bounds, source.lead_names))
