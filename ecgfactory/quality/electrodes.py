"""Whether the limb electrodes sit where they belong: the limb leads against the lateral chest leads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import signal as sps

from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, block_means
from ecgfactory.quality.feature import Feature, FeatureTable

LOWEST_HZ = 0.5

FEATURES = (
    Feature(
        "lead_i_v6_correlation",
        "",
        "number",
        "Correlation of leads I and V6 above 0.5 Hz. Both look from the left, so that it is positive in "
        "most hearts and negative when the arm electrodes are exchanged.",
    ),
    Feature(
        "lead_ii_v6_correlation",
        "",
        "number",
        "Correlation of leads II and V6 above 0.5 Hz; negative when the right arm's and the left leg's "
        "electrodes are exchanged.",
    ),
)


def measure_electrodes(batch: EcgBatch) -> FeatureTable:
    """Measure the features of electrode placement, each of shape (records,); NaN without these leads."""
    return {
        "lead_i_v6_correlation": _correlation(batch, "I", "V6"),
        "lead_ii_v6_correlation": _correlation(batch, "II", "V6"),
    }


def _correlation(batch: EcgBatch, first: str, second: str) -> npt.NDArray[np.float64]:
    """Correlation of two leads, shape (records,)."""
    one_index, other_index = batch.lead(first), batch.lead(second)
    if one_index is None or other_index is None or batch.samples < batch.sampling_rate_hz:
        return np.full(batch.records, np.nan)
    coarse_uv = block_means(batch.fine_uv[:, [one_index, other_index]], batch.sampling_rate_hz // COARSE_HZ)
    highpass = sps.butter(2, LOWEST_HZ, "highpass", output="sos", fs=COARSE_HZ)
    steady = sps.sosfiltfilt(highpass, coarse_uv, axis=-1)
    one, other = steady[:, 0], steady[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: npt.NDArray[np.float64] = (one * other).sum(axis=-1) / np.sqrt(
            (one**2).sum(axis=-1) * (other**2).sum(axis=-1)
        )
    return correlation
