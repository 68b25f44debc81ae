"""The noise that a candidate is generated from: a pure function of seed and candidate number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

CHANNELS = 8


def candidate_noise(seed: int, candidates: Sequence[int], samples: int) -> npt.NDArray[np.float32]:
    """Make the noise of some candidates.

    Parameters
    ----------
    seed : int
        Seed of the dataset, 0 .. 2**63 - 1.
    candidates : sequence of int
        Candidate numbers.
    samples : int
        Samples a channel.

    Returns
    -------
    float32 array, shape (candidates, 8, samples)
        Uniform in [-1, 1): 24-bit floats of Philox4x64-10 (Salmon et al. 2011) with the key (seed, candidate).
    """
    noise = np.empty((len(candidates), CHANNELS, samples), dtype=np.float32)
    for row, candidate in zip(noise, candidates, strict=True):
        stream = np.random.Generator(np.random.Philox(key=np.array([seed, candidate], dtype=np.uint64)))
        stream.random(dtype=np.float32, out=row)
    noise *= 2
    noise -= 1
    return noise
