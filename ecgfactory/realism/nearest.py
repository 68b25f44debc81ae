"""The nearest of some candidates, and how they stand out from those that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray, IntArray

WAYS = ("beats", "records", "leads")
"""What is compared: median beats, records laid over each other, single leads laid over any lead."""

NEAREST = 3

FURTHEST = 1.0
"""Distance of two that have nothing in common: 1 less a correlation of 0."""


@dataclass(frozen=True)
class Nearest:
    """Which reference record is nearest to each record, or to each of its leads.

    Parameters
    ----------
    reference : int array, shape (n,) or (n, leads)
        The nearest; -1 without any candidate.
    distances : float array, shape (n, 3) or (n, leads, 3)
        Of the nearest three, 1 less the correlation; `FURTHEST` where there are fewer.
    """

    reference: IntArray
    distances: FloatingArray

    @property
    def distance(self) -> FloatingArray:
        """Distance of the nearest."""
        nearest: FloatingArray = self.distances[..., 0]
        return nearest

    @property
    def by_record(self) -> Nearest:
        """The same with one place a record: that of the lead that stands out most."""
        if self.reference.ndim == 1:
            return self
        rows, leads = np.arange(len(self.reference)), self.ratio.argmin(axis=1)
        return Nearest(self.reference[rows, leads], self.distances[rows, leads])

    @property
    def ratio(self) -> FloatingArray:
        """How the nearest stands out: its distance over that of the next, near 0 for a copy.

        This nearest neighbour distance ratio means the same where records lie dense and sparse. Where two records of
        the reference are one person's, a copy is near both, and the second stands out from the third: the lower of
        both ratios counts.
        """
        ratios: FloatingArray = self.distances[..., :-1] / np.maximum(self.distances[..., 1:], 1e-6)
        lowest: FloatingArray = ratios.min(axis=-1)
        return lowest


def nearest_of(references: IntArray, distances: FloatingArray) -> Nearest:
    """Find the nearest three among candidates.

    Parameters
    ----------
    references : int array, shape (..., candidates)
        Which reference record each is; more than once counts once, by its lowest distance; -1 is none.
    distances : float array, shape (..., candidates)
        How far away; at least three.
    """
    order = np.argsort(distances, axis=-1, kind="stable")
    rising = np.take_along_axis(distances, order, -1).astype(np.float64)
    names = np.take_along_axis(references, order, -1)
    for place in range(1, names.shape[-1]):
        again = (names[..., :place] == names[..., place : place + 1]).any(axis=-1)
        rising[..., place] = np.where(again, np.inf, rising[..., place])
    rising[names < 0] = np.inf
    order = np.argsort(rising, axis=-1, kind="stable")[..., :NEAREST]
    rising = np.minimum(np.take_along_axis(rising, order, -1), FURTHEST)
    return Nearest(np.take_along_axis(names, order, -1)[..., 0], rising)


Neighbours = dict[str, Nearest]
"""The nearest reference records of some records, by `WAYS`; by `leads` of each lead, otherwise of each record."""


def joined(parts: Sequence[Neighbours]) -> Neighbours:
    """Put the neighbours of several chunks of records one after the other."""
    return {
        way: Nearest(
            np.concatenate([part[way].reference for part in parts]),
            np.concatenate([part[way].distances for part in parts]),
        )
        for way in WAYS
    }
