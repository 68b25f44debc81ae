"""Print that fades in a patch: the grid's ink, or all ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ecgfactory.paper.damage.area import Area, Bytes, cloud, paper_colour, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Box, Page

_PALE_FROM, _PALE_TO = 100, 160
"""A pixel whose strongest colour is below the first is a trace's or text's, above the second the grid's or paper."""


@dataclass(frozen=True)
class Fading(PaperStep):
    """Ink turns into the colour of the paper in a patch.

    Parameters
    ----------
    x_mm, y_mm : float
        Middle of the patch.
    width_mm, height_mm : float
        Of what it reaches.
    ink : {"grid", "all"}
        What fades: the pale ink of the grid alone, or traces and text too.
    strength : float
        Share of the ink that is gone in the middle of the patch.
    grain_seed : int
        Of the patch's outline and texture.
    """

    name = "fading"

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    ink: Literal["grid", "all"]
    strength: float
    grain_seed: int

    @property
    def box_mm(self) -> Box:
        """What it reaches."""
        right, down = self.width_mm / 2, self.height_mm / 2
        return Box(self.x_mm - right, self.y_mm - down, self.x_mm + right, self.y_mm + down)

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Bring the ink nearer to the paper's colour."""
        area = Area.of(pixels, page, self.box_mm)
        if area is None:
            return pixels
        x, y = area.nodes_mm()
        across, down = (x - self.x_mm) / self.width_mm * 2, (y - self.y_mm) / self.height_mm * 2
        texture = cloud(random_of(self.grain_seed), (y.size, x.size), (self.height_mm / 12, self.width_mm / 12))
        from_edge = 1 - np.hypot(across, down)  # 0 at the rim of an ellipse within the box
        inside = np.clip(from_edge * 2.5, 0, 1) * np.clip(0.8 + 0.7 * texture + from_edge / 2, 0, 1)
        gone = cv2.resize(np.rint(255 * self.strength * inside).astype(np.uint8), area.shape[::-1])
        if self.ink == "grid":
            gone = cv2.multiply(gone, _paleness(area.pixels), scale=1 / 255)
        area.mix(gone, paper_colour(pixels))
        return pixels


def _paleness(pixels: Pixels) -> Bytes:
    """Return 0 where a pixel is a trace's or text's, 255 where it is the grid's or paper."""
    red, green, blue = cv2.split(pixels)
    ramp = np.clip((np.arange(256) - _PALE_FROM) * 255 / (_PALE_TO - _PALE_FROM), 0, 255).astype(np.uint8)
    paleness: Bytes = np.asarray(cv2.LUT(cv2.max(cv2.max(red, green), blue), ramp), dtype=np.uint8)
    return paleness


def faded_patch(page: Page, ink: Literal["grid", "all"], rng: np.random.Generator) -> Fading:
    """Draw a patch that fades: of the grid down to nothing, of all ink so far that it can still be seen."""
    return Fading(
        x_mm=round(rng.uniform(0, page.width_mm), 1),
        y_mm=round(rng.uniform(0, page.height_mm), 1),
        width_mm=round(rng.uniform(40, 130), 1),
        height_mm=round(rng.uniform(25, 90), 1),
        ink=ink,
        strength=round(rng.uniform(0.5, 1.0) if ink == "grid" else rng.uniform(0.3, 0.65), 3),
        grain_seed=int(rng.integers(2**31)),
    )


def weak_band(page: Page, rng: np.random.Generator) -> Fading:
    """Draw a band along the paper's feed where the print head presses too little."""
    return Fading(
        x_mm=round(rng.uniform(0, page.width_mm), 1),
        y_mm=round(rng.uniform(20, page.height_mm - 10), 1),
        width_mm=round(page.width_mm * rng.uniform(0.6, 2.0), 1),
        height_mm=round(rng.uniform(8, 30), 1),
        ink="all",
        strength=round(rng.uniform(0.25, 0.6), 3),
        grain_seed=int(rng.integers(2**31)),
    )
