"""Stretches of a record that comes in pieces: cut out, some at a time, while the record is read once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray

AT_ONCE = 32
"""Stretches that are cut out, and measured, together."""

Signal = npt.NDArray[Any]
"""A signal in uV at 500 Hz, shape (leads, samples): int16, or floats, among which NaN are missing samples."""


def taken_twice(pieces: Iterable[Signal]) -> tuple[Iterator[Signal], Iterator[Signal]]:
    """Return two iterators over the same pieces, and keep only those that one has and the other has not taken.

    `itertools.tee` keeps up to 57 that both have.
    """
    coming = iter(pieces)
    one: deque[Signal] = deque()
    other: deque[Signal] = deque()

    def take(mine: deque[Signal]) -> Iterator[Signal]:
        while True:
            if not mine:
                piece = next(coming, None)
                if piece is None:
                    return
                one.append(piece)
                other.append(piece)
                del piece
            yield mine.popleft()

    return take(one), take(other)


def cut_stretches(pieces: Iterable[Signal], starts: IntArray, length: int) -> Iterator[Signal]:
    """Cut stretches of one length out of a record.

    Parameters
    ----------
    pieces : iterable of array, shape (leads, any number of samples)
        The record, in consecutive pieces; a whole record is one.
    starts : int array, shape (stretches,)
        First sample of each stretch, rising.
    length : int
        Samples of each.

    Yields
    ------
    array, shape (at most AT_ONCE, leads, length)
        No more of the record is held than these stretches need.

    Raises
    ------
    ValueError
        When the pieces end before the last stretch does.
    """
    coming = iter(pieces)
    held, begin, end = [], 0, 0
    for first in range(0, len(starts), AT_ONCE):
        some = starts[first : first + AT_ONCE].tolist()
        while end < some[-1] + length:
            piece = next(coming, None)
            if piece is None:
                raise ValueError(f"the pieces end at sample {end:,}; {some[-1] + length:,} were announced")
            held.append(piece)
            end += piece.shape[1]
        joined = (held[0] if len(held) == 1 else np.concatenate(held, axis=1))[:, some[0] - begin :]
        held, begin = [joined], some[0]
        yield np.stack([joined[:, start - begin : start - begin + length] for start in some])
