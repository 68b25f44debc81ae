"""Whether the leads show the same heart: the activity of each lead against that of all leads, and at their beats.

The activity is sharper than the one that beats are found by: curvature over +-10 ms of the 10 ms means of the leads as
they are, so that noise and what is shifted tells.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array
from ecgfactory.quality.batch import EcgBatch, in_cache
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.filters import moving_mean
from ecgfactory.quality.medians import median_of, median_of_existing
from ecgfactory.quality.qrs_activity import SHORTEST_S, QrsActivity, mean_curvature
from ecgfactory.quality.wide_beats import VENTRICULAR_S, are_wide, likeness, wide_alone, wide_strengths

CURVATURE_S = 0.01

QRS_SHARE = 0.97
"""Quantile of the activity that is taken as its height in QRS, which fills 5 % of the time at 30 beats/min."""

BEAT_HALF_WIDTH_S = 0.06
QRS_HALF_WIDTH_S = 0.1
MAX_DELAY_S = 0.4
DELAY_GAIN = 0.1
"""A lead counts as delayed when its correlation with the consensus rises by this much as it is moved."""

FEWEST_BEATS = 3

WIDE_HALF_WIDTH_S = 0.2
"""A wide beat is over by then, but for its T wave."""

WIDE_QRS_S = 0.11
"""What shares of wide beats are averaged over: most of such a QRS."""

WIDE_DELAY_S, CONDUCTED_RR_S = 0.08, (0.6, 1.2)
"""A wide QRS reaches all leads within half of it, as a narrow one does, where it is a ventricle's own: above 100 and
below 50 beats/min. In between it is more often one of a bundle branch block, which leads show more at once."""

WIDE_DELAY_RR = 1 / 4
"""What comes later than a quarter of the time between wide beats may as well be a T wave."""

FEATURES = (
    Feature(
        "qrs_agreement_min",
        "",
        "number",
        "Smallest correlation of a lead's QRS activity with the median of all leads' (1 in all leads of a "
        "perfect ECG), without wide beats; where hardly any is narrow, of all beats, or of the lead at "
        "them with their mean if that is larger.",
    ),
    Feature(
        "lead_delay_max_ms",
        "ms",
        "number",
        "Largest delay, either way, at which a lead's QRS activity fits the median of all leads' best, in steps of "
        "10 ms; 0 where it fits in place as well (within 0.1 of the correlation), which is within 80 ms where beats "
        "are wide and more than 100 /min or less than 50.",
    ),
    Feature(
        "beat_strength_min",
        "",
        "number",
        "QRS activity of the weakest beat in any lead over that of the lead's median beat: 0 where a beat is missing. "
        "Of a wide beat (it changes fast for 0.12 s or more): its deflection within 0.1 s, over a third of the median "
        "beat's.",
    ),
    Feature(
        "stray_activity_max",
        "",
        "number",
        "Strongest activity in any lead more than 0.1 s from every beat over that in the lead's QRS: 1 is a"
        " beat too many.",
    ),
)


def measure_lead_agreement(batch: EcgBatch, beats: Beats) -> FeatureTable:
    """Measure how the leads agree, each feature of shape (records,).

    NaN where a record is shorter than 2 s, shows fewer than 3 beats, or has a lead without any activity.
    """
    if batch.samples < SHORTEST_S * batch.sampling_rate_hz:
        nowhere = np.full(batch.signals_uv.shape[:2], np.nan)
        agreement, delay_ms, strength, stray = nowhere, nowhere, nowhere, nowhere
    else:
        curvature = partial(mean_curvature, reach=batch.span(CURVATURE_S), step=beats.activity.step)
        leads = in_cache(curvature, batch.fine_uv)
        wide = are_wide(beats.activity)
        alone = wide_alone(beats.activity, wide)
        shares, counted = _comparable(_shares(leads), beats.activity, wide, alone)
        agreement, delay_ms = _agreement(shares, counted, beats.activity, alone)
        for record in np.flatnonzero(alone).tolist():
            of_wide = likeness(batch.fine_uv[record], beats.activity, record)
            agreement[record] = np.fmax(agreement[record], of_wide)
        strength, stray = _beat_strengths(leads, beats.activity, wide, alone)
        for record in np.flatnonzero(wide.any(axis=1)).tolist():
            of_wide = wide_strengths(batch.fine_uv[record], beats.activity, record, wide[record])
            strength[record] = np.fmin(strength[record], of_wide)
    return {
        **over_leads("qrs_agreement_min", agreement, batch.lead_names, "min"),
        **over_leads("lead_delay_max_ms", delay_ms, batch.lead_names, "max"),
        **over_leads("beat_strength_min", strength, batch.lead_names, "min"),
        **over_leads("stray_activity_max", stray, batch.lead_names, "max"),
    }


def _shares(leads: Float32Array) -> Float32Array:
    """Activity over its height in QRS, at most 1.5, shape (records, leads, steps)."""
    place = int(leads.shape[-1] * QRS_SHARE)
    height = np.maximum(np.partition(leads, place, axis=-1)[..., place], np.float32(1e-3))
    return np.minimum(leads / height[..., np.newaxis], np.float32(1.5))


def _comparable(
    shares: Float32Array, activity: QrsActivity, wide: BoolArray, alone: BoolArray
) -> tuple[Float32Array, BoolArray]:
    """Make leads with wide beats comparable: their shares, and which steps count, shape (records, steps).

    A wide beat has another share in each lead than narrow ones have, so that it does not count beside these; and begins
    and ends in each lead when it will, so that shares of nothing but wide beats are averaged over one.
    """
    reach = round(WIDE_HALF_WIDTH_S * activity.steps_per_s)
    counted = ~activity.near_beats(reach, shares.shape[-1], wide & ~alone[:, np.newaxis])
    if alone.any():
        shares[alone] = moving_mean(shares[alone], round(WIDE_QRS_S * activity.steps_per_s))
    return shares, counted


def _agreement(
    shares: Float32Array, counted: BoolArray, activity: QrsActivity, alone: BoolArray
) -> tuple[Float32Array, Float64Array]:
    """Correlation of each lead with the median of all, and its delay in ms, shape (records, leads) each."""
    consensus = median_of([shares[:, lead] for lead in range(shares.shape[1])])[:, np.newaxis]
    for record in np.flatnonzero(~counted.all(axis=1)).tolist():  # what does not count is as the rest on the average
        for values in (shares[record], consensus[record]):
            values[:, ~counted[record]] = values[:, counted[record]].mean(axis=-1, keepdims=True)
    leads = shares - shares.mean(axis=-1, keepdims=True)
    consensus = consensus - consensus.mean(axis=-1, keepdims=True)
    power = np.sqrt((leads**2).sum(axis=-1) * (consensus**2).sum(axis=-1))
    reach = round(MAX_DELAY_S * activity.steps_per_s)
    length = scipy.fft.next_fast_len(leads.shape[-1] + reach, real=True)
    products = scipy.fft.irfft(scipy.fft.rfft(leads, length) * np.conj(scipy.fft.rfft(consensus, length)), length)
    near = np.concatenate([products[..., -reach:], products[..., : reach + 1]], axis=-1)
    in_place = (leads * consensus).sum(axis=-1)
    correlation = np.divide(in_place, power, out=np.full_like(in_place, np.nan), where=power > 0)
    for record in np.flatnonzero(alone).tolist():
        in_place[record] = _near_wide(near[record], activity.take(np.array([record])))
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = (near.max(axis=-1) - in_place) / power
    delay_ms = (1000 / activity.steps_per_s) * np.abs(near.argmax(axis=-1) - reach)
    delay_ms[gain < DELAY_GAIN] = 0
    return correlation, np.where(np.isfinite(correlation), delay_ms, np.nan)


def _near_wide(products: Float32Array, activity: QrsActivity) -> Float32Array:
    """Return the largest product of each lead of one record that is in place, shape (leads,).

    Products at delays that tell nothing become 0.
    """
    delay = np.abs(np.arange(products.shape[-1]) - products.shape[-1] // 2)
    rr = float(np.median(np.diff(activity.beats[0]))) if len(activity.beats[0]) > 1 else np.inf
    products[:, delay > WIDE_DELAY_RR * rr] = 0
    shortest, longest = (rr_s * activity.steps_per_s for rr_s in CONDUCTED_RR_S)
    ventricular = 2 * are_wide(activity, VENTRICULAR_S).sum() >= len(activity.beats[0])
    in_place_s = WIDE_DELAY_S if ventricular and not shortest <= rr <= longest else 0.0
    largest: Float32Array = products[:, delay <= in_place_s * activity.steps_per_s].max(axis=-1)
    return largest


def _beat_strengths(
    leads: Float32Array, activity: QrsActivity, wide: BoolArray, alone: BoolArray
) -> tuple[Float32Array, Float32Array]:
    """Weakest narrow beat and strongest stray activity of each lead over the median beat's, shape (records, leads).

    The median beat is that of the narrow ones, or of all where hardly any is.
    """
    half = round(BEAT_HALF_WIDTH_S * activity.steps_per_s)
    steps = leads.shape[-1]
    weakest, strays = np.full((2, *leads.shape[:2]), np.nan, dtype=np.float32)
    places, exists = activity.beats_side_by_side
    rows = np.flatnonzero(exists.sum(axis=1) >= FEWEST_BEATS)
    if not rows.size:
        return weakest, strays
    places, exists = places[rows], exists[rows]
    whole = exists & (places >= half) & (places < steps - half)
    windows = sliding_window_view(leads, 2 * half + 1, axis=-1)
    around = windows[rows[:, np.newaxis], :, np.where(whole, places - half, 0)]
    means = around.mean(axis=-1)
    outside = ~activity.near_beats(round(QRS_HALF_WIDTH_S * activity.steps_per_s), steps)[rows, np.newaxis]
    stray = np.where(outside, leads[rows], 0).max(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        narrow = whole & ~wide[rows]
        usual = np.where(alone[rows, np.newaxis], whole, narrow)
        weakest[rows] = np.where(narrow[..., np.newaxis], means, np.inf).min(axis=1) / median_of_existing(means, usual)
        strays[rows] = stray / median_of_existing(around.max(axis=-1), whole)
    return weakest, strays
