"""Real ECGs that are nearer to others than people are: one person recorded twice, or one record kept twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.realism.copy_bound import repeat_bound
from ecgfactory.realism.nearest import Neighbours

BY = ("beats", "records")
"""Single leads of different people resemble each other too often to tell."""


@dataclass(frozen=True)
class Repeat:
    """Two real records of what is probably one person.

    Parameters
    ----------
    of : str
        `reference` or `holdout`: what the first is of; the second is of the reference.
    record, reference : int
        Their rows.
    by : str
        What tells it: `beats` or `records`.
    distance, ratio : float
        How near they are, 1 less the correlation, and how far that stands out from the next.
    """

    of: str
    record: int
    reference: int
    by: str
    distance: float
    ratio: float


def find_repeats(
    people: Mapping[str, Neighbours], reference_rows: IntArray
) -> tuple[dict[str, BoolArray], tuple[Repeat, ...]]:
    """Find the real records that are repeats of others.

    Parameters
    ----------
    people : mapping of str to Neighbours
        Of `reference` records among the others and, where there is one, of the `holdout`.
    reference_rows : int array, shape (n,)
        Which reference records these are.

    Returns
    -------
    dict of str to bool array
        Which are, of each.
    tuple of Repeat
        Closest first, a pair of reference records once.
    """
    is_repeat = {of: np.zeros(len(neighbours["beats"].reference), bool) for of, neighbours in people.items()}
    found: dict[tuple[str, frozenset[int]], Repeat] = {}
    for by in BY:
        bound = repeat_bound(people["reference"][by].ratio)
        for of, neighbours in people.items():
            nearest = neighbours[by]
            rows = reference_rows if of == "reference" else np.arange(len(nearest.reference))
            is_repeat[of] |= nearest.ratio < bound
            for place in np.flatnonzero(nearest.ratio < bound).tolist():
                record, other = int(rows[place]), int(nearest.reference[place])
                repeat = Repeat(of, record, other, by, float(nearest.distance[place]), float(nearest.ratio[place]))
                key = of, frozenset((record, other)) if of == "reference" else frozenset((record, -1 - other))
                found[key] = min(found.get(key, repeat), repeat, key=lambda one: one.ratio)
    return is_repeat, tuple(sorted(found.values(), key=lambda repeat: repeat.ratio))
