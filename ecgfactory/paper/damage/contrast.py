"""Levels and colours: exposure, white balance, grey pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ecgfactory.paper.damage.base import PictureStep, Pixels


@dataclass(frozen=True)
class Levels(PictureStep):
    """Black and white become other greys, and colours shift.

    Parameters
    ----------
    black, white : float
        What 0 and 255 become; those beyond 0 and 255 are cut off.
    gamma : float
        Below 1, what lies between gets brighter.
    red, green, blue : float
        Factors of each colour.
    """

    name: ClassVar[str] = "levels"

    black: float = 0.0
    white: float = 255.0
    gamma: float = 1.0
    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels in the new levels."""
        grey = self.black + (self.white - self.black) * (np.arange(256) / 255) ** self.gamma
        coloured = grey[:, np.newaxis] * np.array([self.red, self.green, self.blue])
        table = np.clip(np.rint(coloured), 0, 255).astype(np.uint8)
        shifted: Pixels = np.asarray(cv2.LUT(pixels, table.reshape(1, 256, 3), pixels), dtype=np.uint8)
        return shifted


@dataclass(frozen=True)
class Grey(PictureStep):
    """Without colours."""

    name: ClassVar[str] = "grey"

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels in greys."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        same: Pixels = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
        return same
