"""Torn and cut edges and punched holes leave what is printed."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from ecgfactory.paper.damage.edges import cut_askew, torn_edge
from ecgfactory.paper.damage.holes import PunchHoles, punch_holes
from ecgfactory.paper.damage.printed import printed_boxes
from ecgfactory.paper.page import Box, Page, PrintedText
from tests.flat_page import flat_page
from tests.printed_ecgs import printed

DRAWS = 40


def outlines(page: Page) -> Iterator[tuple[tuple[float, float], ...]]:
    """Draw many."""
    for seed in range(DRAWS):
        torn = torn_edge(page, np.random.default_rng(seed))
        if torn is not None:
            yield torn[0]
        cut = cut_askew(page, np.random.default_rng(seed))
        if cut is not None:
            yield cut


def test_all_that_is_printed_stays_on_the_paper() -> None:
    """Each corner of each box is within each outline, at some distance."""
    page = flat_page()
    drawn = list(outlines(page))
    assert len(drawn) > DRAWS
    corners = np.concatenate([box.corners for box in printed_boxes(page)])
    for outline in drawn:
        polygon = np.array(outline, dtype=np.float32)
        for x, y in corners:
            assert cv2.pointPolygonTest(polygon, (float(x), float(y)), True) > 0.5


def test_an_outline_is_of_the_page_and_not_all_of_it() -> None:
    """No point beyond the paper; something is lost, at one side of four."""
    page = flat_page()
    sides = set()
    for outline in outlines(page):
        points = np.array(outline)
        assert (points >= 0).all() and (points <= (page.width_mm, page.height_mm)).all()
        lost = 1 - cv2.contourArea(points.astype(np.float32)) / (page.width_mm * page.height_mm)
        assert 0 < lost < 0.2
        whole = points[-2:]
        sides.add(tuple(whole.mean(axis=0)))
    assert len(sides) == 4


def test_fibres_lie_along_the_tear() -> None:
    """They are part of the outline."""
    torn = next(found for seed in range(9) if (found := torn_edge(flat_page(), np.random.default_rng(seed))))
    outline, fibres = torn
    assert set(fibres.line_mm) <= set(outline)
    assert len(fibres.line_mm) > 100


def test_fibres_cover_nothing_that_is_printed() -> None:
    page = printed(layout="12x1")
    scale = page.style.dpi / 25.4
    black = np.zeros((round(page.height_mm * scale), round(page.width_mm * scale), 3), dtype=np.uint8)
    drawn = [torn[1] for seed in range(2 * DRAWS) if (torn := torn_edge(page, np.random.default_rng(seed)))]
    assert len(drawn) > DRAWS / 2
    for fibres in drawn:
        pixels = fibres.on_paper(black.copy(), page)
        assert pixels.any()
        for box in printed_boxes(page):
            left, top, right, bottom = np.rint(np.array(box) * scale).astype(int)
            assert not pixels[top:bottom, left:right].any()


@pytest.mark.parametrize("size", ["A4", "letter"])
def test_holes_keep_off_what_is_printed(size: str) -> None:
    """They are at a punch's distances from each other, from the edge and from all boxes."""
    page = flat_page(size)
    holes = [punch_holes(page, (9, 9, 9), np.random.default_rng(seed)) for seed in range(DRAWS)]
    found = [hole for hole in holes if isinstance(hole, PunchHoles)]
    assert found
    for hole in found:
        middles = np.array(hole.middles_mm)
        assert np.allclose(np.hypot(*np.diff(middles, axis=0).T), 80 if size == "A4" else (80, 108), atol=28.1)
        for box in printed_boxes(page):
            nearest = np.clip(middles, (box.left, box.top), (box.right, box.bottom))
            assert np.hypot(*(middles - nearest).T).min() > hole.diameter_mm / 2


def test_where_there_is_no_room_there_are_none() -> None:
    """A page printed to its edges is neither torn nor punched."""
    page = flat_page()
    full = Page(140, 110, page.style, 10, None, page.traces, [PrintedText("x", "header", Box(0, 0, 140, 110), 3.0)])
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert torn_edge(full, rng) is None
        assert cut_askew(full, rng) is None
        assert punch_holes(full, (9, 9, 9), rng) is None
