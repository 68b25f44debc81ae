"""Composed atrial fibrillation beside the real one of LUDB: RR intervals, and the waves between T and QRS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, lombscargle, sosfiltfilt

from benchmarks.waves.ours import labels_of
from ecgfactory.arrays import Float64Array
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.wave_table import ABSENT, ALL_LEADS, BEAT_WAVES, WaveTable

REAL = "Atrial fibrillation"
PACED = "pacing"
"""Word of LUDB's headers for a ventricle that is paced: its RR intervals say nothing of fibrillation."""

HIGHPASS_HZ = 1.0
GUARD_S = 0.02
"""Left out at either end of a TQ interval."""

SHORTEST_TQ_S = 0.15
FREQUENCIES_HZ = np.arange(3.0, 12.01, 0.1)
"""The band in which the fibrillatory waves of the surface ECG are looked for (Bollmann et al., Europace 8 (2006)
911-926)."""

AROUND_HZ = 0.5
LEADS = ("II", "V1")


@dataclass(frozen=True)
class Measure:
    """Something measured of a record.

    Parameters
    ----------
    words : str
        What it is.
    digits : int
        Decimals to show.
    of_rr : bool
        Whether it is one of RR intervals, which a paced record does not have.
    """

    words: str
    digits: int
    of_rr: bool = False


MEASURES = {
    "rate": Measure("ventricular rate, /min", 0, of_rr=True),
    "cv": Measure("SD of RR over their mean", 2, of_rr=True),
    "nrmssd": Measure("RMSSD over mean RR", 2, of_rr=True),
    **{f"hz_{lead}": Measure(f"dominant frequency in {lead}, Hz", 1) for lead in LEADS},
    **{f"share_{lead}": Measure(f"share of power within 0.5 Hz of it in {lead}", 2) for lead in LEADS},
    **{f"uv_{lead}": Measure(f"amplitude in {lead}, uV", 0) for lead in LEADS},
    "v1_to_ii": Measure("amplitude in V1 over that in II", 2),
}


def measure_record(signal_uv: SignalUv) -> dict[str, float]:
    """Measure a record of 12 leads at 500 Hz, by `MEASURES`; NaN where there is no TQ interval."""
    waves = labels_of(signal_uv).of_lead(ALL_LEADS)
    rr_s = np.diff(waves.peak[waves.wave == BEAT_WAVES.index("QRS")]) / SAMPLING_RATE_HZ
    found = {
        "rate": 60 / rr_s.mean(),
        "cv": rr_s.std(ddof=1) / rr_s.mean(),
        "nrmssd": np.sqrt(np.square(np.diff(rr_s)).mean()) / rr_s.mean(),
    }
    spans = _tq_spans(waves)
    highpass = butter(2, HIGHPASS_HZ, "highpass", fs=SAMPLING_RATE_HZ, output="sos")
    for lead in LEADS:
        lead_uv = sosfiltfilt(highpass, signal_uv[TWELVE_LEADS.index(lead)])
        found |= {f"{name}_{lead}": value for name, value in _between_beats(lead_uv, spans).items()}
    return {**found, "v1_to_ii": found["uv_V1"] / found["uv_II"]}


def _tq_spans(waves: WaveTable) -> list[tuple[int, int]]:
    """Spans from the end of T to the next QRS, over all leads."""
    onsets = waves.onset[(waves.wave == BEAT_WAVES.index("QRS")) & (waves.onset != ABSENT)]
    offsets = waves.offset[(waves.wave == BEAT_WAVES.index("T")) & (waves.offset != ABSENT)]
    after = np.searchsorted(onsets, offsets)
    guard, shortest = round(GUARD_S * SAMPLING_RATE_HZ), round(SHORTEST_TQ_S * SAMPLING_RATE_HZ)
    spans = [(int(offset), int(onsets[at])) for offset, at in zip(offsets, after, strict=True) if at < onsets.size]
    return [(start + guard, stop - guard) for start, stop in spans if stop - start >= shortest]


def _between_beats(lead_uv: Float64Array, spans: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Amplitude, dominant frequency and concentration of what a lead shows in some spans, where no beat disturbs it.

    The amplitude is that from peak to peak of a sine wave of the same power. The spectrum is that of Lomb and Scargle,
    for samples with gaps.
    """
    if not spans:
        return dict.fromkeys(("uv", "hz", "share"), np.nan)
    values = np.concatenate([lead_uv[start:stop] - lead_uv[start:stop].mean() for start, stop in spans])
    times_s = np.concatenate([np.arange(start, stop) for start, stop in spans]) / SAMPLING_RATE_HZ
    power = lombscargle(times_s, values, 2 * np.pi * FREQUENCIES_HZ)
    dominant_hz = FREQUENCIES_HZ[power.argmax()]
    near = np.abs(FREQUENCIES_HZ - dominant_hz) <= AROUND_HZ + 1e-9
    return {"uv": 2 * np.sqrt(2) * values.std(), "hz": dominant_hz, "share": power[near].sum() / power.sum()}


def measure_all(signals_uv: Iterable[SignalUv]) -> dict[str, Float64Array]:
    """Measure records, by `MEASURES`."""
    rows = [measure_record(signal_uv) for signal_uv in signals_uv]
    return {name: np.array([row[name] for row in rows]) for name in MEASURES}


def measure_real(records: Sequence[LudbRecord]) -> dict[str, Float64Array]:
    """Measure the fibrillations of LUDB; RR intervals of those that are not paced."""
    fibrillating = [record for record in records if record.rhythm == REAL]
    found = measure_all([record.signal_uv for record in fibrillating])
    paced = np.array([any(PACED in finding for finding in record.findings) for record in fibrillating], dtype=bool)
    return {name: np.where(paced & MEASURES[name].of_rr, np.nan, values) for name, values in found.items()}


def section(real: Mapping[str, Float64Array] | None, composed: Mapping[str, Float64Array]) -> str:
    """Write the section."""
    count = len(composed["rate"])
    return "\n".join(
        [
            "## Atrial fibrillation beside the real one",
            "",
            f"{count} composed records, and the fibrillations of LUDB, RR intervals of those without a pacemaker. "
            "The waves are measured between the end of T and the next QRS, which our finder marks in both: amplitude "
            "from peak to peak of a sine wave of the same power, less slow drift; dominant frequency of 3 to 12 Hz. "
            "T and U waves that last longer than marked are in it, in both. Range, and median in brackets; the last "
            "column is the share of composed records within the real range.",
            "",
            "| | real | composed | within |",
            "|---|---|---|---|",
            *(
                _row(measure, real[name] if real else np.array([]), composed[name])
                for name, measure in MEASURES.items()
            ),
        ]
    )


def _row(measure: Measure, real: Float64Array, composed: Float64Array) -> str:
    known = real[~np.isnan(real)]
    within = f"{np.mean((composed >= known.min()) & (composed <= known.max())):.0%}" if known.size else ""
    return f"| {measure.words} | {_range(known, measure)} | {_range(composed, measure)} | {within} |"


def _range(values: Float64Array, measure: Measure) -> str:
    known = values[~np.isnan(values)]
    if not known.size:
        return "none"
    low, middle, high = (f"{value:.{measure.digits}f}" for value in (known.min(), np.median(known), known.max()))
    return f"{low} to {high} ({middle}), {known.size} records"
