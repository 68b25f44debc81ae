"""Where the leads of a record show QRS together: the one detector of beats.

The activity of a lead is the curvature over +-16 ms of its 16 ms means, averaged over 50 ms, in steps of 10
ms, after pacing spikes are taken out: high in a QRS whatever its shape and sign, low in P and T. The consensus is
the median over the leads that show QRS at all, so that what is wrong in less than half of them does not reach it.
A beat is where the consensus stands out from rest, unless that is a T wave.

The numbers without a source were chosen on records of LUDB with odd numbers (doi:10.1109/ACCESS.2020.3029211), whole,
in noise and lead by lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray
from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, block_means, in_cache
from ecgfactory.quality.filters import moving_mean, symmetric_filter
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.quality.ragged import side_by_side

SHORTEST_S = 1.0
CURVATURE_S = 0.016

QRS_SHARE = 0.97
"""Quantile of the activity that is taken as its height in QRS, which fills 5 % of the time at 30 beats/min."""

STANDS_OUT = 3.0
"""A lead shows QRS when the activity there is 3 times that of half of the time: noise of any colour stays below."""

LEAST_UV = 2.0
"""And at least 2 uV, that of a QRS of some 10 uV: a dead lead that flickers by the last bit shows nothing."""

LEVELS_S = 10.0
"""Rest and QRS are told apart within stretches of 10 to 20 s, so that a recording of hours may change."""

BEAT_HEIGHT = 0.4
"""A beat stands out from rest by this share of the difference between rest and QRS."""

REFRACTORY_S = 0.2
"""No two beats within 200 ms: the refractory time of Pan and Tompkins 1985 (doi:10.1109/TBME.1985.325532)."""

WAVE_HEIGHT = 0.2
"""What stands out by this share may be a P or T wave."""

T_WAVE_S, P_WAVE_S = 0.4, 0.3
"""A T wave peaks within 400 ms after its QRS, a P wave within 300 ms before."""

WAVE_SHARE = 0.65
"""And they are less active than 0.65 of the QRS."""

WAVE_SPREAD = 2.0
"""P or T waves of a record are at most twice as active as half of them; a premature beat among them is more so."""


@dataclass(frozen=True)
class QrsActivity:
    """Activity of a batch of records, in steps of about 10 ms (as many samples as come nearest).

    Parameters
    ----------
    leads : float32 array, shape (records, leads, steps)
        Activity in uV.
    shares : float32 array, shape (records, leads, steps)
        Activity over its height in the lead's QRS, at most 1.5.
    consensus : float32 array, shape (records, steps)
        Median of the shares over the leads that show QRS; zeros where none does.
    beats : list of int arrays
        Steps of the beats in the consensus, for each record; those that an end of the record cuts, too.
    step : int
        Samples of a step.
    steps_per_s : float
        Steps in a second.
    """

    leads: Float32Array
    shares: Float32Array
    consensus: Float32Array
    beats: list[IntArray]
    step: int
    steps_per_s: float

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
    """Compute the QRS activity of all leads, and the beats they show together; none in less than 1 s."""
    step = max(round(batch.sampling_rate_hz / COARSE_HZ), 1)
    steps_per_s = batch.sampling_rate_hz / step
    if batch.samples < SHORTEST_S * batch.sampling_rate_hz:
        nothing = np.zeros((batch.records, len(batch.lead_names), 1), dtype=np.float32)
        return QrsActivity(nothing, nothing, nothing[:, 0], [np.empty(0, np.int64)] * batch.records, step, steps_per_s)
    leads = _activity(batch, step)
    height = _quantile(leads, QRS_SHARE)
    shares = np.minimum(leads / np.maximum(height, np.float32(1e-3))[..., np.newaxis], np.float32(1.5))
    shows_qrs = (height >= LEAST_UV) & (height >= STANDS_OUT * np.median(leads, axis=-1))
    consensus = median_of_existing(shares, shows_qrs)
    beats = [_beats(row, *levels, steps_per_s) for row, *levels in zip(consensus, *_levels(consensus, steps_per_s), strict=True)]
    return QrsActivity(leads, shares, consensus, beats, step, steps_per_s)


def _activity(batch: EcgBatch, step: int) -> Float32Array:
    """Mean curvature of each smoothed lead, shape (records, leads, steps)."""
    reach = batch.span(CURVATURE_S)

    def mean_curvature(signals_uv: Float32Array) -> Float32Array:
        smooth = moving_mean(signals_uv, reach)
        bend = smooth[..., 2 * reach :] + smooth[..., : -2 * reach]
        bend -= 2 * smooth[..., reach:-reach]
        curvature = np.zeros_like(smooth)
        np.abs(bend, out=curvature[..., reach:-reach])
        return symmetric_filter(block_means(curvature, step), np.array([1, 3, 4, 3, 1]) / 12)

    return in_cache(mean_curvature, batch.calm_uv)


def _quantile(values: Float32Array, share: float) -> Float32Array:
    """The value that a share of the last axis does not exceed."""
    place = int(values.shape[-1] * share)
    return np.partition(values, place, axis=-1)[..., place]


def _levels(consensus: Float32Array, steps_per_s: float) -> tuple[Float32Array, Float32Array]:
    """Activity at rest and in QRS around each step of each record, shape (records, steps) each."""
    records, steps = consensus.shape
    stretches = max(int(steps / (LEVELS_S * steps_per_s)), 1)
    length = steps // stretches
    cut = consensus[:, : stretches * length].reshape(records, stretches, length)
    stretch = np.minimum(np.arange(steps) // length, stretches - 1)
    return np.median(cut, axis=-1)[:, stretch], _quantile(cut, QRS_SHARE)[:, stretch]


def _beats(consensus: Float32Array, rest: Float32Array, qrs: Float32Array, steps_per_s: float) -> IntArray:
    """Find the steps at which the consensus of one record stands out from rest, but for P and T waves."""
    height = np.maximum(qrs - rest, np.float32(1e-5))
    edged = np.pad(consensus - rest, 1)  # a peak may be at an end
    least = np.pad(WAVE_HEIGHT * height, 1, mode="edge")
    peaks, found = scipy.signal.find_peaks(
        edged, height=least, distance=round(REFRACTORY_S * steps_per_s), prominence=least
    )
    peaks = peaks.astype(np.int64) - 1
    strengths, prominences = (found[key] / height[peaks] for key in ("peak_heights", "prominences"))
    stands_out = (strengths >= BEAT_HEIGHT) & (prominences >= BEAT_HEIGHT)
    return peaks[stands_out & ~_are_waves(peaks / steps_per_s, strengths)]


def _are_waves(times_s: Float64Array, strengths: Float64Array) -> BoolArray:
    """Return which peaks are P or T waves: weaker than the QRS beside them, like those of most other beats."""
    apart_s = np.diff(times_s, prepend=-np.inf, append=np.inf)
    bounded = np.concatenate([[0], strengths, [0]])
    are_t = (apart_s[:-1] <= T_WAVE_S) & (strengths < WAVE_SHARE * bounded[:-2])
    are_p = (apart_s[1:] <= P_WAVE_S) & (strengths < WAVE_SHARE * bounded[2:]) & ~are_t
    beats = (~are_t & ~are_p).sum()
    are_waves = np.zeros(len(strengths), dtype=np.bool_)
    for alike in (are_t, are_p):
        if 2 * alike.sum() >= beats > 0:
            are_waves |= alike & (strengths <= WAVE_SPREAD * np.median(strengths[alike]))
    return are_waves
