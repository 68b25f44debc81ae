"""Smooth changes of a picture, told at few points and spread over its pixels."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.paper.damage.base import Pixels

STEP_PX = 16
"""About the distance of the points of a field."""

_FEWEST = 32
"""Points across a small picture, so that what is told as a share of it keeps its shape."""

_UNITY = 200
"""What stands for a factor of 1 in the bytes of a field of factors: steps of half a percent, up to 1.275."""


class Places(NamedTuple):
    """Points of a field: to the right and down from the picture's middle, as shares of half its width."""

    x: Float32Array
    y: Float32Array


def places_of(pixels: Pixels, step_px: int = STEP_PX) -> Places:
    """Return the points of a field over a picture."""
    height_px, width_px, _ = pixels.shape
    columns, rows = max(_FEWEST, width_px // step_px), max(_FEWEST, height_px // step_px)
    across = ((np.arange(columns, dtype=np.float32) + 0.5) / columns) * 2 - 1
    down = (((np.arange(rows, dtype=np.float32) + 0.5) / rows) * 2 - 1) * (height_px / width_px)
    x, y = np.meshgrid(across, down)
    return Places(x.astype(np.float32), y.astype(np.float32))


def lit(pixels: Pixels, factors: Float32Array | Float64Array) -> Pixels:
    """Multiply a picture by a field of factors, shape (rows, columns) or (rows, columns, 3)."""
    return _multiplied(pixels, np.clip(factors * _UNITY + 0.5, 0, 255).astype(np.uint8), 1 / _UNITY)


def veiled(pixels: Pixels, shares: Float32Array | Float64Array) -> Pixels:
    """Bring a picture nearer to white by a field of shares, from 0 for as it is to 1 for white."""
    cv2.bitwise_not(pixels, pixels)
    dark = _multiplied(pixels, np.clip((1 - shares) * 255 + 0.5, 0, 255).astype(np.uint8), 1 / 255)
    cv2.bitwise_not(dark, dark)
    return dark


def _multiplied(pixels: Pixels, field: Pixels, scale: float) -> Pixels:
    height_px, width_px, _ = pixels.shape
    fine = cv2.resize(field, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(pixels, fine if fine.ndim == 3 else cv2.cvtColor(fine, cv2.COLOR_GRAY2RGB), pixels, scale=scale)
    return pixels
