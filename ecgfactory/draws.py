"""Random numbers of a candidate: pure functions of seed, candidate number and purpose."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from numpy.random.bit_generator import ISeedSequence

from ecgfactory.arrays import Float64Array


class Purpose(IntEnum):
    """What a random number is for: the highest word of Philox's counter, so that no two purposes share a number."""

    NOISE = 0
    """What a candidate is generated from; see `ecgfactory.generators.noise`."""

    MATCH = 1
    """Whether a candidate is accepted; see `ecgfactory.match`."""

    ARTEFACTS = 2
    """What is put into a record; see `ecgfactory.artefacts`."""

    RHYTHM = 3
    """Which rhythm a record is composed in; see `ecgfactory.candidates.composing`."""

    COMPOSITION = 4
    """How it is composed; see `ecgfactory.rhythms` and `ecgfactory.compose`."""

    PICTURE = 5
    """How it is printed, and what happens to the page; see `ecgfactory.paper`."""


def uniform(seed: int, candidates: Sequence[int] | npt.NDArray[np.integer], purpose: Purpose) -> Float64Array:
    """Draw one number for each candidate.

    Parameters
    ----------
    seed : int
        Seed of the dataset, 0 .. 2**63 - 1.
    candidates : sequence of int
        Candidate numbers.
    purpose : Purpose
        What for.

    Returns
    -------
    float64 array, shape (candidates,)
        Uniform in [0, 1), in steps of 2**-53: the 53 high bits of the first word of Philox4x64-10 (Salmon et al.,
        Parallel random numbers: as easy as 1, 2, 3, SC 2011) with the key (seed, candidate).
    """
    words = [_philox(seed, number, [0, 0, 0, purpose]).random_raw() for number in candidates]
    return (np.array(words, dtype=np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def generator(seed: int, candidate: int, purpose: Purpose, stream: int = 0) -> np.random.Generator:
    """Return a generator of random numbers that belongs to a candidate alone.

    Parameters
    ----------
    seed : int
        Seed of the dataset, 0 .. 2**63 - 1.
    candidate : int
        Candidate number.
    purpose : Purpose
        What for.
    stream : int
        Number of one of several independent generators.

    Returns
    -------
    numpy.random.Generator
        Of Philox4x64-10 with the key (seed, candidate), counting from (0, 0, stream, purpose) on.
    """
    return np.random.Generator(_philox(seed, candidate, [0, 0, stream, purpose]))


def _philox(seed: int, candidate: int, counter: list[int]) -> np.random.Philox:
    return np.random.Philox(_Key(seed, candidate), counter=counter)  # type: ignore[arg-type]  # NumPy names one class


class _Key(ISeedSequence):
    """A key of Philox: given as `key`, NumPy asks the system for a seed first, which takes thrice as long."""

    def __init__(self, seed: int, candidate: int) -> None:
        self._key = np.array([seed, candidate], dtype=np.uint64)

    def generate_state(self, n_words: int, dtype: npt.DTypeLike = np.uint32) -> npt.NDArray[np.uint64]:
        """Return the key, whose two words of 64 bits are what Philox asks for."""
        return self._key
