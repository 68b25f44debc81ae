"""Edges of paper that is torn or cut askew, and holes of a punch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.area import Area, Bytes, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Box, Page, box_around

Outline = tuple[tuple[float, float], ...]

_CLEARANCE_MM = 1.5
"""Between an edge or a hole and what is printed."""

_DEEPEST_MM = 14.0
"""No more is torn off."""

_HALVINGS = 7
"""Of a torn side: each part is about 2 mm long."""

_FIBRE_MM = 0.9
"""Width of the fibres that a tear lays bare, about."""


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
        widths = random_of(self.grain_seed).gamma(4, self.width_mm / 2, len(points)) * area.px_per_mm
        for start, end, width in zip(points[:-1], points[1:], np.rint(widths).astype(int).tolist(), strict=False):
            cv2.line(share, start, end, 235, max(1, width))
        area.mix(cv2.blur(share, (3, 3)), (252, 251, 248))
        return pixels


@dataclass(frozen=True)
class PunchHoles(PaperStep):
    """Round holes, through which what lies behind the page is seen.

    Parameters
    ----------
    middles_mm : tuple of (x, y)
    diameter_mm : float
    behind : (int, int, int)
        Red, green and blue of what lies behind the page.
    """

    name = "punch_holes"

    middles_mm: Outline
    diameter_mm: float
    behind: tuple[int, int, int]

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Show what is behind, darker at the upper left where the paper's shadow falls on it."""
        for middle in self.middles_mm:
            area = Area.of(pixels, page, box_around(np.array([middle]), self.diameter_mm))
            if area is None:
                continue
            x, y = np.array(middle) * area.px_per_mm - (area.left_px, area.top_px) - 0.5
            radius = self.diameter_mm / 2 * area.px_per_mm
            hole = _disc(area.shape, x, y, radius)
            lit_part = cv2.GaussianBlur(_disc(area.shape, x + radius / 6, y + radius / 6, radius), (0, 0), radius / 8)
            shaded = cv2.addWeighted(lit_part, 0.35, lit_part, 0, 255 * 0.65)
            behind = cv2.multiply(
                np.full_like(area.pixels, self.behind), cv2.cvtColor(shaded, cv2.COLOR_GRAY2RGB), scale=1 / 255
            )
            weight = hole[..., np.newaxis].astype(np.float32) / 255
            area.pixels[...] = np.rint(area.pixels + weight * (behind.astype(np.float32) - area.pixels))
        return pixels


def _disc(shape: tuple[int, int], x: float, y: float, radius: float) -> Bytes:
    across, down = np.arange(shape[1]) - x, np.arange(shape[0]) - y
    inside = radius - np.hypot(across[np.newaxis], down[:, np.newaxis])
    disc: Bytes = np.rint(255 * np.clip(inside + 0.5, 0, 1)).astype(np.uint8)
    return disc


def printed_boxes(page: Page) -> list[Box]:
    """Return what holds the traces, pulses and texts of a page, each by itself."""
    lines = [item.points_mm for item in (*page.traces, *page.pulses)]
    known = [line for line in lines if np.isfinite(line).all(axis=1).any()]
    return [*(box_around(line, page.style.line_mm) for line in known), *(text.box_mm for text in page.texts)]


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


def punch_holes(page: Page, behind: tuple[int, int, int], rng: np.random.Generator) -> PunchHoles | None:
    """Draw a punch's holes along the left or upper side; None where they would meet what is printed.

    Two holes of 6 mm, 80 mm apart and 12 mm from the edge, are those of ISO 838; letter paper gets three of 8 mm,
    108 mm apart, as is usual in the United States.
    """
    is_letter = page.style.size == "letter"
    diameter_mm, places = (8.0, (-108.0, 0.0, 108.0)) if is_letter else (6.0, (-40.0, 40.0))
    from_edge, off, at_left = 12 + rng.uniform(-2, 2), rng.normal(0, 3), rng.random() < 0.5
    if is_letter and at_left:
        places = (-80.0, 0.0, 80.0)  # three 108 mm apart do not fit on the short side
    middle = (page.height_mm if at_left else page.width_mm) / 2 + off
    points = [(from_edge, middle + place) if at_left else (middle + place, from_edge) for place in places]
    if _meets(points, diameter_mm / 2 + _CLEARANCE_MM, printed_boxes(page)):
        return None
    return PunchHoles(tuple((round(x, 2), round(y, 2)) for x, y in points), diameter_mm, behind)


def _meets(points: Sequence[tuple[float, float]], reach_mm: float, boxes: Sequence[Box]) -> bool:
    around = [box_around(np.array([point]), reach_mm) for point in points]
    return any(
        one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
        for one in around
        for other in boxes
    )
