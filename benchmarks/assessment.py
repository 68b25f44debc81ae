"""Assessing records on one core: our batched features against plain NeuroKit2 calls."""

from __future__ import annotations

import statistics
import warnings

import neurokit2
import numpy as np
import numpy.typing as npt

from benchmarks.quality_ecgs import generated_ecgs
from benchmarks.timing import Row, per_record, seconds
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality import electrodes, integrity, lead_agreement, noise
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.beat_features import measure_beats
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.neurokit_quality import measure_neurokit_quality
from ecgfactory.quality.policy import load_policy
from ecgfactory.quality.r_peaks import clean, r_peaks
from ecgfactory.validation.evidence import measure_all

SEED = 5
BATCH = 64
APPROACHES = ("simple", "fuzzy")

JUDGED_BY_BASIC = {rule.feature for rule in load_policy("basic").rules} - {"missing_samples"}
"""All but what the rounding to integers shows."""


def run() -> list[Row]:
    """Compare one lead with the same results, and all features with what NeuroKit2 needs for one lead."""
    ecgs = generated_ecgs(SEED, 2 * BATCH)
    lead_mv = ecgs[:, 1] / 1000
    few = lead_mv[:4]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            per_record(
                "R peaks and zhao2018 verdicts of lead II",
                lambda: batched_verdicts(lead_mv),
                len(lead_mv),
                lambda: [plain_verdicts(lead) for lead in few],
                len(few),
            ),
            per_record(
                "all features of 8 leads, against the above and delineation of lead II",
                lambda: measure_all(ecgs, EIGHT_LEADS),
                len(ecgs),
                lambda: [_plain_intervals(lead) for lead in few],
                len(few),
                pairs=5,
            ),
            Row(
                "of these, the features that policy basic judges",
                "ms/record",
                1000 * statistics.median(seconds(lambda: judged_by_basic(ecgs)) for _ in range(5)) / len(ecgs),
            ),
        ]


def judged_by_basic(ecgs: npt.NDArray[np.int16]) -> None:
    """Measure what the rules of `basic` look at, and nothing else; a build measures every column of its tables."""
    for start in range(0, len(ecgs), BATCH):
        batch = EcgBatch(ecgs[start : start + BATCH], EIGHT_LEADS)
        beats = find_beats(batch.signals_uv)
        measured = {
            **integrity.measure_integrity(batch, beats.activity),
            **integrity.limb_lead_error(batch.signals_uv, batch.lead_names),
            **noise.measure_noise(batch),
            **measure_beats(beats),
            **lead_agreement.measure_lead_agreement(batch, beats),
            **electrodes.measure_electrodes(batch, beats.activity),
        }
        assert measured.keys() >= JUDGED_BY_BASIC


def batched_verdicts(lead_mv: npt.NDArray[np.float64]) -> tuple[list[npt.NDArray[np.int64]], FeatureTable]:
    """R peaks and zhao2018 indices of many leads, shape (records, samples), a micro-batch at a time."""
    peaks, tables = [], []
    for start in range(0, len(lead_mv), BATCH):
        cleaned_mv = clean(lead_mv[start : start + BATCH])
        found = r_peaks(cleaned_mv)
        peaks += found
        tables.append(measure_neurokit_quality(cleaned_mv, found))
    return peaks, joined(tables)


def plain_verdicts(lead_mv: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """R peaks and both zhao2018 verdicts of one lead, as a user gets them from NeuroKit2."""
    cleaned_mv = neurokit2.ecg_clean(lead_mv, sampling_rate=500)
    _, found = neurokit2.ecg_peaks(cleaned_mv, sampling_rate=500)
    peaks = np.asarray(found["ECG_R_Peaks"])
    verdicts = [
        str(neurokit2.ecg_quality(cleaned_mv, rpeaks=peaks, sampling_rate=500, method="zhao2018", approach=approach))
        for approach in APPROACHES
    ]
    return peaks, verdicts


def _plain_intervals(lead_mv: npt.NDArray[np.float64]) -> object:
    peaks, _ = plain_verdicts(lead_mv)
    cleaned_mv = neurokit2.ecg_clean(lead_mv, sampling_rate=500)
    return neurokit2.ecg_delineate(cleaned_mv, peaks, sampling_rate=500, method="dwt")
