"""What each pixel of a picture shows: a palette picture of the same size."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.lettering import lettering
from ecgfactory.paper.mask_values import GRID, PULSE, SEPARATOR, TEXT, mask_values
from ecgfactory.paper.page import Box, Grid, Page, PrintedText, box_around
from ecgfactory.paper.page_map import MM_PER_INCH, STEP_MM, PageMap
from ecgfactory.paper.pen import drawn_width_px, stroke
from ecgfactory.paper.stamp import stamp

_PIECE_MM = 40.0
"""Of a line that is drawn at one width; the scale of a photograph of a page changes by some tenths across it."""

_BENDING_MM = 1.0
"""Between points of a line on bent paper."""

_THIN_PX = 1.5
"""Width of a line between two rows of pixels that may miss the middles of both."""

_SCALE_NODES = 9
"""Places along a trace at which the picture's scale is looked up."""

_SHIFT = 4

_TEXT_PIECE_MM = 10.0
"""Of a line of text on bent paper: so much of it lies between two nodes of the displacement, or three."""

_INKED = 100
"""Of 255: from here on a pixel is one of a letter; thin strokes of small letters don't fill any."""


def draw_mask(
    page: Page,
    page_map: PageMap,
    width_px: int,
    height_px: int,
    lead_names: Sequence[str],
    outline_mm: Sequence[tuple[float, float]] | None = None,
) -> npt.NDArray[np.uint8]:
    """Draw what each pixel of a page's picture shows, shape (height_px, width_px).

    A pixel shows a lead where its middle is no further from the middle of the drawn line than half the line's width,
    or half a pixel where the line is thinner. Leads lie over pulse and separators, these over text, this over the grid.
    Beyond the outline of torn paper is background.
    """
    mask = np.zeros((height_px, width_px), dtype=np.uint8)
    values = mask_values(lead_names)
    if page.grid is not None:
        _draw_grid(mask, page.grid, page_map)
    for text in page.texts:
        _draw_text(mask, text, page, page_map)
    lines = [
        *((separator_mm, SEPARATOR) for separator_mm in page.separators_mm),
        *((pulse.points_mm, PULSE) for pulse in page.pulses),
    ]
    _draw_lines(mask, lines, page.style.line_mm, page_map)
    for trace in page.traces:
        for run_mm in _runs(trace.points_mm):
            _draw_curve(mask, run_mm, values[trace.lead], page.style.line_mm, page_map)
    if outline_mm is not None:
        paper = np.zeros_like(mask)
        edge_px = page_map.to_picture(_with_points_between(np.array([*outline_mm, outline_mm[0]])))
        cv2.fillPoly(paper, [_fixed_point(edge_px)], 1, cv2.LINE_8, _SHIFT)
        mask *= paper
    return mask


def _draw_lines(
    mask: npt.NDArray[np.uint8], lines: Sequence[tuple[Float64Array, int]], line_mm: float, page_map: PageMap
) -> None:
    """Draw lines, each with its value; all their points are mapped at once, as that costs little more than one line."""
    pieces = [
        (piece_mm, value)
        for points_mm, value in lines
        for piece_mm in _pieces(points_mm, page_map)
        if not np.isnan(piece_mm).all()
    ]
    if not pieces:
        return
    middles_mm = np.array([box_around(piece_mm).middle for piece_mm, _ in pieces])
    ends = np.cumsum([len(piece_mm) for piece_mm, _ in pieces])[:-1]
    places_px = np.split(page_map.to_picture(np.concatenate([piece_mm for piece_mm, _ in pieces])), ends)
    for (_, value), points_px, scale in zip(pieces, places_px, page_map.scales_at(middles_mm), strict=True):
        stroke(mask, points_px, drawn_width_px(line_mm, scale), value)


def _runs(points_mm: Float64Array) -> list[Float64Array]:
    """Return what is between missing points, where that is a line."""
    known = np.isfinite(points_mm[:, 0] + points_mm[:, 1])
    if known.all():
        return [points_mm]
    borders = np.flatnonzero(np.diff(known, prepend=False, append=False))
    return [points_mm[start:end] for start, end in borders.reshape(-1, 2) if end - start > 1]


def _draw_curve(
    mask: npt.NDArray[np.uint8], points_mm: Float64Array, value: int, line_mm: float, page_map: PageMap
) -> None:
    """Draw a trace: many short ways of the pen, which are stamped faster than their outline is drawn."""
    bent_mm = points_mm if page_map.displacement is None else _with_points_between(points_mm)
    nodes_mm = np.linspace(bent_mm[0], bent_mm[-1], _SCALE_NODES)
    width_px = line_mm * np.interp(bent_mm[:, 0], nodes_mm[:, 0], page_map.scales_at(nodes_mm))
    if width_px.min() < _THIN_PX:
        _draw_lines(mask, [(points_mm, value)], line_mm, page_map)
    else:
        stamp(mask, page_map.to_picture(bent_mm), width_px, value)


