"""Where a record stands among others: by its index, as Python counts, and by its id."""

from __future__ import annotations

import difflib
import operator
from typing import SupportsIndex

import numpy as np

from ecgfactory.arrays import IntArray
from ecgfactory.errors import BadInputError, shown
from ecgfactory.record import record_id

LONGEST_ID = 18
"""The most digits that a candidate number can have."""


def place_at(index: SupportsIndex, records: int, where: str, noun: str = "records") -> int:
    """Return the place of a record, counted from 0.

    Parameters
    ----------
    index : int
        As in a list: negative from the end.
    records : int
        How many there are.
    where : str
        What holds them, for messages.
    noun : str
        What they are, for messages, where they are no records.

    Raises
    ------
    TypeError
        When it is not a whole number; a bool, an array and a list are none.
    IndexError
        When there is no such record.
    """
    try:
        if isinstance(index, bool) or getattr(index, "ndim", False):  # a tensor of one element would count as a number
            raise TypeError
        place = operator.index(index)
    except TypeError:
        raise TypeError(f"{where}: an index can't be of type {type(index).__name__}; give a whole number.") from None
    if not -records <= place < records:
        raise IndexError(f"{where}: index is {place}; there are {records:,} {noun}, counted from 0.")
    return place % records


def find(wanted: str, candidates: IntArray) -> int | None:
    """Return the place of a record id among candidate numbers, leading zeros optional; None where it is not."""
    if not wanted.isdecimal() or len(wanted) > LONGEST_ID:
        return None
    found = np.flatnonzero(candidates == int(wanted))
    return int(found[0]) if len(found) else None


def place_of(wanted: str, candidates: IntArray, where: str) -> int:
    """Return the place of a record id among candidate numbers, leading zeros optional.

    Raises
    ------
    BadInputError
        When there is no such record, and the nearest one is named; or when it is no id.
    """
    if not isinstance(wanted, str):
        raise BadInputError(f"record {shown(wanted)} is no id; give one like {record_id(0)!r}.")
    place = find(wanted, candidates)
    if place is None:
        raise BadInputError(f"record {wanted!r} is not in {where}; {_nearest(wanted, candidates)}.")
    return place


def _nearest(wanted: str, candidates: IntArray) -> str:
    if not len(candidates):
        return "there are none at all"
    if wanted.isdecimal():
        # In Python's integers: what a user types may be of any size.
        nearest = min(candidates.tolist(), key=lambda candidate: abs(candidate - int(wanted)))
        return f"the nearest one is {record_id(nearest)}"
    ids = [record_id(candidate) for candidate in candidates]
    close = difflib.get_close_matches(wanted, ids, n=1)
    return f"did you mean {close[0]}?" if close else f"ids are candidate numbers, the first is {ids[0]}"
