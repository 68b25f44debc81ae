"""Mixtures of what is alike: never the same twice, with the power, covariance and nature of what is mixed.

Independent normal weights of all would keep the covariance too, but not the nature: beats differ in how long their QRS
takes and where it is notched, noise is now weak and now strong, and sums of many such differences are of no such kind.
"""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray

MOST_TURN_RAD = np.pi / 9
"""One is turned by up to so much towards another (chosen here): the one times the cosine and the other the sine."""


def mixtures(one: IntArray, other: IntArray, turn: FloatingArray, count: int) -> Float32Array:
    """Return weights of pairs.

    Parameters
    ----------
    one, other : int array, shape (n,)
        Which two are mixed, of so many as `count` says.
    turn : float array, shape (n,)
        In [0, 1): how far the one is turned, from the most backwards to the most forwards.
    count : int
        How many there are to be mixed.

    Returns
    -------
    float32 array, shape (n, count)
    """
    angle = (2 * turn - 1) * MOST_TURN_RAD
    rows = np.arange(len(one))
    weights = np.zeros((len(one), count), dtype=np.float32)
    weights[rows, one], weights[rows, other] = np.cos(angle), np.sin(angle)
    return weights


def power_complementary(length: int) -> Float32Array:
    """Return a window whose square and that of itself half its length later add up to one: half a sine."""
    window: Float32Array = np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
    return window
