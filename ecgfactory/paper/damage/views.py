"""Where a page lies in the picture of a scanner or a camera, drawn for one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import View
from ecgfactory.paper.damage.perform import homography_of
from ecgfactory.paper.page import Box, Page, box_around
from ecgfactory.paper.page_map import projected

_SCAN_MARGIN_MM, _PHOTO_MARGIN_MM = 1.5, 3.0
"""What is printed stays so far within the picture: more than crumples and folds move it, and sheets that stand up."""

_LARGEST = 0.98
"""Area of a photo's frame in comparison with the flat page's: who holds a camera askew goes further away."""

_SMALLEST_SCALE, _LARGEST_SCALE = 0.8, 0.96
"""Of the page in the middle of a photo, in comparison with the flat page."""


@dataclass(frozen=True)
class Ground:
    """What lies behind a page; see `View`."""

    surface: str
    colour: Sequence[float]
    shade: float


_COLOURS = {
    "wood": [(150, 105, 68), (178, 138, 96), (104, 68, 44), (196, 166, 130), (84, 62, 50)],
    "cloth": [(58, 84, 120), (92, 128, 116), (186, 190, 196), (70, 72, 78)],
    "plain": [(210, 208, 202), (120, 122, 126), (52, 52, 56), (166, 158, 146), (226, 226, 224)],
}
"""Of surfaces that sheets are laid on."""


def glass_view(page: Page, rng: np.random.Generator) -> View:
    """Draw how a page lies on a scanner's glass, or is pulled through one."""
    at = rng.random(8)
    turn = np.deg2rad(np.clip(rng.normal(0, 0.5), -1.5, 1.5))
    stretch = 1 + 0.003 * (at[:2] - 0.5)
    shift_mm = 0.008 * (at[2:4] - 0.5) * page.width_mm
    corners_mm = _paper(page) * stretch @ _turned(turn) + shift_mm
    half_mm = _paper(page)[2]
    if at[4] < 0.2:
        dark = 20 + 40 * at[6]
        return _view(page, corners_mm, half_mm * (1.005 + 0.03 * at[5]), Ground("plain", [dark] * 3, 0.0), rng)
    light = 232 + 20 * at[5]
    ground = Ground("plain", (light, light, light - 3 * at[6]), round(float(0.35 * at[7]), 3))
    return _view(page, corners_mm, half_mm, ground, rng, margin_mm=_SCAN_MARGIN_MM)


def desk_view(page: Page, rng: np.random.Generator) -> View:
    """Draw how a page on a table lies in a photo."""
    corners_mm = _through_camera(page, rng)
    surface = ("wood", "cloth", "plain")[int(rng.choice(3, p=[0.5, 0.2, 0.3]))]
    colours = _COLOURS[surface]
    at = rng.random(3)
    colour = np.array(colours[int(rng.integers(len(colours)))]) * (0.8 + 0.35 * at[0])
    half_mm = np.abs(corners_mm).max(axis=0) * (0.99 + 0.06 * at[1])
    ground = Ground(surface, colour, round(float(0.15 + 0.4 * at[2]), 3))
    return _view(page, corners_mm, half_mm, ground, rng, _lens(rng, 0.006))


def screen_view(page: Page, rng: np.random.Generator) -> View:
    """Draw how a page on a monitor lies in a photo, on the grey of a viewer's window."""
    corners_mm = _through_camera(page, rng)
    at = rng.random(2)
    grey = 30 + 60 * at[0]
    half_mm = np.abs(corners_mm).max(axis=0) * (0.98 + 0.04 * at[1])
    return _view(page, corners_mm, half_mm, Ground("plain", (grey, grey, grey + 4), 0.0), rng, _lens(rng, 0.004))


def seed(rng: np.random.Generator) -> int:
    """Draw a seed of a texture."""
    return int(rng.integers(2**31))


def _lens(rng: np.random.Generator, sigma: float) -> float:
    return round(float(np.clip(rng.normal(0, sigma), -2.5 * sigma, 2.5 * sigma)), 5)


def _through_camera(page: Page, rng: np.random.Generator) -> Float64Array:
    """Return where a camera sees the corners of the paper, in mm from the picture's middle, which shows the page's.

    A pinhole camera, held not quite straight above the page.
    """
    roll = np.clip(rng.normal(0, 2.5), -6, 6) if rng.random() < 0.92 else rng.uniform(-15, 15)
    tilt, swing = np.deg2rad(np.clip(rng.normal(0, 6, size=2), -16, 16))
    away_mm = page.width_mm * rng.uniform(1.1, 2.0)
    scale = rng.uniform(_SMALLEST_SCALE, _LARGEST_SCALE)
    x, y = (_paper(page) @ _turned(np.deg2rad(roll))).T
    y, z = y * np.cos(tilt), y * np.sin(tilt)
    x, z = x * np.cos(swing) + z * np.sin(swing), z * np.cos(swing) - x * np.sin(swing)
    corners_mm = np.column_stack([x, y]) * (away_mm / (away_mm + z))[:, np.newaxis]
    frame = np.prod(2 * np.abs(corners_mm).max(axis=0)) / (page.width_mm * page.height_mm)
    seen: Float64Array = corners_mm * np.clip(np.sqrt(_LARGEST / frame), _SMALLEST_SCALE, scale)
    return seen


def _view(
    page: Page,
    corners_mm: Float64Array,
    half_mm: Float64Array,
    ground: Ground,
    rng: np.random.Generator,
    lens: float = 0.0,
    margin_mm: float = _PHOTO_MARGIN_MM,
) -> View:
    """Return the view of a page whose corners are so far from the middle of a picture of twice that half size.

    Where something printed would be nearer to its edge than it may, the picture is larger.
    """
    size_mm = np.array([page.width_mm, page.height_mm])
    printed_mm = _printed_mm(page, margin_mm) - size_mm / 2
    seen_mm = projected(homography_of(_paper(page), corners_mm), printed_mm)
    half_mm = np.maximum(half_mm, np.abs(seen_mm).max(axis=0) / (1 - abs(lens)))
    shares = np.round((corners_mm + half_mm) / size_mm, 6)
    width, height = np.round(2 * half_mm / size_mm, 6)
    red, green, blue = (int(np.clip(colour, 0, 255)) for colour in ground.colour)
    return View(
        corners=tuple((float(x), float(y)) for x, y in shares),
        width=float(width),
        height=float(height),
        lens=lens,
        behind=(red, green, blue),
        surface=ground.surface,
        shade=ground.shade,
        grain_seed=seed(rng),
    )


def _printed_mm(page: Page, margin_mm: float) -> Float64Array:
    """Return the corners of what has to be seen of a page, shape (n, 2): all but its grid, with a margin."""
    lines = [*(trace.points_mm for trace in page.traces), *(pulse.points_mm for pulse in page.pulses)]
    boxes = [box_around(np.concatenate(lines), margin_mm)]
    boxes += [box_around(text.box_mm.corners, margin_mm) for text in page.texts]
    return np.concatenate([box.corners for box in boxes])


def _paper(page: Page) -> Float64Array:
    """Return the corners of the paper, from its middle."""
    return Box(-page.width_mm / 2, -page.height_mm / 2, page.width_mm / 2, page.height_mm / 2).corners


def _turned(angle: float) -> Float64Array:
    """Return the matrix that turns rows of (x, y) by an angle, clockwise as seen."""
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return np.array([(cos, sin), (-sin, cos)])
