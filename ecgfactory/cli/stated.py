"""What is said on the command line about ECGs from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecgfactory.errors import BadInputError


def stated_of(
    rate: float | None, unit: str | None, leads: str | None, lead_map: Sequence[str] | None
) -> dict[str, Any]:
    """Return what a user says about ECGs by options, by parameter of `read_ecgs`."""
    return {"rate_hz": rate, "unit": unit, "lead_names": parse_names(leads), "lead_map": parse_map(lead_map or [])}


def parse_names(text: str | None) -> list[str] | None:
    """Split names of leads at commas; None stays None."""
    return None if text is None else [name.strip() for name in text.split(",")]


def parse_map(pairs: Sequence[str]) -> dict[str, str]:
    """Read pairs such as `X=II`, several with commas.

    Raises
    ------
    BadInputError
        When one is no pair, or a name is given twice.
    """
    mapped: dict[str, str] = {}
    for pair in (one for text in pairs for one in text.split(",")):
        name, equals, lead = pair.rpartition("=")
        if not equals or not name.strip() or not lead.strip() or name.strip() in mapped:
            raise BadInputError(f"lead map {pair!r} is no new pair; give NAME=LEAD, such as X=II, several with commas.")
        mapped[name.strip()] = lead.strip()
    return mapped
