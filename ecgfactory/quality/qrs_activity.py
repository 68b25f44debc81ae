"""Whether the leads show the same heart: QRS activity of each lead against what all leads together show.

The activity of a lead is the curvature over +-10 ms of its 10 ms means, averaged over 50 ms, in steps of 10
ms: high in a QRS whatever its shape and sign, low in P and T. The consensus is the median over the leads, so
that what is wrong in less than half of them does not reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray
from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, block_means, in_cache
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.filters import moving_mean, symmetric_filter
from ecgfactory.quality.medians import median_of, median_of_existing
from ecgfactory.quality.ragged import side_by_side

QRS_SHARE = 0.97
"""Quantile of the activity that is taken as its height in QRS, which fills 5 % of the time at 30 beats/min."""

BEAT_HEIGHT = 0.4
"""A beat stands out from rest by this share of the difference between rest and QRS."""

REFRACTORY_STEPS = 20
"""No two beats within 200 ms: the refractory time of Pan and Tompkins 1985 (doi:10.1109/TBME.1985.325532)."""

BEAT_HALF_WIDTH_S = 0.06
QRS_HALF_WIDTH_S = 0.1
MAX_DELAY_S = 0.4
DELAY_GAIN = 0.1
"""A lead counts as delayed when its correlation with the consensus rises by this much as it is moved."""

SHORTEST_S = 2.0
FEWEST_BEATS = 3

FEATURES = (
    Feature(
        "qrs_agreement_min",
        "",
        "number",
        "Smallest correlation of a lead's QRS activity with the median of all leads' (1 in all leads of a "
        "perfect ECG).",
    ),
    Feature(
        "lead_delay_max_ms",
        "ms",
        "number",
        "Largest delay, either way, at which a lead's QRS activity fits the median of all leads' best, in steps of "
        "10 ms; 0 where it fits in place as well (within 0.1 of the correlation).",
    ),
    Feature(
        "beat_strength_min",
        "",
        "number",
        "QRS activity of the weakest beat in any lead over that of the lead's median beat: 0 where a beat is missing.",
    ),
    Feature(
        "stray_activity_max",
        "",
        "number",
        "Strongest activity in any lead more than 0.1 s from every beat over that in the lead's QRS: 1 is a"
        " beat too many.",
    ),
    Feature(
        "rr_shortest_share",
        "",
        "number",
        "Shortest time between the beats that all leads together show over the median time.",
    ),
    Feature(
        "rr_longest_share",
        "",
        "number",
        "Longest time between the beats that all leads together show over the median time.",
    ),
)


@dataclass(frozen=True)
class QrsActivity:
    """Activity of a batch of records, in steps of 10 ms.

    Parameters
    ----------
    leads : float32 array, shape (records, leads, steps)
        Activity in uV.
    shares : float32 array, shape (records, leads, steps)
        Activity over its height in the lead's QRS, at most 1.5.
    consensus : float32 array, shape (records, steps)
        Median of the shares over the leads.
    beats : list of int arrays
        Steps of the beats in the consensus, for each record.
    """

    leads: Float32Array
    shares: Float32Array
    consensus: Float32Array
    beats: list[IntArray]

    @cached_property
    def beats_side_by_side(self) -> tuple[IntArray, BoolArray]:
        """The beats as one array, shape (records, columns), and which of its entries exist."""
        return side_by_side(self.beats)

    def near_beats(self, reach: int, steps: int) -> BoolArray:
        """Return which of the first steps lie at most `reach` steps from a beat, shape (records, steps)."""
        near = np.zeros((len(self.beats), steps), dtype=np.bool_)
        beats, exist = self.beats_side_by_side
        rows, centres = exist.nonzero()[0], beats[exist]
        for distance in range(-reach, reach + 1):
            near[rows, (centres + distance).clip(0, steps - 1)] = True
        return near


def find_activity(batch: EcgBatch) -> QrsActivity:
    """Compute the QRS activity of all leads, and the beats they show together; none in less than 2 s."""
    if batch.samples < SHORTEST_S * batch.sampling_rate_hz:
        nothing = np.zeros((batch.records, len(batch.lead_names), 1), dtype=np.float32)
        return QrsActivity(nothing, nothing, nothing[:, 0], [np.empty(0, np.int64)] * batch.records)
    leads = _activity(batch)
    height = _quantile(leads, QRS_SHARE)[..., np.newaxis]
    shares = np.minimum(leads / np.maximum(height, np.float32(1e-3)), np.float32(1.5))
    consensus = median_of([shares[:, lead] for lead in range(shares.shape[1])])
    beats = [_beats(row, floor, height) for row, floor, height in zip(consensus, *_levels(consensus), strict=True)]
    return QrsActivity(leads, shares, consensus, beats)


def _levels(consensus: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Activity at rest and in QRS of each record, shape (records,) each."""
    return np.median(consensus, axis=-1), _quantile(consensus, QRS_SHARE)


def _beats(consensus: Float32Array, floor: np.float32, height: np.float32) -> IntArray:
    """Find the steps at which the consensus of one record stands out from rest."""
    least = max(BEAT_HEIGHT * float(height - floor), 1e-6)
    peaks, _ = scipy.signal.find_peaks(
        consensus, height=float(floor) + least, distance=REFRACTORY_STEPS, prominence=least
    )
    return peaks.astype(np.int64)


