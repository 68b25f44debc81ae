"""From a recording as its file has it to an ECG: standard lead names, uV, 500 Hz; what was guessed is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray
from ecgfactory.foreign.leads import choose_leads
from ecgfactory.foreign.offsets import without_offsets
from ecgfactory.foreign.recording import Recording, Signal, UnreadableError
from ecgfactory.foreign.resampling import rate_problem, resample
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.units import UNITS_SHOWN, Unit, are_whole, parse_unit, plausible_unit
from ecgfactory.record import SAMPLING_RATE_HZ

SAME_RATE = 1e-3
"""Rates that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class ForeignEcg:
    """An ECG from elsewhere, at 500 Hz.

    Parameters
    ----------
    name : str
        Where it was read: the path within what was given, and for a file of many records the record's id.
    lead_names : tuple of str
        Its leads in the file's order: as in `TWELVE_LEADS`, or as the file names an ECG of another or unknown lead.
    signal_uv : float array, shape (leads, samples)
        In uV; NaN where the file has no value.
    notes : tuple of str
        What was guessed, mended or left out, in words for its user.
    recorded_rate_hz : float
        Samples per second in the file, the lowest where leads differ: there is nothing above half of it.
    do_rates_differ : bool
        Whether its leads have different rates in the file.
    """

    name: str
    lead_names: tuple[str, ...]
    signal_uv: FloatingArray
    notes: tuple[str, ...] = ()
    recorded_rate_hz: float = SAMPLING_RATE_HZ
    do_rates_differ: bool = False


def standard_ecg(recording: Recording, stated: Stated) -> ForeignEcg:
    """Put leads under their standard names, in uV, at 500 Hz.

    Raises
    ------
    NoEcgError
        When no signal says that it is an ECG.
    UnreadableError
        When the leads differ in length or hold nothing, or sampling rate or unit are unknown.
    """
    leads, notes = choose_leads(recording.signals, stated)
    leads = _with_values(leads, notes)
    leads = _with_scale(leads, stated, notes)
    leads = _of_voltage(leads, stated, notes)
    rates_hz = _rates(leads, recording, stated, notes)
    units = _units(leads, rates_hz[0], stated, notes)
    if len({round(len(lead.values) / rate_hz, 6) for lead, rate_hz in zip(leads, rates_hz, strict=True)}) > 1:
        raise UnreadableError("its leads differ in length")
    resampled = []
    for lead, unit, rate_hz in zip(leads, units, rates_hz, strict=True):  # one by one: a night has to fit in memory
        lead_uv, offset_notes = without_offsets([unit.to_uv(lead.values)], [lead.name])
        notes += offset_notes
        resampled.append(resample(lead_uv, rate_hz)[0])
    shortest = min(map(len, resampled))
    signal_uv = np.stack([lead_uv[:shortest] for lead_uv in resampled])
    names = tuple(lead.name for lead in leads)
    differ = len(set(rates_hz)) > 1
    return ForeignEcg(recording.name, names, signal_uv, (*recording.notes, *notes), min(rates_hz), differ)


def _with_values(leads: Sequence[Signal], notes: list[str]) -> list[Signal]:
    """Leave out leads without any value."""
    if not any(lead.values.size for lead in leads):
        raise UnreadableError("it holds no samples")
    held = [lead for lead in leads if np.isfinite(lead.values).any()]
    if not held:
        raise UnreadableError("its leads hold no values: none of their samples is a number")
    notes += [f"left out: {lead.name} holds no values" for lead in leads if lead not in held]
    return held


def _with_scale(leads: Sequence[Signal], stated: Stated, notes: list[str]) -> list[Signal]:
    """Leave out leads of which nothing tells what their numbers mean."""
    if stated.unit is not None and stated.unit.is_converters:
        return list(leads)
    kept = [lead for lead in leads if not lead.scale_problem]
    fix = "give --unit ADC:GAIN:ZERO"
    if not kept:
        raise UnreadableError(f"lead {leads[0].name}: {leads[0].scale_problem}; {fix}")
    notes += [f"left out: {lead.name}, as {lead.scale_problem}; {fix}" for lead in leads if lead not in kept]
    return kept


