"""Paper that was crumpled and smoothed again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.paper.damage.area import cloud, grain
from ecgfactory.paper.damage.base import Bend
from ecgfactory.paper.page import Page

_NODE_MM = 0.5
"""Distance of the nodes at which the paper's light is worked out; a crease is about two of them wide."""

_BEYOND_MM = 20.0
"""How far facets reach beyond the paper."""


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
        How far the corners of facets are moved in the plane of the page, at most in each direction.
    tilt : float
        How much brighter or darker a facet is, typically.
    crease : float
        How much darker or lighter creases are.
    from_degrees : float
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
    from_degrees: float
    grain_seed: int

    @property
    def most_mm(self) -> float:
        """No point is moved further."""
        return self.shift_mm * 2**0.5

    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        """Move points with the corners of their facet."""
        moved = _nets(self).shifts_mm
        return np.stack([_sampled(moved[..., axis], places_mm) for axis in (0, 1)], axis=-1)

    def light(self, places_mm: Float64Array) -> Float64Array:
        """Light each facet as it is tilted."""
        return _sampled(_nets(self).light, places_mm)


@dataclass(frozen=True, eq=False)
class _Nets:
    """Fields on nodes from the upper left corner beyond the paper.

    Parameters
    ----------
    shifts_mm : float32 array, shape (rows, columns, 2)
    light : float32 array, shape (rows, columns)
    """

    shifts_mm: Float32Array
    light: Float32Array


def _sampled(field: Float32Array, places_mm: Float64Array) -> Float64Array:
    """Read a field at places, shape (..., 2), bilinearly."""
    at = ((places_mm + _BEYOND_MM) / _NODE_MM).astype(np.float32)
    flat = at.reshape(1, -1, 2) if at.ndim != 3 else at
    read = cv2.remap(field, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return read.reshape(places_mm.shape[:-1]).astype(np.float64)
