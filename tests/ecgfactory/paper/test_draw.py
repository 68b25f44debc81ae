from dataclasses import replace

import numpy as np
import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.paper import lettering
from ecgfactory.paper.draw import draw_page
from ecgfactory.paper.page import Box, Grid, Page
from ecgfactory.paper.page_map import PageMap
from ecgfactory.paper.style import FONTS
from ecgfactory.paper.writing import Writing
from tests.printed_ecgs import printed


def bare(page: Page) -> Page:
    """A page without anything printed on it."""
    return replace(page, traces=(), texts=(), pulses=(), separators_mm=np.zeros((0, 2, 2)))


def ink(page: Page) -> np.ndarray:
    """How much darker than paper each pixel is, in red, green and blue together."""
    return (np.array(page.inks.paper, dtype=float) - draw_page(page)).sum(axis=2)


def centre(weights: np.ndarray) -> np.ndarray:
    """The centroid of each column, in pixels down."""
    return (np.arange(len(weights))[:, np.newaxis] * weights).sum(axis=0) / weights.sum(axis=0)


@pytest.mark.parametrize(("dpi", "line_mm"), [(72, 0.5), (150, 0.3), (200, 0.1)])
def test_a_trace_lies_where_the_map_says(dpi, line_mm):
    signal = 700 * np.sin(np.arange(5000) / 500)[np.newaxis]
    page = printed(signal, dpi=dpi, line_mm=line_mm, colour="none", layout="12x1", labels=False, pulse="none")
    page = replace(page, texts=())
    points = PageMap.flat(dpi).to_picture(page.traces[0].points_mm)
    columns = np.arange(int(points[0, 0]) + 3, int(points[-1, 0]) - 3)
    beside_px = centre(ink(page)[:, columns]) - np.interp(columns, points[:, 0], points[:, 1])
    assert abs(beside_px.mean()) < 0.01
    # A pixel sees only itself, so that the weight of a line that is no whole number of pixels wide moves to and fro.
    assert np.abs(np.convolve(beside_px, np.ones(9) / 9, "valid")).mean() < 0.05


@pytest.mark.parametrize("dpi", [100, 237])
def test_lines_of_the_grid_lie_where_the_map_says(dpi):
    page = replace(bare(printed(dpi=dpi)), grid=Grid(Box(5.3, 7.45, 105.3, 57.45)))
    dark = ink(page)
    scale = dpi / 25.4
    across, down = dark[int(10.95 * scale)], dark[:, int(8.8 * scale)]  # midway between lines
    for dark_along, places_mm in ((across, page.grid.vertical_mm()), (down, page.grid.horizontal_mm())):
        for place_px in places_mm * scale - 0.5:
            near = np.arange(np.ceil(place_px - scale / 2), place_px + scale / 2).astype(int)
            assert (near * dark_along[near]).sum() / dark_along[near].sum() == pytest.approx(place_px, abs=0.05)


def test_a_grid_ends_at_its_box_and_its_strong_lines_are_darker():
    page = replace(bare(printed(dpi=200)), grid=Grid(Box(10, 20, 60, 45)))
    dark = ink(page) > 0
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    ends_mm = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]) * 25.4 / 200
    assert ends_mm == pytest.approx([10, 20, 60, 45], abs=0.25)
    along = ink(page)[int(22.5 * 200 / 25.4)]
    heights = np.array([along[round(x * 200 / 25.4) - 2 : round(x * 200 / 25.4) + 3].sum() for x in range(10, 61)])
    assert heights[::5].min() > 2 * np.delete(heights, np.s_[::5]).max()


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("dpi", [72, 110])
def test_the_box_of_a_text_is_that_of_its_ink(font, dpi):
    page = bare(printed(colour="none", font=font, dpi=dpi))
    for text in ("aVR", "Qg(j) 0.5", "II"):
        written = Writing(font, dpi).line(text, "header", 33.3, 44.4, 2.5)
        dark = ink(replace(page, texts=[written])) > 0
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        box_px = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
        assert np.array(written.box_mm) * dpi / 25.4 == pytest.approx(
            box_px, abs=1.01
        )  # the faintest ink is rounded away
        assert (np.array(written.box_mm)[:2] * dpi / 25.4 <= box_px[:2] + 1e-6).all()
        assert (np.array(written.box_mm)[2:] * dpi / 25.4 >= box_px[2:] - 1e-6).all()


@pytest.mark.parametrize("font", FONTS)
def test_capitals_are_as_high_as_asked(font):
    box = Writing(font, 600).line("H", "lead", 10, 10, 2.5).box_mm
    assert box.bottom - box.top == pytest.approx(2.5, abs=0.15)


def test_letters_of_the_plotter_differ():
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:/-+()_='"
    drawn = {letter: lettering.lettering(letter, "plotter", False, 5.0, 200) for letter in letters}
    pictures = {(ink.coverage.shape, ink.coverage.tobytes(), ink.rise) for ink in drawn.values()}
    assert len(pictures) == len(letters)


def test_a_missing_font_is_told_and_not_replaced(monkeypatch, tmp_path):
    monkeypatch.setattr(lettering, "_fonts_folder", lambda: tmp_path)
    with pytest.raises(BadInputError, match=r"DejaVuSerif\.ttf is missing; install matplotlib"):
        lettering.lettering("never written before", "serif", False, 2.9, 123)


def test_nothing_leaves_gaps_or_changes_between_two_drawings():
    page = printed()
    assert np.array_equal(draw_page(page), draw_page(printed()))
    assert draw_page(page).shape == (827, 1169, 3)
    assert draw_page(page).dtype == np.uint8


def test_missing_samples_are_not_drawn():
    signal = np.zeros((1, 5000))
    signal[0, 2000:3000] = np.nan
    page = replace(printed(signal, colour="none", layout="12x1", labels=False, pulse="none"), texts=())
    dark = ink(page).any(axis=0)
    at_px = np.rint(PageMap.flat(100).to_picture(page.traces[0].points_mm)[:, 0][[1900, 1990, 3010, 3100]]).astype(int)
    assert dark[at_px[0] : at_px[1]].all()
    assert dark[at_px[2] : at_px[3]].all()
    assert not dark[at_px[1] + 3 : at_px[2] - 3].any()
