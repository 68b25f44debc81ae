"""Marks that creases leave on paper: thin lines, darker than it, where ink may have flaked off."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.area import Area, Bytes, paper_colour, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Page, box_around

_PIECE_MM = 0.4
"""Over which a line's strength stays."""

_STRETCH_PIECES = 30
"""Over which it changes from one value to an independent one."""


@dataclass(frozen=True)
class CreaseLines(PaperStep):
    """Straight lines.

    Parameters
    ----------
    lines_mm : tuple of (x, y, x, y)
        Both ends of each.
    width_mm : float
        Of a line.
    dark : float
        How much darker the paper is there.
    bare : float
        Share of a line where ink has flaked off.
    grain_seed : int
        Of how worn they are along their lengths.
    """

    name = "crease_lines"

    lines_mm: tuple[tuple[float, float, float, float], ...]
    width_mm: float
    dark: float
    bare: float
    grain_seed: int

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Draw the lines."""
        rng = random_of(self.grain_seed)
        paper = paper_colour(pixels)
        for x0, y0, x1, y1 in self.lines_mm:
            pieces = max(2, int(np.hypot(x1 - x0, y1 - y0) / _PIECE_MM))
            worn = _slow(rng, pieces, _STRETCH_PIECES)
            flaked = np.where(_slow(rng, pieces, 3) < self.bare * worn, worn, 0)
            area = Area.of(pixels, page, box_around(np.array([(x0, y0), (x1, y1)]), 2 * self.width_mm))
            if area is None:
                continue
            ends_px = np.array([(x0, y0), (x1, y1)]) * area.px_per_mm - (area.left_px, area.top_px)
            width_px = self.width_mm * area.px_per_mm
            if self.bare:
                area.mix(_line(area.shape, ends_px, flaked, width_px), paper)
            area.shade(_line(area.shape, ends_px, self.dark * worn, width_px))
        return pixels


def _slow(rng: np.random.Generator, count: int, stretch: int) -> Float64Array:
    """Return numbers from 0.2 to 1 that change slowly."""
    knots = count // stretch + 2
    return np.interp(np.arange(count) / stretch, np.arange(knots), rng.uniform(0.2, 1, knots))


def _line(shape: tuple[int, int], ends_px: Float64Array, strengths: Float64Array, width_px: float) -> Bytes:
    """Draw a soft line whose strength changes from piece to piece, 255 for 1."""
    drawn: Bytes = np.zeros(shape, dtype=np.uint8)
    shares = np.linspace(0, 1, len(strengths) + 1)[:, np.newaxis]
    places = np.rint(ends_px[0] + shares * (ends_px[1] - ends_px[0])).astype(int).tolist()
    for start, end, strength in zip(places[:-1], places[1:], np.rint(255 * strengths).tolist(), strict=True):
        if strength:
            cv2.line(drawn, start, end, strength, max(1, round(width_px)))
    soft: Bytes = np.asarray(cv2.GaussianBlur(drawn, (0, 0), max(0.5, width_px / 3)), dtype=np.uint8)
    return soft
