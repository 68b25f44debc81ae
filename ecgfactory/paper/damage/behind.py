"""What lies behind a page: the lid of a scanner, a table, a cloth."""

from __future__ import annotations

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Pixels, View
from ecgfactory.paper.damage.fields import lit
from ecgfactory.paper.damage.grain import grain

_COARSE = 4
"""Pixels of the picture across one of the surface, which is out of focus anyway."""

_SHIFT = 4
"""Bits behind the point in the coordinates that OpenCV draws polygons with."""

_SHADE_PX = 24.0
"""How far the sheet's shadow reaches in a picture 2000 pixels wide."""


def lay_behind(view: View, picture: Pixels, outline_px: Float64Array) -> Pixels:
    """Show what lies behind the page where the paper is not.

    Parameters
    ----------
    view : View
    picture : uint8 array, shape (height, width, 3)
        The page, continued beyond its edge; written into.
    outline_px : float64 array, shape (n, 2)
        Edge of the paper.
    """
    height_px, width_px, _ = picture.shape
    paper = _covered(outline_px, width_px, height_px)
    if paper.min() == 255:
        return picture
    behind = _surface(view, width_px, height_px)
    if view.shade > 0:
        behind = _shaded(behind, paper, view.shade)
    cv2.copyTo(behind, cv2.inRange(paper, 0, 0), picture)
    rows, columns = np.nonzero((paper > 0) & (paper < 255))
    share = paper[rows, columns, np.newaxis] / 255
    mixed = picture[rows, columns] * share + behind[rows, columns] * (1 - share)
    picture[rows, columns] = np.rint(mixed).astype(np.uint8)
    return picture


def _covered(outline_px: Float64Array, width_px: int, height_px: int) -> Pixels:
    """Return how much of each pixel the paper covers, to 255."""
    corners = np.rint(outline_px * 2**_SHIFT).astype(np.int32)[np.newaxis]
    blank = np.zeros((height_px, width_px), dtype=np.uint8)
    covered: Pixels = np.asarray(cv2.fillPoly(blank, corners, (255,), cv2.LINE_AA, _SHIFT), dtype=np.uint8)
    return covered


def _surface(view: View, width_px: int, height_px: int) -> Pixels:
    columns, rows = width_px // _COARSE + 1, height_px // _COARSE + 1
    relief = _RELIEFS[view.surface](columns, rows, view.grain_seed)
    coloured = relief[..., np.newaxis] * np.array(view.behind, dtype=np.float32)
    small = np.clip(coloured + 0.5, 0, 255).astype(np.uint8)
    fine = cv2.resize(small, None, fx=_COARSE, fy=_COARSE, interpolation=cv2.INTER_LINEAR)
    surface: Pixels = np.ascontiguousarray(fine[:height_px, :width_px], dtype=np.uint8)
    return surface


def _shaded(behind: Pixels, paper: Pixels, shade: float) -> Pixels:
    """Darken what is near the paper, more so below and to the right of it."""
    small = cv2.resize(paper, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    reach = _SHADE_PX / 8 * paper.shape[1] / 2000
    move = np.array([(1, 0, reach / 2), (0, 1, reach / 2)], dtype=np.float64)
    fallen = cv2.warpAffine(small, move, small.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(fallen, (0, 0), reach)
    return lit(behind, 1 - shade * soft.astype(np.float32) / 255)


def _plain(columns: int, rows: int, seed: int) -> np.typing.NDArray[np.float32]:
    return 1 + 0.03 * grain(columns, rows, columns // 6, rows // 6, seed)


def _wood(columns: int, rows: int, seed: int) -> np.typing.NDArray[np.float32]:
    planks = 0.10 * grain(columns, rows, columns, max(2, rows // 12), seed)
    fibres = 0.05 * grain(columns, rows, 60, 1, seed + 1)
    return 1 + planks + fibres + 0.03 * grain(columns, rows, 150, 4, seed + 2)


def _cloth(columns: int, rows: int, seed: int) -> np.typing.NDArray[np.float32]:
    warp = grain(columns, rows, 1, 12, seed)
    weft = grain(columns, rows, 12, 1, seed + 1)
    return 1 + 0.06 * (warp + weft) + 0.05 * grain(columns, rows, 80, 80, seed + 2)


_RELIEFS = {"plain": _plain, "wood": _wood, "cloth": _cloth}
"""How bright each surface is, around 1, by its name."""
