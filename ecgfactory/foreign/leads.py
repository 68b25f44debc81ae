"""Which signals of a recording are leads, and of which names: as the user says, as they are named, or as they fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgfactory.foreign.lead_names import (
    LeadName,
    Plainness,
    says_ecg,
    says_nothing,
    says_other,
    split_unit,
    standard_lead,
)
from ecgfactory.foreign.lead_order import numbered_leads, order_note, standard_order
from ecgfactory.foreign.recording import NoEcgError, Signal, UnreadableError
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.units import parse_unit

_CHEST_LEADS = ["V1", "V2", "V3", "V4", "V5", "V6"]

_PROCESSED = re.compile(
    r"[\s_.:-]*[(\[]?(?:raw|orig(?:inal)?|clean(?:ed)?|filt(?:ered)?|denoised|corrected)[)\]]?$", re.I
)
"""What tells versions of one ECG apart."""

MOST_UNNAMED = 16
"""More signals without lead names than this are no leads; rows of a table may be its records then."""

Chosen = tuple[list[Signal], list[str]]
"""Leads under their names, and notes for the user."""


def choose_leads(signals: Sequence[Signal], stated: Stated) -> Chosen:
    """Choose the leads among the signals of a recording.

    Parameters
    ----------
    signals : sequence of Signal
        As the file names them.
    stated : Stated
        What the user says of names.

    Returns
    -------
    leads : list of Signal
        In the file's order, each named as in `TWELVE_LEADS`, or as the file does where that is none of the twelve.
    notes : list of str
        What was guessed, and left out.

    Raises
    ------
    NoEcgError
        When no signal says that it is an ECG.
    UnreadableError
        When names fit several leads, or not what the user says.
    """
    split = [_without_unit(signal) for signal in signals]
    if stated.lead_names:
        return _in_order(split, stated.lead_names)
    split, c_notes = _with_chest_leads(split)
    may_be = [signal for signal in split if not _is_other(signal)]
    if not stated.lead_map and (in_order := numbered_leads(may_be)):
        return in_order, [order_note(may_be), *_left_out(split, may_be)]
    leads, notes = _named(split, stated)
    if leads:
        return leads, [*c_notes, *notes]
    unnamed, more_notes = _unnamed(split)
    return unnamed, [*notes, *more_notes]


def _without_unit(signal: Signal) -> Signal:
    name, unit = split_unit(signal.name)
    return replace(signal, name=name, unit=signal.unit or unit)


def _in_order(signals: Sequence[Signal], names: Sequence[str]) -> Chosen:
    """Name signals as the user says: all of them, or all that may be ECGs."""
    may_be = [signal for signal in signals if not _is_other(signal)]
    for meant in (signals, may_be):
        if len(meant) == len(names):
            return [replace(one, name=name) for one, name in zip(meant, names, strict=True)], _left_out(signals, meant)
    has_names = any(signal.name for signal in signals)
    which = f": {_listed(signals)}" if has_names else ", which have no names"
    raise UnreadableError(f"{len(names)} lead names are given for {len(signals)} signals{which}")


def _named(signals: Sequence[Signal], stated: Stated) -> Chosen:
    """Choose signals by standard names, and those that the user maps."""
    named: dict[str, list[tuple[LeadName, Signal]]] = defaultdict(list)
    wanted = {name.casefold(): lead for name, lead in stated.lead_map.items()}
    mapped = {id(signal): wanted[signal.name.casefold()] for signal in signals if signal.name.casefold() in wanted}
    for signal in signals:
        lead = standard_lead(signal.name)
        if id(signal) in mapped:
            named[mapped[id(signal)]].append((LeadName(mapped[id(signal)], Plainness.PLAIN), signal))
        elif lead is not None and lead.lead not in mapped.values():
            named[lead.lead].append((lead, signal))
    found = {signal.name.casefold() for signal in signals}
    unused = [name for name in stated.lead_map if name.casefold() not in found]
    notes = [f"the lead map names {name!r}, which is not among {_listed(signals)}" for name in unused]
    leads = []
    places = []
    for alike in named.values():
        lead, signal = _the_one(alike, notes)
        places.append(signals.index(signal))
        if lead.is_inverted:
            signal = replace(signal, values=-signal.values)
            notes.append(f"{signal.name!r} was turned over to give {lead.lead}")
        elif lead.plainness is Plainness.TRANSLATED:
            notes.append(f"assumed: {lead.lead} for {signal.name!r}")
        leads.append(replace(signal, name=lead.lead))
    names = [lead.name for lead in leads]
    if not mapped and len(names) == len(signals) and names == _CHEST_LEADS[: len(names)]:
        notes.append(f"assumed: {', '.join(names)} are chest leads, though R names columns so that have no names")
    considered = [signal for alike in named.values() for _, signal in alike]
    if not leads:
        return [], notes
    others = _once([signal for signal in signals if signal not in considered and _is_beside(signal, leads)], notes)
    if others:
        distinct = _distinct(others)
        notes.append(_unknown_note(distinct))
        places += [signals.index(other) for other in others]
        leads = [lead for _, lead in sorted(zip(places, [*leads, *distinct], strict=True), key=lambda pair: pair[0])]
    return leads, notes + _left_out(signals, [*considered, *others])


def _with_chest_leads(signals: Sequence[Signal]) -> Chosen:
    """Name C1 to C6 as chest leads where all of them are there: some alone may be electrodes of an EEG."""
    chest = {f"C{number + 1}": lead for number, lead in enumerate(_CHEST_LEADS)}
    names = [signal.name.strip().upper() for signal in signals]
    if not chest.keys() <= set(names):
        return list(signals), []
    named = [replace(one, name=chest.get(name, one.name)) for name, one in zip(names, signals, strict=True)]
    return named, ["assumed: C1 to C6 are V1 to V6"]


def _is_other(signal: Signal) -> bool:
    """Return whether a signal is something else than an ECG, as its name says, or as a flag of 0 and 1."""
    if says_other(signal.name):
        return True
    known = signal.values[np.isfinite(signal.values)]
    is_flag = known.size > 0 and bool(np.isin(known, (0, 1)).all() and np.ptp(known) > 0)
    return is_flag and standard_lead(signal.name) is None


def _is_beside(signal: Signal, leads: Sequence[Signal]) -> bool:
    """Return whether a signal is an ECG of unknown lead, as long as the leads."""
    is_ecg = says_ecg(signal.name) and _may_be_voltage(signal) and not _is_other(signal)
    return is_ecg and (len(signal.values), signal.rate_hz) == (len(leads[0].values), leads[0].rate_hz)


def _once(signals: Sequence[Signal], notes: list[str]) -> list[Signal]:
    """Leave out what is the same ECG again, as `ECG_Clean` beside `ECG_Raw`: the one that is not processed is taken."""
    alike: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        alike[_PROCESSED.sub("", signal.name).casefold()].append(signal)
    kept = []
    for same in alike.values():
        plainest = [one for one in same if not _PROCESSED.search(one.name)] or [
            one for one in same if re.search("raw|orig", one.name, re.IGNORECASE)
        ]
        chosen = plainest or same[:1]
        kept += chosen
        notes += [
            f"left out: {one.name!r}, as {chosen[0].name!r} is that ECG unprocessed"
            for one in same
            if one not in chosen
        ]
    return [signal for signal in signals if signal in kept]


def _the_one(alike: list[tuple[LeadName, Signal]], notes: list[str]) -> tuple[LeadName, Signal]:
    """Choose among signals of one lead: the plainest named, then the only one that moves; the same twice is one."""
    if len(alike) == 1:
        return alike[0]
    plainest = min(lead.plainness for lead, _ in alike)
    meant = [pair for pair in alike if pair[0].plainness == plainest]
    moving = [pair for pair in meant if _moves(pair[1])] or meant
    chosen = moving[0]
    if any(not np.array_equal(signal.values, chosen[1].values, equal_nan=True) for _, signal in moving):
        names = " and ".join(repr(signal.name) for _, signal in moving)
        raise UnreadableError(
            f"signals {names} are all lead {chosen[0].lead} by their names, and differ; name all with --leads"
        )
    for number, (lead, signal) in enumerate(alike, start=1):
        if signal is not chosen[1]:
            which = f"signal {number} of {len(alike)} for lead {lead.lead}, {signal.name!r}"
            notes.append(f"left out: {which}: {_why_left_out(signal, chosen[1])}")
    return chosen


def _why_left_out(signal: Signal, chosen: Signal) -> str:
    if not _moves(signal):
        return "never changes"
    if np.array_equal(signal.values, chosen.values, equal_nan=True):
        return "is the same again"
    return f"{chosen.name!r} says that more plainly"


def _moves(signal: Signal) -> bool:
    known = signal.values[np.isfinite(signal.values)]
    return bool(known.size and np.ptp(known) > 0)


def _unnamed(signals: Sequence[Signal]) -> Chosen:
    """Take signals for ECGs that say so without a standard lead, else those whose names say nothing."""
    notes: list[str] = []
    of_ecg = [signal for signal in signals if says_ecg(signal.name) and not _is_other(signal)]
    processed = [*of_ecg]
    of_ecg = _once(of_ecg, notes)
    silent = [
        signal for signal in signals if says_nothing(signal.name) and _may_be_voltage(signal) and not _is_other(signal)
    ]
    alone = [signal for signal in signals if len(signals) == 1 and signal.unit and not says_other(signal.name)]
    found = of_ecg or silent or [signal for signal in alone if _may_be_voltage(signal)]
    if not found:
        raise NoEcgError(
            f"no signal is named as a lead or ECG: {_listed(signals)}; say which is with --leads or --lead-map"
        )
    if len(found) > MOST_UNNAMED:
        raise UnreadableError(
            f"{len(found)} signals have no names of leads, which is too many for one ECG; if the rows are leads or "
            "records, turn the table so that each column is a lead; else name them with --leads"
        )
    if not of_ecg and (in_order := standard_order(found)):
        return in_order, [order_note(found), *_left_out(signals, found)]
    leads = _distinct(found)
    return leads, [*notes, _unknown_note(leads), *_left_out(signals, [*found, *processed])]


def _unknown_note(leads: Sequence[Signal]) -> str:
    names = ", ".join(lead.name for lead in leads)
    return f"assumed: {names} {'are ECGs of unknown leads' if len(leads) > 1 else 'is an ECG of unknown lead'}"


def _distinct(signals: Sequence[Signal]) -> list[Signal]:
    """Number signals of the same name, and call those without one ECG."""
    plain = [signal.name if signal.name and not signal.name.isdigit() else "ECG" for signal in signals]
    numbered = [
        f"{name} {plain[: place + 1].count(name)}" if plain.count(name) > 1 else name
        for place, name in enumerate(plain)
    ]
    names = numbered if len(set(numbered)) == len(numbered) else [f"ECG {n + 1}" for n in range(len(signals))]
    return [replace(signal, name=name) for signal, name in zip(signals, names, strict=True)]


def _may_be_voltage(signal: Signal) -> bool:
    return not signal.unit or parse_unit(signal.unit) is not None


def _left_out(signals: Sequence[Signal], kept: Sequence[Signal]) -> list[str]:
    rest = [signal for signal in signals if signal not in kept]
    return [f"left out, as no lead: {_listed(rest)}"] if rest else []


def _listed(signals: Sequence[Signal]) -> str:
    """List names, the first dozen of many."""
    names = [repr(signal.name) for signal in signals[:12]]
    return ", ".join(names) + (f" and {len(signals) - 12} more" if len(signals) > 12 else "") if names else "none"
