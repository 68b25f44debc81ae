"""The median beat of every lead of a record, where its waves begin and end, and the quality of each lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.quality.beats import Beats, remove_baseline
from ecgfactory.quality.neurokit import rhythm_lead
from ecgfactory.quality.neurokit_quality import measure_neurokit_quality
from ecgfactory.quality.r_peaks import clean, r_peaks
from ecgfactory.quality.waves import Waves, find_waves
from ecgfactory.record import Record

BEFORE_S, AFTER_S = 0.35, 0.55
"""Part of the beat that is shown around its centre."""


@dataclass(frozen=True)
class MedianBeat:
    """The median beat of a record.

    Parameters
    ----------
    time_s : float array, shape (window,)
        Time from the centre of the beat.
    leads_mv : float array, shape (leads, window)
        The median over the beats of the most frequent kind, the baseline removed.
    waves_s : dict of str to (float, float)
        Where P, QRS and T are, from and to in seconds from the centre; those that were found. T counts from the end
        of QRS.
    likeness : float array, shape (leads,)
        Mean Pearson correlation of the beats with their median.
    verdicts : list of str
        NeuroKit2's verdict on each lead (Zhao and Zhang 2018, simple); '' where there is none.
    """

    time_s: Float64Array
    leads_mv: Float64Array
    waves_s: dict[str, tuple[float, float]]
    likeness: Float64Array
    verdicts: list[str]


def find_median_beat(record: Record, beats: Beats) -> MedianBeat | None:
    """Find the median beat of a record by its beats, from `record_beats`; None where none is whole."""
    rate_hz = record.sampling_rate_hz
    offsets = np.arange(-round(BEFORE_S * rate_hz), round(AFTER_S * rate_hz) + 1)
    places = beats.places[0, beats.typical[0]]
    places = places[(places + offsets[0] >= 0) & (places + offsets[-1] < record.signal_uv.shape[-1])]
    if not places.size:
        return None
    steady_mv = remove_baseline(record.signal_uv, rate_hz).astype(np.float64) / 1000
    cut_mv = steady_mv[:, places[:, np.newaxis] + offsets]
    leads_mv = np.median(cut_mv, axis=1)
    cleaned_mv = clean(record.signal_uv / 1000, rate_hz)
    lead_ii_peaks = r_peaks(cleaned_mv[[rhythm_lead(record.lead_names)]], rate_hz)
    quality = measure_neurokit_quality(cleaned_mv, lead_ii_peaks * len(cleaned_mv), rate_hz)
    return MedianBeat(
        time_s=offsets / rate_hz,
        leads_mv=leads_mv,
        waves_s=_wave_bounds_s(find_waves(beats), beats.centre, rate_hz),
        likeness=_correlations(cut_mv, leads_mv).mean(axis=1),
        verdicts=[str(word) for word in quality["neurokit_quality_zhao2018_simple"]],
    )


def _wave_bounds_s(waves: Waves, centre: int, rate_hz: int) -> dict[str, tuple[float, float]]:
    bounds = {
        "P": (waves.p_onset[0], waves.p_offset[0]),
        "QRS": (waves.qrs_onset[0], waves.qrs_offset[0]),
        "T": (waves.qrs_offset[0], waves.t_offset[0]),
    }
    return {
        name: ((float(begin) - centre) / rate_hz, (float(end) - centre) / rate_hz)
        for name, (begin, end) in bounds.items()
        if np.isfinite([begin, end]).all()
    }


def _correlations(cut_mv: Float64Array, median_mv: Float64Array) -> Float64Array:
    """Pearson correlation of each beat with its lead's median, shape (leads, beats); 0 for a flat lead."""
    cut = cut_mv - cut_mv.mean(axis=-1, keepdims=True)
    median = median_mv - median_mv.mean(axis=-1, keepdims=True)
    norms = np.linalg.norm(cut, axis=-1) * np.linalg.norm(median, axis=-1)[:, np.newaxis]
    products = np.einsum("lbw,lw->lb", cut, median)
    correlations: Float64Array = np.divide(products, norms, out=np.zeros_like(norms), where=norms > 0)
    return correlations
