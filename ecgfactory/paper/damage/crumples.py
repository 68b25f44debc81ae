"""Paper that was crumpled and smoothed again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.paper.damage.area import cloud, random_of
from ecgfactory.paper.damage.base import Bend
from ecgfactory.paper.page import Page

_BEYOND_MM = 12
"""How far the net of facets reaches beyond the paper."""

_SHIFT_STEP_MM = 3
"""Distance of the points at which shifts are known; maps of pages tell them at every 5 mm."""

_SMALLER = ((0.5, 0.35), (0.25, 0.25))
"""Of the smaller creases between large ones: size of their facets as a share of the large ones', and steepness."""

_WARP_MM = 3.0
"""How far creases are from straight lines."""


@dataclass(frozen=True)
class Crumples(Bend):
    """Flat facets between creases, each tilted its own way: the corners of a net of triangles are moved at random.

    Parameters
    ----------
    width_mm, height_mm : float
        Of the paper.
    facet_mm : float
        About how large a facet is.
    shift_mm : float
        How far the corners of facets are moved in the plane of the page, at most.
    tilt : float
        How much darker facets are that are turned away from the light.
    crease : float
        How much darker or lighter the creases between facets are.
    light_degrees : float
        Where the light comes from, clockwise from the right.
    grain_seed : int
        Of the net.
    """

    name = "crumples"

    width_mm: float
    height_mm: float
    facet_mm: float
    shift_mm: float
    tilt: float
    crease: float
    light_degrees: float
    grain_seed: int

    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        """Move points with the corners of their facet."""
        return _read(_fields(self).shifts_mm, places_mm, _SHIFT_STEP_MM)

    def light(self, places_mm: Float64Array) -> Float64Array:
        """Light each facet as it is tilted."""
        return _read(_fields(self).light, places_mm, 1)


class _Fields(NamedTuple):
    """What is known at every mm, from the upper left corner of the net on.

    Parameters
    ----------
    shifts_mm : float32 array, shape (rows / 3, columns / 3, 2)
        At every third mm.
    light : float32 array, shape (rows, columns)
    """

    shifts_mm: Float32Array
    light: Float32Array


@lru_cache(maxsize=2)
def _fields(crumples: Crumples) -> _Fields:
    """Work out a page's fields, once for its offsets and its light."""
    rng = random_of(crumples.grain_seed)
    size = int(crumples.width_mm) + 2 * _BEYOND_MM, int(crumples.height_mm) + 2 * _BEYOND_MM
    large = _Net.draw(size, crumples.facet_mm, rng)
    count = len(large.corners_mm)
    angle, radius = rng.uniform(0, 2 * np.pi, count), crumples.shift_mm * np.sqrt(rng.random(count))
    shifts = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])

    slopes = large.slopes(rng.normal(0, 0.5, count) * crumples.facet_mm)
    for share, steepness in _SMALLER:
        small = _Net.draw(size, crumples.facet_mm * share, rng)
        heights = rng.normal(0, steepness, len(small.corners_mm)) * crumples.facet_mm * share
        slopes += small.slopes(heights) * np.clip(0.5 + cloud(rng, slopes.shape[:2], (4, 5), 2), 0, 1)[..., np.newaxis]
    return _Fields(large.spread(shifts), _lit(crumples, slopes, rng))


