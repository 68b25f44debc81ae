"""Where the leads of a record show QRS together: the one detector of beats.

The activity of a lead is the curvature over +-12 ms of its 12 ms means, averaged over 50 ms, in steps of 10
ms, after pacing spikes are taken out: high in a QRS whatever its shape and sign, low in P and T. The consensus is
the mean over the leads, each at most as high as its own QRS, so that what only a few of them show is no beat. A beat is
where the consensus stands out from rest, unless that is a P or T wave; a wide beat among narrow ones stands out less,
but is steeper than a T wave.

The numbers without a source were chosen on LUDB's records 1 to 100 (doi:10.1109/ACCESS.2020.3029211), with all leads,
lead by lead and in noise, and on simulated ECGs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.quality.batch import COARSE_HZ, RECORDS_IN_CACHE, EcgBatch, block_means
from ecgfactory.quality.filters import moving_mean, symmetric_filter
from ecgfactory.quality.qrs_peaks import beats_of
from ecgfactory.quality.ragged import side_by_side
from ecgfactory.quality.trimming import trimmed

SHORTEST_S = 2.0
CURVATURE_S = 0.012

OVER_A_QRS = np.array([1, 3, 4, 3, 1]) / 12
"""Weights by which five steps of 10 ms are averaged."""

CHANGE_S = 0.004
"""Speed is the change over 4 ms to either side: long enough for noise, short against a QRS."""

QRS_SHARE = 0.98
"""Quantile of the activity that is taken as its height in QRS, which fills 3 % of the time at 20 beats/min."""

STANDS_OUT = 1.8
"""There are beats where QRS is 1.8 times as active as half of the time, as a wide one of 150 beats/min still is. Four
leads of nothing but noise, of any colour, stay below that; fewer are often taken for a fast heart."""

FASTEST_S, SLOWEST_S, REPEATS, HALF_REPEATS = 0.25, 0.5, 0.8, 0.5
"""Or where all repeats itself, correlated by 0.8, every 0.25 to 0.5 s, and not by 0.5 in half that time: so does a wide
QRS of 120 to 240 beats/min that leaves no rest. None of 600 records of white or brown noise does."""

LEAST_UV = 2.0
"""Activity of a QRS of some 10 uV: a lead with less is dead, though its last bit may flicker."""

AGREES = 0.7
"""A lead counts in full that is correlated by this with another; jumps of a loose electrode and noise are less."""

MAJORITY = 3
"""With three live leads or more, two tell which is loose. Of just three, none shows more than the next at any time; of
more, one alone makes no beat anyway."""

LEVELS_S = 10.0
"""Rest and QRS are told apart within stretches of 10 to 20 s, so that a recording of hours may change."""


@dataclass(frozen=True)
class QrsActivity:
    """Activity of a batch of records, in steps of about 10 ms (as many samples as come nearest).

    Parameters
    ----------
    leads : float32 array, shape (records, leads, steps)
        Activity in uV.
    slopes : float32 array, shape (records, leads, steps)
        How far the means of a lead's steps change over two steps, averaged as the activity is, in uV.
    speed : float32 array, shape (records, samples)
        How fast the leads change together, over 8 ms around each sample, in arbitrary units.
    beats : list of int arrays
        Steps of the beats in the consensus, for each record; those that an end of the record cuts, too.
    step : int
        Samples of a step.
    steps_per_s : float
        Steps in a second.
    """

    leads: Float32Array
    slopes: Float32Array
    speed: Float32Array
    beats: list[IntArray]
    step: int
    steps_per_s: float

    @cached_property
    def beats_side_by_side(self) -> tuple[IntArray, BoolArray]:
        """The beats as one array, shape (records, columns), and which of its entries exist."""
        return side_by_side(self.beats)

    def take(self, rows: IntArray) -> QrsActivity:
        """Return the activity of some of the records, by index."""
        beats = [self.beats[row] for row in rows]
        return QrsActivity(self.leads[rows], self.slopes[rows], self.speed[rows], beats, self.step, self.steps_per_s)

    def near_beats(
        self, reach: int, steps: int, which: BoolArray | None = None, reach_after: int | None = None
    ) -> BoolArray:
        """Return which of the first steps lie at most `reach` steps from a beat, shape (records, steps).

        Of all beats, or of those that `which` says, shape as of `beats_side_by_side`; after it at most `reach_after`.
        """
        near = np.zeros((len(self.beats), steps), dtype=np.bool_)
        beats, exist = self.beats_side_by_side
        if which is not None:
            exist = exist & which
        rows, centres = exist.nonzero()[0], beats[exist]
        for distance in range(-reach, (reach if reach_after is None else reach_after) + 1):
            near[rows, (centres + distance).clip(0, steps - 1)] = True
        return near


def find_activity(batch: EcgBatch, interrupted: BoolArray | None = None) -> QrsActivity:
    """Compute the QRS activity of all leads, and the beats they show together; none in less than 2 s.

    Parameters
    ----------
    batch : EcgBatch
        The records; without a step where a recording paused.
    interrupted : bool array, shape (records, samples), optional
        At which samples that is.
    """
    step = max(round(batch.sampling_rate_hz / COARSE_HZ), 1)
    steps_per_s = batch.sampling_rate_hz / step
    if batch.samples < SHORTEST_S * batch.sampling_rate_hz:
        leads = np.zeros((batch.records, len(batch.lead_names), batch.samples // step), dtype=np.float32)
        speed = np.zeros((batch.records, batch.samples), dtype=np.float32)
        return QrsActivity(leads, leads, speed, [np.empty(0, np.int64)] * batch.records, step, steps_per_s)
    leads, slopes, speed = _activity(batch, step)
    slope = _slope(speed, step)
    strengths, steepness = (_strengths(values, steps_per_s) for values in (_consensus(leads), slope))
    if interrupted is not None:
        paused = np.any(interrupted[:, : leads.shape[-1] * step].reshape(batch.records, -1, step), axis=-1)
        for record in np.flatnonzero(np.any(paused, axis=-1)).tolist():
            beside = _strengths_beside(paused[record], leads[record], slope[record], steps_per_s)
            strengths[record], steepness[record] = beside
    beats = [beats_of(*rows, steps_per_s) for rows in zip(strengths, steepness, strict=True)]
    return QrsActivity(leads, slopes, speed, beats, step, steps_per_s)


def _activity(batch: EcgBatch, step: int) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Activity, slopes and speed of each record; a few at a time, so that it all happens in the processor's cache."""
    leads, slopes, speeds = [], [], []
    for start in range(0, max(batch.records, 1), RECORDS_IN_CACHE):
        calm_uv = trimmed(batch.signals_uv[start : start + RECORDS_IN_CACHE], batch.sampling_rate_hz)
        leads.append(mean_curvature(calm_uv, batch.span(CURVATURE_S), step))
        slopes.append(_slopes(calm_uv, step))
        speeds.append(_speed(calm_uv, batch.span(CHANGE_S)))
    return np.concatenate(leads), np.concatenate(slopes), np.concatenate(speeds)


