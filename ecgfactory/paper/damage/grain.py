"""Random textures: functions of a seed alone."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ecgfactory.arrays import Float32Array

QUANTILES: Float32Array = ndtri((np.arange(256) + 0.5) / 256).astype(np.float32)
"""Of the standard normal distribution, for each value of a random byte."""


def random_bytes(rows: int, columns: int, seed: int) -> npt.NDArray[np.uint8]:
    """Return evenly distributed bytes, shape (rows, columns)."""
    words = np.random.SFC64(seed).random_raw(-(-rows * columns // 8))
    return np.asarray(words).view(np.uint8)[: rows * columns].reshape(rows, columns)


def grain(columns: int, rows: int, across: int, down: int, seed: int) -> Float32Array:
    """Return a smooth field, shape (rows, columns): at points so far apart independent normal numbers of variance 1."""
    points = QUANTILES[random_bytes(rows // down + 2, columns // across + 2, seed)]
    field: Float32Array = np.asarray(cv2.resize(points, (columns, rows), interpolation=cv2.INTER_CUBIC))
    return field
