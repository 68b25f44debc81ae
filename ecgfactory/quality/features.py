"""The features that are measured on every candidate, over a whole batch at a time."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.leads import SignalUv
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.record import SAMPLING_RATE_HZ

FEATURES: tuple[Feature, ...] = (
    Feature("beats", "beats", "count", "R peaks that NeuroKit2's default detector finds on cleaned lead II."),
    Feature("heart_rate_bpm", "/min", "number", "60,000 divided by the mean RR interval of lead II in ms."),
    Feature("rr_mean_ms", "ms", "number", "Mean RR interval of lead II."),
    Feature("rr_sd_ms", "ms", "number", "Standard deviation (n - 1) of the RR intervals of lead II (SDNN)."),
    Feature("rr_min_ms", "ms", "number", "Shortest RR interval of lead II."),
    Feature("rr_max_ms", "ms", "number", "Longest RR interval of lead II."),
    Feature(
        "quality_zhao2018_simple",
        "",
        "word",
        "NeuroKit2's verdict on cleaned lead II in mV by the simple approach of Zhao and Zhang 2018 "
        "(doi:10.3389/fphys.2018.00727): Excellent, Barely acceptable or Unacceptable.",
    ),
    Feature("amplitude_max_uv", "uV", "number", "Largest absolute value over all leads."),
    Feature("lead_range_min_uv", "uV", "number", "Smallest peak-to-peak range among the leads."),
    Feature("flat_longest_ms", "ms", "number", "Longest stretch of one unchanging value in any lead."),
)


_NOT_MEASURABLE = (ValueError, IndexError, ZeroDivisionError)
"""What NeuroKit2 raises where a signal holds no beat."""


@cache
def _neurokit() -> Any:
    # The import takes seconds; only processes that assess should pay it.
    import neurokit2

    logging.getLogger("neurokit2").setLevel(logging.ERROR)
    return neurokit2


def measure(signals_uv: SignalUv, lead_names: Sequence[str], sampling_rate_hz: int = SAMPLING_RATE_HZ) -> FeatureTable:
    """Measure every feature of a batch of records.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        Stored signals in uV.
    lead_names : sequence of str
        Names along the second axis. Rhythm features need lead II.
    sampling_rate_hz : int
        Samples a second.

    Returns
    -------
    dict of str to array, each of shape (records,)
        One entry for each of `FEATURES`, in that order; NaN or an empty word where a record
        is too odd to measure (flat, no beat).
    """
    rhythm = [
        _measure_rhythm(signal.astype(np.float64) / 1000, sampling_rate_hz)
        for signal in signals_uv[:, list(lead_names).index("II")]
    ]
    table: FeatureTable = {
        feature.name: np.array([row[feature.name] for row in rhythm], dtype=feature.dtype)
        for feature in FEATURES
        if feature.name in RHYTHM_DEFAULTS
    }
    return table | _measure_integrity(signals_uv, sampling_rate_hz)


RHYTHM_DEFAULTS: dict[str, float | str] = {
    "beats": 0,
    "heart_rate_bpm": np.nan,
    "rr_mean_ms": np.nan,
    "rr_sd_ms": np.nan,
    "rr_min_ms": np.nan,
    "rr_max_ms": np.nan,
    "quality_zhao2018_simple": "",
}


def _measure_rhythm(lead_mv: npt.NDArray[np.float64], sampling_rate_hz: int) -> dict[str, float | str]:
    """Rhythm features of one lead; what can't be measured keeps its default."""
    row = dict(RHYTHM_DEFAULTS)
    if np.ptp(lead_mv) == 0:
        return row
    neurokit = _neurokit()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cleaned = neurokit.ecg_clean(lead_mv, sampling_rate=sampling_rate_hz)
        try:
            _, found = neurokit.ecg_peaks(cleaned, sampling_rate=sampling_rate_hz)
            peaks = np.asarray(found["ECG_R_Peaks"], dtype=np.int64)
        except _NOT_MEASURABLE:
            return row
        row["beats"] = len(peaks)
        if len(peaks) < 3:
            return row
        rr_ms = np.diff(peaks) * 1000 / sampling_rate_hz
        row["rr_mean_ms"] = float(rr_ms.mean())
        row["heart_rate_bpm"] = float(60_000 / rr_ms.mean())
        row["rr_sd_ms"] = float(rr_ms.std(ddof=1))
        row["rr_min_ms"] = float(rr_ms.min())
        row["rr_max_ms"] = float(rr_ms.max())
        with contextlib.suppress(*_NOT_MEASURABLE):
            row["quality_zhao2018_simple"] = str(
                neurokit.ecg_quality(
                    cleaned,
                    rpeaks=peaks,
                    sampling_rate=sampling_rate_hz,
                    method="zhao2018",
                    approach="simple",
                )
            )
    return row


def _measure_integrity(signals_uv: SignalUv, sampling_rate_hz: int) -> FeatureTable:
    """Features of the stored integers of every lead."""
    wide = signals_uv.astype(np.int32)
    return {
        "amplitude_max_uv": np.abs(wide).max(axis=(1, 2)).astype(np.float64),
        "lead_range_min_uv": np.ptp(wide, axis=2).min(axis=1).astype(np.float64),
        "flat_longest_ms": np.array([_longest_flat(record) for record in signals_uv]) * 1000 / sampling_rate_hz,
    }


def _longest_flat(signal_uv: SignalUv) -> int:
    """Samples in the longest stretch of one value in any lead, shape (leads, samples)."""
    changes = np.diff(signal_uv, axis=1) != 0
    edges = np.pad(changes, ((0, 0), (1, 1)), constant_values=True)
    return int(np.diff(np.flatnonzero(edges.ravel())).max())
