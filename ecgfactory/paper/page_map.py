"""From places on a page to places in its picture, and back.

A place in a picture is in pixels, to the right and down; the middle of its upper left pixel is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.coarse import Coarse, knots_px
from ecgfactory.paper.page import Box
from ecgfactory.paper.sizes import MM_PER_INCH as MM_PER_INCH

STEP_MM = 5.0
"""Distance of the nodes at which a displacement is told; between them it is bilinear."""

_FLAT_PER_MM = 1e-9
"""Change of scale with a mm that is no more than rounding in computing a homography."""

_COARSE_PX = 16
"""Distance of the pixels whose place on the page is looked for; between them it is interpolated."""

_TURNS = 8
"""At most, of the search for a place on the page; each is some ten times nearer, or fifty where nothing but a lens
bends it."""

_NEAR_PX = 0.005
"""Last move of the search: what it still lacks is a fifth of it or less."""


@dataclass(frozen=True, eq=False)
class Displacement:
    """How far from where the homography puts them points of a bent page, or one seen through a lens, are.

    Parameters
    ----------
    step_mm : float
        Distance of its nodes; the first is the upper left corner of the paper.
    offsets_px : float64 array, shape (rows, columns, 2)
        At each node, to the right and down; bilinear in between. Nodes reach to the far edges of the paper or beyond.
    """

    step_mm: float
    offsets_px: Float64Array

    def at(self, points_mm: Float64Array) -> Float64Array:
        """Return the offset of points, shape (n, 2); beyond the nodes that at their edge."""
        rows, columns, _ = self.offsets_px.shape
        x = np.clip(points_mm[:, 0] / self.step_mm, 0, columns - 1)
        y = np.clip(points_mm[:, 1] / self.step_mm, 0, rows - 1)
        left, top = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
        right_share, lower_share = x - left, y - top
        # As complex numbers both directions are looked up and mixed at once.
        nodes = np.ascontiguousarray(self.offsets_px, dtype=np.float64).view(np.complex128).ravel()
        at = top * columns + left
        upper = nodes[at] * (1 - right_share) + nodes[at + 1] * right_share
        lower = nodes[at + columns] * (1 - right_share) + nodes[at + columns + 1] * right_share
        mixed = upper * (1 - lower_share) + lower * lower_share
        offsets: Float64Array = mixed.view(np.float64).reshape(-1, 2)
        return offsets


def node_places_mm(width_mm: float, height_mm: float, step_mm: float = STEP_MM) -> Float64Array:
    """Return where the nodes of a displacement of a page are, shape (rows, columns, 2)."""
    columns, rows = int(np.ceil(width_mm / step_mm)) + 1, int(np.ceil(height_mm / step_mm)) + 1
    x, y = np.meshgrid(np.arange(columns) * step_mm, np.arange(rows) * step_mm)
    return np.stack([x, y], axis=-1)


@dataclass(frozen=True, eq=False)
class PageMap:
    """Where places on a page are in its picture.

    Parameters
    ----------
    homography : float64 array, shape (3, 3)
        From (x mm, y mm, 1) to the picture, in pixels after division by the third value.
    displacement : Displacement or None
        What is added to it; None for a flat page seen without a lens's distortion.
    """

    homography: Float64Array
    displacement: Displacement | None = None

    @classmethod
    def flat(cls, dpi: float) -> PageMap:
        """Return the map of a page without damage: the corner of the paper is that of the first pixel."""
        scale = dpi / MM_PER_INCH
        return cls(np.array([[scale, 0.0, -0.5], [0.0, scale, -0.5], [0.0, 0.0, 1.0]]))

    @property
    def is_affine(self) -> bool:
        """Whether a mm is as many pixels everywhere, and straight lines stay straight."""
        return self.displacement is None and float(np.abs(self.homography[2, :2]).max()) < _FLAT_PER_MM

    def to_picture(self, points_mm: Float64Array) -> Float64Array:
        """Return where points of the page, shape (n, 2), are in the picture; NaN stays NaN."""
        points = projected(self.homography, points_mm)
        if self.displacement is None:
            return points
        known = np.isfinite(points_mm[:, 0] + points_mm[:, 1])
        if known.all():
            return points + self.displacement.at(points_mm)
        points[known] += self.displacement.at(points_mm[known])
        return points

    def to_page(self, points_px: Float64Array) -> Float64Array:
        """Return where points of the picture, shape (n, 2), are on the page, to a thousandth of a pixel.

        NaN stays NaN.
        """
        known = np.isfinite(points_px).all(axis=1)
        if not known.all():
            points_mm = np.full(points_px.shape, np.nan)
            points_mm[known] = self.to_page(points_px[known])
            return points_mm
        back = np.linalg.inv(self.homography).astype(np.float64)
        points_mm = projected(back, points_px)
        if self.displacement is None:
            return points_mm
        offsets_px = np.zeros_like(points_px)
        for _ in range(_TURNS):
            last_px, offsets_px = offsets_px, self.displacement.at(points_mm)
            points_mm = projected(back, points_px - offsets_px)
            if np.abs(offsets_px - last_px).max(initial=0) < _NEAR_PX:
                break
        return points_mm

    def sources(self, width_px: int, height_px: int, dpi: float) -> Coarse:
        """Return of each pixel of a picture which place of the flat page, in pixels at a resolution, it shows.

        Two float32 channels: to the right and down, as `cv2.remap` takes them.
        """
        x, y = np.meshgrid(knots_px(width_px, _COARSE_PX), knots_px(height_px, _COARSE_PX))
        places = projected(PageMap.flat(dpi).homography, self.to_page(np.column_stack([x.ravel(), y.ravel()])))
        return Coarse(places.astype(np.float32).reshape(*x.shape, 2), _COARSE_PX)

    def scale_at(self, box_mm: Box) -> float:
        """Return how many pixels a mm has in the middle of a part of the page."""
        return float(self.scales_at(np.array([box_mm.middle]))[0])

    def scales_at(self, points_mm: Float64Array) -> Float64Array:
        """Return how many pixels a mm has at points of the page, shape (n, 2)."""
        steps = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
        places = self.to_picture((points_mm[:, np.newaxis] + steps).reshape(-1, 2)).reshape(-1, 3, 2)
        right, below = places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]
        scales: Float64Array = np.sqrt(np.abs(right[:, 0] * below[:, 1] - right[:, 1] * below[:, 0]))
        return scales


def projected(homography: Float64Array, points: Float64Array) -> Float64Array:
    """Map points, shape (n, 2), by a homography."""
    x, y, far = homography[:, :2] @ points.T + homography[:, 2:]
    out = np.empty((len(points), 2))
    np.divide(x, far, out=out[:, 0])
    np.divide(y, far, out=out[:, 1])
    return out