def _lit(crumples: Crumples, slopes: Float32Array, rng: np.random.Generator) -> Float32Array:
    """Light a surface of slopes, shape (rows, columns, 2), to the right and down."""
    rows, columns, _ = slopes.shape
    # No crease is quite straight, and some are round.
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    warps = [cloud(rng, (rows, columns), (rows / 25, columns / 25), 2) * _WARP_MM for _ in range(2)]
    warped = cv2.remap(slopes, x + warps[0], y + warps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    sharp, soft = cv2.GaussianBlur(warped, (0, 0), 0.7), cv2.blur(cv2.blur(warped, (11, 11)), (9, 9))
    roundness = np.clip(0.55 + cloud(rng, (rows, columns), (4, 5), 2), 0, 1)[..., np.newaxis]
    slopes = sharp + (soft - sharp) * roundness
    angle = np.radians(crumples.light_degrees)
    facing = slopes @ np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)
    # How sharply the paper bends: up, and it catches light; down, and it is in the shade.
    bend = cv2.Sobel(slopes[..., 0], cv2.CV_32F, 1, 0) + cv2.Sobel(slopes[..., 1], cv2.CV_32F, 0, 1)
    light = 1 - crumples.tilt * (0.5 + 0.5 * np.tanh(0.9 * facing)) - crumples.crease * np.tanh(0.3 * bend)
    return np.asarray(light, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _Net:
    """A net of triangles.

    Parameters
    ----------
    corners_mm : float64 array, shape (n, 2)
    triangles : int array, shape (m, 3)
        Which are the corners of each.
    at : int32 array, shape (rows, columns)
        In which triangle each mm lies.
    """

    corners_mm: Float64Array
    triangles: npt.NDArray[np.intp]
    at: npt.NDArray[np.int32]

    @classmethod
    def draw(cls, size: tuple[int, int], facet_mm: float, rng: np.random.Generator) -> _Net:
        """Draw a net that fills a rectangle, width and height in mm: Delaunay's of a disturbed grid."""
        width, height = size
        columns, rows = max(2, round(width / facet_mm)), max(2, round(height / facet_mm))
        x, y = np.meshgrid((np.arange(columns) + 0.5) * width / columns, (np.arange(rows) + 0.5) * height / rows)
        inner = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-0.48, 0.48, (rows * columns, 2)) * facet_mm
        border = [(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]
        corners = np.concatenate([np.clip(inner, 1, np.array(size) - 2), border]).astype(np.float32)
        plane = cv2.Subdiv2D((0, 0, width, height))
        plane.insert(corners.tolist())
        found = np.asarray(plane.getTriangleList()).reshape(-1, 3, 2)
        found = found[((found >= 0) & (found < size)).all(axis=(1, 2))]
        known = {tuple(corner): number for number, corner in enumerate(corners.tolist())}
        triangles = np.array([[known[tuple(corner)] for corner in three] for three in found.tolist()])
        at: npt.NDArray[np.int32] = np.zeros((height, width), dtype=np.int32)
        for number, triangle in enumerate(np.rint(found).astype(np.int32)):
            cv2.fillConvexPoly(at, triangle, number)
        return cls(corners.astype(np.float64), triangles, at)

    def planes(self, values: Float64Array) -> Float32Array:
        """Return of values at corners, shape (n, k), the planes through those of each triangle.

        Returns
        -------
        float32 array, shape (m, 3, k)
            Slope to the right, slope down, and value at the upper left corner of the net.
        """
        places = np.concatenate([self.corners_mm[self.triangles], np.ones((len(self.triangles), 3, 1))], axis=-1)
        return np.linalg.solve(places, values[self.triangles]).astype(np.float32)

    def slopes(self, heights: Float64Array) -> Float32Array:
        """Return how steep the net is at every mm to the right and down, shape (rows, columns, 2)."""
        return self.planes(heights[:, np.newaxis])[:, :2, 0][self.at]

    def spread(self, values: Float64Array) -> Float32Array:
        """Return values at corners, shape (n, k), spread over the net, at every third mm.

        None is longer than the longest, as in thin triangles it would be where a whole mm lies beside them; and none
        differs much from its neighbours, so that paper is not laid over itself.
        """
        plane = self.planes(values)[self.at[::_SHIFT_STEP_MM, ::_SHIFT_STEP_MM]]
        rows, columns = plane.shape[:2]
        x, y = (np.arange(count, dtype=np.float32) * _SHIFT_STEP_MM for count in (columns, rows))
        spread: Float32Array = plane[..., 0, :] * x[:, np.newaxis] + plane[..., 1, :] * y[:, np.newaxis, np.newaxis]
        spread += plane[..., 2, :]
        longest, lengths = np.linalg.norm(values, axis=-1).max(), np.linalg.norm(spread, axis=-1, keepdims=True)
        held = spread * np.minimum(1, longest / np.maximum(lengths, 1e-6))
        return np.asarray(cv2.blur(held, (3, 3)), dtype=np.float32)


def _read(field: Float32Array, places_mm: Float64Array, step_mm: int) -> Float64Array:
    """Read a field at places, shape (..., 2), bilinearly."""
    at = ((places_mm.reshape(1, -1, 2) + _BEYOND_MM) / step_mm).astype(np.float32)
    parts = np.array_split(at, at.shape[1] // 30_000 + 1, axis=1)  # a side of remap's picture has at most 32767 pixels
    read = [
        cv2.remap(field, part[..., 0], part[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for part in parts
    ]
    return np.concatenate(read, axis=1).reshape(*places_mm.shape[:-1], *field.shape[2:]).astype(np.float64)


def crumpled(page: Page, rng: np.random.Generator) -> Crumples:
    """Draw paper that was in a pocket, or in a bin."""
    return Crumples(
        width_mm=page.width_mm,
        height_mm=page.height_mm,
        facet_mm=round(rng.uniform(32, 75), 1),
        shift_mm=round(rng.uniform(0.3, 1.4), 3),
        tilt=round(rng.uniform(0.08, 0.3), 3),
        crease=round(rng.uniform(0.04, 0.12), 3),
        light_degrees=round(rng.uniform(0, 360), 1),
        grain_seed=int(rng.integers(2**31)),
    )
