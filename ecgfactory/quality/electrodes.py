"""Whether the limb electrodes are in their places: the limb leads against the lateral chest leads."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, block_means
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.quality.filters import zero_phase
from ecgfactory.quality.qrs_activity import QrsActivity

LOWEST_HZ = 0.5
QRS_STEPS = 15
"""Steps of 10 ms around the centre of a beat that count as QRS."""

_TWO_PARTS = (
    "Correlation above 0.5 Hz, of what lies within 75 ms of a beat (QRS) or of the rest (P and T), whichever is larger."
)

FEATURES = (
    Feature(
        "lead_i_v6_correlation",
        "",
        "number",
        "Similarity of leads I and V6, which both look from the left; negative when the arm electrodes are exchanged. "
        f"{_TWO_PARTS}",
    ),
    Feature(
        "lead_ii_v6_correlation",
        "",
        "number",
        "Similarity of leads II and V6; negative when right arm and left leg are exchanged, which turns P, QRS and T "
        f"of lead II, while a left axis turns QRS alone. {_TWO_PARTS}",
    ),
)


def measure_electrodes(batch: EcgBatch, activity: QrsActivity) -> FeatureTable:
    """Measure the features of electrode placement, each of shape (records,); NaN without these leads."""
    likeness = _likeness_to_v6(batch, activity)
    nowhere = np.full(batch.records, np.nan)
    return {
        "lead_i_v6_correlation": likeness.get("I", nowhere),
        "lead_ii_v6_correlation": likeness.get("II", nowhere),
    }


def _likeness_to_v6(batch: EcgBatch, activity: QrsActivity) -> dict[str, Float64Array]:
    """Correlation of I and II with V6, in QRS or outside, whichever is larger, shape (records,); of those there."""
    names = [name for name in ("V6", "I", "II") if batch.lead(name) is not None]
    if "V6" not in names or batch.samples < batch.sampling_rate_hz:
        return {}
    leads_uv = batch.fine_uv[:, [batch.lead_names.index(name) for name in names]]
    coarse_uv = block_means(leads_uv, batch.sampling_rate_hz // COARSE_HZ)
    steady = zero_phase(coarse_uv, 2, "highpass", LOWEST_HZ, COARSE_HZ)
    in_qrs = activity.near_beats(QRS_STEPS // 2, steady.shape[-1])
    parts = [_correlations(steady, counted) for counted in (in_qrs, ~in_qrs)]
    return dict(zip(names[1:], np.fmax(*parts).T, strict=True))


def _correlations(leads: Float64Array, counted: BoolArray) -> Float64Array:
    """Correlation of the first lead with each other over some samples, shape (records, leads - 1); NaN where still."""
    share = np.maximum(counted.sum(axis=-1), 1)[:, np.newaxis, np.newaxis]
    weights = counted[:, np.newaxis].astype(np.float64)
    centred = (leads - (leads * weights).sum(axis=-1, keepdims=True) / share) * weights
    powers = (centred**2).sum(axis=-1)
    products = (centred[:, :1] * centred[:, 1:]).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations: Float64Array = products / np.sqrt(powers[:, :1] * powers[:, 1:])
    return correlations
