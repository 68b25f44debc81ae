"""Which signals of a recording are leads, and of which names: as the user says, as they are named, or as they fit."""

from __future__ import annotations

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
    may_be = [signal for signal in split if not says_other(signal.name)]
    if not stated.lead_map and (in_order := numbered_leads(may_be)):
        return in_order, [order_note(may_be), *_left_out(split, may_be)]
    leads, notes = _named(split, stated)
    if leads:
        return leads, notes
    unnamed, more_notes = _unnamed(split)
    return unnamed, [*notes, *more_notes]


def _without_unit(signal: Signal) -> Signal:
    name, unit = split_unit(signal.name)
    return replace(signal, name=name, unit=signal.unit or unit)


def _in_order(signals: Sequence[Signal], names: Sequence[str]) -> Chosen:
    """Name signals as the user says: all of them, or all that may be ECGs."""
    may_be = [signal for signal in signals if not says_other(signal.name)]
    for meant in (signals, may_be):
        if len(meant) == len(names):
            return [replace(one, name=name) for one, name in zip(meant, names, strict=True)], _left_out(signals, meant)
    raise UnreadableError(f"{len(names)} lead names are given for {len(signals)} signals: {_listed(signals)}")


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
    for alike in named.values():
        lead, signal = _the_one(alike, notes)
        if lead.is_inverted:
            signal = replace(signal, values=-signal.values)
            notes.append(f"{signal.name!r} was turned over to give {lead.lead}")
        elif lead.plainness is Plainness.TRANSLATED:
            notes.append(f"assumed: {lead.lead} for {signal.name!r}")
        leads.append(replace(signal, name=lead.lead))
    names = [lead.name for lead in leads]
    if not mapped and len(names) == len(signals) and " ".join(names) in "V1 V2 V3 V4 V5 V6":
        notes.append(f"assumed: {', '.join(names)} are chest leads, though R names columns so that have no names")
    considered = [signal for alike in named.values() for _, signal in alike]
    return leads, notes + (_left_out(signals, considered) if leads else [])


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
    of_ecg = [signal for signal in signals if says_ecg(signal.name)]
    silent = [signal for signal in signals if says_nothing(signal.name) and _may_be_voltage(signal)]
    alone = [signal for signal in signals if len(signals) == 1 and signal.unit and not says_other(signal.name)]
    found = of_ecg or silent or [signal for signal in alone if _may_be_voltage(signal)]
    if not found:
        raise NoEcgError(
            f"no signal is named as a lead or ECG: {_listed(signals)}; say which is with --leads or --lead-map"
        )
    if len(found) > MOST_UNNAMED:
        raise UnreadableError(
            f"{len(found)} signals have no names of leads, which is too many for one ECG; name them with --leads"
        )
    if not of_ecg and (in_order := standard_order(found)):
        return in_order, [order_note(found), *_left_out(signals, found)]
    leads = _distinct(found)
    names = ", ".join(lead.name for lead in leads)
    notes = [f"assumed: {names} {'are ECGs of unknown leads' if len(leads) > 1 else 'is an ECG of unknown lead'}"]
    return leads, notes + _left_out(signals, found)


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
