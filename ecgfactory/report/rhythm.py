"""The rhythm of a record: the beats of all leads, lead II around them, and the heart rate between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import Beats, find_beats
from ecgfactory.quality.interruptions import interruptions
from ecgfactory.quality.neurokit import rhythm_lead
from ecgfactory.quality.r_peaks import clean
from ecgfactory.record import SAMPLING_RATE_HZ, Record
from ecgfactory.recorder.rates import measured_form
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import ABSENT, POINTS, WaveTable

BEFORE_S, AFTER_S = 0.3, 0.5
"""Part of the signal around an R peak that makes a beat; less where beats follow each other faster."""

_RATE_NEEDS_PEAKS = 4
"""NeuroKit2 interpolates a heart rate between three intervals at least."""

_Table = TypeVar("_Table", WaveTable, BeatTable, RhythmTable)

_SHORTEST_S = 2.0
"""No beats are looked for in less."""


@dataclass(frozen=True)
class Rhythm:
    """The rhythm of a record, and the lead that it is shown on.

    Parameters
    ----------
    lead : str
        Lead II; the first lead where there is none.
    cleaned_mv : float array, shape (samples,)
        The lead as `neurokit2.ecg_clean` leaves it, in mV; the lead itself where it is too short for that.
    r_peaks : int array, shape (beats,)
        Samples of the R peaks: of a composed record as it was composed, of others those that all leads together show,
        as the features count them.
    symbols : list of str
        What each beat is (`beat_table.SYMBOLS`); empty for a record as it was generated.
    rate_bpm : float array, shape (samples,)
        Heart rate between them, interpolated as by `neurokit2.signal_rate`; NaN where there are too few.
    problem : str
        Why there is less to see than usual; empty when all is there.
    """

    lead: str
    cleaned_mv: Float64Array
    r_peaks: IntArray
    symbols: list[str]
    rate_bpm: Float64Array
    problem: str


def as_measured(record: Record) -> Record:
    """Return a record, with what it carries of waves, beats and rhythms, at the rate of its measured features."""
    signal_uv = measured_form(record.signal_uv[np.newaxis], record.sampling_rate_hz)[0]

    def counted(table: _Table | None, *columns: str) -> _Table | None:
        if table is None:
            return None
        places: dict[str, Any] = {name: _as_measured(getattr(table, name), record.sampling_rate_hz) for name in columns}
        return replace(table, **places)

    return replace(
        record,
        signal_uv=signal_uv,
        sampling_rate_hz=SAMPLING_RATE_HZ,
        waves=counted(record.waves, *POINTS),
        beats=counted(record.beats, "sample"),
        rhythms=counted(record.rhythms, "onset", "offset"),
    )


def _as_measured(places: npt.NDArray[np.int32], rate_hz: int) -> npt.NDArray[np.int32]:
    nearest = np.rint(places * (SAMPLING_RATE_HZ / rate_hz))
    return np.where(places == ABSENT, ABSENT, nearest).astype(np.int32)


def record_beats(record: Record) -> Beats:
    """Find the beats that the independent leads of a record show together, as its features have them."""
    leads = independent_leads(record.lead_names)
    names = [record.lead_names[lead] for lead in leads]
    interrupted = interruptions(record.signal_uv[np.newaxis], None, record.sampling_rate_hz)
    return find_beats(record.signal_uv[np.newaxis, leads], names, record.sampling_rate_hz, interrupted)


def analyse_rhythm(record: Record, beats: Beats) -> Rhythm:
    """Analyse the rhythm of a record by the beats that it carries, else by those found, from `record_beats`.

    NeuroKit2's methods are made again here, as its import alone takes longer than all pages of a report.
    """
    lead = record.lead_names[rhythm_lead(record.lead_names)]
    signal_mv = record.lead(lead).astype(np.float64) / 1000
    peaks, symbols = beats.places[0, beats.exists[0]], list[str]()
    if record.beats is not None:
        peaks, symbols = record.beats.sample.astype(np.int64), record.beats.symbol_of_each
    no_rate = np.full(signal_mv.size, np.nan)
    rate_hz = record.sampling_rate_hz
    cleaned_mv = clean(signal_mv, rate_hz)
    shown_mv = cleaned_mv if cleaned_mv.any() and np.ptp(signal_mv) > 0 else signal_mv
    if signal_mv.size < _SHORTEST_S * rate_hz:
        return Rhythm(
            lead, shown_mv, peaks, symbols, no_rate, f"Shorter than {_SHORTEST_S:g} s: too short to look for beats."
        )
    rate_bpm = heart_rate_bpm(peaks, rate_hz, signal_mv.size) if peaks.size >= _RATE_NEEDS_PEAKS else no_rate
    return Rhythm(lead, shown_mv, peaks, symbols, rate_bpm, _shortage(peaks.size))


def commonest_beats(rhythm: Rhythm) -> tuple[str, IntArray]:
    """Return the symbol that most beats have, the first of several, and the R peaks of these; all where none have."""
    if not rhythm.symbols:
        return "", rhythm.r_peaks
    symbols = np.array(rhythm.symbols)
    most = max(SYMBOLS, key=rhythm.symbols.count)
    return most, rhythm.r_peaks[symbols == most]


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


def _shortage(peaks: int) -> str:
    if peaks == 0:
        return "No beats found in any lead."
    if peaks < _RATE_NEEDS_PEAKS:
        return f"Only {peaks} {'beat' if peaks == 1 else 'beats'} found: too few for a heart rate."
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
