"""The noise between beats, without end: grains of the source's own, in random mixtures.

Grains overlap by half, under windows whose squares add up to one, so that the power, the spectrum (but for its details
finer than the inverse of a grain's length) and the correlation between leads are those of the source everywhere.
"""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array
from ecgfactory.compose.streams import Streams, Use


def power_complementary(length: int) -> Float32Array:
    """Return a window whose square and that of itself half its length later add up to one: half a sine."""
    window: Float32Array = np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
    return window


def noise_floor(grains_uv: Float32Array, streams: Streams, start: int, stop: int, wanted: BoolArray) -> Float32Array:
    """Return noise like that of the source.

    Parameters
    ----------
    grains_uv : float32 array, shape (grains, 8, grain)
        From `Source`; an even number of samples.
    streams : Streams
        Random numbers of the record.
    start, stop : int
        Samples of the record, both multiples of half a grain.
    wanted : bool array, shape (stop - start,)
        Where it is needed; elsewhere it may be anything.

    Returns
    -------
    float32 array, shape (8, stop - start)
    """
    grain = grains_uv.shape[-1]
    half = grain // 2
    first, last = start // half, stop // half  # grain k is laid over the halves k - 1 and k
    needed = np.pad(wanted.reshape(-1, half).any(axis=1), 1)
    laid = np.flatnonzero(needed[:-1] | needed[1:])
    weights = streams.normals(Use.FLOOR, first, last + 1, len(grains_uv), together=128)[laid]
    window = power_complementary(grain)
    mixed = (weights @ (grains_uv * window).reshape(len(grains_uv), -1)).reshape(len(laid), -1, 2, half)
    halves = np.zeros((last - first + 2, grains_uv.shape[1], half), dtype=np.float32)
    halves[laid] += mixed[:, :, 0]
    halves[laid + 1] += mixed[:, :, 1]
    return halves[1:-1].transpose(1, 0, 2).reshape(grains_uv.shape[1], -1)
