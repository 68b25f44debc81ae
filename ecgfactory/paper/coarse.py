"""Numbers told at few points of a picture, and spread over as many of its pixels as are needed at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array


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
