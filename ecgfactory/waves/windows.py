"""What the network sees of each beat: the signal around it in every lead, and when its neighbours are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float32Array, IntArray

RATE_HZ = 500
"""Sampling rate that the network was trained at."""

FINE, COARSE = 2, 4
"""Samples of a step near QRS, 4 ms, and beyond, 8 ms."""

STARTS = np.concatenate([np.arange(-300, -72, COARSE), np.arange(-72, 100, FINE), np.arange(100, 360, COARSE)])
WIDTHS = np.where((STARTS >= -72) & (STARTS < 100), FINE, COARSE)
"""Steps of a window, from 0.6 s before the beat to 0.72 s after: first sample after its centre, samples."""

QRS_STEPS = (STARTS >= -60) & (STARTS < 80)
"""Where QRS is: the height of a lead there is its scale, so that the gain of a lead does not matter."""

LEAST_QRS_UV = 8.0
"""A lead has no signal in a beat whose QRS is lower, though its last bits may flicker."""

LEAST_SHARE = 0.1
"""QRS under this share of a lead's upper quartile, as noise while an electrode is off, do not tell of its scale."""

LARGEST = 5.0
"""A signal counts as no more than so many times its lead's scale: LUDB's, which the network learnt from, reach 4.3. So
no lead outweighs the others, whatever is in it."""

AFTER_BEAT, BEFORE_BEAT = 65, 25
"""A window ends 50 ms before the next beat and begins 130 ms after the one before, samples."""

LONGEST_RR_S, SHORTEST_RR_S = 2.0, 0.25
"""RR times beyond count as these."""

CLOCK = 6
"""Number of inputs that tell of time: see `_clock`."""


@dataclass(frozen=True)
class Windows:
    """The beats of a batch, one after another.

    Parameters
    ----------
    record : int array, shape (beats,)
        Record of each beat, rising.
    shape : float32 array, shape (beats, leads, steps)
        Signal, less its mean over the window, by the scale of the lead, its usual height of QRS;
        0 outside the record, beyond the neighbouring beats and where the lead has no signal.
    clock : float32 array, shape (beats, CLOCK)
        Distances to neighbouring beats and to the record's ends, and the record's rhythm.
    live : bool array, shape (beats, leads)
        Whether the lead has a signal in the beat.
    """

    record: IntArray
    shape: Float32Array
    clock: Float32Array
    live: BoolArray


def cut_windows(signal_uv: npt.NDArray[np.integer], places: IntArray, exists: BoolArray) -> Windows:
    """Cut out every beat.

    Parameters
    ----------
    signal_uv : int array, shape (n, leads, samples)
        At `RATE_HZ`.
    places : int array, shape (n, most beats)
        Centres of the beats in samples, rising.
    exists : bool array, shape (n, most beats)
        Which places hold a beat; the first ones of each record.

    Returns
    -------
    Windows
    """
    samples = signal_uv.shape[-1]
    record, beat = np.nonzero(exists)
    centre = places[record, beat]
    before, after = _distances(places, exists, record, beat)
    shape = _step_means(signal_uv, record, centre)
    first = np.maximum(-centre, AFTER_BEAT - before)
    last = np.minimum(samples - centre, after - BEFORE_BEAT)
    inside = ((first[:, None] <= STARTS) & (last[:, None] >= STARTS + WIDTHS)).astype(np.float32)
    weights = inside * WIDTHS.astype(np.float32)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    shape -= np.einsum("bls,bs->bl", shape, weights)[..., None]
    shape *= inside[:, None]
    height_uv, live = _heights(shape)
    scale_uv = _scales(height_uv, live, record, len(signal_uv))[record]
    shape *= np.divide(1, scale_uv, out=np.zeros_like(scale_uv), where=live)[..., None]
    np.clip(shape, -LARGEST, LARGEST, out=shape)
    return Windows(record, shape, _clock(before, after, centre, samples, record), live)