def _pieces(points_mm: Float64Array, page_map: PageMap) -> list[Float64Array]:
    """Cut a line where the picture's scale may change along it, and add points where it may bend.

    Neighbouring pieces share a segment, so that the joint is whole.
    """
    if page_map.is_affine:
        return [points_mm]
    if page_map.displacement is not None:
        points_mm = _with_points_between(points_mm)
    way_mm = np.abs(points_mm[:, 0] - points_mm[0, 0])
    cuts = np.flatnonzero(np.diff(way_mm // _PIECE_MM) > 0) + 1
    starts, ends = [0, *cuts], [*(cuts + 2), len(points_mm)]
    return [points_mm[start:end] for start, end in zip(starts, ends, strict=True)]


def _with_points_between(points_mm: Float64Array) -> Float64Array:
    """Add points so that none is further than `_BENDING_MM` from the next."""
    lengths_mm = np.nan_to_num(np.hypot(*np.diff(points_mm, axis=0).T))
    parts = np.maximum(np.ceil(lengths_mm / _BENDING_MM).astype(int), 1)
    if parts.max() == 1:
        return points_mm
    starts = np.cumsum(parts) - parts
    at = np.arange(parts.sum())
    share = ((at - np.repeat(starts, parts)) / np.repeat(parts, parts))[:, np.newaxis]
    before, after = np.repeat(points_mm[:-1], parts, axis=0), np.repeat(points_mm[1:], parts, axis=0)
    # A point next to a missing one is itself.
    between = np.where(share == 0, before, before + share * (after - before))
    return np.concatenate([between, points_mm[-1:]])


def _draw_grid(mask: npt.NDArray[np.uint8], grid: Grid, page_map: PageMap) -> None:
    """Draw its lines one pixel wide, and within a pixel: OpenCV takes the ends of thin lines as whole pixels."""
    left, top, right, bottom = grid.box_mm
    for places_mm, (first, last), vertical in (
        (grid.vertical_mm(), (top, bottom), True),
        (grid.horizontal_mm(), (left, right), False),
    ):
        nodes = 2 if page_map.displacement is None else int((last - first) / STEP_MM) + 2
        along, across = np.meshgrid(np.linspace(first, last, nodes), places_mm)
        points_mm = np.stack([across, along] if vertical else [along, across], axis=-1)
        points_px = page_map.to_picture(points_mm.reshape(-1, 2)).reshape(points_mm.shape)
        cv2.polylines(mask, list(_fixed_point(points_px)), False, GRID, 1, cv2.LINE_8, _SHIFT)


def _draw_text(mask: npt.NDArray[np.uint8], text: PrintedText, page: Page, page_map: PageMap) -> None:
    """Draw its ink, some millimetres at a time, each as flat as it is printed."""
    style = page.style
    ink = lettering(text.text, style.font, text.bold, text.size_mm, style.dpi).coverage
    scale = style.dpi / MM_PER_INCH
    origin_px = np.rint(np.array([text.box_mm.left, text.box_mm.top]) * scale)
    step = round(_TEXT_PIECE_MM * scale) if page_map.displacement is not None else max(ink.shape[1], 1)
    starts = range(0, ink.shape[1], step)
    if not starts:
        return
    pieces = [ink[:, start : start + step] for start in starts]
    # From the edge of the first pixel, not from its middle.
    corners = [
        Box(start, 0, start + piece.shape[1], len(piece)).corners for start, piece in zip(starts, pieces, strict=True)
    ]
    corners_px = page_map.to_picture((np.concatenate(corners) + origin_px) / scale).reshape(-1, 4, 2)
    for start, piece, flat, seen in zip(starts, pieces, corners, corners_px, strict=True):
        _lay(mask, piece, flat - (start + 0.5, 0.5), seen, TEXT)


def _lay(
    mask: npt.NDArray[np.uint8], ink: npt.NDArray[np.uint8], corners: Float64Array, corners_px: Float64Array, value: int
) -> None:
    """Write a value into a mask where ink is, whose corners, shape (4, 2), are at others in the picture."""
    height, width = mask.shape
    left, top = np.clip(np.floor(corners_px.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(corners_px.max(axis=0)) + 1, 0, (width, height)).astype(int)
    if left >= right or top >= bottom:
        return
    way = cv2.getPerspectiveTransform(corners.astype(np.float32), (corners_px - (left, top)).astype(np.float32))
    seen = cv2.warpPerspective(ink, way, (int(right - left), int(bottom - top)), flags=cv2.INTER_LINEAR)
    mask[top:bottom, left:right][seen >= _INKED] = value


def _fixed_point(points_px: Float64Array) -> npt.NDArray[np.int32]:
    """Return points as OpenCV takes them: whole numbers with `_SHIFT` bits after the point."""
    fixed: npt.NDArray[np.int32] = np.rint(points_px * 2**_SHIFT).astype(np.int32)
    return fixed