def measure_activity(activity: QrsActivity, lead_names: Sequence[str]) -> FeatureTable:
    """Measure how the leads agree, each feature of shape (records,).

    NaN where a record is shorter than 2 s, shows fewer than 3 beats, or has a lead without any activity.
    """
    agreement, delay_ms = _agreement(activity)
    strength, stray = _beat_strengths(activity)
    shortest, longest = _interval_shares(activity)
    return {
        **over_leads("qrs_agreement_min", agreement, lead_names, "min"),
        **over_leads("lead_delay_max_ms", delay_ms, lead_names, "max"),
        **over_leads("beat_strength_min", strength, lead_names, "min"),
        **over_leads("stray_activity_max", stray, lead_names, "max"),
        "rr_shortest_share": shortest,
        "rr_longest_share": longest,
    }


def _interval_shares(activity: QrsActivity) -> tuple[Float64Array, Float64Array]:
    """Shortest and longest time between beats over the median time, shape (records,) each."""
    beats, exist = activity.beats_side_by_side
    intervals, between = np.diff(beats), exist[:, 1:]
    median = median_of_existing(intervals.astype(np.float64), between).astype(np.float64)
    median[exist.sum(axis=1) < FEWEST_BEATS] = np.nan
    steps = activity.consensus.shape[-1]
    shortest = intervals.min(axis=1, where=between, initial=steps)
    longest = intervals.max(axis=1, where=between, initial=0)
    return shortest / median, longest / median


def _activity(batch: EcgBatch) -> Float32Array:
    """Mean curvature of each smoothed lead in steps of 10 ms, shape (records, leads, steps)."""
    reach = batch.sampling_rate_hz // COARSE_HZ

    def mean_curvature(signals_uv: Float32Array) -> Float32Array:
        smooth = moving_mean(signals_uv, reach)
        bend = smooth[..., 2 * reach :] + smooth[..., : -2 * reach]
        bend -= 2 * smooth[..., reach:-reach]
        curvature = np.zeros_like(smooth)
        np.abs(bend, out=curvature[..., reach:-reach])
        return symmetric_filter(block_means(curvature, reach), np.array([1, 3, 4, 3, 1]) / 12)

    return in_cache(mean_curvature, batch.fine_uv)


def _quantile(values: Float32Array, share: float) -> Float32Array:
    """The value that a share of the last axis does not exceed."""
    place = int(values.shape[-1] * share)
    return np.partition(values, place, axis=-1)[..., place]


def _agreement(activity: QrsActivity) -> tuple[Float32Array, Float64Array]:
    """Correlation of each lead with the consensus, and its delay in ms, shape (records, leads) each."""
    leads = activity.shares - activity.shares.mean(axis=-1, keepdims=True)
    consensus = activity.consensus - activity.consensus.mean(axis=-1, keepdims=True)
    consensus = consensus[:, np.newaxis]
    power = np.sqrt((leads**2).sum(axis=-1) * (consensus**2).sum(axis=-1))
    reach = round(MAX_DELAY_S * COARSE_HZ)
    length = scipy.fft.next_fast_len(leads.shape[-1] + reach, real=True)
    products = scipy.fft.irfft(scipy.fft.rfft(leads, length) * np.conj(scipy.fft.rfft(consensus, length)), length)
    near = np.concatenate([products[..., -reach:], products[..., : reach + 1]], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = (leads * consensus).sum(axis=-1) / power
        gain = near.max(axis=-1) / power - correlation
    delay_ms = (1000 / COARSE_HZ) * np.abs(near.argmax(axis=-1) - reach)
    delay_ms[gain < DELAY_GAIN] = 0
    return correlation, np.where(np.isfinite(correlation), delay_ms, np.nan)


def _beat_strengths(activity: QrsActivity) -> tuple[Float32Array, Float32Array]:
    """Weakest beat and strongest stray activity of each lead over the median beat's, shape (records, leads) each."""
    half = round(BEAT_HALF_WIDTH_S * COARSE_HZ)
    records, leads, steps = activity.leads.shape
    weakest, strays = np.full((2, records, leads), np.nan, dtype=np.float32)
    places, exists = activity.beats_side_by_side
    rows = np.flatnonzero(exists.sum(axis=1) >= FEWEST_BEATS)
    if not rows.size:
        return weakest, strays
    places, exists = places[rows], exists[rows]
    whole = exists & (places >= half) & (places < steps - half)
    windows = sliding_window_view(activity.leads, 2 * half + 1, axis=-1)
    around = windows[rows[:, np.newaxis], :, np.where(whole, places - half, 0)]
    means = around.mean(axis=-1)
    outside = ~activity.near_beats(round(QRS_HALF_WIDTH_S * COARSE_HZ), steps)[rows, np.newaxis]
    stray = np.where(outside, activity.leads[rows], 0).max(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        weakest[rows] = np.where(whole[..., np.newaxis], means, np.inf).min(axis=1) / median_of_existing(means, whole)
        strays[rows] = stray / median_of_existing(around.max(axis=-1), whole)
    return weakest, strays
