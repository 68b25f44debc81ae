"""Whether the leads show the same heart: the activity of each lead against that of all leads, and at their beats.

The activity is sharper than the one that beats are found by: curvature over +-10 ms of the 10 ms means of the leads as
they are, so that noise and what is shifted tells.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.quality.batch import EcgBatch, in_cache
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.medians import median_of, median_of_existing
from ecgfactory.quality.qrs_activity import SHORTEST_S, QrsActivity, mean_curvature

CURVATURE_S = 0.01

QRS_SHARE = 0.97
"""Quantile of the activity that is taken as its height in QRS, which fills 5 % of the time at 30 beats/min."""

BEAT_HALF_WIDTH_S = 0.06
QRS_HALF_WIDTH_S = 0.1
MAX_DELAY_S = 0.4
DELAY_GAIN = 0.1
"""A lead counts as delayed when its correlation with the consensus rises by this much as it is moved."""

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
        agreement, delay_ms = _agreement(_shares(leads), beats.activity.steps_per_s)
        strength, stray = _beat_strengths(leads, beats.activity)
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


def _agreement(shares: Float32Array, steps_per_s: float) -> tuple[Float32Array, Float64Array]:
    """Correlation of each lead with the median of all, and its delay in ms, shape (records, leads) each."""
    leads = shares - shares.mean(axis=-1, keepdims=True)
    consensus = median_of([shares[:, lead] for lead in range(shares.shape[1])])
    consensus = (consensus - consensus.mean(axis=-1, keepdims=True))[:, np.newaxis]
    power = np.sqrt((leads**2).sum(axis=-1) * (consensus**2).sum(axis=-1))
    reach = round(MAX_DELAY_S * steps_per_s)
    length = scipy.fft.next_fast_len(leads.shape[-1] + reach, real=True)
    products = scipy.fft.irfft(scipy.fft.rfft(leads, length) * np.conj(scipy.fft.rfft(consensus, length)), length)
    near = np.concatenate([products[..., -reach:], products[..., : reach + 1]], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = (leads * consensus).sum(axis=-1) / power
        gain = near.max(axis=-1) / power - correlation
    delay_ms = (1000 / steps_per_s) * np.abs(near.argmax(axis=-1) - reach)
    delay_ms[gain < DELAY_GAIN] = 0
    return correlation, np.where(np.isfinite(correlation), delay_ms, np.nan)


def _beat_strengths(leads: Float32Array, activity: QrsActivity) -> tuple[Float32Array, Float32Array]:
    """Weakest beat and strongest stray activity of each lead over the median beat's, shape (records, leads) each."""
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
        weakest[rows] = np.where(whole[..., np.newaxis], means, np.inf).min(axis=1) / median_of_existing(means, whole)
        strays[rows] = stray / median_of_existing(around.max(axis=-1), whole)
    return weakest, strays
