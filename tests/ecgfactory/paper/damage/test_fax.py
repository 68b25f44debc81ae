"""A page sent by fax: what is printed thinly arrives too."""

from __future__ import annotations

import cv2
import pytest

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.rendering import PictureDraws, render_picture
from ecgfactory.paper.style import HIGHEST_LINE_MM, LOWEST_DPI, LOWEST_LINE_MM, PaperStyle
from tests.printed_ecgs import spikes_uv


@pytest.mark.parametrize("line_mm", [LOWEST_LINE_MM, 0.2, HIGHEST_LINE_MM])
def test_traces_arrive_however_thin_and_coarse_they_are(line_mm: float) -> None:
    for candidate, colour in ((1, "none"), (3, "blue"), (6, "none")):
        style = PaperStyle(dpi=LOWEST_DPI, line_mm=line_mm, damage="fax", colour=colour)
        numbers = PictureDraws(5, candidate, 0)
        picture = render_picture(spikes_uv(), 500, TWELVE_LEADS, style, numbers)
        grey = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY)
        assert grey[picture.mask >= 10].mean() < 128
        assert grey[picture.mask == 0].mean() > 200
