"""Distance of a picture's grid lines by Fourier analysis of its pixels, against what the truth says of that spot."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.page import Box
from ecgfactory.paper.page_map import PageMap

WINDOW_MM = 30.0
SPOTS = (0.2, 0.5, 0.8)
"""Where it is measured, as shares of the grid's width and height, each with each."""

SEARCHED = 0.2
"""How far from the truth a line in the spectrum is looked for, as a share of its frequency."""

_SEARCH_STEPS = 41
_REFINED_STEPS, _REFINEMENTS = 9, 4
_SEEN = 4.0
"""Times the median of its surroundings, from where a line of the spectrum is one: noise has such a peak among the
1,681 places looked at in one of a thousand windows (its amplitudes are Rayleigh distributed)."""

_DARKEST_PERCENT = 8
"""Of the pixels; these are the trace and not the grid, and are made no darker than the others."""


class Spacing(NamedTuple):
    """Distance of the lines at one spot, one way.

    Parameters
    ----------
    truth_px : float
        By the map of the truth.
    measured_px : float
        In the pixels; NaN where no line of the spectrum is seen.
    """

    truth_px: float
    measured_px: float

    @property
    def error(self) -> float:
        """Measured less truth, as a share."""
        return self.measured_px / self.truth_px - 1


def measure_spacing(pixels: Pixels, page_map: PageMap, grid_mm: Box) -> list[Spacing]:
    """Measure how far apart the lines at every mm are, across and down, at the spots that lie in the picture."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    spacings = []
    for across in SPOTS:
        for down in SPOTS:
            spot_mm = np.array(
                [
                    grid_mm.left + across * (grid_mm.right - grid_mm.left),
                    grid_mm.top + down * (grid_mm.bottom - grid_mm.top),
                ]
            )
            spacings += _at(grey, page_map, spot_mm)
    return spacings


def _at(grey: npt.NDArray[np.uint8], page_map: PageMap, spot_mm: Float64Array) -> list[Spacing]:
    centre_px, px_per_mm = _local_map(page_map, spot_mm)
    half = int(WINDOW_MM / 2 * np.sqrt(abs(np.linalg.det(px_per_mm))))
    x, y = np.rint(centre_px).astype(int)
    patch = grey[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1].astype(np.float64)
    if patch.shape != (2 * half + 1, 2 * half + 1):
        return []
    hann = np.hanning(2 * half + 3)[1:-1]
    window = np.outer(hann, hann)
    patch = np.maximum(patch, np.percentile(patch, _DARKEST_PERCENT))
    patch = (patch - (patch * window).sum() / window.sum()) * window
    lines = np.linalg.inv(px_per_mm)
    return [Spacing(float(1 / np.hypot(*line)), _measured_px(patch, line)) for line in lines]


def _local_map(page_map: PageMap, spot_mm: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return where a spot is, and the (2, 2) px per mm that fit best around it, weighted as the window is."""
    steps = (np.arange(1, 10) / 10 - 0.5) * WINDOW_MM
    x, y = np.meshgrid(steps, steps)
    offsets_mm = np.column_stack([x.ravel(), y.ravel()])
    weights = np.cos(np.pi * offsets_mm / WINDOW_MM).prod(axis=1)
    known = np.column_stack([np.ones(len(offsets_mm)), offsets_mm])
    places_px = page_map.to_picture(spot_mm + offsets_mm)
    fitted, *_ = np.linalg.lstsq(known * weights[:, np.newaxis], places_px * weights[:, np.newaxis], rcond=None)
    return fitted[0], fitted[1:].T


def _measured_px(patch: Float64Array, line: Float64Array) -> float:
    """Return the distance, in px, of the strongest waves near those whose (x, y) cycles a px are given."""
    frequency = float(np.hypot(*line))
    step = 2 * SEARCHED * frequency / (_SEARCH_STEPS - 1)
    amplitudes = _spectrum(patch, line, step, _SEARCH_STEPS)
    row, column = np.unravel_index(np.argmax(amplitudes), amplitudes.shape)
    edge = (0, _SEARCH_STEPS - 1)
    if row in edge or column in edge or amplitudes[row, column] < _SEEN * np.median(amplitudes):
        return float("nan")
    found = line + (np.array([column, row]) - (_SEARCH_STEPS - 1) / 2) * step
    for _ in range(_REFINEMENTS):
        step *= 2 / (_REFINED_STEPS - 1)
        amplitudes = _spectrum(patch, found, step, _REFINED_STEPS)
        row, column = np.unravel_index(np.argmax(amplitudes), amplitudes.shape)
        found = found + (np.array([column, row]) - (_REFINED_STEPS - 1) / 2) * step
    return float(1 / np.hypot(*found))


def _spectrum(patch: Float64Array, middle: Float64Array, step: float, steps: int) -> Float64Array:
    """Return the amplitudes of a patch's Fourier transform, shape (steps, steps), around a frequency in cycles/px."""
    offsets = (np.arange(steps) - (steps - 1) / 2) * step
    rows, columns = (np.arange(length) - length // 2 for length in patch.shape)
    down = np.exp(-2j * np.pi * np.outer(middle[1] + offsets, rows))
    across = np.exp(-2j * np.pi * np.outer(columns, middle[0] + offsets))
    amplitudes: Float64Array = np.abs(down @ patch @ across)
    return amplitudes
