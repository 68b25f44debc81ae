"""Holes of a punch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecgfactory.paper.damage.area import Area, Bytes
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.damage.printed import printed_boxes
from ecgfactory.paper.page import Box, Page, box_around

_CLEARANCE_MM = 1.5
"""Between a hole and what is printed."""


@dataclass(frozen=True)
class PunchHoles(PaperStep):
    """Round holes, through which what lies behind the page is seen.

    Parameters
    ----------
    middles_mm : tuple of (x, y)
    diameter_mm : float
    behind : (int, int, int)
        Red, green and blue of what lies behind the page.
    """

    name = "punch_holes"

    middles_mm: tuple[tuple[float, float], ...]
    diameter_mm: float
    behind: tuple[int, int, int]

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Show what is behind, darker at the upper left where the paper's shadow falls on it."""
        for middle in self.middles_mm:
            area = Area.of(pixels, page, box_around(np.array([middle]), self.diameter_mm))
            if area is None:
                continue
            x, y = np.array(middle) * area.px_per_mm - (area.left_px, area.top_px) - 0.5
            radius = self.diameter_mm / 2 * area.px_per_mm
            hole = _disc(area.shape, x, y, radius)
            lit_part = cv2.GaussianBlur(_disc(area.shape, x + radius / 6, y + radius / 6, radius), (0, 0), radius / 8)
            shaded = cv2.addWeighted(lit_part, 0.35, lit_part, 0, 255 * 0.65)
            behind = cv2.multiply(
                np.full_like(area.pixels, self.behind), cv2.cvtColor(shaded, cv2.COLOR_GRAY2RGB), scale=1 / 255
            )
            weight = hole[..., np.newaxis].astype(np.float32) / 255
            area.pixels[...] = np.rint(area.pixels + weight * (behind.astype(np.float32) - area.pixels))
        return pixels


def _disc(shape: tuple[int, int], x: float, y: float, radius: float) -> Bytes:
    across, down = np.arange(shape[1]) - x, np.arange(shape[0]) - y
    inside = radius - np.hypot(across[np.newaxis], down[:, np.newaxis])
    disc: Bytes = np.rint(255 * np.clip(inside + 0.5, 0, 1)).astype(np.uint8)
    return disc


def punch_holes(page: Page, behind: tuple[int, int, int], rng: np.random.Generator) -> PunchHoles | None:
    """Draw a punch's holes along the left or upper side; None where they would meet what is printed.

    Two holes of 6 mm, 80 mm apart and 12 mm from the edge, are those of ISO 838; letter paper gets three of 8 mm,
    108 mm apart, as is usual in the United States.
    """
    is_letter = page.style.size == "letter"
    diameter_mm, places = (8.0, (-108.0, 0.0, 108.0)) if is_letter else (6.0, (-40.0, 40.0))
    from_edge, off, at_left = 12 + rng.uniform(-2, 2), rng.normal(0, 3), rng.random() < 0.5
    if is_letter and at_left:
        places = (-80.0, 0.0, 80.0)  # three 108 mm apart do not fit on the short side
    middle = (page.height_mm if at_left else page.width_mm) / 2 + off
    points = [(from_edge, middle + place) if at_left else (middle + place, from_edge) for place in places]
    if _meets(points, diameter_mm / 2 + _CLEARANCE_MM, printed_boxes(page)):
        return None
    return PunchHoles(tuple((round(x, 2), round(y, 2)) for x, y in points), diameter_mm, behind)


def _meets(points: Sequence[tuple[float, float]], reach_mm: float, boxes: Sequence[Box]) -> bool:
    around = [box_around(np.array([point]), reach_mm) for point in points]
    return any(
        one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
        for one in around
        for other in boxes
    )
