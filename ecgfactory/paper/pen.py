"""Lines drawn by Agg, and which pixels of a picture they cover, to sub-pixel accuracy."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, isnan
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.page import box_around

THINNEST_PX = 1.0
"""Of a line in a mask: a thinner one would fall apart between the middles of pixels."""

_HALF_COVERED = 126
"""Of 255. A whole pixel's line between two rows of pixels covers half of each, less rounding: it shows in both."""

_UNIT_DPI = 72
"""At which matplotlib's points are pixels."""


class Pen(NamedTuple):
    """What draws lines on a canvas; corners are round and ends butt, and where points are NaN a line has a gap.

    Parameters
    ----------
    width_px : float
    colour : (int, int, int)
        Red, green and blue.
    """

    width_px: float
    colour: tuple[int, int, int] = (0, 0, 0)

    def draw(self, canvas: RendererAgg, lines_px: Iterable[Float64Array]) -> None:
        """Draw lines, each of points of shape (n, 2): (0, 0) is the middle of the upper left pixel."""
        pen = canvas.new_gc()
        red, green, blue = self.colour
        pen.set_foreground((red / 255, green / 255, blue / 255))
        pen.set_linewidth(self.width_px)
        pen.set_capstyle("butt")
        pen.set_joinstyle("round")
        pen.set_snap(False)
        for points_px in lines_px:
            # Agg's first pixel is from 0 to 1, and matplotlib counts from below.
            path = Path(points_px * (1, -1) + (0.5, canvas.height - 0.5))
            path.should_simplify = False
            canvas.draw_path(pen, path, IdentityTransform())  # type: ignore[no-untyped-call]


def blank_canvas(width_px: int, height_px: int) -> RendererAgg:
    """Return what a pen draws on, transparent; `buffer_rgba` is its pixels."""
    return RendererAgg(width_px, height_px, _UNIT_DPI)  # type: ignore[no-untyped-call]


def drawn_width_px(line_mm: float, scale: float) -> float:
    """Return how wide a line of a page is in the mask of its picture, which has `scale` pixels per mm."""
    return max(line_mm * scale, THINNEST_PX)


def stroke(mask: npt.NDArray[np.uint8], points_px: Float64Array, width_px: float, value: int) -> None:
    """Write a value into the pixels of a mask that a line covers by half: where its edge is at their middle.

    Greater values stay. The line is drawn alone, with as many shades as Agg knows, on a canvas just large enough.

    Parameters
    ----------
    mask : uint8 array, shape (height, width)
        Written into.
    points_px : float64 array, shape (n, 2)
        Middle of the line.
    width_px : float
    value : int
    """
    box = box_around(points_px)
    if isnan(box.left):
        return
    height, width = mask.shape
    margin = int(width_px) + 2
    # The margin beyond the picture keeps the caps, with which Agg ends lines that leave what it draws, out of it.
    left, top = max(floor(box.left) - margin, -margin), max(floor(box.top) - margin, -margin)
    right, bottom = min(ceil(box.right) + margin, width + margin), min(ceil(box.bottom) + margin, height + margin)
    if left >= right or top >= bottom:
        return
    canvas = blank_canvas(right - left, bottom - top)
    Pen(width_px).draw(canvas, [points_px - (left, top)])
    covered = cv2.extractChannel(np.asarray(canvas.buffer_rgba()), 3)  # type: ignore[no-untyped-call]
    inner = covered[max(-top, 0) : height - top, max(-left, 0) : width - left]
    here = mask[max(top, 0) : bottom, max(left, 0) : right]
    if here.size:
        np.maximum(here, cv2.threshold(inner, _HALF_COVERED - 1, value, cv2.THRESH_BINARY)[1], out=here)
