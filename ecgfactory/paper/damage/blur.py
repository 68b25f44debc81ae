"""Blur: out of focus, or moved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.paper.damage.base import PictureStep, Pixels


@dataclass(frozen=True)
class OutOfFocus(PictureStep):
    """The picture is not sharp.

    Parameters
    ----------
    sigma_px : float
        Standard deviation of the spot that a point becomes.
    """

    name: ClassVar[str] = "out_of_focus"

    sigma_px: float

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the blurred pixels."""
        side = 2 * math.ceil(1.7 * self.sigma_px) + 1
        blurred: Pixels = np.asarray(cv2.GaussianBlur(pixels, (side, side), self.sigma_px), dtype=np.uint8)
        return blurred


@dataclass(frozen=True)
class MotionBlur(PictureStep):
    """The camera moved while it looked, evenly and to both sides of where the page map puts a point.

    Parameters
    ----------
    length_px, angle_deg : float
        How far, and in which direction: 0 to the right, 90 down.
    """

    name: ClassVar[str] = "motion"

    length_px: float
    angle_deg: float

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the blurred pixels."""
        moved: Pixels = np.asarray(cv2.filter2D(pixels, -1, self._kernel()), dtype=np.uint8)
        return moved

    def _kernel(self) -> Float32Array:
        """Weights of the places that pass a pixel; each is shared out between its four neighbours."""
        reach = int(np.ceil(self.length_px / 2)) + 1
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
        steps = np.linspace(-0.5, 0.5, 33) * self.length_px
        angle = np.deg2rad(self.angle_deg)
        x, y = reach + steps * np.cos(angle), reach + steps * np.sin(angle)
        left, top = np.floor(x).astype(int), np.floor(y).astype(int)
        for right, below in ((0, 0), (1, 0), (0, 1), (1, 1)):
            across = x - left if right else 1 - (x - left)
            down = y - top if below else 1 - (y - top)
            np.add.at(kernel, (top + below, left + right), across * down)
        weights: Float32Array = (kernel / kernel.sum()).astype(np.float32)
        return weights
