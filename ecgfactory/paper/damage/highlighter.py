"""Stripes of a highlighter."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgfactory.paper.damage.area import Area, cloud, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Box, Page


@dataclass(frozen=True)
class Highlighter(PaperStep):
    """A stripe of a highlighter.

    Parameters
    ----------
    x_mm, y_mm, length_mm : float
        Where its middle line begins, and how long it is.
    rise_mm : float
        How much lower its right end is.
    width_mm : float
        Of the felt.
    colour : (int, int, int)
        Red, green and blue of white paper under it.
    grain_seed : int
        Of its streaks.
    """

    name = "highlighter"

    x_mm: float
    y_mm: float
    length_mm: float
    rise_mm: float
    width_mm: float
    colour: tuple[int, int, int]
    grain_seed: int

    @property
    def box_mm(self) -> Box:
        """What it reaches."""
        low, high = sorted((self.y_mm, self.y_mm + self.rise_mm))
        return Box(self.x_mm - 1, low - self.width_mm, self.x_mm + self.length_mm + 1, high + self.width_mm)

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Tint the paper."""
        area = Area.of(pixels, page, self.box_mm)
        if area is None:
            return pixels
        x, y = area.nodes_mm()
        along = (x - self.x_mm) / self.length_mm
        rng = random_of(self.grain_seed)
        wave = cv2.resize(rng.normal(0, 0.25, (1, 5)).astype(np.float32), (x.size, 1), interpolation=cv2.INTER_CUBIC)
        beside = self.width_mm / 2 - np.abs(y - self.y_mm - self.rise_mm * along - wave)
        before_end = np.minimum(along, 1 - along) * self.length_mm
        streaks = cloud(rng, (y.size, x.size), (4 * self.width_mm, 3), 2)
        strength = np.clip(np.minimum(beside, before_end) * 4 + 0.5, 0, 1) * (0.8 + 0.25 * streaks)
        strength += 0.15 * np.exp(-(beside**2) * 8) * (beside > 0)  # ink gathers along its edges
        area.tint(np.where((before_end > -0.9) & (strength > 0), strength, 0).astype(np.float32), self.colour)
        return pixels
