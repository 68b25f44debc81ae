"""Noise of a sensor, as its camera's software leaves it: smooth over neighbouring pixels, hardly coloured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2

from ecgfactory.paper.damage.base import PictureStep, Pixels
from ecgfactory.paper.damage.grain import random_bytes

_BLUR_PX = 0.8
"""How far a pixel's noise reaches into its neighbours; nine evenly distributed numbers make an about normal one."""

_MIDDLE = 127.5
_EVEN_SIGMA = 256 / 12**0.5
"""Of evenly distributed bytes."""


@dataclass(frozen=True)
class SensorNoise(PictureStep):
    """Adds to each pixel a normal number, correlated with its neighbours'.

    Parameters
    ----------
    sigma : float
        Its standard deviation, where white is 255.
    grain_seed : int
    """

    name: ClassVar[str] = "sensor_noise"

    sigma: float
    grain_seed: int

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels with noise, which is the same in red, green and blue."""
        height_px, width_px, _ = pixels.shape
        smooth = cv2.GaussianBlur(random_bytes(height_px, width_px, self.grain_seed), (3, 3), _BLUR_PX)
        weight = self.sigma / (_EVEN_SIGMA * _left_by_blur())
        cv2.addWeighted(pixels, 1, cv2.cvtColor(smooth, cv2.COLOR_GRAY2RGB), weight, -_MIDDLE * weight, pixels)
        return pixels


def _left_by_blur() -> float:
    """Return which share of the standard deviation of independent noise the smoothing leaves."""
    kernel = cv2.getGaussianKernel(3, _BLUR_PX)
    return float((kernel**2).sum())
