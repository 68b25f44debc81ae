"""Where grid, header and rows may be on a sheet of paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.paper.header import LINE_MM
from ecgfactory.paper.page import Box, Grid
from ecgfactory.paper.sizes import SIZES
from ecgfactory.paper.style import PaperStyle

_MARGIN_MM = 4.5
_FOOT_MM = 8.0
"""From the lower edge of the paper up to the last row: room for the scale."""

_SQUARE_MM = 5
_KINDS = ("filled", "margin", "header above")


@dataclass(frozen=True)
class Sheet:
    """How a sheet of paper is divided.

    Parameters
    ----------
    width_mm, height_mm : float
        Of the paper.
    grid : Grid or None
        Its lines.
    header_top_mm : float
        Upper edge of the header.
    rows_top_mm, rows_bottom_mm : float
        Between these are all traces.
    """

    width_mm: float
    height_mm: float
    grid: Grid | None
    header_top_mm: float
    rows_top_mm: float
    rows_bottom_mm: float


def divide(style: PaperStyle, header_lines: int, rng: np.random.Generator) -> Sheet:
    """Divide a sheet. The grid fills it, or leaves a margin, with the header on it or above it: that is drawn."""
    kind = _KINDS[rng.integers(len(_KINDS))]
    width, height = SIZES[style.size]
    header_mm = header_lines * LINE_MM + 1 if header_lines else 0.0
    if kind == "filled" or style.colour == "none":
        grid = Grid(Box(0.0, 0.0, width, height)) if style.colour != "none" else None
        return Sheet(width, height, grid, _MARGIN_MM, _MARGIN_MM + header_mm, height - _FOOT_MM)
    top = _MARGIN_MM + (header_mm if kind == "header above" else 0.0)
    across, down = _squares_mm(width - 2 * _MARGIN_MM), _squares_mm(height - _FOOT_MM - top)
    left = (width - across) / 2
    box = Box(left, top, left + across, top + down)
    header_top = _MARGIN_MM if kind == "header above" else top + 1.5
    return Sheet(width, height, Grid(box), header_top, max(top, header_top + header_mm), box.bottom)


def _squares_mm(room_mm: float) -> float:
    """Return how much of a length whole large squares fill."""
    return float(int(room_mm) // _SQUARE_MM * _SQUARE_MM)
