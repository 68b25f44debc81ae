"""What a user says about ECGs from elsewhere; it overrules what files say and what would be guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stated:
    """What a user says; what is absent is taken from the file, or guessed and told.

    Parameters
    ----------
    rate_hz : float or None
        Samples per second.
    unit : str
        Unit of all leads.
    lead_names : tuple of str
        Names of the signals, in the file's order.
    lead_map : mapping of str to str
        From a signal's name, as written in the file, to a standard lead name.
    """

    rate_hz: float | None = None
    unit: str = ""
    lead_names: tuple[str, ...] = ()
    lead_map: Mapping[str, str] = field(default_factory=dict)
