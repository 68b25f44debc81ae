"""Numbers told at few points of a picture, and spread over as many of its pixels as are needed at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array

TILE_ROWS, TILE_COLUMNS = 256, 128
"""Of the parts of a picture that are worked on one by one, so that all that is needed for them stays in the processor's
cache; as wide, what they show of a page that lies aslant is in few of its rows."""


def tiles(height_px: int, width_px: int) -> Iterator[tuple[slice, slice]]:
    """Cut a picture into parts: rows and columns of each."""
    for top in range(0, height_px, TILE_ROWS):
        rows = slice(top, min(top + TILE_ROWS, height_px))
        for left in range(0, width_px, TILE_COLUMNS):
            yield rows, slice(left, min(left + TILE_COLUMNS, width_px))


def touched_parts(shares: npt.NDArray[np.uint8]) -> list[tuple[slice, slice]]:
    """Return rows and columns of the least part of each tile that holds all its values which are not 0."""
    parts = []
    for rows, columns in tiles(*shares.shape):
        left, top, width, height = cv2.boundingRect(shares[rows, columns])
        left, top = left + columns.start, top + rows.start
        if width:
            parts.append((slice(top, top + height), slice(left, left + width)))
    return parts


def knots_px(size_px: int, step_px: int) -> Float64Array:
    """Return the points of a field across so many pixels: each amid `step_px` of them, and one beyond on each side."""
    places: Float64Array = (np.arange(-(-size_px // step_px) + 2, dtype=np.float64) - 0.5) * step_px - 0.5
    return places


@dataclass(frozen=True, eq=False)
class Coarse:
    """A field over a picture.

    Parameters
    ----------
    knots : float32 or uint8 array, shape (rows, columns) or (rows, columns, channels)
        At `knots_px` down and across; linear in between.
    step_px : int
    """

    knots: npt.NDArray[Any]
    step_px: int

    def over(self, rows: slice, columns: slice) -> npt.NDArray[Any]:
        """Return the field at pixels of the picture, shape (rows, columns) or (rows, columns, channels)."""
        import cv2  # those who read pictures' truth do without it

        step = self.step_px
        top, left = rows.start // step, columns.start // step
        part = self.knots[top : -(-rows.stop // step) + 2, left : -(-columns.stop // step) + 2]
        fine = cv2.resize(part, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
        # Resizing puts knot i at (i + 0.5) * step - 0.5.
        above, before = rows.start - (top - 1) * step, columns.start - (left - 1) * step
        return np.asarray(fine[above:, before:][: rows.stop - rows.start, : columns.stop - columns.start])
