"""Real ECGs that are nearer to each other than people are: one person recorded again, or one record kept twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.realism.copy_bound import repeat_bound
from ecgfactory.realism.nearest import WAYS, Nearest, Neighbours


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
        How near they are, 1 less the correlation, and how far that stands out from the next, in the way of comparing
        in which it stands out most.
    """

    of: str
    record: int
    reference: int
    distance: float
    ratio: float


@dataclass(frozen=True)
class Repeats:
    """Which real records are of one person, as far as can be told.

    Parameters
    ----------
    pairs : tuple of Repeat
        Closest first, a pair of reference records once.
    person : int array, shape (reference records,)
        Whose each is, from 0; the same for those that pairs connect.
    in_holdout : bool array, shape (compared records of the holdout,)
        Which are repeats of reference records; empty without a holdout.
    """

    pairs: tuple[Repeat, ...]
    person: IntArray
    in_holdout: BoolArray


def find_repeats(people: Mapping[str, Neighbours], rows: Mapping[str, IntArray], references: int) -> Repeats:
    """Find the real records that are repeats of others, in any way of comparing.

    Parameters
    ----------
    people : mapping of str to Neighbours
        Of `reference` records among the others and, where there is one, of the `holdout`.
    rows : mapping of str to int array, shape (n,)
        Which records of the reference and of the holdout these are.
    references : int
        Reference records in all.
    """
    bounds = {
        way: repeat_bound(np.concatenate([neighbours[way].ratios.ravel() for neighbours in people.values()]))
        for way in WAYS
    }
    found: dict[tuple[str, int, int], Repeat] = {}
    for of, neighbours in people.items():
        for way in WAYS:
            for repeat in _below(bounds[way], neighbours[way], of, rows[of]):
                record, other = repeat.record, repeat.reference
                pair = (min(record, other), max(record, other)) if of == "reference" else (record, other)
                found[(of, *pair)] = min(found.get((of, *pair), repeat), repeat, key=_ratio)
    repeated = {record for of, record, _ in found if of == "holdout"}
    return Repeats(
        pairs=tuple(sorted(found.values(), key=_ratio)),
        person=connected([(one, other) for of, one, other in found if of == "reference"], references),
        in_holdout=np.isin(rows.get("holdout", np.empty(0, dtype=np.int64)), list(repeated)),
    )


def connected(pairs: list[tuple[int, int]], count: int) -> IntArray:
    """Number so many things from 0, alike those that pairs connect; shape (count,)."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(count, count))
    numbers: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers


def _below(bound: float, nearest: Nearest, of: str, rows: IntArray) -> Iterator[Repeat]:
    """Yield each record with those that are so near to it that the next stands back by a ratio below the bound."""
    ratio, alike = nearest.ratio, nearest.alike
    for place in zip(*np.nonzero(ratio < bound), strict=True):
        for rank in range(int(alike[place])):
            other, distance = int(nearest.references[place][rank]), float(nearest.distances[place][rank])
            yield Repeat(of, int(rows[place[0]]), other, distance, float(ratio[place]))


def _ratio(repeat: Repeat) -> float:
    return repeat.ratio
