"""What a user says about ECGs from elsewhere; it overrules what files say and what would be guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from numbers import Real

from ecgfactory.errors import BadInputError, shown
from ecgfactory.foreign.lead_names import says_ecg, split_unit
from ecgfactory.foreign.resampling import rate_problem
from ecgfactory.foreign.units import UNITS_SHOWN, Unit, parse_unit
from ecgfactory.lead_spelling import standard_lead
from ecgfactory.leads import TWELVE_LEADS

MOST_SHOWN = 16
"""Names of leads in a message."""


@dataclass(frozen=True)
class Stated:
    """What a user says; what is absent is taken from the file, or guessed and told.

    Parameters
    ----------
    rate_hz : float or None
        Samples per second.
    unit : Unit or None
        Unit of all leads.
    lead_names : tuple of str
        Names of the signals, in the file's order.
    lead_map : mapping of str to str
        From a signal's name, as written in the file, to that of its lead.
    """

    rate_hz: float | None = None
    unit: Unit | None = None
    lead_names: tuple[str, ...] = ()
    lead_map: Mapping[str, str] = field(default_factory=dict)


def stated(
    rate_hz: float | None = None,
    unit: str | None = None,
    lead_names: Sequence[str] | None = None,
    lead_map: Mapping[str, str] | None = None,
) -> Stated:
    """Check what a user says.

    Parameters
    ----------
    rate_hz : float, optional
        Samples per second, 50 to 100,000.
    unit : str, optional
        As `parse_unit` takes it.
    lead_names : sequence of str, optional
        Distinct names of leads: of the standard twelve in any usual spelling, or one that says ECG, as `ECG1` or `V7`.
    lead_map : mapping of str to str, optional
        From a signal's name to the name of a lead.

    Raises
    ------
    BadInputError
        One sentence for each thing that can't be used.
    """
    problems: list[str] = []
    if rate_hz is not None:
        problems += filter(None, [stated_rate_problem(rate_hz)])
    known = parse_unit(unit) if isinstance(unit, str) else None
    if unit is not None and known is None:
        problems.append(f"unit is {shown(unit)}; give {UNITS_SHOWN}")
    of_names = None if lead_names is None else lead_names_problem(lead_names)
    problems += filter(None, [of_names, lead_map_problem(lead_map)])
    if lead_names is not None and lead_map:
        problems.append("names of all leads and a map of some are both given; give one of them")
    if problems:
        raise BadInputError([f"{problem}." for problem in problems])
    return Stated(
        None if rate_hz is None else float(rate_hz),
        known,
        () if lead_names is None else tuple(map(stated_lead, lead_names)),
        {name.strip(): stated_lead(lead) for name, lead in (lead_map or {}).items()},
    )


def stated_rate_problem(rate_hz: object) -> str | None:
    """Say why what a user gives as sampling rate can't be used, if it can't."""
    if isinstance(rate_hz, bool) or not isinstance(rate_hz, Real):
        return f"rate_hz is {shown(rate_hz)}; give the samples per second as a number"
    try:
        problem = rate_problem(float(rate_hz))
    except OverflowError:
        problem = f"sampling rate {shown(rate_hz)} is no number of samples"
    return f"{problem}; give the samples per second of the signal" if problem else None


def lead_names_problem(names: object) -> str | None:
    """Say why what a user gives as names of leads can't be used, if it can't."""
    fix = f"give distinct names of {', '.join(TWELVE_LEADS)}, or such as ECG1"
    if isinstance(names, str | bytes | Set | Mapping) or not isinstance(names, Iterable):  # a set has no order
        return f"lead_names is {shown(names)}; give a list of names"
    given = list(names)
    leads = [stated_lead(name) if isinstance(name, str) else "" for name in given]
    if not leads or "" in leads or len(set(leads)) < len(leads):
        told = ", ".join(name if isinstance(name, str) else shown(name) for name in given[:MOST_SHOWN])
        return f"lead names are {told or 'none'}{', ...' if len(given) > MOST_SHOWN else ''}; {fix}"
    return None


def lead_map_problem(lead_map: object) -> str | None:
    """Say why what a user gives as map from signals to leads can't be used, if it can't."""
    if lead_map is None:
        return None
    if not isinstance(lead_map, Mapping) or not all(isinstance(name, str) for name in lead_map):
        return f"lead_map is {shown(lead_map)}; give a mapping from a signal's name to its lead, such as {{'X': 'II'}}"
    return lead_names_problem(list(lead_map.values())) if lead_map else None


def stated_lead(name: str) -> str:
    """Return the lead that a user means: a standard one, an ECG of another lead as written, or '' for neither."""
    text, _ = split_unit(name)
    lead = standard_lead(text)
    if lead is not None:
        return "" if lead.is_inverted else lead.lead
    return text if says_ecg(text) else ""
