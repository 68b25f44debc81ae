"""How scanners and cameras see a page, drawn for one picture."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import PictureStep, View
from ecgfactory.paper.damage.blur import MotionBlur, OutOfFocus
from ecgfactory.paper.damage.contrast import Grey, Levels
from ecgfactory.paper.damage.jpeg import Jpeg
from ecgfactory.paper.damage.light import Glare, Shadow, UnevenLight
from ecgfactory.paper.damage.noise import SensorNoise
from ecgfactory.paper.damage.perform import homography_of
from ecgfactory.paper.damage.screen import Moire
from ecgfactory.paper.page import Box, Page, box_around
from ecgfactory.paper.page_map import MM_PER_INCH, projected

_MARGIN_MM = 4.0
"""What is printed stays this far within the picture: more than bends move it."""

_WIDTH_FOR_BLUR_DPI = 200.0
"""Blurs are drawn in pixels of a page at this resolution: optics don't know a picture's."""


def scanned(page: Page, rng: np.random.Generator) -> tuple[View, list[PictureStep]]:
    """Draw how a scanner sees a page."""
    view = flat_view(page, rng)
    at = rng.random(12)
    sharp_px = (0.35 + 0.35 * at[0]) * page.style.dpi / _WIDTH_FOR_BLUR_DPI
    tint = 1 - 0.03 * at[1:4]
    steps: list[PictureStep] = [
        Levels(
            black=_to(0, 30, at[4], 1),
            white=_to(238, 262, at[5], 1),
            gamma=_to(0.85, 1.15, at[6]),
            red=round(float(tint[0]), 3),
            green=round(float(tint[1]), 3),
            blue=round(float(tint[2]), 3),
        )
    ]
    if at[7] < 0.4:
        steps.append(UnevenLight(_to(0.01, 0.05, at[8]), float(rng.choice([0.0, 90.0, 180.0, 270.0])), 0.0))
    if sharp_px > 0.4:
        steps.append(OutOfFocus(round(float(sharp_px), 3)))
    if at[9] < 0.15:
        steps.append(Grey())
    steps.append(SensorNoise(_to(0.5, 1.5, at[10], 2), _seed(rng)))
    if at[11] < 0.35:
        steps.append(Jpeg(int(rng.integers(60, 96))))
    return view, steps


def photographed(page: Page, rng: np.random.Generator) -> tuple[View, list[PictureStep]]:
    """Draw how a camera held by hand sees a page: on paper, or now and then on a monitor."""
    on_screen = rng.random() < 0.08
    view = _screen_view(page, rng) if on_screen else _desk_view(page, rng)
    steps = _screen_light(rng) if on_screen else _room_light(rng)
    at = rng.random(4)
    blur = page.style.dpi / _WIDTH_FOR_BLUR_DPI
    if at[0] < 0.12:
        steps.append(MotionBlur(_to(1.5, 3.5, at[1] * blur), _to(0, 180, at[2], 1)))
    else:
        steps.append(OutOfFocus(round(float((0.45 + 0.6 * at[1] ** 2) * blur), 3)))
    steps.append(SensorNoise(_to(0.8, 2.5, at[3], 2), _seed(rng)))
    if rng.random() < 0.6:
        steps.append(Jpeg(int(rng.integers(55, 96))))
    return view, steps


def flat_view(page: Page, rng: np.random.Generator) -> View:
    """Draw how a page lies on a scanner's glass, or is pulled through."""
    at = rng.random(8)
    turn = np.deg2rad(np.clip(rng.normal(0, 0.5), -1.5, 1.5))
    stretch = 1 + 0.003 * (at[:2] - 0.5)
    shift = 0.008 * (at[2:4] - 0.5)
    corners = _paper(page) * stretch @ _turned(turn) + shift * page.width_mm
    middle = _paper(page)[2]
    if at[4] < 0.2:
        border, dark = 0.005 + 0.03 * at[5], 20 + 40 * at[6]
        return _view(page, corners, middle * (1 + border), (dark, dark, dark + 2), "plain", 0.0, rng)
    lid = 232 + 20 * at[5]
    return _view(page, corners, middle, (lid, lid, lid - 3 * at[6]), "plain", round(float(0.35 * at[7]), 3), rng)


def _desk_view(page: Page, rng: np.random.Generator) -> View:
    corners = _through_camera(page, rng)
    at = rng.random(6)
    surface = ("wood", "cloth", "plain")[int(rng.choice(3, p=[0.5, 0.2, 0.3]))]
    colours = _COLOURS[surface]
    behind = np.array(colours[int(rng.integers(len(colours)))]) * (0.8 + 0.35 * at[0])
    lens = round(float(np.clip(rng.normal(0, 0.006), -0.015, 0.015)), 5)
    half = np.abs(corners).max(axis=0) * (0.99 + 0.06 * at[1])
    return _view(page, corners, half, behind, surface, round(float(0.15 + 0.4 * at[2]), 3), rng, lens)


def _screen_view(page: Page, rng: np.random.Generator) -> View:
    corners = _through_camera(page, rng)
    grey = 30 + 60 * rng.random()
    half = np.abs(corners).max(axis=0) * (0.98 + 0.04 * rng.random())
    return _view(page, corners, half, (grey, grey, grey + 4), "plain", 0.0, rng, round(float(rng.normal(0, 0.004)), 5))


_COLOURS = {
    "wood": [(150, 105, 68), (178, 138, 96), (104, 68, 44), (196, 166, 130), (84, 62, 50)],
    "cloth": [(58, 84, 120), (92, 128, 116), (186, 190, 196), (70, 72, 78)],
    "plain": [(210, 208, 202), (120, 122, 126), (52, 52, 56), (166, 158, 146), (226, 226, 224)],
}
"""Of surfaces that sheets lie on."""


