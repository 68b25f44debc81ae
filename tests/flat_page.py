"""A small page of a few traces, made by hand, and its pixels."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.page import Box, Grid, Page, PrintedText, Pulse, Trace
from ecgfactory.paper.page_map import MM_PER_INCH
from ecgfactory.paper.style import PaperStyle

PAPER, GRID, INK = (250, 249, 247), (240, 170, 170), (20, 20, 24)


@cache
def flat_page(size: str = "A4", dpi: int = 100) -> Page:
    """Return a page of 140 mm x 110 mm with two traces, a pulse, a name and a header."""
    x_mm = np.linspace(30, 120, 400)
    traces = [
        Trace(
            name,
            0,
            30.0,
            np.column_stack([x_mm, y - 5 * np.sin(x_mm) ** 8]),
            y,
            0.0,
            row,
            0,
            False,
            np.zeros(400, bool),
        )
        for row, (name, y) in enumerate((("I", 50.0), ("II", 80.0)))
    ]
    texts = [
        PrintedText("I", "lead", Box(30, 38, 32, 41), 3.0),
        PrintedText("Born in spring", "header", Box(22, 18, 60, 22), 3.0),
    ]
    pulse = Pulse(np.array([(22, 50), (23, 50), (23, 40), (27, 40), (27, 50), (28, 50)], dtype=np.float64), 1.0, 0.2)
    style = PaperStyle(dpi=dpi, size=size)
    return Page(140.0, 110.0, style, 10.0, Grid(Box(20, 25, 125, 95)), traces, texts, [pulse])


def flat_pixels(page: Page) -> Pixels:
    """Draw a page roughly: paper, grid, traces."""
    scale = page.style.dpi / MM_PER_INCH
    pixels = np.full((round(page.height_mm * scale), round(page.width_mm * scale), 3), PAPER, dtype=np.uint8)
    assert page.grid is not None
    left, top, right, bottom = (round(edge * scale) for edge in page.grid.box_mm)
    for x in page.grid.vertical_mm()[::5]:
        pixels[top:bottom, round(x * scale)] = GRID
    for y in page.grid.horizontal_mm()[::5]:
        pixels[round(y * scale), left:right] = GRID
    for trace in page.traces:
        cv2.polylines(pixels, [np.rint(trace.points_mm * scale).astype(np.int32)], False, INK, 1)
    return pixels