def _step_means(signal_uv: npt.NDArray[np.integer], record: IntArray, centre: IntArray) -> Float32Array:
    """Mean of the signal over each step of each beat's window, shape (beats, leads, steps)."""
    n, leads, samples = signal_uv.shape
    sums = np.zeros((n, leads, samples + 1), np.int32)
    np.cumsum(signal_uv, axis=-1, out=sums[..., 1:])
    edges = np.append(STARTS, STARTS[-1] + WIDTHS[-1])
    at = (centre[:, None] + edges).clip(0, samples)
    lead_starts = (record[:, None] * leads + np.arange(leads)) * (samples + 1)
    at_edges = sums.reshape(-1).take(lead_starts[..., None] + at[:, None])
    means: Float32Array = (at_edges[..., 1:] - at_edges[..., :-1]).astype(np.float32)
    means *= (1 / WIDTHS).astype(np.float32)
    return means


def _distances(places: IntArray, exists: BoolArray, record: IntArray, beat: IntArray) -> tuple[IntArray, IntArray]:
    """Samples from each beat to the one before and after it; the longest where there is none."""
    longest = round(LONGEST_RR_S * RATE_HZ)
    rr = np.where(exists[:, 1:], np.diff(places), longest)
    none = np.full((len(places), 1), longest)
    before = np.concatenate([none, rr], axis=1)[record, beat]
    after = np.concatenate([rr, none], axis=1)[record, beat]
    return np.minimum(before, longest), np.minimum(after, longest)


def _heights(shape: Float32Array) -> tuple[Float32Array, BoolArray]:
    """Height of QRS in each lead of each beat, and whether it is one: a line across a gap may climb, and is none."""
    first = np.flatnonzero(QRS_STEPS)
    qrs = shape[..., first[0] : first[-1] + 1]
    height = qrs.max(axis=-1) - qrs.min(axis=-1)
    return height, height - np.abs(qrs[..., -1] - qrs[..., 0]) >= LEAST_QRS_UV


def _scales(height: Float32Array, live: BoolArray, record: IntArray, records: int) -> Float32Array:
    """Usual height of QRS in each lead of each record: the median over its live beats, shape (records, leads).

    Beats under `LEAST_SHARE` don't count. Anything where no beat is live.
    """
    rising = np.where(live, height, np.float32(np.inf))
    scale = np.empty((records, height.shape[1]), np.float32)
    bounds = np.searchsorted(record, np.arange(records + 1))
    for number, (start, stop) in enumerate(pairwise(bounds.tolist())):
        if stop > start:
            ordered, counts = np.sort(rising[start:stop], axis=0), live[start:stop].sum(axis=0)
            upper_quartile = np.take_along_axis(ordered, (3 * counts // 4)[np.newaxis], 0)
            low = (ordered < LEAST_SHARE * upper_quartile).sum(axis=0)
            scale[number] = np.take_along_axis(ordered, (low + (counts - low) // 2)[np.newaxis], 0)[0]
    return scale


def _clock(before: IntArray, after: IntArray, centre: IntArray, samples: int, record: IntArray) -> Float32Array:
    """Tell of time, each about 0 to 1: RR before and after, to both ends, the usual RR and how it varies."""
    shortest, longest = SHORTEST_RR_S * RATE_HZ, LONGEST_RR_S * RATE_HZ
    rr = np.log2(np.maximum(np.stack([before, after], axis=1), shortest) / RATE_HZ)
    ends = np.minimum(np.stack([centre, samples - centre], axis=1) / RATE_HZ, 0.8)
    # The first and last RR are unknown: they don't tell of the rhythm.
    known = before < longest
    count = np.bincount(record, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.where(count > 0, np.bincount(record, known * rr[:, 0]) / count, 0.0)
    jumps = np.abs(rr[:, 0] - rr[:, 1]) * (known & (after < longest))
    varies = np.bincount(record, jumps) / np.maximum(np.bincount(record, known & (after < longest)), 1)
    return np.column_stack([rr, ends, usual[record], np.minimum(varies[record], 0.5)]).astype(np.float32)
