"""Real ECGs whose median beats are nearer than those of people: one person recorded twice, or one record kept twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.realism.copy_bound import repeat_bound
from ecgfactory.realism.nearest import Neighbours


@dataclass(frozen=True)
class Repeat:
    """Two real records that may be one person's; one such pair or so is found by chance.

    Parameters
    ----------
    of : str
        `reference` or `holdout`: what the first is of; the second is of the reference.
    record, reference : int
        Their rows.
    distance, ratio : float
        How near their median beats are, 1 less the correlation, and how far that stands out from the next.
    """

    of: str
    record: int
    reference: int
    distance: float
    ratio: float


def find_repeats(
    people: Mapping[str, Neighbours], rows: Mapping[str, IntArray]
) -> tuple[dict[str, BoolArray], tuple[Repeat, ...]]:
    """Find the real records that are repeats of others.

    Parameters
    ----------
    people : mapping of str to Neighbours
        Of `reference` records among the others and, where there is one, of the `holdout`.
    rows : mapping of str to int array, shape (n,)
        Which records of the reference and of the holdout these are.

    Returns
    -------
    dict of str to bool array
        Which are, of each.
    tuple of Repeat
        Closest first, a pair of reference records once.
    """
    bound = repeat_bound(people["reference"]["beats"].ratio)
    is_repeat = {of: neighbours["beats"].ratio < bound for of, neighbours in people.items()}
    found: dict[tuple[str, int, int], Repeat] = {}
    for of, neighbours in people.items():
        nearest = neighbours["beats"]
        for place in np.flatnonzero(is_repeat[of]).tolist():
            record, other = int(rows[of][place]), int(nearest.reference[place])
            repeat = Repeat(of, record, other, float(nearest.distance[place]), float(nearest.ratio[place]))
            pair = (min(record, other), max(record, other)) if of == "reference" else (record, other)
            found[(of, *pair)] = min(found.get((of, *pair), repeat), repeat, key=_ratio)
    return is_repeat, tuple(sorted(found.values(), key=_ratio))


def _ratio(repeat: Repeat) -> float:
    return repeat.ratio
