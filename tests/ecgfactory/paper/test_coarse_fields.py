"""A field told at few points is the same whichever part of it is spread, and linear."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.paper.coarse import Coarse, knots_px
from ecgfactory.paper.tiles import TILE_COLUMNS, TILE_ROWS, tiles


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 20), st.data())
def test_parts_are_those_of_the_whole(height: int, width: int, step: int, data: st.DataObject) -> None:
    x, y = np.meshgrid(knots_px(width, step), knots_px(height, step))
    field = Coarse(np.stack([2 * x - y, y + 3], axis=-1).astype(np.float32), step)
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom, right = data.draw(st.integers(top + 1, height)), data.draw(st.integers(left + 1, width))
    columns, rows = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    found = field.over(slice(top, bottom), slice(left, right))
    assert np.allclose(found, np.stack([2 * columns - rows, rows + 3], axis=-1), atol=1e-2)


def test_tiles_are_all_pixels_once() -> None:
    counts = np.zeros((2 * TILE_ROWS + 5, TILE_COLUMNS + 1), dtype=int)
    for tile in tiles(*counts.shape):
        counts[tile] += 1
    assert (counts == 1).all()
