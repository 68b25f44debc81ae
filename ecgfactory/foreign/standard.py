"""From a recording as its file has it to an ECG: standard lead names, uV, 500 Hz; what was guessed is noted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray
from ecgfactory.foreign.columns import lead_and_unit, uv_factors
from ecgfactory.foreign.recording import Recording, Signal, UnreadableError
from ecgfactory.foreign.resampling import rate_problem, resample
from ecgfactory.foreign.stated import Stated
from ecgfactory.leads import TWELVE_LEADS


@dataclass(frozen=True, eq=False)
class ForeignEcg:
    """An ECG from elsewhere, at 500 Hz.

    Parameters
    ----------
    name : str
        Where it was read: the path within what was given, and for a file of many records the record's id.
    lead_names : tuple of str
        Its leads, as in `TWELVE_LEADS`, in the file's order.
    signal_uv : float array, shape (leads, samples)
        In uV; NaN where the file has no value.
    notes : tuple of str
        What was guessed or mended, in words for its user.
    """

    name: str
    lead_names: tuple[str, ...]
    signal_uv: FloatingArray
    notes: tuple[str, ...] = ()


def standard_ecg(recording: Recording, stated: Stated) -> ForeignEcg:
    """Put leads under their standard names, in uV, at 500 Hz.

    Raises
    ------
    UnreadableError
        When there is no lead, the leads differ in length, or sampling rate or unit are unknown.
    """
    leads: dict[str, Signal] = {}
    for signal in recording.signals:
        lead, unit = lead_and_unit(signal.name)
        if lead is not None:
            leads.setdefault(lead, Signal(lead, signal.unit or unit, signal.values, signal.rate_hz))
    if not leads:
        raise UnreadableError(f"no lead named as one of {', '.join(TWELVE_LEADS)}")
    rates_hz = [_rate(signal, recording, stated) for signal in leads.values()]
    durations_s = {
        round(len(signal.values) / rate_hz, 6) for signal, rate_hz in zip(leads.values(), rates_hz, strict=True)
    }
    if len(durations_s) > 1:
        raise UnreadableError("its leads differ in length")
    if 0 in durations_s:
        raise UnreadableError("it holds no samples")
    factors = uv_factors([signal.unit for signal in leads.values()], [signal.values for signal in leads.values()])
    resampled = [
        resample(signal.values[np.newaxis] * factor, rate_hz)[0]
        for signal, factor, rate_hz in zip(leads.values(), factors, rates_hz, strict=True)
    ]
    shortest = min(map(len, resampled))
    signal_uv = np.stack([lead_uv[:shortest] for lead_uv in resampled])
    return ForeignEcg(recording.name, tuple(leads), signal_uv, recording.notes)


def _rate(signal: Signal, recording: Recording, stated: Stated) -> float:
    rate_hz = stated.rate_hz or signal.rate_hz or recording.rate_hz
    if rate_hz is None:
        raise UnreadableError(recording.rate_problem or "it states no sampling rate; add a time column or give --rate")
    if problem := rate_problem(rate_hz):
        raise UnreadableError(problem)
    return rate_hz
