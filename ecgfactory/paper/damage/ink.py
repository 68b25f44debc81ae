"""Strokes of a pen as pixels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.area import Area, Bytes
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.page import Page, box_around

_FINER = 3
"""Strokes are drawn so many times larger and then made smaller: their width varies by parts of a pixel."""

_STEP_SHARE = 0.6
"""Distance of the points of a stroke, in its widths."""


def smooth(points: Float64Array, per_piece: int = 8) -> Float64Array:
    """Return a curve through points, shape (n, 2): Catmull-Rom, so that a point that stands twice is a corner."""
    if len(points) < 3:
        return points
    before = np.concatenate([points[:1], points[:-2]])
    start, end = points[:-1], points[1:]
    after = np.concatenate([points[2:], points[-1:]])
    at = (np.arange(per_piece) / per_piece)[:, np.newaxis, np.newaxis]
    curve = start + at / 2 * (
        (end - before) + at * ((2 * before - 5 * start + 4 * end - after) + at * (3 * (start - end) + after - before))
    )
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def write(
    pixels: Pixels,
    page: Page,
    strokes_mm: Sequence[Float64Array],
    colour: tuple[int, int, int],
    width_mm: float,
    rng: np.random.Generator,
) -> Pixels:
    """Write strokes with a ball pen: thinner and paler where it is quick or lifted, with streaks without ink.

    Parameters
    ----------
    pixels : uint8 array, shape (height, width, 3)
        Of the page; written into.
    page : Page
    strokes_mm : sequence of float64 array, shape (points, 2)
    colour : (int, int, int)
        Red, green and blue of the ink on white paper.
    width_mm : float
        Of the line.
    rng : numpy.random.Generator
        Of pressure and streaks.
    """
    area = Area.of(pixels, page, box_around(np.concatenate(strokes_mm), 2 * width_mm))
    if area is None:
        return pixels
    height, width = area.shape
    ink: Bytes = np.zeros((height * _FINER, width * _FINER), dtype=np.uint8)
    scale = area.px_per_mm * _FINER
    for stroke in strokes_mm:
        points = even(stroke, _STEP_SHARE * width_mm) * scale - (area.left_px * _FINER, area.top_px * _FINER)
        _draw(ink, points, width_mm * scale, rng)
    fine = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA)
    streaks = rng.integers(205, 256, (height // 2 + 1, width // 2 + 1), dtype=np.uint8)
    grainy = cv2.multiply(fine, cv2.resize(streaks, (width, height)), scale=1 / 255)
    factor = cv2.cvtColor(cv2.bitwise_not(grainy), cv2.COLOR_GRAY2RGB)
    lightest = np.array([*colour, 0], dtype=np.float64)
    factor = cv2.max(factor, cv2.add(cv2.multiply(factor, 1 - lightest / 255), lightest))
    area.pixels[...] = cv2.multiply(area.pixels, factor, scale=1 / 255)
    return pixels


def even(points: Float64Array, step: float) -> Float64Array:
    """Return points along a line at equal distances of at most a step."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, lengths[-1], max(2, int(np.ceil(lengths[-1] / step)) + 1))
    return np.column_stack([np.interp(at, lengths, points[:, axis]) for axis in (0, 1)])


def _draw(ink: Bytes, points: Float64Array, width_px: float, rng: np.random.Generator) -> None:
    """Draw a stroke piece by piece, each with its own width and darkness."""
    pieces = len(points) - 1
    pressure = np.interp(
        np.arange(pieces), np.linspace(0, pieces, pieces // 12 + 3), rng.uniform(-1, 1, pieces // 12 + 3)
    )
    ends = np.minimum(np.arange(pieces), np.arange(pieces)[::-1]) / 6
    pressure += np.minimum(ends, 1) - 0.7
    widths = np.maximum(1, np.rint(width_px * (1 + 0.14 * pressure))).astype(int).tolist()
    darkness = np.clip(np.rint(225 + 40 * pressure), 120, 255).astype(int).tolist()
    places = np.rint(points).astype(int).tolist()
    for start, end, thickness, dark in zip(places[:-1], places[1:], widths, darkness, strict=True):
        cv2.line(ink, start, end, dark, thickness)
