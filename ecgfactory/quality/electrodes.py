"""Whether the limb electrodes sit where they belong: the limb leads against the lateral chest leads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy import signal as sps

from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, block_means
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.quality.qrs_activity import QrsActivity

FloatArray = npt.NDArray[np.float64]

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
        "Likeness of leads I and V6, which both look from the left; negative when the arm electrodes are exchanged. "
        f"{_TWO_PARTS}",
    ),
    Feature(
        "lead_ii_v6_correlation",
        "",
        "number",
        "Likeness of leads II and V6; negative when right arm and left leg are exchanged, which turns P, QRS and T of "
        f"lead II, while a left axis turns QRS alone. {_TWO_PARTS}",
    ),
)


def measure_electrodes(batch: EcgBatch, activity: QrsActivity) -> FeatureTable:
    """Measure the features of electrode placement, each of shape (records,); NaN without these leads."""
    return {
        "lead_i_v6_correlation": _likeness(batch, activity, "I", "V6"),
        "lead_ii_v6_correlation": _likeness(batch, activity, "II", "V6"),
    }


def _likeness(batch: EcgBatch, activity: QrsActivity, first: str, second: str) -> FloatArray:
    """Larger of the correlations of two leads in QRS and outside, shape (records,)."""
    one_index, other_index = batch.lead(first), batch.lead(second)
    if one_index is None or other_index is None or batch.samples < batch.sampling_rate_hz:
        return np.full(batch.records, np.nan)
    coarse_uv = block_means(batch.fine_uv[:, [one_index, other_index]], batch.sampling_rate_hz // COARSE_HZ)
    highpass = sps.butter(2, LOWEST_HZ, "highpass", output="sos", fs=COARSE_HZ)
    steady = sps.sosfiltfilt(highpass, coarse_uv, axis=-1)
    in_qrs = np.zeros((batch.records, steady.shape[-1]), dtype=bool)
    for row, beats in enumerate(activity.beats):
        in_qrs[row, beats] = True
    in_qrs = ndimage.binary_dilation(in_qrs, np.ones((1, QRS_STEPS), dtype=bool))
    return np.fmax(_correlation(steady, in_qrs), _correlation(steady, ~in_qrs))


def _correlation(pairs: FloatArray, counted: npt.NDArray[np.bool_]) -> FloatArray:
    """Correlation of two leads over some of their samples, shape (records,); NaN where a lead is still."""
    share = np.maximum(counted.sum(axis=-1), 1)[:, np.newaxis]
    weights = counted[:, np.newaxis].astype(np.float64)
    centred = (pairs - (pairs * weights).sum(axis=-1, keepdims=True) / share[..., np.newaxis]) * weights
    one, other = centred[:, 0], centred[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: FloatArray = (one * other).sum(axis=-1) / np.sqrt((one**2).sum(axis=-1) * (other**2).sum(axis=-1))
    return correlation
