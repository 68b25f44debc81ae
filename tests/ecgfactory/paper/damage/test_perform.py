"""Doing what a recipe says: the picture shows places where its map puts them."""

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.paper.damage.base import PaperStep, Pixels, Recipe, View
from ecgfactory.paper.damage.contrast import Levels
from ecgfactory.paper.damage.perform import homography_of, map_of, perform
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import PageMap, projected
from tests.seen_pages import ASLANT, Waves, blank_page, blank_pixels, dot_near, dotted_pixels

DOTS_MM = np.stack(np.meshgrid(np.linspace(12, 285, 9), np.linspace(12, 198, 7)), axis=-1).reshape(-1, 2)
FLAT_BEHIND = dataclasses.replace(ASLANT, behind=(10, 20, 30))


class BlackCorner(PaperStep):
    """Ink in the upper left 20 mm."""

    name = "black_corner"

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Return the paper with ink."""
        side = round(20 * page.style.dpi / 25.4)
        pixels[:side, :side] = 0
        return pixels


def test_no_damage_leaves_every_pixel() -> None:
    page = blank_page()
    pixels = np.random.default_rng(0).integers(0, 256, blank_pixels(page).shape, dtype=np.uint8)
    seen, page_map = perform(Recipe(), pixels.copy(), page)
    assert np.array_equal(seen, pixels)
    assert np.array_equal(page_map.homography, PageMap.flat(100).homography)
    assert page_map.displacement is None


@pytest.mark.parametrize("dpi", [90, 150])
@pytest.mark.parametrize("bend", [None, Waves()])
@pytest.mark.parametrize("lens", [0.0, 0.015, -0.015])
def test_dots_are_where_the_map_puts_them(dpi: int, bend: Waves | None, lens: float) -> None:
    page = blank_page(dpi)
    recipe = Recipe(bend=bend, view=dataclasses.replace(ASLANT, lens=lens))
    seen, page_map = perform(recipe, dotted_pixels(page, DOTS_MM), page)
    expected = page_map.to_picture(DOTS_MM)
    found = np.array([dot_near(seen, place) for place in expected])
    assert np.abs(found - expected).max() < 0.15


def test_lens_and_bend_move_points_as_they_say() -> None:
    page = blank_page()
    straight = map_of(dataclasses.replace(ASLANT, lens=0.0), None, page)
    bulged = map_of(dataclasses.replace(ASLANT, lens=0.1), None, page)
    bent = map_of(dataclasses.replace(ASLANT, lens=0.0), Waves(), page)
    nodes = np.array([(0.0, 0.0), (50.0, 35.0), (290.0, 205.0)])
    middle = (np.array([round(1.02 * 297 / 0.254), round(1.01 * 210 / 0.254)]) - 1) / 2
    away = straight.to_picture(nodes) - middle
    share = (away**2).sum(axis=1, keepdims=True) / (middle**2).sum()
    assert bulged.to_picture(nodes) - middle == pytest.approx(away * (1 + 0.1 * share), abs=1e-6)
    assert bent.to_picture(nodes) == pytest.approx(straight.to_picture(nodes + Waves().offsets_mm(nodes)), abs=1e-6)


def test_corners_of_the_paper_are_where_the_view_says() -> None:
    page = blank_page()
    seen, page_map = perform(Recipe(view=dataclasses.replace(ASLANT, lens=0.0)), blank_pixels(page), page)
    whole_px = np.array([297, 210]) / 0.254
    corners_mm = np.array([(0, 0), (297, 0), (297, 210), (0, 210)], dtype=np.float64)
    assert page_map.to_picture(corners_mm) == pytest.approx(np.array(ASLANT.corners) * whole_px - 0.5)
    assert seen.shape == (round(1.01 * 210 / 0.254), round(1.02 * 297 / 0.254), 3)


def test_beyond_the_paper_is_what_lies_behind() -> None:
    page = blank_page()
    seen, page_map = perform(Recipe(view=FLAT_BEHIND), blank_pixels(page), page)
    height_px, width_px, _ = seen.shape
    places = page_map.sources(width_px, height_px, 25.4).over(slice(0, height_px), slice(0, width_px)) + 0.5
    outwards = np.maximum(-places, places - (297, 210)).max(axis=-1)
    assert (seen[outwards < -0.5] == 255).all()
    assert np.abs(seen[outwards > 0.5].astype(int) - (10, 20, 30)).max() < 12
    assert ((seen[..., 0] > 60) & (seen[..., 0] < 200)).any()  # the edge is not jagged


def test_torn_paper_shows_what_lies_behind() -> None:
    page = blank_page()
    outline = ((50.0, 0.0), (297.0, 0.0), (297.0, 210.0), (0.0, 210.0), (0.0, 60.0))
    seen, page_map = perform(Recipe(view=View(behind=(10, 20, 30)), outline_mm=outline), blank_pixels(page), page)
    torn, kept = np.rint(page_map.to_picture(np.array([(10.0, 10.0), (40.0, 40.0)]))).astype(int)
    assert np.abs(seen[torn[1], torn[0]].astype(int) - (10, 20, 30)).max() < 12
    assert (seen[kept[1], kept[0]] == 255).all()


@pytest.mark.parametrize("surface", ["plain", "wood", "cloth"])
def test_surfaces_have_their_colour_and_grain(surface: str) -> None:
    page = blank_page()
    shown = [
        perform(
            Recipe(
                view=View(
                    ((2.0, 2.0), (3.0, 2.0), (3.0, 3.0), (2.0, 3.0)),
                    surface=surface,
                    behind=(150, 100, 50),
                    grain_seed=seed,
                )
            ),
            blank_pixels(page),
            page,
        )[0]
        for seed in (1, 1, 2)
    ]
    assert np.abs(shown[0].mean(axis=(0, 1)) - (150, 100, 50)).max() < 12
    assert shown[0].std(axis=(0, 1)).min() > 0.5
    assert np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[0], shown[2])


def test_sheet_throws_a_shadow() -> None:
    page = blank_page()
    view = View(((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)), behind=(200, 200, 200), shade=0.5)
    seen, page_map = perform(Recipe(view=view), blank_pixels(page), page)
    below, far = np.rint(page_map.to_picture(np.array([(150.0, 211.5), (150.0, 233.0)]))).astype(int)
    assert seen[below[1], below[0], 0] < 0.8 * seen[far[1], far[0], 0]


def test_steps_are_done_in_order() -> None:
    page = blank_page()
    recipe = Recipe(paper=[BlackCorner()], bend=Waves(0.0), picture=[Levels(black=50, white=250)])
    seen, _ = perform(recipe, blank_pixels(page), page)
    grey = 50 + 200 * 0.5  # the left 100 mm get half the light
    assert seen[20, 20, 0] == 50
    assert abs(int(seen[400, 200, 0]) - grey) < 2
    assert seen[400, 900, 0] == 250


_places = st.floats(-50, 50)


@given(st.tuples(*[st.tuples(_places, _places)] * 4))
def test_homography_takes_corners_to_corners(shifts: tuple[tuple[float, float], ...]) -> None:
    sources = np.array([(0, 0), (297, 0), (297, 210), (0, 210)], dtype=np.float64)
    targets = sources * 8 + shifts
    assert projected(homography_of(sources, targets), sources) == pytest.approx(targets, abs=1e-6)


def test_opencv_keeps_to_one_thread() -> None:
    assert cv2.getNumThreads() == 1
