"""Which pixels of a picture a drawn line covers, from its middle line to sub-pixel accuracy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from ecgfactory.arrays import Float64Array

THINNEST_PX = 1.0
"""Of a line in a mask: a thinner one would fall apart between the middles of pixels."""

_HALF_COVERED = 126
"""Of 255. A whole pixel's line between two rows of pixels covers half of each, less rounding: it shows in both."""

_UNIT_DPI = 72
"""At which matplotlib's points are pixels."""


def drawn_width_px(line_mm: float, scale: float) -> float:
    """Return how wide a line of a page is in the mask of its picture, which has `scale` pixels per mm."""
    return max(line_mm * scale, THINNEST_PX)


def stroke(mask: npt.NDArray[np.uint8], points_px: Float64Array, width_px: float, value: int) -> None:
    """Write a value into the pixels of a mask that a line covers by half: where its edge is at their middle.

    Corners are round and ends butt; where points are NaN the line has a gap. Agg draws the line alone, with as many
    shades as it knows, into a picture of its own that is just large enough.

    Parameters
    ----------
    mask : uint8 array, shape (height, width)
        Written into.
    points_px : float64 array, shape (n, 2)
        Middle of the line.
    width_px : float
    value : int
    """
    known = points_px[~np.isnan(points_px[:, 0])]
    if len(known) < 2:
        return
    height, width = mask.shape
    margin = int(width_px) + 2
    # The margin beyond the picture keeps the caps, with which Agg ends lines that leave what it draws, out of it.
    left, top = np.clip(np.floor(known.min(axis=0)) - margin, -margin, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(known.max(axis=0)) + margin, 0, (width + margin, height + margin)).astype(int)
    if left >= right or top >= bottom:
        return
    coverage = _coverage(points_px - (left, top), width_px, right - left, bottom - top)
    inner = coverage[max(-top, 0) : height - top, max(-left, 0) : width - left]
    here = mask[max(top, 0) : bottom, max(left, 0) : right]
    np.copyto(here, value, where=inner >= _HALF_COVERED)


def _coverage(points_px: Float64Array, width_px: float, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return how much of each pixel a line covers, 255 for all of it, shape (height, width)."""
    renderer = RendererAgg(width, height, _UNIT_DPI)  # type: ignore[no-untyped-call]
    pen = renderer.new_gc()
    pen.set_linewidth(width_px)
    pen.set_capstyle("butt")
    pen.set_joinstyle("round")
    pen.set_snap(False)
    # Agg's first pixel is from 0 to 1, and matplotlib counts from below.
    path = Path(np.column_stack([points_px[:, 0] + 0.5, height - (points_px[:, 1] + 0.5)]))
    path.should_simplify = False
    renderer.draw_path(pen, path, IdentityTransform())  # type: ignore[no-untyped-call]
    shades: npt.NDArray[np.uint8] = np.asarray(renderer.buffer_rgba())[..., 3]  # type: ignore[no-untyped-call]
    return shades
