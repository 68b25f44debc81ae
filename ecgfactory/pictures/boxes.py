"""The boxes of a picture: of each piece of a lead, of names, other text and pulses, as the truth tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.page import Box

TEXT, PULSE, LEAD_NAME = "text", "pulse", "lead_name"
"""What a box is of that is of no lead."""


def kinds_of(lead_names: Sequence[str]) -> list[str]:
    """Return what boxes may be of, in the order of the classes of COCO and YOLO."""
    return [*lead_names, TEXT, PULSE, LEAD_NAME]


@dataclass(frozen=True)
class PictureBox:
    """A box in a picture; the middle of the upper left pixel is (0, 0).

    Parameters
    ----------
    name : str
        The lead that is in it; `lead_name` where that is its printed name, `text` where other text; or `pulse`.
    box : Box
        The part of the smallest around the ink that is in the picture.
    outline : sequence of float
        x and y of each corner of the polygon that its rectangle on paper is in the picture, and beyond its edges.
    """

    name: str
    box: Box
    outline: Sequence[float]

    @property
    def from_edge(self) -> Box:
        """Where it is from the picture's upper left edge: there the middle of the first pixel is (0.5, 0.5)."""
        return Box(*(side + 0.5 for side in self.box))

    def polygon(self, width_px: int, height_px: int) -> Float64Array:
        """Return the part of the outline in the picture, shape (corners, 2), from the picture's upper left edge."""
        corners = np.array(self.outline).reshape(-1, 2) + 0.5
        for axis, end in ((0, width_px), (1, height_px)):
            corners = _cut(_cut(corners, axis, 0, 1), axis, end, -1)
        return corners


def _cut(corners: Float64Array, axis: int, edge: float, side: int) -> Float64Array:
    """Return the part of a polygon on one side of an edge (Sutherland and Hodgman 1974, doi:10.1145/360767.360802)."""
    inside = side * (corners[:, axis] - edge) >= 0
    if inside.all():
        return corners
    kept = []
    for number, corner in enumerate(corners):
        before, was_inside = corners[number - 1], inside[number - 1]
        if inside[number] != was_inside:
            share = (edge - before[axis]) / (corner[axis] - before[axis])
            kept.append(before + share * (corner - before))
        if inside[number]:
            kept.append(corner)
    return np.array(kept).reshape(-1, 2)


def boxes_of(truth: Mapping[str, Any]) -> Iterator[PictureBox]:
    """Yield the boxes that the truth of a picture tells, of what is within it: leads, then text, then pulses."""
    for piece in truth["leads"]:
        if piece["box_px"] is not None:
            yield _box(piece["lead"], piece, "outline_px")
    for text in truth["texts"]:
        if text["box_px"] is not None:
            yield _box(LEAD_NAME if text["role"] == "lead" else TEXT, text, "corners_px")
    for pulse in truth["pulses"]:
        if pulse["box_px"] is not None:
            yield _box(PULSE, pulse, "corners_px")


def _box(name: str, told: Mapping[str, Any], outline: str) -> PictureBox:
    return PictureBox(name, Box(*told["box_px"]), np.ravel(told[outline]).tolist())
