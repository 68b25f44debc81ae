"""What each pixel of a picture shows: a palette picture of the same size."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.page import Grid, Page, box_around
from ecgfactory.paper.page_map import STEP_MM, PageMap
from ecgfactory.paper.strokes import drawn_width_px, stroke

BACKGROUND, GRID, TEXT, PULSE, SEPARATOR = range(5)

FIRST_LEAD, FIRST_OTHER_LEAD = 10, 22
"""Values of I, and of the first lead that is not among the usual twelve."""


_PIECE_MM = 40.0
"""Of a line that is drawn at one width; the scale of a photograph of a page changes by some tenths across it."""

_BENDING_MM = 1.0
"""Between points of a line on bent paper."""

_SHIFT = 4


def mask_values(lead_names: Sequence[str]) -> dict[str, int]:
    """Return the value of each thing, by name: the usual twelve leads have theirs whatever leads a record has."""
    known = {name: FIRST_LEAD + place for place, name in enumerate(TWELVE_LEADS)}
    others = [name for name in lead_names if name not in known]
    return {
        "background": BACKGROUND,
        "grid": GRID,
        "text": TEXT,
        "pulse": PULSE,
        "separator": SEPARATOR,
        **{name: known[name] if name in known else FIRST_OTHER_LEAD + others.index(name) for name in lead_names},
    }


def draw_mask(
    page: Page, page_map: PageMap, width_px: int, height_px: int, lead_names: Sequence[str]
) -> npt.NDArray[np.uint8]:
    """Draw what each pixel of a page's picture shows, shape (height_px, width_px).

    A pixel shows a lead where its middle is no further from the middle of the drawn line than half the line's width,
    or half a pixel where the line is thinner. Leads lie over pulse and separators, these over text, this over the grid.
    """
    mask = np.zeros((height_px, width_px), dtype=np.uint8)
    values = mask_values(lead_names)
    if page.grid is not None:
        _draw_grid(mask, page.grid, page_map)
    for text in page.texts:
        _fill(mask, page_map.to_picture(text.box_mm.corners), TEXT)
    for separator_mm in page.separators_mm:
        _draw_line(mask, separator_mm, page.style.line_mm, page_map, SEPARATOR)
    for pulse in page.pulses:
        _draw_line(mask, pulse.points_mm, page.style.line_mm, page_map, PULSE)
    for trace in page.traces:
        _draw_line(mask, trace.points_mm, page.style.line_mm, page_map, values[trace.lead])
    return mask


def _draw_line(
    mask: npt.NDArray[np.uint8], points_mm: Float64Array, line_mm: float, page_map: PageMap, value: int
) -> None:
    for piece_mm in _pieces(points_mm, page_map):
        if np.isfinite(piece_mm).any():
            width_px = drawn_width_px(line_mm, page_map.scale_at(box_around(piece_mm)))
            stroke(mask, page_map.to_picture(piece_mm), width_px, value)


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
    starts = np.cumsum(parts) - parts
    at = np.arange(parts.sum())
    share = ((at - np.repeat(starts, parts)) / np.repeat(parts, parts))[:, np.newaxis]
    before, after = np.repeat(points_mm[:-1], parts, axis=0), np.repeat(points_mm[1:], parts, axis=0)
    # A point next to a missing one is itself.
    between = np.where(share == 0, before, before + share * (after - before))
    return np.concatenate([between, points_mm[-1:]])


def _draw_grid(mask: npt.NDArray[np.uint8], grid: Grid, page_map: PageMap) -> None:
    """Draw its lines one pixel wide."""
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


def _fill(mask: npt.NDArray[np.uint8], corners_px: Float64Array, value: int) -> None:
    cv2.fillConvexPoly(mask, _fixed_point(corners_px), value, cv2.LINE_8, _SHIFT)


def _fixed_point(points_px: Float64Array) -> npt.NDArray[np.int32]:
    """Return points as OpenCV takes them: whole numbers with `_SHIFT` bits after the point."""
    return np.rint(points_px * 2**_SHIFT).astype(np.int32)
