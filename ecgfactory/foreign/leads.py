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
from ecgfactory.foreign.recording import NoEcgError, Signal, UnreadableError
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.units import parse_unit
from ecgfactory.leads import TWELVE_LEADS

MOST_UNNAMED = 16
"""More signals without lead names than this are no leads; rows of a table may be its records then."""

_NUMBERED = re.compile(r"(.*?)(\d+)")
_SAME_SHARE = 0.02
"""Limb leads fit when what is wrong with them, as RMS, is at most this share of the leads'."""

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
    numbered = _numbered(split)
    if numbered:
        return numbered
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
            notes = _left_out([signal for signal in signals if signal not in meant])
            return [replace(signal, name=name) for signal, name in zip(meant, names, strict=True)], notes
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
    if not mapped and len(names) == len(signals) and names == [f"V{number}" for number in range(1, len(names) + 1)]:
        notes.append(f"assumed: {', '.join(names)} are chest leads, though R names columns so that have no names")
    considered = {id(signal) for alike in named.values() for _, signal in alike}
    rest = [signal for signal in signals if id(signal) not in considered]
    return leads, notes + (_left_out(rest) if leads else [])


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
    for number, (_, signal) in enumerate(alike, start=1):
        if signal is chosen[1]:
            continue
        why = (
            "is the same again"
            if signal in [one for _, one in moving]
            else "never changes"
            if not _moves(signal)
            else ""
        )
        why = why or f"{chosen[1].name!r} says that more plainly"
        notes.append(f"left out: signal {number} of {len(alike)} for lead {chosen[0].lead}, {signal.name!r}: {why}")
    return chosen


def _moves(signal: Signal) -> bool:
    known = signal.values[np.isfinite(signal.values)]
    return bool(known.size and np.ptp(known) > 0)


def _numbered(signals: Sequence[Signal]) -> Chosen | None:
    """Choose columns that are only numbered (`V1` to `V12` by R, `ch1`, `Lead 4`), if there are more than chest leads.

    Twelve are the standard ones in the standard order if the limb leads fit each other.
    """
    may_be = [signal for signal in signals if not says_other(signal.name)]
    matches = [_NUMBERED.fullmatch(signal.name) for signal in may_be]
    stems = {match[1].casefold() for match in matches if match}
    numbers = [int(match[2]) for match in matches if match]
    if len(stems) != 1 or len(numbers) != len(may_be) or len(numbers) < 4:
        return None
    (stem,) = stems
    if numbers not in (list(range(len(numbers))), list(range(1, len(numbers) + 1))) or (
        stem == "v" and len(numbers) < 7
    ):
        return None
    names = f"{may_be[0].name} to {may_be[-1].name}"
    notes = _left_out([signal for signal in signals if signal not in may_be])
    if standard := _standard_order(may_be, names):
        return standard[0], standard[1] + notes
    if stem == "v" or standard_lead(may_be[1].name):
        raise UnreadableError(
            f"columns {names} are numbered, and not chest leads or the twelve leads in order; name them with --leads"
        )
    return None


def _standard_order(signals: Sequence[Signal], shown: str) -> Chosen | None:
    """Name twelve signals in the standard order, if III = II - I, aVR = -(I + II) / 2 and so on hold."""
    if len(signals) != len(TWELVE_LEADS) or len({len(signal.values) for signal in signals}) > 1:
        return None
    lead_i, lead_ii, *derived = (signal.values - np.nanmean(signal.values) for signal in signals[:6])
    expected = (lead_ii - lead_i, -(lead_i + lead_ii) / 2, lead_i - lead_ii / 2, lead_ii - lead_i / 2)
    size = np.sqrt(np.nanmean(np.square([lead_i, lead_ii])))
    wrong = [np.sqrt(np.nanmean(np.square(lead - fit))) for lead, fit in zip(derived, expected, strict=True)]
    if not size > 0 or not max(wrong) <= _SAME_SHARE * size + _rounding(signals):
        return None
    leads = [replace(signal, name=name) for signal, name in zip(signals, TWELVE_LEADS, strict=True)]
    return leads, [f"assumed: {shown} are {', '.join(TWELVE_LEADS)}, as the first six fit each other as limb leads do"]


def _rounding(signals: Sequence[Signal]) -> float:
    """Smallest step between values: what rounding may add up to in sums of leads."""
    steps = np.abs(np.diff(signals[0].values))
    return float(steps[steps > 0].min()) if (steps > 0).any() else 0.0


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
    if not of_ecg and (standard := _standard_order(found, "its columns")):
        return standard[0], standard[1] + _left_out([signal for signal in signals if signal not in found])
    leads = _distinct(found)
    names = ", ".join(lead.name for lead in leads)
    notes = [f"assumed: an ECG of unknown lead{'s' if len(leads) > 1 else ''}: {names}"]
    return leads, notes + _left_out([signal for signal in signals if signal not in found])


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


def _left_out(signals: Sequence[Signal]) -> list[str]:
    return [f"left out, as no lead: {_listed(signals)}"] if signals else []


def _listed(signals: Sequence[Signal]) -> str:
    """List names, the first dozen of many."""
    names = [repr(signal.name) for signal in signals[:12]]
    return ", ".join(names) + (f" and {len(signals) - 12} more" if len(signals) > 12 else "") if names else "none"
