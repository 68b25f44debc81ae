"""The nearest of some candidates, and how they stand out from those that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray

WAYS = ("beats", "records", "leads")
"""What is compared: median beats, records laid over each other, single leads laid over any lead."""

KEPT = 8
"""Nearest records that are kept: of them, several may be of one person."""

RATIOS = 3
"""A copied person may be in the reference three times, found or not: the first four distances are compared."""

FURTHEST = 1.0
"""Distance of two that have nothing in common: 1 less a correlation of 0."""


@dataclass(frozen=True)
class Nearest:
    """Which reference records are nearest to each record, or to each of its leads.

    Parameters
    ----------
    references : int array, shape (n, KEPT) or (n, leads, KEPT)
        The nearest, nearest first; -1 where there are no more.
    distances : float array, shape (n, KEPT) or (n, leads, KEPT)
        Of these, 1 less the correlation; `FURTHEST` where there are no more.
    """

    references: IntArray
    distances: FloatingArray

    @property
    def reference(self) -> IntArray:
        """The nearest; -1 without any candidate."""
        nearest: IntArray = self.references[..., 0]
        return nearest

    @property
    def distance(self) -> FloatingArray:
        """Distance of the nearest."""
        nearest: FloatingArray = self.distances[..., 0]
        return nearest

    @property
    def by_record(self) -> Nearest:
        """The same with one place a record: that of the lead that stands out most."""
        if self.references.ndim == 2:
            return self
        rows, leads = np.arange(len(self.references)), self.ratio.argmin(axis=1)
        return Nearest(self.references[rows, leads], self.distances[rows, leads])

    @property
    def ratio(self) -> FloatingArray:
        """How the nearest stands out: its distance over that of the next, near 0 for a copy.

        This nearest neighbour distance ratio means the same where records lie dense and sparse. Where two records of
        the reference are one person's, a copy is near both, and the second stands out from the third: the lowest of
        the ratios counts.
        """
        lowest: FloatingArray = self._ratios[..., :RATIOS].min(axis=-1)
        return lowest

    @property
    def alike(self) -> IntArray:
        """How many come before the next stands back most, by which there may be so many of one person; 1 to 3."""
        count: IntArray = self._ratios[..., :RATIOS].argmin(axis=-1) + 1
        return count

    @property
    def ratios(self) -> FloatingArray:
        """The lowest ratio and the next two, which are between other people if that was of one; shape (..., 3)."""
        wanted = self.alike[..., np.newaxis] - 1 + np.arange(RATIOS)
        return np.take_along_axis(self._ratios, wanted, -1)

    @property
    def _ratios(self) -> FloatingArray:
        """Distance of each over that of the next."""
        over_next: FloatingArray = self.distances[..., :-1] / np.maximum(self.distances[..., 1:], 1e-6)
        return over_next

    def by_person(self, person: IntArray, own: IntArray | None = None) -> Nearest:
        """Keep of each person only the nearest record, and none of the record's own person.

        Parameters
        ----------
        person : int array, shape (reference records,)
            Whose each reference record is.
        own : int array, shape (n,), optional
            Whose the records themselves are.
        """
        persons = np.where(self.references < 0, -1, person[self.references])
        is_out = _is_again(persons)
        if own is not None:
            is_out |= persons == own.reshape(-1, *(1,) * (persons.ndim - 1))
        return _nearest_first(np.where(is_out, -1, self.references), self.distances)


def nearest_of(references: IntArray, distances: FloatingArray) -> Nearest:
    """Find the nearest among candidates.

    Parameters
    ----------
    references : int array, shape (..., candidates)
        Which reference record each is; more than once counts once, by its lowest distance; -1 is none.
    distances : float array, shape (..., candidates)
        How far away.
    """
    order = np.argsort(distances, axis=-1, kind="stable")
    names = np.take_along_axis(references, order, -1)
    return _nearest_first(np.where(_is_again(names), -1, names), np.take_along_axis(distances, order, -1))


def _is_again(names: IntArray) -> BoolArray:
    """Return which names came before, along the last axis."""
    again = np.zeros(names.shape, dtype=np.bool_)
    for place in range(1, names.shape[-1]):
        again[..., place] = (names[..., :place] == names[..., place : place + 1]).any(axis=-1)
    return again


def _nearest_first(references: IntArray, distances: FloatingArray) -> Nearest:
    """Order those that are not -1 by distance, and fill up to as many as are kept."""
    rising = np.where(references < 0, np.inf, distances).astype(np.float64)
    order = np.argsort(rising, axis=-1, kind="stable")[..., :KEPT]
    missing = [(0, 0)] * (references.ndim - 1) + [(0, KEPT - order.shape[-1])]
    names = np.pad(np.take_along_axis(references, order, -1), missing, constant_values=-1)
    rising = np.pad(np.take_along_axis(rising, order, -1), missing, constant_values=np.inf)
    return Nearest(names, np.minimum(rising, FURTHEST))


Neighbours = dict[str, Nearest]
"""The nearest reference records of some records, by `WAYS`; by `leads` of each lead, otherwise of each record."""


def joined(parts: Sequence[Neighbours]) -> Neighbours:
    """Put the neighbours of several chunks of records one after the other."""
    return {
        way: Nearest(
            np.concatenate([part[way].references for part in parts]),
            np.concatenate([part[way].distances for part in parts]),
        )
        for way in WAYS
    }