def _room_light(rng: np.random.Generator) -> list[PictureStep]:
    at = rng.random(12)
    warm = float(np.clip(rng.normal(0.02, 0.035), -0.06, 0.1))
    steps: list[PictureStep] = [
        Levels(
            black=_to(8, 38, at[0], 1),
            white=_to(200, 248, at[1], 1),
            gamma=_to(0.85, 1.15, at[2]),
            red=round(1 + warm / 2, 3),
            green=1.0,
            blue=round(1 - warm, 3),
        ),
        UnevenLight(_to(0.03, 0.35, at[3] ** 1.5), _to(0, 360, at[4], 1), _to(0.0, 0.2, at[5])),
    ]
    if at[6] < 0.4:
        steps.append(_shadow(rng))
    if at[7] < 0.12:
        steps.append(
            Glare(_to(-0.7, 0.7, at[8]), _to(-0.5, 0.5, at[9]), _to(0.1, 0.3, at[10]), _to(0.2, 0.6, at[11]))
        )
    return steps


def _shadow(rng: np.random.Generator) -> Shadow:
    at = rng.random(6)
    return Shadow(
        x=_to(-0.8, 0.8, at[0]),
        y=_to(0.0, 0.6, at[1]),
        angle_deg=_to(40, 140, at[2], 1),
        width=_to(0.3, 0.9, at[3]),
        softness=_to(0.1, 0.4, at[4]),
        depth=_to(0.12, 0.42, at[5]),
    )


def _screen_light(rng: np.random.Generator) -> list[PictureStep]:
    at = rng.random(9)
    steps: list[PictureStep] = [
        Levels(_to(14, 40, at[0], 1), _to(215, 250, at[1], 1), _to(0.9, 1.2, at[2]), 0.96, 0.99, 1.03),
        Moire(
            pitch_px=round(float(1 + (0.008 + 0.04 * at[3]) * (1 if at[4] < 0.5 else -1)), 4),
            angle_deg=round(float(rng.normal(0, 1.5)), 2),
            bow=_to(-0.02, 0.02, at[5]),
            depth=_to(0.05, 0.16, at[6]),
        ),
        UnevenLight(_to(0.03, 0.2, at[7]), _to(0, 360, at[8], 1), 0.1),
    ]
    return steps


def _through_camera(page: Page, rng: np.random.Generator) -> Float64Array:
    """Return where the paper's corners are in a camera's picture, in mm of its middle, from that middle."""
    roll = np.clip(rng.normal(0, 2.5), -6, 6) if rng.random() < 0.92 else rng.uniform(-15, 15)
    tilt, swing = np.clip(rng.normal(0, 6, size=2), -16, 16)
    distance_mm = page.width_mm * rng.uniform(1.1, 2.0)
    scale = rng.uniform(0.85, 1.02)
    flat = np.column_stack([_paper(page) @ _turned(np.deg2rad(roll)), np.zeros(4)])
    ct, st, cs, ss = (f(np.deg2rad(a)) for a in (tilt, swing) for f in (np.cos, np.sin))
    turned = flat @ np.array([(1, 0, 0), (0, ct, -st), (0, st, ct)]).T @ np.array([(cs, 0, ss), (0, 1, 0), (-ss, 0, cs)]).T
    seen: Float64Array = scale * turned[:, :2] * distance_mm / (distance_mm + turned[:, 2:])
    return seen


def _view(
    page: Page,
    corners_mm: Float64Array,
    half_mm: Float64Array,
    behind: tuple[float, ...] | Float64Array,
    surface: str,
    shade: float,
    rng: np.random.Generator,
    lens: float = 0.0,
) -> View:
    """Return the view of a page whose corners are seen so far from the middle of a picture with that half size.

    Where something printed would be cut off, the picture is larger.
    """
    homography = homography_of(_paper(page), corners_mm)
    printed = projected(homography, printed_box(page).corners - np.array([page.width_mm, page.height_mm]) / 2)
    needed = (np.abs(printed).max(axis=0) + _MARGIN_MM) / (1 - abs(lens))
    half = np.maximum(half_mm, needed)
    size_mm = np.array([page.width_mm, page.height_mm])
    shares = np.round((corners_mm + half) / size_mm, 6)
    width, height = np.round(2 * half / size_mm, 6)
    red, green, blue = (int(np.clip(colour, 0, 255)) for colour in behind)
    return View(
        corners=tuple((float(x), float(y)) for x, y in shares),
        width=float(width),
        height=float(height),
        lens=lens,
        behind=(red, green, blue),
        surface=surface,
        shade=shade,
        grain_seed=_seed(rng),
    )


def printed_box(page: Page) -> Box:
    """Return what holds all that is printed on a page but its grid."""
    lines = [trace.points_mm for trace in page.traces] + [pulse.points_mm for pulse in page.pulses]
    return box_around(np.concatenate([*lines, *(text.box_mm.corners for text in page.texts)]))


def _paper(page: Page) -> Float64Array:
    """Return the corners of the paper, from its middle."""
    return Box(-page.width_mm / 2, -page.height_mm / 2, page.width_mm / 2, page.height_mm / 2).corners


def _turned(angle: float) -> Float64Array:
    """Return the matrix that turns rows of (x, y) by an angle, clockwise as seen."""
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return np.array([(cos, sin), (-sin, cos)])


def _to(low: float, high: float, at: float, digits: int = 3) -> float:
    """Return what lies at a share of the way from low to high, rounded for the truth to be read."""
    return round(float(low + (high - low) * at), digits)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
