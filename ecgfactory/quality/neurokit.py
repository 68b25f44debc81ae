"""What NeuroKit2 makes of lead II alone, and where the beats that all leads together show are others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.quality import neurokit_quality
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.quality.r_peaks import clean, r_peaks
from ecgfactory.quality.ragged import side_by_side

AGREEMENT_S = 0.075
"""Two places belong to the same beat when within 75 ms: half the 150 ms match window of ANSI/AAMI EC57."""

MARGIN_S = 0.3
"""NeuroKit2 finds no R peak in the first 0.3 s; beats there, and in the last 0.3 s, are not held against it."""

_LEAD = "cleaned lead II (the first lead where there is no II)"

FEATURES = (
    Feature(
        "neurokit_beats",
        "beats",
        "count",
        f"R peaks that NeuroKit2's default detector (neurokit2.ecg_peaks) finds in {_LEAD}.",
    ),
    Feature("neurokit_heart_rate_bpm", "/min", "number", "60,000 over the mean time in ms between these R peaks."),
    Feature(
        "neurokit_rate_difference_bpm",
        "/min",
        "number",
        "neurokit_heart_rate_bpm less heart_rate_bpm: far from 0 where lead II misleads NeuroKit2, as by a tall T.",
    ),
    Feature(
        "neurokit_r_peak_agreement",
        "",
        "number",
        "Share of NeuroKit2's R peaks, and of the beats that all leads together show, that lie within 75 ms (half"
        " the match window of ANSI/AAMI EC57) of one of the other kind; without the first and last 0.3 s.",
    ),
    *neurokit_quality.FEATURES,
)


def measure_neurokit(batch: EcgBatch, beats: Beats) -> FeatureTable:
    """Measure R peaks, rate and verdicts of lead II as NeuroKit2 does, each of shape (records,)."""
    rate_hz = batch.sampling_rate_hz
    cleaned_mv = clean(batch.signals_uv[:, rhythm_lead(batch.lead_names)] / 1000, rate_hz)
    peaks = r_peaks(cleaned_mv, rate_hz)
    heart_rate_bpm = _heart_rates_bpm(peaks, rate_hz)
    return {
        "neurokit_beats": np.array([row.size for row in peaks], dtype=np.int64),
        "neurokit_heart_rate_bpm": heart_rate_bpm,
        "neurokit_rate_difference_bpm": heart_rate_bpm - 60_000 / beats.rr_mean_ms,
        "neurokit_r_peak_agreement": _agreement(peaks, beats),
        **neurokit_quality.measure_neurokit_quality(cleaned_mv, peaks, rate_hz),
    }


def rhythm_lead(lead_names: Sequence[str]) -> int:
    """Place of lead II, of the first lead where there is none."""
    return lead_names.index("II") if "II" in lead_names else 0


def _heart_rates_bpm(peaks: Sequence[IntArray], sampling_rate_hz: int) -> Float64Array:
    """60 over the mean time in s between the R peaks of each record; NaN with fewer than two."""
    means = [(row[-1] - row[0]) / (row.size - 1) if row.size > 1 else np.nan for row in peaks]
    return 60_000 / (1000 / sampling_rate_hz * np.array(means, dtype=np.float64))


def _agreement(peaks: Sequence[IntArray], beats: Beats) -> Float64Array:
    """Count R peaks and beats that lie close to one of the other kind, as a share."""
    reach, margin = (seconds * beats.sampling_rate_hz for seconds in (AGREEMENT_S, MARGIN_S))
    counted, agreeing = np.zeros((2, len(peaks)))
    found = side_by_side(peaks)
    centres = beats.places, beats.exists
    for (places, exist), others in ((found, centres), (centres, found)):
        inside = exist & (places >= margin) & (places < beats.samples - margin)
        # Records one after the other, too far apart to match: one search over all of them.
        starts = (beats.samples + round(2 * reach)) * np.arange(len(peaks))[:, np.newaxis]
        near = _near((places + starts)[inside], (others[0] + starts)[others[1]], reach)
        counted += inside.sum(axis=1)
        agreeing += np.bincount(inside.nonzero()[0], near, len(peaks))
    return np.divide(agreeing, counted, out=np.full_like(counted, np.nan), where=counted > 0)


def _near(places: IntArray, others: IntArray, reach: float) -> BoolArray:
    """Return which places have one of the others, which rise, within reach."""
    bounded = np.concatenate([[-np.inf], others, [np.inf]])
    following = np.searchsorted(bounded, places)
    near: BoolArray = np.minimum(bounded[following] - places, places - bounded[following - 1]) <= reach
    return near
