"""Random numbers of a composed record, by what they are for: the same ones in whatever order it is rendered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ecgfactory import draws
from ecgfactory.arrays import Float32Array


class Use(IntEnum):
    """What random numbers of a composed record are for."""

    SCORE = 0
    SHAPES = 1
    ATRIA = 2
    BREATH = 3
    BEATS = 4
    FLOOR = 5
    WANDER = 6


STREAMS = 2**40
"""How many streams each use has."""


@dataclass(frozen=True)
class Streams:
    """Independent streams of random numbers of one record.

    Parameters
    ----------
    seed : int
        Seed of the dataset.
    candidate : int
        Candidate number of the record.
    """

    seed: int
    candidate: int

    def of(self, use: Use, number: int = 0) -> np.random.Generator:
        """Return the generator of a use, or of one of its numbered parts."""
        return draws.generator(self.seed, self.candidate, draws.Purpose.RHYTHM, use * STREAMS + number)

    def normals(self, use: Use, start: int, stop: int, width: int, together: int = 64) -> Float32Array:
        """Draw standard normal numbers for what is numbered, the same for each number whatever range is asked.

        Parameters
        ----------
        use : Use
            What for.
        start, stop : int
            Range of numbers, from 0 on.
        width : int
            How many for each.
        together : int
            For how many they are drawn together: a new generator takes as long as some thousand numbers.

        Returns
        -------
        float32 array, shape (stop - start, width)
        """
        return _numbered(
            start, stop, together, lambda block: self.of(use, block).standard_normal((together, width), np.float32)
        )

    def uniforms(self, use: Use, start: int, stop: int, width: int, together: int = 64) -> Float32Array:
        """Draw numbers uniform in [0, 1), otherwise like `normals`."""
        return _numbered(start, stop, together, lambda block: self.of(use, block).random((together, width), np.float32))


def _numbered(start: int, stop: int, together: int, draw: Callable[[int], Float32Array]) -> Float32Array:
    """Put together what is drawn, in blocks, for a range of numbers."""
    first, end = start // together, -(-stop // together)
    drawn = [draw(block) for block in range(first, end)]
    return (drawn[0] if len(drawn) == 1 else np.concatenate(drawn))[start - first * together : stop - first * together]
