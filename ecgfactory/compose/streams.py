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


TOGETHER = 64
"""Numbers that are drawn together: a new generator takes longer than they do."""


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

    def normals(self, use: Use, start: int, stop: int, width: int) -> Float32Array:
        """Draw standard normal numbers for what is numbered, the same for each number whatever range is asked.

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
        return self._numbered(use, start, stop, lambda rng: rng.standard_normal((TOGETHER, width), dtype=np.float32))

    def uniforms(self, use: Use, start: int, stop: int, width: int) -> Float32Array:
        """Draw numbers uniform in [0, 1), otherwise like `normals`."""
        return self._numbered(use, start, stop, lambda rng: rng.random((TOGETHER, width), dtype=np.float32))

    def _numbered(
        self, use: Use, start: int, stop: int, draw: Callable[[np.random.Generator], Float32Array]
    ) -> Float32Array:
        """Put together what is drawn for a range of numbers, `TOGETHER` of which share a stream."""
        first, end = start // TOGETHER, -(-stop // TOGETHER)
        drawn = np.concatenate([draw(self.of(use, number)) for number in range(first, end)])
        return drawn[start - first * TOGETHER : stop - first * TOGETHER]
