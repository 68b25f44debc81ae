"""How scanners and cameras see a page, drawn for one picture."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import PictureStep, View
from ecgfactory.paper.damage.blur import MotionBlur, OutOfFocus
from ecgfactory.paper.damage.contrast import Grey, Levels
from ecgfactory.paper.damage.jpeg import Jpeg
from ecgfactory.paper.damage.light import Glare, Shadow, UnevenLight
from ecgfactory.paper.damage.noise import SensorNoise
from ecgfactory.paper.damage.screen import Moire
from ecgfactory.paper.damage.views import desk_view, glass_view, screen_view, seed
from ecgfactory.paper.page import Page

_BLUR_DPI = 200.0
"""Blurs are drawn in pixels of a page at this resolution, and are as wide on the page at others."""

_AS_DOCUMENT = 0.5
"""Share of the scans that scanners' software makes ready to be read and stored: white paper takes little room."""


def scanned(page: Page, rng: np.random.Generator) -> tuple[View, list[PictureStep]]:
    """Draw how a scanner sees a page: as it is, or as a document, whose paper is made white."""
    view = glass_view(page, rng)
    at = rng.random(10)
    lamp = _lamp(rng)
    seen: list[PictureStep] = [] if lamp is None else [lamp]
    if at[0] < 0.7:
        seen.append(OutOfFocus(round(float(0.4 + 0.3 * at[1]) * _blur(page), 3)))
    if at[2] < 0.15:
        seen.append(Grey())
    seen.append(SensorNoise(_to(0.2, 0.8, at[3], 2), seed(rng)))
    black, gamma = _to(0, 30, at[4], 1), _to(0.85, 1.15, at[5])
    if at[6] < _AS_DOCUMENT:
        bright = 1.0 if lamp is None else (1 - lamp.fall) * min(lamp.green, lamp.blue)
        paper = min(page.inks.paper) / 255 * bright - _to(0.02, 0.05, at[7])
        steps = [*seen, Levels(black, round(black + (255 - black) / paper**gamma, 1), gamma)]
    else:
        steps = [Levels(black, _to(240, 262, at[7], 1), gamma), *seen]
    if at[8] < 0.1:
        steps.append(Jpeg(round(_to(60, 95, at[9]))))
    return view, steps


def _lamp(rng: np.random.Generator) -> UnevenLight | None:
    """Draw what is wrong with a scanner's lamp: yellowish, and darker towards one edge; three in five are."""
    at = rng.random(4)
    side = float(rng.choice([0.0, 90.0, 180.0, 270.0]))
    if at[0] >= 0.6:
        return None
    green, blue = round(1 - 0.008 * float(at[1]), 3), round(1 - 0.02 * float(at[2]), 3)
    return UnevenLight(_to(0.0, 0.04, at[3]), side, 0.0, 1.0, green, blue)


def photographed(page: Page, rng: np.random.Generator) -> tuple[View, list[PictureStep]]:
    """Draw how a camera held by hand sees a page on a table."""
    return desk_view(page, rng), [*_room_light(rng), *_camera(page, rng)]


def photographed_on_monitor(page: Page, rng: np.random.Generator) -> tuple[View, list[PictureStep]]:
    """Draw how a camera held by hand sees a page on a monitor."""
    return screen_view(page, rng), [*_screen_light(rng), *_camera(page, rng)]


def _camera(page: Page, rng: np.random.Generator) -> list[PictureStep]:
    """Draw what the camera itself does."""
    at = rng.random(5)
    steps: list[PictureStep] = []
    if at[0] < 0.12:
        steps.append(MotionBlur(round(float(1.5 + 2 * at[1]) * _blur(page), 3), _to(0, 180, at[2], 1)))
    else:
        steps.append(OutOfFocus(round(float(0.45 + 0.6 * at[1] ** 2) * _blur(page), 3)))
    steps.append(SensorNoise(_to(0.3, 1.1, at[3], 2), seed(rng)))
    if at[4] < 0.15:
        steps.append(Jpeg(int(rng.integers(55, 96))))
    return steps


def _room_light(rng: np.random.Generator) -> list[PictureStep]:
    at = rng.random(8)
    warm = float(np.clip(rng.normal(0.02, 0.035), -0.06, 0.1))
    colour = round(1 + warm / 2, 3), 1.0, round(1 - warm, 3)
    steps: list[PictureStep] = [
        Levels(black=_to(8, 38, at[0], 1), white=_to(212, 252, at[1], 1), gamma=_to(0.85, 1.15, at[2])),
        UnevenLight(_to(0.03, 0.3, at[3] ** 1.5), _to(0, 360, at[4], 1), _to(0.0, 0.2, at[5]), *colour),
    ]
    if at[6] < 0.4:
        steps.append(_shadow(rng))
    if at[7] < 0.12:
        steps.append(_glare(rng))
    return steps


def _shadow(rng: np.random.Generator) -> Shadow:
    """Draw the shadow of who holds the camera, who stands below the picture."""
    at = rng.random(6)
    return Shadow(
        x=_to(-0.8, 0.8, at[0]),
        y=_to(-0.1, 0.6, at[1]),
        angle_deg=_to(40, 140, at[2], 1),
        width=_to(0.3, 1.0, at[3]),
        softness=_to(0.15, 0.6, at[4]),
        depth=_to(0.12, 0.42, at[5]),
    )


def _glare(rng: np.random.Generator) -> Glare:
    at = rng.random(4)
    return Glare(_to(-0.7, 0.7, at[0]), _to(-0.5, 0.5, at[1]), _to(0.1, 0.3, at[2]), _to(0.15, 0.5, at[3]))


def _screen_light(rng: np.random.Generator) -> list[PictureStep]:
    at = rng.random(8)
    beat = (0.008 + 0.04 * at[3]) * (1 if at[4] < 0.5 else -1)
    return [
        Levels(black=_to(14, 40, at[0], 1), white=_to(215, 250, at[1], 1), gamma=_to(0.9, 1.2, at[2])),
        Moire(
            pitch_px=round(float(1 + beat), 4),
            angle_deg=round(float(rng.normal(0, 1.5)), 2),
            bow=_to(-0.02, 0.02, at[5]),
            depth=_to(0.03, 0.10, at[6]),
        ),
        UnevenLight(_to(0.03, 0.2, at[7]), float(rng.integers(360)), 0.1, 0.96, 0.99, 1.03),
    ]


def _blur(page: Page) -> float:
    return page.style.dpi / _BLUR_DPI


def _to(low: float, high: float, at: float, digits: int = 3) -> float:
    """Return what lies at a share of the way from low to high, rounded so that the truth can be read."""
    return round(float(low + (high - low) * at), digits)
