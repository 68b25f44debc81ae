"""How pages are drawn to be seen: in full, as scanners and hands do, and the same again."""

import dataclasses
import json

import cv2
import numpy as np
import pytest

from ecgfactory.paper.damage import damage_named
from ecgfactory.paper.damage.base import Damage, Recipe
from ecgfactory.paper.damage.perform import map_of, perform, size_px
from ecgfactory.paper.draw import draw_page
from ecgfactory.paper.page import Box, Page, PrintedText
from tests.printed_ecgs import printed
from tests.seen_pages import Waves, blank_page, blank_pixels

KINDS = ["scan", "photo", "fax"]
DRAWS = range(150)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Damage:
    return damage_named(request.param)


def _drawn(kind: Damage, page: Page, seed: int) -> Recipe:
    return kind.recipe(page, np.random.default_rng(seed))


@pytest.mark.parametrize("other_bend", [None, Waves(1.2)])
def test_all_that_is_printed_stays_in_the_picture(kind: Damage, other_bend: Waves | None) -> None:
    page = blank_page()
    text = PrintedText("25 mm/s", "scale", Box(1.5, 205.0, 20.0, 208.0), 3.0)
    page = dataclasses.replace(page, texts=[text])
    for seed in DRAWS:
        recipe = _drawn(kind, page, seed)
        view = recipe.view
        page_map = map_of(view, other_bend or recipe.bend, page)
        last_px = np.array(size_px(view, page)) - 1
        line_px = page_map.to_picture(page.traces[0].points_mm)
        assert (line_px > 1).all() and (line_px < last_px - 1).all(), seed
        if other_bend is None:
            text_px = page_map.to_picture(text.box_mm.corners)
            assert (text_px > 0).all() and (text_px < last_px).all(), seed


def test_scans_lie_straight_and_fill_the_picture() -> None:
    page = blank_page()
    for seed in DRAWS:
        view = _drawn(damage_named("scan"), page, seed).view
        left, right = (np.array(view.corners) * (page.width_mm, page.height_mm))[:2]
        assert abs(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0]))) <= 1.5
        assert 1 <= view.width < 1.06 and 1 <= view.height < 1.08


def test_photos_are_about_as_large_as_their_page() -> None:
    page = blank_page()
    whole = Box(0, 0, page.width_mm, page.height_mm)
    scales, turns = [], []
    for seed in DRAWS:
        view = _drawn(damage_named("photo"), page, seed).view
        scales.append(map_of(view, None, page).scale_at(whole) * 0.254)
        left, right = (np.array(view.corners) * (page.width_mm, page.height_mm))[:2]
        turns.append(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
    assert 0.75 < min(scales) < max(scales) < 1.0
    assert np.percentile(np.abs(turns), 85) < 10 < max(np.abs(turns)) < 20


def test_some_photos_are_of_a_monitor() -> None:
    page = blank_page()
    names = [{step.name for step in _drawn(damage_named("photo"), page, seed).picture} for seed in DRAWS]
    assert 3 < sum("moire" in steps for steps in names) < 25
    assert all("sensor_noise" in steps for steps in names)


def test_same_draw_is_the_same_picture(kind: Damage) -> None:
    page = blank_page(72)
    first, second, other = (perform(_drawn(kind, page, seed), blank_pixels(page), page)[0] for seed in (3, 3, 4))
    assert np.array_equal(first, second)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_steps_are_plain_numbers_and_texts(kind: Damage) -> None:
    for seed in range(40):
        recipe = _drawn(kind, blank_page(), seed)
        for step in (recipe.view, *recipe.picture, *([recipe.bend] if recipe.bend else [])):
            told = json.loads(json.dumps(dataclasses.asdict(step)))
            assert type(step)(**{key: _tuples(value) for key, value in told.items()}) == step


def _tuples(value: object) -> object:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def test_blurs_grow_with_the_resolution() -> None:
    def blur(dpi: int) -> float:
        steps = _drawn(damage_named("photo"), blank_page(dpi), 0).picture
        return next(step.sigma_px for step in steps if hasattr(step, "sigma_px"))

    assert blur(300) == pytest.approx(3 * blur(100), abs=0.002)


def test_a_fax_shows_lines_that_are_thinner_than_a_pixel() -> None:
    page = printed(dpi=72, line_mm=0.1, colour="none")
    for seed in range(4):
        pixels, page_map = perform(_drawn(damage_named("fax"), page, seed), draw_page(page), page)
        near_ink = cv2.erode(pixels[..., 0], np.ones((3, 3), np.uint8)) == 0
        places = page_map.to_picture(np.concatenate([trace.points_mm for trace in page.traces]))
        x, y = np.rint(places).astype(int).T
        assert near_ink[y, x].mean() > 0.85
