"""Levels: exposure, contrast, pictures without colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ecgfactory.paper.damage.base import PictureStep, Pixels


@dataclass(frozen=True)
class Levels(PictureStep):
    """Black and white become other greys.

    Parameters
    ----------
    black, white : float
        What 0 and 255 become; those beyond 0 and 255 are cut off.
    gamma : float
        Below 1, what lies between gets brighter.
    """

    name: ClassVar[str] = "levels"

    black: float = 0.0
    white: float = 255.0
    gamma: float = 1.0

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels in the new levels."""
        grey = self.black + (self.white - self.black) * (np.arange(256) / 255) ** self.gamma
        cv2.LUT(pixels, np.clip(np.rint(grey), 0, 255).astype(np.uint8), pixels)
        return pixels


@dataclass(frozen=True)
class Grey(PictureStep):
    """Without colours."""

    name: ClassVar[str] = "grey"

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels in greys."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        same: Pixels = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
        return same
