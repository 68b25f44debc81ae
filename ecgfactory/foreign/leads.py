"""Which signals of a recording are leads, and of which names: as the user says, as they are named, or as they fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgfactory.foreign.lead_names import split_unit
from ecgfactory.foreign.lead_order import numbered_leads, order_note
from ecgfactory.foreign.recording import Signal, UnreadableError
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.unknown_leads import (
    Chosen,
    beside,
    distinct,
    is_other,
    left_out,
    listed,
    unknown_leads,
    unknown_note,
)
from ecgfactory.lead_spelling import LeadName, Plainness, standard_lead

_CHEST_LEADS = ["V1", "V2", "V3", "V4", "V5", "V6"]


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
    may_be = [signal for signal in split if not is_other(signal)]
    if not stated.lead_map and (in_order := numbered_leads(may_be)):
        return in_order, [order_note(may_be), *left_out(split, may_be)]
    leads, notes = _named(split, stated)
    if leads:
        return leads, [*c_notes, *notes]
    unnamed, more_notes = unknown_leads(split)
    return unnamed, [*notes, *more_notes]


def _without_unit(signal: Signal) -> Signal:
    name, unit = split_unit(signal.name)
    return replace(signal, name=name, unit=signal.unit or unit)


def _in_order(signals: Sequence[Signal], names: Sequence[str]) -> Chosen:
    """Name signals as the user says: all of them, or all that may be ECGs."""
    may_be = [signal for signal in signals if not is_other(signal)]
    for meant in (signals, may_be):
        if len(meant) == len(names):
            return [replace(one, name=name) for one, name in zip(meant, names, strict=True)], left_out(signals, meant)
    has_names = any(signal.name for signal in signals)
    which = f": {listed(signals)}" if has_names else ", which have no names"
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
    notes = [f"the lead map names {name!r}, which is not among {listed(signals)}" for name in unused]
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
    others = beside([signal for signal in signals if signal not in considered], leads, notes)
    if others:
        renamed = distinct(others)
        notes.append(unknown_note(renamed))
        places += [signals.index(other) for other in others]
        leads = [lead for _, lead in sorted(zip(places, [*leads, *renamed], strict=True), key=lambda pair: pair[0])]
    return leads, notes + left_out(signals, [*considered, *others])


def _with_chest_leads(signals: Sequence[Signal]) -> Chosen:
    """Name C1 to C6 as chest leads where all of them are there: some alone may be electrodes of an EEG."""
    chest = {f"C{number + 1}": lead for number, lead in enumerate(_CHEST_LEADS)}
    names = [signal.name.strip().upper() for signal in signals]
    if not chest.keys() <= set(names):
        return list(signals), []
    named = [replace(one, name=chest.get(name, one.name)) for name, one in zip(names, signals, strict=True)]
    return named, ["assumed: C1 to C6 are V1 to V6"]


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
