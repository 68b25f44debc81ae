"""Light on a photographed page: uneven, shaded by a hand or a phone, or a lamp's reflection."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.damage.base import PictureStep, Pixels
from ecgfactory.paper.damage.fields import Places, lit, places_of, veiled


class Light(PictureStep):
    """Multiplies the picture by smooth factors; several that follow each other do so at once: see `lit_by`."""

    @abstractmethod
    def factors(self, places: Places) -> Float64Array:
        """Return how bright white is at points of a field, shape (rows, columns, 3), or 1 where it has no colour."""

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels in that light."""
        return lit_by([self], pixels)


def lit_by(lights: Sequence[Light], pixels: Pixels) -> Pixels:
    """Return the pixels in all these lights; as they are where there are none."""
    if not lights:
        return pixels
    places = places_of(pixels)
    return lit(pixels, reduce(np.multiply, (light.factors(places) for light in lights)))


@dataclass(frozen=True)
class UnevenLight(Light):
    """Light of a colour that falls off to one side, and to the corners as a lens makes it.

    Parameters
    ----------
    fall : float
        Share of the light that is lacking at the dark edge.
    angle_deg : float
        Where that is from the middle: 0 to the right, 90 below.
    vignette : float
        Share that is lacking in the corners.
    red, green, blue : float
        Factors of each colour.
    """

    name: ClassVar[str] = "uneven_light"

    fall: float
    angle_deg: float
    vignette: float
    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0

    def factors(self, places: Places) -> Float64Array:
        """Return how bright white is, shape (rows, columns, 3)."""
        x, y = places
        angle = np.deg2rad(self.angle_deg)
        towards = np.clip((x * np.cos(angle) + y * np.sin(angle) + 1) / 2, 0, 1)
        corner = (x**2 + y**2) / (1 + float(y.max()) ** 2)
        bright = (1 - self.fall * towards) * (1 - self.vignette * corner**2)
        factors: Float64Array = bright[..., np.newaxis] * np.array([self.red, self.green, self.blue])
        return factors


@dataclass(frozen=True)
class Shadow(Light):
    """The soft shadow of a hand or a phone: an oblong that reaches in from an edge.

    Parameters
    ----------
    x, y : float
        Its rounded end, from the picture's middle, as shares of half its width.
    angle_deg : float
        Where it goes from there.
    width : float
        Of the oblong, as a share of half the picture's width.
    softness : float
        Width of its edge, as such a share.
    depth : float
        Share of the light that it takes.
    """

    name: ClassVar[str] = "shadow"

    x: float
    y: float
    angle_deg: float
    width: float
    softness: float
    depth: float

    def factors(self, places: Places) -> Float64Array:
        """Return how bright white is, shape (rows, columns, 1)."""
        angle = np.deg2rad(self.angle_deg)
        x, y = places.x - self.x, places.y - self.y
        along = np.maximum(x * np.cos(angle) + y * np.sin(angle), 0)
        aside = np.hypot(x - along * np.cos(angle), y - along * np.sin(angle))
        inside = np.clip((self.width / 2 - aside) / self.softness + 0.5, 0, 1)
        factors: Float64Array = (1 - self.depth * inside * inside * (3 - 2 * inside))[..., np.newaxis]
        return factors


@dataclass(frozen=True)
class Glare(PictureStep):
    """A lamp or flash that shines back from the paper.

    Parameters
    ----------
    x, y : float
        Its middle, from the picture's, as shares of half its width.
    radius : float
        Standard deviation of the spot, as such a share.
    strength : float
        How white its middle is, from 0 for as it was to 1.
    """

    name: ClassVar[str] = "glare"

    x: float
    y: float
    radius: float
    strength: float

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels with the reflection."""
        places = places_of(pixels)
        squares = ((places.x - self.x) ** 2 + (places.y - self.y) ** 2) / (2 * self.radius**2)
        return veiled(pixels, self.strength * np.exp(-squares))
