"""Whether the electrodes are in their places: limb leads against lateral chest leads, chest leads against a dipole."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, block_means
from ecgfactory.quality.chest_leads import CHEST_FEATURE, measure_chest
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.quality.filters import zero_phase
from ecgfactory.quality.qrs_activity import QrsActivity
from ecgfactory.quality.wide_beats import are_wide, wide_alone

LOWEST_HZ = 0.5
WIDE_S = (0.15, 0.5)
"""A wide beat begins and is over by then, with its T wave, before and after its centre. One that comes from below turns
QRS and T of lead II, and not of V6."""

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
        "of lead II, while a left axis turns QRS alone. A wide beat from below turns QRS and T: wide beats are not "
        f"looked at, and of hardly anything but such it is not measurable. {_TWO_PARTS}",
    ),
    CHEST_FEATURE,
)


def measure_electrodes(batch: EcgBatch, activity: QrsActivity) -> FeatureTable:
    """Measure the features of electrode placement, each of shape (records,); NaN without these leads."""
    names = [name for name in EIGHT_LEADS if batch.lead(name) is not None]
    found = {feature.name: np.full(batch.records, np.nan) for feature in FEATURES}
    if "V6" not in names or batch.samples < batch.sampling_rate_hz:
        return found
    leads_uv = (
        batch.fine_uv if batch.lead_names == EIGHT_LEADS else batch.fine_uv[:, [*map(batch.lead_names.index, names)]]
    )
    coarse_uv = block_means(leads_uv, batch.sampling_rate_hz // COARSE_HZ)
    in_qrs = activity.near_beats(QRS_STEPS // 2, coarse_uv.shape[-1])
    limbs = [name for name in ("I", "II") if name in names]
    steady = zero_phase(
        coarse_uv[:, [names.index(name) for name in ("V6", *limbs)]], 2, "highpass", LOWEST_HZ, COARSE_HZ
    )
    beside_wide = _beside_wide(activity, coarse_uv.shape[-1])
    for lead, name in enumerate(limbs, 1):
        counts = beside_wide if name == "II" else np.ones_like(in_qrs)
        parts = [_correlations(steady[:, [0, lead]], counted & counts)[:, 0] for counted in (in_qrs, ~in_qrs)]
        found[f"lead_{name.lower()}_v6_correlation"] = np.where(counts.any(axis=1), np.fmax(*parts), np.nan)
    if len(names) == len(EIGHT_LEADS):
        found |= measure_chest(coarse_uv, in_qrs)
    return found


def _beside_wide(activity: QrsActivity, steps: int) -> BoolArray:
    """Return which steps have nothing of a wide beat, shape (records, steps): none where hardly any beat is narrow."""
    wide = are_wide(activity)
    before, after = (round(span_s * activity.steps_per_s) for span_s in WIDE_S)
    near = activity.near_beats(before, steps, wide, after)
    beside: BoolArray = ~near & ~wide_alone(activity, wide)[:, np.newaxis]
    return beside


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
