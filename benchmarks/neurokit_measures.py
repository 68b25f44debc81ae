"""What plain NeuroKit2 calls measure on one lead, for comparison."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import neurokit2
import numpy as np

from ecgfactory.arrays import FloatingArray, IntArray


@dataclass(frozen=True)
class NeuroKitMeasures:
    """R peaks of a lead, and the medians of the intervals over its beats.

    Parameters
    ----------
    r_peaks : int array, shape (beats,)
        In samples.
    intervals : dict of str to float
        By the names of our features, in ms; NaN where not found.
    """

    r_peaks: IntArray
    intervals: dict[str, float]


def measure_with_neurokit(lead_mv: FloatingArray, sampling_rate_hz: int) -> NeuroKitMeasures:
    """Find R peaks by NeuroKit2's default method, and wave bounds by its discrete wavelet method."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cleaned_mv = neurokit2.ecg_clean(lead_mv, sampling_rate=sampling_rate_hz)
        _, found = neurokit2.ecg_peaks(cleaned_mv, sampling_rate=sampling_rate_hz)
        peaks = np.asarray(found["ECG_R_Peaks"], dtype=np.int64)
        try:
            _, waves = neurokit2.ecg_delineate(cleaned_mv, peaks, sampling_rate=sampling_rate_hz, method="dwt")
        except Exception:  # it raises many kinds of error on few or odd beats; then it measures nothing
            waves = {}
    bounds = {name: np.asarray(places, dtype=np.float64) for name, places in waves.items()}

    def interval(first: str, last: str) -> float:
        if first not in bounds or last not in bounds:
            return np.nan
        spans = bounds[last] - bounds[first]
        known = spans[np.isfinite(spans)]
        return float(np.median(known)) * 1000 / sampling_rate_hz if known.size else np.nan

    return NeuroKitMeasures(
        peaks,
        {
            "p_duration_ms": interval("ECG_P_Onsets", "ECG_P_Offsets"),
            "pr_ms": interval("ECG_P_Onsets", "ECG_R_Onsets"),
            "qrs_ms": interval("ECG_R_Onsets", "ECG_R_Offsets"),
            "qt_ms": interval("ECG_R_Onsets", "ECG_T_Offsets"),
        },
    )
