"""Edges of paper that is torn, or cut askew."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.area import Area, Bytes, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.damage.printed import printed_boxes
from ecgfactory.paper.page import Page, box_around

Outline = tuple[tuple[float, float], ...]

_CLEARANCE_MM = 1.5
"""Between an edge and what is printed."""

_DEEPEST_MM = 14.0
"""No more is torn off."""

_HALVINGS = 7
"""Of a torn side: each part is about 2 mm long."""

_FIBRE_MM = 0.9
"""Width of the fibres that a tear lays bare, about."""

_LONGEST_FIBRE_MM = 0.9
"""Of them all: they end before what is printed."""


@dataclass(frozen=True)
class TornFibres(PaperStep):
    """The white inside of the paper along a tear.

    Parameters
    ----------
    line_mm : tuple of (x, y)
        The torn edge.
    width_mm : float
        How far the fibres reach inwards.
    grain_seed : int
        Of their lengths.
    """

    name = "torn_fibres"

    line_mm: Outline
    width_mm: float
    grain_seed: int

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Cover the print along the edge."""
        line = np.array(self.line_mm)
        area = Area.of(pixels, page, box_around(line, 2 * self.width_mm))
        if area is None:
            return pixels
        share: Bytes = np.zeros(area.shape, dtype=np.uint8)
        points = np.rint(line * area.px_per_mm - (area.left_px, area.top_px)).astype(int).tolist()
        widths_mm = random_of(self.grain_seed).gamma(4, self.width_mm / 2, len(points))
        widths = np.rint(np.minimum(widths_mm, 2 * _LONGEST_FIBRE_MM) * area.px_per_mm).astype(int).tolist()
        for start, end, width in zip(points[:-1], points[1:], widths, strict=False):
            cv2.line(share, start, end, 235, max(1, width))
        soft: Bytes = np.asarray(cv2.blur(share, (3, 3)), dtype=np.uint8)
        area.mix(soft, (252, 251, 248))
        return pixels


def torn_edge(page: Page, rng: np.random.Generator) -> tuple[Outline, TornFibres] | None:
    """Draw a page of which one side is torn off, jagged and askew, within the margin; None where there is no room.

    Returns
    -------
    tuple of (x, y)
        The outline of what is left.
    TornFibres
        Along the tear.
    """
    side, depths = _drawn_side(page, rng)
    if depths is None:
        return None
    tear = _jagged(*depths, rng)
    return _outline(page, side, tear), TornFibres(
        line_mm=_on_side(page, side, tear),
        width_mm=round(_FIBRE_MM * rng.uniform(0.4, 1.4), 2),
        grain_seed=int(rng.integers(2**31)),
    )


def cut_askew(page: Page, rng: np.random.Generator) -> Outline | None:
    """Draw a page of which one side is cut, straight but not at right angles; None where there is no room."""
    side, depths = _drawn_side(page, rng)
    return None if depths is None else _outline(page, side, np.array([(0, depths[0]), (1, depths[1])]))


def _drawn_side(page: Page, rng: np.random.Generator) -> tuple[int, tuple[float, float] | None]:
    """Draw a side, clockwise from the upper one, and how much of it is lost at both of its ends."""
    side, shares = int(rng.integers(4)), rng.uniform(0.1, 1, 2)
    room = min(_DEEPEST_MM, _rooms(page)[side] - _CLEARANCE_MM)
    return side, (float(shares[0] * room), float(shares[1] * room)) if room > 1 else None


def _rooms(page: Page) -> tuple[float, float, float, float]:
    """Return the distance from each side of the paper, clockwise from the upper one, to the nearest print."""
    boxes = np.array(printed_boxes(page))
    right, bottom = page.width_mm - boxes[:, 2].max(), page.height_mm - boxes[:, 3].max()
    return float(boxes[:, 1].min()), float(right), float(bottom), float(boxes[:, 0].min())


def _jagged(first_mm: float, last_mm: float, rng: np.random.Generator) -> Float64Array:
    """Return a torn line, shape (n, 2): share of the side, and depth, no deeper than the deeper of its ends."""
    depth = np.array([first_mm, last_mm])
    rough = 0.35 * max(first_mm, last_mm)
    for _ in range(_HALVINGS):
        middles = (depth[1:] + depth[:-1]) / 2 + rng.uniform(-rough, rough, len(depth) - 1)
        depth = np.insert(depth, np.arange(1, len(depth)), middles)
        rough *= 0.55
    return np.column_stack([np.linspace(0, 1, len(depth)), np.clip(depth, 0, max(first_mm, last_mm))])


def _on_side(page: Page, side: int, line: Float64Array) -> Outline:
    """Return where a line (share of a side, depth) is on the page."""
    share, depth = line.T
    width, height = page.width_mm, page.height_mm
    x, y = (
        (share * width, depth),
        (width - depth, share * height),
        (width - share * width, height - depth),
        (depth, height - share * height),
    )[side]
    return tuple((round(float(right), 2), round(float(down), 2)) for right, down in zip(x, y, strict=True))


def _outline(page: Page, side: int, line: Float64Array) -> Outline:
    """Return the outline of a page one side of which is replaced."""
    corners = [(0.0, 0.0), (page.width_mm, 0.0), (page.width_mm, page.height_mm), (0.0, page.height_mm)]
    others = [corners[(side + 2) % 4], corners[(side + 3) % 4]]
    return (*_on_side(page, side, line), *others)
