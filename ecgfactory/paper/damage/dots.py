"""Dots of a print head that do not print."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.paper.damage.area import Area, paper_colour
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Box, Page

DOT_MM = 0.125
"""Distance of a print head's dots: 8 a millimetre, as electrocardiographs' thermal heads have."""


@dataclass(frozen=True)
class DeadDots(PaperStep):
    """Thin lines without ink along the paper's feed, which is along the time axis.

    Parameters
    ----------
    places_mm : tuple of float
        Heights of the lines' middles on the page.
    width_mm : float
        Of a line.
    gone : float
        Share of the ink that is not there.
    """

    name = "dead_dots"

    places_mm: tuple[float, ...]
    width_mm: float
    gone: float

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Take the ink from the lines; a pixel that a line covers in part loses that part."""
        colour = paper_colour(pixels)
        for place in self.places_mm:
            top, bottom = place - self.width_mm / 2, place + self.width_mm / 2
            area = Area.of(pixels, page, Box(0, top, page.width_mm, bottom))
            if area is None:
                continue
            edges = np.arange(area.top_px, area.top_px + area.shape[0] + 1, dtype=np.float64)
            covered = np.diff(np.clip(edges, top * area.px_per_mm, bottom * area.px_per_mm))
            share = np.rint(255 * self.gone * covered).astype(np.uint8)
            area.mix(np.ascontiguousarray(np.broadcast_to(share[:, np.newaxis], area.shape)), colour)
        return pixels


def dead_dots(page: Page, rng: np.random.Generator) -> DeadDots:
    """Draw a few lines, one or two dots wide."""
    count = int(rng.integers(1, 7))
    return DeadDots(
        places_mm=tuple(sorted(round(float(y), 2) for y in rng.uniform(5, page.height_mm - 5, count))),
        width_mm=DOT_MM * int(rng.integers(1, 3)),
        gone=round(rng.uniform(0.7, 1.0), 2),
    )
