"""A fax shows the grid, and its mask does, where the grid is darker than the threshold."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.damage.fax import FaxLines
from ecgfactory.paper.mask_values import GRID
from ecgfactory.paper.rendering import PictureDraws, render_picture
from ecgfactory.paper.style import PaperStyle
from tests.printed_ecgs import spikes_uv


@pytest.mark.parametrize("dither", [0.0, 0.4])
def test_what_is_seen_is_darker_than_the_threshold(dither: float) -> None:
    fax = FaxLines(dots=1, lines=1, threshold=150, dither=dither, lost=0, grain_seed=1)
    for grey in range(107, 220, 10):
        share = (fax.on_picture(np.full((200, 200, 3), grey, dtype=np.uint8)) == 0).mean()
        assert fax.shows((grey, grey, grey)) == (share >= 0.25), grey


def test_masks_and_truth_tell_which_lines_are_left() -> None:
    seen = []
    for number in range(12):
        style = PaperStyle(dpi=72, damage="fax", colour="blue", header=False)
        picture = render_picture(spikes_uv(), 500, TWELVE_LEADS, style, PictureDraws(3, number))
        fax, inks, grid = picture.recipe.picture[0], picture.page.inks, picture.truth["grid"]
        assert isinstance(fax, FaxLines)
        assert (grid["minor_is_seen"], grid["major_is_seen"]) == (fax.shows(inks.minor), fax.shows(inks.major))
        share = (picture.mask == GRID).mean()
        assert (share > 0) == grid["major_is_seen"]
        assert (share > 0.2) == grid["minor_is_seen"]
        assert len(grid["vertical"]["x_mm"]) > 200  # they were printed
        seen.append(grid["major_is_seen"])
    assert any(seen) and not all(seen)