def _slopes(calm_uv: Float32Array, step: int) -> Float32Array:
    """Change of each lead's means of a step from the step before to the one after, shape (records, leads, steps)."""
    means = block_means(calm_uv, step)
    slopes = np.zeros_like(means)
    np.abs(means[..., 2:] - means[..., :-2], out=slopes[..., 1:-1])
    return symmetric_filter(slopes, OVER_A_QRS)


def _speed(calm_uv: Float32Array, reach: int) -> Float32Array:
    """Root of the sum over the leads of their squared changes, shape (records, samples).

    A lead that changes more than most is scaled down, so that its noise does not hide the others.
    """
    energy = np.empty_like(calm_uv)
    energy[..., :reach] = energy[..., -reach:] = 0
    inner = energy[..., reach:-reach]
    np.subtract(calm_uv[..., 2 * reach :], calm_uv[..., : -2 * reach], out=inner)
    np.square(inner, out=inner)
    mean = energy.mean(axis=-1)
    usual = np.maximum(mean, np.median(mean, axis=-1, keepdims=True))
    weights = np.divide(1, usual, out=np.zeros_like(mean), where=usual > 0)
    speed: Float32Array = np.sqrt(np.einsum("nl,nls->ns", weights, energy))
    return speed


def mean_curvature(signals_uv: Float32Array, reach: int, step: int) -> Float32Array:
    """Activity of each lead: curvature over `reach` samples of its means over as many, averaged over 5 steps.

    Parameters
    ----------
    signals_uv : float32 array, shape (records, leads, samples)
        In uV.
    reach, step : int
        In samples.

    Returns
    -------
    float32 array, shape (records, leads, steps)
        In uV.
    """
    smooth = moving_mean(signals_uv, reach)
    bend = smooth[..., 2 * reach :] + smooth[..., : -2 * reach]
    bend -= 2 * smooth[..., reach:-reach]
    curvature = smooth  # its memory, as it is not needed any more
    curvature[..., :reach] = curvature[..., -reach:] = 0
    np.abs(bend, out=curvature[..., reach:-reach])
    return symmetric_filter(block_means(curvature, step), OVER_A_QRS)


