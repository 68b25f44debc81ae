"""Random numbers of a composed record, by what they are for: the same ones in whatever order it is rendered."""

from __future__ import annotations

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


TOGETHER = 128
"""For how many numbers are drawn together: a new generator takes as long as some thousand of them."""


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
        return draws.generator(self.seed, self.candidate, draws.Purpose.COMPOSITION, use * STREAMS + number)

    def uniforms(self, use: Use, start: int, stop: int, width: int) -> Float32Array:
        """Draw numbers uniform in [0, 1) for what is numbered, the same for each number whatever range is asked.

        Parameters
        ----------
        use : Use
            What for.
        start, stop : int
            Range of numbers, from 0 on.
        width : int
            How many for each.

        Returns
        -------
        float32 array, shape (stop - start, width)
        """
        first, end = start // TOGETHER, -(-stop // TOGETHER)
        drawn = [self.of(use, block).random((TOGETHER, width), np.float32) for block in range(first, end)]
        return np.concatenate(drawn)[start - first * TOGETHER : stop - first * TOGETHER]
