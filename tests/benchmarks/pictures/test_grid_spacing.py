"""Spacing of grids drawn here, whose distances are known."""

import numpy as np
import pytest

from benchmarks.pictures.grid_spacing import measure_spacing
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.page import Box
from ecgfactory.paper.page_map import PageMap

GRID_MM = Box(2.0, 2.0, 98.0, 78.0)
SEEN_ASKEW = PageMap(np.array([[7.6, 0.5, 4.0], [-0.4, 7.9, 50.0], [0.0004, 0.0002, 1.0]]))


def lines(page_map: PageMap, mm_per_line: float = 1.0) -> Pixels:
    """Draw lines of grey where a map puts whole mm, with noise."""
    height_px, width_px = 700, 800
    x, y = np.meshgrid(np.arange(width_px), np.arange(height_px))
    places_mm = page_map.to_page(np.column_stack([x.ravel(), y.ravel()])) / mm_per_line
    near = np.abs(places_mm - np.rint(places_mm)).min(axis=1).reshape(height_px, width_px)
    grey = 250 - 60 * np.exp(-((near / 0.12) ** 2)) + np.random.default_rng(3).normal(0, 8, (height_px, width_px))
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


@pytest.mark.parametrize("page_map", [PageMap.flat(200), SEEN_ASKEW])
def test_spacing_is_as_the_map_says(page_map: PageMap) -> None:
    spacings = measure_spacing(lines(page_map), page_map, GRID_MM)
    assert len(spacings) >= 10
    assert max(abs(spacing.error) for spacing in spacings) < 0.002


def test_a_wrong_map_is_noticed() -> None:
    spacings = measure_spacing(lines(SEEN_ASKEW, mm_per_line=1.02), SEEN_ASKEW, GRID_MM)
    assert np.median([spacing.error for spacing in spacings]) == pytest.approx(0.02, abs=0.002)


def test_paper_without_lines_has_no_spacing() -> None:
    noise = np.random.default_rng(4).integers(200, 255, (700, 800, 3), dtype=np.uint8)
    assert np.isnan([spacing.measured_px for spacing in measure_spacing(noise, PageMap.flat(200), GRID_MM)]).all()
