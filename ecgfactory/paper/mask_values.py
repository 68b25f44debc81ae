"""What the values of a mask stand for."""

from __future__ import annotations

from collections.abc import Sequence

from ecgfactory.leads import TWELVE_LEADS

BACKGROUND, GRID, TEXT, PULSE, SEPARATOR = range(5)

OTHER_VALUES = {"background": BACKGROUND, "grid": GRID, "text": TEXT, "pulse": PULSE, "separator": SEPARATOR}
"""Of what is no lead, by name."""

FIRST_LEAD, FIRST_OTHER_LEAD = 10, 22
"""Values of I, and of the first lead that is not among the usual twelve."""


def mask_values(lead_names: Sequence[str]) -> dict[str, int]:
    """Return the value of each thing, by name: the usual twelve leads have theirs whatever leads a record has."""
    known = {name: FIRST_LEAD + place for place, name in enumerate(TWELVE_LEADS)}
    others = [name for name in lead_names if name not in known]
    return {
        **OTHER_VALUES,
        **{name: known[name] if name in known else FIRST_OTHER_LEAD + others.index(name) for name in lead_names},
    }
