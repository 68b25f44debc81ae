"""ECGs of unknown leads: which signals are such, what to call them, and what is none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgfactory.foreign.lead_names import says_ecg, says_nothing, says_other
from ecgfactory.foreign.lead_order import order_note, standard_order
from ecgfactory.foreign.recording import NoEcgError, Signal, UnreadableError
from ecgfactory.foreign.units import parse_unit, tells_no_voltage
from ecgfactory.lead_spelling import standard_lead

_PROCESSED = re.compile(
    r"[\s_.:-]*[(\[]?(?:raw|orig(?:inal)?|clean(?:ed)?|filt(?:ered)?|denoised|corrected)[)\]]?$", re.I
)
"""What tells versions of one ECG apart."""

MOST_UNNAMED = 16
"""More signals without lead names than this are no leads; rows of a table may be its records then."""

Chosen = tuple[list[Signal], list[str]]
"""Leads under their names, and notes for the user."""


def unknown_leads(signals: Sequence[Signal]) -> Chosen:
    """Take signals for ECGs that say so without a standard lead, else those whose names say nothing."""
    notes: list[str] = []
    of_ecg = [signal for signal in signals if says_ecg(signal.name) and not is_other(signal)]
    processed = [*of_ecg]
    of_ecg = _once(of_ecg, notes)
    silent = [
        signal for signal in signals if says_nothing(signal.name) and _may_be_voltage(signal) and not is_other(signal)
    ]
    alone = [signal for signal in signals if len(signals) == 1 and signal.unit and not says_other(signal.name)]
    found = of_ecg or silent or [signal for signal in alone if _may_be_voltage(signal)]
    if not found:
        raise NoEcgError(
            f"no signal is named as a lead or ECG: {listed(signals)}; say which is with --leads or --lead-map"
        )
    if len(found) > MOST_UNNAMED:
        raise UnreadableError(
            f"{len(found)} signals have no names of leads, which is too many for one ECG; if the rows are leads or "
            "records, turn the table so that each column is a lead; else name them with --leads"
        )
    if not of_ecg and (in_order := standard_order(found)):
        return in_order, [order_note(found), *left_out(signals, found)]
    leads = distinct(found)
    return leads, [*notes, unknown_note(leads), *left_out(signals, [*found, *processed])]


def beside(signals: Sequence[Signal], leads: Sequence[Signal], notes: list[str]) -> list[Signal]:
    """Choose among other signals the ECGs of unknown leads beside named leads, as long as these; each once."""
    return _once([signal for signal in signals if _is_beside(signal, leads)], notes)


def is_other(signal: Signal) -> bool:
    """Return whether a signal is something else than an ECG, as its name says, or as a flag of 0 and 1."""
    if says_other(signal.name):
        return True
    known = signal.values[np.isfinite(signal.values)]
    is_flag = known.size > 0 and bool(np.isin(known, (0, 1)).all() and np.ptp(known) > 0)
    return is_flag and standard_lead(signal.name) is None


def _is_beside(signal: Signal, leads: Sequence[Signal]) -> bool:
    """Return whether a signal is an ECG of unknown lead, as long as the leads."""
    is_ecg = says_ecg(signal.name) and _may_be_voltage(signal) and not is_other(signal)
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
            f"left out: {one.name!r}, as {chosen[0].name!r} is another version of it"
            for one in same
            if one not in chosen
        ]
    return [signal for signal in signals if signal in kept]


def unknown_note(leads: Sequence[Signal]) -> str:
    """Say for the user that signals were taken for ECGs."""
    names = ", ".join(lead.name for lead in leads)
    return f"assumed: {names} {'are ECGs of unknown leads' if len(leads) > 1 else 'is an ECG of unknown lead'}"


def distinct(signals: Sequence[Signal]) -> list[Signal]:
    """Number signals of the same name, and call those without one ECG."""
    plain = [signal.name if signal.name and not signal.name.isdigit() else "ECG" for signal in signals]
    numbered = [
        f"{name} {plain[: place + 1].count(name)}" if plain.count(name) > 1 else name
        for place, name in enumerate(plain)
    ]
    names = numbered if len(set(numbered)) == len(numbered) else [f"ECG {n + 1}" for n in range(len(signals))]
    return [replace(signal, name=name) for signal, name in zip(signals, names, strict=True)]


def _may_be_voltage(signal: Signal) -> bool:
    return not signal.unit or parse_unit(signal.unit) is not None or tells_no_voltage(signal.unit)


def left_out(signals: Sequence[Signal], kept: Sequence[Signal]) -> list[str]:
    """Say for the user which signals are not among the leads, if any."""
    rest = [signal for signal in signals if signal not in kept]
    return [f"left out, as no lead: {listed(rest)}"] if rest else []


def listed(signals: Sequence[Signal]) -> str:
    """List names, the first dozen of many."""
    names = [repr(signal.name) for signal in signals[:12]]
    return ", ".join(names) + (f" and {len(signals) - 12} more" if len(signals) > 12 else "") if names else "none"
