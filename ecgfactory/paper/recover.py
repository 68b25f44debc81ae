"""The signal that a mask shows, read back through the inverse of its map: the proof that both tell the same.

In each column of pixels a lead's ink has an upper and a lower edge. The pen is a disc: the upper edge of its stroke is
the curve dilated by that disc, the lower one eroded. The curve is what the edges are most likely from: Gauss-Newton
steps on the squared distances of its own stroke's edges from those read, with a prior on its second differences, which
are small where the curve is calm and large within a QRS complex. So narrow peaks keep their height, although the pen is
wider than they are.

What comes back has limits. At 25 mm/s and 200 dpi, 197 columns of pixels stand for the 500 samples of a second: what is
above 98 Hz is seen only as far as it shapes the edges, and the rest of generated ECGs, unfiltered, is 29.5 dB above it.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.paper.page import Box, box_around
from ecgfactory.paper.page_map import PageMap
from ecgfactory.paper.pen import drawn_width_px
from ecgfactory.paper.truth_file import LeadTruth, PictureTruth

_EDGE_PX = 0.3
"""Standard deviation of an edge that is read to whole pixels: 1 / sqrt(12)."""

_SIDEWAYS_PX = 0.5
"""The same to the side, where columns of the page are not those of the picture: steep edges are less certain there."""

_CURVATURE_UV, _CURVATURE_RATE_HZ = 6.0, 500.0
"""Standard deviation of second differences of a calm curve, and the rate it is meant at: noise of generated ECGs."""

_LOCAL = 5
"""Samples over which the size of second differences is averaged."""

_STEPS = 8
"""Of Gauss and Newton; on flat pages 6, 12 and 25 differ by less than 0.1 dB."""

_PER_PX = 8
"""Places at which each pixel of a column is looked at."""

_COARSE_MM = 1.0
"""Distance at which places are looked up in the map; between them they are interpolated."""

_ALIGNED = 1e-6


class Edges(NamedTuple):
    """Edges of a lead's ink, in pixels of its piece of the page: to the right, and upwards from the baseline.

    Parameters
    ----------
    columns, upper, lower : float64 array, shape (n,)
        Of each column that shows ink.
    """

    columns: Float64Array
    upper: Float64Array
    lower: Float64Array


class Contact(NamedTuple):
    """Where the stroke's edge comes from: a place between a sample and the next, and the edge's height.

    Parameters
    ----------
    samples : int64 array, shape (n,)
    shares : float64 array, shape (n,)
    heights : float64 array, shape (n,)
    """

    samples: IntArray
    shares: Float64Array
    heights: Float64Array


def recover_signal(mask: npt.NDArray[np.uint8], truth: PictureTruth) -> list[Float64Array]:
    """Read the signal of each of `truth.leads` from a mask.

    Returns
    -------
    list of float64 array, shape (samples,)
        In uV at the samples of each piece; NaN where it is clipped, missing, or outside the picture.
    """
    return [_recovered(mask, piece, truth) for piece in truth.leads]


def _recovered(mask: npt.NDArray[np.uint8], piece: LeadTruth, truth: PictureTruth) -> Float64Array:
    page_map, line_mm = truth.page_map, truth.page.line_mm
    box_mm = box_around(page_map.to_page(piece.corners_px))
    scale = page_map.scale_at(box_mm)
    edges = _edges(mask == truth.mask_values[piece.lead], page_map, box_mm, piece.baseline_mm)
    radius_px = drawn_width_px(line_mm, scale) / 2
    apart_px = piece.mm_per_s / truth.sampling_rate_hz * scale
    uv_per_px = 1000 / (piece.mm_per_mv * scale)
    calm_px = _CURVATURE_UV / uv_per_px * (_CURVATURE_RATE_HZ / truth.sampling_rate_hz) ** 2
    sideways_px = 0.0 if _is_aligned(page_map) else _SIDEWAYS_PX

    values = np.full(len(piece.x_px), np.nan)
    drawn = np.flatnonzero(~np.isnan(piece.x_px))
    places_px = (np.arange(len(values)) - drawn[0]) * apart_px + line_mm / 2 * scale
    for run in np.split(drawn, np.flatnonzero(np.diff(drawn) > 1) + 1):
        here = (edges.columns >= places_px[run[0]]) & (edges.columns <= places_px[run[-1]])
        if len(run) > 2 and here.sum() > 1:
            seen = Edges(*(part[here] for part in edges))
            values[run] = _curve(seen, places_px[run], radius_px, calm_px, sideways_px)
    if len(edges.columns):
        values[_distances(places_px, edges.columns) > 1 + radius_px] = np.nan
    values[~piece.is_known] = np.nan
    return piece.baseline_uv + values * uv_per_px


def _distances(places: Float64Array, columns: Float64Array) -> Float64Array:
    """Return how far each place is from the nearest column."""
    after = np.searchsorted(columns, places)
    before = columns[np.maximum(after - 1, 0)]
    distances: Float64Array = np.minimum(
        np.abs(places - before), np.abs(columns[np.minimum(after, len(columns) - 1)] - places)
    )
    return distances


def _is_aligned(page_map: PageMap) -> bool:
    (_, skew, _), (turn, _, _), _ = page_map.homography
    return page_map.is_affine and max(abs(skew), abs(turn)) < _ALIGNED


def _edges(ink: npt.NDArray[np.bool_], page_map: PageMap, box_mm: Box, baseline_mm: float) -> Edges:
    """Read the edges of ink within a box of the page, at the columns of pixels that its baseline crosses."""
    scale = page_map.scale_at(box_mm)
    along_mm = np.linspace(box_mm.left, box_mm.right, int((box_mm.right - box_mm.left) / _COARSE_MM) + 2)
    along_px = page_map.to_picture(np.column_stack([along_mm, np.full_like(along_mm, baseline_mm)]))[:, 0]
    # Aslant, each column of the page crosses several of the picture: one between two shows something else than both.
    step_px = 1.0 if _is_aligned(page_map) else 0.5
    x_mm = np.interp(np.arange(np.ceil(along_px[0]), along_px[-1], step_px), along_px, along_mm)
    y_mm = np.arange(box_mm.top - 2 / scale, box_mm.bottom + 2 / scale, 1 / scale / _PER_PX)
    across, down = np.ascontiguousarray(np.moveaxis(_places(page_map, x_mm, y_mm), -1, 0))
    # OpenCV's bilinear reading finds an edge half way between the middles of its two pixels.
    shown = cv2.remap(ink.astype(np.float32), across, down, cv2.INTER_LINEAR) >= 0.5
    half_mm = 0.5 / scale / _PER_PX
    has = shown.any(axis=0)
    upper_mm = y_mm[shown.argmax(axis=0)] - half_mm
    lower_mm = y_mm[len(y_mm) - 1 - shown[::-1].argmax(axis=0)] + half_mm
    x_px = (x_mm - box_mm.left) * scale
    return Edges(x_px[has], ((baseline_mm - upper_mm) * scale)[has], ((baseline_mm - lower_mm) * scale)[has])


def _places(page_map: PageMap, x_mm: Float64Array, y_mm: Float64Array) -> npt.NDArray[np.float32]:
    """Return where the crossings of columns and rows of the page are in the picture, shape (rows, columns, 2).

    Looked up some rows apart, and linear in between.
    """
    coarse_mm = np.linspace(y_mm[0], y_mm[-1], int((y_mm[-1] - y_mm[0]) / _COARSE_MM) + 2)
    x, y = np.meshgrid(x_mm, coarse_mm)
    coarse_px = page_map.to_picture(np.column_stack([x.ravel(), y.ravel()])).reshape(*x.shape, 2).astype(np.float32)
    at = np.interp(y_mm, coarse_mm, np.arange(len(coarse_mm)))
    before = np.minimum(at.astype(int), len(coarse_mm) - 2)
    share = (at - before).astype(np.float32)[:, np.newaxis, np.newaxis]
    places: npt.NDArray[np.float32] = coarse_px[before] * (1 - share) + coarse_px[before + 1] * share
    return places


def _curve(edges: Edges, places_px: Float64Array, radius_px: float, calm_px: float, sideways_px: float) -> Float64Array:
    """Return the height of the most likely curve at samples, equally far apart."""
    curve = np.interp(places_px, edges.columns, (edges.upper + edges.lower) / 2)
    weights = np.concatenate([_weights(edges.columns, edge, sideways_px) for edge in (edges.upper, edges.lower)])
    for _ in range(_STEPS):
        above = _contact(curve, places_px, edges.columns, radius_px)
        below = _contact(-curve, places_px, edges.columns, radius_px)
        samples = np.concatenate([above.samples, below.samples])
        shares = np.concatenate([above.shares, below.shares])
        missed = np.concatenate([edges.upper - above.heights, edges.lower + below.heights])
        curve = curve + _step(curve, samples, shares, missed, weights, calm_px)
    return curve


def _weights(columns: Float64Array, edge: Float64Array, sideways_px: float) -> Float64Array:
    """Return the inverse of the variance of an edge's heights; the steepest slope next to each column counts."""
    slopes = np.abs(np.diff(edge) / np.diff(columns))
    steepest = np.maximum(np.append(slopes, 0), np.insert(slopes, 0, 0))
    weights: Float64Array = 1 / (_EDGE_PX**2 + (sideways_px * _EDGE_PX * steepest) ** 2)
    return weights


