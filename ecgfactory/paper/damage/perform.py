"""Doing what a recipe says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import Bend, PictureStep, Pixels, Recipe, View
from ecgfactory.paper.damage.behind import lay_behind
from ecgfactory.paper.damage.fields import lit
from ecgfactory.paper.damage.light import Light, lit_by
from ecgfactory.paper.page import Page
from ecgfactory.paper.page_map import MM_PER_INCH, STEP_MM, Displacement, PageMap, node_places_mm, projected
from ecgfactory.paper.tiles import tiles

# A shard's worker has one core; OpenCV would start as many threads as the machine has. Whatever draws or writes
# pictures imports this module first.
cv2.setNumThreads(1)

_LIGHT_STEP_MM = 1.0
"""Distance of the points at which a bend's light is told: a crease is a few mm wide."""

_WHITE = (255, 255, 255, 255)

_OUTLINE_STEP_MM = 2.5
"""Longest stretch of the paper's edge that is drawn straight."""


def perform(recipe: Recipe, pixels: Pixels, page: Page) -> tuple[Pixels, PageMap]:
    """Do to a flat page what a recipe says; return its picture, and where places on the page are in it."""
    for paper_step in recipe.paper:
        pixels = paper_step.on_paper(pixels, page)
    page_map = map_of(recipe.view, recipe.bend, page)
    if recipe.bend is not None:
        pixels = lit(pixels, recipe.bend.light(node_places_mm(page.width_mm, page.height_mm, _LIGHT_STEP_MM)))
    if recipe.view != View() or recipe.bend is not None:
        pixels = _seen(recipe.view, pixels, page, page_map)
    if recipe.view != View() or recipe.bend is not None or recipe.outline_mm is not None:
        pixels = lay_behind(recipe.view, pixels, page_map.to_picture(_outline_mm(recipe, page)))
    return _as_stored(recipe.picture, pixels), page_map


def _as_stored(steps: Sequence[PictureStep], pixels: Pixels) -> Pixels:
    """Do steps one after the other, lights that follow each other at once."""
    lights: list[Light] = []
    for step in steps:
        if isinstance(step, Light):
            lights.append(step)
            continue
        pixels = step.on_picture(lit_by(lights, pixels))
        lights = []
    return lit_by(lights, pixels)


def size_px(view: View, page: Page) -> tuple[int, int]:
    """Return width and height of the picture of a page."""
    scale = page.style.dpi / MM_PER_INCH
    return round(view.width * page.width_mm * scale), round(view.height * page.height_mm * scale)


def map_of(view: View, bend: Bend | None, page: Page) -> PageMap:
    """Return where places on a page are in a picture of it."""
    if view == View() and bend is None:
        return PageMap.flat(page.style.dpi)
    scale = page.style.dpi / MM_PER_INCH
    paper_mm = np.array([(0, 0), (page.width_mm, 0), (page.width_mm, page.height_mm), (0, page.height_mm)])
    shares_px = np.array([page.width_mm * scale, page.height_mm * scale])
    homography = homography_of(paper_mm, np.array(view.corners) * shares_px - 0.5)
    if bend is None and view.lens == 0:
        return PageMap(homography)
    nodes_mm = node_places_mm(page.width_mm, page.height_mm)
    places_mm = nodes_mm.reshape(-1, 2)
    bent_mm = places_mm if bend is None else places_mm + bend.offsets_mm(nodes_mm).reshape(-1, 2)
    seen_px = _through_lens(projected(homography, bent_mm), view.lens, size_px(view, page))
    offsets_px = (seen_px - projected(homography, places_mm)).reshape(nodes_mm.shape)
    return PageMap(homography, Displacement(STEP_MM, offsets_px))


def homography_of(sources: Float64Array, targets: Float64Array) -> Float64Array:
    """Return the homography, shape (3, 3), that maps four points, shape (4, 2), to four others."""
    equations, values = [], []
    for (x, y), (u, v) in zip(sources, targets, strict=True):
        equations += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        values += [u, v]
    solved = np.linalg.solve(np.array(equations, dtype=np.float64), np.array(values, dtype=np.float64))
    homography: Float64Array = np.append(solved, 1.0).reshape(3, 3)
    return homography


def _through_lens(points_px: Float64Array, lens: float, picture_px: tuple[int, int]) -> Float64Array:
    """Move points, shape (n, 2), away from the picture's middle by the square of their distance from it."""
    middle = (np.array(picture_px, dtype=np.float64) - 1) / 2
    away = points_px - middle
    share = (away**2).sum(axis=1, keepdims=True) / (middle**2).sum()
    moved: Float64Array = points_px + away * lens * share
    return moved


def _seen(view: View, pixels: Pixels, page: Page, page_map: PageMap) -> Pixels:
    """Return the picture of a flat page where its map puts it, white beyond its edge."""
    width_px, height_px = size_px(view, page)
    # With a fourth channel and a border of one colour OpenCV is more than twice as fast.
    flat = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
    if page_map.displacement is None:
        moved = page_map.homography @ np.linalg.inv(PageMap.flat(page.style.dpi).homography)
        size = width_px, height_px
        warped = cv2.warpPerspective(flat, moved, size, None, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT, _WHITE)
        return np.asarray(cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB), dtype=np.uint8)
    sources_px = page_map.sources(width_px, height_px, page.style.dpi)
    seen: Pixels = np.empty((height_px, width_px, 3), dtype=np.uint8)
    # The first map tells both directions; OpenCV's types don't know that the second may then be None.
    no_map: Any = None
    for tile in tiles(height_px, width_px):
        warped = cv2.remap(flat, sources_px.over(*tile), no_map, cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT, _WHITE)
        cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB, seen[tile])
    return seen


def _outline_mm(recipe: Recipe, page: Page) -> Float64Array:
    """Return points along the edge of the paper, shape (n, 2)."""
    whole = ((0.0, 0.0), (page.width_mm, 0.0), (page.width_mm, page.height_mm), (0.0, page.height_mm))
    corners = np.array(recipe.outline_mm or whole)
    sides = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    return np.concatenate([_along(first, last) for first, last in sides])


def _along(first: Float64Array, last: Float64Array) -> Float64Array:
    """Return points from one to the other, which is left out."""
    count = max(1, int(np.ceil(np.hypot(*(last - first)) / _OUTLINE_STEP_MM)))
    points: Float64Array = first + np.arange(count)[:, np.newaxis] / count * (last - first)
    return points
