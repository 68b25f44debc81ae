"""Twelve signals without names of leads: they are the standard ones in order if the limb leads fit each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgfactory.foreign.recording import Signal, UnreadableError
from ecgfactory.lead_spelling import standard_lead
from ecgfactory.leads import TWELVE_LEADS

FEWEST_NUMBERED = 4
"""Three numbered signals may be the limb leads: `D1`, `D2`, `D3`."""

LIMB_LEADS = 6
CHEST_LEADS = 6
"""The last number that a signal may have after V and be a chest lead."""

SAME_SHARE = 0.02
"""Limb leads fit when what is wrong with them, as RMS, is at most this share of the leads'."""

_NUMBERED = re.compile(r"(.*?)(\d+)")


def numbered_leads(signals: Sequence[Signal]) -> list[Signal] | None:
    """Name signals that are only numbered in the standard order, if they are in it.

    Such are `V1` to `V12`, as R names columns, `ch1` to `ch12`, `Lead 1` to `Lead 12`.

    Returns
    -------
    list of Signal, or None
        None when they are not all numbered, or may be chest leads, or of leads not known.

    Raises
    ------
    UnreadableError
        When they are not in the standard order, though some of the names would say leads.
    """
    names = [signal.name for signal in signals]
    stem = _numbered_stem(names)
    if stem is None or (stem == "v" and int(names[-1][1:]) <= CHEST_LEADS):
        return None
    leads = standard_order(signals)
    if leads is None and any(standard_lead(signal.name) for signal in signals):
        raise UnreadableError(
            f"{_shown(signals)} are numbered, and not chest leads or the twelve leads in order; name them with --leads"
        )
    return leads


def standard_order(signals: Sequence[Signal]) -> list[Signal] | None:
    """Name twelve signals, or six, in the standard order if III = II - I, aVR = -(I + II) / 2 and so on hold."""
    if len(signals) not in (LIMB_LEADS, len(TWELVE_LEADS)) or len({len(signal.values) for signal in signals}) > 1:
        return None
    if not all(np.isfinite(signal.values).any() for signal in signals[:6]):
        return None
    lead_i, lead_ii, *derived = (signal.values - np.nanmean(signal.values) for signal in signals[:6])
    expected = (lead_ii - lead_i, -(lead_i + lead_ii) / 2, lead_i - lead_ii / 2, lead_ii - lead_i / 2)
    size = np.sqrt(np.nanmean(np.square([lead_i, lead_ii])))
    wrong = [np.sqrt(np.nanmean(np.square(lead - fit))) for lead, fit in zip(derived, expected, strict=True)]
    if not size > 0 or not max(wrong) <= SAME_SHARE * size + _rounding(signals):
        return None
    return [replace(signal, name=name) for signal, name in zip(signals, TWELVE_LEADS, strict=False)]


def check_names_of_r(first_column: str, signals: Sequence[Signal]) -> None:
    """Check that signals behind a column V1 that is none are not numbered on from it, as R names columns.

    Raises
    ------
    UnreadableError
        When they are, and not the standard leads in order: they say nothing, and would be taken for chest leads.
    """
    names = [signal.name.strip().upper() for signal in signals]
    is_numbered = first_column.strip().upper() == "V1" and names == [f"V{n}" for n in range(2, len(names) + 2)]
    if is_numbered and standard_order(signals) is None:
        shown = f"{names[0]} is" if len(names) == 1 else f"{names[0]} to {names[-1]} are"
        raise UnreadableError(
            f"column {first_column!r} is no lead, so that {shown} only numbered, as R names columns, and not known to "
            "be chest leads; name them with --leads"
        )


def order_note(signals: Sequence[Signal]) -> str:
    """Say that the standard order was assumed, for the user."""
    leads = ", ".join(TWELVE_LEADS[: len(signals)])
    return f"assumed: {_shown(signals)} are {leads}, as the first six fit each other as limb leads do"


def _shown(signals: Sequence[Signal]) -> str:
    first, last = signals[0].name, signals[-1].name
    return f"signals {first} to {last}" if first and last else f"the {len(signals)} signals"


def _numbered_stem(names: Sequence[str]) -> str | None:
    """Return what stands before the numbers of names that count up from 0, 1, or 2 (1 was time); None if none do."""
    matches = [match for name in names if (match := _NUMBERED.fullmatch(name))]
    stems = {match[1].casefold() for match in matches}
    numbers = [int(match[2]) for match in matches]
    if len(stems) != 1 or len(names) != len(matches) or len(names) < FEWEST_NUMBERED:
        return None
    first = numbers[0]
    return stems.pop() if first in (0, 1, 2) and numbers == list(range(first, first + len(numbers))) else None


def _rounding(signals: Sequence[Signal]) -> float:
    """Smallest step between values: what rounding may add up to in sums of leads."""
    steps = np.abs(np.diff(signals[0].values))
    return float(steps[steps > 0].min()) if (steps > 0).any() else 0.0