def rest_and_qrs(activity: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Activity at rest, that half of the last axis does not exceed, and in QRS, that all but 2 % do not.

    As each step is a mean over 5, every second step tells it as well.
    """
    some = activity[..., ::2]
    half, most = (int(some.shape[-1] * share) for share in (0.5, QRS_SHARE))
    ordered = np.partition(some, (half, most), axis=-1)
    return ordered[..., half], ordered[..., most]


def _consensus(leads: Float32Array) -> Float32Array:
    """Mean over the leads of their activity as a share of its height in QRS, shape (records, steps).

    A lead counts the more, the more still it is beside QRS and the better it agrees with another; a dead one not at
    all. Of one or two live leads, none can be told to be wrong.
    """
    rest, qrs = rest_and_qrs(leads)
    height = np.maximum(qrs, np.float32(LEAST_UV))
    shares: Float32Array = np.divide(leads, height[..., np.newaxis])
    np.minimum(shares, np.float32(1), out=shares)
    alive = qrs >= LEAST_UV
    count = alive.sum(axis=-1)
    weights = np.where(alive, 1 - rest / height, 0)
    weights *= np.where(count[:, np.newaxis] >= MAJORITY, _agreement(shares), 1)
    if (three := count == MAJORITY).any():
        shares[three] = np.minimum(shares[three], np.sort(shares[three], axis=1)[:, -2:-1])
    weights /= np.maximum(weights.sum(axis=-1, keepdims=True), np.float32(1e-6))
    consensus: Float32Array = np.einsum("nl,nls->ns", weights, shares)
    return consensus


def _agreement(shares: Float32Array) -> Float32Array:
    """How well each lead agrees with the one most like it, 0 to 1, shape (records, leads)."""
    leads = shares.shape[1]
    some = shares[..., ::2] - shares[..., ::2].mean(axis=-1, keepdims=True)
    products = np.einsum("nls,nms->nlm", some, some)
    sizes = np.sqrt(products.diagonal(axis1=-2, axis2=-1))
    products /= np.maximum(sizes[..., np.newaxis] * sizes[..., np.newaxis, :], np.float32(1e-6))
    products[:, np.arange(leads), np.arange(leads)] = 0
    agreement: Float32Array = (products.max(axis=-1) / np.float32(AGREES)).clip(0, 1)
    return agreement


def _slope(speed: Float32Array, step: int) -> Float32Array:
    """Speed in steps, averaged as the activity is, shape (records, steps)."""
    return symmetric_filter(block_means(speed, step), OVER_A_QRS)


def _strengths(values: Float32Array, steps_per_s: float) -> Float32Array:
    """Scale to 0 at rest and 1 in QRS, with a step more at both ends, as a peak may be there.

    All is 0 where QRS neither stands out from rest nor comes at an even, fast rate.
    """
    rest, qrs = _levels(values, steps_per_s)
    is_qrs = qrs >= STANDS_OUT * rest
    for record in np.flatnonzero(~is_qrs.all(axis=1)).tolist():
        is_qrs[record] |= _repeats(values[record], steps_per_s)
    height = np.where(is_qrs, np.maximum(qrs - rest, np.float32(1e-5)), np.float32(np.inf))
    return np.pad((values - rest) / height, [(0, 0), (1, 1)])


def _repeats(values: Float32Array, steps_per_s: float) -> bool:
    """Say whether the activity of a record, shape (steps,), is that of a fast and even heart."""
    first, last = (round(span_s * steps_per_s) for span_s in (FASTEST_S, SLOWEST_S))
    centred = values - values.mean()
    power = max(float(centred @ centred), 1e-9)
    correlations = [float(centred[lag:] @ centred[:-lag]) / power for lag in range(first // 2, last + 1)]
    lag = first + int(np.argmax(correlations[first - first // 2 :]))
    return correlations[lag - first // 2] >= REPEATS and correlations[lag // 2 - first // 2] < HALF_REPEATS


def _strengths_beside(
    paused: BoolArray, leads: Float32Array, slope: Float32Array, steps_per_s: float
) -> tuple[Float32Array, Float32Array]:
    """Strengths of one record and its slope, rest and QRS told apart by what lies outside pauses; 0 within them."""
    strength, steepness = np.zeros((2, len(paused) + 2), dtype=np.float32)
    present = ~paused
    if present.sum() >= SHORTEST_S * steps_per_s:
        consensus = _consensus(leads[np.newaxis, :, present])
        strength[1:-1][present] = _strengths(consensus, steps_per_s)[0, 1:-1]
        steepness[1:-1][present] = _strengths(slope[np.newaxis, present], steps_per_s)[0, 1:-1]
    return strength, steepness


def _levels(consensus: Float32Array, steps_per_s: float) -> tuple[Float32Array, Float32Array]:
    """Activity at rest and in QRS around each step of each record, shape (records, steps) each."""
    records, steps = consensus.shape
    stretches = max(int(steps / (LEVELS_S * steps_per_s)), 1)
    length = steps // stretches
    stretch = np.minimum(np.arange(steps) // length, stretches - 1)
    levels = rest_and_qrs(consensus[:, : stretches * length].reshape(records, stretches, length))
    rest, qrs = (level[:, stretch] for level in levels)
    return rest, qrs
