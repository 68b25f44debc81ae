"""What NeuroKit2 finds in one lead of a record: cleaned signal, R peaks, heart rate; and the beats at those peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.quality.r_peaks import clean, r_peaks
from ecgfactory.record import Record

BEFORE_S, AFTER_S = 0.3, 0.5
"""Part of the signal around an R peak that makes a beat; less where beats follow each other faster."""

_RATE_NEEDS_PEAKS = 4
"""NeuroKit2 interpolates a heart rate between three intervals at least."""

_SHORTEST_S = 0.75
"""NeuroKit2 finds no R peaks in less."""


@dataclass(frozen=True)
class Rhythm:
    """The rhythm of one lead.

    Parameters
    ----------
    lead : str
        Lead that was analysed.
    cleaned_mv : float array, shape (samples,)
        The lead as `neurokit2.ecg_clean` leaves it, in mV; the lead itself where it is too short for that.
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
    """Analyse lead II of a record, or its first lead when it has none.

    All values are equal to those of NeuroKit2 0.2.13, whose import alone takes longer than all pages of a report.
    """
    lead = "II" if "II" in record.lead_names else record.lead_names[0]
    signal_mv = record.lead(lead).astype(np.float64) / 1000
    no_peaks, no_rate = np.empty(0, np.int64), np.full(signal_mv.size, np.nan)
    if np.ptp(signal_mv) == 0:
        return Rhythm(lead, signal_mv, no_peaks, no_rate, f"Lead {lead} is flat: no beats to show.")
    rate_hz = record.sampling_rate_hz
    cleaned_mv = clean(signal_mv, rate_hz)
    if signal_mv.size < round(_SHORTEST_S * rate_hz):
        shown_mv = cleaned_mv if cleaned_mv.any() else signal_mv
        return Rhythm(lead, shown_mv, no_peaks, no_rate, f"Lead {lead} can't be analysed: too short or no beats.")
    (peaks,) = r_peaks(cleaned_mv[np.newaxis], rate_hz)
    rate_bpm = heart_rate_bpm(peaks, rate_hz, signal_mv.size) if peaks.size >= _RATE_NEEDS_PEAKS else no_rate
    return Rhythm(lead, cleaned_mv, peaks, rate_bpm, _shortage(lead, peaks.size))


def heart_rate_bpm(r_peaks: IntArray, sampling_rate_hz: int, samples: int) -> Float64Array:
    """Interpolate the heart rate between beats as `neurokit2.signal_rate` does.

    Parameters
    ----------
    r_peaks : int array, shape (beats,)
        Samples of at least four R peaks.
    sampling_rate_hz : int
        Samples per second.
    samples : int
        Length of the record.

    Returns
    -------
    float array, shape (samples,)
        The rate of the interval that ends at each beat (the first beat has the mean of all intervals), by a monotone
        cubic between beats, and steady before the first and after the last. Equal to NeuroKit2 0.2.13 bit for bit.
    """
    period_s = np.ediff1d(r_peaks, to_begin=0) / sampling_rate_hz
    period_s[0] = np.mean(period_s[1:])
    between = np.clip(np.arange(samples), r_peaks[0], r_peaks[-1])
    rate_bpm: Float64Array = 60 / PchipInterpolator(r_peaks, period_s)(between)
    return rate_bpm


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
    """Cut the beats that lie completely within the signal.

    Parameters
    ----------
    signal : float array, shape (..., samples)
        One or more leads.
    r_peaks : int array, shape (beats,)
        Samples of the R peaks.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    time_s : float array, shape (window,)
        Time from the R peak.
    beats : float array, shape (..., beats, window)
        Each beat centred on its own median; none when no beat lies completely within the signal.
    """
    rr_s = float(np.median(np.diff(r_peaks))) / sampling_rate_hz if r_peaks.size > 1 else np.inf
    before = round(min(BEFORE_S, 0.4 * rr_s) * sampling_rate_hz)
    after = round(min(AFTER_S, 0.6 * rr_s) * sampling_rate_hz)
    offsets = np.arange(-before, after + 1)
    whole = r_peaks[(r_peaks >= before) & (r_peaks + after < signal.shape[-1])]
    beats = signal[..., whole[:, None] + offsets]
    time_s: Float64Array = offsets / float(sampling_rate_hz)
    return time_s, beats - np.median(beats, axis=-1, keepdims=True)
