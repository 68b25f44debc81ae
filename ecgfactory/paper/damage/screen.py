"""A page on a monitor, photographed: its pixels and the camera's make moire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.paper.damage.base import PictureStep, Pixels
from ecgfactory.paper.damage.fields import lit, places_of

_STEP_PX = 4
"""Distance of the points at which the moire is told; its bands are some ten pixels wide and more."""


@dataclass(frozen=True)
class Moire(PictureStep):
    """The monitor's pixels, each a red, a green and a blue stripe, sampled at the camera's.

    Parameters
    ----------
    pitch_px : float
        Pixels of the camera across one of the monitor's, near 1: then the camera shows the slow beat of the two.
    angle_deg : float
        By how much the monitor is turned against the camera.
    bow : float
        By what share the pitch is smaller in the picture's corners, as through a lens.
    depth : float
        How much brighter and darker than the mean the bands are.
    """

    name: ClassVar[str] = "moire"

    pitch_px: float
    angle_deg: float
    bow: float
    depth: float

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels with bands."""
        x, y = places_of(pixels, _STEP_PX)
        half_px = pixels.shape[1] / 2
        farther = 1 + self.bow * (x**2 + y**2) / (1 + float(y.max()) ** 2)
        angle = np.deg2rad(self.angle_deg)
        across = farther * (x * np.cos(angle) + y * np.sin(angle)) / self.pitch_px - x
        down = farther * (y * np.cos(angle) - x * np.sin(angle)) / self.pitch_px - y
        rows = 1 + self.depth / 2 * _wave(down * half_px)
        # A cycle less for each of the camera's pixels, above, is the same wave where there is one, and a slow one.
        return lit(pixels, np.stack([rows * (1 + self.depth * _wave(across * half_px + c / 3)) for c in range(3)], -1))


def _wave(cycles: Float32Array) -> Float32Array:
    wave: Float32Array = np.cos(2 * np.pi * (cycles - np.floor(cycles)), dtype=np.float32)
    return wave
