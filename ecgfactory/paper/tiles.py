"""Parts of a picture that are worked on one by one."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

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
