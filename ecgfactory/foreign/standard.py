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
            leads.setdefault(lead, Signal(lead, signal.unit or unit, signal.values))
    if not leads:
        raise UnreadableError(f"no lead named as one of {', '.join(TWELVE_LEADS)}")
    if len({len(signal.values) for signal in leads.values()}) > 1:
        raise UnreadableError("its leads differ in length")
    rate_hz = _rate(recording, stated)
    values = np.stack([signal.values for signal in leads.values()])
    if not values.shape[1]:
        raise UnreadableError("it holds no samples")
    factors = uv_factors([signal.unit for signal in leads.values()], values)
    signal_uv = resample(values * factors[:, np.newaxis], rate_hz)
    return ForeignEcg(recording.name, tuple(leads), signal_uv, recording.notes)


def _rate(recording: Recording, stated: Stated) -> float:
    rate_hz = stated.rate_hz or recording.rate_hz
    if rate_hz is None:
        raise UnreadableError(recording.rate_problem or "it states no sampling rate; add a time column or give --rate")
    if problem := rate_problem(rate_hz):
        raise UnreadableError(problem)
    return rate_hz
