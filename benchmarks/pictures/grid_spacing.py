"""Distance of a picture's grid lines by Fourier analysis of its pixels, laid flat by the map of the truth.

A line a mm is then as far from the next as the scale of the map says, if the map is right.
"""

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

_FLATTENED_MM = 1.5
"""Standard deviation of what light and stains are averaged over and taken out: more than from line to line."""

_KEPT_PERCENT = (8, 80)
"""Of the pixels, by their grey: darker ones are the trace, lighter ones creases, and count no more than these."""


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
    """Measure around a spot, laid flat by the map: in a window across a fold the lines would not be one wave."""
    px_per_mm = float(page_map.scales_at(spot_mm[np.newaxis])[0])
    half = int(WINDOW_MM / 2 * px_per_mm)
    steps_mm = np.arange(-half, half + 1) / px_per_mm
    x, y = np.meshgrid(spot_mm[0] + steps_mm, spot_mm[1] + steps_mm)
    across, down = page_map.to_picture(np.column_stack([x.ravel(), y.ravel()])).T.astype(np.float32)
    if min(across.min(), down.min()) < 0 or across.max() > grey.shape[1] - 1 or down.max() > grey.shape[0] - 1:
        return []
    seen = cv2.remap(grey, across.reshape(x.shape), down.reshape(x.shape), cv2.INTER_LINEAR)
    patch: Float64Array = np.asarray(seen, dtype=np.float64)
    patch -= cv2.GaussianBlur(patch, (0, 0), _FLATTENED_MM * px_per_mm)
    patch = np.clip(patch, *np.percentile(patch, _KEPT_PERCENT))
    hann = np.hanning(2 * half + 3)[1:-1]
    window = np.outer(hann, hann)
    patch = (patch - (patch * window).sum() / window.sum()) * window
    ways = np.eye(2) / px_per_mm
    return [Spacing(px_per_mm, _measured_px(patch, line)) for line in ways]


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
