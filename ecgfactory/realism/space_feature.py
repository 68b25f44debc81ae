"""A feature in which synthetic and real ECGs are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Group = Literal["spectrum", "amplitude", "lead correlation", "interval", "beat shape"]


@dataclass(frozen=True)
class SpaceFeature:
    """What a column of the feature space means.

    Parameters
    ----------
    name : str
        Column name, with the unit in it.
    unit : str
        Unit as printed beside a value; empty for a number without one.
    group : {'spectrum', 'amplitude', 'lead correlation', 'interval', 'beat shape'}
        What kind of thing it measures.
    words : str
        What it is, for people.
    """

    name: str
    unit: str
    group: Group
    words: str


def in_short(words: str) -> str:
    """Return how the words for a feature begin, without what explains them."""
    return re.split(r" \(|: |, ", words)[0]
