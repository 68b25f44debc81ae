"""Stains: rings of coffee, drops, grease."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.paper.damage.area import Area, cloud, random_of
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.page import Box, Page

_BENDS = 7
"""Waves around a stain's outline at most."""

_ANGLES = 1024
"""At which waves around a stain are worked out."""


@dataclass(frozen=True)
class Stain(PaperStep):
    """A stain, about round: a transparent colour, darker in a rim where it dried.

    Parameters
    ----------
    x_mm, y_mm, radius_mm : float
        Middle, and distance of the rim from it.
    colour : (int, int, int)
        Red, green and blue of white paper under a stain of strength 1.
    inside, rim : float
        Strength within, and at the rim in addition.
    rim_mm : float
        Width of the rim.
    soft_mm : float
        How far the stain fades out beyond its radius.
    uneven : float
        How far the outline is from a circle, as a share of the radius.
    gap : float
        Share of the rim that is missing, as where a cup did not touch.
    grain_seed : int
        Of outline and texture.
    """

    name = "stain"

    x_mm: float
    y_mm: float
    radius_mm: float
    colour: tuple[int, int, int]
    inside: float
    rim: float
    rim_mm: float
    soft_mm: float
    uneven: float
    gap: float
    grain_seed: int

    @property
    def reach_mm(self) -> float:
        """How far from its middle it changes the page at most."""
        return self.radius_mm * (1 + self.uneven) + 3 * self.soft_mm

    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Tint the paper."""
        reach = self.reach_mm
        box = Box(self.x_mm - reach, self.y_mm - reach, self.x_mm + reach, self.y_mm + reach)
        area = Area.of(pixels, page, box)
        if area is None:
            return pixels
        x, y = area.nodes_mm()
        x, y = x - np.float32(self.x_mm), y - np.float32(self.y_mm)
        rng = random_of(self.grain_seed)
        # OpenCV takes a single column that is broadcast for as many numbers in memory.
        across, down = (np.ascontiguousarray(part) for part in np.broadcast_arrays(x, y))
        distance = cv2.magnitude(across, down)
        angle = (np.asarray(cv2.phase(across, down)) * (_ANGLES / (2 * np.pi))).astype(np.int16) % _ANGLES
        within = self.radius_mm * (1 + self.uneven * _wave(rng))[angle] - distance  # mm; negative outside
        texture = cloud(rng, within.shape, (reach / 4, reach / 4), 4)
        touched = np.clip((_wave(rng) + 1 - 2 * self.gap)[angle] * 3 + 0.5 * texture, 0, 1) if self.gap else 1.0
        edge = 1 / (1 + np.exp(np.clip(-4 * within / self.soft_mm, -30, 30)))
        # The rim is sharp outside, where the liquid ended, and fades inwards.
        rim = edge * np.exp(-np.maximum(within, 0) / self.rim_mm) * touched
        strength = self.inside * edge * (1 + 0.35 * texture) + self.rim * rim * (1 + 0.6 * texture)
        area.tint(strength * (distance < reach), self.colour)
        return pixels


def _wave(rng: np.random.Generator) -> Float32Array:
    """Return something that goes around smoothly, from -1 to 1, at each of the angles."""
    numbers = np.arange(1, _BENDS + 1)[:, np.newaxis]
    sizes = rng.uniform(0, 1, (_BENDS, 1)) / numbers
    turns = np.arange(_ANGLES) * (2 * np.pi / _ANGLES)
    waves = sizes * np.cos(numbers * turns + rng.uniform(0, 2 * np.pi, (_BENDS, 1)))
    wave: Float32Array = (waves.sum(axis=0) / sizes.sum()).astype(np.float32)
    return wave


def coffee_ring(x_mm: float, y_mm: float, rng: np.random.Generator) -> Stain:
    """Draw the ring of a cup, whose foot is 50 to 80 mm wide."""
    return Stain(
        x_mm,
        y_mm,
        radius_mm=round(rng.uniform(25, 40), 1),
        colour=(int(rng.integers(135, 165)), int(rng.integers(95, 120)), int(rng.integers(50, 80))),
        inside=round(max(0.0, rng.uniform(-0.05, 0.07)), 3),
        rim=round(rng.uniform(0.45, 0.95), 3),
        rim_mm=round(rng.uniform(0.7, 1.8), 2),
        soft_mm=round(rng.uniform(0.3, 0.8), 2),
        uneven=round(rng.uniform(0.004, 0.015), 4),
        gap=round(rng.uniform(0.1, 0.45), 2),
        grain_seed=int(rng.integers(2**31)),
    )


def drop(x_mm: float, y_mm: float, rng: np.random.Generator) -> Stain:
    """Draw a dried drop of coffee, tea or ink."""
    dark = rng.random()
    return Stain(
        x_mm,
        y_mm,
        radius_mm=round(float(rng.lognormal(1.0, 0.7)) + 0.6, 2),
        colour=(int(205 - 60 * dark), int(170 - 70 * dark), int(115 - 50 * dark)),
        inside=round(rng.uniform(0.25, 0.6), 3),
        rim=round(rng.uniform(0.3, 0.7), 3),
        rim_mm=round(rng.uniform(0.3, 0.8), 2),
        soft_mm=round(rng.uniform(0.2, 0.5), 2),
        uneven=round(rng.uniform(0.1, 0.45), 3),
        gap=0.0,
        grain_seed=int(rng.integers(2**31)),
    )


def grease(x_mm: float, y_mm: float, rng: np.random.Generator) -> Stain:
    """Draw a spot of grease or gel, through which what lies behind darkens the paper."""
    shade = int(rng.integers(205, 228))
    return Stain(
        x_mm,
        y_mm,
        radius_mm=round(rng.uniform(4, 22), 1),
        colour=(shade, shade - int(rng.integers(1, 7)), shade - int(rng.integers(10, 30))),
        inside=round(rng.uniform(0.5, 0.9), 3),
        rim=round(rng.uniform(0.0, 0.15), 3),
        rim_mm=round(rng.uniform(1, 3), 2),
        soft_mm=round(rng.uniform(0.8, 3), 2),
        uneven=round(rng.uniform(0.1, 0.35), 3),
        gap=0.0,
        grain_seed=int(rng.integers(2**31)),
    )
