"""A printed page as pixels, before anything happens to it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.colours import Inks
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.lettering import lettering
from ecgfactory.paper.page import Grid, Page, PrintedText
from ecgfactory.paper.page_map import MM_PER_INCH
from ecgfactory.paper.pen import Pen, blank_canvas

MINOR_LINE_MM, MAJOR_LINE_MM = 0.1, 0.2
"""Widths of the grid's lines."""


def draw_page(page: Page) -> Pixels:
    """Draw a page flat, at the dpi of its style: the middle of a line at (x, y) mm is at `PageMap.flat(dpi)` of it."""
    dpi = page.style.dpi
    scale = dpi / MM_PER_INCH
    canvas = blank_canvas(round(page.width_mm * scale), round(page.height_mm * scale))
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    _draw_paper(pixels, page.grid, page.inks, scale)
    lines = [*page.separators_mm, *(pulse.points_mm for pulse in page.pulses), *(t.points_mm for t in page.traces)]
    pen = Pen(page.style.line_mm * scale, page.inks.ink)
    pen.draw(canvas, (points_mm * scale - 0.5 for points_mm in lines))
    for text in page.texts:
        _draw_text(pixels, text, page, scale)
    return cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB).astype(np.uint8, copy=False)


def _draw_paper(canvas: npt.NDArray[np.uint8], grid: Grid | None, inks: Inks, scale: float) -> None:
    """Fill a canvas with paper and its grid: where lines cross, the darker ink is seen."""
    canvas.view(np.uint32)[:] = np.array([*inks.paper, 255], dtype=np.uint8).view(np.uint32)
    if grid is None:
        return
    height, width, _ = canvas.shape
    box = grid.box_mm
    top, bottom = _reach_px(box.top, box.bottom, scale, height)
    left, right = _reach_px(box.left, box.right, scale, width)
    across = _line_colours(grid.vertical_mm(), grid, width, inks, scale)
    down = _line_colours(grid.horizontal_mm(), grid, height, inks, scale)
    canvas.view(np.uint32)[:, left:right] = down.view(np.uint32)[:, np.newaxis]
    np.minimum(canvas[top:bottom], across, out=canvas[top:bottom])


def _reach_px(first_mm: float, last_mm: float, scale: float, size: int) -> tuple[int, int]:
    """Return the first pixel that lines from one outer one to the other touch, and the one after the last."""
    half = MAJOR_LINE_MM / 2
    return max(int((first_mm - half) * scale), 0), min(int(np.ceil((last_mm + half) * scale)), size)


def _line_colours(lines_mm: Float64Array, grid: Grid, size: int, inks: Inks, scale: float) -> npt.NDArray[np.uint8]:
    """Return the colours of a cut across parallel lines, shape (size, 4); every so many of them is a strong one."""
    every = round(grid.major_mm / grid.minor_mm)
    colours = np.array(inks.paper, dtype=np.float64)
    minor = _coverage(np.delete(lines_mm, np.s_[::every]), MINOR_LINE_MM, size, scale)[:, np.newaxis]
    major = _coverage(lines_mm[::every], MAJOR_LINE_MM, size, scale)[:, np.newaxis]
    mixed = colours + minor * (np.array(inks.minor) - colours)
    mixed += major * (np.array(inks.major) - mixed)
    out = np.full((size, 4), 255, dtype=np.uint8)
    out[:, :3] = np.rint(mixed)
    return out


def _coverage(lines_mm: Float64Array, width_mm: float, size: int, scale: float) -> Float64Array:
    """Return which share of each of so many pixels is covered by lines, each pixel looking half into its neighbours.

    With pixels that see only themselves, the weight of a line would lie beside its middle wherever it is not a whole
    number of pixels wide; with these, whose sight fades linearly, it lies there exactly.
    """
    middles, half = lines_mm * scale - 0.5, width_mm * scale / 2
    pixels = np.floor(middles - half).astype(int)[:, np.newaxis] + np.arange(int(np.ceil(2 * half)) + 2)
    to_middle = middles[:, np.newaxis] - pixels
    shares = _seen(to_middle + half) - _seen(to_middle - half)
    inside = (pixels >= 0) & (pixels < size)
    return np.minimum(np.bincount(pixels[inside], shares[inside], minlength=size), 1.0)


def _seen(place: Float64Array) -> Float64Array:
    """Return how much of what a pixel sees lies left of a place: the area under a triangle, from pixel to pixel."""
    near = np.clip(place, -1, 1)
    seen: Float64Array = 0.5 + near - near * np.abs(near) / 2
    return seen


def _draw_text(canvas: npt.NDArray[np.uint8], text: PrintedText, page: Page, scale: float) -> None:
    style = page.style
    coverage = lettering(text.text, style.font, text.bold, text.size_mm, style.dpi).coverage
    height, width = coverage.shape
    top, left = round(text.box_mm.top * scale), round(text.box_mm.left * scale)
    part = canvas[top : top + height, left : left + width]
    share = coverage[: part.shape[0], : part.shape[1]] * np.float32(1 / 255)
    ink = np.full_like(part, (*page.inks.ink, 255))
    part[:] = cv2.blendLinear(part, ink, 1 - share, share)
