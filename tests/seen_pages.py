"""Blank pages with a trace and dots whose places are known, and ways to see them."""

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Bend, Pixels, View
from ecgfactory.paper.page import Page, Trace
from ecgfactory.paper.page_map import PageMap
from ecgfactory.paper.sizes import SIZES
from ecgfactory.paper.style import PaperStyle

ASLANT = View(
    corners=((0.05, 0.09), (0.98, 0.03), (0.93, 0.97), (0.02, 0.94)),
    width=1.02,
    height=1.01,
    lens=0.012,
    behind=(90, 60, 30),
)


@dataclass(frozen=True)
class Waves(Bend):
    """A wavy sheet."""

    name = "waves"

    size_mm: float = 0.8

    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        x, y = places_mm[..., 0], places_mm[..., 1]
        return self.size_mm * np.stack([np.sin(y / 30), np.cos(x / 40)], axis=-1)

    def light(self, places_mm: Float64Array) -> Float64Array:
        return np.where(places_mm[..., 0] < 100, 0.5, 1.0)


def blank_page(dpi: int = 100, size: str = "A4") -> Page:
    """Return a page with a trace that leaves little room at the edges."""
    width_mm, height_mm = SIZES[size]
    x_mm = np.linspace(6, width_mm - 6, 200)
    y_mm = np.where(np.arange(200) % 2, 6.0, height_mm - 6)
    trace = Trace("II", 0, 6.0, np.column_stack([x_mm, y_mm]), 100.0, 0.0, 0, 0, True, np.zeros(200, dtype=np.bool_))
    return Page(width_mm, height_mm, PaperStyle(dpi=dpi, size=size), 10.0, None, [trace])


def blank_pixels(page: Page) -> Pixels:
    """Return its white paper."""
    scale = page.style.dpi / 25.4
    return np.full((round(page.height_mm * scale), round(page.width_mm * scale), 3), 255, dtype=np.uint8)


def dotted_pixels(page: Page, places_mm: Float64Array, sigma_px: float = 1.5) -> Pixels:
    """Return white paper with soft black dots."""
    pixels = blank_pixels(page)
    for x, y in PageMap.flat(page.style.dpi).to_picture(places_mm):
        left, top = int(x) - 8, int(y) - 8
        across, down = np.meshgrid(np.arange(left, left + 17), np.arange(top, top + 17))
        ink = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * sigma_px**2))
        pixels[top : top + 17, left : left + 17] = np.rint(255 * (1 - ink))[..., np.newaxis]
    return pixels


def dot_near(pixels: Pixels, place_px: Float64Array) -> Float64Array:
    """Return the middle of the ink around a place."""
    left, top = np.rint(place_px).astype(int) - 8
    across, down = np.meshgrid(np.arange(left, left + 17), np.arange(top, top + 17))
    part = pixels[top : top + 17, left : left + 17, 1].astype(np.float64)
    ink = np.clip(np.percentile(part, 75) - part - 12, 0, None)
    middle: Float64Array = np.array([(ink * across).sum(), (ink * down).sum()]) / ink.sum()
    return middle