def _contact(curve: Float64Array, places_px: Float64Array, columns: Float64Array, radius: float) -> Contact:
    """Find, in each column, the place of the curve whose disc makes the upper edge of the stroke."""
    apart = places_px[1] - places_px[0]
    reach = int(np.ceil(radius / apart)) + 1
    first = np.floor((columns - places_px[0]) / apart).astype(int)[:, np.newaxis]
    samples = np.clip(first + np.arange(-reach, reach + 1), 0, len(curve) - 2)
    slopes = (curve[samples + 1] - curve[samples]) / apart
    offsets = columns[:, np.newaxis] - places_px[samples]
    # The disc touches its tangent to the segment beside its middle; where that is beyond an end, the end's disc counts.
    shares = np.clip((offsets + radius * slopes / np.sqrt(1 + slopes**2)) / apart, 0, 1)
    aside = shares * apart - offsets
    caps = np.sqrt(np.maximum(radius**2 - aside**2, 0))
    heights = np.where(np.abs(aside) <= radius, curve[samples] + slopes * apart * shares + caps, -np.inf)
    best = heights.argmax(axis=1)
    rows = np.arange(len(columns))
    return Contact(samples[rows, best], shares[rows, best], heights[rows, best])


def _step(
    curve: Float64Array,
    samples: IntArray,
    shares: Float64Array,
    missed: Float64Array,
    weights: Float64Array,
    calm_px: float,
) -> Float64Array:
    """Return the Gauss-Newton step: the normal equations have two bands above their diagonal."""
    count = len(curve)

    def summed(at: IntArray, values: Float64Array) -> Float64Array:
        return np.bincount(at, values, minlength=count).astype(np.float64)

    rest = 1 - shares
    bands = np.zeros((3, count))
    bands[2] = summed(samples, weights * rest**2) + summed(samples + 1, weights * shares**2)
    bands[1] = summed(samples + 1, weights * rest * shares)
    towards = summed(samples, weights * rest * missed) + summed(samples + 1, weights * shares * missed)

    bent = np.diff(curve, 2)
    around = np.convolve(np.pad(bent**2, _LOCAL // 2, mode="edge"), np.full(_LOCAL, 1 / _LOCAL), mode="valid")
    stiff = 1 / (calm_px**2 + around)
    for place, factor in enumerate((1, -2, 1)):
        bands[2, place : count - 2 + place] += factor**2 * stiff
        towards[place : count - 2 + place] -= factor * stiff * bent
    bands[1, 1:-1] -= 2 * stiff
    bands[1, 2:] -= 2 * stiff
    bands[0, 2:] += stiff
    step: Float64Array = solveh_banded(bands, towards)
    return step
