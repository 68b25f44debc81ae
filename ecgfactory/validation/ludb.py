"""Real ECGs that cardiologists marked, to hold the measured intervals against: LUDB.

The Lobachevsky University Electrocardiography Database (Kalyakulina et al., IEEE Access 8 (2020) 186181-186190,
doi:10.1109/ACCESS.2020.3029211) has P, QRS and T of 12-lead ECGs of 10 s marked in every lead. It is not part of this
project; whoever has a copy names its folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals

INTERVALS = ("p_duration_ms", "pr_ms", "qrs_ms", "qt_ms")

OUTLYING_S = 0.02
"""A lead's mark does not count where it lies more than 20 ms from the median of all leads' marks."""

FEWEST_LEADS = 3
"""A bound is known where at least three leads are marked."""

SAME_BEAT_S = 0.15
"""QRS marks of one beat lie within 150 ms: the match window of ANSI/AAMI EC57."""


@dataclass(frozen=True)
class Mark:
    """A wave as marked in one lead.

    Parameters
    ----------
    wave : str
        `p`, `N` (QRS) or `t`.
    onset, peak, offset : float
        In samples; NaN for a bound that is not marked.
    """

    wave: str
    onset: float
    peak: float
    offset: float


@dataclass(frozen=True)
class LudbRecord:
    """A record of LUDB.

    Parameters
    ----------
    name : str
        Its number.
    signal_uv : int16 array, shape (12, samples)
        Leads in the order of `TWELVE_LEADS`.
    sampling_rate_hz : int
        500.
    marks : dict of str to list of Mark
        By lead, in order of time.
    rhythm : str
        As its header says, such as `Sinus rhythm`.
    findings : tuple of str
        Everything its header says.
    """

    name: str
    signal_uv: SignalUv
    sampling_rate_hz: int
    marks: dict[str, list[Mark]]
    rhythm: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class IntervalComparison:
    """Measured intervals beside the cardiologists', by name; each of shape (records,), NaN where there is none.

    Parameters
    ----------
    measured, marked : dict of str to float array
        In ms.
    """

    measured: dict[str, Float64Array]
    marked: dict[str, Float64Array]

    def errors(self, interval: str) -> Float64Array:
        """Return measured less marked, of the records that have both."""
        difference = self.measured[interval] - self.marked[interval]
        errors: Float64Array = difference[~np.isnan(difference)]
        return errors

    def p_found(self) -> float:
        """Return the share of records with a P in which one was measured."""
        return float(np.mean(~np.isnan(self.measured["pr_ms"][self._has_p()])))

    def p_falsely_found(self) -> float:
        """Return the share of records without a P in which one was measured."""
        return float(np.mean(~np.isnan(self.measured["pr_ms"][~self._has_p()])))

    def _has_p(self) -> BoolArray:
        return ~np.isnan(self.marked["p_duration_ms"])


def read_ludb(folder: str | Path) -> Iterator[LudbRecord]:
    """Read the records of a copy of LUDB, in the order of their numbers.

    Parameters
    ----------
    folder : str or Path
        What holds `data/1.hea` and so on, as many records as there are.

    Raises
    ------
    FileNotFoundError
        When there is none.
    """
    headers = sorted((Path(folder) / "data").glob("*.hea"), key=lambda path: int(path.stem))
    if not headers:
        raise FileNotFoundError(f"{folder}: holds no data/*.hea; name the folder of LUDB that has README and data/")
    for header in headers:
        yield _read_record(header.with_suffix(""))


def _read_record(path: Path) -> LudbRecord:
    # The gains in LUDB's headers scale each lead to 1 mV; the counts themselves are uV.
    record = wfdb.rdrecord(str(path), physical=False)
    names = [TWELVE_LEADS[[lead.lower() for lead in TWELVE_LEADS].index(name)] for name in record.sig_name]
    order = [names.index(lead) for lead in TWELVE_LEADS]
    findings = tuple(comment.strip().rstrip(".") for comment in record.comments)
    rhythms = [finding.removeprefix("Rhythm: ") for finding in findings if finding.startswith("Rhythm: ")]
    return LudbRecord(
        name=path.name,
        signal_uv=np.ascontiguousarray(record.d_signal.T[order].astype(np.int16)),
        sampling_rate_hz=int(record.fs),
        marks={lead: _read_marks(path, lead.lower()) for lead in TWELVE_LEADS},
        rhythm=rhythms[0] if rhythms else "",
        findings=findings,
    )


def _read_marks(path: Path, lead: str) -> list[Mark]:
    annotation = wfdb.rdann(str(path), lead)
    symbols, samples = annotation.symbol, annotation.sample
    marks = []
    for place, symbol in enumerate(symbols):
        if symbol in ("p", "N", "t"):
            onset = samples[place - 1] if place > 0 and symbols[place - 1] == "(" else np.nan
            closed = place + 1 < len(symbols) and symbols[place + 1] == ")"
            marks.append(Mark(symbol, onset, samples[place], samples[place + 1] if closed else np.nan))
    return marks


def compare_intervals(records: Iterable[LudbRecord]) -> IntervalComparison:
    """Measure the intervals of some records, and take the cardiologists' from their marks.

    Measured is on the eight independent leads, as all features are; marked are twelve.
    """
    independent = independent_leads(TWELVE_LEADS)
    names = [TWELVE_LEADS[lead] for lead in independent]
    measured, marked = [], []
    for record in records:
        beats = find_beats(record.signal_uv[np.newaxis, independent], names, record.sampling_rate_hz)
        measured.append(measure_intervals(beats))
        marked.append(reference_intervals(record.marks, record.sampling_rate_hz))
    return IntervalComparison(
        {name: np.array([row[name][0] for row in measured]) for name in INTERVALS},
        {name: np.array([row[name] for row in marked]) for name in INTERVALS},
    )


def reference_intervals(marks: dict[str, list[Mark]], sampling_rate_hz: int = 500) -> dict[str, float]:
    """Take the intervals from marks in single leads, by the definition that `ecgfactory.quality.waves` measures by.

    A wave of a beat begins at the earliest onset and ends at the latest offset over the leads, those left out that lie
    more than 20 ms from the leads' median. The interval of a record is the median over its beats.

    Parameters
    ----------
    marks : dict of str to list of Mark
        By lead.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    dict of str to float
        `p_duration_ms`, `pr_ms`, `qrs_ms` and `qt_ms`; NaN where no beat has the waves marked in three leads.
    """
    _, bounds = reference_bounds(marks, sampling_rate_hz)
    return median_intervals(bounds, sampling_rate_hz)


def median_intervals(bounds: Float64Array, sampling_rate_hz: int = 500) -> dict[str, float]:
    """Take the intervals of a record from the bounds of its beats over all leads.

    Parameters
    ----------
    bounds : float array, shape (beats, 3, 2)
        Onset and offset of P, QRS and T in samples; NaN where there is none.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    dict of str to float
        By `INTERVALS`, in ms: medians over the beats that have both bounds; NaN without such a beat.
    """
    p, qrs, t = bounds[:, 0], bounds[:, 1], bounds[:, 2]
    spans = np.stack([p[:, 1] - p[:, 0], qrs[:, 0] - p[:, 0], qrs[:, 1] - qrs[:, 0], t[:, 1] - qrs[:, 0]], axis=1)
    return known_medians(spans * (1000 / sampling_rate_hz), INTERVALS)


def known_medians(rows: Float64Array, names: Iterable[str]) -> dict[str, float]:
    """Take the median of each column, shape (rows, names), of what is not NaN; NaN where nothing is known."""
    known = [column[~np.isnan(column)] for column in rows.T]
    return {
        name: float(np.median(column)) if column.size else np.nan for name, column in zip(names, known, strict=True)
    }


def reference_bounds(marks: dict[str, list[Mark]], sampling_rate_hz: int = 500) -> tuple[Float64Array, Float64Array]:
    """Combine the marks of single leads to bounds over all leads, by the definition of `reference_intervals`.

    Parameters
    ----------
    marks : dict of str to list of Mark
        By lead.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    beats : float array, shape (beats,)
        From `marked_beats`.
    bounds : float array, shape (beats, 3, 2)
        Onset and offset of P, QRS and T in samples; NaN where fewer than three leads are marked.
    """
    beats = marked_beats(marks, sampling_rate_hz)
    bounds = np.full((beats.size, 3, 2), np.nan)
    for number, (before, beat, after) in enumerate(_neighbours(beats.tolist())):
        waves = [_waves_of_beat(lead, before, beat, after, sampling_rate_hz) for lead in marks.values()]
        for kind, side in np.ndindex(3, 2):
            bounds[number, kind, side] = _bound([lead[kind][side] for lead in waves], side, sampling_rate_hz)
    return beats, bounds


def marked_beats(marks: dict[str, list[Mark]], sampling_rate_hz: int = 500) -> Float64Array:
    """Find the beats whose QRS is marked in half of the leads or more.

    Parameters
    ----------
    marks : dict of str to list of Mark
        By lead.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    float array, shape (beats,)
        The median of the leads' marks of each, in samples, rising.
    """
    peaks = np.sort([mark.peak for lead in marks.values() for mark in lead if mark.wave == "N"])
    groups = np.split(peaks, np.flatnonzero(np.diff(peaks) > SAME_BEAT_S / 2 * sampling_rate_hz) + 1)
    return np.array([np.median(group) for group in groups if 2 * group.size >= len(marks)], dtype=np.float64)


def _neighbours(beats: list[float]) -> Iterator[tuple[float, float, float]]:
    """Return each beat with the one before and after it."""
    around = [-np.inf, *beats, np.inf]
    yield from zip(around, around[1:-1], around[2:], strict=False)


def _waves_of_beat(
    lead: list[Mark], before: float, beat: float, after: float, sampling_rate_hz: int
) -> list[tuple[float, float]]:
    """Find onset and offset of the P, QRS and T of a beat in one lead; NaN where they are not marked."""
    p = [mark for mark in lead if mark.wave == "p" and before < mark.peak < beat]
    qrs = [mark for mark in lead if mark.wave == "N" and abs(mark.peak - beat) < SAME_BEAT_S / 2 * sampling_rate_hz]
    t = [mark for mark in lead if mark.wave == "t" and beat < mark.peak < after]
    return [(found[0].onset, found[0].offset) if found else (np.nan, np.nan) for found in (p[-1:], qrs[:1], t[:1])]


def _bound(samples: list[float], side: int, sampling_rate_hz: int) -> float:
    """Take the earliest onset (side 0) or latest offset (side 1) over the leads, without outlying ones."""
    known = np.array([sample for sample in samples if not np.isnan(sample)])
    if known.size < FEWEST_LEADS:
        return np.nan
    near = known[np.abs(known - np.median(known)) <= OUTLYING_S * sampling_rate_hz]
    if not near.size:
        return np.nan
    return float(near.max() if side else near.min())
