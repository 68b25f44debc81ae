"""What NeuroKit2 finds in one lead of a record: cleaned signal, R peaks, heart rate; and the beats at those peaks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.record import Record

BEFORE_S, AFTER_S = 0.3, 0.5
"""Part of the signal around an R peak that makes a beat; less where beats follow each other faster."""

_RATE_NEEDS_PEAKS = 4
"""NeuroKit2 interpolates a heart rate between three intervals at least."""

_NOT_MEASURABLE = (ValueError, IndexError, TypeError, ZeroDivisionError)
"""What NeuroKit2 raises where a signal is too short or holds no beat."""


@dataclass(frozen=True)
class Rhythm:
    """The rhythm of one lead.

    Parameters
    ----------
    lead : str
        Lead that was analysed.
    cleaned_mv : float array, shape (samples,)
        The lead after `neurokit2.ecg_clean`, in mV; the lead itself where that can't be done.
    r_peaks : int array, shape (beats,)
        Samples of the R peaks that `neurokit2.ecg_peaks` finds.
    rate_bpm : float array, shape (samples,)
        Heart rate by `neurokit2.signal_rate`, interpolated between beats; NaN where there are too few.
    problem : str
        Why there is less to see than usual; empty when all is there.
    """

    lead: str
    cleaned_mv: Float64Array
    r_peaks: IntArray
    rate_bpm: Float64Array
    problem: str


def analyse_rhythm(record: Record) -> Rhythm:
    """Analyse lead II of a record, or its first lead when it has none."""
    import neurokit2  # takes seconds to import, and clinical pages do without

    lead = "II" if "II" in record.lead_names else record.lead_names[0]
    signal_mv = record.lead(lead).astype(np.float64) / 1000
    no_peaks, no_rate = np.empty(0, np.int64), np.full(signal_mv.size, np.nan)
    if np.ptp(signal_mv) == 0:
        return Rhythm(lead, signal_mv, no_peaks, no_rate, f"Lead {lead} is flat: no beats to show.")
    rate_hz = record.sampling_rate_hz
    cleaned_mv, r_peaks, rate_bpm = signal_mv, no_peaks, no_rate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            cleaned_mv = neurokit2.ecg_clean(signal_mv, sampling_rate=rate_hz)
            _, found = neurokit2.ecg_peaks(cleaned_mv, sampling_rate=rate_hz)
            r_peaks = np.asarray(found["ECG_R_Peaks"], dtype=np.int64)
            rate_bpm = neurokit2.signal_rate(r_peaks, sampling_rate=rate_hz, desired_length=signal_mv.size)
        except _NOT_MEASURABLE:
            return Rhythm(lead, cleaned_mv, no_peaks, no_rate, f"Lead {lead} can't be analysed: too short or no beats.")
    return Rhythm(lead, cleaned_mv, r_peaks, rate_bpm, _shortage(lead, r_peaks.size))


def _shortage(lead: str, peaks: int) -> str:
    if peaks == 0:
        return f"No R peaks found in lead {lead}."
    if peaks < _RATE_NEEDS_PEAKS:
        return f"Only {peaks} R {'peak' if peaks == 1 else 'peaks'} found in lead {lead}: too few for a heart rate."
    return ""


def rr_intervals_ms(r_peaks: IntArray, sampling_rate_hz: int) -> Float64Array:
    """Intervals between neighbouring R peaks, shape (beats - 1,), in ms."""
    intervals: Float64Array = np.diff(r_peaks) * (1000 / sampling_rate_hz)
    return intervals


def cut_beats(signal: Float64Array, r_peaks: IntArray, sampling_rate_hz: int) -> tuple[Float64Array, Float64Array]:
    """Cut the beats that lie wholly in the signal.

    Parameters
    ----------
    signal : float array, shape (..., samples)
        One or more leads.
    r_peaks : int array, shape (beats,)
        Samples of the R peaks.
    sampling_rate_hz : int
        Samples a second.

    Returns
    -------
    time_s : float array, shape (window,)
        Time from the R peak.
    beats : float array, shape (..., beats, window)
        Each beat centred on its own median; none when no beat lies wholly in the signal.
    """
    rr_s = float(np.median(np.diff(r_peaks))) / sampling_rate_hz if r_peaks.size > 1 else np.inf
    before = round(min(BEFORE_S, 0.4 * rr_s) * sampling_rate_hz)
    after = round(min(AFTER_S, 0.6 * rr_s) * sampling_rate_hz)
    offsets = np.arange(-before, after + 1)
    whole = r_peaks[(r_peaks >= before) & (r_peaks + after < signal.shape[-1])]
    beats = signal[..., whole[:, None] + offsets]
    time_s: Float64Array = offsets / float(sampling_rate_hz)
    return time_s, beats - np.median(beats, axis=-1, keepdims=True)
