"""A sheet that does not lie flat: an edge or a corner stands up from the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Bend
from ecgfactory.paper.page import Page


@dataclass(frozen=True)
class Curl(Bend):
    """Part of the sheet is bent up, the more the further out, as by a parabola.

    Parameters
    ----------
    middle_mm : (float, float)
        Point of the page that the camera is above.
    away_mm : float
        How far above.
    angle_deg : float
        From there to what stands up: 0 to the right, 90 below.
    start_mm, end_mm : float
        How far that way the sheet begins to rise, and how far its last point is.
    height_mm : float
        How high that is.
    light_by_slope : float
        How much brighter the sheet is for a rise of 1 mm a mm; negative where it turns from the light.
    """

    name: ClassVar[str] = "curl"

    middle_mm: tuple[float, float]
    away_mm: float
    angle_deg: float
    start_mm: float
    end_mm: float
    height_mm: float
    light_by_slope: float

    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        """Return how far points are seen from where they would lie: what is nearer to a camera looks larger."""
        height_mm = self.height_mm * self._risen(places_mm) ** 2
        offsets: Float64Array = (places_mm - self.middle_mm) * (height_mm / (self.away_mm - height_mm))[..., np.newaxis]
        return offsets

    def light(self, places_mm: Float64Array) -> Float64Array:
        """Return how bright the sheet is, by its slope."""
        slope = 2 * self.height_mm / (self.end_mm - self.start_mm) * self._risen(places_mm)
        bright: Float64Array = 1 + self.light_by_slope * slope
        return bright

    def _risen(self, places_mm: Float64Array) -> Float64Array:
        """Return how far points are from where the sheet begins to rise, as a share of the way to its last point."""
        angle = np.deg2rad(self.angle_deg)
        along_mm = (places_mm - self.middle_mm) @ np.array([np.cos(angle), np.sin(angle)])
        share: Float64Array = np.clip((along_mm - self.start_mm) / (self.end_mm - self.start_mm), 0, 1)
        return share


def curled(page: Page, rng: np.random.Generator) -> Curl:
    """Draw how a sheet curls."""
    at = rng.random(6)
    angle_deg = round(float(360 * at[0]), 1)
    across, down = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    end_mm = (abs(across) * page.width_mm + abs(down) * page.height_mm) / 2
    return Curl(
        middle_mm=(page.width_mm / 2, page.height_mm / 2),
        away_mm=round(float(page.width_mm * (1.1 + 0.9 * at[1])), 1),
        angle_deg=angle_deg,
        start_mm=round(float(end_mm * (0.5 * at[2])), 1),
        end_mm=round(float(end_mm), 1),
        height_mm=round(float(1.5 + 3.5 * at[3]), 2),
        light_by_slope=round(float((0.3 + 0.7 * at[4]) * (1 if at[5] < 0.5 else -1)), 3),
    )
