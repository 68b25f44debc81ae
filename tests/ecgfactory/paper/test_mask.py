"""A mask shows each line where it is, to a fraction of a pixel, and nothing else."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.mask import draw_mask
from ecgfactory.paper.mask_values import GRID, PULSE, SEPARATOR, TEXT, mask_values
from ecgfactory.paper.page import Grid, Page
from ecgfactory.paper.page_map import PageMap
from ecgfactory.paper.palette import mask_palette
from ecgfactory.paper.pen import drawn_width_px, stroke
from tests.paper_pictures import aslant, flat
from tests.printed_ecgs import printed


def distances_px(points_px: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    """How far the middle of each pixel is from a line, by each of its segments."""
    rows, columns = np.mgrid[0:height_px, 0:width_px]
    pixels = np.column_stack([columns.ravel(), rows.ravel()]).astype(float)
    nearest = np.full(len(pixels), np.inf)
    for start, end in pairwise(points_px):
        way = end - start
        share = np.clip((pixels - start) @ way / (way @ way), 0, 1)
        nearest = np.minimum(nearest, np.hypot(*(pixels - start - share[:, np.newaxis] * way).T))
    return nearest.reshape(height_px, width_px)


@pytest.mark.parametrize("width_px", [1.0, 2.4, 5.0])
def test_a_pixel_shows_a_line_whose_edge_is_beyond_its_middle(width_px: float) -> None:
    x = np.linspace(5, 55, 60)
    points_px = np.column_stack([x, 20 + 12 * np.sin(x / 3) + 3 * np.sin(x)])
    mask = np.zeros((40, 60), dtype=np.uint8)
    stroke(mask, points_px, width_px, 7)
    inner = np.s_[:, 9:51]  # ends are butt
    away_px = distances_px(points_px, *mask.shape)[inner]
    shown = mask[inner] == 7
    assert set(np.unique(mask)) == {0, 7}
    assert away_px[shown].max() < width_px / 2 + 0.3
    assert away_px[~shown].min() > width_px / 2 - 0.3
    assert np.mean(shown == (away_px < width_px / 2)) > 0.98


def test_lines_leave_the_picture_and_are_interrupted() -> None:
    mask = np.zeros((20, 20), dtype=np.uint8)
    points_px = np.array([(-50.0, 10), (8, 10), (np.nan, np.nan), (12, 10), (90, 10)])
    stroke(mask, points_px, 3.0, 1)
    assert (mask[:, [*range(8), *range(13, 20)]].sum(axis=0) == 3).all()
    assert not mask[:, 9:12].any()
    outside = np.zeros_like(mask)
    stroke(outside, points_px + np.array([0, 60]), 3.0, 1)
    stroke(outside, np.full((4, 2), np.nan), 3.0, 1)
    assert not outside.any()


def test_thin_lines_hold_together() -> None:
    assert drawn_width_px(0.1, 100 / 25.4) == 1
    assert drawn_width_px(0.5, 10) == 5
    for down in np.linspace(10, 11, 9):
        mask = np.zeros((20, 40), dtype=np.uint8)
        stroke(mask, np.array([(2.0, down), (37.0, down + 0.01)]), 1.0, 1)
        assert mask[:, 4:36].any(axis=0).all()


def test_values() -> None:
    values = mask_values(("V1", "V7", "I", "V8"))
    assert list(values) == ["background", "grid", "text", "pulse", "separator", "V1", "V7", "I", "V8"]
    assert list(values.values()) == [0, 1, 2, 3, 4, 16, 22, 10, 23]
    used = [*range(5), *range(10, 256)]
    assert len(np.unique(mask_palette()[used], axis=0)) == len(used)


def mask_of(page: Page, page_map: PageMap, width_px: int, height_px: int, **keys: object) -> np.ndarray:
    return draw_mask(page, page_map, width_px, height_px, TWELVE_LEADS, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("bend_px", [None, 0.0, 6.0])
def test_each_thing_is_where_the_map_puts_it(bend_px: float | None) -> None:
    page = printed()
    seen = flat(page) if bend_px is None else aslant(page, bend_px)
    page_map, values = seen[0], mask_values(TWELVE_LEADS)
    mask = mask_of(page, *seen)
    assert set(np.unique(mask)) == {0, GRID, TEXT, PULSE, SEPARATOR, *(values[name] for name in TWELVE_LEADS)}
    for trace in page.traces:
        columns, rows = np.rint(page_map.to_picture(trace.points_mm)).astype(int).T
        assert np.mean(mask[rows, columns] == values[trace.lead]) > 0.98
    columns, rows = np.rint(page_map.to_picture(page.separators_mm.mean(axis=1))).astype(int).T
    assert np.isin(mask[rows, columns], [SEPARATOR]).all()
    for text in page.texts:
        (left, top), (right, bottom) = page_map.to_picture(text.box_mm.corners[[0, 2]])
        ink = mask[int(top) - 1 : int(bottom) + 2, int(left) - 1 : int(right) + 2] == TEXT
        assert 0.05 < ink.mean() < 0.8


@pytest.mark.parametrize("bend_px", [0.0, 6.0])
def test_grid_lines(bend_px: float) -> None:
    page = replace(printed(pulse="none", labels=False, separators=False), traces=(), texts=())
    page_map, width_px, height_px = aslant(page, bend_px)
    mask = mask_of(page, page_map, width_px, height_px)
    assert isinstance(page.grid, Grid)
    box = page.grid.box_mm
    x, y = page.grid.vertical_mm(), page.grid.horizontal_mm()
    crossings = page_map.to_picture(np.array([(at, box.top + 17.3) for at in x] + [(box.left + 17.3, at) for at in y]))
    columns, rows = np.rint(crossings).astype(int).T
    near = cv2.dilate((mask == GRID).astype(np.uint8), np.ones((3, 3), np.uint8))
    assert near[rows, columns].all()
    assert (mask[rows, columns] == GRID).mean() > 0.7
    between = page_map.to_picture(np.array([(at + 0.5, box.top + 17.5) for at in x[:-1]]))
    columns, rows = np.rint(between).astype(int).T
    assert (mask[rows, columns] == GRID).mean() < 0.1


def test_beyond_a_torn_edge_is_nothing() -> None:
    page = printed()
    page_map, width_px, height_px = flat(page)
    torn = ((0.0, 0.0), (150.0, 0.0), (150.0, page.height_mm), (0.0, page.height_mm))
    whole = mask_of(page, page_map, width_px, height_px)
    mask = mask_of(page, page_map, width_px, height_px, outline_mm=torn)
    edge = round(150 / 25.4 * page.style.dpi)
    assert not mask[:, edge + 1 :].any()
    assert (mask[:, : edge - 1] == whole[:, : edge - 1]).all()
