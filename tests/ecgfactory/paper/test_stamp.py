"""A pen covers the pixels whose middles are no further from its way than half its width."""

import numpy as np
import pytest

from ecgfactory.paper.stamp import stamp
from tests.ecgfactory.paper.test_mask import distances_px


@pytest.mark.parametrize("width_px", [1.6, 2.4, 5.0])
@pytest.mark.parametrize("steep", [1.0, 12.0])
def test_a_pixel_shows_what_is_within_half_the_width(width_px: float, steep: float) -> None:
    x = np.linspace(4, 55, 120) + 1.5 * np.sin(np.arange(120) / 4)  # goes back now and then
    points_px = np.column_stack([x, 20 + steep * np.sin(x / 3)])
    mask = np.zeros((40, 60), dtype=np.uint8)
    stamp(mask, points_px, np.full(120, width_px), 7)
    inner = np.s_[:, 9:51]  # ends are cut
    away_px = distances_px(points_px, *mask.shape)[inner]
    shown = mask[inner] == 7
    assert set(np.unique(mask)) == {0, 7}
    assert away_px[shown].max() <= width_px / 2
    assert away_px[~shown].min() > width_px / 2 - 0.08


def test_the_way_ends_where_its_points_do() -> None:
    mask = np.zeros((20, 20), dtype=np.uint8)
    stamp(mask, np.array([(3.0, 10.0), (8.0, 10.0)]), np.full(2, 3.0), 1)
    assert np.flatnonzero(mask.any(axis=0)).tolist() == [3, 4, 5, 6, 7, 8]
    assert np.flatnonzero(mask.any(axis=1)).tolist() == [9, 10, 11]


def test_the_pen_gets_wider_on_its_way() -> None:
    mask = np.zeros((40, 60), dtype=np.uint8)
    stamp(mask, np.array([(5.0, 20.0), (55.0, 20.0)]), np.array([2.0, 12.0]), 1)
    assert mask[:, [10, 30, 50]].sum(axis=0) == pytest.approx([3, 7, 11], abs=1)


def test_what_leaves_the_picture_is_left_out() -> None:
    whole = np.zeros((60, 80), dtype=np.uint8)
    points_px = np.array([(5.0, 30.0), (20.0, 5.0), (60.0, 55.0), (75.0, 30.0)])
    stamp(whole, points_px, np.full(4, 4.0), 1)
    part = np.zeros((30, 40), dtype=np.uint8)
    stamp(part, points_px - (20, 15), np.full(4, 4.0), 1)
    assert np.array_equal(part, whole[15:45, 20:60])
    outside = np.zeros((30, 40), dtype=np.uint8)
    for shift in ((0, 100), (100, 0), (-100, 0), (0, -100)):
        stamp(outside, points_px + shift, np.full(4, 4.0), 1)
    assert not outside.any()
