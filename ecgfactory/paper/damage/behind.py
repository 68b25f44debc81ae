"""What lies behind a page: the lid of a scanner, a table, a cloth."""

from __future__ import annotations

import cv2
import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.paper.coarse import Coarse, knots_px
from ecgfactory.paper.damage.base import Pixels, View
from ecgfactory.paper.damage.grain import grain
from ecgfactory.paper.tiles import touched_parts

_COARSE = 4
"""Pixels of the picture across one of the surface, which is out of focus anyway."""

_RELIEFS = {
    "plain": ((0.03, 100, 70),),
    "wood": ((0.10, 600, 34), (0.05, 60, 1), (0.03, 150, 4)),
    "cloth": ((0.06, 1, 12), (0.06, 12, 1), (0.05, 80, 80)),
}
"""Grain of each surface: standard deviation of its brightness, and how far apart its points are, across and down."""

_SHIFT = 4
"""Bits behind the point in the coordinates that OpenCV draws polygons with."""

_SHADOW_SHARE = 0.012
"""How far the sheet's shadow reaches, as a share of the picture's width: some 4 mm."""

_UNITY = 170
"""What stands for a brightness of 1 in bytes: a surface is up to half as bright again."""


def lay_behind(view: View, picture: Pixels, outline_px: Float64Array) -> Pixels:
    """Show what lies behind the page where the paper is not.

    Parameters
    ----------
    view : View
    picture : uint8 array, shape (height, width, 3)
        Picture of the page; written into.
    outline_px : float64 array, shape (n, 2)
        Edge of the paper.
    """
    height_px, width_px, _ = picture.shape
    bare = cv2.bitwise_not(_covered(outline_px, width_px, height_px))
    parts = touched_parts(np.asarray(bare, dtype=np.uint8))
    if parts:
        surface = _surface(view, outline_px, width_px, height_px)
        for part in parts:
            share = cv2.cvtColor(bare[part], cv2.COLOR_GRAY2RGB)
            behind = cv2.multiply(surface.over(*part), share, scale=1 / 255)
            picture[part] = cv2.add(cv2.multiply(picture[part], cv2.bitwise_not(share), scale=1 / 255), behind)
    return picture


def _covered(outline_px: Float64Array, width_px: int, height_px: int) -> Pixels:
    """Return how much of each pixel the paper covers, to 255."""
    corners = np.rint(outline_px * 2**_SHIFT).astype(np.int32)[np.newaxis]
    blank = np.zeros((height_px, width_px), dtype=np.uint8)
    covered: Pixels = np.asarray(cv2.fillPoly(blank, corners, (255,), cv2.LINE_AA, _SHIFT), dtype=np.uint8)
    return covered


def _surface(view: View, outline_px: Float64Array, width_px: int, height_px: int) -> Coarse:
    columns, rows = knots_px(width_px, _COARSE).size, knots_px(height_px, _COARSE).size
    bright = np.ones((rows, columns), dtype=np.float32)
    for number, (sigma, across, down) in enumerate(_RELIEFS[view.surface]):
        bright += np.float32(sigma) * grain(columns, rows, across, down, view.grain_seed + number)
    if view.shade > 0:
        bright *= 1 - view.shade * _shadow(outline_px, columns, rows)
    steps = np.clip(bright * _UNITY, 0, 255).astype(np.uint8)
    colours = np.clip(np.arange(256)[:, np.newaxis] / _UNITY * np.array(view.behind), 0, 255).astype(np.uint8)
    return Coarse(np.asarray(cv2.LUT(cv2.cvtColor(steps, cv2.COLOR_GRAY2RGB), colours[np.newaxis])), _COARSE)


def _shadow(outline_px: Float64Array, columns: int, rows: int) -> Float32Array:
    """Return the sheet's shadow on what is near it, from 0 to 1: deeper below and to the right."""
    reach = _SHADOW_SHARE * columns / _COARSE
    fallen = _covered(outline_px / _COARSE**2 + reach / 2, columns // _COARSE + 1, rows // _COARSE + 1)
    soft = cv2.resize(cv2.GaussianBlur(fallen, (0, 0), reach), (columns, rows))
    shares: Float32Array = np.asarray(soft, dtype=np.float32) / np.float32(255)
    return shares
