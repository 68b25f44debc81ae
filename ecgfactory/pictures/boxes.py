"""The boxes of a picture: of each piece of a lead, of text and of pulses, as the truth tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.page import Box

TEXT, PULSE = "text", "pulse"
"""What a box is of that is of no lead."""


def kinds_of(lead_names: Sequence[str]) -> list[str]:
    """Return what boxes may be of, in the order of the classes of COCO and YOLO."""
    return [*lead_names, TEXT, PULSE]


@dataclass(frozen=True)
class PictureBox:
    """A box in a picture; the middle of the upper left pixel is (0, 0).

    Parameters
    ----------
    name : str
        The lead that is in it; or `text`, or `pulse`.
    box : Box
        The smallest around the ink.
    corners : sequence of float
        x and y of the corners of its rectangle on paper: upper left, upper right, lower right, lower left.
    """

    name: str
    box: Box
    corners: Sequence[float]

    def seen(self, width_px: int, height_px: int) -> Box | None:
        """Return what of it lies in the picture, from the picture's upper left edge; None where nothing does."""
        left, right = np.clip(np.array([self.box.left, self.box.right]) + 0.5, 0, width_px).tolist()
        top, bottom = np.clip(np.array([self.box.top, self.box.bottom]) + 0.5, 0, height_px).tolist()
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def outline(self, width_px: int, height_px: int) -> Float64Array:
        """Return the corners of what of its rectangle lies in the picture, shape (n, 2), from the picture's edge."""
        corners = np.array(self.corners, dtype=np.float32).reshape(4, 2) + 0.5
        frame = Box(0, 0, width_px, height_px)
        if (corners >= 0).all() and (corners <= (width_px, height_px)).all():
            return corners.astype(np.float64)
        _, common = cv2.intersectConvexConvex(corners, frame.corners.astype(np.float32))
        return np.zeros((0, 2)) if common is None else common.reshape(-1, 2).astype(np.float64)


def boxes_of(truth: Mapping[str, Any]) -> Iterator[PictureBox]:
    """Yield the boxes that the truth of a picture tells: leads, then text, then pulses."""
    for piece in truth["leads"]:
        yield _box(piece["lead"], piece)
    for name, key in ((TEXT, "texts"), (PULSE, "pulses")):
        for of_kind in truth[key]:
            yield _box(name, of_kind)


def _box(name: str, told: Mapping[str, Any]) -> PictureBox:
    return PictureBox(name, Box(*told["box_px"]), np.ravel(told["corners_px"]).tolist())