def _of_voltage(leads: Sequence[Signal], stated: Stated, notes: list[str]) -> list[Signal]:
    """Leave out leads in units that are none of voltage, unless the user says another."""
    strange = [lead for lead in leads if lead.unit and parse_unit(lead.unit) is None]
    if stated.unit is not None or not strange:
        return list(leads)
    kept = [lead for lead in leads if lead not in strange]
    if not kept:
        units = ", ".join(sorted({repr(lead.unit) for lead in strange}))
        raise UnreadableError(f"unit {units} is no unit of voltage; give --unit as {UNITS_SHOWN}")
    notes += [
        f"left out: {lead.name}, as its unit {lead.unit!r} is no unit of voltage; give --unit" for lead in strange
    ]
    return kept


def _rates(leads: Sequence[Signal], recording: Recording, stated: Stated, notes: list[str]) -> list[float]:
    """Return the rate of each lead: as the user says, unless the file gives several, for which one can't hold."""
    of_file = [lead.rate_hz or recording.rate_hz for lead in leads]
    told = {rate_hz for rate_hz in of_file if rate_hz}
    why_own = ""
    if recording.has_own_rate and told:
        why_own = "the file gives its records different rates"
    elif len(told) > 1:
        why_own = "the file gives its signals different rates"
    if stated.rate_hz:
        notes += _rate_notes(stated.rate_hz, sorted(told), why_own, recording.rate_problem)
    rates_hz = [rate_hz if why_own else stated.rate_hz or rate_hz for rate_hz in of_file]
    known = [rate_hz for rate_hz in rates_hz if rate_hz is not None]
    if len(known) < len(leads):
        raise UnreadableError(recording.rate_problem or "it states no sampling rate; give --rate")
    if problem := next(filter(None, map(rate_problem, known)), None):
        raise UnreadableError(problem)
    return known


def _rate_notes(stated_hz: float, of_file: Sequence[float], why_own: str, problem: str) -> list[str]:
    """Tell where user and file contradict each other, and who is believed."""
    if problem:
        return [f"{stated_hz:g} Hz as you say; {problem.partition(';')[0]}"]
    if all(abs(stated_hz - rate_hz) <= SAME_RATE * stated_hz for rate_hz in of_file):
        return []
    told = " and ".join(f"{rate_hz:g}" for rate_hz in of_file)
    if why_own:
        return [f"{told} Hz and not {stated_hz:g} Hz as you say, as {why_own}"]
    return [f"{stated_hz:g} Hz as you say, though the file says {told} Hz"]


def _units(leads: Sequence[Signal], rate_hz: float, stated: Stated, notes: list[str]) -> list[Unit]:
    """Return the unit of each lead: as the user says, as the file does, else as it can be told."""
    if stated.unit is not None:
        others = sorted({lead.unit for lead in leads if lead.unit and parse_unit(lead.unit) != stated.unit})
        if others:
            notes.append(f"the unit is as you say, though the file says {', '.join(others)}")
        return [stated.unit] * len(leads)
    untold = [lead for lead in leads if not lead.unit]
    assumed = None
    if untold:
        assumed = _assumed_unit(untold, sorted({lead.unit for lead in leads if lead.unit}), rate_hz, notes)
    units = [parse_unit(lead.unit) if lead.unit else assumed for lead in leads]
    return [unit for unit in units if unit]


def _assumed_unit(untold: Sequence[Signal], told: Sequence[str], rate_hz: float, notes: list[str]) -> Unit | None:
    """Assume the unit of the other leads, else the one that makes amplitudes plausible; an unsafe guess is refused."""
    names = ", ".join(lead.name for lead in untold)
    if len(told) == 1:
        notes.append(f"assumed: {told[0]} for {names}, as the other leads")
        return parse_unit(told[0])
    values = [lead.values for lead in untold]
    unit, span = plausible_unit(values, rate_hz)
    if not unit:
        raise UnreadableError(
            f"no unit is given, and that {names} span {span:.4g} in a second tells none for sure; give --unit as "
            f"{UNITS_SHOWN}"
        )
    why = f"leads span {span:.4g} in a second" if span else "a flat signal fits any unit"
    if span and are_whole(values):
        why += "; if the numbers are a converter's, give --unit ADC:GAIN:ZERO"
    notes.append(f"assumed: {unit}, as no unit is given and {why}")
    return parse_unit(unit)
